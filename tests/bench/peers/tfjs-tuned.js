import * as tf from '@tensorflow/tfjs-core';
import { batches, oneHot, settings, weights, widths } from '../data.js';

/**
 * TensorFlow.js, hand-tuned: one batched product a layer, Adam over all parameters of all trials in one tensor, dropout
 * masks drawn in JavaScript.
 *
 * @typedef {import('../../../www/src/study/works.js').Work} Work
 */

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

export class Many {
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
    this.masks = work.dropout[1] > 0 ? work.hidden.map((width) => [trials, rows, width]) : [];
    this.batches = batches(work).map((batch) => tf.tidy(() => ({
      x: tf.tile(tf.tensor3d(batch.x, [1, rows, work.inputs]), [trials, 1, 1]),
      y: tf.tile(tf.tensor3d(oneHot(batch, work.outputs), [1, rows, work.outputs]), [trials, 1, 1]),
    })));
    this.trials = trials;
    this.step = 0;
  }

  /** @private tf.randomUniform draws one by one in JavaScript too, by a slower generator. @param {number[]} shape */
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
        if (2 * layer + 2 < given.length) at = tf.relu(at);
        if (layer < keep.length) at = tf.mul(at, keep[layer]);
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
