import { BY_NAME, used, valueOf } from '../../study/hyperparameters.js';
import { middleOf } from '../../study/picked.js';

/**
 * What a learning-rate range test is done with, and what is made of the rate that it finds. Pure functions.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../study/types.js').Value} Value
 * @typedef {import('../../study/types.js').Distribution} Distribution
 * @typedef {import('../../study/hyperparameters.js').Hyperparameter} Hyperparameter
 *
 * @typedef {object} Settings
 * @property {Pick<Trial, 'number' | 'params'>} trial that stands for the networks
 * @property {number | null} of the trial whose settings these are
 * @property {[string, Value][]} values of what the study sweeps and the test takes
 * @property {string} optimizer
 * @property {string[]} choices optimizers that the study sweeps
 * @property {boolean} isOther whether the optimizer is another one than that trial's
 *
 * @typedef {object} Tested a test, and how far it has come
 * @property {Study} study
 * @property {Settings} settings
 * @property {import('../../study/types.js').RateRange} range
 * @property {import('../../study/types.js').RangeNews} news
 */

/** Networks that the engine trains for a test (`src/analysis/range_test.rs`). */
export const NETWORKS = 4;
/** Fewest and most steps. */
export const STEPS = { least: 20, most: 1000 };
/** What a test goes through at first. */
export const USUAL = { low: 1e-6, high: 10, steps: 200 };

const ROW = /** @type {Hyperparameter} */ (BY_NAME.get('learning_rate'));
const OPTIMIZER = /** @type {Hyperparameter} */ (BY_NAME.get('optimizer'));
/** Learning rates that can be tested: those of the hyperparameter that have a logarithm. */
export const RATES = { least: Math.max(1e-12, Number(ROW.low)), most: Number(ROW.high) };

/** Optimizers that find the length of their steps themselves. */
const UNTESTABLE = ['lbfgs', 'newton'];
/** @param {string} optimizer */
export const isTestable = (optimizer) => !UNTESTABLE.includes(optimizer);

/** What a test is not about: it has its own learning rate and its own end, and momentum as it is. */
const SILENT = [
  'learning_rate',
  'schedule',
  'epochs',
  'warmup_epochs',
  'momentum_start',
  'momentum_warmup_epochs',
  'patience',
];

/** @param {number} value */
const short = (value) => Number(value.toPrecision(2));

/** The optimizer of a test: the one that is asked for, else the trial's, else the first that can be tested.
 * @param {string[]} choices @param {string | null} asked @param {Value | undefined} own */
function optimizerOf(choices, asked, own) {
  if (asked !== null && choices.includes(asked)) return asked;
  return choices.find((one) => one === own) ?? choices.find(isTestable) ?? choices[0];
}

/** What a test takes of what the study sweeps: the trial's values, or those amid the ranges.
 * @param {Study} study @param {Pick<Trial, 'number' | 'params'> | null} trial
 * @param {string | null} asked the optimizer, where the study sweeps it @returns {Settings} */
export function settingsOf(study, trial, asked) {
  const space = study.space ?? {};
  const choices = (space.optimizer?.choices ?? []).map(String);
  const names = Object.keys(space).filter((name) => BY_NAME.has(name) && !SILENT.includes(name));
  /** @type {Record<string, Value>} */
  const all = {};
  for (const name of names) all[name] = trial?.params[name] ?? middleOf(space[name]);
  if (choices.length) all.optimizer = optimizerOf(choices, asked, trial?.params.optimizer);
  // Of settings that hang on others only those that are used.
  const settled = { ...study, fixed: { ...study.fixed, schedule: 'constant', ...all }, space: {} };
  const values = Object.entries(all).filter(([name]) =>
    used(/** @type {Hyperparameter} */ (BY_NAME.get(name)), settled),
  );
  const own = trial?.params.optimizer;
  return {
    trial: { number: trial?.number ?? 0, params: Object.fromEntries(values) },
    of: trial?.number ?? null,
    values,
    optimizer: String(all.optimizer ?? valueOf(OPTIMIZER, study)),
    choices,
    isOther: trial !== null && choices.length > 0 && all.optimizer !== own,
  };
}

/** A rate as it is suggested, which is one that the hyperparameter takes. @param {number} found */
export const suggested = (found) => Math.max(RATES.least, Math.min(RATES.most, short(found)));

/** The range to sweep around a rate, a decade to either side. @param {number} rate
 * @returns {{low: number, high: number}} */
export const around = (rate) => ({ low: suggested(rate / 10), high: suggested(rate * 10) });
