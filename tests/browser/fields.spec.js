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

test('Space after a click on a name runs, also when an arrow key came between', async ({ app, page }) => {
  await page.getByTestId('sweep-dropout').click();
  await expect(page.getByTestId('row-dropout')).toHaveAttribute('data-swept', 'false');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await expect(page.locator('.app')).not.toHaveAttribute('data-state', 'idle');
  expect((await app.get('study')).space.dropout).toBeUndefined();
  await app.call('stop');
});
