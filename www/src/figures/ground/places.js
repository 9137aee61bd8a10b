import { element } from '../plot-axes.js';
import { FINITE, nearestTo } from './grid.js';
import { frameOf, placer } from './ground.js';
import { placesOfLabels } from './labels.js';

/**
 * Where a plane's places lie in the plot, and words over a ground.
 *
 * @typedef {import('../plot-axes.js').Frame} Frame
 * @typedef {import('./labels.js').Point} Point
 */

/** Words stand out on whatever lies below them. */
export const HALO = {
  stroke: 'var(--surface)',
  'stroke-width': 4,
  'stroke-linejoin': 'round',
  'paint-order': 'stroke',
};

/** Where a plane's coordinates lie in the plot, in px.
 * @param {[number, number, number, number]} extent @param {Frame} frame @returns {(x: number, y: number) => Point} */
export const pointer =
  ([x0, x1, y0, y1], { width, height, left, right, top, bottom }) =>
  (x, y) => ({
    x: left + ((x - x0) / (x1 - x0)) * (width - left - right),
    y: height - bottom - ((y - y0) / (y1 - y0)) * (height - top - bottom),
  });

/** Whether a point lies in the plot; what lies outside of it is not drawn. @param {Point} at @param {Frame} frame */
export const isIn = ({ x, y }, { width, height, left, right, top, bottom }) =>
  x >= left - 1 && x <= width - right + 1 && y >= top - 1 && y <= height - bottom + 1;

/** @param {Point} at @param {string} words @param {Record<string, string | number>} [look] */
export const text = ({ x, y }, words, look = {}) =>
  element(
    'text',
    { x: x.toFixed(1), y: y.toFixed(1), 'font-size': 11, fill: 'var(--ink-2)', ...HALO, ...look },
    words,
  );

/** Numbers on the labelled lines.
 * @param {import('./ground.js').Ground} ground @param {Frame} frame @param {Point[]} taken
 * @param {(value: number) => string} write @param {import('./ground.js').Extent} [view] what the plot shows */
export function numbersOf({ bands, size, filled, extent }, frame, taken, write, view = extent) {
  const [nx, ny] = size;
  const isShown = (/** @type {Point} */ { x, y }) =>
    filled.states[nearestTo(y / (ny - 1), ny) * nx + nearestTo(x / (nx - 1), nx)] === FINITE;
  const at = placer(size, frameOf(frame, extent, view));
  const labelled = bands.filter((one) => one.labelled);
  const lines = labelled.map(({ rings }) =>
    [...rings]
      .sort((a, b) => b.length - a.length)
      .flatMap((ring) => ring.filter(isShown).map(({ x, y }) => ({ x: at.x(x), y: at.y(y) }))),
  );
  const box = {
    left: frame.left,
    right: frame.width - frame.right,
    top: frame.top,
    bottom: frame.height - frame.bottom,
  };
  return placesOfLabels(lines, box, taken).flatMap((place, k) =>
    place
      ? [text(place, write(labelled[k].value), { 'text-anchor': 'middle', dy: '.35em', fill: 'var(--ink-3)' })]
      : [],
  );
}
