import defaultStudy from '../../src/study/default.json' with { type: 'json' };
import { BY_NAME, DATASETS, HYPERPARAMETERS, SAMPLERS, choicesOf, scaleOf } from './hyperparameters.js';

/**
 * The study document on the page's side: its default, and the checks that can be made at once, before the engine is
 * loaded. The engine's check has the last word; codes and arguments are the same.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Problem} Problem
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {import('./hyperparameters.js').Hyperparameter} Hyperparameter
 */

export const FORMAT = 'tuning-playground/study@1';
const KEYS = {
  study: ['format', 'name', 'dataset', 'fixed', 'space', 'sampler', 'pruner', 'objective', 'trials', 'seeds_per_trial', 'seed'],
  dataset: ['name', 'samples', 'noise', 'seed', 'split', 'folds', 'standardize'],
};
export const TRIALS_LIMIT = 100000;
export const SEED_LIMIT = 2 ** 53 - 1;

/** @returns {Study} */
export const startStudy = () => structuredClone(/** @type {any} */ (defaultStudy));

/** @param {unknown} value */
const shown = (value) => (typeof value === 'string' ? JSON.stringify(value) : JSON.stringify(value) ?? 'undefined');
/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {Hyperparameter} one */
const rangeText = (one) => `${one.low} .. ${one.high}${one.type === 'int' ? ' (int)' : ''}`;

/** @param {unknown} input an object or its JSON text @returns {{study: Study} | {problem: Problem}} */
export function readStudy(input) {
  let study = input;
  if (typeof input === 'string') {
    try {
      study = JSON.parse(input);
    } catch (error) {
      return { problem: { code: 'not_a_study', detail: String(/** @type {Error} */ (error).message) } };
    }
  }
  if (!isObject(study)) return { problem: { code: 'not_a_study', detail: shown(study) } };
  let copy;
  try {
    copy = /** @type {any} */ (structuredClone(study));
  } catch (error) {
    return { problem: { code: 'not_a_study', detail: String(/** @type {Error} */ (error).message) } };
  }
  const problem = checkStudy(copy);
  return problem ? { problem } : { study: copy };
}

/** @param {Record<string, any>} study @returns {Problem | null} */
export function checkStudy(study) {
  if (study.format === undefined) return { code: 'missing', key: 'format', accepted: `"${FORMAT}"` };
  if (study.format !== FORMAT) return { code: 'format', found: shown(study.format), expected: FORMAT };
  const unknown = unknownKey(study, KEYS.study, 'study');
  if (unknown) return unknown;
  for (const key of ['dataset', 'fixed', 'space', 'sampler', 'pruner', 'objective']) {
    if (study[key] !== undefined && !isObject(study[key]))
      return { code: 'wrong_type', key, found: shown(study[key]), accepted: '{...}' };
  }
  return checkDataset(study.dataset) ?? checkCounts(study) ?? checkSearch(study) ?? checkFixed(study) ?? checkSpace(study);
}

/** A grid's points, for all axes or by name. @param {unknown} points @returns {Problem | null} */
function checkPoints(points) {
  if (!isObject(points)) return checkNumber('sampler.points', points, 1, POINTS_LIMIT, true);
  for (const [name, value] of Object.entries(points)) {
    if (!BY_NAME.has(name)) return unknownHyperparameter(name, 'sampler.points');
    const problem = checkNumber(`sampler.points.${name}`, value, 1, POINTS_LIMIT, true);
    if (problem) return problem;
  }
  return null;
}

/** @param {Record<string, any>} object @param {string[]} keys @param {string} within @returns {Problem | null} */
function unknownKey(object, keys, within) {
  const key = Object.keys(object).find((one) => !keys.includes(one));
  return key === undefined ? null : { code: 'unknown_key', key, within, accepted: keys.join(', ') };
}

/** @param {any} dataset @returns {Problem | null} */
function checkDataset(dataset) {
  const names = DATASETS.filter((one) => one.available).map((one) => one.name).join(' | ');
  if (dataset === undefined || dataset.name === undefined)
    return { code: 'missing', key: 'dataset.name', accepted: names };
  const known = DATASETS.find((one) => one.name === dataset.name);
  if (!known) return { code: 'out_of_range', key: 'dataset.name', found: shown(dataset.name), accepted: names };
  if (!known.available) return { code: 'not_yet', key: 'dataset.name', found: known.name, accepted: names };
  const { samples, split, standardize } = dataset;
  const generated = known.kind === 'generated';
  return (
    unknownKey(dataset, KEYS.dataset, 'dataset') ??
    (samples === null ? null : checkNumber('dataset.samples', samples, 10, generated ? 100000 : known.rows, true)) ??
    checkNumber('dataset.noise', dataset.noise, 0, known.noise ? 10 : 0) ??
    checkNumber('dataset.seed', dataset.seed, 0, SEED_LIMIT, true) ??
    checkNumber('dataset.folds', dataset.folds, 1, 20, true) ??
    (dataset.folds > 1 ? { code: 'not_yet', key: 'dataset.folds', found: shown(dataset.folds), accepted: '1' } : null) ??
    (standardize === undefined || typeof standardize === 'boolean' ? null
      : { code: 'wrong_type', key: 'dataset.standardize', found: shown(standardize), accepted: 'true | false' }) ??
    checkSplit(split)
  );
}

const PARTS = ['train', 'validation', 'test'];
/** @param {unknown} split @returns {Problem | null} */
function checkSplit(split) {
  const accepted = 'train + validation + test = 1';
  if (split === undefined) return null;
  if (!isObject(split)) return { code: 'wrong_type', key: 'dataset.split', found: shown(split), accepted: '{...}' };
  const unknown = unknownKey(split, PARTS, 'dataset.split');
  if (unknown) return unknown;
  if (!Object.keys(split).length) return null;
  let sum = 0;
  for (const part of PARTS) {
    if (split[part] === undefined) return { code: 'missing', key: `dataset.split.${part}`, accepted };
    const problem = checkNumber(`dataset.split.${part}`, split[part], 0.01, 0.98);
    if (problem) return problem;
    sum += split[part];
  }
  return Math.abs(sum - 1) <= 1e-6 ? null : { code: 'out_of_range', key: 'dataset.split', found: String(sum), accepted };
}

/** @param {string} key @param {unknown} found @param {number} low @param {number} high @param {boolean} [whole] @returns {Problem | null} */
function checkNumber(key, found, low, high, whole = false) {
  if (found === undefined) return null;
  const accepted = `${low} .. ${high}${whole ? ' (int)' : ''}`;
  if (typeof found !== 'number') return { code: 'wrong_type', key, found: shown(found), accepted };
  return found >= low && found <= high && (!whole || Number.isInteger(found)) ? null : { code: 'out_of_range', key, found: shown(found), accepted };
}

/** @param {string} key @param {unknown} found @param {string[]} names @param {string[]} [later] @returns {Problem | null} */
function checkName(key, found, names, later = []) {
  if (found === undefined || names.some((name) => name === found)) return null;
  return { code: later.some((name) => name === found) ? 'not_yet' : 'out_of_range', key, found: shown(found), accepted: names.join(' | ') };
}

const SAMPLERS_LATER = ['hand', 'tpe', 'gp', 'cmaes', 'pbt'];
const PRUNERS_LATER = ['median', 'halving', 'hyperband'];
const METRICS = ['train_loss', 'train_metric', 'validation_loss', 'validation_metric'];
const POINTS_LIMIT = 1000;
/** How trials are picked and ranked. @param {any} study @returns {Problem | null} */
function checkSearch({ name, sampler, pruner = {}, objective = {} }) {
  if (name !== undefined && typeof name !== 'string') return { code: 'wrong_type', key: 'name', found: shown(name), accepted: 'text' };
  if (sampler && sampler.name === undefined) return { code: 'wrong_type', key: 'sampler.name', found: shown(sampler), accepted: SAMPLERS.join(' | ') };
  const points = sampler?.points;
  return (
    checkName('sampler.name', sampler?.name, SAMPLERS, SAMPLERS_LATER) ??
    (sampler ? unknownKey(sampler, sampler.name === 'grid' ? ['name', 'points'] : ['name'], 'sampler') : null) ??
    checkPoints(points) ??
    unknownKey(pruner, ['name'], 'pruner') ??
    checkName('pruner.name', pruner.name, ['none'], PRUNERS_LATER) ??
    unknownKey(objective, ['metric', 'direction'], 'objective') ??
    checkName('objective.metric', objective.metric, METRICS) ??
    checkName('objective.direction', objective.direction, ['minimize', 'maximize'])
  );
}

/** @param {any} study @returns {Problem | null} */
function checkCounts(study) {
  for (const [key, low, high] of /** @type {[string, number, number][]} */ ([
    ['trials', 1, TRIALS_LIMIT],
    ['seed', 0, SEED_LIMIT],
    ['seeds_per_trial', 1, 100],
  ])) {
    const found = study[key];
    if (found === undefined) continue;
    const accepted = `${low} .. ${high} (int)`;
    if (typeof found !== 'number') return { code: 'wrong_type', key, found: shown(found), accepted };
    if (!Number.isInteger(found) || found < low || found > high)
      return { code: 'out_of_range', key, found: shown(found), accepted };
  }
  return null;
}

/** @param {any} study @returns {Problem | null} */
function checkFixed(study) {
  for (const [name, value] of Object.entries(study.fixed ?? {})) {
    const one = BY_NAME.get(name);
    if (!one) return unknownHyperparameter(name, 'fixed');
    if (study.space && name in study.space) return { code: 'fixed_and_swept', key: name };
    const problem = checkValue(one, value, `fixed.${name}`);
    if (problem) return problem;
  }
  return null;
}

/** @param {any} study @returns {Problem | null} */
function checkSpace(study) {
  for (const [name, distribution] of Object.entries(study.space ?? {})) {
    const one = BY_NAME.get(name);
    if (!one || one.type === 'list') return unknownHyperparameter(name, 'space');
    const problem = checkDistribution(one, /** @type {any} */ (distribution), `space.${name}`);
    if (problem) return problem;
  }
  return null;
}

/** @param {string} key @param {string} within @returns {Problem} */
const unknownHyperparameter = (key, within) => ({
  code: 'unknown_key', key, within, accepted: HYPERPARAMETERS.filter((one) => one.available).map((one) => one.name).join(', '),
});

/** @param {Hyperparameter} one @param {unknown} value @param {string} [key] @returns {Problem | null} */
export function checkValue(one, value, key = one.name) {
  const found = shown(value);
  if (one.type === 'categorical' || one.type === 'bool') {
    const choices = /** @type {unknown[]} */ (choicesOf(one));
    if (choices.includes(value)) return null;
    const accepted = choices.join(' | ');
    return { code: one.choices?.includes(String(value)) ? 'not_yet' : 'out_of_range', key, found, accepted };
  }
  if (one.type === 'list') {
    if (value === null) return null;
    if (!Array.isArray(value)) return { code: 'wrong_type', key, found, accepted: '[64, 32]' };
    const bad = value.find((width) => !Number.isInteger(width) || width < Number(one.low) || width > Number(one.high));
    if (bad !== undefined || value.length > 10)
      return { code: 'out_of_range', key, found, accepted: `[${one.low} .. ${one.high}, ...] (int, 0 .. 10)` };
    return null;
  }
  const accepted = rangeText(one);
  if (typeof value !== 'number') return { code: 'wrong_type', key, found, accepted };
  const whole = one.type !== 'int' || Number.isInteger(value);
  return whole && value >= Number(one.low) && value <= Number(one.high) ? null : { code: 'out_of_range', key, found, accepted };
}

/** @param {Hyperparameter} one @param {Distribution} distribution @param {string} [key] @returns {Problem | null} */
export function checkDistribution(one, distribution, key = one.name) {
  if (!isObject(distribution))
    return { code: 'wrong_type', key, found: shown(distribution), accepted: '{"type": "float" | "int" | "categorical", ...}' };
  const { type, low, high, choices, step, log } = distribution;
  const scales = ['linear', 'log', 'log1m'];
  if (distribution.scale !== undefined && !scales.includes(distribution.scale))
    return { code: 'out_of_range', key: `${key}.scale`, found: shown(distribution.scale), accepted: scales.join(' | ') };
  if (log !== undefined && typeof log !== 'boolean')
    return { code: 'wrong_type', key: `${key}.log`, found: shown(log), accepted: 'true | false' };
  if (step !== undefined && step !== null && !(typeof step === 'number' && step > 0))
    return { code: 'wrong_type', key: `${key}.step`, found: shown(step), accepted: '> 0' };
  if (type === 'categorical') {
    if (!Array.isArray(choices) || !choices.length)
      return { code: 'wrong_type', key: `${key}.choices`, found: shown(choices), accepted: '[value, ...]' };
    for (const choice of choices) {
      const problem = checkValue(one, choice, `${key}.choices`);
      if (problem) return problem;
    }
    return null;
  }
  if (type !== 'float' && type !== 'int')
    return { code: 'wrong_type', key: `${key}.type`, found: shown(type), accepted: 'float | int | categorical' };
  for (const [end, value] of /** @type {[string, unknown][]} */ ([['low', low], ['high', high]])) {
    if (value === undefined) return { code: 'missing', key: `${key}.${end}`, accepted: 'low, high' };
    const problem = checkValue(one, value, `${key}.${end}`);
    if (problem) return problem;
  }
  const [a, b] = [Number(low), Number(high)];
  if (a > b) return { code: 'empty_range', key, low: shown(low), high: shown(high), accepted: 'low <= high' };
  const scale = scaleOf(distribution);
  if (scale === 'log' && a <= 0)
    return { code: 'log_range', key, low: shown(low) };
  if (scale === 'log1m' && b >= 1) return { code: 'log1m_range', key, high: shown(high) };
  return null;
}

/** The same study with another split, so that its test set is one nobody has looked at.
 * @param {Study} study */
export function duplicateStudy(study) {
  const copy = structuredClone(study);
  copy.dataset.seed = (copy.dataset.seed ?? 0) + 1;
  return copy;
}

/** Whether two studies train the same trials. @param {Study} a @param {Study} b */
export function sameStudy(a, b) {
  return identityOf(a) === identityOf(b);
}

/** What tells a study from others: all but its name. @param {Study} study */
export const identityOf = (study) => JSON.stringify(sorted({ ...study, name: '' }));

/** @param {any} value @returns {any} */
function sorted(value) {
  if (Array.isArray(value) || value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}
