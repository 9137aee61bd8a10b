import { small } from './app.js';
import { expect, test } from './fixtures.js';
import { PAIR, look } from './look.js';

/**
 * A population that copies its best, points that the reader picks, and winners over other splits. That copies are the same
 * whoever trains them is session.spec.js.
 */

const SPACE = {
  learning_rate: { type: 'float', low: 0.001, high: 1, log: true },
  batch_size: { type: 'categorical', choices: [16, 32] },
};
const MOONS = small({
  dataset: { name: 'moons', samples: 120 },
  fixed: { hidden: [6], epochs: 6 },
  space: SPACE,
  trials: 40,
});

test('a population is drawn with its copies, and its panel says what it comes to', async ({ app, page, backend }) => {
  await app.open();
  const { trials } = await app.result({ ...MOONS, sampler: { name: 'pbt', population: 6 } }, backend);
  const copies = trials.filter((/** @type {any} */ one) => one.copy_of);
  expect(copies.length).toBeGreaterThan(4);
  await expect(page.getByTestId('population-about')).toContainText('6 trials train side by side');
  await app.set({ view: 'trials' });
  await expect(page.getByTestId('lineage-sum')).toContainText(`${copies.length} copies`);
  // Left goes to the trial whose weights were copied.
  const last = copies.at(-1);
  await page
    .locator('tp-lineage')
    .evaluate((part, number) => /** @type {any} */ (part).act('pick', number), last.number);
  await page.getByTestId('lineage-plot').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('lineage-said')).toContainText(`Trial ${last.copy_of.trial} at place`);
  await page.keyboard.press('t');
  const row = page
    .getByTestId('lineage')
    .getByRole('row')
    .nth(last.number + 1);
  await expect(row.getByRole('cell').nth(2)).toHaveText(String(last.copy_of.trial));
  await page.getByTestId('lineage').getByTestId('figure-table').click();
  // By hand its own settings train from the first epoch on; the trial's own losses lie beside them.
  await page.setViewportSize({ width: 1280, height: 800 });
  await app.set({ lang: 'en' });
  await page
    .locator('tp-lineage')
    .evaluate((part, number) => /** @type {any} */ (part).act('pick', number), last.number);
  await page.getByTestId('continue-by-hand').click();
  await expect(page.getByTestId('hand-note')).toContainText(`Trial ${last.number} went on with the weights`);
  await expect(page.getByTestId('hand-note')).toBeInViewport();
  const own = await page
    .locator('tp-hand-figure')
    .evaluate((part) => /** @type {any} */ (part).own.map((/** @type {any} */ one) => one.validation_loss));
  expect(own).toEqual(last.epochs.map((/** @type {any} */ one) => one.validation_loss));
});

test('points are picked on the surface and in the panel, each trains at once, and undo takes one back', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  await app.put({ ...MOONS, sampler: { name: 'hand' } });
  await page.evaluate((one) => {
    /** @type {any} */ (document.querySelector('tuning-playground')).backend = one;
  }, backend);
  await expect(page.getByRole('tab').first()).toHaveText('Picked points');
  expect(await app.call('run').catch((error) => error.message)).toContain('sampler.points');
  const plot = page.getByTestId('surface-plot');
  const { x, y, width, height } = /** @type {any} */ (await plot.boundingBox());
  const trained = async () => ((await app.get('result'))?.trials ?? []).map((/** @type {any} */ one) => one.state);
  await page.mouse.click(x + 0.4 * width, y + 0.25 * height);
  await expect.poll(trained, { timeout: 20_000 }).toEqual(['complete']);
  await page.mouse.click(x + 0.7 * width, y + 0.7 * height);
  await expect.poll(trained, { timeout: 20_000 }).toEqual(['complete', 'complete']);
  const [first, second] = (await app.get('study')).sampler.points;
  expect(second.learning_rate).toBeGreaterThan(first.learning_rate);
  expect([first.batch_size, second.batch_size]).toEqual([32, 16]);
  const field = page.getByTestId('pick.learning_rate');
  await field.fill('a lot');
  await field.press('Enter');
  await page.getByTestId('pick-point').click();
  await expect(page.getByTestId('error-pick.learning_rate')).toContainText('not a number');
  expect(await trained()).toHaveLength(2);
  await field.fill('0.05');
  await field.press('Enter');
  await page.getByTestId('pick-point').click();
  await expect.poll(trained, { timeout: 20_000 }).toHaveLength(3);
  expect((await app.get('result')).study.sampler.points[2]).toEqual({ learning_rate: 0.05, batch_size: 16 });
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await app.get('study')).sampler.points.length).toBe(2);
  await look(app, 'points by hand', PAIR, ['tp-picker', 'tp-by-hand']);
});

test('the winner of other splits is drawn against its test score, and told without a forecast', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  await app.result({ ...MOONS, trials: 3, sampler: { name: 'random' } }, backend);
  await page.getByTestId('test-lock').click();
  await page.getByTestId('open-test').click();
  await expect(page.getByTestId('winners-price')).toContainText('60 networks');
  await page.getByTestId('winners-n').selectOption('10');
  await page.getByTestId('winners-go').click();
  await expect(page.getByTestId('winners-sum')).toContainText('Over 10 splits', { timeout: 30_000 });
  await page.getByTestId('winners-plot').focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('winners-said')).toContainText('was chosen with');
  await look(app, 'winners', PAIR, ['tp-winners']);
});
