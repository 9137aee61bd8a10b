import { readFileSync } from 'node:fs';
import { expect, test } from './fixtures.js';
import { DICTIONARIES } from './texts.js';
import { NARROW, WIDE, look } from './look.js';

/** The study panel and the header: data sets, presets, sizes, menu, keys, and every field with bad input. */

const json = (/** @type {string} */ path) =>
  JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
/** @type {any[]} */
const PRESETS = json('www/src/study/presets.json');
/** @type {any[]} */
const SETS = json('src/dataset/catalog.json').filter((/** @type {any} */ one) =>
  ['generated', 'bundled'].includes(one.kind),
);

/**
 * What stands in the pictures of the data sets, by name.
 * @param {import('./packages.js').Page} page
 * @returns {Promise<Record<string, string>>}
 */
const pictures = (page) =>
  page
    .locator('canvas[data-drawn]')
    .evaluateAll((all) =>
      Object.fromEntries(
        all.map((one) => [one.getAttribute('data-set'), /** @type {HTMLCanvasElement} */ (one).toDataURL()]),
      ),
    );

/** @param {import('./packages.js').Page} page @param {string} [theme] */
const drawn = (page, theme) =>
  expect(page.locator(`canvas[data-drawn${theme ? `=${theme}` : ''}]`)).toHaveCount(SETS.length);

test('each data set has a picture of its own rows, which follows noise, seed and theme', async ({ app, page }) => {
  await app.open('#v=1&s=dataset:(name:moons,noise:0.1)&theme=light');
  await drawn(page);
  const first = await pictures(page);
  expect(new Set(Object.values(first)).size).toBe(SETS.length);
  const changed = async (/** @type {Record<string, string>} */ than) => {
    const now = await pictures(page);
    return SETS.filter((one) => now[one.name] !== than[one.name]).map((one) => one.name);
  };
  const made = SETS.filter((one) => one.kind === 'generated').map((one) => one.name);
  await page.getByTestId('data-seed').fill('7');
  await page.getByTestId('data-seed').press('Enter');
  // Circles, moons and spirals are drawn on their curves: without the noise they would not change.
  await expect.poll(() => changed(first)).toEqual(made);
  const seeded = await pictures(page);
  await page.getByTestId('noise').fill('0.5');
  await page.getByTestId('noise').press('Enter');
  await expect.poll(async () => (await changed(seeded)).includes('circle')).toBe(true);
  await app.set({ theme: 'dark' });
  await drawn(page, 'dark');
  // Another generated set keeps what its picture was drawn with; a table has no noise.
  await page.locator('[data-value=spiral]').click();
  expect((await app.get('study')).dataset).toMatchObject({ name: 'spiral', noise: 0.5, seed: 7 });
  await page.keyboard.press('ArrowRight');
  await page.locator('[data-value=iris]').click();
  expect((await app.get('study')).dataset).toEqual({ name: 'iris', seed: 7 });
});

test('every preset says what it teaches and is undone, and the quickest one trains', async ({
  app,
  backend,
  page,
}) => {
  await app.open();
  for (const { name, title, about, study } of PRESETS) {
    for (const text of [title, about]) expect(text.ko).toMatch(/[가-힣]/);
    const before = await app.get('study');
    await page.getByTestId('presets').click();
    await page.getByTestId(`preset-${name}`).click();
    await expect(page.getByTestId('preset')).toHaveText(about.en);
    await expect(page.getByTestId('spoken')).toContainText(title.en);
    const loaded = await app.get('study');
    expect(loaded.name).toBe(title.en);
    if (study) expect(loaded).toEqual({ ...study, name: title.en });
    await app.put(before);
  }
  await page.getByTestId('presets').click();
  await page.getByTestId('preset-batches').click();
  await page.getByTestId('undo').click();
  expect((await app.get('study')).dataset.name).toBe('digits');
  await page.getByTestId('redo').click();
  const { trials } = await app.result(null, backend);
  expect(trials).toHaveLength(48);
});

test('a size in the link enlarges everything and still finds what is pointed at', async ({ app, backend, page }) => {
  await app.open(
    '#v=1&scale=1.5&s=dataset:(name:iris),space:(learning_rate:(type:float,low:0.001,high:0.1,log:!t),' +
      'batch_size:(type:int,low:8,high:64)),trials:6',
  );
  const size = () => page.getByTestId('run').evaluate((one) => one.getBoundingClientRect().height);
  const large = await size();
  await app.result(null, backend);
  const spot = await page.locator('[data-testid=surface] [data-selected]').first().getAttribute('data-selected');
  for (const number of [0, 1, 2, 3]) {
    const cell = await page.locator(`[data-trial="${number}"]`).first().boundingBox();
    expect(cell).not.toBeNull();
  }
  // The strip's last cell is the last trial, at any size.
  const strip = await page.locator('.strip').boundingBox();
  if (!strip) throw new Error('there is no strip');
  await page.mouse.click(strip.x + strip.width - 4, strip.y + strip.height / 2);
  await expect(page.getByTestId('selection')).toHaveAttribute('data-trial', '5');
  expect(spot).not.toBeNull();
  await page.getByTestId('more').click();
  await page.getByTestId('scale-1').click();
  await expect.poll(size).toBeCloseTo(large / 1.5, 0);
  await expect.poll(() => page.url()).not.toContain('scale');
  await app.open('#v=1&scale=9');
  await expect(page.locator('[data-message=link]')).toContainText('scale=9 → 3');
  expect(await app.get('scale')).toBe(3);
});

test('the menu holds what the header has no room for', async ({ app, page }) => {
  for (const width of [1440, 1024, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await app.open('#v=1&lang=en&theme=light');
    const more = page.getByTestId('more');
    await expect(page.getByTestId('share')).toBeVisible({ visible: width >= 1100 });
    await expect(page.getByTestId('theme')).toBeVisible({ visible: width > 480 });
    await more.focus();
    await page.keyboard.press('ArrowDown');
    const items = page.locator('.more [role^=menuitem]:visible');
    await expect(items.first()).toBeFocused();
    await page.keyboard.press('End');
    await expect(page.getByTestId('menu-keys')).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await expect(items.first()).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toHaveCount(0);
    await expect(more).toBeFocused();
  }
  await page.getByTestId('more').click();
  await page.getByTestId('menu-ko').click();
  expect(await app.get('lang')).toBe('ko');
  await page.getByTestId('more').click();
  await page.getByTestId('menu-dark').click();
  expect(await app.get('theme')).toBe('dark');
  await page.getByTestId('more').click();
  await page.getByTestId('menu-share').click();
  await expect(page.getByTestId('copy-link')).toBeFocused();
});

test('the sheet and the drawer open on a phone', async ({ app, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await app.open();
  await page.getByTestId('open-study').click();
  await drawn(page);
  await page.locator('[data-value=moons]').click();
  expect((await app.get('study')).dataset.name).toBe('moons');
  await page.getByTestId('close-study').click();
  // On phones the lock stands in Model.
  await expect(page.getByTestId('test-lock')).toBeHidden();
});

test('? lists every key, which can be turned off and stay so', async ({ app, page }) => {
  await app.open('#v=1&theme=light');
  await page.keyboard.press('?');
  const keys = page.getByTestId('keys');
  await expect(keys).toBeVisible();
  for (const lang of ['en', 'ko']) {
    await app.set({ lang });
    // What each key does is told by the commands; that all of them are here, by a unit test.
    const texts = Object.entries(DICTIONARIES[lang]).filter(([key]) => /^keys\.(?!single|about)/.test(key));
    expect(texts.length).toBeGreaterThan(10);
    const told = (/** @type {string} */ of) => keys.locator(`dl${of} dd:visible`);
    await expect(told(':not(.terms)')).toHaveCount(texts.length);
    await expect
      .poll(async () => (await told(':not(.terms)').allInnerTexts()).sort())
      .toEqual(texts.map(([, text]) => text).sort());
    // And what the page's numbers mean: whatever is defined is listed.
    const defined = Object.entries(DICTIONARIES[lang]).filter(([key]) => /^term\..*\.is$/.test(key));
    expect(defined.length).toBeGreaterThan(10);
    expect((await told('.terms').allInnerTexts()).sort()).toEqual(defined.map(([, text]) => text).sort());
  }
  await page.keyboard.press('d');
  expect(await app.get('theme'), 'no key acts behind the list').toBe('light');
  await page.getByTestId('single-keys').uncheck();
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
  await page.keyboard.press('d');
  expect(await app.get('theme')).toBe('light');
  await page.reload();
  await app.defined();
  await page.keyboard.press('d');
  expect(await app.get('theme')).toBe('light');
  await page.getByTestId('more').click();
  await page.getByTestId('menu-keys').click();
  await page.getByTestId('single-keys').check();
  await page.getByTestId('close-keys').click();
  await expect(page.getByTestId('more')).toBeFocused();
  await page.keyboard.press('d');
  expect(await app.get('theme')).toBe('dark');
  // The same key while Hangul is being written.
  await page.evaluate(() =>
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ㅇ', code: 'KeyD', bubbles: true })),
  );
  expect(await app.get('theme')).toBe('light');
});

test('Esc at once after ? leaves the list of keys closed, and a later ? opens it', async ({ app, page }) => {
  /** Holds the list's script back. @type {() => void} */
  let go = () => {};
  const held = new Promise((resolve) => (go = () => resolve(undefined)));
  await page.route(/later-keys/, async (route) => {
    await held;
    await route.continue();
  });
  await app.open();
  await page.keyboard.press('?');
  await page.keyboard.press('Escape');
  go();
  const keys = page.getByTestId('keys');
  await keys.waitFor({ state: 'attached' });
  await page.waitForTimeout(300);
  await expect(keys).toBeHidden();
  // There by now, it opens in a later task: Esc may come between.
  await page.evaluate(() => {
    for (const key of ['?', 'Escape'])
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  });
  await page.waitForTimeout(300);
  await expect(keys).toBeHidden();
  await page.keyboard.press('?');
  await expect(keys).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
});

test('each choice of a range says what it is, also where it is the only one', async ({ app, page }) => {
  await app.open('#v=1&s=dataset:(name:iris),space:(optimizer:(type:categorical,choices:!(adam)))');
  const about = json('src/study/hyperparameters.json').find(
    (/** @type {any} */ one) => one.name === 'optimizer',
  ).about;
  await page.getByTestId('value-optimizer').click();
  for (const lang of ['en', 'ko']) {
    await app.set({ lang });
    const chip = (/** @type {string} */ name) =>
      page.getByTestId('edit-optimizer').getByRole('checkbox', { name, exact: true });
    await expect(chip('adam')).toHaveAttribute(
      'title',
      `${about.adam[lang]}\n${DICTIONARIES[lang]['row.last_choice']}`,
    );
    await expect(chip('sgd')).toHaveAttribute('title', about.sgd[lang]);
  }
});

test('/ searches the rows in both languages, and says when there is none', async ({ app, page }) => {
  await app.open();
  const rows = page.locator('[data-testid^=row-]');
  const all = await rows.count();
  await page.keyboard.press('/');
  const field = page.getByTestId('search-rows');
  await expect(field).toBeFocused();
  await page.keyboard.type('학습률');
  await expect(rows).toHaveCount(1);
  await field.fill('momentum');
  await expect(page.getByTestId('idle-found')).toContainText('momentum');
  await field.fill('zzz');
  await expect(page.getByTestId('none-found')).toContainText('zzz');
  await page.getByTestId('show-all').click();
  await expect(rows).toHaveCount(all);
  await expect(field).toBeFocused();
  await field.fill('drop');
  await page.keyboard.press('Escape');
  await expect(rows).toHaveCount(all);
});

/** What people type, paste and let fall into a field. */
const BAD = ['', 'abc', '-5', '1e9999', 'NaN', '1e300', '0x', '<b>3</b>, "4"', '١٢٣', ' . '];

/**
 * Types into a field and takes the first fix, inside the page: there are hundreds of these.
 * @param {import('./packages.js').Page} page
 * @param {{field: string, error: string, within?: string, before?: string}} where before: what is pressed when the
 *   field is not there
 * @param {string[]} inputs
 * @returns {Promise<{bad: string, typed: string, text: string, left: boolean, tied: boolean}[]>} what was said, and
 *   whether the field says where
 */
const answersTo = (page, where, inputs) =>
  page.evaluate(async ([{ field, error, within, before }, list]) => {
    const root = /** @type {ShadowRoot} */ (document.querySelector('tuning-playground')?.shadowRoot);
    const find = (/** @type {string} */ id, /** @type {string} */ inside = '') =>
      /** @type {any} */ (root.querySelector(`${inside} [data-testid="${id}"]`));
    const until = async (/** @type {() => unknown} */ there) => {
      for (let frames = 0; frames < 60; frames += 1) {
        if (there()) return true;
        await new Promise(requestAnimationFrame);
      }
      return false;
    };
    const all = [];
    for (const bad of list) {
      if (!find(field, within) && before) /** @type {HTMLElement | null} */ (root.querySelector(before))?.click();
      await until(() => find(field, within));
      const input = find(field, within);
      input.value = bad;
      input.dispatchEvent(new Event('input', { bubbles: true }));
      input.dispatchEvent(new Event('change', { bubbles: true }));
      await until(() => find('fix', `[data-testid="${error}"]`));
      const text = find(error)?.innerText ?? '';
      const typed = find(field, within)?.value;
      const now = find(field, within);
      const message = root.getElementById(now?.getAttribute('aria-describedby'));
      const tied = message?.dataset.testid === error && now.getAttribute('aria-invalid') === 'true';
      find('fix', `[data-testid="${error}"]`)?.click();
      const left = !(await until(() => !find(error)));
      all.push({ bad, typed, text, left, tied });
    }
    return all;
  }, /** @type {[{field: string, error: string, within?: string, before?: string}, string[]]} */ ([where, inputs]));

/**
 * Each was kept as typed, explained in the reader's language, and gone after one click.
 * @param {string} what
 * @param {string} lang
 * @param {{bad: string, typed: string, text: string, left: boolean, tied: boolean}[]} answers
 */
function expectGood(what, lang, answers) {
  for (const { bad, typed, text, left, tied } of answers) {
    const name = `${what}, “${bad}”: ${text}`;
    expect.soft(text, `${name} (a sentence and a fix)`).toMatch(/\S+ .*\S+\n\s*\S/s);
    expect.soft(typed, `${name} (what was typed stays)`).toBe(bad);
    expect.soft(tied, `${name} (described by it, and invalid)`).toBe(true);
    expect.soft(text, name).not.toMatch(/\{\w+\}|undefined|null|\(int\)|<=|\.\. /);
    expect.soft(/[가-힣]/.test(text), name).toBe(lang === 'ko');
    expect.soft(left, `${name} (the fix holds)`).toBe(false);
  }
}

test('every number of the panel answers bad input with a sentence and a fix', async ({ app, page }) => {
  await app.open('#v=1&s=dataset:(name:moons),sampler:(name:grid)');
  for (const lang of ['en', 'ko']) {
    await app.set({ lang });
    const folded = page.locator('.study details:not([open])');
    await folded.evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
    // All number fields that there are, so that a new one is tested too.
    const names = await page
      .locator('.fld .field-input')
      .evaluateAll((all) => all.map((one) => String(one.getAttribute('data-testid'))));
    expect(names).toEqual(expect.arrayContaining(['samples', 'noise', 'data-seed', 'trials', 'seed', 'points']));
    // Each field gets four of what is bad, from where the one before it ended, and so all of it is typed.
    for (const [k, name] of names.entries()) {
      const inputs = [0, 1, 2, 3].map((n) => BAD[(4 * k + n) % BAD.length]);
      const where = { field: name, error: `error-${name}` };
      expectGood(name, lang, await answersTo(page, where, lang === 'en' ? inputs : inputs.slice(0, 1)));
    }
  }
});

test('what is wrong with a number is said in sight', async ({ app, page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await app.open();
  await page.getByTestId('trials').fill('-4');
  await page.getByTestId('trials').press('Enter');
  await expect(page.getByTestId('error-trials').getByTestId('fix')).toBeInViewport({ ratio: 1 });
  // So is an editor, also when a range takes more room than the value did.
  await page.setViewportSize({ width: 1280, height: 800 });
  const editor = page.getByTestId('edit-epochs');
  await page.getByTestId('value-epochs').evaluate((one) => one.scrollIntoView({ block: 'end' }));
  await page.getByTestId('value-epochs').click();
  await expect(editor).toBeInViewport({ ratio: 0.99 });
  await editor.getByRole('radio', { name: 'range' }).click();
  await expect(editor.getByTestId('input-step')).toBeVisible();
  await expect(editor).toBeInViewport({ ratio: 0.99 });
});

/**
 * A row of each kind of editor with a field, and the scales that it is swept on. What all rows say on all of theirs is
 * a unit test (answers.test.js).
 * @type {[string, string[]][]}
 */
const KINDS = [
  ['learning_rate', ['linear', 'log', 'choices']],
  ['beta1', ['log1m']],
  ['batch_size', ['choices']],
  ['hidden', []],
];

test('a row of every kind answers bad input with a sentence and a fix, fixed and swept, on every scale', async ({
  app,
  page,
}) => {
  await app.open('#v=1&lang=ko&rows=all&s=dataset:(name:iris)');
  const seen = new Set();
  for (const [name, scales] of KINDS) {
    await page.getByTestId(`value-${name}`).click();
    const within = `[data-testid="edit-${name}"]`;
    const editor = page.locator(within);
    await expect(editor).toBeVisible();
    const walk = async (/** @type {string} */ scale) => {
      const before = scale ? `${within} [data-testid=scale] [data-value=${scale}]` : undefined;
      for (const field of scale === 'choices' ? ['choices'] : scale ? ['low', 'high'] : ['value']) {
        // An empty list of widths is a network without hidden layers.
        const inputs = (seen.has(field) ? ['abc'] : BAD).filter((bad) => name !== 'hidden' || bad !== '');
        seen.add(field);
        const where = { field: `input-${field}`, error: `error-${name}`, within, before };
        expectGood(`${name} ${scale} ${field}`, 'ko', await answersTo(page, where, inputs));
      }
    };
    await walk('');
    if (scales.length) {
      await page.getByTestId(`sweep-${name}`).click();
      await expect(page.getByTestId(`row-${name}`)).toHaveAttribute('data-swept', 'true');
    }
    for (const scale of scales) {
      const radio = editor.locator(`[data-testid=scale] [data-value=${scale}]`);
      await radio.click();
      await expect(radio).toHaveAttribute('aria-checked', 'true');
      const fix = editor.getByTestId('fix').first();
      if (await fix.count()) await fix.click();
      await expect(page.getByTestId(`error-${name}`)).toHaveCount(0);
      await walk(scale);
    }
  }
});

test('problems of the engine read as sentences in both languages', async ({ app, backend, page }) => {
  await app.open();
  /** @type {[Record<string, any>, string[]][]} */
  const cases = [
    [{ trials: 2.5 }, ['trials']],
    [{ dataset: { name: 'moons', noise: 99 } }, ['99']],
    [{ dataset: { name: 'moons', standardize: 3 } }, ['3']],
    [{ fixed: { hidden: [0, 'x'] } }, []],
    [{ fixed: { averaging: 'mean' } }, ['ema']],
    [{ space: { dropout: 3 } }, ['dropout']],
    [{ space: { learning_rate: { type: 'float', low: 0, high: 1, log: true } } }, ['0']],
    [{ space: { learning_rate: { type: 'float', low: 0.1, high: 1, log: true, step: 0.1 } } }, []],
    [{ space: { momentum: { type: 'float', low: 0.1, high: 0.9 } } }, []],
    [{ dataset: { name: 'moons', split: { train: 0.9, validation: 0.9, test: 0.9 } } }, []],
    [{ space: { batch_size: { type: 'float', low: 1, high: 9 } } }, []],
    [{ sampler: { name: 'grid', points: 0 } }, []],
  ];
  for (const lang of ['en', 'ko']) {
    await app.set({ lang });
    for (const [changes, named] of cases) {
      const study = { format: 'tuning-playground/study@1', dataset: { name: 'digits' }, ...changes };
      const message = await app.refusal(study, backend);
      console.log(`${lang}: ${message}`);
      for (const part of named) expect(message).toContain(part);
      expect(message).not.toMatch(/\(int\)|<=|\{\w+\}|\{\.\.\.\}|undefined| \.\. | \| |\((log|log1m|sobol)\)/);
      if (lang === 'ko') expect(message).not.toMatch(/\b(is|takes|must|use|whole|number|range)\b/);
    }
  }
  await app.set({ lang: 'en' });
  await app.page.evaluate(
    () =>
      void Object.assign(/** @type {any} */ (document.querySelector('tuning-playground')), {
        study: {
          format: 'tuning-playground/study@1',
          dataset: { name: 'iris' },
          fixed: { batch_size: 32 },
          trials: 2,
        },
      }),
  );
  await page.getByTestId('value-batch_size').click();
  await page.getByTestId('input-value').fill('5000');
  await page.getByTestId('input-value').press('Enter');
  await page.getByTestId('run').click();
  await page.locator('[data-act=set_batch]').click();
  expect((await app.get('study')).fixed.batch_size).toBe(105);
});

test('A1 nothing serious in the panel and its menus', async ({ app, page }) => {
  await app.open('#v=1&s=dataset:(name:moons)');
  await drawn(page);
  await page.getByTestId('search-rows').fill('zzz');
  await page.getByTestId('samples').fill('many');
  await page.getByTestId('samples').press('Enter');
  await look(app, 'bad input', WIDE, ['tp-study']);
  for (const [name, ways] of /** @type {[string, import('./look.js').Way[]][]} */ ([
    ['presets', WIDE],
    ['more', NARROW],
  ])) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByTestId(name).click();
    await look(app, name, ways, ['tp-header']);
    await page.keyboard.press('Escape');
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.keyboard.press('?');
  await look(app, 'keys', WIDE, ['tp-keys']);
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByTestId('open-study').click();
  await look(app, 'sheet with bad input', NARROW, ['tp-study']);
});
