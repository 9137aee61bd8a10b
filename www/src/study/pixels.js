import { BY_NAME, between, scaleOf, used, valueOf } from './hyperparameters.js';
import { SEEDS, axesOf, rangeOf } from './map.js';
import { SCALES } from './scale.js';

/**
 * The pixels of a trainability map: their study, their order, and where values lie among them. Pure functions.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Trial} Trial
 * @typedef {import('./types.js').Value} Value
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {import('./map.js').MapOptions} MapOptions
 * @typedef {import('./map.js').Ranges} Ranges
 */

/** Rows of a map over seeds. */
const SEED_ROWS = 32;
/** A study has no more trials. */
const MOST_TRIALS = 100_000;
/** Pixels of the first pass along a side, at least. */
const FIRST = 16;

/** Pixels along x and y that are asked for. @param {MapOptions} options @returns {[number, number]} */
export const sidesOf = ({ y, size }) => [size, y === SEEDS ? Math.min(size, SEED_ROWS) : size];

/**
 * The study whose trials the pixels are: its space is the axes, and what else the study sweeps is the trial's.
 * @param {Study} study
 * @param {Pick<Trial, 'params'> | null} trial
 * @param {MapOptions} options
 * @param {Ranges} ranges
 * @returns {Study}
 */
export function mapStudy(study, trial, options, ranges) {
  const { y } = options;
  const sides = sidesOf(options);
  return {
    ...structuredClone({ ...study, dataset: { ...study.dataset, folds: 1 } }),
    ...planeOf(study, trial, options, ranges),
    sampler: { name: 'random' },
    pruner: { name: 'none' },
    trials: Math.min(sides[0] * sides[1], MOST_TRIALS),
    seeds_per_trial: 1,
    shared_seeds: y !== SEEDS,
  };
}

/** What the pixels sweep, and what all of them have. @param {Study} study @param {Pick<Trial, 'params'> | null} trial
 * @param {{x: string, y: string}} axes @param {Ranges} ranges */
function planeOf(study, trial, { x, y }, ranges) {
  /** @type {Record<string, any>} */
  const fixed = { ...study.fixed };
  for (const [name, range] of Object.entries(study.space ?? {}))
    fixed[name] = trial?.params[name] ?? (trial ? undefinedOf(name, study) : middleOf(range));
  for (const name of Object.keys(fixed)) if (name === x || name === y || fixed[name] === undefined) delete fixed[name];
  return { fixed, space: { [x]: ranges.x, ...(ranges.y ? { [y]: ranges.y } : {}) } };
}

/** The axes that a study's map begins with: what it sweeps and the trial's settings use, the learning rate first.
 * @param {Study} study @param {Pick<Trial, 'params'> | null} trial @returns {[string, string]} */
export function firstAxes(study, trial) {
  const able = axesOf(study);
  const range = (/** @type {string} */ name) => /** @type {Distribution} */ (rangeOf(study, name));
  const swept = Object.keys(study.space ?? {}).filter((name) => able.includes(name));
  const numeric = swept.filter((name) => !range(name).choices);
  const wishes = ['learning_rate', ...numeric, ...swept, 'init_std', 'weight_decay', 'l2', ...able];
  const names = [...new Set(wishes.filter((name) => able.includes(name)))];
  const areUsed = (/** @type {string} */ x, /** @type {string} */ y = SEEDS) => {
    const plane = planeOf(study, trial, { x, y }, { x: range(x), y: y === SEEDS ? null : range(y) });
    const pixels = { ...study, ...plane };
    return Object.keys(plane.space).every((name) => used(/** @type {any} */ (BY_NAME.get(name)), pixels));
  };
  const x = names.find((name) => areUsed(name)) ?? names[0];
  return [x, names.find((name) => name !== x && areUsed(x, name)) ?? SEEDS];
}

/** What a trial has that does not use a hyperparameter: its default. @param {string} name @param {Study} study
 * @returns {Value | undefined} */
function undefinedOf(name, study) {
  const one = BY_NAME.get(name);
  return one && one.default !== null && typeof one.default !== 'object' ? valueOf(one, study) : undefined;
}

/** A value amid a range: of choices the first. @param {Distribution} range @returns {Value} */
function middleOf(range) {
  if (range.choices) return range.choices[0];
  const value = between(range, 0.5);
  const [low, high] = [Number(range.low), Number(range.high)];
  if (range.type === 'int') return Math.max(low, Math.min(high, Math.round(value)));
  if (range.step) {
    const steps = Math.round((value - low) / range.step);
    return Math.min(Number((low + steps * range.step).toPrecision(15)), high);
  }
  return Math.max(low, Math.min(high, Number(value.toPrecision(2))));
}

/** Where a value lies along a range, as a share of it; NaN of one that has no place there.
 * @param {Distribution} range @param {Value | undefined} value */
export function shareOn(range, value) {
  const { choices } = range;
  if (choices) {
    const at = choices.indexOf(/** @type {any} */ (value));
    return at < 0 ? NaN : (at + 0.5) / choices.length;
  }
  if (typeof value !== 'number') return NaN;
  const [low, high] = [Number(range.low), Number(range.high)];
  // Whole numbers and steps are bands, of which each is as wide as any other.
  const step = range.type === 'int' && scaleOf(range) === 'linear' ? (range.step ?? 1) : range.step;
  if (step) return ((value - low) / step + 0.5) / (Math.floor((high - low) / step + 1e-9) + 1);
  const { to } = SCALES[/** @type {'linear'} */ (scaleOf(range))];
  const half = range.type === 'int' ? 0.5 : 0;
  return (to(value) - to(low - half)) / (to(high + half) - to(low - half));
}

/** Which of an axis's values lies nearest to another. @param {Distribution | null} range of seeds there is none
 * @param {Value[]} values @param {Value} wanted */
export function nearestOn(range, values, wanted) {
  const place = (/** @type {Value} */ value) => (range ? shareOn(range, value) : Number(value));
  const at = place(wanted);
  let [best, near] = [0, Infinity];
  for (const [k, value] of values.entries()) {
    const distance = Math.abs(place(value) - at);
    if (distance < near) [best, near] = [k, distance];
  }
  return best;
}

/** How many times closer one part of a range is than another. @param {Distribution | null} whole
 * @param {Distribution | null} part */
export function closer(whole, part) {
  if (!whole || !part || whole.choices) return 1;
  const { to } = SCALES[/** @type {'linear'} */ (scaleOf(whole))];
  const length = (/** @type {Distribution} */ one) => to(Number(one.high)) - to(Number(one.low));
  const times = length(whole) / length(part);
  return Number.isFinite(times) && times > 0 ? times : 1;
}

/**
 * The passes in which a map is refined: of each the stride along x and y, coarse ones first. A short side, whose
 * values are bands, is there whole from the start.
 * @param {number} nx
 * @param {number} ny
 * @returns {[number, number][]}
 */
export function passesOf(nx, ny) {
  const longest = Math.max(nx, ny, 1);
  const passes = /** @type {[number, number][]} */ ([]);
  for (let stride = 2 ** Math.max(0, Math.floor(Math.log2(longest / FIRST))); stride >= 1; stride /= 2)
    passes.push([nx <= FIRST ? 1 : stride, ny <= FIRST ? 1 : stride]);
  return passes;
}

/**
 * The pixels of a pass that no pass before it had, from the top down.
 * @param {number} nx
 * @param {number} ny
 * @param {[number, number][]} passes
 * @param {number} at
 * @returns {Uint32Array}
 */
export function pixelsOf(nx, ny, passes, at) {
  const [sx, sy] = passes[at];
  const before = passes[at - 1];
  const found = new Uint32Array(Math.ceil(nx / sx) * Math.ceil(ny / sy));
  let n = 0;
  for (let j = (Math.ceil(ny / sy) - 1) * sy; j >= 0; j -= sy)
    for (let i = 0; i < nx; i += sx) if (!before || i % before[0] || j % before[1]) found[n++] = j * nx + i;
  return found.slice(0, n);
}
