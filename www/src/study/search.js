/**
 * How a study is searched: the settings of samplers and pruners with their defaults and bounds, coarse to fine in
 * stages, and a budget. Checked in search-checks.js; the engine's are in
 * `src/study/sampler.rs` and `src/study/pruner.rs`.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Stage} Stage
 * @typedef {{name: string, low: number, high: number, usual: number | null, real?: boolean}} Setting a whole number
 *   but for shares, which are real; without a usual one the sampler has a rule of its own
 * @typedef {'sampler' | 'pruner'} Part
 */

/** The pruners that the engine has, in the order shown. */
export const PRUNERS = ['none', 'median', 'halving', 'hyperband'];

const MOST_STARTUP = 65_536;
const MOST_TRIALS = 100_000;
const EPOCHS = 10_000;
const POPULATION = 16;

/** @param {number} low @param {number} usual @returns {Setting} */
const startup = (low, usual) => ({ name: 'startup', low, high: MOST_STARTUP, usual });
/** @param {number | null} usual @returns {Setting} */
const round = (usual) => ({ name: 'round', low: 1, high: MOST_TRIALS, usual });
/** @param {number} usual @returns {Setting[]} */
const rungs = (usual) => [
  { name: 'reduction', low: 2, high: 1000, usual },
  { name: 'min_epochs', low: 1, high: EPOCHS, usual: 1 },
];

/** @type {Record<Part, Record<string, Setting[]>>} */
const SETTINGS = {
  sampler: {
    grid: [round(null)],
    random: [round(null)],
    sobol: [round(null)],
    tpe: [startup(1, 10), round(8)],
    gp: [startup(1, 10), round(8)],
    cmaes: [startup(0, 1), round(null)],
    pbt: [
      { name: 'population', low: 2, high: 10_000, usual: POPULATION },
      { name: 'interval', low: 1, high: EPOCHS, usual: 1 },
      { name: 'quantile', low: 0.01, high: 0.5, usual: 0.25, real: true },
      { name: 'resample', low: 0, high: 1, usual: 0.25, real: true },
    ],
    hand: [],
  },
  pruner: {
    none: [],
    median: [
      { name: 'startup', low: 0, high: MOST_TRIALS, usual: 5 },
      { name: 'warmup', low: 0, high: EPOCHS, usual: 0 },
    ],
    halving: rungs(4),
    hyperband: rungs(3),
  },
};

/** A stage's settings. */
export const STAGE = {
  epochs: { low: 1, high: EPOCHS },
  trials: { low: 1, high: MOST_TRIALS },
  shrink: { low: 0.001, high: 1 },
};
/** What a stage shrinks each range to where it says nothing. */
export const SHRINK = 0.5;
export const MOST_STAGES = 20;
export const BUDGET_LIMIT = 2 ** 53 - 1;

/** Optimizers that take all rows in a step. */
export const WHOLE = ['gd', 'lbfgs', 'newton'];
/** Samplers that learn from what trials came to. */
export const LEARNING = ['tpe', 'gp', 'cmaes'];

/** @param {Study} study */
export const samplerOf = (study) => study.sampler?.name ?? 'random';
/** @param {Study} study */
export const prunerOf = (study) => study.pruner?.name ?? 'none';

/** Whether trials hang on what others came to. @param {Study} study */
export const isSearched = (study) =>
  LEARNING.includes(samplerOf(study)) || isCopying(study) || prunerOf(study) !== 'none';
/** What was picked by hand. @param {Study} study @returns {Record<string, import('./types.js').Value>[]} */
export const pickedOf = ({ sampler }) =>
  sampler?.name === 'hand' && Array.isArray(sampler.points) ? sampler.points : [];
/** Whether trials go on from others' weights. @param {Study} study */
export const isCopying = (study) => samplerOf(study) === 'pbt';

/** Epochs from one value of the objective to the next: those of validation rows are there only where these are looked
 * at. @param {Study} study */
export const valueEvery = ({ objective, evaluate_every = 1 }) =>
  objective?.metric?.startsWith('train') ? 1 : evaluate_every;

/** Trials of a population that trains for so many epochs, as long as none diverges, and copies of each look at it.
 * @param {Study} study @param {number} epochs */
export function populationOf(study, epochs) {
  const { sampler, trials = 64 } = study;
  const { population = POPULATION, interval = 1, quantile = 0.25 } = sampler ?? {};
  const first = Math.min(population, trials);
  const copied = Math.min(Math.ceil(quantile * first), Math.floor(first / 2));
  const [last, every] = [Math.max(0, epochs - 1), valueEvery(study)];
  const looks = Math.floor((last - (last % every)) / Math.max(interval, every));
  return { first, copied, looks, trials: Math.min(trials, first + looks * copied) };
}

/** The settings of a study's sampler or pruner. @param {Study} study @param {Part} part */
export const settingsOf = (study, part) =>
  SETTINGS[part][part === 'sampler' ? samplerOf(study) : prunerOf(study)] ?? [];

/** The document without what is at its default, which means the same.
 * @param {any} given a sampler or a pruner @param {Part} part */
export function withoutUsual(given, part) {
  const settings = SETTINGS[part][given?.name];
  if (!settings) return given;
  const same = (/** @type {[string, unknown]} */ [key, value]) =>
    settings.some(({ name, usual }) => name === key && usual === value) ||
    (given.name === 'grid' && key === 'points' && value === 5);
  return Object.fromEntries(Object.entries(given).filter((entry) => !same(entry)));
}

/** Whether a study says more of its search than sampler, trials and seed. @param {Study} study */
export function isRefined(study) {
  const own = settingsOf(study, 'sampler').some(
    ({ name }) => study.sampler?.[/** @type {'round'} */ (name)] !== undefined,
  );
  return own || isCopying(study) || prunerOf(study) !== 'none' || !!study.stages || typeof study.budget === 'number';
}

/** How a trial came to be: drawn at random before the sampler had anything to learn from, or suggested by what it had
 * learned; null where the sampler learns nothing.
 * @param {Study} study @param {number} number of the trial within its stage
 * @returns {'random' | 'suggested' | null} */
export function originOf(study, number) {
  if (!LEARNING.includes(samplerOf(study))) return null;
  const usual = SETTINGS.sampler[samplerOf(study)].find(({ name }) => name === 'startup')?.usual ?? 0;
  return number < (study.sampler?.startup ?? usual) ? 'random' : 'suggested';
}

/** How a trial came to be: each stage begins at random anew. @param {Study} study @param {number} number */
export function originIn(study, number) {
  let first = 0;
  for (const { trials } of study.stages ?? []) {
    if (number < first + trials) break;
    first += trials;
  }
  return originOf(study, number - first);
}

/** Trials of all stages. @param {Stage[]} stages */
export const trialsOf = (stages) => stages.reduce((sum, { trials }) => sum + trials, 0);
