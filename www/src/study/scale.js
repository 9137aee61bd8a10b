import { BY_NAME, scaleOf } from './hyperparameters.js';
import { alike, exact, scientific, setting } from './format.js';

/** @typedef {import('./types.js').Distribution} Distribution @typedef {import('./types.js').Value} Value */

/** Positions on the scales that a range can be drawn on: a value to the axis and back. */
export const SCALES = {
  linear: { to: (/** @type {number} */ x) => x, from: (/** @type {number} */ u) => u },
  log: { to: (/** @type {number} */ x) => Math.log10(x), from: (/** @type {number} */ u) => 10 ** u },
  log1m: { to: (/** @type {number} */ x) => -Math.log10(1 - x), from: (/** @type {number} */ u) => 1 - 10 ** -u },
};

/**
 * One axis of the response surface.
 * @typedef {object} Axis
 * @property {string} name
 * @property {boolean} numeric false when its places are named choices
 * @property {boolean} discrete
 * @property {number} slots how many values it has; 0 where they are without number
 * @property {'linear' | 'log' | 'log1m' | 'choices'} scale
 * @property {[number, number]} domain in axis positions
 * @property {{at: number, label: string}[]} ticks
 * @property {(value: Value) => number} to
 */

/** No axis has more labels than this, whatever its ends are. */
const MOST_TICKS = 40;

/** @param {number} value */
const clean = (value) => Number(value.toPrecision(12));

/** Round steps between two numbers, in rising order; none where there is nothing between them.
 * @param {number} a @param {number} b the ends, in either order @param {number} target about how many
 * @param {boolean} [whole] whole numbers only */
export function steps(a, b, target, whole = false) {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [];
  if (low === high) return [low];
  // Halves of both ends keep the widest span finite.
  const gap = ((high / 2 - low / 2) / Math.min(MOST_TICKS / 2, Math.max(1, target || 1))) * 2;
  const raw = Math.max(gap, whole ? 1 : 0);
  const size = 10 ** Math.floor(Math.log10(raw));
  const step =
    (whole && size < 10 ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10])
      .map((k) => k * size)
      .find((k) => k >= raw * (1 - 1e-9)) ?? raw;
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  // Ends so close together, or so near to 0, have no round number between them that can be told from its neighbour.
  if (!(step > 0) || !Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return [low, high];
  const all = [];
  for (let k = 0; k <= Math.min(MOST_TICKS, last - first); k++) all.push(clean((first + k) * step));
  const slack = 1e-9 * gap + 1e-12 * Math.max(-low, high);
  return [...new Set(all)].filter((one) => one >= low - slack && one <= high + slack && Number.isFinite(one));
}

/**
 * Values to label between two numbers on a log axis: powers of ten, and 2 and 5 where there is room. What is not above
 * 0 has no place there.
 * @param {number} a
 * @param {number} b the ends, in either order
 * @param {number} [target]
 */
export function logSteps(a, b, target = 6) {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  if (!(low > 0 && high < Infinity)) return high > 0 && high < Infinity ? [high] : [];
  if (low === high) return [low];
  const decades = Math.log10(high) - Math.log10(low);
  const every = Math.max(1, Math.ceil(decades / Math.min(MOST_TICKS / 2, Math.max(1, target || 1))));
  const parts = decades > 4 ? [1] : decades > 2.4 ? [1, 3] : decades > 1.4 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 6, 8];
  const all = [];
  // Finite numbers lie between the powers -324 and 309.
  for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++) {
    if (p % every) continue;
    for (const part of parts) {
      const value = Number(`${part}e${p}`);
      if (value > 0 && value < Infinity && value >= low * 0.9999 && value <= high * 1.0001) all.push(value);
    }
  }
  const apart = [...new Set(all)];
  return apart.length >= 2 ? apart : steps(low, high, Math.max(2, Math.min(4, target || 1))).filter((one) => one > 0);
}

/** Ticks of an axis, whose labels are all of one form. @param {number[]} values
 * @param {(value: number) => number} [to] where each lies on the axis */
export function ticked(values, to = (value) => value) {
  const labels = alike(values);
  return values.map((value, k) => ({ at: to(value), label: labels[k] }));
}

/** Scores that differ are written apart, with as many digits as that takes. @param {number[]} scores
 * @param {number} [least] digits */
export function digitsApart(scores, least = 3) {
  const apart = new Set(scores).size;
  let digits = least;
  while (digits < 15 && new Set(scores.map((one) => one.toPrecision(digits))).size < apart) digits++;
  return digits;
}

/** What an axis shows: its two ends and a margin, or, where the ends are one place or none, room around it.
 * @param {number} a @param {number} b @param {number} pad @returns {[number, number]} */
export function domainOf(a, b, pad) {
  const within = (/** @type {number} */ at) => Math.max(-1e300, Math.min(1e300, at));
  if (Number.isNaN(a) || Number.isNaN(b)) return [-0.5, 0.5];
  const [low, high] = [within(Math.min(a, b) - pad), within(Math.max(a, b) + pad)];
  return high > low
    ? [low, high]
    : [low - Math.max(0.5, Math.abs(low) / 10), high + Math.max(0.5, Math.abs(high) / 10)];
}

/**
 * The ends of an axis that holds two places with a little room, rounded so that they stay put while the places spread.
 * @param {number} a
 * @param {number} b the ends, in rising order
 * @param {number} least how long the axis is at least
 * @returns {[number, number]}
 */
export function roomy(a, b, least) {
  const short = Math.max(0, least - (b - a)) / 2;
  const [low, high] = [a - short, b + short];
  const grain = 2 ** Math.ceil(Math.log2(high - low)) / 32;
  return [(Math.floor(low / grain) - 0.5) * grain, (Math.ceil(high / grain) + 0.5) * grain];
}

/** A logarithm to the base of ten is at least this long on an axis of losses: losses 5 % apart fill it. */
export const LEAST_DECADES = 0.02;

/** The ends of an axis without what no value can be: beyond that there is a margin of a twentieth.
 * @param {[number, number]} ends @param {[number, number]} bounds @returns {[number, number]} */
export function bounded([low, high], [least, most]) {
  const pad = (high - low) / 20;
  return [Math.max(low, Math.min(least, high) - pad), Math.min(high, Math.max(most, low) + pad)];
}

/** Labels of a logarithm have so much of it to themselves where 0 lies below them. */
const ZERO_ROOM = 0.07;

/** Ticks of a logarithm on whose lower end losses of 0 lie, which have no place of their own there.
 * @param {[number, number]} domain @param {{at: number, label: string}[]} ticks */
export const withZero = (domain, ticks) => [
  { at: domain[0], label: '0' },
  ...ticks.filter(({ at }) => shareOf({ domain }, at) > ZERO_ROOM),
];

/** The lower end of a logarithm where losses of 0 lie below the smallest one.
 * @param {number} low @param {number} high */
export const belowZeros = (low, high) => low / Math.max(2, (high / low) ** 0.1);

/** A place on an axis as a share of its length. @param {{domain: [number, number]}} axis @param {number} at */
export const shareOf = ({ domain: [low, high] }, at) => (at - low) / (high - low);

/** Up to so many whole numbers are drawn as places rather than as a stretch. */
const FEW = 12;

/** The values of a range with a step; null where it has none, or more than `most`.
 * @param {Distribution} range @param {number} most */
export function stepsOf({ low, high, step, type }, most) {
  const [from, to] = [Number(low), Number(high)];
  if (!step || !(step > 0) || !(to >= from) || type === 'categorical') return null;
  const n = Math.floor((to - from) / step + 1e-9) + 1;
  return n <= most ? Array.from({ length: n }, (_, k) => clean(Math.min(from + k * step, to))) : null;
}

/** The axis of a swept hyperparameter.
 * @param {string} name @param {Distribution} distribution
 * @param {(value: unknown) => string} [word] how a choice is written @returns {Axis} */
export function axisOf(name, distribution, word = setting) {
  const choices = distribution.choices;
  if (choices && !choices.every((one) => typeof one === 'number')) {
    const to = (/** @type {Value} */ value) => (choices.includes(value) ? choices.indexOf(value) : NaN);
    const ticks = choices.map((one, at) => ({ at, label: word(one) }));
    return {
      name,
      numeric: false,
      discrete: true,
      slots: choices.length,
      scale: 'choices',
      domain: [-0.5, choices.length - 0.5],
      ticks,
      to,
    };
  }
  const values = [...new Set(choices ?? [])].map(Number).sort((a, b) => a - b);
  const low = values.length ? values[0] : Number(distribution.low);
  const high = values.length ? values[values.length - 1] : Number(distribution.high);
  const wanted = scaleOf(distribution);
  const natural = BY_NAME.get(name)?.scale ?? 'linear';
  const scale = [wanted, natural].find((one) => fits(one, low, high)) ?? 'linear';
  const { to } = SCALES[/** @type {'linear'} */ (scale)];
  const whole = distribution.type === 'int';
  const drawn = stepsOf(distribution, FEW);
  const marks = values.length
    ? values
    : drawn && scale === 'linear'
      ? drawn
      : ticksOf(/** @type {'linear'} */ (scale), low, high, whole);
  const slots = values.length || drawn?.length || (whole && high >= low ? high - low + 1 : 0);
  // A few values that have a place each keep room around the first and the last.
  const gap = slots > 1 && (values.length || slots <= FEW) ? (to(high) - to(low)) / (slots - 1) : 0;
  // Powers of ten are all written as such where one of them has to be.
  const powered =
    scale === 'log' &&
    !values.length &&
    marks.every((value) => Number.isInteger(Math.log10(value))) &&
    marks[0] < 0.01;
  return {
    name,
    numeric: true,
    discrete: values.length > 0 || whole || drawn !== null,
    slots,
    scale: /** @type {'linear'} */ (scale),
    domain: domainOf(to(low), to(high), gap > 0 ? 0.35 * gap : to(high) > to(low) ? 0 : 0.5),
    ticks: powered
      ? marks.map((value) => ({ at: to(value), label: value === 1 ? exact(value) : scientific(value, 1) }))
      : ticked(
          marks.filter((value) => Number.isFinite(to(value))),
          to,
        ),
    to: (value) => (typeof value === 'number' ? to(value) : NaN),
  };
}

/** @param {string} scale @param {number} low @param {number} high */
const fits = (scale, low, high) =>
  scale === 'linear' || (scale === 'log' && low > 0) || (scale === 'log1m' && low >= 0 && high < 1);

/** @param {'linear' | 'log' | 'log1m'} scale @param {number} low @param {number} high @param {boolean} whole */
function ticksOf(scale, low, high, whole) {
  if (scale === 'linear') return steps(low, high, 5, whole);
  const round = scale === 'log' ? powers(low, high) : complements(low, high);
  const kept = whole ? round.filter(Number.isInteger) : round;
  return kept.length >= 2 ? kept : steps(low, high, 4, whole);
}

/** @param {number} low @param {number} high */
function powers(low, high) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (!(last > first) || !Number.isFinite(last - first)) return logSteps(low, high, 4);
  const every = Math.ceil((last - first) / 12);
  const all = [];
  for (let p = first; p <= last; p++) if (p % every === 0) all.push(Number(`1e${p}`));
  return all;
}

/** @param {number} low @param {number} high */
const complements = (low, high) =>
  [0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 0.99999].filter((one) => one >= low && one <= high);

/** How wide a label is at the most, in pixels. @param {string} label */
export const textWidth = (label) => 7 * label.length;

/** Every how many labels one is written, so that none touches the next in its row.
 * @param {number[][]} labels place and size of each, in order @param {number} rows */
export function thinning(labels, rows) {
  for (let every = 1; every < labels.length; every++) {
    const kept = labels.filter((_, k) => k % every === 0);
    if (kept.every(([at, size], k) => k < rows || Math.abs(at - kept[k - rows][0]) >= (size + kept[k - rows][1]) / 2))
      return every;
  }
  return Math.max(1, labels.length);
}

/** More parts than this nobody can see. */
const MOST_BINS = 1000;

/** The share of draws in each of `bins` equal parts of an axis, scaled to a largest part of 1.
 * @param {Distribution} distribution @param {'linear' | 'log' | 'log1m'} along @param {number} low
 * @param {number} high the axis's ends, as values @param {number} bins */
export function density(distribution, along, low, high, bins) {
  const axis = SCALES[along];
  const drawn = SCALES[/** @type {'linear'} */ (scaleOf(distribution))] ?? SCALES.linear;
  const [a, b] = [axis.to(low), axis.to(high)];
  const [from, to] = [Number(distribution.low), Number(distribution.high)];
  const steps = stepsOf(distribution, MOST_BINS);
  if (steps && scaleOf(distribution) === 'linear') {
    // Each value is drawn as often as any other, and nothing between them.
    const found = new Array(Math.max(0, Math.min(MOST_BINS, Math.floor(bins) || 0))).fill(0);
    for (const value of steps) {
      const at = Math.floor(((axis.to(value) - a) / (b - a)) * found.length);
      if (found.length && at === at) found[Math.max(0, Math.min(found.length - 1, at))]++;
    }
    const largest = Math.max(...found);
    return found.map((n) => (largest > 0 ? n / largest : 0));
  }
  const shares = Array.from({ length: Math.max(0, Math.min(MOST_BINS, bins || 0)) }, (_, k) => {
    const left = Math.max(from, axis.from(a + (b / bins - a / bins) * k));
    const right = Math.min(to, axis.from(a + (b / bins - a / bins) * (k + 1)));
    const share = right > left ? drawn.to(right) / 2 - drawn.to(left) / 2 : 0;
    return Number.isFinite(share) ? share : 0;
  });
  const most = Math.max(...shares);
  return shares.map((share) => (most > 0 ? share / most : 0));
}

/**
 * How good scores are. `share` is 0 at the best and 1 at the worst; `zeros`: losses of 0 lie below the scale. `low`
 * and `high` are what an axis of scores shows: all of them, but for the worst tenth where that would flatten the rest.
 * `flat`: there are no two scores that differ, and the ends are made up.
 * @typedef {{best: number, worst: number, low: number, high: number, log: boolean, zeros: boolean, flat: boolean,
 *   cost: (score: number) => number, share: (score: number) => number, goodness: (score: number) => number
 * }} ScoreScale
 */

/** @param {number} value @param {1 | -1} direction down or up to the next number with so many significant figures
 * @param {number} [digits] */
export function roundOff(value, direction, digits = 2) {
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - digits + 1);
  const steps = value / unit;
  const rounded = Number(
    ((direction < 0 ? Math.floor(steps + 1e-9) : Math.ceil(steps - 1e-9)) * unit).toPrecision(digits + 1),
  );
  // 0 is round, and the smallest and largest numbers have no round one beside them.
  return Number.isFinite(rounded) && Math.sign(rounded) === Math.sign(value) ? rounded : value;
}

/** Where the worst tenth makes an axis so many times as long, it is cut off. */
const FLAT = 2;

/** The scale of some scores. A logarithm starts from the smallest loss above 0; losses of 0 are as good as that one.
 * @param {number[]} found finite @param {{metric: string, direction: string}} objective @returns {ScoreScale} */
export function scaleOfScores(found, { metric, direction }) {
  // Numbers in an array of their own sort without a callback.
  const scores = Float64Array.from(found).sort();
  const up = direction === 'maximize';
  const least = up || !metric.endsWith('loss') ? undefined : scores.find((one) => one > 0);
  const log = least !== undefined;
  if (up) scores.reverse();
  const lowest = least ?? scores[0];
  let best = scores.length ? roundOff(lowest, up ? 1 : -1) : 0;
  const cost = (/** @type {number} */ score) => (up ? -score : log ? Math.log(Math.max(best, score)) : score);
  const limit = scores[Math.min(scores.length - 1, Math.floor(0.9 * scores.length))] ?? best;
  let worst = roundOff(limit, up ? -1 : 1);
  const narrow = log ? Math.log(1.02) : 1e-6 * Math.max(1, Math.abs(best));
  // Scores that lie close together have ends with more digits, so that rounding does not make most of the scale.
  const wanted = 2 * Math.max(narrow, cost(limit) - cost(lowest));
  for (let digits = 3; digits < 13 && limit !== lowest && cost(worst) - cost(best) > wanted; digits++) {
    worst = roundOff(limit, up ? -1 : 1, digits);
    best = roundOff(lowest, up ? 1 : -1, digits);
  }
  if (!(cost(worst) - cost(best) >= narrow))
    worst = log ? roundOff(best * 1.05, 1, 3) : best + (up ? -1 : 1) * Math.max(1, Math.abs(best) / 10);
  if (!(cost(worst) > cost(best))) worst = 2 * best;
  if (!Number.isFinite(worst)) [best, worst] = [best / 2, best];
  const [from, to] = [cost(best), cost(worst)];
  // Halves keep the widest span finite.
  const first = least ?? scores[0] ?? best;
  const last = scores[scores.length - 1] ?? worst;
  const isFlat = !log && Math.abs(last / 2 - first / 2) > FLAT * Math.abs(limit / 2 - first / 2);
  const ends = [first, isFlat && limit !== first ? limit : last].sort((a, b) => a - b);
  const share = (/** @type {number} */ score) => (cost(score) / 2 - from / 2) / (to / 2 - from / 2);
  return {
    best,
    worst,
    low: ends[0],
    high: ends[1],
    log,
    zeros: log && scores[0] <= 0,
    flat: !(scores.length > 1 && scores[0] !== scores[scores.length - 1]),
    cost,
    share,
    goodness: (score) => Math.max(0, Math.min(1, 1 - share(score))),
  };
}
