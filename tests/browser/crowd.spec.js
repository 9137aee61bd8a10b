import { expect, test } from './fixtures.js';

test('a crowd', async ({ app, page, backend }) => {
  test.setTimeout(400_000);
  await app.open();
  await page.evaluate(() => {
    /** @type {any} */ (window).long = [];
    new PerformanceObserver((list) => { for (const e of list.getEntries()) /** @type {any} */ (window).long.push([Math.round(e.startTime), Math.round(e.duration)]); }).observe({ entryTypes: ['longtask'] });
  });
  await app.start({ format: 'tuning-playground/study@1', dataset: { name: 'spiral' }, fixed: { hidden: [8, 8], batch_size: 32, epochs: 13 }, space: { learning_rate: { type: 'float', low: 1e-4, high: 0.1, log: true }, dropout: { type: 'float', low: 0, high: 0.35 } }, sampler: { name: 'random' }, trials: 65536 }, backend);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: `/tmp/crowd1.png` });
  const o = await page.evaluate(() => /** @type {any} */ (window).testOutcome.then((/** @type {any} */ o) => ({ seconds: o.seconds, first: o.firstPoint, problem: o.problem, long: /** @type {any} */ (window).long })));
  console.log(o.seconds, o.first, o.problem, JSON.stringify(o.long));
  await page.waitForTimeout(1500);
  await page.screenshot({ path: `/tmp/crowd-end.png` });
  expect(1).toBe(1);
});
