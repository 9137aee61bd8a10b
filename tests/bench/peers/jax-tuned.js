import { blockUntilReady, grad, jit, nn, numpy as np, random, vmap } from '@jax-js/jax';
import { batches, oneHot, settings, weights, widths } from '../data.js';

/**
 * jax-js, hand-tuned: a tiny network's parameters stand in one array, so that Adam is one kernel (larger ones keep an
 * array each, which is faster, and is what jax-plain.js has); dropout masks come from a compiled function of their own,
 * since inside the step they are drawn twice.
 *
 * @typedef {import('../../../www/src/study/works.js').Work} Work
 */

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];
/** Networks of up to so many parameters keep them in one array. */
const FLAT = 4096;

/** @param {any} w @param {any} m @param {any} v @param {any} g @param {any} t the step @param {any} rate */
function adam(w, m, v, g, t, rate) {
  const first = m.mul(BETA1).add(g.ref.mul(1 - BETA1));
  const second = v.mul(BETA2).add(np.square(g).mul(1 - BETA2));
  const [c1, c2] = [np.subtract(1, np.power(BETA1, t.ref)), np.subtract(1, np.power(BETA2, t))];
  const change = first.ref.div(c1).div(np.sqrt(second.ref.div(c2)).add(EPSILON)).mul(rate);
  return [w.sub(change), first, second];
}

/** @param {any[]} layers weights and biases in turn @param {any} x @param {any} y @param {any[]} masks */
function loss(layers, x, y, masks) {
  const rows = x.shape[0];
  let at = x;
  for (let layer = 0; 2 * layer < layers.length; layer++) {
    at = np.matmul(at, layers[2 * layer]).add(layers[2 * layer + 1]);
    if (2 * layer + 2 < layers.length) at = nn.relu(at);
    if (layer < masks.length) at = at.mul(masks[layer]);
  }
  return nn.logSoftmax(at, -1).mul(y).sum().mul(-1 / rows);
}

export class Jax {
  /** @param {Work} work */
  async prepare(work) {
    const sizes = widths(work);
    /** @type {number[][]} */ const shapes = [];
    /** @type {Float32Array[]} */ const start = [];
    sizes.slice(1).forEach((width, at) => {
      shapes.push([sizes[at], width], [width]);
      start.push(weights(sizes[at], sizes[at] * width), new Float32Array(width));
    });
    const count = start.reduce((sum, part) => sum + part.length, 0);
    const isFlat = count <= FLAT;
    const { trials } = work;
    const isMany = trials > 1;
    const put = (/** @type {Float32Array} */ data, /** @type {number[]} */ shape) => {
      const all = isMany ? Float32Array.from({ length: trials * data.length }, (_, at) => data[at % data.length]) : data;
      return np.array(all, { shape: isMany ? [trials, ...shape] : shape });
    };
    const each = Array.from({ length: trials }, (_, trial) => settings(work, trial));
    const parts = isFlat ? [put(Float32Array.from(start.flatMap((part) => [...part])), [count])] : start.map((part, at) => put(part, shapes[at]));
    const zeros = () => parts.map((part) => np.zeros(part.shape));
    const rates = Float32Array.from(each, ({ learningRate }) => learningRate);
    const t = isMany ? np.zeros([trials]) : np.array(0);
    this.state = [parts, zeros(), zeros(), t, isMany ? np.array(rates) : np.array(rates[0])];
    this.batches = batches(work).map((batch) => [
      np.array(batch.x, { shape: [work.batch_size, work.inputs] }),
      np.array(oneHot(batch, work.outputs), { shape: [work.batch_size, work.outputs] }),
    ]);

    const cuts = shapes.map(([a, b = 1]) => a * b);
    const ends = cuts.map((_, at) => cuts.slice(0, at + 1).reduce((sum, one) => sum + one)).slice(0, -1);
    const layersOf = (/** @type {any[]} */ given) => (isFlat ? np.split(given[0], ends, 0).map((part, at) => part.reshape(shapes[at])) : given);
    const step = (/** @type {any[]} */ w, /** @type {any[]} */ m, /** @type {any[]} */ v, /** @type {any} */ t, /** @type {any} */ rate, /** @type {any} */ x, /** @type {any} */ y, /** @type {any[]} */ ...masks) => {
      const grads = grad((/** @type {any[]} */ given) => loss(layersOf(given), x, y, masks))(w.map((one) => one.ref));
      const now = t.add(1);
      const updated = w.map((one, at) => adam(one, m[at], v[at], grads[at], now.ref, rate.ref));
      return [updated.map(([one]) => one), updated.map(([, one]) => one), updated.map(([, , one]) => one), now, rate];
    };
    const hasDropout = work.dropout[1] > 0;
    const perTrial = [0, 0, 0, 0, 0, null, null, ...(hasDropout ? work.hidden.map(() => 0) : [])];
    this.step = jit(isMany ? vmap(/** @type {any} */ (step), perTrial) : /** @type {any} */ (step));
    this.masks = null;
    if (hasDropout) {
      const drops = np.array(Float32Array.from(each, ({ dropout }) => dropout), { shape: [trials, 1, 1] });
      this.drops = drops;
      this.masks = jit((/** @type {any} */ key, /** @type {any} */ drop) => {
        const keys = random.split(key, work.hidden.length);
        const drawn = work.hidden.map((width, at) => {
          const own = np.split(keys.ref, work.hidden.length, 0)[at].reshape([2]);
          const kept = np.greaterEqual(random.uniform(own, [trials, work.batch_size, width]), drop.ref);
          return np.where(kept, np.reciprocal(np.subtract(1, drop.ref)), 0);
        });
        keys.dispose();
        drop.dispose();
        return drawn;
      });
    }
    this.taken = 0;
  }

  /** @param {number} steps */
  async train(steps) {
    const all = this.batches ?? [];
    for (let at = 0; at < steps; at++) {
      const taken = this.taken ?? 0;
      const [x, y] = all[taken % all.length];
      const masks = this.masks ? this.masks(random.key(taken), this.drops.ref) : [];
      this.state = this.step?.(...this.state, x.ref, y.ref, ...masks);
      // Without this the list of what is pending grows and every step takes longer than the one before.
      await blockUntilReady(this.state);
      this.taken = taken + 1;
    }
    await this.state[0][0].ref.data();
  }

  async release() {
    const [parts, m, v, t, rate] = this.state;
    for (const one of [...parts, ...m, ...v, t, rate, ...(this.batches ?? []).flat()]) one.dispose();
    this.drops?.dispose();
    this.drops = null;
    this.step?.dispose?.();
    this.masks?.dispose?.();
  }
}
