import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { coloringOf, lineLook, shareColor } from '../../www/src/figures/curve-colors.js';
import { divergingColor } from '../../www/src/figures/colors.js';
import { tabbedLinesOf } from '../../www/src/figures/figure-data.js';
import { scaleOfGaps } from '../../www/src/state/measure.js';
import { closer, edgeOf, widened } from '../../www/src/study/edges.js';
import { guessFrom, guessOf } from '../../www/src/study/guess.js';
import { BY_NAME, DATASETS, HYPERPARAMETERS, scaleOf } from '../../www/src/study/hyperparameters.js';
import { checkStudy } from '../../www/src/study/study.js';
import { errorOf, ruleOf } from '../../www/src/study/ties.js';
import { ROOT } from './sources.js';
import { anyNumber, assert, check, fc, finite } from './numbers.js';

/** What pictures of a sweep say: ties, edges, guesses, the colours of gaps and of hyperparameters. */

/** @param {Record<string, any>} space @param {object} [more] @returns {any} */
const study = (space, more = {}) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'digits' },
  space,
  ...more,
});
const LOG = { type: /** @type {const} */ ('float'), low: 1e-4, high: 0.1, log: true };

test('a guess is worth the largest class, and the loss of the shares', () => {
  const sorted = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b);
  const mnist = gunzipSync(readFileSync(join(ROOT, '..', 'public', 'data', 'mnist.tpd.gz')));
  const digits = new Array(10).fill(0);
  for (let at = mnist.length - 40_000; at < mnist.length; at += 4) digits[mnist.readUInt32LE(at)]++;
  const rowsOf = (/** @type {string} */ name) => DATASETS.find((one) => one.name === name)?.class_rows ?? [];
  assert.deepEqual(sorted(rowsOf('mnist')), sorted(digits));
  for (const { name, kind, classes } of DATASETS) {
    if (kind !== 'bundled' || !classes || name === 'mnist') continue;
    const text = gunzipSync(readFileSync(join(ROOT, '..', 'public', 'data', `${name}.csv.gz`))).toString();
    const rows = text.trim().split(/\r?\n/).slice(1);
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const row of rows) {
      const last = row.slice(row.lastIndexOf(',') + 1);
      counts.set(last, (counts.get(last) ?? 0) + 1);
    }
    assert.equal(counts.size, classes);
    assert.deepEqual(sorted(rowsOf(name)), sorted([...counts.values()]), name);
  }
  const wine = guessOf(study({}, { dataset: { name: 'wine' } }));
  assert.ok(wine?.exact && Math.abs(wine.share - 71 / 178) < 1e-12 && wine.loss < Math.log(3));
  assert.deepEqual(guessOf(study({}, { dataset: { name: 'moons' } })), { share: 0.5, loss: Math.log(2), exact: true });
  assert.equal(guessOf(study({}, { dataset: { name: 'xor' } }))?.exact, false);
  assert.equal(guessOf(study({}, { dataset: { name: 'diabetes' } })), null);
  // Own data tell how many rows each class has; a document from before that leaves them out.
  const found = { task: 'classes', rows: 100, features: 2, classes: 2, digest: '0123456789abcdef' };
  const own = (/** @type {object} */ more) =>
    study({}, { dataset: { name: 'csv', file: 'x.csv', found: { ...found, ...more } } });
  const told = guessOf(own({ class_rows: [95, 5] }));
  assert.ok(told?.exact && told.share === 0.95 && told.loss < 0.2);
  assert.deepEqual(guessOf(own({})), { share: 0.5, loss: Math.log(2), exact: false });
  assert.equal(guessOf(own({ task: 'numbers', classes: 0 })), null);
  assert.equal(checkStudy(own({ class_rows: [95, 5] })), null);
  for (const wrong of [[95], [95, 4], [95.5, 4.5], [105, -5], 'x', null, {}])
    assert.deepEqual(checkStudy(own({ class_rows: wrong }))?.code, 'wrong_type', String(wrong));
  check(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 2, maxLength: 20 }), (rows) => {
      if (rows.every((one) => one === 0)) return;
      const { share, loss } = guessFrom(rows);
      assert.ok(share > 0 && share <= 1 && loss >= 0 && loss <= Math.log(rows.length) + 1e-12, `${share} ${loss}`);
    }),
  );
});

const how = { task: 'classes', isLoss: true, seeds: 1, samples: 270 };

test('ties are those that the samples or the seeds cannot tell apart', () => {
  const best = { score: 0.08, accuracy: 0.981, spread: NaN };
  assert.equal(ruleOf(best, { ...how, isLoss: false })?.by, 'accuracy');
  // Ranked by a loss of classes, trials are as accurate as the best; that is not to tie with it.
  const rule = ruleOf(best, how);
  assert.equal(rule?.by, 'alike');
  assert.ok(rule && rule.bound > 0.95 && rule.bound < 0.981);
  assert.ok(rule?.ties({ ...best, score: 0.2, accuracy: 0.96 }) && !rule.ties({ ...best, accuracy: 0.93 }));
  assert.ok(!rule.ties({ ...best, accuracy: NaN }));
  // Three seeds: the errors of both means count.
  const seeds = ruleOf({ score: 0.1, accuracy: 0.9, spread: 0.01 }, { ...how, seeds: 3 });
  const error = errorOf(0.01, 3);
  assert.equal(seeds?.by, 'seeds');
  assert.ok(seeds?.ties({ score: 0.1 + 1.9 * error, accuracy: 0, spread: 0 }));
  assert.ok(!seeds?.ties({ score: 0.1 + 2.1 * error, accuracy: 0.9, spread: 0 }));
  assert.ok(seeds?.ties({ score: 0.1 + 2.1 * error, accuracy: 0.9, spread: 0.01 }));
  const loss = ruleOf({ score: 2, accuracy: 0.5, spread: NaN }, { ...how, task: 'numbers', samples: 50 });
  assert.equal(loss?.by, 'errors');
  assert.ok(Math.abs((loss?.bound ?? 0) - 2 * 1.4) < 1e-12);
  const r2 = ruleOf(
    { score: 0.5, accuracy: 0.5, spread: NaN },
    { task: 'numbers', isLoss: false, seeds: 1, samples: 50 },
  );
  assert.ok(Math.abs((r2?.bound ?? 0) - (1 - 0.5 * 1.4)) < 1e-12);
});

test('the best ties with itself, and what is worse never ties where what is better does not', () => {
  const outcome = fc.record({ score: anyNumber, accuracy: anyNumber, spread: anyNumber });
  const any = fc.record({
    task: fc.constantFrom('classes', 'numbers'),
    isLoss: fc.boolean(),
    seeds: fc.integer({ min: 1, max: 5 }),
    samples: fc.oneof(fc.integer({ min: -1, max: 1000 }), anyNumber),
  });
  check(
    fc.property(outcome, outcome, any, (best, other, given) => {
      const rule = ruleOf(best, given);
      if (!rule) return;
      assert.equal(typeof rule.ties(other), 'boolean');
      if (rule.by === 'errors') {
        assert.ok(Number.isFinite(rule.bound) && rule.ties(best), JSON.stringify([best, given]));
        const better = { ...other, score: given.isLoss ? other.score - 1 : other.score + 1 };
        if (rule.ties(other)) assert.ok(rule.ties(better));
      } else if (rule.by === 'accuracy' || rule.by === 'alike') {
        assert.ok(rule.bound >= 0 && rule.bound <= best.accuracy + 1e-12, `${rule.bound}`);
        assert.ok(rule.ties(best) || rule.bound > best.accuracy);
      } else if (Number.isFinite(best.spread)) assert.ok(rule.ties(best));
    }),
  );
});

test('a value within a twentieth of the scaled range lies at its edge', () => {
  const at = (/** @type {number} */ share) => 10 ** (-4 + 3 * share);
  for (const [share, end] of /** @type {const} */ ([
    [0, 'low'],
    [0.049, 'low'],
    [0.051, null],
    [0.5, null],
    [0.949, null],
    [0.951, 'high'],
    [1, 'high'],
  ]))
    assert.equal(edgeOf(LOG, Math.min(0.1, at(share))), end, String(share));
  assert.equal(edgeOf({ type: 'float', low: 0, high: 1 }, 0.04), 'low');
  assert.equal(edgeOf({ type: 'float', low: 0.5, high: 0.99, scale: 'log1m' }, 0.989), 'high');
  for (const nothing of ['adam', null, undefined, NaN, Infinity, 5, -1]) assert.equal(edgeOf(LOG, nothing), null);
  assert.equal(edgeOf({ type: 'float', low: 1, high: 1 }, 1), null);
  assert.equal(edgeOf({ type: 'categorical', choices: [16, 32] }, 32), null);
});

test('a range grows by a decade or half of its width, in its steps, and never past the limits', () => {
  const wide = (/** @type {string} */ name, /** @type {any} */ range, /** @type {'low' | 'high'} */ end, more = {}) =>
    widened(study({ [name]: range }, more), name, end)?.[end];
  assert.equal(wide('learning_rate', LOG, 'high'), 1);
  assert.equal(wide('learning_rate', LOG, 'low'), 1e-5);
  assert.equal(wide('learning_rate', { ...LOG, high: 1e9 }, 'high'), undefined);
  assert.equal(wide('dropout', { type: 'float', low: 0, high: 0.5 }, 'low'), undefined);
  assert.equal(wide('dropout', { type: 'float', low: 0, high: 0.5 }, 'high'), 0.75);
  assert.equal(wide('dropout', { type: 'float', low: 0, high: 0.9, step: 0.1 }, 'high'), 1);
  assert.equal(wide('hidden_units', { type: 'int', low: 8, high: 128, log: true }, 'high'), 1280);
  assert.equal(wide('hidden_units', { type: 'int', low: 8, high: 2000, log: true }, 'high'), 2048);
  assert.equal(
    wide('momentum', { type: 'float', low: 0.5, high: 0.99, scale: 'log1m' }, 'high', {
      fixed: { optimizer: 'momentum' },
    }),
    0.999,
  );
  // A batch is no larger than the training part.
  assert.ok(Number(wide('batch_size', { type: 'int', low: 8, high: 1024, log: true }, 'high') ?? 0) <= 1258);
});

test('even steps around the best of a logarithmic range', () => {
  const near = (/** @type {number} */ value, /** @type {any} */ range = LOG, name = 'learning_rate') =>
    closer(study({ [name]: range }), name, value);
  assert.deepEqual(near(0.003)?.values, [0.001, 0.002, 0.003, 0.004, 0.005, 0.006]);
  assert.deepEqual(near(0.003)?.range, { type: 'float', low: 0.001, high: 0.006, step: 0.001 });
  assert.deepEqual(near(40, { type: 'int', low: 8, high: 128, log: true }, 'hidden_units')?.values, [20, 40, 60, 80]);
  assert.deepEqual(near(0.059)?.values, [0.02, 0.04, 0.06, 0.08, 0.1, 0.12]);
  assert.equal(near(0.003, { type: 'float', low: 1e-4, high: 0.1 }), null);
  for (const nothing of [0, -1, NaN, Infinity, 'adam', 5e-324, 1e308])
    assert.equal(near(/** @type {any} */ (nothing)), null);
});

test('whatever the range and the best, what is offered can run and holds what it was offered for', () => {
  const swept = HYPERPARAMETERS.filter((one) => one.available && (one.type === 'float' || one.type === 'int'));
  check(
    fc.property(
      fc.constantFrom(...swept),
      finite,
      finite,
      finite,
      fc.constantFrom('linear', 'log', 'log1m'),
      (one, a, b, value, scale) => {
        const range = /** @type {any} */ ({ type: one.type, low: Math.min(a, b), high: Math.max(a, b), scale });
        const given = study({ [one.name]: range });
        const isSound = checkStudy(given) === null;
        for (const side of /** @type {const} */ (['low', 'high'])) {
          const next = isSound ? widened(given, one.name, side) : null;
          if (!next) continue;
          assert.equal(checkStudy(study({ [one.name]: next })), null);
          assert.ok(side === 'low' ? Number(next.low) < range.low : Number(next.high) > range.high);
          assert.ok(
            Number(next.low) >= Number(one.low ?? -Infinity) && Number(next.high) <= Number(one.high ?? Infinity),
          );
          assert.equal(scaleOf(next), scaleOf(range));
        }
        const found = isSound ? closer(given, one.name, value) : null;
        if (!found) return;
        assert.ok(
          Number(found.range.low) <= value && Number(found.range.high) >= value,
          JSON.stringify([value, found]),
        );
        assert.ok(found.values.length >= 3 && found.values.length <= 13);
        const bottom = Math.max(Number(one.low ?? 0), one.type === 'int' ? 1 : 0);
        assert.ok(found.values[0] <= Math.max((value / 2) * (1 + 1e-6), bottom), JSON.stringify([value, found]));
        assert.equal(checkStudy(study({ [one.name]: found.range })), null);
      },
    ),
  );
});

test('gaps have a scale with 0 in its middle, whatever they are', () => {
  check(
    fc.property(fc.array(finite, { maxLength: 30 }), (gaps) => {
      const scale = scaleOfGaps(gaps);
      assert.equal(scale.share(0), 0.5);
      assert.equal(scale.best, -scale.worst);
      assert.ok(Number.isFinite(scale.worst) && scale.worst > 0);
      for (const gap of gaps) {
        const goodness = scale.goodness(gap);
        assert.ok(goodness >= 0 && goodness <= 1);
        if (gap > 0) assert.ok(scale.share(gap) >= 0.5);
        assert.match(divergingColor(scale.share(gap), true), /^rgb\(\d+ \d+ \d+\)$/);
      }
    }),
  );
  const middle = /(\d+) (\d+) (\d+)/.exec(divergingColor(0.5, false))?.slice(1).map(Number) ?? [];
  assert.ok(middle.length === 3 && middle.every((one) => one >= 244 && one <= 246), middle.join());
});

test('curves have the colours of a hyperparameter: numbers on its scale, names with a dash each', () => {
  const store = (/** @type {string | null} */ curveColor, /** @type {any} */ space) =>
    /** @type {any} */ ({ curveColor, shownStudy: { space }, lang: 'en', setting: String });
  const token = (/** @type {string} */ name) => name;
  const of = (/** @type {any} */ space, /** @type {any} */ value, name = 'x') => {
    const coloring = coloringOf(store(name, { [name]: space }));
    assert.ok(coloring);
    return lineLook(coloring, /** @type {any} */ ({ params: { [name]: value } }), false, token);
  };
  assert.equal(coloringOf(store(null, { x: LOG })), null);
  assert.equal(coloringOf(store('gone', { x: LOG })), null);
  assert.deepEqual(of(LOG, 1e-4, 'learning_rate')?.color, shareColor(0, false));
  assert.deepEqual(of(LOG, 0.1, 'learning_rate')?.color, shareColor(1, false));
  assert.equal(of(LOG, undefined, 'learning_rate'), null);
  const names = {
    type: 'categorical',
    choices: ['sgd', 'momentum', 'rmsprop', 'adam', 'adamw', 'nesterov', 'nadam', 'adagrad', 'adadelta', 'gd'],
  };
  const looks = names.choices.map((one) => JSON.stringify(of(names, one, 'optimizer')));
  assert.equal(new Set(looks).size, names.choices.length);
  assert.deepEqual(of(names, 'adam', 'optimizer'), { color: '--series-3', dash: [] });
  assert.equal(of({ type: 'categorical', choices: [true, false] }, true)?.color, '--series-3');
  check(
    fc.property(finite, finite, anyNumber, fc.boolean(), (a, b, value, log) => {
      const range = { type: 'float', low: Math.min(a, b), high: Math.max(a, b), log };
      const look = of(range, value, 'learning_rate');
      if (look) assert.match(look.color, /^rgb\(\d+ \d+ \d+\)$/);
    }),
  );
  assert.ok(BY_NAME.has('learning_rate'));
});

test('cells between tabs have no quotes, tabs or lines of their own, and nothing for what is no number', () => {
  const values = [0.1, NaN, Infinity, null, 'a\tb\nc', 'say "x", y', '=1+1', [32, 16]];
  const columns = values.map((value, k) => ({ key: `k${k}`, label: `l\t${k}`, text: () => '', value: () => value }));
  const [head, row] = [...tabbedLinesOf({ columns, all: () => [0] })];
  assert.equal(head, `${values.map((_, k) => `l ${k}`).join('\t')}\n`);
  assert.equal(row, `0.1\t\t\t\ta b c\tsay "x", y\t'=1+1\t[32,16]\n`);
});
