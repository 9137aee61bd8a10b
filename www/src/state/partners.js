import { shapeOf } from '../study/hyperparameters.js';

/**
 * The trials that a plane is laid through beside the selected one: the best of those in the brush whose networks have
 * its shape.
 *
 * @typedef {import('./store.js').Store} Store
 */

/** How many further trials a plane goes through. @type {Record<string, number>} */
export const PARTNERS = { line: 1, three: 2 };

/** Their numbers; fewer than asked for where there are no more. @param {Store} store @param {number} count */
export function partnersOf(store, count) {
  const { selected, shownStudy } = store;
  if (!selected || !count) return [];
  const shape = shapeOf(shownStudy, selected.params);
  /** @type {number[]} */
  const found = [];
  for (const { trial } of store.ranked()) {
    if (found.length === count) break;
    const isSound = trial.state === 'complete' || trial.state === 'pruned';
    if (!isSound || trial.number === selected.number || store.isOut(trial)) continue;
    if (shapeOf(shownStudy, trial.params) === shape) found.push(trial.number);
  }
  return found;
}
