import { BY_NAME, HYPERPARAMETERS, scaleOf, used } from './hyperparameters.js';
import { SCALES } from './scale.js';

/**
 * What a trainability map is of: two hyperparameters span a plane, and each of its pixels is a network trained with
 * the pixel's settings (pixels.js, which is loaded with the map). Pure functions.
 *
 * @typedef {import('./types.js').Study} Study
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
