import { readFile } from 'node:fs/promises';
import { SMALL } from './app.js';
import { expect, test } from './fixtures.js';
import { PAIR, look } from './look.js';

/**
 * How a search decides: what its sampler thinks, what its pruner did, and samplers against each other.
 *
 * @typedef {import('./packages.js').Page} Page
 */

/** With shared seeds a trial comes to the same under whatever number. */
const STUDY = {
  ...SMALL,
  dataset: { name: 'moons', samples: 200 },
  fixed: { ...SMALL.fixed, hidden: [8], epochs: 9 },
  ...{ trials: 18, shared_seeds: true, sampler: { name: 'gp', startup: 6, round: 3 } },
  pruner: { name: 'halving', reduction: 3 },
};

/** What the view holds. @param {Page} page @param {'mind' | 'pruning' | 'contest'} what @param {string} path */
const held = (page, what, path) =>
  page.evaluate(([name, way]) => {
    const view = document.querySelector('tuning-playground')?.shadowRoot?.querySelector('tp-decide');
    const found = way.split('.').reduce((one, key) => one?.[key], /** @type {any} */ (view)[name]);
    // Epochs lie in columns of all trials.
    return JSON.parse(JSON.stringify(found ?? null, (key, one) => (key === 'epochs' ? undefined : one)));
  }, /** @type {[string, string]} */ ([what, path]));

/** @param {Page} page @param {string} testid @param {number} value */
const slide = (page, testid, value) =>
  page.getByTestId(testid).evaluate((slider, to) => {
    /** @type {HTMLInputElement} */ (slider).value = String(to);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  }, value);

/** What training with these settings alone comes to. @param {import('./app.js').App} app @param {any} params */
async function alone(app, params) {
  // As many as there were, since many alike are trained side by side.
  const study = { ...STUDY, fixed: { ...STUDY.fixed, ...params }, space: {} };
  const { trials } = await app.result({ ...study, sampler: { name: 'random' }, pruner: { name: 'none' } }, 'cpu');
  return trials[0].value;
}

test('the sampler is seen to think and is played against, pruned trials go on, samplers duel', async ({
  app,
  page,
}) => {
  await app.open();
  await app.set({ lang: 'en', view: 'decide' });
  await expect(page.getByTestId('decide-none')).toContainText('No trials yet');
  const { trials } = await app.result(STUDY, 'cpu');
  await expect(page.getByTestId('belief-about')).toContainText(
    'The very GP that searched this study, as it was when 18 trials were known',
  );

  // As it was before it asked for the trial 13: those of its round were still training.
  await slide(page, 'belief-after', 13);
  await expect(page.getByTestId('belief-about')).toContainText('12 trials were known. 1 more were still training');
  expect(await held(page, 'mind', 'asked.params')).toEqual(trials[13].params);
  await expect.poll(async () => (await held(page, 'mind', 'told.known')) && held(page, 'mind', 'nTold')).toBe(12);
  await slide(page, 'belief-after', 18);
  await expect.poll(() => held(page, 'mind', 'told.n')).toBe(18);
  const usual = await held(page, 'mind', 'told.next');
  await slide(page, 'belief-exploration', 6);
  await expect(page.getByTestId('belief-about')).toContainText('What if');
  await expect.poll(() => held(page, 'mind', 'told.next')).not.toEqual(usual);
  await expect.poll(() => page.url()).toContain('decide=belief,gp,learning_rate,,3');
  await slide(page, 'belief-exploration', 0);
  await expect.poll(() => held(page, 'mind', 'told.next')).toEqual(usual);

  // A point of the reader's, by keys.
  await page.getByTestId('belief-plot').focus();
  for (const key of ['End', 'ArrowLeft', 'PageDown']) await page.keyboard.press(key);
  await expect(page.getByTestId('belief-state')).toContainText('Your point: learning rate');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('belief-tally').locator('tbody tr')).toHaveCount(1);
  const [move] = await held(page, 'mind', 'moves');
  expect(move.sampler.params).toEqual(usual[0]);
  expect(await app.get('result').then((/** @type {any} */ { trials: all }) => all.length)).toBe(18);
  await page.getByTestId('belief-export').click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('belief-csv').click()]);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
  expect(lines[0]).toBe('learning_rate,mean,deviation,log_expected_improvement');
  expect(lines).toHaveLength(162);
  await page.getByTestId('belief-y').selectOption('batch_size');
  await expect(page.getByTestId('belief-plane-plot')).toBeVisible();

  await page.getByTestId('decide-parts').locator('[data-value=rungs]').click();
  const pruned = trials.filter((/** @type {any} */ { state }) => state === 'pruned');
  await page.getByTestId('resume-pruned').click();
  await expect.poll(() => held(page, 'pruning', 'resumed.length')).toBe(pruned.length);
  await expect(page.getByTestId('ledger-sum')).toContainText(`of ${9 * 18} that all trials would have taken`);
  const resumed = await held(page, 'pruning', 'resumed');

  await page.getByTestId('decide-parts').locator('[data-value=duel]').click();
  for (const name of ['tpe', 'gp']) await page.getByTestId(`duel-${name}`).uncheck();
  await page.getByTestId('duel-trials').selectOption('12');
  await page.getByTestId('duel-repeats').selectOption('3');
  await expect(page.getByTestId('duel-state')).toContainText('Trains 72 networks, 648 epochs');
  await page.getByTestId('duel-begin').click();
  await expect(page.getByTestId('duel-verdict')).toBeVisible();
  // It stays while the reader looks at something else.
  await app.set({ view: 'sweep' });
  await app.set({ view: 'decide' });
  await expect(page.getByTestId('duel-verdict')).toBeVisible();
  await expect.poll(() => held(page, 'contest', 'beside.state')).toBe('done');
  await expect(page.getByTestId('duel-surfaces-plot').locator('canvas')).toBeVisible();
  await look(app, 'decide, duel', PAIR, ['tp-decide']);
  await app.set({ lang: 'en', theme: 'light' });
  const found = await page.evaluate(() => {
    const view = document.querySelector('tuning-playground')?.shadowRoot?.querySelector('tp-decide');
    const own = /** @type {any} */ (view).contest.outcome.found.get('random 2');
    return own.map((/** @type {any} */ { params, value }) => ({ params, value }));
  });

  // Everything was trained as studies are.
  expect(await alone(app, move.reader.params)).toBeCloseTo(move.reader.value, 5);
  expect(await alone(app, resumed[0].trial.params)).toBeCloseTo(resumed[0].resumed, 5);
  const study = { ...STUDY, trials: 12, seed: SMALL.seed + 2, sampler: { name: 'random' }, pruner: { name: 'none' } };
  const again = await app.result(study, 'cpu');
  expect(again.trials.map((/** @type {any} */ { params }) => params)).toEqual(
    found.map((/** @type {any} */ { params }) => params),
  );
  expect(again.trials[5].value).toBeCloseTo(found[5].value, 5);
});

test('@soak whatever came of the trials, the view says what there is, in all looks', async ({ app, page }) => {
  test.setTimeout(600_000);
  await app.open();
  await app.set({ lang: 'en', view: 'decide' });
  await page.getByTestId('decide-none').waitFor();
  await look(app, 'decide, empty', PAIR, ['tp-decide']);
  const rate = { type: 'float', low: 1e-4, high: 0.1, log: true };
  const wild = { dataset: { name: 'plane' }, fixed: { epochs: 3, optimizer: 'sgd', activation: 'linear' } };
  const space = (/** @type {any} */ ranges) => ({ space: ranges, pruner: { name: 'none' } });
  const lost = { ...STUDY, ...wild, ...space({ learning_rate: { ...rate, low: 1e3, high: 1e6 } }) };
  const half = { ...STUDY, ...wild, ...space({ learning_rate: { ...rate, low: 1e-3, high: 1e4 } }) };
  const one = { ...STUDY, ...space({ learning_rate: rate }), trials: 1, sampler: { name: 'random' } };
  const single = { ...STUDY, ...space({ learning_rate: { type: 'float', low: 0.01, high: 0.01 } }) };
  const choices = {
    optimizer: { type: 'categorical', choices: ['sgd', 'momentum', 'adam'] },
    batch_size: { type: 'categorical', choices: [64, 16, 32] },
  };
  const fixed = { hidden: [8], epochs: 3 };
  const named = { ...STUDY, fixed, ...space(choices), sampler: { name: 'tpe', startup: 6 } };
  const equal = { ...STUDY, ...space({ learning_rate: rate }), fixed: { ...STUDY.fixed, init: 'zeros', epochs: 1 } };
  const up = { ...STUDY, objective: { metric: 'validation_metric', direction: 'maximize' } };
  const none = { ...STUDY, ...space({}), sampler: { name: 'random' } };
  for (const [name, study] of Object.entries({ lost, half, one, single, named, equal, up, none })) {
    await app.set({ lang: 'en', theme: 'light' });
    await app.result(study, 'cpu');
    await page.getByTestId('decide-parts').locator('[data-value=belief]').click();
    if (name === 'lost')
      await expect(page.getByTestId('no-belief')).toContainText('All 18 trials that are known diverged');
    else if (name === 'none')
      await expect(page.getByTestId('decide-none')).toContainText('searches no hyperparameter');
    else {
      await expect.poll(() => held(page, 'mind', 'told.known')).toBe(true);
      await expect(page.getByTestId('belief-plot').locator('svg path').first()).toBeAttached();
    }
    await look(app, `decide, ${name}`, PAIR, ['tp-decide']);
    await app.set({ lang: 'en', theme: 'light' });
    await page.getByTestId('decide-parts').locator('[data-value=rungs]').click();
    if (name === 'up') {
      await page.getByTestId('resume-pruned').click();
      await page.getByTestId('resumed-sum').waitFor();
    } else await expect(page.getByTestId('rungs-none')).toContainText('no pruner');
    await look(app, `decide, rungs of ${name}`, PAIR, ['tp-decide']);
    await app.set({ lang: 'en', theme: 'light' });
    await page.getByTestId('decide-parts').locator('[data-value=duel]').click();
    if (name === 'none') {
      await expect(page.getByTestId('duel-none')).toContainText('searches no hyperparameter');
      continue;
    }
    await page.getByTestId('duel-trials').selectOption('12');
    await page.getByTestId('duel-repeats').selectOption('1');
    await page.getByTestId('duel-begin').click();
    await expect.poll(() => held(page, 'contest', 'beside.state'), { timeout: 60_000 }).toBe('done');
    const verdict = page.getByTestId('duel-verdict');
    await expect(verdict).toContainText(name === 'lost' ? 'nothing can be ranked' : 'in a single repeat');
    await look(app, `decide, duel of ${name}`, PAIR, ['tp-decide']);
  }
});
