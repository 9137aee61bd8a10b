import table from '../../src/study/hyperparameters.json' with { type: 'json' };
import catalog from '../../src/dataset/catalog.json' with { type: 'json' };

/**
 * The tables that engine and page share, and what the page derives from them: which rows a study shows, what a
 * hyperparameter's default is, how its values are written.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Value} Value
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {{name: string, type: 'float' | 'int' | 'categorical' | 'bool' | 'list', low: number | null,
 *   high: number | null, choices: string[] | null, available_choices?: string[], default: any,
 *   scale: 'linear' | 'log' | 'log1m', sweep: Distribution | null, group: 'model' | 'optimization' | 'training',
 *   used_by: Record<string, string[]> | null, available: boolean, label: {en: string, ko: string},
 *   help: {en: string, ko: string}}} Hyperparameter
 * @typedef {{name: string, task: string, kind: string, rows: number, features: number, classes: number,
 *   noise: boolean, available: boolean, label: {en: string, ko: string}, about: {en: string, ko: string}}} Dataset
 */

/** @type {Hyperparameter[]} */
export const HYPERPARAMETERS = /** @type {any} */ (table);
/** @type {Map<string, Hyperparameter>} */
export const BY_NAME = new Map(HYPERPARAMETERS.map((one) => [one.name, one]));
/** @type {Dataset[]} */
export const DATASETS = /** @type {any} */ (catalog);
export const GROUPS = /** @type {const} */ (['model', 'optimization', 'training']);
/** The samplers that the engine has, in the order shown. */
export const SAMPLERS = ['grid', 'random', 'sobol'];

/** @param {Study} study */
export const datasetOf = (study) => DATASETS.find((one) => one.name === study.dataset.name);

/** @param {Study} study */
export const taskOf = (study) => datasetOf(study)?.task ?? 'classes';

/** @param {Hyperparameter} one */
export const choicesOf = (one) =>
  one.type === 'bool' ? [false, true] : (one.available_choices ?? one.choices ?? []);

/** What a hyperparameter is when the study does not mention it.
 * @param {Hyperparameter} one @param {Study} study @returns {Value} */
export function defaultOf(one, study) {
  const given = one.default;
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return given;
  const key = given.by === 'task' ? taskOf(study) : String(study.fixed?.[given.by] ?? BY_NAME.get(given.by)?.default);
  return key in given ? given[key] : 0;
}

/** @param {Hyperparameter} one @param {Study} study @returns {Value} */
export const valueOf = (one, study) => study.fixed?.[one.name] ?? defaultOf(one, study);

/** The values that a hyperparameter can take in a study: its choices when swept, else its one value.
 * @param {string} name @param {Study} study @returns {Value[]} */
function possible(name, study) {
  const one = BY_NAME.get(name);
  if (!one) return [];
  const swept = study.space?.[name];
  return swept ? (swept.choices ?? []) : [valueOf(one, study)];
}

/** Whether any trial of the study can use the hyperparameter.
 * @param {Hyperparameter} one @param {Study} study */
export function used(one, study) {
  if (['hidden_layers', 'hidden_units'].includes(one.name) && study.fixed?.hidden) return false;
  return Object.entries(one.used_by ?? {}).every(([name, values]) =>
    possible(name, study).some((value) => values.includes(String(value))),
  );
}

/** Rows of the study panel: what this engine has, what the study can use, and all that the study mentions.
 * @param {Study} study @param {string[] | null} [only] */
export function rowsOf(study, only = null) {
  return HYPERPARAMETERS.filter((one) => {
    if (only) return only.includes(one.name);
    if (!one.available) return false;
    if (study.space?.[one.name]) return true;
    if (/^units_\d+$/.test(one.name)) return study.fixed?.[one.name] !== undefined;
    if (one.choices && choicesOf(one).length < 2) return study.fixed?.[one.name] !== undefined;
    return used(one, study);
  });
}

/** @param {Distribution} distribution @returns {'linear' | 'log' | 'log1m' | 'choices'} */
export function scaleOf(distribution) {
  if (distribution.type === 'categorical') return 'choices';
  return distribution.scale ?? (distribution.log ? 'log' : 'linear');
}

/** Swept hyperparameters in the order of the table.
 * @param {Study} study */
export const sweptOf = (study) =>
  HYPERPARAMETERS.filter((one) => study.space?.[one.name]).concat(
    Object.keys(study.space ?? {}).filter((name) => !BY_NAME.has(name)).map((name) => /** @type {any} */ ({
      name, type: 'categorical', scale: 'linear', label: { en: name, ko: name }, help: { en: '', ko: '' },
    })),
  );

/** How many combinations a grid over the study has.
 * @param {Study} study */
export function gridSize(study) {
  const given = study.sampler?.points ?? 5;
  return Object.entries(study.space ?? {}).reduce((size, [name, one]) => {
    const points = typeof given === 'number' ? given : (given[name] ?? 5);
    if (one.choices) return size * one.choices.length;
    const span = (one.high ?? 0) - (one.low ?? 0);
    if (one.step) return size * (Math.floor(span / one.step + 1e-9) + 1);
    return size * (one.type === 'int' ? span + 1 : points);
  }, 1);
}
