import { test } from 'node:test';
import { shortened } from '../../www/src/figures/plot-axes.js';
import { axisOf, density, domainOf, logSteps, shareOf, steps, stepsOf } from '../../www/src/study/scale.js';
import { HYPERPARAMETERS, sweptOf } from '../../www/src/study/hyperparameters.js';
import { spanOf } from '../../www/src/study/joint.js';
import { valuesAt } from '../../www/src/study/picked.js';
import { anyNumber, assert, check, fc, pair, quick, rises } from './numbers.js';

const target = fc.oneof(fc.integer({ min: 0, max: 60 }), anyNumber);

test('E4: steps end for any two numbers, and are few, in order and between the ends', () => {
  check(
    fc.property(pair, target, fc.boolean(), ([a, b], n, whole) => {
      const all = quick(() => steps(a, b, n, whole));
      assert.ok(all.length <= 50, `${all.length} steps`);
      assert.ok(all.every(Number.isFinite) && rises(all), String(all));
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const slack = (high / 2 - low / 2) * 1e-6 + Math.abs(low) * 1e-11 + Math.abs(high) * 1e-11;
      assert.ok(
        all.every((one) => one >= low - slack && one <= high + slack),
        `${all} of ${low} to ${high}`,
      );
    }),
  );
});

test('E4: steps on a log axis end for any two numbers, and are few, in order and above 0', () => {
  check(
    fc.property(pair, target, ([a, b], n) => {
      const all = quick(() => logSteps(a, b, n));
      assert.ok(all.length <= 50, `${all.length} steps`);
      assert.ok(all.every((one) => one > 0 && one < Infinity) && rises(all), String(all));
    }),
  );
});

test('E4: a loss of 0 on a log axis has no label, and what lies above it has', () => {
  assert.deepEqual(logSteps(0, 0.7), [0.7]);
  assert.deepEqual(logSteps(0, 0), []);
  assert.deepEqual(logSteps(0.01, 1).slice(0, 2), [0.01, 0.02]);
});

test('round labels stand between any two ends that differ', () => {
  assert.deepEqual(logSteps(0.3900519662, 0.4100519662, 6), [0.395, 0.4, 0.405, 0.41]);
  for (const [low, high] of [
    [0.3900519662, 0.4100519662],
    [590.123456, 612.7],
    [0.0123456, 0.0133],
  ])
    for (const one of logSteps(low, high)) assert.ok(String(one).length <= 7, `${one}`);
  assert.deepEqual(steps(0, 1e300, 4), [0, 2.5e299, 5e299, 7.5e299, 1e300]);
});

const distribution = fc.oneof(
  fc
    .record({ type: fc.constantFrom('float', 'int'), ends: pair, scale: fc.constantFrom('linear', 'log', 'log1m') })
    .map(({ type, ends: [low, high], scale }) => ({ type, low, high, scale })),
  fc.array(anyNumber, { maxLength: 40 }).map((choices) => ({ type: 'categorical', choices })),
  fc
    .array(fc.oneof(fc.string(), fc.boolean(), anyNumber), { maxLength: 40 })
    .map((choices) => ({ type: 'categorical', choices })),
);
const name = fc.constantFrom(
  'learning_rate',
  'beta1',
  'dropout',
  'hidden_units',
  'batch_size',
  'optimizer',
  'unheard_of',
);

test('E4: every range has an axis with ends, few labels, and a place for any value or none', () => {
  check(
    fc.property(
      name,
      distribution,
      fc.oneof(anyNumber, fc.constantFrom(null, undefined, 'adam', true)),
      (swept, range, value) => {
        const axis = quick(() => axisOf(swept, /** @type {any} */ (range)));
        const [low, high] = axis.domain;
        assert.ok(
          Number.isFinite(low) && Number.isFinite(high) && (high > low || 'choices' in range),
          String(axis.domain),
        );
        assert.ok(axis.ticks.length <= 50);
        for (const { at, label } of axis.ticks) {
          assert.ok(Number.isFinite(at), label);
          if (axis.numeric) assert.ok(label.length <= 26 && !/NaN|undefined|Infinity/.test(label), label);
        }
        const share = shareOf(axis, axis.to(/** @type {any} */ (value)));
        if (value === null || value === undefined) assert.ok(Number.isNaN(share));
      },
    ),
  );
});

test('choices are in order, a value that a trial lacks has no place, whole numbers have whole labels', () => {
  const sizes = axisOf('batch_size', { type: 'categorical', choices: [64, 16, 100, 32] });
  assert.deepEqual(
    sizes.ticks.map((tick) => tick.label),
    ['16', '32', '64', '100'],
  );
  assert.ok(
    Number.isNaN(
      axisOf('optimizer', { type: 'categorical', choices: ['sgd', 'adam'] }).to(/** @type {any} */ (undefined)),
    ),
  );
  const whole = (/** @type {number} */ low, /** @type {number} */ high, log = false) =>
    axisOf('hidden_layers', { type: 'int', low, high, log }).ticks.map((tick) => tick.label);
  assert.deepEqual(whole(0, 1), ['0', '1']);
  assert.deepEqual(whole(1, 4, true), ['1', '2', '3', '4']);
  assert.deepEqual(whole(3, 3), ['3']);
  check(
    fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 5000 }), fc.boolean(), (a, b, log) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      for (const label of whole(Math.max(low, log ? 1 : 0), Math.max(high, 1), log))
        assert.match(label, /^(\d{1,3}(,\d{3})*|10[⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/);
    }),
  );
});

test('a range of few steps has its labels and its histogram at them', () => {
  const labels = (/** @type {any} */ range, one = 'dropout') => axisOf(one, range).ticks.map((tick) => tick.label);
  assert.deepEqual(labels({ type: 'float', low: 0, high: 0.6, step: 0.2 }), ['0', '0.2', '0.4', '0.6']);
  assert.deepEqual(labels({ type: 'int', low: 4, high: 32, step: 7 }, 'hidden_units'), ['4', '11', '18', '25', '32']);
  assert.deepEqual(stepsOf({ type: 'float', low: 0, high: 0.3, step: 0.5 }, 12), [0]);
  assert.equal(stepsOf({ type: 'float', low: 0, high: 1, step: 1e-9 }, 12), null);
  assert.equal(stepsOf({ type: 'float', low: 0, high: 1 }, 12), null);
  const shares = density({ type: 'int', low: 4, high: 32, step: 7 }, 'linear', 4, 32, 28);
  assert.equal(shares.filter((share) => share > 0).length, 5);
});

test('near 1 the labels of a log 1−x axis have the digits of 1 − x', () => {
  const labels = axisOf('beta1', { type: 'float', low: 0.5, high: 0.999, scale: 'log1m' }).ticks.map(
    (tick) => tick.label,
  );
  assert.deepEqual(labels, ['0.5', '0.8', '0.9', '0.95', '0.99', '0.995', '0.999']);
  for (const { label } of axisOf('beta1', { type: 'float', low: 0.99871, high: 0.99913, scale: 'log1m' }).ticks)
    assert.match(label, /^0\.99\d{1,3}$/);
});

test('E4: a histogram of draws is finite for any range and any axis', () => {
  check(
    fc.property(
      distribution,
      fc.constantFrom('linear', 'log', 'log1m'),
      pair,
      target,
      (range, along, [low, high], bins) => {
        const all = quick(() => density(/** @type {any} */ (range), /** @type {'log'} */ (along), low, high, bins));
        assert.ok(all.length <= 1000 && all.every((one) => one >= 0 && one <= 1 + 1e-9), String(all.slice(0, 9)));
      },
    ),
  );
});

test('E4: what an axis shows has two ends that differ, for any two numbers', () => {
  check(
    fc.property(pair, fc.double({ min: 0, max: 1, noNaN: true }), ([a, b], pad) => {
      const [low, high] = domainOf(a, b, pad);
      assert.ok(Number.isFinite(low) && Number.isFinite(high) && high > low, `${low} to ${high}`);
    }),
  );
});

test('the ranges that the table suggests have at least two round labels', () => {
  for (const one of HYPERPARAMETERS.filter((row) => row.sweep)) {
    const { ticks } = axisOf(one.name, /** @type {any} */ (one.sweep));
    assert.ok(ticks.length >= 2, one.name);
    for (const { label } of ticks) assert.ok(label.length <= 13, `${one.name}: ${label}`);
  }
  assert.equal(sweptOf(/** @type {any} */ ({ space: {} })).length, 0);
});

test('an axis holds what was picked by hand, and a press trains where it was', () => {
  const space = {
    learning_rate: { type: 'float', low: 0.001, high: 0.1, log: true },
    batch_size: { type: 'int', low: 16, high: 64, step: 16 },
    optimizer: { type: 'categorical', choices: ['sgd', 'adam'] },
  };
  const of = (/** @type {any[]} */ points) => /** @type {any} */ ({ space, sampler: { name: 'hand', points } });
  const ends = (/** @type {any} */ study, /** @type {string} */ name) => {
    const { low, high, step } = spanOf(study, name);
    return [low, high, step];
  };
  const inside = of([{ learning_rate: 0.01, batch_size: 32, optimizer: 'sgd' }]);
  assert.deepEqual(ends(inside, 'learning_rate'), [0.001, 0.1, undefined]);
  assert.deepEqual(ends(inside, 'batch_size'), [16, 64, 16]);
  const outside = of([{ learning_rate: 0.5, batch_size: 8, optimizer: 'adam' }]);
  assert.deepEqual(ends(outside, 'learning_rate'), [0.001, 0.5, undefined]);
  assert.equal(axisOf('learning_rate', spanOf(outside, 'learning_rate')).scale, 'log');
  assert.deepEqual(ends(outside, 'batch_size'), [8, 64, undefined]);
  assert.equal(spanOf(outside, 'optimizer'), space.optimizer);
  assert.equal(spanOf(/** @type {any} */ ({ space, sampler: { name: 'random' } }), 'batch_size'), space.batch_size);
  const axis = axisOf('learning_rate', spanOf(outside, 'learning_rate'));
  assert.deepEqual(valuesAt(outside, [{ axis, share: 1 }]), { learning_rate: 0.5 });
});

test('a title beside an axis is as long as its axis leaves room', () => {
  assert.equal(shortened('batch size (log scale)', 200), 'batch size (log scale)');
  assert.equal(shortened('batch size (log scale)', 70), 'batch si…');
  assert.equal(shortened('배치 크기 (로그 척도)', 70), '배치 크기 …');
  assert.equal(shortened('loss', 10), '');
});
