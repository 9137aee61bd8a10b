import { scaleOfScores } from './scale.js';
import { CROWD } from './store.js';

/**
 * How good a score is among the trials at hand, from 0 to 1, for every figure alike. Losses are compared by their
 * logarithm; the worst tenth shares one colour, so that a few bad trials do not flatten the rest.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./scale.js').ScoreScale} ScoreScale
 */

/** While trials stream in, the scale is renewed this often, in ms; that of a crowd moves slowly, and all its marks with it. */
const RENEW = 250;
const RENEW_CROWD = 1000;

/** @type {WeakMap<Store, {version: number, at: number, study: unknown, scale: ScoreScale}>} */
const known = new WeakMap();

/** @param {Store} store @returns {ScoreScale} */
export function scoreScale(store) {
  const kept = known.get(store);
  const now = performance.now();
  if (kept && kept.study === store.runStudy && (kept.version === store.version || (store.state === 'running' && now - kept.at < (store.trials.size > CROWD ? RENEW_CROWD : RENEW)))) return kept.scale;
  const scale = makeScale(store);
  known.set(store, { version: store.version, at: now, study: store.runStudy, scale });
  return scale;
}

/** @param {Store} store @returns {ScoreScale} */
function makeScale(store) {
  const found = [];
  for (const trial of store.trials.values()) {
    const score = store.score(trial);
    if (Number.isFinite(score)) found.push(score);
  }
  return scaleOfScores(found, store.objective);
}
