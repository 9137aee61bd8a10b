import { contours } from 'd3-contour';
import { DIVERGED, UNKNOWN, filled, levelsOf, runsOf, scaleOf, sharesOf } from './grid.js';
import { pixelRatio } from '../../platform/pixels.js';

/**
 * The ground of a landscape: bands of equal score with lines between them, on a ramp without a colour of its own, so
 * that path and marks stand out.
 *
 * @typedef {import('../plot-axes.js').Frame} Frame
 * @typedef {import('./grid.js').Level} Level
 * @typedef {{x: number, y: number}[]} Ring in places of the grid
 * @typedef {[number, number, number, number]} Extent of x, then of y
 * @typedef {{size: [number, number], extent: Extent, scale: import('./grid.js').Scale, filled:
 *   import('./grid.js').Filled, bands: (Level & {rings: Ring[]})[], better: 'low' | 'high'}} Ground
 * @typedef {{token: (name: string) => string, dark: boolean}} Look
 */

const RAMP = { light: ['f8fbfc', 'dae0e3', 'bdc6cb'], dark: ['14181a', '293035', '3f4b52'] };
/** Lines of a hatch are this far apart, in px. */
const HATCH = 6;

/** From the page's own ground (0, worst) to what contrasts most with it (1, best), each part from 0 to 255.
 * @param {number} goodness @param {boolean} dark */
export function groundRgb(goodness, dark) {
  const stops = dark ? RAMP.dark : RAMP.light;
  const place = 2 * Math.max(0, Math.min(1, Number.isFinite(goodness) ? goodness : 0));
  const low = Math.min(1, Math.floor(place));
  const part = (/** @type {number} */ stop, /** @type {number} */ c) =>
    parseInt(stops[stop].slice(2 * c, 2 * c + 2), 16);
  return [0, 1, 2].map((c) => Math.round(part(low, c) + (part(low + 1, c) - part(low, c)) * (place - low)));
}

/** @param {number} goodness @param {boolean} dark */
export const groundColor = (goodness, dark) => `rgb(${groundRgb(goodness, dark).join(' ')})`;

/** Works out what is to be painted, in small steps; null where there is no score.
 * @param {import('./grid.js').Field & {extent?: Extent}} field @param {boolean} log @param {'low' | 'high'} better
 * @returns {Generator<undefined, Ground | null>} */
export function* groundOf(field, log, better) {
  const { size, extent = /** @type {Extent} */ ([0, 1, 0, 1]) } = field;
  const made = filled(field);
  const scale = scaleOf(made, log);
  if (!scale) return null;
  yield;
  const shares = padded(sharesOf(made, size, scale), size);
  const lines = contours().size([size[0] + 2, size[1] + 2]);
  const bands = [];
  for (const level of levelsOf(scale)) {
    yield;
    // Places are the middles of the cells that lines run between, after the first row and column of the margin.
    const rings = lines
      .contour(/** @type {any} */ (shares), level.share)
      .coordinates.flatMap((polygon) => polygon.map((ring) => ring.map(([x, y]) => ({ x: x - 1.5, y: y - 1.5 }))));
    bands.push({ ...level, rings });
  }
  return { size, extent, scale, filled: made, bands, better };
}

/** With a margin of one more point at each side, in which lines end, out of sight.
 * @param {Float64Array} shares @param {[number, number]} size */
function padded(shares, [nx, ny]) {
  const made = new Float64Array((nx + 2) * (ny + 2));
  for (let j = 0, k = 0; j < ny + 2; j++) {
    const row = Math.max(0, Math.min(ny - 1, j - 1)) * nx;
    for (let i = 0; i < nx + 2; i++, k++) made[k] = shares[row + Math.max(0, Math.min(nx - 1, i - 1))];
  }
  return made;
}

/** The frame that a grid of another extent fills when the plot shows `view`.
 * @param {Frame} frame @param {Extent} extent @param {Extent} view @returns {Frame} */
export function frameOf(frame, [x0, x1, y0, y1], view) {
  const { width, height, left, right, top, bottom } = frame;
  const [w, h] = [width - left - right, height - top - bottom];
  const x = (/** @type {number} */ at) => left + ((at - view[0]) / (view[1] - view[0])) * w;
  const y = (/** @type {number} */ at) => height - bottom - ((at - view[2]) / (view[3] - view[2])) * h;
  return { width, height, left: x(x0), right: width - x(x1), top: y(y1), bottom: height - y(y0) };
}

/** Where places of a grid lie in a plot, in px. @param {[number, number]} size @param {Frame} frame */
export function placer([nx, ny], { width, height, left, right, top, bottom }) {
  const [w, h] = [width - left - right, height - top - bottom];
  return {
    x: (/** @type {number} */ i) => left + (nx > 1 ? i / (nx - 1) : 0.5) * w,
    y: (/** @type {number} */ j) => height - bottom - (ny > 1 ? j / (ny - 1) : 0.5) * h,
  };
}

/** @param {CanvasRenderingContext2D} g @param {Ground | null} ground @param {Frame} frame in px of the canvas
 * @param {number} ratio px of the canvas in one of the page @param {Look} look
 * @param {Extent} [view] what the plot shows, where that is not all of the ground and nothing else
 * @returns {Generator<undefined, void>} */
export function* paint(g, ground, frame, ratio, { token, dark }, view) {
  const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
  g.clearRect(0, 0, g.canvas.width, g.canvas.height);
  g.save();
  g.beginPath();
  g.rect(frame.left, frame.top, w, h);
  g.clip();
  g.fillStyle = token('--ground');
  g.fill();
  if (ground) {
    const { size, bands, scale, filled: field, better } = ground;
    const own = frameOf(frame, ground.extent, view ?? ground.extent);
    const at = placer(size, own);
    const color = (/** @type {number} */ from, /** @type {number} */ to) => {
      const share = (from + to) / 2;
      return groundColor(better === 'low' ? 1 - share : share, dark);
    };
    const [left, top] = [Math.max(frame.left, own.left), Math.max(frame.top, own.top)];
    const right = frame.width - Math.max(frame.right, own.right);
    const bottom = frame.height - Math.max(frame.bottom, own.bottom);
    g.beginPath();
    g.rect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
    g.clip();
    g.fillStyle = color(0, bands[0]?.share ?? (scale.high > scale.low ? 1 : 0));
    g.fill();
    for (const [k, { rings, share }] of bands.entries()) {
      yield;
      trace(g, rings, at);
      g.fillStyle = color(share, bands[k + 1]?.share ?? 1);
      g.fill();
    }
    for (const { rings, labelled } of bands) {
      yield;
      trace(g, rings, at);
      g.strokeStyle = token('--mark');
      g.globalAlpha = labelled ? 0.85 : 0.4;
      g.lineWidth = ratio * (labelled ? 1.1 : 0.8);
      g.stroke();
    }
    g.globalAlpha = 1;
    cells(g, runsOf(field.states, size, UNKNOWN), at);
    g.fillStyle = token('--ground');
    g.fill();
    yield;
    const diverged = runsOf(field.states, size, DIVERGED);
    if (diverged.length) hatch(g, () => cells(g, diverged, at), frame, ratio, token);
  }
  g.restore();
}

/** @param {CanvasRenderingContext2D} g @param {Ring[]} rings @param {ReturnType<typeof placer>} at */
function trace(g, rings, at) {
  g.beginPath();
  for (const ring of rings) {
    // The last point is the first.
    for (let k = 0; k < ring.length - 1; k++) g[k ? 'lineTo' : 'moveTo'](at.x(ring[k].x), at.y(ring[k].y));
    g.closePath();
  }
}

/** @param {CanvasRenderingContext2D} g @param {[number, number, number][]} runs
 * @param {ReturnType<typeof placer>} at */
function cells(g, runs, at) {
  g.beginPath();
  for (const [first, last, j] of runs) {
    const [x, y] = [at.x(first - 0.5), at.y(j + 0.5)];
    g.rect(x, y, at.x(last + 0.5) - x, at.y(j - 0.5) - y);
  }
}

/** @param {CanvasRenderingContext2D} g @param {() => void} outline @param {Frame} frame @param {number} ratio
 * @param {Look['token']} token */
function hatch(g, outline, { width, height }, ratio, token) {
  g.save();
  outline();
  g.fillStyle = token('--surface');
  g.fill();
  g.clip();
  g.beginPath();
  for (let x = -height; x < width; x += HATCH * ratio) {
    g.moveTo(x, height);
    g.lineTo(x + height, 0);
  }
  g.strokeStyle = token('--mark');
  g.lineWidth = ratio;
  g.stroke();
  g.restore();
}

/** Paints a whole canvas that is as large as the frame, in the screen's own pixels.
 * @param {HTMLCanvasElement} canvas @param {Frame} frame
 * @param {(g: CanvasRenderingContext2D) => Iterable<unknown>} painting */
export function paintAll(canvas, { width, height }, painting) {
  const [w, h] = [width, height].map((side) => Math.round(side * pixelRatio()));
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const g = canvas.getContext('2d');
  if (g) for (const _ of painting(g));
}
