import { expect, test } from './fixtures.js';

/**
 * How long the page's surfaces take. `cargo xtask interop` prints it beside a plain loop in PyTorch on the same machine
 * (tests/golden/landscape/make_plane.py --time), over which the page has to be 1.5 times as fast.
 */

/** Seconds of that loop, where somebody has measured it. */
const LOOP = Number(process.env.TUNING_PLANE_SECONDS ?? NaN);
const TIMES = 1.5;

const WORKS = [
  { widths: [784, 128, 10], rows: 1000, all: Infinity, first: 1000 },
  { widths: [2, 16, 16, 2], rows: 500, all: 300, first: 300 },
];

test('51 x 51 points of a large network and of a small one @alone @plane', async ({ app, page }) => {
  test.setTimeout(120_000);
  await app.open();
  await page.getByRole('tab', { name: 'Landscape' }).click();
  for (const { widths, rows, all, first } of WORKS) {
    const times = [];
    for (let k = 0; k < 5; k++)
      times.push(
        await page.evaluate(([widths, rows]) => {
          const { runner } = /** @type {any} */ (document.querySelector('tuning-playground'));
          return runner.engine.planeWork(widths, rows, 51);
        }, /** @type {[number[], number]} */ ([widths, rows])),
      );
    // The first is of an engine that is still being compiled, which is what the reader waits for.
    const [cold, ...warm] = times;
    const { made, all: whole } = warm.sort((a, b) => a.all - b.all)[1];
    const name = `${widths.join('-')} on ${rows} rows`;
    console.log(`${name}: ${Math.round(whole - made)} ms + ${Math.round(made)} ms (cold ${Math.round(cold.all)} ms,`);
    console.log(`  the first coarse points after ${Math.round(cold.first)} ms)`);
    expect(cold.first).toBeLessThan(first);
    expect(whole).toBeLessThan(all);
    if (widths[0] === 784 && LOOP) expect((1000 * LOOP) / whole).toBeGreaterThan(TIMES);
  }
});
