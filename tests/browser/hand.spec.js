import { readFile } from 'node:fs/promises';
import { small } from './app.js';
import { expect, test } from './fixtures.js';
import { PAIR, look, settled } from './look.js';
import { DICTIONARIES } from './texts.js';

/** Tuning by hand, with the real engine. What the engine makes of it, to the bit, is tests/unit/hand.test.js. */

/** @typedef {import('./app.js').Page} Page */

const MOONS = small({
  dataset: { name: 'moons', samples: 200 },
  fixed: { hidden: [6], activation: 'relu', optimizer: 'momentum', epochs: 6 },
  space: { learning_rate: { type: 'float', low: 0.001, high: 0.1, log: true } },
  trials: 3,
});

/** The run as the dialog has it. @param {Page} page */
const found = (page) =>
  page.locator('tp-hand').evaluate((part) => {
    const { run, cursor } = /** @type {any} */ (part);
    if (!run) return { state: 'none', branches: [] };
    const { hand, state, compared } = run;
    return { cursor, state, compared, current: hand.current, branches: structuredClone(hand.branches) };
  });

/** Until it rests. @param {Page} page */
const rested = (page) => expect.poll(async () => (await found(page)).state, { timeout: 30_000 }).toBe('paused');

/** Trains each live branch so many epochs. @param {Page} page @param {number} n */
async function train(page, n) {
  for (let k = 0; k < n; k++) {
    await page.getByTestId('hand-step').click();
    await rested(page);
  }
}

/** @param {Page} page @param {number} index */
const tip = async (page, index) => {
  const { from, points } = (await found(page)).branches[index];
  return from + points.length;
};

test('a trial goes on by hand: changed while it trains, forked, reverted, and trained again from its record', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  const { trials, best } = await app.result(MOONS, backend);
  await page.getByTestId('continue-by-hand').click();
  await rested(page);
  await expect.poll(() => tip(page, 0)).toBe(6);
  const own = trials[best].epochs.map((/** @type {any} */ one) => one.validation_loss);
  const again = (await found(page)).branches[0].points.map((/** @type {any} */ one) => one.validation_loss);
  if (backend === 'cpu') expect(again).toEqual(own);
  else expect(Math.abs(again[5] - own[5])).toBeLessThan(0.05);
  await expect(page.getByTestId('hand-play')).toBeFocused();

  // A press that has to wait for what it began keeps the focus.
  await page.getByTestId('hand-step').focus();
  await page.keyboard.press('Enter');
  await rested(page);
  await expect.poll(() => tip(page, 0)).toBe(7);
  await expect(page.getByTestId('hand-step')).toBeFocused();

  // While it trains a slider acts in the next epoch but the one that is under way.
  await page.getByTestId('hand-pace').selectOption('30');
  await page.getByTestId('hand-play').click();
  await expect.poll(() => tip(page, 0)).toBeGreaterThan(8);
  const before = await tip(page, 0);
  await page.getByTestId('hand-slide-learning_rate').fill('70');
  await expect.poll(async () => (await found(page)).branches[0].changes.length).toBe(1);
  const [change] = (await found(page)).branches[0].changes;
  expect(change.epoch).toBeGreaterThanOrEqual(before);
  await expect.poll(() => tip(page, 0)).toBeGreaterThan(change.epoch + 1);
  await page.getByTestId('hand-play').click();
  await rested(page);
  const points = (await found(page)).branches[0].points;
  expect(points[change.epoch].learning_rate).toBe(change.settings.learning_rate);
  expect(points[change.epoch - 1].learning_rate).not.toBe(change.settings.learning_rate);
  await expect(page.getByTestId('hand-changes').locator('tbody tr')).toHaveCount(1);

  // Forked by its key at the change, which the arrows find; both go on.
  await page.getByTestId('hand-plot').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowRight');
  expect((await found(page)).cursor).toBe(1);
  while ((await found(page)).cursor !== change.epoch) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('f');
  await expect(page.getByTestId('hand-at')).toHaveText(`branch B, epoch ${change.epoch}`);
  const field = page.getByTestId('hand-batch_size');
  await field.fill('0');
  await field.press('Enter');
  await expect(page.getByTestId('error-hand-batch_size')).toContainText('1 – 140');
  await field.fill('8');
  await field.press('Enter');
  await page.getByTestId('hand-schedule').selectOption('cosine');
  const whole = await tip(page, 0);
  await train(page, 2);
  expect([await tip(page, 0), await tip(page, 1)]).toEqual([whole + 2, change.epoch + 2]);
  await expect(page.getByTestId('hand-facts')).toContainText(/branch B has a validation loss .* than branch A/);

  // A rate that diverges ends the branch, and Z goes back to before it.
  const rate = page.getByTestId('hand-learning_rate');
  await rate.fill('1e9');
  await rate.press('Enter');
  await page.getByTestId('hand-step').click();
  await expect(page.getByTestId('hand-why')).toContainText('Branch B diverged at step');
  await rested(page);
  await expect(page.getByTestId('hand-slide-learning_rate')).toBeDisabled();
  await page.getByTestId('hand-plot').focus();
  await page.keyboard.press('z');
  await expect(page.getByTestId('hand-told')).toContainText(`to epoch ${change.epoch + 2}; branch C goes on`);
  await expect(page.getByTestId('hand-learning_rate')).not.toHaveValue('1000000000');
  await train(page, 1);
  const { branches } = await found(page);
  expect(branches.map((/** @type {any} */ one) => [one.parent, one.reverted, one.state])).toEqual([
    [null, false, 'open'],
    [0, true, 'diverged'],
    [1, false, 'open'],
  ]);
  await page.getByTestId('hand-plot').focus();
  await page.keyboard.press('ArrowLeft');
  await settled(page);
  await look(app, 'tuning by hand', PAIR, ['tp-hand']);

  // Closed and opened it is still there; from its record it is trained again.
  await page.setViewportSize({ width: 1440, height: 900 });
  await app.set({ lang: 'en', theme: 'light' });
  const saved = page.waitForEvent('download');
  await page.getByTestId('hand-save').click();
  const record = await readFile(await (await saved).path(), 'utf8');
  await page.getByTestId('hand-close').click();
  await page.getByTestId('open-hand').click();
  expect((await found(page)).branches).toEqual(branches);
  const bring = (/** @type {string} */ text) =>
    page
      .getByTestId('hand-bring')
      .setInputFiles({ name: 'record.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await bring(record.replace('"from":0', '"from":3'));
  await expect(page.getByTestId('hand-problem')).toHaveText(
    DICTIONARIES.en['hand.bad.branch'].replace('{letter}', 'A'),
  );
  await bring(record);
  await expect(page.getByTestId('hand-facts')).toContainText('to the last bit', { timeout: 30_000 });
  await rested(page);
  expect((await found(page)).branches).toEqual(branches);
  // A link holds it, too, and waits until somebody wants it trained.
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByTestId('hand-copy').click();
  await expect(page.getByTestId('hand-told')).toHaveText('The link was copied');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain('&hand=(');
  // The run that was there before can come back.
  await page.getByTestId('hand-back').click();
  await train(page, 1);
  expect(await tip(page, 2)).toBe(change.epoch + 4);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('hand-dialog')).toBeHidden();
  await page.evaluate((to) => void (location.hash = new URL(to).hash), link);
  await expect(page.getByTestId('hand-facts')).toContainText('This is the record of a run');
  expect((await found(page)).branches[0].points).toEqual([]);
  await page.getByTestId('hand-play').click();
  await expect(page.getByTestId('hand-facts')).toContainText('to the last bit', { timeout: 30_000 });
  expect((await found(page)).branches).toEqual(branches);
});

test('a link with a run by hand opens it before anything is trained, or says what is wrong with it', async ({
  app,
  page,
}) => {
  const link = (/** @type {string} */ parent) =>
    `#v=1&s=(dataset:(name:moons))&hand=(t:0,p:(dropout:0.1),b:!(!(${parent},0,3,!f,!t,!n)),c:!(!(0,2,(dropout:0))))&lang=en`;
  const fresh = async (/** @type {string} */ hash) => {
    await page.goto('about:blank');
    await app.open(hash);
  };
  await fresh(link('1'));
  await expect(page.getByTestId('hand-problem')).toContainText('Branch A of the record');
  await fresh(link('!n'));
  await expect(page.getByTestId('hand-facts')).toContainText('This is the record of a run');
  expect(await tip(page, 0)).toBe(0);
  await expect(page.getByTestId('hand-slide-dropout')).toBeDisabled();
  await page.getByTestId('hand-play').click();
  await rested(page);
  expect(await tip(page, 0)).toBe(3);
  await expect(page.getByTestId('hand-slide-dropout')).toBeEnabled();
  await page.keyboard.press('Escape');
  await app.open();
});
