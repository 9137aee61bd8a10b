import { scaleOf } from './hyperparameters.js';
import { SCALES, shareOf } from './scale.js';

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

/**
 * The part of an axis between two shares of its length. What lies at an edge of the scores' axis may lie beyond it: a
 * loss of 0 on a logarithm.
 * @param {Axis} axis
 * @param {Distribution | undefined} distribution none for the score
 * @param {number} from
 * @param {number} to
 * @returns {Side}
 */
export function sideOf(axis, distribution, from, to) {
  const [start, end] = [Math.max(0, Math.min(from, to)) || 0, Math.min(1, Math.max(from, to)) || 0];
  const at = (/** @type {number} */ share) => axis.domain[0] * (1 - share) + axis.domain[1] * share;
  const [low, high] = [at(start), at(end)];
  if (axis.discrete && distribution?.choices) {
    const choices = distribution.choices.filter((one) => axis.to(one) >= low && axis.to(one) <= high);
    return { name: axis.name, low, high, choices };
  }
  const { from: value } = SCALES[/** @type {'linear'} */ (axis.scale)] ?? SCALES.linear;
  const open = axis.name === '';
  return {
    name: axis.name,
    low: open && start <= 0 ? -Infinity : value(low),
    high: open && end >= 1 ? Infinity : value(high),
  };
}

/** The shares of the axis that a side covers. @param {Axis} axis @param {Side} side @returns {[number, number]} */
export function sharesOf(axis, side) {
  if (side.choices) return [shareOf(axis, side.low), shareOf(axis, side.high)];
  return [
    side.low === -Infinity ? 0 : shareOf(axis, axis.to(side.low)),
    side.high === Infinity ? 1 : shareOf(axis, axis.to(side.high)),
  ];
}

/** The ends of a side went through a logarithm and back. @param {Side} side */
const slackOf = ({ low, high }) => 1e-9 * (Number.isFinite(high - low) ? Math.abs(high - low) : 0);

/** @param {Brush} brush @param {Trial} trial @param {() => number} score */
export function inside(brush, trial, score) {
  return brush.every((side) => {
    const value = side.name ? trial.params[side.name] : score();
    if (side.choices) return side.choices.includes(value);
    const slack = slackOf(side);
    return typeof value === 'number' && value >= side.low - slack && value <= side.high + slack;
  });
}

/**
 * A range cut to the brush's side: rounded to as few digits as tell its ends apart, never wider than it was; null
 * where no value is left.
 * @param {Distribution} range
 * @param {Side} side
 * @returns {Distribution | null}
 */
export function narrowed(range, side) {
  if (range.choices) {
    const choices = range.choices.filter((one) =>
      side.choices ? side.choices.includes(one) : Number(one) >= side.low && Number(one) <= side.high,
    );
    return choices.length ? { ...range, choices } : null;
  }
  const slack = slackOf(side);
  const [low, high] = [Number(range.low), Number(range.high)];
  const [from, to] = [Math.max(low, side.low), Math.min(high, side.high)];
  if (!(to >= from - slack)) return null;
  const step = range.step || (range.type === 'int' ? 1 : 0);
  if (step) {
    const onGrid = (/** @type {number} */ value, /** @type {(k: number) => number} */ way) =>
      Number((low + Math.max(0, way((value - low) / step)) * step).toPrecision(15));
    const [first, last] = [
      onGrid(from - slack, (k) => Math.ceil(k - 1e-9)),
      Math.min(
        high,
        onGrid(to + slack, (k) => Math.floor(k + 1e-9)),
      ),
    ];
    return last >= first && first <= to + slack + 1e-9 * step
      ? { ...range, low: Math.max(low, first), high: Math.max(low, last) }
      : null;
  }
  for (let digits = 2; digits <= 15; digits++) {
    const near = (/** @type {number} */ value) => Math.max(low, Math.min(high, round(value, range, digits)));
    if (near(to) > near(from)) return { ...range, low: near(from), high: near(to) };
  }
  return { ...range, low: Math.min(from, high), high: Math.max(to, Math.min(from, high)) };
}

/**
 * A few digits say where a box was drawn; near 1 they are counted in 1 − x.
 * @param {number} value
 * @param {Distribution} range
 * @param {number} digits
 */
function round(value, range, digits) {
  if (scaleOf(range) === 'log1m') return Number((1 - Number((1 - value).toPrecision(digits))).toPrecision(15));
  if (scaleOf(range) === 'log') return Number(value.toPrecision(digits));
  const power = Math.floor(Math.log10(Number(range.high) - Number(range.low) || 1)) - digits;
  // A number with an exponent is the nearest one there is; a product is not.
  const rounded = Number(`${Math.round(value / 10 ** power)}e${power}`);
  return Number.isFinite(rounded) ? rounded : value;
}
