import { readFile } from 'node:fs/promises';
import { small } from './app.js';
import { expect, test } from './fixtures.js';
import { PAIR, look } from './look.js';
import { DICTIONARIES, matches } from './texts.js';

/** The loss around a trial's weights, with the real engine. */

const STUDY = small({ dataset: { name: 'moons' }, fixed: { hidden: [6], epochs: 8 }, trials: 3 });

/** What the page knows of the landscape. @param {import('./app.js').Page} page */
const landscape = (page) =>
  page.locator('tp-landscape').evaluate((part) => {
    const { landscape, selected } = /** @type {any} */ (part).store;
    const { trial, state, head, options, losses, accuracies, known, step } = landscape;
    const middle = (losses.length - 1) / 2;
    return {
      trial,
      state,
      head,
      options,
      step,
      n: losses.length,
      known: known.reduce((/** @type {number} */ sum, /** @type {number} */ one) => sum + one, 0),
      middle: losses[middle],
      accuracy: accuracies[middle],
      value: Number(selected?.value),
      last: selected?.epochs.at(-1),
    };
  });

/** @param {import('./app.js').Page} page @param {string} plane @param {string} rows */
async function finished(page, plane, rows) {
  await expect
    .poll(async () => {
      const { state, options } = await landscape(page);
      return [state, options.plane, options.rows];
    })
    .toEqual(['done', plane, rows]);
  // What has arrived is drawn a moment later.
  await expect(page.getByTestId('landscape').getByTestId('partial')).toHaveCount(0);
}

/** @param {import('./app.js').Page} page @param {string} group @param {string} value */
const pick = (page, group, value) => page.getByTestId(`landscape-${group}`).locator(`[data-value=${value}]`).click();

/** @param {import('./app.js').App} app @param {string} backend @param {any} [study] */
async function opened(app, backend, study = STUDY) {
  await app.open();
  const result = await app.result(study, backend);
  await app.page.getByRole('tab', { name: 'Landscape' }).click();
  await expect(app.page.getByTestId('landscape')).toBeVisible();
  return result;
}

/** How many different colours the middle of the canvas has. @param {import('./app.js').Page} page */
const colors = (page) =>
  page.locator('tp-landscape canvas.ground').evaluate((canvas) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
    const data = /** @type {HTMLCanvasElement} */ (canvas).getContext('2d')?.getImageData(0, 0, width, height).data;
    const seen = new Set();
    for (let k = 0; data && k < data.length; k += 4) seen.add(`${data[k]} ${data[k + 1]} ${data[k + 2]}`);
    return seen.size;
  });

test('the loss around the selected trial: its own in the middle, other planes, other rows', async ({
  app,
  page,
  backend,
}) => {
  await opened(app, backend);
  await finished(page, 'random', 'validation');
  const random = await landscape(page);
  expect(random.known).toBe(random.n);
  expect(random.step).toBe(1);
  expect(Math.abs(random.middle - random.value)).toBeLessThan(1e-5);
  expect(Math.abs(random.head.loss - random.value)).toBeLessThan(1e-5);
  expect(Math.abs(random.accuracy - random.last.validation_metric)).toBeLessThan(1e-5);
  await expect(page.getByTestId('fact-own')).toHaveText(random.value.toFixed(3));
  await expect(page.getByTestId('misleads').locator('[data-finding^=random]')).toBeVisible();
  await expect(page.getByTestId('landscape').getByRole('img')).toHaveAccessibleName(
    new RegExp(`^Validation loss around trial ${random.trial}, over .* loss is ${random.value.toFixed(3)}`),
  );
  expect(await colors(page)).toBeGreaterThan(10);

  await pick(page, 'rows', 'train');
  await finished(page, 'random', 'train');
  const train = await landscape(page);
  expect(Math.abs(train.middle - train.head.loss)).toBeLessThan(1e-5);
  expect(train.middle).not.toBe(random.middle);
  await expect(page.getByTestId('landscape')).toContainText('Training loss around trial');

  await pick(page, 'plane', 'gradient');
  await finished(page, 'gradient', 'train');
  const downhill = await landscape(page);
  expect(Math.abs(downhill.middle - train.middle)).toBeLessThan(1e-5);
  await expect(page.getByTestId('scrubber')).toHaveCount(0);

  await pick(page, 'metric', 'accuracy');
  await expect(page.getByTestId('landscape')).toContainText('Training accuracy around trial');
  await expect(page.getByTestId('landscape-scale')).toHaveCount(0);
  await pick(page, 'metric', 'loss');
  await pick(page, 'scale', 'linear');
  await expect(page.getByTestId('landscape-scale').locator('[data-value=linear]')).toHaveAttribute(
    'aria-checked',
    'true',
  );

  // T shows the view's first figure as a table, and links say which view is open.
  await page.locator('#main').focus();
  await page.keyboard.press('t');
  await expect(page.getByTestId('landscape').locator('tbody tr')).toHaveCount(51);
  await page.keyboard.press('t');
  await expect.poll(() => page.url()).toContain('view=landscape');

  // Another trial has another landscape.
  const others = [0, 1, 2].filter((one) => one !== random.trial);
  for (const press of ['Shift+ArrowLeft', 'Shift+ArrowRight', 'Shift+ArrowRight']) {
    await page.locator('#main').focus();
    await page.keyboard.press(press);
    if ((await landscape(page)).trial !== random.trial) break;
  }
  await expect.poll(async () => others.includes((await landscape(page)).trial)).toBe(true);
  await finished(page, 'gradient', 'train');
});

test('the training path is scrubbed, with the true loss beside that of the plane', async ({ app, page, backend }) => {
  await opened(app, backend);
  await pick(page, 'plane', 'pca');
  await finished(page, 'pca', 'validation');
  const { head, value } = await landscape(page);
  const last = head.path.steps.length - 1;
  expect([head.path.x[last], head.path.y[last], head.path.distance[last]]).toEqual([0, 0, 0]);
  expect(Math.abs(head.path.loss[last] - value)).toBeLessThan(1e-5);
  await expect(page.getByTestId('landscape-path')).toBeAttached();
  await expect(page.getByTestId('landscape-ball')).toHaveCount(0);
  const share = head.explained[0] + head.explained[1];
  await expect(page.getByTestId('fact-explained')).toHaveText(
    new RegExp(`^${(100 * share).toFixed(1).replace('.0', '')}`),
  );

  const scrub = page.getByTestId('scrub');
  await expect(scrub).toHaveValue(String(last));
  await expect(page.getByTestId('scrub-on')).toBeDisabled();
  await scrub.focus();
  await page.keyboard.press('Home');
  await expect(page.getByTestId('fact-step')).toHaveText('At step 0');
  await expect(page.getByTestId('fact-true')).toHaveText(Number(head.path.loss[0]).toFixed(3));
  await expect(page.getByTestId('fact-slice')).toHaveText(Number(head.path.slice_loss[0]).toFixed(3));
  await expect(page.getByTestId('landscape-ball')).toBeAttached();
  await expect(page.getByTestId('scrub-back')).toBeDisabled();
  const at = async () => Number(await scrub.inputValue());
  await page.getByTestId('scrub-on').click();
  await expect(scrub).toHaveValue('1');
  await expect(scrub).toHaveAttribute('aria-valuetext', matches('en', 'landscape.step_of'));

  // Nothing plays by itself; it is played, paused, and stays where it is.
  await page.waitForTimeout(300);
  expect(await at()).toBe(1);
  await page.getByTestId('scrub-play').click();
  await expect.poll(at).toBeGreaterThan(1);
  await page.getByTestId('scrub-play').click();
  const stood = await at();
  await page.waitForTimeout(400);
  expect(await at()).toBe(stood);

  await page.getByTestId('landscape').getByTestId('figure-table').click();
  await expect(page.getByTestId('landscape').locator('tbody tr')).toHaveCount(last + 1);
});

test('pointer and keys say what lies at a point, and the file has all of them', async ({ app, page, backend }) => {
  await opened(app, backend);
  await finished(page, 'random', 'validation');
  const { middle, n } = await landscape(page);
  const plot = page.getByTestId('landscape-plot');
  await plot.focus();
  await page.keyboard.press('Home');
  await expect(page.getByTestId('landscape-said')).toHaveText(new RegExp(`^\\(0, 0\\): loss ${middle.toFixed(3)}, `));
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowUp');
  await expect(page.getByTestId('landscape-said')).toHaveText(/^\(0\.04, 0\.2\): loss /);
  await page.keyboard.press('Escape');
  await expect(plot.locator('.cursor')).toBeHidden();
  await plot.hover();
  await expect(plot.locator('.cursor')).toContainText(matches('en', 'landscape.point'));
  await page.getByTestId('test-lock').hover();
  await expect(plot.locator('.cursor')).toBeHidden();

  for (const kind of /** @type {const} */ (['csv', 'svg', 'png'])) {
    await page.getByTestId('landscape-export').click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId(`landscape-${kind}`).click()]);
    expect(file.suggestedFilename()).toBe(`moons-landscape.${kind}`);
    const text = await readFile(await file.path(), 'latin1');
    if (kind === 'csv') {
      const lines = text.trim().split('\r\n');
      expect(lines[0]).toBe('what,step,x,y,loss,accuracy,own_loss,distance');
      expect(lines).toHaveLength(n + 1);
      expect(lines[1 + (n - 1) / 2].startsWith(`grid,,0,0,${middle},`)).toBe(true);
    } else if (kind === 'svg') {
      expect(text.match(/<path/g)?.length).toBeGreaterThan(20);
      expect(text).not.toContain('<image');
      expect(text).toContain('#bdc6cb');
    }
  }
});

test('what has no finite loss is hatched and said, never made up', async ({ app, page, backend }) => {
  await opened(app, backend);
  await finished(page, 'random', 'validation');
  await page.locator('tp-landscape').evaluate((part) => {
    const { landscape } = /** @type {any} */ (part).store.slices;
    for (let k = 0; k < 6 * 51; k++) landscape.losses[k] = landscape.accuracies[k] = NaN;
    landscape.touch();
  });
  const figure = page.getByTestId('landscape');
  await expect(figure).toContainText(DICTIONARIES.en['landscape.not_finite']);
  await expect(figure.getByRole('img')).toHaveAccessibleName(/Points without a finite loss: 306\./);
  await page.getByTestId('landscape-plot').focus();
  await page.keyboard.press('Home');
  for (let k = 0; k < 5; k++) await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByTestId('landscape-said')).toHaveText(/\(0, −1\): the loss is not finite$/);
});

test('without trials it invites, while one trains it waits, and one that diverged is told of', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  await page.getByRole('tab', { name: 'Landscape' }).click();
  await expect(page.getByTestId('landscape').getByTestId('empty')).toBeVisible();
  await app.start(small({ fixed: { epochs: 500 }, trials: 2 }), backend);
  await app.steps(1);
  await expect(page.getByTestId('landscape-trains')).toHaveText(matches('en', 'landscape.trains'));
  await app.call('stop');
  await app.outcome();
  await expect(page.getByTestId('landscape-no-weights')).toHaveText(matches('en', 'landscape.no_weights'));
  const study = small({
    dataset: { name: 'diabetes' },
    fixed: { hidden: [8], activation: 'relu', optimizer: 'sgd', learning_rate: 1e6, batch_size: 16, dropout: 0 },
    space: {},
    trials: 1,
  });
  await app.result(study, backend);
  await page.locator('#main').focus();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.getByTestId('landscape-problem')).toContainText('diverged');
});

test('of a trial of several seeds it shows one network, and says so', async ({ app, page, backend }) => {
  await opened(app, backend, { ...STUDY, seeds_per_trial: 2, trials: 1 });
  await finished(page, 'random', 'validation');
  const { middle, head, value } = await landscape(page);
  expect(Math.abs(middle - head.loss)).toBeLessThan(1e-5);
  expect(middle).not.toBe(value);
  await expect(page.getByTestId('misleads').locator('[data-finding=seeds]')).toContainText('2');
});

test('numbers have no accuracy', async ({ app, page, backend }) => {
  const fixed = { hidden: [6], epochs: 3 };
  await opened(app, backend, small({ dataset: { name: 'diabetes' }, fixed, trials: 2 }));
  await finished(page, 'random', 'validation');
  const { middle, value } = await landscape(page);
  expect(Math.abs(middle / value - 1)).toBeLessThan(1e-5);
  await expect(page.getByTestId('landscape-metric')).toHaveCount(0);
  await page.getByTestId('landscape-plot').hover();
  await expect(page.locator('tp-landscape .cursor')).toHaveText(/^\([^)]+\): loss [\d.,]+$/);
});

test('the landscape is legible in both languages and themes, wide and narrow', async ({ app, page, backend }) => {
  await opened(app, backend);
  await finished(page, 'random', 'validation');
  await look(app, 'landscape', undefined, ['#view']);
  await pick(page, 'plane', 'pca');
  await finished(page, 'pca', 'validation');
  await page.getByTestId('scrub').fill('3');
  await look(app, 'landscape of a path', PAIR, ['#view']);
  await app.set({ lang: 'ko' });
  await expect(page.getByTestId('landscape-facts')).toContainText(DICTIONARIES.ko['landscape.facts']);
  await expect(page.getByTestId('landscape')).toContainText('주변의 검증 손실');
});
