import { expect, test } from './fixtures.js';

/**
 * "Benchmark this device", with a fraction of the time that it takes otherwise.
 * @param {import('./app.js').Page} page
 */
async function opened(page) {
  await page.getByTestId('backend').click();
  await expect(page.getByTestId('bench')).toBeVisible();
  await page.getByTestId('bench').evaluate((dialog) => {
    /** @type {any} */ (dialog.parentElement).limit = 20;
  });
}

/** @param {import('./app.js').Page} page @param {string} name */
const cell = (page, name) => page.locator(`[data-cell="${name}"]`);

test('the device is measured on every backend there is @soak', async ({ app, page }) => {
  await app.open();
  await opened(page);
  await page.getByTestId('bench-start').click();
  await expect(page.getByTestId('bench')).toHaveAttribute('data-busy', 'true');
  await expect(page.getByTestId('bench')).toHaveAttribute('data-busy', 'false', { timeout: 60_000 });
  for (const work of ['W1', 'W2', 'W2 x16'])
    await expect(cell(page, `cpu ${work}`)).toHaveText(/^[\d.]+[kM]? steps\/s\s*[\d.]+ [kM]?B a trial$/);
  await expect(cell(page, 'cpu W3')).toHaveText(/^[\d.]+ s\s*[\d.]+[kM]? steps\/s\s*[\d.]+ [kM]?B a trial$/);
  // This browser has no WebGPU, and the dialog says so.
  await expect(cell(page, 'gpu W1')).toHaveText('–');
  await expect(page.getByTestId('bench')).toContainText('GPU: There is no WebGPU here');
  await app.set({ lang: 'ko' });
  await expect(cell(page, 'cpu W1')).toHaveText(/^[\d.]+[kM]? 스텝\/초\s*시행당 [\d.]+ [kM]?B$/);
  await expect(page.getByTestId('bench')).toContainText('GPU: WebGPU가 없습니다');
});

test('it is cancelled, closed with Escape, and the focus comes back', async ({ app, page }) => {
  await app.open();
  await opened(page);
  await page.getByTestId('bench-start').press('Enter');
  await expect(page.getByTestId('bench')).toHaveAttribute('data-busy', 'true');
  await page.getByTestId('bench-start').press('Enter');
  await expect(page.getByTestId('bench')).toHaveAttribute('data-busy', 'false');
  await expect(page.getByTestId('bench-status')).toHaveText('Cancelled');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('bench')).toBeHidden();
  await expect(page.getByTestId('backend')).toBeFocused();
});

test('a run ends it, and it does not start beside one', async ({ app, backend, page }) => {
  await app.open();
  await opened(page);
  await page.getByTestId('bench-start').click();
  await expect(page.getByTestId('bench')).toHaveAttribute('data-busy', 'true');
  await app.start(
    { format: 'tuning-playground/study@1', dataset: { name: 'digits' }, fixed: { epochs: 400 }, trials: 16 },
    backend,
  );
  await expect(page.getByTestId('bench')).toHaveAttribute('data-busy', 'false');
  await expect(page.getByTestId('bench-start')).toBeDisabled();
  await app.steps(1);
  await app.call('stop');
  expect((await app.outcome()).problem).toBeNull();
  await expect(page.getByTestId('bench-start')).toBeEnabled();
});
