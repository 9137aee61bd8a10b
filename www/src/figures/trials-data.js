import { sweptOf } from '../study/hyperparameters.js';
import { originIn } from '../study/search.js';
import { MEASURES } from '../state/columns.js';
import { hasSpread } from '../state/spread.js';
import { evaluationsOf } from '../state/trials.js';

/**
 * The trials as a file: what became of each, as the result document has it, with the measures of its last epoch.
 *
 * @typedef {import('../study/types.js').Trial} Trial
 */

/** @param {import('../state/store.js').Store} store @returns {import('./figure-data.js').FigureData} */
export function trialsData(store) {
  const swept = sweptOf(store.shownStudy).map(({ name }) => name);
  /** @type {import('./figure-data.js').Column[]} */
  const columns = [];
  const add = (/** @type {string} */ key, /** @type {(trial: Trial) => unknown} */ value) =>
    columns.push({ key, label: key, text: value, value });
  add('number', (one) => one.number);
  add('state', (one) => one.state);
  for (const name of swept) add(name, (one) => one.params[name]);
  if (originIn(store.shownStudy, 0)) add('origin', (one) => originIn(store.shownStudy, one.number));
  add('value', (one) => one.value);
  for (const name of MEASURES) add(name, (one) => one.epochs.at(-1)?.[name]);
  if (hasSpread(store)) for (const name of MEASURES) add(`${name}_spread`, (one) => one.epochs.at(-1)?.spread?.[name]);
  add('gap', ({ state, epochs }) => {
    const gap = epochs.measure('validation_loss') - epochs.measure('train_loss');
    return state === 'diverged' || Number.isNaN(gap) ? null : gap;
  });
  // Where epochs are swept, a column of that name has those that were asked for.
  add(swept.includes('epochs') ? 'epochs_trained' : 'epochs', (one) => one.epochs.length);
  add('steps', (one) => one.steps);
  if (store.trials.patient) add('kept_epoch', (one) => one.kept_epoch);
  if (store.trials.costly) add('evaluations', evaluationsOf);
  add('diverged_at', (one) => one.diverged_at);
  add('seed', (one) => one.seed);
  return { caption: store.t('table.title'), columns, rows: [], all: () => store.trials.values() };
}
