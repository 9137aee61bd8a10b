import test from 'node:test';
import { keptMap, keptRace, readMap, readRace } from '../../www/src/state/kept-views.js';
import { MapSlice, UNKNOWN } from '../../www/src/state/map.js';
import { RaceSlice } from '../../www/src/state/race.js';
import { starters } from '../../www/src/study/race.js';
import { mapStudy } from '../../www/src/study/pixels.js';
import { startStudy } from '../../www/src/study/study.js';
import { assert, fc } from './numbers.js';

/** What is kept of a map and of a race is read again as it was, bounded, and only where it is sound in every part. */

/** @typedef {any} Any */

const OPTIONS = /** @type {Any} */ ({ x: 'learning_rate', y: 'weight_decay', size: 16 });
const RANGES = /** @type {Any} */ ({
  x: { type: 'float', low: 1e-3, high: 1, log: true },
  y: { type: 'float', low: 1e-6, high: 0.1, log: true },
});
const COST = { steps: 256, seconds: null, bytes: 1000, workers: 2, plan: 'layered' };
const BACKEND = /** @type {Any} */ ({
  backend: 'cpu',
  adapter: 'WASM SIMD',
  software: false,
  reason: 'asked',
  workers: 2,
});

/** @param {number} side */
function headOf(side) {
  const axis = (/** @type {string} */ name) => ({
    name,
    values: Array.from({ length: side }, (_, k) => (k + 1) / (side + 1)),
    starts: Array.from({ length: side }, (_, k) => k),
  });
  return /** @type {Any} */ ({
    x: axis('learning_rate'),
    y: axis('weight_decay'),
    limit: 0.5,
    metric: 'validation_loss',
  });
}

/** @param {number} side @param {number[]} ended */
function mapOf(side, ended) {
  const map = new MapSlice(() => {});
  const study = mapStudy(startStudy(), null, OPTIONS, RANGES);
  map.begin({ options: OPTIONS, ranges: RANGES, key: 'key', study, trial: 3 });
  map.lay(headOf(side), COST, BACKEND);
  map.take(Float64Array.from(ended));
  return map;
}

const loss = fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.constant(NaN));
const pixels = fc.array(fc.tuple(fc.nat(255), loss, fc.nat(9)), { minLength: 1, maxLength: 60 });

test('a map is kept and read again as it was, in whatever state', () => {
  fc.assert(
    fc.property(pixels, (some) => {
      const map = mapOf(16, some.flat());
      const kept = readMap(structuredClone(keptMap(map)));
      assert(kept);
      const again = new MapSlice(() => {});
      again.put({ asked: 'words of a link' });
      again.recall(kept);
      const { pixel: _, ...now } = map.now;
      assert.deepEqual(again.now, { ...now, pixel: null, earlier: true });
      assert.deepEqual([again.options, again.key, again.trial, again.asked], [OPTIONS, 'key', 3, '']);
      assert.equal(again.state, map.counts[UNKNOWN] ? 'paused' : 'done');
      assert.deepEqual(again.history, []);
    }),
  );
  assert.equal(keptMap(mapOf(16, [])), null, 'nothing is kept of what nobody has trained');
});

test('the windows of a map are kept as far as there is room, the last ones first', () => {
  const map = mapOf(16, [0, 0.1, 0]);
  const large = mapOf(256, [0, 0.1, 0]).now;
  map.history = [large, large, large, large, large];
  const sheets = keptMap(map)?.sheets ?? [];
  assert.deepEqual(
    sheets.map((one) => one.known.length),
    [65_536, 65_536, 65_536, 65_536, 256],
  );
});

const SPOILT = /** @type {[string, (kept: Any) => unknown][]} */ ([
  ['no object', () => 'a text'],
  ['no windows', (kept) => ({ ...kept, sheets: [] })],
  ['an axis that is none', (kept) => ({ ...kept, options: { ...kept.options, x: 'colour' } })],
  ['a size that is none', (kept) => ({ ...kept, options: { ...kept.options, size: 1e9 } })],
  ['pixels that are missing', (kept) => spoil(kept, { known: new Uint8Array(3) })],
  ['an outcome that is none', (kept) => spoil(kept, { known: new Uint8Array(256).fill(9) })],
  ['losses as a list', (kept) => spoil(kept, { losses: Array(256).fill(0) })],
  ['no study', (kept) => spoil(kept, { study: { format: 'other' } })],
  ['no range', (kept) => spoil(kept, { ranges: { x: null, y: null } })],
  ['no backend', (kept) => spoil(kept, { backend: { backend: 'abacus' } })],
  ['values of another axis', (kept) => spoil(kept, { head: { ...kept.sheets[0].head, x: kept.sheets[0].head.y } })],
]);
const spoil = (/** @type {Any} */ kept, /** @type {object} */ changes) => ({
  ...kept,
  sheets: [{ ...kept.sheets[0], ...changes }],
});

for (const [name, act] of SPOILT)
  test(`a kept map is as good as none with ${name}`, () => {
    const kept = structuredClone(keptMap(mapOf(16, [0, 0.1, 0])));
    assert(readMap(kept));
    assert.equal(readMap(act(kept)), null);
  });

test('a race is kept with what was found, and read where it is sound', () => {
  const race = new RaceSlice(() => {});
  assert.equal(keptRace(race), null);
  race.options = { ...race.options, tuned: true, steps: 200 };
  race.found = race.sought('key');
  const search = { rates: [0.1, 1], losses: [0.5, null] };
  race.enter(starters('optimizer', {}, 'network').map((one) => ({ ...one, search })));
  const kept = structuredClone(keptRace(race));
  assert(kept);
  assert.deepEqual(readRace(kept), kept);
  const [first, ...rest] = kept.contestants;
  const edited = { ...kept, contestants: [{ ...first, edited: true }, ...rest] };
  assert.deepEqual(readRace(edited), edited);
  assert.deepEqual(readRace({ ...kept, contestants: [{ ...first, word: 'of an older page' }, ...rest] }), kept);
  for (const other of [
    null,
    { ...kept, options: { ...kept.options, steps: 1e9 } },
    { ...kept, options: { ...kept.options, over: 'luck' } },
    { ...kept, contestants: [] },
    { ...kept, contestants: Array(99).fill(first) },
    { ...kept, contestants: [{ ...first, params: { optimizer: 'magic' } }] },
    { ...kept, contestants: [{ ...first, search: { rates: [1], losses: [] } }] },
    { ...kept, contestants: [{ ...first, edited: 'by hand' }] },
    { ...kept, start: [1, NaN] },
  ])
    assert.equal(readRace(other), null);
});
