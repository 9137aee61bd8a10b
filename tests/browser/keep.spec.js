import { documentOf, keptResult, readKeptStudy } from '../../www/src/state/kept.js';
import { SMALL, small } from './app.js';
import { expect, test } from './fixtures.js';
import { SUB_PATH } from './serve.js';
import { DICTIONARIES } from './texts.js';

/** What the page keeps between visits. Every test has a browser context, and with it a storage, of its own. */

/** Trains long enough to be left in the middle. */
const LONG = small({ fixed: { epochs: 400, hidden: [64, 64] }, trials: 12 });

/**
 * What lies in the page's storage.
 * @param {import('./packages.js').Page} page
 * @returns {Promise<Record<string, any>>}
 */
const stored = (page) => page.evaluate(storedHere);
async function storedHere() {
  const names = (await indexedDB.databases()).map((one) => one.name);
  if (!names.includes('tuning-playground')) return {};
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('tuning-playground');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const texts = database.transaction('texts').objectStore('texts');
  const read = (/** @type {string} */ key) =>
    new Promise((resolve) => {
      const request = texts.get(key);
      request.onsuccess = () => resolve(request.result);
    });
  const [study, shown] = [await read('study'), await read('shown')];
  const result = shown && (await read(`body ${shown.id}`));
  database.close();
  return { study, result };
}

/** Puts records there by hand. @param {import('./packages.js').Page} page @param {Record<string, any>} records */
const plant = (page, records) =>
  page.evaluate(async (given) => {
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open('tuning-playground', 1);
      request.onupgradeneeded = () => request.result.createObjectStore('texts');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const change = database.transaction('texts', 'readwrite');
    // What this tab has kept itself would win.
    change.objectStore('texts').clear();
    for (const [key, value] of Object.entries(given)) change.objectStore('texts').put(value, key);
    await new Promise((resolve) => void (change.oncomplete = resolve));
    database.close();
  }, records);

/**
 * A page of the same origin without the element.
 * @param {import('./packages.js').Page} page
 * @param {import('./serve.js').Site} site
 */
async function elsewhere(page, site) {
  site.pages.set(
    '/elsewhere.html',
    '<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,">',
  );
  await page.goto(`${site.origin}/elsewhere.html`);
}

/**
 * Opens the page; what was kept is in place once it shows.
 * @param {import('./app.js').App} app
 * @param {string} [hash]
 */
async function visit(app, hash) {
  await app.open(hash);
  await app.page.locator('.app').waitFor();
}

/** @param {any} result */
const epochsOf = (result) =>
  result.trials.reduce((/** @type {number} */ sum, /** @type {any} */ trial) => sum + trial.epochs.length, 0);

test('study and result are there again under the bare address', async ({ app, backend, page, site }) => {
  await app.open();
  const study = { ...SMALL, pruner: { name: 'halving' } };
  const result = await app.result(study, backend);
  expect(result.trials.map((/** @type {any} */ one) => one.state)).toContain('pruned');
  await expect.poll(async () => (await stored(page)).result?.includes('"complete"')).toBe(true);
  await elsewhere(page, site);
  await app.open();
  await expect(page.locator('.app')).toHaveAttribute('data-outcome', 'earlier');
  expect(await app.get('study')).toEqual(study);
  expect((await app.get('result')).trials).toEqual(result.trials);
  expect((await app.get('result')).engine).toEqual(result.engine);
  await expect(page.locator('tr[data-trial]')).toHaveCount(8);
  await expect(page.getByTestId('status')).toHaveText(DICTIONARIES.en['run.outcome.earlier']);
  // Its networks are gone, so the test set stays closed until the study has run again.
  await page.getByTestId('test-lock').click();
  await expect(page.getByTestId('open-test')).toBeDisabled();
  expect((await app.result(null, backend)).trials.map((/** @type {any} */ one) => one.params)).toEqual(
    result.trials.map((/** @type {any} */ one) => one.params),
  );
  await expect(page.locator('.app')).toHaveAttribute('data-outcome', 'finished');
  await expect(page.getByTestId('open-test')).toBeEnabled();
});

test('a plain reload and a link bring the result back only with its own study; a link wins', async ({
  app,
  backend,
  page,
  site,
}) => {
  await app.open();
  await app.result(SMALL, backend);
  await expect.poll(() => new URL(page.url()).hash).toContain('trials:8');
  await expect.poll(async () => (await stored(page)).result?.includes('"complete"')).toBe(true);
  const own = page.url();
  await page.reload();
  await app.defined();
  await expect(page.locator('.app')).toHaveAttribute('data-outcome', 'earlier');
  await elsewhere(page, site);
  await app.open('#v=1&s=dataset:(name:circle),trials:5');
  await page.waitForTimeout(1500);
  expect(await app.get('study')).toMatchObject({ dataset: { name: 'circle' }, trials: 5 });
  expect(await app.get('result')).toBeNull();
  // Looking at a link puts nothing of one's own away.
  await page.goto('about:blank');
  await page.goto(own);
  await app.defined();
  await expect(page.locator('.app')).toHaveAttribute('data-outcome', 'earlier');
  await elsewhere(page, site);
  await app.open();
  await expect.poll(async () => (await app.get('study')).trials).toBe(8);
});

test('R7 a page that is killed in mid-sweep loses at most 2 s @alone', async ({ app, backend, page, site }) => {
  const doomed = await page.context().newPage();
  await doomed.goto(site.url);
  await doomed.evaluate(([study, choice]) => {
    const element = /** @type {any} */ (document.querySelector('tuning-playground'));
    /** @type {[number, number][]} */
    const marks = [];
    Object.assign(window, { marks });
    element.addEventListener(
      'progress',
      (/** @type {any} */ event) => void marks.push([performance.now(), event.detail.epochs]),
    );
    element.study = study;
    element.backend = choice;
    void element.run().catch(() => {});
  }, /** @type {[any, string]} */ ([LONG, backend]));
  await doomed.waitForFunction(() => {
    const { marks } = /** @type {any} */ (window);
    return marks.length > 0 && performance.now() - marks[0][0] > 4000 && marks.at(-1)[1] > 20;
  });
  const least = await doomed.evaluate(() => {
    const { marks } = /** @type {any} */ (window);
    return marks.findLast((/** @type {[number, number]} */ one) => one[0] < performance.now() - 2000)[1];
  });
  expect(least).toBeGreaterThan(0);
  const session = await page.context().newCDPSession(doomed);
  void session.send('Page.crash').catch(() => {});
  await doomed.waitForEvent('crash');
  await app.open();
  await expect(page.locator('.app')).toHaveAttribute('data-outcome', 'earlier');
  const result = await app.get('result');
  console.log(`epochs 2 s before the end: ${least}, kept: ${epochsOf(result)}`);
  expect(epochsOf(result)).toBeGreaterThanOrEqual(least);
  expect(result.trials).toHaveLength(12);
  expect(result.trials.map((/** @type {any} */ one) => one.state)).toContain('cancelled');
  for (const trial of result.trials)
    expect(trial.epochs.map((/** @type {any} */ one) => one.epoch)).toEqual(
      trial.epochs.map((/** @type {any} */ _, /** @type {number} */ at) => at + 1),
    );
});

test('an opened test set stays open over a reload', async ({ app, backend, page }) => {
  await app.open();
  const { best } = await app.result(SMALL, backend);
  const test_ = await app.call('openTest', best);
  await expect.poll(async () => (await stored(page)).result?.includes('"test":{')).toBe(true);
  await page.reload();
  await app.defined();
  await expect(page.getByTestId('value-learning_rate')).toBeDisabled();
  expect((await app.get('result')).test).toEqual(test_);
});

test('an opened test set stays open though a run begins at once and the page goes away', async ({
  app,
  backend,
  page,
}) => {
  await app.open();
  const { best } = await app.result(SMALL, backend);
  await page.evaluate(async (number) => {
    const element = /** @type {any} */ (document.querySelector('tuning-playground'));
    await element.openTest(number);
    element.run().catch(() => {});
    await new Promise((resolve) => void setTimeout(resolve, 250));
  }, best);
  await page.reload();
  await app.defined();
  await expect(page.getByTestId('value-learning_rate')).toBeDisabled();
});

test.describe('where storage is refused', () => {
  for (const [lang, how] of [
    [
      'en',
      () =>
        void (IDBFactory.prototype.open = () => {
          throw new DOMException('no', 'SecurityError');
        }),
    ],
    ['ko', () => void Object.defineProperty(globalThis, 'indexedDB', { get: () => undefined })],
    [
      'en',
      () =>
        void Object.defineProperty(globalThis, 'indexedDB', {
          get: () => {
            throw new DOMException('no', 'SecurityError');
          },
        }),
    ],
    [
      'ko',
      () => {
        IDBFactory.prototype.open = function () {
          const request = /** @type {any} */ (new EventTarget());
          setTimeout(() => {
            request.error = new DOMException('no', 'UnknownError');
            request.dispatchEvent(new Event('error'));
          });
          return request;
        };
        Object.defineProperty(globalThis, 'localStorage', {
          get: () => {
            throw new DOMException('no', 'SecurityError');
          },
        });
      },
    ],
  ]) {
    test(`${String(how).slice(11, 80).replaceAll(/\s+/g, ' ')}, ${lang}`, async ({ app, backend, page }) => {
      await page.addInitScript(/** @type {() => void} */ (how));
      await app.open(`#v=1&lang=${lang}`);
      const message = page.locator('[data-message=keep]');
      await expect(message).toHaveCount(1);
      await expect(message).toContainText(DICTIONARIES[String(lang)]['message.keep_refused']);
      await page.getByTestId('theme').click();
      await app.set({ study: JSON.stringify(small({ trials: 3 })) });
      await message.getByTestId('dismiss').click();
      if (lang === 'ko') return;
      expect((await app.result(small({ trials: 2 }), backend)).trials).toHaveLength(2);
      // Said once: changes after it are not.
      await page.waitForTimeout(1100);
      await expect(message).toHaveCount(0);
    });
  }
});

test('where storage is full the run goes on and one message says so', async ({ app, backend, page, site }) => {
  await app.open('#v=1&lang=ko');
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: 1 });
  expect((await app.result(SMALL, backend)).trials).toHaveLength(8);
  const message = page.locator('[data-message=keep]');
  await expect(message).toContainText(DICTIONARIES.ko['message.keep_full']);
  await expect(message).toHaveCount(1);
  // Room again: the next change is kept.
  await session.send('Storage.overrideQuotaForOrigin', { origin: site.origin });
  await app.result(small({ trials: 3 }), backend);
  await expect.poll(async () => (await stored(page)).result?.includes('"complete"')).toBe(true);
});

test('short runs are kept as fast as they come, so that nobody has to hold them', async ({ app, backend, page }) => {
  await app.open();
  const tiny = small({ fixed: { hidden: [4], epochs: 1 }, trials: 2 });
  for (let seed = 1; seed <= 8; seed++) await app.result({ ...tiny, seed }, backend);
  const kept = () =>
    page.evaluate(async () => {
      const database = await new Promise((resolve, reject) => {
        const request = indexedDB.open('tuning-playground');
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const keys = await new Promise((resolve) => {
        const request = database.transaction('texts').objectStore('texts').getAllKeys();
        request.onsuccess = () => resolve(request.result);
      });
      database.close();
      return keys.filter((/** @type {unknown} */ key) => String(key).startsWith('body ')).length;
    });
  await expect.poll(kept, { timeout: 3000 }).toBe(8);
});

test('a result too large to keep is not kept, and long ones hold nobody up @soak', async ({ app, page }) => {
  await visit(app);
  /** Puts trials into the store as the engine would. @param {number} trials @param {number} epochs */
  const pour = (trials, epochs) =>
    page.evaluate(async ([study, many, long]) => {
      const { store } = /** @type {any} */ (document.querySelector('tuning-playground'));
      const epoch = {
        train_loss: 0.123456789012345,
        validation_loss: 0.123456789012345,
        train_metric: 0.123456789012345,
        validation_metric: 0.98765432101234,
        learning_rate: 0.0123456789012345,
        seconds: 1.2345678901234,
      };
      store.reports.begin(study);
      for (let number = 0; number < many; number += 1) {
        const epochs = Array.from({ length: long }, (_, at) => ({ epoch: at + 1, ...epoch }));
        store.reports.trials([
          {
            number,
            state: 'complete',
            params: { learning_rate: 0.01 },
            value: 1,
            seed: 0,
            steps: 1,
            diverged_at: null,
            epochs,
          },
        ]);
        if (number % 8 === 0) await new Promise((resolve) => void setTimeout(resolve));
      }
    }, /** @type {[any, number, number]} */ ([SMALL, trials, epochs]));
  await pour(128, 200);
  await page.evaluate(() => {
    /** @type {number[]} */
    const tasks = [];
    Object.assign(window, { tasks });
    new PerformanceObserver((list) => void tasks.push(...list.getEntries().map((one) => one.duration))).observe({
      type: 'longtask',
    });
    // Everything is written anew.
    const { keeper } = /** @type {any} */ (document.querySelector('tuning-playground')).page;
    keeper.text.of = null;
    for (const one of keeper.held.values()) one.seen = '';
  });
  await expect.poll(async () => (await stored(page)).result?.length ?? 0).toBeGreaterThan(4e6);
  await page.waitForFunction(
    () => {
      const { keeper } = /** @type {any} */ (document.querySelector('tuning-playground')).page;
      return !keeper.busy && [...keeper.held.values()].every((one) => one.seen !== '');
    },
    undefined,
    { polling: 50 },
  );
  const longest = Math.max(0, ...(await page.evaluate(() => /** @type {any} */ (window).tasks)));
  const { length } = (await stored(page)).result;
  console.log(`a result of ${length} characters; longest task ${longest} ms`);
  expect(length).toBeGreaterThan(4e6);
  await expect(page.locator('[data-message=keep]')).toHaveCount(0);
  await pour(128, 2400);
  await expect(page.locator('[data-message=keep]')).toContainText(DICTIONARIES.en['message.keep_large']);
  await expect.poll(async () => (await stored(page)).result ?? null).toBeNull();
});

test('a run of 65,536 trials is there again after a reload @soak', async ({ app, backend, page }) => {
  test.setTimeout(240_000);
  await visit(app);
  await app.start(
    small({
      dataset: { name: 'moons', samples: 20 },
      fixed: { hidden: [2], epochs: 1, batch_size: 8 },
      space: { learning_rate: { type: 'float', low: 1e-4, high: 1, log: true } },
      trials: 65_536,
    }),
    backend,
  );
  await expect(page.locator('.app')).toHaveAttribute('data-outcome', 'finished', { timeout: 120_000 });
  const best = await page.evaluate(() => /** @type {any} */ (document.querySelector('tuning-playground')).store.best);
  await page.waitForFunction(
    () => {
      const { keeper } = /** @type {any} */ (document.querySelector('tuning-playground')).page;
      return !keeper.held.size && !keeper.busy;
    },
    undefined,
    { timeout: 60_000 },
  );
  await expect(page.locator('[data-message=keep]')).toHaveCount(0);
  await page.reload();
  await app.defined();
  await expect(page.locator('.app')).toHaveAttribute('data-outcome', 'earlier', { timeout: 60_000 });
  const again = await page.evaluate(() => {
    const { store } = /** @type {any} */ (document.querySelector('tuning-playground'));
    return [store.trials.size, store.best];
  });
  expect(again).toEqual([65_536, best]);
});

const EPOCH = {
  epoch: 1,
  train_loss: 1,
  validation_loss: 'NaN',
  train_metric: 0,
  validation_metric: 0,
  learning_rate: 1,
  seconds: 0,
};
const TRIAL = {
  number: 0,
  state: 'complete',
  params: { learning_rate: 0.01 },
  value: 1,
  seed: 0,
  epochs: [EPOCH],
  steps: 1,
  diverged_at: null,
};
const RESULT = {
  format: 'tuning-playground/result@1',
  study: SMALL,
  engine: { backend: 'cpu', adapter: null, workers: 1 },
  trials: [TRIAL],
  best: 0,
  test: null,
};

test('only what is sound in every part is read', () => {
  /** @param {unknown} text @returns {object | null} */
  const readText = (text) => {
    const steps = keptResult(documentOf(text), /** @type {any} */ (SMALL));
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
    }
  };
  const read = (/** @type {object} */ change) => readText(JSON.stringify({ ...RESULT, ...change }));
  expect(read({})).toEqual(RESULT);
  expect(read({ study: { ...SMALL, trials: 8, dataset: { name: 'digits', standardize: true } } })).toEqual(RESULT);
  expect(
    read({ trials: [{ ...TRIAL, epochs: [{ ...EPOCH, spread: { train_loss: 0.1, validation_loss: 'NaN' } }] }] }),
  ).not.toBeNull();
  const unseen = { train_loss: 0.1, validation_loss: null, train_metric: 0, validation_metric: null };
  expect(read({ trials: [{ ...TRIAL, epochs: [{ ...EPOCH, spread: unseen }] }] })).not.toBeNull();
  const wrong = [
    { trials: [] },
    { trials: {} },
    { trials: [TRIAL, TRIAL] },
    { best: 7 },
    { test: { trial: 3, loss: 0, metric: 0 } },
    { test: 1 },
    { engine: null },
    { format: 'tuning-playground/result@2' },
    { study: { ...SMALL, seed: 8 } },
    { study: null },
    ...[
      { number: -1 },
      { number: 1e9 },
      { state: 'running' },
      { state: 'constructor' },
      { params: null },
      { params: { learning_rate: {} } },
      { params: { toString: 1 } },
      { params: { learning_rate: '<b>' } },
      { value: {} },
      { seed: '0' },
      { steps: null },
      { diverged_at: 'x' },
      { epochs: [{ ...EPOCH, epoch: 2 }] },
      { epochs: [{ ...EPOCH, train_loss: [] }] },
      { epochs: [{ ...EPOCH, spread: 5 }] },
      { epochs: [{ ...EPOCH, spread: { train_loss: {} } }] },
      { epochs: [{ ...EPOCH, spread: { train_loss: null } }] },
      { epochs: [null] },
      { epochs: 5 },
    ].map((change) => ({ trials: [{ ...TRIAL, ...change }] })),
  ];
  for (const change of wrong) expect(read(change), JSON.stringify(change)).toBeNull();
  for (const text of [
    undefined,
    null,
    5,
    '',
    'x',
    '[',
    '['.repeat(100_000),
    new Map(),
    'null',
    `"${'x'.repeat(2e7)}"`,
  ]) {
    expect(readText(text)).toBeNull();
    expect(readKeptStudy(text)).toBeNull();
  }
});

test('records of others are as good as none', async ({ app, page, site }) => {
  await elsewhere(page, site);
  const study = JSON.stringify(SMALL);
  await plant(page, { study, result: JSON.stringify(RESULT) });
  await visit(app);
  expect(await app.get('study')).toEqual(SMALL);
  expect(await app.get('result')).toEqual(RESULT);
  /** @type {[any, any][]} */
  const hostile = [
    [5, { a: new Map() }],
    ['{"format":"tuning-playground/study@1","dataset":{"name":"toString"}}', '['.repeat(100_000)],
    [`{"__proto__":{"polluted":1},${study.slice(1)}`, '<img src=x onerror=alert(1)>'],
    [JSON.stringify({ ...SMALL, format: 'tuning-playground/study@2' }), new Uint8Array(10)],
  ];
  for (const [bad, worse] of hostile) {
    await elsewhere(page, site);
    await plant(page, { study: bad, result: worse });
    await visit(app);
    expect((await app.get('study')).trials, String(bad)).toBe(64);
    expect(await app.get('result')).toBeNull();
    await expect(page.getByTestId('run')).toBeEnabled();
  }
  await expect(page.locator('[data-message]')).toHaveCount(0);
});

test('two tabs: the later one wins', async ({ app, backend, page, site }) => {
  await app.open();
  const other = await page.context().newPage();
  await other.goto(site.url);
  await app.result(SMALL, backend);
  await expect.poll(async () => (await stored(page)).result?.includes('"complete"')).toBe(true);
  await other.evaluate(
    (study) => void Object.assign(/** @type {any} */ (document.querySelector('tuning-playground')), { study }),
    small({ trials: 3 }),
  );
  await expect.poll(async () => JSON.parse((await stored(page)).study ?? '{}').trials).toBe(3);
  // Storage that is deleted under open tabs is made anew with the next change.
  await page.evaluate(
    () => new Promise((resolve) => void (indexedDB.deleteDatabase('tuning-playground').onsuccess = resolve)),
  );
  await app.put(small({ trials: 2 }));
  await expect.poll(async () => JSON.parse((await stored(page)).study ?? '{}').trials).toBe(2);
  await expect(page.locator('[data-message]')).toHaveCount(0);
  await other.close();
});

test('two tabs: each finds its own result again, and a new one the last @soak', async ({
  app,
  backend,
  page,
  site,
}) => {
  await app.open();
  const mine = await app.result(small({ trials: 2 }), backend);
  await expect.poll(async () => (await stored(page)).result?.includes('"complete"')).toBe(true);
  const other = await page.context().newPage();
  await other.goto(site.url);
  await other.evaluate(
    async ([study, choice]) => {
      const element = /** @type {any} */ (document.querySelector('tuning-playground'));
      element.backend = choice;
      element.study = study;
      await element.run();
    },
    /** @type {[any, string]} */ ([small({ trials: 3 }), backend]),
  );
  await expect.poll(async () => JSON.parse((await stored(page)).result ?? '{}').trials?.length).toBe(3);
  const find = async (/** @type {import('./packages.js').Page} */ where) => {
    await where.locator('.app[data-outcome=earlier]').waitFor();
    return where.evaluate(() => /** @type {any} */ (document.querySelector('tuning-playground')).result.trials);
  };
  for (const [where, trials] of /** @type {const} */ ([
    [page, 2],
    [other, 3],
    [page, 2],
  ])) {
    await where.reload();
    expect(await find(where)).toHaveLength(trials);
  }
  expect(await find(page)).toEqual(mine.trials);
  // Under the bare address, too, and in a tab that was never here.
  await page.goto('about:blank');
  await page.goto(site.url);
  expect(await find(page)).toHaveLength(2);
  const third = await page.context().newPage();
  await third.goto(site.url);
  expect(await find(third)).toHaveLength(3);
  await Promise.all([other.close(), third.close()]);
});

test('a guest keeps nothing', async ({ app, backend, page, site }) => {
  site.pages.set(
    '/guest.html',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">
    <script type="module" src="${SUB_PATH}tuning-playground.js"></script></head>
    <body><tuning-playground></tuning-playground></body></html>`,
  );
  await page.goto(`${site.origin}/guest.html`);
  await app.defined();
  await app.result(SMALL, backend);
  await page.waitForTimeout(1500);
  expect(await stored(page)).toEqual({});
});
