import { SMALL, small } from './app.js';
import { PAIR, look as lookAt } from './look.js';
import { expect, test } from './fixtures.js';
import { DICTIONARIES, matches } from './texts.js';

/** The designed states that no other test reaches; in each the page keeps to its rules, wide and narrow. */

/** @param {import('./app.js').App} app @param {string} state @param {string[]} [parts] those that the state changes */
async function look(app, state, parts) {
  await lookAt(app, state, PAIR, parts);
  await app.page.setViewportSize({ width: 1440, height: 900 });
  await app.set({ lang: 'en', theme: 'light' });
}

test('empty: one sentence and a button that runs', async ({ app, page }) => {
  await app.open();
  // It is the page that access.spec.js looks at first.
  // On a tablet the name of the chosen set, which is bold, still stands on one line if the machine's font is no wider than
  // the place that it has, and else on two.
  await page.setViewportSize({ width: 1024, height: 768 });
  const name = page.locator('[data-value=digits][aria-checked=true] span');
  const isLaidOut = () =>
    name.evaluate((one) => {
      const { font, lineHeight } = getComputedStyle(one);
      const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(1, 1).getContext('2d'));
      pen.font = font;
      const room = /** @type {HTMLElement} */ (one.closest('[data-value]')).getBoundingClientRect().width;
      const lines = one.getBoundingClientRect().height / parseFloat(lineHeight);
      return lines < (pen.measureText(one.textContent.trim()).width < room - 4 ? 1.5 : 2.5);
    });
  await expect.poll(isLaidOut).toBe(true);
  const empty = page.getByTestId('empty');
  await expect(empty).toContainText(DICTIONARIES.en['empty.title']);
  await empty.getByRole('button').first().click();
  await expect(page.locator('tr[data-trial]').first()).toBeVisible();
  await app.call('stop');
});

test('no WebGPU, but asked for: the CPU is one press away', async ({ app, page, site }) => {
  site.prelude =
    'delete (globalThis.WorkerNavigator ?? globalThis.Navigator).prototype.gpu; delete ' +
    'globalThis.Navigator?.prototype.gpu;';
  await app.open();
  expect(await app.refusal(SMALL, 'gpu')).toMatch(matches('en', 'problem.no_gpu'));
  await look(app, 'no WebGPU', ['tp-run-bar', 'tp-messages']);
  await page.locator('[data-act=start_cpu]').click();
  await expect(page.locator('.app')).toHaveAttribute('data-outcome', 'finished');
  await expect(page.getByTestId('backend')).toHaveAttribute('data-backend', 'cpu');
  await expect(page.getByTestId('message')).toHaveCount(0);
});

test('no WebAssembly at all: said, and the page stands', async ({ app, page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'WebAssembly');
  });
  await app.open();
  await page.getByTestId('run').click();
  await expect(page.locator('[data-message=too_old]')).toContainText(DICTIONARIES.en['message.too_old']);
  await look(app, 'too old', ['tp-run-bar', 'tp-messages']);
  await page.getByTestId('value-learning_rate').click();
  await expect(page.getByTestId('input-low')).toBeVisible();
});

test('all diverged: the smallest rate is named and a calmer range offered', async ({ app, page, backend }) => {
  await app.open();
  const result = await app.result(
    small({
      dataset: { name: 'diabetes' },
      fixed: { optimizer: 'sgd', activation: 'linear', hidden: [64, 64, 64] },
      space: { learning_rate: { type: 'float', low: 5, high: 10, log: true } },
    }),
    backend,
  );
  expect(result.trials.map((/** @type {any} */ trial) => trial.state)).toEqual(Array(8).fill('diverged'));
  const least = Math.min(...result.trials.map((/** @type {any} */ trial) => trial.params.learning_rate));
  const message = page.locator('[data-message=all_diverged]');
  await expect(message).toContainText(String(Number(least.toPrecision(2))));
  // Nothing was measured, so no axis has a number for it.
  await expect(page.getByTestId('no-curves')).toHaveText(DICTIONARIES.en['curves.none']);
  await expect(page.locator('[data-testid=surface] .ground text[text-anchor=end]')).toHaveCount(0);
  await look(app, 'all diverged', ['tp-main']);
  await message.locator('[data-act=use_range]').click();
  await expect(message).toHaveCount(0);
  expect((await app.get('study')).space.learning_rate).toMatchObject({ low: 0.0001, high: 0.1 });
});

test('paused, part done, stopped', async ({ app, page, backend }) => {
  await app.open();
  await app.start(
    { ...SMALL, space: { epochs: { type: 'categorical', choices: [1, 2000] } }, fixed: { hidden: [8] }, trials: 12 },
    backend,
  );
  await app.progress('done', 1);
  await page.getByTestId('pause').click();
  await expect(page.getByTestId('partial')).toHaveText(/^[1-9]\d* of 12$/);
  await look(app, 'paused', ['tp-run-bar', 'tp-main']);
  await page.getByTestId('stop').click();
  await expect(page.getByTestId('status')).toHaveText(DICTIONARIES.en['run.outcome.stopped']);
  await expect(page.getByTestId('partial')).toHaveText(/^[1-9]\d* of 12$/);
  await look(app, 'stopped', ['tp-run-bar']);
});

test('test set opened: read-only until the study is duplicated', async ({ app, page, backend }) => {
  await app.open();
  const result = await app.result(SMALL, backend);
  await app.call('openTest', result.best);
  await page.getByTestId('test-lock').click();
  await look(app, 'test opened');
  await expect(page.getByTestId('run')).toBeDisabled();
  await expect(page.getByTestId('sweep-dropout')).toHaveCount(0);
  await page.getByTestId('duplicate').click();
  expect((await app.get('study')).dataset.seed).toBe((result.study.dataset.seed ?? 0) + 1);
  await expect(page.getByTestId('run')).toBeEnabled();
  // Undo brings the study back as it was: its test set has been looked at.
  await page.getByTestId('undo').click();
  expect(await app.get('study')).toEqual(SMALL);
  await expect(page.getByTestId('run')).toBeDisabled();
  await expect(page.getByTestId('undo')).toBeDisabled();
  await expect(page.getByTestId('test-lock')).toContainText(DICTIONARIES.en['test.opened']);
  const other = result.trials.find(
    (/** @type {any} */ one) => one.number !== result.best && one.state === 'complete',
  ).number;
  await expect(app.call('openTest', other)).rejects.toThrow();
});

test('a study that was put in place can be undone', async ({ app, page }) => {
  await app.open();
  const before = await app.get('study');
  await app.put(SMALL);
  expect((await app.get('study')).trials).toBe(8);
  await page.getByTestId('undo').click();
  await expect.poll(async () => app.get('study')).toEqual(before);
  await page.getByTestId('redo').click();
  await expect.poll(async () => (await app.get('study')).trials).toBe(8);
});

test('an invalid row says what is wrong and offers a fix', async ({ app, page }) => {
  await app.open();
  await page.getByTestId('value-learning_rate').click();
  await page.getByTestId('input-low').fill('0');
  await page.getByTestId('input-low').press('Enter');
  await expect(page.getByTestId('error-learning_rate')).toBeVisible();
  await look(app, 'invalid row', ['tp-study']);
});
