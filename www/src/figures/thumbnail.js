/**
 * A data set as a picture of the size of a thumb: images in a square, or a scatter.
 *
 * @typedef {import('../study/types.js').Preview} Preview
 */

/** Classes: blue and ochre as everywhere in the page, then the one hue between them that stays apart. */
const CLASSES = { light: ['#347bc5', '#aa6700', '#00755e'], dark: ['#6faeef', '#d39e4f', '#8ef5d2'] };
/** Numbers, from low to high. */
const NUMBERS = {
  light: ['#347bc5', '#86aedb', '#b9b9b9', '#cba06b', '#aa6700'],
  dark: ['#6faeef', '#5b7f9f', '#707070', '#94774a', '#d39e4f'],
};
const EDGE = 3;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Preview} preview
 * @param {{dark: boolean, ink: string, size: number, ratio: number}} how
 */
export function drawThumbnail(canvas, preview, { dark, ink, size, ratio }) {
  const pixels = Math.round(size * ratio);
  if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size, size);
  if (preview.columns > 2) drawImages(context, preview, ink, size);
  else drawPoints(context, preview, dark, size);
}

/** @param {CanvasRenderingContext2D} context @param {Preview} preview @param {string} ink @param {number} size */
function drawImages(context, { x, columns }, ink, size) {
  const side = Math.round(Math.sqrt(columns));
  const most = Math.max(...x) || 1;
  const half = (size - 2 * EDGE) / 2;
  const pixel = (half - 2) / side;
  context.fillStyle = ink;
  for (let at = 0; at < Math.min(x.length, 4 * columns); at++) {
    const [image, place] = [Math.floor(at / columns), at % columns];
    context.globalAlpha = x[at] / most;
    context.fillRect(
      EDGE + (image % 2) * half + 1 + (place % side) * pixel,
      EDGE + Math.floor(image / 2) * half + 1 + Math.floor(place / side) * pixel,
      pixel,
      pixel,
    );
  }
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {Preview} preview @param {boolean} dark @param {number} size */
function drawPoints(context, { x, y, classes }, dark, size) {
  const theme = dark ? 'dark' : 'light';
  const [across, up, value] = [0, 1].map((axis) => unit(y.map((_, row) => x[2 * row + axis]))).concat([unit(y)]);
  const place = size - 2 * EDGE - 2;
  y.forEach((one, row) => {
    const colors = classes ? CLASSES[theme] : NUMBERS[theme];
    context.fillStyle = classes ? colors[one % colors.length] : colors[Math.min(4, Math.floor(5 * value[row]))];
    context.beginPath();
    context.arc(EDGE + 1 + place * across[row], EDGE + 1 + place * (1 - up[row]), 1.15, 0, 7);
    context.fill();
  });
}

/** Values between 0 and 1, by the least and the largest. @param {number[]} values */
function unit(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => (high > low ? (value - low) / (high - low) : 0.5));
}
