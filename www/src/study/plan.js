import { BY_NAME, between, valueOf } from './hyperparameters.js';
import { planned } from './panel.js';
import { trainingRows } from './parts.js';
import { WHOLE, isCopying, populationOf } from './search.js';

/**
 * What a run of a study comes to before it begins: how many trials at most, and about how many gradient steps.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Value} Value
 */

/** A range without steps is seen at so many even places of its scale. */
const PLACES = 16;

/** Values of a hyperparameter that are drawn alike often.
 * @param {Study} study @param {string} name @returns {Value[]} */
function drawn(study, name) {
  const range = study.space?.[name];
  const one = BY_NAME.get(name);
  if (!range) return [one ? valueOf(one, study) : null];
  if (range.choices) return range.choices;
  return Array.from({ length: PLACES }, (_, k) => between(range, (k + 0.5) / PLACES));
}

/** @param {number[]} numbers */
const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / (numbers.length || 1);

/** Epochs of a trial, in the mean of what is drawn. @param {Study} study */
export const epochsOf = (study) => mean(drawn(study, 'epochs').map((one) => Math.max(1, Math.round(Number(one)))));

/** Gradient steps of a trial's epoch over all its folds and seeds, in the mean of what is drawn.
 * @param {Study} study */
export function stepsOfEpoch(study) {
  const rows = trainingRows(study);
  const steps = (/** @type {number} */ size) =>
    rows.reduce((sum, one) => sum + Math.max(1, Math.ceil(one / Math.max(1, Math.round(size)))), 0);
  const batches = mean(drawn(study, 'batch_size').map((size) => steps(Number(size))));
  const optimizers = drawn(study, 'optimizer');
  const each = mean(optimizers.map((name) => (WHOLE.includes(String(name)) ? rows.length : batches)));
  return each * (study.seeds_per_trial ?? 1);
}

/** Gradient steps of a trial that trains all its epochs. @param {Study} study @param {Record<string, Value>} params */
export function stepsOfTrial(study, params) {
  const given = { ...study, fixed: { ...study.fixed, ...params }, space: {} };
  return epochsOf(given) * stepsOfEpoch(given);
}

/** What trials that have ended, or train, have taken of the steps of all their epochs.
 * @param {Study} study @param {Iterable<Pick<import('./types.js').Trial, 'params' | 'steps'>>} trials */
export function shareSpent(study, trials) {
  let [spent, whole] = [0, 0];
  for (const { params, steps } of trials) {
    spent += steps;
    whole += stepsOfTrial(study, params);
  }
  return whole ? spent / whole : 0;
}

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

/**
 * What a run comes to. `asked` is how many trials are asked for where nothing ends the run before; `trials` how many
 * of them the budget is about enough for, if each takes all its epochs; `steps` what those take.
 * @param {Study} study
 * @returns {{asked: number, trials: number, steps: number, perTrial: number}}
 */
export function planOf(study) {
  const perEpoch = stepsOfEpoch(study);
  const budget = study.budget ?? Infinity;
  const { first } = populationOf(study, 1);
  const parts = study.stages?.length
    ? study.stages.map(({ epochs, trials }) => ({ trials, each: epochs * perEpoch }))
    : [{ trials: isCopying(study) ? first : planned(study), each: epochsOf(study) * perEpoch }];
  let [asked, trials, steps] = [0, 0, 0];
  for (const part of parts) {
    asked += part.trials;
    const left = Math.max(0, budget - steps);
    const able = Math.min(part.trials, Math.ceil(left / part.each));
    trials += able;
    steps += able * part.each;
  }
  // Copies train what is left to those whose place they take.
  if (isCopying(study) && trials === asked) asked = trials = planned(study);
  return { asked, trials, steps: Math.round(steps), perTrial: steps / Math.max(1, trials) };
}
