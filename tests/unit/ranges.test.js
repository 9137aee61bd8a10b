import { arePoints } from '../../www/src/study/checks.js';
import assert from 'node:assert/strict';
import test from 'node:test';
import { fc } from './numbers.js';
import { BY_NAME, HYPERPARAMETERS, choicesOf, scaleOf } from '../../www/src/study/hyperparameters.js';
import { exact } from '../../www/src/study/format.js';
import { loadTexts, sentence } from '../../www/src/i18n/i18n.js';
import { readNumber, readNumbers } from '../../www/src/study/numbers.js';
import { spellPoints } from '../../www/src/study/points.js';
import { readRange, readValue, rescaled, textsOf } from '../../www/src/study/ranges.js';
import { checkDistribution, checkValue } from '../../www/src/study/study.js';

/**
 * What is typed into a row's editor: a legal value or range, or a sentence with fixes that are legal and say what they
 * do.
 */

/** @typedef {import('../../www/src/study/hyperparameters.js').Hyperparameter} Hyperparameter */

/** @param {string} name @returns {Hyperparameter} */
const row = (name) => /** @type {Hyperparameter} */ (BY_NAME.get(name));
/** @param {Hyperparameter} one */
const able = (one) => one.available && (one.type !== 'categorical' || choicesOf(one).length > 0);
const ROWS = HYPERPARAMETERS.filter(able);
const NUMBERS = ROWS.filter((one) => one.type === 'float' || one.type === 'int');
const texts = (/** @type {Partial<import('../../www/src/study/ranges.js').Texts>} */ some) => ({
  low: '',
  high: '',
  step: '',
  choices: '',
  value: '',
  ...some,
});

const typed = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'abc',
    '-5',
    '1e9999',
    'NaN',
    '1e300',
    '-1e300',
    '0x10',
    '<b>3</b>, "4"',
    '١٢٣',
    ' . ',
    '64.5',
    '1,000',
    '1.000',
    '0,1',
    '16, 16, 32',
    '0',
    '1',
    '-0',
    '-11.5',
    '1e-400',
    '16,128',
    '64.5, 32.5',
    '0.5, 2',
    '5e-324',
    '1 000',
    '1;2;3;4;5;6;7;8;9;10;11',
    '0.9999999',
    'true',
    'relu',
    'relu, tanh, relu',
  ),
  fc.double({ noNaN: true }).map(String),
  fc.integer().map(String),
  fc.double({ min: -20, max: 20, noNaN: true }).map((x) => x.toFixed(2)),
  fc.string({ maxLength: 12 }),
  fc
    .array(
      fc.double({ min: -5, max: 3000, noNaN: true }).map((x) => x.toPrecision(3)),
      { maxLength: 14 },
    )
    .map((all) => all.join(', ')),
);

/** Whether a label's text says exactly the value. @param {unknown} label @param {unknown} value */
function says(label, value) {
  const text = String(label);
  if (arePoints(value)) return value.length > 12 ? text.endsWith('…') : text === spellPoints(value);
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((one) => typeof one === 'number')) return text === list.map(String).join(', ');
  if (!list.length) return text === '[]';
  if (list.length === 1) {
    const read = readNumber(text, (x) => x === list[0]);
    return read.code === 'two_readings' ? false : read.code === undefined && read.value === list[0];
  }
  const read = readNumbers(text.replaceAll(', ', '; '), (x) => list.includes(x));
  return read.code === undefined && JSON.stringify(read.values) === JSON.stringify(list);
}

test('whatever is typed as a value is legal, or has a fix that is', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ROWS), typed, fc.boolean(), (one, text, set) => {
      const before = set ? (one.default?.by ? 0.01 : one.default) : undefined;
      const read = /** @type {any} */ (
        readValue(one, text, before !== undefined && !checkValue(one, before) ? before : undefined)
      );
      if (!read.problem) return assert.equal(checkValue(one, read.value), null, text);
      assert.ok(read.problem.code && read.problem.key, text);
      assert.ok(read.fixes.length, `${one.name}: ${text}: no fix`);
      for (const fix of read.fixes) {
        assert.equal(checkValue(one, fix.value), null, `${one.name}: ${text}: ${JSON.stringify(fix)}`);
        assert.ok(says(fix.values.value, fix.value), `${one.name}: ${text}: ${JSON.stringify(fix)}`);
        assert.ok(
          readValue(one, textsOf(one, undefined, fix.value).value, undefined),
          'the field shows what was applied',
        );
      }
    }),
    { numRuns: 20000 },
  );
});

test('whatever is typed as a range is legal, or has a fix that is', () => {
  const scales = fc.constantFrom(
    /** @type {const} */ ('linear'),
    /** @type {const} */ ('log'),
    /** @type {const} */ ('log1m'),
    /** @type {const} */ ('choices'),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...NUMBERS),
      scales,
      typed,
      typed,
      fc.oneof(fc.constant(''), fc.constantFrom('0.2', '7', '0,5', '1,000', '-1', '1e9'), typed),
      fc.boolean(),
      (one, scale, low, high, step, set) => {
        const before = set && one.sweep ? one.sweep : undefined;
        const read = /** @type {any} */ (readRange(one, scale, texts({ low, high, step, choices: low }), before));
        if (!read.problem) {
          assert.equal(checkDistribution(one, read.distribution), null, `${one.name}: ${low} .. ${high}`);
          assert.equal(
            new Set(read.distribution.choices).size,
            read.distribution.choices?.length ?? 0,
            'a choice is drawn once',
          );
          return;
        }
        assert.ok(read.fixes.length, `${one.name} ${scale}: ${low} .. ${high}: no fix`);
        for (const fix of read.fixes) {
          const name = `${one.name} ${scale}: ${low} .. ${high}: ${JSON.stringify(fix)}`;
          assert.equal(checkDistribution(one, fix.distribution), null, name);
          if (fix.values.low !== undefined)
            assert.ok(
              says(fix.values.low, fix.distribution.low) && says(fix.values.high, fix.distribution.high),
              name,
            );
          else if (fix.distribution.choices && fix.label === 'fix.use')
            assert.ok(says(fix.values.value, fix.distribution.choices), name);
          const again = /** @type {any} */ (
            readRange(one, scaleOf(fix.distribution), textsOf(one, fix.distribution, null), fix.distribution)
          );
          assert.deepEqual(again.distribution, fix.distribution, `${name}: the field shows what was applied`);
        }
      },
    ),
    { numRuns: 20000 },
  );
});

test('a change of scale gives texts that are legal', () => {
  for (const one of NUMBERS) {
    for (const range of [
      one.sweep,
      { type: one.type, low: 0.5, high: 0.999, scale: 'log1m' },
      { type: one.type, low: 16, high: 100 },
    ]) {
      if (!range || 'choices' in range || checkDistribution(one, /** @type {any} */ (range))) continue;
      const to = rescaled(one, /** @type {any} */ (range), 'choices');
      assert.ok(!('problem' in readRange(one, 'choices', to, undefined)), `${one.name}: ${to.choices}`);
    }
  }
});

test('a step is read, refused where it leaves one value, and goes with the linear scale', () => {
  const drop = row('dropout');
  const read = (
    /** @type {string} */ low,
    /** @type {string} */ high,
    /** @type {string} */ step,
    scale = /** @type {const} */ ('linear'),
  ) => /** @type {any} */ (readRange(drop, scale, texts({ low, high, step }), undefined));
  assert.deepEqual(read('0', '0.6', '0.2').distribution, { type: 'float', low: 0, high: 0.6, step: 0.2 });
  assert.deepEqual(read('0.1', '0.3', '0.2').distribution, { type: 'float', low: 0.1, high: 0.3, step: 0.2 });
  assert.deepEqual(read('0', '0.6', '').distribution, { type: 'float', low: 0, high: 0.6 });
  for (const [high, step] of [
    ['0.3', '0.5'],
    ['0.05', '0.2'],
  ]) {
    const { problem, fixes } = read('0', high, step);
    assert.equal(problem.code, 'step_too_large');
    assert.deepEqual(
      fixes.map((/** @type {any} */ fix) => fix.label),
      ['fix.use_step', 'fix.no_step'],
    );
    assert.ok(fixes[0].distribution.step <= Number(high));
  }
  assert.equal(read('0', '0.6', '-1').problem.code, 'out_of_range');
  assert.equal(
    /** @type {any} */ (
      readRange(row('hidden_units'), 'linear', texts({ low: '4', high: '32', step: '2.5' }), undefined)
    ).problem.code,
    'out_of_range',
  );
  const units = /** @type {const} */ ({ type: 'int', low: 4, high: 32, step: 7 });
  assert.equal(textsOf(row('hidden_units'), units, null).step, '7');
  assert.equal(rescaled(row('hidden_units'), units, 'choices').choices, '4, 11, 18, 25, 32');
});

test('half a unit is offered as a whole one', () => {
  const read = /** @type {any} */ (readValue(row('hidden'), '64.5', [16]));
  assert.deepEqual(
    read.fixes.map((/** @type {any} */ fix) => fix.value),
    [[65]],
  );
  assert.equal(read.fixes[0].values.value, '65');
});

test('exponents in a log range are said to be such, and turned into values', () => {
  const read = /** @type {any} */ (
    readRange(row('learning_rate'), 'log', texts({ low: '-11.5', high: '-2' }), undefined)
  );
  assert.equal(read.problem.code, 'exponents');
  assert.deepEqual(read.fixes[0].distribution, { type: 'float', low: 3.16e-12, high: 0.01, log: true });
  const half = /** @type {any} */ (
    readRange(row('learning_rate'), 'log', texts({ low: '-5', high: '0.1' }), undefined)
  );
  assert.deepEqual(half.fixes[0].distribution, { type: 'float', low: 1e-5, high: 0.1, log: true });
});

test('what leaves no range as an exponent is no exponent', () => {
  for (const [low, high] of [
    ['-1', '0.1'],
    ['-1', '0.05'],
    ['-0.5', '0.1'],
    ['-2', '-2'],
  ]) {
    const read = /** @type {any} */ (readRange(row('learning_rate'), 'log', texts({ low, high }), undefined));
    assert.notEqual(read.problem.code, 'exponents', `${low} to ${high}`);
    assert(read.fixes.length > 0);
    for (const { distribution } of read.fixes) assert(distribution.low < distribution.high, `${low} to ${high}`);
  }
  const least = readRange(row('epochs'), 'log', texts({ low: '0', high: '1' }), undefined);
  for (const { distribution } of /** @type {any} */ (least).fixes) assert(distribution.low < distribution.high);
});

test('both readings of a text are offered as they are', () => {
  const one = row('learning_rate');
  const value = /** @type {any} */ (readValue(one, '1,000', 0.001));
  assert.deepEqual(
    value.fixes.map((/** @type {any} */ fix) => [fix.values.value, fix.value]),
    [
      ['1000', 1000],
      ['1', 1],
    ],
  );
  const choices = /** @type {any} */ (readRange(one, 'choices', texts({ choices: '0,1' }), undefined));
  assert.equal(choices.problem.code, 'two_readings');
  assert.deepEqual(
    choices.fixes.map((/** @type {any} */ fix) => fix.distribution.choices),
    [[0, 1], [0.1]],
  );
  const range = /** @type {any} */ (readRange(one, 'linear', texts({ low: '0,001', high: '0,100' }), undefined));
  assert.deepEqual(range.distribution, { type: 'float', low: 0.001, high: 0.1 });
});

/** @param {string} name @param {string} choices @returns {any} */
const chosen = (name, choices) => readRange(row(name), 'choices', texts({ choices }), undefined);

test('decimal commas in lists of whole numbers are refused, never cut in two', () => {
  for (const text of ['64,5; 32,5', '64,5;32,5', '64,5; 32']) {
    const read = chosen('batch_size', text);
    assert.equal(read.problem?.code, 'wrong_type', text);
    for (const { distribution } of read.fixes) assert.ok(!distribution.choices.includes(5), text);
    assert.equal(/** @type {any} */ (readValue(row('hidden'), text)).problem?.code, 'wrong_type', text);
  }
  for (const text of ['1,5, 2,5', '64,5 32,5']) {
    assert.equal(chosen('batch_size', text).problem?.code, 'two_readings', text);
    assert.equal(/** @type {any} */ (readValue(row('hidden'), text)).problem?.code, 'two_readings', text);
  }
  assert.deepEqual(chosen('batch_size', '16 32 64.5').fixes[0].distribution.choices, [16, 32, 65]);
  assert.notDeepEqual(chosen('batch_size', '0,1 0,2').fixes[0].distribution.choices, [1, 2]);
});

test('bounds do not choose between two readings', () => {
  for (const [name, text] of [
    ['dropout', '1.000'],
    ['beta1', '1,000'],
    ['hidden_units', '2,048,'.slice(0, -1)],
  ]) {
    const read = /** @type {any} */ (readValue(row(name), text));
    assert.equal(read.problem?.code ?? 'read', name === 'hidden_units' ? 'read' : 'two_readings', `${name} ${text}`);
    for (const fix of read.fixes ?? []) assert.equal(checkValue(row(name), fix.value), null);
  }
});

test('an end that no scale allows is refused by its bounds, and only that end', () => {
  /** @param {string} name @param {any} scale @param {string} low @param {string} high @returns {any} */
  const read = (name, scale, low, high) => readRange(row(name), scale, texts({ low, high }), undefined);
  for (const [found, end] of [
    [read('beta1', 'log1m', '0.5', '1'), 'high'],
    [read('learning_rate', 'log', '-400', '0.1'), 'low'],
  ]) {
    assert.deepEqual([found.problem.code, found.end], ['out_of_range', end]);
    assert.ok(found.fixes.every((/** @type {any} */ fix) => fix.label !== 'fix.linear'));
  }
  assert.equal(read('learning_rate', 'log', '0', '0.1').problem.code, 'log_range');
});

test('both ends in the box of one are offered as the range that was meant', () => {
  const one = row('learning_rate');
  const before = /** @type {any} */ ({ type: 'float', low: 0.1, high: 1, log: true });
  for (const text of ['0.001 - 0.1', '0,001 – 0,1', '0.001-0.1', '1e-3–0.1', '0.001 ~ 0.1', ' 1e-3 to 1e-1 '])
    for (const end of ['low', 'high']) {
      const read = /** @type {any} */ (readRange(one, 'log', texts({ low: '0.1', high: '1', [end]: text }), before));
      assert.equal(read.end, end, text);
      assert.deepEqual(read.fixes, [
        {
          label: 'fix.use_range',
          values: { low: '0.001', high: '0.1' },
          distribution: { type: 'float', low: 0.001, high: 0.1, log: true },
        },
      ]);
    }
  // What cannot be a range is not made one.
  for (const text of ['0.1 - 0.001', '0.001 - x', '0.001 -'])
    assert.deepEqual(
      /** @type {any} */ (readRange(one, 'log', texts({ low: text, high: '1' }), before)).fixes.map(
        (/** @type {any} */ fix) => fix.label,
      ),
      ['fix.keep'],
      text,
    );
});

test('what is no number is told what its own field takes, in every field of numbers', async () => {
  await loadTexts('en');
  for (const one of [...NUMBERS, row('hidden')]) {
    const read = readValue(one, '4o');
    assert.ok('problem' in read && read.problem.code === 'not_a_number', one.name);
    const said = sentence('en', read.problem);
    const isWhole = one.type !== 'float';
    assert.equal(/takes a whole number, /.test(said), isWhole, said);
    assert.ok(said.includes(`${exact(Number(one.low))} – ${exact(Number(one.high))}`), said);
  }
});
