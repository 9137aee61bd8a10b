import { small } from './app.js';
import { expect } from './fixtures.js';

export const LOG = { type: 'float', low: 0.001, high: 1e6, log: true };
/** Of numbers, whose loss grows without an end where the rate is too large. */
export const NETS = small({
  dataset: { name: 'waves', samples: 60 },
  fixed: { hidden: [4], epochs: 3, init: 'normal', optimizer: 'sgd' },
  space: { learning_rate: LOG, init_std: { type: 'float', low: 0.01, high: 3, log: true } },
  trials: 3,
});

/** What the page knows of the map. @param {import('./app.js').Page} page */
export const mapIn = (page) =>
  page.locator('tuning-playground').evaluate((element) => {
    const { map } = /** @type {any} */ (element).store;
    const { state, options, ranges, done, n, counts, known, losses, steps, history, pixel, problem, earlier } = map;
    return {
      state,
      options,
      ranges,
      done,
      n,
      problem,
      earlier,
      counts: [...counts],
      known: [...known],
      losses: [...losses].map(String),
      steps: [...steps],
      windows: history.length,
      epochs: pixel?.done ? pixel.trial.epochs.length : null,
      ending: pixel?.done ? pixel.trial.epochs.measure('validation_loss') : null,
    };
  });

/** Waits for a state of the map; what is known then. @param {import('./app.js').Page} page @param {RegExp} [state] */
export async function settled(page, state = /ready|done|failed/) {
  await expect.poll(async () => (await mapIn(page)).state, { timeout: 30_000 }).toMatch(state);
  return mapIn(page);
}
