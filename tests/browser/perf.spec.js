import { expect, test } from './fixtures.js';

/** Milliseconds of the processor that one task of the page's thread may take while trials stream in; */
const TASK = 50;
/** and that none may pass, however busy the machine is. */
const WORST = 150;
/** Milliseconds after which starting is over. */
const STARTED = 1000;

/** Many small trials, so that news come as fast as they can. @param {number} trials @param {number} epochs */
const stream = (trials, epochs) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'moons' },
  fixed: { hidden: [8], epochs },
  space: {
    learning_rate: { type: 'float', low: 1e-5, high: 0.1, log: true },
    batch_size: { type: 'categorical', choices: [16, 32, 64, 128] },
    dropout: { type: 'float', low: 0, high: 0.5 },
  },
  trials,
});

for (const [trials, epochs] of [[256, 150], [2500, 8]]) {
  test(`R3 the page's thread stays free while ${trials} trials stream @alone`, async ({ app, page, backend }) => {
    await app.open();
    const browser = page.context().browser();
    if (!browser) throw new Error('there is no browser to trace');
    await browser.startTracing(page, { categories: ['toplevel'] });
    await app.start(stream(trials, epochs), backend);
    // The result is asked for afterwards: handing it to the test is work, too.
    await page.waitForFunction(() => /** @type {any} */ (window).testEnded);
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
    const { result, problem } = await app.outcome();
    expect(problem).toBeNull();
    expect(result.trials).toHaveLength(trials);

    // The page's own thread is the renderer's main thread with the most work.
    const names = traceEvents.filter((/** @type {any} */ one) => one.name === 'thread_name' && one.args.name === 'CrRendererMain');
    const threads = names.map((/** @type {any} */ name) =>
      traceEvents.filter((/** @type {any} */ one) => one.pid === name.pid && one.tid === name.tid && one.ph === 'X' && one.name.endsWith('RunTask')));
    const all = threads.toSorted((/** @type {any[]} */ a, /** @type {any[]} */ b) => b.length - a.length)[0];
    const start = Math.min(...all.map((/** @type {any} */ one) => one.ts));
    const tasks = all.filter((/** @type {any} */ one) => one.ts - start > 1000 * STARTED);
    const worst = (/** @type {'tdur' | 'dur'} */ kind) => tasks.map((/** @type {any} */ one) => Math.round((one[kind] ?? one.dur) / 1000))
      .toSorted((/** @type {number} */ a, /** @type {number} */ b) => b - a).slice(0, 5);
    const cpu = worst('tdur');
    console.log(`${trials} trials: ${tasks.length} tasks; the longest took ${cpu.join(', ')} ms of the processor (${worst('dur').join(', ')} ms by the clock)`);
    expect(tasks.length).toBeGreaterThan(20);
    // Waiting for a core is not work, and one hiccup of the collector is not a habit.
    expect(cpu[2]).toBeLessThanOrEqual(TASK);
    expect(cpu[0]).toBeLessThanOrEqual(WORST);
  });
}

/** Milliseconds that a dispatch may take; a submit holds one or more. */
const DISPATCH = 100;
/** Tells the page how long each submit kept the GPU, by when those before it were done. */
const WATCHED = `
if (globalThis.GPUQueue && typeof document === 'undefined' && !globalThis.testWatched) {
  globalThis.testWatched = true;
  const submit = GPUQueue.prototype.submit;
  const channel = new BroadcastChannel('test-submits');
  let last = 0;
  GPUQueue.prototype.submit = function (...given) {
    const begun = performance.now();
    submit.apply(this, given);
    this.onSubmittedWorkDone().then(() => {
      const now = performance.now();
      channel.postMessage(now - Math.max(last, begun));
      last = now;
    }, () => {});
  };
}`;

/** Networks that different plans train, and very different numbers of them. @type {[string, Record<string, any>][]} */
const POPULATIONS = [
  ['2,048 tiny networks', { ...stream(2048, 2), fixed: { hidden: [8], epochs: 2 } }],
  ['8 wide networks', { ...stream(8, 3), dataset: { name: 'digits' }, fixed: { hidden: [256, 256], epochs: 3 } }],
];

for (const [name, study] of POPULATIONS) {
  test(`R3 no dispatch keeps the GPU for long: ${name} @alone`, async ({ app, page, site, backend }) => {
    test.skip(backend !== 'gpu', 'there are no dispatches');
    test.setTimeout(240_000);
    site.prelude = WATCHED;
    await app.open();
    // What a program takes to compile belongs to its first dispatch.
    await app.result({ ...study, trials: 4, fixed: { ...study.fixed, epochs: 1 } }, backend);
    await page.evaluate(() => {
      const took = /** @type {any} */ (window).testTook = /** @type {number[]} */ ([]);
      new BroadcastChannel('test-submits').onmessage = ({ data }) => void took.push(data);
    });
    await app.result(study, backend);
    /** @type {number[]} */
    const took = (await page.evaluate(() => /** @type {any} */ (window).testTook)).sort((/** @type {number} */ a, /** @type {number} */ b) => b - a);
    const worst = took.slice(0, 5).map(Math.round);
    console.log(`${name}: ${took.length} submits; the longest took ${worst.join(', ')} ms`);
    expect(took.length).toBeGreaterThan(20);
    // As above: one hiccup of a busy machine is not a habit.
    expect(worst[2]).toBeLessThanOrEqual(DISPATCH);
  });
}
