import { WORKS } from '../../www/src/study/works.js';
import { expect, test } from './fixtures.js';

/**
 * How quick trainability maps are: a map of 256 x 256 networks beside W3 on the same Workers, the first picture of a
 * page that has trained nothing, and zooming.
 *
 * @typedef {import('./packages.js').Page} Page
 */

/** Least share of W3's rate, and most ms until there is a picture and until a zoom is seen; */
const SHARE = 0.75;
const FIRST_MS = 1000;
const ZOOM_MS = 100;
/** a busy machine may miss the times by this factor before a test fails. The share is of the processor's time, and of
 * the times what the page's thread waited for a core is left out. */
const SLACK = 3;
const REPEATS = 5;
/** W3 is over in a blink, most of it preparation: its networks go on for so many times its steps. */
const TIMES = 30;

/** Networks 2-8-8-2 that take 100 steps of 32 rows. @param {number} seed @param {string} optimizer */
const study = (seed, optimizer) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'spiral', samples: 457 },
  fixed: { hidden: [8, 8], batch_size: 32, optimizer, init: 'normal', epochs: 10 },
  space: {
    learning_rate: { type: 'float', low: 1e-4, high: 0.1, log: true },
    init_std: { type: 'float', low: 0.05, high: 1, log: true },
  },
  trials: 4,
  seed,
});

/** @param {number[]} list */
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Seconds that the browser's pages have had of the processor, their Workers included. @param {Page} page */
async function processor(page) {
  const browser = page.context().browser();
  if (!browser) throw new Error('there is no browser');
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter((/** @type {any} */ one) => one.type === 'renderer');
  return renderers.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.cpuTime, 0);
}

/** @param {Page} page */
const map = (page) =>
  page.locator('tp-map').evaluate((part) => {
    const { state, n, cost, history, study: of } = /** @type {any} */ (part).store.map;
    return {
      state,
      n,
      windows: history.length,
      of: `${of?.dataset.name} ${of?.seed}`,
      steps: cost?.steps ?? 0,
      plan: cost?.plan ?? '',
    };
  });

/** Lays out the study's map. @param {import('./app.js').App} app @param {any} given @param {number} size */
async function laid(app, given, size) {
  const { page } = app;
  await app.put(given);
  await app.set({ view: 'map', backend: 'cpu' });
  const renew = page.getByTestId('map-renew');
  if (await renew.count()) await renew.click({ timeout: 2000 }).catch(() => {});
  await page.getByTestId('map-size').selectOption(String(size));
  await expect
    .poll(async () => {
      const { state, n, of } = await map(page);
      return `${state} ${n} ${of}`;
    })
    .toBe(`ready ${size * size} ${given.dataset.name} ${given.seed}`);
}

/** Trains the map that is laid out to its end. @param {Page} page */
async function trained(page) {
  await page.getByTestId('map-go').click();
  await page.waitForFunction(
    () => {
      const part = /** @type {any} */ (
        document.querySelector('tuning-playground')?.shadowRoot?.querySelector('tp-map')
      );
      return /done|failed/.test(part.store.map.state);
    },
    null,
    { polling: 50, timeout: 240_000 },
  );
  expect((await map(page)).state).toBe('done');
}

/** Steps a second: of the clock, and of the processor's time. @param {Page} page @param {() => Promise<number>} work */
async function rates(page, work) {
  const [before, begun] = [await processor(page), performance.now()];
  const steps = await work();
  const seconds = (performance.now() - begun) / 1000;
  return [steps / seconds, steps / ((await processor(page)) - before)];
}

for (const optimizer of ['adam', 'sgd'])
  test(`a map of 65,536 networks trains at W3's pace with ${optimizer} @alone @soak`, async ({ app, page }) => {
    test.setTimeout(900_000);
    await app.open();
    await page.getByTestId('backend').click();
    // The dialog's own way to measure, without the dialog.
    await page.getByTestId('bench').evaluate(
      (dialog, work) => {
        const part = /** @type {any} */ (dialog.parentElement);
        void part.measure();
        const { constructor } = part.measuring;
        part.cancel();
        part.dialog.close();
        const bench = new constructor('cpu');
        Object.assign(window, {
          prepareW3: () => bench.prepare(work),
          measureW3: async () => (await bench.measure(60_000)).steps,
        });
      },
      { ...WORKS.W3, steps: TIMES * WORKS.W3.steps },
    );
    const prepare = () => page.evaluate(() => /** @type {any} */ (window).prepareW3());
    const w3 = () => page.evaluate(() => /** @type {any} */ (window).measureW3());
    await prepare();
    await w3();
    /** @type {{own: number[], ofMap: number[], plan: string}[]} */
    const pairs = [];
    for (let k = 0; k < REPEATS; k++) {
      await prepare();
      const own = await rates(page, w3);
      await laid(app, study(k, optimizer), 256);
      const { steps, plan } = await map(page);
      expect(steps).toBe(65_536 * 100);
      const ofMap = await rates(page, async () => {
        await trained(page);
        return steps;
      });
      pairs.push({ own, ofMap, plan });
    }
    const kilo = (/** @type {'own' | 'ofMap'} */ whose, /** @type {number} */ by) =>
      (median(pairs.map((pair) => pair[whose][by])) / 1000).toFixed(0);
    const share = (/** @type {number} */ by) => median(pairs.map((pair) => pair.ofMap[by] / pair.own[by]));
    console.log(
      `${optimizer} (${pairs[0].plan}): W3 ${kilo('own', 0)}k steps/s, ${kilo('own', 1)}k a second of the processor; ` +
        `map ${kilo('ofMap', 0)}k and ${kilo('ofMap', 1)}k; median share ${share(0).toFixed(2)} by the clock, ` +
        `${share(1).toFixed(2)} by the processor (at least ${SHARE})`,
    );
    expect(share(1)).toBeGreaterThan(SHARE);
  });

/** Notes when the map is painted after what the reader does. @param {Page} page */
const watched = (page) =>
  page.locator('tp-map').evaluate((part) => {
    const { paint } = /** @type {any} */ (part);
    const seen = { since: 0, paints: /** @type {{at: number, ms: number, done: number}[]} */ ([]) };
    const note = (/** @type {Event} */ { timeStamp }) => (seen.since = timeStamp);
    for (const kind of ['click', 'wheel', 'pointerup']) addEventListener(kind, note, { capture: true, passive: true });
    /** @type {any} */ (part).paint = (/** @type {any[]} */ ...given) => {
      paint.apply(part, given);
      const { done } = /** @type {any} */ (part).store.map;
      if (seen.since) seen.paints.push({ at: Date.now(), ms: performance.now() - seen.since, done });
    };
    /** @type {any} */ (window).mapSeen = seen;
  });

/** The first painting since what the reader did last of so many networks. @param {Page} page @param {number} least */
async function painted(page, least) {
  const found = await page.waitForFunction(
    (n) => /** @type {any} */ (window).mapSeen.paints.find((/** @type {any} */ one) => one.done >= n),
    least,
    { polling: 20 },
  );
  const { at, ms } = await found.jsonValue();
  await page.evaluate(() => void Object.assign(/** @type {any} */ (window).mapSeen, { since: 0, paints: [] }));
  return { at, ms };
}

test('the first picture of a map and what zooming shows are there at once @alone @soak', async ({
  app,
  page,
  starved,
}) => {
  test.setTimeout(300_000);
  const given = study(0, 'adam');
  /** @typedef {{ms: number, own: number}} Took by the clock, and without waiting for a core */
  const [first, wheel, box] = /** @type {Took[][]} */ ([[], [], []]);
  const own = async (/** @type {{at: number, ms: number}} */ { at, ms }) => {
    await starved.look();
    return { ms, own: Math.max(0, ms - starved.between(at - ms, at)) };
  };
  for (let k = 0; k < REPEATS; k++) {
    await app.open();
    await laid(app, given, 256);
    await watched(page);
    await starved.look();
    await page.getByTestId('map-go').click();
    // The first pass is 16 x 16 networks: the whole plane, coarsely.
    first.push(await own(await painted(page, 256)));

    // While it trains, and the picture with it.
    const area = await page.getByTestId('map-plot').boundingBox();
    if (!area) throw new Error('the plot is not there');
    const [x, y] = [area.x + area.width / 2, area.y + area.height / 2];
    await page.mouse.move(x, y);
    await page.keyboard.down('Control');
    for (let turn = 0; turn < 3; turn++) {
      await starved.look();
      await page.mouse.wheel(0, -120);
      wheel.push(await own(await painted(page, 0)));
    }
    await page.keyboard.up('Control');
    // That window is trained once the hand rests.
    await expect.poll(async () => (await map(page)).windows).toBeGreaterThan(0);
    await page.mouse.move(x - 100, y - 80);
    await page.mouse.down();
    await page.mouse.move(x + 100, y + 80, { steps: 4 });
    await starved.look();
    await page.mouse.up();
    box.push(await own(await painted(page, 0)));
  }
  const of = (/** @type {Took[]} */ all, /** @type {'ms' | 'own'} */ by) => median(all.map((one) => one[by]));
  const told = (/** @type {Took[]} */ all) =>
    `${of(all, 'ms').toFixed(0)} ms by the clock, ${of(all, 'own').toFixed(0)} without waiting for a core`;
  console.log(
    `first picture ${told(first)} (at most ${FIRST_MS}); seen after a turn of the wheel ${told(wheel)}, after a box ` +
      `${told(box)} (at most ${ZOOM_MS})`,
  );
  expect(of(first, 'own')).toBeLessThan(SLACK * FIRST_MS);
  for (const zooms of [wheel, box]) expect(of(zooms, 'own')).toBeLessThan(SLACK * ZOOM_MS);
});
