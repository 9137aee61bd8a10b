import { App, SMALL, bits, skipOpening, small } from './app.js';
import { QUIET, VIEWPORT, chromium as chromiumPath } from './chromium.js';
import { collectComplaints, served, tidy } from './fixtures.js';
import { test as base, chromium, expect } from './packages.js';

/**
 * A second browser engine, on the CPU: the main job and a race, every view, and a guest. Playwright's own Firefox is
 * another one; this is the one that the system has.
 *
 * @typedef {import('./serve.js').Site} Site
 * @typedef {{app: App, page: any, site: Site, otherSite: Site}} Given
 */

/** What the browser says, whatever the page does. */
const FIREFOX_SAYS = [
  // Without a GPU.
  /WebGL|WebGPU/i,
  // Playwright's.
  /unsupported entryTypes|inline style \(style-src-elem\)/,
];

/** Playwright speaks a newer dialect than this browser, of which the tests need nothing. @param {any} browser */
function forgive(browser) {
  const session = browser._connection.toImpl(browser)._browserSession;
  const send = session.send.bind(session);
  session.send = async (/** @type {string} */ method, /** @type {any} */ given) => {
    try {
      return await send(method, given);
    } catch (error) {
      if (method === 'emulation.setMediaFeaturesOverride' && /unknown command/.test(String(error))) return {};
      throw error;
    }
  };
}

/** @type {Record<string, any>} */
const FIXTURES = {
  site: [served, { scope: 'worker' }],
  otherSite: [served, { scope: 'worker' }],
  page: async (/** @type {any} */ { browser, site, otherSite }, /** @type {(page: any) => Promise<void>} */ use) => {
    forgive(browser);
    const context = await browser.newContext({ viewport: VIEWPORT, serviceWorkers: 'allow' });
    const page = await context.newPage();
    await skipOpening(page);
    const complaints = collectComplaints(page, [site, otherSite], FIREFOX_SAYS);
    await use(page);
    tidy(site, otherSite);
    await context.close();
    expect(complaints, 'the page should not complain').toEqual([]);
  },
  app: async (/** @type {any} */ { page, site }, /** @type {(app: App) => Promise<void>} */ use) => {
    await use(new App(page, site));
  },
};

/** @type {any} */
const test = base.extend(FIXTURES);

test('@soak in Firefox the main job is done, to the bits of Chromium, and is there again without a network', async (/** @type {Given} */ {
  app,
  page,
  site,
}) => {
  test.setTimeout(180_000);
  await app.open();
  await app.set({ lang: 'en', backend: 'cpu' });
  await app.put(SMALL);
  await page.getByTestId('run').click();
  await expect.poll(async () => (await app.get('result'))?.trials.length, { timeout: 60_000 }).toBe(8);
  const result = await app.get('result');
  expect(result.engine).toMatchObject({ backend: 'cpu' });
  await expect(page.locator('tp-table tr[data-trial]')).toHaveCount(8);
  await expect(page.locator('tp-surface .fit path').first()).toBeAttached();
  const painted = () =>
    page
      .locator('tp-curves canvas.lines.all')
      .evaluate(
        (/** @type {HTMLCanvasElement} */ one) =>
          new Set(one.getContext('2d')?.getImageData(0, 0, one.width, one.height).data ?? []).size,
      );
  await expect.poll(painted).toBeGreaterThan(2);
  // Keys, languages and themes.
  await page.locator('tr[data-trial="3"] button').press('Enter');
  await expect(page.getByTestId('selection')).toHaveAttribute('data-trial', '3');
  await app.set({ lang: 'ko', theme: 'dark' });
  await expect(page.locator('.app')).toHaveAttribute('data-theme', 'dark');
  await page.getByTestId('test-lock').click();
  await page.getByTestId('open-test').click();
  await expect(page.getByTestId('test-metric')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await page.reload();
  await expect(page.locator('tp-table tr[data-trial]')).toHaveCount(8);
  // Also without a network.
  site.down = true;
  await page.reload();
  await expect(page.locator('tp-table tr[data-trial]')).toHaveCount(8);
  site.down = false;
  const other = await chromium.launch({ executablePath: chromiumPath(), args: QUIET });
  try {
    const there = new App(await other.newPage(), site);
    await there.open();
    expect(bits(result).trials).toEqual(bits(await there.result(SMALL, 'cpu')).trials);
  } finally {
    await other.close();
  }
});

test('@soak in Firefox a race is run, played and scrubbed', async (/** @type {Given} */ { app, page }) => {
  await app.open();
  await app.set({ lang: 'en', backend: 'cpu' });
  const space = { learning_rate: { type: 'float', low: 0.001, high: 0.1, log: true } };
  await app.put(small({ dataset: { name: 'spiral', samples: 120 }, fixed: { hidden: [8], epochs: 3 }, space }));
  await page.getByRole('tab', { name: 'Race' }).click();
  const state = () => page.locator('tp-race-plane').evaluate((/** @type {any} */ part) => part.store.race.state);
  await expect.poll(state, { timeout: 60_000 }).toMatch(/done|failed/);
  expect(await state()).toBe('done');
  await expect(page.getByTestId('race-loss')).toHaveCount(4);
  const losses = () => page.getByTestId('race-loss').allTextContents();
  const ends = await losses();
  await page.getByTestId('scrub').fill('0');
  await expect.poll(async () => new Set(await losses()).size).toBe(1);
  expect(await losses()).not.toEqual(ends);
  const pictures = () =>
    page
      .locator('.field canvas.ground')
      .evaluateAll((/** @type {HTMLCanvasElement[]} */ all) => all.map((one) => one.toDataURL()));
  await expect.poll(async () => (await pictures()).length).toBe(4);
});

test('@soak in Firefox every view and dialog opens', async (/** @type {Given} */ { app, page }) => {
  test.setTimeout(180_000);
  await app.open();
  await app.set({ lang: 'en', backend: 'cpu' });
  await app.result(small({ trials: 6, dataset: { name: 'moons' }, fixed: { hidden: [8], epochs: 3 } }), 'cpu');
  const tabs = page.getByRole('tab');
  for (let k = 0; k < (await tabs.count()); k++) {
    await tabs.nth(k).click();
    await expect(tabs.nth(k)).toHaveAttribute('aria-selected', 'true');
    // Each has a picture that somebody sees.
    await expect(page.locator('#view :is(canvas, svg, table)').first()).toBeVisible({ timeout: 60_000 });
  }
  await tabs.first().click();
  for (const [key, what] of [
    ['l', 'lesson'],
    ['?', 'keys'],
  ]) {
    await page.locator('#main').focus();
    await page.keyboard.press(key);
    await expect(page.getByTestId(what)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByTestId(what)).toBeHidden();
  }
  await page.getByTestId('share').click();
  await expect(page.getByTestId('share-link')).toHaveValue(/#v=1/);
  await page.keyboard.press('Escape');
});

test('@soak in Firefox a guest of another origin trains a step of a lesson, and its frame speaks', async (/** @type {Given} */ {
  page,
  site,
  otherSite,
}) => {
  otherSite.pages.set(
    '/post.html',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Post</title><link rel="icon" href="data:,">
    <script type="module" src="${site.url}tuning-playground.js"></script></head><body>
    <tuning-playground lang="en" lesson="log_scale.linear" style="width:640px;height:420px"></tuning-playground>
    <iframe src="${site.url}embed.html#v=1&lang=en" title="frame" style="width:640px;height:420px"></iframe>
    <script>
      addEventListener('message', ({ data }) => { if (data.event === 'height') document.body.dataset.height = data.detail; });
    </script></body></html>`,
  );
  await page.goto(`${otherSite.origin}/post.html`);
  const guest = page.locator('tuning-playground');
  await guest.evaluate((/** @type {any} */ one) => void (one.backend = 'cpu'));
  await guest.getByTestId('predict').click();
  await guest.getByTestId('lesson-run').click();
  await expect(guest.getByTestId('reveal')).toContainText('of your 24 learning rates', { timeout: 60_000 });
  await page.locator('iframe').scrollIntoViewIfNeeded();
  await expect(page.frameLocator('iframe').getByTestId('readout-score')).toHaveText('0.091');
  await expect(page.locator('body')).toHaveAttribute('data-height', '420');
});
