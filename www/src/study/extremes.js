import { BY_NAME, uses, valueIn } from './hyperparameters.js';

/**
 * Which setting is likely to blame where networks diverge: the one that lies farthest outside of what is usual, and
 * not the learning rate by default. Pure.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Value} Value
 * @typedef {Record<string, Value>} Drawn
 * @typedef {{name: string, value: number, usual: [number, number]}} Extreme a setting, the value of the trial in
 * which it is
 *   least extreme, and between which values it usually lies
 * @typedef {{usual: [number, number], of?: (value: any, rate: number) => number}} Bounds `of` makes the number that is
 *   judged of the value, NaN where it does no harm at this learning rate
 */

/** Adaptive steps do not grow with the gradient of a penalty. */
const ADAPTIVE = ['adam', 'adamw', 'nadam', 'rmsprop', 'adagrad', 'adadelta'];
/** A learning rate is large from its default on, and from this on where the default is lower. */
const LARGE_RATE = 0.5;

/** @param {any} value */
const plain = (value) => Number(value);
/** A step takes more off a weight than there is of it. @param {any} value @param {number} rate */
const decay = (value, rate) => (Number(value) * rate > 1 ? Number(value) : NaN);

/** What is usual, as papers and PyTorch's own examples have it. @type {Record<string, Bounds>} */
const BOUNDS = {
  hypergradient: { usual: [0, 1e-3] },
  schedule_points: {
    usual: [0, 1],
    of: (points) => (Array.isArray(points) ? Math.max(...points.map((one) => Number(one?.[1]))) : NaN),
  },
  init_std: { usual: [0.01, 0.5] },
  weight_decay: { usual: [0, 0.1], of: decay },
  l2: { usual: [0, 0.1], of: decay },
  momentum: { usual: [0, 0.99] },
  dropout: { usual: [0, 0.8] },
  beta1: { usual: [0, 0.99] },
  beta2: { usual: [0.9, 0.9999] },
  alpha: { usual: [0.9, 0.999] },
  rho: { usual: [0.9, 0.999] },
  epsilon: { usual: [1e-10, 1e-3] },
  newton_damping: { usual: [1e-3, 1] },
};
/** What lies close to 1 is told apart by its distance from there. */
const NEAR_ONE = ['momentum', 'beta1', 'beta2', 'alpha', 'rho', 'dropout'];

/** How far outside of what is usual a value lies, in decades; 0 inside. @param {string} name @param {number} value
 * @param {[number, number]} usual */
function excess(name, value, [low, high]) {
  if (!Number.isFinite(value)) return 0;
  const least = Number.MIN_VALUE;
  const decades = (/** @type {number} */ a, /** @type {number} */ b) =>
    Math.log10(Math.max(a, least)) - Math.log10(Math.max(b, least));
  if (value > high) return NEAR_ONE.includes(name) ? decades(1 - high, 1 - value) : decades(value, high);
  // Below what is usual only what is divided by does harm, and means that hold nothing.
  if (value < low && ['epsilon', 'newton_damping', 'beta2', 'alpha'].includes(name))
    return low > 0.5 ? decades(1 - value, 1 - low) : decades(low, value);
  return 0;
}

/** A trial's settings that are out of what is usual, with by how much. @param {Study} study @param {Drawn} drawn
 * @returns {Map<string, {value: number, by: number, usual: [number, number]}>} */
export function extremesOf(study, drawn) {
  const found = new Map();
  const optimizer = String(valueIn('optimizer', study, drawn));
  const rate = Number(valueIn('learning_rate', study, drawn));
  for (const [name, { usual, of = plain }] of Object.entries(BOUNDS)) {
    const one = BY_NAME.get(name);
    if (!one || !uses(one, study, drawn)) continue;
    if (name === 'l2' && ADAPTIVE.includes(optimizer)) continue;
    if (name === 'weight_decay' && ADAPTIVE.includes(optimizer) && optimizer !== 'adamw') continue;
    const value = of(valueIn(name, study, drawn), rate);
    const by = excess(name, value, usual);
    if (by > 0) found.set(name, { value, by, usual });
  }
  return found;
}

/** How far a trial's learning rate is above what is usual, in decades. @param {Study} study @param {Drawn} drawn */
function rateExcess(study, { learning_rate: own, ...drawn }) {
  const { learning_rate: fixed, ...others } = study.fixed ?? {};
  const usual = Number(valueIn('learning_rate', { ...study, fixed: others }, drawn));
  const rate = Number(own ?? fixed ?? usual);
  return Math.max(0, Math.log10(rate / Math.max(LARGE_RATE, usual)));
}

/** The setting that is out of what is usual in each of these trials, farther out than the learning rate; null where
 * none is.
 * @param {Study} study @param {Drawn[]} trials that diverged @returns {Extreme | null} */
export function culpritOf(study, trials) {
  /** @type {Map<string, {value: number, by: number, usual: [number, number]}> | null} the least of all trials */
  let common = null;
  let rate = Infinity;
  for (const drawn of trials) {
    rate = Math.min(rate, rateExcess(study, drawn));
    const own = extremesOf(study, drawn);
    if (!common) common = own;
    for (const [name, least] of common) {
      const other = own.get(name);
      if (!other) common.delete(name);
      else if (other.by < least.by) common.set(name, other);
    }
    if (!common.size) return null;
  }
  let found = null;
  for (const [name, { value, by, usual }] of common ?? [])
    if (by > rate && (!found || by > found.by)) found = { name, value, by, usual };
  return found && { name: found.name, value: found.value, usual: found.usual };
}
