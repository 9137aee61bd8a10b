import { readFile } from 'node:fs/promises';
import { decodeLink, encodeLink } from '../../www/src/study/link.js';
import { SMALL, small } from './app.js';
import { expect, test } from './fixtures.js';
import { DICTIONARIES } from './texts.js';
import shareEn from '../../www/src/views/share/en.json' with { type: 'json' };
import shareKo from '../../www/src/views/share/ko.json' with { type: 'json' };

/** @typedef {import('./packages.js').Page} Page */

const STUDY = /** @type {any} */ (SMALL);

/** @param {Page} page */
async function openShare(page) {
  await page.getByTestId('share').click();
  await expect(page.getByTestId('share-link')).toBeVisible();
}

/** What a button of the sheet saves. @param {Page} page @param {string} name @param {number} [n] files */
async function saved(page, name, n = 1) {
  /** @type {any[]} */
  const files = [];
  const take = (/** @type {any} */ file) => void files.push(file);
  page.on('download', take);
  await page.getByTestId(`save-${name}`).click();
  await expect(page.getByTestId('share-said')).toContainText('.', { timeout: 20_000 });
  await expect.poll(() => files.length).toBe(n);
  page.off('download', take);
  return Promise.all(
    files.map(async (file) => ({ name: file.suggestedFilename(), data: await readFile(await file.path()) })),
  );
}

test('title and question are edited in place, undone, and travel in the link', async ({ app, page }) => {
  await app.open();
  // The default study's own title is that of the preset, as long as it is the preset.
  await expect(page.getByTestId('title')).toHaveText('Learning rate × batch size on digits');
  await expect(page.getByTestId('question')).toHaveCount(0);
  await page.getByTestId('edit-words').press('Enter');
  await expect(page.getByTestId('question-field')).toBeFocused();
  await page.keyboard.type('Which <b>rate</b> wins, 64 & 1?');
  await page.getByTestId('title-field').fill('  A   title ');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('edit-words')).toBeFocused();
  await expect(page.getByTestId('title')).toHaveText('A title');
  await expect(page.getByTestId('question')).toHaveText('Which <b>rate</b> wins, 64 & 1?');
  const { name, question } = await app.get('study');
  expect({ name, question }).toEqual({ name: 'A title', question: 'Which <b>rate</b> wins, 64 & 1?' });
  // Esc leaves everything as it was.
  await page.getByTestId('edit-words').click();
  await page.getByTestId('question-field').fill('Another?');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('question')).toHaveText('Which <b>rate</b> wins, 64 & 1?');
  await expect.poll(() => decodeLink(new URL(page.url()).hash).state.study?.question).toBe(question);
  const url = page.url();
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('title')).toHaveText('Learning rate × batch size on digits');
  await page.goto('about:blank');
  await page.goto(url);
  await app.defined();
  await expect(page.getByTestId('title')).toHaveText('A title');
  await expect(page.getByTestId('question')).toHaveText('Which <b>rate</b> wins, 64 & 1?');
  // A result has the words of its study.
  const result = await app.result({ ...STUDY, name: 'n', question: 'q?' }, 'cpu');
  expect([result.study.name, result.study.question]).toEqual(['n', 'q?']);
});

test("a preset's title goes when the study is no longer the preset", async ({ app, page }) => {
  await app.open();
  await app.set({ lang: 'ko' });
  await expect(page.getByTestId('title')).toHaveText('숫자: 학습률 × 배치 크기');
  await page.getByTestId('value-learning_rate').click();
  await page.getByTestId('input-low').fill('0.01');
  await page.getByTestId('input-low').press('Enter');
  await expect(page.getByTestId('title')).toHaveCount(0);
});

test('a guest shows the words that it is given, and offers nobody to write some', async ({ page, site, app }) => {
  const guest = (/** @type {object} */ study) =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">
    <script type="module" src="${site.url}tuning-playground.js"></script></head>
    <body><tuning-playground lang="en" study='${JSON.stringify(study)}'></tuning-playground></body></html>`;
  site.pages.set('/asks.html', guest({ ...STUDY, question: 'Why?' }));
  site.pages.set('/silent.html', guest({ ...STUDY, name: '' }));
  await page.goto(new URL('/asks.html', site.url).href);
  await app.defined();
  await expect(page.getByTestId('question')).toHaveText('Why?');
  await expect(page.getByTestId('edit-words')).toHaveCount(0);
  await page.goto(new URL('/silent.html', site.url).href);
  await app.defined();
  await expect(page.getByTestId('run')).toBeVisible();
  await expect(page.getByTestId('words')).toHaveCount(0);
});

test('the link opens as the sheet says, and Esc gives the focus back', async ({ app, page, site }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: site.origin });
  await app.open('#v=1&s=dataset:(name:circle),trials:9');
  await openShare(page);
  await expect(page.getByTestId('copy-link')).toBeFocused();
  await page.getByTestId('share-view').selectOption('landscape');
  await page.getByTestId('share-lang').selectOption('ko');
  await page.getByTestId('share-theme').selectOption('dark');
  await page.getByTestId('share-scale').selectOption('1.5');
  await page.getByTestId('share-run').check();
  await page.getByTestId('copy-link').click();
  await expect(page.getByTestId('copy-link')).toHaveAttribute('data-copied', 'true');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const { state, skipped } = decodeLink(new URL(copied).hash);
  expect(skipped).toEqual([]);
  expect(state).toMatchObject({ view: 'landscape', lang: 'ko', theme: 'dark', scale: 1.5, run: true });
  expect(state.study?.dataset.name).toBe('circle');
  // The page itself stays as it is.
  expect([await app.get('view'), await app.get('lang')]).toEqual(['sweep', 'en']);
  await page.getByTestId('share-embed').click();
  const code = await page.getByTestId('embed-code').inputValue();
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
  });
  await page.getByTestId('copy-link').click();
  await expect(page.getByTestId('share-trouble')).toHaveText(shareEn['share.copy_refused']);
  await expect(page.getByTestId('share-link')).toBeFocused();
  const chosen = await page
    .getByTestId('share-link')
    .evaluate((one) => /** @type {HTMLInputElement} */ (one).selectionEnd);
  expect(chosen).toBe(copied.length);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('share-link')).toHaveCount(0);
  await expect(page.getByTestId('share')).toBeFocused();
  // The code is a page's that works.
  site.pages.set(
    '/embedded.html',
    `<!doctype html><html lang="en"><head><title>H</title><link rel="icon" href="data:,"></head>
    <body>${code}</body>`,
  );
  await page.goto(new URL('/embedded.html', site.url).href);
  await app.defined();
  await expect.poll(async () => (await app.get('study')).trials).toBe(9);
  expect([await app.get('view'), await app.get('lang')]).toEqual(['landscape', 'ko']);
});

test('a QR code is there up to 1,200 bytes, and says so beyond', async ({ app, page }) => {
  await app.open('#v=1&s=dataset:(name:circle),trials:9');
  await openShare(page);
  await page.getByTestId('share-code').click();
  await expect(page.getByTestId('code')).toBeVisible();
  const [svg] = await saved(page, 'code-svg');
  expect(svg.name).toBe('circle-qr.svg');
  const side = Number(/viewBox="0 0 (\d+)/.exec(svg.data.toString())?.[1]);
  // A code's side is 17 + 4 times its version, with 4 free modules around; its corner is a square of 7.
  expect((side - 8 - 17) % 4).toBe(0);
  for (let k = 0; k < 7; k += 1) expect(svg.data.toString()).toContain(`M${4 + k} 4h1v1h-1z`);
  const [png] = await saved(page, 'code-png');
  expect([png.name, png.data.readUInt32BE(16)]).toEqual(['circle-qr.png', 2048]);
  await page.keyboard.press('Escape');
  await app.put({ ...STUDY, name: 'x'.repeat(1000) });
  await openShare(page);
  await expect(page.getByTestId('code')).toHaveCount(0);
  await page.getByTestId('share-code').click();
  await expect(page.getByTestId('code-too-long')).toContainText('1,200');
});

test('a study that is too large for a link is passed on as a file', async ({ app, page }) => {
  await app.open();
  const study = { ...STUDY, name: 'x'.repeat(9000), question: 'Still here?' };
  await app.put(study);
  await expect(page.getByTestId('question')).toHaveText('Still here?');
  await page.getByTestId('share').click();
  await expect(page.getByTestId('share-too-long')).toContainText('8 KB');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('save-study-instead').click(),
  ]);
  const path = await download.path();
  await app.open();
  await page.getByTestId('share').click();
  await page.getByTestId('open-study-file').setInputFiles(path);
  await expect(page.getByTestId('question')).toHaveText('Still here?');
  expect((await app.get('study')).name).toHaveLength(9000);
  // What is no study says so, and changes nothing.
  await page.getByTestId('share').click();
  await page
    .getByTestId('open-study-file')
    .setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from('{"format": "a"}') });
  await expect(page.locator('[data-message=study]')).toBeVisible();
  expect((await app.get('study')).question).toBe('Still here?');
});

test('a re-run says in one sentence whether it got the bits of its link', async ({ app, page }) => {
  await app.open(`${encodeLink({ study: STUDY })}`);
  await app.result(null, 'cpu');
  await expect.poll(() => decodeLink(new URL(page.url()).hash).state.fp).toBeTruthy();
  const { fp, study } = decodeLink(new URL(page.url()).hash).state;
  if (!fp || !study) throw new Error('the address has no fingerprint');
  expect(fp.backend).toBe('cpu');
  const other = fp.hash === '0'.repeat(16) ? '1'.repeat(16) : '0'.repeat(16);
  for (const [claimed, lang, key] of /** @type {const} */ ([
    // The other verdicts are fingerprint.test.js's.
    [fp, 'en', 'same'],
    [{ ...fp, hash: other, numerics: 999 }, 'ko', 'numerics'],
  ])) {
    await page.goto('about:blank');
    await app.open(`${encodeLink({ study: { ...study, question: key }, lang, fp: claimed })}`);
    await expect(page.locator('[data-message=fp]')).toHaveCount(0);
    // A link that nobody has run here goes on saying what its author's run came to.
    await page.getByTestId('edit-words').click();
    await page.getByTestId('question-field').fill('Reworded?');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('Reworded');
    expect(decodeLink(new URL(page.url()).hash).state.fp).toEqual(claimed);
    await app.result(null, 'cpu');
    const first = DICTIONARIES[lang][`message.fp_${key}`].split('{')[0];
    await expect(page.locator('[data-message=fp]')).toContainText(first);
    await expect.poll(() => decodeLink(new URL(page.url()).hash).state.fp).toEqual(fp);
    await page.getByTestId('sweep-learning_rate').click();
    await expect.poll(() => decodeLink(new URL(page.url()).hash).state.fp).toBeUndefined();
  }
});

test('files of a run: pictures, table, result, weights', async ({ app, page, backend }) => {
  await app.open('#v=1&lang=en');
  await page.getByTestId('share').click();
  await expect(page.getByTestId('share-no-result')).toBeVisible();
  await page.keyboard.press('Escape');
  const result = await app.result({ ...STUDY, question: 'Which wins?' }, backend);
  await page.waitForTimeout(500);
  await openShare(page);
  const [svg] = await saved(page, 'view-svg');
  const text = svg.data.toString();
  expect(svg.name).toBe('digits-sweep.svg');
  for (const words of ['Which wins?', 'learning rate (log scale)', '8 trials']) expect(text).toContain(words);
  expect(text.match(/<svg /g)?.length).toBeGreaterThan(2);
  const [png] = await saved(page, 'view-png');
  expect(png.data.subarray(1, 4).toString()).toBe('PNG');
  expect(png.data.readUInt32BE(16)).toBe(2 * Number(/ width="(\d+)"/.exec(text)?.[1]));
  const [csv] = await saved(page, 'trials-csv');
  expect(csv.data.toString().trim().split('\r\n')).toHaveLength(1 + result.trials.length);
  const [json] = await saved(page, 'result-json');
  const read = JSON.parse(json.data.toString());
  expect(read.trials.map((/** @type {any} */ one) => one.value)).toEqual(
    result.trials.map((/** @type {any} */ one) => one.value),
  );
  expect(read.study.question).toBe('Which wins?');
  const files = await saved(page, 'weights', 2);
  const weights = files.find((one) => one.name.endsWith('.safetensors'));
  const script = files.find((one) => one.name.endsWith('.py'));
  expect(weights?.name).toBe(`digits-trial-${result.best}.safetensors`);
  const data = weights?.data ?? Buffer.alloc(8);
  const head = JSON.parse(data.subarray(8, 8 + Number(data.readBigUInt64LE(0))).toString());
  expect(head.__metadata__.trial).toBe(String(result.best));
  expect(head['output.bias'].shape).toEqual([10]);
  expect(script?.data.toString()).toContain(`with_name("${weights?.name}")`);
  // What goes on elsewhere, by keyboard; a journal comes back as the run that it is of.
  await page.getByTestId('share-onward').press('Enter');
  const [journal] = await saved(page, 'optuna-journal');
  expect(journal.data.toString().trim().split('\n')).toHaveLength(2 + result.trials.length);
  const [own] = await saved(page, 'pytorch-trial');
  expect(own.name).toBe(`digits_trial_${result.best}.py`);
  expect(own.data.toString()).toContain(`"""Trial ${result.best} of a study on digits`);
  await page.keyboard.press('Escape');
  await page.getByTestId('all-runs').click();
  await page.getByTestId('import-file').setInputFiles({ name: 'a.log', mimeType: 'text/plain', buffer: journal.data });
  await expect(page.locator('.all-runs li').first().getByTestId('run-name')).toHaveValue('a');
  expect((await app.get('result')).trials).toEqual(result.trials);
  await page.keyboard.press('Escape');
  // A result that is opened here is a run, too, with its study.
  await app.put({ ...STUDY, dataset: { name: 'moons' } });
  await openShare(page);
  await page
    .getByTestId('open-study-file')
    .setInputFiles({ name: 'b.json', mimeType: 'application/json', buffer: json.data });
  await expect.poll(async () => (await app.get('study')).dataset.name).toBe('digits');
  expect((await app.get('result')).trials).toEqual(result.trials);
  // Weights of another visit, and of a run from a file, are not here, and the sheet says what brings them back.
  await page.waitForTimeout(1500);
  await page.reload();
  await app.defined();
  await expect(page.locator('.app')).toHaveAttribute('data-outcome', 'earlier');
  await openShare(page);
  await page.getByTestId('save-weights').click();
  await expect(page.getByTestId('share-trouble')).toContainText('run the study again');
});

test('a page that needs no network: figures in both themes, the table, the documents, the link', async ({
  app,
  page,
}) => {
  test.setTimeout(120_000);
  await app.open('#v=1&lang=ko');
  const question = '</script><img src=x onerror=alert(1)> 왜?';
  const study = { ...STUDY, name: '<i>제목</i>', question };
  const result = await app.result(study, 'cpu');
  await page.waitForTimeout(500);
  await openShare(page);
  const [file] = await saved(page, 'standalone');
  expect(file.name).toBe('digits-run.html');
  expect(file.data.length).toBeLessThan(5_000_000);
  // What was drawn in the other theme's colours for a moment is as it was.
  await expect(page.locator('.app')).toHaveAttribute('data-theme', 'light');
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const reader = await page.context().newPage();
    await reader.emulateMedia({ colorScheme });
    /** @type {string[]} */
    const noise = [];
    reader.on('console', (/** @type {any} */ one) => void noise.push(one.text()));
    reader.on('request', (/** @type {any} */ one) => void (/^(data|blob):/.test(one.url()) || noise.push(one.url())));
    await reader.setContent(file.data.toString());
    await expect(reader.locator('h1')).toHaveText('<i>제목</i>');
    await expect(reader.locator('.question')).toHaveText(question);
    const seen = await reader.evaluate(() => ({
      lang: document.documentElement.lang,
      images: [...document.images].map((one) => [one.naturalWidth > 100, decodeURIComponent(one.currentSrc)]),
      result: JSON.parse(document.getElementById('result')?.textContent ?? 'null'),
      rows: document.querySelectorAll('.scroll tbody tr').length,
      href: document.querySelector('a')?.href ?? '',
      scripts: [...document.scripts].map((one) => one.type),
    }));
    expect(noise).toEqual([]);
    expect(seen.lang).toBe('ko');
    expect(seen.images.length).toBeGreaterThan(1);
    for (const [drawn, source] of seen.images) {
      expect(drawn).toBe(true);
      expect(source).toContain(colorScheme === 'dark' ? '#14181b' : '#fff');
    }
    expect(seen.result.trials).toEqual(result.trials);
    expect(seen.result.study.question).toBe(question);
    expect(seen.rows).toBe(result.trials.length);
    expect(seen.scripts).toEqual(['application/json']);
    const { state } = decodeLink(new URL(seen.href).hash);
    expect(state.study?.question).toBe(question);
    expect(state.fp).toBeTruthy();
    await reader.close();
  }
});

test('sheet and page name how the study searches: sampler, pruner, stages and budget', async ({ app, page }) => {
  await app.open('#v=1&lang=en');
  const { trials: _, ...rest } = small({});
  const stages = [
    { epochs: 1, trials: 6 },
    { epochs: 2, trials: 3, shrink: 0.5 },
  ];
  await app.result({ ...rest, stages, pruner: { name: 'median' }, budget: 1_000_000 }, 'cpu');
  await openShare(page);
  const outline = page.getByTestId('share-outline');
  await expect(outline).toContainText(/Random · .*pruner Median.* · stages 6 × 1 › 3 × 2 · budget .*10⁶/);
  const [file] = await saved(page, 'standalone');
  const html = file.data.toString();
  for (const [name, value] of [
    ['pruner', 'Median'],
    ['stages', '6 × 1 › 3 × 2'],
    ['budget (trial-steps)', '10⁶'],
    ['sampler', 'Random'],
  ])
    expect(html).toContain(`<th scope="row">${name}</th><td>${value}`);
});

test('a page of a large run says what it leaves out, and stays within 5 MB @soak', async ({ app, page }) => {
  test.setTimeout(240_000);
  await app.open('#v=1&lang=en');
  const study = {
    format: 'tuning-playground/study@1',
    dataset: { name: 'moons', samples: 20 },
    fixed: { hidden: [2], epochs: 25, batch_size: 8 },
    space: { learning_rate: { type: 'float', low: 1e-4, high: 1, log: true } },
    trials: 1200,
  };
  await app.result(study, 'cpu');
  await page.waitForTimeout(1000);
  await openShare(page);
  const [file] = await saved(page, 'standalone');
  const text = file.data.toString();
  expect(file.data.length).toBeLessThanOrEqual(5_000_000);
  const told = page.getByTestId('share-said');
  for (const words of ['The table has the best 1,000 of 1,200 trials.', shareEn['share.left.epochs']]) {
    await expect(told).toContainText(words);
    expect(text).toContain(words);
  }
  const block = JSON.parse(/id="result">([^]*?)<\/script>/.exec(text)?.[1] ?? 'null');
  expect(block.trials).toHaveLength(1200);
  expect(block.trials[0].epochs).toEqual([]);
});

test('a link to data that are not here says which, and loads the rest', async ({ app, page }) => {
  await app.open('#v=1&lang=en&s=dataset:(name:csv,seed:4),fixed:(epochs:3),trials:7,question:%27Mine?%27');
  const message = page.locator('[data-message=link]');
  await expect(message).toContainText(DICTIONARIES.en['message.link_data']);
  await expect(message).toContainText('“csv”');
  await expect(message).toContainText('“digits”');
  const { dataset, fixed, trials, question } = await app.get('study');
  expect([dataset.name, dataset.seed, fixed.epochs, trials, question]).toEqual(['digits', 4, 3, 7, 'Mine?']);
  await app.set({ lang: 'ko' });
  await expect(message).toContainText(DICTIONARIES.ko['message.link_data']);
});

test('the sheet is whole in both languages', () => {
  expect(Object.keys(shareKo)).toEqual(Object.keys(shareEn));
});
