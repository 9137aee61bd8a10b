import { BY_NAME } from '../study/hyperparameters.js';
import { toDepth } from '../study/layers.js';

/** @typedef {import('../state/store.js').Store} Store */

/** Gives the list up and sweeps the width. @param {Store} store */
export function sweepWidth(store) {
  const start = store.rested.get('hidden_units') ?? BY_NAME.get('hidden_units')?.sweep;
  if (!start) return;
  store.edit((study) => {
    toDepth(study);
    delete study.fixed?.hidden_units;
    (study.space ??= {}).hidden_units = structuredClone(start);
  }, 'hidden_units');
}
