import { SMALL } from './app.js';
import { expect, test } from './fixtures.js';
import { settled } from './look.js';
import { DICTIONARIES } from './texts.js';

/**
 * All text that the page shows, through shadow roots.
 * @param {import('./app.js').App} app
 * @returns {Promise<string>}
 */
async function shownText(app) {
  return app.page.evaluate(() => {
    /** @param {Node} node @returns {string} */
    const text = (node) => {
      if (node instanceof Text) return node.data;
      if (!(node instanceof Element || node instanceof ShadowRoot)) return '';
      if (node instanceof Element && ['STYLE', 'SCRIPT', 'NOSCRIPT'].includes(node.tagName)) return '';
      const inside = node instanceof Element && node.shadowRoot ? [node.shadowRoot] : [...node.childNodes];
      const labels = node instanceof Element ? [node.getAttribute('aria-label'), node.getAttribute('title')] : [];
      return [...labels.map((label) => label ?? ''), ...inside.map(text)].join(' ');
    };
    return text(document.body);
  });
}

for (const language of ['en', 'ko']) {
  test(`every text stands in the dictionary: ${language}`, async ({ app, backend }) => {
    await app.open();
    await app.set({ lang: language });
    const states = [await shownText(app)];
    await app.result(SMALL, backend);
    await settled(app.page);
    states.push(await shownText(app));
    for (const text of states) {
      expect(Object.keys(DICTIONARIES.en).filter((key) => key.includes('.') && text.includes(key))).toEqual([]);
      expect(text).not.toMatch(/\{\w+\}|undefined|\bNaN\b|\[object /);
      if (language === 'ko') expect(text).toMatch(/[가-힣]{2,}/);
      else expect(text.replaceAll(/한국어|한/g, '')).not.toMatch(/[가-힣]/);
    }
  });
}

test('the language can be changed at any time', async ({ app, backend }) => {
  await app.open();
  await app.start(SMALL, backend);
  const korean = async () => (await shownText(app)).replaceAll('한국어', '').match(/[가-힣][가-힣 ]+/g) ?? [];
  const change = async (/** @type {string[]} */ languages) => {
    for (const language of languages) {
      await app.set({ lang: language });
      if (language === 'ko') await expect.poll(async () => (await korean()).length).toBeGreaterThan(10);
      else await expect.poll(korean).toEqual([]);
    }
  };
  await change(['ko', 'en', 'ko']);
  expect((await app.outcome()).problem).toBeNull();
  // What was spoken at the end, too.
  await change(['en', 'ko', 'en']);
});

test('both themes, and that of the system', async ({ app }) => {
  await app.open();
  const ground = () =>
    app.page.evaluate(() => {
      const element = document.querySelector('tuning-playground');
      return element ? getComputedStyle(element).getPropertyValue('--ground').trim() : '';
    });
  await app.set({ theme: 'light' });
  const light = await ground();
  await app.set({ theme: 'dark' });
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await app.set({ theme: 'auto' });
  await app.page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(ground).toBe(light);
  await app.page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(ground).toBe(dark);
});
