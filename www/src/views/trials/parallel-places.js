/**
 * Where the axes of parallel coordinates lie: side by side where there is room for them, else one below the other.
 *
 * @typedef {object} Places
 * @property {boolean} down whether axes lie one below the other, each from left to right
 * @property {number[]} tracks where each axis lies, across its own direction
 * @property {number} from where an axis begins
 * @property {number} to and where it ends
 * @property {number} lane where what has no value lies
 * @property {number} height of the whole, in pixels
 */

/** Axes side by side are so far apart at least, for their names and numbers. */
const APART = 84;
/** Axes one below the other are so far apart. */
const ROW = 62;
/** The height of axes side by side. */
const HIGH = 330;
/** Room beyond an axis for what has no value there. */
const LANE = 16;

/** @param {number} width @param {number} n axes @param {number} room for the numbers beside the last axis
 * @returns {Places} */
export function placesOf(width, n, room) {
  const [left, right] = [44, Math.max(34, room + 12)];
  const apart = n > 1 ? (width - left - right) / (n - 1) : 0;
  if (n > 1 && apart < APART) {
    const height = n * ROW + 14;
    const tracks = Array.from({ length: n }, (_, k) => Math.round(28 + k * ROW));
    return { down: true, tracks, from: 18 + LANE, to: width - 18, lane: 12, height };
  }
  const tracks = Array.from({ length: n }, (_, k) => Math.round(n > 1 ? left + k * apart : width / 2));
  const from = HIGH - 12 - LANE;
  return { down: false, tracks, from, to: 46, lane: from + LANE, height: HIGH };
}

/** Where a share of an axis lies along it; what has no value lies in the lane. @param {Places} places
 * @param {number} share NaN for none @param {boolean} flipped */
export function placeOf({ from, to, lane }, share, flipped) {
  if (!(share >= 0)) return lane;
  return from + (to - from) * (flipped ? 1 - share : share);
}

/** The share of an axis at a place along it, from 0 to 1. @param {Places} places @param {number} at
 * @param {boolean} flipped */
export function shareAt({ from, to }, at, flipped) {
  const share = Math.max(0, Math.min(1, (at - from) / (to - from)));
  return flipped ? 1 - share : share;
}

/** The axis nearest to a place across the axes. @param {Places} places @param {number} at */
export function nearestTrack({ tracks }, at) {
  let best = 0;
  for (let k = 1; k < tracks.length; k++) if (Math.abs(tracks[k] - at) < Math.abs(tracks[best] - at)) best = k;
  return best;
}

/**
 * The trial whose line is nearest to a point; -1 where none is near enough.
 * @param {Places} places
 * @param {Float32Array[]} lines where all trials lie along each axis
 * @param {(k: number) => boolean} isThere
 * @param {number} across @param {number} along the point
 * @param {number} within pixels
 */
export function nearestLine({ tracks }, lines, isThere, across, along, within) {
  let gap = 0;
  while (gap < tracks.length - 2 && across > tracks[gap + 1]) gap++;
  const [a, b] = [lines[gap], lines[Math.min(gap + 1, lines.length - 1)]];
  const width = tracks.length > 1 ? tracks[gap + 1] - tracks[gap] : 1;
  const t = Math.max(0, Math.min(1, (across - tracks[gap]) / width));
  let [best, found] = [within, -1];
  for (let k = 0; k < a.length; k++) {
    const rise = b[k] - a[k];
    const off = Math.abs(a[k] + t * rise - along);
    // A steep line is nearer than it looks along the axis.
    if (off >= best * Math.hypot(1, rise / width) || !isThere(k)) continue;
    best = off / Math.hypot(1, rise / width);
    found = k;
  }
  return found;
}
