import { expect, test } from './fixtures.js';
import { heapOf } from './heap.js';

/** Bytes of the page's heap, arrays among them, that sweeps one after the other may leave beside what is kept of each. */
const MOST_GROWTH = 5e6;

/** @param {number} seed */
const sweep = (seed) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'moons', samples: 100 },
  fixed: { hidden: [8], epochs: 4, batch_size: 16 },
  space: { learning_rate: { type: 'float', low: 1e-4, high: 1, log: true } },
  trials: 24,
  seed,
});

/** Counts what each Worker creates and destroys on a device, whatever it opens later. @param {import('./packages.js').Page} page */
async function countBuffers(page) {
  const count = () => {
    const scope = /** @type {any} */ (globalThis);
    if (!scope.GPUDevice || scope.liveBuffers) return;
    scope.liveBuffers = new Set();
    scope.madeBuffers = 0;
    const { createBuffer } = scope.GPUDevice.prototype;
    scope.GPUDevice.prototype.createBuffer = function (/** @type {unknown} */ what) {
      const buffer = createBuffer.call(this, what);
      scope.liveBuffers.add(buffer);
      scope.madeBuffers++;
      return buffer;
    };
    const { destroy } = scope.GPUBuffer.prototype;
    scope.GPUBuffer.prototype.destroy = function () {
      scope.liveBuffers.delete(this);
      return destroy.call(this);
    };
  };
  for (const worker of page.workers()) await worker.evaluate(count);
}

/** How many there are, and how many there have been. @param {import('./packages.js').Page} page */
async function buffersOf(page) {
  const read = () => {
    const { liveBuffers, madeBuffers } = /** @type {any} */ (globalThis);
    return { live: liveBuffers?.size ?? 0, made: madeBuffers ?? 0 };
  };
  const all = { live: 0, made: 0 };
  for (const worker of page.workers()) {
    const { live, made } = await worker.evaluate(read);
    all.live += live;
    all.made += made;
  }
  return all;
}

for (const [seconds, tag] of /** @type {[number, string][]} */ ([
  [5, ''],
  [600, ' @soak'],
])) {
  test(`E1 ${seconds} seconds of sweeps leave heap and buffers as they were${tag}`, async ({ app, page, backend }) => {
    test.skip(backend === 'cpu' && seconds < 60, 'the project gpu holds both');
    test.setTimeout(180_000 + 2000 * seconds);
    await app.open();
    // The parts that the page fetches once it stands, this one last, are as many bytes whatever is swept.
    await page.waitForFunction(() => customElements.get('tp-present'), null, { timeout: 60_000 });
    const held = await heapOf(page);
    await app.result(sweep(0), 'cpu');
    await countBuffers(page);
    // What is made once is there: programs, views, caches.
    for (const seed of [1, 2, 3]) await app.result(sweep(seed), backend);
    const [before, buffers] = [await held(), await buffersOf(page)];
    let n = 0;
    for (const end = Date.now() + 1000 * seconds; Date.now() < end; n++) await app.result(sweep(4 + n), backend);
    // What is on its way to storage is held until it is there.
    await page.waitForTimeout(3000);
    const grown = (await held()) - before;
    const { live, made } = await buffersOf(page);
    console.log(
      `${n} sweeps on the ${backend}: heap ${(before / 1e6).toFixed(1)} MB and ${(grown / 1e6).toFixed(2)} MB more; ` +
        `${made} buffers made, ${buffers.live} live at first, then ${live}`,
    );
    expect(n).toBeGreaterThan(1);
    expect(grown).toBeLessThan(MOST_GROWTH);
    expect(live).toBeLessThanOrEqual(buffers.live);
    if (backend === 'gpu') expect(made).toBeGreaterThan(buffers.made);
  });
}
