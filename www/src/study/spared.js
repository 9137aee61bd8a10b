import { BY_NAME } from './hyperparameters.js';
import { isCopying } from './search.js';

/**
 * Epochs that trials were to have and did not. Pure.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Trial} Trial
 * @typedef {{pruned: number, diverged: number, copies: number, isMost: boolean}} Spared epochs by what ended their
 *   trials; copies, which train what was left to those whose place they took, so that nothing is spared; whether
 *   patience might have ended some of the trials by itself, so that no more was spared
 */

/** Epochs that a trial was to have. @param {Study} study @param {Pick<Trial, 'params'>} trial */
export const epochsOf = ({ fixed }, { params }) =>
  Number(params.epochs ?? fixed?.epochs ?? BY_NAME.get('epochs')?.default);

/** The most epochs that a trial may have, as the engine has it (`Study::most_epochs`). @param {Study} study */
export function mostEpochs(study) {
  if (study.stages?.length) return Math.max(...study.stages.map(({ epochs }) => epochs));
  const range = study.space?.epochs;
  return range ? Math.max(...(range.choices ?? [range.high]).map(Number)) : epochsOf(study, { params: {} });
}

/** Whether a trial may end by itself before all its epochs.
 * @param {Study} study @param {Pick<Trial, 'params'>} trial */
export const hasPatience = ({ fixed }, { params }) =>
  Number(params.patience ?? fixed?.patience ?? BY_NAME.get('patience')?.default) > 0;

/** @param {Study} study @param {Iterable<Trial>} trials @returns {Spared} */
export function sparedOf(study, trials) {
  const spared = { pruned: 0, diverged: 0, copies: 0, isMost: false };
  const copies = isCopying(study);
  for (const trial of trials) {
    const { state, epochs } = trial;
    if (copies) spared.copies += Number(Boolean(trial.copy_of));
    if (copies || (state !== 'pruned' && state !== 'diverged')) continue;
    const rest = Math.max(0, epochsOf(study, trial) - epochs.length) || 0;
    spared[state] += rest;
    spared.isMost ||= rest > 0 && hasPatience(study, trial);
  }
  return spared;
}
