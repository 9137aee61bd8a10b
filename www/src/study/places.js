import { spanOf } from './joint.js';
import { axisOf, shareOf } from './scale.js';
import { sweptOf } from './hyperparameters.js';

/**
 * Trials as places of a cube: what two axes of a figure and the other swept hyperparameters make of them.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Value} Value
 * @typedef {import('./scale.js').Axis} Axis
 * @typedef {{params: Record<string, Value>}} Placed
 * @typedef {object} Places
 * @property {number} dimensions numbers of a place: along the two axes, then along each of the others
 * @property {Float64Array} scored each trial's place and score
 * @property {Float64Array} diverged each diverged trial's place
 * @property {Float64Array} at where the others are seen
 */

/** A value's place on an axis, from 0 to 1. @param {Axis} axis @param {any} value */
const unit = (axis, value) => shareOf(axis, axis.to(value));

/** The swept hyperparameters that lie on neither axis. @param {Study} study @param {{x: Axis, y: Axis}} axes */
export const othersOf = (study, axes) =>
  sweptOf(study)
    .map(({ name }) => name)
    .filter((name) => name !== axes.x.name && name !== axes.y.name);

/**
 * @template {Placed} T
 * @param {Study} study
 * @param {{x: Axis, y: Axis}} axes
 * @param {Iterable<T>} trials
 * @param {(trial: T) => number | 'diverged'} score not finite of a trial that has none
 * @param {Placed | null} seen the trial at whose other values the surface is cut; null for none: all trials count,
 *   whatever their others
 * @returns {Places}
 */
export function placesOf(study, axes, trials, score, seen) {
  const others = seen ? othersOf(study, axes) : [];
  const across = others.map((name) => {
    const axis = axisOf(name, spanOf(study, name));
    const own = seen?.params[name];
    // A name is the one that is seen or it is not; a value that a trial does not have says nothing.
    const to = (/** @type {any} */ value) =>
      own === undefined || value === undefined || value === null
        ? null
        : axis.numeric
          ? unit(axis, value)
          : Number(JSON.stringify(value) !== JSON.stringify(own));
    return { name, to, at: to(own) ?? 0 };
  });
  /** @type {number[]} */
  const scored = [];
  /** @type {number[]} */
  const diverged = [];
  for (const trial of trials) {
    const place = [unit(axes.x, trial.params[axes.x.name]), unit(axes.y, trial.params[axes.y.name])];
    for (const { name, to, at } of across) place.push(to(trial.params[name]) ?? at);
    if (!place.every(Number.isFinite)) continue;
    const own = score(trial);
    if (own === 'diverged') diverged.push(...place);
    else if (Number.isFinite(own)) scored.push(...place, own);
  }
  return {
    dimensions: 2 + across.length,
    scored: Float64Array.from(scored),
    diverged: Float64Array.from(diverged),
    at: Float64Array.from(across, ({ at }) => at),
  };
}

/** Distinct values that an axis needs for a fit: between two every shape is a guess, on one there is no area. */
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
