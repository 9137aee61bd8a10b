/**
 * What the picture of a run by hand shows of its numbers. Pure functions.
 *
 * @typedef {import('./branches.js').Point} Point
 */

/** Losses above so many times the highest of the first epochs lie outside the picture, as those of a run do that is
 * about to diverge. */
const BLOWN = 3;
/** The highest loss is at most so many times the lowest in the picture, for the branch in hand and for the others:
 * what is learned by heart goes to 0. */
const MOST_RATIO = 1e12;
const MOST_RATIO_OF_OTHERS = 1e6;

/** Lowest and highest loss above 0, and the highest of the first epoch. @param {Point[]} points */
function reachOf(points) {
  let [low, high, first] = [Infinity, -Infinity, -Infinity];
  for (const { epoch, train_loss: train, validation_loss: validation } of points) {
    for (const one of [train, validation]) {
      if (!(one > 0 && one < Infinity)) continue;
      low = Math.min(low, one);
      high = Math.max(high, one);
      if (epoch === 1) first = Math.max(first, one);
    }
  }
  return { low, high, first };
}

/** The losses between which the picture stands, above 0 so that their axis is logarithmic: those of the branch in hand
 * are in it, whatever others came to; null where there is none.
 * @param {Point[][]} lines @param {number} [current] the branch in hand
 * @returns {[number, number] | null} */
export function spanOf(lines, current = 0) {
  const reaches = lines.map(reachOf);
  const own = reaches[current];
  let high = Math.max(...reaches.map((one) => one.high));
  if (!(high > 0)) return null;
  const first = own.first > 0 ? own.first : Math.max(...reaches.map((one) => one.first));
  if (first > 0) high = Math.min(high, BLOWN * first);
  const low = Math.min(
    Math.max(Math.min(...reaches.map((one) => one.low)), high / MOST_RATIO_OF_OTHERS),
    Math.max(own.low, high / MOST_RATIO),
  );
  return high > low ? [low, high] : [low * 0.9, low * 1.1];
}

/** Names at the ends of lines lie so far apart, in px: beside each other, or below each other. */
const [BESIDE, BELOW] = [24, 14];

/** The places of names that would lie on each other, moved up and down until none does; the first stays where it is
 * as far as the ends of the picture allow.
 * @param {{x: number, y: number}[]} places @param {number} top @param {number} bottom @returns {number[]} heights */
export function apart(places, top, bottom) {
  const heights = places.map(({ y }) => Math.max(top, Math.min(bottom, y)));
  const placed = /** @type {number[]} */ ([]);
  for (const [k, { x }] of places.entries()) {
    const near = placed.filter((other) => Math.abs(places[other].x - x) < BESIDE).map((other) => heights[other]);
    const isFree = (/** @type {number} */ y) => near.every((other) => Math.abs(other - y) >= BELOW);
    const wanted = heights[k];
    // What touches another exactly is free, so these are all places there can be.
    const free = [wanted, ...near.flatMap((other) => [other - BELOW, other + BELOW])].filter(
      (y) => y >= top && y <= bottom && isFree(y),
    );
    if (free.length) heights[k] = free.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a));
    placed.push(k);
  }
  return heights;
}

/** Points of which none is hidden by others at so many pixels: of those that fall together the lowest and the highest.
 * @param {Point[]} points @param {'validation_loss' | 'train_loss'} measure @param {number} width */
export function thinned(points, measure, width) {
  const finite = points.filter((one) => Number.isFinite(one[measure]));
  const each = Math.ceil(finite.length / Math.max(1, width));
  if (each <= 2) return finite;
  /** @type {Point[]} */
  const kept = [];
  for (let at = 0; at < finite.length; at += each) {
    const some = finite.slice(at, at + each);
    const by = (/** @type {(a: number, b: number) => boolean} */ is) =>
      some.reduce((a, b) => (is(b[measure], a[measure]) ? b : a));
    const pair = [by((a, b) => a < b), by((a, b) => a > b)].sort((a, b) => a.epoch - b.epoch);
    kept.push(...new Set(pair));
  }
  const last = finite[finite.length - 1];
  return kept.at(-1) === last ? kept : [...kept, last];
}
