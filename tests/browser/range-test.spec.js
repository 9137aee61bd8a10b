import { readFile } from 'node:fs/promises';
import { small } from './app.js';
import { expect, test } from './fixtures.js';
import { PAIR, look, settled } from './look.js';
import { DICTIONARIES, matches } from './texts.js';

/** The learning-rate range test, with the real engine. */

/** @typedef {import('./app.js').Page} Page */

const MOONS = small({
  dataset: { name: 'moons', samples: 300 },
  space: {
    learning_rate: { type: 'float', low: 0.0001, high: 0.1, log: true },
    batch_size: { type: 'categorical', choices: [16, 32, 64, 128] },
  },
  trials: 4,
});
/** One whose test takes a while. */
const LARGE = small({
  fixed: { hidden: [96, 96], batch_size: 128 },
  space: { dropout: { type: 'float', low: 0, high: 0.4 } },
});

/** What the dialog has. @param {Page} page */
const found = (page) =>
  page.locator('tp-range').evaluate((part) => {
    const { tested, state, problem } = /** @type {any} */ (part);
    return { ...tested?.news, ...tested?.range, settings: tested?.settings, state, problem };
  });

/** @param {import('./app.js').App} app @param {any} study */
async function given(app, study) {
  await app.open();
  await app.put(study);
}

/** Opens the test from the row's editor. @param {Page} page */
async function opened(page) {
  await page.getByTestId('value-learning_rate').click();
  await page.getByTestId('range-test').click();
  await expect(page.getByTestId('range')).toBeVisible();
}

/** @param {Page} page */
async function finished(page) {
  await expect(page.getByTestId('range')).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
  await settled(page);
  return found(page);
}

/** The study as the element has it. @param {import('./app.js').App} app */
const rowOf = async (app) => {
  const { fixed, space } = await app.get('study');
  return { value: fixed?.learning_rate, range: space?.learning_rate };
};

test('it starts at once from the row’s editor, draws while it comes in, and marks what it found', async ({
  app,
  page,
}) => {
  await given(app, LARGE);
  await opened(page);
  const lengths = new Set();
  while ((await found(page)).state === 'running') lengths.add((await found(page)).losses?.length);
  // How many of them are seen is a matter of who gets a core.
  expect(lengths.size).toBeGreaterThan(2);
  const { rates, losses, smoothed, steepest, lowest, settings } = await finished(page);
  expect([rates[0], Number(rates.at(-1).toPrecision(12)), rates.length]).toEqual([1e-6, 10, 200]);
  expect(losses.length).toBe(smoothed.length);
  expect(steepest).toBeLessThan(lowest);
  expect(settings.trial.params).toEqual({ dropout: 0.2 });
  const suggested = Number(rates[steepest].toPrecision(2));
  await expect(page.getByTestId('range-steepest')).toContainText(String(suggested));
  await expect(page.getByTestId('range-lowest')).toContainText('lowest: ');
  await expect(page.getByTestId('range-end')).toContainText(/blew up|diverged/);
  await expect(page.getByTestId('range-result')).toContainText(`most steeply at ${suggested}`);
  await expect(page.getByTestId('range-did')).toContainText(`4 networks were trained for ${losses.length} steps`);
  await expect(page.getByTestId('range-did')).toContainText('with dropout 0.2 while');
  // The same numbers as a table, by the key of all figures, and as a file.
  await page.keyboard.press('t');
  await expect(page.getByTestId('range-test-plot').locator('tbody tr')).toHaveCount(losses.length);
  await expect(page.getByTestId('range-test-plot').locator('tr[aria-selected=true]')).toContainText('steepest fall');
  await page.keyboard.press('t');
  await page.getByTestId('range-test-export').click();
  const download = page.waitForEvent('download');
  await page.getByTestId('range-test-csv').click();
  const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\r\n');
  expect(lines).toHaveLength(losses.length + 1);
  expect(lines[0]).toBe('step,learning_rate,loss,smoothed_loss,mark');
  expect(lines[1 + steepest]).toBe(
    `${steepest + 1},${rates[steepest]},${losses[steepest]},${smoothed[steepest]},steepest`,
  );
  for (const kind of ['png', 'svg']) {
    await page.getByTestId('range-test-export').click();
    const picture = page.waitForEvent('download');
    await page.getByTestId(`range-test-${kind}`).click();
    expect((await picture).suggestedFilename()).toBe(`digits-range-test.${kind}`);
  }
});

test('the rate is used and the range swept, each in one change that undo takes back', async ({ app, page }) => {
  await given(app, MOONS);
  const before = await rowOf(app);
  await opened(page);
  const { rates, steepest } = await finished(page);
  const value = Number(rates[steepest].toPrecision(2));
  await expect(page.getByTestId('range-use')).toHaveText(`Use ${value}`);
  await page.getByTestId('range-use').click();
  await expect(page.getByTestId('range')).toBeHidden();
  expect(await rowOf(app)).toEqual({ value, range: undefined });
  await expect(page.getByTestId('value-learning_rate')).toHaveText(String(value));
  await expect(page.getByTestId('row-learning_rate')).toBeInViewport();
  await expect
    .poll(() => page.evaluate(() => document.querySelector('tuning-playground')?.shadowRoot?.activeElement?.tagName))
    .not.toBe('BODY');
  await page.getByTestId('undo').click();
  expect(await rowOf(app)).toEqual(before);
  // Another time the range, from the menu.
  await page.getByTestId('value-learning_rate').click();
  await page.getByTestId('more').click();
  await page.getByTestId('menu-range').click();
  const again = await finished(page);
  expect(again.losses.length).toBeGreaterThan(20);
  await page.getByTestId('range-sweep').click();
  const { range } = await rowOf(app);
  expect(range).toEqual({
    type: 'float',
    log: true,
    low: Number((value / 10).toPrecision(2)),
    high: Number((value * 10).toPrecision(2)),
  });
  // The row is shown, though its editor was closed.
  await expect(page.getByTestId('edit-learning_rate')).toBeInViewport();
  await page.keyboard.press('Control+z');
  expect(await rowOf(app)).toEqual(before);
});

test('a range that gives way to the rate comes back with a press on the row’s name', async ({ app, page }) => {
  await given(app, MOONS);
  const { range } = await rowOf(app);
  await opened(page);
  await finished(page);
  await page.getByTestId('range-use').click();
  await page.getByTestId('sweep-learning_rate').click();
  expect((await rowOf(app)).range).toEqual(range);
});

test('closed on its way the Worker stops, and the focus comes back', async ({ app, page }) => {
  await page.addInitScript(() => {
    /** @type {unknown[]} */
    const calls = [];
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ ...rest) {
      if (message?.call === 'piecewise') calls.push(message.args[1]);
      return postMessage.call(this, message, ...rest);
    };
    Object.assign(window, { testCalls: calls });
  });
  const calls = () => page.evaluate(() => [.../** @type {any} */ (window).testCalls]);
  await given(app, LARGE);
  await opened(page);
  await expect.poll(async () => (await found(page)).losses?.length ?? 0).toBeGreaterThan(1);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('range')).toBeHidden();
  await expect(page.getByTestId('range-test')).toBeFocused();
  expect((await calls()).at(-1)).toBe('stop');
  const n = (await calls()).length;
  await page.waitForTimeout(500);
  expect(await calls()).toHaveLength(n);
  // Stopped by its button it stays as far as it has come, and suggests nothing; then another one takes its place.
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await found(page)).losses?.length ?? 0).toBeGreaterThan(1);
  await page.getByTestId('range-run').click();
  await expect(page.getByTestId('range-result')).toHaveText(matches('en', 'range.stopped'));
  await expect(page.getByTestId('range-use')).toHaveCount(0);
  await page.getByTestId('range-run').click();
  await expect(page.getByTestId('range')).toHaveAttribute('data-state', 'running');
  await page.getByTestId('range-close').click();
  await expect(page.getByTestId('range-test')).toBeFocused();
  // Closed while it has not begun yet, it does not begin.
  await page.getByTestId('range-test').evaluate((button) => {
    /** @type {HTMLElement} */ (button).click();
    const part = /** @type {any} */ (button.getRootNode()).querySelector('tp-range');
    return new Promise((resolve) => {
      const close = () => {
        if (part.isOpen) resolve(part.dialog.close());
        else setTimeout(close);
      };
      close();
    });
  });
  const last = async () => (await calls()).join(' ').split('begin').at(-1) ?? '';
  await expect.poll(last).toMatch(/stop$/);
  await page.waitForTimeout(300);
  // A piece may have been asked for before the dialog was closed, none afterwards.
  expect((await last()).split('more').length).toBeLessThan(3);
});

test('typed numbers are read as everywhere, and a test waits for what is wrong @soak', async ({ app, page }) => {
  await given(app, MOONS);
  await opened(page);
  await finished(page);
  const enter = async (/** @type {string} */ name, /** @type {string} */ text) => {
    await page.getByTestId(`range-${name}`).fill(text);
    await page.getByTestId(`range-${name}`).press('Enter');
  };
  for (const [text, said] of [
    ['0', 'from is 0; it takes'],
    ['-3', 'from is -3; it takes'],
    ['1e10', 'from is 1e10; it takes'],
    ['abc', 'abc'],
    ['', 'empty'],
    ['1e-400', '1e-400'],
  ]) {
    await enter('low', text);
    await expect(page.getByTestId('error-range-low')).toContainText(said);
  }
  await page.getByTestId('range-run').click();
  await expect(page.getByTestId('range-low')).toBeFocused();
  await expect(page.getByTestId('range')).toHaveAttribute('data-state', 'done');
  await page.getByTestId('error-range-low').getByTestId('fix').click();
  await expect(page.getByTestId('error-range-low')).toHaveCount(0);
  for (const text of ['19', '1001', '50.5', '1e99']) {
    await enter('steps', text);
    await expect(page.getByTestId('error-range-steps')).toBeVisible();
  }
  await enter('steps', '1.0e2');
  await enter('low', '10^-4');
  await enter('high', '0,00001');
  await expect(page.getByTestId('range-order')).toHaveText(matches('en', 'range.order'));
  await expect(page.getByTestId('range-low')).toHaveAccessibleDescription(matches('en', 'range.order'));
  await page.getByTestId('range-run').press('Enter');
  await expect(page.getByTestId('range')).toHaveAttribute('data-state', 'done');
  await enter('high', '1');
  await expect(page.getByTestId('range-order')).toHaveCount(0);
  await page.getByTestId('range-run').click();
  await expect.poll(async () => (await found(page)).steps).toBe(100);
  const { rates, low, high } = await finished(page);
  expect([rates.length, low, high]).toEqual([100, 1e-4, 1]);
  // None of it is part of the study, and a run does not wait for it.
  await enter('low', 'abc');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('range-low')).toHaveValue('0.0001');
  await enter('low', 'abc');
  await page.getByTestId('range-close').click();
  expect(await rowOf(app)).toEqual({ value: undefined, range: MOONS.space.learning_rate });
  await app.result(null, 'cpu');
  // The options are there again.
  await page.getByTestId('range-test').click();
  await expect(page.getByTestId('range-high')).toHaveValue('1');
});

test('where the loss never falls it says so, and suggests nothing', async ({ app, page }) => {
  await given(app, small({ ...MOONS, fixed: { optimizer: 'sgd' } }));
  await opened(page);
  await finished(page);
  await page.getByTestId('range-high').fill('1e6');
  await page.getByTestId('range-low').fill('1e5');
  await page.getByTestId('range-run').click();
  await expect.poll(async () => (await found(page)).low).toBe(1e5);
  const { losses, steepest } = await finished(page);
  expect(steepest).toBe(null);
  expect(losses.length).toBeLessThan(20);
  await expect(page.getByTestId('range-result')).toContainText('The loss never fell');
  await expect(page.getByTestId('range-result')).toContainText(/diverged|more than four times/);
  await expect(page.getByTestId('range-use')).toHaveCount(0);
});

test('it takes the settings of the selected trial, or another optimizer in their place', async ({ app, page }) => {
  await app.open();
  const study = small({
    ...MOONS,
    space: { ...MOONS.space, optimizer: { type: 'categorical', choices: ['sgd', 'momentum', 'adam'] } },
  });
  delete study.fixed.optimizer;
  const result = await app.result(study, 'cpu');
  await opened(page);
  const { settings } = await finished(page);
  const { batch_size: batch, optimizer } = result.trials[result.best].params;
  expect(settings.trial).toEqual({ number: result.best, params: { batch_size: batch, optimizer } });
  await expect(page.getByTestId('range-did')).toContainText(`with the settings of trial ${result.best} while`);
  await expect(page.getByTestId('range-optimizer')).toHaveValue(optimizer);
  const other = optimizer === 'sgd' ? 'adam' : 'sgd';
  await page.getByTestId('range-optimizer').selectOption(other);
  // What stands there is still what was done.
  await expect(page.getByTestId('range-did')).toContainText(`with the settings of trial ${result.best} while`);
  await page.getByTestId('range-run').click();
  await expect(page.getByTestId('range-did')).toContainText(`trial ${result.best} but ${other} as the optimizer`);
  expect((await finished(page)).settings.trial.params).toEqual({ batch_size: batch, optimizer: other });
});

test('a study of numbers is tested in the units of its target', async ({ app, page }) => {
  await given(app, small({ dataset: { name: 'diabetes' }, space: { dropout: { type: 'float', low: 0, high: 0.5 } } }));
  await opened(page);
  const { losses, steepest, smoothed, lowest } = await finished(page);
  // Disease progression goes from 25 to 346.
  expect(losses[0]).toBeGreaterThan(1000);
  expect(steepest).not.toBe(null);
  expect(smoothed[lowest]).toBeLessThan(losses[0]);
  await expect(page.getByTestId('range-use')).toBeVisible();
});

test('beside a run it says that both are slower, and the run goes on @soak', async ({ app, page }) => {
  await app.open();
  await app.start(small({ fixed: { epochs: 2000, hidden: [64] }, trials: 16 }), 'cpu');
  await app.steps(1);
  await opened(page);
  await expect(page.getByTestId('range-beside')).toHaveText(DICTIONARIES.en['range.beside']);
  await finished(page);
  await page.getByTestId('range-close').click();
  await app.call('stop');
  expect((await app.outcome()).problem).toBeNull();
});

test('where the test set is open the study stays as it is', async ({ app, page }) => {
  await app.open();
  const { best } = await app.result(MOONS, 'cpu');
  await app.call('openTest', best);
  await page.getByTestId('more').click();
  await page.getByTestId('menu-range').click();
  await finished(page);
  await expect(page.getByTestId('range-use')).toBeDisabled();
  await expect(page.getByTestId('range-sweep')).toHaveAttribute('title', DICTIONARIES.en['run.read_only']);
});

test('in Korean all of it is Korean, on a wide page and a narrow one, by the keyboard alone', async ({
  app,
  page,
}) => {
  await given(app, MOONS);
  await app.set({ lang: 'ko' });
  await page.getByTestId('value-learning_rate').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('range-test')).toHaveText('학습률 범위 테스트');
  await page.getByTestId('range-test').focus();
  await page.keyboard.press('Enter');
  await finished(page);
  await expect(page.getByTestId('range-did')).toHaveText(matches('ko', 'range.did'));
  await expect(page.getByTestId('range-did')).toContainText('배치 크기 32');
  const words = async () => (await page.getByTestId('range').innerText()).replace(/Smith, [^.]*\./, '');
  expect(await words()).not.toMatch(/[A-Za-z]{2}|\{/);
  await look(app, 'range test', PAIR, ['tp-range']);
  await app.set({ lang: 'en' });
  await expect.poll(words).not.toMatch(/[가-힣]|\{/);
  // The smallest window still scrolls to every button.
  await page.setViewportSize({ width: 320, height: 256 });
  await page.getByTestId('range-use').focus();
  await expect(page.getByTestId('range-use')).toBeInViewport();
  await page.getByTestId('range-run').focus();
  await expect(page.getByTestId('range-run')).toBeInViewport();
  const wide = await page.getByTestId('range').evaluate((one) => one.scrollWidth - one.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);
  await page.getByTestId('range-use').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('range')).toBeHidden();
  // On a phone the row lies in a sheet, which opens.
  await expect(page.getByTestId('row-learning_rate')).toBeInViewport();
});

test.describe('without its data', () => {
  test.use({ quiet: [/ERR_|Failed to load resource/] });

  test('a study whose data cannot be had says why, and is tested once they are there', async ({ app, page }) => {
    await given(app, small({ dataset: { name: 'wine' }, space: { dropout: { type: 'float', low: 0, high: 0.5 } } }));
    const isData = (/** @type {URL} */ url) => url.pathname.includes('/data/');
    await page.route(isData, (route) => route.abort());
    await opened(page);
    await expect(page.getByTestId('range-problem')).toContainText('wine');
    await expect(page.getByTestId('range')).toHaveAttribute('data-state', 'none');
    await page.unroute(isData);
    await page.getByTestId('range-run').click();
    await finished(page);
    await expect(page.getByTestId('range-problem')).toHaveCount(0);
  });
});
