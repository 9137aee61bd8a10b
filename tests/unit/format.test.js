import { test } from 'node:test';
import * as format from '../../www/src/study/format.js';
import { anyNumber, assert, check, fc, finite, quick } from './numbers.js';

const WRITERS = /** @type {[string, (value: any) => string][]} */ ([
  ['count', format.count],
  ['scientific', format.scientific],
  ['rate', format.rate],
  ['exact', format.exact],
  ['loss', format.loss],
  ['signed', format.signed],
  ['accuracy', (value) => format.metric(value, 'classes')],
  ['R²', (value) => format.metric(value, 'numbers')],
  ['short', format.short],
  ['duration', format.duration],
  ['setting', format.setting],
]);

const given = fc.oneof(anyNumber, fc.constantFrom(null, undefined, 'NaN', 'Infinity', '-Infinity'));

for (const [name, write] of WRITERS)
  test(`E4: ${name} writes any number at once, short, and without a word of code`, () => {
    check(
      fc.property(name === 'setting' ? anyNumber : given, (value) => {
        const text = quick(() => write(value));
        assert.ok(text.length > 0 && text.length <= 26, text);
        assert.doesNotMatch(text, /NaN|undefined|null|Infinity|e[+-]|-/, text);
        if (typeof value !== 'number' || !Number.isFinite(value)) assert.equal(text, format.DASH);
      }),
    );
  });

/** A written number as a number again. @param {string} text @returns {number} */
const read = (text) => {
  const rest = /^1 − (.*)$/.exec(text);
  if (rest) return 1 - read(rest[1]);
  const power = /^([−\d.,]*?)×?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/.exec(text);
  const plain = (power ? power[1] || '1' : text).replace('−', '-').replaceAll(',', '');
  const digits = [...(power?.[2] ?? '⁰')].map((one) => (one === '⁻' ? '-' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(one))).join('');
  return Number(`${plain === '-' ? '-1' : plain}e${digits}`);
};

test('a setting written exactly is read as the same number', () => {
  check(fc.property(finite, (value) => assert.equal(read(format.exact(value)), value + 0)));
});

test('a rate is off by no more than its second digit, near 1 by that of 1 − x', () => {
  check(
    fc.property(finite, (value) => {
      const size = Math.abs(value);
      const off = Math.abs(read(format.rate(value)) - value);
      const slack =
        size < 100 || !Number.isInteger(value) ? size * 0.051 : Math.max(0.5, size >= 1e6 ? size * 0.051 : 0);
      assert.ok(off <= slack * (1 + 1e-9), `${value} as ${format.rate(value)}`);
      if (size > 0.95 && size < 1 && value > 0)
        assert.ok(off <= (1 - value) * 0.051 + 1e-12, `${value} as ${format.rate(value)}`);
    }),
  );
});

test('numbers that were written wrongly once', () => {
  assert.equal(format.rate(0.9987), '0.9987');
  assert.equal(format.rate(0.99996), '0.99996');
  assert.equal(format.rate(0.95), '0.95');
  assert.equal(format.rate(0.9), '0.9');
  assert.equal(format.rate(589_742.3), '590,000');
  assert.equal(format.rate(1209.6), '1,200');
  assert.equal(format.rate(1024), '1,024');
  assert.equal(format.exact(1_500_000_000_000_000), '1.5×10¹⁵');
  assert.equal(format.exact(1e15), '10¹⁵');
  assert.equal(format.exact(2_500_000), '2.5×10⁶');
  assert.equal(format.count(2_500_000), '2,500,000');
  assert.equal(format.count(-0.4), '0');
  assert.equal(format.count(-1_234_567.8), '−1,234,568');
  for (const value of [0, 7, 999, 1000, -1000, 12_345_678, 2 ** 53 - 1, 1e15])
    assert.equal(format.commas(value), new Intl.NumberFormat('en').format(value));
  assert.equal(format.setting([64, 32]), '64 × 32');
  assert.equal(format.setting(undefined), '–');
  assert.equal(format.setting(false), 'false');
});

test('whole numbers that a double holds are written with all their digits', () => {
  for (const value of [2 ** 53, 2 ** 53 - 1, 1234567890123456, -(2 ** 53)])
    assert.equal(format.exact(value).replaceAll(',', '').replace('−', '-'), String(value));
});

test('the numbers of one axis have one form', () => {
  assert.deepEqual(format.alike([-0.01, -0.005, 0, 0.005, 0.01]), ['−0.01', '−0.005', '0', '0.005', '0.01']);
  assert.deepEqual(format.alike([1e-5, 0.001, 0.1, 1, 20]), ['10⁻⁵', '10⁻³', '10⁻¹', '1', '2×10¹']);
  assert.deepEqual(format.alike([0.1, 0.5, 2]), ['0.1', '0.5', '2']);
  assert.deepEqual(format.alike([0, 5e5, 1e6]), ['0', '5×10⁵', '10⁶']);
  check(
    fc.property(fc.array(finite, { maxLength: 8 }), (values) => {
      const texts = quick(() => format.alike(values));
      const isPower = values.map((value, k) => value === 0 || value === 1 || /10[⁻⁰-⁹¹²³]/.test(texts[k]));
      const isPlain = values.map((value, k) => value === 0 || value === 1 || !/10[⁻⁰-⁹¹²³]/.test(texts[k]));
      assert.ok(isPower.every(Boolean) || isPlain.every(Boolean), String(texts));
    }),
  );
});
