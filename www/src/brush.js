import { scaleOf } from './hyperparameters.js';
import { SCALES } from './scale.js';

/**
 * A brush: a box on the response surface, kept as values, so that every figure can ask whether a trial lies inside.
 *
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {import('./types.js').Trial} Trial
 * @typedef {import('./types.js').Value} Value
 * @typedef {import('./scale.js').Axis} Axis
 * @typedef {{name: string, low: number, high: number, choices?: Value[]}} Side one axis's part; the score has no name
 * @typedef {Side[]} Brush
 */

/** The part of an axis between two shares of its length.
 * @param {Axis} axis @param {Distribution | undefined} distribution none for the score @param {number} from @param {number} to
 * @returns {Side} */
export function sideOf(axis, distribution, from, to) {
  const at = (/** @type {number} */ share) => axis.domain[0] + share * (axis.domain[1] - axis.domain[0]);
  const [low, high] = [at(Math.max(0, Math.min(from, to))), at(Math.min(1, Math.max(from, to)))];
  if (axis.discrete && distribution?.choices) {
    const choices = distribution.choices.filter((one) => axis.to(one) >= low && axis.to(one) <= high);
    return { name: axis.name, low, high, choices };
  }
  const { from: value } = SCALES[/** @type {'linear'} */ (axis.scale)] ?? SCALES.linear;
  return { name: axis.name, low: value(low), high: value(high) };
}

/** The shares of the axis that a side covers. @param {Axis} axis @param {Side} side @returns {[number, number]} */
export function sharesOf(axis, side) {
  const share = (/** @type {number} */ at) => (at - axis.domain[0]) / (axis.domain[1] - axis.domain[0]);
  return side.choices ? [share(side.low), share(side.high)] : [share(axis.to(side.low)), share(axis.to(side.high))];
}

/** @param {Brush} brush @param {Trial} trial @param {number} score */
export function inside(brush, trial, score) {
  return brush.every((side) => {
    const value = side.name ? trial.params[side.name] : score;
    if (side.choices) return side.choices.includes(value);
    // The ends went through a logarithm and back.
    const slack = 1e-9 * Math.abs(side.high - side.low);
    return typeof value === 'number' && value >= side.low - slack && value <= side.high + slack;
  });
}

/** A range cut to the brush's side: rounded to three digits, never wider than it was; null where nothing is left.
 * @param {Distribution} range @param {Side} side @returns {Distribution | null} */
export function narrowed(range, side) {
  if (range.choices) {
    const choices = range.choices.filter((one) => (side.choices ? side.choices.includes(one) : Number(one) >= side.low && Number(one) <= side.high));
    return choices.length ? { ...range, choices } : null;
  }
  const [low, high] = [Number(range.low), Number(range.high)];
  const near = (/** @type {number} */ value) => Math.max(low, Math.min(high, range.type === 'int' ? Math.round(value) : round(value, range)));
  let [from, to] = [near(side.low), near(side.high)];
  if (range.step) {
    const { step } = range;
    const onGrid = (/** @type {number} */ value, /** @type {(k: number) => number} */ way) => Number((low + way((value - low) / step) * step).toPrecision(12));
    from = onGrid(side.low, (k) => Math.max(0, Math.ceil(k - 1e-9)));
    to = Math.min(high, onGrid(side.high, (k) => Math.floor(k + 1e-9)));
  }
  return to >= from ? { ...range, low: from, high: to } : null;
}

/** Two or three digits say where a box was drawn; near 1 they are counted in 1 − x. @param {number} value @param {Distribution} range */
function round(value, range) {
  if (scaleOf(range) === 'log1m') return Number((1 - Number((1 - value).toPrecision(2))).toPrecision(12));
  if (scaleOf(range) === 'log') return Number(value.toPrecision(2));
  const unit = 10 ** (Math.floor(Math.log10(Number(range.high) - Number(range.low) || 1)) - 2);
  return Number((Math.round(value / unit) * unit).toPrecision(12));
}
