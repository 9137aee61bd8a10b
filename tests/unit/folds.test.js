import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { copiesOf, sharesOf, trainingRows } from '../../www/src/study/parts.js';
import { stepsOfEpoch } from '../../www/src/study/plan.js';
import { welch } from '../../www/src/study/difference.js';
import { mendsOf } from '../../www/src/study/mends.js';
import { checkTogether } from '../../www/src/study/study.js';
import { agreementOf } from '../../www/src/views/runs/agreement.js';
import { topOf, wayOf, worthOf } from '../../www/src/views/ensemble/worth.js';
import { sizesUpTo, timedStudy } from '../../www/src/engine/epoch-times.js';

/** Cross-validation as the page counts it, and what several networks are worth together. */

const study = (/** @type {object} */ dataset, more = {}) =>
  /** @type {any} */ ({ format: 'tuning-playground/study@1', dataset, ...more });

test('folds share what is not for testing, and each takes its own steps', () => {
  const one = study({ name: 'circle', samples: 101, folds: 5 }, { fixed: { batch_size: 32 }, seeds_per_trial: 2 });
  // 86 of 101 samples are no test's: one fold validates 18, four 17.
  assert.deepEqual(trainingRows(one), [68, 69, 69, 69, 69]);
  assert.equal(copiesOf(one), 10);
  assert.equal(stepsOfEpoch(one), 2 * 5 * 3);
  const { train, validation, test: rest } = sharesOf(one);
  assert.ok(Math.abs(train - 0.68) < 1e-9 && Math.abs(validation - 0.17) < 1e-9 && rest === 0.15);
  assert.deepEqual(sharesOf(study({ name: 'circle' })), { train: 0.7, validation: 0.15, test: 0.15 });
});

test('too many folds are mended by as many as work', () => {
  const one = study({ name: 'iris', samples: 30, folds: 12 });
  const problem = checkTogether(one);
  assert.deepEqual(problem, { code: 'too_many_folds', folds: 12, rows: 8 });
  const [mend] = mendsOf(one, /** @type {any} */ (problem), String);
  mend.change(one);
  assert.equal(one.dataset.folds, 8);
  assert.equal(checkTogether(one), null);
});

test('folds that share their training samples say less than as many seeds', () => {
  const [a, b] = [0.5, 0.4].map((mean) => ({ mean, spread: 0.04, n: 5 }));
  const seeds = welch(a, b);
  const folds = welch({ ...a, overlap: 1 / 4 }, { ...b, overlap: 1 / 4 });
  assert.ok(seeds && folds);
  // Nadeau and Bengio: 1/n becomes 1/n + 1/(k - 1).
  const wider = (folds.high - folds.low) / (seeds.high - seeds.low);
  assert.ok(Math.abs(wider - Math.sqrt((1 / 5 + 1 / 4) / (1 / 5))) < 1e-9, String(wider));
});

test('two runs agree as far as their ranks do', () => {
  const own = new Map(Object.entries({ a: 0.1, b: 0.2, c: 0.3, d: 0.4 }));
  const same = agreementOf(own, new Map(own), false);
  assert.deepEqual(same && [same.n, same.rank, Math.round(1e9 * same.correlation)], [4, 1, 1e9]);
  const turned = agreementOf(own, new Map(Object.entries({ a: 4, b: 3, c: 2, d: 1, e: 0 })), false);
  assert.deepEqual(turned && [turned.n, turned.rank, Math.round(1e9 * turned.correlation)], [4, 4, -1e9]);
  assert.equal(agreementOf(own, new Map([['a', 1]]), false), null);
});

test('an ensemble stands beside its best member, an average beside the last weights', () => {
  const member = (/** @type {number} */ loss, more = {}) => ({ trial: 3, seed: 0, loss, metric: 0.9, ...more });
  const together = { loss: 0.2, metric: 0.95 };
  const found = { members: [member(0.4), member(0.3)], best: 1, together, multiplications: { single: 10, all: 25 } };
  const [one] = worthOf('seeds', found);
  assert.deepEqual([one.n, one.single.loss, one.cost], [2, 0.3, 2.5]);
  assert.ok(Math.abs(one.gain - 0.1) < 1e-12);
  const averaged = [
    member(0.4, { averaging: 'none' }),
    member(0.35, { averaging: 'ema' }),
    member(0.5, { averaging: 'swa' }),
  ];
  const lines = worthOf('averages', { ...found, members: averaged });
  assert.deepEqual(
    lines.map(({ name, gain, cost }) => [name, Number(gain.toFixed(9)), cost]),
    [
      ['ema', 0.05, 1],
      ['swa', -0.1, 1],
    ],
  );
});

test('networks of an ensemble are trained as far as their trial was, and through whose weights it went on with', () => {
  const one = (/** @type {any} */ more) => ({ params: { p: more.number }, state: 'complete', ...more });
  const all = [
    one({ number: 0, epochs: { length: 9 } }),
    one({ number: 1, epochs: { length: 5 }, state: 'pruned', copy_of: { trial: 0, epoch: 3 } }),
    one({ number: 2, epochs: { length: 9 }, copy_of: { trial: 1, epoch: 5 } }),
  ];
  const trials = new Map(all.map((trial) => [trial.number, trial]));
  const way = (/** @type {any} */ kind, /** @type {number} */ number) => wayOf(kind, all[number], trials, 12);
  const first = { trial: { number: 0, params: { p: 0 } }, of_trials: 12, until_epoch: 3 };
  const second = { trial: { number: 1, params: { p: 1 } }, of_trials: 12, until_epoch: 5 };
  assert.deepEqual(way('top', 0), { until_epoch: null, ancestry: [] });
  assert.deepEqual(way('checkpoints', 0), { until_epoch: 9, ancestry: [] });
  assert.deepEqual(way('seeds', 1), { until_epoch: 5, ancestry: [first] });
  assert.deepEqual(way('averages', 2), { until_epoch: null, ancestry: [second, first] });
});

test('the best trials are those that ended well, ties by number', () => {
  const trials = [0.3, 0.1, NaN, 0.1, 0.2].map((score, number) => ({ number, score, state: 'complete' }));
  trials.push({ number: 5, score: 0, state: 'diverged' });
  const top = (/** @type {boolean} */ up) => topOf(trials, (one) => one.score, up, 3).map(({ number }) => number);
  assert.deepEqual(top(false), [1, 3, 4]);
  assert.deepEqual(top(true), [0, 4, 1]);
});

test('batch sizes are timed on one split, one network each', () => {
  assert.deepEqual(sizesUpTo(68), [1, 4, 16, 64, 68]);
  assert.deepEqual(sizesUpTo(1), [1]);
  const given = { space: { batch_size: { type: 'categorical', choices: [8] }, dropout: {} }, stages: [{}], trials: 9 };
  const timed = /** @type {any} */ (timedStudy(study({ name: 'circle', folds: 5 }, given), 16));
  assert.deepEqual([timed.dataset.folds, timed.fixed.batch_size, timed.trials, timed.stages], [1, 16, 1, undefined]);
  assert.deepEqual(Object.keys(timed.space), ['dropout']);
});

test('of a study with folds, ensembles are said to be of one split', () => {
  for (const language of ['en', 'ko']) {
    const file = new URL(`../../www/src/views/ensemble/${language}.json`, import.meta.url);
    assert.match(JSON.parse(readFileSync(file, 'utf8'))['ensemble.folds'], /\{n\}/, 'over how many folds a score is');
  }
});
