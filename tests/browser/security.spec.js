import { readFileSync } from 'node:fs';
import { SMALL, small } from './app.js';
import { expect, test } from './fixtures.js';
import { SUB_PATH } from './serve.js';
import { DICTIONARIES } from './texts.js';

/** What the page's content security policy keeps out, and that the page needs nothing that it keeps out. */

const PAGE = readFileSync(new URL('../../www/dist/index.html', import.meta.url), 'utf8');

/** Gathers what the policy refuses, from the first script on. @param {import('./packages.js').Page} page */
const watch = (page) =>
  page.addInitScript(() => {
    /** @type {string[]} */
    const refused = [];
    Object.assign(window, { refused });
    document.addEventListener(
      'securitypolicyviolation',
      (event) => void refused.push(`${event.effectiveDirective} ${event.blockedURI}`),
    );
  });
/** @param {import('./packages.js').Page} page @returns {Promise<string[]>} */
const refused = (page) => page.evaluate(() => /** @type {any} */ (window).refused);

test('S4 the page needs nothing that its policy forbids', async ({ app, backend, page }) => {
  await watch(page);
  await app.open('#v=1&lang=ko');
  await app.result(SMALL, backend);
  for (const lang of ['en', 'ko']) {
    await app.set({ lang });
    await page.getByTestId('theme').click();
    await page.getByTestId('share').click();
    await page.getByTestId('share-code').click();
    await expect(page.getByTestId('code')).toBeVisible();
    await page.getByTestId('close-share').click();
    await page.getByTestId('value-learning_rate').click();
    await page.getByTestId('input-low').press('Escape');
    await page.locator('tr[data-trial="3"] button').click();
    await page.locator('tp-surface [data-testid=figure-table]').click();
  }
  await page.getByTestId('test-lock').click();
  await page.getByTestId('open-test').click();
  await expect(page.getByTestId('test-metric')).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(300);
  expect(page.workers().length).toBeGreaterThan(0);
  expect(await refused(page)).toEqual([]);
});

test.describe('what gets in', () => {
  test.use({ quiet: [/Content Security Policy|Trusted(Script|HTML|Type)/i] });

  test('S4 scripts and styles in the document, eval, texts as scripts, other hosts: all refused', async ({
    app,
    page,
    site,
    otherSite,
  }) => {
    await watch(page);
    otherSite.pages.set('/evil.js', 'window.evil = true;');
    site.pages.set(
      SUB_PATH,
      PAGE.replace(
        '</head>',
        '<script>window.inline = true;</script><style>body { letter-spacing: 7px }</style></head>',
      ).replace(
        '<body>',
        `<body onclick="window.handler = true"><img src="data:," onerror="window.handler = true">
          <script src="${otherSite.origin}/evil.js"></script>
          <base href="${otherSite.origin}/">`,
      ),
    );
    await app.open();
    await page.locator('body').click({ position: { x: 2, y: 2 } });
    const found = await page.evaluate(
      (other) =>
        new Promise((resolve) => {
          const attempt = async (/** @type {() => unknown} */ act) => {
            try {
              await act();
              return 'done';
            } catch (error) {
              return /** @type {Error} */ (error).name;
            }
          };
          // In a turn of its own: what the test itself runs is not the page's.
          setTimeout(async () => {
            const { inline, handler, evil } = /** @type {any} */ (window);
            resolve({
              inline,
              handler,
              evil,
              base: document.baseURI.startsWith(other),
              styled: getComputedStyle(document.body).letterSpacing === '7px',
              // eslint-disable-next-line no-eval
              eval: await attempt(() => (0, eval)('1')),
              function: await attempt(() => new Function('return 1')()),
              html: await attempt(() => void (document.createElement('p').innerHTML = '<b>x</b>')),
              worker: await attempt(() => new Worker(`${location.href}x.js`)),
              policy: await attempt(() =>
                /** @type {any} */ (window).trustedTypes.createPolicy('mine', { createHTML: String }),
              ),
              again: await attempt(() =>
                /** @type {any} */ (window).trustedTypes.createPolicy('tuning-playground', {
                  createScriptURL: String,
                }),
              ),
              fetch: await attempt(() => fetch(`${other}/x`)),
            });
          });
        }),
      otherSite.origin,
    );
    expect(found).toEqual({
      inline: undefined,
      handler: undefined,
      evil: undefined,
      base: false,
      styled: false,
      eval: 'EvalError',
      function: 'EvalError',
      html: 'TypeError',
      worker: 'TypeError',
      policy: 'TypeError',
      again: 'TypeError',
      fetch: 'TypeError',
    });
    expect((await refused(page)).length).toBeGreaterThanOrEqual(8);
    // The page itself stands through all of it.
    expect((await app.result(small({ trials: 2 }), 'cpu')).trials).toHaveLength(2);
  });

  for (const [name, policy, workers] of /** @type {[string, (origin: string) => string, boolean][]} */ ([
    [
      "allows blobs and no policies but Lit's",
      () => "worker-src blob:; require-trusted-types-for 'script'; trusted-types lit-html",
      false,
    ],
    ['forbids Workers', () => "worker-src 'none'", false],
    [
      'allows the policy',
      () => "worker-src blob:; require-trusted-types-for 'script'; trusted-types lit-html tuning-playground",
      true,
    ],
  ])) {
    test(`a guest trains on a page that ${name}`, async ({ app, page, site, otherSite }) => {
      const own =
        `default-src 'none'; script-src ${site.origin} 'wasm-unsafe-eval'; connect-src ${site.origin}; ` +
        `img-src data:; ${policy(site.origin)}`;
      otherSite.pages.set(
        '/strict.html',
        `<!doctype html><html lang="en"><head><meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${own}"><title>Strict</title>
        <link rel="icon" href="data:,"><script type="module" src="${site.url}tuning-playground.js"></script></head>
    <body><tuning-playground></tuning-playground></body></html>`,
      );
      await page.goto(`${otherSite.origin}/strict.html`);
      await app.defined();
      expect((await app.result(small({ trials: 3 }), 'cpu')).trials).toHaveLength(3);
      expect(page.workers().length > 0).toBe(workers);
    });
  }
});

test('S4 a sandboxed frame: trains in Workers, keeps nothing and says so', async ({ page, site, otherSite }) => {
  otherSite.pages.set(
    '/frame.html',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Frame</title>
    <link rel="icon" href="data:,"></head>
    <body><iframe sandbox="allow-scripts" title="Playground" width="1300" height="850"
      src="${site.url}#v=1&lang=ko"></iframe></body></html>`,
  );
  await watch(page);
  await page.goto(`${otherSite.origin}/frame.html`);
  const shown = page.frameLocator('iframe');
  await expect(shown.locator('[data-message=keep]')).toContainText(DICTIONARIES.ko['message.keep_refused']);
  await shown.getByTestId('theme').click();
  await shown.getByTestId('language').locator('[role=radio]').first().click();
  const frame = page.frames()[1];
  const states = await frame.evaluate(async (study) => {
    const element = /** @type {any} */ (document.querySelector('tuning-playground'));
    element.study = study;
    element.backend = 'cpu';
    return (await element.run()).trials.map((/** @type {any} */ one) => one.state);
  }, SMALL);
  expect(states).toHaveLength(8);
  expect(states).toContain('complete');
  expect(page.workers().length).toBeGreaterThan(0);
  expect(await frame.evaluate(() => /** @type {any} */ (window).refused)).toEqual([]);
  expect(await frame.evaluate(() => self.origin)).toBe('null');
});
