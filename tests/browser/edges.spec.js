import { expect, test } from './fixtures.js';

/** Studies whose numbers lie at the edges: losses of 0, one epoch, axes that not every trial has. */

const RATE = { learning_rate: { type: 'float', low: 0.0001, high: 0.1, log: true } };
const FEATURES = { optimizer: { type: 'categorical', choices: ['sgd', 'adam'] }, beta1: { type: 'float', low: 0.5, high: 0.999, scale: 'log1m' } };

/** A study of two hidden layers on moons. @param {Record<string, any>} changes */
const study = (changes) => ({ format: 'tuning-playground/study@1', dataset: { name: 'moons' }, seed: 7, ...changes });

/** What a figure says to readers of screens. @param {import('./app.js').App} app @param {'surface' | 'curves'} figure */
const said = (app, figure) => app.page.locator(`[data-testid=${figure}] [role=img]`).getAttribute('aria-label');

/** Painted pixels of the canvas of all curves. @param {import('./app.js').Page} page */
const painted = (page) => page.locator('canvas.lines.all').evaluate((canvas) => {
  const drawn = /** @type {HTMLCanvasElement} */ (canvas);
  const data = drawn.getContext('2d')?.getImageData(0, 0, drawn.width, drawn.height).data ?? [];
  let n = 0;
  for (let k = 3; k < data.length; k += 4) if (data[k] > 60) n++;
  return n;
});

for (const name of ['gauss', 'blobs', 'penguins'])
  test(`E4 the default study on ${name} ends with a page that answers, and is there again after a reload`, async ({ app, page, backend }) => {
    await app.open();
    const own = await app.get('study');
    // A high learning rate brings losses of 0 in a few epochs.
    const fixed = { ...own.fixed, epochs: 12 };
    const result = await app.result({ ...own, dataset: { name }, fixed, trials: 12 }, backend);
    expect(result.trials).toHaveLength(12);
    await expect(page.locator('tr[data-trial]')).toHaveCount(12);
    await expect.poll(() => painted(page)).toBeGreaterThan(50);
    for (const scale of ['linear', 'log']) await page.getByTestId('curve-scale').getByText(scale, { exact: true }).click();
    await page.locator('tr[data-trial]').nth(1).click();
    await expect(page.locator('tr[data-trial]').nth(1)).toHaveAttribute('aria-selected', 'true');
    expect(await said(app, 'surface')).toContain('Validation loss: best');
    // The result is kept a moment after the run.
    await expect.poll(() => page.evaluate(async () => (await indexedDB.databases()).length)).toBeGreaterThan(0);
    await page.waitForTimeout(1500);
    await page.reload();
    await app.defined();
    await expect(page.locator('tr[data-trial]')).toHaveCount(12);
    await expect.poll(() => painted(page)).toBeGreaterThan(50);
    await page.locator('tr[data-trial]').nth(2).click();
    await expect(page.locator('tr[data-trial]').nth(2)).toHaveAttribute('aria-selected', 'true');
  });

test('E4 a loss of exactly 0 lies on the lower edge, in a brush there, and is written 0', async ({ app, page, backend }) => {
  await app.open();
  const space = { learning_rate: { type: 'float', low: 0.01, high: 1, log: true } };
  const result = await app.result(study({ dataset: { name: 'gauss' }, space, fixed: { epochs: 20 }, trials: 12 }), backend);
  const zeros = result.trials.filter((/** @type {any} */ one) => one.value === 0).length;
  expect(zeros).toBeGreaterThan(0);
  await expect(page.getByTestId('selection-score')).toHaveText('0');
  const plot = page.getByTestId('surface-plot');
  await expect(plot).toHaveAttribute('tabindex', '0');
  const box = await plot.boundingBox();
  if (!box) throw new Error('no surface');
  await page.mouse.move(box.x + 0.2 * box.width, box.y + box.height - 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + box.height - 70, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByTestId('brush')).toBeVisible();
  const out = await page.locator('tr[data-trial].out').evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-trial'))));
  for (const one of result.trials) if (one.value === 0 && one.params.learning_rate > 0.05) expect(out).not.toContain(one.number);
});

test('one epoch is drawn as points, and the axis has no second one', async ({ app, page, backend }) => {
  await app.open();
  await app.result(study({ space: RATE, fixed: { epochs: 1 }, trials: 8 }), backend);
  await expect.poll(() => painted(page)).toBeGreaterThan(60);
  await page.getByTestId('curves').getByTestId('figure-table').click();
  await expect(page.getByTestId('curves').locator('tbody tr')).toHaveCount(1);
});

test('a trial without a value on an axis is counted, and has a dash in the tables', async ({ app, page, backend }) => {
  await app.open();
  const { trials } = await app.result(study({ space: FEATURES, fixed: { epochs: 2 }, trials: 12 }), backend);
  const missing = trials.filter((/** @type {any} */ one) => one.params.beta1 === undefined).length;
  expect(missing).toBeGreaterThan(0);
  await expect(page.getByTestId('unshown')).toContainText(`${missing} not shown`);
  await expect(page.locator('[data-testid=surface] [data-trial]')).toHaveCount(12 - missing);
  expect(await said(app, 'surface')).toContain(`no value on these axes: ${missing}`);
  expect(await said(app, 'surface')).toMatch(/optimizer (sgd|adam)/);
  await page.getByTestId('surface').getByTestId('figure-table').click();
  const text = (await page.locator('tuning-playground').evaluate((one) => one.shadowRoot?.textContent)) ?? '';
  expect(text).not.toMatch(/undefined|NaN/);
});

test('what is maximized comes best first, and no accuracy is called a loss', async ({ app, page, backend }) => {
  await app.open();
  const objective = { metric: 'validation_metric', direction: 'maximize' };
  const { trials, best } = await app.result(study({ space: RATE, fixed: { epochs: 4 }, trials: 10, objective }), backend);
  const values = trials.map((/** @type {any} */ one) => one.value).sort((/** @type {number} */ a, /** @type {number} */ b) => b - a);
  await expect(page.locator('[data-sort=score]')).toContainText('val accuracy ↓');
  const shown = await page.locator('tr[data-trial] td:nth-child(3)').allTextContents();
  expect(shown.map((one) => one.trim())).toEqual(values.map((/** @type {number} */ one) => `${(100 * one).toFixed(1)}%`));
  await expect(page.locator('tr[data-trial]').first()).toHaveAttribute('data-trial', String(best));
  expect(await said(app, 'surface')).toContain(`Validation accuracy: best ${(100 * values[0]).toFixed(1)}%, trial ${best}`);
  expect(await said(app, 'surface')).not.toMatch(/loss/i);
  expect(await page.getByTestId('strip').getAttribute('aria-valuetext')).not.toMatch(/loss/);
  await expect(page.getByTestId('surface').locator('h2')).toHaveText('Validation accuracy');
  await app.set({ lang: 'ko' });
  await expect(page.getByTestId('surface').locator('h2')).toHaveText('검증 정확도');
  expect(await said(app, 'surface')).not.toContain('손실');
});

test('a grid looks like a grid, and trials at one place lie apart', async ({ app, page, backend }) => {
  await app.open();
  const sizes = { type: 'categorical', choices: [32, 8, 16] };
  const grid = await app.result(study({ space: { ...RATE, batch_size: sizes }, sampler: { name: 'grid', points: 3 }, trials: 9, fixed: { epochs: 1 } }), backend);
  expect(grid.trials).toHaveLength(9);
  const places = async () => {
    const all = page.locator('[data-testid=surface] [data-trial]');
    const texts = await all.evaluateAll((marks) => marks.map((one) => one.getAttribute('transform') ?? ''));
    return texts.map((text) => (text.match(/-?[\d.]+/g) ?? []).map(Number));
  };
  await expect(page.locator('[data-testid=surface] [data-trial]')).toHaveCount(9);
  expect(new Set((await places()).map(([x]) => x)).size).toBe(3);
  expect(new Set((await places()).map(([, y]) => y)).size).toBe(3);

  const layers = { hidden_layers: { type: 'int', low: 1, high: 2 }, batch_size: { type: 'categorical', choices: [16, 32] } };
  await app.result(study({ space: layers, trials: 12, fixed: { epochs: 1 } }), backend);
  await expect(page.locator('[data-testid=surface] [data-trial]')).toHaveCount(12);
  const spread = await places();
  for (const [k, a] of spread.entries())
    for (const b of spread.slice(k + 1)) expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeGreaterThan(4);
});

test('without a range there is a sentence instead of a surface', async ({ app, page, backend }) => {
  await app.open();
  await app.result(study({ space: RATE, trials: 2, fixed: { epochs: 1 } }), backend);
  await page.locator('[data-sort="param.learning_rate"]').click();
  const outcome = await app.run(study({ space: {}, trials: 2, fixed: { epochs: 1 } }), backend);
  test.skip(outcome.problem !== null, 'a study needs a range');
  await expect(page.getByTestId('no-surface')).toBeVisible();
  expect(await said(app, 'surface')).not.toMatch(/at ;|undefined/);
  // The column that the table was sorted by is gone.
  await expect(page.locator('[data-sort=score]')).toContainText('val loss ↑');
});

test('a brush between two whole numbers narrows nothing, and says so', async ({ app, page, backend }) => {
  await app.open();
  await app.result(study({ space: { ...RATE, hidden_units: { type: 'int', low: 1, high: 4 } }, trials: 6, fixed: { epochs: 1 } }), backend);
  const before = await app.get('study');
  await expect(page.locator('[data-testid=surface] [data-trial]')).toHaveCount(6);
  const rows = await page.locator('[data-testid=surface] .ground text').evaluateAll((all) =>
    all.filter((one) => /^[1-4]$/.test(one.textContent ?? '')).map((one) => one.getBoundingClientRect().y + one.getBoundingClientRect().height / 2));
  const plot = await page.getByTestId('surface-plot').boundingBox();
  if (!plot || rows.length < 4) throw new Error('no surface');
  const [low, high] = rows.sort((a, b) => a - b).slice(1, 3);
  await page.mouse.move(plot.x + 0.3 * plot.width, low + 0.3 * (high - low));
  await page.mouse.down();
  await page.mouse.move(plot.x + 0.9 * plot.width, low + 0.6 * (high - low), { steps: 4 });
  await page.mouse.up();
  await expect(page.getByTestId('no-narrow')).toContainText('no whole number of units');
  await expect(page.getByTestId('narrow')).toBeDisabled();
  expect(await app.get('study')).toEqual(before);
});

test('a network that ends worse than guessing is not called done', async ({ app, page, backend }) => {
  await app.open();
  const space = { learning_rate: { type: 'float', low: 0.000001, high: 0.1, log: true } };
  const { trials } = await app.result(study({ space, fixed: { epochs: 3 }, trials: 12 }), backend);
  const poor = trials.filter((/** @type {any} */ one) => one.state === 'complete' && Math.min(one.epochs.at(-1).train_loss, one.epochs.at(-1).validation_loss) > Math.log(2));
  expect(poor.length).toBeGreaterThan(0);
  expect(poor.length).toBeLessThan(12);
  await expect(page.locator('tr [data-look=untrained]')).toHaveCount(poor.length);
  await expect(page.locator(`tr[data-trial="${poor[0].number}"] [data-look]`)).toHaveText('not trained');
  await expect(page.locator('[data-testid=surface] g[data-state=untrained]')).toHaveCount(poor.length);
});
