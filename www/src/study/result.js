import { number } from './format.js';

export const FORMAT = 'tuning-playground/result@1';
/** States in which nothing more happens to a trial. */
export const ENDED = ['complete', 'pruned', 'diverged', 'failed', 'cancelled'];

/** What a trial is ranked by: its value, or where it has none the last epoch's; NaN when there is neither.
 * @param {import('./types.js').Trial} trial @param {string} metric */
export function scoreOf(trial, metric) {
  if (trial.state === 'diverged' || trial.state === 'failed') return NaN;
  const value = number(trial.value);
  if (Number.isFinite(value)) return value;
  return trial.epochs.measure(metric);
}

/** What trials are ranked by. @param {import('./types.js').Study} study */
export function objectiveOf({ objective }) {
  const metric = objective?.metric ?? 'validation_loss';
  return { metric, direction: objective?.direction ?? (metric.endsWith('loss') ? 'minimize' : 'maximize') };
}

/** What an epoch takes as text, at the least. */
export const EPOCH_BYTES =
  '{"epoch":1,"train_loss":0,"validation_loss":0,"train_metric":0,"validation_metric":0,"learning_rate":0,"seconds":0}'
    .length;
