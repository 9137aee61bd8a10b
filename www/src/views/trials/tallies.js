import { ABSENT, DIVERGED, LEARNED } from './field.js';

/**
 * What trials come to when they are counted: how many are as good as a score, and how long each trained. Pure.
 *
 * @typedef {Pick<import('./field.js').Field, 'n' | 'looks' | 'shades' | 'whole' | 'out' | 'isUp'>} Counted
 * @typedef {{first: number, end: number, learned: number, plain: number, diverged: number, shade: number,
 *   isDiverged: boolean}} Bar trials from `first` to before `end`: how long they trained on average, in parts by what
 *   became of them, whether one diverged, and the colour of the best; -1 where none has learned
 */

/**
 * The shares of the trials that are as good as each place of the scores' axis, or better. Those that came to nothing
 * count as well: they never are.
 * @param {Counted} field
 * @param {Float32Array} shares where the trials lie on the axis
 * @param {boolean} all whether those outside of the brush count, too
 * @param {number} bins
 * @returns {{reached: Float64Array, n: number, whole: number}} at the ends of all bins
 */
export function reachedOf(field, shares, all, bins) {
  const counts = new Float64Array(bins + 2);
  let [n, whole] = [0, 0];
  for (let k = 0; k < field.n; k++) {
    if (field.looks[k] === ABSENT || (!all && field.out[k])) continue;
    n++;
    if (Number.isNaN(field.whole[k])) continue;
    whole++;
    // A place is reached by what lies on it, and before it on the good side.
    const at = shares[k] * bins;
    counts[field.isUp ? Math.floor(at) : Math.ceil(at)]++;
  }
  const reached = new Float64Array(bins + 1);
  let sum = 0;
  for (let j = 0; j <= bins; j++) {
    const at = field.isUp ? bins - j : j;
    sum += counts[at];
    reached[at] = n ? sum / n : 0;
  }
  return { reached, n, whole };
}

/** Scores that shares of the trials reach: null where too few come to anything. @param {Counted} field
 * @param {boolean} all whether those outside of the brush count, too @param {number[]} shares in rising order
 * @returns {(number | null)[]} */
export function quantilesOf(field, all, shares) {
  const found = [];
  let n = 0;
  for (let k = 0; k < field.n; k++) {
    if (field.looks[k] === ABSENT || (!all && field.out[k])) continue;
    n++;
    if (!Number.isNaN(field.whole[k])) found.push(field.whole[k]);
  }
  const sorted = Float64Array.from(found).sort();
  if (field.isUp) sorted.reverse();
  return shares.map((share) => sorted[Math.max(1, Math.ceil(share * n)) - 1] ?? null);
}

/** Bars along the trials in the order in which they were asked for, no more than there is room for.
 * @param {Counted} field @param {ArrayLike<number>} lengths @param {number} most @returns {Bar[]} */
export function barsOf(field, lengths, most) {
  const { n, looks, shades, out } = field;
  const bars = Math.max(1, Math.min(n, most));
  return Array.from({ length: n ? bars : 0 }, (_, bar) => {
    const [first, end] = [Math.floor((bar * n) / bars), Math.floor(((bar + 1) * n) / bars)];
    const sums = [0, 0, 0];
    let [shade, isDiverged] = [-1, false];
    for (let k = first; k < end; k++) {
      if (looks[k] === ABSENT) continue;
      const isLearned = looks[k] === LEARNED;
      isDiverged ||= looks[k] === DIVERGED;
      // A bar has a colour where the brush holds one of its trials.
      sums[looks[k] === DIVERGED ? 2 : isLearned ? 0 : 1] += lengths[k] / (end - first);
      if (isLearned && !out[k]) shade = Math.max(shade, shades[k]);
    }
    const [learned, plain, diverged] = sums;
    return { first, end, learned, plain, diverged, isDiverged, shade };
  });
}
