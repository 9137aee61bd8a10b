import { scoreOf } from './result.js';

/**
 * What a run had found by the time it had taken so many steps, and where trials were stopped on the way. Pure.
 *
 * @typedef {import('./types.js').Trial} Trial
 * @typedef {{trial: Trial, steps: number, score: number, best: number | null}} Point a trial that has begun: the steps
 *   of it and of all before it, its score, and the best score so far of those that were trained to their end
 * @typedef {{epoch: number, reached: number, stopped: number}} Rung how many trials got to an epoch at which some were
 *   stopped
 */

/** The trials by their numbers, each behind the steps of all before it.
 * @param {Iterable<Trial>} trials @param {{metric: string, direction: string}} objective @returns {Point[]} */
export function progressOf(trials, { metric, direction }) {
  const sign = direction === 'maximize' ? -1 : 1;
  let steps = 0;
  /** @type {number | null} */
  let best = null;
  /** @type {Point[]} */
  const points = [];
  for (const trial of [...trials].sort((a, b) => a.number - b.number)) {
    if (!trial.steps) continue;
    steps += trial.steps;
    const score = scoreOf(trial, metric);
    const counts = trial.state === 'complete' && Number.isFinite(score);
    if (counts && (best === null || sign * score < sign * best)) best = score;
    points.push({ trial, steps, score, best });
  }
  return points;
}

/** The epochs at which trials were stopped, and how many got there.
 * @param {Iterable<Trial>} trials @returns {Rung[]} */
export function rungsOf(trials) {
  /** @type {Map<number, number>} */
  const stopped = new Map();
  /** @type {number[]} */
  const lengths = [];
  for (const { state, epochs } of trials) {
    lengths.push(epochs.length);
    if (state === 'pruned') stopped.set(epochs.length, (stopped.get(epochs.length) ?? 0) + 1);
  }
  return [...stopped]
    .sort(([a], [b]) => a - b)
    .map(([epoch, n]) => ({ epoch, stopped: n, reached: lengths.filter((length) => length >= epoch).length }));
}
