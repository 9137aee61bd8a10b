import { between, gridSize, scaleOf } from './hyperparameters.js';
import { objectiveOf, scoreOf } from './result.js';
import { SHRINK } from './search.js';
import { SCALES } from './scale.js';

/**
 * Coarse to fine: the trials of each stage and the box that they were drawn from, as the engine has them
 * (`src/search/mod.rs`, `src/space/narrow.rs`). Pure.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {import('./types.js').Trial} Trial
 * @typedef {Record<string, Distribution>} Box
 * @typedef {{first: number, end: number, epochs: number, box: Box}} Stage trials from `first` to before `end`
 */

/** @param {number} value @param {number} low @param {number} high */
const within = (value, low, high) => Math.max(low, Math.min(high, value));

/** The part of a range that is so much of it in its own scale, with a value in its middle as far as the ends allow;
 * choices stay all.
 * @param {Distribution} range @param {unknown} value @param {number} share @returns {Distribution} */
export function around(range, value, share) {
  const [low, high] = [Number(range.low), Number(range.high)];
  if (range.choices || typeof value !== 'number' || !Number.isFinite(value) || !(high > low)) return range;
  const scale = scaleOf(range);
  const step = range.step || (range.type === 'int' && scale === 'linear' ? 1 : 0);
  if (step) {
    const last = Math.floor((high - low) / step + 1e-9);
    const n = Math.max(1, Math.ceil(share * (last + 1) - 1e-9));
    const own = within(Math.round((value - low) / step), 0, last);
    const first = within(own - Math.floor((n - 1) / 2), 0, last + 1 - n);
    const at = (/** @type {number} */ k) => Math.min(high, Number((low + k * step).toPrecision(15)));
    return { ...range, low: at(first), high: at(first + n - 1) };
  }
  const { to } = SCALES[/** @type {'linear'} */ (scale)] ?? SCALES.linear;
  const middle = (to(within(value, low, high)) - to(low)) / (to(high) - to(low));
  const first = within(middle - share / 2, 0, 1 - share);
  const [from, until] = [
    first <= 0 ? low : within(between(range, first), low, high),
    first + share >= 1 ? high : within(between(range, first + share), low, high),
  ];
  if (range.type !== 'int') return { ...range, low: from, high: until };
  return { ...range, low: Math.min(value, Math.round(from)), high: Math.max(value, Math.round(until)) };
}

/** The best of the first trials: one that is complete, if there is any.
 * @param {Study} study @param {Iterable<Trial>} trials @param {number} end */
function bestBefore(study, trials, end) {
  const { metric, direction } = objectiveOf(study);
  const sign = direction === 'maximize' ? -1 : 1;
  /** @type {{trial: Trial, score: number} | null} */
  let best = null;
  for (const trial of trials) {
    const score = sign * scoreOf(trial, metric);
    if (trial.number >= end || !Number.isFinite(score)) continue;
    const [isWhole, wasWhole] = [trial, best?.trial].map((one) => one?.state === 'complete');
    const isBetter = !best || (isWhole === wasWhole ? score < best.score : isWhole);
    if (isBetter) best = { trial, score };
  }
  return best?.trial ?? null;
}

/** The stages of a study that have begun; none of a study without.
 * @param {Study} study @param {Map<number, Trial>} trials @returns {Stage[]} */
export function stagesOf(study, trials) {
  /** @type {Stage[]} */
  const found = [];
  let box = study.space ?? {};
  let first = 0;
  for (const { epochs, trials: n, shrink = SHRINK } of study.stages ?? []) {
    if (found.length) {
      if (trials.size <= first) break;
      const best = bestBefore(study, trials.values(), first);
      const narrow = (/** @type {[string, Distribution]} */ [name, range]) => [
        name,
        best ? around(range, best.params[name], shrink) : range,
      ];
      box = Object.fromEntries(Object.entries(box).map((entry) => narrow(entry)));
    }
    const size = study.sampler?.name === 'grid' ? gridSize({ ...study, space: box }) : n;
    const end = first + Math.min(n, size);
    found.push({ first, end, epochs, box });
    first = end;
  }
  return found;
}
