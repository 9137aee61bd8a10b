import { fileURLToPath } from 'node:url';
import { expect, test } from './fixtures.js';
import { look } from './look.js';

/** Data of the reader's own, with the real engine. */

/** @typedef {import('./packages.js').Page} Page */

/** A study of any data. */
const PLAIN = {
  format: 'tuning-playground/study@1',
  dataset: { name: 'moons' },
  fixed: { hidden: [8], epochs: 30, batch_size: 8 },
  space: { learning_rate: { type: 'float', low: 0.01, high: 0.03, log: true } },
  trials: 2,
};

/** @param {string[]} names */
const files = (...names) => names.map((name) => fileURLToPath(new URL(`../data/${name}`, import.meta.url)));

/** @param {Page} page @param {string[]} names */
async function opened(page, ...names) {
  await page.getByTestId('open-data').click();
  await expect(page.getByTestId('data')).toBeVisible();
  await page.getByTestId('data-file').setInputFiles(files(...names));
}

test('a table of one’s own is read, looked at, mended, used, trained and there again after a reload', async ({
  app,
  backend,
  page,
}) => {
  await app.open();
  await app.put(PLAIN);
  await opened(page, 'ragged.csv');
  await expect(page.getByTestId('data-problem')).toContainText('line 18 has 4 columns, where others have 3');
  await expect(page.getByTestId('data-file')).toHaveAccessibleDescription(/line 18 has 4 columns/);
  await expect(page.getByTestId('data-separator-button')).toHaveCount(5);
  await page.getByTestId('data-line').click();
  await expect(page.getByTestId('data-lines')).toContainText(',7');
  await page.getByTestId('data-file').setInputFiles(files('picture.csv'));
  await expect(page.getByTestId('data-problem')).toContainText('a PNG image');
  await page.getByTestId('data-file').setInputFiles(files('text-in-numbers.csv'));
  await expect(page.getByTestId('data-problem')).toContainText('“big” in line 10');
  await expect(page.getByTestId('data-use')).toBeDisabled();
  await page.getByTestId('data-mend-number').click();
  await expect(page.getByTestId('data-use')).toHaveText('Use 40 samples with 2 features');
  await expect(page.getByTestId('data-balance')).toContainText('24');
  // Cells of a spreadsheet: a comma between thousands, or a decimal one?
  const cells = Array.from({ length: 12 }, (_, k) => `${k + 1}\t1,1${10 + k}\t${k % 2}`);
  const buffer = Buffer.from(['no\tprice\tclass', ...cells].join('\n'));
  await page.getByTestId('data-file').setInputFiles({ name: 'cells.tsv', mimeType: 'text/plain', buffer });
  await expect(page.getByTestId('data-problem')).toContainText('“1,110” in line 2');
  await page.getByTestId('data-decimal-button').getByText('1110').click();
  await expect(page.getByTestId('data-columns')).toContainText('1,110 – 1,121');
  // The first column only numbers the rows.
  await expect(page.getByTestId('data-words')).toContainText('your choice): no.');
  await expect(page.getByTestId('data-use')).toHaveText('Use 12 samples with one feature');
  // Korean Excel's encoding, semicolons and decimal commas; what was not said of one file is not said of the next.
  await page.getByTestId('data-file').setInputFiles(files('heights-euc-kr.csv'));
  await expect(page.getByTestId('data-words')).toContainText('EUC-KR');
  await expect(page.getByTestId('data-columns')).toContainText('몸무게');
  await page.getByTestId('data-target').selectOption('몸무게');
  await expect(page.getByTestId('data-task')).toHaveValue('numbers');
  await page.getByTestId('data-use').click();
  await expect(page.getByTestId('data')).toBeHidden();
  const study = await app.get('study');
  expect(study.dataset).toMatchObject({ name: 'csv', file: 'heights-euc-kr.csv', target: '몸무게' });
  expect(study.dataset.found).toMatchObject({ task: 'numbers', rows: 59, features: 6, classes: 0 });
  const result = await app.result(null, backend);
  expect(result.trials.map((/** @type {any} */ trial) => trial.state)).toEqual(['complete', 'complete']);
  await expect.poll(() => page.evaluate(() => location.hash)).toContain('heights-euc-kr.csv');
  await page.reload();
  await app.defined();
  await expect(page.getByTestId('datasets').getByRole('radio', { checked: true })).toContainText('heights-euc-kr.csv');
  expect((await app.result(null, backend)).trials.map((/** @type {any} */ one) => one.value)).toEqual(
    result.trials.map((/** @type {any} */ one) => one.value),
  );
});

test('images in two files, a pasted table and a drawing are data, too @soak', async ({ app, backend, page }) => {
  await app.open();
  await app.put(PLAIN);
  await opened(page, 'bars-images-idx3-ubyte.gz');
  await expect(page.getByTestId('data-problem')).toContainText('1 image files and 0 label files');
  await page.getByTestId('data-file').setInputFiles(files('bars-labels-idx1-ubyte.gz', 'bars-images-idx3-ubyte.gz'));
  await expect(page.getByTestId('data-use')).toHaveText('Use 40 samples with 36 features');
  await page.getByTestId('data-use').click();
  const images = await app.result(null, backend);
  expect(images.trials[images.best].epochs.at(-1).validation_metric).toBe(1);

  await page.getByTestId('open-data').click();
  await page.getByTestId('data-way').getByRole('radio', { name: 'Paste' }).click();
  const rows = Array.from({ length: 30 }, (_, k) => `${k},${k % 2 ? 'odd' : 'even'}`);
  await page.getByTestId('data-text').fill(`n,class\n${rows.join('\n')}`);
  await page.getByTestId('data-read').click();
  await page.getByTestId('data-use').click();
  // A small table goes with its study, in links, too.
  await expect.poll(async () => (await app.get('study')).dataset.text).toContain('29,odd');
  // It is there again after another data set and a reload.
  await page.locator('[data-value=moons]').click();
  await page.reload();
  await app.defined();
  await page.getByTestId('open-data').click();
  await page.getByTestId('data-kept').getByRole('button', { name: 'pasted.csv', exact: true }).click();
  await expect.poll(async () => (await app.get('study')).dataset.text).toContain('29,odd');
  expect((await app.result(null, backend)).trials).toHaveLength(2);

  await page.getByTestId('open-data').click();
  await page.getByTestId('data-way').getByRole('radio', { name: 'Draw' }).click();
  await expect(page.getByTestId('draw-use')).toBeDisabled();
  await page.getByTestId('draw-plane').focus();
  for (let k = 0; k < 6; k++) await page.keyboard.press('Space');
  await page.keyboard.press('2');
  await page.keyboard.press('Shift+ArrowRight');
  for (let k = 0; k < 6; k++) await page.keyboard.press('Space');
  await expect(page.getByTestId('draw-words')).toContainText('12 points: class A 6, class B 6');
  await page.keyboard.press('Delete');
  await expect(page.getByTestId('draw-words')).toContainText('6 points: class A 6');
  await page.getByTestId('draw-undo').click();
  await page.getByTestId('draw-heart').click();
  await page.getByTestId('draw-use').click();
  await expect(page.getByTestId('data')).toBeHidden();
  const drawn = await app.result(null, backend);
  expect(drawn.study.dataset.found).toMatchObject({ task: 'classes', features: 2, classes: 2 });
  // A link has the drawing whole.
  const hash = await page.evaluate(() => location.hash);
  await app.open('');
  await app.open(hash);
  expect((await app.result(null, backend)).trials.map((/** @type {any} */ one) => one.value)).toEqual(
    drawn.trials.map((/** @type {any} */ one) => one.value),
  );
});

test('a table that is too large for a link is named in it, and asked for where it is not kept', async ({
  app,
  backend,
  page,
}) => {
  const rows = Array.from({ length: 900 }, (_, k) => `${k % 37},${(k * 7) % 11},${k % 3 ? 'u' : 'v'}`);
  await app.open();
  await app.put({ ...PLAIN, dataset: { name: 'csv', text: `a,b,y\n${rows.join('\n')}`, target: 'y', seed: 3 } });
  const hash = () => page.evaluate(() => location.hash);
  await expect.poll(hash).toMatch(/seed:3.*target:y.*file:table.csv/);
  await page.getByTestId('share').click();
  await expect(page.getByTestId('share-named')).toContainText('8 KB');
  await expect(page.getByTestId('share-link')).toHaveValue(/file:table\.csv/);
  await page.keyboard.press('Escape');
  // Whoever has the table here is not asked for it.
  await page.waitForTimeout(1500);
  await page.reload();
  await app.defined();
  await expect.poll(async () => (await app.get('study')).dataset.text?.length).toBeGreaterThan(6000);
  expect((await app.result(null, backend)).study.dataset.seed).toBe(3);
  await expect(page.locator('[data-message=study]')).toHaveCount(0);
  const link = await hash();
  await page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) if (name) indexedDB.deleteDatabase(name);
  });
  await page.goto('about:blank');
  await app.open(link);
  await expect(page.locator('[data-message=study]')).toContainText('table.csv');
});

test('a study of a table that is not here says which to open @soak', async ({ app, backend, page }) => {
  const found = { task: 'classes', rows: 40, features: 2, classes: 2, digest: '0123456789abcdef' };
  await app.open();
  await app.put({ ...PLAIN, dataset: { name: 'csv', file: 'mine.csv', found } });
  const { problem } = await app.run(null, backend);
  expect(problem).toContain('mine.csv');
  await page.locator('tp-messages').getByRole('button', { name: 'Your own data' }).click();
  await page.getByTestId('data-file').setInputFiles(files('flowers.csv'));
  await page.getByTestId('data-use').click();
  expect((await app.result(null, backend)).study.dataset.text).toContain('sepal,petal,species');
});

test('the dialog is for everybody @soak', async ({ app, page }) => {
  await app.open();
  await opened(page, 'text-in-numbers.csv');
  await expect(page.getByTestId('data-problem')).toBeVisible();
  await look(app, 'own data, a table', undefined, ['.own-data']);
  await app.set({ lang: 'en' });
  await page.getByTestId('data-way').getByRole('radio').nth(2).click();
  await page.getByTestId('draw-face').click();
  await look(app, 'own data, a drawing', undefined, ['.own-data']);
});
