import { alike, count } from '../study/format.js';
import { digitsApart, logSteps, steps, withZero } from '../study/scale.js';

/**
 * The axes of the loss curves.
 *
 * @typedef {import('./plot-axes.js').Ticked} Ticked
 */

/** Epochs, in whole numbers, the first among them. @param {number} epochs @param {number} width @returns {Ticked} */
export function epochAxis(epochs, width) {
  /** @type {[number, number]} */
  const domain = epochs > 1 ? [1, epochs] : [0.5, 1.5];
  const places = epochs > 1 ? [...new Set([1, ...steps(1, epochs, width / 70, true)])] : [1];
  return { domain, ticks: places.map((at) => ({ at, label: count(at) })) };
}

/** Losses; null where there is none, and the axis has nothing to say.
 * @param {[number, number] | null} span @param {boolean} log @param {number} height
 * @param {boolean} [zeros] whether losses of 0 lie on the lower end of a logarithm @returns {Ticked} */
export function lossAxis(span, log, height, zeros = false) {
  if (!span) return { domain: [0, 1], ticks: [] };
  const to = (/** @type {number} */ value) => (log ? Math.log10(value) : value);
  const values = log ? logSteps(span[0], span[1], height / 40) : steps(span[0], span[1], height / 50);
  const digits = digitsApart(values, 4);
  const labels = alike(values.map((value) => Number(value.toPrecision(digits))));
  const ticks = values.map((value, k) => ({ at: to(value), label: labels[k] }));
  /** @type {[number, number]} */
  const domain = [to(span[0]), to(span[1])];
  return { domain, ticks: log && zeros ? withZero(domain, ticks) : ticks };
}
