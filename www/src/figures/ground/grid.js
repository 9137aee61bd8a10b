import { logSteps, steps } from '../../study/scale.js';

/**
 * A plane's grid of scores as it can be drawn at any time: what is known as it is, the rest from coarse points around
 * it. Where a network diverged there is no score, and none is made up.
 *
 * @typedef {{size: [number, number], values: Float64Array, known: Uint8Array, step: number}} Field scores row by row,
 *   y upwards; every `step`-th point of every `step`-th row is known,
 *   and the last ones
 * @typedef {{values: Float64Array, states: Uint8Array}} Filled
 * @typedef {{low: number, high: number, log: boolean, share: (value: number) => number}} Scale shares from 0 at the
 *   lowest score to 1 at the highest
 * @typedef {{value: number, share: number, labelled: boolean}} Level
 */

export const UNKNOWN = 0;
export const FINITE = 1;
export const DIVERGED = 2;

/** About so many lines are drawn, and so many of them have a number. */
const LINES = 16;
const LABELS = 5;

/** @param {Field} field @returns {Filled} */
export function filled({ size: [nx, ny], values, known, step }) {
  const made = { values: new Float64Array(nx * ny).fill(NaN), states: new Uint8Array(nx * ny) };
  const every = Math.max(1, Math.floor(step) || 1);
  const stateOf = (/** @type {number} */ k) => (!known[k] ? UNKNOWN : Number.isFinite(values[k]) ? FINITE : DIVERGED);
  const [columns, rows] = [placesOf(nx, every), placesOf(ny, every)];
  for (let j = 0, k = 0; j < ny; j++) {
    for (let i = 0; i < nx; i++, k++) {
      let state = stateOf(k);
      let value = values[k];
      if (state === UNKNOWN) {
        const [x, y] = [columns[i], rows[j]];
        const corners = [y.low * nx + x.low, y.low * nx + x.high, y.high * nx + x.low, y.high * nx + x.high];
        const states = corners.map(stateOf);
        if (states.every((one) => one === FINITE)) {
          const [a, b, c, d] = corners.map((one) => values[one]);
          const [below, above] = [mix(a, b, x.share), mix(c, d, x.share)];
          [state, value] = [FINITE, mix(below, above, y.share)];
        } else {
          // Beside a point that diverged, or is not there yet, the nearest one stands for its block.
          const near = (x.share < 0.5 ? 0 : 1) + (y.share < 0.5 ? 0 : 2);
          [state, value] = [states[near], values[corners[near]]];
        }
      }
      made.states[k] = state;
      if (state === FINITE) made.values[k] = value;
    }
  }
  return made;
}

/** The coarse places around each of `n`, the last of which is one. @param {number} n @param {number} every */
const placesOf = (n, every) =>
  Array.from({ length: n }, (_, i) => {
    const low = i - (i % every);
    const high = Math.min(n - 1, low + every);
    return { low, high, share: high > low ? (i - low) / (high - low) : 0 };
  });

/** @param {number} a @param {number} b @param {number} share */
const mix = (a, b, share) => a * (1 - share) + b * share;

/**
 * What the scores reach from and to, on a logarithm where that was asked for and some lie above 0; those that do not
 * are as low as the lowest that does. Null where there is no score.
 * @param {Filled} field
 * @param {boolean} log
 * @returns {Scale | null}
 */
export function scaleOf({ values, states }, log) {
  let [low, high, above] = [Infinity, -Infinity, Infinity];
  for (let k = 0; k < values.length; k++) {
    if (states[k] !== FINITE) continue;
    low = Math.min(low, values[k]);
    high = Math.max(high, values[k]);
    if (values[k] > 0) above = Math.min(above, values[k]);
  }
  if (low > high) return null;
  const logs = log && high > 0;
  const least = logs ? above : low;
  const to = logs ? Math.log : (/** @type {number} */ value) => value / 2;
  const [from, span] = [to(least), to(high) - to(least)];
  const share = (/** @type {number} */ value) =>
    !(span > 0) || value <= least ? 0 : Math.min(1, (to(value) - from) / span);
  return { low: least, high, log: logs, share };
}

/** Round scores that lines are drawn at and labelled with, and lines at equal steps between them, in rising order.
 * @param {Scale} scale @returns {Level[]} */
export function levelsOf(scale) {
  const { low, high, log } = scale;
  // One score everywhere has no lines.
  if (!scale.share(high)) return [];
  const inside = (/** @type {number} */ share) => share > 0.002 && share < 0.998;
  const round = (log ? logSteps(low, high, LABELS) : steps(low, high, LABELS))
    .map((value) => ({ value, share: scale.share(value), labelled: true }))
    .filter((one) => inside(one.share));
  const between = Math.min(LINES, Math.max(0, Math.round(LINES / (round.length + 1)) - 1));
  const ends = [{ value: low, share: 0 }, ...round, { value: high, share: 1 }];
  const all = ends.flatMap((one, k) => {
    const next = ends[k + 1];
    if (!next) return [];
    // The first and the last gap are only a part of a step.
    const n = Math.round(between * Math.min(1, (next.share - one.share) * (round.length + 1)));
    const lines = Array.from({ length: n }, (_, m) => {
      const share = mix(one.share, next.share, (m + 1) / (n + 1));
      const value = log ? Math.exp(mix(Math.log(low), Math.log(high), share)) : 2 * mix(low / 2, high / 2, share);
      return { value, share, labelled: false };
    });
    return k ? [round[k - 1], ...lines] : lines;
  });
  return all.filter((one, k) => inside(one.share) && (!k || one.share > all[k - 1].share));
}

/**
 * The scores as shares of their scale; a point without one has that of the nearest that has, so that no line leans
 * towards a score that is not there. What is drawn over such points hides it.
 * @param {Filled} field @param {[number, number]} size @param {Scale} scale
 */
export function sharesOf({ values, states }, [nx, ny], scale) {
  const shares = new Float64Array(nx * ny);
  const queue = new Int32Array(nx * ny);
  const seen = new Uint8Array(nx * ny);
  let n = 0;
  for (let k = 0; k < shares.length; k++) {
    if (states[k] !== FINITE) continue;
    shares[k] = scale.share(values[k]);
    seen[k] = 1;
    queue[n++] = k;
  }
  for (let head = 0; head < n; head++) {
    const k = queue[head];
    const i = k % nx;
    for (const next of [i ? k - 1 : -1, i < nx - 1 ? k + 1 : -1, k - nx, k + nx]) {
      if (next < 0 || next >= shares.length || seen[next]) continue;
      seen[next] = 1;
      shares[next] = shares[k];
      queue[n++] = next;
    }
  }
  return shares;
}

/** Points of one state as runs along their rows: first column, last column, row.
 * @param {Uint8Array} states @param {[number, number]} size @param {number} state
 * @returns {[number, number, number][]} */
export function runsOf(states, [nx, ny], state) {
  /** @type {[number, number, number][]} */
  const runs = [];
  for (let j = 0; j < ny; j++)
    for (let i = 0; i < nx; i++) {
      if (states[j * nx + i] !== state) continue;
      const first = i;
      while (i + 1 < nx && states[j * nx + i + 1] === state) i++;
      runs.push([first, i, j]);
    }
  return runs;
}

/** The place of a column or row in a plane's own coordinates.
 * @param {number} at @param {number} n @param {number} from @param {number} to */
export const placeOf = (at, n, from, to) => (n > 1 ? mix(from, to, at / (n - 1)) : from);

/** The column or row nearest to a share of the side. @param {number} share @param {number} n */
export const nearestTo = (share, n) => Math.max(0, Math.min(n - 1, Math.round(share * (n - 1)) || 0));
