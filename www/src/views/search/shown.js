import { BY_NAME } from '../../study/hyperparameters.js';
import { LEARNING, SHRINK, STAGE, prunerOf, samplerOf, settingsOf } from '../../study/search.js';

/**
 * What the panel shows of a study's search: the settings that matter, what they are where nothing is said, the stages
 * that it begins with. Pure.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Stage} Stage
 * @typedef {import('../../study/search.js').Part} Part
 * @typedef {import('../../study/search.js').Setting} Setting
 */

/** Whether a copy's setting is moved: it can change in training. @param {string} name */
export const isMoved = (name) => name !== 'epochs' && BY_NAME.get(name)?.live === true;

/** The settings that matter in a study: trials are asked for in rounds only where something is learned from them.
 * @param {Study} study @param {Part} part */
export const shownSettings = (study, part) =>
  settingsOf(study, part).filter(
    ({ name }) =>
      name !== 'round' || LEARNING.includes(samplerOf(study)) || prunerOf(study) !== 'none' || study.sampler?.round,
  );

/** Numbers of the space that a sampler draws. @param {Study} study */
const dimensions = (study) => Object.keys(study.space ?? {}).length;

/** What a setting is where the study does not say it: null is all trials at once.
 * @param {Study} study @param {Part} part @param {Setting} setting @returns {number | null} */
export function usualOf(study, part, { name, usual }) {
  if (part !== 'sampler' || name !== 'round' || samplerOf(study) !== 'cmaes') return usual;
  return 4 + Math.floor(3 * Math.log(Math.max(1, dimensions(study))));
}

/** The stages that a study begins with: half of its trials with a quarter of the epochs, then the others in a smaller
 * box. @param {number} epochs @param {number} trials @returns {Stage[]} */
export function firstStages(epochs, trials) {
  const first = Math.max(1, Math.ceil(trials / 2));
  return [
    { epochs: Math.max(1, Math.round(epochs / 4)), trials: first, shrink: SHRINK },
    { epochs, trials: Math.max(1, trials - first), shrink: SHRINK },
  ];
}

/** One more stage behind the others: as many trials as the last, for twice as long. @param {Stage[]} stages
 * @returns {Stage[]} */
export function withStage(stages) {
  const { epochs, trials, shrink } = stages[stages.length - 1];
  return [...stages, { epochs: Math.min(STAGE.epochs.high, 2 * epochs), trials, shrink }];
}
