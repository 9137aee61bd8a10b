import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { batches, oneHot, settings, weights, widths } from '../data.js';

/**
 * TensorFlow.js. One network: fused layers and the library's own Adam. Many: one batched product a layer, with Adam
 * written over all parameters of all trials in one tensor, since the library's takes one learning rate.
 *
 * @typedef {import('../../../www/src/works.js').Work} Work
 */

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

class One {
  /** @param {Work} work */
  async prepare(work) {
    const sizes = widths(work);
    this.batches = batches(work).map((batch) => ({
      x: tf.tensor2d(batch.x, [work.batch_size, work.inputs]),
      y: tf.tensor2d(oneHot(batch, work.outputs), [work.batch_size, work.outputs]),
    }));
    this.layers = sizes.slice(1).map((width, at) => ({
      w: tf.variable(tf.tensor2d(weights(sizes[at], sizes[at] * width), [sizes[at], width])),
      b: tf.variable(tf.zeros([width])),
    }));
    this.optimizer = tf.train.adam(work.learning_rate[0], BETA1, BETA2, EPSILON);
    this.step = 0;
  }

  /** @param {number} steps */
  async train(steps) {
    const layers = this.layers ?? [];
    const all = this.batches ?? [];
    const variables = layers.flatMap(({ w, b }) => [w, b]);
    for (const end = (this.step ?? 0) + steps; (this.step ?? 0) < end; this.step = (this.step ?? 0) + 1) {
      const { x, y } = all[(this.step ?? 0) % all.length];
      this.optimizer?.minimize(() => {
        let at = x;
        layers.forEach(({ w, b }, layer) => {
          at = tf.fused.matMul({ a: at, b: w, bias: b, activation: layer < layers.length - 1 ? 'relu' : 'linear' });
        });
        return tf.losses.softmaxCrossEntropy(y, at);
      }, false, variables);
    }
    await layers[0].w.data();
  }

  async release() {
    this.optimizer?.dispose();
    for (const { w, b } of this.layers ?? []) tf.dispose([w, b]);
    for (const { x, y } of this.batches ?? []) tf.dispose([x, y]);
  }
}

class Many {
  /** @param {Work} work */
  async prepare(work) {
    const { trials, batch_size: rows } = work;
    const sizes = widths(work);
    /** @type {number[][]} */ this.shapes = [];
    /** @type {Float32Array[]} */ const start = [];
    sizes.slice(1).forEach((width, at) => {
      this.shapes?.push([trials, sizes[at], width], [trials, 1, width]);
      start.push(weights(sizes[at], sizes[at] * width), new Float32Array(width));
    });
    this.counts = this.shapes.map(([, a, b]) => a * b);
    const one = start.flatMap((part) => [...part]);
    this.all = tf.tidy(() => tf.tile(tf.tensor2d(one, [1, one.length]), [trials, 1]));
    this.m = tf.zerosLike(this.all);
    this.v = tf.zerosLike(this.all);
    const each = Array.from({ length: trials }, (_, trial) => settings(work, trial));
    this.rates = tf.tensor2d(each.map(({ learningRate }) => [learningRate]));
    this.drops = each.map(({ dropout }) => dropout);
    this.masks = work.hidden.map((width) => [trials, rows, width]);
    this.batches = batches(work).map((batch) => tf.tidy(() => ({
      x: tf.tile(tf.tensor3d(batch.x, [1, rows, work.inputs]), [trials, 1, 1]),
      y: tf.tile(tf.tensor3d(oneHot(batch, work.outputs), [1, rows, work.outputs]), [trials, 1, 1]),
    })));
    this.trials = trials;
    this.step = 0;
  }

  /** @private Drawn here: its random numbers are drawn one by one in JavaScript anyway. @param {number[]} shape */
  mask(shape) {
    const values = new Float32Array(shape.reduce((product, one) => product * one));
    const size = values.length / shape[0];
    this.drops?.forEach((drop, trial) => {
      const kept = 1 / (1 - drop);
      for (let at = trial * size; at < (trial + 1) * size; at++) values[at] = Math.random() < drop ? 0 : kept;
    });
    return tf.tensor(values, shape);
  }

  /** @private @param {any} x @param {any} y */
  gradients(x, y) {
    const { trials = 1, masks = [], shapes = [], counts = [] } = this;
    const keep = masks.map((shape) => this.mask(shape));
    const parts = tf.split(this.all, counts, 1).map((part, at) => tf.reshape(part, shapes[at]));
    const { grads } = tf.valueAndGrads((...given) => {
      let at = x;
      for (let layer = 0; 2 * layer < given.length; layer++) {
        at = tf.add(tf.matMul(at, given[2 * layer]), given[2 * layer + 1]);
        if (layer < keep.length) at = tf.mul(tf.relu(at), keep[layer]);
      }
      // The library's mean is over the rows of all trials; each has its own here.
      return tf.mul(tf.losses.softmaxCrossEntropy(y, at), trials);
    })(parts);
    return tf.concat(grads.map((grad, at) => tf.reshape(grad, [trials, counts[at]])), 1);
  }

  /** @param {number} steps */
  async train(steps) {
    const all = this.batches ?? [];
    for (let taken = 0; taken < steps; taken++) {
      const step = (this.step ?? 0) + 1;
      const { x, y } = all[step % all.length];
      const next = tf.tidy(() => {
        const gradient = this.gradients(x, y);
        const m = tf.add(tf.mul(this.m, BETA1), tf.mul(gradient, 1 - BETA1));
        const v = tf.add(tf.mul(this.v, BETA2), tf.mul(tf.square(gradient), 1 - BETA2));
        const root = tf.add(tf.sqrt(tf.div(v, 1 - BETA2 ** step)), EPSILON);
        const change = tf.mul(tf.div(tf.div(m, 1 - BETA1 ** step), root), this.rates);
        return { m, v, all: tf.sub(this.all, change) };
      });
      tf.dispose([this.m, this.v, this.all]);
      Object.assign(this, next, { step });
    }
    await this.all.data();
  }

  async release() {
    tf.dispose([this.all, this.m, this.v, this.rates, ...(this.batches ?? []).flatMap(({ x, y }) => [x, y])]);
  }
}

class TensorFlow {
  /** @param {Work} work */
  async prepare(work) {
    this.net = work.trials > 1 ? new Many() : new One();
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

/** @param {'cpu' | 'wasm' | 'webgpu'} backend */
export async function open(backend) {
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
  return new TensorFlow();
}
