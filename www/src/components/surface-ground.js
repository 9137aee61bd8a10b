import { axisX, axisY, contour, plot } from '@observablehq/plot';
import { depthColor } from '../colors.js';
import { fitSurface } from '../fit.js';
import { scoreScale } from '../score.js';

/**
 * What lies under the trial marks: axes, and where there are two numeric ones the contours of a fit.
 *
 * @typedef {import('../scale.js').Axis} Axis
 * @typedef {import('../store.js').Store} Store
 * @typedef {{width: number, height: number, left: number, right: number, top: number, bottom: number}} Frame
 */

const COLUMNS = 64;
const ROWS = 48;
const LEVELS = 12;

/** @param {Store} store @param {{x: Axis, y: Axis, fitted: boolean}} axes @param {Frame} frame
 * @param {(name: string) => string} token @param {{x: string, y: string}} titles @returns {SVGElement} */
export function groundOf(store, axes, frame, token, titles) {
  const ticks = (/** @type {Axis} */ axis) => ({
    ticks: axis.ticks.map((one) => one.at),
    tickFormat: (/** @type {number} */ at) => axis.ticks.find((one) => Math.abs(one.at - at) < 1e-9)?.label ?? '',
    tickSize: 4, label: null, color: token('--ink-3'), fontSize: 11,
  });
  const scale = scoreScale(store);
  const surface = axes.fitted ? fit(store, axes, scale) : null;
  const [low, high] = [scale.cost(scale.best), scale.cost(scale.worst)];
  const marks = [];
  if (surface) {
    const levels = Array.from({ length: LEVELS }, (_, k) => low + ((high - low) * k) / LEVELS);
    marks.push(contour(/** @type {any} */ (surface), {
      width: COLUMNS, height: ROWS, x1: axes.x.domain[0], x2: axes.x.domain[1], y1: axes.y.domain[0], y2: axes.y.domain[1],
      fill: /** @type {any} */ ((/** @type {number} */ d) => d), interpolate: 'none', thresholds: [low - 100, ...levels],
      stroke: token('--surface'), strokeOpacity: store.dark ? 0.28 : 0.6, strokeWidth: 0.75,
    }));
  }
  const svg = /** @type {SVGElement} */ (/** @type {unknown} */ (plot({
    width: frame.width, height: frame.height, marginLeft: frame.left, marginRight: frame.right, marginTop: frame.top, marginBottom: frame.bottom,
    style: { background: 'none', color: token('--ink-3'), fontFamily: 'inherit', fontSize: '11px', overflow: 'visible' },
    x: { domain: axes.x.domain, label: null },
    y: { domain: axes.y.domain, label: null },
    color: { type: 'linear', domain: [low, high], clamp: true, interpolate: (/** @type {number} */ t) => depthColor(1 - t, store.dark) },
    marks: [...marks, axisX(ticks(axes.x)), axisY(ticks(axes.y))],
  })));
  dress(svg, frame, titles);
  return svg;
}

/** The plain sheet below the contours, and the names of the axes.
 * @param {SVGElement} svg @param {Frame} frame @param {{x: string, y: string}} titles */
function dress(svg, frame, titles) {
  svg.setAttribute('aria-hidden', 'true');
  const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
  svg.prepend(element('rect', { x: frame.left, y: frame.top, width: w, height: h, fill: 'var(--ground)' }));
  const name = { 'text-anchor': 'middle', 'font-size': 12, fill: 'var(--ink-2)' };
  svg.append(
    element('text', { ...name, x: frame.left + w / 2, y: frame.height - 3 }, titles.x),
    element('text', { ...name, transform: `translate(11,${frame.top + h / 2}) rotate(-90)` }, titles.y),
  );
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function element(name, attributes, text = '') {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}

/** @param {Store} store @param {{x: Axis, y: Axis}} axes @param {import('../score.js').ScoreScale} scale */
function fit(store, axes, scale) {
  const unit = (/** @type {Axis} */ axis, /** @type {any} */ value) => (axis.to(value) - axis.domain[0]) / (axis.domain[1] - axis.domain[0]);
  /** @type {import('../fit.js').Point[]} */
  const points = [];
  /** @type {{x: number, y: number}[]} */
  const diverged = [];
  for (const trial of store.trials.values()) {
    const at = { x: unit(axes.x, trial.params[axes.x.name]), y: unit(axes.y, trial.params[axes.y.name]) };
    if (!Number.isFinite(at.x) || !Number.isFinite(at.y)) continue;
    const score = store.score(trial);
    if (trial.state === 'diverged') diverged.push(at);
    else if (Number.isFinite(score)) points.push({ ...at, z: Math.min(scale.cost(score), scale.cost(scale.worst) + 0.5) });
  }
  return fitSurface(points, diverged, COLUMNS, ROWS);
}
