/** What measures the engine; the only way from a view to it. */
export { Benchmark } from '../engine/benchmark.js';
