import { exact } from '../../study/format.js';
import { digitsApart } from '../../study/scale.js';

/**
 * Where numbers stand on contour lines: on the line, apart from each other and from the marks, within the plot.
 *
 * @typedef {{x: number, y: number}} Point
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box
 */

/** Labels and marks are at least so far apart, in px. */
const APART = 44;
/** Room from a label's middle to the plot's edges, in px. */
const EDGE = { x: 22, y: 12 };
/** Not every point of a long line is looked at. */
const LOOKED_AT = 60;

/**
 * One place for each line that has room for a label; null for the others.
 * @param {Point[][]} lines points of each line, in px
 * @param {Box} box
 * @param {Point[]} taken where marks are
 * @returns {(Point | null)[]}
 */
export function placesOfLabels(lines, box, taken) {
  const placed = [...taken];
  return lines.map((points) => {
    const every = Math.max(1, Math.ceil(points.length / LOOKED_AT));
    let [best, room] = [/** @type {Point | null} */ (null), APART];
    for (let k = 0; k < points.length; k += every) {
      const { x, y } = points[k];
      const inside =
        x >= box.left + EDGE.x && x <= box.right - EDGE.x && y >= box.top + EDGE.y && y <= box.bottom - EDGE.y;
      if (!inside) continue;
      // Farther than a few labels away is all the same: the first place then stays put while others move.
      const nearest = Math.min(3 * APART, ...placed.map((one) => Math.hypot(one.x - x, one.y - y)));
      if (nearest > room) [best, room] = [{ x, y }, nearest];
    }
    if (best) placed.push(best);
    return best;
  });
}

/** The ends of a scale. @param {{low: number, high: number}} scale @param {(score: number) => string} write
 * @returns {[string, string]} */
export function endsOf({ low, high }, write) {
  const ends = [low, high].map(write);
  if (low === high || ends[0] !== ends[1]) return [ends[0], ends[1]];
  const digits = digitsApart([low, high]);
  const [a, b] = [low, high].map((one) => exact(Number(one.toPrecision(digits))));
  return [a, b];
}
