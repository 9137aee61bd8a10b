import { isDeepStrictEqual } from 'node:util';
import { decodeLink, encodeLink, LIMIT, withDefaults, withoutDefaults } from '../../www/src/study/link.js';
import { BY_NAME, DATASETS, HYPERPARAMETERS, SAMPLERS, choicesOf } from '../../www/src/study/hyperparameters.js';
import { checkStudy, startStudy } from '../../www/src/study/study.js';
import { SMALL } from './app.js';
import { chance } from './chance.js';
import { expect, test } from './fixtures.js';
import { DICTIONARIES } from './texts.js';

/** A valid study by chance. @param {() => number} random @returns {any} */
function someStudy(random) {
  const pick = (/** @type {any[]} */ list) => list[Math.floor(random() * list.length)];
  const maybe = (/** @type {object} */ part) => (random() < 0.4 ? part : {});
  const between = (/** @type {any} */ one) => {
    const value = Number(one.low) + random() ** 4 * (Number(one.high) - Number(one.low));
    return one.type === 'int' ? Math.round(value) : value;
  };
  const dataset = pick(DATASETS.filter((one) => one.available));
  /** @type {any} */
  const study = {
    format: 'tuning-playground/study@1',
    ...maybe({
      name: pick(['a b', "it's!", '학습률 × 배치', '', '12', 'true', 'a+b&c=d#e%', '(:,)', '😀', '!t', '\u0000\n']),
    }),
    dataset: {
      name: dataset.name,
      ...maybe({ seed: Math.floor(random() * 2 ** 53) }),
      ...maybe({ split: { train: 0.5, validation: 0.25, test: 0.25 } }),
      ...maybe({ standardize: false }),
    },
    fixed: {},
    space: {},
    ...maybe({ sampler: pick(SAMPLERS.map((name) => ({ name }))) }),
    ...maybe({ objective: { metric: 'validation_metric', direction: 'maximize' } }),
    ...maybe({ trials: 1 + Math.floor(random() * 1000) }),
    ...maybe({ seed: Math.floor(random() * 2 ** 53) }),
  };
  for (const one of HYPERPARAMETERS) {
    if (!one.available || random() > 0.3) continue;
    if (one.type === 'list') {
      if (one.name === 'hidden') study.fixed.hidden = pick([[], [32], [64, 32, 16]]);
    } else if (one.type === 'categorical' || one.type === 'bool') {
      if (choicesOf(one).length) study[pick(['fixed', 'space'])][one.name] = pick(choicesOf(one));
      if (one.name in study.space) study.space[one.name] = { type: 'categorical', choices: choicesOf(one) };
    } else if (random() < 0.5) study.fixed[one.name] = between(one);
    else {
      const ends = [between(one), between(one)].sort((a, b) => a - b);
      study.space[one.name] = { type: one.type, low: ends[0], high: ends[1] };
    }
  }
  return study;
}

const PIECES = [
  '__proto__',
  'constructor',
  'toString',
  'prototype',
  'hasOwnProperty',
  '(',
  ')',
  '!(',
  '!',
  "'",
  ':',
  ',',
  '&',
  '=',
  '#',
  '%',
  '%zz',
  '%00',
  '%ff%fe',
  '%ed%a0%80',
  '\ud800',
  '\udfff',
  '\u202e',
  '<script>alert(1)</script>',
  '<img+src=x+onerror=alert(1)>',
  'javascript:alert(1)',
  '1e999',
  '-0',
  '1e308',
  '99999999999999999999',
  'NaN',
  'Infinity',
  'v=1',
  'v=99',
  's=',
  's=dataset:(name:toString)',
  'view=',
  'lang=xx',
  'theme=__proto__',
  's=__proto__:(polluted:!t)',
  's=space:(learning_rate:(__proto__:(polluted:!t)))',
  'run=2',
  'scale=1e9',
  'controls=constructor',
  '('.repeat(60),
  '!('.repeat(200),
  ',,,,',
];

/** A hostile text by chance. @param {() => number} random @returns {string} */
function hostile(random) {
  const pick = (/** @type {any[]} */ list) => list[Math.floor(random() * list.length)];
  const sign = () => String.fromCharCode(random() < 0.7 ? random() * 128 : random() * 65536);
  if (random() < 0.2) return `#${Array.from({ length: Math.floor(random() * 300) }, sign).join('')}`;
  if (random() < 0.2)
    return `#v=1&${Array.from({ length: 1 + random() * 12 }, () => pick(PIECES)).join(pick(['', '&', ',', ':']))}`;
  let link = encodeLink({ study: someStudy(random), view: 'sweep', lang: 'ko', theme: 'dark', run: false }) ?? '#';
  for (let times = 1 + random() * 4; times > 0; times -= 1) {
    const at = Math.floor(random() * link.length);
    const to = at + Math.floor(random() * 12);
    link = pick([
      () => link.slice(0, at),
      () => link.slice(0, at) + pick(PIECES) + link.slice(at),
      () => link.slice(0, at) + pick(PIECES) + link.slice(to),
      () => link.slice(0, at) + link.slice(to),
      () => link + link.slice(1),
      () => link.slice(0, at) + String.fromCharCode(random() * 256) + link.slice(at + 1),
    ])();
  }
  return link;
}

test.describe('the codec', () => {
  test('1000 valid studies there and back', () => {
    const random = chance(1);
    const shown = {
      view: 'sweep',
      lang: 'ko',
      theme: 'dark',
      scale: 1.25,
      controls: ['learning_rate', 'batch_size'],
      run: true,
    };
    /** @type {any[]} those that differ; Playwright's `expect` is slow */
    const faults = [];
    for (let round = 0; round < 1000; round += 1) {
      const study = someStudy(random);
      const link = encodeLink({ study, .../** @type {any} */ (shown) });
      const { state, skipped, newer, found } = decodeLink(link ?? '');
      const back = {
        problem: checkStudy(study),
        isLink: /^#v=1&s=\([\x21-\x7e]+[a-z\d]$/.test(link ?? ''),
        skipped,
        newer,
        found,
        state,
      };
      const expected = {
        problem: null,
        isLink: true,
        skipped: [],
        newer: false,
        found: true,
        state: { study: withDefaults(study), ...shown },
      };
      if (!isDeepStrictEqual(back, expected)) faults.push({ link, back, expected });
    }
    expect(faults).toEqual([]);
  });

  test('a link holds the whole study, in sight', () => {
    expect(
      encodeLink({
        study: {
          format: 'tuning-playground/study@1',
          dataset: { name: 'circle' },
          fixed: { hidden: [8, 4], optimizer: 'adam' },
          trials: 16,
        },
      }),
    ).toBe(
      '#v=1&s=(dataset:(name:circle,samples:!n,noise:0,seed:0,split:(train:0.7,validation:0.15,test:0.15),folds:1,' +
        'standardize:!t),space:(),' +
        'fixed:(hidden:!(8,4),optimizer:adam),trials:16,sampler:(name:random),pruner:(name:none),' +
        'objective:(metric:validation_loss,direction:minimize),' +
        'seeds_per_trial:1,seed:0,shared_seeds:!f,name:%27%27)&view=sweep',
    );
    const choices = Array.from({ length: 3000 }, (_, index) => index + 1);
    expect(
      encodeLink({ study: { ...startStudy(), space: { batch_size: { type: 'categorical', choices } } } }),
    ).toBeNull();
  });

  test('a bad key is named and left out, the rest is kept', () => {
    const { state, skipped } = decodeLink(
      '#v=1&s=dataset:(name:circle,nose:1),fixed:(epochs:-3,learning_rat:1,optimizer:adam),' +
        'sampler:(name:toString),trials:7&view=Moon!',
    );
    expect(state.study).toMatchObject({ dataset: { name: 'circle' }, fixed: { optimizer: 'adam' }, trials: 7 });
    expect(skipped.map((one) => one.what)).toEqual([
      'dataset.nose',
      'fixed.epochs',
      'fixed.learning_rat',
      'sampler',
      'view=Moon',
    ]);
    expect(decodeLink('#v=7&lang=ko&hologram=1')).toMatchObject({
      newer: true,
      state: { lang: 'ko' },
      skipped: [{ what: 'v=7' }, { what: 'hologram=1' }],
    });
  });

  test('S1 10,000 hostile texts', () => {
    const random = chance(2);
    const before = Object.getOwnPropertyNames(Object.prototype).sort();
    const texts = [
      ...PIECES,
      '#'.repeat(1e6),
      `#v=1&s=${'('.repeat(8000)}`,
      `#v=1&s=a:${'!('.repeat(3000)}`,
      `#${'&a'.repeat(4000)}`,
      `#v=1&s='${'!'.repeat(8000)}`,
    ];
    /** @type {string[]} */
    const faults = [];
    for (const text of [...texts, ...Array.from({ length: 10_000 }, () => hostile(random))]) {
      const { state, skipped } = decodeLink(text);
      const fault =
        (state.study && checkStudy(state.study) !== null && 'a bad study') ||
        (text.length > LIMIT + 1 && Object.keys(state).length > 0 && 'too long and read') ||
        (skipped.some((one) => one.what.length > 50) && 'a long name') ||
        (state.controls?.some((name) => !BY_NAME.has(name)) && 'an unknown control') ||
        (decodeLink(encodeLink(state) ?? '#v=1').skipped.length > 0 && 'a link that cannot be read again');
      if (fault) faults.push(`${fault}: ${text.slice(0, 300)}`);
    }
    expect(faults).toEqual([]);
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
    expect(/** @type {any} */ ({}).polluted).toBeUndefined();
  });
});

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
  await loadHostile(app, 3, 10);
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
    'Lost: the range of learning rate · any further ranges · any further fixed values · trials · Sampler',
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

test('a link may ask for the run', async ({ app, page }) => {
  await app.open(`${encodeLink({ study: /** @type {any} */ (SMALL), run: true })}`);
  await expect(page.locator('.app')).toHaveAttribute('data-outcome', 'finished', { timeout: 60_000 });
  expect((await app.get('result')).trials).toHaveLength(8);
});

test('Share copies the link, or shows it selected', async ({ app, page, site }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: site.origin });
  await app.open('#v=1&s=dataset:(name:circle),trials:9');
  await page.getByTestId('share').click();
  await expect(page.getByTestId('share')).toHaveAttribute('data-copied', 'true');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.startsWith(`${site.url}#v=1&s=`)).toBe(true);
  expect(decodeLink(new URL(copied).hash).state.study).toEqual(
    withDefaults(/** @type {any} */ ({ format: 'tuning-playground/study@1', dataset: { name: 'circle' }, trials: 9 })),
  );
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
  });
  await page.getByTestId('share').click();
  const link = page.getByTestId('share-link');
  await expect(link).toHaveValue(copied);
  await expect
    .poll(() => link.evaluate((one) => /** @type {HTMLInputElement} */ (one).selectionEnd))
    .toBe(copied.length);
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
  await page.evaluate(
    (study) => void Object.assign(/** @type {any} */ (document.querySelector('tuning-playground')), { study }),
    SMALL,
  );
  await expect.poll(async () => (await app.get('study')).trials).toBe(8);
  await page.waitForTimeout(700);
  expect(new URL(page.url()).hash).toBe('#v=1&s=trials:3&chapter');
  await expect(page.getByTestId('share')).toHaveCount(0);
});
