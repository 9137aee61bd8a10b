import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from './fixtures.js';
import { pack } from '../../www/src/views/lesson/packed.js';
import { PAIR, WIDE, NARROW, look, serious } from './look.js';

/** Lessons beside the view: one walked to its goal, a stranger's, and, under @soak, each of the page's own to its end.
 * What they claim is trained in tests/lessons.rs; what the reader refuses, in lessons.test.js. */

/** @typedef {import('./packages.js').Page} Page */

const LESSONS = new URL('../../www/src/views/lesson/lessons/', import.meta.url);
/** @param {string} name @param {string} file */
const json = (name, file) => JSON.parse(readFileSync(new URL(`${name}/${file}.json`, LESSONS), 'utf8'));

/** @param {Page} page */
const goals = (page) => page.getByTestId('goal').evaluateAll((all) => all.map((one) => one.dataset.met));

/** A study of seconds, and a goal that it meets. */
const OWN = {
  format: 'tuning-playground/lesson@1',
  name: 'ours',
  study: {
    format: 'tuning-playground/study@1',
    dataset: { name: 'moons', samples: 100 },
    fixed: { hidden_layers: 1, hidden_units: 4, epochs: 2 },
    space: { learning_rate: { type: 'float', low: 0.001, high: 0.1, log: true } },
    trials: 4,
  },
  steps: [
    { name: 'one', study: {}, goals: [{ done: true }], shows: { n: { of: 'count' } } },
    { name: 'other', study: { fixed: { hovercraft: 3 } }, goals: [{ measure: { of: 'least' }, at_most: 0 }] },
    {
      name: 'mine',
      study: { seeds_per_trial: 2 },
      row: 'learning_rate',
      goals: [{ measure: { of: 'least' }, at_most: 0, free: true }],
    },
  ],
  texts: {
    en: {
      title: 'Ours <b>alone</b>',
      about: 'A lesson of the reader’s.',
      steps: {
        one: { title: 'One', body: ['Train four.'], setup: 'Four.', goals: ['All four'], reveal: ['{n} of them.'] },
        other: { title: 'Other', body: ['Impossible.'], setup: 'None.', goals: ['Nothing'] },
        mine: { title: 'Mine', body: ['It fails.'], setup: 'Eight.', goals: ['All'], hint: 'It failed, as expected.' },
      },
    },
  },
};

test('a lesson is walked to its goal by keyboard: predicted, set up, trained, answered, taken back', async ({
  app,
  page,
  backend,
}) => {
  await app.open();
  await app.set({ lang: 'en', backend });
  await app.put(OWN.study);
  const before = await app.get('study');
  await page.keyboard.press('l');
  await expect(page.locator('#lesson-title')).toBeFocused();
  await page.getByTestId('lesson-log_scale').press('Enter');
  await expect(page.locator('#lesson-title')).toHaveText('Where do 24 even draws land?');
  await expect(page.getByTestId('set-up')).toBeDisabled();
  // Until the step is set up the run bar trains another study.
  await expect(page.getByTestId('lesson-other')).toHaveCount(0);
  await page.getByTestId('run').click();
  await expect(page.getByTestId('lesson-other')).toContainText('another study');
  await expect(page.getByTestId('run')).toBeEnabled();
  await page.getByTestId('guess-lesson').press('ArrowLeft');
  await page.getByTestId('predict').press('Enter');
  await expect(page.getByTestId('set-up')).toBeEnabled();
  await page.getByTestId('set-up').press('Enter');
  await expect(page.getByTestId('title')).toHaveText('Why a log scale');
  await expect(page.getByTestId('lesson-other')).toHaveCount(0);
  await expect(page.getByTestId('reveal')).toHaveCount(0);
  // Who cannot train, or has no time for it, is shown the recorded run: so until there is one of the step's own.
  await expect(page.getByTestId('lesson-recorded')).toBeVisible();
  await page.getByTestId('lesson-run').press('Enter');
  await expect(page.getByTestId('reveal')).toContainText('of your 24 learning rates are below 0.1', {
    timeout: 30_000,
  });
  expect(await goals(page)).toEqual(['true']);
  await expect(page.getByTestId('lesson-recorded')).toHaveCount(0);
  // Turning its pages does not end a lesson; it is opened again where a goal is open.
  await expect(page.getByTestId('lesson-next')).toHaveClass(/\bp\b/);
  for (const title of ['log', 'best', 'move']) {
    await page.getByTestId('lesson-next').click();
    await expect(page.locator('#lesson-title')).toHaveText(json('log_scale', 'en').steps[title].title);
  }
  await expect(page.getByTestId('lesson-ended')).toContainText('1 of 4 goals');
  await expect(page.getByTestId('lesson-ended')).toBeInViewport();
  await page.getByTestId('all-lessons').click();
  await expect(page.getByTestId('lesson-log_scale')).toContainText('1 of 4 goals');
  await page.getByTestId('lesson-log_scale').click();
  await expect(page.locator('#lesson-title')).toHaveText(json('log_scale', 'en').steps.log.title);
  await page.getByTestId('lesson-back').click();
  await look(app, 'a lesson', PAIR, ['tp-lesson']);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByTestId('lesson-undo').press('Enter');
  await expect(page.getByTestId('set-up')).toBeEnabled();
  expect((await app.get('study')).space).toEqual(before.space);
  // What is reached stays reached, and the address leads back.
  await expect.poll(() => page.url()).toContain('lesson=log_scale');
  // Its step goes into the code of an embed, which needs no study then.
  await page.getByTestId('share').click();
  await page.getByTestId('share-embed').click();
  await expect(page.getByTestId('embed-code')).toHaveValue(/<tuning-playground lesson="log_scale\.linear"[^{]*$/);
  await page.getByTestId('embed-lesson').uncheck();
  await expect(page.getByTestId('embed-code')).toHaveValue(/study="{/);
  await page.keyboard.press('Escape');
  await page.locator('#main').focus();
  await page.keyboard.press('l');
  await expect(page.getByTestId('lesson')).toHaveCount(0);
});

test('a stranger’s lesson is plain text, refused with a sentence, or opened, kept and linked to', async ({
  app,
  page,
}) => {
  // A link to a step or a lesson that is not there is said to be one.
  await app.open('#lang=en&lesson=log_scale.nonsense');
  await expect(page.getByTestId('lesson-stray')).toContainText('no step named nonsense. Its steps: linear, ');
  await page.evaluate(() => void (location.hash = '#lang=en&lesson=hovercraft'));
  await expect(page.getByTestId('lesson-trouble')).toContainText('no lesson named hovercraft');
  await expect(page.getByTestId('lesson-trouble')).toBeInViewport({ ratio: 1 });
  const paste = async (/** @type {string} */ text) => {
    if (!(await page.getByTestId('lesson-text').count())) await page.getByTestId('lesson-paste').click();
    await page.getByTestId('lesson-text').fill(text);
    await page.getByTestId('lesson-read').click();
  };
  await paste(JSON.stringify({ ...OWN, format: 'tuning-playground/lesson@7' }));
  await expect(page.getByTestId('lesson-trouble')).toContainText('from a newer version');
  await paste(JSON.stringify({ ...OWN, script: 'alert(1)' }));
  await expect(page.getByTestId('lesson-trouble')).toContainText('lesson."script" of the lesson is not known');
  await paste(JSON.stringify(OWN));
  await expect(page.locator('.lesson .of')).toHaveText('Ours <b>alone</b>');
  await page.getByTestId('lesson-next').click();
  await expect(page.getByTestId('lesson-block')).toHaveAttribute('data-code', 'study');
  await expect(page.getByTestId('lesson-block')).toContainText('hovercraft');
  await expect(page.getByTestId('set-up')).toHaveCount(0);
  await expect.poll(() => page.url()).toContain('lesson=own.other');
  await page.reload();
  await expect(page.locator('#lesson-title')).toHaveText('Other');
  // On a phone a run that is meant to fail says so, and leads to the setting to change, which lies behind a button.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByTestId('lesson-next').click();
  await page.getByTestId('set-up').click();
  await expect(page.getByTestId('lesson-run')).toHaveText('Train 8 networks (4 trials × 2)');
  await page.getByTestId('lesson-run').click();
  await expect(page.getByTestId('fold-lesson')).toHaveText('Read on');
  await expect.poll(async () => (await app.get('result'))?.trials.length, { timeout: 30_000 }).toBe(4);
  await expect(page.getByTestId('ties')).toBeHidden();
  await page.getByTestId('fold-lesson').click();
  await expect(page.getByTestId('lesson-hint')).toContainText('It failed, as expected.');
  await expect(page.getByTestId('lesson-ended')).toContainText('0 of 3 goals');
  await page.getByTestId('lesson-row').click();
  await expect(page.getByTestId('input-low')).toBeInViewport();
  await page.getByTestId('input-low').fill('0.01 - 1');
  await page.keyboard.press('Enter');
  await page.getByTestId('fix').click();
  await expect.poll(async () => (await app.get('study')).space.learning_rate).toMatchObject({ low: 0.01, high: 1 });
  await page.getByTestId('close-study').click();
});

test('a step of a lesson stands in a guest: set up at once, predicted, trained, answered, nothing kept', async ({
  app,
  page,
  site,
  otherSite,
}) => {
  const guest = (/** @type {string} */ lesson, /** @type {string} */ more) =>
    `<tuning-playground lang="en" lesson="${lesson}" ${more}></tuning-playground>`;
  const text = JSON.stringify(OWN);
  otherSite.pages.set(
    '/post.html',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Post</title><link rel="icon" href="data:,">
    <script type="module" src="${site.url}tuning-playground.js"></script></head><body>
    ${guest('log_scale.linear', 'style="width:480px;height:320px"')}
    ${guest('hovercraft.one', 'id="none" style="width:480px;height:320px"')}
    ${guest(await pack(text), 'id="own" style="width:480px;height:320px"')}
    <iframe src="${site.url}embed.html#v=1&lang=ko&lesson=log_scale.move" title="frame"
      style="width:390px;height:720px"></iframe></body></html>`,
  );
  await page.setViewportSize({ width: 1000, height: 900 });
  await page.goto(`${otherSite.origin}/post.html`);
  const first = page.locator('tuning-playground').first();
  await expect(first.locator('#lesson-title')).toHaveText('Where do 24 even draws land?');
  await expect(first.getByTestId('embed-title')).toHaveText('Why a log scale');
  expect(await serious(app, ['tp-embed', 'tp-lesson'])).toEqual([]);
  await first.getByTestId('guess-lesson').press('ArrowLeft');
  await first.getByTestId('predict').press('Enter');
  await first.evaluate((/** @type {any} */ one) => void (one.backend = 'cpu'));
  await first.getByTestId('lesson-run').press('Enter');
  await expect(first.getByTestId('reveal')).toContainText('of your 24 learning rates', { timeout: 30_000 });
  await expect(first.getByTestId('reveal')).toBeInViewport();
  await expect(first.getByTestId('lesson-onward')).toHaveAttribute('href', /#v=1&lang=en&lesson=log_scale\.log$/);
  expect(await page.evaluate(() => Object.keys(localStorage).filter((one) => one.includes('lesson')))).toEqual([]);
  // The whole lesson is a link away, and the page's own state is not in question.
  await expect(page.locator('#none').getByTestId('lesson-trouble')).toContainText('no lesson named hovercraft');
  await expect(page.locator('#own').locator('.lesson .of')).toHaveText('Ours <b>alone</b>');
  // What is left to the reader has its knobs; a frame takes the link's key.
  await page.locator('iframe').scrollIntoViewIfNeeded();
  const frame = page.frameLocator('iframe');
  await expect(frame.locator('#lesson-title')).toHaveText(json('log_scale', 'ko').steps.move.title);
  await expect(frame.getByTestId('knob-learning_rate-low')).toBeVisible();
});

/** What meets the goals that are left to the reader, as changes of the step's study. @type {Record<string, any>} */
const ANSWERS = {
  'log_scale.move': { space: { learning_rate: { low: 0.003, high: 0.03 } } },
  'batch.catch': { space: { learning_rate: { low: 0.3, high: 3 } } },
  'grid_random.alone': { space: { weight_decay: null }, sampler: { points: 16 } },
  'coarse_fine.edge': { space: { learning_rate: { low: 0.001, high: 0.1 } } },
  'fitting.yours': { fixed: { l2: 0.01 } },
  'optimizers.yours': { space: { learning_rate: { low: 0.1, high: 3 } } },
  'gradients.yours': { fixed: { batch_norm: true } },
  'bayes.yours': { trials: 32 },
  'halving.yours': { pruner: { min_epochs: 5 } },
};

/** RFC 7386, as a lesson's steps have it. @param {any} base @param {any} patch @returns {any} */
function patched(base, patch) {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const next = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete next[key];
    else next[key] = patched(next[key], value);
  }
  return next;
}

for (const name of readdirSync(LESSONS))
  test(`@soak the lesson ${name} is walked to its end, in both languages`, async ({ app, page, backend }) => {
    test.setTimeout(300_000);
    const { study, steps } = json(name, 'lesson');
    await app.open(`#lang=en&lesson=${name}.${steps[0].name}`);
    await app.set({ backend });
    let [set, view] = ['', 'sweep'];
    for (const [k, step] of steps.entries()) {
      const own = json(name, 'en').steps[step.name];
      if (k) await page.getByTestId('lesson-next').click();
      await expect(page.locator('#lesson-title')).toHaveText(own.title);
      if (k === 0) await look(app, `${name}, first step`, [...WIDE, ...NARROW], ['tp-lesson']);
      await app.set({ lang: 'en' });
      await page.setViewportSize({ width: 1440, height: 900 });
      if (step.predict?.choices) await page.getByTestId(`choice-${step.predict.answer}`).click();
      else if (step.predict) await page.getByTestId('predict').click();
      const whole = step.study && JSON.stringify(patched(study, step.study));
      const isNew = whole !== undefined && whole !== set;
      if (isNew || (step.view && step.view !== view)) {
        await expect(page.getByTestId('set-up')).toBeEnabled();
        await page.getByTestId('set-up').click();
      }
      set = whole ?? set;
      view = step.view ?? view;
      const answer = ANSWERS[`${name}.${step.name}`];
      const goal = step.goals?.[0] ?? {};
      if (answer) {
        set = '';
        await app.put(patched(patched(study, step.study), answer));
        await app.call('run');
      } else if (goal.picked) {
        const box = await page.locator('tp-surface .plot').boundingBox();
        if (!box) throw new Error('there is nothing to click');
        for (let n = 0; n < goal.picked; n += 1) {
          await page.mouse.click(box.x + box.width * (0.35 + 0.05 * n), box.y + box.height * (0.3 + 0.05 * n));
          // A press trains at once; the next one waits for its end.
          const bar = page.locator('tp-run-bar');
          const now = () => bar.evaluate((/** @type {any} */ { store }) => [store.state, store.trials.size].join(' '));
          await expect.poll(now, { timeout: 30_000 }).toBe(`idle ${n + 1}`);
        }
      } else if (goal.selected) {
        const [[key, value]] = Object.entries(goal.selected);
        const { trials } = await app.get('result');
        const among = trials.filter((/** @type {any} */ one) => one.params[key] === value);
        const best = among.reduce((/** @type {any} */ a, /** @type {any} */ b) => (a.value < b.value ? a : b));
        await page.locator(`tp-table [data-trial="${best.number}"]`).first().click();
      } else if (goal.opened) {
        await page.getByTestId('test-lock').click();
        await page.getByTestId('open-test').click();
        await page.getByTestId('test-metric').waitFor();
        await page.keyboard.press('Escape');
      } else if (goal.repeated) {
        await page.getByTestId('lesson-test').click();
        await page.getByTestId('winners-n').selectOption(String(goal.repeated));
        await page.getByTestId('winners-go').click();
        // Who leaves earlier ends it.
        await expect(page.getByTestId('winners-sum')).toContainText(`${goal.repeated} splits`, { timeout: 120_000 });
        await page.keyboard.press('Escape');
      } else if (isNew) await page.getByTestId('lesson-run').click();
      for (let n = 0; n < (step.goals?.length ?? 0); n += 1)
        await expect(page.getByTestId('goal').nth(n), `${name}.${step.name}`).toHaveAttribute('data-met', 'true', {
          timeout: 120_000,
        });
      if (own.reveal) await expect(page.getByTestId('reveal')).not.toContainText(/[{}–]{1}(?=\s|$)/);
    }
    await look(app, `${name}, last step`, [...WIDE, ...NARROW], ['tp-lesson']);
  });
