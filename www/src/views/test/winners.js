import { number } from '../../study/format.js';
import { intervalOf, measuredOf } from '../../study/difference.js';

/**
 * What winners of the same study over several splits scored where they were chosen, and on test rows. Pure.
 *
 * @typedef {import('../../study/types.js').Repeat} Repeat
 * @typedef {{repeat: Repeat, chosen: number, test: number}} Pair
 */

/** The scores of each winner by the measure that chose it; splits without a winner, or without a number, have none.
 * @param {Repeat[]} repeats @param {string} metric of the objective @returns {Pair[]} */
export function pairsOf(repeats, metric) {
  const kind = metric.endsWith('loss') ? 'loss' : 'metric';
  return repeats.flatMap((repeat) => {
    const { last, test } = repeat;
    const chosen = number(last?.[/** @type {'train_loss'} */ (metric)]);
    const own = number(test?.[kind]);
    return Number.isFinite(chosen) && Number.isFinite(own) ? [{ repeat, chosen, test: own }] : [];
  });
}

/** What the pairs come to: in how many the test score is lower, the same, higher; the mean difference of test and
 * choice, and its 95 % interval, null of a single pair. @param {Pair[]} pairs */
export function comparedOf(pairs) {
  const off = pairs.map(({ chosen, test }) => test - chosen);
  const mean = off.reduce((sum, one) => sum + one, 0) / (off.length || 1);
  return {
    n: off.length,
    lower: off.filter((one) => one < 0).length,
    same: off.filter((one) => one === 0).length,
    higher: off.filter((one) => one > 0).length,
    mean,
    interval: off.length > 1 ? intervalOf(measuredOf(off)) : null,
  };
}

/** How many of so many rows an accuracy's difference is. @param {number} difference @param {number} rows */
export const inSamples = (difference, rows) => Math.round(Math.abs(difference) * rows);
