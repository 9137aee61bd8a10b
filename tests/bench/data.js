/**
 * Rows for the peers: of the same sizes and kinds as those that the engine makes for itself (src/bench.rs), cut into
 * whole batches beforehand, so that no peer is timed while it gathers rows.
 *
 * @typedef {import('../../www/src/study/works.js').Work} Work
 * @typedef {{x: Float32Array, classes: Int32Array}} Batch
 */

const SPIRAL_ROWS = 350;
const SPARSE_ROWS = 1024;
const SPARSE_ZEROS = 0.81;

/** A small seeded generator of numbers in 0..1. @param {number} seed */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** @param {Work} work @param {() => number} random @returns {{features: number[], label: number}} */
function row(work, random) {
  if (work.data === 'sparse') {
    const features = Array.from({ length: work.inputs }, () => (random() < SPARSE_ZEROS ? 0 : random()));
    return { features, label: Math.floor(random() * work.outputs) };
  }
  const label = random() < 0.5 ? 0 : 1;
  const radius = random();
  const angle = 5.5 * radius + Math.PI * label;
  return { features: [radius * Math.sin(angle), radius * Math.cos(angle)], label };
}

/** @param {Work} work @returns {Batch[]} */
export function batches(work) {
  const random = generator(1);
  const rows = work.data === 'sparse' ? SPARSE_ROWS : SPIRAL_ROWS;
  const size = work.batch_size;
  return Array.from({ length: Math.floor(rows / size) }, () => {
    const taken = Array.from({ length: size }, () => row(work, random));
    return { x: Float32Array.from(taken.flatMap(({ features }) => features)), classes: Int32Array.from(taken, ({ label }) => label) };
  });
}

/** @param {Batch} batch @param {number} outputs */
export function oneHot({ classes }, outputs) {
  const out = new Float32Array(classes.length * outputs);
  classes.forEach((label, at) => (out[at * outputs + label] = 1));
  return out;
}

/** The widths of all layers. @param {Work} work */
export const widths = (work) => [work.inputs, ...work.hidden, work.outputs];

/** Weights of a layer as PyTorch draws them. @param {number} inputs @param {number} count */
export function weights(inputs, count) {
  const random = generator(inputs + count);
  const bound = 1 / Math.sqrt(inputs);
  return Float32Array.from({ length: count }, () => bound * (2 * random() - 1));
}

/** A trial's learning rate and dropout, as the engine spreads them. @param {Work} work @param {number} trial */
export function settings(work, trial) {
  const at = trial / (Math.max(2, work.trials) - 1);
  const [[low, high], [least, most]] = [work.learning_rate, work.dropout];
  return { learningRate: low * (high / low) ** at, dropout: least + (most - least) * at };
}
