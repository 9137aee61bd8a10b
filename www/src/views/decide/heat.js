import { shareOf } from '../../study/scale.js';

/**
 * Fields of numbers over two axes as cells of colour. Pure but for the canvas that is painted on.
 *
 * @typedef {import('../../study/scale.js').Axis} Axis
 * @typedef {import('../../study/types.js').Value} Value
 * @typedef {{left: number, top: number, width: number, height: number}} Box
 */

/** The sides of cells along an axis, as shares of its length: half way between places, and the ends.
 * @param {Axis} axis @param {Value[]} values */
export function sidesOf(axis, values) {
  const places = values.map((value) => shareOf(axis, axis.to(value)));
  // Choices may lie in any order along an axis of numbers.
  const order = places.map((_, k) => k).sort((a, b) => places[a] - places[b]);
  const sides = new Array(values.length).fill(null).map(() => [0, 1]);
  for (const [at, k] of order.entries()) {
    const [before, after] = [order[at - 1], order[at + 1]];
    sides[k] = [
      before === undefined ? 0 : (places[before] + places[k]) / 2,
      after === undefined ? 1 : (places[after] + places[k]) / 2,
    ];
  }
  return sides;
}

/** @param {CanvasRenderingContext2D} g @param {Box} box @param {number[][]} across @param {number[][]} up
 * @param {(k: number) => string} color of the cell in a row and column, numbered row by row, y upwards */
export function paintCells(g, { left, top, width, height }, across, up, color) {
  for (const [row, [from, to]] of up.entries()) {
    const [y0, y1] = [Math.round(top + (1 - to) * height), Math.round(top + (1 - from) * height)];
    for (const [column, [a, b]] of across.entries()) {
      const [x0, x1] = [Math.round(left + a * width), Math.round(left + b * width)];
      g.fillStyle = color(row * across.length + column);
      g.fillRect(x0, y0, x1 - x0, y1 - y0);
    }
  }
}
