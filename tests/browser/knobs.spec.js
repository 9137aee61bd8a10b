import { NARROW, WIDE, look } from './look.js';
import { expect, standingTest as test } from './fixtures.js';

/** The rows of the study panel: their schedules drawn, how many of them are shown, and the way back to a default. */

/** @param {string} study */
const link = (study) => `#v=1&lang=en&s=${study}`;

test('a schedule is drawn beside its settings and under the loss curves, by the engine', async ({ app, page }) => {
  await app.open(
    link('dataset:(name:iris),fixed:(epochs:4,schedule:cosine),space:(dropout:(type:float,low:0,high:0.5)),trials:2'),
  );
  const curve = page.getByTestId('schedule').getByRole('img');
  await expect(curve).toHaveAccessibleName('cosine: from 1 to 0, halfway 0.5');
  await app.result(null, 'cpu');
  await expect(page.getByRole('img', { name: 'Learning rate factor by epoch' })).toHaveAccessibleName(
    /cosine: from 1 to 0, halfway 0.5; Trial \d: from 1 to 0, halfway 0.5/,
  );
  await page.evaluate(() => {
    const element = /** @type {any} */ (document.querySelector('tuning-playground'));
    const { study } = element;
    element.study = {
      ...study,
      fixed: { ...study.fixed, schedule: 'step', decay_rate: 0.1, decay_epochs: 2, warmup_epochs: 1 },
    };
  });
  await expect(curve).toHaveAccessibleName('step: from 0 to 0.1, halfway 1');
  // What is shown of the run before stays that run's.
  await expect(page.getByRole('img', { name: 'Learning rate factor by epoch' })).toHaveAccessibleName(
    /cosine: from 1/,
  );
});

test('swept schedules have a line each; one that waits has a sentence, and momentum that moves is told', async ({
  app,
  page,
}) => {
  await app.open(
    link(
      'dataset:(name:iris),fixed:(optimizer:sgd),space:(schedule:(type:categorical,' +
        'choices:!(constant,exponential,one_cycle,plateau)),decay_rate:(type:float,low:0.1,high:0.5)),trials:4',
    ),
  );
  await expect(page.locator('[data-schedule]')).toHaveCount(3);
  await expect(page.getByTestId('schedule').getByRole('img', { name: 'constant: 1 throughout' })).toBeVisible();
  await expect(page.getByTestId('schedule-waits')).toContainText('plateau');
  await expect(page.getByTestId('schedule-moves')).toContainText('momentum');
  // Its setting is swept: the middle of the range, and both ends beside it.
  await expect(page.locator('[data-schedule=exponential] path')).toHaveCount(4);
  await app.open(link('dataset:(name:iris)'));
  await expect(page.getByTestId('schedule')).toHaveCount(0);
});

test('a newcomer sees eight rows and what is set, an expert all: by a button, for good, and by a link', async ({
  app,
  page,
}) => {
  const rows = page.locator('[data-testid^=row-]');
  await app.open(link('dataset:(name:iris),fixed:(l2:0.1)'));
  await expect(rows).toHaveCount(9);
  await expect(page.getByTestId('row-l2')).toBeVisible();
  const button = page.getByTestId('all-rows');
  const all = Number(/All (\d+) settings/.exec(String(await button.textContent()))?.[1]);
  // What is searched for is found among all.
  await page.getByTestId('search-rows').fill('beta');
  await expect(page.getByTestId('row-beta1')).toBeVisible();
  await page.getByTestId('search-rows').fill('');
  await expect(rows).toHaveCount(9);
  await button.click();
  await expect(rows).toHaveCount(all);
  await expect(button).toHaveText('Fewer settings');
  await expect(button).toBeFocused();
  await expect.poll(() => page.evaluate(() => location.hash)).toContain('rows=all');
  // A link that does not say leaves it to what was chosen; one that does is shown as it says, and changes no choice.
  await app.open(link('dataset:(name:wine)'));
  await expect(page.getByTestId('row-beta2')).toBeVisible();
  await app.open(`${link('dataset:(name:wine)')}&rows=few`);
  await expect(rows).toHaveCount(8);
  await app.open(link('dataset:(name:iris)'));
  await expect(page.getByTestId('row-beta2')).toBeVisible();
  await page.getByTestId('all-rows').click();
  await expect(rows).toHaveCount(8);
  await app.open(`${link('dataset:(name:iris)')}&rows=all`);
  await expect(page.getByTestId('row-beta2')).toBeVisible();
});

test('a row goes back to its default by a button, and undo takes that back', async ({ app, page }) => {
  await app.open(
    link(
      'dataset:(name:iris),fixed:(dropout:0.25,l2:0.5,learning_rate:0.1),' +
        'space:(optimizer:(type:categorical,choices:!(sgd,adam)))',
    ),
  );
  await expect(page.getByTestId('reset-epochs')).toHaveCount(0);
  await page.getByTestId('reset-l2').click();
  // The row stays where it was pressed, though a newcomer would not meet it.
  await expect(page.getByTestId('value-l2')).toHaveText('0');
  await expect(page.getByTestId('value-l2')).toBeFocused();
  await expect(page.getByTestId('reset-l2')).toHaveCount(0);
  await expect(page.getByTestId('reset-learning_rate')).toHaveAccessibleName(
    'learning rate: back to the default, by optimizer',
  );
  await page.getByTestId('reset-learning_rate').click();
  await expect(page.getByTestId('value-learning_rate')).toHaveText('by optimizer');
  await page.getByTestId('reset-optimizer').click();
  await expect(page.getByTestId('value-optimizer')).toHaveText('adam');
  expect(await app.get('study')).toMatchObject({ fixed: { dropout: 0.25 }, space: {} });
  for (let k = 0; k < 3; k += 1) await page.keyboard.press('Control+z');
  expect((await app.get('study')).fixed).toEqual({ dropout: 0.25, l2: 0.5, learning_rate: 0.1 });
  expect((await app.get('study')).space.optimizer.choices).toEqual(['sgd', 'adam']);
  await page.getByTestId('value-learning_rate').click();
  await expect(page.getByTestId('unlike-torch')).toHaveText("PyTorch's default for sgd is 10⁻³; here it is 0.01.");
});

test('rows, curves and resets can be read in both languages and themes, on phones, too', async ({ app, page }) => {
  await app.open(
    `${link(
      'dataset:(name:iris),fixed:(optimizer:sgd,l2:0.1,epochs:3),space:(schedule:(type:categorical,' +
        'choices:!(step,cosine,one_cycle,plateau)),learning_rate:(type:float,low:0.001,high:0.1,log:!t)),trials:4',
    )}&rows=all`,
  );
  await app.result(null, 'cpu');
  await page.getByTestId('value-learning_rate').click();
  await expect(page.getByTestId('edit-learning_rate')).toBeVisible();
  await look(app, 'knobs', WIDE);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByTestId('open-study').click();
  await look(app, 'knobs-sheet', NARROW);
});

test('of ten optimizers each has a learning rate of its own, as the example says', async ({ app, page }) => {
  await app.open('#v=1&lang=en');
  await page.getByTestId('presets').click();
  await page.getByTestId('preset-ten_optimizers').click();
  await expect(page.getByTestId('run')).toHaveText('Run 60 trials');
  const { trials } = await app.result(null, 'cpu');
  /** @type {Map<string, [rate: number, loss: number][]>} */
  const losses = new Map();
  for (const { params, epochs } of trials) {
    const loss = Number(epochs.at(-1)?.validation_loss ?? Infinity);
    const of = losses.get(params.optimizer) ?? [];
    losses.set(params.optimizer, [...of, [params.learning_rate, Number.isNaN(loss) ? Infinity : loss]]);
  }
  expect(losses.size).toBe(10);
  const best = (/** @type {string} */ name) => [...(losses.get(name) ?? [])].sort((a, b) => a[1] - b[1])[0];
  for (const [rate, names] of /** @type {[number, string[]][]} */ ([
    [0.01, ['adam', 'adamw', 'nadam', 'rmsprop']],
    [0.1, ['momentum', 'nesterov']],
    [0.5, ['sgd']],
    [3, ['adadelta', 'gd']],
  ]))
    for (const name of names) {
      const near = (losses.get(name) ?? []).find((one) => Math.abs(Math.log(one[0] / rate)) < 0.5);
      // What two neighbors come to hardly differs where the best rate lies between them.
      expect(near?.[1], name).toBeLessThan(best(name)[1] + 0.05);
    }
  for (const name of losses.keys()) expect(best(name)[1], name).toBeLessThan(0.5);
  // At whichever single rate, the worst of the ten has hardly learned.
  for (const [rate] of losses.get('adam') ?? []) {
    const at = [...losses.values()].map((list) => list.find((one) => one[0] === rate)?.[1] ?? NaN);
    expect(Math.max(...at), `at ${rate}`).toBeGreaterThan(0.9);
  }
});
