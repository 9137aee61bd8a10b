import { FORMAT } from '../study/result.js';

/** What there is of the engine's run so far, as a result, for one that ended early.
 * @param {import('./store.js').Store} store @returns {import('../study/types.js').HeldResult | null} */
export function snapshot({ backend, shelf: { live } }) {
  if (!live || !backend) return null;
  return {
    format: FORMAT,
    study: structuredClone(live.study),
    engine: { backend: backend.backend, adapter: backend.adapter, workers: backend.workers },
    trials: live.trials.inOrder(),
    best: live.best,
    test: null,
  };
}
