import { plotOf } from '../../figures/plot-axes.js';
import { pixelRatio } from '../../platform/pixels.js';
import { textWidth } from '../../study/scale.js';

/**
 * Planes over the same two axes, side by side or one below the other.
 *
 * @typedef {import('../../study/scale.js').Axis} Axis
 * @typedef {import('./heat.js').Box} Box
 */

/** Room for the horizontal axis. */
const BOTTOM = 40;

/** Where planes lie in a figure of this width, and how high the figure is.
 * @param {number} n @param {number} width @param {Axis} up
 * @param {{top: number, gap: number, high: number, narrow: number}} room above each plane, between them, and for each
 *   with its axis; narrower figures have them one below the other
 * @returns {{high: number, boxes: Box[]}} */
export function panesOf(n, width, up, { top, gap, high, narrow }) {
  const left = 26 + Math.max(18, ...up.ticks.map(({ label }) => textWidth(label)));
  const isNarrow = width < narrow;
  const own = isNarrow ? width - left - 12 : (width - left - 12 - (n - 1) * gap) / n;
  const boxes = Array.from({ length: n }, (_, k) => ({
    ...{ left: isNarrow ? left : left + k * (own + gap), top: top + (isNarrow ? k * high : 0), width: own },
    height: high - top - BOTTOM,
  }));
  return { high: isNarrow ? n * high : high, boxes };
}

/** The axes of a plane; the vertical one has ticks and a name where nothing lies to its left.
 * @param {Box} box @param {boolean} isFirst @param {Axis} x @param {Axis} y @param {(axis: Axis) => string} nameOf */
export function axesOf(box, isFirst, x, y, nameOf) {
  const edge = isFirst ? box.left : 0;
  const frame = {
    ...{ width: edge + box.width, height: box.top + box.height + BOTTOM, left: edge, right: 0, top: box.top },
    bottom: BOTTOM,
  };
  const names = { x: nameOf(x), y: isFirst ? nameOf(y) : undefined };
  const made = plotOf({ x, y: isFirst ? y : { ...y, ticks: [] } }, frame, names, []);
  if (!isFirst) made.setAttribute('x', String(box.left));
  return made;
}

/** What paints on a canvas, which gets its size and the screen's pixels.
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
export function paintOn(canvas, width, height) {
  const ratio = Math.max(1, pixelRatio());
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const g = canvas.getContext('2d');
  g?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return g;
}
