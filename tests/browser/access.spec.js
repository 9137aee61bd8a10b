import { readFileSync } from 'node:fs';
import { SMALL, small } from './app.js';
import { expect, test } from './fixtures.js';

const AXE = readFileSync(new URL('../../www/node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const WIDTHS = [1440, 390];

/** What axe finds serious or critical. @param {import('./app.js').App} app @returns {Promise<string[]>} */
async function serious(app) {
  await app.page.evaluate(AXE);
  return app.page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter((/** @type {any} */ one) => ['serious', 'critical'].includes(one.impact))
      .flatMap((/** @type {any} */ one) => one.nodes.map((/** @type {any} */ node) => `${one.id}: ${node.target.flat().join(' > ')} (${node.any[0]?.message ?? node.all[0]?.message ?? one.help})`));
  });
}

/** Looks at the page as it stands in both languages, both themes and both widths. @param {import('./app.js').App} app @param {string} state */
async function look(app, state) {
  // Colors in the middle of a transition are nobody's choice.
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
  for (const width of WIDTHS) {
    await app.page.setViewportSize({ width, height: width < 700 ? 844 : 900 });
    for (const lang of ['en', 'ko']) {
      for (const theme of ['light', 'dark']) {
        await app.set({ lang, theme });
        await app.page.waitForTimeout(250);
        expect.soft(await serious(app), `${state}, ${lang}, ${theme}, ${width} px`).toEqual([]);
        const overflow = await app.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect.soft(overflow, `sideways scrolling: ${state}, ${lang}, ${theme}, ${width} px`).toBeLessThanOrEqual(0);
      }
    }
  }
}

test('the check sees a fault that is planted inside the element', async ({ app }) => {
  await app.open();
  await app.page.evaluate(() => {
    const button = document.createElement('button');
    button.type = 'button';
    document.querySelector('tuning-playground')?.shadowRoot?.querySelector('.app')?.append(button);
  });
  expect((await serious(app)).join()).toContain('button-name');
});

test('A1 nothing serious before a run', async ({ app }) => {
  await app.open();
  await look(app, 'idle');
});

test('A1 nothing serious in the benchmark', async ({ app }) => {
  await app.open();
  await app.page.getByTestId('backend').click();
  await look(app, 'benchmark');
});

test('A1 nothing serious during a run', async ({ app, backend }) => {
  await app.open();
  await app.start(small({ fixed: { epochs: 1000 }, trials: 64 }), backend);
  await app.steps(1);
  await look(app, 'running');
  await app.call('stop');
  expect((await app.outcome()).problem).toBeNull();
});

test('A1 nothing serious after a run', async ({ app, backend }) => {
  await app.open();
  await app.result(SMALL, backend);
  await look(app, 'finished');
});
