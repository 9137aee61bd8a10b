import { SMALL, bits, small } from './app.js';
import { expect, standingTest as test } from './fixtures.js';
import { matches } from './texts.js';

/** Put before every script, the Worker's too: remembers devices, and on a word from the page loses or refuses them. */
const PRELUDE = `
if (globalThis.GPUAdapter && !globalThis.testDevices) {
  const devices = (globalThis.testDevices = new Set());
  const request = GPUAdapter.prototype.requestDevice;
  const channel = new BroadcastChannel('test-devices');
  let refuse = false;
  GPUAdapter.prototype.requestDevice = async function (...given) {
    if (refuse) throw new DOMException('refused by the test', 'OperationError');
    const device = await request.apply(this, given);
    devices.add(device);
    return device;
  };
  channel.addEventListener('message', ({ data }) => {
    if (!('lose' in data)) return;
    refuse = data.refuse;
    const lost = devices.size;
    for (const device of devices) device.destroy();
    devices.clear();
    if (lost) channel.postMessage({ lost });
  });
}
`;

const STUDY = small({ fixed: { epochs: 4 }, trials: 4 });

/** Destroys the engine's device; how many there were. @param {import('./app.js').App} app @param {boolean} refuse */
async function lose(app, refuse = false) {
  return app.page.evaluate(async (refuseNext) => {
    const channel = new BroadcastChannel('test-devices');
    const lost = await new Promise((resolve) => {
      channel.onmessage = ({ data }) => void ('lost' in data && resolve(data.lost));
      channel.postMessage({ lose: true, refuse: refuseNext });
      setTimeout(() => resolve(0), 2000);
    });
    channel.close();
    return lost;
  }, refuse);
}

test.beforeEach(async ({ app, site }) => {
  test.setTimeout(240_000);
  site.prelude = PRELUDE;
  await app.stand();
});

/** STUDY's result where no device is lost; every test has the same one. @type {Record<string, any> | null} */
let undisturbed = null;

/**
 * Loses the device at parts of a run, which ends with the bits of one that keeps it.
 * @param {import('./app.js').App} app
 * @param {number[]} parts
 */
async function resumes(app, parts) {
  undisturbed ??= await app.result(STUDY, 'gpu');
  const total = undisturbed.trials.reduce(
    (/** @type {number} */ sum, /** @type {any} */ trial) => sum + trial.steps,
    0,
  );
  await app.start(STUDY, 'gpu');
  for (const part of parts) {
    await app.steps(part * total);
    expect(await lose(app)).toBeGreaterThanOrEqual(1);
    await app.steps((part + 0.1) * total);
  }
  const { result, problem } = await app.outcome();
  expect(problem).toBeNull();
  expect(bits(result)).toEqual(bits(undisturbed));
}

test('R1 a device lost twice in mid-run resumes by itself to the same bits', async ({ app }) => {
  await resumes(app, [0.05, 0.6]);
});

test('R1 a device lost over and over @soak', async ({ app }) => {
  await resumes(app, [0.02, 0.15, 0.3, 0.45, 0.6, 0.75, 0.88]);
});

test('a device lost while paused', async ({ app }) => {
  undisturbed ??= await app.result(STUDY, 'gpu');
  await app.start(STUDY, 'gpu');
  await app.steps(1);
  await app.call('pause');
  expect(await lose(app)).toBeGreaterThanOrEqual(1);
  await app.call('resume');
  const { result, problem } = await app.outcome();
  expect(problem).toBeNull();
  expect(bits(result)).toEqual(bits(undisturbed));
});

test('a device that cannot be had again: a message, and what is finished is kept', async ({ app }) => {
  // Trials of two lengths: when the short ones have ended, the long ones have far to go.
  const space = { epochs: { type: 'categorical', choices: [2, 500] } };
  await app.start({ ...SMALL, fixed: { hidden: [16] }, space, trials: 16 }, 'gpu');
  await app.progress('done', 1);
  expect(await lose(app, true)).toBeGreaterThanOrEqual(1);
  const { problem } = await app.outcome();
  expect(problem ?? 'no problem').toMatch(matches('en', 'problem.device_lost'));
  await expect(app.page.getByText(problem ?? '').first()).toBeVisible();
  for (const act of ['try_gpu', 'start_cpu'])
    await expect(app.page.locator(`[data-message=run] [data-act=${act}]`)).toBeVisible();
  expect(await app.page.locator('tr[data-trial][data-state=complete]').count()).toBeGreaterThanOrEqual(1);
  expect((await app.result(small({}), 'cpu')).trials).toHaveLength(8);
});
