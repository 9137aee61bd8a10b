import { readFile } from 'node:fs/promises';
import { expect, standingTest as test } from './fixtures.js';
import { look } from './look.js';
import { LOG, NETS, mapIn, settled } from './maps.js';

/** Trainability maps, with the real engine. */

/** Opens a study's map of 16 × 16 pixels, not trained yet. @param {import('./app.js').App} app @param {any} study */
async function opened(app, study) {
  await app.stand();
  const { page } = app;
  await app.put(study);
  await app.set({ view: 'map' });
  await settled(page, /ready|failed|done/);
  // Before it is trained a map follows the study by itself, and the button goes.
  const renew = page.getByTestId('map-renew');
  if (await renew.count()) await renew.click({ timeout: 2000 }).catch(() => {});
  await expect(page.getByTestId('map-stale')).toHaveCount(0);
  await page.getByTestId('map-size').selectOption('16');
  await expect
    .poll(
      async () => {
        const { state, options } = await mapIn(page);
        return `${options.size} ${state}`;
      },
      { timeout: 30_000 },
    )
    .toMatch(/^16 (ready|failed)/);
  return mapIn(page);
}

test('a map is trained, read, opened at a pixel, zoomed and left again', async ({ app }) => {
  const { page } = app;
  // What the pointer or a key does is drawn a frame or two later.
  const drawn = () => page.waitForTimeout(400);
  const ready = await opened(app, NETS);
  expect(ready).toMatchObject({ state: 'ready', n: 256, done: 0 });
  await expect(page.getByTestId('map-cost')).toContainText(/Worker/);
  // Nobody has trained it, so it follows a study that came while another view was open.
  const laid = () =>
    page.locator('tp-map').evaluate((part) => {
      const { study, state, n } = /** @type {any} */ (part).store.map;
      return `${study?.seed} ${state} ${n}`;
    });
  const { seed = 0 } = /** @type {{seed?: number}} */ (NETS);
  await app.set({ view: 'sweep' });
  await app.put({ ...NETS, seed: 7 });
  await app.set({ view: 'map' });
  await expect.poll(laid).toBe('7 ready 256');
  await expect(page.getByTestId('map-stale')).toHaveCount(0);
  await app.put(NETS);
  await expect.poll(laid).toBe(`${seed} ready 256`);
  await page.getByTestId('map-go').click();
  const whole = await settled(page, /done|failed/);
  expect(whole).toMatchObject({ state: 'done', done: 256 });
  // Small rates learn little in three epochs, huge ones diverge.
  expect(Math.min(...whole.counts.slice(2))).toBeGreaterThan(10);
  expect(whole.counts.reduce((/** @type {number} */ sum, /** @type {number} */ one) => sum + one, 0)).toBe(256);

  // What the pointer is at is read at once, in the plot and in the selection line.
  const plot = page.getByTestId('map-plot');
  const area = await plot.boundingBox();
  if (!area) throw new Error('the plot is not there');
  await page.mouse.move(area.x + area.width - 30, area.y + area.height / 2);
  await expect(page.getByTestId('selection')).toHaveAttribute('data-pixel', /\d+/);
  await expect(page.getByTestId('selection')).toContainText('diverged at step');
  // Its run is the pixel's, with its curve.
  await page.mouse.move(area.x + area.width * 0.2, area.y + area.height * 0.6);
  await drawn();
  const index = Number(await page.getByTestId('selection').getAttribute('data-pixel'));
  await page.mouse.down();
  await page.mouse.up();
  await expect.poll(async () => (await mapIn(page)).epochs).toBe(3);
  const [loss, own] = await page.locator('tp-map').evaluate((part, at) => {
    const { map: now } = /** @type {any} */ (part).store;
    return [now.losses[at], now.pixel.trial.epochs.measure('validation_loss')];
  }, index);
  expect(own, 'the curve ends where the pixel does, to the bit').toBe(loss);

  // A box is a window: the picture moves at once, and its pixels are trained.
  await page.mouse.move(area.x + 120, area.y + 40);
  await page.mouse.down();
  await page.mouse.move(area.x + 260, area.y + 160, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await mapIn(page)).windows).toBe(1);
  const inside = await settled(page, /done|failed/);
  expect(inside.done).toBe(256);
  expect(inside.ranges.x.high).toBeLessThan(1e6);
  await page.getByTestId('map-back').click();
  expect(await mapIn(page)).toMatchObject({ windows: 0, state: 'done', losses: whole.losses });

  // By keys alone.
  await plot.focus();
  await page.keyboard.press('ArrowRight');
  const cursor = () => page.getByTestId('selection').getAttribute('data-pixel');
  await drawn();
  const at = await cursor();
  await page.keyboard.press('+');
  await expect.poll(async () => (await mapIn(page)).windows).toBe(1);
  await settled(page, /done|failed/);
  // The cursor goes on at the settings that it was at, and keys lead on from there.
  await drawn();
  await expect.poll(cursor).not.toBeNull();
  const inWindow = Number(await cursor());
  await page.keyboard.press('ArrowRight');
  await expect.poll(cursor).toBe(String(inWindow + 1));
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Backspace');
  await expect.poll(async () => (await mapIn(page)).windows).toBe(0);
  await expect.poll(cursor).toBe(at);
  await page.keyboard.press('Home');
  await expect.poll(async () => Number(await cursor()) % 16).toBe(0);
  await page.keyboard.press('End');
  await page.keyboard.press('PageUp');
  await expect.poll(cursor).toBe('255');

  // Files have every pixel.
  await page.getByTestId('map-export').click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('map-csv').click()]);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
  expect(lines[0]).toBe('learning_rate,init_std,outcome,validation_loss,diverged_at');
  expect(lines).toHaveLength(257);

  // The study's trials are marked on it; that a run goes first is mapping.test.js's.
  await app.result(null, 'cpu');
  await expect(page.locator('tp-map .marks .trial, tp-map .marks .here')).not.toHaveCount(0);
  await look(app, 'map', undefined, ['tp-map', 'tp-map-facts']);
});

test('what makes a map hard is said @soak', async ({ app }) => {
  const { page } = app;
  // Choices are bands, seeds are rows.
  const space = { optimizer: { type: 'categorical', choices: ['sgd', 'adam', 'gd'] }, learning_rate: LOG };
  await opened(app, { ...NETS, fixed: { hidden: [4], epochs: 2 }, space });
  await page.getByTestId('map-y').selectOption('optimizer');
  expect(await settled(page, /ready|failed/)).toMatchObject({ n: 48, state: 'ready' });
  await page.getByTestId('map-y').selectOption('seeds');
  expect(await settled(page, /ready|failed/)).toMatchObject({ n: 256, state: 'ready' });
  await page.getByTestId('map-go').click();
  await settled(page, /done|failed/);
  await expect(page.getByTestId('map-works')).toBeVisible();

  // All diverge.
  const wild = { ...LOG, low: 1e7, high: 1e9 };
  await opened(app, { ...NETS, space: { ...NETS.space, learning_rate: wild } });
  await page.getByTestId('map-go').click();
  expect((await settled(page, /done|failed/)).counts[3]).toBe(256);
  await expect(page.getByTestId('map-all-diverged')).toBeVisible();

  // Networks that take more time than anybody has: a smaller map is offered.
  await opened(app, { ...NETS, fixed: { ...NETS.fixed, hidden: new Array(10).fill(512) } });
  await page.getByTestId('map-size').selectOption('256');
  await expect(page.getByTestId('map-long')).toBeVisible();

  // The study changes in the middle: the map is that of the study as it was, and says so.
  await opened(app, NETS);
  await page.getByTestId('map-go').click();
  await settled(page, /done|failed/);
  await app.put({ ...NETS, fixed: { ...NETS.fixed, epochs: 2 } });
  await expect(page.getByTestId('map-stale')).toBeVisible();
  await page.getByTestId('map-renew').click();
  await settled(page, /ready/);
  await expect(page.getByTestId('map-stale')).toHaveCount(0);
});
