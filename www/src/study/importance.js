import { scaleOf } from './hyperparameters.js';
import { normalBetween } from './normal.js';

/**
 * How much each hyperparameter has to do with being among the best trials: PED-ANOVA (Watanabe, Bansal, Hutter 2023),
 * with the settings of Optuna 5's default. The best tenth, the target, is held against all trials: along each
 * hyperparameter both are smoothed to a density over a grid, and importance is the Pearson divergence between the two.
 *
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {import('./types.js').Value} Value
 * @typedef {{name: string, range: Distribution, values: Float64Array}} Searched what trials have of a hyperparameter:
 *   numbers, or places among the choices; NaN where a trial does not use it
 * @typedef {{name: string, share: number, divergence: number}} Importance `share` of all of them, which make 1
 * @typedef {{n: number, target: number, cut: number, all: Importance[]}} Importances of `n` trials, of which `target`
 *   are among the best: as good as `cut` or better
 */

/** The share of the trials that are the target. */
export const TARGET = 0.1;
/** Places of a grid at most. */
const STEPS = 50;
/** The weight of the prior, which is one more observation. */
const PRIOR = 1;
/** A kernel is so wide at least that 90 % of it lie in its own cell. */
const LEAST_SIGMA = 0.5 / 1.64;
/** What is nowhere is so likely. */
const FLOOR = 1e-12;
/** Fewer trials than this that use a hyperparameter say nothing of it. */
const LEAST_USERS = 2;

/** @param {number[]} numbers */
const sumOf = (numbers) => numbers.reduce((sum, one) => sum + one, 0);

/** Places on the axis along which a range is divided evenly. @param {Distribution} range */
function lineOf(range) {
  const scale = scaleOf(range);
  if (scale === 'log') return Math.log;
  return scale === 'log1m' ? (/** @type {number} */ x) => -Math.log(1 - x) : (/** @type {number} */ x) => x;
}

/** How many places the grid of a range has. @param {Distribution} range */
function placesOf(range) {
  if (range.choices) return range.choices.length;
  const [low, high] = [Number(range.low), Number(range.high)];
  if (!(high > low)) return 1;
  if (range.type === 'int' && scaleOf(range) === 'log') {
    return Math.min(Math.ceil(Math.log(high - low + 1) / Math.log(2)) + 1, STEPS);
  }
  const step = range.step || (range.type === 'int' ? 1 : 0);
  return step ? Math.min(Math.round((high - low) / step) + 1, STEPS) : STEPS;
}

/** Grids that are known: they are the same whichever trials count. @type {WeakMap<Float64Array, Int16Array>} */
const grids = new WeakMap();

/** The place of every value on the grid; -1 where there is none. @param {Searched} searched @param {number} places */
function gridOf({ range, values }, places) {
  const known = grids.get(values);
  if (known) return known;
  const found = new Int16Array(values.length).fill(-1);
  grids.set(values, found);
  const to = lineOf(range);
  const [low, high] = [to(Number(range.low)), to(Number(range.high))];
  const step = (high - low) / (places - 1);
  for (let k = 0; k < values.length; k++) {
    const value = values[k];
    if (!Number.isFinite(value)) continue;
    // What lies in the middle between two places goes to the lower one.
    const at = range.choices ? value : Math.ceil((to(value) - low) / step - 0.5);
    found[k] = Math.max(0, Math.min(places - 1, at));
  }
  return found;
}

/** How likely each choice is, when each trial votes for its own and the prior for all. @param {number[]} counts */
function shareOfChoices(counts) {
  const kernels = counts.filter((n) => n > 0).length + 1;
  const all = sumOf(counts) + PRIOR;
  const prior = PRIOR / kernels;
  const row = prior * counts.length + 1;
  return counts.map((n) => ((all - PRIOR - n) * prior + n * (1 + prior)) / row / all + PRIOR / all / counts.length);
}

/** How wide the kernels are: Scott's rule, for counts at places 0, 1, 2, ... @param {number[]} counts */
function sigmaOf(counts) {
  const places = [...counts.keys()].filter((k) => counts[k] > 0);
  const all = sumOf(counts);
  const mean = places.reduce((sum, k) => sum + k * counts[k], 0) / all;
  const square = places.reduce((sum, k) => sum + counts[k] * (k - mean) ** 2, 0);
  let below = 0;
  const upTo = places.map((k) => (below += counts[k]));
  const first = upTo.findIndex((n) => n >= Math.floor(all / 4));
  const third = upTo.findIndex((n) => n > Math.floor((all * 3) / 4));
  const quartiles = (places[third] ?? places[places.length - 1]) - places[first];
  const spread = Math.sqrt(square / Math.max(1, all - 1));
  return Math.max(1.059 * Math.min(quartiles / 1.34, spread) * all ** -0.2, LEAST_SIGMA);
}

/** How likely each place of a grid is: a normal kernel, cut off at the ends, over each place that has trials, and a
 * wide one over all. @param {number[]} counts */
function shareOfPlaces(counts) {
  const n = counts.length;
  const found = new Array(n).fill(0);
  const all = sumOf(counts) + PRIOR;
  const sigma = sigmaOf(counts);
  // A kernel over a place has as much at a distance as any other, to either side.
  const far = Array.from({ length: n }, (_, d) => normalBetween((d - 0.5) / sigma, (d + 0.5) / sigma));
  for (let mu = 0; mu < n; mu++) {
    if (!counts[mu]) continue;
    const weight = counts[mu] / all / normalBetween((-0.5 - mu) / sigma, (n - 0.5 - mu) / sigma);
    for (let k = 0; k < n; k++) found[k] += weight * far[Math.abs(k - mu)];
  }
  const half = normalBetween(-0.5, 0.5);
  for (let k = 0; k < n; k++) {
    const from = (k - n / 2) / n;
    found[k] += (PRIOR / all / half) * normalBetween(from, from + 1 / n);
  }
  return found;
}

/** How far the target's density is from that of all. @param {Distribution} range
 * @param {number[]} target @param {number[]} all counts over the same grid */
function divergenceOf(range, target, all) {
  const density = range.choices ? shareOfChoices : shareOfPlaces;
  const [best, whole] = [density(target), density(all)];
  let sum = 0;
  for (let k = 0; k < best.length; k++) {
    const [top, base] = [best[k] + FLOOR, whole[k] + FLOOR];
    sum += base * (top / base - 1) ** 2;
  }
  return sum;
}

/**
 * The importances of what was searched, largest first.
 * @param {Searched[]} searched
 * @param {ArrayLike<number>} scores one a trial; what has no finite one is left out
 * @param {'minimize' | 'maximize' | string} direction
 * @param {(trial: number) => boolean} [within] the trials that count
 * @returns {Importances}
 */
export function importancesOf(searched, scores, direction, within = () => true) {
  const sign = direction === 'maximize' ? -1 : 1;
  const held = new Int32Array(scores.length);
  const costs = new Float64Array(scores.length);
  let n = 0;
  for (let k = 0; k < scores.length; k++) {
    if (!Number.isFinite(scores[k]) || !within(k)) continue;
    held[n] = k;
    costs[n++] = sign * scores[k];
  }
  const limit = costs.slice(0, n).sort()[Math.ceil(TARGET * n) - 1];
  const isTarget = new Uint8Array(n);
  let target = 0;
  for (let k = 0; k < n; k++) if (costs[k] <= limit) target += isTarget[k] = 1;
  const found = searched.map((one) => ({ name: one.name, share: 0, divergence: 0 }));
  if (n > 1)
    for (const [at, one] of searched.entries()) {
      const places = placesOf(one.range);
      if (places < 2) continue;
      const grid = gridOf(one, places);
      const [best, all] = [new Array(places).fill(0), new Array(places).fill(0)];
      for (let k = 0; k < n; k++) {
        const place = grid[held[k]];
        if (place < 0) continue;
        all[place]++;
        best[place] += isTarget[k];
      }
      const [users, usersInTarget] = [sumOf(all), sumOf(best)];
      if (users < LEAST_USERS || !usersInTarget) continue;
      const weight = (usersInTarget / target) ** 2 / (users / n);
      found[at].divergence = weight * divergenceOf(one.range, best, all) * (target / n) ** 2;
    }
  const sum = sumOf(found.map((one) => one.divergence));
  for (const one of found) one.share = sum > 0 ? one.divergence / sum : 1 / found.length;
  found.sort((a, b) => b.divergence - a.divergence);
  return { n, target, cut: sign * limit, all: found };
}
