import { sharesOf, sideOf } from '../study/brush.js';

/**
 * The brush as a box on the response surface, in shares of its axes.
 *
 * @typedef {import('../study/scale.js').Axis} Axis
 * @typedef {import('./spots.js').Axes} Axes
 * @typedef {import('./surface-ground.js').Frame} Frame
 * @typedef {[number, number]} Ends
 */

/** By how much of an axis a key grows the box at each side, and how small it gets. */
const GROW = 0.05;

/**
 * The brush's box; null where none of its sides is an axis.
 * @param {Axes} axes
 * @param {import('../study/brush.js').Side[] | null} brush
 * @returns {[Ends, Ends] | null}
 */
export function boxOf(axes, brush) {
  const side = (/** @type {Axis} */ axis) => {
    const found = brush?.find((one) => one.name === axis.name);
    return found ? sharesOf(axis, found) : null;
  };
  const [x, y] = [side(axes.x), side(axes.y)];
  return x || y ? [x ?? [0, 1], y ?? [0, 1]] : null;
}

/** The box of the stage that is shown; null where it is the whole plot.
 * @param {Axes} axes @param {import('../state/store.js').Store} store @returns {[Ends, Ends] | null} */
export function stageBox(axes, { stage, shownStudy }) {
  const sides = [axes.x, axes.y].flatMap(({ name }) => {
    const range = stage?.box[name];
    const whole = shownStudy.space?.[name];
    if (!range || range.choices || (range.low === whole?.low && range.high === whole?.high)) return [];
    return [{ name, low: Number(range.low), high: Number(range.high) }];
  });
  return sides.length ? boxOf(axes, sides) : null;
}

/** The sides of a box; one that covers its whole axis leaves nothing out, and is none.
 * @param {Axes} axes @param {Record<string, any>} space @param {[Ends, Ends]} box */
export function sidesOf(axes, space, [x, y]) {
  const whole = (/** @type {Ends} */ side) => side[0] <= 0 && side[1] >= 1;
  const sides = [];
  if (!whole(x)) sides.push(sideOf(axes.x, space[axes.x.name], ...x));
  if (!whole(y)) sides.push(sideOf(axes.y, space[axes.y.name], ...y));
  return sides.length ? sides : null;
}

/** A box around a place, or the one that is there, after a key has grown or shrunk it.
 * @param {[Ends, Ends] | null} box @param {Ends} around @param {[number, number]} way @returns {[Ends, Ends]} */
export function grown(box, around, way) {
  const [cx, cy] = around;
  const [x, y] = box ?? [
    [cx - 2 * GROW, cx + 2 * GROW],
    [cy - 2 * GROW, cy + 2 * GROW],
  ];
  const end = (/** @type {Ends} */ ends, /** @type {number} */ by) => {
    const [low, high] = [Math.max(0, ends[0] - by * GROW), Math.min(1, ends[1] + by * GROW)];
    return /** @type {Ends} */ (high - low < GROW ? ends : [low, high]);
  };
  return [end(/** @type {Ends} */ (x), way[0]), end(/** @type {Ends} */ (y), way[1])];
}

/** A point of the plot as shares of the axes.
 * @param {{x: number, y: number}} at @param {Frame} frame @returns {Ends} */
export const shareAt = (at, frame) => [
  (at.x - frame.left) / (frame.width - frame.left - frame.right),
  (frame.height - frame.bottom - at.y) / (frame.height - frame.top - frame.bottom),
];

/** Lays the box over the plot. @param {HTMLElement} element @param {[Ends, Ends] | null} box @param {Frame} frame */
export function placeBox(element, box, frame) {
  element.hidden = !box;
  if (!box) return;
  const [x, y] = box.map((ends) => ends.map((one) => Math.max(0, Math.min(1, one))));
  const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
  element.style.left = `${frame.left + x[0] * w}px`;
  element.style.top = `${frame.top + (1 - y[1]) * h}px`;
  element.style.width = `${(x[1] - x[0]) * w}px`;
  element.style.height = `${(y[1] - y[0]) * h}px`;
}
