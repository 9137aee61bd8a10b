import { wilson } from './wilson.js';

/**
 * Which trials tie with the best: those that the samples, or the seeds, cannot tell from it.
 *
 * - Several seeds: the two means lie closer together than twice the standard error of their difference.
 * - Classes: the accuracy reaches Wilson's 95 % interval of the best's. A loss is an average as well, but of what the
 *   page does not have sample by sample; so of trials ranked by a loss it is said which are as accurate.
 * - Numbers: the squared error reaches the best's 95 % interval as errors have it that are distributed normally.
 *
 * @typedef {{score: number, accuracy: number, spread: number}} Outcome of a trial; `spread` over its seeds, of a
 *   population
 * @typedef {object} How
 * @property {'classes' | 'numbers' | string} task
 * @property {boolean} isLoss whether the score is a loss, else an accuracy or an R²
 * @property {number} seeds of each trial
 * @property {number} samples that the score was measured on
 * @typedef {{ties: (one: Outcome) => boolean, by: 'seeds' | 'accuracy' | 'alike' | 'errors', bound: number}} Rule
 *   `bound` is the worst accuracy, loss or R² that ties; NaN with several seeds, where each trial has its own
 */

/** Standard errors between two means that are told apart. */
const ERRORS = 2;

/** The standard error of a mean over seeds, from the spread of a population.
 * @param {number} spread @param {number} n */
export const errorOf = (spread, n) => (n > 1 && spread >= 0 ? spread / Math.sqrt(n - 1) : NaN);

/** What ties with this best trial; null where nothing can be said.
 * @param {Outcome} best @param {How} how @returns {Rule | null} */
export function ruleOf(best, { task, isLoss, seeds, samples }) {
  if (!Number.isFinite(best.score)) return null;
  if (seeds > 1) {
    const own = errorOf(best.spread, seeds);
    if (!Number.isFinite(own)) return null;
    const ties = (/** @type {Outcome} */ { score, spread }) =>
      Math.abs(score / ERRORS - best.score / ERRORS) <= Math.hypot(own, errorOf(spread, seeds));
    return { by: 'seeds', bound: NaN, ties };
  }
  if (!(samples >= 1)) return null;
  if (task === 'classes') {
    if (!(best.accuracy >= 0 && best.accuracy <= 1)) return null;
    const [bound] = wilson(best.accuracy, samples);
    return { by: isLoss ? 'alike' : 'accuracy', bound, ties: ({ accuracy }) => accuracy >= bound };
  }
  // A mean of n squares of normal errors has a relative standard error of √(2 / n).
  const reach = 1 + ERRORS * Math.sqrt(2 / samples);
  const bound = isLoss ? Math.max(best.score, best.score * reach) : Math.min(best.score, 1 - (1 - best.score) * reach);
  if (!Number.isFinite(bound) || (isLoss && best.score < 0) || (!isLoss && best.score > 1)) return null;
  return { by: 'errors', bound, ties: ({ score }) => (isLoss ? score <= bound : score >= bound) };
}
