import { small } from './app.js';
import { expect, standingTest as test } from './fixtures.js';
import { PAIR, look } from './look.js';

/** What a network has learned, with the real engine. */

const MOONS = small({ dataset: { name: 'moons', samples: 200 }, fixed: { hidden: [6, 4], epochs: 12 }, trials: 3 });

/** What was found of the selected trial's network, and what its trial says. @param {import('./app.js').Page} page */
const found = (page, figure = 'tp-model-boundary') =>
  page
    .locator(figure)
    .first()
    .evaluate((part) => {
      const { lens, store } = /** @type {any} */ (part);
      const last = store.selected?.epochs.at(-1);
      const sum = (/** @type {number[]} */ all) => all.reduce((a, b) => a + b, 0);
      return {
        sight: store.model.sights[0],
        trial: store.selected?.number,
        last: last && { ...last },
        at: lens.at,
        unit: lens.found?.unit ?? null,
        field: lens.found?.field ? [...lens.found.field.slice(0, 50)] : null,
        fieldSide: lens.found?.field ? Math.sqrt(lens.found.field.length) : 0,
        norms: [...(lens.found?.norms ?? [])],
        parts: lens.parts.map((/** @type {any} */ { verdict }) => ({
          ...verdict,
          confused: sum(verdict.confusion),
          worst: verdict.worst.length,
        })),
      };
    });

/** @param {import('./app.js').Page} page */
const colors = (page) =>
  page.locator('tp-model-boundary canvas.field').evaluate((canvas) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
    const data = /** @type {HTMLCanvasElement} */ (canvas).getContext('2d')?.getImageData(0, 0, width, height).data;
    return new Set(Array.from({ length: (data?.length ?? 0) / 4 }, (_, k) => data?.slice(4 * k, 4 * k + 3).join()))
      .size;
  });

/** @param {import('./app.js').Page} page @param {string} name */
const open = (page, name = 'Model') => page.getByRole('tab', { name, exact: true }).click();

test('the network of a trial: its boundary, its verdict is the trial’s own, units, and its way', async ({
  app,
  backend,
  page,
}) => {
  await app.stand();
  await app.result(MOONS, backend);
  // By the keyboard: the button goes with its view, and the focus stands on the new one's tab.
  await page.getByTestId('open-model').press('Enter');
  await expect(page.getByRole('tab', { name: 'Model' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tab', { name: 'Model' })).toBeFocused();
  await expect.poll(async () => (await found(page)).parts.length).toBe(2);
  // The way is trained once more by itself, to the very weights where a CPU trained it.
  await expect.poll(async () => (await found(page)).sight.way.steps.length).toBeGreaterThan(8);
  const own = await found(page);
  expect(own.sight.trial).toBe(own.trial);
  if (backend === 'cpu') expect(own.sight.way.same).toBe(true);
  const [train, validation] = own.parts;
  expect(Math.abs(validation.metric - own.last.validation_metric)).toBeLessThan(1e-6);
  expect(Math.abs(validation.loss - own.last.validation_loss)).toBeLessThan(1e-4);
  expect([train.confused, validation.confused]).toEqual([own.sight.head.n_train, own.sight.head.n_validation]);
  expect(await colors(page)).toBeGreaterThan(10);
  await expect(page.getByTestId('model-fact-parameters')).toHaveText('56');
  await expect(page.getByTestId('model-boundary').getByRole('img')).toHaveAccessibleName(/^Decision boundary over/);

  // A unit is shown large, by its key too, and Escape goes back.
  const net = page.getByTestId('model-network-plot');
  await net.focus();
  for (const key of ['ArrowRight', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  await expect.poll(async () => (await found(page)).unit).toEqual([0, 1]);
  await expect(page.getByTestId('model-boundary')).toContainText('Layer 1, unit 2');
  await expect(page.getByTestId('model-network-read')).toContainText('bias');
  await page.getByTestId('model-boundary-output').click();
  await expect.poll(async () => (await found(page)).unit).toBeNull();

  // Before its first step it is another network, whose verdict is another, too.
  const scrub = page.getByTestId('scrub');
  await scrub.focus();
  await page.keyboard.press('Home');
  await expect.poll(async () => (await found(page)).at).toBe(0);
  await expect.poll(async () => (await found(page)).parts[1].loss).not.toBe(validation.loss);
  await expect(page.getByTestId('model-boundary-epoch')).toHaveText('epoch 0');
  await page.keyboard.press('End');
  await expect.poll(async () => (await found(page)).parts[1].loss).toBe(validation.loss);

  // All of it is there as tables: each weight and each cell.
  await page.getByTestId('model-network').getByTestId('figure-table').click();
  await expect(page.getByTestId('model-network').locator('tbody tr')).toHaveCount(56);
  await page.getByTestId('model-network').getByTestId('figure-table').click();
  await expect.poll(() => page.url()).toContain('view=model');

  // Beside the pinned trial, both at the same epoch.
  await page.locator('#main').focus();
  await page.keyboard.press('k');
  await page.keyboard.press('Shift+ArrowRight');
  if ((await found(page)).trial === own.trial) await page.keyboard.press('Shift+ArrowLeft');
  await expect(page.getByTestId('model-boundary-b')).toBeVisible();
  await expect(page.getByTestId('model-boundary-b')).toContainText(`Trial ${own.trial}`);
  await expect(page.getByTestId('model-fact-validation_loss-b')).toHaveText(own.last.validation_loss.toFixed(3));
  await page.getByTestId('unpin').click();
  await expect(page.getByTestId('model-boundary-b')).toHaveCount(0);
  await look(app, 'model', PAIR, ['tp-model-view']);
  await app.set({ lang: 'en', theme: 'light' });
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, 'Sweep');
});

test('data of many features have no boundary: mistakes stand in its place, and a plane if asked for', async ({
  app,
  backend,
  page,
}) => {
  await app.stand();
  await app.result(small({ fixed: { hidden: [16], epochs: 3 }, trials: 1 }), backend);
  await open(page);
  await expect(page.getByTestId('model-no-plane')).toContainText('10 classes of 64 features');
  await expect.poll(async () => (await found(page)).parts.length).toBe(2);
  const own = await found(page);
  await expect(page.locator('tp-model-mistakes .pics li')).toHaveCount(own.parts[1].worst);
  await page.getByTestId('model-boundary-plane').click();
  await expect(page.getByTestId('model-boundary-rest')).toContainText('The other 62 stay at their training mean');
  await expect.poll(async () => (await found(page)).fieldSide).toBeGreaterThan(20);
  await open(page, 'Sweep');
});

test('numbers have residuals, and a trial that diverged is seen before it did', async ({ app, backend, page }) => {
  await app.stand();
  const study = small({
    dataset: { name: 'waves', samples: 120 },
    fixed: { hidden: [8, 8], epochs: 8, optimizer: 'sgd', activation: 'tanh' },
    space: { learning_rate: { type: 'categorical', choices: [0.1, 1e6] } },
    sampler: { name: 'grid' },
    trials: 2,
  });
  await app.result(study, backend);
  await open(page);
  await expect.poll(async () => (await found(page)).parts.length).toBe(2);
  const own = await found(page);
  expect(Math.abs(own.parts[1].metric - own.last.validation_metric)).toBeLessThan(1e-4);
  expect(Math.abs(own.parts[1].loss / own.last.validation_loss - 1)).toBeLessThan(1e-4);
  await expect(page.getByTestId('model-residuals')).toBeVisible();
  await page.locator('#main').focus();
  await page.keyboard.press(own.trial ? 'Shift+ArrowLeft' : 'Shift+ArrowRight');
  await expect(page.getByTestId('model-said').filter({ hasText: 'diverged at step' })).toBeVisible();
  await open(page, 'Sweep');
});

test('where nobody has the weights the page says so, and trains the trial once more if asked to', async ({
  app,
  backend,
  page,
}) => {
  await app.stand();
  await app.result(MOONS, backend);
  await open(page);
  await expect.poll(async () => (await found(page)).parts.length).toBe(2);
  const own = await found(page);
  // A run is kept, and the address says the view, a moment later.
  await expect.poll(() => page.url()).toContain('view=model');
  await page.waitForFunction(() => {
    const { store, page: whole } = /** @type {any} */ (document.querySelector('tuning-playground'));
    return whole.keeper.isKept(store.shelf.shown) && !whole.keeper.busy;
  });
  await page.reload();
  await app.defined();
  await expect(page.getByTestId('model-absent')).toBeVisible();
  await page.getByTestId('model-again').click();
  await expect.poll(async () => (await found(page)).parts.length).toBe(2);
  const again = await found(page);
  if (backend === 'cpu') expect(again.parts).toEqual(own.parts);
  expect(Math.abs(again.parts[1].loss - own.parts[1].loss)).toBeLessThan(0.05);
});

test('the boundary moves at least ten times a second while one network trains @alone', async ({
  app,
  backend,
  page,
}) => {
  await app.stand();
  await open(page);
  const study = small({
    dataset: { name: 'spiral', samples: 500 },
    // So much that it still trains when the time is over.
    fixed: { hidden: [96, 96], epochs: 10_000, activation: 'tanh' },
    space: {},
    trials: 1,
  });
  await app.start(study, backend);
  await expect.poll(async () => (await found(page)).sight.way.known).toBe(true);
  const seen = await page.locator('tp-model-boundary').evaluate(async (part) => {
    const { lens } = /** @type {any} */ (part);
    const fields = new Set();
    const until = performance.now() + 3000;
    while (performance.now() < until) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      fields.add(lens.found?.field?.slice(0, 200).join());
    }
    return fields.size;
  });
  await app.call('stop');
  const { result } = await app.outcome();
  expect(result.trials[0].state, 'it trained all the while').toBe('cancelled');
  console.log(`the boundary moved ${(seen / 3).toFixed(1)} times a second`);
  expect(seen).toBeGreaterThan(30);
});
