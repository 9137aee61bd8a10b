import test from 'node:test';
import { assert, fc } from './numbers.js';
import { MESSAGE, heightFor, messageOf, readMessage, refusalOf } from '../../www/src/element/message.js';
import { STORED, readSurface, surfaceDocument } from '../../www/src/state/stored.js';
import { DATASETS, HYPERPARAMETERS } from '../../www/src/study/hyperparameters.js';
import { decodeLink, encodeLink } from '../../www/src/study/link.js';
import { LOCKS, brokenLock, locksIn } from '../../www/src/study/locks.js';
import { checkStudy, startStudy } from '../../www/src/study/study.js';
import { knobOf, knobsOf, placeOn, valueAt } from '../../www/src/views/embed/knobs.js';

/** Guests on other pages: what a frame hears, the knobs of an author, a stored surface; and what a teacher locks. */

const asked = (/** @type {object} */ more) => ({ format: MESSAGE, ...more });

test('a frame hears the words of the element and no others', () => {
  assert.deepEqual(readMessage(asked({ do: 'run' })), { do: 'run', id: null, value: undefined });
  assert.deepEqual(readMessage(asked({ do: 'openTest', value: 3, id: 'a' })), { do: 'openTest', id: 'a', value: 3 });
  assert.deepEqual(readMessage(asked({ do: 'theme', value: 'dark' }))?.value, 'dark');
  for (const forged of [
    null,
    'run',
    { do: 'run' },
    { format: 'tuning-playground/message@2', do: 'run' },
    asked({ do: 'constructor' }),
    asked({ do: 'toString' }),
    asked({ do: '__proto__' }),
    asked({ do: 'run', value: 1 }),
    asked({ do: 'run', then: 1 }),
    asked({ do: 'openTest', value: -1 }),
    asked({ do: 'get', value: 'store' }),
    asked({ do: 'get', value: '__proto__' }),
    asked({ do: 'theme', value: 'red' }),
    asked({ do: 'study', value: [] }),
    asked({ do: 'study', value: new (class Study {})() }),
    asked({ do: 'study', value: 'x'.repeat(4e6 + 1) }),
    asked({ do: 'pause', id: {} }),
    Object.create(asked({ do: 'run' })),
  ])
    assert.equal(readMessage(forged), null);
});

test('who waits for an answer to what is no word hears why there is none, and nobody else does', () => {
  assert.match(refusalOf(asked({ do: 'fly', id: 1 })) ?? '', /^do is one of: run, pause,/);
  assert.match(refusalOf(asked({ do: 'get', id: 'a' })) ?? '', /^get takes one of: study, result,/);
  assert.equal(refusalOf(asked({ do: 'run', id: 2, value: 1 })), 'run does not take this value');
  assert.match(refusalOf(asked({ do: 'run', id: 2, then: 1 })) ?? '', /no then$/);
  for (const nobody of [null, 'run', { do: 'fly', id: 1 }, asked({ do: 'fly' }), asked({ do: 'fly', id: {} })])
    assert.equal(refusalOf(nobody), null);
});

test('whatever is said to a frame is a wish of ours or nothing', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (verb, value) => {
      for (const data of [verb, asked({ do: verb, value }), asked({ do: 'view', value })]) {
        const wish = readMessage(data);
        if (wish) assert.ok(typeof wish.do === 'string' && wish.do !== '__proto__');
      }
    }),
  );
});

test('a frame says what happened, and which question it answers', () => {
  assert.deepEqual(messageOf('height', 420), { format: MESSAGE, event: 'height', detail: 420 });
  assert.equal(messageOf('answer', null, 7).id, 7);
  assert.equal(heightFor(640), 420);
  assert.equal(heightFor(640, true), 420);
  assert.equal(heightFor(390, true) - heightFor(390), 160);
  for (const width of [320, 480, 640, 1280]) assert.ok(heightFor(width) >= 320 && heightFor(width) <= 620);
});

const study = startStudy();
const names = HYPERPARAMETERS.map((one) => one.name);

test('every value of every knob is one that a study may have, and has its place', () => {
  for (const name of names) {
    const own = { ...structuredClone(study), fixed: {}, space: {} };
    const frame = knobOf(name, own);
    if (!frame) continue;
    for (let place = 0; place <= frame.places; place++) {
      const value = valueAt(frame, place);
      const set = { ...own, fixed: { [name]: value } };
      const problem = checkStudy(set);
      assert.ok(problem === null || problem.code === 'inert', `${name} ${value}: ${JSON.stringify(problem)}`);
      assert.equal(valueAt(frame, placeOn(frame, value)), value, `${name} at ${place}`);
    }
  }
});

test('there are three knobs at most, of settings that there are', () => {
  assert.deepEqual(knobsOf(study, null), []);
  assert.deepEqual(knobsOf(study, ['learning_rate', 'nothing', 'batch_size', 'learning_rate', 'hidden']), [
    'learning_rate',
    'batch_size',
  ]);
  assert.equal(knobsOf(study, names).length, 3);
});

test('a stored surface is drawn as the engine would have it, within what it leaves out', () => {
  const { columns, rows } = STORED;
  const wave = (/** @type {number} */ x, /** @type {number} */ y) => 0.5 + 0.4 * Math.sin(3 * x + 2 * y);
  const gridOf = (/** @type {number} */ nx, /** @type {number} */ ny) =>
    Float64Array.from({ length: 2 * nx * ny }, (_, k) =>
      k < nx * ny ? wave(((k % nx) + 0.5) / nx, (Math.floor(k / nx) + 0.5) / ny) : -0.3,
    );
  const document = surfaceDocument({ x: 'learning_rate', y: 'batch_size', trial: null }, gridOf(columns, rows));
  const stored = readSurface(JSON.parse(JSON.stringify(document)));
  assert.ok(stored);
  assert.ok(stored.fits({ x: 'learning_rate', y: 'batch_size', trial: null }));
  assert.ok(!stored.fits({ x: 'learning_rate', y: 'batch_size', trial: 3 }));
  assert.ok(!stored.fits({ x: 'learning_rate', y: 'batch_size', trial: null, measure: 'gap' }));
  const [drawn, whole] = [stored.drawn(64, 48), gridOf(64, 48)];
  // Beyond the middles of the outer cells it goes on as it is there.
  for (let k = 0; k < drawn.length; k++) assert.ok(Math.abs(drawn[k] - whole[k]) < 0.03, `${k}`);
  for (const bad of [null, [], {}, { ...document, columns: 1 }, { ...document, shares: [1] }, { ...document, x: 1 }])
    assert.equal(readSurface(bad), null);
});

test('a lock keeps its part of the study, and nothing else', () => {
  const changes = /** @type {Record<string, (one: any) => void>} */ ({
    data: (one) => void (one.dataset.seed = 5),
    search: (one) => void (one.sampler = { name: 'tpe' }),
    budget: (one) => void (one.trials = 5),
    learning_rate: (one) => void (one.space.learning_rate.low = 0.001),
    hidden: (one) => void Object.assign(one.fixed, { hidden: undefined, hidden_units: 8 }),
  });
  for (const [name, change] of Object.entries(changes)) {
    const next = structuredClone(study);
    change(next);
    for (const lock of [...LOCKS, ...Object.keys(changes)])
      assert.equal(brokenLock(new Set([lock]), study, next), lock === name ? lock : null, `${lock}, ${name}`);
  }
  const epochs = structuredClone(study);
  epochs.fixed = { ...epochs.fixed, epochs: 1 };
  assert.equal(brokenLock(new Set(['budget']), study, epochs), 'budget');
  assert.deepEqual(locksIn(['test', 'nothing', 'epochs', 'test']), ['test', 'epochs']);
});

test("a teacher's link says what it locks, and a wrong word is named", () => {
  const link = encodeLink({ study, lock: ['data', 'test', 'epochs'] });
  const { state, skipped } = decodeLink(String(link));
  assert.deepEqual([state.lock, skipped], [['data', 'test', 'epochs'], []]);
  assert.equal(decodeLink('#v=1&lock=nothing').skipped.length, 1);
  assert.equal(decodeLink('#v=1&recorded=runs/a.json').state.recorded, 'runs/a.json');
  for (const path of ['//evil.example/a', '../a', 'https:x', '/a'])
    assert.equal(decodeLink(`#v=1&recorded=${encodeURIComponent(path)}`).state.recorded, undefined, path);
  assert.ok(DATASETS.length > 5);
});
