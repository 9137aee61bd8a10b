/**
 * What a network says of the data's plane, as a picture: of two classes from one colour to the other, of more each
 * class's colour as sure as it is, of numbers from low to high. The rows lie on it.
 *
 * @typedef {{rows: Float32Array, nTrain: number}} Data two features and a label a row
 * @typedef {[number, number, number, number]} Extent
 */

/** Points a side of a field. */
export const SIDE = 56;
/** The field is drawn so strongly that rows stand out on it. */
const STRENGTH = 0.62;
/** Rows drawn, at most. */
const MOST_ROWS = 400;

const TWO = {
  light: ['#347bc5', '#f6f6f6', '#aa6700'],
  dark: ['#6faeef', '#1e1e1e', '#d39e4f'],
};
/** Of more classes; the first are those of two. */
const MANY = {
  light: [
    '#347bc5',
    '#aa6700',
    '#008066',
    '#b23fa8',
    '#5f6a70',
    '#7a4a00',
    '#16357f',
    '#b02a6b',
    '#007487',
    '#868f94',
  ],
  dark: ['#6faeef', '#d39e4f', '#8ef5d2', '#d672b7', '#8d979c', '#fcd46d', '#52a2ff', '#ff8fbe', '#5ccbe0', '#66727a'],
};

/** @param {string} hex */
const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
/** @param {number[]} a @param {number[]} b @param {number} share */
const mix = (a, b, share) => a.map((one, k) => one + (b[k] - one) * share);

/** More classes than these are no classes. */
const MOST_CLASSES = 1000;

/** How many classes the rows have; 0 of numbers, which they are, too, while another study's race is still shown.
 * @param {Data} data @param {boolean} isClasses */
export function classesOf({ rows }, isClasses) {
  let most = 1;
  for (let k = 2; k < rows.length; k += 3) {
    if (!Number.isInteger(rows[k]) || rows[k] < 0 || rows[k] >= MOST_CLASSES) return 0;
    most = Math.max(most, rows[k]);
  }
  return isClasses ? most + 1 : 0;
}

/** The part of the plane that holds all rows, with a margin. @param {Data} data @returns {Extent} */
export function extentOf({ rows }) {
  const sides = [0, 1].map((axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (let k = axis; k < rows.length; k += 3) [low, high] = [Math.min(low, rows[k]), Math.max(high, rows[k])];
    if (!(low <= high)) [low, high] = [-1, 1];
    // Beside a large number 1 is nothing; the spread of tiny ones may be nothing beside them, too.
    const room = Math.max(0.08 * (high - low), 1e-3 * Math.abs(low), 1e-3 * Math.abs(high)) || 1;
    return [low - room, high + room];
  });
  return /** @type {Extent} */ (sides.flat());
}

/** The colour of what a network says, as red, green and blue. @param {number} value @param {number} classes
 * @param {[number, number]} span of the labels of numbers @param {boolean} dark */
export function colorOf(value, classes, [low, high], dark) {
  const [first, middle, second] = TWO[dark ? 'dark' : 'light'].map(rgb);
  if (!Number.isFinite(value)) return middle;
  const along = (/** @type {number} */ share) =>
    share < 0.5 ? mix(first, middle, 2 * share) : mix(middle, second, 2 * share - 1);
  if (classes === 2) return along(Math.max(0, Math.min(1, value)));
  if (!classes) return along(high > low ? Math.max(0, Math.min(1, (value - low) / (high - low))) : 0.5);
  const own = rgb(MANY[dark ? 'dark' : 'light'][Math.max(0, Math.floor(value)) % 10]);
  return mix(middle, own, 0.15 + 0.85 * (value - Math.floor(value)));
}

/** Colours of a class, or from first to last. */
export const STEPS = 128;

/** The colours of all that a network says, as strong as they are drawn: of two classes and of numbers from first to
 * last, of more a row of colours for each class. As a canvas has them, one word a pixel.
 * @param {Pick<Look, 'classes' | 'dark' | 'surface'>} look */
export function wordsOf({ classes, dark, surface }) {
  const n = STEPS * Math.max(1, classes > 2 ? classes : 1);
  const bytes = new Uint8ClampedArray(4 * n);
  const page = rgb(surface.length === 4 ? surface.replace(/[\da-f]/gi, '$&$&') : surface);
  for (let at = 0; at < n; at++) {
    const share = (at % STEPS) / STEPS;
    const value = classes > 2 ? Math.floor(at / STEPS) + share : (at + 0.5) / STEPS;
    bytes.set([...mix(page, colorOf(value, classes, [0, 1], dark), STRENGTH), 255], 4 * at);
  }
  return new Uint32Array(bytes.buffer);
}

/**
 * Draws fields over the same rows: colours are worked out once, and so are the rows, which lie over the field.
 *
 * @typedef {object} Look
 * @property {number} classes
 * @property {boolean} dark
 * @property {string} surface
 * @property {string} ink
 * @property {number} side in pixels
 * @property {number} ratio pixels in one of the page
 */
export class FieldPainter {
  /** @param {Data} data @param {Look} look */
  constructor(data, look) {
    this.data = data;
    this.look = look;
    /** @private @type {[number, number]} */ this.span = [Infinity, -Infinity];
    for (let k = 2; k < data.rows.length; k += 3) {
      this.span[0] = Math.min(this.span[0], data.rows[k]);
      this.span[1] = Math.max(this.span[1], data.rows[k]);
    }
    /** @private */ this.words = wordsOf(look);
    /** @private */ this.image = new ImageData(SIDE, SIDE);
    /** @private */ this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** @param {CanvasRenderingContext2D} g */
  paintRows(g) {
    const { classes, dark, surface, ink, side, ratio } = this.look;
    const { rows, nTrain } = this.data;
    const extent = extentOf(this.data);
    g.clearRect(0, 0, side, side);
    const n = rows.length / 3;
    const every = Math.max(1, Math.ceil(n / MOST_ROWS));
    const r = 2.4 * ratio;
    g.lineWidth = ratio;
    for (let row = 0; row < n; row += every) {
      const [x, y, label] = rows.subarray(3 * row, 3 * row + 3);
      const at = [
        ((x - extent[0]) / (extent[1] - extent[0])) * side,
        side - ((y - extent[2]) / (extent[3] - extent[2])) * side,
      ];
      const sure = classes > 2 ? label + 0.999 : label;
      g.fillStyle = `rgb(${colorOf(sure, classes, this.span, dark).map(Math.round).join(' ')})`;
      g.strokeStyle = row < nTrain ? surface : ink;
      g.beginPath();
      // Rows for validation are square: they are not what is trained on.
      if (row < nTrain) g.arc(at[0], at[1], r, 0, 2 * Math.PI);
      else g.rect(at[0] - r, at[1] - r, 2 * r, 2 * r);
      g.fill();
      g.stroke();
    }
  }

  /** @param {CanvasRenderingContext2D} g of as many pixels as a field has points @param {Float32Array} field */
  paintField(g, field) {
    const { words, pixels, span } = this;
    const { classes } = this.look;
    const scale = STEPS / (classes ? 1 : span[1] - span[0] || 1);
    const least = classes ? 0 : span[0];
    const top = (classes > 2 ? words.length : STEPS) - 1;
    for (let j = 0, at = 0; j < SIDE; j++) {
      const row = (SIDE - 1 - j) * SIDE;
      for (let i = 0; i < SIDE; i++, at++) {
        const word = Math.floor((field[at] - least) * scale);
        // What is no number has the colour of the middle.
        pixels[row + i] = words[word >= 0 ? Math.min(top, word) : word < 0 ? 0 : STEPS >> 1];
      }
    }
    g.putImageData(this.image, 0, 0);
  }
}
