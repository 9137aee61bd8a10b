import { exact, loss, metric, worded } from '../study/format.js';
import { BY_NAME, DATASETS } from '../study/hyperparameters.js';
import { PLACES, translate } from './i18n.js';

/**
 * What a study says of one thing, in words.
 *
 * @typedef {import('../study/contrast.js').Aspect} Aspect
 * @typedef {import('../study/types.js').Language} Language
 */

/** Places of a study whose names stand elsewhere. @type {Record<string, string>} */
const NAMES = { ...PLACES, shared_seeds: 'place.shared_seeds' };

/** @param {string} key */
const settingOf = (key) => (key.startsWith('hp.') ? key.slice(3) : '');

/** What it is said of. @param {Language} lang @param {string} key */
export function aspectName(lang, key) {
  const name = settingOf(key);
  if (name) return BY_NAME.get(name)?.label[lang] ?? name;
  return translate(lang, Object.hasOwn(NAMES, key) ? NAMES[key] : `place.${key}`);
}

/** @param {Language} lang @param {any} value @returns {string} */
function valueText(lang, value) {
  if (typeof value === 'number') return exact(value);
  if (Array.isArray(value)) return value.map((one) => valueText(lang, one)).join(' × ');
  if (value === null || value === undefined) return '–';
  return worded(value, (key) => translate(lang, key));
}

/** @param {Language} lang @param {string} key @param {any} value */
function placeText(lang, key, value) {
  if (key === 'dataset.name') return DATASETS.find((one) => one.name === value)?.label[lang] ?? String(value);
  if (key === 'stages' && Array.isArray(value))
    return value.map(({ trials, epochs }) => `${exact(trials)} × ${exact(epochs)}`).join(' › ');
  if ((key === 'sampler' || key === 'pruner') && value?.name) {
    const { name, ...rest } = value;
    // Points that were picked by hand are its trials.
    const told = Object.values(rest).filter((one) => !Array.isArray(one));
    const more = told.map((one) => (typeof one === 'object' ? Object.values(one).join(' × ') : one));
    return [translate(lang, `${key}.${name}`), ...more.map(String)].join(' ');
  }
  if (value !== null && typeof value === 'object')
    return Object.values(value)
      .map((one) => valueText(lang, one))
      .join(' · ');
  // Seeds are names.
  return /seed$/.test(key) ? String(value) : valueText(lang, value);
}

/** What is said. @param {Language} lang @param {string} key @param {Aspect} aspect */
export function aspectText(lang, key, aspect) {
  if ('scale' in aspect) return translate(lang, `scale.${aspect.scale}`);
  if ('range' in aspect) {
    const { choices, low, high, log, scale } = aspect.range;
    if (choices) return choices.map((one) => valueText(lang, one)).join(', ');
    return `${exact(low)} – ${exact(high)} ${translate(lang, `scale.${scale ?? (log ? 'log' : 'linear')}`)}`;
  }
  return settingOf(key) ? valueText(lang, aspect.value) : placeText(lang, key, aspect.value);
}

/** Both at once, as short as it can be understood: "linear", "adam", "batch size 32".
 * @param {Language} lang @param {string} key @param {Aspect} aspect */
export function aspectBrief(lang, key, aspect) {
  const text = aspectText(lang, key, aspect);
  const isNamed = 'scale' in aspect || ['dataset.name', 'sampler', 'pruner'].includes(key);
  return isNamed || ('value' in aspect && typeof aspect.value === 'string')
    ? text
    : `${aspectName(lang, key)} ${text}`;
}

/** What a run is called: as the reader named it, else by what it differs in from the one before, else by what it
 * sweeps. @param {Language} lang @param {import('../study/runs.js').RunRecord} run */
export function runName(lang, { name, about, swept, dataset }) {
  if (name) return name;
  if (about.length) return about.map(([key, aspect]) => aspectBrief(lang, key, aspect)).join(', ');
  if (swept.length) return swept.map((one) => BY_NAME.get(one)?.label[lang] ?? one).join(', ');
  return placeText(lang, 'dataset.name', dataset);
}

/** The score that a run came to, or a dash. @param {import('../study/runs.js').RunRecord} run */
export const runScore = ({ metric: name, best, task }) => (name.endsWith('loss') ? loss(best) : metric(best, task));
