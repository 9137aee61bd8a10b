import { readFileSync } from 'node:fs';
import { expect } from './packages.js';

const AXE = readFileSync(new URL('../../www/node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const WIDTHS = [1440, 390];

/** What axe finds serious or critical. @param {import('./app.js').App} app @returns {Promise<string[]>} */
export async function serious(app) {
  await app.page.evaluate(AXE);
  return app.page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter((/** @type {any} */ one) => ['serious', 'critical'].includes(one.impact))
      .flatMap((/** @type {any} */ one) => one.nodes.map((/** @type {any} */ node) => `${one.id}: ${node.target.flat().join(' > ')} (${node.any[0]?.message ?? node.all[0]?.message ?? one.help})`));
  });
}

/** Looks at the page as it stands in both languages, both themes and both widths. @param {import('./app.js').App} app @param {string} state
 * @param {number[]} [widths] */
export async function look(app, state, widths = WIDTHS) {
  // Colors in the middle of a transition are nobody's choice.
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
  for (const width of widths) {
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
