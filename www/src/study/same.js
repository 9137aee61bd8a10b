import { trialsOf, withoutUsual } from './search.js';
import { identityOf } from './study.js';

/**
 * What a study says without saying it, and whether two studies say the same. Pure.
 *
 * @typedef {import('./types.js').Study} Study
 */

/** @type {Record<string, any>} what the study format says is meant where a key is missing, in the order of a link */
export const DEFAULTS = {
  dataset: {},
  space: {},
  fixed: {},
  trials: 64,
  sampler: { name: 'random' },
  pruner: { name: 'none' },
  objective: { metric: 'validation_loss', direction: 'minimize' },
  seeds_per_trial: 1,
  seed: 0,
  shared_seeds: false,
  record: [],
  name: '',
  question: '',
};
/** Keys that a link leaves out where they say nothing. */
export const NOTHING = { stages: null, budget: null, evaluate_every: 1 };
/** @type {Record<string, any>} */
export const DATASET_DEFAULTS = {
  samples: null,
  noise: 0,
  seed: 0,
  split: { train: 0.7, validation: 0.15, test: 0.15 },
  folds: 1,
  standardize: true,
};

/**
 * The keys of `given` that differ from `defaults`.
 * @param {Record<string, any>} given
 * @param {Record<string, any>} defaults
 */
const differing = (given, defaults) =>
  Object.fromEntries(
    Object.entries(given).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key])),
  );

/** A study without what is at its default, which means the same. @param {Study} study @returns {Study} */
export function withoutDefaults(study) {
  const { sampler, pruner } = study;
  const own = {
    ...study,
    ...(study.stages && study.trials === trialsOf(study.stages) && { trials: DEFAULTS.trials }),
    ...(sampler && { sampler: withoutUsual(sampler, 'sampler') }),
    ...(pruner && { pruner: withoutUsual(pruner, 'pruner') }),
  };
  return /** @type {Study} */ ({
    ...differing(own, { ...DEFAULTS, ...NOTHING }),
    dataset: differing(study.dataset, DATASET_DEFAULTS),
  });
}

/** What tells a study from others, in words of whatever length. @param {Study} study */
export const keyOf = (study) => identityOf(withoutDefaults(study));

/** Whether two studies train the same trials. @param {Study} a @param {Study} b */
export const sameStudy = (a, b) => keyOf(a) === keyOf(b);

/** A study with what is at its default, which means the same. @param {Study} study @returns {Study} */
export function withDefaults({ format, dataset, ...study }) {
  const { stages, budget, evaluate_every: every } = study;
  // Stages say how many trials there are.
  const { dataset: _, ...usual } = stages ? { ...DEFAULTS, trials: trialsOf(stages) } : DEFAULTS;
  // What not every study has goes first: at the end nobody would miss it in a link that was cut.
  const rare = { ...(stages && { stages }), ...(budget && { budget }), ...(every && { evaluate_every: every }) };
  const { name, ...data } = dataset;
  return /** @type {Study} */ ({
    dataset: { name, ...DATASET_DEFAULTS, ...data },
    ...rare,
    ...usual,
    ...study,
    format,
  });
}
