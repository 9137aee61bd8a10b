import { SMALL } from './app.js';
import { expect, test } from './fixtures.js';

test('the element works on a page of another origin', async ({ app, backend, site, otherSite }) => {
  otherSite.pages.set(
    '/article.html',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Article</title><link rel="icon" href="data:,">
    <script type="module" src="${site.url}tuning-playground.js"></script></head>
    <body><h1>Article</h1><tuning-playground style="height:600px"></tuning-playground></body></html>`,
  );
  await app.page.goto(`${otherSite.origin}/article.html`);
  await app.defined();
  expect(await app.get('study')).toMatchObject({ dataset: { name: 'digits' } });
  expect((await app.result(SMALL, backend)).trials).toHaveLength(8);
});

test('the page and other sites load the same file', async ({ app }) => {
  /** @type {string[]} */
  const scripts = [];
  app.page.on('request', (/** @type {any} */ request) => void (request.resourceType() === 'script' && scripts.push(new URL(request.url()).pathname)));
  await app.open();
  expect(scripts.filter((path) => path.endsWith('/tuning-playground.js'))).toHaveLength(1);
});

test('where Workers are forbidden the engine runs on the page itself', async ({ app, backend }) => {
  await app.page.addInitScript(() => {
    /** @type {any} */ (globalThis).Worker = class {
      constructor() {
        throw new DOMException('refused', 'SecurityError');
      }
    };
  });
  await app.open();
  expect((await app.result(SMALL, backend)).trials).toHaveLength(8);
});
