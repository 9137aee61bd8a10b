import test from 'node:test';
import { ARRIVALS, loadTexts, missing, translate } from '../../www/src/i18n/i18n.js';
import { Later, defineLater, fetchLater } from '../../www/src/platform/later.js';
import { assert } from './numbers.js';

test('a part is loaded once, however many ask for it', async () => {
  let loads = 0;
  const part = new Later(async () => ({ n: ++loads }));
  assert.deepEqual([part.state, part.module], ['waiting', null]);
  const asked = [part.open(), part.open()];
  assert.equal(part.state, 'loading');
  assert.deepEqual(await Promise.all(asked), [{ n: 1 }, { n: 1 }]);
  assert.deepEqual([part.state, await part.open(), loads], ['ready', { n: 1 }, 1]);
});

test('a part that could not be loaded is asked for again, and not in between', async () => {
  let loads = 0;
  const part = new Later(async () => {
    if (++loads < 3) throw new Error('no network');
    return { n: loads };
  });
  for (const n of [1, 2]) {
    const asked = [part.open(), part.open()];
    for (const one of asked) await assert.rejects(one, /no network/);
    assert.deepEqual([part.state, loads, part.module], ['failed', n, null]);
  }
  assert.deepEqual(await part.open(), { n: 3 });
  assert.equal(part.state, 'ready');
});

test('a part that is there from the start is never loaded', async () => {
  const module = { render: () => null };
  const part = new Later(() => Promise.reject(new Error('not asked for')), module);
  assert.deepEqual([part.state, part.module], ['ready', module]);
  assert.equal(await part.open(), module);
});

test('parts come one after the other in a page that is never idle, and nothing is waited for that is there', async () => {
  const host = /** @type {any} */ (globalThis);
  /** @type {number[]} */
  const waits = [];
  host.requestIdleCallback = (/** @type {() => void} */ done, /** @type {{timeout: number}} */ { timeout }) => {
    waits.push(timeout);
    setTimeout(done);
  };
  try {
    /** @type {string[]} */
    const loaded = [];
    const load = (/** @type {string} */ name) => async () => ({ name: loaded.push(name) });
    const [first] = ['one', 'two', 'three'].map((name) => defineLater(name, load(name)));
    await first.open();
    await fetchLater();
    assert.deepEqual(loaded, ['one', 'two', 'three']);
    assert.ok(waits.length === 2 && waits.every((wait) => wait > 0 && wait <= 250), String(waits));
  } finally {
    delete host.requestIdleCallback;
  }
});

test('a text on its way is nothing, not its name', async () => {
  await loadTexts('en');
  const load = async () => ({ default: { 'slow.name': 'Slow' } });
  const part = new Later(async () => ({ texts: { en: load, ko: load } }));
  const opened = part.open();
  assert.equal(translate('en', 'slow.name'), '');
  await opened;
  assert.equal(translate('en', 'slow.name'), 'Slow');
  const lost = new Later(() => Promise.reject(new Error('no network'))).open();
  assert.equal(translate('en', 'lost.name'), '');
  await assert.rejects(lost);
  assert.equal(translate('en', 'lost.name'), 'lost.name');
});

test('words that come late are missed before, and it is told when they are here', async () => {
  await loadTexts('en');
  let told = 0;
  ARRIVALS.addEventListener('arrived', () => told++);
  const before = missing.count;
  assert.equal(translate('en', 'late.name'), 'late.name');
  assert.deepEqual([missing.count - before, told], [1, 0]);
  const load = async () => ({ default: { 'late.name': 'Late' } });
  await new Later(async () => ({ texts: { en: load, ko: load } })).open();
  assert.deepEqual([translate('en', 'late.name'), missing.count - before, told], ['Late', 1, 1]);
});
