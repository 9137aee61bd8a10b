import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CALM } from '../../www/src/engine/ahead.js';
import { expect, test } from './fixtures.js';

/** What the page makes of the engine's pace: against the native binary, and in the first run of a visit. */

/**
 * Least shares of the native rate by epochs, and of a later run's rate in the first run; a busy machine may miss them
 * by a factor of three before a test fails.
 * @type {[number, number][]}
 */
const AGAINST_NATIVE = [
  [125, 0.65],
  [500, 0.7],
];
const FIRST = 0.7;
const SLACK = 3;
const REPEATS = 5;

/** 64 networks 2-8-8-2 on 640 samples of the spiral. @param {number} epochs */
const study = (epochs) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'spiral', samples: 640 },
  fixed: { hidden: [8, 8], batch_size: 32, epochs },
  space: { learning_rate: { type: 'float', low: 1e-4, high: 0.1, log: true } },
  trials: 64,
});

/** @param {number[]} list */
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
/** @param {any} result */
const stepsOf = (result) =>
  result.trials.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.steps, 0);

/** Trial-steps a second of the native binary, from its start to its end. @param {number} epochs */
function nativeRate(epochs) {
  const binary = fileURLToPath(new URL('../../target/release/tune', import.meta.url));
  if (!existsSync(binary)) return NaN;
  const folder = mkdtempSync(join(tmpdir(), 'pace-'));
  const [given, made] = ['study.json', 'result.json'].map((name) => join(folder, name));
  writeFileSync(given, JSON.stringify(study(epochs)));
  const begun = performance.now();
  execFileSync(binary, ['run', given, '--backend', 'cpu', '-o', made], { stdio: 'ignore' });
  const seconds = (performance.now() - begun) / 1000;
  return stepsOf(JSON.parse(readFileSync(made, 'utf8'))) / seconds;
}

/**
 * Trial-steps a second of one run, timed inside the page.
 * @param {import('./packages.js').Page} page
 * @param {number} epochs
 */
const pageRate = (page, epochs) =>
  page.evaluate(async (given) => {
    const element = /** @type {any} */ (document.querySelector('tuning-playground'));
    if (JSON.stringify(element.study) !== JSON.stringify(given)) element.study = given;
    element.backend = 'cpu';
    const begun = performance.now();
    const result = await element.run();
    const seconds = (performance.now() - begun) / 1000;
    return result.trials.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.steps, 0) / seconds;
  }, study(epochs));

// It goes by the clock, for the better part of a minute: soak does it.
test('the first run of a visit is nearly as quick as a later one @alone @soak', async ({ app, page }) => {
  const shares = [];
  for (let k = 0; k < REPEATS; k++) {
    await app.open();
    await page.waitForTimeout(CALM + 1500);
    const first = await pageRate(page, 125);
    const later = [];
    for (let n = 0; n < 3; n++) later.push(await pageRate(page, 125));
    shares.push(first / median(later));
  }
  console.log(
    `first run / later runs: ${shares.map((one) => one.toFixed(2)).join(', ')}; ` +
      `median ${median(shares).toFixed(2)} (aim ${FIRST})`,
  );
  expect(median(shares)).toBeGreaterThan(FIRST / SLACK);
});

for (const [epochs, least] of AGAINST_NATIVE) {
  test(`the page trains ${epochs} epochs of tiny networks at no less than ${least} of the native rate @soak`, async ({
    app,
    page,
  }) => {
    test.skip(Number.isNaN(nativeRate(1)), 'cargo build --release builds the binary');
    await app.open();
    await pageRate(page, epochs);
    /** @type {[number, number][]} */
    const pairs = [];
    for (let k = 0; k < REPEATS; k++) pairs.push([await pageRate(page, epochs), nativeRate(epochs)]);
    const shares = pairs.map(([here, native]) => here / native);
    const [here, native] = [0, 1].map((k) => median(pairs.map((pair) => pair[k])) / 1000);
    console.log(
      `${epochs} epochs: ${here.toFixed(0)}k steps/s in the page, ${native.toFixed(0)}k natively; median ` +
        `share ${median(shares).toFixed(2)} (at least ${least})`,
    );
    expect(median(shares)).toBeGreaterThan(least / SLACK);
  });
}
