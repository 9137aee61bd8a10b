import { readFile } from 'node:fs/promises';
import { small } from './app.js';
import { expect, test } from './fixtures.js';
import { PAIR, look, settled } from './look.js';

/** Sharpness beside the limit of stability, what a run records of it, and why a trial diverged, with the real engine. */

const WAVES = small({
  dataset: { name: 'waves', samples: 90 },
  fixed: { hidden: [6], activation: 'tanh', optimizer: 'gd', epochs: 30 },
  space: { learning_rate: { type: 'categorical', choices: [0.05, 20] } },
  sampler: { name: 'grid' },
  trials: 2,
  record: ['gradient_norm', 'weight_norm', 'update_ratio', 'curvature'],
});

/** What the dialog has. @param {import('./app.js').Page} page */
const found = (page) =>
  page.locator('tp-sharpness').evaluate((part) => {
    const { points, news, state } = /** @type {any} */ (part);
    return { points, news, state };
  });

test('curvature is recorded and drawn, and a trial that diverged is told where and why', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  const { trials } = await app.result(WAVES, backend);
  const [calm, lost] = ['complete', 'diverged'].map((state) =>
    trials.find((/** @type {any} */ one) => one.state === state),
  );
  expect([calm?.epochs.length, typeof lost?.diverged_at]).toEqual([30, 'number']);
  for (const { layers, curvature } of calm.epochs) {
    expect(layers.map((/** @type {object} */ one) => Object.keys(one).length)).toEqual([4, 4]);
    expect([curvature.preconditioned, curvature.limit, curvature.rows]).toEqual([null, 40, 63]);
    expect(curvature.largest).toBeGreaterThan(layers[0].curvature * 0.99);
  }

  // The calm one is shown as it was recorded, without any training.
  const open = page.getByTestId('open-sharpness');
  await expect(open).toHaveText('Sharpness');
  await open.click();
  await expect(page.getByTestId('sharp')).toHaveAttribute('data-state', 'none');
  await expect(page.getByTestId('sharp-result')).toContainText(/stays below the limit|above the limit/);
  await expect(page.getByTestId('sharp-limit')).toContainText('40');
  const shown = (await found(page)).points;
  expect(shown.map((/** @type {any} */ one) => one.largest)).toEqual(
    calm.epochs.map((/** @type {any} */ one) => one.curvature.largest),
  );
  // Step by step it is the same at the ends of the epochs, which are its steps.
  await page.getByTestId('sharp-run').click();
  await expect(page.getByTestId('sharp')).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
  const closer = (await found(page)).points;
  expect(closer.map((/** @type {any} */ one) => one.at)).toEqual(Array.from({ length: 31 }, (_, k) => k));
  for (const [k, { largest }] of closer.slice(1).entries())
    expect(Math.abs(largest / shown[k].largest - 1)).toBeLessThan(0.02);
  // Its numbers are a table, and a file.
  await page.getByTestId('sharp').getByTestId('figure-table').click();
  await expect(page.getByTestId('sharp').locator('tbody tr')).toHaveCount(31);
  await page.getByTestId('sharp').getByTestId('figure-table').click();
  const saved = page.waitForEvent('download');
  await page.getByTestId('sharpness-export').click();
  await page.getByTestId('sharpness-csv').click();
  const csv = await readFile(await (await saved).path(), 'utf8');
  expect(csv.split(/\r?\n/)[0]).toContain('step,learning_rate,loss,sharpness,limit,residual,gradient_norm_1');
  // Numbers of a trial do not stay over a study that a script sets.
  await app.put({ ...WAVES, seed: 1 });
  await expect(page.getByTestId('sharp')).toBeHidden();
  await app.put(WAVES);

  const select = (/** @type {any} */ part, /** @type {number} */ number) => void part.act('select', number);
  await page.locator('tp-selection').evaluate(select, lost.number);
  await expect(open).toHaveText('Why?');
  await open.click();
  await expect(page.getByTestId('sharp')).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
  const { news, points } = await found(page);
  // Watched step by step it is seen at the next batch's loss at the latest.
  if (backend === 'cpu') expect(news.diverged_at - lost.diverged_at).toBeLessThanOrEqual(1);
  expect(points.at(-1).at).toBe(news.diverged_at - 1);
  const words = page.getByTestId('sharp-result');
  await expect(words).toContainText(`It diverged at step ${news.diverged_at}`);
  await expect(words).toContainText(/layer/);
  await expect(words).toContainText('times as sharp as such steps can stand');
  await expect(page.getByTestId('sharp-diverged')).toContainText(`diverged at step ${news.diverged_at}`);
  await settled(page);
  await look(app, 'why it diverged', PAIR, ['tp-sharpness']);
  await page.getByTestId('sharp-use').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('sharp')).toBeHidden();
  const rate = (await app.get('study')).fixed.learning_rate;
  expect(rate).toBeLessThan(20);
});
