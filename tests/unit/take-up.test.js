import test from 'node:test';
import { assert, fc } from './numbers.js';
import { givesSameBits, joined, snapshotsIn, takenUp } from '../../www/src/engine/take-up.js';
import { Trials, trialDocument } from '../../www/src/state/trials.js';

/** A run that was cut off goes on: that its bits are those of one that was not is asked in runs.spec.js, which has an
 * engine. */

const loss = fc.oneof(fc.double(), fc.constantFrom(0, -0, 5e-324, 1e300, NaN, Infinity, -Infinity));
/** @param {number} value */
const written = (value) => (Number.isFinite(value) ? value : String(value));
const epoch = fc.record({
  train_loss: loss,
  // No loss is -Infinity, which says that there was no validation.
  validation_loss: loss.filter((one) => one !== -Infinity),
  train_metric: loss,
  validation_metric: loss,
  learning_rate: fc.constantFrom(0.1, 0.01),
});

/** Trials as they are kept: those that had not ended are called cancelled. */
const kept = fc.array(
  fc.record({
    state: fc.constantFrom('complete', 'diverged', 'cancelled'),
    x: fc.double({ noNaN: true }),
    epochs: fc.array(epoch, { maxLength: 5 }),
    seeds: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

/** @param {any[]} all */
const documentsOf = (all) =>
  all.map(({ state: wanted, x, epochs, seeds }, number) => {
    // Who is complete has trained.
    const state = wanted === 'complete' && !epochs.length ? 'cancelled' : wanted;
    return {
      number,
      state,
      params: { learning_rate: x },
      value: state === 'complete' && epochs.length ? written(epochs.at(-1).validation_loss) : null,
      seed: 7,
      epochs: epochs.map((/** @type {any} */ one, /** @type {number} */ k) => {
        const numbers = Object.fromEntries(Object.entries(one).map(([key, value]) => [key, written(Number(value))]));
        const { learning_rate: _, ...spread } = numbers;
        return { epoch: k + 1, ...numbers, seconds: 0.5, ...(seeds && { spread }) };
      }),
      steps: 12 * epochs.length,
      diverged_at: state === 'diverged' ? 12 * epochs.length : null,
    };
  });

test('what is told of trials that ended is what they were, and the others go on from their snapshots or their start', () => {
  fc.assert(
    fc.property(kept, fc.array(fc.nat(6), { maxLength: 6 }), fc.boolean(), (all, cuts, isOther) => {
      const documents = documentsOf(all);
      const before = new Trials();
      for (const one of documents) before.merge(/** @type {any} */ (structuredClone(one)));
      const open = cuts
        .slice(0, all.length)
        .map((epochs, number) => ({ number, epochs, words: Uint32Array.of(number) }));
      const round = documents.map(({ number, params }) => ({
        trial: { number, params: isOther && number === 0 ? { learning_rate: 'another' } : params },
        of_trials: all.length,
        until_epoch: null,
      }));
      const { told, rest, from } = takenUp(/** @type {any} */ (round), /** @type {any} */ ({ trials: before, open }));
      const now = new Trials();
      for (const { trial } of round) now.add(/** @type {any} */ ({ ...trial, seed: 7 }));
      now.report(told);
      for (const one of documents) {
        const { state, epochs, value, steps } = /** @type {any} */ (
          trialDocument(/** @type {any} */ (now.get(one.number)))
        );
        const isAnother = isOther && one.number === 0;
        const asked = rest.find(({ trial }) => trial.number === one.number);
        if (one.state !== 'cancelled' && !isAnother) {
          assert.equal(asked, undefined);
          assert.deepEqual(
            { state, epochs, value, steps },
            { state: one.state, epochs: one.epochs, value: one.value, steps: one.steps },
          );
          continue;
        }
        const snapshot = open.find(({ number }) => number === one.number);
        const goesOn = !isAnother && snapshot && snapshot.epochs > 0 && snapshot.epochs <= one.epochs.length;
        assert.deepEqual(asked?.from_epoch, goesOn ? snapshot.epochs : undefined);
        assert.equal(from.has(one.number), Boolean(goesOn));
        assert.deepEqual(epochs, goesOn ? one.epochs.slice(0, snapshot.epochs) : []);
        assert.equal(state, goesOn ? 'running' : 'queued');
        if (goesOn) assert.equal(steps, 12 * snapshot.epochs);
      }
    }),
    { numRuns: 500 },
  );
});

test('words are read as the snapshots that they are, and whatever else they are, none is made up', () => {
  const one = fc.tuple(fc.nat(99), fc.nat(9), fc.array(fc.nat(), { maxLength: 5 }));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 5 }), (all) => {
      const parts = all.map(([number, epochs, more]) =>
        Uint32Array.of(4 + more.length, number, epochs, 0, 1, ...more),
      );
      const words = joined(parts);
      assert.deepEqual(
        snapshotsIn(words),
        all.map(([number, epochs], k) => ({ number, epochs, words: parts[k] })),
      );
      for (let end = 0; end < words.length; end++) assert.ok(snapshotsIn(words.slice(0, end)).length <= all.length);
    }),
  );
  fc.assert(fc.property(fc.uint32Array(), (words) => void snapshotsIn(words)));
});

test('a run goes on only on what gives its bits', () => {
  const before = /** @type {any} */ ({ numerics: 1, backend: 'gpu', adapter: 'A', workers: 1 });
  assert.equal(givesSameBits(before, { numerics: 1, backend: 'gpu', adapter: 'A' }), true);
  assert.equal(givesSameBits(before, { numerics: 2, backend: 'gpu', adapter: 'A' }), false);
  assert.equal(givesSameBits(before, { numerics: 1, backend: 'gpu', adapter: 'B' }), false);
  assert.equal(givesSameBits(before, { numerics: 1, backend: 'cpu', adapter: 'A' }), false);
  assert.equal(
    givesSameBits({ ...before, numerics: undefined }, { numerics: 1, backend: 'gpu', adapter: 'A' }),
    false,
  );
  const onCpu = { ...before, backend: 'cpu' };
  assert.equal(givesSameBits(onCpu, { numerics: 1, backend: 'cpu', adapter: 'WASM SIMD' }), true);
});
