import { scaleOfScores } from '../study/scale.js';
import { guessOf } from '../study/guess.js';
import { CROWD } from './store.js';

/**
 * How good a score is among the trials at hand, from 0 to 1, for every figure alike. Losses are compared by their
 * logarithm; the worst tenth shares one colour, so that a few bad trials do not flatten the rest.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('../study/scale.js').ScoreScale & {untrained: number}} ScoreScale with the number of trials that
 *   did not learn
 */

/**
 * While trials stream in, the scale is renewed this often, in ms; that of a crowd moves slowly, and all its marks with
 * it.
 */
const RENEW = 250;
const RENEW_CROWD = 1000;

/** @type {WeakMap<Store, {version: number, at: number, study: unknown, scale: ScoreScale}>} */
const known = new WeakMap();

/** @param {Store} store @returns {ScoreScale} */
export function scoreScale(store) {
  const kept = known.get(store);
  const now = performance.now();
  if (
    kept &&
    kept.study === store.runStudy &&
    (kept.version === store.version ||
      (store.state === 'running' && now - kept.at < (store.trials.size > CROWD ? RENEW_CROWD : RENEW)))
  )
    return kept.scale;
  const scale = makeScale(store);
  known.set(store, { version: store.version, at: now, study: store.runStudy, scale });
  return scale;
}

/**
 * The trials whose scores can be held against each other: what was pruned has one of fewer epochs, and counts only
 * where nothing else is there.
 * @param {Map<number, Trial>} trials
 * @returns {Trial[]}
 */
export function comparableTrials(trials) {
  const all = [...trials.values()];
  const whole = all.filter(({ state }) => state !== 'pruned');
  return whole.length ? whole : all;
}

/** @param {Store} store @returns {ScoreScale} */
function makeScale(store) {
  const found = [];
  let untrained = 0;
  // Two runs side by side have one scale.
  for (const one of store.comparable ? [store, store.comparable] : [store]) {
    for (const trial of comparableTrials(one.trials)) {
      const score = one.score(trial);
      if (Number.isFinite(score)) found.push(score);
      if (one === store && isUntrained(store, trial)) untrained++;
    }
  }
  return { ...scaleOfScores(found, store.objective), untrained };
}

/** In a loss as f32 has it, so much is nothing. */
const NOTHING = 1e-6;

/**
 * Whether a trial ended no better than guessing. For classes a guess says the largest one, or for every sample each
 * class's share; a trial learned nothing if neither part of the data has a larger accuracy than the one, or neither a
 * lower loss than the other. Training has a say, as a network may know its own rows too well. For numbers a guess is
 * the mean of the targets, which has an R² of 0.
 * @param {Store} store @param {Trial} trial
 */
export function isUntrained(store, { state, epochs }) {
  if (state !== 'complete' || !epochs.length) return false;
  const guess = guessOf(store.shownStudy);
  const rated = Math.max(epochs.measure('train_metric'), epochs.measure('validation_metric'));
  if (!guess) return rated <= 0;
  const least = Math.min(epochs.measure('train_loss'), epochs.measure('validation_loss'));
  return rated <= guess.share || least >= guess.loss * (1 - NOTHING);
}

/** A trial's state as it is shown. @param {Store} store @param {Trial} trial */
export const lookOf = (store, trial) => (isUntrained(store, trial) ? 'untrained' : trial.state);
