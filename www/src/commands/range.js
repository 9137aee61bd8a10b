import { defineCommand } from './command.js';
import { opened } from './focus.js';

/**
 * @typedef {import('../study/types.js').RangeNews} RangeNews
 * @typedef {import('../study/types.js').RateRange} RateRange
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {object} Asked
 * @property {Pick<Trial, 'number' | 'params'>} trial whose settings are tested
 * @property {RateRange} range
 * @property {(news: RangeNews) => void} onNews
 */

/** What is worked out of one trial: the learning-rate range test, its sharpness, and a run by hand. */
export const RANGE = {
  range: defineCommand({
    act: (on) => opened(on, 'range', () => /** @type {any} */ (on.page.renderRoot.querySelector('tp-range')).open()),
  }),
  /** Tests learning rates; what it returns settles at the end. */
  test_rates: defineCommand({
    act: ({ runner }, /** @type {Asked} */ { trial, range, onNews }) => runner.testRates(trial, range, onNews),
  }),
  /** Opens the sharpness of the selected trial, and why it diverged if it did. */
  sharpness: defineCommand({
    act: (on) =>
      opened(on, 'sharpness', () => /** @type {any} */ (on.page.renderRoot.querySelector('tp-sharpness')).open()),
  }),
  /** What it returns settles at the end. */
  look_sharply: defineCommand({
    act: ({ runner }, /** @type {import('../study/types.js').SharpAsked} */ asked) => runner.lookSharply(asked),
  }),
  /** Opens what several networks are worth together. */
  ensemble: defineCommand({
    act: (on) =>
      opened(on, 'ensemble', () => /** @type {any} */ (on.page.renderRoot.querySelector('tp-ensemble')).open()),
  }),
  /** What it returns settles at the end. */
  train_together: defineCommand({
    act: ({ runner }, /** @type {import('../study/types.js').EnsembleAsked} */ asked) => runner.together(asked),
  }),
  /** Measures epochs with batches of several sizes; what it returns settles at the end. */
  time_epochs: defineCommand({
    act: ({ runner }, /** @type {import('../study/types.js').TimesAsked} */ asked) =>
      runner.apart('timeEpochs', asked),
  }),
  leave_ensemble: defineCommand({ act: ({ runner }) => runner.leave('ensemble') }),
  /** Trains two trials again with seeds that both share; what it returns settles at the end. */
  pair: defineCommand({
    act: ({ runner }, /** @type {import('../study/types.js').PairAsked} */ asked) => runner.pair(asked),
  }),
  /** Runs a study again over other splits; what it returns settles at the end. */
  repeat_splits: defineCommand({
    act: ({ runner }, /** @type {import('../study/types.js').RepeatsAsked} */ asked) =>
      runner.apart('repeatSplits', asked),
  }),
  /** What a sampler thinks, and what is trained to see it think; what it returns settles at the end. */
  aside: defineCommand({
    act: ({ runner }, /** @type {{what: 'believe' | 'train' | 'search', asked: any}} */ { what, asked }) =>
      runner.aside(what, asked),
  }),
  leave_sharpness: defineCommand({ act: ({ runner }) => runner.leave('sharpness') }),
  /** Opens tuning by hand, of the selected trial or of what is there. */
  hand: defineCommand({
    act: (on, /** @type {boolean} */ asTrial) =>
      opened(on, 'hand', () => /** @type {any} */ (on.page.renderRoot.querySelector('tp-hand')).open(asTrial)),
  }),
  /** Opens the run by hand that a link has. */
  hand_from: defineCommand({
    act: (on, /** @type {string} */ words) =>
      opened(on, 'hand', () => /** @type {any} */ (on.page.renderRoot.querySelector('tp-hand')).openLink(words)),
  }),
  train_by_hand: defineCommand({
    act: ({ runner }, /** @type {{what: string, args: any[]}} */ { what, args }) => runner.byHand(what, args),
  }),
  leave_rates: defineCommand({ act: ({ runner }) => runner.leave('range') }),
};
