import { BY_NAME, HYPERPARAMETERS, between, scaleOf, used, valueOf } from './hyperparameters.js';
import { SCALES } from './scale.js';

/**
 * What a trainability map is of: two hyperparameters span a plane, and each of its pixels is a network trained with
 * the pixel's settings. Pure functions.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Trial} Trial
 * @typedef {import('./types.js').Value} Value
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {{x: string, y: string, size: number}} MapOptions names of the axes, `y` may be {@link SEEDS}; pixels along
 *   each side
 * @typedef {{x: Distribution, y: Distribution | null}} Ranges what is shown of the axes; seeds have no range
 * @typedef {[number, number, number, number]} Box shares of the sides: of x from and to, of y from and to
 */

/** The axis whose places are seeds (`SEEDS` of src/analysis/trainability.rs). */
export const SEEDS = 'seeds';
/** Pixels along each side that can be asked for. */
export const SIZES = /** @type {const} */ ([16, 32, 64, 128, 256, 512]);
/** Rows of a map over seeds. */
const SEED_ROWS = 32;
/** A study has no more trials. */
const MOST_TRIALS = 100_000;
/** Pixels of the first pass along a side, at least. */
const FIRST = 16;
/** Digits of a number that tell neighbouring pixels apart. */
const DIGITS = 5;
/** Ends of a range lie apart by more than this part of them: closer numbers are one to the engine. */
const CLOSEST = 1e-6;

/** Hyperparameters that can be an axis of a study's map, in the order of the table. @param {Study} study */
export const axesOf = (study) =>
  HYPERPARAMETERS.filter(
    (one) => one.available && (one.sweep || study.space?.[one.name]) && (study.space?.[one.name] || used(one, study)),
  ).map(({ name }) => name);

/** The range in which a study's hyperparameter is shown at first. @param {Study} study @param {string} name
 * @returns {Distribution | null} */
export function rangeOf(study, name) {
  const own = study.space?.[name] ?? BY_NAME.get(name)?.sweep;
  return own ? structuredClone(own) : null;
}

/** The axes that a study's map begins with: what it sweeps, the learning rate first.
 * @param {Study} study @returns {[string, string]} */
export function firstAxes(study) {
  const able = axesOf(study);
  const numeric = (/** @type {string} */ name) => !rangeOf(study, name)?.choices;
  const swept = Object.keys(study.space ?? {}).filter((name) => able.includes(name));
  const wishes = ['learning_rate', ...swept.filter(numeric), ...swept, 'init_std', 'weight_decay', 'l2', ...able];
  const found = [...new Set(wishes.filter((name) => able.includes(name)))];
  return [found[0], found[1] ?? SEEDS];
}

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
  const { x, y } = options;
  /** @type {Record<string, any>} */
  const fixed = { ...study.fixed };
  for (const [name, range] of Object.entries(study.space ?? {}))
    fixed[name] = trial?.params[name] ?? (trial ? undefinedOf(name, study) : middleOf(range));
  for (const name of Object.keys(fixed)) if (name === x || name === y || fixed[name] === undefined) delete fixed[name];
  const sides = sidesOf(options);
  return {
    ...structuredClone({ ...study, dataset: { ...study.dataset, folds: 1 } }),
    fixed,
    space: { [x]: ranges.x, ...(ranges.y ? { [y]: ranges.y } : {}) },
    sampler: { name: 'random' },
    pruner: { name: 'none' },
    trials: Math.min(sides[0] * sides[1], MOST_TRIALS),
    seeds_per_trial: 1,
    shared_seeds: y !== SEEDS,
  };
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

/** A number with the digits that tell it from its neighbours in a range. @param {number} value @param {number} span */
function neat(value, span) {
  const size = Math.abs(value);
  const digits = Math.ceil(Math.log10(Math.max(1, size / span))) + DIGITS;
  return Number(value.toPrecision(Math.max(1, Math.min(16, digits))));
}

/**
 * A part of a range, by shares of it, which may lie beyond its ends as far as the hyperparameter goes; the range as it
 * is where that would be no other.
 * @param {string} name
 * @param {Distribution} range
 * @param {number} from
 * @param {number} to
 * @returns {Distribution}
 */
export function partOf(name, range, from, to) {
  if (range.choices || range.step || !(to > from)) return range;
  const one = BY_NAME.get(name);
  const scale = /** @type {'linear'} */ (scaleOf(range));
  const { to: place, from: value } = SCALES[scale];
  const [low, high] = [Number(range.low), Number(range.high)];
  const at = (/** @type {number} */ share) => value(place(low) + share * (place(high) - place(low)));
  const least = { linear: -Infinity, log: 1e-12, log1m: -Infinity }[scale];
  const most = { linear: Infinity, log: Infinity, log1m: 1 - 1e-9 }[scale];
  let [a, b] = [at(from), at(to)].map((end) =>
    Math.max(least, one?.low ?? -Infinity, Math.min(most, one?.high ?? Infinity, end)),
  );
  if (range.type === 'int') {
    [a, b] = [Math.floor(a), Math.ceil(b)];
    return b > a ? { ...range, low: a, high: b } : range;
  }
  const span = b - a;
  if (!(span > CLOSEST * Math.max(Math.abs(a), Math.abs(b), 1e-12)) || !Number.isFinite(span)) return range;
  return { ...range, low: neat(a, span), high: neat(b, span) };
}

/** What a box of a map shows. @param {MapOptions} options @param {Ranges} ranges @param {Box} box @returns {Ranges} */
export const zoomedTo = ({ x, y }, ranges, [x0, x1, y0, y1]) => ({
  x: partOf(x, ranges.x, x0, x1),
  y: ranges.y && partOf(y, ranges.y, y0, y1),
});

/** What a link says of a map: its axes and size, and the ends of what is shown where that is not the whole range.
 * @param {Study} study @param {MapOptions} options @param {Ranges} ranges @returns {string} */
export function mapWords(study, { x, y, size }, ranges) {
  const ends = (/** @type {string} */ name, /** @type {Distribution | null} */ range) => {
    const home = rangeOf(study, name);
    if (!range || range.choices || (home?.low === range.low && home?.high === range.high)) return ['', ''];
    return [String(range.low), String(range.high)];
  };
  const words = [x, y, String(size), ...ends(x, ranges.x), ...ends(y, ranges.y)];
  // A link ends in a letter or a digit.
  while (words.at(-1) === '') words.pop();
  return words.join();
}

/** The map of a study that a link's words stand for; null of none. @param {Study} study @param {string} text
 * @returns {{options: MapOptions, ranges: Ranges} | null} */
export function mapFromWords(study, text) {
  const [x, y, pixels, ...ends] = text.split(',');
  const size = SIZES.find((one) => one === Number(pixels));
  const able = axesOf(study);
  if (!size || !able.includes(x) || x === y || (y !== SEEDS && !able.includes(y)) || ends.length > 4) return null;
  const part = (
    /** @type {string} */ name,
    /** @type {string | undefined} */ a,
    /** @type {string | undefined} */ b,
  ) => {
    const range = rangeOf(study, name);
    const [low, high] = [Number(a || NaN), Number(b || NaN)];
    if (!range || range.choices || range.step || !(high > low)) return range;
    const { to } = SCALES[/** @type {'linear'} */ (scaleOf(range))];
    const [from, until] = [to(Number(range.low)), to(Number(range.high))];
    // By the way that a zoom takes, which keeps within what the hyperparameter goes.
    const found = partOf(name, range, (to(low) - from) / (until - from), (to(high) - from) / (until - from));
    const isWhole = range.type !== 'int' || (Number.isInteger(low) && Number.isInteger(high));
    const near = (/** @type {number} */ one, /** @type {unknown} */ other) =>
      Math.abs(one - Number(other)) <= 1e-3 * Math.abs(high - low);
    const isOnScale = Number.isFinite(to(low)) && Number.isFinite(to(high));
    return isOnScale && isWhole && near(low, found.low) && near(high, found.high) ? { ...found, low, high } : found;
  };
  const ranges = { x: part(x, ends[0], ends[1]), y: y === SEEDS ? null : part(y, ends[2], ends[3]) };
  return { options: { x, y, size }, ranges: /** @type {Ranges} */ (ranges) };
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

/**
 * The study of a preset after Sohl-Dickstein (2024): a small network, full batches, squared error, plain
 * gradient descent.
 * @param {Study} study
 * @returns {Study}
 */
export function fractal(study) {
  return {
    ...study,
    dataset: { name: 'waves', samples: 100 },
    fixed: { hidden: [16], activation: 'tanh', init: 'normal', optimizer: 'gd', epochs: 100 },
    space: {
      learning_rate: { type: 'float', low: 0.01, high: 10, log: true },
      init_std: { type: 'float', low: 0.03, high: 3, log: true },
    },
    objective: { metric: 'train_loss', direction: 'minimize' },
  };
}
