import { BY_NAME, HYPERPARAMETERS, choicesOf, defaultOf } from './hyperparameters.js';

/**
 * Who runs in a race: networks that differ in one setting, or trials. Pure functions.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Trial} Trial
 * @typedef {import('./types.js').Value} Value
 * @typedef {(typeof OVER)[number]} Over what they differ in
 * @typedef {object} Contestant
 * @property {string} key its name among the others
 * @property {Record<string, Value>} params its settings, over those of the study
 * @property {number} repeat draws its start; who has the same has the same
 * @property {[number, number][]} changes learning rates from a step on
 * @property {boolean} [edited] whether the learning rate that it starts with was changed by hand
 * @property {number} [trial] that it is
 * @property {{rates: number[], losses: (number | null)[]}} [search] the learning rates that were tried for it
 */

export const OVER = /** @type {const} */ (['optimizer', 'learning_rate', 'batch_size', 'schedule', 'seed', 'trials']);

/** More lines than these cannot be told apart. */
export const MOST = 10;
/** So many trials race; more hide each other. */
const MOST_TRIALS = 6;
/** Steps of a race. */
export const STEPS = { least: 10, most: 20_000, usual: 500 };

/** Learning rates at which optimizers make their way over small networks within some hundred steps; a search finds
 * better ones. @type {Record<string, number>} */
const RATES = {
  gd: 0.3,
  sgd: 0.1,
  momentum: 0.03,
  nesterov: 0.03,
  adagrad: 0.03,
  rmsprop: 0.003,
  adadelta: 1,
  adam: 0.01,
  adamw: 0.01,
  nadam: 0.01,
  lbfgs: 1,
  newton: 1,
};
/** Rates that a search tries for everyone: half decades, as many for each. */
export const TRIED = [1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1];

/** What can be added to a race. @type {Partial<Record<Over, Value[]>>} */
const VALUES = {
  learning_rate: TRIED,
  batch_size: [1, 4, 8, 16, 32, 64, 128, 256, 512],
  seed: [0, 1, 2, 3, 4, 5],
};
/** Who runs at first. @type {Partial<Record<Over, Value[]>>} */
const FIRST = {
  optimizer: ['sgd', 'momentum', 'rmsprop', 'adam'],
  learning_rate: [0.001, 0.01, 0.1, 1],
  batch_size: [8, 32, 128],
  schedule: ['constant', 'cosine', 'step'],
  seed: [0, 1, 2, 3],
};

/** The same over surfaces of two coordinates: of rules that go by the slope itself, as steep as the surface is; all
 * others go by their own. @type {Record<string, number>} */
const SLOPES = { bowl: 0.1, ravine: 0.03, saddle: 0.1, beale: 0.005, rosenbrock: 0.0005, rastrigin: 0.002 };
const PLAIN = ['gd', 'sgd', 'momentum', 'nesterov'];
/** @type {Record<string, number>} */
const STRIDES = { adagrad: 0.3, adadelta: 1, lbfgs: 1, newton: 1 };

/** The learning rate that an optimizer starts a race with. @param {string} optimizer @param {string} ground */
export function rateOf(optimizer, ground) {
  const slope = SLOPES[ground];
  if (slope === undefined) return RATES[optimizer] ?? 0.01;
  return PLAIN.includes(optimizer) ? slope : (STRIDES[optimizer] ?? 0.05);
}

/** The settings of a contestant that has this value of what they differ in. @param {Over} over @param {Value} value
 * @param {Record<string, Value>} base @param {string} ground @returns {Contestant} */
export function contestant(over, value, base, ground) {
  const params = { ...base };
  if (over !== 'seed' && over !== 'trials') params[over] = value;
  if (over === 'optimizer') params.learning_rate = rateOf(String(value), ground);
  return { key: String(value), params, repeat: over === 'seed' ? Number(value) : 0, changes: [] };
}

/** What they can differ in over surfaces that have no rows and no seeds. */
export const OVER_CLASSICS = /** @type {readonly Over[]} */ (['optimizer', 'learning_rate', 'schedule']);

/** @param {Over} over @param {Record<string, Value>} base @param {string} ground
 * @returns {Contestant[]} */
export const starters = (over, base, ground) =>
  (FIRST[over] ?? []).map((value) => contestant(over, value, base, ground));

/** Values that could still join. @param {Over} over @param {Contestant[]} contestants @returns {Value[]} */
export function joiners(over, contestants) {
  const one = BY_NAME.get(over);
  const all = VALUES[over] ?? (one && over !== 'trials' ? /** @type {Value[]} */ (choicesOf(one)) : []);
  return all.filter((value) => !contestants.some(({ key }) => key === String(value)));
}

/** The settings that a study sweeps, as one trial has them: what all have in common. @param {Study} study
 * @param {Pick<Trial, 'params'> | null} trial @returns {Record<string, Value>} */
export function baseOf(study, trial) {
  if (!trial) return {};
  const names = Object.keys(study.space ?? {}).filter((name) => trial.params[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, trial.params[name]]));
}

/** A setting as a contestant has it. @param {Study} study @param {Contestant} who @param {string} name */
export function settingOf(study, who, name) {
  const one = BY_NAME.get(name);
  return who.params[name] ?? study.fixed?.[name] ?? (one ? defaultOf(one, study, who.params) : null);
}

/** The learning rate from a step on. @param {Study} study @param {Contestant} who @param {number} step */
export function rateAt(study, who, step) {
  const change = who.changes.filter(([from]) => from <= step).at(-1);
  return change ? change[1] : Number(settingOf(study, who, 'learning_rate'));
}

/** Whether schedules change what a learning rate is told to be.
 * @param {Study} study @param {Contestant[]} contestants */
export const isBase = (study, contestants) =>
  contestants.some(
    (who) => settingOf(study, who, 'schedule') !== 'constant' || Number(settingOf(study, who, 'warmup_epochs')) > 0,
  );

/** A contestant whose learning rate is another from a step on; what it had there and later goes.
 * @param {Contestant} who @param {number} step @param {number} rate @returns {Contestant} */
export function withRate(who, step, rate) {
  const { search: _, ...own } = who;
  if (step <= 0) return { ...own, params: { ...who.params, learning_rate: rate }, changes: [], edited: true };
  const kept = who.changes.filter(([from]) => from < step);
  return { ...who, changes: [...kept, [step, rate]] };
}

/** What makes a network's shape. */
const SHAPE = HYPERPARAMETERS.map(({ name }) => name).filter((name) => /^(hidden|units_|activation)/.test(name));

/** Trials that can race: of one shape, at most as many as there are lines. @param {Study} study
 * @param {Pick<Trial, 'number' | 'params'>[]} trials best first @returns {Contestant[]} */
export function racers(study, trials) {
  const shape = (/** @type {Pick<Trial, 'params'>} */ { params }) =>
    JSON.stringify(SHAPE.map((name) => params[name] ?? study.fixed?.[name] ?? null));
  const [first] = trials;
  return trials
    .filter((one) => shape(one) === shape(first))
    .slice(0, MOST_TRIALS)
    .map(({ number, params }) => ({
      key: String(number),
      params: { ...params },
      repeat: 0,
      changes: [],
      trial: number,
    }));
}
