import { decodeLink, encodeLink } from '../../www/src/study/link.js';
import { withoutDefaults } from '../../www/src/study/same.js';
import { checkStudy, startStudy } from '../../www/src/study/study.js';
import { chance, hostile } from '../unit/hostile.js';
import { SMALL } from './app.js';
import { expect, test } from './fixtures.js';
import { DICTIONARIES } from './texts.js';

/**
 * Loads pages with hostile links, each in a tab that had none before.
 * @param {import('./app.js').App} app
 * @param {number} seed
 * @param {number} loads
 */
async function loadHostile(app, seed, loads) {
  const { page } = app;
  const random = chance(seed);
  await app.open();
  while (loads > 0) {
    const text = hostile(random);
    const { hash } = new URL(text.startsWith('#') ? text : `#${text}`, 'http://localhost/');
    const { skipped } = decodeLink(hash);
    if (!skipped.length) continue;
    loads -= 1;
    await page.goto('about:blank');
    await app.open(hash.replace('run=1', 'run=0'));
    await expect(page.locator('[data-message=link]'), hash).toBeVisible();
    await expect(page.getByTestId('run'), hash).toBeEnabled();
    expect(checkStudy(await app.get('study')), hash).toBeNull();
  }
}

test('S1 pages with hostile links are playable and say what they skipped', async ({ app }) => {
  test.setTimeout(180_000);
  await loadHostile(app, 3, 6);
});

test('S1 200 pages with hostile links @soak', async ({ app }) => {
  test.setTimeout(900_000);
  await loadHostile(app, 4, 200);
});

test('the address follows the state and brings it back', async ({ app, page }) => {
  await app.open();
  await expect(page.getByTestId('run')).toBeVisible();
  expect(new URL(page.url()).hash).toBe('');
  await page.getByTestId('value-learning_rate').click();
  await page.getByTestId('input-low').fill('0.01');
  await page.getByTestId('input-low').press('Enter');
  await page.getByTestId('theme').click();
  await expect.poll(() => new URL(page.url()).hash).toContain('low:0.01');
  const study = await app.get('study');
  expect(study.space.learning_rate.low).toBe(0.01);
  const [url, theme] = [page.url(), await app.get('theme')];
  await page.goto('about:blank');
  await page.goto(url);
  await app.defined();
  expect(withoutDefaults(await app.get('study'))).toEqual(withoutDefaults(study));
  expect(await app.get('theme')).toBe(theme);
  await expect(page.locator('[data-message=link]')).toHaveCount(0);
});

test('a link that is changed by hand is read again, in both languages', async ({ app, page }) => {
  await app.open();
  for (const [lang, hash, title] of [
    ['en', '#v=3&lang=en&s=dataset:(name:circle),trials:5&sound=loud', 'message.link_newer'],
    ['ko', '#v=1&lang=ko&s=dataset:(name:circle),trials:6,fixed:(warp:9)', 'message.link_partly'],
    ['ko', `#v=1&lang=en&s=${'a'.repeat(9000)}`, 'message.link_long'],
  ]) {
    await page.evaluate((next) => void (location.hash = next), hash);
    await expect(page.locator('[data-message=link]')).toContainText(DICTIONARIES[lang][title]);
    expect(await app.get('lang')).toBe(lang);
    expect((await app.get('study')).dataset.name).toBe('circle');
  }
  expect((await app.get('study')).trials).toBe(6);
});

test('F2 a link that lost its end says in words what was lost, in both languages', async ({ app, page }) => {
  const link = encodeLink({ study: startStudy() }) ?? '';
  const cut = link.slice(0, link.indexOf('high:0.1') + 6);
  await app.open(cut);
  const message = page.locator('[data-message=link]');
  await expect(message).toContainText(
    'Lost: the range of learning rate · any further ranges · any further fixed values · trials · sampler',
  );
  await app.set({ lang: 'ko' });
  await expect(message).toContainText('학습률 범위');
  const { space, trials } = await app.get('study');
  expect({ space, trials }).toEqual({ space: {}, trials: undefined });
  // What is shared from here is whole again.
  await page.evaluate((next) => void (location.hash = next), `${link.replaceAll('&', '&amp;')}).`);
  await expect(message).toHaveCount(0);
  await expect.poll(async () => (await app.get('study')).trials).toBe(64);
  expect((await app.get('study')).space.learning_rate).toEqual({ type: 'float', low: 0.0001, high: 0.1, log: true });
});

test('a link that comes while the page is about to write its address is not lost', async ({ app, page }) => {
  await app.open('#v=1&lang=en&s=dataset:(name:moons)');
  await expect.poll(async () => (await app.get('study')).dataset.name).toBe('moons');
  // Both in one task: the page learns of the link only afterwards.
  await page.evaluate(() => {
    const { page } = /** @type {any} */ (document.querySelector('tuning-playground'));
    page.address.last = null;
    location.hash = '#v=1&lang=en&s=dataset:(name:iris)';
    page.address.write();
  });
  await expect.poll(async () => (await app.get('study')).dataset.name).toBe('iris');
  await expect.poll(() => page.url()).toContain('iris');
});

test('a link may ask for the run', async ({ app, page }) => {
  await app.open(`${encodeLink({ study: /** @type {any} */ (SMALL), run: true })}`);
  await expect(page.locator('.app')).toHaveAttribute('data-outcome', 'finished', { timeout: 60_000 });
  expect((await app.get('result')).trials).toHaveLength(8);
});

test('a guest leaves the address of its host alone', async ({ app, page, site, otherSite }) => {
  otherSite.pages.set(
    '/guest.html',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">
    <script type="module" src="${site.url}tuning-playground.js"></script></head>
    <body><tuning-playground></tuning-playground></body></html>`,
  );
  await page.goto(`${otherSite.origin}/guest.html#v=1&s=trials:3&chapter`);
  await app.defined();
  expect((await app.get('study')).trials).toBe(64);
  await app.put(SMALL);
  expect((await app.get('study')).trials).toBe(8);
  await page.waitForTimeout(700);
  expect(new URL(page.url()).hash).toBe('#v=1&s=trials:3&chapter');
  await expect(page.getByTestId('share')).toHaveCount(0);
});

test('what a view does not understand of a link is told with what to write instead, in both languages', async ({
  app,
  page,
}) => {
  const study = 's=(dataset:(name:moons),space:(learning_rate:(type:float,low:0.0001,high:0.1,log:!t)),trials:4)';
  const said = (/** @type {string} */ name) => page.locator(`[data-message=${name}]`);
  await app.open(`#v=1&${study}&lang=en&view=map&map=learning_rate,colour,17,5,1`);
  await expect(said('link_map')).toContainText('colour cannot be an axis');
  await expect(said('link_map_2')).toContainText('no 17 pixels along a side, so it has 16');
  await expect(said('link_map_3')).toContainText('No map of learning_rate goes from 5,1');
  await app.set({ lang: 'ko' });
  await expect(said('link_map')).toContainText('축으로 쓸 수 없는 항목: colour');
  await expect(said('link_map_3')).toContainText('보여 줄 수 없는 범위: 5,1');
  const map = () => page.evaluate(() => /** @type {any} */ (document.querySelector('tuning-playground')).store.map);
  expect((await map()).options).toMatchObject({ x: 'learning_rate', size: 16 });
  // The next link is understood.
  await page.evaluate((next) => void (location.hash = next), `#v=1&${study}&lang=en&view=map&map=learning_rate,l2,16`);
  await expect(said('link_map')).toHaveCount(0);
  await expect.poll(async () => (await map()).options.y).toBe('l2');

  const go = (/** @type {string} */ next) =>
    page.evaluate((hash) => void (location.hash = hash), `#v=1&${study}&lang=en&view=${next}`);
  await go('decide&decide=belief,zzz');
  await expect(said('link_decide')).toContainText('“zzz” in decide=belief,zzz was not understood');
  await go('decide&decide=duel');
  await expect(said('link_decide')).toHaveCount(0);
  // Trials that the study will not have are told before there are any.
  await go('race&race=1,999');
  await expect(page.locator('tp-race-plane')).toContainText('trials that are not here: 999.');
  await app.set({ lang: 'ko' });
  await expect(page.locator('tp-race-plane')).toContainText('여기에는 없는 시행: 999.');
});
