import { small } from './app.js';
import { expect, test } from './fixtures.js';
import { NARROW, WIDE, look } from './look.js';
import { DICTIONARIES } from './texts.js';

/** Optimizers of second order: their rows, what they cost beside others, and their races. */

const STUDY = small({
  dataset: { name: 'iris' },
  fixed: { hidden: [6], epochs: 5 },
  space: {
    optimizer: { type: 'categorical', choices: ['adam', 'lbfgs', 'newton'] },
    line_search: { type: 'categorical', choices: ['none', 'strong_wolfe'] },
  },
  sampler: { name: 'grid' },
  trials: 4,
});
// What is swept is not fixed.
delete STUDY.fixed.optimizer;
/** Weights and biases of 4-6-3, and so the columns of their Hessian. */
const PARAMETERS = 51;

test('gradient evaluations stand beside what they bought, in the table, its file, the line and after a reload', async ({
  app,
  page,
  backend,
}) => {
  await app.open('#v=1&lang=en');
  const { trials, engine } = await app.result(STUDY, backend);
  expect(engine.plan).toContain('second_order');
  /** @type {[string, string | undefined, number, number | undefined][]} */
  const costs = trials.map((/** @type {any} */ { params, steps, evaluations, state }) => {
    expect(state, JSON.stringify(params)).toBe('complete');
    return [params.optimizer, params.line_search, steps, evaluations];
  });
  const of = (/** @type {string} */ name, /** @type {string} */ search) =>
    costs.find(([optimizer, line]) => optimizer === name && (!search || line === search));
  expect(of('adam', '')?.[3]).toBeUndefined();
  for (const search of ['none', 'strong_wolfe']) {
    const [, , steps, evaluations] = of('lbfgs', search) ?? [];
    expect(steps).toBe(5);
    expect(evaluations).toBeGreaterThan(5);
    expect(evaluations).toBeLessThanOrEqual(5 * 26);
  }
  expect(of('newton', '')?.[3]).toBeGreaterThanOrEqual(5 * (PARAMETERS + 2));
  const name = DICTIONARIES.en['table.evaluations'];
  await expect(page.locator('[data-sort=evaluations]')).toHaveText(name);
  const adam = trials.find((/** @type {any} */ { params }) => params.optimizer === 'adam');
  const newton = trials.find((/** @type {any} */ { params }) => params.optimizer === 'newton');
  await expect(page.locator(`tr[data-trial="${adam.number}"] td`).last()).toHaveText(String(adam.steps));
  await expect(page.locator(`tr[data-trial="${newton.number}"] td`).last()).toHaveText(String(newton.evaluations));
  await page.locator(`tr[data-trial="${newton.number}"]`).click();
  await expect(page.getByTestId('selection')).toContainText(`${name} ${newton.evaluations}`);
  await page.waitForTimeout(1500);
  await page.reload();
  await expect(page.locator(`tr[data-trial="${newton.number}"] td`).last()).toHaveText(String(newton.evaluations));
});

test('a study without them has no such column, and their rows come with them', async ({ app, page, backend }) => {
  await app.open('#v=1&lang=en&rows=all');
  await app.result({ ...STUDY, space: {}, trials: 2, sampler: { name: 'random' } }, backend);
  await expect(page.locator('[data-sort=evaluations]')).toHaveCount(0);
  const shown = async () => {
    const rows = ['history_size', 'line_search', 'newton_damping', 'dropout', 'weight_decay', 'batch_size'];
    const seen = await Promise.all(rows.map((name) => page.getByTestId(`value-${name}`).count()));
    return rows.filter((_, k) => seen[k]);
  };
  for (const [optimizer, rows] of /** @type {[string, string[]][]} */ ([
    ['lbfgs', ['history_size', 'line_search']],
    ['newton', ['newton_damping']],
    ['adam', ['dropout', 'weight_decay', 'batch_size']],
  ])) {
    await app.put({ ...STUDY, fixed: { ...STUDY.fixed, optimizer }, space: {} });
    await expect(page.getByTestId('value-optimizer')).toHaveText(optimizer);
    await expect.poll(shown, optimizer).toEqual(rows);
  }
});

test('they race from the same weights, and the table says what that cost', async ({ app, page }) => {
  await app.open('#v=1&lang=en');
  await app.put(small({ dataset: { name: 'moons', samples: 80 }, fixed: { hidden: [4] }, space: {}, trials: 1 }));
  await page.getByRole('tab', { name: 'Race' }).click();
  await page.getByTestId('race-steps').selectOption('100');
  const table = page.getByTestId('race-table');
  const cost = DICTIONARIES.en['race.table.evaluations'];
  await expect(table).toBeVisible();
  await expect(table).not.toContainText(cost);
  for (const ground of ['network', 'rosenbrock']) {
    await page.getByTestId('race-ground').selectOption(ground);
    for (const optimizer of ['lbfgs', 'newton']) await page.getByTestId('race-add').selectOption(optimizer);
    await expect(table).toContainText(cost);
    for (const name of ['L-BFGS', 'Newton']) {
      const cell = table.getByRole('row', { name }).getByRole('cell').last();
      await expect.poll(async () => Number((await cell.textContent())?.replaceAll(',', ''))).toBeGreaterThan(100);
    }
    await expect(table.getByRole('row', { name: 'Adam' }).getByRole('cell').last()).toHaveText('100');
  }
});

test('the column and the rows are legible in both languages and themes, wide and narrow', async ({ app, page }) => {
  await app.open('#v=1&lang=en&rows=all');
  await app.result(STUDY, 'cpu');
  await look(app, 'second-order', WIDE, ['tp-study', 'tp-main']);
  await page.setViewportSize({ width: 390, height: 844 });
  await look(app, 'second-order-narrow', NARROW, ['tp-main']);
});
