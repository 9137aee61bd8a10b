import { scoreValue } from '../../state/spread.js';

/** What pruned trials came to, in a sentence. @param {import('../../state/store.js').Store} store
 * @param {import('./pruning.js').Pruning} pruning */
export function resumedSaid(store, { resumed, winners, best }) {
  if (!resumed.length) return '';
  const values = { n: resumed.length, number: store.best ?? '–', value: scoreValue(store, best) };
  if (!winners.length) return store.t('resumed.none', values);
  const [first] = winners;
  return store.t('resumed.some', {
    ...{ ...values, wins: winners.length, other: first.trial.number, own: scoreValue(store, first.resumed) },
    epochs: first.trial.epochs.length,
  });
}
