import { depthColor } from '../../figures/colors.js';
import { roundOff } from '../../study/scale.js';
import { DIVERGED, SLOW, TRAINED, UNKNOWN } from '../../state/map.js';

/**
 * A map's pixels as colours: trained ones by their loss, diverged ones by how long they held out. Pure functions over
 * columns of numbers.
 *
 * @typedef {{best: number, worst: number}} LossScale the best loss, and that from which a network is called slow
 * @typedef {{losses: Float64Array, steps: Float64Array, known: Uint8Array}} Columns
 */

/** Diverged, from at once to late; slow. */
const OCHRE = { light: ['f8f3e6', 'd9b88b', 'bf7830'], dark: ['2e241c', '694a2a', 'a77530'] };
const GREY = { light: 'b4bec3', dark: '4b565c' };
/** Steps of a ramp. */
const STEPS = 256;
/** Where the colours of each outcome begin; 0 is nothing at all. */
const AT = { depth: 1, slow: 1 + STEPS, ochre: 2 + STEPS };
const INKS = 2 + 2 * STEPS;

/** @param {string} hex @returns {number[]} */
const rgb = (hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
/** @param {number[]} color */
const css = (color) => `rgb(${color.join(' ')})`;

/** @param {string[]} hexes @param {number} share @returns {number[]} */
function between(hexes, share) {
  const place = Math.max(0, Math.min(1, share)) * (hexes.length - 1);
  const low = Math.min(hexes.length - 2, Math.floor(place));
  const [a, b] = [rgb(hexes[low]), rgb(hexes[low + 1])];
  return a.map((one, c) => Math.round(one + (b[c] - one) * (place - low)));
}

/** The colour of what diverged, from at once (0) to late (1). @param {number} share @param {boolean} dark */
export const ochreColor = (share, dark) => css(between(OCHRE[dark ? 'dark' : 'light'], share));
/** @param {boolean} dark */
export const slowColor = (dark) => css(rgb(GREY[dark ? 'dark' : 'light']));

/** All colours of a map, as pixels of an image have them. @param {boolean} dark @returns {Uint32Array} */
export function inksOf(dark) {
  const bytes = new Uint8ClampedArray(4 * INKS);
  const put = (/** @type {number} */ at, /** @type {ArrayLike<number>} */ color) =>
    bytes.set([color[0], color[1], color[2], 255], 4 * at);
  for (let k = 0; k < STEPS; k++) {
    const share = k / (STEPS - 1);
    put(AT.depth + k, (depthColor(share, dark).match(/\d+/g) ?? []).map(Number));
    put(AT.ochre + k, between(OCHRE[dark ? 'dark' : 'light'], share));
  }
  put(AT.slow, rgb(GREY[dark ? 'dark' : 'light']));
  return new Uint32Array(bytes.buffer);
}

/** The scale of the losses of what was trained. @param {Columns} columns @param {number | null} limit
 * @returns {LossScale} */
export function scaleOf({ losses, known }, limit) {
  let [least, most] = [Infinity, 0];
  for (let k = 0; k < known.length; k++) {
    if (known[k] !== TRAINED) continue;
    const loss = losses[k];
    if (loss > 0 && loss < least) least = loss;
    if (loss > most) most = loss;
  }
  const worst = limit ?? most;
  // A loss so small has no smaller one beside it on any scale.
  const best = Math.max(Number.isFinite(least) ? roundOff(least, -1) : worst / 10, worst * 1e-9, 1e-300);
  return best < worst ? { best, worst } : { best: worst > 0 ? worst / 10 : 0.1, worst: worst > 0 ? worst : 1 };
}

/** How late a network diverged, from 0 (at its first step) to 1 (at its last), on a logarithm.
 * @param {number} step @param {number} last */
export const latenessOf = (step, last) =>
  last > 1 ? Math.max(0, Math.min(1, Math.log(Math.max(1, step)) / Math.log(last))) : 0;

/** Gives pixels that have none yet their ink. @param {Uint16Array} shades @param {Columns} columns
 * @param {LossScale} scale @param {number} last steps of a network */
export function shade(shades, { losses, steps, known }, scale, last) {
  const [top, over] = [STEPS - 1, Math.log(scale.worst / scale.best)];
  for (let k = 0; k < known.length; k++) {
    if (known[k] === UNKNOWN || shades[k]) continue;
    if (known[k] === SLOW) shades[k] = AT.slow;
    else if (known[k] === DIVERGED) shades[k] = AT.ochre + Math.round(top * latenessOf(steps[k], last));
    else {
      const good = Math.log(scale.worst / Math.max(losses[k], scale.best)) / over;
      shades[k] = AT.depth + Math.round(top * Math.max(0, Math.min(1, good)));
    }
  }
}

/** The pixel along a side at each of its places: values that are fewer than places are bands.
 * @param {number[]} starts @param {number} side @returns {Uint16Array} */
export function bandsOf(starts, side) {
  const found = new Uint16Array(side);
  let at = 0;
  for (let place = 0; place < side; place++) {
    while (at + 1 < starts.length && starts[at + 1] <= place) at++;
    found[place] = at;
  }
  return found;
}

/**
 * Fills an image, the first row on top: a pixel that is not known yet is that of the coarser pass.
 * @param {Uint32Array} image
 * @param {{columns: Uint16Array, rows: Uint16Array, nx: number, passes: [number, number][]}} layout
 * @param {Uint16Array} shades
 * @param {Uint32Array} inks
 */
export function fill(image, { columns, rows, nx, passes }, shades, inks) {
  const [w, h] = [columns.length, rows.length];
  for (let y = 0; y < h; y++) {
    const row = rows[h - 1 - y];
    const line = y * w;
    for (let x = 0; x < w; x++) {
      const column = columns[x];
      let found = shades[row * nx + column];
      for (let pass = passes.length - 2; !found && pass >= 0; pass--) {
        const [sx, sy] = passes[pass];
        found = shades[(row - (row % sy)) * nx + column - (column % sx)];
      }
      image[line + x] = inks[found];
    }
  }
}
