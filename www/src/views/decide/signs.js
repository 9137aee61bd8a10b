import { element } from '../../figures/plot-axes.js';

/** Marks of trials in the figures of this view: what diverged is a cross, what was stopped a ring, the reader's own a
 * square. */

/** @param {number} x @param {number} y */
export const crossAt = (x, y) => crossOf(x, y, 'var(--mark)', 1.5);

/** A cross that is seen on any colour. @param {number} x @param {number} y */
export const crossOn = (x, y) => [crossOf(x, y, 'var(--surface)', 4), crossOf(x, y, 'var(--ink)', 1.6)];

/** @param {number} x @param {number} y @param {string} stroke @param {number} width */
const crossOf = (x, y, stroke, width) =>
  element('path', {
    ...{ d: `M${x - 3.2},${y - 3.2}l6.4,6.4M${x - 3.2},${y + 3.2}l6.4,-6.4`, fill: 'none' },
    ...{ stroke, 'stroke-width': width },
  });

/** @param {number} x @param {number} y @param {number} r @param {string} color @param {number} width */
export const ringAt = (x, y, r, color, width) =>
  element('circle', { cx: x.toFixed(1), cy: y.toFixed(1), r, fill: 'none', stroke: color, 'stroke-width': width });

/** @param {number} x @param {number} y */
export const squareAt = (x, y) =>
  element('rect', {
    ...{ x: x - 5, y: y - 5, width: 10, height: 10, fill: 'var(--surface)' },
    ...{ stroke: 'var(--ink)', 'stroke-width': 2.2 },
  });

/** A trial that is training: a half disc on the ground. @param {number} x @param {number} y */
export const rugOf = (x, y) => element('path', { d: `M${x - 4},${y}a4,4 0 0 1 8,0z`, fill: 'var(--mark)' });
