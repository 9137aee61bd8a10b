import { small } from './app.js';
import { expect, test } from './fixtures.js';
import { finished, landscape, opened, pick } from './ground.js';
import { NARROW, WIDE, look } from './look.js';
import { DICTIONARIES, matches } from './texts.js';

/** Surfaces that follow their networks, planes through several, and the rows that they are over. */

/** Writes down what the landscape is told from now on. @param {import('./app.js').Page} page */
const listen = (page) =>
  page.locator('tp-landscape').evaluate((part) => {
    const { landscape } = /** @type {any} */ (part).store.slices;
    /** @type {any[]} */ const heard = [];
    /** @type {any} */ (window).heard = heard;
    for (const name of ['begin', 'glimpse', 'lay', 'take', 'fail']) {
      const act = landscape[name];
      landscape[name] = function (/** @type {any[]} */ ...given) {
        const [head, piece] = given;
        const at = name === 'glimpse' ? piece.indices.indexOf((head.size[0] * head.size[1] - 1) / 2) : -1;
        const middle = at < 0 ? NaN : piece.losses[at];
        heard.push({ name, at: performance.now(), step: head?.step, loss: head?.loss, middle });
        return act.apply(landscape, given);
      };
    }
  });
/** @param {import('./app.js').Page} page @returns {Promise<any[]>} */
const heard = (page) => page.evaluate(() => /** @type {any} */ (window).heard);

test('where nobody has a trial’s weights it is trained once more, and the surface follows @soak', async ({
  app,
  page,
  backend,
}) => {
  const fixed = { hidden: [16, 16], epochs: 1500 };
  await opened(app, backend, small({ dataset: { name: 'moons' }, fixed, trials: 1 }));
  await finished(page, 'random', 'validation');
  await listen(page);
  // Weights that are kept are looked at as they are.
  await pick(page, 'rows', 'train');
  await finished(page, 'random', 'train');
  expect((await heard(page)).filter(({ name }) => name === 'glimpse')).toEqual([]);
  await page.evaluate(() => {
    const { engine } = /** @type {any} */ (document.querySelector('tuning-playground')).runner;
    engine.weights = async () => null;
  });
  await listen(page);
  await pick(page, 'rows', 'validation');
  await expect(page.getByTestId('landscape-live')).toHaveText(matches('en', 'scrub.step_of'));
  await finished(page, 'random', 'validation');
  const seen = (await heard(page)).filter(({ name }) => name === 'glimpse');
  expect(seen.length).toBeGreaterThan(2);
  seen.forEach((one, k) => {
    if (k) expect(one.step).toBeGreaterThan(seen[k - 1].step);
    expect(Math.abs(one.middle - one.loss)).toBeLessThan(1e-5);
  });
  expect(seen[seen.length - 1].loss).toBeLessThan(seen[0].loss);
  await expect(page.getByTestId('landscape-live')).toHaveCount(0);
});

test('while a sweep trains, the surface follows the weights of the trial, and ends with those it ends with @soak', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  await page.getByRole('tab', { name: 'Landscape' }).click();
  await expect(page.locator('tp-landscape')).toBeAttached();
  // Long enough to be paused on the way on any machine, also while the page waits for a core.
  const fixed = { hidden: [16, 16], epochs: 4000 };
  await app.start(small({ dataset: { name: 'moons', samples: 500, noise: 0.3 }, fixed, trials: 2 }), backend);
  await app.steps(1);
  await app.call('pause');
  await page.locator('tp-landscape').evaluate((part) => /** @type {any} */ (part).act('select', 1));
  await expect.poll(async () => (await landscape(page)).trial).toBe(1);
  await expect(page.getByTestId('landscape-where')).toHaveText(matches('en', 'landscape.about.live'));
  await listen(page);
  await app.call('resume');
  // It is paused at once: a quick machine would have ended by the next look.
  await page.waitForFunction(
    () => {
      const { heard: all } = /** @type {any} */ (window);
      if (all.filter((/** @type {any} */ { name }) => name === 'lay').length <= 3) return false;
      /** @type {any} */ (document.querySelector('tuning-playground')).pause();
      return true;
    },
    undefined,
    { polling: 20 },
  );
  const steps = (await heard(page)).flatMap(({ name, step }) => (name === 'lay' && step) || []);
  expect(steps.every((step, k) => !k || step >= steps[k - 1])).toBe(true);
  expect(steps[steps.length - 1]).toBeGreaterThan(steps[0]);
  const { reach } = await page
    .locator('tp-landscape')
    .evaluate((part) => ({ reach: /** @type {any} */ (part).store.landscape.reach }));
  expect(reach.live).toBe(true);
  // The plane may be another one meanwhile.
  await pick(page, 'plane', 'pca');
  await app.call('resume');
  await expect(page.getByTestId('landscape-path')).toBeAttached();
  await pick(page, 'plane', 'random');
  await app.outcome();
  await finished(page, 'random', 'validation');
  const { middle, value, trial } = await landscape(page);
  expect(trial).toBe(1);
  expect(Math.abs(middle - value)).toBeLessThan(1e-5);
  await expect(page.getByTestId('landscape-where')).toHaveCount(0);
  expect((await heard(page)).filter(({ name }) => name === 'fail')).toEqual([]);
});

test('a part of the rows: the figure says how many, and the trial’s own loss is that of these', async ({
  app,
  page,
  backend,
}) => {
  await opened(app, backend);
  await finished(page, 'random', 'validation');
  const all = await landscape(page);
  const field = page.getByTestId('landscape-limit');
  await expect(field).toHaveAttribute('placeholder', `all ${all.head.of_rows}`);
  await field.fill('11');
  await field.press('Enter');
  await expect.poll(async () => (await landscape(page)).head?.n_rows).toBe(11);
  await finished(page, 'random', 'validation');
  const some = await landscape(page);
  expect(Math.abs(some.middle - some.head.loss)).toBeLessThan(1e-5);
  expect(some.middle).not.toBe(all.middle);
  await expect(page.getByTestId('landscape')).toContainText('Validation loss on 11 rows around trial');
  await expect(page.getByTestId('fact-rows')).toHaveText(`11 of ${all.head.of_rows}`);
  await expect(page.getByTestId('misleads').locator('[data-finding=rows]')).toBeVisible();
  for (const wrong of ['0', '-3', '2.5', '99999999', 'some']) {
    await field.fill(wrong);
    await field.press('Enter');
    await expect(page.getByTestId('landscape-limit-error')).toBeVisible();
    expect((await landscape(page)).options.limit).toBe(11);
  }
  await field.press('Escape');
  await expect(field).toHaveValue('11');
  await expect(page.getByTestId('landscape-limit-error')).toHaveCount(0);
  await field.fill('');
  await field.press('Enter');
  await expect.poll(async () => (await landscape(page)).middle).toBe(all.middle);
  await expect(page.getByTestId('landscape')).toContainText('Validation loss around trial');
});

test('the plane of gradient and momentum says which its axes are', async ({ app, page, backend }) => {
  const space = { optimizer: { type: 'categorical', choices: ['sgd', 'adam'] } };
  const fixed = { hidden: [6], epochs: 4 };
  const study = small({ dataset: { name: 'moons' }, trials: 2 });
  await opened(app, backend, { ...study, fixed, space, sampler: { name: 'grid' } });
  for (const number of [0, 1]) {
    const momentum = await page
      .locator('tp-landscape')
      .evaluate((part, one) => /** @type {any} */ (part).store.trials.get(one).params.optimizer === 'adam', number);
    await page.locator('tp-landscape').evaluate((part, one) => /** @type {any} */ (part).act('select', one), number);
    await pick(page, 'plane', 'gradient');
    await expect
      .poll(async () => [(await landscape(page)).trial, (await landscape(page)).state])
      .toEqual([number, 'done']);
    expect((await landscape(page)).head.momentum).toBe(momentum);
    const key = `landscape.axis.gradient.y${momentum ? '' : '.random'}`;
    await expect(page.locator('tp-landscape .axes')).toContainText(DICTIONARIES.en[key]);
    await expect(page.getByTestId('landscape-facts')).toContainText(
      DICTIONARIES.en[`landscape.about.gradient${momentum ? '' : '.random'}`],
    );
  }
});

test('planes through two and three trained networks, each at its own loss', async ({ app, page, backend }) => {
  await opened(app, backend);
  await finished(page, 'random', 'validation');
  const points = async () => {
    const { head } = await landscape(page);
    return head.points.map((/** @type {any} */ one) => [one.trial, one.x, one.y].map(Number));
  };
  const lossAt = (/** @type {number} */ index) =>
    page.locator('tp-landscape').evaluate((part, k) => /** @type {any} */ (part).store.landscape.losses[k], index);
  const value = (/** @type {number} */ number) =>
    page
      .locator('tp-landscape')
      .evaluate((part, k) => Number(/** @type {any} */ (part).store.trials.get(k).value), number);
  await pick(page, 'plane', 'line');
  await finished(page, 'line', 'validation');
  const [[a, x0, y0], [b, x1, y1]] = await points();
  expect([x0, y0, x1, y1].map((one) => Math.round(1e6 * one) / 1e6)).toEqual([0, 0, 1, 0]);
  // Of 201 points from -0.5 to 1.5 these are 0 and 1.
  expect(Math.abs((await lossAt(50)) - (await value(a)))).toBeLessThan(1e-5);
  expect(Math.abs((await lossAt(150)) - (await value(b)))).toBeLessThan(1e-5);
  await expect(page.getByTestId('landscape-line')).toBeAttached();
  await expect(page.getByTestId('landscape')).toContainText(`between trials ${a} and ${b}`);
  await expect(page.getByTestId('fact-barrier')).toHaveText(/\d/);
  await expect(page.getByTestId('landscape-view').locator('[data-value=solid]')).toBeDisabled();
  await page.getByTestId('landscape-plot').focus();
  await page.keyboard.press('Home');
  await expect(page.getByTestId('landscape-said')).toHaveText(/^0: loss /);
  await look(app, 'landscape of a line', [WIDE[0], NARROW[1]], ['#view']);
  await app.set({ lang: 'en' });

  await pick(page, 'plane', 'three');
  await finished(page, 'three', 'validation');
  const three = await points();
  expect(three.map((/** @type {number[]} */ [number]) => number).sort()).toEqual([0, 1, 2]);
  await expect(page.getByTestId('landscape-other')).toHaveCount(2);
  const { head } = await landscape(page);
  for (const [k, point] of head.points.entries())
    expect(Math.abs(point.loss - (await value(three[k][0])))).toBeLessThan(1e-5);
});

test('trials of other shapes make no plane, and the button says why', async ({ app, page, backend }) => {
  const space = { hidden_units: { type: 'categorical', choices: [4, 5, 6] } };
  const study = small({ dataset: { name: 'moons' }, trials: 3 });
  const fixed = { hidden_layers: 1, epochs: 2 };
  await opened(app, backend, { ...study, fixed, space, sampler: { name: 'grid' } });
  await finished(page, 'random', 'validation');
  for (const plane of ['line', 'three']) {
    const button = page.getByTestId('landscape-plane').locator(`[data-value=${plane}]`);
    await expect(button).toBeDisabled();
    await expect(button).toHaveAttribute('title', matches('en', 'landscape.through.none'));
  }
});
