import { readFileSync } from 'node:fs';
import { App, small } from './app.js';
import { expect, test } from './fixtures.js';
import { NARROW, PAIR, WIDE, look } from './look.js';
import { SUB_PATH } from './serve.js';

/** What a first visitor meets: an example, a question, ways on; and the replay of runs. */

const EXAMPLE = JSON.parse(readFileSync(new URL('../../www/src/views/opening/example.json', import.meta.url), 'utf8'));

test.use({ opening: true });

/** @param {import('./packages.js').Page} page @param {string} step */
const stepped = (page, step) => page.locator(`[data-testid=opening][data-step=${step}]`).waitFor({ timeout: 60_000 });

/** Opens the example and skips the question, with few networks. @param {App} app */
async function toDoors(app) {
  const { page } = app;
  await app.open();
  await app.set({ lang: 'en' });
  await page.getByTestId('train-here').click();
  await page.getByTestId('skip-guess').click();
  await stepped(page, 'doors');
}

test('@alone a first visitor sees the example within 1.5 s, the page itself within 1 s', async ({ app, page }) => {
  await page.goto(app.site.url, { waitUntil: 'commit' });
  await page.getByTestId('valley').waitFor();
  const [painted, now] = await page.evaluate(() => [
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    performance.now(),
  ]);
  expect(painted).toBeLessThan(1000);
  expect(now).toBeLessThan(1500);
});

test('the example is shown as one, and is no run of the reader', async ({ app, page }) => {
  await app.open();
  await app.set({ lang: 'en' });
  await expect(page.getByTestId('valley')).toHaveText('64 networks, one dot each; lowest loss here');
  await expect(page.getByTestId('example-stamp')).toHaveText('example');
  await expect(page.getByTestId('surface').locator('h2')).toHaveText('Validation loss · example');
  await expect(page.getByTestId('selection')).toContainText(`Trial ${EXAMPLE.best}`);
  await expect(page.getByTestId('runs')).toHaveCount(0);
  await expect(page.getByTestId('run-more')).toHaveCount(0);
  expect(await app.get('result')).toBeNull();
  await page.getByTestId('test-lock').click();
  await expect(page.getByTestId('open-test')).toBeDisabled();
  await page.keyboard.press('Escape');
  await look(app, 'the example', PAIR, ['tp-opening', 'tp-surface']);
  // The example is not what another study would train.
  await app.set({ lang: 'en', theme: 'light' });
  await page.evaluate(() => {
    const { renderRoot } = /** @type {any} */ (document.querySelector('tuning-playground'));
    renderRoot.querySelector('tp-study').act('choose_dataset', 'iris');
  });
  await expect(page.getByTestId('train-here')).toHaveText('Train your study');
  await expect(page.getByTestId('opening')).toContainText('Your study is not trained yet');
});

test('a guess is taken on the surface, trained and answered; the engine trains what the example has', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  await app.set({ lang: 'en', backend });
  await page.getByTestId('train-here').click();
  await expect(page.getByTestId('guess-rate')).toBeFocused();
  // What was best is not shown to those who guess.
  await expect(page.getByTestId('selection')).toContainText('No trial selected');
  const box = await page.getByTestId('guess-here').boundingBox();
  if (!box) throw new Error('there is nothing to click');
  await page.mouse.click(box.x + box.width * 0.9, box.y + box.height / 2);
  await stepped(page, 'doors');
  await expect(page.getByTestId('answer')).toContainText('You guessed 0.0');
  await expect(page.getByTestId('mark-mine')).toContainText('your guess');
  await expect(page.getByTestId('mark-won')).toContainText('best');
  await expect(page.getByTestId('runs').locator('.chip')).toHaveCount(1);
  const { trials } = await app.get('result');
  const names = /** @type {string[]} */ (EXAMPLE.names);
  expect(trials.map((/** @type {any} */ one) => names.map((name) => one.params[name]))).toEqual(EXAMPLE.params);
  // Large steps are chaotic: there other rounding leads elsewhere.
  const calm = trials.filter((/** @type {any} */ one) => one.params.learning_rate < 0.003);
  expect(calm.length).toBeGreaterThan(16);
  for (const { number, value } of calm) {
    const stored = EXAMPLE.validation_loss[(number + 1) * EXAMPLE.epochs - 1];
    expect(Math.abs(value / stored - 1), `trial ${number}: make the example anew`).toBeLessThan(0.1);
  }
  await look(app, 'the answer', [WIDE[1], NARROW[1]], ['tp-opening', 'tp-surface']);
  // On a phone every way on is seen, and the words of guess and best stand apart.
  await page.setViewportSize({ width: 390, height: 844 });
  for (const door of ['log', 'narrow', 'race'])
    await expect(page.getByTestId(`door-${door}`)).toBeInViewport({ ratio: 1 });
  const [mine, won] = [
    await page.getByTestId('mark-mine').boundingBox(),
    await page.getByTestId('mark-won').boundingBox(),
  ];
  if (!mine || !won) throw new Error('a mark has no words');
  expect(mine.x >= won.x + won.width || won.x >= mine.x + mine.width).toBe(true);
});

test('a guess is given with keys, too @soak', async ({ app, page }) => {
  await app.open();
  await page.getByTestId('train-here').press('Enter');
  const slider = page.getByTestId('guess-rate');
  await expect(slider).toBeFocused();
  await slider.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', '0.1');
  await page.getByTestId('guess').press('Enter');
  await stepped(page, 'doors');
  await expect(page.getByTestId('answer')).toContainText('0.1');
});

test('two scales side by side, a narrower range, a race; undo brings the study back @soak', async ({ app, page }) => {
  test.setTimeout(180_000);
  await toDoors(app);
  const before = await app.get('study');
  await page.getByTestId('door-log').click();
  await expect(page.getByTestId('door-said')).toContainText('(linear) tried', { timeout: 60_000 });
  await expect(page.getByTestId('end-compare')).toContainText('C | B');
  await expect(page.getByTestId('compare-table')).toBeVisible();
  await page.keyboard.press('ControlOrMeta+z');
  await page.keyboard.press('ControlOrMeta+z');
  expect(await app.get('study')).toEqual(before);

  await page.locator('.chip[data-letter=A]').click();
  await page.getByTestId('door-narrow').click();
  await expect(page.getByTestId('door-said')).toContainText('The 16 best', { timeout: 60_000 });
  const { low, high } = (await app.get('study')).space.learning_rate;
  expect(high / low).toBeLessThan(1000);
  await page.keyboard.press('ControlOrMeta+z');
  expect((await app.get('study')).space).toEqual(before.space);

  await page.getByTestId('door-race').click();
  await expect(page.getByRole('tab', { name: 'Race' })).toHaveAttribute('aria-selected', 'true');
  expect(await app.get('view')).toBe('race');
});

test('closed, the first steps are gone for good', async ({ app, page }) => {
  await app.open();
  await page.getByTestId('leave-opening').click();
  await expect(page.getByTestId('opening')).toHaveCount(0);
  await expect(page.getByTestId('empty').first()).toBeVisible();
  await page.reload();
  await app.defined();
  await expect(page.getByTestId('empty').first()).toBeVisible();
  await page.waitForTimeout(1000);
  await expect(page.getByTestId('opening')).toHaveCount(0);
});

test('a second visit begins without them @soak', async ({ app, page, site }) => {
  await app.open();
  await page.getByTestId('leave-opening').waitFor();
  await app.call('run');
  await expect(page.getByTestId('opening')).toHaveAttribute('data-step', 'doors');
  // Its run is kept: whoever comes again has been here.
  await expect(async () => {
    await page.goto('about:blank');
    await page.goto(site.url);
    await app.defined();
    await expect(page.getByTestId('runs')).toBeVisible({ timeout: 2000 });
  }).toPass();
  await expect(page.getByTestId('opening')).toHaveCount(0);
});

test('a run that is refused leaves the question where it was', async ({ app, page }) => {
  await app.open();
  await page.getByTestId('train-here').click();
  await page.getByTestId('guess-rate').waitFor();
  await page.getByTestId('trials').fill('0');
  await page.getByTestId('trials').press('Tab');
  await page.getByTestId('skip-guess').click();
  await expect(page.getByTestId('opening')).toHaveAttribute('data-step', 'guess');
});

test('a guest on another page does not have them', async ({ page, site }) => {
  site.pages.set(
    '/guest.html',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">
    <script type="module" src="${SUB_PATH}tuning-playground.js"></script></head>
    <body><tuning-playground></tuning-playground></body></html>`,
  );
  await page.goto(`${site.origin}/guest.html`);
  await page.locator('tp-run-bar button').first().waitFor({ state: 'attached' });
  await page.waitForTimeout(1500);
  await expect(page.getByTestId('opening')).toHaveCount(0);
  await expect(page.getByTestId('example-stamp')).toHaveCount(0);
});

test('whoever comes by a link sees what it says', async ({ app, page }) => {
  await app.open('#v=1&d=iris');
  await page.waitForTimeout(1500);
  await expect(page.getByTestId('opening')).toHaveCount(0);
});

test('a run begun by the Run button leads on without a question', async ({ app, page, backend }) => {
  await app.open();
  await page.getByTestId('train-here').waitFor();
  await app.run(small({ trials: 6 }), backend);
  await stepped(page, 'doors');
  await expect(page.getByTestId('answer')).toHaveCount(0);
});

test('any finished run is replayed, slowly, and ends as it was @soak', async ({ app, page, backend }) => {
  await app.open();
  await page.getByTestId('leave-opening').click();
  await app.set({ lang: 'en' });
  const result = await app.result(small({ trials: 4 }), backend);
  await page.getByTestId('replay').click();
  const at = page.getByTestId('replay-at');
  await expect(at).toHaveText('epoch 2 of 4');
  await expect(page.getByTestId('curves').locator('h2')).toContainText('epoch');
  await page.getByTestId('replay-play').click();
  await page.getByTestId('replay-epoch').press('Home');
  await expect(at).toHaveText('epoch 1 of 4');
  await expect(page.getByTestId('table')).toContainText('running');
  await page.getByTestId('replay-end').click();
  await expect(page.getByTestId('replay-bar')).toHaveCount(0);
  await expect(page.getByTestId('selection')).toContainText(`Trial ${result.best}`);
  expect(await app.get('result')).toEqual(result);
  // The engine still has the run.
  await expect(page.getByTestId('run-more')).toBeVisible();
});

test('readers who want less motion move the replay themselves', async ({ app, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await app.open();
  await page.getByTestId('replay-example').click();
  await expect(page.getByTestId('replay-bar')).toBeVisible();
  await expect(page.getByTestId('replay-play')).toHaveCount(0);
  await page.getByTestId('replay-epoch').press('ArrowRight');
  await expect(page.getByTestId('replay-epoch')).toHaveValue('2');
  await page.waitForTimeout(700);
  await expect(page.getByTestId('replay-epoch')).toHaveValue('2');
});

test('whoever saves data gets no more than is opened', async ({ app, page }) => {
  await page.addInitScript(() =>
    Object.defineProperty(navigator, 'connection', { value: { saveData: true }, configurable: true }),
  );
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await app.open();
  await page.getByTestId('valley').waitFor();
  await page.waitForTimeout(3000);
  expect(asked.filter((url) => /later-(race|landscape|share|relief)/.test(url))).toEqual([]);
});
