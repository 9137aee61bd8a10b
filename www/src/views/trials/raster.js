/**
 * Lines and dots of a crowd, written pixel by pixel: a canvas strokes some ten thousand lines a second where there is
 * no GPU, and this writes hundreds of thousands.
 */

/** A colour as four bytes in the order of an image's; '#abc', '#aabbcc' or 'rgb(1 2 3)'. @param {string} color */
export function packed(color) {
  const short = /^#(.)(.)(.)$/.exec(color);
  const long = /^#(..)(..)(..)/.exec(color);
  const [r, g, b] = short
    ? short.slice(1).map((one) => parseInt(one + one, 16))
    : long
      ? long.slice(1).map((one) => parseInt(one, 16))
      : (color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** A byte for each pixel, which names a colour; 0 is none. */
export class Raster {
  /** @param {number} width @param {number} height in whole pixels */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height);
  }

  /**
   * A line one pixel wide, from left to right.
   * @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1
   * @param {number} color
   * @param {boolean} whole whether a steep line is one without gaps; among very many nobody sees them
   */
  across(x0, y0, x1, y1, color, whole) {
    this.run(x0, y0, x1, y1, 1, this.width, this.width, this.height, color, whole);
  }

  /** The same from top to bottom. @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1
   * @param {number} color @param {boolean} whole */
  down(x0, y0, x1, y1, color, whole) {
    this.run(y0, x0, y1, x1, this.width, 1, this.height, this.width, color, whole);
  }

  /** @private One pixel for each step of `a`, which grows from `a0` to `a1`.
   * @param {number} a0 @param {number} b0 @param {number} a1 @param {number} b1
   * @param {number} strideA @param {number} strideB @param {number} sizeA @param {number} sizeB
   * @param {number} color @param {boolean} whole */
  run(a0, b0, a1, b1, strideA, strideB, sizeA, sizeB, color, whole) {
    const { pixels } = this;
    const from = a0 > 0 ? (a0 + 0.5) | 0 : 0;
    const to = a1 < sizeA - 1 ? (a1 + 0.5) | 0 : sizeA - 1;
    // Between two places inside all others are, too.
    const last = sizeB - 1;
    let b = 0.5 + (b0 > 0 ? (b0 < last ? b0 : last) : 0);
    const slope = to > from ? (0.5 + (b1 > 0 ? (b1 < last ? b1 : last) : 0) - b) / (to - from) : 0;
    let at = from * strideA;
    if (!whole || (slope <= 1 && slope >= -1)) {
      for (let a = from; a <= to; a++, at += strideA, b += slope) pixels[at + (b | 0) * strideB] = color;
      return;
    }
    let before = b | 0;
    for (let a = from; a <= to; a++, at += strideA, b += slope) {
      const here = b | 0;
      const way = here > before ? 1 : -1;
      for (let k = before; k !== here; k += way) pixels[at + k * strideB] = color;
      pixels[at + here * strideB] = color;
      before = here;
    }
  }

  /** The first pixel of a square dot around a place, as near to it as the whole dot is inside.
   * @param {number} x @param {number} y @param {number} size */
  cornerOf(x, y, size) {
    const within = (/** @type {number} */ at, /** @type {number} */ most) =>
      Math.max(0, Math.min(most, Math.round(at)));
    return within(y - size / 2, this.height - size) * this.width + within(x - size / 2, this.width - size);
  }

  /** A square dot. @param {number} corner @param {number} size @param {number} color */
  dot(corner, size, color) {
    const { width, pixels } = this;
    for (let j = 0, at = corner; j < size; j++, at += width) for (let i = 0; i < size; i++) pixels[at + i] = color;
  }

  /** @param {ArrayLike<number>} colors packed, by their names @returns {ImageData} */
  image(colors) {
    const { pixels } = this;
    const whole = new Uint32Array(pixels.length);
    for (let k = 0; k < pixels.length; k++) if (pixels[k]) whole[k] = colors[pixels[k]];
    return new ImageData(new Uint8ClampedArray(whole.buffer), this.width, this.height);
  }
}

/**
 * Of lines that go from nearly the same place to nearly the same place, the last one: nobody sees those below it.
 * @param {Float32Array} from @param {Float32Array} to where all begin and end
 * @param {ArrayLike<number>} order of painting
 * @param {number} grain places this near are one, in pixels
 * @param {number} most the highest place
 * @returns {Uint32Array} in the order of painting
 */
export function uppermost(from, to, order, grain, most) {
  const side = Math.ceil(most / grain) + 1;
  const seen = new Uint8Array(side * side);
  const found = new Uint32Array(order.length);
  let at = order.length;
  for (let j = order.length - 1; j >= 0; j--) {
    const k = order[j];
    const cell = ((from[k] / grain) | 0) * side + ((to[k] / grain) | 0);
    if (seen[cell]) continue;
    seen[cell] = 1;
    found[--at] = k;
  }
  return found.subarray(at);
}
