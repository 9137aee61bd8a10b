import { FINITE } from '../../figures/ground/grid.js';
import { groundRgb } from '../../figures/ground/ground.js';

/**
 * A ground as a surface in space, of triangles between the points that are known. Where a point has no finite score
 * there is a hole, and nothing is made up to fill it. What takes long of a large ground is worked out in small steps.
 *
 * @typedef {[number, number, number]} Vector in the scene: to the right, up, towards the reader
 * @typedef {{u: number, v: number, share: number}} Spot `u` and `v` from 0 to 1 along the plane's sides, `share` of
 *   the height
 * @typedef {{size: [number, number], shares: Float64Array}} Relief heights as shares, row by row; NaN in a hole
 * @typedef {[number, number, number, number]} Extent
 */

/** The scene's box: the plane's sides and the height of its highest score. */
export const BOX = { width: 1.35, height: 0.5, depth: 1 };
/** Places that lie so near to a line, in cells, lie on it. */
const SLACK = 1e-9;
/** Points and triangles of one step, of what is worked out in steps. */
const STRIDE = 256;
/** Sides of a tube. */
const SIDES = 7;
/** Light falls from above and from the left; what it misses is darker by this share. In the dark, where the lowest
 * colour is that of the page, what it meets is brighter by so much instead. */
const LIGHT = [-0.45, 0.8, 0.4];
const SHADE = 0.22;
const GLOW = 0.09;

/** @param {Pick<import('../../figures/ground/ground.js').Ground, 'size' | 'scale' | 'filled'>} ground
 * @returns {Relief} */
export function reliefOf({ size, scale, filled }) {
  const shares = Float64Array.from(filled.values, (value, k) =>
    filled.states[k] === FINITE ? scale.share(value) : NaN,
  );
  return { size, shares };
}

/** @param {Spot} spot @param {number} [lift] above the surface, in the scene @returns {Vector} */
export const worldOf = ({ u, v, share }, lift = 0) => [
  (u - 0.5) * BOX.width,
  share * BOX.height + lift,
  (0.5 - v) * BOX.depth,
];

/** The triangles of a cell, by their points: two where all four corners are known, one where three are.
 * @param {Relief} relief @param {number} i @param {number} j @returns {[number, number, number][]} */
function cell({ size: [nx], shares }, i, j) {
  const a = j * nx + i;
  const [b, c, d] = [a + 1, a + nx, a + nx + 1];
  const missing = [a, b, c, d].filter((k) => Number.isNaN(shares[k]));
  if (missing.length > 1) return [];
  if (missing.length === 1) {
    const [hole] = missing;
    if (hole === a) return [[b, d, c]];
    if (hole === b) return [[a, d, c]];
    return hole === c ? [[a, b, d]] : [[a, b, c]];
  }
  // The flatter diagonal follows ridges and valleys.
  return Math.abs(shares[a] - shares[d]) <= Math.abs(shares[b] - shares[c])
    ? [
        [a, b, d],
        [a, d, c],
      ]
    : [
        [a, b, c],
        [b, d, c],
      ];
}

/** All triangles. @param {Relief} relief @returns {Generator<undefined, [number, number, number][]>} */
export function* trianglesOf(relief) {
  const [nx, ny] = relief.size;
  const found = [];
  for (let j = 0; j + 1 < ny; j++) {
    yield;
    for (let i = 0; i + 1 < nx; i++) found.push(...cell(relief, i, j));
  }
  return found;
}

/** Where the surface ends, at its edges and at holes: sides that one triangle alone has, as pairs of points.
 * @param {[number, number, number][]} triangles @param {number} points how many there are
 * @returns {Generator<undefined, number[]>} */
export function* rimOf(triangles, points) {
  /** @type {Set<number>} */
  const single = new Set();
  const side = (/** @type {number} */ from, /** @type {number} */ to) => {
    const key = Math.min(from, to) * points + Math.max(from, to);
    if (!single.delete(key)) single.add(key);
  };
  for (const [k, [a, b, c]] of triangles.entries()) {
    if (k % STRIDE === 0) yield;
    side(a, b);
    side(b, c);
    side(c, a);
  }
  return [...single].flatMap((key) => [Math.floor(key / points), key % points]);
}

/** @param {Relief} relief @param {number} k @returns {Spot} */
export const spotOf = ({ size: [nx, ny], shares }, k) => ({
  u: (k % nx) / Math.max(1, nx - 1),
  v: Math.floor(k / nx) / Math.max(1, ny - 1),
  share: shares[k],
});

/** The surface's height at a place, on its triangle; NaN in a hole and beside the surface.
 * @param {Relief} relief @param {number} u @param {number} v */
export function heightAt(relief, u, v) {
  const [nx, ny] = relief.size;
  if (!(u >= 0 && u <= 1 && v >= 0 && v <= 1) || nx < 2 || ny < 2) return NaN;
  const [x, y] = [u * (nx - 1), v * (ny - 1)];
  // On the border of two cells either will do, as the other may have a hole.
  for (const j of cellsAt(y, ny))
    for (const i of cellsAt(x, nx))
      for (const points of cell(relief, i, j)) {
        const [p, q, r] = points.map((k) => ({ x: k % nx, y: Math.floor(k / nx), h: relief.shares[k] }));
        const area = (q.x - p.x) * (r.y - p.y) - (r.x - p.x) * (q.y - p.y);
        const b = ((x - p.x) * (r.y - p.y) - (r.x - p.x) * (y - p.y)) / area;
        const c = ((q.x - p.x) * (y - p.y) - (x - p.x) * (q.y - p.y)) / area;
        if (b >= -SLACK && c >= -SLACK && b + c <= 1 + SLACK) return p.h + b * (q.h - p.h) + c * (r.h - p.h);
      }
  return NaN;
}

/** @param {number} at @param {number} n points */
const cellsAt = (at, n) => {
  const cells = [at - SLACK, at + SLACK].map((one) => Math.max(0, Math.min(n - 2, Math.floor(one))));
  return new Set(cells);
};

/** Lines of equal height on the triangles, as pairs of places.
 * @param {Relief} relief @param {[number, number, number][]} triangles @param {number[]} levels shares
 * @returns {Generator<undefined, Spot[]>} */
export function* contoursOf(relief, triangles, levels) {
  /** @type {Spot[]} */
  const made = [];
  for (const [n, triangle] of triangles.entries()) {
    if (n % STRIDE === 0) yield;
    const spots = triangle.map((k) => spotOf(relief, k));
    for (const level of levels) {
      const above = spots.map(({ share }) => share >= level);
      if (above[0] === above[1] && above[1] === above[2]) continue;
      for (const [from, to] of [
        [0, 1],
        [1, 2],
        [2, 0],
      ]) {
        if (above[from] === above[to]) continue;
        const [p, q] = [spots[from], spots[to]];
        const at = (level - p.share) / (q.share - p.share);
        made.push({ u: p.u + at * (q.u - p.u), v: p.v + at * (q.v - p.v), share: level });
      }
    }
  }
  return made;
}

/** Colours of the points, from 0 to 1: those of the picture from above, as the light falls on the slope.
 * @param {Relief} relief @param {'low' | 'high'} better @param {boolean} dark
 * @returns {Generator<undefined, Float32Array<ArrayBuffer>>} */
export function* colorsOf(relief, better, dark) {
  const [nx, ny] = relief.size;
  const { shares } = relief;
  const colors = new Float32Array(3 * shares.length);
  const long = Math.hypot(...LIGHT);
  const slope = (/** @type {number} */ k, /** @type {number} */ before, /** @type {number} */ after) => {
    const [low, high] = [shares[before], shares[after]];
    if (Number.isNaN(low)) return Number.isNaN(high) ? 0 : high - shares[k];
    return Number.isNaN(high) ? shares[k] - low : (high - low) / (after === k || before === k ? 1 : 2);
  };
  for (let k = 0; k < shares.length; k++) {
    if (k % STRIDE === 0) yield;
    if (Number.isNaN(shares[k])) continue;
    const [i, j] = [k % nx, Math.floor(k / nx)];
    const dx = (slope(k, i ? k - 1 : k, i < nx - 1 ? k + 1 : k) * BOX.height * (nx - 1)) / BOX.width;
    const dz = (-slope(k, j ? k - nx : k, j < ny - 1 ? k + nx : k) * BOX.height * (ny - 1)) / BOX.depth;
    const lit = (-dx * LIGHT[0] + LIGHT[1] - dz * LIGHT[2]) / (long * Math.hypot(dx, 1, dz));
    const shade = dark ? 1 : 1 - SHADE * (1 - Math.max(0, lit));
    const glow = dark ? GLOW * Math.max(0, lit) : 0;
    const rgb = groundRgb(better === 'low' ? 1 - shares[k] : shares[k], dark);
    for (let c = 0; c < 3; c++) colors[3 * k + c] = (rgb[c] / 255) * shade + glow;
  }
  return colors;
}

/** A place of the plane as a place of the surface. @param {Extent} extent @param {number} x @param {number} y */
export const sharesAt = ([x0, x1, y0, y1], x, y) => ({ u: (x - x0) / (x1 - x0), v: (y - y0) / (y1 - y0) });

/** The part of a straight line that lies on the plane's piece, as shares of the line; null where none does.
 * @param {{u: number, v: number}} from @param {{u: number, v: number}} to @returns {[number, number] | null} */
export function inside(from, to) {
  let [first, last] = [0, 1];
  for (const side of /** @type {const} */ (['u', 'v'])) {
    const [a, way] = [from[side], to[side] - from[side]];
    if (!Number.isFinite(a) || !Number.isFinite(way)) return null;
    if (way === 0 && (a < 0 || a > 1)) return null;
    if (way === 0) continue;
    const [enter, leave] = way > 0 ? [-a / way, (1 - a) / way] : [(1 - a) / way, -a / way];
    first = Math.max(first, enter);
    last = Math.min(last, leave);
  }
  return first <= last ? [first, last] : null;
}

/** A path laid on the surface, in pieces: it ends where the surface does, and before a hole.
 * @param {Relief} relief @param {Extent} extent @param {{x: ArrayLike<number>, y: ArrayLike<number>}} path
 * @returns {Generator<undefined, Spot[][]>} */
export function* laidOn(relief, extent, { x, y }) {
  const [nx, ny] = relief.size;
  /** @type {Spot[][]} */
  const pieces = [];
  /** @type {Spot[]} */
  let piece = [];
  const end = () => {
    if (piece.length > 1) pieces.push(piece);
    piece = [];
  };
  const add = (/** @type {{u: number, v: number}} */ { u, v }) => {
    const last = piece.at(-1);
    if (last && last.u === u && last.v === v) return;
    const share = heightAt(relief, u, v);
    if (Number.isNaN(share)) end();
    else piece.push({ u, v, share });
  };
  for (let k = 0; k + 1 < x.length; k++) {
    yield;
    const [from, to] = [sharesAt(extent, x[k], y[k]), sharesAt(extent, x[k + 1], y[k + 1])];
    const part = inside(from, to);
    if (!part) {
      end();
      continue;
    }
    const [first, last] = part;
    const at = (/** @type {number} */ share) => ({
      u: Math.max(0, Math.min(1, from.u + share * (to.u - from.u))),
      v: Math.max(0, Math.min(1, from.v + share * (to.v - from.v))),
    });
    if (first > 0) end();
    // Twice in each cell, so that no ridge is cut through.
    const cells = Math.max((nx - 1) * Math.abs(to.u - from.u), (ny - 1) * Math.abs(to.v - from.v)) * (last - first);
    const n = Math.max(1, Math.ceil(2 * cells));
    for (let m = 0; m <= n; m++) add(at(first + (m / n) * (last - first)));
    if (last < 1) end();
  }
  end();
  return pieces;
}

/** @param {Vector} a @param {Vector} b @returns {Vector} */
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
/** @param {Vector} a @param {Vector} fallback @returns {Vector} */
const unit = (a, fallback) => {
  const long = Math.hypot(...a);
  return long > 1e-12 ? [a[0] / long, a[1] / long, a[2] / long] : fallback;
};

/** A tube around a line, as triangles. @param {Vector[]} line @param {number} radius */
export function tubeOf(line, radius) {
  const positions = new Float32Array(3 * SIDES * line.length);
  const indices = new Uint32Array(6 * SIDES * Math.max(0, line.length - 1));
  /** @type {Vector} */ let way = [1, 0, 0];
  let [at, next] = [0, 0];
  for (const [k, point] of line.entries()) {
    const [before, after] = [line[Math.max(0, k - 1)], line[Math.min(line.length - 1, k + 1)]];
    way = unit([after[0] - before[0], after[1] - before[1], after[2] - before[2]], way);
    const across = unit(cross(way, [0, 1, 0]), [1, 0, 0]);
    const up = cross(across, way);
    for (let side = 0; side < SIDES; side++) {
      const turn = (2 * Math.PI * side) / SIDES;
      for (let c = 0; c < 3; c++)
        positions[at++] = point[c] + radius * (Math.cos(turn) * across[c] + Math.sin(turn) * up[c]);
      if (k + 1 === line.length) continue;
      const [a, b] = [k * SIDES + side, k * SIDES + ((side + 1) % SIDES)];
      for (const one of [a, a + SIDES, b, b, a + SIDES, b + SIDES]) indices[next++] = one;
    }
  }
  return { positions, indices };
}
