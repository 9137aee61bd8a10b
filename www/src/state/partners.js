import { shapeOf } from '../study/hyperparameters.js';

/**
 * The trials that a plane is laid through beside the selected one: the best of those in the brush whose networks have
 * its shape.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('../study/types.js').Trial} Trial
 */

/** How many further trials a plane goes through. @type {Record<string, number>} */
export const PARTNERS = { line: 1, three: 2 };
const MOST = 2;
/** While trials stream in, partners are looked for this often, in ms: there may be tens of thousands to look at. */
const RENEW = 1000;

/** @type {WeakMap<Store, {key: string, version: number, at: number, found: number[]}>} */
const known = new WeakMap();

/** Their numbers; fewer than asked for where there are no more. @param {Store} store @param {number} count */
export function partnersOf(store, count) {
  const { selected, runs, brushes, version } = store;
  if (!selected || !count) return [];
  const key = `${runs} ${selected.number} ${brushes}`;
  const now = performance.now();
  let kept = known.get(store);
  const isNew = kept?.version === version || (store.state === 'running' && now - (kept?.at ?? 0) < RENEW);
  if (!kept || kept.key !== key || !isNew) {
    kept = { key, version, at: now, found: search(store, selected) };
    known.set(store, kept);
  }
  return kept.found.slice(0, count);
}

/** @param {Store} store @param {Trial} selected */
function search(store, selected) {
  const { shownStudy, objective } = store;
  const sign = objective.direction === 'maximize' ? -1 : 1;
  const shape = shapeOf(shownStudy, selected.params);
  /** @type {{number: number, rank: number}[]} the best so far, best first */
  const found = [];
  for (const trial of store.trials.values()) {
    const rank = sign * store.score(trial);
    const last = found.length < MOST ? Infinity : found[MOST - 1].rank;
    // The cheap questions come first.
    if (!(rank < last) || trial.number === selected.number) continue;
    if ((trial.state !== 'complete' && trial.state !== 'pruned') || store.isOut(trial)) continue;
    if (shapeOf(shownStudy, trial.params) !== shape) continue;
    const at = found.findIndex((one) => rank < one.rank);
    found.splice(at < 0 ? found.length : at, 0, { number: trial.number, rank });
    found.length = Math.min(found.length, MOST);
  }
  return found.map((one) => one.number);
}
