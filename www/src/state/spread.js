import { copiesOf } from '../study/parts.js';
import { exact, loss, metric, number } from '../study/format.js';
import { ticked } from '../study/scale.js';

/**
 * How far the networks of a trial lie apart, beside their mean: ± is the standard deviation over its folds and seeds.
 * With one network there is none, and nothing is written.
 *
 * @typedef {import('../study/types.js').EpochRecord} EpochRecord
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('../study/types.js').Measure} Measure
 */

/** @param {EpochRecord | undefined} record @param {string} name @returns {number} NaN without a spread */
export const spreadAt = (record, name) => number(record?.spread?.[/** @type {Measure} */ (name)]);

/** The spread of what a trial is ranked by. @param {Store} store @param {Trial} trial */
export function spreadOf(store, trial) {
  if (!Number.isFinite(store.score(trial))) return NaN;
  return spreadAt(trial.epochs.at(-1), store.objective.metric);
}

/** What trials are ranked by, in words: never an accuracy as a loss. @param {Store} store @param {boolean} [title] */
export function scoreName(store, title = false) {
  const { metric: name } = store.objective;
  if (name.endsWith('loss')) return store.t(title ? `score.${name}.title` : `score.${name}`);
  return store.t(`metric.${store.task}.${name.split('_')[0]}${title ? '.title' : ''}`);
}

/** The validation metric beside a score; beside one of training it says of which rows it is. @param {Store} store */
export const metricName = (store) =>
  store.t(`metric.${store.task}${store.objective.metric.startsWith('train') ? '.validation' : ''}`);

/** A score: a loss, an accuracy or an R². @param {Store} store @param {unknown} score */
export const scoreValue = (store, score) =>
  store.objective.metric.endsWith('loss') ? loss(score) : metric(score, store.task);

/** A round score, for the labels of axes and colours. @param {Store} store @param {number} score */
export const scoreLabel = (store, score) =>
  store.objective.metric.endsWith('loss') || store.task === 'numbers'
    ? exact(score)
    : `${exact(Number((100 * score).toPrecision(6)))}%`;

/** Ticks of an axis of scores. @param {Store} store @param {number[]} scores
 * @param {(score: number) => number} [to] where each lies on the axis */
export const scoreTicks = (store, scores, to = (score) => score) =>
  store.objective.metric.endsWith('loss') || store.task === 'numbers'
    ? ticked(scores, to)
    : scores.map((score) => ({ at: to(score), label: scoreLabel(store, score) }));

/** What a score can be. @param {Store} store @returns {[number, number]} */
export const scoreBounds = ({ objective, task }) =>
  objective.metric.endsWith('loss') ? [0, Infinity] : [task === 'numbers' ? -Infinity : 0, 1];

/** @param {Store} store @param {number} score */
export const isPossible = (store, score) => score >= scoreBounds(store)[0] && score <= scoreBounds(store)[1];

/** " ± 0.013", or nothing. @param {number} spread @param {string} name @param {string} task */
export function plusMinus(spread, name, task) {
  if (!Number.isFinite(spread)) return '';
  const text = name.endsWith('loss') ? loss(spread) : metric(spread, task).replace('%', '');
  return ` ± ${text}`;
}

/** A trial's score with its spread. @param {Store} store @param {Trial} trial */
export const scoreText = (store, trial) =>
  scoreValue(store, store.score(trial)) + plusMinus(spreadOf(store, trial), store.objective.metric, store.task);

/**
 * A measure of one epoch with its spread.
 * @param {EpochRecord | undefined} record
 * @param {Measure} name
 * @param {string} task
 */
export function measureText(record, name, task) {
  const value = record?.[name];
  return (name.endsWith('loss') ? loss(value) : metric(value, task)) + plusMinus(spreadAt(record, name), name, task);
}

/**
 * Whether the trials shown have more than one network each: figures then keep room for the spread.
 * @param {Store} store
 */
export const hasSpread = (store) => copiesOf(store.shownStudy) > 1;
