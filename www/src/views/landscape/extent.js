/**
 * The part of a plane that is shown, moved by hand: from a millionth to a million times as wide as the plane's own.
 *
 * @typedef {import('../../figures/ground/ground.js').Extent} Extent
 */

/** How many times narrower or wider than the plane's own frame. */
export const MOST_ZOOM = 1e6;
/** A key zooms and moves by so much of what is shown. */
export const KEY = { zoom: 1.5, pan: 0.2 };
/** The trial is seen with so much of the plane's own frame about it. */
const NEAR = 0.125;

/** Closer or farther about a place, which stays where it is: `u` and `v` from 0 to 1 along the sides.
 * @param {Extent} extent @param {Extent} home the plane's own @param {number} factor above 1 comes closer
 * @param {number} [u] @param {number} [v] @returns {Extent} */
export function zoomedAt(extent, home, factor, u = 0.5, v = 0.5) {
  if (!(factor > 0 && Number.isFinite(factor) && Number.isFinite(u) && Number.isFinite(v))) return extent;
  const shares = [0, 2].map((k) => (extent[k + 1] - extent[k]) / (home[k + 1] - home[k]));
  const least = Math.max(Math.max(...shares) / MOST_ZOOM, Math.min(factor, Math.min(...shares) * MOST_ZOOM));
  const by = 1 / least;
  const side = (/** @type {number} */ k, /** @type {number} */ at) => {
    const wide = extent[k + 1] - extent[k];
    const fixed = extent[k] + at * wide;
    return [fixed - at * wide * by, fixed + (1 - at) * wide * by];
  };
  return sound(/** @type {Extent} */ ([...side(0, u), ...side(2, v)]), extent, home);
}

/** Moved by shares of what is shown. @param {Extent} extent @param {Extent} home @param {number} du
 * @param {number} dv @returns {Extent} */
export function panned(extent, home, du, dv) {
  const [x0, x1, y0, y1] = extent;
  const [dx, dy] = [du * (x1 - x0), dv * (y1 - y0)];
  return sound([x0 + dx, x1 + dx, y0 + dy, y1 + dy], extent, home);
}

/** Around the trial's own place. @param {Extent} home @returns {Extent} */
export function aroundTrial([x0, x1, y0, y1]) {
  const [w, h] = [NEAR * (x1 - x0), NEAR * (y1 - y0)];
  return [-w, w, -h, h];
}

/** Whether two frames are one. @param {Extent} a @param {Extent} b */
export const isSame = (a, b) => a.every((one, k) => Math.abs(one - b[k]) <= 1e-9 * Math.abs(b[k | 1] - b[k & 2]));

/** A frame that numbers can still tell apart, and that is not out of this world; else the one before.
 * @param {Extent} next @param {Extent} before @param {Extent} home */
function sound(next, before, home) {
  const fits = [0, 2].every((k) => {
    const wide = next[k + 1] - next[k];
    const far = Math.max(Math.abs(next[k]), Math.abs(next[k + 1]));
    return wide > 0 && wide > 1e-9 * far && far <= 2 * MOST_ZOOM * (home[k + 1] - home[k] + Math.abs(home[k]));
  });
  return fits ? next : before;
}
