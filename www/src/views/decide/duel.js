import { gridSize, scaleOf } from '../../study/hyperparameters.js';
import { isTold, paired } from '../../study/difference.js';
import { bestSoFar } from './belief.js';

/**
 * A duel of samplers: the same study, the same number of trials for each, repeated over seeds that all share. Pure.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../study/types.js').Distribution} Distribution
 * @typedef {{low: number, mid: number, high: number}} Band quartiles of the best so far; Infinity (a cost) where there
 *   is none yet
 */

/** Who can take part; `linear` draws at random on linear scales. */
export const CONTESTANTS = ['grid', 'random', 'linear', 'sobol', 'tpe', 'gp', 'cmaes'];
export const BUDGETS = [12, 16, 25, 36, 49, 64];
export const REPEATS = [1, 3, 5, 10, 20];
/** Networks that a duel trains, at most. */
export const MOST_NETWORKS = 20_000;

/** Whether an axis is drawn on another than the linear scale. @param {Distribution} range */
const isScaled = (range) => range.type !== 'categorical' && scaleOf(range) !== 'linear';

/** The most points along each axis of a grid of at most so many trials; 0 where none fits.
 * @param {Study} study @param {number} trials */
export function gridPoints(study, trials) {
  let points = 0;
  while (points < trials && gridSize({ ...study, sampler: { name: 'grid', points: points + 1 } }) <= trials) {
    points++;
    // Choices and steps alone: more points change nothing.
    if (points > 1 && gridSize({ ...study, sampler: { name: 'grid', points } }) === gridOf(study, points - 1)) break;
  }
  return points;
}

/** @param {Study} study @param {number} points */
const gridOf = (study, points) => gridSize({ ...study, sampler: { name: 'grid', points } });

/** Why somebody cannot take part; '' who can. @param {Study} study @param {string} name @param {number} trials
 * @returns {'' | 'grid' | 'linear'} */
export function absent(study, name, trials) {
  if (name === 'grid' && gridPoints(study, trials) < 1) return 'grid';
  if (name === 'linear' && !Object.values(study.space ?? {}).some(isScaled)) return 'linear';
  return '';
}

/** Ranges on linear scales. @param {Study['space']} space */
const linear = (space) =>
  Object.fromEntries(
    Object.entries(space ?? {}).map(([name, range]) => {
      if (!isScaled(range)) return [name, range];
      const { log: _, scale: __, ...rest } = range;
      return [name, rest];
    }),
  );

/** The study that a contestant searches in one of the repeats. @param {Study} study @param {string} name
 * @param {number} trials @param {number} repeat @returns {Study} */
export function duelStudy(study, name, trials, repeat) {
  const own = name === 'linear' ? 'random' : name;
  const sampler =
    study.sampler?.name === own && own !== 'grid'
      ? study.sampler
      : name === 'grid'
        ? { name, points: gridPoints(study, trials) }
        : { name: own };
  return {
    ...study,
    ...{ space: name === 'linear' ? linear(study.space) : study.space, sampler, trials },
    ...{ seed: (study.seed ?? 0) + repeat, shared_seeds: true },
    ...{ pruner: { name: 'none' }, stages: null, budget: null, record: [] },
  };
}

/** @param {Float64Array} sorted @param {number} share */
function quantile(sorted, share) {
  const at = share * (sorted.length - 1);
  const [low, high] = [Math.floor(at), Math.ceil(at)];
  // Between a number and none there is none.
  return low === high ? sorted[low] : sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

/** The best so far over the repeats, after each trial; a search that ended earlier stays where it was.
 * @param {number[][]} scores of each repeat, in the order of trials @param {number} trials @param {boolean} isUp
 * @returns {Band[]} as costs: smaller is better */
export function bandsOf(scores, trials, isUp) {
  const sign = isUp ? -1 : 1;
  const curves = scores.filter(({ length }) => length).map((one) => bestSoFar(one, isUp));
  if (!curves.length) return [];
  return Array.from({ length: trials }, (_, k) => {
    const costs = curves.map((curve) => {
      const best = curve[Math.min(k, curve.length - 1)];
      return Number.isFinite(best) ? sign * best : Infinity;
    });
    const sorted = Float64Array.from(costs).sort();
    return { low: quantile(sorted, 0.25), mid: quantile(sorted, 0.5), high: quantile(sorted, 0.75) };
  });
}

/** The last best of each repeat. @param {number[][]} scores @param {boolean} isUp */
export const lastOf = (scores, isUp) => scores.map((one) => bestSoFar(one, isUp).at(-1) ?? NaN);

/** Whether the first of two is told from the other by what the repeats came to, which share their seeds.
 * @param {number[]} a @param {number[]} b */
export function toldApart(a, b) {
  const pairs = a.map((one, k) => one - b[k]).filter(Number.isFinite);
  const found = pairs.length > 1 ? paired(pairs) : null;
  return { n: pairs.length, isTold: found !== null && isTold(found) };
}

/** How many values of an axis some trials have. @param {Trial[]} trials @param {string} name */
export const distinct = (trials, name) =>
  new Set(trials.filter(({ params }) => name in params).map(({ params }) => JSON.stringify(params[name]))).size;
