import { epochAxis, lossAxis } from '../../figures/curve-axes.js';
import { lineOf, spanOf } from '../../figures/curve-frame.js';
import { isPossible, scoreBounds, scoreTicks } from '../../state/spread.js';
import { bounded, shareOf, steps } from '../../study/scale.js';
import { ORDER } from '../../figures/series.js';

/**
 * Runs one over the other: their loss curves, or the best score that each had after so many trials. Pure.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../figures/plot-axes.js').Ticked} Ticked
 * @typedef {'curves' | 'best'} Kind
 * @typedef {{id: string, store: Store, letter: string, at: number}} Layer a run, and its series
 * @typedef {{x: Ticked, y: Ticked, log: boolean, isEmpty: boolean}} Axes
 */

/** Runs that can lie over each other: more cannot be told apart. */
export const MOST = 5;
/** Points of thin curves that all runs together have, at most: the picture is drawn anew while a run trains. */
const POINTS = 20_000;

/** Ends of an axis lie no farther from 0. */
const WIDEST = Number.MAX_VALUE / 8;

/** The series of runs in the order in which they were laid over each other. @param {number} k */
const seriesOf = (k) => ORDER[k % ORDER.length];

/** The runs that are compared, the one shown first: two, or all that lie over each other. @param {Store} store
 * @returns {Layer[]} */
export function layersOf(store) {
  const { shelf, comparable, other } = store;
  /** @type {{id: string, store: Store}[]} */
  const found = [{ id: String(shelf.shown), store }];
  const beside = shelf.overlaid ? comparable : other;
  if (beside && shelf.beside) found.push({ id: shelf.beside.id, store: beside });
  if (shelf.overlaid)
    for (const one of shelf.more) if (shelf.of(one.id) && !found.some(({ id }) => id === one.id)) found.push(one);
  return found.map((one, k) => ({ ...one, letter: shelf.letter(one.id), at: seriesOf(k) }));
}

/** The trials with a thin curve: each, or every so manieth where they are many.
 * @param {Layer} layer @param {number} runs @returns {{trials: Trial[], every: number}} */
export function thinOf({ store }, runs) {
  const every = Math.max(1, Math.ceil((store.trials.epochs * runs) / POINTS));
  const trials = [];
  let k = 0;
  for (const trial of store.trials.values()) if (k++ % every === 0 && trial.epochs.length) trials.push(trial);
  return { trials, every };
}

/** A run's best trial. @param {Store} store */
export const bestOf = (store) => (store.best === null ? undefined : store.trials.get(store.best));

/** The best score after each trial that has ended, in the order of their numbers: where it changes, and at the end.
 * @param {Store} store @returns {{n: number, trial: number, score: number}[]} */
export function bestSoFar(store) {
  const up = store.objective.direction === 'maximize';
  const found = [];
  let best = NaN;
  let [n, last] = [0, -1];
  for (const trial of store.trials.inOrder()) {
    if (trial.state === 'queued' || trial.state === 'running' || trial.state === 'cancelled') continue;
    n++;
    const score = store.score(trial);
    if (!Number.isFinite(score) || (up ? score <= best : score >= best)) continue;
    [best, last] = [score, trial.number];
    found.push({ n, trial: last, score });
  }
  if (found.length && found[found.length - 1].n < n) found.push({ n, trial: last, score: best });
  return found;
}

/** @param {Layer[]} layers @param {Kind} kind @param {boolean} log @param {number} width @param {number} height
 * @returns {Axes} */
export function axesOf(layers, kind, log, width, height) {
  return kind === 'best' ? bestAxes(layers, log, width, height) : curveAxes(layers, log, width, height);
}

/** @param {Layer[]} layers @param {boolean} log @param {number} width @param {number} height @returns {Axes} */
function curveAxes(layers, log, width, height) {
  /** @type {number[]} */ const losses = [];
  /** @type {number[]} */ const starts = [];
  /** @type {number[]} */ const held = [];
  let epochs = 1;
  for (const { store } of layers) {
    for (const trial of store.trials.values()) {
      if (trial.state === 'diverged' || !trial.epochs.length) continue;
      const { validation, least, above } = lineOf(trial);
      epochs = Math.max(epochs, validation.length);
      losses.push(least, above);
      const first = validation.get(0);
      if (Number.isFinite(first)) starts.push(first);
    }
    const best = bestOf(store);
    if (best && best.state !== 'diverged') held.push(...lineOf(best).validation);
  }
  const isEmpty = !losses.some(Number.isFinite);
  const { span, log: logs, zeros } = spanOf(losses, starts, log, held);
  return {
    x: epochAxis(epochs, width),
    y: lossAxis(isEmpty ? null : span, logs, height, zeros),
    log: logs,
    isEmpty,
  };
}

/** @param {Layer[]} layers @param {boolean} log @param {number} width @param {number} height @returns {Axes} */
function bestAxes(layers, log, width, height) {
  const all = layers.map(({ store }) => bestSoFar(store));
  const n = Math.max(1, ...all.map((one) => one.at(-1)?.n ?? 0));
  const scores = all.flatMap((one) => one.map(({ score }) => score));
  const isEmpty = scores.length === 0;
  const x = epochAxis(n, width);
  if (layers[0]?.store.objective.metric.endsWith('loss')) {
    const { span, log: logs, zeros } = spanOf(scores, scores, log, scores);
    return { x, y: lossAxis(isEmpty ? null : span, logs, height, zeros), log: logs, isEmpty };
  }
  // So the widest span is finite.
  const [low, high] = [Math.min(...scores), Math.max(...scores)].map((end) =>
    Math.max(-WIDEST, Math.min(WIDEST, end)),
  );
  const room = (high - low) / 20 || Math.max(Math.abs(high), 1e-3) / 20;
  /** @type {[number, number]} */
  const domain = isEmpty ? [0, 1] : bounded([low - room, high + room], scoreBounds(layers[0].store));
  const ticks = isEmpty
    ? []
    : scoreTicks(
        layers[0].store,
        steps(...domain, height / 50).filter((at) => isPossible(layers[0].store, at)),
      );
  return { x, y: { domain, ticks }, log: false, isEmpty };
}

/** Where values lie between the ends of axes, as shares of them from the left and from below; what leaves the picture
 * does so by its height at most. @param {Axes} axes */
export const placesIn = ({ x, y, log }) => ({
  x: (/** @type {number} */ at) => shareOf(x, at),
  y: (/** @type {number} */ value) => {
    if (log && value <= 0) return 0;
    return Math.max(-1, Math.min(2, shareOf(y, log ? Math.log10(value) : value)));
  },
});

/** Places in their order, moved so that neighbours stand so far apart and all lie between two ends where there is
 * room.
 * @param {number[]} places @param {number} gap @param {number} top @param {number} bottom @returns {number[]} */
export function apart(places, gap, top, bottom) {
  const order = [...places.keys()].sort((a, b) => places[a] - places[b] || a - b);
  const found = [...places];
  let last = -Infinity;
  for (const k of order) {
    last = Math.max(top, last + gap, Math.min(places[k], bottom));
    found[k] = last;
  }
  let next = Infinity;
  for (const k of order.reverse()) {
    next = Math.min(found[k], next - gap, bottom);
    found[k] = next;
  }
  return found;
}
