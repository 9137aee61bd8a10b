import { datasetOf } from './hyperparameters.js';

/**
 * How a study's samples are dealt: to training, validation and test, and to the folds of a cross-validation.
 *
 * @typedef {import('./types.js').Study} Study
 */

export const SPLIT = { train: 0.7, validation: 0.15, test: 0.15 };
/** Shares of the split are compared in these parts of the whole, as the engine does. */
const UNIT = 1e9;

/** Shares of training, validation and test; under folds those of each fold. @param {Study} study */
export function sharesOf({ dataset: { split, folds = 1 } }) {
  const { train, validation, test } = { ...SPLIT, ...split };
  const own = (train + validation) / folds;
  return folds > 1 ? { train: own * (folds - 1), validation: own, test } : { train, validation, test };
}

/** Samples in the training, validation and test part, as the engine deals them.
 * @param {Study} study @returns {[number, number, number]} */
export function partSizes(study) {
  const split = { ...SPLIT, ...study.dataset.split };
  const total = study.dataset.samples ?? datasetOf(study)?.rows ?? 0;
  const weights = [split.train, split.validation, split.test].map((share) => Math.round(share * UNIT));
  return /** @type {[number, number, number]} */ (apportion(total, weights));
}

/** Shares a number out by whole weights: rounded down, then one more where the largest remainders are.
 * @param {number} total @param {readonly number[]} weights */
export function apportion(total, weights) {
  const sum = weights.reduce((a, b) => a + b, 0) || 1;
  const sizes = weights.map((weight) => Math.floor((total * weight) / sum));
  const rest = weights.map((weight) => (total * weight) % sum);
  const order = rest.map((_, k) => k).sort((a, b) => rest[b] - rest[a] || a - b);
  const missing = total - sizes.reduce((a, b) => a + b, 0);
  for (let k = 0; k < missing; k++) sizes[order[k % order.length]]++;
  return sizes;
}

/** Samples that each fold trains on, fewest first; of one split that alone. @param {Study} study */
export function trainingRows(study) {
  const [train, validation] = partSizes(study);
  const { folds = 1 } = study.dataset;
  const rest = train + validation;
  if (folds === 1) return [train];
  return Array.from({ length: folds }, (_, fold) => rest - Math.floor((rest + folds - 1 - fold) / folds));
}

/** Networks that a trial trains, one a fold and seed. @param {Study} study */
export const copiesOf = ({ dataset, seeds_per_trial: seeds = 1 }) => (dataset.folds ?? 1) * seeds;
