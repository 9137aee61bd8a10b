import { expect, test } from './fixtures.js';
import { still } from './look.js';

/** Studies whose numbers lie at the edges: losses of 0, one epoch, axes that not every trial has. */

const RATE = { learning_rate: { type: 'float', low: 0.0001, high: 0.1, log: true } };
const FEATURES = {
  optimizer: { type: 'categorical', choices: ['sgd', 'adam'] },
  beta1: { type: 'float', low: 0.5, high: 0.999, scale: 'log1m' },
};

/** A study of two hidden layers on moons. @param {Record<string, any>} changes */
const study = (changes) => ({ format: 'tuning-playground/study@1', dataset: { name: 'moons' }, seed: 7, ...changes });

/**
 * What a figure says to readers of screens.
 * @param {import('./app.js').App} app
 * @param {'surface' | 'curves'} figure
 */
const said = (app, figure) => app.page.locator(`[data-testid=${figure}] [role=img]`).getAttribute('aria-label');

/** Painted pixels of the canvas of all curves. @param {import('./app.js').Page} page */
const painted = (page) =>
  page.locator('canvas.lines.all').evaluate((canvas) => {
    const drawn = /** @type {HTMLCanvasElement} */ (canvas);
    const data = drawn.getContext('2d')?.getImageData(0, 0, drawn.width, drawn.height).data ?? [];
    let n = 0;
    for (let k = 3; k < data.length; k += 4) if (data[k] > 60) n++;
    return n;
  });

// The other sets end in everything.spec.js.
for (const name of ['gauss'])
  test(`E4 the default study on ${name} ends with a page that answers, and is there again after a reload`, async ({
    app,
    page,
    backend,
  }) => {
    await app.open();
    const own = await app.get('study');
    // A high learning rate brings losses of 0 in a few epochs.
    const fixed = { ...own.fixed, epochs: 12 };
    const result = await app.result({ ...own, dataset: { name }, fixed, trials: 12 }, backend);
    expect(result.trials).toHaveLength(12);
    await expect(page.locator('tr[data-trial]')).toHaveCount(12);
    await expect.poll(() => painted(page)).toBeGreaterThan(50);
    for (const scale of ['linear', 'log'])
      await page.getByTestId('curve-scale').getByText(scale, { exact: true }).click();
    await page.locator('tr[data-trial]').nth(1).click();
    await expect(page.locator('tr[data-trial]').nth(1)).toHaveAttribute('aria-selected', 'true');
    expect(await said(app, 'surface')).toContain('Validation loss: best');
    // The result is kept a moment after the run.
    await expect.poll(() => page.evaluate(async () => (await indexedDB.databases()).length)).toBeGreaterThan(0);
    await page.waitForTimeout(1500);
    await page.reload();
    await app.defined();
    await expect(page.locator('tr[data-trial]')).toHaveCount(12);
    await expect.poll(() => painted(page)).toBeGreaterThan(50);
    await page.locator('tr[data-trial]').nth(2).click();
    await expect(page.locator('tr[data-trial]').nth(2)).toHaveAttribute('aria-selected', 'true');
  });

test('E4 a loss of exactly 0 lies on the lower edge, in a brush there, and is written 0', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  const space = { learning_rate: { type: 'float', low: 0.01, high: 1, log: true } };
  const result = await app.result(
    study({ dataset: { name: 'gauss' }, space, fixed: { epochs: 20 }, trials: 12 }),
    backend,
  );
  const zeros = result.trials.filter((/** @type {any} */ one) => one.value === 0).length;
  expect(zeros).toBeGreaterThan(0);
  await expect(page.getByTestId('selection-score')).toHaveText('0');
  const plot = page.getByTestId('surface-plot');
  await expect(plot).toHaveAttribute('tabindex', '0');
  const box = await plot.boundingBox();
  if (!box) throw new Error('no surface');
  await page.mouse.move(box.x + 0.2 * box.width, box.y + box.height - 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + box.height - 70, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByTestId('brush')).toBeVisible();
  const out = await page
    .locator('tr[data-trial].out')
    .evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-trial'))));
  for (const one of result.trials)
    if (one.value === 0 && one.params.learning_rate > 0.05) expect(out).not.toContain(one.number);
});

test('one epoch is drawn as points, and the axis has no second one', async ({ app, page, backend }) => {
  await app.open();
  await app.result(study({ space: RATE, fixed: { epochs: 1 }, trials: 8 }), backend);
  await expect.poll(() => painted(page)).toBeGreaterThan(60);
  await page.getByTestId('curves').getByTestId('figure-table').click();
  await expect(page.getByTestId('curves').locator('tbody tr')).toHaveCount(1);
});

test('a trial without a value on an axis is counted, and has a dash in the tables', async ({ app, page, backend }) => {
  await app.open();
  const { trials } = await app.result(study({ space: FEATURES, fixed: { epochs: 2 }, trials: 12 }), backend);
  const missing = trials.filter((/** @type {any} */ one) => one.params.beta1 === undefined).length;
  expect(missing).toBeGreaterThan(0);
  await expect(page.getByTestId('unshown')).toContainText(`${missing} not shown`);
  await expect(page.locator('[data-testid=surface] [data-trial]')).toHaveCount(12 - missing);
  expect(await said(app, 'surface')).toContain(`no value on these axes: ${missing}`);
  expect(await said(app, 'surface')).toMatch(/optimizer (sgd|adam)/);
  await page.getByTestId('surface').getByTestId('figure-table').click();
  const text = (await page.locator('tuning-playground').evaluate((one) => one.shadowRoot?.textContent)) ?? '';
  expect(text).not.toMatch(/undefined|NaN/);
});

test('what is maximized comes best first, and no accuracy is called a loss', async ({ app, page, backend }) => {
  await app.open();
  const objective = { metric: 'validation_metric', direction: 'maximize' };
  const { trials, best } = await app.result(
    study({ space: RATE, fixed: { epochs: 4 }, trials: 10, objective }),
    backend,
  );
  const values = trials
    .map((/** @type {any} */ one) => one.value)
    .sort((/** @type {number} */ a, /** @type {number} */ b) => b - a);
  await expect(page.locator('[data-sort=score]')).toContainText('val accuracy ↓');
  const shown = await page.locator('tr[data-trial] td:nth-child(3)').allTextContents();
  expect(shown.map((one) => one.trim())).toEqual(
    values.map((/** @type {number} */ one) => `${(100 * one).toFixed(1)}%`),
  );
  await expect(page.locator('tr[data-trial]').first()).toHaveAttribute('data-trial', String(best));
  expect(await said(app, 'surface')).toContain(
    `Validation accuracy: best ${(100 * values[0]).toFixed(1)}%, trial ${best}`,
  );
  expect(await said(app, 'surface')).not.toMatch(/loss/i);
  expect(await page.getByTestId('strip').getAttribute('aria-valuetext')).not.toMatch(/loss/);
  await expect(page.getByTestId('surface').locator('h2')).toHaveText('Validation accuracy');
  await app.set({ lang: 'ko' });
  await expect(page.getByTestId('surface').locator('h2')).toHaveText('검증 정확도');
  expect(await said(app, 'surface')).not.toContain('손실');
});

test('a grid looks like a grid, and trials at one place lie apart', async ({ app, page, backend }) => {
  await app.open();
  const sizes = { type: 'categorical', choices: [32, 8, 16] };
  const grid = await app.result(
    study({
      space: { ...RATE, batch_size: sizes },
      sampler: { name: 'grid', points: 3 },
      trials: 9,
      fixed: { epochs: 1 },
    }),
    backend,
  );
  expect(grid.trials).toHaveLength(9);
  const places = async () => {
    const all = page.locator('[data-testid=surface] [data-trial]');
    return all.evaluateAll((marks) =>
      marks.map((one) => {
        const { x, y, width, height } = /** @type {SVGGraphicsElement} */ (one).getBBox();
        return [Math.round(x + width / 2), Math.round(y + height / 2)];
      }),
    );
  };
  await expect(page.locator('[data-testid=surface] [data-trial]')).toHaveCount(9);
  expect(new Set((await places()).map(([x]) => x)).size).toBe(3);
  expect(new Set((await places()).map(([, y]) => y)).size).toBe(3);

  const layers = {
    hidden_layers: { type: 'int', low: 1, high: 2 },
    batch_size: { type: 'categorical', choices: [16, 32] },
  };
  await app.result(study({ space: layers, trials: 12, fixed: { epochs: 1 } }), backend);
  await expect(page.locator('[data-testid=surface] [data-trial]')).toHaveCount(12);
  const spread = await places();
  for (const [k, a] of spread.entries())
    for (const b of spread.slice(k + 1)) expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeGreaterThan(4);
});

test('without a range there is a sentence instead of a surface', async ({ app, page, backend }) => {
  await app.open();
  await app.result(study({ space: RATE, trials: 2, fixed: { epochs: 1 } }), backend);
  await page.locator('[data-sort="param.learning_rate"]').click();
  const outcome = await app.run(study({ space: {}, trials: 2, fixed: { epochs: 1 } }), backend);
  test.skip(outcome.problem !== null, 'a study needs a range');
  await expect(page.getByTestId('no-surface')).toBeVisible();
  expect(await said(app, 'surface')).not.toMatch(/at ;|undefined/);
  // The column that the table was sorted by is gone.
  await expect(page.locator('[data-sort=score]')).toContainText('val loss ↑');
});

test('a brush between two whole numbers narrows nothing, and says so', async ({ app, page, backend }) => {
  await app.open();
  await app.result(
    study({ space: { ...RATE, hidden_units: { type: 'int', low: 1, high: 4 } }, trials: 6, fixed: { epochs: 1 } }),
    backend,
  );
  const before = await app.get('study');
  await expect(page.locator('[data-testid=surface] [data-trial]')).toHaveCount(6);
  await still(page.getByTestId('surface-plot'));
  const rows = await page
    .locator('[data-testid=surface] .ground text')
    .evaluateAll((all) =>
      all
        .filter((one) => /^[1-4]$/.test(one.textContent ?? ''))
        .map((one) => one.getBoundingClientRect().y + one.getBoundingClientRect().height / 2),
    );
  const plot = await page.getByTestId('surface-plot').boundingBox();
  if (!plot || rows.length < 4) throw new Error('no surface');
  const [low, high] = rows.sort((a, b) => a - b).slice(1, 3);
  await page.mouse.move(plot.x + 0.3 * plot.width, low + 0.3 * (high - low));
  await page.mouse.down();
  await page.mouse.move(plot.x + 0.9 * plot.width, low + 0.6 * (high - low), { steps: 4 });
  await page.mouse.up();
  await expect(page.getByTestId('no-narrow')).toContainText('no whole number of units');
  await expect(page.getByTestId('narrow')).toBeDisabled();
  expect(await app.get('study')).toEqual(before);
});

test('a network that ends no better than a guess is not called done, and counted', async ({ app, page, backend }) => {
  await app.open();
  const space = { learning_rate: { type: 'float', low: 0.000001, high: 0.1, log: true } };
  const { trials } = await app.result(study({ space, fixed: { epochs: 3 }, trials: 12 }), backend);
  const poor = trials.filter(
    (/** @type {any} */ one) =>
      one.state === 'complete' &&
      // Guesses say one of two classes of one size, or a half for each.
      (Math.min(one.epochs.at(-1).train_loss, one.epochs.at(-1).validation_loss) >= Math.log(2) * (1 - 1e-6) ||
        Math.max(one.epochs.at(-1).train_metric, one.epochs.at(-1).validation_metric) <= 0.5),
  );
  expect(poor.length).toBeGreaterThan(0);
  expect(poor.length).toBeLessThan(12);
  await expect(page.locator('tr [data-look=untrained]')).toHaveCount(poor.length);
  await expect(page.locator(`tr[data-trial="${poor[0].number}"] [data-look]`)).toHaveText('learned nothing');
  await expect(page.locator('[data-testid=surface] g[data-state=untrained]')).toHaveCount(poor.length);
  await expect(page.getByTestId('surface').locator('.status-key')).toContainText(`learned nothing ${poor.length}`);
});

const STEPPED = {
  dropout: { type: 'float', low: 0, high: 0.6, step: 0.2 },
  hidden_units: { type: 'int', low: 4, high: 32, step: 7 },
};
const WILD = { learning_rate: { type: 'float', low: 0.001, high: 1000, log: true } };

test('the best of maximized losses is drawn inside the frame of the curves', async ({ app, page, backend }) => {
  await app.open();
  const objective = { metric: 'validation_loss', direction: 'maximize' };
  const wild = study({
    dataset: { name: 'diabetes' },
    space: WILD,
    fixed: { optimizer: 'sgd', epochs: 3 },
    trials: 20,
    objective,
  });
  const { trials, best } = await app.result(wild, backend);
  const values = trials.map((/** @type {any} */ one) => Number(one.value)).filter(Number.isFinite);
  expect(trials[best].value).toBe(Math.max(...values));
  // What leaves the frame is cut off 4 px above it, which is 8 px below the canvas's edge.
  const highest = () =>
    page.locator('canvas.over').evaluate((canvas) => {
      const drawn = /** @type {HTMLCanvasElement} */ (canvas);
      const data = drawn.getContext('2d')?.getImageData(0, 0, drawn.width, drawn.height).data ?? [];
      for (let k = 3; k < data.length; k += 4)
        if (data[k] > 60) return Math.floor(k / 4 / drawn.width) / devicePixelRatio;
      return 0;
    });
  await expect.poll(highest).toBeGreaterThan(8);
});

test('the step of a range is shown, set, checked, and kept between scales', async ({ app, page, backend }) => {
  await app.open();
  const { trials } = await app.result(study({ space: STEPPED, fixed: { epochs: 1 }, trials: 8 }), backend);
  for (const { params } of trials) expect([4, 11, 18, 25, 32]).toContain(params.hidden_units);
  await expect(page.getByTestId('value-dropout')).toHaveText('0 – 0.6 step 0.2');
  const labels = await page.getByTestId('surface').locator('.ground text').allTextContents();
  for (const one of ['4', '11', '18', '25', '32', '0.2', '0.4', '0.6']) expect(labels).toContain(one);
  await page.getByTestId('value-dropout').click();
  const step = page.getByTestId('input-step');
  await expect(step).toHaveValue('0.2');
  await page.getByTestId('input-high').fill('0.05');
  await page.getByTestId('input-high').press('Enter');
  await expect(page.getByTestId('error-dropout')).toContainText('a step of 0.2 is larger than the range');
  await page.getByTestId('fix').getByText('Remove the step').click();
  await expect(page.getByTestId('value-dropout')).toHaveText('0 – 0.05');
  await step.fill('0.01');
  await step.press('Enter');
  expect((await app.get('study')).space.dropout).toEqual({ type: 'float', low: 0, high: 0.05, step: 0.01 });
  await page.getByTestId('input-low').fill('0.01');
  await page.getByTestId('input-low').press('Enter');
  await page.getByTestId('scale').getByText('log', { exact: true }).click();
  await expect(page.getByTestId('no-step')).toContainText('0.01');
  expect((await app.get('study')).space.dropout).toEqual({ type: 'float', low: 0.01, high: 0.05, log: true });
  await page.getByTestId('scale').getByText('linear', { exact: true }).click();
  await expect
    .poll(async () => (await app.get('study')).space.dropout)
    .toEqual({ type: 'float', low: 0.01, high: 0.05, step: 0.01 });
});

test('there is no fit without an area, and the fit of a run before is gone', async ({ app, page, backend }) => {
  await app.open();
  const fit = page.locator('.ground .fit path');
  await app.result(study({ space: STEPPED, fixed: { epochs: 1 }, trials: 8 }), backend);
  await expect.poll(() => fit.count()).toBeGreaterThan(0);
  const one = { dropout: { type: 'float', low: 0.2, high: 0.2 }, hidden_units: { type: 'int', low: 4, high: 4 } };
  const two = { hidden_units: { type: 'int', low: 1, high: 2 }, dropout: STEPPED.dropout };
  for (const space of [one, two]) {
    await app.result(study({ space, fixed: { epochs: 1 }, trials: 8 }), backend);
    await expect(fit).toHaveCount(0);
    await expect(page.getByTestId('surface').locator('.legend')).toContainText('color: trial');
  }
});

test('with a third hyperparameter the fit takes in all trials or is cut at one, and says which', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  const dropout = { type: 'float', low: 0, high: 0.6 };
  const units = { type: 'int', low: 2, high: 20 };
  const space = { ...RATE, hidden_units: units, dropout };
  const fixed = { hidden_layers: 1, epochs: 2 };
  await app.result(study({ fixed, space, trials: 24, sampler: { name: 'sobol' } }), backend);
  const bands = () =>
    page.locator('.ground .fit path').evaluateAll((all) => all.map((one) => one.getAttribute('d')).join());
  await expect.poll(async () => (await bands()).length).toBeGreaterThan(100);
  expect(await said(app, 'surface')).toContain('whatever their dropout');
  const all = await bands();
  const pick = (/** @type {string} */ value) =>
    page.getByTestId('surface-cut').locator(`[data-value=${value}]`).click();
  await pick('slice');
  await expect.poll(bands).not.toBe(all);
  const cut = await bands();
  const number = await app.page.getByTestId('selection').getAttribute('data-trial');
  expect(await said(app, 'surface')).toContain(`trial ${number} has of dropout`);
  // Another trial, another cut.
  await page.keyboard.press('ArrowRight');
  await expect.poll(bands).not.toBe(cut);
  await pick('all');
  await expect.poll(bands).toBe(all);
});

test('an axis of log 1 − x says so in both languages', async ({ app, page, backend }) => {
  await app.open();
  const space = {
    beta2: { type: 'float', low: 0.9, high: 0.9999, scale: 'log1m' },
    beta1: { type: 'categorical', choices: [0, 0.9, 0.99] },
  };
  await app.result(study({ space, fixed: { epochs: 1 }, trials: 4 }), backend);
  const ground = page.getByTestId('surface').locator('.ground');
  for (const one of ['beta1', 'beta2']) await expect(ground).toContainText(`${one} (log of 1 − x)`);
  await app.set({ lang: 'ko' });
  await expect(ground).toContainText('(1 − x의 로그)');
});

test('while trials train, the rows are in the order of the losses that they show @soak', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  await app.start(study({ space: RATE, fixed: { epochs: 2000 }, trials: 24 }), backend);
  await app.steps(500);
  const looks = await page.evaluate(async () => {
    const root = /** @type {ShadowRoot} */ (document.querySelector('tuning-playground')?.shadowRoot);
    const found = [];
    for (let k = 0; k < 40; k++) {
      await new Promise((resolve) => void setTimeout(resolve, 60));
      found.push(
        [...root.querySelectorAll('tr[data-trial]')]
          .map((row) => Number(row.children[2].textContent))
          .filter((loss) => loss === loss),
      );
    }
    return found;
  });
  await app.call('stop');
  expect(looks.some((losses) => losses.length > 5)).toBe(true);
  for (const losses of looks) expect(losses).toEqual([...losses].sort((a, b) => a - b));
});

test('the fit and the curves have the colors of the theme and the contrast that are there @soak', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  await app.set({ theme: 'light' });
  await app.result(study({ space: STEPPED, fixed: { epochs: 2 }, trials: 12 }), backend);
  const fills = () =>
    page.locator('.ground .fit path').evaluateAll((all) => all.map((one) => one.getAttribute('fill')).join());
  await expect.poll(fills).not.toBe('');
  await page.waitForTimeout(400);
  const light = await fills();
  for (const wait of [0, 5, 15, 30]) {
    await page.evaluate(async (ms) => {
      const element = document.querySelector('tuning-playground');
      element?.setAttribute('theme', 'dark');
      await new Promise((resolve) => void setTimeout(resolve, ms));
      element?.setAttribute('theme', 'light');
    }, wait);
    await page.waitForTimeout(400);
    expect(await fills()).toBe(light);
  }
  await app.set({ theme: 'dark' });
  await expect.poll(fills).not.toBe(light);
  await app.set({ theme: 'light' });
  await expect.poll(fills).toBe(light);
  const curves = () =>
    page.locator('canvas.over').evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
  await page.waitForTimeout(300);
  const before = await curves();
  await page.emulateMedia({ forcedColors: 'active' });
  await expect.poll(curves).not.toBe(before);
  await page.emulateMedia({ forcedColors: 'none' });
  await expect.poll(curves).toBe(before);
});

test('losses that are all exactly 0 have a place in every figure of Trials', async ({ app, page, backend }) => {
  await app.open();
  const { trials } = await app.result(
    {
      format: 'tuning-playground/study@1',
      dataset: { name: 'blobs' },
      fixed: { hidden: [64], epochs: 20 },
      space: { learning_rate: { type: 'float', low: 5, high: 50 } },
      trials: 4,
    },
    backend,
  );
  expect(trials.map((/** @type {any} */ one) => one.value)).toEqual([0, 0, 0, 0]);
  await app.set({ view: 'trials' });
  // Whatever is no number is told in the console, which has to stay clean.
  await expect(page.locator('tp-risk path[d^="M"]').first()).toBeAttached();
  // What nobody has measured is no tick of an axis.
  const ticks = () =>
    page.locator('tp-parallel').evaluate((part) => {
      const { ticks: all } = /** @type {any} */ (part).field.score.axis;
      return all.map((/** @type {{at: number, label: string}} */ { at, label }) => `${at} ${Number(label)}`);
    });
  await expect.poll(ticks).toEqual(['0 0']);
});
