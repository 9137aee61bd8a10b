import { KEY } from './extent.js';
import { nearestTo } from '../../figures/ground/grid.js';

/**
 * Where keys lead among the points of a frame.
 *
 * @typedef {{i: number, j: number}} Cursor column and row
 * @typedef {[number, number]} Size
 */

/** The point nearest to the trial's own weights. @param {Size} size @param {number[]} extent @returns {Cursor} */
export function originOf(size, [x0, x1, y0, y1]) {
  return { i: nearestTo(-x0 / (x1 - x0), size[0]), j: nearestTo(-y0 / (y1 - y0), size[1]) };
}

/** Where keys begin: at the trial, or in the middle where it is out of the frame. @param {Size} size
 * @param {number[]} extent @returns {Cursor} */
export function startOf(size, extent) {
  const [x0, x1, y0, y1] = extent;
  const isShown = x0 <= 0 && x1 >= 0 && y0 <= 0 && y1 >= 0;
  return isShown ? originOf(size, extent) : { i: (size[0] - 1) >> 1, j: (size[1] - 1) >> 1 };
}

/** A key's step. One that goes on past the edge moves the frame, too, if it may: the point stays where it is.
 * @param {Cursor} from @param {[number, number]} way @param {number} by @param {Size} size @param {boolean} mayMove
 * @returns {{cursor: Cursor, moves: boolean}} */
export function stepped({ i, j }, [across, up], by, size, mayMove) {
  const next = { i: i + by * across, j: j + by * up };
  const isEdge = (/** @type {number} */ way, /** @type {number} */ at, /** @type {number} */ n) =>
    way !== 0 && at === (way > 0 ? n - 1 : 0);
  const moves = mayMove && (isEdge(across, i, size[0]) || isEdge(up, j, size[1]));
  if (moves) {
    next.i -= Math.round(across * KEY.pan * (size[0] - 1));
    next.j -= Math.round(up * KEY.pan * (size[1] - 1));
  }
  const within = (/** @type {number} */ at, /** @type {number} */ n) => Math.max(0, Math.min(n - 1, at));
  return { cursor: { i: within(next.i, size[0]), j: within(next.j, size[1]) }, moves };
}
