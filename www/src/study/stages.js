import { BY_NAME } from './hyperparameters.js';
import { epochsOf } from './plan.js';

/**
 * Coarse to fine: the trials of each stage and the box that they were drawn from.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Stage} Stage
 */

/** A box that is searched again gets so many times the epochs. */
const DEEPER = 2;

/** The epochs of a trial that goes deeper. @param {Study} study */
export function deeperEpochs(study) {
  const most = Number(BY_NAME.get('epochs')?.high);
  const last = study.stages?.at(-1)?.epochs ?? Math.round(epochsOf(study));
  return Math.min(most, DEEPER * last);
}

/** The study with more epochs; by hand there is one stage a run. @param {Study} study @returns {Study} */
export function deepened(study) {
  const { epochs, ...space } = study.space ?? {};
  const { stages, ...rest } = study;
  return { ...rest, space, fixed: { ...study.fixed, epochs: deeperEpochs(study) } };
}
