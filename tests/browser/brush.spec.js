import { SMALL } from './app.js';
import { serious, settled, still } from './look.js';
import { expect, test } from './fixtures.js';

/** Trials that the figures show as brushed out. @param {import('./app.js').Page} page */
const outside = (page) =>
  page
    .locator('tr[data-trial].out')
    .evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-trial'))).sort((a, b) => a - b));

/**
 * Trials outside of the brush, once the table says the same as the sentence about it: it follows in a task of its own.
 * @param {import('./app.js').Page} page
 * @param {number} n all trials
 */
async function brushedOut(page, n) {
  /** @type {number[]} */
  let out = [];
  await expect
    .poll(async () => {
      out = await outside(page);
      return ((await page.getByTestId('brush').textContent()) ?? '').includes(`${n - out.length} of ${n}`);
    })
    .toBe(true);
  return out;
}

test('a box on the surface brushes, narrows, and goes', async ({ app, page, backend }) => {
  await app.open();
  const { trials } = await app.result({ ...SMALL, trials: 16 }, backend);
  const before = await app.get('study');
  // The figures get their place when the run has ended, and the estimate and the best move them once more.
  await expect(page.locator('[data-testid=surface] [data-trial]')).toHaveCount(16);
  await settled(page);
  await still(page.getByTestId('surface-plot'));
  const plot = await page.getByTestId('surface-plot').boundingBox();
  if (!plot) throw new Error('no surface');
  await page.mouse.move(plot.x + 0.5 * plot.width, plot.y + 0.06 * plot.height);
  await page.mouse.down();
  await page.mouse.move(plot.x + 0.9 * plot.width, plot.y + 0.5 * plot.height, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByTestId('brush')).toBeVisible();
  const out = await brushedOut(page, 16);
  expect(out.length).toBeGreaterThan(0);
  expect(out.length).toBeLessThan(16);
  await expect(page.getByTestId('brush')).toContainText(`${16 - out.length} of 16`);
  await expect(page.getByTestId('spoken')).toContainText(`${16 - out.length} of 16`);
  await expect(page.locator('[data-testid=surface] [data-out]')).toHaveCount(out.length);
  expect(await serious(app)).toEqual([]);

  await page.getByTestId('narrow').click();
  await expect(page.getByTestId('brush')).toHaveCount(0);
  await expect.poll(() => outside(page)).toEqual([]);
  const { space } = await app.get('study');
  const { low, high } = space.learning_rate;
  expect(low).toBeGreaterThan(before.space.learning_rate.low);
  expect(high).toBeLessThan(before.space.learning_rate.high);
  expect(space.dropout).toEqual(before.space.dropout);
  // The narrowed ranges hold what the brush held, but for what the rounding of an end may cost.
  const within = trials.filter(
    (/** @type {any} */ { params }) =>
      params.learning_rate >= low &&
      params.learning_rate <= high &&
      space.batch_size.choices.includes(params.batch_size),
  );
  expect(Math.abs(within.length - (16 - out.length))).toBeLessThanOrEqual(1);
  await page.getByTestId('undo').click();
  await expect.poll(async () => (await app.get('study')).space).toEqual(before.space);
});

test('the keyboard draws a box, moves between marks and clears', async ({ app, page, backend }) => {
  await app.open();
  const { best, trials } = await app.result(SMALL, backend);
  const plot = page.getByTestId('surface-plot');
  // Nothing has the focus before it is drawn with trials.
  await expect(plot).toHaveAttribute('tabindex', '0');
  await plot.focus();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowUp');
  await expect(page.getByTestId('brush')).toBeVisible();
  const small = await brushedOut(page, trials.length);
  expect(small).not.toContain(best);
  for (let k = 0; k < 30; k++) for (const key of ['Shift+ArrowRight', 'Shift+ArrowUp']) await page.keyboard.press(key);
  await expect.poll(async () => (await outside(page)).length).toBeLessThan(Math.max(1, small.length));
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('brush')).toHaveCount(0);
  const selected = async () => Number(await page.getByTestId('selection').getAttribute('data-trial'));
  expect(await selected()).toBe(best);
  for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) await page.keyboard.press(key);
  await expect.poll(async () => page.locator('[data-testid=spoken]').textContent()).toMatch(/^Trial \d+/);
});
