import { readFileSync } from 'node:fs';
import test from 'node:test';
import { anyNumber, assert, fc } from './numbers.js';
import { chance, someStudy } from './hostile.js';
import { BY_NAME, between, used } from '../../www/src/study/hyperparameters.js';
import { readStudy, startStudy } from '../../www/src/study/study.js';
import { beside, endOf, fellToTheEnd, spanOf, widthOf } from '../../www/src/views/range/plot.js';
import {
  NETWORKS,
  RATES,
  STEPS,
  USUAL,
  around,
  isTestable,
  settingsOf,
  suggested,
} from '../../www/src/views/range/settings.js';
import { middleOf } from '../../www/src/study/picked.js';

/** What a range test is done with, and what is made of its numbers, for any study and any numbers. */

const row = /** @type {any} */ (BY_NAME.get('learning_rate'));
const rate = fc.double({ min: -12, max: 9, noNaN: true }).map((power) => 10 ** power);
/** @param {number} a @param {number} b */
const ratio = (a, b) => Math.abs(Math.log10(a / b));

test('steps and networks are the engine’s', () => {
  const engine = readFileSync(new URL('../../src/analysis/range_test.rs', import.meta.url), 'utf8');
  assert.equal(Number(/const NETWORKS: u16 = (\d+);/.exec(engine)?.[1]), NETWORKS);
  const [, least, most] = /const STEPS: \[usize; 2\] = \[(\d+), (\d+)\];/.exec(engine) ?? [];
  assert.deepEqual({ least: Number(least), most: Number(most) }, STEPS);
  // The texts say how often the lowest loss a blown-up one is.
  assert.equal(Number(/const BLOWN_UP: f64 = (.+);/.exec(engine)?.[1]), 4);
  assert.ok(USUAL.steps >= STEPS.least && USUAL.steps <= STEPS.most);
  assert.ok(RATES.least < USUAL.low && USUAL.low < USUAL.high && USUAL.high < RATES.most);
});

test('a suggested rate and the range around it are rates that the row takes, a decade to either side', () => {
  assert.equal(suggested(0.012345), 0.012);
  assert.deepEqual(around(0.012), { low: 0.0012, high: 0.12 });
  assert.deepEqual(around(RATES.most), { low: RATES.most / 10, high: RATES.most });
  assert.deepEqual(around(RATES.least), { low: RATES.least, high: 1e-11 });
  fc.assert(
    fc.property(rate, (found) => {
      const value = suggested(found);
      const { low, high } = around(value);
      assert.ok(ratio(value, found) < 0.03);
      assert.ok(row.low <= low && low <= value && value <= high && high <= row.high && low > 0 && low < high);
      for (const one of [value, low, high]) assert.equal(Number(one.toPrecision(2)), one);
      if (value >= 10 * RATES.least) assert.ok(ratio(low, value / 10) < 0.03);
      if (value <= RATES.most / 10) assert.ok(ratio(high, value * 10) < 0.03);
    }),
  );
});

test('what stands for a range lies in it, on its steps, amid its scale', () => {
  for (const [range, middle] of /** @type {[any, any][]} */ ([
    [{ type: 'float', low: 0, high: 0.5 }, 0.25],
    [{ type: 'float', low: 1e-4, high: 0.1, log: true }, 0.0032],
    [{ type: 'float', low: 0.5, high: 0.995, scale: 'log1m' }, 0.95],
    [{ type: 'float', low: 0, high: 1, step: 0.4 }, 0.4],
    [{ type: 'int', low: 16, high: 256, log: true }, 64],
    [{ type: 'int', low: 3, high: 3 }, 3],
    [{ type: 'categorical', choices: [128, 16, 64, 32] }, 32],
    [{ type: 'categorical', choices: ['relu', 'tanh'] }, 'relu'],
    [{ type: 'categorical', choices: [true, false] }, true],
    [{ type: 'float', low: 0.123456, high: 0.123456 }, 0.123456],
  ]))
    assert.equal(middleOf(range), middle, JSON.stringify(range));
  const scale = fc.constantFrom('linear', 'log', 'log1m');
  const end = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });
  fc.assert(
    fc.property(scale, end, end, (along, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const range = /** @type {any} */ ({ type: 'float', low, high, scale: along });
      const middle = Number(middleOf(range));
      assert.ok(low <= middle && middle <= high);
      const whole = between(range, 0.5);
      const off = along === 'log1m' ? (1 - middle) / (1 - whole) : middle / whole;
      assert.ok(Math.abs(off - 1) < 0.06 || middle === low || middle === high, `${whole} ${middle}`);
    }),
  );
});

test('a test takes the trial’s settings, else what lies amid the ranges, and only what is used', () => {
  const study = /** @type {any} */ ({
    ...startStudy(),
    fixed: {},
    space: {
      learning_rate: { type: 'float', low: 1e-4, high: 0.1, log: true },
      batch_size: { type: 'categorical', choices: [16, 32, 64, 128] },
      optimizer: { type: 'categorical', choices: ['sgd', 'momentum', 'adam'] },
      beta1: { type: 'float', low: 0.5, high: 0.9 },
      momentum: { type: 'float', low: 0.5, high: 0.9 },
      epochs: { type: 'int', low: 5, high: 40 },
    },
  });
  const plain = settingsOf(study, null, null);
  assert.deepEqual(plain.values, [
    ['batch_size', 32],
    ['optimizer', 'sgd'],
    ['momentum', 0.7],
  ]);
  assert.deepEqual(plain.trial, { number: 0, params: { batch_size: 32, optimizer: 'sgd', momentum: 0.7 } });
  assert.deepEqual([plain.of, plain.isOther, plain.optimizer], [null, false, 'sgd']);
  const trial = { number: 12, params: { learning_rate: 0.05, batch_size: 128, optimizer: 'momentum', momentum: 0.8 } };
  const own = settingsOf(study, trial, null);
  assert.deepEqual([own.of, own.isOther, own.optimizer], [12, false, 'momentum']);
  assert.deepEqual(own.trial, { number: 12, params: { batch_size: 128, optimizer: 'momentum', momentum: 0.8 } });
  // Another optimizer takes what it alone has from amid its range.
  const other = settingsOf(study, trial, 'adam');
  assert.deepEqual([other.of, other.isOther, other.optimizer], [12, true, 'adam']);
  assert.deepEqual(other.trial.params, { batch_size: 128, optimizer: 'adam', beta1: 0.7 });
  assert.equal(settingsOf(study, trial, 'none of these').optimizer, 'momentum');
  // Without a sweep of optimizers nothing is chosen.
  const fixed = { ...study, fixed: { optimizer: 'nadam' }, space: {} };
  assert.deepEqual([settingsOf(fixed, null, 'sgd').optimizer, settingsOf(fixed, null, null).values], ['nadam', []]);
});

test('an optimizer that finds its own steps is not tested where another is there', () => {
  assert.deepEqual(['lbfgs', 'newton', 'gd', 'adadelta', 'adam'].map(isTestable), [false, false, true, true, true]);
  const study = /** @type {any} */ ({
    ...startStudy(),
    fixed: {},
    space: { optimizer: { type: 'categorical', choices: ['lbfgs', 'rmsprop'] } },
  });
  assert.equal(settingsOf(study, null, null).optimizer, 'rmsprop');
  assert.equal(settingsOf(study, null, 'lbfgs').optimizer, 'lbfgs');
});

test('every setting of any study is one that its range holds and that the test uses', () => {
  const random = chance(7);
  let tried = 0;
  for (let k = 0; k < 300; k++) {
    const read = readStudy(someStudy(random));
    if (!('study' in read) || !read.study) continue;
    const { study } = read;
    tried += Object.keys(study.space ?? {}).length > 1 ? 1 : 0;
    const { trial, values, choices } = settingsOf(study, null, null);
    const params = Object.fromEntries(values);
    assert.deepEqual(trial.params, params);
    assert.ok(!('learning_rate' in params) && !('schedule' in params));
    const settled = { ...study, fixed: { ...study.fixed, schedule: 'constant', ...params }, space: {} };
    for (const [name, value] of values) {
      const range = study.space?.[name];
      assert.ok(used(/** @type {any} */ (BY_NAME.get(name)), settled), name);
      if (range?.choices) assert.ok(range.choices.includes(value), name);
      else assert.ok(Number(range?.low) <= Number(value) && Number(value) <= Number(range?.high), name);
    }
    assert.deepEqual(choices, study.space?.optimizer?.choices ?? []);
  }
  assert.ok(tried > 100, String(tried));
});

/** @param {(number | null)[]} losses @param {Partial<import('../../www/src/study/types.js').RangeNews>} [more]
 * @returns {import('../../www/src/study/types.js').RangeNews} */
const news = (losses, more = {}) => ({
  done: true,
  rates: losses.map((_, k) => 10 ** (k - 6)),
  losses,
  smoothed: losses,
  steepest: null,
  lowest: null,
  ...more,
});

test('the picture stands between losses that its fall fits in, for any numbers', () => {
  const one = fc.oneof(anyNumber, fc.constant(null), fc.double({ min: 0, max: 5, noNaN: true }));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 60 }), (losses) => {
      const found = spanOf(news(losses));
      if (!found) return;
      const [low, high] = found;
      assert.ok(Number.isFinite(low) && Number.isFinite(high) && low < high);
      const finite = losses.filter((loss) => typeof loss === 'number' && Number.isFinite(loss)).map(Number);
      const lowest = Math.min(...finite);
      const first = Math.max(...finite.slice(0, finite.indexOf(lowest) + 1));
      assert.ok(low <= lowest && first <= high);
    }),
    { numRuns: 500 },
  );
  assert.equal(spanOf(news([])), null);
  assert.equal(spanOf(news([null, null])), null);
  // A blow-up of a million times flattens nothing, and a fall of a thousandth fills nothing.
  const [low, high] = spanOf(news([2, 2, 1, 0.5, 5e5, 2e6])) ?? [0, 0];
  assert.ok(low > 0 && low < 0.5 && high > 2 && high < 3);
  const [bottom, top] = spanOf(news([2, 2, 1.998])) ?? [0, 0];
  assert.ok(top - bottom > 0.3);
  for (const flat of [[0], [0, 0, 0], [1], [-1, -1], [1e-310, 0]]) assert.ok(spanOf(news(flat)), String(flat));
});

test('how a test ended is known by its last step', () => {
  const rates = [1, 2, 3, 4];
  assert.equal(endOf(news([], { rates })), null);
  assert.equal(endOf(news([3, 2], { rates, done: false })), null);
  assert.deepEqual(endOf(news([3, 2, 9], { rates })), { kind: 'blown', at: 2 });
  assert.deepEqual(endOf(news([3, 2, null], { rates })), { kind: 'diverged', at: 2 });
  assert.deepEqual(endOf(news([3, 2, 1, null], { rates })), { kind: 'diverged', at: 3 });
  assert.deepEqual(endOf(news([3, 2, 1, 0], { rates })), { kind: 'through', at: 3 });
  assert.equal(fellToTheEnd(news([3, 2, 1, 0], { rates, lowest: 3 })), true);
  assert.equal(fellToTheEnd(news([3, 2, 1, null], { rates, lowest: 2 })), false);
  const many = Array.from({ length: 200 }, (_, k) => k);
  const through = (/** @type {number | null} */ lowest) => fellToTheEnd(news(many, { rates: many, lowest }));
  assert.deepEqual([null, 100, 190, 197, 199].map(through), [false, false, false, true, true]);
});

test('words stand inside the plot, beside their place where they find room', () => {
  assert.equal(beside(100, 50, 0, 300, 8), 108);
  assert.equal(beside(280, 50, 0, 300, 8), 222);
  assert.equal(beside(30, 280, 0, 300, 8), 20);
  const place = fc.integer({ min: 0, max: 400 });
  fc.assert(
    fc.property(place, fc.integer({ min: 1, max: 300 }), (at, width) => {
      const x = beside(at, width, 0, 400, 8);
      assert.ok(x >= 0 && x + width <= 400);
    }),
  );
  assert.ok(widthOf('가나') > widthOf('ab'));
});
