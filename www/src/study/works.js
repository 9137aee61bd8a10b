/**
 * What the engine is measured by, here and in tests/bench: W1 and W2 run for a while and give steps a second, W3 runs
 * to its end and gives the time it took.
 *
 * @typedef {object} Work see src/bench.rs
 * @property {'spiral' | 'sparse'} data
 * @property {number} inputs
 * @property {number[]} hidden
 * @property {number} outputs
 * @property {number} batch_size
 * @property {'adam' | 'sgd'} optimizer
 * @property {[number, number]} learning_rate
 * @property {[number, number]} dropout
 * @property {number} trials
 * @property {number} steps
 */

/** More than any device takes in the time given. */
const ENDLESS = 1_000_000_000;

/** @type {Work} */
const TINY = {
  data: 'spiral',
  inputs: 2,
  hidden: [8, 8],
  outputs: 2,
  batch_size: 32,
  optimizer: 'adam',
  learning_rate: [1e-3, 1e-3],
  dropout: [0, 0],
  trials: 1,
  steps: ENDLESS,
};
/** @type {Work} */
const IMAGES = { ...TINY, data: 'sparse', inputs: 784, hidden: [128], outputs: 10, batch_size: 128 };

export const WORKS = {
  W1: TINY,
  W2: IMAGES,
  'W2 x16': { ...IMAGES, trials: 16, learning_rate: /** @type {[number, number]} */ ([1e-4, 1e-2]) },
  W3: {
    ...TINY,
    trials: 64,
    steps: 500,
    learning_rate: /** @type {[number, number]} */ ([1e-4, 1e-1]),
    dropout: /** @type {[number, number]} */ ([0, 0.35]),
  },
};

/** The same small network in populations of several sizes, by how many: where a GPU begins to win. */
export const CROWDS = Object.fromEntries(
  [16, 256, 4096].map((trials) => [`W1 x${trials}`, { ...WORKS.W3, trials, steps: ENDLESS }]),
);
