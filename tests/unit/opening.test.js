import test from 'node:test';
import { readFileSync } from 'node:fs';
import { assert, fc } from './numbers.js';
import { Store } from '../../www/src/state/store.js';
import { Trials } from '../../www/src/state/trials.js';
import { epochsOf } from '../../www/src/state/opening.js';
import { sameStudy } from '../../www/src/study/same.js';
import { checkTogether, startStudy } from '../../www/src/study/study.js';
import { readExample } from '../../www/src/views/opening/example.js';
import { cutAt } from '../../www/src/views/opening/replay.js';
import { answerTo, endsOf, notchOf, rateOf } from '../../www/src/views/opening/guess.js';
import { below, goodRange, scalesOf } from '../../www/src/views/opening/doors.js';

/** The opening scene: the stored example, replays, guesses and doors. That the engine draws and trains what the example
 * has is asked in opening.spec.js, which has an engine. */

/** Frames, which Node.js lacks. */
/** @type {any} */ (globalThis).requestAnimationFrame ??= () => 0;

const ROOT = new URL('../../www/src/views/opening/', import.meta.url);

/** A store that shows these trials as a run that has ended.
 * @param {import('../../www/src/study/types.js').Study} study @param {Trials} trials @param {number | null} best */
function showing(study, trials, best) {
  const store = new Store();
  store.reports.example({ study, trials, best, engine: null, test: null });
  return store;
}

/** A trial of one epoch. @param {number} number @param {number} rate @param {number} loss */
const trialOf = (number, rate, loss) => ({
  number,
  state: /** @type {const} */ ('complete'),
  params: { learning_rate: rate },
  value: loss,
  seed: 0,
  steps: 1,
  diverged_at: null,
  epochs: [
    {
      epoch: 1,
      train_loss: loss,
      validation_loss: loss,
      train_metric: 0.9,
      validation_metric: 0.9,
      learning_rate: rate,
      seconds: 0,
    },
  ],
});

test('the example is of the default study: make it anew (www/build/example.js) where that has changed', () => {
  const { study, trials, best } = readExample();
  assert.ok(sameStudy(study, startStudy()), 'the default study has changed');
  assert.equal(trials.size, study.trials);
  assert.equal(trials.counts.complete, trials.size);
  for (const trial of trials.values()) {
    const { number } = trial;
    assert.equal(trial.state, 'complete');
    assert.deepEqual(Object.keys(trial.params).sort(), Object.keys(study.space ?? {}).sort());
    assert.equal(trial.epochs.length, study.fixed?.epochs, `epochs of ${number}`);
    for (const [name, { low, high, choices }] of Object.entries(study.space ?? {})) {
      const value = /** @type {any} */ (trial.params[name]);
      assert.ok(choices ? choices.includes(value) : value >= Number(low) && value <= Number(high), `${name} ${value}`);
    }
    for (const name of /** @type {const} */ (['train_loss', 'validation_loss', 'train_metric', 'validation_metric']))
      for (const value of trial.epochs.column(name)) assert.ok(value >= 0 && (value <= 1 || name.endsWith('loss')));
  }
  const store = showing(study, trials, best);
  assert.equal(store.ranked()[0].trial.number, best);
});

test('the example takes a few kB and no run of the reader', () => {
  assert.ok(readFileSync(new URL('example.json', ROOT)).length < 40_000);
  const example = readExample();
  const store = showing(example.study, example.trials, example.best);
  assert.equal(store.isExample, true);
  assert.deepEqual([store.shelf.records, store.shelf.shown, store.more, store.alive], [[], null, 0, false]);
  // A run that begins is named without regard to the example, and is no example.
  store.reports.begin({ ...example.study, trials: 3 });
  assert.equal(store.isExample, false);
  assert.deepEqual(
    store.shelf.records.map(({ about }) => about),
    [[]],
  );
});

test('a replay shows each epoch as it was, and the end as it is', () => {
  const { study, trials } = readExample();
  const last = epochsOf(trials);
  for (const epoch of [0, 1, last - 1, last, last + 1]) {
    const cut = cutAt(study, trials, epoch);
    assert.equal(cut.size, trials.size);
    for (const trial of trials.values()) {
      const one = /** @type {import('../../www/src/study/types.js').Trial} */ (cut.get(trial.number));
      assert.equal(one.epochs.length, Math.min(epoch, last));
      assert.equal(one.state, epoch >= last ? 'complete' : epoch ? 'running' : 'queued');
      for (const k of [0, Math.min(epoch, last) - 1])
        if (k >= 0 && epoch)
          assert.equal(one.epochs.measure('validation_loss', k), trial.epochs.measure('validation_loss', k));
    }
  }
});

test('a trial that ended early is over in a replay once it is', () => {
  const study = startStudy();
  const trials = new Trials(study);
  const { epochs } = trialOf(0, 0.1, 2);
  trials.merge({ ...trialOf(0, 0.1, 2), state: 'diverged', value: null, diverged_at: 3 });
  trials.merge({ ...trialOf(1, 0.1, 2), epochs: [epochs[0], { ...epochs[0], epoch: 2 }] });
  trials.merge({ ...trialOf(2, 0.1, 2), state: 'diverged', value: null, diverged_at: 1, epochs: [] });
  const states = (/** @type {number} */ epoch) => [...cutAt(study, trials, epoch).values()].map(({ state }) => state);
  assert.deepEqual(states(0), ['queued', 'queued', 'queued']);
  assert.deepEqual(states(1), ['diverged', 'running', 'diverged']);
  assert.deepEqual(states(2), ['diverged', 'complete', 'diverged']);
});

test('a guess is answered by the network nearest to it', () => {
  const study = startStudy();
  const trials = new Trials(study);
  for (const [k, [rate, loss]] of [
    [0.0001, 1.9],
    [0.004, 0.1],
    [0.01, 0.9],
  ].entries())
    trials.merge({
      ...trialOf(k, rate, loss),
      epochs: trialOf(k, rate, loss).epochs.map((one) => ({
        ...one,
        validation_metric: 1 - loss / 2,
      })),
    });
  const store = showing(study, trials, 1);
  assert.deepEqual(answerTo(store, 0.005).key, 'opening.answer.hit');
  const { key, values } = answerTo(store, 0.012);
  assert.equal(key, 'opening.answer.miss');
  assert.deepEqual([values.guess, values.best, values.near, values.by], ['0.012', '0.004', '0.01', '0.800']);
  assert.equal(answerTo(showing(study, new Trials(study), null), 0.01).key, 'opening.answer.none');
});

test('nobody wins where networks tie', () => {
  const study = startStudy();
  const trials = new Trials(study);
  trials.merge(trialOf(0, 0.001, 0.1));
  trials.merge(trialOf(1, 0.01, 0.1));
  assert.equal(answerTo(showing(study, trials, 0), 0.01).key, 'opening.answer.tie');
});

test('the slider comes to every rate of the range in two digits', () => {
  const ends = endsOf(startStudy());
  assert.deepEqual([ends?.low, ends?.high], [1e-4, 0.1]);
  assert.deepEqual([rateOf(notchOf(1e-4)), rateOf(notchOf(0.1))], [1e-4, 0.1]);
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 10, noNaN: true }), (rate) => {
      assert.ok(Math.abs(Math.log(rateOf(notchOf(rate)) / rate)) < 0.08);
    }),
  );
  for (const range of [undefined, { type: 'float', low: 0, high: 1 }, { type: 'float', low: 0.1, high: 0.1 }])
    assert.equal(endsOf({ ...startStudy(), space: range && { learning_rate: /** @type {any} */ (range) } }), null);
});

test('the two scales differ in the scale alone, and are sound for any study', () => {
  for (const study of [startStudy(), { ...startStudy(), space: {}, fixed: { learning_rate: 0.5 } }]) {
    const [linear, log] = scalesOf(study);
    for (const one of [linear, log]) assert.equal(checkTogether(one), null);
    const range = /** @type {any} */ (linear.space).learning_rate;
    assert.deepEqual({ ...linear, space: { ...linear.space, learning_rate: { ...range, log: true } } }, log);
  }
  const { trials } = readExample();
  assert.equal(below(trials.values(), 0), 0);
  assert.equal(below(trials.values(), 1), trials.size);
});

test('the good region holds the best quarter, within the range and never wider', () => {
  const { study, trials, best } = readExample();
  const ranked = showing(study, trials, best)
    .ranked()
    .map(({ trial }) => trial);
  const range = /** @type {any} */ (study.space).learning_rate;
  const found = goodRange(range, ranked, 'learning_rate');
  assert.equal(found?.n, 16);
  const { low, high } = /** @type {any} */ (found?.range);
  assert.ok(low >= range.low && high <= range.high && high / low < range.high / range.low);
  assert.equal(goodRange(range, ranked.slice(0, 3), 'learning_rate'), null);
  assert.equal(goodRange(undefined, ranked, 'learning_rate'), null);
});
