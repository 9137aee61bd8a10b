import { BY_NAME, scaleOf } from './hyperparameters.js';
import { exact, scientific } from './format.js';

/** @typedef {import('./types.js').Distribution} Distribution @typedef {import('./types.js').Value} Value */

/** Positions on the scales that a range can be drawn on: a value to the axis and back. */
export const SCALES = {
  linear: { to: (/** @type {number} */ x) => x, from: (/** @type {number} */ u) => u },
  log: { to: (/** @type {number} */ x) => Math.log10(x), from: (/** @type {number} */ u) => 10 ** u },
  log1m: { to: (/** @type {number} */ x) => -Math.log10(1 - x), from: (/** @type {number} */ u) => 1 - 10 ** -u },
};

/**
 * One axis of the response surface.
 * @typedef {object} Axis
 * @property {string} name
 * @property {boolean} numeric false when its places are named choices
 * @property {boolean} discrete
 * @property {'linear' | 'log' | 'log1m' | 'choices'} scale
 * @property {[number, number]} domain in axis positions
 * @property {{at: number, label: string}[]} ticks
 * @property {(value: Value) => number} to
 */

/** Round steps between two numbers. @param {number} low @param {number} high @param {number} target */
export function steps(low, high, target) {
  const span = high - low;
  if (!(span > 0)) return [low];
  const raw = span / Math.max(1, target);
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((k) => k * size).find((k) => k >= raw) ?? raw;
  const first = Math.ceil(low / step - 1e-9);
  const all = [];
  for (let k = first; k * step <= high + step * 1e-9; k++) all.push(Number((k * step).toPrecision(12)));
  return all;
}

/** Values to label between two positive numbers on a log axis: powers of ten, and 2 and 5 where there is room.
 * @param {number} low @param {number} high @param {number} [target] */
export function logSteps(low, high, target = 6) {
  const decades = Math.log10(high / low);
  const every = Math.max(1, Math.ceil(decades / target));
  const parts = decades > 4 ? [1] : decades > 1.6 ? [1, 3] : [1, 1.5, 2, 3, 4, 6, 8];
  const all = [];
  for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++) {
    if (p % every) continue;
    for (const part of parts) {
      const value = Number((part * 10 ** p).toPrecision(6));
      if (value >= low * 0.9999 && value <= high * 1.0001) all.push(value);
    }
  }
  return all.length >= 2 ? all : [low, high];
}

/** The axis of a swept hyperparameter.
 * @param {string} name @param {Distribution} distribution @returns {Axis} */
export function axisOf(name, distribution) {
  const choices = distribution.choices;
  if (choices && !choices.every((one) => typeof one === 'number')) {
    const to = (/** @type {Value} */ value) => choices.indexOf(value);
    const ticks = choices.map((one, at) => ({ at, label: String(one) }));
    return { name, numeric: false, discrete: true, scale: 'choices', domain: [-0.5, choices.length - 0.5], ticks, to };
  }
  const values = /** @type {number[]} */ (choices ? [...choices].sort((a, b) => Number(a) - Number(b)) : []);
  const low = values.length ? values[0] : Number(distribution.low);
  const high = values.length ? values[values.length - 1] : Number(distribution.high);
  const wanted = scaleOf(distribution);
  const natural = BY_NAME.get(name)?.scale ?? 'linear';
  const fits = (/** @type {string} */ scale) =>
    (scale !== 'log' || low > 0) && (scale !== 'log1m' || (low >= 0 && high < 1));
  const scale = wanted !== 'choices' ? wanted : fits(natural) ? natural : 'linear';
  const { to } = SCALES[scale];
  const ends = /** @type {[number, number]} */ ([to(low), to(high)]);
  const gap = values.length > 1 ? (ends[1] - ends[0]) / (values.length - 1) : ends[1] - ends[0];
  const pad = values.length ? 0.35 * (gap || 1) : gap ? 0 : 0.5;
  const marks = values.length
    ? values
    : scale === 'log' ? powers(low, high) : scale === 'log1m' ? complements(low, high) : steps(low, high, 5);
  // Powers of ten are all written as such where one of them has to be.
  const powered = scale === 'log' && !values.length && marks.every((value) => Number.isInteger(Math.log10(value))) && marks[0] < 0.01;
  return {
    name,
    numeric: true,
    discrete: values.length > 0,
    scale,
    domain: [ends[0] - pad, ends[1] + pad],
    ticks: marks.map((value) => ({ at: to(value), label: powered && value !== 1 ? scientific(value, 1) : exact(value) })),
    to: (value) => to(Number(value)),
  };
}

/** @param {number} low @param {number} high */
function powers(low, high) {
  const all = [];
  for (let p = Math.ceil(Math.log10(low) - 1e-9); p <= Math.log10(high) + 1e-9; p++) all.push(Number(`1e${p}`));
  return all.length >= 2 ? all : logSteps(low, high, 4);
}

/** @param {number} low @param {number} high */
function complements(low, high) {
  const all = [0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 0.99999].filter((v) => v >= low && v <= high);
  return all.length >= 2 ? all : [low, high];
}

/** The share of draws in each of `bins` equal parts of an axis, scaled to a largest part of 1.
 * @param {Distribution} distribution @param {'linear' | 'log' | 'log1m'} along @param {number} low
 * @param {number} high the axis's ends, as values @param {number} bins */
export function density(distribution, along, low, high, bins) {
  const axis = SCALES[along];
  const drawn = SCALES[/** @type {'linear'} */ (scaleOf(distribution))] ?? SCALES.linear;
  const [a, b] = [axis.to(low), axis.to(high)];
  const [from, to] = [Number(distribution.low), Number(distribution.high)];
  const total = drawn.to(to) - drawn.to(from);
  const shares = Array.from({ length: bins }, (_, k) => {
    const left = Math.max(from, axis.from(a + ((b - a) * k) / bins));
    const right = Math.min(to, axis.from(a + ((b - a) * (k + 1)) / bins));
    return right > left && total > 0 ? (drawn.to(right) - drawn.to(left)) / total : 0;
  });
  const most = Math.max(...shares, 1e-12);
  return shares.map((share) => share / most);
}
