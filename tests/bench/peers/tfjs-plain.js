import * as tf from '@tensorflow/tfjs-core';
import { batches, oneHot, settings, weights, widths } from '../data.js';

/**
 * TensorFlow.js as its guide writes models with the core API (tensorflow.org/js/guide/models_and_layers and
 * train_models): a variable to each layer's weights and biases, tf.losses, and its own optimizer and random numbers.
 *
 * @typedef {import('../../../www/src/study/works.js').Work} Work
 * @typedef {import('@tensorflow/tfjs-core').Variable} Variable
 */

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** Trained by tf.train.adam; the layers are fused, as those of tf.layers.dense are. */
export class One {
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

/**
 * Each variable holds all trials, [trials, in, out]. tf.train.adam and tf.dropout take one rate for all, so what they do
 * is written with their own operations and a rate to each trial; the gradients are those of tf.variableGrads.
 */
export class Many {
  /** @param {Work} work */
  async prepare(work) {
    const { trials, batch_size: rows } = work;
    const sizes = widths(work);
    const tiled = (/** @type {Float32Array} */ data, /** @type {[number, number, number]} */ shape) => tf.tidy(() => tf.tile(tf.tensor3d(data, shape), [trials, 1, 1]));
    this.layers = sizes.slice(1).map((width, at) => ({
      w: tf.variable(tiled(weights(sizes[at], sizes[at] * width), [1, sizes[at], width])),
      b: tf.variable(tf.zeros([trials, 1, width])),
    }));
    this.parameters = this.layers.flatMap(({ w, b }) => [w, b]).map((value) => ({
      value,
      m: tf.variable(tf.zerosLike(value), false),
      v: tf.variable(tf.zerosLike(value), false),
    }));
    const each = Array.from({ length: trials }, (_, trial) => settings(work, trial));
    this.rates = tf.tensor3d(each.map(({ learningRate }) => [[learningRate]]));
    this.keeps = tf.tensor3d(each.map(({ dropout }) => [[1 - dropout]]));
    this.hasDropout = each.some(({ dropout }) => dropout > 0);
    this.batches = batches(work).map((batch) => ({
      x: tiled(batch.x, [1, rows, work.inputs]),
      y: tiled(oneHot(batch, work.outputs), [1, rows, work.outputs]),
    }));
    this.trials = trials;
    this.step = 0;
  }

  /** @private tf.dropout's own expression. @param {any} x */
  dropout(x) {
    const keeps = /** @type {any} */ (this.keeps);
    return tf.mul(x, tf.div(tf.floor(tf.add(tf.randomUniform(x.shape, 0, 1), keeps)), keeps));
  }

  /** @private @param {any} x @param {any} y @returns {any} */
  loss(x, y) {
    let at = x;
    this.layers?.forEach(({ w, b }, layer, { length }) => {
      at = tf.add(tf.matMul(at, w), b);
      if (layer === length - 1) return;
      at = tf.relu(at);
      if (this.hasDropout) at = this.dropout(at);
    });
    // The library's mean is over the rows of all trials; each has its own here.
    return tf.mul(tf.losses.softmaxCrossEntropy(y, at), this.trials ?? 1);
  }

  /** @private tf.train.adam's own expressions. @param {Record<string, any>} grads @param {number} step */
  update(grads, step) {
    const rates = /** @type {any} */ (this.rates);
    for (const { value, m, v } of this.parameters ?? []) {
      const gradient = grads[value.name];
      m.assign(tf.add(tf.mul(m, BETA1), tf.mul(gradient, 1 - BETA1)));
      v.assign(tf.add(tf.mul(v, BETA2), tf.mul(tf.square(gradient), 1 - BETA2)));
      const root = tf.add(tf.sqrt(tf.div(v, 1 - BETA2 ** step)), EPSILON);
      value.assign(tf.sub(value, tf.mul(tf.div(tf.div(m, 1 - BETA1 ** step), root), rates)));
    }
  }

  /** @param {number} steps */
  async train(steps) {
    const all = this.batches ?? [];
    const variables = this.parameters?.map(({ value }) => value);
    for (let taken = 0; taken < steps; taken++) {
      const step = (this.step ?? 0) + 1;
      const { x, y } = all[step % all.length];
      tf.tidy(() => this.update(tf.variableGrads(() => this.loss(x, y), variables).grads, step));
      this.step = step;
    }
    await this.parameters?.[0].value.data();
  }

  async release() {
    const own = this.parameters?.flatMap(({ value, m, v }) => [value, m, v]) ?? [];
    tf.dispose([...own, this.rates, this.keeps, ...(this.batches ?? []).flatMap(({ x, y }) => [x, y])]);
  }
}
