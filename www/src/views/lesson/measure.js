/**
 * What a lesson measures on a run: one number from its trials. Goals, answers and claims all say it in these words
 * (docs/lessons.md), and `tests/lessons.rs` holds the claims by a twin of this file. Pure.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Value} Value
 * @typedef {Value | [number, number] | {in: Value[]}} Wanted one value, the ends of a range, or several values
 * @typedef {object} Measure
 * @property {'least' | 'most' | 'mean' | 'median' | 'sum' | 'count' | 'share' | 'distinct' | 'at' | 'test'} of
 * @property {string} [metric] of a trial: a measure of its epochs, or one of `DERIVED`
 * @property {string} [param] the hyperparameter whose value `at` the best trial, or whose distinct values, are meant
 * @property {Record<string, Wanted>} [where] trials with these settings alone; `state` is one, and so is any metric
 * @property {string} [as] how it is written: one of `KINDS`
 *
 * @typedef {object} Trained a trial as measures see it
 * @property {string} state
 * @property {Record<string, Value>} params
 * @property {(metric: string) => number} metric of its epochs; NaN where there is none
 * @typedef {{study: Study, trials: Trained[], test?: {loss: number, metric: number} | null}} Run
 */

export const OF = ['least', 'most', 'mean', 'median', 'sum', 'count', 'share', 'distinct', 'at', 'test'];
export const METRICS = ['train_loss', 'validation_loss', 'train_metric', 'validation_metric'];
/** What follows from a trial's epochs: validation loss above training loss, epochs that were trained, and the norm of
 * the first layer's gradient as a part of the last one's, after the first epoch. */
export const DERIVED = ['gap', 'epochs', 'vanishing'];
/** How numbers are written. */
export const KINDS = ['loss', 'percent', 'points', 'setting', 'count', 'times'];

/** A metric of which more is better. @param {string} metric */
const isRising = (metric) => metric.endsWith('_metric');

/** @param {Run} run @param {Trained} trial @param {string} name */
const settingOf = ({ study }, trial, name) => trial.params[name] ?? study.fixed?.[name];

/** @param {Run} run @param {Trained} trial @param {string} name @param {Wanted} wanted */
function fits(run, trial, name, wanted) {
  const isMetric = METRICS.includes(name) || DERIVED.includes(name);
  const value = name === 'state' ? trial.state : isMetric ? trial.metric(name) : settingOf(run, trial, name);
  if (Array.isArray(wanted)) {
    const [low, high] = wanted.map(Number);
    return typeof value === 'number' && value >= low && value <= high;
  }
  if (wanted !== null && typeof wanted === 'object') return wanted.in.some((one) => one === value);
  return value === wanted;
}

/** The trials that a measure is about: those that ended well, unless it asks for others.
 * @param {Run} run @param {Measure} measure */
export function trialsOf(run, { where = {}, of }) {
  const isAny = 'state' in where || of === 'count' || of === 'share' || of === 'distinct' || of === 'sum';
  return run.trials.filter(
    (trial) =>
      (isAny || trial.state === 'complete') &&
      Object.entries(where).every(([name, wanted]) => fits(run, trial, name, wanted)),
  );
}

/** @param {number[]} numbers */
function medianOf(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** NaN where there is nothing to measure. @param {Measure} measure @param {Run} run @returns {number} */
export function measureOf(measure, run) {
  const { of, metric = 'validation_loss', param = '' } = measure;
  const found = trialsOf(run, measure);
  if (of === 'test') return run.test?.[metric.endsWith('_metric') ? 'metric' : 'loss'] ?? NaN;
  if (of === 'count') return found.length;
  if (of === 'share') return found.length / run.trials.length;
  if (of === 'distinct') return new Set(found.map((trial) => settingOf(run, trial, param))).size;
  const scored = found.map((trial) => ({ trial, value: trial.metric(metric) }));
  const finite = scored.filter(({ value }) => Number.isFinite(value));
  if (!finite.length) return NaN;
  const values = finite.map(({ value }) => value);
  switch (of) {
    case 'least':
      return Math.min(...values);
    case 'most':
      return Math.max(...values);
    case 'median':
      return medianOf(values);
    case 'at': {
      const best = (isRising(metric) ? Math.max : Math.min)(...values);
      const at = finite.find(({ value }) => value === best);
      return at ? Number(settingOf(run, at.trial, param)) : NaN;
    }
    default: {
      const sum = values.reduce((all, one) => all + one, 0);
      return of === 'sum' ? sum : sum / values.length;
    }
  }
}

/** How a measure is written, where it does not say so itself. @param {Measure} measure */
export function kindOf({ of, metric = 'validation_loss', as }) {
  if (as) return as;
  if (of === 'count' || of === 'distinct' || metric === 'epochs') return 'count';
  if (of === 'share' || isRising(metric)) return 'percent';
  return of === 'at' ? 'setting' : 'loss';
}

/** A trial of a result document, or of the page's columns, as measures see it.
 * @param {import('../../study/types.js').Trial | import('../../study/types.js').TrialDocument} trial
 * @returns {Trained} */
export const trainedOf = (trial) => ({
  state: trial.state,
  params: trial.params,
  metric: (name) => metricOf(trial, name),
});

/** @param {any} trial @param {string} name @returns {number} */
function metricOf(trial, name) {
  const { epochs } = trial;
  if (!epochs.length) return NaN;
  if (name === 'gap') return metricOf(trial, 'validation_loss') - metricOf(trial, 'train_loss');
  if (name === 'epochs') return Array.isArray(epochs) ? epochs[epochs.length - 1].epoch : epochs.length;
  if (name === 'vanishing') {
    const layers = (Array.isArray(epochs) ? epochs[0] : epochs.at(0))?.layers;
    return layers ? Number(layers[0].gradient_norm) / Number(layers[layers.length - 1].gradient_norm) : NaN;
  }
  if (!Array.isArray(epochs)) return epochs.measure(name);
  const kept = trial.kept_epoch;
  const record = (kept && epochs.find(({ epoch }) => epoch === kept)) || epochs[epochs.length - 1];
  return record[name] === null ? NaN : Number(record[name]);
}
