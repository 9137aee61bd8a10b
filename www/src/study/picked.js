import { between, scaleOf, sweptOf } from './hyperparameters.js';
import { spanOf } from './joint.js';
import { sameStudy } from './same.js';
import { SCALES } from './scale.js';
import { pickedOf } from './search.js';

/**
 * Points that the reader picks in the space of a study: where the next one would be, and a press on a figure as
 * values. Pure.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Value} Value
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {import('./scale.js').Axis} Axis
 * @typedef {{axis: Axis, share: number}} Pressed a place along an axis
 */

/** @param {number} value @param {number} digits */
const short = (value, digits) => Number(value.toPrecision(digits));

/** The value of a range that is nearest to a number, as people write it: of so many digits, on its steps.
 * @param {Distribution} range @param {number} number @param {number} digits */
function nearest(range, number, digits) {
  const { type, step } = range;
  const [low, high] = [Number(range.low), Number(range.high)];
  const within = (/** @type {number} */ value) => Math.max(low, Math.min(high, value));
  const each = step ?? (type === 'int' ? 1 : null);
  if (each) return within(Number((low + Math.round((number - low) / each) * each).toPrecision(12)));
  return within(scaleOf(range) === 'log1m' ? short(1 - short(1 - number, digits), 12) : short(number, digits));
}

/** A value amid a range: of choices that are numbers the middle one, of others the first.
 * @param {Distribution} range @returns {Value} */
export function middleOf(range) {
  const { choices } = range;
  if (!choices) return nearest(range, between(range, 0.5), 2);
  if (!choices.every((one) => typeof one === 'number')) return choices[0];
  return [...choices].sort((a, b) => Number(a) - Number(b))[(choices.length - 1) >> 1];
}

/** Whether a point may have a value at an axis: a choice of it, or any number that the field takes.
 * @param {Distribution} range @param {Value | undefined} value */
const suits = (range, value) =>
  range.choices ? range.choices.includes(/** @type {Value} */ (value)) : typeof value === 'number';

/** Where the next point is: as it was aimed at, else where the last one was, else amid the ranges.
 * @param {Study} study @param {Record<string, Value>} aim @returns {Record<string, Value>} */
export function aimOf(study, aim) {
  const last = pickedOf(study).at(-1) ?? {};
  return Object.fromEntries(
    sweptOf(study).map(({ name }) => {
      const range = /** @type {Distribution} */ (study.space?.[name]);
      const found = [aim[name], last[name]].find((value) => suits(range, value));
      return [name, found ?? middleOf(range)];
    }),
  );
}

/** What was pressed on a figure, as the values of the ranges that lie nearest; null beside the axes.
 * @param {Study} study @param {Pressed[]} pressed @returns {Record<string, Value> | null} */
export const valuesAt = (study, pressed) =>
  pressed.some(({ share }) => !(share >= 0 && share <= 1))
    ? null
    : Object.fromEntries(
        pressed.flatMap(({ axis, share }) =>
          axis.name && study.space?.[axis.name] ? [[axis.name, valueAt(axis, spanOf(study, axis.name), share)]] : [],
        ),
      );

/** @param {Axis} axis @param {Distribution} range @param {number} share @returns {Value} */
function valueAt(axis, range, share) {
  const place = axis.domain[0] + share * (axis.domain[1] - axis.domain[0]);
  const far = (/** @type {Value} */ one) => Math.abs(axis.to(one) - place);
  if (range.choices) return range.choices.reduce((a, b) => (far(b) < far(a) ? b : a));
  return nearest(range, (SCALES[/** @type {'linear'} */ (axis.scale)] ?? SCALES.linear).from(place), 3);
}

/** Whether a study is another one with more points, so that a run of that can go on. @param {Study} study
 * @param {Study} known */
export function isGrown(study, known) {
  const [before, points] = [pickedOf(known), pickedOf(study)];
  if (!before.length || points.length <= before.length) return false;
  const sampler = { name: 'hand', points: points.slice(0, before.length) };
  return sameStudy({ ...study, sampler, trials: 1 }, { ...known, trials: 1 });
}
