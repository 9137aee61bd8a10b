import { layersOf } from '../../study/weights.js';

/**
 * Where the units of a network that is drawn lie, and its weights between them.
 *
 * @typedef {import('../../state/model.js').ModelHead} ModelHead
 * @typedef {{x: number, y: number, size: number, label: boolean}} Box
 * @typedef {object} Line a weight
 * @property {number} layer of the unit that it goes out from; 0 for the inputs
 * @property {number} from
 * @property {number} to a unit of the next layer
 * @property {number} value
 * @property {number} share of the layer's largest
 * @property {number} x0
 * @property {number} y0
 * @property {number} x1
 * @property {number} y1
 */

/** More inputs than these are not drawn. */
const MOST_INPUTS = 16;
/** A unit's side, at most, in px. */
const LARGEST = 44;
/** Room for names at either side. */
const NAMES = 64;
const EDGE = 6;
/** Units smaller than this have no names. */
const LEAST_NAMED = 9;

/** Boxes of the inputs, then of each layer; none of inputs that are too many.
 * @param {ModelHead} head @param {number} width @param {number} height @returns {Box[][]} */
export function boxesOf({ inputs, widths }, width, height) {
  const counts = [inputs > MOST_INPUTS ? 0 : inputs, ...widths];
  const inner = Math.max(40, height - 2 * EDGE);
  const names = Math.min(NAMES, width / 6);
  // Inputs that are not drawn leave their room to the layers.
  const [first, left] = counts[0] ? [0, names] : [1, LARGEST / 2];
  const across = Math.max(40, width - left - names);
  const columns = counts.length;
  const step = across / Math.max(1, columns - 1 - first);
  return counts.map((n, k) => {
    const x = left + (k - first) * step;
    const room = n ? inner / n : 0;
    const size = Math.max(2, Math.min(LARGEST, step * 0.4, room * 0.82));
    const label = (k === 0 || k === columns - 1) && size >= LEAST_NAMED;
    return Array.from({ length: n }, (_, at) => ({
      x: Math.max(0, Math.min(width - size, x - size / 2)),
      y: EDGE + (inner - n * room) / 2 + (at + 0.5) * room - size / 2,
      size,
      label,
    }));
  });
}

/** @param {ModelHead} head @param {Box[][]} boxes @param {Float32Array} weights @returns {Line[]} */
export function linesOf(head, boxes, weights) {
  /** @type {Line[]} */ const lines = [];
  for (const [layer, { inputs, outputs, weight }] of layersOf(head).entries()) {
    const [left, right] = [boxes[layer], boxes[layer + 1]];
    if (left.length && right.length) {
      let most = 0;
      for (let k = 0; k < inputs * outputs; k++) most = Math.max(most, Math.abs(weights[weight + k]));
      for (let to = 0; to < outputs; to++) {
        const [end, y1] = [right[to], right[to].y + right[to].size / 2];
        for (let from = 0; from < inputs; from++) {
          const begin = left[from];
          const value = weights[weight + to * inputs + from];
          const share = most > 0 ? value / most : 0;
          const [x0, y0] = [begin.x + begin.size, begin.y + begin.size / 2];
          lines.push({ layer, from, to, value, share, x0, y0, x1: end.x, y1 });
        }
      }
    }
  }
  return lines;
}

/** The unit at a point, or the nearest within reach. @param {Box[][]} boxes @param {{x: number, y: number}} at
 * @param {number} reach @returns {[number, number] | null} layer, 0 for the inputs, and unit */
export function unitAt(boxes, { x, y }, reach) {
  /** @type {[number, number] | null} */ let found = null;
  let least = reach;
  for (const [layer, all] of boxes.entries()) {
    for (const [unit, box] of all.entries()) {
      const off = Math.hypot(
        Math.max(box.x - x, 0, x - box.x - box.size),
        Math.max(box.y - y, 0, y - box.y - box.size),
      );
      if (off === 0) return [layer, unit];
      if (off <= least) [found, least] = [[layer, unit], off];
    }
  }
  return found;
}

/** The line nearest to a point, if it is near; of several that touch, the strongest.
 * @param {Line[]} lines @param {{x: number, y: number}} at @param {number} reach @returns {Line | null} */
export function nearestLine(lines, { x, y }, reach) {
  /** @type {Line | null} */ let found = null;
  let best = -Infinity;
  for (const line of lines) {
    if (x < line.x0 || x > line.x1) continue;
    const share = (x - line.x0) / (line.x1 - line.x0 || 1);
    const slope = (line.y1 - line.y0) / (line.x1 - line.x0 || 1);
    const off = Math.abs(y - line.y0 - share * (line.y1 - line.y0)) / Math.hypot(1, slope);
    if (off > reach) continue;
    const worth = Math.abs(line.share) - off / reach;
    if (worth > best) [found, best] = [line, worth];
  }
  return found;
}

/** The sides of square images of so many pixels; 0 of what is none. @param {number} inputs */
export function imageSide(inputs) {
  const side = Math.round(Math.sqrt(inputs));
  return inputs >= 25 && side * side === inputs ? side : 0;
}

/** What is drawn in each unit of each layer: its map over the plane, else in the first layer, of images, its weights
 * as one, else its bias.
 * @param {ModelHead} head @param {{maps: Float32Array | null, weights: Float32Array | null}} found
 * @returns {{side: number, values: Float32Array, first: number, most?: number}[]} `most`: what the colours
 *   go to, where that is not the picture's own */
export function picturesOf(head, { maps, weights }) {
  const pictures = [];
  const units = head.widths.reduce((sum, one) => sum + one, 0);
  const side = maps ? Math.round(Math.sqrt(maps.length / Math.max(1, units))) : 0;
  const image = imageSide(head.inputs);
  let at = 0;
  for (const [layer, { inputs, outputs, weight, bias }] of layersOf(head).entries()) {
    let most = 0;
    for (let unit = 0; weights && unit < outputs; unit++) most = Math.max(most, Math.abs(weights[bias + unit]));
    for (let unit = 0; unit < outputs; unit++, at++) {
      if (maps) pictures.push({ side, values: maps, first: at * side * side });
      else if (layer === 0 && image && weights)
        pictures.push({ side: image, values: flipped(weights, weight + unit * inputs, image), first: 0 });
      else if (weights) pictures.push({ side: 1, values: weights, first: bias + unit, most });
    }
  }
  return pictures;
}

/** An image, which is written from its top, row by row upwards. @param {Float32Array} values @param {number} first
 * @param {number} side */
export function flipped(values, first, side) {
  const made = new Float32Array(side * side);
  for (let row = 0; row < side; row++)
    made.set(values.subarray(first + row * side, first + (row + 1) * side), (side - 1 - row) * side);
  return made;
}

/** Points along a side of an input's picture. */
const RAMP = 16;

/** What is made of a plane's two features, in their own units, and how that is written.
 * @type {Record<string, {sign: string, of: (x1: number, x2: number) => number}>} */
export const MADE = {
  x1_squared: { sign: 'x₁²', of: (x1) => x1 * x1 },
  x2_squared: { sign: 'x₂²', of: (_, x2) => x2 * x2 },
  x1_x2: { sign: 'x₁x₂', of: (x1, x2) => x1 * x2 },
  sin_x1: { sign: 'sin 6x₁', of: (x1) => Math.sin(6 * x1) },
  sin_x2: { sign: 'sin 6x₂', of: (_, x2) => Math.sin(6 * x2) },
};

/** What inputs are over the plane that is drawn: those that vary grow to the right or upwards, those made of them are
 * as the network sees them there, others have no picture.
 * @param {Pick<ModelHead, 'features' | 'derived' | 'scaling'>} head @param {[number, number] | null} axes
 * @param {number[] | ArrayLike<number>} extent of the plane, as the network sees it @param {number} inputs
 * @returns {({side: number, values: Float32Array, first: number, most: number} | null)[]} */
export function rampsOf({ features, derived, scaling }, axes, extent, inputs) {
  const along = (/** @type {number} */ k) => (2 * k) / (RAMP - 1) - 1;
  const place = (/** @type {0 | 1} */ which, /** @type {number} */ k) => {
    const [mean, scale] = scaling[which];
    const [low, high] = [extent[2 * which], extent[2 * which + 1]];
    return mean + scale * (low + ((along(k) + 1) / 2) * (high - low));
  };
  return Array.from({ length: inputs }, (_, input) => {
    const which = axes?.indexOf(input) ?? -1;
    const make = axes && derived ? MADE[features[input]]?.of : undefined;
    if (which < 0 && !make) return null;
    const [mean, scale] = scaling[input] ?? [0, 1];
    const values = Float32Array.from({ length: RAMP * RAMP }, (_, k) => {
      const [column, row] = [k % RAMP, Math.floor(k / RAMP)];
      if (which >= 0 || !make) return along(which ? row : column);
      return (make(place(0, column), place(1, row)) - mean) / scale;
    });
    const most = values.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    return { side: RAMP, values, first: 0, most };
  });
}
