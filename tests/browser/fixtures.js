import { fileURLToPath } from 'node:url';
import { App, skipOpening } from './app.js';
import { VIEWPORT } from './chromium.js';
import { expect, test as base } from './packages.js';
import { serve } from './serve.js';
import { Starved } from './starved.js';

export { expect };

/**
 * @typedef {import('./packages.js').Page} Page
 * @typedef {import('./packages.js').Request} Request
 * @typedef {import('./serve.js').Site} Site
 *
 * @typedef {object} Given what tests are given beside Playwright's own
 * @property {'cpu' | 'gpu'} backend the project's
 * @property {RegExp[]} quiet complaints that a test means to provoke
 * @property {boolean} opening whether the page leads its first visitors on
 * @property {App} app
 * @property {'allow' | 'block'} serviceWorkers Playwright's own
 *
 * @typedef {{site: Site, otherSite: Site, starved: Starved}} Sites
 * @typedef {{page: Page, complaints: string[]}} Standing
 */

const DIST = fileURLToPath(new URL('../../www/dist', import.meta.url));

/** What the browser and Playwright say, whatever the page does. */
const BROWSER_SAYS = [
  /^Service Worker registration blocked by Playwright$/,
  // Asking for an adapter where there is none is how a page finds that out.
  /^No available adapters\.$/,
  // Without a GPU the browser takes the pixels of each WebGL canvas to put the page together.
  /GL Driver Message .* GPU stall due to ReadPixels/,
];

/** No task of the page's thread may take so many ms: a page that hangs for longer looks broken. */
const LONGEST_TASK = 1000;

/** Complains of long tasks, as a page that freezes cannot do by itself. @param {Page} page */
async function watch(page) {
  await page.addInitScript((longest) => {
    new PerformanceObserver((list) => {
      for (const { duration, startTime } of list.getEntries())
        if (duration > longest)
          console.error(
            `E4: a task of the page's thread took ${Math.round(duration)} ms, ` +
              `from ${Math.round(performance.timeOrigin + startTime)}`,
          );
    }).observe({ type: 'longtask' });
  }, LONGEST_TASK);
}

const LONG_TASK = /E4: a task of the page's thread took (\d+) ms, from (\d+)/;

/** The complaints that stand: of long tasks, those that are long without the time in which they were given no core.
 * @param {string[]} complaints @param {Starved} starved */
async function standing(complaints, starved) {
  if (complaints.some((one) => LONG_TASK.test(one))) await starved.look();
  return complaints.filter((one) => {
    const [, took, from] = (LONG_TASK.exec(one) ?? []).map(Number);
    return took === undefined || took - starved.between(from, from + took) > LONGEST_TASK;
  });
}

/** @param {object} fixtures @param {(site: Site) => Promise<void>} use */
async function served({}, use) {
  const site = await serve(DIST);
  await use(site);
  await site.close();
}

/**
 * @param {Page} page
 * @param {Site[]} sites
 * @param {RegExp[]} expected
 * @returns {string[]} filled as the page complains
 */
function collectComplaints(page, sites, expected) {
  /** @type {string[]} */
  const complaints = [];
  page.on('console', (message) => {
    const text = message.text();
    if (!['error', 'warning'].includes(message.type()) || expected.some((pattern) => pattern.test(text))) return;
    complaints.push(`console ${message.type()}: ${text} (${message.location().url})`);
  });
  page.on('pageerror', (error) => void complaints.push(`uncaught: ${error.stack ?? error}`));
  page.on('crash', () => void complaints.push('the page crashed'));
  page.context().on('request', (request) => {
    const url = new URL(request.url());
    const isNetwork = !['blob:', 'data:', 'about:'].includes(url.protocol);
    if (isNetwork && !sites.some((site) => site.origin === url.origin))
      complaints.push(`request to another host: ${url}`);
  });
  return complaints;
}

/** Puts away what a test asked of the servers. @param {Site} site @param {Site} otherSite */
function tidy(site, otherSite) {
  site.prelude = '';
  site.down = false;
  site.pages.clear();
  otherSite.pages.clear();
}

/** @type {Record<string, any>} */
const FIXTURES = {
  backend: ['cpu', { option: true }],
  quiet: [[], { option: true }],
  site: [served, { scope: 'worker' }],
  otherSite: [served, { scope: 'worker' }],
  starved: [
    async (
      /** @type {{browser: import('./packages.js').Browser}} */ { browser },
      /** @type {(starved: Starved) => Promise<void>} */ use,
    ) => {
      const starved = new Starved(browser);
      await use(starved);
      await starved.close();
    },
    { scope: 'worker' },
  ],
  opening: [false, { option: true }],
  page: async (
    /** @type {Given & Sites & {page: Page}} */ { page, site, otherSite, starved, quiet, opening },
    /** @type {(page: Page) => Promise<void>} */ use,
  ) => {
    const complaints = collectComplaints(page, [site, otherSite], [...BROWSER_SAYS, ...quiet]);
    await watch(page);
    if (!opening) await skipOpening(page);
    await use(page);
    tidy(site, otherSite);
    expect(await standing(complaints, starved), 'the page should not complain').toEqual([]);
  },
  app: async (/** @type {Sites & {page: Page}} */ { page, site }, /** @type {(app: App) => Promise<void>} */ use) => {
    await use(new App(page, site));
  },
};

/**
 * `test` with a served page. A warning or an error in the console (refusals by the content security policy are such),
 * an uncaught error, an unhandled rejection or a request to another host fails the test.
 *
 * @type {import('../../www/node_modules/@playwright/test/index.js').TestType<
 *   import('../../www/node_modules/@playwright/test/index.js').PlaywrightTestArgs & Given, Sites>}
 */
export const test = base.extend(FIXTURES);

/** @type {Record<string, any>} */
const STANDING = {
  standing: [
    async (
      /** @type {Sites & {browser: import('./packages.js').Browser}} */ { browser, site, otherSite },
      /** @type {(standing: Standing) => Promise<void>} */ use,
    ) => {
      const context = await browser.newContext({ viewport: VIEWPORT, serviceWorkers: 'block' });
      const page = await context.newPage();
      await watch(page);
      await skipOpening(page);
      await use({ page, complaints: collectComplaints(page, [site, otherSite], BROWSER_SAYS) });
      await context.close();
    },
    { scope: 'worker' },
  ],
  page: async (
    /** @type {Sites & {standing: Standing}} */ { standing: { page, complaints }, site, otherSite, starved },
    /** @type {(page: Page) => Promise<void>} */ use,
  ) => {
    await use(page);
    tidy(site, otherSite);
    expect(await standing(complaints.splice(0), starved), 'the page should not complain').toEqual([]);
  },
};

/**
 * `test` on one page for all tests that `app.stand()` on it: a software GPU takes seconds to get ready for a page.
 * They leave the page idle; after one that fails there is a new page.
 *
 * @type {typeof test}
 */
export const standingTest = test.extend(STANDING);
