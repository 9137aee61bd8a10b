import { contours } from 'd3-contour';
import { depthColor } from '../colors.js';
import { fitSurface } from '../fit.js';
import { shareOf, textWidth, thinning } from '../scale.js';
import { scoreScale } from '../score.js';

/**
 * What lies under the trial marks: axes, and where there are two numeric ones the contours of a fit.
 *
 * @typedef {import('../scale.js').Axis} Axis
 * @typedef {import('../store.js').Store} Store
 * @typedef {{width: number, height: number, left: number, right: number, top: number, bottom: number,
 *   crowded: boolean}} Frame crowded: names below the plot take two rows
 */

const COLUMNS = 64;
const ROWS = 48;
const LEVELS = 12;
const SVG = 'http://www.w3.org/2000/svg';

/** The axes, and a place for the fit below them. @param {{x: Axis, y: Axis}} axes @param {Frame} frame
 * @param {{x: string, y: string}} titles @param {SVGElement | null} shades @returns {SVGElement} */
export function groundOf(axes, frame, titles, shades) {
  const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
  const svg = element('svg', { width: frame.width, height: frame.height, 'aria-hidden': 'true', 'font-size': 11 });
  svg.append(element('rect', { x: frame.left, y: frame.top, width: w, height: h, fill: 'var(--ground)' }));
  svg.append(shades ?? element('g', { class: 'fit' }));
  svg.append(...acrossAxis(axes.x, frame), ...upAxis(axes.y, frame));
  const name = { 'text-anchor': 'middle', 'font-size': 12, fill: 'var(--ink-2)' };
  svg.append(
    element('text', { ...name, x: frame.left + w / 2, y: frame.height - 3 }, titles.x),
    element('text', { ...name, transform: `translate(11,${frame.top + h / 2}) rotate(-90)` }, titles.y),
  );
  return svg;
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function element(name, attributes, text) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Bands of equal cost from worst to best, then the page's own ground where the fit is not to be drawn; in small steps.
 * @param {Store} store @param {{x: Axis, y: Axis}} axes @param {Frame} frame @returns {Generator<undefined, SVGElement[]>} */
export function* shadesOf(store, axes, frame) {
  const scale = scoreScale(store);
  const surface = yield* fit(store, axes, scale);
  if (!surface) return [];
  const { dark } = store;
  const lines = contours().size([COLUMNS, ROWS]);
  const path = (/** @type {Float64Array} */ grid, /** @type {number} */ level) => pathOf(lines.contour(grid, level).coordinates, frame);
  const bands = [];
  for (let k = 0; k <= LEVELS; k++) {
    yield;
    const level = (k - 1) / LEVELS;
    bands.push(element('path', {
      // The first band is all of the surface.
      d: path(surface.values, k ? level : -1e9), fill: depthColor(1 - Math.max(0, level), dark),
      stroke: 'var(--surface)', 'stroke-opacity': dark ? 0.28 : 0.6, 'stroke-width': 0.75,
    }));
  }
  yield;
  return [...bands, element('path', { d: path(surface.bare, 0), fill: 'var(--ground)' })];
}

/** @param {number[][][][]} polygons in cells of the grid @param {Frame} frame */
function pathOf(polygons, frame) {
  const [sx, sy] = [(frame.width - frame.left - frame.right) / COLUMNS, (frame.height - frame.top - frame.bottom) / ROWS];
  const base = frame.height - frame.bottom;
  let d = '';
  for (const polygon of polygons) {
    for (const ring of polygon) {
      d += `M${ring.map(([x, y]) => `${(frame.left + x * sx).toFixed(1)},${(base - y * sy).toFixed(1)}`).join('L')}Z`;
    }
  }
  return d;
}

/** @param {Axis} axis @param {number} from @param {number} to pixels at the ends of the axis */
const placer = (axis, from, to) => (/** @type {number} */ at) => from + shareOf(axis, at) * (to - from);

/** The height of a label. */
const LINE = 13;

/** @param {Axis} axis @param {Frame} frame */
function acrossAxis(axis, frame) {
  const x = placer(axis, frame.left, frame.width - frame.right);
  const y = frame.height - frame.bottom;
  const rows = frame.crowded ? 2 : 1;
  const every = thinning(axis.ticks.map((tick) => [x(tick.at), textWidth(tick.label) + 4]), rows);
  // Labels at the ends stay inside the figure.
  const inside = (/** @type {number} */ at, /** @type {string} */ label) => Math.max(textWidth(label) / 2, Math.min(frame.width - textWidth(label) / 2, at));
  return axis.ticks.flatMap((tick, k) => [
    element('path', { d: `M${x(tick.at)},${y}v4`, stroke: 'var(--ink-3)' }),
    ...(k % every ? [] : [element('text', { x: inside(x(tick.at), tick.label), y: y + ((k / every) % rows ? 31 : 16), 'text-anchor': 'middle', fill: 'var(--ink-3)' }, tick.label)]),
  ]);
}

/** @param {Axis} axis @param {Frame} frame */
function upAxis(axis, frame) {
  const y = placer(axis, frame.height - frame.bottom, frame.top);
  const every = thinning(axis.ticks.map((tick) => [y(tick.at), LINE]), 1);
  return axis.ticks.flatMap((tick, k) => [
    element('path', { d: `M${frame.left},${y(tick.at)}h-4`, stroke: 'var(--ink-3)' }),
    ...(k % every ? [] : [element('text', { x: frame.left - 8, y: y(tick.at), dy: '.35em', 'text-anchor': 'end', fill: 'var(--ink-3)' }, tick.label)]),
  ]);
}

/** @param {Store} store @param {{x: Axis, y: Axis}} axes @param {import('../score.js').ScoreScale} scale */
function fit(store, axes, scale) {
  const unit = (/** @type {Axis} */ axis, /** @type {any} */ value) => shareOf(axis, axis.to(value));
  /** @type {import('../fit.js').Point[]} */
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
