import { readFileSync } from 'node:fs';
import { SMALL, small } from './app.js';
import { expect, test } from './fixtures.js';
import { SUB_PATH } from './serve.js';

/** The page without its server. */

test.use({ serviceWorkers: 'allow' });

const PAGE = readFileSync(new URL('../../www/dist/index.html', import.meta.url), 'utf8');

/**
 * What the service worker has kept of its version.
 * @param {import('./packages.js').Page} page
 * @returns {Promise<string[]>}
 */
const kept = (page) =>
  page.evaluate(async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith('tuning-playground'));
    const lists = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return lists.flat().map((one) => new URL(one.url).pathname);
  });

test('R8 works without a network after the first load, on every bundled table', async ({
  app,
  backend,
  page,
  site,
}) => {
  await app.open();
  const online = await app.result(SMALL, backend);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const files = await kept(page);
  expect(files).toContain(SUB_PATH);
  expect(files).toContain(`${SUB_PATH}data/digits.csv.gz`);
  site.down = true;
  await page.goto('about:blank');
  await app.open();
  expect((await app.result(SMALL, backend)).trials.map((/** @type {any} */ one) => one.value)).toEqual(
    online.trials.map((/** @type {any} */ one) => one.value),
  );
  for (const name of ['iris', 'wine', 'breast_cancer', 'diabetes', 'penguins'])
    expect(
      (await app.result(small({ dataset: { name }, fixed: { epochs: 1 }, space: {}, trials: 2 }), backend)).trials,
      name,
    ).toHaveLength(2);
  await page.goto(`${site.url}index.html?from=somewhere#v=1&lang=ko&s=trials:3`);
  await app.defined();
  expect((await app.get('study')).trials).toBe(3);
  await expect(page.getByTestId('trials')).toBeVisible();
});

test("old versions are put away, others' caches are left alone", async ({ app, page, site }) => {
  site.pages.set(
    '/elsewhere.html',
    '<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,">',
  );
  await page.goto(`${site.origin}/elsewhere.html`);
  const [old, other, neighbour] = [
    `tuning-playground ${SUB_PATH} 0123`,
    'other',
    'tuning-playground /another/place/ 0123',
  ];
  await page.evaluate(
    async (names) => void (await Promise.all(names.map((name) => caches.open(name)))),
    [old, other, neighbour],
  );
  await app.open();
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
  const names = await page.evaluate(() => caches.keys());
  expect(names).not.toContain(old);
  expect(names).toEqual(expect.arrayContaining([other, neighbour]));
  expect(names).toHaveLength(3);
});

test('what is new on the server is shown while there is one', async ({ app, page, site }) => {
  await app.open();
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
  site.prelude = 'globalThis.isNew = true;';
  site.pages.set(SUB_PATH, PAGE.replace('<title>', '<title>New '));
  await page.reload();
  await app.defined();
  await expect(page).toHaveTitle('New Tuning Playground');
  expect(await page.evaluate(() => /** @type {any} */ (globalThis).isNew)).toBe(true);
});

test('a registration that fails costs nothing, and guests register nothing', async ({ app, page, site }) => {
  site.pages.set(
    `${SUB_PATH}guest.html`,
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">
    <script type="module" src="tuning-playground.js"></script></head>
    <body><tuning-playground></tuning-playground></body></html>`,
  );
  await page.goto(`${site.url}guest.html`);
  await app.defined();
  await page.waitForTimeout(300);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  await page.addInitScript(() => {
    ServiceWorkerContainer.prototype.register = () => Promise.reject(new DOMException('no', 'SecurityError'));
  });
  await app.open();
  expect((await app.result(small({ trials: 2 }), 'cpu')).trials).toHaveLength(2);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
});
