import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { Many as ManyTuned } from './tfjs-tuned.js';
import { Many, One } from './tfjs-plain.js';

/**
 * TensorFlow.js: its backend, and how it is written.
 *
 * @typedef {import('../../../www/src/study/works.js').Work} Work
 */

class TensorFlow {
  /** @param {boolean} isTuned */
  constructor(isTuned) {
    this.isTuned = isTuned;
  }

  /** @param {Work} work */
  async prepare(work) {
    if (this.isTuned) this.net = new ManyTuned();
    else this.net = work.trials > 1 ? new Many() : new One();
    await this.net.prepare(work);
  }

  /** @param {number} steps */
  async train(steps) {
    await this.net?.train(steps);
  }

  async release() {
    await this.net?.release();
  }
}

/** @param {'cpu' | 'wasm' | 'webgpu'} backend @param {{isTuned?: boolean}} [how] */
export async function open(backend, { isTuned = false } = {}) {
  if (backend === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  else if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
  else {
    const [{ setWasmPaths }, ...files] = await Promise.all([
      import('@tensorflow/tfjs-backend-wasm'),
      import('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url'),
      import('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url'),
      import('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm?url'),
    ]);
    const [plain, simd, threads] = files.map(({ default: url }) => new URL(url, location.href).href);
    setWasmPaths({ 'tfjs-backend-wasm.wasm': plain, 'tfjs-backend-wasm-simd.wasm': simd, 'tfjs-backend-wasm-threaded-simd.wasm': threads });
  }
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no ${backend} here`);
  await tf.ready();
  return new TensorFlow(isTuned);
}
