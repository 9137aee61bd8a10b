import { PAIR, look, settled, still } from './look.js';
import { expect, standingTest as test } from './fixtures.js';

/** The schedule drawn by hand: its points by mouse and keys, by typing, in links, and in training. */

/** @param {string} [points] */
const link = (points = '') =>
  `#v=1&lang=en&s=dataset:(name:iris),fixed:(epochs:4,schedule:drawn${points}),` +
  'space:(dropout:(type:float,low:0,high:0.5)),trials:2';

/** @param {import('./app.js').App} app */
const pointsOf = async (app) => (await app.get('study')).fixed?.schedule_points;

test('points are added, moved and removed by the mouse, a step of undo each', async ({ app, page }) => {
  await app.open(link(',schedule_points:!(!(0,1),!(1,1))'));
  const drawing = page.getByTestId('drawn').locator('svg');
  const points = drawing.getByRole('slider');
  await expect(points).toHaveCount(2);
  // Parts of the panel that come late move what stands below them.
  await settled(page);
  await page.getByTestId('type-points').scrollIntoViewIfNeeded();
  await still(drawing);
  const box = /** @type {{x: number, y: number, width: number, height: number}} */ (await drawing.boundingBox());
  // The drawing's own measures: 30 to 288 across, 10 (a factor of 10) to 126 (0.01) down, of 300 by 150.
  const place = (/** @type {number} */ share, /** @type {number} */ factor) => ({
    x: box.x + ((30 + 258 * share) / 300) * box.width,
    y: box.y + ((126 - (116 / 3) * Math.log10(factor / 0.01)) / 150) * box.height,
  });
  const [half, low] = [place(0.5, 1), place(0.75, 0.1)];
  await page.mouse.click(half.x, half.y);
  await expect(points).toHaveCount(3);
  const [share, factor] = (await pointsOf(app))[1];
  expect(Math.abs(share - 0.5)).toBeLessThan(0.02);
  expect(Math.abs(Math.log10(factor))).toBeLessThan(0.05);
  await page.mouse.move(half.x, half.y);
  await page.mouse.down();
  await page.mouse.move((half.x + low.x) / 2, low.y, { steps: 3 });
  // Nothing is decided before it is let go.
  expect((await pointsOf(app))[1]).toEqual([share, factor]);
  await page.mouse.move(low.x, low.y);
  await page.mouse.up();
  const moved = (await pointsOf(app))[1];
  expect(Math.abs(moved[0] - 0.75)).toBeLessThan(0.02);
  expect(Math.abs(Math.log10(moved[1] / 0.1))).toBeLessThan(0.05);
  await expect(points).toHaveCount(3);
  // No further than its neighbour, and no lower than the drawing.
  await page.mouse.move(low.x, low.y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + 60, box.y + box.height + 20, { steps: 3 });
  await page.mouse.up();
  expect((await pointsOf(app))[1]).toEqual([1, 0.01]);
  for (const wanted of [moved, [share, factor]]) {
    await page.getByTestId('undo').click();
    await expect.poll(async () => (await pointsOf(app))[1]).toEqual(wanted);
  }
  await points.nth(1).dblclick();
  await expect(points).toHaveCount(2);
  expect(await pointsOf(app)).toEqual([
    [0, 1],
    [1, 1],
  ]);
});

test('points are moved, added and removed by keys, and say where they are', async ({ app, page }) => {
  await app.open(link(',schedule_points:!(!(0,1),!(0.5,0.1),!(1,0.01))'));
  const points = page.getByTestId('drawn').getByRole('slider');
  const middle = points.nth(1);
  await middle.focus();
  await expect(middle).toHaveAccessibleName('Point 2 of 3');
  await expect(middle).toHaveAttribute('aria-valuetext', '50 % of the training, factor 0.1');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowUp');
  await expect.poll(async () => (await pointsOf(app))[1]).toEqual([0.61, 0.316]);
  await expect(middle).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(points).toHaveCount(4);
  await expect(points.nth(2)).toBeFocused();
  expect((await pointsOf(app))[2][0]).toBeCloseTo(0.805, 3);
  await page.keyboard.press('Delete');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Delete');
  await expect(points).toHaveCount(1);
  // The last one stays: a drawing has a point.
  await page.keyboard.press('Delete');
  await expect(points).toHaveCount(1);
  await page.keyboard.press('Insert');
  await expect(points).toHaveCount(2);
});

test('points are typed, a mistake has a sentence and a fix, and a link carries them into training', async ({
  app,
  page,
}) => {
  await app.open(link());
  await expect(page.getByTestId('value-schedule_points')).toHaveText('3 points');
  await page.getByTestId('type-points').click();
  const field = page.getByTestId('input-value');
  await expect(field).toHaveValue('0: 0.1; 0.1: 1; 1: 0.01');
  await field.fill('0: 1; 1.5: 2');
  await field.press('Enter');
  await expect(page.getByTestId('error-schedule_points')).toContainText('at most 1,000 points');
  await page.getByTestId('fix').click();
  await expect
    .poll(() => pointsOf(app))
    .toEqual([
      [0, 1],
      [1, 2],
    ]);
  await field.fill('0,5: 0,5');
  await field.press('Enter');
  await expect.poll(() => pointsOf(app)).toEqual([[0.5, 0.5]]);
  await expect(page.getByTestId('drawn').getByRole('slider')).toHaveCount(1);
  await field.fill('0: 1; 0.5: 0.1');
  await field.press('Enter');
  await expect.poll(() => pointsOf(app)).toHaveLength(2);
  const { trials } = await app.result(null, 'cpu');
  const [begin, later] = [trials[0].epochs[0], trials[0].epochs[3]].map((one) => one.learning_rate);
  // The last step of the fourth and last epoch is behind the second point, that of the first is on the line.
  expect(later).toBe(0.0001);
  expect(begin).toBeGreaterThan(0.0003);
  expect(begin).toBeLessThan(0.0005);
});

test('a drawing of very many points is read-only, and a swept schedule may be drawn, too', async ({ app, page }) => {
  const many = Array.from({ length: 60 }, (_, k) => `!(${k / 60},${1 + (k % 2)})`).join(',');
  await app.open(link(`,schedule_points:!(${many})`));
  await expect(page.getByTestId('drawn')).toContainText('60 points are too many');
  await expect(page.getByTestId('drawn').getByRole('slider')).toHaveCount(0);
  await page.getByTestId('drawn').locator('svg').click();
  expect(await pointsOf(app)).toHaveLength(60);
  await app.open(
    '#v=1&lang=en&s=dataset:(name:iris),space:(schedule:(type:categorical,choices:!(cosine,drawn))),trials:2',
  );
  await expect(page.locator('[data-schedule]')).toHaveCount(2);
  await expect(page.getByTestId('drawn').getByRole('slider')).toHaveCount(3);
});

test('the drawing is there in every language and theme', async ({ app, page }) => {
  await app.open(link());
  await expect(page.getByTestId('drawn').getByRole('slider')).toHaveCount(3);
  await look(app, 'drawn', PAIR, ['tp-study']);
  await page.setViewportSize({ width: 1440, height: 900 });
});

test('a learning rate that descends by itself draws its way under the loss curves', async ({ app, page }) => {
  await app.open(
    '#v=1&lang=en&s=dataset:(name:iris),fixed:(optimizer:sgd,learning_rate:0.01,hypergradient:0.01,epochs:8),' +
      'space:(dropout:(type:float,low:0,high:0.2)),trials:3',
  );
  await expect(page.getByTestId('value-hypergradient')).toHaveText('0.01');
  const { trials } = await app.result(null, 'cpu');
  const way = trials[0].epochs.map((/** @type {any} */ one) => one.learning_rate);
  expect(way[0]).not.toBe(0.01);
  expect(new Set(way).size).toBe(8);
  const strip = page.getByRole('img', { name: 'Learning rate by epoch' });
  await expect(strip).toHaveAccessibleName(/^Learning rate by epoch: Trial \d: from 0\.\d+ to 0\.\d+$/);
  await expect(strip.locator('svg path')).toHaveCount(3);
  await look(app, 'descent', PAIR, ['tp-main']);
  await page.setViewportSize({ width: 1440, height: 900 });
});
