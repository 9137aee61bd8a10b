import { HYPERPARAMETERS, used, valueOf } from './hyperparameters.js';
import { withDefaults } from './same.js';

/**
 * In what two studies differ. Pure.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Value} Value
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {{value: any} | {range: Distribution} | {scale: string}} Aspect what a study says of one thing: a value, a
 *   range, or of ranges that have their ends in common the scale alone
 * @typedef {{key: string, a: Aspect, b: Aspect}} Difference key: a hyperparameter's name behind `hp.`, else a place in
 *   the study
 */

/** Places of a study in the order in which they tell two apart; what nearly all runs differ in comes last. */
const FIRST = ['dataset.name'];
const LAST = [
  'sampler',
  'objective',
  'pruner',
  'stages',
  'dataset.samples',
  'dataset.noise',
  'dataset.split',
  'dataset.folds',
  'dataset.standardize',
  'seeds_per_trial',
  'shared_seeds',
  'record',
  'evaluate_every',
  'trials',
  'budget',
  'dataset.seed',
  'seed',
];

/** @param {Study} study @param {string} place */
const at = (study, place) => place.split('.').reduce((/** @type {any} */ part, key) => part?.[key], study);

/** What a study says of a hyperparameter; undefined where no trial uses it.
 * @param {Study} study @param {import('./hyperparameters.js').Hyperparameter} one @returns {Aspect | undefined} */
function settingIn(study, one) {
  const range = study.space?.[one.name];
  if (range) return { range };
  return used(one, study) ? { value: valueOf(one, study) ?? null } : undefined;
}

/** @param {Distribution} range */
const scaleOf = ({ log, scale }) => scale ?? (log ? 'log' : 'linear');
/** @param {unknown} one */
const words = (one) => JSON.stringify(one ?? null);

/** In what several studies differ from the first of them: of each what it says.
 * @param {Study[]} studies @returns {{key: string, aspects: Aspect[]}[]} */
export function contrasts([first, ...others]) {
  const pairs = others.map((one) => contrast(first, one));
  const keys = [...new Set(pairs.flat().map(({ key }) => key))];
  return keys.map((key) => {
    const found = pairs.map((pair) => pair.find((one) => one.key === key));
    const same = found.find((one) => one !== undefined);
    // Ranges that have their ends in common with the first one say them where another's are others.
    const isScale = found.every((one) => !one || 'scale' in one.a);
    const one = HYPERPARAMETERS.find(({ name }) => key === `hp.${name}`);
    const own = (/** @type {Study} */ study, /** @type {Aspect} */ said) =>
      (!isScale && 'scale' in said && one && settingIn(withDefaults(study), one)) || said;
    const [a, ...rest] = [same?.a, ...found.map((pair) => pair?.b ?? same?.a)];
    return { key, aspects: [a, ...rest].map((said, k) => own([first, ...others][k], /** @type {Aspect} */ (said))) };
  });
}

/** @param {Study} given @param {Study} other @returns {Difference[]} the most telling first */
export function contrast(given, other) {
  const [a, b] = [withDefaults(given), withDefaults(other)];
  const places = (/** @type {string[]} */ list) =>
    list
      .map((key) => ({ key, a: { value: at(a, key) }, b: { value: at(b, key) } }))
      .filter((one) => words(one.a.value) !== words(one.b.value));
  /** @type {Difference[]} */
  const settings = [];
  for (const one of HYPERPARAMETERS) {
    const [mine, theirs] = [settingIn(a, one), settingIn(b, one)];
    if (words(mine) === words(theirs)) continue;
    const key = `hp.${one.name}`;
    const [from, to] = [mine, theirs].map((each) => (each && 'range' in each ? each.range : null));
    if (from && to && !from.choices && !to.choices && from.low === to.low && from.high === to.high) {
      const scales = [scaleOf(from), scaleOf(to)];
      if (scales[0] !== scales[1]) {
        settings.push({ key, a: { scale: scales[0] }, b: { scale: scales[1] } });
        continue;
      }
      if (words(from.step) === words(to.step)) continue;
    }
    settings.push({ key, a: mine ?? { value: null }, b: theirs ?? { value: null } });
  }
  // What is swept in one of them says more than what follows from it.
  const swept = (/** @type {Difference} */ one) => Number(!('value' in one.a && 'value' in one.b));
  settings.sort((x, y) => swept(y) - swept(x));
  return [...places(FIRST), ...settings, ...places(LAST)];
}
