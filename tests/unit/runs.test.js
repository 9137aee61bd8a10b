import test from 'node:test';
import { aspectBrief } from '../../www/src/i18n/aspects.js';
import { assert, fc } from './numbers.js';
import { contrast, contrasts } from '../../www/src/study/contrast.js';
import { startStudy } from '../../www/src/study/study.js';
import { ROOM, byAge, isRecord, letterOf, makeRoom, nextPlace } from '../../www/src/study/runs.js';
import { jointRange } from '../../www/src/study/joint.js';
import { axisOf } from '../../www/src/study/scale.js';
import { Store } from '../../www/src/state/store.js';
import { readResult } from '../../www/src/views/runs/import.js';

/** Runs that stay: who goes when there is no room, what they are called, and what is read of a file. */

/** Frames, which Node.js lacks. */
/** @type {any} */ (globalThis).requestAnimationFrame ??= () => 0;

const record = fc.record({
  id: fc.uuid(),
  place: fc.nat(1000),
  started: fc.nat(50),
  pinned: fc.boolean(),
  bytes: fc.oneof(fc.nat(100), fc.constant(0), fc.nat(10)),
});
const records = fc.uniqueArray(record, { selector: (one) => one.id, minLength: 1, maxLength: 40 });
const room = fc.record({ bytes: fc.nat(600), runs: fc.nat(30) });

test('room is made by the oldest that are neither pinned nor held, and by no more than has to go', () => {
  fc.assert(
    fc.property(records, fc.nat(), room, fc.array(fc.nat(39)), (all, pick, space, kept) => {
      const { id } = all[pick % all.length];
      const held = new Set(kept.map((at) => all[at % all.length].id));
      const { gone, fits } = makeRoom(all, id, held, space);
      const left = all.filter((one) => !gone.includes(one.id));
      const weigh = (/** @type {typeof all} */ some) => some.reduce((sum, one) => sum + one.bytes, 0);
      const isIn = (/** @type {typeof all} */ some) => weigh(some) <= space.bytes && some.length <= space.runs;
      for (const one of all.filter(({ id: each }) => gone.includes(each)))
        assert.ok(!one.pinned && !held.has(one.id) && one.id !== id);
      const free = all.filter((one) => !one.pinned && !held.has(one.id) && one.id !== id);
      assert.equal(fits, isIn(all.filter((one) => !free.includes(one))) || isIn(left));
      if (!fits) return assert.deepEqual(gone, []);
      assert.ok(isIn(left));
      // In the order of their age, none skipped, and the last one had to go.
      const old = /** @type {any[]} */ (free).sort(byAge).map((one) => one.id);
      assert.deepEqual(gone, old.slice(0, gone.length));
      if (gone.length) assert.ok(!isIn(all.filter((one) => !gone.slice(0, -1).includes(one.id))));
      return undefined;
    }),
    { numRuns: 2000 },
  );
});

test('where runs come one after the other, what is kept stays within its bounds and pinned runs stay', () => {
  fc.assert(
    fc.property(records, room, (all, space) => {
      /** @type {typeof all} */
      let kept = [];
      for (const one of all) {
        const { gone, fits } = makeRoom([...kept, one], one.id, new Set(), space);
        const pinned = kept.filter((each) => each.pinned);
        if (fits) kept = [...kept, one].filter((each) => !gone.includes(each.id));
        assert.ok(pinned.every((each) => kept.includes(each)));
        assert.ok(kept.length <= space.runs || !kept.length);
        assert.ok(kept.reduce((sum, each) => sum + each.bytes, 0) <= space.bytes);
      }
    }),
  );
  assert.ok(ROOM.runs >= 200 && ROOM.bytes >= 50e6);
});

test('letters count as columns of a spreadsheet do, and no two places share one', () => {
  assert.deepEqual([0, 1, 25, 26, 27, 51, 52, 701, 702].map(letterOf), 'A B Z AA AB AZ BA ZZ AAA'.split(' '));
  const all = Array.from({ length: 5000 }, (_, place) => letterOf(place));
  assert.equal(new Set(all).size, all.length);
  assert.equal(nextPlace([]), 0);
  fc.assert(
    fc.property(records, (some) => {
      assert.ok(some.every((one) => one.place < nextPlace(some)));
    }),
  );
});

test('a study differs from itself in nothing, and from another in what was changed, both ways', () => {
  const base = startStudy();
  assert.deepEqual(contrast(base, structuredClone(base)), []);
  /** @type {[(study: any) => void, string, any, any][]} */
  const changes = [
    [(one) => (one.dataset.name = 'moons'), 'dataset.name', { value: 'digits' }, { value: 'moons' }],
    [(one) => (one.seed = 9), 'seed', { value: base.seed ?? 0 }, { value: 9 }],
    [
      (one) => (one.space.learning_rate = { ...one.space.learning_rate, log: false, scale: 'linear' }),
      'hp.learning_rate',
      { scale: 'log' },
      { scale: 'linear' },
    ],
    [(one) => (one.fixed = { ...one.fixed, optimizer: 'sgd' }), 'hp.optimizer', { value: 'adam' }, { value: 'sgd' }],
    [(one) => (one.sampler = { name: 'grid' }), 'sampler', { value: base.sampler }, { value: { name: 'grid' } }],
  ];
  for (const [change, key, a, b] of changes) {
    const other = structuredClone(base);
    change(other);
    const found = contrast(base, other);
    const first = found.find((one) => one.key === key);
    assert.deepEqual(first && { key, a: first.a, b: first.b }, { key, a, b });
    const back = contrast(other, base).find((one) => one.key === key);
    assert.deepEqual(back && { a: back.a, b: back.b }, { a: b, b: a });
  }
  // What says most comes first.
  const other = structuredClone(base);
  changes.forEach(([change]) => change(other));
  assert.equal(contrast(base, other)[0].key, 'dataset.name');
  assert.equal(contrast(base, other).at(-1)?.key, 'seed');
});

test('several studies differ in what any two of them do, and each says its own', () => {
  const base = startStudy();
  const [linear, small] = [structuredClone(base), structuredClone(base)];
  Object.assign(/** @type {any} */ (linear.space).learning_rate, { log: false, scale: 'linear' });
  Object.assign(/** @type {any} */ (small.space).learning_rate, { low: 0.002 });
  small.seed = 3;
  assert.deepEqual(contrasts([base, structuredClone(base), structuredClone(base)]), []);
  const two = contrasts([base, linear]);
  assert.deepEqual(two, [{ key: 'hp.learning_rate', aspects: [{ scale: 'log' }, { scale: 'linear' }] }]);
  const found = contrasts([base, linear, small]);
  assert.deepEqual(
    found.map(({ key }) => key),
    ['hp.learning_rate', 'seed'],
  );
  // A scale alone would not say how the third one's range differs.
  assert.deepEqual(
    found[0].aspects,
    [base, linear, small].map((one) => ({ range: one.space?.learning_rate })),
  );
  assert.deepEqual(found[1].aspects, [{ value: base.seed ?? 0 }, { value: base.seed ?? 0 }, { value: 3 }]);
});

const range = fc.oneof(
  fc
    .tuple(
      fc.double({ min: 1e-6, max: 10, noNaN: true }),
      fc.double({ min: 0.1, max: 100, noNaN: true }),
      fc.boolean(),
    )
    .map(([low, more, log]) => ({ type: /** @type {const} */ ('float'), low, high: low + more, log })),
  fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 100 })).map(([low, more]) => ({
    type: /** @type {const} */ ('int'),
    low,
    high: low + more,
  })),
  fc.uniqueArray(fc.integer({ min: 1, max: 512 }), { minLength: 1, maxLength: 6 }).map((choices) => ({
    type: /** @type {const} */ ('categorical'),
    choices,
  })),
);

test('one axis holds what either study may draw, in whatever order they come', () => {
  fc.assert(
    fc.property(range, range, (/** @type {any} */ a, /** @type {any} */ b) => {
      const [one, other] = [jointRange(a, b), jointRange(b, a)].map((joint) => axisOf('learning_rate', joint));
      assert.deepEqual(one.domain, other.domain);
      assert.deepEqual(one.ticks, other.ticks);
      for (const { low, high, choices } of [a, b])
        for (const value of choices ?? [low, high]) {
          const at = one.to(value);
          assert.ok(at >= one.domain[0] - 1e-9 && at <= one.domain[1] + 1e-9, `${value} of ${JSON.stringify(one)}`);
        }
    }),
  );
});

const EPOCH = {
  epoch: 1,
  train_loss: 1,
  validation_loss: 0.5,
  train_metric: 0.5,
  validation_metric: 0.5,
  learning_rate: 0.01,
  seconds: 0.1,
};
const trialOf = (/** @type {number} */ number, /** @type {number} */ value) => ({
  number,
  state: 'complete',
  params: { learning_rate: 0.01 },
  value,
  seed: 0,
  epochs: [EPOCH],
  steps: 3,
  diverged_at: null,
});
const RESULT = {
  format: 'tuning-playground/result@1',
  study: startStudy(),
  engine: { version: '0.1.0', numerics: 1, backend: 'cpu', adapter: null, workers: 2 },
  trials: [trialOf(0, 0.5), trialOf(1, 0.25), trialOf(2, 0.75)],
  best: 1,
  test: null,
};
const read = (/** @type {unknown} */ document) => /** @type {any} */ (readResult(JSON.stringify(document)));

test('a result that was exported is read whole, whatever stands before it', () => {
  for (const text of [JSON.stringify(RESULT), `\uFEFF${JSON.stringify(RESULT, null, 2)}`]) {
    const { result, left } = /** @type {any} */ (readResult(text));
    assert.deepEqual(result, RESULT);
    assert.equal(left, null);
  }
});

test('a file that is no result is refused by what it is', () => {
  const codes = (/** @type {string} */ text) => /** @type {any} */ (readResult(text)).problem?.code;
  assert.equal(codes(''), 'note_import_json');
  assert.equal(codes('{"format": "tuning-play'), 'note_import_json');
  for (const other of [null, 5, [], {}, { format: 5 }, { format: 'tuning-playground/study@1' }, { format: 'x@2' }])
    assert.equal(codes(JSON.stringify(other)), 'note_import_format', JSON.stringify(other));
  for (const version of ['2', '10', '999'])
    assert.equal(
      codes(JSON.stringify({ ...RESULT, format: `tuning-playground/result@${version}` })),
      'note_import_newer',
    );
  assert.equal(codes(JSON.stringify({ ...RESULT, format: 'tuning-playground/result@0' })), 'note_import_format');
  assert.equal(
    codes(JSON.stringify({ ...RESULT, study: { format: 'tuning-playground/study@1' } })),
    'note_import_study',
  );
  for (const trials of [undefined, null, {}, [], [5], [{ number: -1 }]])
    assert.equal(codes(JSON.stringify({ ...RESULT, trials })), 'note_import_empty', JSON.stringify(trials));
});

test('of a damaged result the damaged trials are left out, and named', () => {
  const damage = fc.constantFrom(
    { state: 'running' },
    { value: {} },
    { epochs: [{ ...EPOCH, epoch: 2 }] },
    { epochs: null },
    { params: { learning_rate: '<b>' } },
    { params: { toString: 1 } },
    { seed: -1 },
    { number: 1e9 },
  );
  fc.assert(
    fc.property(fc.array(fc.option(damage), { minLength: 1, maxLength: 12 }), (damages) => {
      const trials = damages.map((one, number) => ({ ...trialOf(number, 1 + number), ...one }));
      const sound = trials.filter((_, k) => !damages[k]);
      const found = read({ ...RESULT, trials, best: null });
      if (!sound.length) return assert.equal(found.problem.code, 'note_import_empty');
      assert.deepEqual(found.result.trials, sound);
      assert.deepEqual(
        found.left?.trials ?? [],
        trials.filter((one) => !sound.includes(one)).map((one) => String(one.number)),
      );
      return undefined;
    }),
  );
});

test('parts that do not fit the trials are worked out anew or left out', () => {
  const { result, left } = read({ ...RESULT, engine: 5, best: 7, test: { trial: 9, loss: 1, metric: 1 } });
  assert.equal(result.best, 1);
  assert.equal(result.test, null);
  assert.deepEqual(left.parts, ['engine', 'best', 'test']);
  assert.deepEqual(read({ ...RESULT, trials: [RESULT.trials[0], RESULT.trials[0]], best: 0 }).left.trials, ['0']);
});

test('a run is named by what it differs in, and the first one by the same once there is a second', () => {
  const store = new Store();
  const { shelf } = store.slices;
  shelf.keeps = true;
  const trials = { trial: { number: 0, params: {} } };
  const begin = (/** @type {any} */ study) => {
    store.reports.begin(study);
    store.trials.add(trials.trial);
    store.reports.end('finished', null);
  };
  const log = startStudy();
  const linear = structuredClone(log);
  Object.assign(/** @type {any} */ (linear.space).learning_rate, { log: false, scale: 'linear' });
  begin(linear);
  assert.deepEqual(shelf.records[0].about, []);
  begin(log);
  assert.deepEqual(
    shelf.records.map((one) => one.about),
    [[['hp.learning_rate', { scale: 'linear' }]], [['hp.learning_rate', { scale: 'log' }]]],
  );
  // The same study once more is called the same.
  begin(log);
  assert.deepEqual(shelf.records[2].about, shelf.records[1].about);
  assert.deepEqual(
    shelf.records.map((one) => letterOf(one.place)),
    ['A', 'B', 'C'],
  );
  assert.ok(shelf.records.every(isRecord));
});

test('what is kept of runs is read only where it is sound in every part', () => {
  const store = new Store();
  store.slices.shelf.keeps = true;
  store.reports.begin(startStudy());
  const [one] = store.shelf.records;
  assert.ok(isRecord(structuredClone(one)));
  for (const change of [
    { id: '' },
    { id: '<b>' },
    { name: 5 },
    { name: 'x'.repeat(61) },
    { pinned: 1 },
    { place: -1 },
    { place: 1e9 },
    { started: NaN },
    { state: 'constructor' },
    { best: 'x' },
    { bytes: -1 },
    { about: [[5, {}]] },
    { about: [['a', null]] },
    { swept: [{}] },
    { trials: 1e9 },
  ])
    assert.ok(!isRecord({ ...one, ...change }), JSON.stringify(change));
  for (const other of [null, undefined, 5, 'x', []]) assert.ok(!isRecord(other));
});

test('runs of other tabs are taken in, those of this page stay as they are, and who trains no more was cut off', () => {
  const store = new Store();
  const { shelf } = store.slices;
  shelf.keeps = true;
  shelf.tab = 'me';
  store.reports.begin(startStudy());
  const [own] = shelf.records;
  const theirs = (/** @type {object} */ change) => ({ ...structuredClone(own), started: 1, ...change });
  const found = [
    theirs({ id: 'a', place: 5, tab: 'other' }),
    theirs({ id: 'b', place: 6, tab: 'gone' }),
    theirs({ id: own.id, name: 'of storage' }),
    { broken: true },
  ];
  shelf.take(found, new Set([own.id]), new Set(['me', 'other']));
  assert.deepEqual(
    shelf.records.map((one) => [one.id, one.state, one.name]),
    [
      ['a', 'running', ''],
      ['b', 'interrupted', ''],
      [own.id, 'running', ''],
    ],
  );
  // Two that came together sort the same way everywhere.
  assert.deepEqual([...shelf.records].sort(byAge), shelf.records);
});

test('a run that is trained while another is shown changes nothing of what is shown', () => {
  const store = new Store();
  store.slices.shelf.keeps = true;
  const first = startStudy();
  store.reports.begin(first);
  store.reports.trials([/** @type {any} */ (trialOf(0, 0.5))]);
  store.reports.best(0);
  store.reports.end('finished', null);
  const a = /** @type {import('../../www/src/state/shelf.js').Held} */ (store.shelf.live);
  store.reports.begin({ ...first, seed: 5 });
  const b = /** @type {import('../../www/src/state/shelf.js').Held} */ (store.shelf.live);
  store.reports.show(a, false);
  const { version } = store;
  assert.ok(store.shelf.isAway);
  b.trials.merge(/** @type {any} */ (trialOf(0, 0.1)));
  assert.equal(store.reports.turn().length, 1);
  store.reports.best(0);
  assert.equal(store.version, version);
  assert.equal(store.score(/** @type {any} */ (store.trials.get(0))), 0.5);
  assert.equal(store.letter, 'A');
  store.reports.show(b, false);
  assert.equal(store.best, 0);
  assert.equal(store.score(/** @type {any} */ (store.trials.get(0))), 0.1);
});

test('a run is named in words, also one whose points were picked by hand', () => {
  const points = [{ learning_rate: 0.01 }, { learning_rate: 0.1 }];
  const said = (/** @type {'en' | 'ko'} */ lang, /** @type {any} */ value) => aspectBrief(lang, 'sampler', { value });
  assert.equal(said('ko', { name: 'hand', points }), said('ko', { name: 'hand' }));
  for (const lang of /** @type {const} */ (['en', 'ko']))
    for (const value of [
      { name: 'hand', points },
      { name: 'grid', points: 4 },
      { name: 'grid', points: { l2: 3 } },
    ])
      assert.doesNotMatch(said(lang, value), /object|undefined/, JSON.stringify(value));
  assert.match(said('en', { name: 'grid', points: { l2: 3, dropout: 2 } }), /3 × 2$/);
});
