import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../../www/node_modules/vite/dist/node/index.js';
import { small } from './app.js';
import { expect, test as base } from './fixtures.js';
import { serve } from './serve.js';
import { DICTIONARIES } from './texts.js';

/**
 * Views that are loaded when they are opened, shown with one that does nothing else: these tests build a page with it,
 * a folder and one line in views.js.
 */

const WWW = fileURLToPath(new URL('../../www/', import.meta.url));
const PROBE = fileURLToPath(new URL('./probe-view/index.js', import.meta.url));
const LINE = `VIEWS.push(defineView({
  name: 'probe', title: { en: 'Probe', ko: '탐침' }, load: () => import(${JSON.stringify(PROBE)}),
}));`;

/** @param {string} outDir */
const buildWithProbe = (outDir) =>
  build({
    root: WWW,
    logLevel: 'error',
    configFile: join(WWW, 'vite.config.js'),
    resolve: { alias: [{ find: /^lit$/, replacement: join(WWW, 'node_modules/lit/index.js') }] },
    plugins: [
      {
        name: 'probe',
        transform: (code, id) => (id.endsWith('/views/views.js') ? `${code}\n${LINE}` : null),
      },
    ],
    build: { outDir },
  });

/** @type {Record<string, any>} */
const WITH_PROBE = {
  site: [
    /** @param {object} _ @param {(site: import('./serve.js').Site) => Promise<void>} use */
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'probe-'));
      await buildWithProbe(folder);
      const site = await serve(folder);
      await use(Object.assign(site, { folder }));
      await site.close();
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
};
const test = base.extend(WITH_PROBE);

/** A page that asks for nothing by itself while a test looks. @param {import('./packages.js').Page} page */
const without = (page) => page.addInitScript(() => void (globalThis.requestIdleCallback = () => 0));

test('a view is a folder and a line: style, texts and script come with it, in either language', async ({
  app,
  page,
  site,
}) => {
  await without(page);
  await app.open();
  const files = await readdir(join(/** @type {any} */ (site).folder, 'assets'));
  expect(files.filter((name) => /^later-probe/.test(name))).toHaveLength(1);
  expect(
    await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map((one) => one.name)
        .join(),
    ),
  ).not.toContain('probe');
  await page.getByRole('tab', { name: 'Probe' }).click();
  const probe = page.getByTestId('probe-text');
  await expect(probe).toHaveText('3 probes say hello');
  await expect(probe).toHaveCSS('letter-spacing', '3px');
  expect(await app.get('view')).toBe('probe');
  await expect.poll(() => page.url()).toContain('view=probe');
  await app.set({ lang: 'ko' });
  await expect(probe).toHaveText('탐침 3개가 인사합니다');
  await expect(page.getByRole('tab', { name: '탐침' })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('tab', { name: '탐색', exact: true }).click();
  await expect(page.getByTestId('surface')).toBeVisible();
});

test('a view reads back at once, and a skeleton stands in its place until it is there', async ({
  app,
  page,
  site,
}) => {
  await without(page);
  await app.open();
  /** @type {() => void} */
  let release = () => {};
  const held = new Promise((resolve) => void (release = () => resolve(undefined)));
  await page.route('**/later-probe*', async (route) => {
    await held;
    await route.continue();
  });
  expect(
    await page.evaluate(() => {
      const element = /** @type {any} */ (document.querySelector('tuning-playground'));
      element.view = 'probe';
      const asked = element.view;
      element.view = 'nowhere';
      return [asked, element.view];
    }),
  ).toEqual(['probe', 'probe']);
  await expect(page.getByTestId('view-skeleton')).toBeVisible();
  await expect(page.locator('#view')).toHaveAttribute('aria-busy', 'true');
  await app.set({ lang: 'ko' });
  await expect(page.getByTestId('view-skeleton')).toContainText(DICTIONARIES.ko['view.loading']);
  release();
  await expect(page.getByTestId('probe-text')).toHaveText('탐침 3개가 인사합니다');
  await expect(page.locator('#view')).toHaveAttribute('aria-busy', 'false');
});

test('a figure is its drawing: table, files and states are the frame\u2019s', async ({ app, page, backend }) => {
  await app.open();
  await page.getByRole('tab', { name: 'Probe' }).click();
  await expect(page.getByTestId('probe-export')).toHaveCount(0);
  await app.result(small({ trials: 3, fixed: { epochs: 1 } }), backend);
  const figure = page.getByTestId('probe');
  await expect(figure.getByRole('img')).toHaveAccessibleName('3 probes say hello');
  await figure.getByTestId('figure-table').focus();
  await page.keyboard.press('t');
  await expect(figure.locator('tbody tr')).toHaveCount(3);
  for (const [kind, content] of /** @type {const} */ ([
    ['csv', 'number\r\n0\r\n1\r\n2\r\n'],
    ['svg', '<circle'],
    ['png', 'PNG'],
  ])) {
    await page.getByTestId('probe-export').click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId(`probe-${kind}`).click()]);
    expect(file.suggestedFilename()).toBe(`digits-probe.${kind}`);
    expect(await readFile(await file.path(), 'latin1')).toContain(content);
  }
});

test.describe('without a network', () => {
  test.use({ quiet: [/ERR_|Failed to load resource/] });

  for (const [part, name] of /** @type {[RegExp, string][]} */ ([
    [/later-probe/, 'script'],
    [/later-en/, 'texts'],
  ]))
    test(`a view whose ${name} cannot be loaded says so, and comes with another try`, async ({ app, page, site }) => {
      await without(page);
      await app.open();
      await page.route(part, (route) => route.abort());
      await page.getByRole('tab', { name: 'Probe' }).click();
      await expect(page.getByTestId('view-failed')).toContainText(DICTIONARIES.en['view.failed']);
      const again = page.waitForEvent('requestfailed', (request) => part.test(request.url()));
      await page.getByTestId('view-retry').click();
      await again;
      await expect(page.getByTestId('view-failed')).toBeVisible();
      await page.unroute(part);
      await page.getByTestId('view-retry').click();
      await expect(page.getByTestId('probe-text')).toHaveText('3 probes say hello');
      await page.getByRole('tab', { name: 'Sweep' }).click();
      await expect(page.getByTestId('surface')).toBeVisible();
    });
});

test.describe('offline', () => {
  test.use({ serviceWorkers: 'allow' });

  test('what was never opened is there all the same', async ({ app, page, site }) => {
    await app.open();
    await expect
      .poll(
        () =>
          page.evaluate(
            () => performance.getEntriesByType('resource').filter((one) => /later-/.test(one.name)).length,
          ),
        { timeout: 15_000 },
      )
      .toBeGreaterThan(5);
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    site.down = true;
    await page.goto('about:blank');
    await app.open('#v=1&view=probe');
    await expect(page.getByTestId('probe-text')).toHaveText('3 probes say hello');
    await page.getByTestId('backend').click();
    await expect(page.getByTestId('bench')).toContainText(DICTIONARIES.en['bench.about']);
  });
});
