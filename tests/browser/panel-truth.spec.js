import { expect, test } from './fixtures.js';
import { DICTIONARIES } from './texts.js';

/**
 * What people type is never another number, what the panel says is what is trained, and nothing that is pressed loses
 * the focus.
 */

const EN = DICTIONARIES.en;
const QUICK =
  '#v=1&lang=en&s=dataset:(name:iris),fixed:(epochs:2),space:(learning_rate:(type:float,low:0.001,high:0.1,' +
  'log:!t)),trials:6';

/** @param {import('./packages.js').Page} page the one that has the focus, in the page's shadow root */
const focused = (page) =>
  page.evaluate(() => {
    const one = document.activeElement?.shadowRoot?.activeElement;
    return one ? (one.getAttribute('data-testid') ?? one.id ?? one.tagName) : null;
  });

/** @param {import('./app.js').App} app */
const idle = (app) => expect(app.page.locator('.app')).toHaveAttribute('data-state', 'idle');

test('F1 a number that can be read twice is refused with both readings, and a decimal comma is read', async ({
  app,
  page,
}) => {
  await app.open(QUICK);
  const trials = page.getByTestId('trials');
  await trials.fill('1,000');
  await trials.press('Enter');
  await expect(page.getByTestId('error-trials')).toContainText('1000');
  await expect(page.getByTestId('error-trials').getByTestId('fix')).toHaveText(['Use 1000', 'Use 1']);
  expect((await app.get('study')).trials).toBe(6);
  await page.getByTestId('error-trials').getByTestId('fix').first().click();
  expect((await app.get('study')).trials).toBe(1000);
  await expect(trials).toBeFocused();
  await expect(page.getByTestId('run')).toHaveText('Run 1,000 trials');
  await page.getByTestId('value-learning_rate').click();
  for (const [low, high, range] of /** @type {[string, string, number[]][]} */ ([
    ['0,001', '0,100', [0.001, 0.1]],
    ['１０⁻⁴', '2×10⁻²', [0.0001, 0.02]],
  ])) {
    await page.getByTestId('input-low').fill(low);
    await page.getByTestId('input-high').fill(high);
    await page.getByTestId('input-high').press('Enter');
    expect((await app.get('study')).space.learning_rate).toMatchObject({ low: range[0], high: range[1] });
  }
  for (const bad of ['0x10', '1e-400', '1_000', '.5.5']) {
    await page.getByTestId('input-low').fill(bad);
    await page.getByTestId('input-low').press('Enter');
    await expect(page.getByTestId('error-learning_rate'), bad).toContainText(bad);
    expect((await app.get('study')).space.learning_rate.low, bad).toBe(0.0001);
  }
  await page.getByTestId('input-low').fill('-11.5');
  await page.getByTestId('input-low').press('Enter');
  await page.getByTestId('fix').first().click();
  expect((await app.get('study')).space.learning_rate).toMatchObject({ low: 3.16e-12, log: true });
});

test('a default that a swept choice decides is not shown as one value', async ({ app, page }) => {
  await app.open(
    '#v=1&lang=en&rows=all&s=dataset:(name:iris),space:(optimizer:(type:categorical,' +
      'choices:!(gd,sgd,momentum,adam)),' +
      'batch_size:(type:categorical,choices:!(64,16,100,8)))',
  );
  await expect(page.getByTestId('value-learning_rate')).toHaveText('by optimizer');
  await expect(page.getByTestId('value-momentum')).toHaveText('by optimizer');
  await expect(page.getByTestId('value-beta1')).toHaveText('0.9');
  await expect(page.getByTestId('value-batch_size')).toHaveText('8 … 100');
  await page.getByTestId('value-learning_rate').click();
  await expect(page.getByTestId('taken-by')).toContainText('adam 10⁻³');
  await page.getByTestId('input-value').press('Enter');
  expect((await app.get('study')).fixed ?? {}).not.toHaveProperty('learning_rate');
  await app.set({ lang: 'ko' });
  await expect(page.getByTestId('value-learning_rate')).toHaveText('옵티마이저에 따라');
});

test('what is refused at Run has a button that mends it', async ({ app, backend, page }) => {
  await app.open(
    '#v=1&lang=en&s=dataset:(name:diabetes),fixed:(loss:mse,epochs:1),sampler:(name:grid),' +
      'space:(learning_rate:(type:float,low:0.001,high:0.1,log:!t),dropout:(type:float,low:0,high:0.5)),trials:9',
  );
  await app.set({ backend });
  await expect(page.getByTestId('run')).toHaveText('Run 25 trials');
  await page.getByTestId('run').click();
  await expect(page.locator('[data-message=run] [data-act=set_points]')).toHaveText('3 points per axis');
  await page.locator('[data-message=run] [data-act=set_trials]').click();
  await expect.poll(async () => (await app.get('result'))?.trials.length).toBe(25);
  await idle(app);
  // A loss that does not fit the other task is said to be dropped, and undone in one go.
  await page.locator('[data-value=iris]').click();
  await expect(page.locator('[data-message=study]')).toContainText('mse');
  expect((await app.get('study')).fixed).toEqual({ epochs: 1 });
  await page.getByTestId('undo').click();
  expect(await app.get('study')).toMatchObject({ dataset: { name: 'diabetes' }, fixed: { loss: 'mse' } });
});

test('Space runs on the page, starts nothing after a click, and Ctrl Enter runs from anywhere', async ({
  app,
  backend,
  page,
  site,
}) => {
  // One Worker leaves a core to the page.
  site.prelude = `if (typeof document !== 'undefined')
    Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1, configurable: true });`;
  await app.open(
    '#v=1&lang=en&s=dataset:(name:digits),fixed:(hidden:!(256,256),epochs:200),space:(learning_rate:(type:float,' +
      'low:0.001,high:0.1,log:!t)),trials:64',
  );
  await app.set({ backend });
  await page.getByTestId('sweep-dropout').click();
  await expect(page.getByTestId('row-dropout')).toHaveAttribute('data-swept', 'true');
  await page.keyboard.press('Space');
  await expect(page.getByTestId('row-dropout')).toHaveAttribute('data-swept', 'false');
  await page.getByTestId('sweep-dropout').click();
  await page.getByTestId('surface-plot').click({ position: { x: 8, y: 8 } });
  await page.keyboard.press('Space');
  await page
    .getByTestId('table')
    .locator('th')
    .first()
    .click({ position: { x: 2, y: 2 } });
  await page.keyboard.press('Space');
  await page.waitForTimeout(300);
  await expect(page.locator('.app')).toHaveAttribute('data-state', 'idle');
  await page.locator('.top').click({ position: { x: 300, y: 20 } });
  await page.keyboard.press('Space');
  await expect(page.getByTestId('pause')).toBeVisible();
  await expect(page.getByTestId('row-dropout')).toHaveAttribute('data-swept', 'true');
  await expect(page.getByTestId('percent')).toContainText('%');
  // A row that was clicked, and a figure; a figure that the keyboard came to.
  await page.locator('tr[data-trial] td:nth-child(2)').first().click();
  await page.keyboard.press('Space');
  await page.getByTestId('curves-plot').click();
  await page.keyboard.press('Space');
  await page.waitForTimeout(300);
  await expect(page.getByTestId('pause')).toBeVisible();
  await page.keyboard.press('Shift+Tab');
  await page.getByTestId('surface-plot').focus();
  await page.keyboard.press('Space');
  await expect(page.getByTestId('resume')).toBeVisible();
  // What acts everywhere acts in a menu and over the list of keys, too.
  await page.getByTestId('presets').click();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('pause')).toBeVisible();
  await expect(page.getByRole('menu')).toHaveCount(0);
  await page.getByTestId('sweep-dropout').focus();
  await page.keyboard.press('?');
  await expect(page.getByTestId('keys')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('resume')).toBeVisible();
  await expect(page.getByTestId('keys')).toBeHidden();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('pause')).toBeVisible();
  await page.getByTestId('sweep-dropout').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Space');
  await expect(page.getByTestId('row-dropout')).toHaveAttribute('data-swept', 'false');
  await expect(page.getByTestId('pause')).toBeVisible();
  await page.getByTestId('trials').fill('5');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('resume')).toBeVisible();
  expect((await app.get('study')).trials).toBe(5);
  await page.getByTestId('stop').click();
  await idle(app);
});

test('the best so far is the same trial for page and result, and called so', async ({ app, backend, page }) => {
  await app.open();
  const study = {
    format: 'tuning-playground/study@1',
    dataset: { name: 'iris' },
    fixed: { epochs: 5000, batch_size: 4 },
    space: { learning_rate: { type: 'float', low: 0.001, high: 0.01, log: true } },
    trials: 8,
  };
  await app.start(study, backend);
  await expect.poll(async () => page.getByTestId('selection').getAttribute('data-trial')).not.toBeNull();
  await app.call('stop');
  await idle(app);
  const result = await app.get('result');
  expect(result.trials.filter((/** @type {any} */ one) => one.state === 'complete')).toEqual([]);
  expect(result.best).not.toBeNull();
  await expect(page.getByTestId('selection')).toHaveAttribute('data-trial', String(result.best));
  await expect(page.getByTestId('selection')).toContainText(EN['selection.best_so_far']);
});

test('the test score has an interval, and nothing is lost afterwards', async ({ app, backend, page }) => {
  await app.open(QUICK);
  await app.result(null, backend);
  await page.getByTestId('test-lock').click();
  await expect(page.getByTestId('test-drawer')).not.toContainText('worse');
  await page.getByTestId('open-test').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('test-meaning')).toContainText('22');
  await expect.poll(() => focused(page)).toBe('test-title');
  await page.locator('#test-drawer .foot button').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('run')).toBeEnabled();
  await expect.poll(() => focused(page)).not.toBeNull();
  const copy = await app.get('study');
  expect(copy.dataset.seed).toBe(1);
  await page.keyboard.press('Control+z');
  expect((await app.get('study')).dataset.seed ?? 0).toBe(0);
  await expect(page.getByTestId('run')).toBeDisabled();
  await page.keyboard.press('Control+Shift+z');
  expect(await app.get('study')).toEqual(copy);
  // Data sets and examples start a new study, with a test set that was not seen.
  await page.keyboard.press('Control+z');
  await page.locator('[data-value=wine]').click();
  expect((await app.get('study')).dataset.name).toBe('wine');
  await page.locator('[data-value=iris]').click();
  expect((await app.get('study')).dataset).toEqual({ name: 'iris', seed: 1 });
  await expect(page.getByTestId('run')).toBeEnabled();
});

test('rows are found by other names', async ({ app, page }) => {
  await app.open('#v=1&lang=en&s=dataset:(name:iris)');
  const field = page.getByTestId('search-rows');
  for (const [text, row] of [
    ['lr', 'learning_rate'],
    ['레이어', 'hidden_layers'],
    ['WD', 'weight_decay'],
    ['학습율', 'learning_rate'],
    ['adam', 'optimizer'],
    ['minibatch', 'batch_size'],
    ['배치 정규화', 'batch_norm'],
    ['batchnorm', 'batch_norm'],
    ['patience', 'patience'],
  ]) {
    await field.fill(text);
    await expect(page.getByTestId(`row-${row}`), text).toBeVisible();
    await expect(page.getByTestId('row-l2'), text).toHaveCount(0);
  }
  await field.fill('qqq');
  await expect(page.getByTestId('none-found')).toBeVisible();
});
