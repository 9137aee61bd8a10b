import { copiesOf, partSizes } from '../study/parts.js';
import { exact } from '../study/format.js';
import { ruleOf } from '../study/ties.js';
import { isUntrained } from './score.js';
import { spreadOf } from './spread.js';

/**
 * The trials that tie with the best of a run that has ended, and why.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('../study/ties.js').Rule} Rule
 * @typedef {{numbers: Set<number>, by: Rule['by'], bound: number, samples: number, best: number}} Ties without the
 *   best itself
 */

/** @type {WeakMap<Store, {version: number, best: number | null, study: unknown, ties: Ties | null}>} */
const known = new WeakMap();

/** Null while trials are training, and where nothing can be said. @param {Store} store @returns {Ties | null} */
export function tiesOf(store) {
  if (store.state !== 'idle') return null;
  const { version, best, runStudy: study } = store;
  const kept = known.get(store);
  if (kept && kept.version === version && kept.best === best && kept.study === study) return kept.ties;
  const ties = find(store);
  known.set(store, { version, best, study, ties });
  return ties;
}

/** @param {Store} store @returns {Ties | null} */
function find(store) {
  const best = store.trials.get(store.best ?? -1);
  const { metric, direction } = store.objective;
  const isLoss = metric.endsWith('loss');
  // The highest of losses, or the lowest of accuracies, is the best of nothing.
  if (!best || best.state !== 'complete' || (direction === 'maximize') === isLoss || isUntrained(store, best))
    return null;
  const part = metric.split('_')[0];
  const samples = partSizes(store.shownStudy)[part === 'train' ? 0 : 1];
  const outcome = (/** @type {Trial} */ trial) => ({
    score: store.score(trial),
    accuracy: trial.epochs.measure(`${part}_metric`),
    spread: spreadOf(store, trial),
  });
  const seeds = copiesOf(store.shownStudy);
  const rule = ruleOf(outcome(best), { task: store.task, isLoss, seeds, samples });
  if (!rule) return null;
  const numbers = new Set();
  for (const trial of store.trials.values()) {
    if (trial === best || trial.state !== 'complete' || isUntrained(store, trial)) continue;
    if (rule.ties(outcome(trial))) numbers.add(trial.number);
  }
  return { numbers, by: rule.by, bound: rule.bound, samples, best: best.number };
}

/** How many there are, in words: a sentence, or a `mark` beside the best; with the best's number what one of them is
 * called. @param {Store} store @param {Ties} ties @param {'' | '.mark' | '.with'} [form] */
export const tied = (store, { by, numbers, best }, form = '') =>
  store.t(`${by === 'alike' ? by : 'ties'}${form}`, { n: numbers.size, number: best });

/** Why they tie, in a sentence. @param {Store} store @param {Ties} ties */
export function tieReason(store, { by, bound, samples, numbers }) {
  const part = store.objective.metric.startsWith('train') ? 'train' : 'validation';
  const isAlike = by === 'alike';
  const isShare = isAlike || by === 'accuracy';
  const shown = isShare ? `${(100 * bound).toFixed(1)}%` : by === 'errors' ? exact(Number(bound.toPrecision(3))) : '';
  const isFolded = by === 'seeds' && (store.shownStudy.dataset.folds ?? 1) > 1;
  const reason = store.t(`ties.by.${isShare ? 'accuracy' : isFolded ? 'folds' : by}`, {
    n: numbers.size,
    bound: shown,
    rows: samples,
    part: store.t(part),
    seeds: copiesOf(store.shownStudy),
  });
  return isAlike ? `${reason} ${store.t('alike.by')}` : reason;
}
