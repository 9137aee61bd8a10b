import { expect, test } from './fixtures.js';

/**
 * What a browser does to a tab that nobody sees: no frames, timers once a second at most. (A headless browser's tabs
 * are all visible, so that it is done by hand.) Workers are left alone, as browsers do.
 */
function hideable() {
  const frame = window.requestAnimationFrame.bind(window);
  const [timeout, interval] = [window.setTimeout.bind(window), window.setInterval.bind(window)];
  let hidden = false;
  /** @type {FrameRequestCallback[]} */ let waiting = [];
  window.requestAnimationFrame = (act) => (hidden ? waiting.push(act) : frame(act));
  window.setTimeout = /** @type {any} */ (
    (/** @type {any} */ act, /** @type {number} */ ms) => timeout(act, hidden ? Math.max(1000, ms ?? 0) : ms)
  );
  // An interval that is running is slowed down, too.
  window.setInterval = /** @type {any} */ (
    (/** @type {any} */ act, /** @type {number} */ ms) => {
      let last = 0;
      return interval(() => {
        if (hidden && performance.now() - last < 1000) return;
        last = performance.now();
        act();
      }, ms);
    }
  );
  Object.defineProperty(document, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') });
  Object.defineProperty(document, 'hidden', { get: () => hidden });
  Object.assign(window, {
    hide(/** @type {boolean} */ now) {
      hidden = now;
      document.dispatchEvent(new Event('visibilitychange'));
      if (!hidden) for (const act of waiting.splice(0)) frame(act);
    },
  });
}

/** @param {import('./packages.js').Page} page @param {boolean} hidden */
const hide = (page, hidden) => page.evaluate((now) => /** @type {any} */ (window).hide(now), hidden);

/** Seconds that a rate is measured. */
const SECONDS = 8;

test('R4 a hidden tab trains as fast, and shows all of it afterwards @soak', async ({ app, page, backend }) => {
  test.setTimeout(120_000);
  await page.addInitScript(hideable);
  await app.open();
  await app.start(
    {
      format: 'tuning-playground/study@1',
      dataset: { name: 'digits' },
      fixed: { hidden: [32], epochs: 4000 },
      space: { learning_rate: { type: 'float', low: 1e-4, high: 0.1, log: true } },
      trials: 64,
    },
    backend,
  );
  await app.steps(1);
  const rate = async () => {
    await page.waitForTimeout(2000);
    const begun = [await app.stepsDone(), Date.now()];
    await page.waitForTimeout(1000 * SECONDS);
    const end = [await app.stepsDone(), Date.now()];
    return (1000 * (end[0] - begun[0])) / (end[1] - begun[1]);
  };
  /** @type {number[]} */ const ratios = [];
  for (let round = 0; round < 3; round++) {
    const seen = await rate();
    await hide(page, true);
    ratios.push((await rate()) / seen);
    await hide(page, false);
  }
  console.log(`a hidden tab trains at ${ratios.map((one) => one.toFixed(2)).join(', ')} of the rate of a visible one`);
  expect(ratios.sort((a, b) => a - b)[1]).toBeGreaterThanOrEqual(0.9);
  const epochs = () => page.evaluate(() => /** @type {any} */ (window).testProgress.epochs);
  const before = await epochs();
  await expect.poll(epochs).toBeGreaterThan(before);
  await app.call('stop');
  expect((await app.outcome()).problem).toBeNull();
});
