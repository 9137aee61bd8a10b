import { datasetOf } from './hyperparameters.js';

/**
 * What a guess is worth that looks at no feature: the share of the largest class, and the loss of saying every class's
 * share for each sample.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {{share: number, loss: number, exact: boolean}} Guess not exact where the classes' sizes are not known and
 *   all count as equal
 */

/** The points of XOR fall into its classes at random; all other generated sets have classes of one size. */
const RANDOM = ['xor'];

/** @param {number[]} rows of each class, not all 0 @param {boolean} [exact] @returns {Guess} */
export function guessFrom(rows, exact = true) {
  const all = rows.reduce((sum, one) => sum + one, 0);
  const shares = rows.map((one) => one / all).filter((one) => one > 0);
  return {
    share: Math.max(...shares),
    loss: -shares.reduce((sum, one) => sum + one * Math.log(one), 0),
    exact,
  };
}

/** @type {WeakMap<Study, Guess | null>} */
const known = new WeakMap();

/** Null where numbers are predicted: there the guess is the mean of the targets, whose R² is 0.
 * @param {Study} study @returns {Guess | null} */
export function guessOf(study) {
  let guess = known.get(study);
  if (guess === undefined) {
    const { name, kind, classes, class_rows } = datasetOf(study) ?? { name: '', kind: '', classes: 0 };
    const even = new Array(Math.max(0, classes)).fill(1);
    // A document of own data need not tell how many rows each class has.
    const isKnown = class_rows !== undefined || (kind === 'generated' && !RANDOM.includes(name));
    guess = classes < 2 ? null : guessFrom(class_rows ?? even, isKnown);
    known.set(study, guess);
  }
  return guess;
}
