import { DICTIONARIES } from './texts.js';
import { serious } from './look.js';
import { expect, test } from './fixtures.js';

/** What the pictures of a sweep say beside its scores: colours, ties, edges; and the table's filter and columns. */

/** @typedef {import('./app.js').Page} Page */

/** @param {object} [changes] */
const study = (changes) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'iris' },
  fixed: { hidden: [8], epochs: 8 },
  space: {
    learning_rate: { type: 'float', low: 1e-5, high: 0.005, log: true },
    batch_size: { type: 'categorical', choices: [8, 16, 32] },
    optimizer: { type: 'categorical', choices: ['sgd', 'adam'] },
  },
  trials: 24,
  ...changes,
});

/** @param {any} one */
const gapOf = (one) => one.epochs.at(-1).validation_loss - one.epochs.at(-1).train_loss;

test('the surface is coloured by the gap: legend, table, file, summary and link follow', async ({
  app,
  page,
  backend,
}) => {
  await app.open('#v=1&lang=en');
  const { trials } = await app.result(study(), backend);
  const fit = page.locator('[data-testid=surface] .fit path').nth(3);
  await expect(fit).toHaveCount(1);
  const before = await fit.getAttribute('fill');
  const color = page.getByTestId('surface-color');
  await expect(color.locator('option')).toHaveText(['val loss', 'val accuracy', 'gap']);
  await color.selectOption('gap');
  await expect(page.getByTestId('surface').locator('h2')).toHaveText(DICTIONARIES.en['measure.gap.title']);
  const ends = page.getByTestId('surface').locator('.legend > span');
  await expect(ends.last()).toHaveText(/^\+/);
  expect((await ends.nth(-2).textContent())?.replace('−', '+')).toBe(await ends.last().textContent());
  await expect.poll(() => fit.getAttribute('fill')).not.toBe(before);
  await expect(page.getByTestId('selection')).toContainText('gap');
  const gaps = trials.map(gapOf);
  await expect(page.locator('[data-testid=surface] .ground')).toHaveAttribute(
    'aria-label',
    /Generalization gap, from/,
  );
  await page.getByTestId('surface').getByTestId('figure-table').click();
  await expect(page.locator('[data-testid=surface] .data th').nth(4)).toHaveText('gap');
  await page.getByTestId('surface').getByTestId('figure-table').click();
  const download = page.waitForEvent('download');
  await page.getByTestId('surface-export').click();
  await page.getByTestId('surface-csv').click();
  const stream = await (await download).createReadStream();
  let text = '';
  for await (const part of stream) text += part;
  const rows = text.trim().split('\r\n');
  expect(rows[0].split(',')).toContain('gap');
  expect(rows.slice(1).map((row) => Number(row.split(',')[rows[0].split(',').indexOf('gap')]))).toEqual(gaps);
  await color.selectOption('validation_metric');
  await expect(page.getByTestId('surface').locator('h2')).toHaveText('Validation accuracy');
  await expect(ends.last()).toHaveText(/%$/);
  await expect.poll(() => page.evaluate(() => location.hash)).toContain('color=validation_metric');
  expect(await serious(app)).toEqual([]);
});

test('a link says what colours surface and curves; names have a line each, numbers a scale', async ({
  app,
  page,
  backend,
}) => {
  await app.open('#v=1&lang=en&color=gap&curves=optimizer');
  await app.result(study(), backend);
  await expect(page.getByTestId('surface-color')).toHaveValue('gap');
  await expect(page.getByTestId('curve-color')).toHaveValue('optimizer');
  await expect(page.getByTestId('curve-colors').locator('.st')).toHaveText(['sgd', 'adam']);
  const dashes = await page
    .getByTestId('curve-colors')
    .locator('path')
    .evaluateAll((all) => all.map((one) => `${one.getAttribute('stroke')} ${one.getAttribute('stroke-dasharray')}`));
  expect(new Set(dashes).size).toBe(2);
  await page.getByTestId('curve-color').selectOption('learning_rate');
  await expect(page.getByTestId('curve-colors')).toContainText('learning rate (log scale)');
  await expect(page.getByTestId('curve-colors')).toContainText('5×10⁻³');
  await expect(page.locator('[data-testid=curves] .chart')).toHaveAttribute('aria-label', /Colored by learning rate/);
  await expect.poll(() => page.evaluate(() => location.hash)).toContain('curves=learning_rate');
  await page.getByTestId('curve-color').selectOption('');
  await expect.poll(() => page.evaluate(() => location.hash)).not.toContain('curves=');
});

test('ties are counted with their reason, and a best at the edge widens its range, once and undoably', async ({
  app,
  page,
  backend,
}) => {
  await app.open('#v=1&lang=en');
  const narrow = { learning_rate: { type: 'float', low: 1e-5, high: 1e-3, log: true } };
  const { trials, best } = await app.result(
    study({
      space: narrow,
      fixed: { hidden: [8], epochs: 40 },
      sampler: { name: 'grid', points: 6 },
      trials: 6,
    }),
    backend,
  );
  const rate = trials[best].params.learning_rate;
  expect(rate).toBe(1e-3);
  const edge = page.getByTestId('edge-learning_rate');
  await expect(edge).toContainText('lies at the edge of its range');
  await page.getByTestId('widen-learning_rate').click();
  await expect(edge).toHaveCount(0);
  expect((await app.get('study')).space.learning_rate).toEqual({ ...narrow.learning_rate, high: 0.01 });
  await page.getByTestId('undo').click();
  expect((await app.get('study')).space).toEqual(narrow);
  await expect(edge).toHaveCount(1);
  const wide = { learning_rate: { type: 'float', low: 1e-4, high: 10, log: true } };
  const result = await app.result(study({ space: wide, fixed: { hidden: [8], epochs: 30 }, trials: 24 }), backend);
  const own = result.trials[result.best];
  await expect(page.getByTestId('selection-ties')).toHaveCount(1);
  const n = Number((await page.getByTestId('ties').textContent())?.match(/\d+/)?.[0]);
  // Of 23 validation samples the interval is wide.
  const bound = Number((await page.getByTestId('ties').getAttribute('title'))?.match(/least ([\d.]+)%/)?.[1]) / 100;
  const tied = result.trials.filter(
    (/** @type {any} */ one) =>
      one !== own && one.state === 'complete' && one.epochs.at(-1).validation_metric >= bound - 5e-4,
  );
  expect(n).toBe(tied.length);
  await expect(page.getByTestId('mark-ties')).toContainText(String(n));
  await page.getByTestId('closer-learning_rate').click();
  const range = (await app.get('study')).space.learning_rate;
  expect(range).toMatchObject({ type: 'float' });
  expect(range.log).toBeUndefined();
  expect(range.low).toBeLessThan(own.params.learning_rate);
  expect(range.high).toBeGreaterThan(own.params.learning_rate);
  expect(range.step).toBeGreaterThan(0);
  await page.getByTestId('undo').click();
  expect((await app.get('study')).space).toEqual(wide);
  expect(await serious(app)).toEqual([]);
});

test('a line of text filters the table, and says what is wrong with it', async ({ app, page, backend }) => {
  await app.open('#v=1&lang=en');
  const { trials } = await app.result(study(), backend);
  await page.getByTestId('table-filter-button').click();
  await expect(page.getByTestId('table-filter')).toBeFocused();
  await page.keyboard.type('batch size = 16, optimizer = adam');
  const meant = trials.filter(
    (/** @type {any} */ { params }) => params.batch_size === 16 && params.optimizer === 'adam',
  );
  await expect(page.locator('tr[data-trial]')).toHaveCount(meant.length);
  await expect(page.getByTestId('table-filter-said')).toHaveText(` ${meant.length} of 24 trials`);
  await page.getByTestId('table-filter').fill('optimizer = adm');
  await expect(page.getByTestId('table-filter-said')).toContainText('there is no “adm”. Use one of: sgd, adam.');
  await expect(page.getByTestId('table-filter')).toHaveAttribute('aria-invalid', 'true');
  await app.set({ lang: 'ko' });
  await page.getByTestId('table-filter').fill('배치 크기 = 8; 손실 < 0');
  await expect(page.locator('tr[data-trial]')).toHaveCount(0);
  await expect(page.locator('td.none')).toHaveText(DICTIONARIES.ko['filter.none']);
  expect(await serious(app)).toEqual([]);
  await page.getByTestId('table-filter').press('Escape');
  await expect(page.locator('tr[data-trial]')).toHaveCount(24);
  await page.getByTestId('table-filter').press('Escape');
  await expect(page.getByTestId('table-filter')).toHaveCount(0);
  await expect(page.getByTestId('table-filter-button')).toBeFocused();
});

test('columns are chosen, kept, and copied as they are shown', async ({ app, page, context, backend }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await app.open('#v=1&lang=en');
  const { trials } = await app.result(study({ trials: 6 }), backend);
  await page.getByTestId('table-columns').click();
  await page.getByTestId('column-gap').click();
  await page.getByTestId('column-train_loss').click();
  await expect(page.getByTestId('column-gap')).toHaveAttribute('aria-checked', 'false');
  await page.keyboard.press('Escape');
  const heads = [
    '#',
    'status',
    'val loss',
    'accuracy',
    'train loss',
    'optimizer',
    'learning rate',
    'batch size',
    'epochs',
  ];
  await page.getByTestId('table-filter-button').click();
  await page.getByTestId('table-filter').fill('trial < 4');
  await expect(page.locator('tr[data-trial]')).toHaveCount(4);
  const order = await page
    .locator('tr[data-trial]')
    .evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-trial'))));
  await page.getByTestId('table-export').click();
  await page.getByTestId('table-tsv').click();
  await expect(page.getByTestId('table-said')).toHaveText(DICTIONARIES.en['figure.copied']);
  const lines = (await page.evaluate(() => navigator.clipboard.readText()))
    .replaceAll('\r\n', '\n')
    .trimEnd()
    .split('\n');
  expect(lines[0].split('\t')).toEqual(heads);
  expect(lines).toHaveLength(5);
  order.forEach((number, k) => {
    const cells = lines[k + 1].split('\t');
    expect(Number(cells[0])).toBe(number);
    expect(Number(cells[4])).toBe(trials[number].epochs.at(-1).train_loss);
    expect(cells[5]).toBe(trials[number].params.optimizer);
  });
  await page.reload();
  await app.defined();
  await expect(page.locator('thead th').filter({ hasText: 'train loss' })).toHaveCount(1);
  await expect(page.locator('thead th').filter({ hasText: /^gap/ })).toHaveCount(0);
});

test('menus name what is shown when another study brings other choices', async ({ app, page, backend }) => {
  await app.open();
  await app.result(study({ trials: 3 }), backend);
  await expect(page.getByTestId('surface-color')).toHaveValue('validation_loss');
  const objective = { metric: 'validation_metric', direction: 'maximize' };
  await app.result(study({ trials: 3, objective }), backend);
  const color = page.getByTestId('surface-color');
  await expect(color).toHaveValue('validation_metric');
  await expect(color.locator('option').first()).toHaveAttribute('value', 'validation_metric');
});
