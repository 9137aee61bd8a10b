import { SMALL } from './app.js';
import { serious } from './look.js';
import { expect, standingTest as test } from './fixtures.js';

/** The search in the panel, AutoML, and what is shown of trials that were pruned and of stages. */

const START = { ...SMALL, dataset: { name: 'iris' }, fixed: { hidden: [8], epochs: 4, batch_size: 16 }, trials: 12 };
const STUDY = {
  ...START,
  space: { learning_rate: SMALL.space.learning_rate, l2: { type: 'float', low: 0, high: 0.1 } },
};

test('the panel sets sampler, pruner, stages and budget, which undo takes back', async ({ app, page }) => {
  await app.stand();
  await app.put(STUDY);
  const before = await app.get('study');
  await page.getByTestId('sampler').getByRole('radio', { name: 'TPE' }).click();
  await expect(page.getByTestId('sampler-about')).toContainText('2011');
  await page.getByTestId('refine').click();
  await page.getByTestId('pruner').getByRole('radio', { name: 'Halving' }).click();
  const reduction = page.getByTestId('pruner.reduction');
  await expect(reduction).toHaveValue('4');
  await reduction.fill('1');
  await reduction.press('Enter');
  await expect(page.getByTestId('error-pruner.reduction')).toBeVisible();
  await reduction.fill('2');
  await reduction.press('Enter');
  expect((await app.get('study')).pruner).toEqual({ name: 'halving', reduction: 2 });
  await page.getByTestId('reset-pruner.reduction').click();
  await expect(reduction).toHaveValue('4');
  await page.getByTestId('add-stages').click();
  await expect(page.getByTestId('staged-trials')).toHaveText('12');
  await page.getByTestId('add-stage').click();
  await page.getByTestId('stage-3-trials').fill('2');
  await page.getByTestId('stage-3-trials').press('Enter');
  await page.getByTestId('remove-stage-1').click();
  expect((await app.get('study')).stages.map((/** @type {any} */ one) => one.trials)).toEqual([6, 2]);
  await page.getByTestId('budget').fill('40');
  await page.getByTestId('budget').press('Enter');
  await expect(page.getByTestId('budget-about')).toContainText('of 8 trials');
  expect(await serious(app, ['tp-study'])).toEqual([]);
  for (let k = 0; k < 9; k++) await page.getByTestId('undo').click();
  expect(await app.get('study')).toEqual(before);
});

test('AutoML says what it may change, and sets it up as one change', async ({ app, page }) => {
  await app.stand();
  await app.put(STUDY);
  const before = await app.get('study');
  await page.getByTestId('open-automl').click();
  await expect(page.getByTestId('automl-optimization')).toContainText('your range');
  await page.getByTestId('automl-architecture').getByRole('checkbox').uncheck();
  await expect(page.getByTestId('automl-architecture')).toContainText('as it is');
  expect(await serious(app, ['tp-automl'])).toEqual([]);
  await page.getByTestId('automl-set').click();
  const { sampler, pruner, budget, space } = await app.get('study');
  expect([sampler.name, pruner.name, budget > 0, 'hidden_units' in space]).toEqual(['tpe', 'hyperband', true, false]);
  await expect(page.getByTestId('plan')).toBeVisible();
  await page.getByTestId('undo').click();
  expect(await app.get('study')).toEqual(before);
});

test('pruned trials, stages and the best so far are shown', async ({ app, page, backend }) => {
  await app.stand();
  const stages = [
    { epochs: 4, trials: 8 },
    { epochs: 6, trials: 6, shrink: 0.5 },
  ];
  const study = { ...STUDY, sampler: { name: 'tpe', startup: 4, round: 4 }, pruner: { name: 'halving' }, stages };
  const { trials, best } = await app.result({ ...study, trials: 14 }, backend);
  const pruned = trials.filter((/** @type {any} */ one) => one.state === 'pruned');
  expect(pruned.length).toBeGreaterThan(0);
  await expect(page.getByTestId('pruned')).toContainText(`${pruned.length} pruned`);
  await expect(page.locator('tr[data-state=pruned]')).toHaveCount(pruned.length);
  await expect(page.locator('tbody tr[data-trial]').first()).toHaveAttribute('data-trial', String(best));
  await page.getByTestId('show-stage-2').click();
  await expect(page.locator('tr[data-trial].out')).toHaveCount(8);
  await expect(page.locator('.box.stage')).toBeVisible();
  await page.getByTestId('show-progress').click();
  await expect(page.getByTestId('rungs')).toContainText('stopped');
  await expect(page.locator('[data-testid=progress] [role=img]')).toHaveAttribute('aria-label', /trial \d+/);
  expect(await serious(app, ['tp-sweep', 'tp-run-bar', 'tp-selection'])).toEqual([]);
  await page.getByTestId('show-curves').click();
  await expect(page.getByTestId('curves')).toBeVisible();
});
