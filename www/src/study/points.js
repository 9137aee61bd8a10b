import { MOST_POINTS } from './checks.js';
import { glance, readNumber, spell } from './numbers.js';

/**
 * The points of a schedule drawn by hand: a share of the training and the factor there, as `0: 0.1; 1: 0.01` in a
 * field.
 *
 * @typedef {[number, number]} Point
 */

/** Longer texts are no drawing. */
const LONGEST = 50000;

/** @param {readonly Point[]} points */
export const spellPoints = (points) => points.map((one) => one.map(spell).join(': ')).join('; ');

/**
 * Points as they are typed, or pasted from a document.
 * @param {string} text
 * @returns {{points: Point[]} | {found: string}} found: what is no point
 */
export function readPoints(text) {
  if (text.length > LONGEST) return { found: text };
  const bare = text.trim();
  if (bare.startsWith('[')) {
    try {
      return { points: JSON.parse(bare) };
    } catch {
      return { found: glance(bare) };
    }
  }
  /** @type {Point[]} */
  const points = [];
  // A comma without a space behind it may be a decimal sign.
  for (const entry of bare.split(/[;\n]|,\s/).filter((one) => one.trim())) {
    const [share, factor, ...more] = entry.split(':').map((part) => readNumber(part, (value) => value <= 1));
    if (more.length || share.code || !factor || factor.code) return { found: glance(entry) };
    points.push([share.value, factor.value]);
  }
  return { points };
}

/** The nearest drawing that is one. @param {Point[]} points @param {number} most of a factor @returns {Point[]} */
export function nearestPoints(points, most) {
  const within = (/** @type {unknown} */ value, /** @type {number} */ high) =>
    Math.min(Math.max(Number(value) || 0, 0), high);
  return points.slice(0, MOST_POINTS).map((one) => [within(one?.[0], 1), within(one?.[1], most)]);
}

/** By their places; those at one place keep their order. @param {Point[]} points */
export const inOrder = (points) => [...points].sort((a, b) => a[0] - b[0]);

/** The factor of a drawing at a share of the training, for a new point on its line. @param {Point[]} points in order
 * @param {number} share */
export function factorAt(points, share) {
  const next = points.findIndex(([at]) => at > share);
  const [before, after] = [points[(next < 0 ? points.length : next) - 1], points[next]];
  if (!before || !after) return (before ?? after)[1];
  const along = (share - before[0]) / (after[0] - before[0]);
  const [a, b] = [before[1], after[1]];
  if (!(a > 0 && b > 0)) return a + along * (b - a);
  const value = Math.exp(Math.log(a) + along * (Math.log(b) - Math.log(a)));
  return clamp(value, Math.min(a, b), Math.max(a, b));
}

/** The factors that a drawing shows: what is beyond them lies on its edge. */
export const LOW = 0.01;
export const HIGH = 10;

/** So many figures say where a point lies. @param {number} value */
const figures = (value) => Number(value.toPrecision(3));
/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** A point moved to a place between its neighbours. @param {Point[]} points in order @param {number} index
 * @param {number} share @param {number} factor @returns {Point[]} */
export function moved(points, index, share, factor) {
  const between = clamp(Math.round(share * 1000) / 1000, points[index - 1]?.[0] ?? 0, points[index + 1]?.[0] ?? 1);
  return points.map((one, k) => (k === index ? [between, figures(factor)] : one));
}

/** Steps of the arrow keys from 1 to 10. */
const STEPS = 20;

/** A factor some steps of the arrow keys up or down; below the least is 0.
 * @param {number} factor @param {number} by */
export function stepped(factor, by) {
  if (factor < LOW) return by > 0 ? LOW : 0;
  const next = factor * 10 ** (by / STEPS);
  if (next < LOW * 0.999) return factor > LOW ? LOW : 0;
  // A factor that was typed beyond the drawing comes back into it.
  return by > 0 ? Math.max(factor, Math.min(next, HIGH)) : next;
}

/** A drawing with another point. @param {Point[]} points in order @param {number} share
 * @param {number} [factor] on its line where none is given @returns {{points: Point[], index: number}} */
export function added(points, share, factor = factorAt(points, share)) {
  const after = points.findIndex(([at]) => at > share);
  const index = after < 0 ? points.length : after;
  const one = /** @type {Point} */ ([clamp(Math.round(share * 1000) / 1000, 0, 1), figures(factor)]);
  return { points: [...points.slice(0, index), one, ...points.slice(index)], index };
}

/** Where a new point beside this one stands: halfway to the next, of the last one halfway to the end or to the one
 * before. @param {Point[]} points in order @param {number} index */
export function beside(points, index) {
  const [at] = points[index];
  const next = points[index + 1]?.[0] ?? (at < 1 ? 1 : (points[index - 1]?.[0] ?? 0));
  return (at + next) / 2;
}
