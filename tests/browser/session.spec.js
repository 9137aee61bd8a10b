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

/**
 * Runs in the page: a session of its own in the place of the lead Worker's, with a sampler that draws from everything
 * it was told and a pruner that stops, after epochs 2 and 5, whoever is worse than the median. What the page does in
 * between must decide nothing.
 */
function otherSession() {
  if (typeof document === 'undefined' || /** @type {any} */ (globalThis).otherSession) return;
  const [TRIALS, STARTUP, ROUND, RUNGS, EPOCHS] = [23, 9, 5, [2, 5], 8];
  /** @type {{number: number, params: any, goal: number, epochs: any[], state: string, value: any, steps: number}[]} */
  let trials = [];
  let told = 0;
  let study_ = {};
  /** @type {Map<number, Uint32Array>} where trials go on */
  const kept = new Map();
  const isOpen = (/** @type {any} */ one) => one.state === 'queued';
  const loss = (/** @type {any} */ epoch) =>
    typeof epoch.validation_loss === 'number' ? epoch.validation_loss : Infinity;
  const scoreOf = (/** @type {any} */ one) =>
    one.epochs.length && one.state !== 'diverged' ? loss(one.epochs.at(-1)) : Infinity;
  const send = (/** @type {any[]} */ some) =>
    some.map((one) => {
      one.goal = RUNGS.find((rung) => rung > one.epochs.length) ?? EPOCHS;
      const trial = { number: one.number, params: one.params };
      /** @type {any} */ (globalThis).goneOn += Number(kept.has(one.number));
      const from = kept.has(one.number) ? { from_epoch: one.epochs.length } : {};
      return { trial, of_trials: TRIALS, until_epoch: one.goal === EPOCHS ? null : one.goal, ...from };
    });
  const ask = (/** @type {number} */ number) => {
    const text = JSON.stringify([
      number,
      ...trials.slice(0, told).map((one) => [one.number, one.state, scoreOf(one)]),
    ]);
    let hash = 2166136261;
    for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619) >>> 0;
    return { learning_rate: 10 ** (-4 + (4 * (hash % 1009)) / 1009), batch_size: [8, 16, 32][(hash >>> 11) % 3] };
  };
  /** @type {any[]} */
  let ended = [];
  const underWay = () => trials.some((one) => isOpen(one) && one.epochs.length < one.goal);
  const next = () => {
    const waiting = trials.filter(isOpen);
    for (const one of waiting) {
      const at = one.epochs.length;
      const values = trials
        .filter(({ epochs }) => epochs.length >= at)
        .map(({ epochs }) => loss(epochs[at - 1]))
        .sort((a, b) => a - b);
      if (loss(one.epochs[at - 1]) <= values[Math.floor(values.length / 2)]) continue;
      one.state = 'pruned';
      one.value = one.epochs[at - 1].validation_loss;
      ended.push({
        number: one.number,
        state: one.state,
        epochs: [],
        value: one.value,
        steps: one.steps,
        diverged_at: null,
      });
    }
    if (waiting.some(isOpen)) return send(waiting.filter(isOpen));
    told = trials.length;
    const wanted = Math.min(told === 0 ? STARTUP : ROUND, TRIALS - told);
    for (let k = 0; k < wanted; k++)
      trials.push({
        number: told + k,
        params: ask(told + k),
        goal: 0,
        epochs: [],
        state: 'queued',
        value: null,
        steps: 0,
      });
    return send(trials.slice(told));
  };
  const standing = () => {
    const best = trials
      .filter((one) => one.state === 'complete')
      .sort((a, b) => scoreOf(a) - scoreOf(b) || a.number - b.number)[0];
    return {
      done: trials.filter((one) => !isOpen(one)).length,
      total: TRIALS,
      steps: 0,
      totalSteps: 1,
      best: best?.number ?? null,
    };
  };
  /** @param {Float64Array} numbers as `TrialEvent::write` writes them */
  const eventsOf = (numbers) => {
    const events = [];
    for (let at = 0; at < numbers.length;) {
      const [number, state, value, steps, , , n, each] = numbers.slice(at, (at += 8));
      const epochs = Array.from({ length: n }, () => {
        const [epoch, , validation_loss] = numbers.slice(at, (at += each));
        return { epoch, validation_loss };
      });
      events.push({
        number,
        state: ['queued', 'running', 'complete', 'pruned', 'diverged', 'cancelled'][state],
        value: Number.isNaN(value) ? null : value,
        steps,
        epochs,
      });
    }
    return events;
  };
  /** @param {Uint32Array} words as `TrialSnapshot::write` writes them */
  const keep = (words) => {
    for (let at = 0; at < words.length;) {
      const first = at;
      // How many words follow, then the trial's number.
      const [n, number] = words.slice(at, at + 2);
      at += 1 + n;
      if (isOpen(trials[number])) kept.set(number, words.slice(first, at));
    }
  };
  /** @type {Record<string, (...given: any[]) => any>} */
  const answers = {
    begin: (_run, text) => {
      [trials, told, ended, study_] = [[], 0, [], JSON.parse(text)];
      return JSON.stringify(next());
    },
    begun: standing,
    report: (_run, reports, snapshots) => {
      for (const event of reports.flatMap(eventsOf)) {
        const one = trials[event.number];
        if (!isOpen(one)) continue;
        one.epochs.push(...event.epochs.filter((/** @type {any} */ { epoch }) => epoch > one.epochs.length));
        one.steps = Math.max(one.steps, event.steps);
        if (event.state !== 'running') Object.assign(one, { state: event.state, value: event.value });
      }
      for (const words of snapshots) keep(words);
      const round = underWay() ? null : JSON.stringify(next());
      const told_ = JSON.stringify(ended);
      ended = [];
      return { ...standing(), round, ended: told_ };
    },
    handOver: (_run, numbers) => {
      const words = numbers.flatMap((/** @type {number} */ number) => [...(kept.get(number) ?? [])]);
      for (const number of numbers) kept.delete(number);
      return new Uint32Array(words);
    },
    conclude: () => ({
      ...standing(),
      result: {
        format: 'tuning-playground/result@1',
        study: study_,
        engine: {},
        trials: [],
        best: standing().best,
        test: null,
      },
    }),
  };
  const Real = Worker;
  let lead = true;
  Object.assign(globalThis, { otherSession: true, goneOn: 0 });
  /** @type {any} */ (globalThis).Worker = class extends Real {
    /** @param {[any, any]} given */
    constructor(...given) {
      super(...given);
      this.isLead = lead;
      lead = false;
    }

    /** @param {any} message */
    postMessage(message) {
      if (!this.isLead || !Object.hasOwn(answers, message.call)) return super.postMessage(message);
      const value = answers[message.call](...message.args);
      queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data: { id: message.id, value } })));
    }
  };
}

/** @param {number} cores */
const onCores = (cores) =>
  `if (typeof document !== 'undefined') Object.defineProperty(navigator, 'hardwareConcurrency', { value: ${cores},` +
  ` configurable: true });`;

/** A result without what tells who trained it. @param {any} result */
const trialsOf = (result) => bits(result).trials;

test('a sampler that learns and a pruner that stops: the same trials with 1, 2 and 7 Workers, paused or not', async ({
  app,
  page,
  site,
}) => {
  /** @type {any} */
  let want = null;
  for (const [cores, paused] of /** @type {const} */ ([
    [1, false],
    [2, true],
    [8, false],
  ])) {
    site.prelude = `${onCores(cores)}(${otherSession})();`;
    await app.open();
    await app.start(study(23), 'cpu');
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
    const states = trials.map((/** @type {any} */ one) => one.state);
    expect(trials).toHaveLength(23);
    for (const state of ['complete', 'pruned'])
      expect(states.filter((/** @type {string} */ one) => one === state).length).toBeGreaterThan(3);
    expect(
      trials
        .filter((/** @type {any} */ one) => one.state === 'pruned')
        .every((/** @type {any} */ one) => [2, 5].includes(one.epochs.length)),
    ).toBe(true);
    // Trials that went on did so where they were, not at their first epoch.
    expect(await page.evaluate(() => /** @type {any} */ (globalThis).goneOn)).toBeGreaterThan(9);
    expect(trials, `${cores} cores${paused ? ', paused' : ''}`).toEqual(want);
    await expect(page.locator('tr[data-trial]')).toHaveCount(23);
    await expect(page.locator('tr[data-state=pruned]')).toHaveCount(
      states.filter((/** @type {string} */ one) => one === 'pruned').length,
    );
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
      await expect
        .poll(
          async () => {
            await page.reload();
            await app.defined();
            return page.locator('tr[data-trial]').count();
          },
          { intervals: [1500] },
        )
        .toBe(20);
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
    const numbers = Float64Array.of(number, 2, 0, 1, NaN, 1, 0, 7);
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
