import { betaShare } from './normal.js';

/**
 * Where the best trials lie on one hyperparameter: the narrowest stretch that holds most of them, and how many of all
 * trials lie there as well. A stretch says something only where chance would hardly have made it as narrow.
 *
 * @typedef {object} Good
 * @property {number} held so many of the best trials
 * @property {number} of all of the best
 * @property {number} base the share of all trials that lie there, too
 * @property {boolean} told whether chance would have made it so in one study of twenty at most
 * @property {number} low which trial has the lowest value and which the highest, of numbers
 * @property {number} high
 * @property {number[]} choices places among the choices, of names
 */

/** So many of the best lie in the stretch. */
const MOST = 0.8;
/** Chance makes it so in one of so many studies. */
const CHANCE = 0.05;
/** Fewer of the best than this say nothing. */
export const LEAST = 5;
/** Draws that show what chance does, and of how many trials at most: more only make narrower stretches by chance. */
const DRAWS = 400;
const DRAWN = 100;

/** The share that the narrowest stretch with so many of `t` even draws is at most in one of twenty.
 * @type {Map<number, number>} */
const known = new Map();

/** @param {number} t of the best */
const mostOf = (t) => Math.ceil(MOST * t);

/** @param {number[]} sorted @param {number} m how many a stretch holds @returns {number} where the narrowest begins */
function narrowest(sorted, m) {
  let at = 0;
  for (let k = 1; k + m <= sorted.length; k++)
    if (sorted[k + m - 1] - sorted[k] < sorted[at + m - 1] - sorted[at]) at = k;
  return at;
}

/** How narrow a stretch has to be so that chance alone hardly explains it. @param {number} n of the best */
export function chanceOf(n) {
  const t = Math.min(n, DRAWN);
  const found = known.get(t);
  if (found !== undefined) return found;
  // The same draws every time (xorshift).
  let state = 0x9e3779b9;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const widths = Array.from({ length: DRAWS }, () => {
    const drawn = Array.from({ length: t }, random).sort((a, b) => a - b);
    const at = narrowest(drawn, mostOf(t));
    return drawn[at + mostOf(t) - 1] - drawn[at];
  });
  const width = widths.sort((a, b) => a - b)[Math.floor(CHANCE * DRAWS)];
  known.set(t, width);
  return width;
}

/** Among more trials than this ranks are taken from so many bins. */
const MANY = 4000;
const BINS = 4096;

/** How many of the places lie below one. @param {ArrayLike<number>} places from 0 to 1; NaN where there is none
 * @param {number} n that are there @returns {(place: number) => number} */
function ranker(places, n) {
  if (n <= MANY) {
    const sorted = new Float64Array(n);
    let at = 0;
    for (let k = 0; k < places.length; k++) if (places[k] >= 0) sorted[at++] = places[k];
    sorted.sort();
    return (place) => {
      let [low, high] = [0, n];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle] < place) low = middle + 1;
        else high = middle;
      }
      return low;
    };
  }
  const binOf = (/** @type {number} */ place) => Math.min(BINS - 1, Math.floor(place * BINS));
  const below = new Float64Array(BINS + 1);
  for (let k = 0; k < places.length; k++) if (places[k] >= 0) below[binOf(places[k]) + 1]++;
  for (let k = 1; k <= BINS; k++) below[k] += below[k - 1];
  return (place) => below[binOf(place)];
}

/**
 * @param {ArrayLike<number>} places of all trials that count on the axis, from 0 to 1; NaN where one has none
 * @param {(k: number) => boolean} isBest
 * @returns {Good | null} null where there are too few
 */
export function goodRange(places, isBest) {
  const best = [];
  let n = 0;
  for (let k = 0; k < places.length; k++) {
    if (!(places[k] >= 0)) continue;
    n++;
    if (isBest(k)) best.push(k);
  }
  if (best.length < LEAST) return null;
  best.sort((a, b) => places[a] - places[b]);
  // Narrow among the trials, whatever the scale of the axis: so chance is the same on every axis.
  const rank = ranker(places, n);
  const m = mostOf(best.length);
  const at = narrowest(
    best.map((k) => rank(places[k])),
    m,
  );
  const [low, high] = [best[at], best[at + m - 1]];
  const isHeld = (/** @type {number} */ k) => places[k] >= places[low] && places[k] <= places[high];
  let there = 0;
  for (let k = 0; k < places.length; k++) if (isHeld(k)) there++;
  const base = there / n;
  const held = best.filter(isHeld).length;
  return { held, of: best.length, base, told: base <= chanceOf(best.length), low, high, choices: [] };
}

/**
 * The fewest choices that hold most of the best.
 * @param {ArrayLike<number>} places among the choices; NaN where a trial has none
 * @param {number} n choices
 * @param {(k: number) => boolean} isBest
 * @returns {Good | null}
 */
export function goodChoices(places, n, isBest) {
  const [best, all] = [new Array(n).fill(0), new Array(n).fill(0)];
  for (let k = 0; k < places.length; k++) {
    if (!(places[k] >= 0)) continue;
    all[places[k]]++;
    if (isBest(k)) best[places[k]]++;
  }
  const sum = (/** @type {number[]} */ counts) => counts.reduce((total, one) => total + one, 0);
  const of = sum(best);
  if (of < LEAST) return null;
  const order = [...best.keys()].sort((a, b) => best[b] - best[a] || a - b);
  const choices = [];
  let held = 0;
  for (const place of order) {
    if (held >= mostOf(of)) break;
    choices.push(place);
    held += best[place];
  }
  const base = sum(choices.map((place) => all[place])) / sum(all);
  // As many of them by chance, for any of the choices.
  const chance = n * betaShare(base, held, of - held + 1);
  return { held, of, base, told: chance <= CHANCE, low: NaN, high: NaN, choices };
}
