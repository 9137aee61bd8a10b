import { FORMAT } from '../study/result.js';

/** What the store holds so far, as a result document, for a run that ended early.
 * @param {import('./store.js').Store} store @returns {import('../study/types.js').Result} */
export function snapshot(store) {
  const { backend } = store;
  return structuredClone({
    format: FORMAT,
    study: store.shownStudy,
    engine: { backend: backend?.backend ?? 'cpu', adapter: backend?.adapter ?? null, workers: backend?.workers ?? 0 },
    trials: [...store.trials.values()].sort((a, b) => a.number - b.number),
    best: store.bestTold,
    test: store.test,
  });
}
