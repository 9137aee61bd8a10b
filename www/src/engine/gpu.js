import { WAVE_MB, guarded } from './device.js';
import { loadedOnce } from './loaded-once.js';

/**
 * The browser's GPU, and what trains there: a module of its own, which is loaded when a GPU is first opened.
 *
 * @typedef {typeof import('../generated/gpu/gpu.js')} Module
 * @typedef {import('../generated/engine/engine.js').Training} Training
 * @typedef {import('../generated/engine/engine.js').TrainabilityMap} TrainabilityMap
 * @typedef {import('../generated/engine/engine.js').Bench} Bench
 */

/** A round of no trials. */
export const NO_ROUND = '[]';

const gpuModule = loadedOnce(() => import('../generated/gpu/gpu.js'));

export class Gpu {
  static async open() {
    const module = await gpuModule();
    return new Gpu(module, await guarded(() => module.GpuHandle.open(WAVE_MB)));
  }

  /** @param {Module} module @param {import('../generated/gpu/gpu.js').GpuHandle} handle */
  constructor(module, handle) {
    /** @private */ this.module = module;
    /** @private */ this.handle = handle;
  }

  get adapter() {
    return this.handle.adapter;
  }

  get software() {
    return this.handle.software;
  }

  /** What was measured on it: its latency, what a dispatch costs, paces, first uses. */
  facts() {
    return this.handle.facts();
  }

  /** Says that the page is hidden, or seen. @param {boolean} isHidden */
  hidden(isHidden) {
    this.handle.hidden(isHidden);
  }

  /** @param {string} study @param {string} round @param {Uint8Array} [table] @returns {Training} */
  training(study, round, table) {
    return /** @type {any} */ (this.module.Training.on_gpu(study, round, table, this.handle));
  }

  /** A training of another round on the rows of one that {@link training} made. @param {Training} training
   * @param {string} round @returns {Training} */
  sibling(training, round) {
    return /** @type {any} */ (training).sibling_on_gpu(round, this.handle);
  }

  /** Begins to compile what a study needs whose training starts later.
   * @param {string} study @param {string} round @param {Uint8Array} [table] */
  prepare(study, round, table) {
    const training = this.module.Training.on_gpu(study, round, table, this.handle);
    training.prepare(this.handle);
    training.free();
  }

  /** @param {string} study @param {string} x @param {string} y @param {Uint32Array} sides @param {Uint8Array} [table]
   * @returns {TrainabilityMap} */
  map(study, x, y, sides, table) {
    return /** @type {any} */ (this.module.TrainabilityMap.on_gpu(study, x, y, sides, table, this.handle));
  }

  /** @param {string} work @returns {Promise<Bench>} */
  bench(work) {
    return /** @type {any} */ (this.module.Bench.on_gpu(work, this.handle));
  }
}
