import { small } from './app.js';
import { expect } from './fixtures.js';

/** What tests of the loss over a plane of weights have in common. */

export const STUDY = small({ dataset: { name: 'moons' }, fixed: { hidden: [6], epochs: 8 }, trials: 3 });

/** What the page knows of the landscape. @param {import('./app.js').Page} page */
export const landscape = (page) =>
  page.locator('tp-landscape').evaluate((part) => {
    const { landscape, selected } = /** @type {any} */ (part).store;
    const { trial, state, head, options, losses, accuracies, known, step } = landscape;
    const middle = (losses.length - 1) / 2;
    return {
      trial,
      state,
      head,
      options,
      step,
      n: losses.length,
      known: known.reduce((/** @type {number} */ sum, /** @type {number} */ one) => sum + one, 0),
      middle: losses[middle],
      accuracy: accuracies[middle],
      value: Number(selected?.value),
      last: selected?.epochs.at(-1),
    };
  });

/** @param {import('./app.js').Page} page @param {string} plane @param {string} rows */
export async function finished(page, plane, rows) {
  await expect
    .poll(
      async () => {
        const { state, options } = await landscape(page);
        return [state, options.plane, options.rows];
      },
      { timeout: 30_000 },
    )
    .toEqual(['done', plane, rows]);
  // What has arrived is drawn a moment later.
  await expect(page.getByTestId('landscape').getByTestId('partial')).toHaveCount(0);
}

/** @param {import('./app.js').Page} page @param {string} group @param {string} value */
export const pick = (page, group, value) =>
  page.getByTestId(`landscape-${group}`).locator(`[data-value=${value}]`).click();

/** @param {import('./app.js').App} app @param {string} backend @param {any} [study] */
export async function opened(app, backend, study = STUDY) {
  await app.open();
  const result = await app.result(study, backend);
  await app.page.getByRole('tab', { name: 'Landscape' }).click();
  await expect(app.page.getByTestId('landscape')).toBeVisible();
  return result;
}

/** How many different colours the middle of the canvas has. @param {import('./app.js').Page} page */
export const colors = (page) =>
  page.locator('tp-landscape canvas.ground').evaluate((canvas) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
    const data = /** @type {HTMLCanvasElement} */ (canvas).getContext('2d')?.getImageData(0, 0, width, height).data;
    const seen = new Set();
    for (let k = 0; data && k < data.length; k += 4) seen.add(`${data[k]} ${data[k + 1]} ${data[k + 2]}`);
    return seen.size;
  });
