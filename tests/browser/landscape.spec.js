import { readFile } from 'node:fs/promises';
import { decodeLink } from '../../www/src/study/link.js';
import { small } from './app.js';
import { expect, test } from './fixtures.js';
import { STUDY, colors, finished, landscape, opened, pick } from './ground.js';
import { NARROW, PAIR, WIDE, look, settled } from './look.js';
import { DICTIONARIES, matches } from './texts.js';

/** The loss around a trial's weights, with the real engine. */

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

  await pick(page, 'plane', 'hessian');
  await finished(page, 'hessian', 'train');
  expect(Math.abs((await landscape(page)).middle - train.middle)).toBeLessThan(1e-5);
  const bends = await page.locator('[data-testid^=fact-eigenvalue]').allTextContents();
  expect(Number(bends[0])).toBeGreaterThanOrEqual(Number(bends[1]));
  await pick(page, 'plane', 'gradient');
  await finished(page, 'gradient', 'train');
  // The address has the plane and its rows, and a link brings them.
  await expect.poll(() => decodeLink(new URL(page.url()).hash).state.plane).toBe('gradient,train');
  const here = new URL(page.url()).hash;
  await page.evaluate((hash) => void (location.hash = hash), here.replace('plane=gradient,train', 'plane=random'));
  await finished(page, 'random', 'validation');
  await page.evaluate((hash) => void (location.hash = hash), here.replace('plane=gradient', 'plane=spiral'));
  await expect(page.locator('[data-message=link]')).toContainText('plane=spiral');
  await page.evaluate((hash) => void (location.hash = hash), here);
  await finished(page, 'gradient', 'train');

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
  // The table takes the focus of the picture, and gives it back.
  const plot = page.getByTestId('landscape-plot');
  await plot.focus();
  await page.keyboard.press('t');
  await expect(page.getByTestId('landscape').getByRole('region')).toBeFocused();
  await page.keyboard.press('t');
  await expect(plot).toBeFocused();
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
  await expect(scrub).toHaveAttribute('aria-valuetext', matches('en', 'scrub.step_of'));

  // Nothing plays by itself; it is played, paused, and stays where it is.
  await page.waitForTimeout(300);
  expect(await at()).toBe(1);
  await page.getByTestId('scrub-play').click();
  await expect.poll(at).toBeGreaterThan(1);
  await page.getByTestId('scrub-play').click();
  // What was due when it was pressed is drawn a frame later.
  await settled(page);
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
    expect(file.suggestedFilename()).toMatch(new RegExp(`^moons-landscape-random-\\d-validation\\.${kind}$`));
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

/** Has counted the contexts of canvases that were asked for, from the start. @param {import('./app.js').Page} page */
const countContexts = (page) =>
  page.addInitScript(() => {
    /** @type {any} */ (window).contexts = [];
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = /** @type {any} */ (
      function (/** @type {any} */ ...given) {
        // @ts-ignore
        const made = getContext.apply(this, given);
        const { contexts } = /** @type {any} */ (window);
        if (given[0] === 'webgl2' && made && !contexts.includes(made)) contexts.push(made);
        return made;
      }
    );
  });

/** @param {import('./app.js').Page} page */
const contexts = (page) =>
  page.evaluate(() => {
    const all = /** @type {WebGL2RenderingContext[]} */ (/** @type {any} */ (window).contexts);
    return { made: all.length, open: all.filter((one) => !one.isContextLost()).length };
  });

/** What the canvas in space shows: how much of it is covered, and with how many colours. @param {import('./app.js').Page} page */
const solid = (page) =>
  page.locator('tp-relief').evaluate(async (part) => {
    const canvas = await /** @type {any} */ (part).still();
    if (!canvas) return { share: 0, colors: 0 };
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    const colors = new Set();
    let covered = 0;
    // Every so manieth pixel will do.
    for (let k = 0; k < data.length; k += 4 * 31) {
      if (!data[k + 3]) continue;
      covered++;
      colors.add((data[k] << 16) | (data[k + 1] << 8) | data[k + 2]);
    }
    return { share: (31 * covered) / (width * height), colors: colors.size };
  });

test('in space the surface is turned by keys and mouse, saved, and every context is given back @soak', async ({
  app,
  page,
  backend,
}) => {
  await page.setViewportSize({ width: 900, height: 600 });
  await countContexts(page);
  await opened(app, backend);
  await pick(page, 'plane', 'pca');
  await finished(page, 'pca', 'validation');
  expect(
    await page.evaluate(() => performance.getEntriesByType('resource').some((one) => /relief/.test(one.name))),
  ).toBe(false);
  await pick(page, 'view', 'solid');
  await expect(page.locator('tp-relief canvas')).toBeVisible();
  const shown = await solid(page);
  expect(shown.share).toBeGreaterThan(0.05);
  expect(shown.colors).toBeGreaterThan(50);
  await expect(page.getByTestId('landscape-origin')).toHaveCount(1);
  await expect(page.locator('canvas.ground')).toBeHidden();
  const summary = page.getByTestId('landscape').getByRole('img');
  await expect(summary).toHaveAccessibleName(/^Validation loss around trial/);

  const pose = () => page.locator('tp-relief').evaluate((part) => ({ .../** @type {any} */ (part).pose }));
  const first = await pose();
  const plot = page.getByTestId('landscape-plot');
  const box = /** @type {{x: number, y: number, width: number, height: number}} */ (await plot.boundingBox());
  const middle = [box.x + box.width / 2, box.y + box.height / 2];
  // The wheel is the page's until the plot has the focus.
  await page.mouse.move(middle[0], middle[1]);
  await page.mouse.wheel(0, -200);
  await settled(page);
  expect(await pose()).toEqual(first);
  await page.mouse.down();
  await page.mouse.move(middle[0] + 80, middle[1] + 40, { steps: 3 });
  await page.mouse.up();
  const dragged = await pose();
  expect(dragged.yaw).toBeLessThan(first.yaw);
  expect(dragged.pitch).toBeGreaterThan(first.pitch);
  await page.mouse.wheel(0, -200);
  await expect.poll(async () => (await pose()).zoom).toBeGreaterThan(1);
  await page.keyboard.press('0');
  await expect.poll(pose).toEqual(first);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(async () => (await pose()).yaw).not.toBe(first.yaw);
  await page.keyboard.press('Home');
  await expect.poll(pose).toEqual(first);
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.getByTestId('landscape-said')).toHaveText(/: loss /);

  await page.getByTestId('scrub').fill('2');
  await expect(page.getByTestId('landscape-ball')).toHaveCount(1);
  for (const kind of /** @type {const} */ (['png', 'svg'])) {
    await page.getByTestId('landscape-export').click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId(`landscape-${kind}`).click()]);
    const text = await readFile(await file.path(), 'latin1');
    if (kind === 'svg') expect(text).toMatch(/<image[^>]+data:image\/png/);
    expect(text.length).toBeGreaterThan(20_000);
  }

  for (let k = 0; k < 8; k++) {
    await pick(page, 'view', k % 2 ? 'solid' : 'flat');
    await expect(page.locator('tp-relief')).toHaveCount(k % 2);
    expect((await contexts(page)).open).toBeLessThan(3);
  }
  await page.getByRole('tab', { name: 'Sweep' }).click();
  await expect(page.locator('tp-relief')).toHaveCount(0);
  const { made, open } = await contexts(page);
  expect(made).toBeGreaterThan(4);
  expect(open).toBe(0);
});

test('a lost context comes back, or the picture is flat again and says why @soak', async ({ app, page, backend }) => {
  await page.setViewportSize({ width: 900, height: 600 });
  await opened(app, backend);
  await finished(page, 'random', 'validation');
  await pick(page, 'view', 'solid');
  const canvas = page.locator('tp-relief canvas');
  await expect(canvas).toBeVisible();
  for (let k = 0; k < 3; k++) {
    await expect.poll(async () => (await solid(page)).share).toBeGreaterThan(0.05);
    await canvas.evaluate((one) => {
      one.id = 'lost';
      /** @type {HTMLCanvasElement} */ (one).getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
    });
    await expect(page.locator('canvas#lost')).toHaveCount(0);
  }
  await expect(page.getByTestId('landscape-flat')).toHaveText(DICTIONARIES.en['landscape.flat.lost']);
  await expect(page.locator('canvas.ground')).toBeVisible();

  await page.evaluate(() => {
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = /** @type {any} */ (
      function (/** @type {any} */ ...given) {
        // @ts-ignore
        return given[0] === 'webgl2' ? null : getContext.apply(this, given);
      }
    );
  });
  await pick(page, 'view', 'solid');
  await expect(page.getByTestId('landscape-flat')).toHaveText(/./);
  await expect(page.locator('tp-relief')).toHaveCount(0);
});

test('the frame is moved by hand, and nobody is trained again for it', async ({ app, page, backend }) => {
  await opened(app, backend);
  await pick(page, 'plane', 'pca');
  await finished(page, 'pca', 'validation');
  const { head } = await landscape(page);
  const trained = () =>
    page.locator('tp-landscape').evaluate((part) => /** @type {any} */ (part).store.landscape.plane);
  const planes = await trained();
  const { home } = head;
  const extent = async () => (await landscape(page)).head.extent;
  const width = (/** @type {number[]} */ one) => one[1] - one[0];
  await expect(page.getByTestId('landscape-frame-path')).toHaveCount(0);
  const plot = page.getByTestId('landscape-plot');
  await plot.focus();
  await page.keyboard.press('+');
  await finished(page, 'pca', 'validation');
  await expect.poll(async () => width(await extent())).toBeCloseTo(width(home) / 1.5, 6);
  const before = await extent();
  const box = /** @type {{x: number, y: number, width: number, height: number}} */ (await plot.boundingBox());
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 - 100, box.y + box.height / 2, { steps: 3 });
  await page.mouse.up();
  await expect.poll(async () => (await extent())[0]).toBeGreaterThan(before[0]);
  expect(width(await extent())).toBeCloseTo(width(before), 9);
  await page.mouse.wheel(0, 300);
  await expect.poll(async () => width(await extent())).toBeGreaterThan(width(before));
  await finished(page, 'pca', 'validation');

  await page.getByTestId('landscape-frame-trial').click();
  await expect.poll(extent).toEqual([0, 1, 2, 3].map((k) => (k % 2 ? 1 : -1) * 0.125 * (home[k | 1] - home[k & 2])));
  await finished(page, 'pca', 'validation');
  const near = await landscape(page);
  expect(near.known).toBe(near.n);
  // The trial is in the middle now, with its own loss; where the scrubber stands and what was trained stay.
  expect(Math.abs(near.middle - near.head.loss)).toBeLessThan(1e-5);
  await page.getByTestId('landscape-frame-path').click();
  await expect.poll(extent).toEqual(home);
  await finished(page, 'pca', 'validation');
  expect(await trained()).toBe(planes);
  await expect(page.getByTestId('landscape-frame-path')).toHaveCount(0);

  // The plane is that of the next visit, too.
  await page.reload();
  await page.getByRole('tab', { name: 'Landscape' }).click();
  await expect(page.getByTestId('landscape-plane').locator('[data-value=pca]')).toHaveAttribute(
    'aria-checked',
    'true',
  );
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
  // An epoch of this takes longer than what is looked at here.
  const long = { hidden: [512, 512], epochs: 500, batch_size: 1 };
  await app.start(small({ dataset: { name: 'moons', samples: 1000 }, fixed: long, space: {}, trials: 2 }), backend);
  const figure = page.locator('tp-landscape');
  await expect.poll(() => figure.evaluate((part) => /** @type {any} */ (part).store.state)).toBe('running');
  await figure.evaluate((part) => /** @type {any} */ (part).act('pick', 0));
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

test('a surface has as many points as are asked for, and is saved as the document that the command line writes', async ({
  app,
  page,
  backend,
}) => {
  await opened(app, backend);
  await finished(page, 'random', 'validation');
  await page.getByTestId('landscape-side').selectOption('11');
  await expect.poll(async () => (await landscape(page)).n).toBe(121);
  await finished(page, 'random', 'validation');
  const saved = page.waitForEvent('download');
  await page.getByTestId('landscape-export').click();
  await page.getByTestId('landscape-json').click();
  const document = JSON.parse(await readFile(await (await saved).path(), 'utf8'));
  const { middle, trial, head } = await landscape(page);
  expect([document.format, document.size, document.values.length]).toEqual([
    'tuning-playground/landscape@1',
    [11, 11],
    121,
  ]);
  expect([document.values[60], document.trials, document.rows]).toEqual([middle, [trial], 'validation']);
  expect(document.plane).toEqual({ kind: 'random', explained: null, extent: head.extent });
  expect(document.n_rows).toBe(head.n_rows);
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

test('the landscape is legible in both languages and themes, wide and narrow @soak', async ({
  app,
  page,
  backend,
}) => {
  await opened(app, backend);
  await finished(page, 'random', 'validation');
  await look(app, 'landscape', undefined, ['#view']);
  await pick(page, 'plane', 'pca');
  await finished(page, 'pca', 'validation');
  await page.getByTestId('scrub').fill('3');
  await look(app, 'landscape of a path', PAIR, ['#view']);
  await pick(page, 'view', 'solid');
  await expect(page.locator('tp-relief canvas')).toBeVisible();
  await look(app, 'landscape in space', [WIDE[1], NARROW[0]], ['#view']);
  await app.set({ lang: 'ko' });
  await expect(page.getByTestId('landscape-facts')).toContainText(DICTIONARIES.ko['landscape.facts']);
  await expect(page.getByTestId('landscape')).toContainText('주변의 검증 손실');
});
