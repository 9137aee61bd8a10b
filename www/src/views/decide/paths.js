import { element } from '../../figures/plot-axes.js';

/** Lines of plots as paths. */

/** @param {number[]} xs @param {ArrayLike<number>} ys */
export const line = (xs, ys) => xs.map((x, k) => `${k ? 'L' : 'M'}${x.toFixed(1)},${ys[k].toFixed(1)}`).join('');

/** @param {number[]} xs @param {ArrayLike<number>} upper @param {ArrayLike<number>} lower */
export function area(xs, upper, lower) {
  const back = xs.map((_, k) => xs.length - 1 - k);
  return `${line(xs, upper)}${back.map((k) => `L${xs[k].toFixed(1)},${lower[k].toFixed(1)}`).join('')}Z`;
}

/** @param {number[]} xs @param {ArrayLike<number>} mid @param {ArrayLike<number>} upper
 * @param {ArrayLike<number>} lower */
export const whiskers = (xs, mid, upper, lower) =>
  xs.flatMap((x, k) => [
    element('path', {
      ...{ d: `M${x - 5},${upper[k]}h10M${x},${upper[k]}V${lower[k]}M${x - 5},${lower[k]}h10`, fill: 'none' },
      ...{ stroke: 'var(--mark)', 'stroke-width': 3 },
    }),
    element('path', { d: `M${x - 9},${mid[k]}h18`, stroke: 'var(--ink)', 'stroke-width': 2.4 }),
  ]);
