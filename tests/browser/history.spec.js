import { small } from './app.js';
import { expect, test } from './fixtures.js';

/** Back and Forward go between views and lessons, and leave study and runs as they are. */

/** @param {import('./app.js').Page} page */
const lengthOf = (page) => page.evaluate(() => history.length);

test('Back and Forward go from view to view, and a run and the study stay', async ({ app, page, backend }) => {
  await app.open();
  const first = await lengthOf(page);
  const tab = (/** @type {string} */ name) => page.getByRole('tab', { name, exact: true });
  await app.put(small({ trials: 400 }));
  await app.start(null, backend);
  await app.progress('done', 1);
  await tab('Trials').click();
  await expect.poll(() => page.url()).toContain('view=trials');
  await tab('Map').click();
  await expect.poll(() => page.url()).toContain('view=map');
  expect(await lengthOf(page)).toBe(first + 2);

  // What is typed after a view was opened is no way back of its own, and stays.
  await page.keyboard.press('Escape');
  await app.call('stop');
  const { result } = await app.outcome();
  await app.put(small({ trials: 7 }));
  await expect.poll(() => page.url()).toContain('trials:7');
  expect(await lengthOf(page)).toBe(first + 2);
  await page.goBack();
  await expect(tab('Trials')).toHaveAttribute('aria-selected', 'true');
  await expect.poll(() => page.url()).toMatch(/trials:7.*view=trials/);
  await page.goBack();
  await expect(tab('Sweep')).toHaveAttribute('aria-selected', 'true');
  await expect.poll(() => page.url()).toMatch(/trials:7.*view=sweep/);
  expect((await app.get('study')).trials).toBe(7);
  expect((await app.get('result')).trials).toHaveLength(result.trials.length);
  await page.goForward();
  await page.goForward();
  await expect(tab('Map')).toHaveAttribute('aria-selected', 'true');
  await expect.poll(() => page.url()).toContain('view=map');
  // Nothing that was on its way back is a place of its own.
  expect(await lengthOf(page)).toBe(first + 2);
  await expect(page.locator('[data-message=link]')).toHaveCount(0);

  // It is the same after a reload.
  await page.reload();
  await expect(tab('Map')).toHaveAttribute('aria-selected', 'true');
  await page.goBack();
  await expect(tab('Trials')).toHaveAttribute('aria-selected', 'true');
  expect((await app.get('study')).trials).toBe(7);
});

test('Back keeps a run going', async ({ app, page, backend }) => {
  await app.open();
  await page.getByRole('tab', { name: 'Trials' }).click();
  // Too long to end before the way back.
  await app.start(small({ trials: 1200 }), backend);
  await app.progress('done', 1);
  await page.goBack();
  await expect.poll(() => app.get('view')).toBe('sweep');
  const steps = await app.stepsDone();
  await app.steps(steps + 1);
  await app.call('stop');
  expect((await app.outcome()).problem).toBeNull();
});

test('another link is a study of its own on the way back', async ({ app, page }) => {
  await app.open('#v=1&s=(dataset:(name:iris),trials:3)&view=sweep');
  await page.getByRole('tab', { name: 'Trials' }).click();
  await expect.poll(() => page.url()).toContain('view=trials');
  await page.evaluate(() => void (location.hash = '#v=1&s=(dataset:(name:moons),trials:5)&view=sweep'));
  await expect.poll(async () => (await app.get('study')).trials).toBe(5);
  expect(await app.get('view')).toBe('sweep');
  await page.goBack();
  await expect.poll(async () => (await app.get('study')).trials).toBe(3);
  expect(await app.get('view')).toBe('trials');
  await page.goBack();
  await expect.poll(() => app.get('view')).toBe('sweep');
  expect((await app.get('study')).dataset.name).toBe('iris');
});

test('Back goes from lesson to lesson, and closes the one that was opened', async ({ app, page }) => {
  await app.open();
  await page.getByTestId('lessons').click();
  const lesson = page.getByTestId('lesson');
  await expect(lesson).toBeVisible();
  await page.getByTestId('lesson-log_scale').click();
  await expect.poll(() => page.url()).toContain('lesson=log_scale.');
  await page.goBack();
  await expect(page.getByTestId('lesson-log_scale')).toBeVisible();
  await expect.poll(() => page.url()).toContain('lesson=path');
  await page.goBack();
  await expect(lesson).toHaveCount(0);
  await page.goForward();
  await page.goForward();
  await expect(lesson).toHaveAttribute('data-lesson', 'log_scale');

  // As quickly as somebody can, each place keeps the lesson that it is of.
  const place = () => page.evaluate(() => history.state['tuning-playground'].lesson);
  const pressed = async (/** @type {(-1 | 1)[]} */ ...ways) => {
    for (const way of ways) {
      await page.evaluate((by) => history.go(by), way);
      await page.waitForTimeout(120);
    }
  };
  await pressed(-1, -1, 1, 1, -1, -1, 1);
  await expect(page.getByTestId('lesson-log_scale')).toBeVisible();
  await expect.poll(() => page.url()).toContain('lesson=path');
  expect(await place()).toBe('path');
  await page.goBack();
  await expect(lesson).toHaveCount(0);
  expect(await place()).toBe('');
  await pressed(1, 1);
  await expect(lesson).toHaveAttribute('data-lesson', 'log_scale');
});

test('a page in a frame leaves the history of the page around it alone', async ({ app, page, site }) => {
  await app.open();
  const around = `<!doctype html><title>host</title><iframe src="${site.url}" width="1200" height="800"></iframe>`;
  site.pages.set('/host.html', around);
  await page.goto(`${site.origin}/host.html`);
  const frame = page.frameLocator('iframe');
  await frame.getByRole('tab', { name: 'Trials' }).waitFor();
  const before = await lengthOf(page);
  await frame.getByRole('tab', { name: 'Trials' }).click();
  await expect(frame.getByRole('tab', { name: 'Trials' })).toHaveAttribute('aria-selected', 'true');
  const inside = () => page.frames()[1].evaluate(() => location.hash);
  await expect.poll(inside).toContain('view=trials');
  expect(await lengthOf(page)).toBe(before);
});

test('a lesson that is given up while it loads does not hold the address', async ({ app, page }) => {
  const asked = [];
  await page.route(/later-lesson/, async (route) => {
    asked.push(route);
    await new Promise((resolve) => void setTimeout(resolve, 1500));
    await route.continue();
  });
  await app.open('#v=1&view=sweep');
  await page.evaluate(() => {
    history.replaceState({ 'tuning-playground': { ...history.state?.['tuning-playground'], lesson: 'path' } }, '');
    const { kin } = history.state['tuning-playground'];
    history.pushState({ 'tuning-playground': { kin, view: 'sweep', lesson: '' } }, '');
  });
  await page.goBack();
  await page.keyboard.press('Escape');
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  await page.waitForTimeout(2500);
  await app.put(small({ trials: 9 }));
  await expect.poll(() => page.url()).toContain('trials:9');
});

test('R7 changes that follow each other without a pause are in the address all the same', async ({ app, page }) => {
  await app.open();
  const seed = () => app.get('study').then((study) => study.seed);
  for (let k = 0; k < 20; k++) {
    await app.put(small({ seed: 1000 + k }));
    await page.waitForTimeout(150);
  }
  expect(await seed()).toBe(1019);
  await page.reload();
  await app.defined();
  expect(await seed()).toBeGreaterThan(1000);
});

test('Back from a link brings the study back to an address that holds none', async ({ app, page }) => {
  await app.open();
  const { dataset, trials } = await app.get('study');
  expect(new URL(page.url()).hash).toBe('');
  const study = () => app.get('study').then((one) => `${one.dataset.name} ${one.trials}`);
  const paste = (/** @type {string} */ hash) => page.evaluate((to) => void (location.hash = to), hash);
  await paste('#v=1&s=(dataset:(name:moons),trials:5)&view=sweep');
  await expect.poll(study).toBe('moons 5');
  await page.goBack();
  await expect.poll(study).toBe(`${dataset.name} ${trials}`);
  await page.goForward();
  await expect.poll(study).toBe('moons 5');
  // As well from further on, and to one that is no link at all.
  await paste('#nothing-of-ours');
  await expect(page.locator('[data-message=link]')).toHaveCount(1);
  await paste('#v=1&s=(dataset:(name:iris),trials:3)&view=sweep');
  await expect.poll(study).toBe('iris 3');
  await page.getByRole('tab', { name: 'Trials' }).click();
  await expect.poll(() => page.url()).toContain('view=trials');
  await page.evaluate(() => history.go(-2));
  await expect.poll(study).toBe('moons 5');
  await expect(page.locator('[data-message=link]')).toHaveCount(0);
});

test('R7 what was changed just before a reload is there after it', async ({ app, page }) => {
  const trials = () => app.get('study').then((study) => study.trials);
  /** Changes the study, and loads the page anew so many ms later. @param {number} n @param {number} wait */
  const change = (n, wait) =>
    page.evaluate(
      async ([to, ms]) => {
        const element = /** @type {any} */ (document.querySelector('tuning-playground'));
        element.study = { ...element.study, trials: to };
        await element.intake.settled;
        setTimeout(() => location.reload(), ms);
      },
      [n, wait],
    );
  for (const hash of ['', '#v=1&s=(dataset:(name:moons),trials:5)&view=sweep']) {
    await page.goto('about:blank');
    await app.open(hash);
    for (const [k, wait] of [0, 50, 390].entries()) {
      const loaded = page.waitForEvent('load');
      await change(20 + k, wait);
      await loaded;
      await app.defined();
      await expect.poll(trials).toBe(20 + k);
      await expect.poll(() => page.url()).toContain(`trials:${20 + k}`);
    }
  }
});
