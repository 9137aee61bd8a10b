import { small } from './app.js';
import { expect, test } from './fixtures.js';
import { NETS, mapIn, settled } from './maps.js';

/** A trained map and a race that was tuned are there again after a reload, and nobody else's is. */

/** What storage has of it in this tab. @param {import('./app.js').Page} page @param {'map' | 'race'} what */
const kept = (page, what) =>
  page.evaluate(
    (key) =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open('tuning-playground', 1);
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const tab = sessionStorage.getItem('tuning-playground.tab');
          const found = request.result.transaction('texts').objectStore('texts').get(`${key} ${tab}`);
          found.onsuccess = () => {
            request.result.close();
            const { result } = found;
            if (!result) return resolve(null);
            resolve(key === 'map' ? result.sheets.map((/** @type {any} */ one) => one.known.length) : result);
          };
        };
      }),
    what,
  );

/** @param {import('./app.js').App} app */
async function trained(app) {
  const { page } = app;
  await app.open();
  await app.put(NETS);
  await app.set({ view: 'map' });
  await settled(page, /ready/);
  await page.getByTestId('map-size').selectOption('16');
  await expect.poll(async () => (await mapIn(page)).n).toBe(256);
  await settled(page, /ready/);
  await page.getByTestId('map-go').click();
  await settled(page, /done/);
  return mapIn(page);
}

test('a trained map is there again after a reload, its windows and its pixels, to the bit', async ({ app, page }) => {
  const whole = await trained(app);
  await app.page.locator('tuning-playground').evaluate((element) => {
    /** @type {any} */ (element.shadowRoot?.querySelector('tp-map')).act('map_zoom', [0, 0.5, 0, 0.5]);
  });
  await expect.poll(async () => (await mapIn(page)).windows).toBe(1);
  await settled(page, /done/);
  const part = await mapIn(page);
  await expect.poll(() => kept(page, 'map')).toEqual([256, 256]);
  // The address has the window's ends behind the size.
  await expect.poll(() => page.url()).toMatch(/map=learning_rate,init_std,16,/);
  await page.reload();
  await settled(page, /done/);
  expect(await mapIn(page)).toEqual({ ...part, earlier: true });
  await expect(page.getByTestId('map-stale')).toHaveCount(0);
  // A pixel trains to what it was.
  await page.locator('tuning-playground').evaluate((element) => {
    /** @type {any} */ (element.shadowRoot?.querySelector('tp-map')).act('map_pixel', 5);
  });
  await expect.poll(async () => String((await mapIn(page)).ending)).toBe(part.losses[5]);
  await page.getByTestId('map-back').click();
  expect(await mapIn(page)).toEqual({ ...whole, earlier: true });
  // From another view, too.
  await page.getByRole('tab', { name: 'Sweep' }).click();
  await expect.poll(() => page.url()).toContain('view=sweep');
  await page.reload();
  await page.getByRole('tab', { name: 'Map' }).click();
  await settled(page, /done/);
  expect((await mapIn(page)).losses).toEqual(whole.losses);
});

test('a link to a window before the last goes back to it', async ({ app, page }) => {
  const whole = await trained(app);
  await expect.poll(() => page.url()).toContain('map=learning_rate,init_std,16');
  const url = page.url();
  await page.locator('tuning-playground').evaluate((element) => {
    /** @type {any} */ (element.shadowRoot?.querySelector('tp-map')).act('map_zoom', [0, 0.5, 0, 0.5]);
  });
  await expect.poll(() => kept(page, 'map')).toEqual([256, 256]);
  await page.goto('about:blank');
  await page.goto(url);
  await settled(page, /done/);
  expect(await mapIn(page)).toEqual({ ...whole, earlier: true });
});

test('a map that was cut off goes on, and what was trained is not trained again', async ({ app, page }) => {
  const whole = await trained(app);
  // As if half of it had come.
  await page.locator('tuning-playground').evaluate((element) => {
    const { map: now } = /** @type {any} */ (element).store;
    for (let k = 0; k < 128; k++) {
      now.counts[now.known[k]]--;
      now.counts[0]++;
      now.known[k] = 0;
    }
    // One that no training gives tells who was trained anew.
    now.losses[200] = 0.125;
    now.go('paused');
    now.version++;
  });
  await page.waitForTimeout(2500);
  await page.reload();
  await settled(page, /paused/);
  expect(await mapIn(page)).toMatchObject({ done: 128, earlier: true });
  await page.getByTestId('map-go').click();
  await settled(page, /done/);
  const again = await mapIn(page);
  expect(again.earlier).toBe(false);
  expect(again.losses).toEqual(whole.losses.map((loss, k) => (k === 200 ? '0.125' : loss)));
});

test('where storage is slower than the view they are there all the same', async ({ app, page }) => {
  // Whoever opens storage waits for the name of the tab.
  await page.addInitScript(() => {
    const { request } = LockManager.prototype;
    LockManager.prototype.request = /** @type {any} */ (
      /** @this {LockManager} @param {any[]} given */
      async function (...given) {
        await new Promise((resolve) => void setTimeout(resolve, 2000));
        return request.apply(this, /** @type {any} */ (given));
      }
    );
  });
  const whole = await trained(app);
  await expect.poll(() => kept(page, 'map')).toEqual([256]);
  await page.reload();
  await expect.poll(async () => (await mapIn(page)).state).toMatch(/planning|ready/);
  await settled(page, /done/);
  expect(await mapIn(page)).toEqual({ ...whole, earlier: true });
  await page.getByRole('tab', { name: 'Race' }).click();
  const race = () =>
    page.locator('tuning-playground').evaluate((element) => {
      const { state, contestants } = /** @type {any} */ (element).store.race;
      return `${state} ${contestants.map((/** @type {any} */ one) => one.key)}`;
    });
  await expect.poll(race, { timeout: 30_000 }).toBe('done sgd,momentum,rmsprop,adam');
  await page.getByTestId('race-add').selectOption('adagrad');
  await expect.poll(race, { timeout: 30_000 }).toBe('done sgd,momentum,rmsprop,adam,adagrad');
  await expect.poll(async () => (await kept(page, 'race'))?.contestants.length).toBe(5);
  await page.reload();
  await expect.poll(race, { timeout: 30_000 }).toBe('done sgd,momentum,rmsprop,adam,adagrad');
});

test('a map that was cleared stays away, and another study has none', async ({ app, page }) => {
  await trained(app);
  await expect.poll(() => kept(page, 'map')).toEqual([256]);
  // A link's study.
  const url = page.url();
  await page.goto('about:blank');
  await app.open('#v=1&s=(dataset:(name:iris),trials:3)&view=map');
  await settled(page, /ready/);
  expect((await mapIn(page)).done).toBe(0);
  // Looking at it, or at a race, has put nothing away.
  await page.goto('about:blank');
  await app.open('#v=1&s=(dataset:(name:iris),fixed:(epochs:2),trials:3)&view=race&race=seed');
  await expect
    .poll(() => page.locator('tuning-playground').evaluate((one) => /** @type {any} */ (one).store.race.state), {
      timeout: 60_000,
    })
    .toBe('done');
  await page.waitForTimeout(1500);
  await page.goto('about:blank');
  await page.goto(url);
  await settled(page, /done/);
  expect((await mapIn(page)).done).toBe(256);
  await page.getByTestId('map-size').selectOption('32');
  await expect.poll(async () => (await mapIn(page)).n).toBe(1024);
  await page.getByTestId('map-x').selectOption('weight_decay');
  await settled(page, /ready/);
  expect((await mapIn(page)).done).toBe(0);
  await expect.poll(() => kept(page, 'map')).toBeNull();
  await page.reload();
  await settled(page, /ready/);
  expect((await mapIn(page)).done).toBe(0);
});

test('a race that was tuned is there again after a reload, without another search', async ({ app, page }) => {
  await app.open();
  await app.put(small({ dataset: { name: 'moons', samples: 100 }, fixed: { hidden: [4], epochs: 2 }, trials: 2 }));
  await page.getByRole('tab', { name: 'Race' }).click();
  const race = () =>
    page.locator('tuning-playground').evaluate((element) => {
      const { state, contestants, options, head } = /** @type {any} */ (element).store.race;
      const ends = head?.paths.map((/** @type {any} */ one) => String(one.loss.at(-1)));
      return { state, contestants, options, ends };
    });
  const ended = () => expect.poll(async () => (await race()).state, { timeout: 60_000 }).toBe('done');
  await page.getByTestId('race-steps').selectOption('100');
  await ended();
  await page.getByTestId('race-add').selectOption('adagrad');
  await ended();
  await page.getByTestId('race-tune').check();
  await expect.poll(async () => (await race()).contestants.every((/** @type {any} */ one) => one.search)).toBe(true);
  await ended();
  const before = await race();
  expect(before.contestants).toHaveLength(5);
  await expect.poll(async () => (await kept(page, 'race'))?.contestants.length).toBe(5);
  await page.reload();
  await page.locator('tp-race-view').waitFor();
  const states = page.locator('tuning-playground').evaluate(
    (element) =>
      new Promise((resolve) => {
        const seen = new Set();
        const look = () => {
          const { state } = /** @type {any} */ (element).store.race;
          seen.add(state);
          if (state === 'done') resolve([...seen]);
          else setTimeout(look, 5);
        };
        look();
      }),
  );
  expect(await states).not.toContain('tuning');
  expect(await race()).toEqual(before);
  // One that the address names, and that is another than it begins with.
  await page.getByTestId('race-over').getByText('batch size').click();
  await ended();
  await page.getByTestId('race-add').selectOption('4');
  await expect.poll(async () => (await race()).contestants.length).toBe(4);
  await ended();
  const other = await race();
  await expect.poll(async () => (await kept(page, 'race'))?.contestants.length).toBe(4);
  await expect.poll(() => page.url()).toContain('race=batch_size');
  await page.reload();
  await page.locator('tp-race-view').waitFor();
  await ended();
  expect(await race()).toEqual(other);
  // What a link asks for goes first.
  await page.goto('about:blank');
  await app.open('#v=1&view=race&race=seed');
  await page.locator('tp-race-view').waitFor();
  await expect.poll(async () => (await race()).contestants.length).toBeGreaterThan(1);
  expect((await race()).options.over).toBe('seed');
});

test('a map of a study that nobody has changed is there again, too', async ({ app, page }) => {
  const space = '(learning_rate:(type:float,low:0.0001,high:0.1,log:!t),dropout:(type:float,low:0,high:0.5))';
  const words = `(dataset:(name:iris),space:${space},fixed:(epochs:5),trials:4)`;
  await app.open(`#v=1&s=${words}&view=map&map=learning_rate,dropout,16`);
  await settled(page, /ready/);
  await page.getByTestId('map-go').click();
  await settled(page, /done/);
  const whole = await mapIn(page);
  await expect.poll(() => kept(page, 'map')).toEqual([256]);
  await page.reload();
  await settled(page, /done/);
  expect(await mapIn(page)).toEqual({ ...whole, earlier: true });
});
