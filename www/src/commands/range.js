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

/** The learning-rate range test. */
export const RANGE = {
  range: defineCommand({
    act: (on) => opened(on, 'range', () => /** @type {any} */ (on.page.renderRoot.querySelector('tp-range')).open()),
  }),
  /** Tests learning rates; what it returns settles at the end. */
  test_rates: defineCommand({
    act: ({ runner }, /** @type {Asked} */ { trial, range, onNews }) => runner.testRates(trial, range, onNews),
  }),
  leave_rates: defineCommand({ act: ({ runner }) => runner.leaveRates() }),
};
