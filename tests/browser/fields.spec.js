import { expect, test } from './fixtures.js';

/** Fields of the study: Escape, undo and Space do what they say while a field or a button has the focus. */

test.beforeEach(async ({ app }) => app.open());

test('Escape puts back what a number field had, and Tab then changes nothing', async ({ app, page }) => {
  const field = page.getByTestId('trials');
  const before = await app.get('study');
  for (const text of ['7', 'abc']) {
    await field.fill(text);
    await field.press('Escape');
    await expect(field).toHaveValue('64');
    await field.press('Tab');
    expect(await app.get('study')).toEqual(before);
    await expect(page.getByTestId('error-trials')).toHaveCount(0);
  }
  await field.fill('abc');
  await field.press('Enter');
  await expect(page.getByTestId('error-trials')).toBeVisible();
  await field.press('Escape');
  await expect(field).toHaveValue('64');
  await expect(page.getByTestId('error-trials')).toHaveCount(0);
});

test('undo acts right after Enter in a field, and takes input that is not valid alone', async ({ app, page }) => {
  const field = page.getByTestId('trials');
  await field.fill('1e2');
  await field.press('Enter');
  await expect.poll(async () => (await app.get('study')).trials).toBe(100);
  await field.press('Control+z');
  await expect.poll(async () => (await app.get('study')).trials ?? 64).toBe(64);
  await field.press('Control+Shift+z');
  await expect.poll(async () => (await app.get('study')).trials).toBe(100);
  // The study is there before the field shows it.
  await expect(field).toHaveValue('100');
  await field.fill('abc');
  await field.press('Enter');
  await expect(page.getByTestId('error-trials')).toBeVisible();
  await field.press('Control+z');
  await expect(page.getByTestId('error-trials')).toHaveCount(0);
  await expect(field).toHaveValue('100');
  expect((await app.get('study')).trials).toBe(100);
  // In a row's editor alike.
  await page.getByTestId('value-epochs').click();
  const value = page.getByTestId('input-value');
  const epochs = await value.inputValue();
  await value.fill('x');
  await value.press('Enter');
  await expect(page.getByTestId('error-epochs')).toBeVisible();
  await value.press('Control+z');
  await expect(page.getByTestId('error-epochs')).toHaveCount(0);
  await expect(value).toHaveValue(epochs);
  expect((await app.get('study')).trials).toBe(100);
  // What is being typed is the field's own to undo.
  await value.pressSequentially('7');
  await value.press('Control+z');
  expect((await app.get('study')).trials).toBe(100);
});

test("Space after a click on a name is the name's, and on the page itself it runs", async ({ app, page }) => {
  await page.getByTestId('sweep-dropout').click();
  await expect(page.getByTestId('row-dropout')).toHaveAttribute('data-swept', 'false');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await expect(page.getByTestId('row-dropout')).toHaveAttribute('data-swept', 'true');
  await expect(page.locator('.app')).toHaveAttribute('data-state', 'idle');
  await page.locator('.top').click({ position: { x: 300, y: 20 } });
  await page.keyboard.press('Space');
  await expect(page.locator('.app')).not.toHaveAttribute('data-state', 'idle');
  await app.call('stop');
});

test('a study that is refused can be mended, and so can input at Run', async ({ app, page }) => {
  const rate = { type: 'float', low: 0.001, high: 0.1, log: true };
  /** @type {[any, string][]} */
  const refused = [
    [{ fixed: { learning_rate: 0.1 }, space: { learning_rate: rate } }, 'unsweep'],
    [{ space: { batch_size: { type: 'categorical', choices: [8, 8] } } }, 'drop_twice'],
    [{ space: { learning_rate: { ...rate, step: 0.1 } } }, 'drop_step'],
    [{ fixed: { batch_size: 5000 } }, 'set_batch'],
    [{ fixed: { loss: 'mse' } }, 'set_loss'],
    [{ fixed: { optimizer: 'gd' }, space: { batch_size: { type: 'int', low: 2, high: 9 } } }, 'unsweep'],
  ];
  for (const [k, [some, act]] of refused.entries()) {
    const study = { format: 'tuning-playground/study@1', dataset: { name: 'iris' }, trials: k + 2, ...some };
    await page.evaluate(
      (given) =>
        void Object.assign(/** @type {any} */ (document.querySelector('tuning-playground')), { study: given }),
      study,
    );
    await page.locator(`[data-message=study] [data-act=${act}]`).click();
    await expect(page.locator('[data-message=study]')).toHaveCount(0);
    await expect.poll(async () => (await app.get('study')).trials).toBe(k + 2);
  }
  await page.evaluate(
    () =>
      void (location.hash =
        '#v=1&s=(dataset:(name:iris),fixed:(optimizer:gd),space:(batch_size:(type:int,low:2,high:9)),trials:3)'),
  );
  await expect(page.locator('[data-message=study][data-code=inert]')).toBeVisible();
  // Run finds the same: one problem is one message.
  await page.getByTestId('run').click();
  await expect(page.locator('[data-message=run][data-code=inert]')).toBeVisible();
  await expect(page.getByTestId('message')).toHaveCount(1);
  await page.locator('[data-message=run] [data-act=unsweep]').click();
  await expect.poll(async () => (await app.get('study')).space.batch_size).toBeUndefined();
  await page.getByTestId('trials').fill('0');
  await page.getByTestId('trials').press('Tab');
  await page.getByTestId('run').click();
  await expect(page.getByTestId('trials')).toBeFocused();
  await page.locator('[data-message=run] [data-act=fix_0]').click();
  await expect(page.locator('[data-message=run]')).toHaveCount(0);
  expect((await app.get('study')).trials).toBe(1);
});
