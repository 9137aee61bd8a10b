import { readFile } from 'node:fs/promises';
import { small } from './app.js';
import { expect, test } from './fixtures.js';
import { look, settled } from './look.js';
import { DICTIONARIES } from './texts.js';

/** Races, with the real engine. */

/** @typedef {import('./app.js').Page} Page */

const SPIRAL = small({
  dataset: { name: 'spiral', samples: 120 },
  fixed: { hidden: [8], epochs: 3 },
  space: { learning_rate: { type: 'float', low: 0.001, high: 0.1, log: true } },
  trials: 4,
});

/** What the page knows of the race. @param {Page} page */
const race = (page) =>
  page.locator('tp-race-plane').evaluate((part) => {
    const { race: now } = /** @type {any} */ (part).store;
    const { state, head, options, contestants, known, start, problem } = now;
    return {
      state,
      options,
      contestants,
      start,
      problem,
      extent: head?.extent ?? null,
      paths: (head?.paths ?? []).map((/** @type {any} */ path) => ({
        ...path,
        at: path.x.map((/** @type {number} */ x, /** @type {number} */ k) => [x, path.y[k]]),
      })),
      known: known.reduce((/** @type {number} */ sum, /** @type {number} */ one) => sum + one, 0),
    };
  });

/** @param {Page} page */
const finished = async (page) => {
  await expect.poll(async () => (await race(page)).state).toMatch(/done|failed/);
  return race(page);
};

/** @param {import('./app.js').App} app @param {any} study */
async function opened(app, study) {
  await app.open();
  await app.put(study);
  await app.page.getByRole('tab', { name: 'Race' }).click();
  return finished(app.page);
}

/** Where the marks on the plane stand. @param {Page} page */
const balls = (page) =>
  page
    .locator('tp-race-plane')
    .evaluate((part) =>
      /** @type {any} */ (part).balls.map((/** @type {any} */ { x, y }) => [x, y].map(Math.round).join()),
    );

/** Puts the clock at the stop of a step. @param {Page} page @param {number} step */
async function clock(page, step) {
  const at = await page
    .locator('tp-race-view')
    .evaluate(
      (view, wanted) => /** @type {any} */ (view).stops.findIndex((/** @type {number} */ one) => one >= wanted),
      step,
    );
  await page.getByTestId('scrub').fill(String(at));
  await expect(page.getByTestId('scrub-step')).toContainText(`step ${step} /`);
}

test('four optimizers leave one start; curves, fields and table follow the clock', async ({ app, page }) => {
  const found = await opened(app, SPIRAL);
  expect(found.problem).toBe(null);
  expect(found.contestants.map((/** @type {any} */ one) => one.key)).toEqual(['sgd', 'momentum', 'rmsprop', 'adam']);
  expect(found.known).toBe(51 * 51);
  for (const path of found.paths) {
    expect([path.steps[0], path.steps.at(-1)]).toEqual([0, 500]);
    expect(path.at[0]).toEqual(found.paths[0].at[0]);
  }
  // At the end, then at the start, where all are at one place and have one loss.
  const losses = () => page.getByTestId('race-loss').allTextContents();
  const ends = await losses();
  const pictures = () =>
    page
      .locator('.field canvas.ground')
      .evaluateAll((all) => all.map((one) => /** @type {HTMLCanvasElement} */ (one).toDataURL()));
  await expect.poll(async () => new Set(await pictures()).size).toBe(4);
  const trained = await pictures();
  await clock(page, 0);
  expect(new Set(await losses()).size).toBe(1);
  expect(new Set(await balls(page)).size).toBe(1);
  await expect(page.getByTestId('race-table').locator('tbody tr').first()).toContainText((await losses())[0]);
  await expect.poll(async () => new Set(await pictures()).size).toBe(1);
  await page.getByTestId('scrub-play').click();
  await expect.poll(losses, { timeout: 20_000 }).toEqual(ends);
  await expect.poll(pictures).toEqual(trained);
  // The table has the same numbers, and the file all points.
  await page.getByTestId('race-curves').getByTestId('figure-table').click();
  await expect(page.getByTestId('race-curves').locator('table')).toContainText('RMSprop');
  const saved = page.waitForEvent('download');
  await page.getByTestId('race-plane-export').click();
  await page.getByTestId('race-plane-csv').click();
  const text = await readFile(await (await saved).path(), 'utf8');
  const steps = found.paths.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.steps.length, 0);
  expect(text.trim().split('\n')).toHaveLength(1 + steps + 51 * 51);
});

test('a rate that is changed on the way bends that path alone, and from there on', async ({ app, page }) => {
  const before = await opened(app, SPIRAL);
  await clock(page, 100);
  await page.getByTestId('race-rate').nth(3).fill('-0.5');
  await expect.poll(async () => (await race(page)).contestants[3].changes.length).toBe(1);
  await expect(page.getByTestId('race-changes')).toContainText('from step 100');
  const after = await finished(page);
  await expect.poll(async () => (await race(page)).paths[3].loss.at(-1)).not.toBe(before.paths[3].loss.at(-1));
  const [old, bent] = [before.paths[3], (await race(page)).paths[3]];
  const shared = old.steps.filter((/** @type {number} */ step) => step <= 100).length;
  expect(bent.at.slice(0, shared)).toEqual(old.at.slice(0, shared));
  expect(after.paths.slice(0, 3)).toEqual(before.paths.slice(0, 3));
  // The clock stays where it was.
  await expect(page.getByTestId('scrub-step')).toContainText('step 100 /');
  await expect(page.getByTestId('race-fair')).toContainText('changed by hand');
  await page.getByTestId('race-steady').click();
  await expect.poll(async () => (await race(page)).paths[3].loss.at(-1)).toBe(old.loss.at(-1));
});

test('the start is moved by pointer and by keys, and put back @soak', async ({ app, page }) => {
  const before = await opened(app, SPIRAL);
  const start = page.getByTestId('race-start');
  const box = /** @type {{x: number, y: number, width: number, height: number}} */ (await start.boundingBox());
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (const by of [10, 20, 30]) await page.mouse.move(x + by, y + by);
  await page.mouse.up();
  await expect.poll(async () => (await race(page)).paths[0].at[0]).not.toEqual(before.paths[0].at[0]);
  const moved = await finished(page);
  for (const [k, path] of moved.paths.entries()) {
    expect(path.at[0][0]).toBeCloseTo(moved.start[0], 3);
    expect(path.at[0][1]).toBeCloseTo(moved.start[1], 3);
    expect(path.loss.at(-1)).not.toBe(before.paths[k].loss.at(-1));
  }
  await page.getByTestId('race-home').click();
  await expect.poll(async () => (await race(page)).paths[0].at[0]).toEqual(before.paths[0].at[0]);
  await page.getByTestId('race-plane-plot').focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await finished(page)).paths[0].at[0][0]).toBeGreaterThan(before.paths[0].at[0][0]);
  await page.keyboard.press('Home');
  await expect.poll(async () => (await finished(page)).paths[0].at[0]).toEqual(before.paths[0].at[0]);
});

test('each is tuned first by as many rates; seeds, batches and classic surfaces race; trials of a run, too @soak', async ({
  app,
  page,
  backend,
}) => {
  await opened(app, SPIRAL);
  await page.getByTestId('race-steps').selectOption('100');
  await page.getByTestId('race-tune').check();
  await expect(page.getByTestId('race-search')).toHaveCount(4);
  const tuned = await finished(page);
  for (const { search, params } of tuned.contestants) {
    const known = search.losses.filter((/** @type {number | null} */ one) => one !== null);
    expect(search.rates[search.losses.indexOf(Math.min(...known))]).toBe(params.learning_rate);
  }
  await expect(page.getByTestId('race-fair')).toContainText('9 learning rates');
  // A rate set by hand counts, and nobody is searched for again.
  await page.getByTestId('race-rate').nth(3).fill('-4');
  await expect.poll(async () => (await finished(page)).contestants[3].params.learning_rate).toBe(1e-4);
  const edited = await finished(page);
  await expect.poll(async () => (await race(page)).paths[3].loss.at(-1)).not.toBe(tuned.paths[3].loss.at(-1));
  expect(edited.paths[0].loss).toEqual(tuned.paths[0].loss);
  await expect(page.getByTestId('race-fair')).not.toContainText('9 learning rates');
  for (const over of ['learning_rate', 'batch_size', 'schedule', 'seed']) {
    await page.getByTestId('race-over').locator(`[data-value=${over}]`).click();
    await expect.poll(async () => (await race(page)).options.over).toBe(over);
    const { problem, paths } = await finished(page);
    expect(problem).toBe(null);
    const starts = new Set(paths.map((/** @type {any} */ path) => String(path.at[0])));
    expect(starts.size).toBe(over === 'seed' ? paths.length : 1);
  }
  // What has no seeds races optimizers instead. Bowl and Rosenbrock race by a link, below.
  for (const ground of ['ravine', 'saddle', 'beale', 'rastrigin']) {
    await page.getByTestId('race-ground').selectOption(ground);
    await expect.poll(async () => (await race(page)).options.ground).toBe(ground);
    const { known, options, paths, problem } = await finished(page);
    expect([known, options.over, problem]).toEqual([51 * 51, 'optimizer', null]);
    for (const path of paths) expect(path.loss.at(-1)).toBeLessThan(path.loss[0]);
  }
  await page.getByTestId('race-remove').first().click();
  await expect(page.getByTestId('race-card')).toHaveCount(3);
  await page.getByTestId('race-add').selectOption('nadam');
  await expect(page.getByTestId('race-card').last()).toContainText('NAdam');
  await page.getByRole('tab', { name: 'Sweep' }).click();
  await app.result(SPIRAL, backend);
  await page.getByRole('tab', { name: 'Race' }).click();
  await page.getByTestId('race-over').locator('[data-value=trials]').click();
  const trials = await finished(page);
  expect(trials.contestants).toHaveLength(4);
  expect(trials.paths.map((/** @type {any} */ path) => path.last)).toEqual(Array(4).fill(trials.paths[0].last));
});

test('a link says what races, and follows what is chosen', async ({ app, page }) => {
  await app.open('#v=1&s=dataset:(name:iris),fixed:(hidden:!(8),epochs:3)&view=race&race=rosenbrock');
  const { options, contestants } = await finished(page);
  expect([options.ground, options.over, contestants.length]).toEqual(['rosenbrock', 'optimizer', 4]);
  await page.getByTestId('race-over').locator('[data-value=learning_rate]').click();
  await page.getByTestId('race-ground').selectOption('network');
  await finished(page);
  await expect(page).toHaveURL(/&race=learning_rate(&|$)/);
  // Another link on the same page is another race; trials race once there are some.
  await page.evaluate(() => {
    location.hash = '#v=1&view=race&race=bowl';
  });
  await expect.poll(async () => (await race(page)).options.ground).toBe('bowl');
  expect((await finished(page)).paths).toHaveLength(4);
  await page.evaluate(() => {
    location.hash = '#v=1&view=race&race=3,7';
  });
  await expect(page.getByTestId('race-waits')).toContainText('press Run');
  await expect(page.getByTestId('race-card')).toHaveCount(0);
});

test('a race is legible in both languages and themes, wide and narrow', async ({ app, page }) => {
  await opened(app, SPIRAL);
  await clock(page, 100);
  await look(app, 'race', undefined, ['#view']);
  await app.set({ lang: 'ko' });
  await expect(page.getByTestId('race-facts')).toContainText(DICTIONARIES.ko['race.held']);
});

/** Milliseconds of the page's thread that a frame may cost while a race plays, and how many times that on a machine
 * that others slow down. */
const FRAME = 8;
const SLACK = 3;

test('a playing race leaves the thread of the page free @alone', async ({ app, page }) => {
  await opened(app, SPIRAL);
  await clock(page, 0);
  const protocol = await page.context().newCDPSession(page);
  // Time of the processor: waiting for a core is no work.
  await protocol.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async () =>
    (await protocol.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
  await page.locator('tp-scrubber').evaluate((part) => {
    const counted = /** @type {any} */ (window);
    counted.frames = 0;
    part.addEventListener('scrub', () => counted.frames++);
  });
  const before = await spent();
  await page.getByTestId('scrub-play').click();
  await page.waitForTimeout(5000);
  const ms = 1000 * ((await spent()) - before);
  const frames = await page.evaluate(() => /** @type {any} */ (window).frames);
  console.log(`${frames} frames, ${(ms / frames).toFixed(2)} ms of the page's thread each; ${FRAME} are allowed`);
  expect(frames).toBeGreaterThan(50);
  expect(ms / frames).toBeLessThan(SLACK * FRAME);
});

test('while it plays nobody is drawn anew, and once it rests all say the same step', async ({ app, page }) => {
  await opened(app, SPIRAL);
  await clock(page, 0);
  await settled(page);
  const drawn = () =>
    page.locator('tp-race-view').evaluate((view) => {
      const counted = /** @type {any} */ (view);
      if (counted.drawn === undefined) {
        counted.drawn = 0;
        for (const part of [view, ...view.querySelectorAll('tp-race-plane, tp-race-curves, tp-race-cards')]) {
          const own = /** @type {any} */ (part).updated.bind(part);
          /** @type {any} */ (part).updated = (/** @type {unknown} */ changed) => {
            counted.drawn++;
            own(changed);
          };
        }
      }
      return counted.drawn;
    });
  await drawn();
  // What the clock's own step still draws is none of the playing.
  await page.waitForTimeout(500);
  const before = await drawn();
  await page.getByTestId('scrub-play').click();
  const start = await balls(page);
  await expect.poll(() => balls(page)).not.toEqual(start);
  // Words change in place: a node that comes costs ten times the layout.
  const nodes = await page.locator('tp-race-view').evaluate(async (view) => {
    let n = 0;
    const observer = new MutationObserver((changes) => {
      n += changes.filter(({ target }) => /** @type {Element} */ (target).matches('.live, .step')).length;
    });
    observer.observe(view, { subtree: true, childList: true });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    observer.disconnect();
    return n;
  });
  expect(nodes).toBe(0);
  // The words follow while it plays.
  await expect(page.getByTestId('race-facts').locator('h2').first()).not.toHaveText('At step 0');
  const whilePlaying = (await drawn()) - before;
  await page.getByTestId('scrub-play').click();
  await expect.poll(async () => (await drawn()) - before).toBeGreaterThanOrEqual(3);
  expect(whilePlaying).toBeLessThan(3);
  const step = (await page.getByTestId('scrub-step').textContent())?.match(/step ([\d,]+) /)?.[1];
  await expect(page.getByTestId('race-facts').locator('h2').first()).toHaveText(`At step ${step}`);
});

test('in small windows no control is out of reach @soak', async ({ app, page }) => {
  // The first size is that of the page when it opens; the others are what it is changed to.
  await page.setViewportSize({ width: 200, height: 400 });
  await opened(app, SPIRAL);
  for (const [width, height, lang] of /** @type {[number, number, string][]} */ ([
    [200, 400, 'en'],
    [320, 256, 'en'],
    [390, 844, 'en'],
    [390, 844, 'ko'],
    [320, 256, 'ko'],
    [200, 400, 'ko'],
  ])) {
    const where = `${width} x ${height} px, ${lang}`;
    await page.setViewportSize({ width, height });
    await app.set({ lang });
    await settled(page);
    await page.waitForTimeout(200);
    const out = await page.locator('tp-race-view').evaluate((view) => {
      const app = /** @type {HTMLElement} */ (view.closest('.app'));
      const right = app.getBoundingClientRect().right + 1;
      const own = 'button, input, select, .num.live, .own, h2';
      const seen = [...app.querySelectorAll(`:is(.tabs, .run, tp-race-view) :is(${own})`)];
      return seen
        .filter((one) => one.getClientRects().length && !one.closest('.vh, table'))
        .map((one) => ({ name: one.textContent?.trim(), area: one.getBoundingClientRect() }))
        .filter(({ area }) => area.left < -1 || area.right > right)
        .map(({ name, area }) => `${name} ${Math.round(area.left)} to ${Math.round(area.right)}`);
    });
    expect(out, where).toEqual([]);
    const way = await page.getByTestId('scrub').boundingBox();
    expect(way?.width, where).toBeGreaterThan(0.75 * width);
  }
});

test('another study in the middle of a race or of its play is raced in its place @soak', async ({ app, page }) => {
  await opened(app, { ...SPIRAL, dataset: { name: 'plane' } });
  await clock(page, 0);
  await page.getByTestId('scrub-play').click();
  // From numbers to classes: the fields of the one are still there while the other trains.
  await app.put(SPIRAL);
  await expect(page.getByTestId('race-table')).toContainText(DICTIONARIES.en['metric.classes']);
  await expect
    .poll(async () => {
      const { paths, problem } = await finished(page);
      return [problem, paths.length];
    })
    .toEqual([null, 4]);
  for (const over of ['seed', 'schedule', 'batch_size', 'learning_rate', 'optimizer']) {
    await page.getByTestId('race-over').locator(`[data-value=${over}]`).click();
    await page
      .getByTestId('scrub-play')
      .click({ timeout: 500 })
      .catch(() => {});
  }
  await expect.poll(async () => (await race(page)).options.over).toBe('optimizer');
  await expect.poll(async () => (await finished(page)).paths.length).toBe(4);
  // A contestant is called by the rate that it starts with.
  await page.getByTestId('race-over').locator('[data-value=learning_rate]').click();
  await expect(page.getByTestId('race-card').first()).toContainText('rate 0.001');
  await finished(page);
  await page.getByTestId('race-rate').first().fill('-2');
  await expect(page.getByTestId('race-card').first()).toContainText('rate 0.01');
});

test('what vanishes by its own press leaves the focus where it stood', async ({ app, page }) => {
  await app.open('#v=1&view=race');
  const button = page.getByTestId('race-spiral');
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(button).toHaveCount(0);
  await expect(page.getByTestId('race-tune')).toBeFocused();
});
