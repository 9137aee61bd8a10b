import { BY_NAME, sweptOf, uses } from '../../study/hyperparameters.js';
import { number } from '../../study/format.js';
import { LEARNING_ROUND, settingOf } from './settings.js';

/**
 * What a sampler knew when it asked for a trial, and a game against it. Pure.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../study/types.js').Value} Value
 * @typedef {import('../../study/types.js').Past} Past
 * @typedef {import('../../study/types.js').BeliefKind} BeliefKind
 * @typedef {{metric: string, direction: string}} Objective
 * @typedef {{number: number, sampler: Trial, reader: Trial | null}} Move
 */

/** What exploring is set to, by kind: xi of GP, in deviations of all values, and gamma of TPE, a share of trials. */
export const EXPLORATIONS = { gp: [0, 0.01, 0.03, 0.1, 0.3, 1, 3], tpe: [0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5] };
/** What the samplers themselves have. */
export const USUAL = { gp: 0, tpe: 0.1 };

/** A trial as a sampler is told of it. @param {Trial} trial @param {Objective} objective @returns {Past} */
export function pastOf({ state, params, value, epochs }, { metric, direction }) {
  const own = direction === 'maximize' ? -1 : 1;
  if (state === 'diverged' || state === 'failed') return [params, 'NaN', null];
  const told = (/** @type {number} */ score) => (Number.isFinite(score) ? own * score : 'NaN');
  if (state === 'complete') return [params, told(number(value)), null];
  if (state === 'pruned') return [params, told(epochs.measure(metric)), epochs.length];
  return [params, null, null];
}

/** How many of the first `n` trials had been told when the next one was asked for: rounds are asked for at once.
 * @param {Study} study @param {number} n */
export function toldAt({ sampler }, n) {
  const startup = settingOf(sampler, 'startup');
  const round = settingOf(sampler, 'round') || LEARNING_ROUND;
  if (n < startup) return 0;
  return startup + Math.floor((n - startup) / round) * round;
}

/** Whether a study's own sampler is of this kind, all along. @param {Study} study @param {BeliefKind} kind */
export const isOwn = ({ sampler, stages }, kind) => sampler?.name === kind && !stages?.length;

/** The study as a belief is asked about: of a sampler that is another one there are no rounds to go through again.
 * @param {Study} study @param {boolean} isRound @returns {Study} */
export const beliefStudy = (study, isRound) => ({
  ...study,
  ...{ sampler: isRound ? study.sampler : { name: 'random' }, pruner: { name: 'none' }, stages: null, budget: null },
});

/** The study that a single trial is trained under, to its end. @param {Study} study @returns {Study} */
export const trainStudy = (study) => ({ ...beliefStudy(study, false), record: [] });

/** The first number of the last stage; 0 of a study without stages. @param {Study} study */
export const stageFirst = ({ stages }) => (stages ?? []).slice(0, -1).reduce((sum, { trials }) => sum + trials, 0);

/** Parameters without those that such a trial does not use. @param {Study} study @param {Record<string, Value>} all */
export const usedParams = (study, all) =>
  Object.fromEntries(
    Object.entries(all).filter(([name]) => {
      const row = BY_NAME.get(name);
      return !row || uses(row, study, all);
    }),
  );

/** The best of some scores so far, after each of them; NaN before there is one.
 * @param {number[]} scores @param {boolean} isUp @param {number} [start] */
export function bestSoFar(scores, isUp, start = NaN) {
  let best = start;
  return scores.map((score) => {
    if (Number.isFinite(score) && (!Number.isFinite(best) || (isUp ? score > best : score < best))) best = score;
    return best;
  });
}

/** Where the axes are held that are not drawn: as the best trial has them; what it does not use as the first that
 * does. @param {Study} study @param {Iterable<Trial>} trials best first @returns {Record<string, Value>} */
export function heldAt(study, trials) {
  /** @type {Record<string, Value>} */
  const held = {};
  const names = sweptOf(study).map(({ name }) => name);
  for (const { params } of trials) {
    for (const name of names) if (!(name in held) && name in params) held[name] = params[name];
    if (names.every((name) => name in held)) break;
  }
  return held;
}

/** Where the largest number stands; -1 of none. @param {ArrayLike<number>} all */
export function largest(all) {
  let found = -1;
  for (let k = 0; k < all.length; k++) if (Number.isFinite(all[k]) && (found < 0 || all[k] > all[found])) found = k;
  return found;
}

/** One of the three numbers that are told of each place. @param {Float64Array} told @param {0 | 1 | 2} which */
export const columnOf = (told, which) => Float64Array.from({ length: told.length / 3 }, (_, k) => told[3 * k + which]);
