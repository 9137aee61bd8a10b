import { readFileSync } from 'node:fs';
import { expect } from './packages.js';

const AXE = readFileSync(new URL('../../www/node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** @typedef {[number, string, string]} Way a width, a language, a theme */

/**
 * Ways to look at a state: every pair of width, language and theme comes once; all three together would be twice as
 * many.
 * @type {Way[]}
 */
export const WIDE = [
  [1440, 'en', 'light'],
  [1440, 'ko', 'dark'],
];
/** @type {Way[]} */
export const NARROW = [
  [390, 'en', 'dark'],
  [390, 'ko', 'light'],
];

/**
 * Each width, language and theme once, for states of a page that is looked at in all ways elsewhere.
 * @type {Way[]}
 */
export const PAIR = [
  [1440, 'en', 'light'],
  [390, 'ko', 'dark'],
];

/**
 * What axe finds serious or critical.
 * @param {import('./app.js').App} app
 * @param {string[]} [parts] the element's parts to look at; the whole page where there are none
 * @returns {Promise<string[]>}
 */
export async function serious(app, parts = []) {
  if (!(await app.page.evaluate(() => 'axe' in window))) await app.page.evaluate(AXE);
  return app.page.evaluate(async (names) => {
    const include = names.map((name) => ({ fromShadowDom: ['tuning-playground', name] }));
    const where = include.length ? { include } : document;
    const { violations } = await /** @type {any} */ (window).axe.run(where, { resultTypes: ['violations'] });
    return violations
      .filter((/** @type {any} */ one) => ['serious', 'critical'].includes(one.impact))
      .flatMap((/** @type {any} */ one) =>
        one.nodes.map(
          (/** @type {any} */ node) =>
            `${one.id}: ${node.target.flat().join(' > ')} ` +
            `(${node.any[0]?.message ?? node.all[0]?.message ?? one.help})`,
        ),
      );
  }, parts);
}

/**
 * Looks at the page as it stands, in both languages and both themes.
 * @param {import('./app.js').App} app
 * @param {string} state
 * @param {Way[]} [ways]
 * @param {string[]} [parts] those that differ from what is looked at elsewhere: axe takes a second for all of them
 */
export async function look(app, state, ways = [...WIDE, ...NARROW], parts = []) {
  const { page } = app;
  // Colors in the middle of a transition are nobody's choice.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const [width, lang, theme] of ways) {
    const where = `${state}, ${lang}, ${theme}, ${width} px`;
    await page.setViewportSize({ width, height: width < 700 ? 844 : 900 });
    await app.set({ lang, theme });
    await settled(page);
    if (process.env.TUNING_SCREENSHOTS)
      await page.screenshot({ path: `${process.env.TUNING_SCREENSHOTS}/${where.replaceAll(/\W+/g, '-')}.png` });
    expect.soft(await serious(app, parts), where).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect.soft(overflow, `sideways scrolling: ${where}`).toBeLessThanOrEqual(0);
  }
}

/** It stands where it stood a moment before: a run's end brings rows above the views, which move them.
 * @param {import('./packages.js').Locator} locator */
export async function still(locator) {
  let before = '';
  const isStill = async () => {
    const box = JSON.stringify(await locator.boundingBox());
    const isSame = box === before;
    before = box;
    return isSame;
  };
  await expect.poll(isStill, { intervals: [150] }).toBe(true);
}

/** Every part has been drawn: each in a task of its own, after the frame that it was woken in.
 * @param {import('./app.js').Page} page */
export const settled = (page) =>
  page.evaluate(async () => {
    for (let frames = 0; frames < 4; frames += 1) {
      await new Promise(requestAnimationFrame);
      await new Promise((resolve) => void setTimeout(resolve));
    }
  });
