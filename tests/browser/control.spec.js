import { bits, small } from './app.js';
import { expect, standingTest as test } from './fixtures.js';

/** A software GPU takes its time over it. */
const SHORT = small({ fixed: { epochs: 1 } });
/** Long enough to be interrupted. */
const LONG = small({ fixed: { epochs: 400 }, trials: 16 });
const ENDED = ['complete', 'diverged', 'cancelled'];

/** @param {any} result */
function expectCancelled(result) {
  const states = result.trials.map((/** @type {any} */ trial) => trial.state);
  expect(states).toContain('cancelled');
  for (const state of states) expect(ENDED).toContain(state);
  expect(result.trials.map((/** @type {any} */ trial) => trial.number)).toEqual([...states.keys()]);
}

test('stop gives the result so far', async ({ app, backend }) => {
  await app.stand();
  await app.start(LONG, backend);
  await app.steps(1);
  await app.call('stop');
  const { result, problem } = await app.outcome();
  expect(problem).toBeNull();
  expectCancelled(result);
  expect((await app.result(SHORT, backend)).trials).toHaveLength(8);
});

test('stop at once, before the first step', async ({ app, backend }) => {
  await app.stand();
  await app.start(LONG, backend);
  await app.call('stop');
  const { result, problem } = await app.outcome();
  expect(problem).toBeNull();
  expect(result?.trials.map((/** @type {any} */ trial) => [trial.number, trial.state])).toEqual(
    [...Array(16).keys()].map((number) => [number, 'cancelled']),
  );
  expect(result?.engine.backend).toBe(backend);
  for (const trial of result?.trials ?? [])
    expect(Object.keys(trial.params).sort()).toEqual(Object.keys(LONG.space).sort());
});

test('a paused run stands still and resumes to the same bits', async ({ app, backend }) => {
  // On the CPU they are over sooner.
  const study = small({ fixed: { epochs: backend === 'cpu' ? 12 : 4 } });
  await app.stand();
  const undisturbed = await app.result(study, backend);
  await app.start(study, backend);
  for (const steps of [1, 400]) {
    await app.steps(steps);
    await app.call('pause');
    await app.page.waitForTimeout(500);
    const before = await app.stepsDone();
    await app.page.waitForTimeout(500);
    expect(await app.stepsDone()).toBe(before);
    await app.call('resume');
  }
  const { result, problem } = await app.outcome();
  expect(problem).toBeNull();
  expect(bits(result)).toEqual(bits(undisturbed));
});

test('a new study ends the run that is going', async ({ app, backend }) => {
  await app.stand();
  await app.start(LONG, backend);
  await app.steps(1);
  await app.page.evaluate((/** @type {unknown} */ study) => {
    /** @type {any} */ (document.querySelector('tuning-playground')).study = study;
  }, SHORT);
  const { result, problem } = await app.outcome();
  expect(problem).toBeNull();
  expectCancelled(result);
  expect((await app.get('study')).trials).toBe(8);
  expect((await app.result(null, backend)).trials).toHaveLength(8);
});

test('every trial that ends is told of once, and the end once', async ({ app, backend }) => {
  await app.stand();
  await app.page.evaluate(() => {
    const told = { trials: /** @type {number[]} */ ([]), finished: 0 };
    /** @type {any} */ (window).told = told;
    const element = document.querySelector('tuning-playground');
    element?.addEventListener(
      'trial',
      (event) => void told.trials.push(/** @type {CustomEvent} */ (event).detail.number),
    );
    element?.addEventListener('finished', () => void (told.finished += 1));
  });
  await app.result(SHORT, backend);
  const told = await app.page.evaluate(() => /** @type {any} */ (window).told);
  expect(told.trials.toSorted((/** @type {number} */ a, /** @type {number} */ b) => a - b)).toEqual([
    ...Array(8).keys(),
  ]);
  expect(told.finished).toBe(1);
});

test('the study can be read as soon as the element is defined', async ({ app, backend }) => {
  test.skip(backend === 'gpu', 'no backend has a part in it');
  await app.open('#v=1');
  expect(await app.get('study')).toMatchObject({
    format: 'tuning-playground/study@1',
    dataset: { name: 'digits' },
    trials: 64,
  });
});
