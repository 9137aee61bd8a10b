import { bits, small } from './app.js';
import { expect, test } from './fixtures.js';
import { DICTIONARIES, matches } from './texts.js';
import { CALM } from '../../www/src/engine/ahead.js';

/**
 * Put before every script, the Worker's too: an adapter that does not say that it is a program, and a processor whose
 * clock leaps `slow` ms ahead each time it is read while there is no buffer, so that the CPU seems slow and `auto`
 * chooses the GPU however busy the machine is; and a fault, there from the start or on a word from the page.
 * @param {string} fault
 * @param {{slow?: number, at?: 'start' | 'word'}} [given]
 */
const prelude = (fault, { slow = 200, at = 'start' } = {}) => `
if (globalThis.GPUAdapter && !globalThis.testFaults) {
  globalThis.testFaults = true;
  for (const [name, value] of Object.entries({
    vendor: 'test',
    architecture: 'device',
    description: '',
    isFallbackAdapter: false,
  }))
    Object.defineProperty(GPUAdapterInfo.prototype, name, { get: () => value });
  const now = performance.now.bind(performance);
  let [lead, buffers, active] = [0, 0, ${at === 'start'}];
  if (${slow} && typeof document === 'undefined') performance.now = Performance.prototype.now = () => {
    if (buffers === 0) lead += ${slow};
    return now() + lead;
  };
  const wrap = (type, name, make) => {
    const before = type.prototype[name];
    type.prototype[name] = function (...given) {
      return active && make ? make.call(this, before, ...given) : before.apply(this, given);
    };
  };
  const [create, destroy] = [GPUDevice.prototype.createBuffer, GPUBuffer.prototype.destroy];
  const owners = new WeakMap();
  GPUDevice.prototype.createBuffer = function (...given) {
    const buffer = create.apply(this, given);
    owners.set(buffer, this).set(this.queue, this);
    buffers++;
    return buffer;
  };
  // Whatever device there is, it is lost there.
  const loses = (type, name) => wrap(type, name, function (before, ...given) {
    (owners.get(this) ?? this).destroy();
    return before.apply(this, given);
  });
  GPUBuffer.prototype.destroy = function () {
    buffers--;
    return destroy.call(this);
  };
  const refuse = () => { throw new Error('refused by the test'); };
  const faults = {
    none: () => {},
    requestDevice: () => wrap(GPUAdapter, 'requestDevice', async () => refuse()),
    createShaderModule: () => wrap(GPUDevice, 'createShaderModule', refuse),
    wrongShader: () => wrap(GPUDevice, 'createShaderModule', function (before, given) {
      return before.call(this, {
        ...given,
        code: given.code.replace(/(TANH_CLAMP\\s*:\\s*f32\\s*=\\s*)15(\\.0)?f?/, '$11.0'),
      });
    }),
    wrongMasks: () => wrap(GPUDevice, 'createShaderModule', function (before, given) {
      return before.call(this, { ...given, code: given.code.replaceAll('0x1bd11bdau', '0x1bd11bdbu') });
    }),
    wrongProgram: () => wrap(GPUDevice, 'createShaderModule', function (before, given) {
      return before.call(this, { ...given, code: given.code.replace(/(LEAK\\s*:\\s*f32\\s*=\\s*)0\\.01f?/, '$10.5') });
    }),
    lostInCompile: () => loses(GPUDevice, 'createComputePipeline'),
    lostAtSubmit: () => loses(GPUQueue, 'submit'),
    lostAtRead: () => loses(GPUBuffer, 'mapAsync'),
    badShader: () => wrap(GPUDevice, 'createShaderModule', function (before, given) {
      return before.call(this, { ...given, code: 'this is no shader' });
    }),
    createComputePipeline: () => wrap(GPUDevice, 'createComputePipeline', function (before, given) {
      return before.call(this, { ...given, compute: { ...given.compute, entryPoint: 'nowhere' } });
    }),
    createBuffer: () => wrap(GPUDevice, 'createBuffer', refuse),
    outOfMemory: () => wrap(GPUDevice, 'createBuffer', function (before, given) {
      return before.call(this, { ...given, size: 2 ** 52 });
    }),
    writeBuffer: () => wrap(GPUQueue, 'writeBuffer', refuse),
    writeTexture: () => wrap(GPUQueue, 'writeTexture', refuse),
    getMappedRange: () => wrap(GPUBuffer, 'getMappedRange', refuse),
    submit: () => wrap(GPUQueue, 'submit', refuse),
    mapAsync: () => wrap(GPUBuffer, 'mapAsync', async () => refuse()),
    lost: () => {
      const request = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function (...given) {
        if (active) refuse();
        const device = await request.apply(this, given);
        globalThis.testDevice = device;
        return device;
      };
    },
  };
  for (const name of [
    'createTexture',
    'createBindGroupLayout',
    'createPipelineLayout',
    'createBindGroup',
    'createCommandEncoder',
  ])
    faults[name] = () => wrap(GPUDevice, name, refuse);
  faults['${fault}']();
  new BroadcastChannel('test-faults').onmessage = () => {
    active = true;
    if ('${fault}' === 'lost') globalThis.testDevice?.destroy();
  };
}
`;

const STUDY = small({ fixed: { epochs: 1 } });
/** One whose program no self-test knows. */
const LEAKY = small({ fixed: { activation: 'leaky_relu', epochs: 2 } });
/** One that is still training when the word comes. */
const LONG = small({ fixed: { epochs: 20 } });

/**
 * What a fault is told as: a problem's code, and what of its cause the message names.
 * @type {[string, 'start' | 'word', string, RegExp][]}
 */
const FAULTS = [
  ['requestDevice', 'start', 'no_gpu', /refused by the test/],
  ['createShaderModule', 'start', 'gpu', /refused by the test/],
  ['badShader', 'start', 'gpu', /WGSL/],
  ['wrongShader', 'start', 'gpu_wrong', /layered/],
  ['wrongMasks', 'start', 'gpu_wrong', /layered/],
  ['createComputePipeline', 'start', 'gpu', /nowhere|pipeline/i],
  ['createBuffer', 'start', 'gpu', /refused by the test/],
  ['outOfMemory', 'start', 'gpu', /.+/],
  ['createTexture', 'start', 'gpu', /refused by the test/],
  ['createBindGroupLayout', 'start', 'gpu', /refused by the test/],
  ['createPipelineLayout', 'start', 'gpu', /refused by the test/],
  ['createBindGroup', 'start', 'gpu', /refused by the test/],
  ['createCommandEncoder', 'start', 'gpu', /refused by the test/],
  ['createCommandEncoder', 'word', 'gpu', /refused by the test/],
  ['writeTexture', 'start', 'gpu', /refused by the test/],
  ['writeBuffer', 'start', 'gpu', /refused by the test/],
  ['writeBuffer', 'word', 'gpu', /refused by the test/],
  ['submit', 'start', 'gpu', /refused by the test/],
  ['submit', 'word', 'gpu', /refused by the test/],
  ['getMappedRange', 'start', 'gpu', /read back/],
  ['getMappedRange', 'word', 'gpu', /read back/],
  ['mapAsync', 'start', 'gpu', /read back/],
  ['mapAsync', 'word', 'gpu', /read back/],
  ['lost', 'word', 'device_lost', /destroyed/i],
  ['wrongProgram', 'start', 'gpu_wrong', /LeakyRelu/],
  ['lostInCompile', 'start', 'device_lost|gpu', /destroyed|lost/i],
  ['lostAtSubmit', 'start', 'device_lost|gpu', /destroyed|lost/i],
  ['lostAtSubmit', 'word', 'device_lost|gpu', /destroyed|lost/i],
  ['lostAtRead', 'start', 'device_lost|gpu', /destroyed|lost/i],
  ['lostAtRead', 'word', 'device_lost|gpu', /destroyed|lost/i],
];

/** The fault begins once the run has made some steps. @param {import('./app.js').App} app @param {string} at */
async function disturb(app, at) {
  if (at === 'start') return;
  await app.steps(20);
  await app.page.evaluate(() => new BroadcastChannel('test-faults').postMessage('now'));
}

/** @param {string} codes @param {string} prefix @param {string} message */
const isOneOf = (codes, prefix, message) =>
  codes.split('|').some((code) => matches('en', `problem.${prefix}${code}`).test(message));

test.describe('R2 a fault of the GPU', () => {
  // The browser tells of what is not valid on its own account.
  test.use({ quiet: [/WebGPU|GPU|shader|wgsl|pipeline|buffer|Invalid|uncaptured|While |error/i] });

  for (const [fault, at, code, cause] of FAULTS) {
    // One of each kind for every change, all of them for soak. Those that take a whole start of the GPU come under
    // auto alone; in mid-run under gpu there is lost.spec.js.
    const quick = ['requestDevice', 'badShader', 'createBuffer'].includes(fault);
    const often = quick || ['wrongMasks', 'lost'].includes(fault);
    const study = fault === 'wrongProgram' ? LEAKY : at === 'start' ? STUDY : LONG;
    test(`${fault} (${at}): one message under gpu${quick ? '' : ' @soak'}`, async ({ app, site }) => {
      site.prelude = prelude(fault, { at });
      await app.open();
      await app.start(study, 'gpu');
      await disturb(app, at);
      const { problem } = await app.outcome();
      console.log(`${fault}, ${at}, gpu: ${problem}`);
      expect(isOneOf(code, '', problem ?? ''), problem ?? 'no problem').toBe(true);
      expect(problem).toMatch(cause);
      await expect(app.page.locator('[data-message=run]')).toHaveCount(1);
    });

    test(`${fault} (${at}): the CPU under auto${often ? '' : ' @soak'}`, async ({ app, site }) => {
      site.prelude = prelude(fault, { at });
      await app.open();
      await app.page.evaluate(() => {
        const told = /** @type {string[]} */ ([]);
        /** @type {any} */ (window).testTold = told;
        document
          .querySelector('tuning-playground')
          ?.addEventListener('problem', (event) => told.push(/** @type {CustomEvent} */ (event).detail.message));
      });
      await app.start(study, 'auto');
      await disturb(app, at);
      const outcome = await app.outcome();
      expect(outcome.problem).toBeNull();
      expect(outcome.result.engine.backend).toBe('cpu');
      expect(outcome.result.trials).toHaveLength(8);
      for (const trial of outcome.result.trials)
        expect(trial.epochs.map((/** @type {any} */ one) => one.epoch)).toEqual(
          [...Array(trial.epochs.length).keys()].map((k) => k + 1),
        );
      const told = await app.page.evaluate(() => /** @type {any} */ (window).testTold);
      console.log(`${fault}, ${at}, auto: ${told.join(' | ')} (${outcome.seconds.toFixed(1)} s)`);
      const [fallback, ...others] = told.filter((/** @type {string} */ one) => isOneOf(code, 'fallback_', one));
      expect(fallback).toMatch(cause);
      expect(others).toEqual([]);
      await expect(app.page.getByText(DICTIONARIES.en['message.gpu_fallback'])).toBeVisible();
      await app.set({ lang: 'ko' });
      await expect(app.page.getByText(DICTIONARIES.ko['message.gpu_fallback'])).toBeVisible();
      if (fault !== 'createBuffer') return;
      // The GPU is left alone from now on, and what the CPU trained is what it trains when it is asked to.
      const again = await app.result(study, 'auto');
      expect(again.engine.backend).toBe('cpu');
      expect(bits(again)).toEqual(bits(await app.result(study, 'cpu')));
      expect(bits(again)).toEqual(bits(outcome.result));
    });
  }
});

test('a GPU that is quicker on the study itself is chosen, and the page says so in both languages', async ({
  app,
  page,
  site,
}) => {
  site.prelude = prelude('none');
  await app.open();
  const result = await app.result(STUDY, 'auto');
  expect(result.engine.backend).toBe('gpu');
  const badge = page.getByTestId('backend');
  const title = (await badge.getAttribute('title')) ?? '';
  console.log(title);
  expect(title).toMatch(/CPU [\d,]+ steps\/s, GPU [\d,]+ steps\/s/);
  await app.set({ lang: 'ko' });
  await expect(badge).toHaveAttribute('title', /CPU 초당 [\d,]+스텝, GPU 초당 [\d,]+스텝/);
  // What was measured is thrown away: the bits are those of a run that was asked for.
  expect(bits(await app.result(STUDY, 'gpu')).trials).toEqual(bits(result).trials);
});

test('a CPU that is quicker is chosen by the same measure, once for each kind of study @alone', async ({
  app,
  page,
  site,
}) => {
  site.prelude = prelude('none', { slow: 0 });
  await app.open();
  const first = await app.run(STUDY, 'auto');
  const second = await app.run({ ...STUDY, seed: 8 }, 'auto');
  const title = await page.getByTestId('backend').getAttribute('title');
  console.log(
    `first point after ${first.firstPoint?.toFixed(2)} s, then ${second.firstPoint?.toFixed(2)} s: ${title}`,
  );
  expect(title).toMatch(/CPU [\d,]+ steps\/s, GPU [\d,]+ steps\/s/);
  for (const { problem, result } of [first, second]) {
    expect(problem).toBeNull();
    // The software adapter is no match for the CPU on eight trials.
    expect(result.engine.backend).toBe('cpu');
  }
});

test('a software adapter is named and not measured', async ({ app, page }) => {
  await app.open();
  const { result, firstPoint } = await app.run(STUDY, 'auto');
  expect(result.engine.backend).toBe('cpu');
  expect(firstPoint).toBeLessThan(3 * 2);
  await expect(page.getByTestId('backend')).toHaveAttribute(
    'title',
    new RegExp(DICTIONARIES.en['backend.reason.software_adapter']),
  );
});

test('pipelines compile while the study is edited, not before and not for a software adapter @soak', async ({
  app,
  page,
  site,
}) => {
  const counting = `
if (globalThis.GPUDevice && typeof document === 'undefined') {
  const make = GPUDevice.prototype.createComputePipeline;
  const channel = new BroadcastChannel('test-pipelines');
  GPUDevice.prototype.createComputePipeline = function (given) {
    channel.postMessage(given.label);
    return make.call(this, given);
  };
}`;
  const listen = () =>
    page.evaluate(() => {
      const made = /** @type {string[]} */ ([]);
      /** @type {any} */ (window).testMade = made;
      new BroadcastChannel('test-pipelines').onmessage = ({ data }) => void made.push(data);
    });
  const made = () =>
    page.evaluate(
      () =>
        /** @type {any} */ (window).testMade.filter((/** @type {string} */ one) => one === 'train_invocation').length,
    );
  const crowd = { ...STUDY, dataset: { name: 'moons' }, fixed: { hidden: [8], epochs: 2 }, trials: 256 };
  const edit = () =>
    page.evaluate(
      (study) => void Object.assign(/** @type {any} */ (document.querySelector('tuning-playground')), { study }),
      crowd,
    );

  site.prelude = counting;
  await app.open();
  await listen();
  await edit();
  await page.waitForTimeout(CALM + 800);
  expect(await made()).toBe(0);

  site.prelude = prelude('none', { slow: 0 }) + counting;
  await app.open();
  await listen();
  await page.waitForTimeout(CALM + 300);
  expect(await made()).toBe(0);
  await edit();
  // The self-test's own, and the study's.
  await expect.poll(made, { timeout: 20_000 }).toBe(2);
});
