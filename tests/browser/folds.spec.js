import { small } from './app.js';
import { expect, test } from './fixtures.js';

test('@soak folds train side by side, say what they cost, and too many are mended', async ({ app, page, backend }) => {
  await app.open();
  const study = small({ dataset: { name: 'iris', samples: 30 }, trials: 3 });
  study.fixed = { ...study.fixed, batch_size: 8 };
  delete study.space.batch_size;
  const alone = await app.result(study, backend);
  await page.getByTestId('scoring').locator('summary').click();
  await expect(page.getByTestId('scoring-cost')).toContainText('One training a trial.');
  const field = page.getByTestId('scoring').getByRole('textbox').first();
  await field.fill('12');
  await field.press('Enter');
  await page.getByTestId('run').click();
  await expect(page.getByText('12 folds are too many')).toBeVisible();
  await page.getByRole('button', { name: 'Use 8 folds' }).click();
  await expect(page.getByTestId('scoring-cost')).toContainText('8 trainings a trial');
  const found = await app.result({ ...study, dataset: { ...study.dataset, folds: 8 } }, backend);
  await expect(page.locator('td .pm').first()).toBeVisible();
  for (const [number, trial] of found.trials.entries()) {
    const [own, other] = [trial, alone.trials[number]];
    expect(own.params).toEqual(other.params);
    expect(own.epochs.at(-1).spread.validation_loss).toBeGreaterThan(0);
    expect(own.value).toBe(own.epochs.at(-1).validation_loss);
  }
});
