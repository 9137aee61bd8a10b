import { loss, metric } from '../../study/format.js';
import { placeIn } from './axes.js';
import { taskIn } from './codec.js';

/**
 * What results are called and how they are written.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('./codec.js').Entry} Entry
 */

/** @param {Store} store @param {Entry[]} entries @param {string} name */
export function labelOf(store, entries, name) {
  if (name === 'validation_loss') return store.t('score.validation_loss');
  if (name === 'validation_metric') return store.t(`metric.${entries.length ? taskIn(entries[0]) : 'classes'}`);
  return store.label(name);
}

/** How a result's setting is written; places are numbers or words. @param {Store} store */
export const written = (store) => (/** @type {unknown} */ place) =>
  store.setting(place === 'true' ? true : place === 'false' ? false : place);

/** @param {Store} store @param {string} name @param {Entry} entry @returns {string} */
export function textOf(store, name, entry) {
  if (name === 'validation_loss') return entry.loss === null ? store.t('class.without') : loss(entry.loss);
  if (name === 'validation_metric') return metric(entry.metric, taskIn(entry));
  return written(store)(placeIn(entry, name));
}
