import { narrowed } from '../../study/brush.js';
import { exact, loss, metric } from '../../study/format.js';
import { baseOf, contestant } from '../../study/race.js';

/**
 * Three ways on after the first run, each of which sets up what it shows.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../commands/command.js').On & {trained: () => Promise<boolean>}} On
 * @typedef {{key: string, values: Record<string, unknown>}} Said
 */

/** What is trained twice is short. */
const SHORT = { trials: 32, epochs: 10 };
/** Learning rates over so many powers of ten are where a linear scale sees but the largest. */
const WIDE = { low: 1e-5, high: 1 };
/** The best so manieth part of the trials says where the good region is, and so many at least. */
const BEST_PART = 4;
const LEAST = 4;

/** One study on a linear scale of learning rates, and on a logarithm.
 * @param {Study} study @returns {[Study, Study]} */
export function scalesOf(study) {
  const short = (/** @type {boolean} */ log) => {
    const one = structuredClone(study);
    one.space = { ...one.space, learning_rate: { type: 'float', ...WIDE, log } };
    delete one.fixed?.learning_rate;
    if (!one.space.epochs) one.fixed = { ...one.fixed, epochs: SHORT.epochs };
    return { ...one, trials: SHORT.trials, sampler: { name: 'random' } };
  };
  return [short(false), short(true)];
}

/** How many trials have a learning rate below another one. @param {Iterable<Trial>} trials @param {number} rate */
export const below = (trials, rate) => [...trials].filter(({ params }) => Number(params.learning_rate) < rate).length;

/** The range of a hyperparameter that the best trials lie in; null where it would be no narrower.
 * @param {import('../../study/types.js').Distribution | undefined} range @param {Trial[]} ranked best first
 * @param {string} name */
export function goodRange(range, ranked, name) {
  if (range?.type !== 'float') return null;
  const best = ranked.slice(0, Math.max(LEAST, Math.ceil(ranked.length / BEST_PART)));
  const values = best.map(({ params }) => Number(params[name])).filter(Number.isFinite);
  if (values.length < LEAST) return null;
  const low = Math.min(...values);
  const high = Math.max(...values);
  const next = narrowed(range, { name, low, high });
  const isNarrower = next && (Number(next.low) > Number(range.low) || Number(next.high) < Number(range.high));
  return isNarrower ? { range: next, n: values.length } : null;
}

/** @type {Record<string, (on: On) => Promise<Said | null | undefined>>} */
export const DOORS = {
  /** Why a logarithm: two short runs that differ in the scale alone, side by side. */
  log: async ({ store, perform, trained }) => {
    const [linear, log] = scalesOf(store.study);
    perform('set_up', linear);
    if (!(await trained())) return null;
    const before = store.shelf.shown;
    const letters = { a: store.letter, b: '' };
    const middle = Math.sqrt(WIDE.low * WIDE.high);
    const first = below(store.trials.values(), middle);
    perform('set_up', log);
    if (!(await trained())) return null;
    letters.b = store.letter;
    perform('compare_run', before);
    const second = below(store.trials.values(), middle);
    const values = { ...letters, rate: exact(Number(middle.toPrecision(2))), first, second, n: SHORT.trials };
    return { key: 'opening.log.said', values };
  },

  /** The learning rates of the best trials become the range, and are searched. */
  narrow: async ({ store, perform, trained }) => {
    const name = 'learning_rate';
    const ranked = store.ranked().map(({ trial }) => trial);
    const found = store.stale ? null : goodRange(store.study.space?.[name], ranked, name);
    if (!found) return { key: 'opening.narrow.none', values: {} };
    const { range, n } = found;
    const text = () => {
      const best = store.trials.get(store.best ?? -1);
      const score = best ? store.score(best) : NaN;
      return store.objective.metric.endsWith('loss') ? loss(score) : metric(score, store.task);
    };
    const before = text();
    perform('take_range', { name, range });
    if (!(await trained())) return null;
    const ends = { low: exact(Number(range.low)), high: exact(Number(range.high)) };
    return { key: 'opening.narrow.said', values: { ...ends, n, before, now: text() } };
  },

  /** Two optimizers from one start. */
  race: async ({ store, perform }) => {
    const base = baseOf(store.study, store.stale ? null : store.selected);
    perform(
      'race_two',
      ['sgd', 'adam'].map((one) => contestant('optimizer', one, base, 'network')),
    );
    return null;
  },
};
