/**
 * The response surface between the trials: a Gaussian process with a linear mean over the two axes, each scaled to
 * [0, 1]. It is drawn only where the trials determine it, and not where the nearest outcomes diverged.
 *
 * @typedef {{x: number, y: number, z: number}} Point position in the unit square, and log loss
 */

/** How far a trial speaks for its surroundings, as a share of an axis. */
const REACH = 0.3;
/** Variance of what the two axes do not explain, as a share of the process's own. */
const NOISE = 0.12;
/** Where the posterior keeps more than this share of the prior's variance, there is nothing to draw. */
const UNKNOWN = 0.62;
/** How near a diverged trial must be to count. */
const NEAR = 0.07;
/** More points than this are thinned: the fit costs the third power of their number. */
const MOST = 300;
/** The variance is smooth, so it is worked out on this many cells a side and interpolated. */
const COARSE = 13;

/** Larger outcomes have no sum. */
const HIGHEST = 1e100;

/** Whether a place lies about the unit square. @param {{x: number, y: number}} point */
const isPlace = ({ x, y }) => Math.abs(x) <= 10 && Math.abs(y) <= 10;

/**
 * A share of a list, by the golden ratio, which falls in step with no grid.
 * @template T
 * @param {T[]} list
 * @param {number} share
 */
const thin = (list, share) => (share < 1 ? list.filter((_, k) => (k * 0.6180339887498949) % 1 < share) : list);

/** @param {number} dx @param {number} dy */
const kernel = (dx, dy) => Math.exp(-(dx * dx + dy * dy) / (2 * REACH * REACH));

/** Lower triangle of the Cholesky factor, or null when rounding has made the matrix indefinite.
 * @param {Float64Array} a @param {number} n */
function* cholesky(a, n) {
  for (let j = 0; j < n; j++) {
    yield;
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      if (i === j) {
        if (!(sum > 0)) return null;
        a[j * n + j] = Math.sqrt(sum);
      } else a[i * n + j] = sum / a[j * n + j];
    }
  }
  return a;
}

/** Least squares plane through the points, with a little shrinkage so that few points do not tilt it.
 * @param {Point[]} points */
function plane(points) {
  const n = points.length;
  const mean = (/** @type {(p: Point) => number} */ f) => points.reduce((sum, p) => sum + f(p), 0) / n;
  const [mx, my, mz] = [mean((p) => p.x), mean((p) => p.y), mean((p) => p.z)];
  let [xx, xy, yy, xz, yz] = [0.5, 0, 0.5, 0, 0];
  for (const p of points) {
    const [dx, dy, dz] = [p.x - mx, p.y - my, p.z - mz];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
    xz += dx * dz;
    yz += dy * dz;
  }
  const det = xx * yy - xy * xy;
  const [bx, by] = det > 1e-9 ? [(xz * yy - yz * xy) / det, (yz * xx - xz * xy) / det] : [0, 0];
  return (/** @type {number} */ x, /** @type {number} */ y) => mz + bx * (x - mx) + by * (y - my);
}

/**
 * Distinct values that an axis needs for a fit: between two of them every shape is a guess, on one there is no area.
 */
const PLACES = 3;

/** Whether trials lie at enough values of both hyperparameters for a fit between them.
 * @param {Map<number, {params: Record<string, unknown>}>} trials @param {string} x @param {string} y */
export function hasArea(trials, x, y) {
  const [across, up] = [new Set(), new Set()];
  for (const { params } of trials.values()) {
    if (typeof params[x] !== 'number' || typeof params[y] !== 'number') continue;
    if (across.size < PLACES) across.add(params[x]);
    if (up.size < PLACES) up.add(params[y]);
    if (across.size === PLACES && up.size === PLACES) return true;
  }
  return false;
}

/** Evaluates the fit on a grid of cells, row by row from y = 0, in small steps; null when there are too few points.
 * Where `bare` is above 0 the fit is not to be drawn.
 * @param {Point[]} given @param {{x: number, y: number}[]} diverged @param {number} columns @param {number} rows
 * @returns {Generator<undefined, {values: Float64Array, bare: Float64Array} | null>} */
export function* fitSurface(given, diverged, columns, rows) {
  const sound = given.filter((one) => isPlace(one) && Math.abs(one.z) <= HIGHEST);
  if (sound.length < 4) return null;
  const share = Math.min(1, MOST / Math.max(sound.length, diverged.length));
  const points = thin(sound, share);
  const failed = thin(diverged.filter(isPlace), share);
  const n = points.length;
  const trend = plane(points);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) matrix[i * n + j] = kernel(points[i].x - points[j].x, points[i].y - points[j].y);
    matrix[i * n + i] += NOISE;
  }
  const factor = yield* cholesky(matrix, n);
  if (!factor) return null;
  const weights = solve(
    factor,
    n,
    points.map((p) => p.z - trend(p.x, p.y)),
  );
  const unknown = yield* varianceGrid(points, factor);
  const values = new Float64Array(columns * rows);
  const bare = new Float64Array(columns * rows);
  for (let r = 0; r < rows; r++) {
    yield;
    for (let c = 0; c < columns; c++) {
      const [x, y] = [(c + 0.5) / columns, (r + 0.5) / rows];
      let value = trend(x, y);
      for (let i = 0; i < n; i++) value += kernel(x - points[i].x, y - points[i].y) * weights[i];
      values[r * columns + c] = value;
      bare[r * columns + c] = Math.max(unknown(x, y) - UNKNOWN, 0.3 * divergence(x, y, points, failed));
    }
  }
  return { values, bare };
}

/** The share of the prior's variance that is left, as a function of the place.
 * @param {Point[]} points @param {Float64Array} factor */
function* varianceGrid(points, factor) {
  const n = points.length;
  const side = COARSE + 1;
  const left = new Float64Array(side * side);
  const k = new Float64Array(n);
  for (let cell = 0; cell < left.length; cell++) {
    yield;
    const [x, y] = [(cell % side) / COARSE, Math.floor(cell / side) / COARSE];
    let known = 0;
    for (let i = 0; i < n; i++) {
      let sum = kernel(x - points[i].x, y - points[i].y);
      for (let j = 0; j < i; j++) sum -= factor[i * n + j] * k[j];
      k[i] = sum / factor[i * n + i];
      known += k[i] * k[i];
    }
    left[cell] = 1 - known;
  }
  return (/** @type {number} */ x, /** @type {number} */ y) => {
    const [u, v] = [Math.min(COARSE - 1e-9, x * COARSE), Math.min(COARSE - 1e-9, y * COARSE)];
    const [c, r] = [Math.floor(u), Math.floor(v)];
    const [fx, fy] = [u - c, v - r];
    const at = r * side + c;
    return (
      (left[at] * (1 - fx) + left[at + 1] * fx) * (1 - fy) +
      (left[at + side] * (1 - fx) + left[at + side + 1] * fx) * fy
    );
  };
}

/** @param {Float64Array} l @param {number} n @param {number[]} right */
function solve(l, n, right) {
  const x = Float64Array.from(right);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) x[i] -= l[i * n + j] * x[j];
    x[i] /= l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i] -= l[j * n + i] * x[j];
    x[i] /= l[i * n + i];
  }
  return x;
}

/** From -1 where the trials nearby trained to 1 where they diverged.
 * @param {number} x @param {number} y @param {Point[]} points @param {{x: number, y: number}[]} diverged */
function divergence(x, y, points, diverged) {
  if (!diverged.length) return -1;
  const weight = (/** @type {{x: number, y: number}} */ p) =>
    Math.exp(-((x - p.x) ** 2 + (y - p.y) ** 2) / (2 * NEAR * NEAR));
  let [bad, good] = [0, 1e-9];
  for (const p of diverged) bad += weight(p);
  if (bad < 1e-6) return -1;
  for (const p of points) good += weight(p);
  return (bad - good) / (bad + good);
}
