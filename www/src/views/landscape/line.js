import { element } from '../../figures/plot-axes.js';
import { alike, metric } from '../../study/format.js';
import { logSteps, steps } from '../../study/scale.js';
import { nearestTo, placeOf } from '../../figures/ground/grid.js';
import { isIn, pointer, text } from '../../figures/ground/places.js';
import { placeOfTrial } from './overlay.js';

/**
 * The score along a straight line through two networks, as a curve.
 *
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {import('../../figures/plot-axes.js').Ticked} Ticked
 * @typedef {{low: number, high: number, log: boolean}} Scale
 * @typedef {{extent: number[], values: Float64Array, known: Uint8Array}} Line
 */

/** Room above and below the curve, as a share of it. */
const ROOM = 0.08;
const TICKS = 6;

/** The axis of the scores. @param {Scale} scale @param {boolean} share whether scores are shares
 * @returns {{axis: Ticked, place: (score: number) => number}} */
export function heightAxis({ low, high, log }, share) {
  const place = log
    ? (/** @type {number} */ score) => Math.log10(Math.max(score, low))
    : (/** @type {number} */ x) => x;
  const [from, to] = [place(low), place(high)];
  // One score everywhere stands in the middle.
  const room = ROOM * (to - from) || Math.abs(from) * ROOM || 1;
  const scores = log ? logSteps(low, high, TICKS) : steps(low, high, TICKS);
  const labels = share ? scores.map((score) => metric(score, 'classes').replace('.0%', '%')) : alike(scores);
  const ticks = scores.map((score, k) => ({ at: place(score), label: labels[k] }));
  return { axis: { domain: [from - room, to + room], ticks }, place };
}

/** Runs of known points with a score, in places of the axes. @param {Line} line
 * @param {(score: number) => number} place @returns {[number, number][][]} */
export function runsOfLine({ extent, values, known }, place) {
  /** @type {[number, number][][]} */
  const runs = [[]];
  values.forEach((score, k) => {
    // What is not known yet is skipped, and no line crosses what is not finite.
    if (!known[k]) return;
    if (!Number.isFinite(score)) runs.push([]);
    else runs[runs.length - 1].push([placeOf(k, values.length, extent[0], extent[1]), place(score)]);
  });
  return runs.filter((run) => run.length);
}

/** The middle of each run of points whose score is not finite. @param {Line} line @returns {number[]} */
export function lostAlong({ extent, values, known }) {
  /** @type {number[]} */
  const found = [];
  for (let k = 0; k < values.length; k++) {
    const first = k;
    while (k < values.length && known[k] && !Number.isFinite(values[k])) k++;
    if (k > first) found.push(placeOf((first + k - 1) / 2, values.length, extent[0], extent[1]));
  }
  return found;
}

/** How far the line rises above the straight way between both ends' scores, at most, from 0 to 1; null where it is
 * not finite or not known.
 * @param {Line} line @param {number} first @param {number} last */
export function barrierOf({ extent, values, known }, first, last) {
  let most = 0;
  for (let k = 0; k < values.length; k++) {
    const x = placeOf(k, values.length, extent[0], extent[1]);
    if (x < 0 || x > 1) continue;
    if (!known[k] || !Number.isFinite(values[k])) return null;
    most = Math.max(most, values[k] - (first * (1 - x) + last * x));
  }
  return Number.isFinite(most) ? most : null;
}

/**
 * What is drawn along a line: the scores that are known, and its networks.
 * @param {import('./shown.js').Shown} shown
 * @param {'loss' | 'accuracy'} measure
 * @param {ReturnType<typeof heightAxis>} height
 * @param {Frame} frame
 */
export function lineOf({ head, losses, accuracies, known, points, trial }, measure, { axis, place }, frame) {
  const [x0, x1] = head.extent;
  const values = measure === 'loss' ? losses : accuracies;
  const to = pointer([x0, x1, ...axis.domain], frame);
  /** A network's own score; it may lie between two points of the line. @param {{x: number, loss: number}} point */
  const own = (point) =>
    measure === 'loss' ? point.loss : values[nearestTo((point.x - x0) / (x1 - x0), values.length)];
  return {
    /** A point of the line, at the foot where it has no score. @param {number} k @param {number} x */
    at: (k, x) => to(x, Number.isFinite(values[k]) ? place(values[k]) : axis.domain[0]),
    /** @param {(number: number) => string} name */
    parts: (name) => {
      const runs = runsOfLine({ extent: head.extent, values, known }, place).map((run) =>
        run.map(([x, y]) => to(x, y)),
      );
      const taken = runs.flat();
      return [
        ...runs.map((run) => {
          const line = run.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`);
          const look = { fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.8, 'stroke-linejoin': 'round' };
          return element('path', { d: `M${line.join('L')}`, ...look, 'data-testid': 'landscape-line' });
        }),
        ...lostAlong({ extent: head.extent, values, known }).map((x) =>
          text(to(x, axis.domain[0]), '×', { 'text-anchor': 'middle', dy: '-.3em', 'font-size': 14 }),
        ),
        ...points.flatMap((point) => {
          const at = to(point.x, place(own(point)));
          return isIn(at, frame) ? [placeOfTrial(at, name(point.trial), frame, taken, point.trial === trial)] : [];
        }),
      ];
    },
  };
}
