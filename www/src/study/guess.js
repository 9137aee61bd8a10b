import { datasetOf } from './hyperparameters.js';

/**
 * What a guess is worth that looks at no feature: the share of the largest class, and the loss of saying every class's
 * share for each sample.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {{share: number, loss: number, exact: boolean}} Guess not exact where the classes' sizes are not known and
 *   all count as equal
 */

/** Rows of each class of the bundled tables (`www/public/data/`); a test counts them.
 * @type {Record<string, number[]>} */
export const CLASS_ROWS = {
  digits: [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
  iris: [50, 50, 50],
  wine: [59, 71, 48],
  breast_cancer: [212, 357],
  penguins: [146, 68, 119],
  mnist: [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978],
};

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
    const { name, kind, classes } = datasetOf(study) ?? { name: '', kind: '', classes: 0 };
    const even = new Array(Math.max(0, classes)).fill(1);
    // How many rows the classes of the reader's own data have is not known here.
    guess =
      classes < 2 || study.dataset.found
        ? null
        : guessFrom(CLASS_ROWS[name] ?? even, kind !== 'generated' || !RANDOM.includes(name));
    known.set(study, guess);
  }
  return guess;
}
