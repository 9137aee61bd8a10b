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
 * @typedef {import('./packages.js').Browser} Browser
 * @typedef {{site: Site, otherSite: Site, starved: Starved, used: Used}} Sites
 * @typedef {{page: Page, complaints: string[], expected: RegExp[]}} Standing
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
export async function served({}, use) {
  const site = await serve(DIST);
  await use(site);
  await site.close();
}

/**
 * @param {Page} page
 * @param {Site[]} sites
 * @param {RegExp[]} expected read anew with each complaint
 * @returns {string[]} filled as the page complains
 */
export function collectComplaints(page, sites, expected) {
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

/**
 * A page in a context of its own.
 * @param {Browser} browser
 * @param {Site[]} sites
 * @param {{opening?: boolean, serviceWorkers?: 'allow' | 'block'}} [given]
 * @returns {Promise<Standing>}
 */
async function fresh(browser, sites, { opening = false, serviceWorkers = 'block' } = {}) {
  const context = await browser.newContext({ viewport: VIEWPORT, serviceWorkers });
  const page = await context.newPage();
  await watch(page);
  if (!opening) await skipOpening(page);
  const expected = [...BROWSER_SAYS];
  return { page, expected, complaints: collectComplaints(page, sites, expected) };
}

/** What a test leaves in a page for good: after it there is another page. */
const LASTING = {
  page: ['addInitScript', 'close', 'exposeBinding', 'exposeFunction', 'on', 'once', 'setDefaultTimeout'],
  context: ['addCookies', 'addInitScript', 'exposeBinding', 'exposeFunction', 'newPage', 'on', 'route', 'setOffline'],
};

/**
 * A page that tests use one after the other, each a document of its own that finds nothing kept: a page in a context of
 * its own costs two and a half seconds of the processor until it has trained, a document in a process that has compiled
 * the scripts and the engine one.
 */
class Used {
  /** @param {Browser} browser @param {Site[]} sites */
  constructor(browser, sites) {
    /** @private */ this.browser = browser;
    /** @private */ this.sites = sites;
    /** @private @type {Standing | null} */ this.standing = null;
    /** @private */ this.isSpent = false;
  }

  /** As new. @returns {Promise<Standing>} */
  async clean() {
    if (this.isSpent) await this.close();
    if (!this.standing) {
      this.standing = await fresh(this.browser, this.sites);
      this.isSpent = false;
      this.spend(this.standing.page, LASTING.page);
      this.spend(this.standing.page.context(), LASTING.context);
      return this.standing;
    }
    const { page, complaints } = this.standing;
    const context = page.context();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.clearPermissions();
    // A page of its origin without a script.
    await page.goto(`${this.sites[0].url}favicon.svg`);
    await page.evaluate(() => sessionStorage.clear());
    const session = await context.newCDPSession(page);
    for (const { origin } of this.sites)
      await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
    await session.detach();
    await page.setViewportSize(VIEWPORT);
    await page.emulateMedia({ media: null, colorScheme: null, reducedMotion: null, forcedColors: null });
    await page.mouse.move(-1, -1);
    complaints.length = 0;
    return this.standing;
  }

  /** @private @param {any} whose @param {string[]} names */
  spend(whose, names) {
    for (const name of names) {
      const act = whose[name];
      whose[name] = (/** @type {any[]} */ ...given) => {
        this.isSpent = true;
        return act.apply(whose, given);
      };
    }
  }

  async close() {
    await this.standing?.page.context().close();
    this.standing = null;
  }
}

/** Puts away what a test asked of the servers. @param {Site} site @param {Site} otherSite */
export function tidy(site, otherSite) {
  site.prelude = '';
  site.down = false;
  site.pages.clear();
  otherSite.pages.clear();
  otherSite.folder = DIST;
}

/** @type {Record<string, any>} */
const FIXTURES = {
  backend: ['cpu', { option: true }],
  quiet: [[], { option: true }],
  site: [served, { scope: 'worker' }],
  otherSite: [served, { scope: 'worker' }],
  starved: [
    async (/** @type {{browser: Browser}} */ { browser }, /** @type {(starved: Starved) => Promise<void>} */ use) => {
      const starved = new Starved(browser);
      await use(starved);
      await starved.close();
    },
    { scope: 'worker' },
  ],
  opening: [false, { option: true }],
  used: [
    async (
      /** @type {Sites & {browser: Browser}} */ { browser, site, otherSite },
      /** @type {(used: Used) => Promise<void>} */ use,
    ) => {
      const used = new Used(browser, [site, otherSite]);
      await use(used);
      await used.close();
    },
    { scope: 'worker' },
  ],
  page: async (
    /** @type {Given & Sites & {browser: Browser}} */
    { browser, used, site, otherSite, starved, quiet, opening, serviceWorkers },
    /** @type {(page: Page) => Promise<void>} */ use,
    /** @type {{title: string}} */ { title },
  ) => {
    // What is timed, or is about a reader who was never here, finds nothing compiled either.
    const isAlone = opening || serviceWorkers === 'allow' || title.includes('@alone');
    const { page, complaints, expected } = isAlone
      ? await fresh(browser, [site, otherSite], { opening, serviceWorkers })
      : await used.clean();
    expected.splice(0, Infinity, ...BROWSER_SAYS, ...quiet);
    await use(page);
    tidy(site, otherSite);
    const stand = await standing(complaints, starved);
    if (isAlone) await page.context().close();
    expect(stand, 'the page should not complain').toEqual([]);
  },
  context: async (/** @type {{page: Page}} */ { page }, /** @type {(context: any) => Promise<void>} */ use) => {
    await use(page.context());
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
      /** @type {Sites & {browser: Browser}} */ { browser, site, otherSite },
      /** @type {(standing: Standing) => Promise<void>} */ use,
    ) => {
      const held = await fresh(browser, [site, otherSite]);
      await use(held);
      await held.page.context().close();
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
