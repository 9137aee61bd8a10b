import { CROWD } from './store.js';

/**
 * How good a score is among the trials at hand, from 0 to 1, for every figure alike. Losses are compared by their
 * logarithm; the worst tenth shares one colour, so that a few bad trials do not flatten the rest.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {{best: number, worst: number, low: number, high: number, log: boolean, cost: (score: number) => number,
 *   goodness: (score: number) => number, uncost: (cost: number) => number}} ScoreScale
 */

/** @param {number} value @param {1 | -1} direction down or up to the next number with two significant figures */
function roundOff(value, direction) {
  if (!Number.isFinite(value) || value === 0) return value;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const steps = value / unit;
  return Number(((direction < 0 ? Math.floor(steps + 1e-9) : Math.ceil(steps - 1e-9)) * unit).toPrecision(3));
}

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
  // Numbers in an array of their own sort without a callback.
  const scores = Float64Array.from(found).sort();
  const up = store.objective.direction === 'maximize';
  if (up) scores.reverse();
  const log = !up && store.objective.metric.endsWith('loss') && !(scores[0] <= 0);
  const cost = (/** @type {number} */ score) => (up ? -score : log ? Math.log(score) : score);
  const uncost = (/** @type {number} */ value) => (up ? -value : log ? Math.exp(value) : value);
  const best = scores.length ? roundOff(scores[0], up ? 1 : -1) : log ? 0.1 : 0;
  const limit = scores[Math.min(scores.length - 1, Math.floor(0.9 * scores.length))] ?? 1;
  let worst = roundOff(limit, up ? -1 : 1);
  if (cost(worst) - cost(best) < (log ? Math.log(1.5) : 1e-6)) worst = log ? roundOff(best * 1.5, 1) : best + (up ? -1 : 1);
  const [from, to] = [cost(best), cost(worst)];
  const ends = [scores[0] ?? best, scores[scores.length - 1] ?? worst, worst].map(Number).sort((a, b) => a - b);
  return { best, worst, low: ends[0], high: ends[2], log, cost, uncost, goodness: (score) => Math.max(0, Math.min(1, 1 - (cost(score) - from) / (to - from))) };
}
