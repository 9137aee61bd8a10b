import { contours } from 'd3-contour';
import { depthColor } from './colors.js';
import { fitSurface } from './fit.js';
import { shareOf } from '../study/scale.js';
import { scoreScale } from '../state/score.js';
import { element, plotOf } from './plot-axes.js';

/**
 * What lies under the trial marks: axes, and where there are two numeric ones the contours of a fit.
 *
 * @typedef {import('../study/scale.js').Axis} Axis
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('./plot-axes.js').Frame} Frame
 */

const COLUMNS = 64;
const ROWS = 48;
const LEVELS = 12;

/** The axes, and a place for the fit below them. @param {{x: Axis, y: Axis}} axes @param {Frame} frame
 * @param {{x: string, y: string}} titles @param {SVGElement | null} shades @returns {SVGElement} */
export function groundOf(axes, frame, titles, shades) {
  const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
  const ground = element('rect', { x: frame.left, y: frame.top, width: w, height: h, fill: 'var(--ground)' });
  return plotOf(axes, frame, titles, [ground, shades ?? element('g', { class: 'fit' })]);
}

/**
 * Bands of equal cost from worst to best, then the page's own ground where the fit is not to be drawn; in small steps.
 * @param {Store} store
 * @param {{x: Axis, y: Axis}} axes
 * @param {Frame} frame
 * @param {boolean} dark
 * @returns {Generator<undefined, SVGElement[]>}
 */
export function* shadesOf(store, axes, frame, dark) {
  const scale = scoreScale(store);
  const surface = yield* fit(store, axes, scale);
  if (!surface) return [];
  const lines = contours().size([COLUMNS, ROWS]);
  const path = (/** @type {Float64Array} */ grid, /** @type {number} */ level) =>
    pathOf(lines.contour(grid, level).coordinates, frame);
  const bands = [];
  for (let k = 0; k <= LEVELS; k++) {
    yield;
    const level = (k - 1) / LEVELS;
    bands.push(
      element('path', {
        // The first band is all of the surface.
        d: path(surface.values, k ? level : -1e9),
        fill: depthColor(1 - Math.max(0, level), dark),
        stroke: 'var(--surface)',
        'stroke-opacity': dark ? 0.28 : 0.6,
        'stroke-width': 0.75,
      }),
    );
  }
  yield;
  return [...bands, element('path', { d: path(surface.bare, 0), fill: 'var(--ground)' })];
}

/** @param {number[][][][]} polygons in cells of the grid @param {Frame} frame */
function pathOf(polygons, frame) {
  const [sx, sy] = [
    (frame.width - frame.left - frame.right) / COLUMNS,
    (frame.height - frame.top - frame.bottom) / ROWS,
  ];
  const base = frame.height - frame.bottom;
  let d = '';
  for (const polygon of polygons) {
    for (const ring of polygon) {
      d += `M${ring.map(([x, y]) => `${(frame.left + x * sx).toFixed(1)},${(base - y * sy).toFixed(1)}`).join('L')}Z`;
    }
  }
  return d;
}

/** @param {Store} store @param {{x: Axis, y: Axis}} axes @param {import('../state/score.js').ScoreScale} scale */
function fit(store, axes, scale) {
  const unit = (/** @type {Axis} */ axis, /** @type {any} */ value) => shareOf(axis, axis.to(value));
  /** @type {import('./fit.js').Point[]} */
  const points = [];
  /** @type {{x: number, y: number}[]} */
  const diverged = [];
  for (const trial of store.trials.values()) {
    const at = { x: unit(axes.x, trial.params[axes.x.name]), y: unit(axes.y, trial.params[axes.y.name]) };
    if (!Number.isFinite(at.x) || !Number.isFinite(at.y)) continue;
    const score = store.score(trial);
    if (trial.state === 'diverged') diverged.push(at);
    else if (Number.isFinite(score)) points.push({ ...at, z: Math.min(scale.share(score), 1.2) });
  }
  return fitSurface(points, diverged, COLUMNS, ROWS);
}
