import { number } from '../../study/format.js';

/**
 * What is seen of a training's sharpness, and why one diverged. Pure functions.
 *
 * @typedef {import('../../study/types.js').SharpNews} SharpNews
 * @typedef {import('../../study/types.js').EpochRecord} EpochRecord
 * @typedef {object} Point what was seen after some steps; NaN and Infinity where a number is not finite or missing
 * @property {number} at steps, or epochs of what a run has recorded
 * @property {number} rate
 * @property {number} loss
 * @property {number} largest eigenvalue of the Hessian
 * @property {number} preconditioned that over the optimizer's own step sizes
 * @property {number} limit
 * @property {number} residual
 * @property {number[]} gradients of each layer
 * @property {number[]} weights
 * @property {number[]} reach largest magnitude of its sums
 * @property {number[]} shares in the sharpest direction
 * @property {number[]} curvatures each layer's own
 * @typedef {{key: string, values: Record<string, any>, layer?: number}} Sentence layer: counts from 0, for `layer` of
 *   its text
 */

/** Sums above this are far from what any activation is made for. */
const FAR = 1e6;
/** What has grown less than so many times has not run away. */
const GROWN = 10;

/** @param {unknown} value */
const large = (value) => (value === null || value === undefined ? Infinity : Number(value));

/** A point as the engine tells it. @param {any} told @returns {Point} */
export const pointOf = ({ step, gradients, weights, reach, shares, ...rest }) => ({
  at: step,
  rate: number(rest.rate),
  loss: number(rest.loss),
  largest: number(rest.largest),
  preconditioned: number(rest.preconditioned),
  limit: number(rest.limit),
  residual: number(rest.residual),
  gradients: gradients.map(large),
  weights: weights.map(large),
  reach: reach.map(large),
  shares: shares.map(number),
  curvatures: [],
});

/** What a run has recorded of its epochs. @param {EpochRecord[]} records @returns {Point[]} */
export const pointsOf = (records) =>
  records
    .filter((one) => one.curvature)
    .map(({ epoch, learning_rate, train_loss, curvature = {}, layers = [] }) => ({
      at: epoch,
      rate: number(learning_rate),
      loss: number(train_loss),
      largest: number(curvature.largest),
      preconditioned: number(curvature.preconditioned),
      limit: number(curvature.limit),
      residual: number(curvature.residual),
      gradients: layers.map((layer) => number(layer.gradient_norm)),
      weights: layers.map((layer) => number(layer.weight_norm)),
      reach: [],
      shares: [],
      curvatures: layers.map((layer) => number(layer.curvature)),
    }));

/** What is held against the limit: the preconditioned eigenvalue where the optimizer has step sizes of its own, before
 * whose first step there is none. @param {Point} point @param {boolean} owns whether it has */
export const sharpness = (point, owns) => (owns ? point.preconditioned : point.largest);

/** Whether the optimizer has step sizes of its own. @param {Point[]} points */
export const ownsSteps = (points) => points.some((point) => !Number.isNaN(point.preconditioned));

/** How many times the limit; NaN where one is not known. @param {Point} point @param {boolean} owns */
export const timesOf = (point, owns) => sharpness(point, owns) / point.limit;

/** The largest of a list, and where it is; -1 where nothing is finite. @param {number[]} list */
function most(list) {
  let at = -1;
  for (const [k, value] of list.entries()) if (!Number.isNaN(value) && (at < 0 || value > list[at])) at = k;
  return at;
}

/** The first point above the limit after which the loss never was lower again; -1 where there is none.
 * @param {Point[]} points @param {boolean} owns */
export function lostAt(points, owns) {
  let lowest = Infinity;
  let found = -1;
  for (let k = points.length - 1; k >= 0; k--) {
    const { loss } = points[k];
    if (timesOf(points[k], owns) > 1 && !(lowest < loss)) found = k;
    if (loss < lowest) lowest = loss;
  }
  return found;
}

/** Why a training that was seen up to its divergence diverged.
 * @param {Point[]} points @param {number} divergedAt the step @returns {Sentence} */
export function whyOf(points, divergedAt) {
  const at = divergedAt;
  const [first, last] = [points[0], points[points.length - 1]];
  if (!first) return { key: 'why.unseen', values: { at } };
  const owns = ownsSteps(points);
  const start = first.reach.findIndex((reach) => !(reach < FAR));
  if (start >= 0) return { key: 'why.start', values: { at, reach: first.reach[start] }, layer: start };
  const lost = lostAt(points, owns);
  if (lost >= 0) {
    const point = points[lost];
    const times = timesOf(point, owns);
    const layer = most(point.shares);
    return {
      key: 'why.rate',
      values: { at, from: point.at, times, rate: point.rate, safe: point.rate / times },
      layer,
    };
  }
  const growth = (/** @type {'gradients' | 'reach' | 'weights'} */ name) => {
    const times = last[name].map((value, k) => value / Math.max(first[name][k], 1e-12));
    const layer = most(times);
    return { name, layer, times: layer < 0 ? 0 : times[layer] };
  };
  // What comes first of equals is nearer to the cause.
  const grown = [growth('gradients'), growth('reach'), growth('weights')].reduce((a, b) =>
    b.times > a.times ? b : a,
  );
  if (!(grown.times >= GROWN)) return { key: 'why.sudden', values: { at, before: last.at } };
  return { key: `why.${grown.name}`, values: { at, times: grown.times }, layer: grown.layer };
}

/** What is to be said of a training that did not diverge, or not yet.
 * @param {Point[]} points @returns {Sentence[]} */
export function standingOf(points) {
  const owns = ownsSteps(points);
  const last = points.filter((point) => Number.isFinite(sharpness(point, owns))).at(-1);
  if (!last) return [];
  const known = points.filter((point) => Number.isFinite(timesOf(point, owns)));
  const now = { key: 'sharp.now', values: { at: last.at, value: sharpness(last, owns) } };
  if (!known.length) return [now];
  const above = known.filter((point) => timesOf(point, owns) > 1);
  const peak = known.reduce((a, b) => (timesOf(b, owns) > timesOf(a, owns) ? b : a));
  const share = { at: peak.at, times: timesOf(peak, owns) };
  // Step sizes of its own shrink where gradients grow: far above the limit of those at hand it need not diverge.
  const key = owns ? 'sharp.above.own' : 'sharp.above';
  return above.length
    ? [now, { key, values: { n: above.length, of: known.length, from: above[0].at, ...share } }]
    : [now, { key: 'sharp.below', values: share }];
}

/** A learning rate to try, at most the safe one, with one digit. @param {number} safe */
export function triedRate(safe) {
  if (!(safe > 0) || !Number.isFinite(safe)) return null;
  const power = 10 ** Math.floor(Math.log10(safe));
  const rate = Number((Math.floor(safe / power + 1e-9) * power).toPrecision(1));
  return rate > 0 ? rate : null;
}

/** What the picture shows, in decades at most so many beyond the limit. */
const DECADES = 4;

/** The ends of the axis up: all that is above 0, but of what ran away only so much that the rest can be seen; null
 * where there is nothing. @param {Point[]} points @returns {[number, number] | null} */
export function spanOf(points) {
  const owns = ownsSteps(points);
  const above = (/** @type {number[]} */ list) => list.filter((value) => value > 0 && Number.isFinite(value));
  const limits = above(points.map((point) => point.limit));
  const all = above(points.map((point) => sharpness(point, owns)));
  if (!limits.length && !all.length) return null;
  const least = (/** @type {number[]} */ list) => list.reduce((a, b) => Math.min(a, b), Infinity);
  const highest = (/** @type {number[]} */ list) => list.reduce((a, b) => Math.max(a, b), 0);
  const reach = 10 ** DECADES;
  const low = limits.length ? Math.max(least(all), least(limits) / reach) : least(all);
  const high = limits.length ? Math.min(highest(all), highest(limits) * reach) : highest(all);
  const ends = [least([low, ...limits]), highest([high, ...limits])];
  // Room above and below, a third of a decade at least.
  const [bottom, top] = [Math.max(ends[0] / 1.5, 1e-300), Math.min(ends[1] * 1.5, 1e300)];
  return bottom < top ? [bottom, top] : null;
}

/** What a layer is called. @param {(key: string, values?: Record<string, unknown>) => string} t @param {number} layer
 * from 0; -1 where it is not known @param {number} n how many there are */
export const layerName = (t, layer, n) =>
  layer < 0 ? t('sharp.layer.none') : layer === n - 1 ? t('sharp.layer.last') : t('sharp.layer', { k: layer + 1 });
