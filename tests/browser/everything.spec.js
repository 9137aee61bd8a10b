import catalog from '../../src/dataset/catalog.json' with { type: 'json' };
import { expect, standingTest, test } from './fixtures.js';

/** Every data set by every sampler, calm and hot, small enough that all of them fit in a test run. */

const DATASETS = catalog.filter((one) => one.available).map((one) => one.name);
const SAMPLERS = ['grid', 'random', 'sobol'];
/** Learning rates: where all learn, and where most diverge. @type {[string, number, number][]} */
const RATES = [
  ['calm', 1e-4, 0.1],
  ['hot', 1, 1e6],
];

/** @param {string} dataset @param {string} sampler @param {number} low @param {number} high */
const study = (dataset, sampler, low, high) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: dataset },
  fixed: { hidden: [8], epochs: 3, batch_size: 16 },
  space: {
    learning_rate: { type: 'float', low, high, log: true },
    optimizer: { type: 'categorical', choices: ['sgd', 'adam'] },
  },
  sampler: sampler === 'grid' ? { name: sampler, points: 4 } : { name: sampler },
  trials: 8,
});

for (const dataset of DATASETS) {
  standingTest(
    `E4 ${dataset} trains to the end by every sampler, calm and hot, and the page answers`,
    async ({ app, page, backend }) => {
      await app.stand();
      for (const sampler of SAMPLERS) {
        for (const [, low, high] of RATES) {
          const result = await app.result(study(dataset, sampler, low, high), backend);
          expect(result.trials).toHaveLength(8);
          for (const trial of result.trials) expect(['complete', 'diverged']).toContain(trial.state);
          // The page has drawn it all and still does what it is asked.
          // (By a key: rows that change places would be clicked beside.)
          await page.locator('tr[data-trial="3"] button').press('Enter');
          await expect(page.getByTestId('selection')).toHaveAttribute('data-trial', '3');
          await page.keyboard.press('Escape');
        }
      }
    },
  );
}

// Gauss is in edges.spec.js.
for (const dataset of ['blobs', 'penguins', 'diabetes']) {
  test(`E4 the default study on ${dataset} runs to its end, and a reload brings it back`, async ({
    app,
    page,
    backend,
  }) => {
    await app.open();
    const given = await app.get('study');
    const result = await app.result({ ...given, dataset: { ...given.dataset, name: dataset }, trials: 8 }, backend);
    expect(result.trials.every((/** @type {any} */ trial) => ['complete', 'diverged'].includes(trial.state))).toBe(
      true,
    );
    await page.locator(`tr[data-trial="${result.best}"] button`).click();
    // What was kept is shown again, by figures that have to be drawn anew.
    await expect
      .poll(
        async () => {
          await app.open();
          return page.locator('tr[data-trial]').count();
        },
        { intervals: [1500] },
      )
      .toBeGreaterThan(0);
    expect((await app.get('result')).best).toBe(result.best);
    await page.locator('tr[data-trial="3"] button').click();
    await expect(page.getByTestId('selection')).toHaveAttribute('data-trial', '3');
  });
}
