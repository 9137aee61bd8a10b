import { studentBeyond, studentWithin } from './normal.js';
import { errorOf } from './ties.js';

/**
 * What a difference between two trials is worth, from scores that several seeds gave.
 *
 * @typedef {{mean: number, spread: number, n: number, overlap?: number}} Measured a mean over so many networks, and
 *   their spread as that of a population, as results have it; overlap: of folds, validation rows over training rows,
 *   by which the error grows, as folds share most of what they train on (Nadeau and Bengio 2003)
 * @typedef {{mean: number, low: number, high: number, freedom: number}} Interval that holds the truth in 95 of 100
 *   studies
 * @typedef {Interval & {chance: number}} Difference with how often chance alone makes one as large
 */

const SHARE = 0.95;

/** @param {number} mean @param {number} error its standard error @param {number} freedom
 * @returns {Difference | null} */
function around(mean, error, freedom) {
  if (!Number.isFinite(mean) || !(error >= 0) || !Number.isFinite(error)) return null;
  // Where all seeds agree there is nothing to be uncertain of.
  if (error === 0) return { mean, low: mean, high: mean, freedom, chance: mean === 0 ? 1 : 0 };
  if (!(freedom > 0)) return null;
  const half = studentWithin(SHARE, freedom) * error;
  return { mean, low: mean - half, high: mean + half, freedom, chance: studentBeyond(mean / error, freedom) };
}

/** Scores of several seeds as a result has them. @param {number[]} scores @returns {Measured} */
export function measuredOf(scores) {
  const n = scores.length;
  const mean = scores.reduce((sum, one) => sum + one, 0) / n;
  const square = scores.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(square / n), n };
}

/** The interval of one mean; null of one seed. @param {Measured} measured @returns {Interval | null} */
export const intervalOf = (measured) => around(measured.mean, meanError(measured), measured.n - 1);

/** The standard error of a mean. @param {Measured} measured */
const meanError = ({ spread, n, overlap = 0 }) => errorOf(spread, n) * Math.sqrt(1 + n * overlap);

/** The difference of two means whose seeds have nothing in common (Welch 1947); null where one has a single seed.
 * @param {Measured} a @param {Measured} b @returns {Difference | null} */
export function welch(a, b) {
  const [own, other] = [meanError(a), meanError(b)];
  const error = Math.hypot(own, other);
  const [share, rest] = [own / error, other / error];
  const freedom = 1 / (share ** 4 / (a.n - 1) + rest ** 4 / (b.n - 1));
  return around(a.mean - b.mean, error, error > 0 ? freedom : a.n + b.n - 2);
}

/** The difference of two trials that shared their seeds, from those of each seed; null of a single one.
 * @param {number[]} differences @returns {Difference | null} */
export function paired(differences) {
  const { mean, spread, n } = measuredOf(differences);
  return around(mean, errorOf(spread, n), n - 1);
}

/** Whether an interval leaves one sign only. @param {Interval} interval */
export const isTold = ({ low, high }) => low > 0 || high < 0;
