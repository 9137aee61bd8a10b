import { FORMAT } from '../study/result.js';

/** What the store holds so far, as a result, for a run that ended early.
 * @param {import('./store.js').Store} store @returns {import('../study/types.js').HeldResult} */
export function snapshot(store) {
  const { backend } = store;
  return {
    format: FORMAT,
    study: structuredClone(store.shownStudy),
    engine: { backend: backend?.backend ?? 'cpu', adapter: backend?.adapter ?? null, workers: backend?.workers ?? 0 },
    trials: store.trials.inOrder(),
    best: store.bestTold,
    test: store.test && { ...store.test },
  };
}
