import { comparableTrials, scoreScale } from './score.js';
import { plusMinus, spreadAt } from './spread.js';
import { exact, loss, metric, signed } from '../study/format.js';
import { SURFACE_COLORS } from '../study/looks.js';
import { roundOff, scaleOfScores } from '../study/scale.js';

/**
 * What colours the response surface: what trials are ranked by, or a loss, an accuracy, or the gap between validation
 * and training, by which no trial is ranked.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('../study/types.js').Measure} Measure
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {object} Shown
 * @property {string} name `gap`, or a measure of an epoch
 * @property {boolean} own whether trials are ranked by it
 * @property {(trial: Trial) => number} of a trial; NaN where there is none
 * @property {string} label
 * @property {string} title
 * @property {(trial: Trial) => string} text with the spread over seeds, where there is one
 * @property {(value: number) => string} round as a label of the scale
 */

/** What a reader may choose: what trials are ranked by first. @param {Store} store @returns {string[]} */
export const measuresOf = ({ objective }) => [...new Set([objective.metric, ...SURFACE_COLORS])];

/** How much larger the validation loss is than the training loss. @param {Trial} trial */
export const gapOf = ({ state, epochs }) =>
  state === 'diverged' || state === 'failed' ? NaN : epochs.measure('validation_loss') - epochs.measure('train_loss');

/** @param {Store} store @param {string} [name] @returns {Shown} */
export function shownOf(store, name = store.measure ?? store.objective.metric) {
  const { objective, task } = store;
  const isLoss = name.endsWith('loss');
  // Words are looked up when they are asked for: marks need none.
  const named = (/** @type {string} */ key) => ({
    name,
    get label() {
      return store.t(key);
    },
    get title() {
      return store.t(`${key}.title`);
    },
  });
  const measured = named(isLoss ? `score.${name}` : `metric.${task}.${name.split('_')[0]}`);
  const round = (/** @type {number} */ value) =>
    isLoss || task === 'numbers' ? exact(value) : `${exact(Number((100 * value).toPrecision(6)))}%`;
  if (name === 'gap')
    return Object.assign(named('measure.gap'), {
      own: false,
      of: gapOf,
      text: (/** @type {Trial} */ trial) => signed(gapOf(trial)),
      round: (/** @type {number} */ value) => (value > 0 ? `+${exact(value)}` : exact(value)),
    });
  const own = name === objective.metric;
  const of = own
    ? (/** @type {Trial} */ trial) => store.score(trial)
    : (/** @type {Trial} */ { state, epochs }) =>
        state === 'diverged' || state === 'failed' ? NaN : epochs.measure(name);
  return Object.assign(measured, {
    own,
    of,
    text: (/** @type {Trial} */ trial) => {
      const spread = Number.isFinite(of(trial)) ? spreadAt(trial.epochs.at(-1), name) : NaN;
      return (isLoss ? loss(of(trial)) : metric(of(trial), task)) + plusMinus(spread, name, task);
    },
    round,
  });
}

/**
 * The scale of a gap: as far below 0 as above, so that 0 is in its middle. The farthest tenth shares the colours
 * of its ends.
 * @param {number[]} found finite @returns {import('../study/scale.js').ScoreScale}
 */
export function scaleOfGaps(found) {
  const sizes = Float64Array.from(found, Math.abs).sort();
  const far = sizes[Math.min(sizes.length - 1, Math.floor(0.9 * sizes.length))] ?? 0;
  const rounded = far > 0 ? roundOff(far, 1) : 0;
  const end = rounded > 1e-300 && Number.isFinite(rounded) ? Math.min(rounded, 1e300) : 1;
  const share = (/** @type {number} */ value) => 0.5 + value / end / 2;
  return {
    best: -end,
    worst: end,
    low: -end,
    high: end,
    log: false,
    zeros: false,
    // 0 is the middle of it, whatever there is.
    flat: false,
    cost: (value) => value,
    share,
    goodness: (value) => Math.max(0, Math.min(1, 1 - share(value))),
  };
}

/** While trials stream in, the scale is renewed this often, in ms. */
const RENEW = 500;

/** @typedef {import('../study/scale.js').ScoreScale} ScoreScale */
/** @type {WeakMap<Store, {key: string, version: number, at: number, scale: ScoreScale}>} */
const known = new WeakMap();

/** The scale of what is shown. @param {Store} store @param {Shown} shown */
export function shownScale(store, shown) {
  if (shown.own) return scoreScale(store);
  const key = `${store.runs} ${shown.name}`;
  const kept = known.get(store);
  const now = performance.now();
  if (kept?.key === key && (kept.version === store.version || (store.state === 'running' && now - kept.at < RENEW)))
    return kept.scale;
  const found = [];
  // Two runs side by side have one scale.
  for (const one of store.comparable ? [store, store.comparable] : [store]) {
    for (const trial of comparableTrials(one.trials)) {
      const value = shown.of(trial);
      if (Number.isFinite(value)) found.push(value);
    }
  }
  const direction = shown.name.endsWith('loss') ? 'minimize' : 'maximize';
  const scale = shown.name === 'gap' ? scaleOfGaps(found) : scaleOfScores(found, { metric: shown.name, direction });
  known.set(store, { key, version: store.version, at: now, scale });
  return scale;
}
