import { isGrown } from '../study/picked.js';
import { pickedOf } from '../study/search.js';

/** @typedef {import('../study/types.js').Study} Study */

/**
 * Trains what has been picked by hand: with the run shown, where it is that study's, else in one of its own. What is
 * picked meanwhile follows.
 * @param {{pending: Promise<any> | null, start: () => Promise<any>, goOn: (study: Study) => Promise<any>}} runner
 * @param {import('../state/store.js').Store} store
 * @returns {Promise<unknown>}
 */
export function pick(runner, store) {
  const live = store.alive && store.shelf.live?.study;
  runner.pending ??= (live && isGrown(store.study, live) ? runner.goOn(store.study) : runner.start()).finally(() => {
    runner.pending = null;
    const rest = pickedOf(store.study).length - pickedOf(store.shownStudy).length;
    if (rest > 0 && store.outcome === 'finished') void pick(runner, store).catch(() => {});
  });
  return runner.pending;
}
