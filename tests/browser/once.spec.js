import { expect, test } from './fixtures.js';
import { DICTIONARIES } from './texts.js';

/** Test rows that were seen stay seen, and a run takes every pause and stop that is said to it. */

const IRIS = {
  format: 'tuning-playground/study@1',
  dataset: { name: 'iris' },
  fixed: { epochs: 3 },
  space: { learning_rate: { type: 'float', low: 0.001, high: 0.1, log: true } },
  trials: 4,
};
/** @param {any} some */
const iris = (some) => ({ ...IRIS, ...some });
/**
 * @param {import('./app.js').App} app
 * @param {number} number
 * @returns {Promise<any>} the score, or why there is none
 */
const opened = (app, number) => app.call('openTest', number).catch((error) => error.message);
const seen = expect.stringContaining(DICTIONARIES.en['problem.test_seen']);

test.beforeEach(async ({ app }) => app.open());

test('a test set is opened once for its rows, whatever study asks', async ({ app, backend, page }) => {
  await app.result(IRIS, backend);
  const two = await page.evaluate(async () => {
    const element = /** @type {any} */ (document.querySelector('tuning-playground'));
    return (await Promise.allSettled([element.openTest(1), element.openTest(2)])).map((one) => one.status);
  });
  expect(two).toEqual(['fulfilled', 'rejected']);
  expect(Object.keys((await app.get('result')).test).sort()).toEqual(['loss', 'metric', 'trial']);
  // The same study again says the same of the same trial, and of no other.
  const again = await app.result(null, backend);
  expect(again.test.trial).toBe(1);
  expect(await opened(app, 3)).toContain('trial 1');
  const space = { learning_rate: { type: 'float', low: 0.002, high: 0.1, log: true } };
  for (const other of [
    { space },
    { trials: 3 },
    { seed: 9 },
    { objective: { metric: 'train_loss' } },
    { dataset: { name: 'iris', seed: 0, samples: 150, noise: 0 } },
    { dataset: { name: 'iris', standardize: false } },
    { dataset: { name: 'iris', split: { train: 0.6, validation: 0.25, test: 0.15 } } },
  ]) {
    await app.result(iris({ trials: 2, ...other }), backend);
    expect(await opened(app, 1), JSON.stringify(other)).toEqual(seen);
    expect((await app.get('result')).test).toBeNull();
    await expect(page.getByTestId('run')).toBeDisabled();
  }
  // Another seed or split has other test rows.
  await app.result(iris({ dataset: { name: 'iris', seed: 1 } }), backend);
  expect(await opened(app, 1)).toMatchObject({ trial: 1 });
});

test('a test set is kept for a trial that has a network: a refusal spends nothing', async ({ app, backend, page }) => {
  const all = { ...IRIS, fixed: { epochs: 2, optimizer: 'sgd', hidden: [32, 32] }, trials: 2, seed: 3 };
  const wild = { type: 'categorical', choices: [1e5, 1e6] };
  const dataset = { name: 'iris', seed: 41 };
  await app.result({ ...all, dataset, space: { learning_rate: wild } }, backend);
  const none = DICTIONARIES.en['problem.no_such_trial.none'];
  for (const number of [0, 7]) expect(await opened(app, number)).toContain(none);
  await page.getByTestId('test-lock').click();
  await expect(page.getByTestId('open-test')).toBeDisabled();
  await expect(page.getByTestId('test-drawer')).toContainText(none);
  await page.keyboard.press('Escape');
  const sampler = { name: 'grid' };
  const mixed = { ...all, dataset, sampler, space: { learning_rate: { type: 'categorical', choices: [0.01, 1e6] } } };
  const { trials } = await app.result(mixed, backend);
  const [wilds, calm] = ['diverged', 'complete'].map((state) =>
    trials.findIndex((/** @type {any} */ one) => one.state === state),
  );
  expect(await opened(app, wilds)).toContain(`Trial ${wilds} diverged`);
  expect(await opened(app, 7)).toContain(`There is no finished trial 7; choose one of ${calm}.`);
  expect((await app.get('result')).test).toBeNull();
  expect(await opened(app, calm)).toMatchObject({ trial: calm });
});

test('undo, a typed seed and a link find seen rows seen; a reload too @soak', async ({ app, backend, page }) => {
  await app.result(IRIS, backend);
  await app.call('openTest', 1);
  await page.getByTestId('duplicate').click();
  await page.getByTestId('trials').fill('7');
  await page.getByTestId('trials').press('Enter');
  await expect(page.getByTestId('run')).toBeEnabled();
  await page.getByTestId('data-seed').fill('0');
  await page.getByTestId('data-seed').press('Enter');
  await expect(page.getByTestId('run')).toBeDisabled();
  await page.getByTestId('undo').click();
  await expect(page.getByTestId('run')).toBeEnabled();
  await page.evaluate(() => void (location.hash = '#v=1&s=(dataset:(name:iris),trials:3)'));
  await expect(page.getByTestId('run')).toBeDisabled();
  await page.getByTestId('duplicate').click();
  await app.result(null, backend);
  await page.getByTestId('test-lock').click();
  await expect(page.getByTestId('open-test')).toBeEnabled();
  await page.waitForTimeout(1500);
  await page.reload();
  await app.defined();
  await expect(page.locator('.app')).toHaveAttribute('data-outcome', 'earlier');
  await app.result(IRIS, backend);
  expect(await opened(app, 1)).toEqual(seen);
  await page.getByTestId('test-lock').click();
  await expect(page.getByTestId('test-drawer')).toContainText(DICTIONARIES.en['problem.test_seen']);
});

test('a result is there again after a reload though its study was edited, and says so', async ({
  app,
  backend,
  page,
}) => {
  const { trials, best } = await app.result(IRIS, backend);
  await app.call('openTest', best);
  await page.getByTestId('duplicate').click();
  await page.getByTestId('trials').fill('7');
  await page.getByTestId('trials').press('Enter');
  await page.waitForTimeout(1500);
  await page.reload();
  await app.defined();
  await expect(page.getByTestId('stale')).toHaveText(DICTIONARIES.en['run.stale']);
  await expect(page.getByTestId('trials')).toHaveValue('7');
  const result = await app.get('result');
  expect(result.trials).toEqual(trials);
  expect(Object.keys(result.test).sort()).toEqual(['loss', 'metric', 'trial']);
  expect(result.study.trials).toBe(4);
});

test('a pause and a stop that come early are kept, and a run after a stop is a new one', async ({
  app,
  backend,
  page,
}) => {
  const said = await page.evaluate(async ([study, choice]) => {
    const element = /** @type {any} */ (document.querySelector('tuning-playground'));
    element.backend = choice;
    element.study = study;
    const first = element.run();
    element.pause();
    const wait = (/** @type {number} */ ms) => new Promise((done) => void setTimeout(done, ms));
    await wait(1500);
    const held = await Promise.race([first.then(() => 'ended'), wait(500).then(() => 'held')]);
    element.resume();
    const whole = await first;
    const second = element.run();
    element.stop();
    element.study = { ...study, trials: 2 };
    const third = element.run();
    const [stopped, last] = await Promise.all([second, third]);
    const again = element.run();
    element.stop();
    const fourth = await element.run();
    return {
      held,
      whole: whole.trials.length,
      stopped: (await again) !== fourth,
      last: last.trials.map((/** @type {any} */ one) => one.state),
      fourth: fourth.trials.map((/** @type {any} */ one) => one.state),
      second: stopped.trials.length,
    };
  }, /** @type {[any, string]} */ ([IRIS, backend]));
  expect(said).toMatchObject({
    held: 'held',
    whole: 4,
    stopped: true,
    last: ['complete', 'complete'],
    fourth: ['complete', 'complete'],
  });
});
