import { SMALL, small } from './app.js';
import { expect, test } from './fixtures.js';

/** What a person does with mouse and keyboard. The hooks are `data-testid`s and `data-` attributes of the page. */

test('run, pause, resume, stop', async ({ app, page }) => {
  await app.open();
  // So long that no machine ends it between two clicks.
  await app.put(small({ fixed: { epochs: 2000 }, trials: 24 }));
  const shell = page.locator('.app');
  await expect(shell).toHaveAttribute('data-state', 'idle');
  await page.getByTestId('run').click();
  await expect(shell).toHaveAttribute('data-state', 'running');
  await expect(page.locator('tr[data-trial]').first()).toBeVisible();
  await page.getByTestId('pause').click();
  await expect(shell).toHaveAttribute('data-state', 'paused');
  await page.getByTestId('resume').click();
  await expect(shell).toHaveAttribute('data-state', 'running');
  await page.getByTestId('stop').click();
  await expect(shell).toHaveAttribute('data-outcome', 'stopped');
  await expect(page.getByTestId('backend')).toHaveAttribute('data-backend', 'cpu');
});

test('one selection in table, surface and selection line', async ({ app, backend, page }) => {
  await app.open();
  const result = await app.result(SMALL, backend);
  const selected = async (/** @type {string} */ where, /** @type {string} */ name) =>
    page.locator(where).evaluateAll((all, attribute) => all.map((one) => Number(one.getAttribute(attribute))), name);
  const everywhere = async () => [
    await selected('tr[aria-selected=true]', 'data-trial'),
    await selected('[data-testid=surface] [data-selected]', 'data-selected'),
    [Number(await page.getByTestId('selection').getAttribute('data-trial'))],
  ];
  await expect.poll(everywhere).toEqual([[result.best], [result.best], [result.best]]);
  await page.locator('tr[data-trial="3"] button').click();
  await expect.poll(everywhere).toEqual([[3], [3], [3]]);
  await page.keyboard.press('Escape');
  await expect.poll(everywhere).toEqual([[result.best], [result.best], [result.best]]);
  // What of the line has no room ends with an ellipsis, is whole as a title, and scrolls once the line has the focus.
  const line = page.getByTestId('selection').locator('.line');
  const isCut = () => line.evaluate((one) => one.scrollWidth > one.clientWidth);
  // Whatever the machine's font, there is room for it here.
  await page.setViewportSize({ width: 1920, height: 800 });
  await expect.poll(isCut).toBe(false);
  await line.hover();
  await expect(line).toHaveAttribute('title', '');
  await page.setViewportSize({ width: 1000, height: 800 });
  await expect.poll(isCut).toBe(true);
  await page.mouse.move(0, 0);
  await line.hover();
  await expect(line).toHaveAttribute('title', /val loss 0\.\d+, epoch 4, .*dropout \S+, .*batch size \d+$/);
  await page.getByTestId('selection').focus();
  await expect.poll(isCut).toBe(false);
});

test('what can be done with a brush can be pressed at any width', async ({ app, backend, page }) => {
  await app.open();
  await app.result(SMALL, backend);
  const { x, y, width, height } = /** @type {any} */ (
    await page.getByTestId('surface').locator('.plot').boundingBox()
  );
  await page.mouse.move(x + 0.2 * width, y + 0.1 * height);
  await page.mouse.down();
  await page.mouse.move(x + 0.9 * width, y + 0.8 * height, { steps: 4 });
  await page.mouse.up();
  const buttons = page.getByTestId('brush').getByRole('button');
  await expect(buttons.first()).toBeVisible();
  for (const wide of [1440, 1280, 1024, 820, 390]) {
    await page.setViewportSize({ width: wide, height: 800 });
    // A trial click fails where something else would take the click.
    for (const button of await buttons.all()) if (await button.isEnabled()) await button.click({ trial: true });
  }
});

test('the table sorts both ways', async ({ app, backend, page }) => {
  await app.open();
  const result = await app.result(SMALL, backend);
  const rows = () =>
    page.locator('tr[data-trial]').evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-trial'))));
  const ends = (/** @type {(trial: any) => number} */ key) => {
    const finite = result.trials.filter((/** @type {any} */ trial) => Number.isFinite(key(trial)));
    const sorted = finite.toSorted((/** @type {any} */ a, /** @type {any} */ b) => key(a) - key(b));
    return [sorted[0].number, sorted.at(-1).number];
  };
  const [least, most] = ends((trial) => trial.params.learning_rate);
  const header = page.locator('[data-sort="param.learning_rate"]');
  await header.click();
  await expect.poll(async () => (await rows())[0]).toBe(least);
  await header.click();
  await expect.poll(async () => (await rows())[0]).toBe(most);
  await page.locator('[data-sort=number]').click();
  await expect.poll(rows).toEqual([...Array(8).keys()]);
});

test('a range is changed, refused while it is wrong, and run again', async ({ app, backend, page }) => {
  await app.open();
  await app.result(SMALL, backend);
  await page.getByTestId('value-learning_rate').click();
  const low = page.getByTestId('input-low');
  await low.fill('-1');
  await low.press('Enter');
  await expect(page.getByTestId('error-learning_rate')).toBeVisible();
  await page.getByTestId('run').click();
  await expect(page.getByTestId('message')).toBeVisible();
  expect((await app.get('result')).trials).toHaveLength(8);
  await low.fill('0.01');
  await low.press('Enter');
  await expect(page.getByTestId('error-learning_rate')).toHaveCount(0);
  expect((await app.get('study')).space.learning_rate.low).toBe(0.01);
  const again = await app.result(null, backend);
  for (const trial of again.trials) expect(trial.params.learning_rate).toBeGreaterThanOrEqual(0.01);
});

test('the test set is opened once, on purpose, and closes the study', async ({ app, backend, page }) => {
  await app.open();
  const result = await app.result(SMALL, backend);
  expect(result.test).toBeNull();
  await page.getByTestId('test-lock').click();
  await expect(page.getByTestId('test-metric')).toHaveCount(0);
  await page.getByTestId('open-test').click();
  await expect(page.getByTestId('test-metric')).toBeVisible();
  expect((await app.get('result')).test).toMatchObject({ trial: result.best });
  await expect(page.getByTestId('value-learning_rate')).toBeDisabled();
});

test('everything from Study to table can be reached by keyboard', async ({ app, backend, page }) => {
  await app.open();
  await app.result(SMALL, backend);
  /** @type {Set<string>} */
  const seen = new Set();
  const hooks = [
    'theme',
    'value-learning_rate',
    'sweep-dropout',
    'trials',
    'seed',
    'run',
    'test-lock',
    'score',
    'row',
  ];
  for (let presses = 0; presses < 120 && !hooks.every((one) => seen.has(one)); presses += 1) {
    await page.keyboard.press('Tab');
    seen.add(
      await page.evaluate(() => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return (
          element?.getAttribute('data-testid') ??
          element?.getAttribute('data-sort') ??
          (element?.closest('tr[data-trial]') ? 'row' : '')
        );
      }),
    );
  }
  expect([...seen]).toEqual(expect.arrayContaining(hooks));
});

test('the names of choices stand clear of each other and of the axes\u2019 titles', async ({ app, backend, page }) => {
  await app.open();
  const choices = ['momentum', 'nesterov', 'gd', 'sgd', 'adam'];
  const space = {
    learning_rate: SMALL.space.learning_rate,
    optimizer: { type: 'categorical', choices },
    activation: { type: 'categorical', choices: ['relu', 'sigmoid', 'linear', 'tanh'] },
  };
  await app.result({ ...SMALL, fixed: { hidden: [8], epochs: 1 }, space, trials: 12 }, backend);
  for (const width of [1440, 1024, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const swapped of [false, true]) {
      await page.getByTestId('axis-x').selectOption(swapped ? 'activation' : 'optimizer');
      await page.getByTestId('axis-y').selectOption(swapped ? 'optimizer' : 'activation');
      const overlapping = () =>
        page.locator('[data-testid=surface] .ground svg').evaluate((svg) => {
          const { left } = svg.getBoundingClientRect();
          const boxes = [...svg.querySelectorAll('text')].map((one) => ({
            name: one.textContent,
            box: one.getBoundingClientRect(),
          }));
          const clipped = boxes.filter(({ box }) => box.left < left - 4).map(({ name }) => name);
          const over = boxes.flatMap((a, i) =>
            boxes
              .slice(i + 1)
              .filter(
                (b) =>
                  a.box.left < b.box.right &&
                  b.box.left < a.box.right &&
                  a.box.top < b.box.bottom - 2 &&
                  b.box.top < a.box.bottom - 2,
              )
              .map((b) => `${a.name} / ${b.name}`),
          );
          return boxes.length < 8 ? ['not drawn'] : [...clipped, ...over];
        });
      await expect.poll(overlapping, `${width} px, ${swapped ? 'optimizer up' : 'optimizer across'}`).toEqual([]);
    }
  }
});

/** What of a view no wheel and no key brings into sight, and figures too flat to be read. @param {Element} main */
function outOfReach(main) {
  const isShut = (/** @type {Element} */ one) => !/auto|scroll/.test(getComputedStyle(one).overflowY);
  const found = [];
  for (const one of main.querySelectorAll('button, input, select, h2, .plot, dd, li')) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.closest('.tw, .tabs')) continue;
    const name = `${one.closest('.view > *')?.localName} ${one.getAttribute('data-testid') ?? one.textContent?.trim()}`;
    if (one.matches('.plot') && one.clientHeight < 80 && !one.querySelector('.empty')) found.push(`flat: ${name}`);
    one.scrollIntoView({ block: 'center' });
    // Scripts also scroll what readers cannot.
    for (let box = one.parentElement; box; box = box.parentElement)
      if (box.scrollTop && isShut(box)) {
        box.scrollTop = 0;
        found.push(`cut off: ${name}`);
      }
    const { top, bottom } = one.getBoundingClientRect();
    if (bottom < 0 || top > innerHeight) found.push(`out of sight: ${name}`);
  }
  return [...new Set(found)];
}

test('in low windows all that a view shows can be scrolled to', async ({ app, page, backend }) => {
  await app.open();
  await app.result(SMALL, backend);
  for (const view of ['sweep', 'trials', 'decide', 'landscape', 'race', 'map', 'model']) {
    await app.set({ view });
    await expect(page.locator('#view[aria-busy=false]')).toBeVisible();
    for (const [width, height] of [
      [1280, 240],
      [1280, 400],
      [800, 560],
    ]) {
      await page.setViewportSize({ width, height });
      await expect.poll(() => page.locator('main').evaluate(outOfReach), `${view}, ${width} x ${height}`).toEqual([]);
    }
  }
});
