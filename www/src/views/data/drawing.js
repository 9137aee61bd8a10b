/**
 * Points that a reader draws: two coordinates from -1 to 1 and a class. Pure.
 *
 * @typedef {{x: number, y: number, of: number}} Point
 */

/** Points of a drawing, at most. */
export const MOST_POINTS = 2000;
export const CLASSES = 4;
/** Points of a stroke lie so far apart, in the plane's units. */
const APART = 0.05;
/** A brush spreads its points over so much. */
const SPREAD = 0.06;
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/** Coordinates as the table has them. @param {number} value */
const placed = (value) => Math.round(100 * Math.max(-1, Math.min(1, value))) / 100;

/** The k-th place around a point, the same each time. @param {number} k */
const around = (k) => {
  const far = SPREAD * Math.sqrt(((k * 0.618034) % 1) + 0.02);
  return [far * Math.cos(k * GOLDEN), far * Math.sin(k * GOLDEN)];
};

/** A stroke of the brush: points of a class along a line, a little spread.
 * @param {Point[]} points @param {[number, number]} from @param {[number, number]} to @param {number} of */
export function stroke(points, from, to, of) {
  const far = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const n = Math.max(1, Math.min(60, Math.round(far / APART)));
  const added = [];
  for (let k = 1; k <= n && points.length + added.length < MOST_POINTS; k++) {
    const [dx, dy] = around(points.length + added.length);
    const at = k / n;
    added.push(dot(from[0] + at * (to[0] - from[0]) + dx, from[1] + at * (to[1] - from[1]) + dy, of));
  }
  return [...points, ...added];
}

/** @param {number} x @param {number} y @param {number} of @returns {Point} */
export const dot = (x, y, of) => ({ x: placed(x), y: placed(y), of });

/** Without the points near a place. @param {Point[]} points @param {[number, number]} at @param {number} [reach] */
export const erased = (points, [x, y], reach = 0.1) =>
  points.filter((one) => Math.hypot(one.x - x, one.y - y) > reach);

/** Rows of each class. @param {Point[]} points */
export function counts(points) {
  const found = new Array(CLASSES).fill(0);
  for (const { of } of points) found[of]++;
  return found;
}

/** Whether a study can be made of it: two classes, and as many points as a study needs. @param {Point[]} points */
export const isEnough = (points) => points.length >= 10 && counts(points).filter((n) => n > 0).length > 1;

/** The drawing as a table. @param {Point[]} points */
export const tableOf = (points) =>
  `x1,x2,class\n${points.map(({ x, y, of }) => `${x},${y},${'abcd'[of]}`).join('\n')}\n`;

/** Drawings to start from. @type {Record<string, () => Point[]>} */
export const STARTERS = {
  heart: () =>
    scattered(
      220,
      (x, y) => ((x * 1.25) ** 2 + (y * 1.25) ** 2 - 0.6) ** 3 - (x * 1.25) ** 2 * (y * 1.25) ** 3 * 1.6 < 0,
    ),
  stripes: () => scattered(200, (x, y) => Math.floor((x + y) * 1.5 + 10) % 2 === 0),
  face: () =>
    scattered(240, (x, y) => {
      const isEye = Math.hypot(Math.abs(x) - 0.35, y - 0.35) < 0.17;
      const isMouth = Math.abs(Math.hypot(x, y - 0.05) - 0.6) < 0.12 && y < -0.1;
      return isEye || isMouth;
    }),
  islands: () => scattered(240, (x, y) => Math.sin(4 * x) * Math.sin(4 * y) > 0.35),
};

/** Points spread evenly over the square, in two classes.
 * @param {number} n @param {(x: number, y: number) => boolean} inside */
const scattered = (n, inside) =>
  Array.from({ length: n }, (_, k) => {
    const [x, y] = [2 * (((k + 0.5) * 0.7548776662) % 1) - 1, 2 * (((k + 0.5) * 0.5698402909) % 1) - 1];
    return dot(0.95 * x, 0.95 * y, inside(0.95 * x, 0.95 * y) ? 1 : 0);
  });
