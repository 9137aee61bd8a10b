/** The pieces in which a Worker hands out a loss surface (surface.js). */

/** A surface is worked on for so long between two messages, in ms. */
export const SURFACE_BUDGET = 30;
/** Weights in training are looked at this often, in ms. */
export const GLIMPSE_EVERY = 50;
/** Points of a surface that are scored together. */
const SURFACE_POINTS = 16;

/** Numbers of a path; JSON writes some as words. @param {Record<string, any>} path */
export const pathOf = ({ trial, ...columns }) => {
  const numbers = Object.entries(columns).map(([name, column]) => [name, column.map(Number)]);
  return { trial, ...Object.fromEntries(numbers) };
};

/** All points at once. @param {{score: (indices: Uint32Array) => Float64Array}} plane @param {Uint32Array} order */
export function pieceOf(plane, order) {
  const indices = order.filter((_, k) => k % 2 === 0);
  const scores = plane.score(indices);
  const every = (/** @type {0 | 1} */ from) => scores.filter((_, k) => k % 2 === from);
  return { indices, losses: every(0), accuracies: every(1), step: 1, done: true };
}

/** Scores points for about the budget.
 * @param {{score: (indices: Uint32Array) => Float64Array}} plane
 * @param {{order: Uint32Array, next: number}} points */
export function nextPiece(plane, points) {
  const { order } = points;
  const [first, until] = [points.next, performance.now() + SURFACE_BUDGET];
  /** @type {number[]} */ const losses = [];
  /** @type {number[]} */ const accuracies = [];
  do {
    const some = [];
    for (; some.length < SURFACE_POINTS && 2 * points.next < order.length; points.next++)
      some.push(order[2 * points.next]);
    const scores = plane.score(new Uint32Array(some));
    for (let k = 0; k < some.length; k++) {
      losses.push(scores[2 * k]);
      accuracies.push(scores[2 * k + 1]);
    }
  } while (2 * points.next < order.length && performance.now() < until);
  const done = 2 * points.next >= order.length;
  return {
    indices: order.filter((_, k) => k % 2 === 0).subarray(first, points.next),
    losses: new Float64Array(losses),
    accuracies: new Float64Array(accuracies),
    // The step of the points that come next is not through yet.
    step: done ? 1 : 2 * order[2 * points.next + 1],
    done,
  };
}
