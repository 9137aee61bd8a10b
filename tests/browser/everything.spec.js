import catalog from '../../src/dataset/catalog.json' with { type: 'json' };
import { expect, standingTest, test } from './fixtures.js';

/** Every data set by a sampler of its own, calm and hot, for every change; by every sampler for soak. */

const DATASETS = catalog.filter((one) => ['generated', 'bundled'].includes(one.kind)).map((one) => one.name);
const SAMPLERS = ['grid', 'random', 'sobol'];
/** Learning rates: where all learn, and where most diverge. @type {[string, number, number][]} */
const RATES = [
  ['calm', 1e-4, 0.1],
  ['hot', 1, 1e6],
];

/** @param {string} dataset @param {string} sampler @param {number} low @param {number} high */
const study = (dataset, sampler, low, high) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: dataset, ...(dataset === 'mnist' && { samples: 200 }) },
  fixed: { hidden: [8], epochs: 3, batch_size: 16 },
  space: {
    learning_rate: { type: 'float', low, high, log: true },
    optimizer: { type: 'categorical', choices: ['sgd', 'adam'] },
  },
  sampler: sampler === 'grid' ? { name: sampler, points: 4 } : { name: sampler },
  trials: 8,
});

/** Trains a data set by samplers, calm and hot.
 * @param {{app: import('./app.js').App, page: import('./packages.js').Page, backend: string}} on
 * @param {string} dataset @param {string[]} samplers */
async function trained({ app, page, backend }, dataset, samplers) {
  await app.stand();
  for (const sampler of samplers) {
    for (const [, low, high] of RATES) {
      const result = await app.result(study(dataset, sampler, low, high), backend);
      expect(result.trials).toHaveLength(8);
      for (const trial of result.trials) expect(['complete', 'diverged']).toContain(trial.state);
      // The page has drawn it all and still does what it is asked. A row that changes places loses the key.
      await expect(async () => {
        await page.locator('tr[data-trial="3"] button').press('Enter');
        await expect(page.getByTestId('selection')).toHaveAttribute('data-trial', '3', { timeout: 2000 });
      }).toPass();
      await page.keyboard.press('Escape');
    }
  }
}

for (const [k, dataset] of DATASETS.entries()) {
  const own = SAMPLERS[k % SAMPLERS.length];
  const others = SAMPLERS.filter((one) => one !== own);
  standingTest(
    `E4 ${dataset} trains to the end (${own}), calm and hot, and the page answers`,
    ({ app, page, backend }) => trained({ app, page, backend }, dataset, [own]),
  );
  standingTest(
    `E4 ${dataset} trains to the end (${others.join(', ')}), calm and hot @soak`,
    ({ app, page, backend }) => trained({ app, page, backend }, dataset, others),
  );
}

// Gauss is in edges.spec.js.
for (const [dataset, when] of [
  ['blobs', ' @soak'],
  ['penguins', ''],
  ['diabetes', ' @soak'],
]) {
  test(`E4 the default study on ${dataset} runs to its end, and a reload brings it back${when}`, async ({
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
