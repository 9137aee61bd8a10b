import { metric as metricText } from '../../study/format.js';
import { BY_NAME, HYPERPARAMETERS } from '../../study/hyperparameters.js';
import { axisOf, shareOf } from '../../study/scale.js';
import { settingIn, taskIn } from './codec.js';

/**
 * What a class's results can be laid out by. Pure.
 *
 * @typedef {import('./codec.js').Entry} Entry
 * @typedef {import('../../study/scale.js').Axis} Axis
 */

/** What came of a trial, and where a result has it. A hyperparameter is called loss, too.
 * @type {Record<string, 'loss' | 'metric'>} */
const WHERE = { validation_loss: 'loss', validation_metric: 'metric' };
export const OUTCOMES = Object.keys(WHERE);
/** Room at the ends of an axis, as a share of it. */
const MARGIN = 0.04;

/** @param {Entry} entry @param {string} name @returns {number | string | undefined} */
export function placeIn(entry, name) {
  if (Object.hasOwn(WHERE, name)) return entry[WHERE[name]] ?? undefined;
  const value = settingIn(entry, name);
  return typeof value === 'number' || value === undefined || value === null ? (value ?? undefined) : String(value);
}

/** The hyperparameters in which results differ, in the order of the table. @param {Entry[]} entries */
export function namesOf(entries) {
  return HYPERPARAMETERS.map(({ name }) => name).filter(
    (name) => new Set(entries.map((one) => placeIn(one, name)).filter((one) => one !== undefined)).size > 1,
  );
}

/** @param {Entry[]} entries @param {string} name @param {(value: unknown) => string} [word] how a choice is written
 * @returns {Axis} */
export function axisFor(entries, name, word) {
  const values = entries.map((one) => placeIn(one, name)).filter((one) => one !== undefined);
  const row = BY_NAME.get(name);
  if (values.some((one) => typeof one === 'string'))
    return axisOf(
      name,
      /** @type {any} */ ({ type: 'categorical', choices: [...new Set(values.map(String))].sort() }),
      word,
    );
  const numbers = /** @type {number[]} */ (values);
  const [low, high] = numbers.length ? [Math.min(...numbers), Math.max(...numbers)] : [0, 1];
  const isLog = low > 0 && (name === 'validation_loss' || row?.scale === 'log');
  const whole = row?.type === 'int';
  const axis = axisOf(name, /** @type {any} */ ({ type: whole ? 'int' : 'float', low, high, log: isLog }));
  const [from, to] = axis.domain;
  const pad = MARGIN * (to - from);
  const task = name === 'validation_metric' && entries.length ? taskIn(entries[0]) : '';
  const ticks = task ? axis.ticks.map(({ at }) => ({ at, label: metricText(at, task) })) : axis.ticks;
  return { ...axis, domain: [from - pad, to + pad], ticks };
}

/** Where a result lies along an axis, from 0 to 1; NaN where it has no place.
 * @param {Axis} axis @param {Entry} entry */
export function shareIn(axis, entry) {
  const value = placeIn(entry, axis.name);
  if (value === undefined) return NaN;
  return shareOf(axis, axis.to(axis.numeric ? Number(value) : value));
}

/** Results from the best to those without a loss. @param {Entry[]} entries */
export const ranked = (entries) => [...entries].sort((a, b) => (a.loss ?? Infinity) - (b.loss ?? Infinity) || 0);
