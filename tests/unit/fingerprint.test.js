import test from 'node:test';
import { assert, fc } from './numbers.js';
import {
  compareFingerprints,
  fingerprintOf,
  readFingerprint,
  writeFingerprint,
} from '../../www/src/study/fingerprint.js';
import { decodeLink, encodeLink } from '../../www/src/study/link.js';
import { startStudy } from '../../www/src/study/study.js';

const trial = fc.record({
  state: /** @type {fc.Arbitrary<any>} */ (fc.constantFrom('complete', 'pruned', 'diverged', 'failed')),
  value: /** @type {fc.Arbitrary<any>} */ (
    fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(null, 'NaN', 'Infinity', '-Infinity', 0, -0, 5e-324))
  ),
});
const results = fc
  .record({
    trials: fc.array(trial, { minLength: 1, maxLength: 30 }),
    numerics: fc.integer({ min: 1, max: 999999 }),
    backend: fc.constantFrom('gpu', 'cpu', 'reference'),
  })
  .map(({ trials, numerics, backend }) => ({
    engine: { numerics, backend },
    trials: trials.map((one, number) => ({ number, ...one })),
  }));
/** @param {any} result */
const of = (result) => {
  const fp = fingerprintOf(result);
  assert.ok(fp);
  return fp;
};

test('a fingerprint goes through a link, whatever the result', () => {
  fc.assert(
    fc.property(results, (result) => {
      const fp = of(result);
      assert.deepEqual(readFingerprint(writeFingerprint(fp)), fp);
      const link = encodeLink({ study: startStudy(), fp, run: true }) ?? '';
      const { state, skipped } = decodeLink(link);
      assert.deepEqual(skipped, []);
      assert.deepEqual(state.fp, fp);
      // At the end of a link it may have lost letters, and is then none at all.
      const bare = encodeLink({ fp }) ?? '';
      assert.deepEqual(decodeLink(bare).state.fp, fp);
      assert.equal(decodeLink(bare.slice(0, -1)).state.fp, undefined);
      assert.deepEqual(
        decodeLink(bare.slice(0, -1)).skipped.map((one) => one.why),
        ['unknown'],
      );
    }),
  );
});

test('the order in which trials stand says nothing, each state and each bit of a value does', () => {
  fc.assert(
    fc.property(results, fc.nat(), (result, pick) => {
      const { hash } = of(result);
      assert.equal(of({ ...result, trials: [...result.trials].reverse() }).hash, hash);
      const at = pick % result.trials.length;
      const changed = (/** @type {object} */ change) =>
        of({ ...result, trials: result.trials.map((one, k) => (k === at ? { ...one, ...change } : one)) }).hash;
      const { state, value } = result.trials[at];
      assert.notEqual(changed({ state: state === 'complete' ? 'pruned' : 'complete' }), hash);
      const next = new Float64Array([Number(value ?? NaN)]);
      new Uint32Array(next.buffer)[0] ^= 1;
      if (Number.isFinite(next[0])) assert.notEqual(changed({ value: next[0] }), hash);
      assert.equal(changed({ value: value === null ? 'NaN' : value }), hash);
      assert.notEqual(of({ ...result, trials: [...result.trials, { ...result.trials[0], number: 99 }] }).hash, hash);
    }),
  );
});

test('what was stopped, or was trained by nobody knows what, has none', () => {
  const done = { number: 0, state: 'complete', value: 1 };
  const engine = { numerics: 1, backend: 'cpu' };
  for (const [result, has] of /** @type {[any, boolean][]} */ ([
    [{ engine, trials: [done] }, true],
    [{ engine, trials: [done, { number: 1, state: 'cancelled', value: null }] }, false],
    [{ engine, trials: [{ number: 0, state: 'running', value: null }] }, false],
    [{ engine, trials: [] }, false],
    [{ engine: { backend: 'cpu' }, trials: [done] }, false],
    [{ engine: { numerics: 1, backend: 'tpu' }, trials: [done] }, false],
    [null, false],
  ]))
    assert.equal(fingerprintOf(result) !== null, has, JSON.stringify(result));
});

test('a re-run says what it shares with the run before', () => {
  const one = { numerics: 1, backend: 'cpu', hash: '0123456789abcdef' };
  const other = 'fedcba9876543210';
  for (const [change, said] of /** @type {[object, string][]} */ ([
    [{}, 'same'],
    [{ numerics: 2 }, 'same'],
    [{ backend: 'gpu' }, 'same_bits'],
    [{ backend: 'gpu', hash: other }, 'backend'],
    [{ numerics: 2, hash: other }, 'numerics'],
    [{ hash: other }, 'results'],
  ]))
    assert.equal(compareFingerprints(one, { ...one, ...change }), said);
  const gpu = { ...one, backend: 'gpu' };
  assert.equal(compareFingerprints(gpu, { ...gpu, hash: other }), 'gpu');
});

test('texts that are no fingerprint are none', () => {
  for (const text of [
    '',
    '1.cpu',
    '0.cpu.0123456789abcdef',
    '1.cpu.0123456789abcdeF',
    '1.tpu.0123456789abcdef',
    '1..',
  ])
    assert.equal(readFingerprint(text), null, text);
  fc.assert(fc.property(fc.string(), (text) => void readFingerprint(text)));
});
