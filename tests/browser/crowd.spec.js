import { expect, test } from './fixtures.js';
import { heapOf } from './heap.js';

/** Tiny networks, as many as a study may have, 143 steps each. @param {number} trials */
const crowd = (trials) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'spiral' },
  fixed: { hidden: [8, 8], batch_size: 32, epochs: 13 },
  space: {
    learning_rate: { type: 'float', low: 1e-4, high: 0.1, log: true },
    dropout: { type: 'float', low: 0, high: 0.35 },
  },
  sampler: { name: 'random' },
  trials,
});
const STEPS = 143;

/** Seconds until the first trial's first epoch is told; the machine of a test may be three times as slow. */
const FIRST = 1;

for (const [trials, tag] of /** @type {[number, string][]} */ ([
  [8192, '@alone'],
  [65_536, '@soak'],
])) {
  test(`${trials} tiny networks show at once and all end ${tag}`, async ({ app, page, backend }) => {
    test.skip(backend === 'gpu' && trials < 65_536, 'a program takes its time: all of them come in soak');
    test.setTimeout(600_000);
    await app.open();
    // Compiled before, as a page does while its study is edited.
    await app.result({ ...crowd(64), fixed: { hidden: [8, 8], batch_size: 32, epochs: 2 } }, backend);
    await app.start(crowd(trials), backend);
    // Counted there: such a result takes longer to hand over than to train.
    const { ended, problem, seconds, firstPoint } = await page.evaluate(async () => {
      const { result, ...rest } = await /** @type {any} */ (window).testOutcome;
      const ends = ['complete', 'diverged'];
      return { ...rest, ended: result?.trials.filter((/** @type {any} */ one) => ends.includes(one.state)).length };
    });
    expect(problem).toBeNull();
    console.log(
      `${trials} networks: first picture after ${firstPoint?.toFixed(2)} s, all after ${seconds.toFixed(1)} s,` +
        ` ${((trials * STEPS) / seconds / 1000).toFixed(0)}k steps/s`,
    );
    expect(ended).toBe(trials);
    expect(firstPoint).toBeLessThan(3 * FIRST);
  });
}

/** Bytes of the page's heap, arrays among them, that such a run may leave. */
const MOST_BYTES = 400e6;

test('65536 trials of 100 epochs take less than 400 MB of the heap @soak', async ({ app, page, backend }) => {
  test.skip(backend === 'gpu', 'who trains them changes nothing of what the page holds');
  test.setTimeout(900_000);
  await app.open();
  const held = await heapOf(page);
  const before = await held();
  const fixed = { hidden: [2], batch_size: 28, epochs: 100 };
  await app.start({ ...crowd(65_536), dataset: { name: 'xor', samples: 40 }, fixed }, backend);
  // The result makes its trials' documents when somebody asks for them, which nobody does here.
  await page.waitForFunction(() => /** @type {any} */ (window).testEnded, null, { timeout: 0, polling: 1000 });
  expect(await page.evaluate(() => /** @type {any} */ (window).testProgress.epochs)).toBe(6_553_600);
  const bytes = await held();
  console.log(
    `65,536 trials of 100 epochs: ${Math.round(bytes / 1e6)} MB, ${Math.round(before / 1e6)} MB before them`,
  );
  expect(bytes).toBeLessThan(MOST_BYTES);
});
