/**
 * The clock of a race: steps of training that all contestants share. Pure functions.
 *
 * @typedef {Pick<import('../../state/race.js').RacePath, 'steps' | 'loss' | 'last' | 'diverged_at'>} Track
 */

/** Steps that the clock stops at: all at which some path was written down. @param {Pick<Track, 'steps'>[]} paths */
export const stopsOf = (paths) => [...new Set(paths.flatMap(({ steps }) => steps))].sort((a, b) => a - b);

/** The point of a path at a step: the last one written down by then. @param {number[]} steps @param {number} step */
export function pointAt(steps, step) {
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle] <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A target that everyone reaches within this share of the way tells nobody apart. */
const SOON = 0.03;
/** @param {Pick<Track, 'loss'>} path @param {number} target */
const reachedBy = ({ loss }, target) => loss.some((one) => one <= target);

/** Whether steps took more than one gradient evaluation each.
 * @param {Pick<import('../../state/race.js').RacePath, 'steps' | 'evaluations'>} path */
export const costsMore = ({ steps, evaluations }) => Number(evaluations.at(-1)) > Number(steps.at(-1));

/** Whether a contestant is out of the race by a step. @param {Pick<Track, 'diverged_at'>} path @param {number} step */
export const isOut = ({ diverged_at: at }, step) => at !== null && at !== undefined && step >= at;

/** The first step at which a loss was at most so high; null where it never was.
 * @param {Pick<Track, 'steps' | 'loss'>} path @param {number} target */
export function reached({ steps, loss }, target) {
  const at = loss.findIndex((one) => one <= target);
  return at < 0 ? null : steps[at];
}

/** Whether all leave one place.
 * @param {Pick<import('../../state/race.js').RacePath, 'x' | 'y' | 'distance'>[]} paths */
export function isOneStart(paths) {
  const [first] = paths;
  if (!first) return true;
  const size = Math.max(...paths.flatMap(({ x, y }) => [...x, ...y].map((one) => Math.abs(one) || 0)), 1e-9);
  const near = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) <= 1e-4 * size;
  return paths.every(
    ({ x, y, distance }) => near(x[0], first.x[0]) && near(y[0], first.y[0]) && near(distance[0], first.distance[0]),
  );
}

/** A round loss that the best came below and the start was above; null where there is none, or everyone is there at
 * once.
 * @param {Pick<Track, 'loss'>[]} paths */
export function targetOf(paths) {
  const finite = paths.flatMap(({ loss }) => loss.filter(Number.isFinite));
  const best = finite.reduce((least, one) => Math.min(least, one), Infinity);
  const start = paths.reduce(
    (most, { loss }) => (Number.isFinite(loss[0]) ? Math.max(most, loss[0]) : most),
    -Infinity,
  );
  if (!(best > 0) || !Number.isFinite(start)) return null;
  const size = 10 ** Math.floor(Math.log10(best));
  const target = [1, 2, 5, 10, 20].map((one) => one * size).find((one) => one >= 1.25 * best);
  if (target === undefined || !Number.isFinite(target) || target >= start) return null;
  const round = Number(target.toPrecision(1));
  const soon = paths.every(
    (path) => path.loss.findIndex((one) => one <= round) / path.loss.length < SOON && reachedBy(path, round),
  );
  return soon ? null : round;
}

/** The span of the losses that curves show: of those who stayed, or where nobody did of all; null of none.
 * @param {Track[]} paths @param {number} [above] only losses above this @returns {[number, number] | null} */
export function spanOf(paths, above = -Infinity) {
  const stayed = paths.filter(({ diverged_at: at }) => at === null || at === undefined);
  let [low, high] = [Infinity, -Infinity];
  for (const { loss } of stayed.length ? stayed : paths)
    for (const one of loss)
      if (one > above && Number.isFinite(one)) [low, high] = [Math.min(low, one), Math.max(high, one)];
  return low <= high ? [low, high] : null;
}

/** Places of labels beside each other, as near as they can be to where they belong and so far apart.
 * @param {number[]} wanted @param {number} apart @param {[number, number]} within */
export function spread(wanted, apart, [top, bottom]) {
  const order = wanted.map((_, k) => k).sort((a, b) => wanted[a] - wanted[b]);
  const places = [...wanted];
  let edge = top;
  for (const k of order) {
    places[k] = Math.max(edge, Math.min(bottom, wanted[k]));
    edge = places[k] + apart;
  }
  edge = bottom;
  for (const k of order.reverse()) {
    places[k] = Math.min(edge, places[k]);
    edge = places[k] - apart;
  }
  return places;
}

/** Whose end the plane of paths goes through where it was laid through these: the first that stayed; -1 where nobody
 * did. @param {Pick<Track, 'diverged_at'>[]} paths */
export const throughOf = (paths) => paths.findIndex((path) => !isOut(path, Infinity));

/** Whether the plane was laid through other paths than these, as far as is known. @param {{start: unknown,
 * contestants: {changes: unknown[]}[]}} race */
export const isOlderPlane = ({ start, contestants }) =>
  Boolean(start) || contestants.some((one) => one.changes.length > 0);
