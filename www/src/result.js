export const FORMAT = 'tuning-playground/result@1';
/** States in which nothing more happens to a trial. */
export const ENDED = ['complete', 'pruned', 'diverged', 'failed', 'cancelled'];

/** What the store holds so far, as a result document, for a run that ended early.
 * @param {import('./store.js').Store} store @returns {import('./types.js').Result} */
export function snapshot(store) {
  const { backend } = store;
  const best = store.ranked().find((one) => one.trial.state === 'complete');
  return structuredClone({
    format: FORMAT,
    study: store.shownStudy,
    engine: { backend: backend?.backend ?? 'cpu', adapter: backend?.adapter ?? null, workers: backend?.workers ?? 0 },
    trials: [...store.trials.values()].sort((a, b) => a.number - b.number),
    best: best?.trial.number ?? null,
    test: store.test,
  });
}
