/**
 * The response surface of a stored run, coarse and in whole numbers, so that it can be drawn where no engine is
 * loaded. Pure.
 *
 * @typedef {{x: string, y: string, trial: number | null, measure?: string | null}} Cut the axes, the trial at whose
 *   other values it is cut, and what colours it where that is not the score
 * @typedef {object} SurfaceDocument
 * @property {string} x
 * @property {string} y
 * @property {number | null} trial
 * @property {number} columns
 * @property {number} rows
 * @property {number[]} shares expected shares in thousandths, row by row
 * @property {number[]} bare above 0 where nobody knows them, in thousandths
 */

/** Cells that a stored surface has at most, and those that the page stores. */
const MOST_CELLS = 10_000;
export const STORED = { columns: 24, rows: 18 };
const UNIT = 1000;
/** What is stored of a cell lies within this. */
const BOUND = 4;

/** A surface as it is stored. @param {Cut} cut
 * @param {Float64Array} surface of {@link STORED} cells, as the engine has it: expected shares, then where nobody
 *   knows them
 * @returns {SurfaceDocument} */
export function surfaceDocument({ x, y, trial }, surface) {
  const cells = STORED.columns * STORED.rows;
  const whole = (/** @type {Float64Array} */ values) =>
    Array.from(values, (value) => Math.round(UNIT * Math.max(-BOUND, Math.min(BOUND, value))));
  return { x, y, trial, ...STORED, shares: whole(surface.subarray(0, cells)), bare: whole(surface.subarray(cells)) };
}

/** A stored surface; null of what is none. @param {any} given */
export function readSurface(given) {
  if (typeof given !== 'object' || given === null) return null;
  const { x, y, trial, columns, rows, shares, bare } = given;
  const isCount = (/** @type {unknown} */ n) => Number.isSafeInteger(n) && Number(n) >= 2;
  const cells = columns * rows;
  const isGrid = (/** @type {unknown} */ list) =>
    Array.isArray(list) &&
    list.length === cells &&
    list.every((one) => Number.isFinite(one) && Math.abs(one) <= BOUND * UNIT);
  const isSound =
    typeof x === 'string' &&
    typeof y === 'string' &&
    (trial === null || Number.isSafeInteger(trial)) &&
    isCount(columns) &&
    isCount(rows) &&
    cells <= MOST_CELLS &&
    isGrid(shares) &&
    isGrid(bare);
  return isSound ? new StoredSurface(given) : null;
}

/** The weights of four neighbours at a place between the middle two (Catmull and Rom, 1974). @param {number} t */
const weights = (t) => [
  (t * (t * (2 - t) - 1)) / 2,
  (t * t * (3 * t - 5) + 2) / 2,
  (t * (t * (4 - 3 * t) + 1)) / 2,
  (t * t * (t - 1)) / 2,
];

/** Cells of a line between those of a coarser one. @param {number} n @param {number} from */
function places(n, from) {
  return Array.from({ length: n }, (_, k) => {
    const at = ((k + 0.5) * from) / n - 0.5;
    const first = Math.floor(at);
    const near = [-1, 0, 1, 2].map((by) => Math.max(0, Math.min(from - 1, first + by)));
    return { near, weights: weights(at - first) };
  });
}

export class StoredSurface {
  /** @param {SurfaceDocument} document */
  constructor(document) {
    /** @private */ this.document = document;
    /** @private @type {{key: string, surface: Float64Array} | null} */ this.last = null;
  }

  /** Whether it is what is asked for. @param {Cut} cut */
  fits({ x, y, trial, measure }) {
    const { document } = this;
    return document.x === x && document.y === y && document.trial === trial && !measure;
  }

  /** As the engine has a surface of so many cells. @param {number} columns @param {number} rows */
  drawn(columns, rows) {
    const key = `${columns} ${rows}`;
    if (this.last?.key === key) return this.last.surface;
    const { shares, bare, columns: nx, rows: ny } = this.document;
    const [across, up] = [places(columns, nx), places(rows, ny)];
    const surface = new Float64Array(2 * columns * rows);
    for (const [part, grid] of [shares, bare].entries())
      for (let j = 0, k = part * columns * rows; j < rows; j++)
        for (let i = 0; i < columns; i++, k++) {
          let sum = 0;
          for (let b = 0; b < 4; b++)
            for (let a = 0; a < 4; a++)
              sum += across[i].weights[a] * up[j].weights[b] * grid[up[j].near[b] * nx + across[i].near[a]];
          surface[k] = sum / UNIT;
        }
    this.last = { key, surface };
    return surface;
  }
}
