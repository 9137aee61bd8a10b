import { readFile } from 'node:fs/promises';
import { SMALL, small } from './app.js';
import { expect, test } from './fixtures.js';
import { DICTIONARIES } from './texts.js';

/** Files of figures, and the cursor that says what they show. */

/**
 * What a figure saves.
 * @param {import('./packages.js').Page} page
 * @param {'surface' | 'curves' | 'table'} figure
 * @param {'png' | 'svg' | 'csv'} kind
 */
async function saved(page, figure, kind) {
  await page.getByTestId(`${figure}-export`).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId(`${figure}-${kind}`).click()]);
  return { name: file.suggestedFilename(), data: await readFile(await file.path()) };
}

/** What stands in an SVG, as a browser reads it that knows nothing of the page.
 * @param {import('./packages.js').Page} page @param {Buffer} data */
async function readSvg(page, data) {
  const reader = await page.context().newPage();
  const read = await reader.evaluate((text) => {
    const { documentElement: svg } = new DOMParser().parseFromString(text, 'image/svg+xml');
    return {
      name: svg.nodeName,
      size: [Number(svg.getAttribute('width')), Number(svg.getAttribute('height'))],
      title: svg.querySelector('title')?.textContent,
      about: svg.querySelector('desc')?.textContent,
      ground: svg.querySelector('rect')?.getAttribute('fill'),
      texts: [...svg.querySelectorAll('text')].map((one) => one.textContent?.trim()),
      images: svg.querySelectorAll('image').length,
      strokes: [...svg.querySelectorAll('[clip-path] path')].map((one) => one.getAttribute('stroke')),
    };
  }, data.toString('utf8'));
  await reader.close();
  return read;
}

test('a picture stands alone: PNG of twice the size, SVG with title, axes and legend', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  await expect(page.getByTestId('surface-export')).toHaveCount(0);
  const result = await app.result(SMALL, backend);
  await page.waitForTimeout(500);
  for (const [figure, name, texts] of /** @type {const} */ ([
    [
      'surface',
      'digits-response-surface',
      [
        'Response surface – digits 8×8',
        'learning rate (log scale)',
        'batch size (log scale)',
        'done',
        'Validation loss',
      ],
    ],
    ['curves', 'digits-loss-curves', ['Loss curves – digits 8×8', 'epoch', '↑ loss (log scale)', 'val', 'train']],
  ])) {
    const svg = await saved(page, figure, 'svg');
    expect(svg.name).toBe(`${name}.svg`);
    const text = svg.data.toString('utf8');
    expect(text).not.toMatch(/var\(|undefined|NaN|<!--/);
    const read = await readSvg(page, svg.data);
    expect(read).toMatchObject({ name: 'svg', title: texts[0], ground: '#fff', images: 0 });
    for (const one of texts) expect(read.texts, `${figure} says ${one}`).toContain(one);
    expect(read.about).toContain(String(result.best));
    const png = await saved(page, figure, 'png');
    expect(png.name).toBe(`${name}.png`);
    expect([...png.data.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect([png.data.readUInt32BE(16), png.data.readUInt32BE(20)]).toEqual(read.size.map((one) => 2 * one));
    // A picture of nothing has few colours.
    const colors = await page.evaluate(async (data) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const g = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
      g.drawImage(image, 0, 0);
      return new Set(new Uint32Array(g.getImageData(0, 0, image.width, image.height).data.buffer)).size;
    }, png.data.toString('base64'));
    expect(colors).toBeGreaterThan(40);
    await expect(page.getByTestId(`${figure}-said`)).toHaveText(
      DICTIONARIES.en['figure.saved'].replace('{file}', png.name),
    );
    if (figure === 'curves') expect(read.strokes.length).toBeGreaterThanOrEqual(result.trials.length);
  }
});

test.describe('without a network', () => {
  // Other parts may be on their way when the server goes.
  test.use({ quiet: [/ERR_|Failed to load resource/] });

  test('a picture has the theme, the language and the scale of the page, also without a network', async ({
    app,
    page,
    site,
    backend,
  }) => {
    await app.open('#v=1&scale=1.25');
    await app.result(SMALL, backend);
    await app.set({ lang: 'ko', theme: 'dark' });
    await page.setViewportSize({ width: 390, height: 844 });
    // What saves was fetched while the page was idle.
    await expect
      .poll(() =>
        page.evaluate(
          () => performance.getEntriesByType('resource').filter((one) => /later-picture/.test(one.name)).length,
        ),
      )
      .toBe(1);
    site.down = true;
    const read = await readSvg(page, (await saved(page, 'surface', 'svg')).data);
    expect(read.title).toMatch(/^반응 표면 – 숫자/);
    expect(read.ground).toBe('#14181b');
    expect(read.size[0]).toBeLessThan(390);
    for (const one of read.texts) expect(one).not.toMatch(/[a-z]{4,}/);
    const { data } = await saved(page, 'curves', 'png');
    expect(data.readUInt32BE(16)).toBeGreaterThan(500);
  });
});

test('the data are saved and copied as the document has them', async ({ app, page, backend, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await app.open();
  const { trials } = await app.result(SMALL, backend);
  const surface = await saved(page, 'surface', 'csv');
  const lines = surface.data.toString('utf8').trimEnd().split('\r\n');
  expect(lines).toEqual([
    'number,learning_rate,batch_size,validation_loss,state',
    ...trials.map((/** @type {any} */ one) =>
      [one.number, one.params.learning_rate, one.params.batch_size, one.value, one.state].join(),
    ),
  ]);
  const table = await saved(page, 'table', 'csv');
  expect(table.name).toBe('digits-trials.csv');
  const params = /** @type {const} */ (['dropout', 'learning_rate', 'batch_size']);
  const measures = /** @type {const} */ (['train_loss', 'validation_loss', 'train_metric', 'validation_metric']);
  expect(table.data.toString('utf8').trimEnd().split('\r\n')).toEqual([
    ['number', 'state', ...params, 'value', ...measures, 'gap', 'epochs', 'steps', 'diverged_at', 'seed'].join(),
    ...trials.map((/** @type {any} */ one) => {
      const last = one.epochs.at(-1);
      return [
        ...[one.number, one.state, ...params.map((name) => one.params[name]), one.value],
        ...measures.map((name) => last[name]),
        ...[last.validation_loss - last.train_loss, one.epochs.length, one.steps, '', one.seed],
      ].join();
    }),
  ]);
  const curves = await saved(page, 'curves', 'csv');
  const rows = curves.data.toString('utf8').trimEnd().split('\r\n');
  expect(rows[0]).toBe('trial,epoch,train_loss,validation_loss,train_metric,validation_metric,learning_rate');
  expect(rows).toHaveLength(1 + 8 * SMALL.fixed.epochs);
  const last = trials[7].epochs.at(-1);
  expect(rows.at(-1)).toBe(
    [
      7,
      4,
      last.train_loss,
      last.validation_loss,
      last.train_metric,
      last.validation_metric,
      last.learning_rate,
    ].join(),
  );
  await page.getByTestId('curves-export').click();
  await page.getByTestId('curves-copy').click();
  await expect(page.getByTestId('curves-said')).toHaveText(DICTIONARIES.en['figure.copied']);
  expect((await page.evaluate(() => navigator.clipboard.readText())).replaceAll('\r\n', '\n')).toBe(
    curves.data.toString('utf8').replaceAll('\r\n', '\n'),
  );
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await page.getByTestId('surface-export').click();
  await page.getByTestId('surface-copy').click();
  await expect(page.getByTestId('surface-trouble')).toHaveText(DICTIONARIES.en['figure.copy_refused']);
});

test('T takes the keyboard along: from the picture to its table, and back', async ({ app, page, backend }) => {
  await app.open();
  await app.result(small({ trials: 2, fixed: { epochs: 2 } }), backend);
  const focused = () =>
    page.evaluate(() => {
      const one = document.querySelector('tuning-playground')?.shadowRoot?.activeElement;
      return `${one?.closest('figure')?.getAttribute('data-testid')} ${one?.className.split(' ')[0]}`;
    });
  for (const view of ['Sweep', 'Landscape']) {
    await page.getByRole('tab', { name: view }).click();
    const names = view === 'Sweep' ? ['surface', 'curves'] : ['landscape'];
    for (const name of names) {
      await expect(page.getByTestId(`${name}-plot`)).toHaveAttribute('tabindex', '0');
      await page.getByTestId(`${name}-plot`).focus();
      await page.keyboard.press('t');
      await expect.poll(focused).toBe(`${name} data`);
      await page.keyboard.press('t');
      await expect.poll(focused).toBe(`${name} plot`);
    }
  }
});

test('the words of a legend are whole or not there, at any width, in both languages', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  await app.result(small({ trials: 6, fixed: { epochs: 1 } }), backend);
  const legend = page.getByTestId('surface').locator('.legend');
  for (const lang of ['en', 'ko']) {
    await app.set({ lang });
    for (const width of [1040, 1180, 1200, 1280, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      const seen = () =>
        legend.evaluate((one) => {
          const around = one.getBoundingClientRect();
          const [words, ...others] = [...one.children].map((part) => part.getBoundingClientRect());
          const isIn = (/** @type {DOMRect} */ box) =>
            box.left >= around.left && box.right <= around.right + 1 && box.bottom <= around.bottom + 2;
          return {
            words: !words.width || words.top >= around.bottom ? 'none' : isIn(words) ? 'whole' : 'cut',
            others: others.every(isIn),
          };
        });
      const where = `${width} px, ${lang}`;
      await expect
        .poll(async () => {
          const { words, others } = await seen();
          return `${words} ${others}`;
        }, where)
        .toMatch(width >= 1440 ? /whole true/ : /(whole|none) true/);
    }
  }
});

test('arrow keys move the cursor of the curves, which says where it rests', async ({ app, page, backend }) => {
  await app.open();
  const { trials, best } = await app.result(SMALL, backend);
  const plot = page.getByTestId('curves-plot');
  await expect(plot).toHaveAttribute('tabindex', '0');
  await plot.focus();
  const said = page.getByTestId('curves-said');
  /** @type {string[]} */
  const heard = [];
  await page.exposeFunction('hear', (/** @type {string} */ text) => void heard.push(text));
  await said.evaluate((one) => {
    const hear = () => /** @type {any} */ (globalThis).hear(one.textContent);
    new MutationObserver(hear).observe(one, { childList: true, characterData: true, subtree: true });
  });
  const text = (/** @type {number} */ number, /** @type {number} */ epoch) => {
    const one = trials[number].epochs[epoch - 1];
    return `Trial ${number}, epoch ${epoch}: validation loss ${one.validation_loss.toFixed(3)}, training loss ${one.train_loss.toFixed(3)}`;
  };
  await page.keyboard.press('Home');
  await expect(said).toHaveText(text(best, 1));
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(said).toHaveText(text(best, 3));
  // Places that it only passes are not spoken.
  expect(heard.filter((one) => one.includes('epoch 2'))).toEqual([]);
  const cursor = page.locator('[data-testid=curves] .cursor');
  await expect(cursor).toBeVisible();
  await expect(cursor).toHaveText(`3 · ${trials[best].epochs[2].validation_loss.toFixed(3)}`);
  const losses = trials
    .map((/** @type {any} */ one) => [one.epochs[2].validation_loss, one.number])
    .sort((/** @type {number[]} */ a, /** @type {number[]} */ b) => a[0] - b[0]);
  const next = losses[losses.findIndex((/** @type {number[]} */ one) => one[1] === best) + 1][1];
  await page.keyboard.press('ArrowUp');
  await expect(page.getByTestId('selection')).toHaveAttribute('data-trial', String(next));
  await expect(page.getByTestId('spoken')).toContainText(`Trial ${next}`);
  await page.keyboard.press('ArrowLeft');
  await expect(said).toHaveText(text(next, 2));
  await page.keyboard.press('Escape');
  await expect(cursor).toBeHidden();
  // The next one is the page's own.
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('selection')).toHaveAttribute('data-trial', String(best));
});

test.describe('a figure that cannot be drawn', () => {
  test.use({ quiet: [/planted/] });

  test('says so, keeps its table, and is drawn again', async ({ app, page, backend }) => {
    await app.open();
    await app.result(small({ trials: 2 }), backend);
    await page.getByTestId('curves').evaluate((one) => {
      const part = /** @type {any} */ (one.parentElement);
      part.draw = () => {
        throw new Error('planted');
      };
      part.requestUpdate();
    });
    const failed = page.getByTestId('curves-failed');
    await expect(failed).toContainText(DICTIONARIES.en['figure.failed.body'].replace('{detail}', 'planted'));
    await page.getByTestId('curves').getByTestId('figure-table').click();
    await expect(page.getByTestId('curves').locator('tbody tr')).toHaveCount(SMALL.fixed.epochs);
    await page.getByTestId('curves').getByTestId('figure-table').click();
    await expect(failed).toBeVisible();
    // At once, as a drawing for another reason would mend it, too.
    await failed.getByRole('button').evaluate((button) => {
      delete (/** @type {any} */ (button.closest('tp-curves')).draw);
      /** @type {HTMLElement} */ (button).click();
    });
    await expect(failed).toHaveCount(0);
  });
});
