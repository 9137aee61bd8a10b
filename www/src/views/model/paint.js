import { STEPS, colorOf, wordsOf } from '../race/field.js';

/**
 * Pictures of what a network, or a unit of it, says of a plane, point by point.
 *
 * @typedef {object} Look
 * @property {number} classes 0 of numbers and units
 * @property {boolean} dark
 * @property {string} surface
 * @property {[number, number]} span of numbers, from the first colour to the last
 */

/** Paints a grid of points, row by row upwards, into as many pixels. */
export class Painter {
  /** @param {Look} look */
  constructor(look) {
    this.look = look;
    /** @private */ this.words = wordsOf(look);
  }

  /** @param {ImageData} image @param {Float32Array} values @param {number} side @param {number} [first] of the values
   * @param {[number, number]} [span] */
  paint(image, values, side, first = 0, span = this.look.span) {
    const pixels = new Uint32Array(image.data.buffer);
    const { words } = this;
    const { classes } = this.look;
    const [low, high] = classes ? [0, 1] : span;
    const scale = STEPS / (high - low || 1);
    const top = (classes > 2 ? words.length : STEPS) - 1;
    for (let j = 0; j < side; j++) {
      const row = (side - 1 - j) * side;
      for (let i = 0; i < side; i++) {
        const value = values[first + j * side + i];
        const word = high > low ? Math.floor((value - low) * scale) : STEPS >> 1;
        // What is no number has the colour of the middle.
        pixels[row + i] = words[word >= 0 ? Math.min(top, word) : word < 0 ? 0 : STEPS >> 1];
      }
    }
  }

  /** The colour of a row's own answer, not faded. @param {number} truth */
  color(truth) {
    const { classes, span, dark } = this.look;
    const sure = classes > 2 ? truth + 0.999 : truth;
    return `rgb(${colorOf(sure, classes, span, dark).map(Math.round).join(' ')})`;
  }
}

/** The largest number of some, however far below 0; 0 of none. @param {Float32Array} values
 * @param {number} [first] @param {number} [end] */
export function largestOf(values, first = 0, end = values.length) {
  let most = 0;
  for (let k = first; k < end; k++) {
    const size = Math.abs(values[k]);
    if (size > most) most = size;
  }
  return most;
}

/** From the least of some numbers to the greatest. @param {Iterable<number>} values @returns {[number, number]} */
export function spanOf(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const one of values) {
    if (one < low) low = one;
    if (one > high) high = one;
  }
  return low <= high ? [low, high] : [0, 0];
}

/** What a unit's values lie between, as far below 0 as above; a scale of its own where all are 0.
 * @param {number} most @returns {[number, number]} */
export const around = (most) => (most > 0 ? [-most, most] : [-1, 1]);

/** Sizes a canvas in device pixels; whether it had another size. @param {HTMLCanvasElement} canvas
 * @param {number} width @param {number} height */
export function sized(canvas, width, height) {
  if (canvas.width === width && canvas.height === height) return false;
  Object.assign(canvas, { width, height });
  return true;
}

/** Between two matrices beside each other. */
const GAP = 20;
/** Room above each matrix for its title, and below it for the names of the classes. */
const [ABOVE, BELOW] = [20, 20];

/**
 * Where the two matrices lie, beside each other or one below the other, whichever has the larger cells.
 * @param {number} n classes @param {number} width @param {number} height @param {number} left room for their names
 * @param {number} [title] room for the title of each
 * @returns {{cell: number, left: [number, number], top: [number, number]}}
 */
export function geometryOf(n, width, height, left, title = 0) {
  const beside = Math.min((width - left - GAP) / 2 / n, (height - ABOVE - BELOW) / n);
  const below = Math.min((width - left) / n, (height / 2 - ABOVE - BELOW) / n);
  if (below > beside || n * beside + GAP < title) {
    const cell = Math.max(1, below);
    return { cell, left: [left, left], top: [ABOVE, 2 * ABOVE + BELOW + n * cell] };
  }
  const cell = Math.max(1, beside);
  return { cell, left: [left, left + n * cell + GAP], top: [ABOVE, ABOVE] };
}
