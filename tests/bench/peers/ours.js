import { Benchmark } from '../../../www/src/engine/benchmark.js';

/** The engine, through the Workers that the page uses. @param {'cpu' | 'gpu'} backend */
export const open = async (backend) => new Benchmark(backend);
