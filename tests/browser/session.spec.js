import { bits } from './app.js';
import { expect, test } from './fixtures.js';

/**
 * Tiny networks, which train in lanes: their bits are the same whoever trains them.
 * @param {number} trials
 * @param {object} [more]
 */
const study = (trials, more = {}) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'moons', samples: 200 },
  fixed: { hidden: [6], epochs: 8 },
  space: {
    learning_rate: { type: 'float', low: 1e-4, high: 1, log: true },
    batch_size: { type: 'categorical', choices: [8, 16, 32] },
  },
  trials,
  seed: 5,
  ...more,
});

/** Runs in the page: counts the trials that are handed to whoever trains them on. */
function countHandedOver() {
  if (typeof document === 'undefined' || Object.hasOwn(globalThis, 'handedOver')) return;
  const Real = Worker;
  Object.assign(globalThis, { handedOver: 0 });
  /** @type {any} */ (globalThis).Worker = class extends Real {
    /** @param {any} message @param {any} transfer */
    postMessage(message, transfer) {
      const words =
        /^(start|assign)$/.test(message.call) &&
        message.args.find((/** @type {unknown} */ one) => one instanceof Uint32Array);
      // Before each trial it says how many words follow.
      for (let at = 0; words && at < words.length; at += 1 + words[at]) /** @type {any} */ (globalThis).handedOver++;
      return super.postMessage(message, transfer);
    }
  };
}

/** @param {number} cores */
const onCores = (cores) =>
  `if (typeof document !== 'undefined') Object.defineProperty(navigator, 'hardwareConcurrency', { value: ${cores},` +
  ` configurable: true });`;

/** A result without what tells who trained it. @param {any} result */
const trialsOf = (result) => bits(result).trials;

const STAGES = [
  { epochs: 3, trials: 12 },
  { epochs: 9, trials: 9, shrink: 0.4 },
];

test('samplers that learn or copy, pruners that stop, stages: the same trials with 1, 2 and 7 Workers, paused or not', async ({
  app,
  page,
  site,
}) => {
  for (const more of [
    { sampler: { name: 'tpe', startup: 9, round: 5 }, pruner: { name: 'median', startup: 3 } },
    { sampler: { name: 'gp', startup: 4, round: 4 }, pruner: { name: 'hyperband' }, stages: STAGES, trials: 21 },
    { sampler: { name: 'pbt', population: 8, interval: 2 } },
  ]) {
    /** @type {any} */
    let want = null;
    for (const [cores, paused] of /** @type {const} */ ([
      [1, false],
      [2, true],
      [8, false],
    ])) {
      site.prelude = `${onCores(cores)}(${countHandedOver})();`;
      await app.open();
      await app.start(study(23, more), 'cpu');
      if (paused)
        for (let k = 0; k < 4; k++) {
          await page.waitForTimeout(60);
          await app.call('pause');
          await page.waitForTimeout(60);
          await app.call('resume');
        }
      const { result, problem } = await app.outcome();
      expect(problem).toBeNull();
      const trials = trialsOf(result);
      want ??= trials;
      // A population makes two copies at each of three looks.
      expect(trials).toHaveLength(more.stages ? 21 : more.pruner ? 23 : 14);
      for (const state of ['complete', 'pruned'])
        expect(trials.filter((/** @type {any} */ one) => one.state === state).length).toBeGreaterThan(3);
      // Trials that went on did so where they were, not at their first epoch.
      const handedOver = await page.evaluate(() => /** @type {any} */ (globalThis).handedOver);
      expect(handedOver).toBeGreaterThan(more.stages ? 5 : 20);
      expect(trials, `${cores} cores${paused ? ', paused' : ''}`).toEqual(want);
      if (more.stages)
        expect(trials.map((/** @type {any} */ one) => one.params.epochs)).toEqual([
          ...new Array(12).fill(3),
          ...new Array(9).fill(9),
        ]);
      // Whoever was pruned has weights, too; the rows are looked at once.
      const pruned = trials.find((/** @type {any} */ one) => one.state === 'pruned').number;
      if (cores === 8 && more.stages) expect(await app.call('openTest', pruned)).toMatchObject({ trial: pruned });
    }
  }
});

for (const sampler of ['random', 'sobol'])
  test(`run more: the trials are those of a study with so many from the start (${sampler})`, async ({
    app,
    page,
    backend,
  }) => {
    await app.open();
    const whole = await app.result(study(20, { sampler: { name: sampler } }), backend);
    await app.result(study(10, { sampler: { name: sampler } }), backend);
    const more = page.getByTestId('run-more');
    await expect(more).toHaveText('Run 10 more');
    await more.click();
    await expect(page.getByTestId('run')).toHaveText(/Run 20 trials/);
    await expect(page.locator('tr[data-trial]')).toHaveCount(20);
    await expect(page.getByTestId('done')).toContainText('20 / 20');
    await expect(page.getByTestId('stale')).toHaveCount(0);
    await page.waitForFunction(
      () => /** @type {any} */ (document.querySelector('tuning-playground')).result?.trials.length === 20,
    );
    const result = await app.get('result');
    expect(trialsOf(result)).toEqual(trialsOf(whole));
    expect(result.best).toBe(whole.best);
    expect(result.study).toEqual(whole.study);
    // As many as were asked for the last time, also in a later visit, which has to train them all again.
    await expect(more).toHaveText('Run 10 more');
    if (sampler === 'random') {
      // What the page keeps is written every second.
      await page.waitForFunction(() => {
        const { keeper } = /** @type {any} */ (document.querySelector('tuning-playground')).page;
        return !keeper.held.size && !keeper.busy;
      });
      await page.reload();
      await expect(page.locator('tr[data-trial]')).toHaveCount(20);
      await expect(more).toHaveText('Run again with 10 more');
      await more.click();
      await expect(page.getByTestId('done')).toContainText('30 / 30');
      await expect(more).toHaveText('Run 10 more');
      expect(trialsOf(await app.get('result')).slice(0, 20)).toEqual(trialsOf(whole));
    }
    // What the panel says is what would go on: another study has to be run from its start.
    await app.page.evaluate(() => {
      const element = /** @type {any} */ (document.querySelector('tuning-playground'));
      element.study = { ...element.study, seed: 99 };
    });
    await expect(more).toHaveCount(0);
  });

/** Runs in the page: keeps the Workers, and the run that they last told of, for what they tell too late. */
function keepWorkers() {
  if (typeof document === 'undefined' || /** @type {any} */ (globalThis).keptWorkers) return;
  const Real = Worker;
  const kept = { workers: /** @type {Worker[]} */ ([]), run: 0 };
  /** @type {any} */ (globalThis).keptWorkers = kept;
  /** @type {any} */ (globalThis).Worker = class extends Real {
    /** @param {[any, any]} given */
    constructor(...given) {
      super(...given);
      kept.workers.push(this);
      this.addEventListener('message', ({ data }) => (kept.run = data.run ?? kept.run));
    }
  };
}

test('run more after a stop: what was cancelled stays so, and the rest is that of the longer study', async ({
  app,
  page,
  backend,
  site,
}) => {
  site.prelude = `(${keepWorkers})();`;
  await app.open();
  // Long enough to be stopped on the way.
  const long = { dataset: { name: 'moons', samples: 2000 }, fixed: { hidden: [6], epochs: 300 } };
  const whole = await app.result(study(12, long), backend);
  await app.start(study(8, long), backend);
  await app.progress('steps', 500);
  await app.call('stop');
  const stopped = (await app.outcome()).result;
  expect(stopped.trials).toHaveLength(8);
  const cancelled = stopped.trials.find((/** @type {any} */ one) => one.state === 'cancelled').number;
  await page.getByTestId('run-more').click();
  await expect(page.locator('tr[data-trial="8"]')).toBeVisible();
  // A Worker that was slow to hear of the stop tells of a trial that is over.
  await page.evaluate((number) => {
    const { workers, run } = /** @type {any} */ (globalThis).keptWorkers;
    // Complete, as `TrialEvent::write` writes it: state 2, value 0, one step, no epochs.
    const numbers = Float64Array.of(number, 2, 0, 1, NaN, 1, NaN, 0, 7);
    workers[0].dispatchEvent(
      new MessageEvent('message', { data: { run, report: { numbers, steps: 0, finished: false } } }),
    );
  }, cancelled);
  await page.waitForFunction(
    () => /** @type {any} */ (document.querySelector('tuning-playground')).result?.trials.length > 8,
  );
  const result = await app.get('result');
  // This run went to its end, whatever became of the one before.
  await page.waitForFunction(
    () => /** @type {any} */ (document.querySelector('tuning-playground')).store.outcome === 'finished',
  );
  expect(trialsOf(result).slice(0, 8)).toEqual(trialsOf(stopped));
  expect(trialsOf(result).slice(8, 12)).toEqual(trialsOf(whole).slice(8, 12));
  // The test set is opened for a trial of the later round.
  const best = result.trials.slice(8).find((/** @type {any} */ one) => one.state === 'complete').number;
  expect(await app.call('openTest', best)).toMatchObject({ trial: best });
});

test('a grid is whole: there is nothing to run more of', async ({ app, page, backend }) => {
  await app.open();
  const axes = { learning_rate: { type: 'float', low: 1e-3, high: 0.1, log: true } };
  await app.result(study(3, { space: axes, sampler: { name: 'grid', points: 3 } }), backend);
  await expect(page.getByTestId('status')).toBeVisible();
  await expect(page.getByTestId('run-more')).toHaveCount(0);
});
