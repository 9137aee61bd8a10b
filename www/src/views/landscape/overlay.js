import { isIn, text } from '../../figures/ground/places.js';
import { element } from '../../figures/plot-axes.js';
import { textWidth } from '../../study/scale.js';

/**
 * What lies over the ground: the trial's own place, and the path that it was trained along.
 *
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {import('../../figures/ground/labels.js').Point} Point
 * @typedef {{steps: number[], x: number[], y: number[]}} Path
 */

/** So many steps are written along a path, at least so far apart, in px. */
const STEPS = 3;
const APART = 70;

/** The path with its start and a few steps, clipped to the plot.
 * @param {Path} path @param {(x: number, y: number) => Point} to @param {Frame} frame
 * @param {{start: string, step: (step: number) => string}} words */
export function pathOf(path, to, frame, words) {
  const points = path.x.map((x, k) => to(x, path.y[k]));
  const id = `landscape-plot-${Math.round(frame.width)}-${Math.round(frame.height)}`;
  const clip = element('clipPath', { id });
  const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
  clip.append(element('rect', { x: frame.left, y: frame.top, width: w, height: h }));
  const d = `M${points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join('L')}`;
  const line = { d, fill: 'none', 'stroke-linejoin': 'round', 'clip-path': `url(#${id})` };
  const [start] = points;
  const made = [
    clip,
    element('path', { ...line, stroke: 'var(--surface)', 'stroke-width': 4.5 }),
    element('path', { ...line, stroke: 'var(--ink)', 'stroke-width': 1.8, 'data-testid': 'landscape-path' }),
    ...stepsOf(path, points, frame).map(({ at, step }) => dot(at, words.step(step), frame)),
    ...(isIn(start, frame) ? [startOf(words.start)(start, frame)] : []),
  ];
  return made;
}

/** Where a path begins. @param {string} words @returns {(at: Point, frame: Frame) => SVGElement} */
export const startOf = (words) => (at, frame) => {
  const g = element('g', { 'data-testid': 'landscape-start' });
  const look = { r: 4.5, fill: 'var(--surface)', stroke: 'var(--ink)', 'stroke-width': 2 };
  g.append(element('circle', { cx: at.x.toFixed(1), cy: at.y.toFixed(1), ...look }), label(at, words, frame));
  return g;
};

/** Points that are labelled: evenly along the path in steps, where there is room.
 * @param {Path} path @param {Point[]} points @param {Frame} frame */
export function stepsOf({ steps }, points, frame) {
  const last = points.length - 1;
  const taken = [points[0], points[last]];
  const found = [];
  for (let k = 1; k <= STEPS; k++) {
    const wanted = steps[0] + ((steps[last] - steps[0]) * k) / (STEPS + 1);
    const index = steps.findIndex((one) => one >= wanted);
    const at = points[index];
    if (!at || !isIn(at, frame)) continue;
    if (taken.some((one) => Math.hypot(one.x - at.x, one.y - at.y) < APART)) continue;
    taken.push(at);
    found.push({ at, step: steps[index] });
  }
  return found;
}

/** Words beside a point, on the side that has room. @param {Point} at @param {string} words @param {Frame} frame */
function label({ x, y }, words, frame) {
  const left = x > (frame.left + frame.width - frame.right) / 2;
  const edge = Math.max(frame.top + 10, Math.min(frame.height - frame.bottom - 4, y - 8));
  return text({ x: x + (left ? -9 : 9), y: edge }, words, { 'text-anchor': left ? 'end' : 'start' });
}

/** @param {Point} at @param {string} words @param {Frame} frame */
function dot(at, words, frame) {
  const g = element('g', {});
  const [cx, cy] = [at.x.toFixed(1), at.y.toFixed(1)];
  g.append(
    element('circle', { cx, cy, r: 2.6, fill: 'var(--ink)', stroke: 'var(--surface)', 'stroke-width': 1.5 }),
    label(at, words, frame),
  );
  return g;
}

/** The point of the path that is looked at. @param {Point} at */
export const ballOf = ({ x, y }) =>
  element('circle', {
    cx: x.toFixed(1),
    cy: y.toFixed(1),
    r: 6,
    fill: 'var(--ink)',
    stroke: 'var(--surface)',
    'stroke-width': 2.5,
    'data-testid': 'landscape-ball',
  });

/** The trial's own place, and its name where the path leaves room.
 * @param {Point} at @param {string} words @param {Frame} frame @param {Point[]} taken points of the path
 * @param {boolean} [own] whether it is the selected one */
export function placeOfTrial({ x, y }, words, frame, taken, own = true) {
  const g = element('g', { 'data-testid': own ? 'landscape-origin' : 'landscape-other' });
  const color = own ? 'var(--accent)' : 'var(--ink)';
  const ring = (/** @type {string} */ stroke, /** @type {number} */ width) =>
    element('circle', { cx: x.toFixed(1), cy: y.toFixed(1), r: 8, fill: 'none', stroke, 'stroke-width': width });
  const half = textWidth(words) / 2;
  const sides = [
    [1, -1],
    [-1, -1],
    [1, 1],
    [-1, 1],
  ].map(([across, down]) => ({ x: x + across * (14 + half), y: y + down * 10 }));
  const fits = (/** @type {Point} */ one) =>
    one.x - half > frame.left &&
    one.x + half < frame.width - frame.right &&
    one.y - 8 > frame.top &&
    one.y + 8 < frame.height - frame.bottom;
  const room = (/** @type {Point} */ one) =>
    Math.min(...taken.map((point) => Math.max(Math.abs(point.x - one.x) / half, Math.abs(point.y - one.y) / 10)), 3);
  const worth = (/** @type {Point} */ one) => (fits(one) ? 4 : 0) + room(one);
  const best = sides.reduce((found, one) => (worth(one) > worth(found) ? one : found));
  g.append(
    ring('var(--surface)', 5.5),
    ring(color, 2.6),
    text(best, words, {
      'text-anchor': 'middle',
      dy: '.35em',
      fill: color,
      'font-weight': 600,
      'font-size': 12,
    }),
  );
  return g;
}
