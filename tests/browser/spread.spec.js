import { small } from './app.js';
import { expect, test } from './fixtures.js';

const NAMES = ['train_loss', 'validation_loss', 'train_metric', 'validation_metric'];

/**
 * Pixels of the canvas over the curves that are a tint of a colour: those of a band.
 * @param {import('./app.js').Page} page
 */
const tinted = (page) =>
  page.locator('canvas.over').evaluate((canvas) => {
    const drawn = /** @type {HTMLCanvasElement} */ (canvas);
    const copy = Object.assign(document.createElement('canvas'), { width: drawn.width, height: drawn.height });
    const g = copy.getContext('2d', { willReadFrequently: true });
    g?.drawImage(drawn, 0, 0);
    const data = g?.getImageData(0, 0, drawn.width, drawn.height).data ?? [];
    let n = 0;
    for (let k = 3; k < data.length; k += 4) if (data[k] >= 49 && data[k] <= 53) n++;
    return n;
  });

test('the spread over seeds is that of the seeds, and stands in every figure', async ({ app, page, backend }) => {
  await app.open();
  const one = await app.result(small({}), backend);
  await expect(page.locator('td .pm')).toHaveCount(0);
  const without = await tinted(page);
  const two = await app.result(small({ seeds_per_trial: 2 }), backend);
  let spreads = 0;
  one.trials.forEach((/** @type {any} */ alone, /** @type {number} */ number) => {
    alone.epochs.forEach((/** @type {any} */ first, /** @type {number} */ k) => {
      expect(first.spread).toBeUndefined();
      const both = two.trials[number].epochs[k];
      if (!both) return;
      for (const name of NAMES) {
        // Of two values, the first lies one standard deviation from their mean.
        expect(both.spread[name]).toBeCloseTo(Math.abs(first[name] - both[name]), 9);
        if (both.spread[name] > 0) spreads++;
      }
    });
  });
  expect(spreads).toBeGreaterThan(50);

  const { epochs } = two.trials[two.best];
  const said = `± ${epochs.at(-1).spread.validation_loss.toFixed(3)}`;
  await expect(page.getByTestId('selection-score')).toContainText(said);
  await expect(page.locator('tr[aria-selected=true] .pm').first()).toContainText(said);
  await expect(page.getByTestId('mark-spread')).toContainText(said);
  console.log(`pixels of the band: ${await tinted(page)}, without one ${without}`);
  expect(await tinted(page)).toBeGreaterThan(10 * without);

  // With one range the losses are an axis, and the spread a bar on it.
  await app.result(
    small({ seeds_per_trial: 2, space: { learning_rate: { type: 'float', low: 0.0001, high: 0.1, log: true } } }),
    backend,
  );
  await expect(page.getByTestId('error-bar')).toHaveCount(1);
});
