import { RECORDS } from '../study/study.js';
import { number } from '../study/format.js';

/**
 * What a study has asked to be written down of an epoch, as numbers (`TrialEvent::write` in src/result.rs) and as
 * documents have it: `layers`, and the `curvature` of the whole network. Pure.
 *
 * @typedef {Record<string, number | string | null>} Layer by names of {@link RECORDS}
 * @typedef {Record<string, number | string | null>} Curvature by names of {@link CURVATURE}
 * @typedef {{layers?: Layer[], curvature?: Curvature}} Recorded
 */

/** Numbers of the curvature as a whole; the second and the third are null of optimizers that have none. */
export const CURVATURE = ['largest', 'preconditioned', 'limit', 'residual', 'rows', 'of_rows'];
const MAY_BE_MISSING = ['preconditioned', 'limit'];
/** What is added to the mark of what was recorded where there are several seeds. */
export const SPREAD_BIT = 2 ** RECORDS.length;

/** @param {number} mark */
const namesOf = (mark) => RECORDS.filter((_, k) => (mark >> k) & 1);

/** A number as documents write it; outputs have no units that could die. @param {number} value
 * @param {string} [name] */
const written = (value, name) =>
  Number.isNaN(value) && name === 'dead_units' ? null : Number.isFinite(value) ? value : String(value);

/** @param {number} mark what was recorded @param {number[]} numbers @returns {Recorded} */
export function recordedOf(mark, numbers) {
  const names = namesOf(mark);
  const whole = names.includes('curvature') ? CURVATURE.length : 0;
  const [layers, first] = [/** @type {Layer[]} */ ([]), numbers.length - whole];
  for (let at = 0; names.length && at + names.length <= first; at += names.length)
    layers.push(Object.fromEntries(names.map((name, k) => [name, written(numbers[at + k], name)])));
  if (!whole) return { layers };
  const of = (/** @type {string} */ name, /** @type {number} */ value) =>
    Number.isNaN(value) && MAY_BE_MISSING.includes(name) ? null : written(value);
  return { layers, curvature: Object.fromEntries(CURVATURE.map((name, k) => [name, of(name, numbers[first + k])])) };
}

/** The mark and the numbers of what a document has of an epoch; nothing where it has none. @param {Recorded} record
 * @param {boolean} hasSpread @returns {number[]} */
export function toldOf({ layers, curvature }, hasSpread) {
  if (!layers?.length) return [];
  const names = RECORDS.filter((name) => name in layers[0]);
  const mark = names.reduce((sum, name) => sum + (1 << RECORDS.indexOf(name)), hasSpread ? SPREAD_BIT : 0);
  const whole = curvature && names.includes('curvature') ? CURVATURE.map((name) => number(curvature[name])) : [];
  return [mark, ...layers.flatMap((layer) => names.map((name) => number(layer[name]))), ...whole];
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether what a document has of an epoch is sound. @param {any} epoch
 * @param {(value: unknown) => boolean} isMeasure */
export function isRecorded({ layers, curvature }, isMeasure) {
  if (layers === undefined) return curvature === undefined;
  if (!Array.isArray(layers) || !layers.length || !layers.every(isObject)) return false;
  const names = Object.keys(layers[0]);
  const isLayer = (/** @type {Record<string, unknown>} */ layer) =>
    Object.keys(layer).length === names.length &&
    names.every((name) => isMeasure(layer[name]) || (layer[name] === null && name === 'dead_units'));
  if (!names.length || !names.every((name) => RECORDS.includes(name)) || !layers.every(isLayer)) return false;
  if (!names.includes('curvature')) return curvature === undefined;
  const isWhole = (/** @type {string} */ name) =>
    isMeasure(curvature[name]) || (curvature[name] === null && MAY_BE_MISSING.includes(name));
  return isObject(curvature) && CURVATURE.every(isWhole);
}
