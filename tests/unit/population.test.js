/** A population's lineage, points by hand, and winners over splits: their pure parts. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { splitStudy } from '../../www/src/engine/repeats.js';
import { Trials } from '../../www/src/state/trials.js';
import { BY_NAME } from '../../www/src/study/hyperparameters.js';
import { aimOf, isGrown, valuesAt } from '../../www/src/study/picked.js';
import { planOf } from '../../www/src/study/plan.js';
import { populationOf } from '../../www/src/study/search.js';
import { isMoved } from '../../www/src/views/search/shown.js';
import { SEED_LIMIT } from '../../www/src/study/study.js';
import { LIVE_NAMES } from '../../www/src/views/hand/live.js';
import { comparedOf, inSamples, pairsOf } from '../../www/src/views/test/winners.js';
import { lineageOf, movedIn, standingAt, wayOf } from '../../www/src/views/trials/lineage.js';

/** @param {any} some @returns {any} */
const study = (some = {}) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'iris', seed: 7 },
  fixed: { epochs: 10 },
  space: {
    learning_rate: { type: 'float', low: 1e-3, high: 0.1, log: true },
    batch_size: { type: 'categorical', choices: [8, 16, 32] },
    hidden_units: { type: 'int', low: 4, high: 64, log: true },
  },
  ...some,
});

/** @param {number} number @param {string} state @param {number} length @param {any} [copy_of] @returns {any} */
const trial = (number, state, length, copy_of) => ({ number, state, epochs: { length }, params: {}, copy_of });

test('a copy takes the place of a trial that has ended, and its weights have a way', () => {
  const trials = [
    trial(0, 'complete', 6),
    trial(1, 'pruned', 2),
    trial(2, 'diverged', 1),
    trial(3, 'pruned', 4, { trial: 0, epoch: 2 }),
    trial(4, 'complete', 6, { trial: 0, epoch: 2 }),
    trial(5, 'complete', 6, { trial: 4, epoch: 4 }),
  ];
  const { stretches, places } = lineageOf(trials);
  assert.equal(places, 3);
  assert.deepEqual(
    stretches.map(({ place, from, to, parent }) => [place, from, to, parent]),
    [
      [0, 0, 6, null],
      [1, 0, 2, null],
      [2, 0, 1, null],
      [1, 2, 4, 0],
      [2, 2, 6, 0],
      [1, 4, 6, 4],
    ],
  );
  assert.deepEqual(
    wayOf(stretches, 5).map((one) => one.trial.number),
    [5, 4, 0],
  );
  assert.equal(standingAt(stretches, 1, 1), 1);
  assert.equal(standingAt(stretches, 1, 3), 3);
  assert.equal(standingAt(stretches, 1, 6), 5);
  assert.deepEqual(movedIn({ ...trials[0], params: { a: 2, b: 1 } }, { ...trials[1], params: { a: 1, b: 1 } }), [
    ['a', 1, 2],
  ]);
  // A part of a run, in which nobody is there whose place could be taken.
  assert.equal(lineageOf([trials[5]]).places, 1);
});

test('a copy in the page has the past of its parent, which is trained once', () => {
  const trials = new Trials(study());
  const epoch = (/** @type {number} */ k) =>
    /** @type {any} */ ({
      ...{ epoch: k, train_loss: 1 / k, validation_loss: 2 / k, train_metric: 0.5, validation_metric: 0.5 },
      ...{ learning_rate: 0.1, seconds: 1 },
    });
  trials.add({ number: 0, params: {} });
  trials.merge({ number: 0, state: 'running', epochs: [1, 2, 3].map(epoch) });
  trials.add({ number: 1, params: {} }, { trial: 0, epoch: 2 });
  const copy = /** @type {any} */ (trials.get(1));
  assert.deepEqual([copy.epochs.length, copy.epochs.measure('validation_loss'), copy.copy_of.trial], [2, 1, 0]);
  assert.equal(trials.epochs, 3, 'epochs that were trained');
  trials.merge({ number: 1, state: 'running', epochs: [epoch(3)] });
  assert.deepEqual([trials.epochs, trials.begun, copy.epochs.secondsFrom(2)], [4, 2, 1]);
});

test('trials of a population are those at the start and the copies of each look, and its steps those of its places', () => {
  const given = study({ sampler: { name: 'pbt', population: 8, interval: 3, quantile: 0.25 } });
  assert.deepEqual(populationOf(given, 10), { first: 8, copied: 2, looks: 3, trials: 14 });
  assert.equal(populationOf(given, 3).looks, 0);
  assert.equal(populationOf({ ...given, trials: 11 }, 10).trials, 11);
  // Values that there are less often, as in tests/judged.rs.
  const looks = (/** @type {any} */ more) =>
    populationOf({ ...study({ sampler: { name: 'pbt', population: 8, interval: 2 } }), ...more }, 10).looks;
  const train = { objective: { metric: 'train_loss', direction: 'minimize' } };
  assert.deepEqual(
    [1, 3, 5, 30].map((every) => looks({ evaluate_every: every })),
    [4, 3, 1, 0],
  );
  assert.equal(looks({ evaluate_every: 30, ...train }), 4);
  const { asked, trials, steps } = planOf(given);
  const alone = planOf(study({ sampler: { name: 'random' }, trials: 8 })).steps;
  assert.deepEqual([asked, trials, steps], [14, 14, alone]);
  assert.deepEqual([...Object.keys(given.space), 'schedule', 'activation', 'epochs'].map(isMoved), [
    true,
    true,
    false,
    true,
    false,
    false,
  ]);
});

test('what can change while a network trains is listed once', () => {
  const live = [...BY_NAME.values()].filter((one) => one.live).map(({ name }) => name);
  assert.deepEqual(live.sort(), [...LIVE_NAMES].sort());
});

test('a press becomes the values that lie nearest, and the other axes stay where they were aimed at', () => {
  const given = study({
    sampler: { name: 'hand', points: [{ learning_rate: 0.02, batch_size: 8, hidden_units: 9 }] },
  });
  const axis = (/** @type {string} */ name, /** @type {string} */ scale, /** @type {[number, number]} */ domain) =>
    /** @type {any} */ ({ name, scale, domain, to: (/** @type {any} */ x) => (scale === 'log' ? Math.log10(x) : x) });
  const pressed = [
    { axis: axis('learning_rate', 'log', [-3, -1]), share: 0.5 },
    { axis: axis('batch_size', 'linear', [0, 40]), share: 0.35 },
    { axis: axis('', 'linear', [0, 1]), share: 0.5 },
  ];
  assert.deepEqual(valuesAt(given, pressed), { learning_rate: 0.01, batch_size: 16 });
  assert.deepEqual(aimOf(given, { batch_size: 32, hidden_units: /** @type {any} */ ('x') }), {
    learning_rate: 0.02,
    batch_size: 32,
    hidden_units: 9,
  });
  assert.deepEqual(aimOf(study(), {}), { learning_rate: 0.01, batch_size: 16, hidden_units: 16 });
  const more = { ...given, sampler: { name: 'hand', points: [...given.sampler.points, { learning_rate: 0.1 }] } };
  assert.ok(isGrown(more, given));
  assert.ok(!isGrown(given, given) && !isGrown(given, more));
  assert.ok(!isGrown({ ...more, seed: 3 }, given));
});

test('winners are compared by the score that chose them, and differences are told in samples', () => {
  const one = (/** @type {number} */ chosen, /** @type {number} */ own) =>
    /** @type {any} */ ({ number: 1, last: { validation_metric: chosen }, test: { loss: 1, metric: own } });
  const repeats = [
    one(0.9, 0.8),
    one(0.9, 0.9),
    one(0.8, 0.9),
    one(0.9, 0.7),
    { number: null, last: null, test: null },
  ];
  const pairs = pairsOf(/** @type {any} */ (repeats), 'validation_metric');
  const { n, lower, same, higher, mean, interval } = comparedOf(pairs);
  assert.deepEqual([n, lower, same, higher], [4, 2, 1, 1]);
  assert.ok(Math.abs(mean + 0.05) < 1e-12);
  // Student's 95 % interval of -0.1, 0, 0.1, -0.2.
  assert.ok(interval && Math.abs(interval.low + 0.2554) < 1e-3 && Math.abs(interval.high - 0.1554) < 1e-3);
  assert.equal(comparedOf([]).interval, null);
  assert.equal(
    pairsOf(/** @type {any} */ ([{ last: { validation_loss: 'NaN' }, test: { loss: 1 } }]), 'validation_loss').length,
    0,
  );
  assert.equal(inSamples(-0.0222, 45), 1);
});

test('repeats split the data in ways that no duplicate comes upon', () => {
  const seeds = Array.from(
    { length: 50 },
    (_, k) => splitStudy(study({ record: ['weight_norm'] }), k + 1).dataset.seed,
  );
  assert.equal(new Set(seeds).size, 50);
  assert.ok(seeds.every((seed) => seed !== undefined && seed > 1000));
  assert.equal(splitStudy(study({ dataset: { name: 'iris', seed: SEED_LIMIT } }), 1).dataset.seed, 1_000_002);
});
