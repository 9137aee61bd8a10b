import { BY_NAME, scaleOf } from './hyperparameters.js';
import { SCALES } from './scale.js';
import { checkStudy, checkTogether } from './study.js';

/**
 * Where the best value lies within the range that it was searched in: at its edge, so that better ones may lie beyond;
 * or inside a logarithmic range, where even steps around it look closer.
 *
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {import('./types.js').Study} Study
 */

/** A value within this share of the scaled axis lies at the edge. */
const EDGE = 0.05;
const SLACK = 1e-9;
/** A range on a logarithm grows by so much, a linear one by this share of its width. */
const DECADE = 10;
const GROWTH = 0.5;
/** Fewer than so many steps lie around the best. */
const MOST = 12;

const clean = (/** @type {number} */ value) => Number(value.toPrecision(12));

/** The end of the range that a value lies at; null for none. A range of one value has no inside.
 * @param {Distribution} range @param {unknown} value @returns {'low' | 'high' | null} */
export function edgeOf(range, value) {
  if (range.choices || typeof value !== 'number' || !Number.isFinite(value)) return null;
  const [low, high] = [Number(range.low), Number(range.high)];
  if (!(high > low)) return null;
  const to = SCALES[/** @type {'linear'} */ (scaleOf(range))]?.to ?? SCALES.linear.to;
  // Halves keep the widest range finite.
  const share = (to(value) / 2 - to(low) / 2) / (to(high) / 2 - to(low) / 2);
  // Values that went through a logarithm and back may lie beyond the ends by a last digit.
  if (!(share >= -SLACK && share <= 1 + SLACK)) return null;
  return share <= EDGE ? 'low' : share >= 1 - EDGE ? 'high' : null;
}

/** Whether a study takes another range of one hyperparameter. More combinations than trials the panel mends itself.
 * @param {Study} study @param {string} name @param {Distribution} range */
function takes(study, name, range) {
  const next = { ...study, space: { ...study.space, [name]: range } };
  if (checkStudy(next)) return false;
  const problem = checkTogether(next);
  return !problem || problem.code === 'grid_too_large';
}

/** An end that is further out: by a decade, or half of the width, and in whole steps where the range has them.
 * @param {Distribution} range @param {'low' | 'high'} end */
function further(range, end) {
  const [low, high] = [Number(range.low), Number(range.high)];
  const scale = scaleOf(range);
  const isLow = end === 'low';
  if (scale === 'log') return isLow ? low / DECADE : high * DECADE;
  if (scale === 'log1m') return isLow ? 1 - (1 - low) * DECADE : 1 - (1 - high) / DECADE;
  const step = range.step || (range.type === 'int' ? 1 : 0);
  const width = GROWTH * (high - low);
  const by = step ? Math.max(1, Math.round(width / step)) * step : width;
  return isLow ? low - by : high + by;
}

/**
 * The range with one end further out, never past the hyperparameter's limits; null where it has reached them.
 * @param {Study} study
 * @param {string} name
 * @param {'low' | 'high'} end
 * @returns {Distribution | null}
 */
export function widened(study, name, end) {
  const range = study.space?.[name];
  const one = BY_NAME.get(name);
  if (!range || range.choices || !one) return null;
  const limit = one[end] ?? (end === 'low' ? -Infinity : Infinity);
  const old = Number(range[end]);
  const step = range.step || (range.type === 'int' ? 1 : 0);
  const within = (/** @type {number} */ to) => {
    const held = end === 'low' ? Math.max(limit, to) : Math.min(limit, to);
    // From the old end outwards in whole steps: a limit may lie between two of them.
    const whole = step ? old + Math.trunc((held - old) / step + Math.sign(held - old) * 1e-9) * step : held;
    return range.type === 'int' ? Math.round(whole) : clean(whole);
  };
  const tries = [further(range, end), (old + limit) / 2].map(within);
  for (const to of tries) {
    if (!Number.isFinite(to) || !(end === 'low' ? to < old : to > old)) continue;
    const next = { ...range, [end]: to };
    if (takes(study, name, next)) return next;
  }
  return null;
}

/**
 * Even steps around a value of a logarithmic range, from about a third of it, no more than a half, to twice it; null
 * where the range is none, or where such steps leave the hyperparameter's limits.
 * @param {Study} study
 * @param {string} name
 * @param {unknown} value
 * @returns {{range: Distribution, values: number[]} | null}
 */
export function closer(study, name, value) {
  const range = study.space?.[name];
  const one = BY_NAME.get(name);
  if (!range || !one || range.choices || scaleOf(range) !== 'log') return null;
  if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) return null;
  const whole = range.type === 'int';
  // The widest round step that leaves one at half of the value or less.
  const most = (value / 2) * (1 + 1e-9);
  const size = Number(`1e${Math.floor(Math.log10(most))}`);
  const step = clean(([5, 2].find((k) => k * size <= most) ?? 1) * size);
  const width = whole ? Math.max(1, Math.round(step)) : step;
  const low = clean(Math.max(1, Math.round(value / 3 / width)) * width);
  const [from, to] = [one.low ?? -Infinity, one.high ?? Infinity];
  /** @type {number[]} */
  const values = [];
  for (let k = 0; k < MOST; k++) {
    const at = clean(low + k * width);
    if (at >= from && at <= to) values.push(at);
    if (at >= 2 * value) break;
  }
  if (values.length < 3) return null;
  // Where doubles have hardly any digits left, steps are no longer even.
  if (values.some((at, k) => !(at > 0) || !Number.isFinite(at) || (k > 0 && at <= values[k - 1]))) return null;
  /** @type {Distribution} */
  const next = { type: range.type, low: values[0], high: values[values.length - 1], step: width };
  return takes(study, name, next) ? { range: next, values } : null;
}
