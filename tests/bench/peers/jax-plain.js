import { blockUntilReady, grad, jit, nn, numpy as np, random, tree, vmap } from '@jax-js/jax';
import { batches, oneHot, settings, weights, widths } from '../data.js';

/**
 * jax-js as its MNIST page (jax-js.com/mnist) writes a training loop: an array to each layer's weights and biases, awaited
 * every step. That page compiles the prediction alone, which is several times slower; here jit takes the whole step, as
 * in JAX's tutorials that the README sends its readers to. Many trials are a vmap over that step, with keys split for
 * jax.random. Its optimizers (@jax-js/optax) are not on npm, so Adam is written here over the tree of parameters.
 *
 * @typedef {import('../../../www/src/study/works.js').Work} Work
 * @typedef {{w: any, b: any}[]} Layers
 */

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** @param {any} x @param {any} key @param {any} rate */
function dropout(x, key, rate) {
  const keep = np.subtract(1, rate);
  const mask = random.bernoulli(key, keep.ref, x.shape);
  return np.where(mask, x.div(keep), 0);
}

/** @param {Layers} layers @param {any} x @param {any} y @param {any} keys of the hidden layers @param {any} rate of dropout */
function loss(layers, x, y, keys, rate) {
  const rows = x.shape[0];
  let at = x;
  layers.forEach(({ w, b }, layer) => {
    at = np.matmul(at, w).add(b);
    if (layer === layers.length - 1) return;
    at = nn.relu(at);
    if (keys) at = dropout(at, keys.ref.slice(layer), rate.ref);
  });
  if (keys) tree.dispose([keys, rate]);
  return nn.logSoftmax(at, -1).mul(y).sum().mul(-1 / rows);
}

/** @param {any} grads @param {any} m @param {any} v @param {any} t the step */
function adam(grads, m, v, t) {
  const first = tree.map((/** @type {any} */ one, /** @type {any} */ g) => one.mul(BETA1).add(g.mul(1 - BETA1)), m, tree.ref(grads));
  const second = tree.map((/** @type {any} */ one, /** @type {any} */ g) => one.mul(BETA2).add(np.square(g).mul(1 - BETA2)), v, grads);
  const [c1, c2] = [np.subtract(1, np.power(BETA1, t.ref)), np.subtract(1, np.power(BETA2, t))];
  const change = tree.map((/** @type {any} */ one, /** @type {any} */ two) => one.div(c1.ref).div(np.sqrt(two.div(c2.ref)).add(EPSILON)), tree.ref(first), tree.ref(second));
  tree.dispose([c1, c2]);
  return [change, first, second];
}

/** One step of one network. @param {Layers} layers @param {any} m @param {any} v @param {any} t @param {any} learningRate @param {any} x @param {any} y @param {any} key @param {any} drop */
function step(layers, m, v, t, learningRate, x, y, key, drop) {
  const keys = key && random.split(key, layers.length - 1);
  const grads = grad((/** @type {Layers} */ given) => loss(given, x, y, keys, drop))(tree.ref(layers));
  const now = t.add(1);
  const [change, first, second] = adam(grads, m, v, now.ref);
  const next = tree.map((/** @type {any} */ one, /** @type {any} */ by) => one.sub(by.mul(learningRate.ref)), layers, change);
  learningRate.dispose();
  return [next, first, second, now];
}

export class Jax {
  /** @param {Work} work */
  async prepare(work) {
    const { trials, batch_size: rows } = work;
    const sizes = widths(work);
    const isMany = trials > 1;
    const put = (/** @type {Float32Array} */ data, /** @type {number[]} */ shape) => {
      const all = isMany ? Float32Array.from({ length: trials * data.length }, (_, at) => data[at % data.length]) : data;
      return np.array(all, { shape: isMany ? [trials, ...shape] : shape });
    };
    const layers = sizes.slice(1).map((width, at) => ({
      w: put(weights(sizes[at], sizes[at] * width), [sizes[at], width]),
      b: put(new Float32Array(width), [width]),
    }));
    const zeros = () => layers.map(({ w, b }) => ({ w: np.zeros(w.shape), b: np.zeros(b.shape) }));
    /** @type {any[]} */ this.state = [layers, zeros(), zeros(), isMany ? np.zeros([trials]) : np.array(0)];
    this.batches = batches(work).map((batch) => [
      np.array(batch.x, { shape: [rows, work.inputs] }),
      np.array(oneHot(batch, work.outputs), { shape: [rows, work.outputs] }),
    ]);
    const each = Array.from({ length: trials }, (_, trial) => settings(work, trial));
    const ofEach = (/** @type {number[]} */ values) => np.array(isMany ? values : values[0]);
    this.rates = ofEach(each.map(({ learningRate }) => learningRate));
    this.drops = work.dropout[1] > 0 ? ofEach(each.map(({ dropout: rate }) => rate)) : null;
    const axes = [0, 0, 0, 0, 0, null, null, ...(this.drops ? [0, 0] : [])];
    this.step = /** @type {any} */ (jit(isMany ? vmap(/** @type {any} */ (step), axes) : /** @type {any} */ (step)));
    this.key = random.key(0);
    this.trials = trials;
    this.taken = 0;
  }

  /** @private Of this step: a key to each trial. */
  keys() {
    const [next, own] = random.split(/** @type {any} */ (this.key), 2);
    this.key = next;
    return random.split(own, this.trials);
  }

  /** @param {number} steps */
  async train(steps) {
    const all = this.batches ?? [];
    for (let at = 0; at < steps; at++) {
      const [x, y] = all[(this.taken ?? 0) % all.length];
      const random = this.drops ? [this.keys(), this.drops.ref] : [];
      this.state = this.step(...(this.state ?? []), this.rates?.ref, x.ref, y.ref, ...random);
      await blockUntilReady(this.state);
      this.taken = (this.taken ?? 0) + 1;
    }
    await this.state?.[0][0].w.ref.data();
  }

  async release() {
    tree.dispose(/** @type {any} */ ([this.state, this.batches, this.rates, this.drops ?? [], this.key]));
    this.step?.dispose?.();
  }
}
