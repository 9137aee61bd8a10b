import test from 'node:test';
import { readNumber, readNumbers, spell } from '../../www/src/study/numbers.js';
import { FAILS_MS, assert, fc } from './numbers.js';

/** What people type is read as meant or refused, and never another number (promise F1). */

/** @param {string} text @returns {number | string} the number, or why there is none */
const said = (text) => {
  const read = readNumber(text);
  return read.code ?? read.value;
};

const READ = /** @type {[string, number][]} */ ([
  ['0,001', 0.001],
  ['0.001', 0.001],
  [',5', 0.5],
  ['.5', 0.5],
  ['5.', 5],
  ['-0,25', -0.25],
  ['+3', 3],
  ['007', 7],
  ['-0', 0],
  ['1,000,000', 1e6],
  ['1.000.000', 1e6],
  ['1.000.000,5', 1000000.5],
  ['1,234.5', 1234.5],
  ['1.234,5', 1234.5],
  ['1 000', 1000],
  ['1\u00a0000', 1000],
  ['1\u202f000\u202f000', 1e6],
  ['1\u2009000,5', 1000.5],
  ["1'000", 1000],
  ['1’000.25', 1000.25],
  ['０．００１', 0.001],
  ['－５', -5],
  ['１，０００，０００', 1e6],
  ['\u3000１２\u3000', 12],
  ['1e-3', 0.001],
  ['1E3', 1000],
  ['1e+21', 1e21],
  ['2,5e-4', 2.5e-4],
  ['1.234e-7', 1.234e-7],
  ['10^-3', 0.001],
  ['10**3', 1000],
  ['10⁻³', 0.001],
  ['10³', 1000],
  ['2×10⁻³', 0.002],
  ['2*10^-3', 0.002],
  ['2 x 10^-3', 0.002],
  ['1,5 · 10⁻⁴', 1.5e-4],
  ['−10⁻³', -0.001],
  ['–1', -1],
  ['5e-324', 5e-324],
]);

const REFUSED = /** @type {[string, string][]} */ ([
  ['1,000', 'two_readings'],
  ['1.000', 'two_readings'],
  ['12,345', 'two_readings'],
  ['-1.234', 'two_readings'],
  ['１，０００', 'two_readings'],
  ['1e400', 'beyond'],
  ['-1e400', 'beyond'],
  ['1e-400', 'beyond'],
  [`0.${'0'.repeat(60)}1e-300`, 'beyond'],
  ['10^-400', 'beyond'],
  ['1.23456789e-320', 'beyond'],
  ...[
    '',
    ' ',
    'abc',
    '0x10',
    '0X1F',
    '0b1',
    '0o7',
    'Infinity',
    '-Infinity',
    'NaN',
    '1_000',
    '.5.5',
    '--1',
    '+-1',
    '1e',
    'e5',
    '.',
    ',',
    '-',
    '5,',
    '1,00,000',
    '0,000,001',
    '0 001',
    '1 23',
    '1,234,56',
    '1..0',
    '1e5.5',
    '1e1e1',
    '10^',
    '10^^3',
    '2×10⁻²0.1',
    '10⁻³4',
    '10⁻²,5',
    '10⁻2',
    '10²^3',
    '50%',
    '½',
    '①',
    '٣',
    '１２٣',
    '三',
    '삼',
    '१२',
    '1/2',
    '1+1',
    '$5',
    '5n',
    '1e-3x',
    'true',
    '[1]',
    '1;2',
    '1'.repeat(200),
    '9'.repeat(100000),
  ].map((text) => /** @type {[string, string]} */ ([text, 'not_a_number'])),
]);

test('numbers are read as people write them', () => {
  for (const [text, value] of READ) assert.equal(said(text), value, text);
});

test('what is no number, or two, is refused', () => {
  for (const [text, why] of REFUSED) assert.equal(said(text), why, text.slice(0, 40));
});

test('of two readings a field takes the one that it can hold, and no other', () => {
  const trials = (/** @type {number} */ value) => Number.isInteger(value) && value >= 1 && value <= 100000;
  const share = (/** @type {number} */ value) => value >= 0 && value <= 1;
  assert.deepEqual(readNumber('1,024', trials), { value: 1024 });
  assert.deepEqual(readNumber('1.024', trials), { value: 1024 });
  assert.deepEqual(readNumber('1.000', share), { value: 1 });
  for (const text of ['1,000', '1.000'])
    assert.deepEqual(new Set(/** @type {any} */ (readNumber(text, trials)).readings), new Set([1, 1000]), text);
});

/** A double's usual spellings: in print and in code, with either decimal sign, full-width, as a power.
 * @param {number} x @returns {string[]} */
function spellings(x) {
  const code = String(x);
  const [mantissa, power] = x.toExponential().split('e');
  const superscript = [...String(Number(power))]
    .map((one) => (one === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(one)]))
    .join('');
  const powers = [`${mantissa}×10${superscript}`, `${mantissa}*10^${Number(power)}`];
  const inCode = [code, x.toExponential(), x.toExponential().toUpperCase(), ...powers];
  const locales =
    Number.isInteger(x) || Math.abs(x) >= 1e-6 ? ['en-US', 'de-DE', 'fr-FR', 'de-CH', 'ko-KR', 'sv-SE'] : [];
  const printed =
    Math.abs(x) < 1e15 ? locales.map((locale) => x.toLocaleString(locale, { maximumSignificantDigits: 17 })) : [];
  const wide = (/** @type {string} */ text) =>
    text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0));
  const all = [...inCode, ...inCode.map((text) => text.replace('.', ',')), ...printed];
  return all.flatMap((text) => [text, text.replaceAll('-', '−'), wide(text), ` ${text} `]);
}

const doubles = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer().map(Number),
  fc.integer({ min: 0, max: 2000 }).map((k) => k / 1000),
  fc
    .tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -30, max: 30 }))
    .map(([k, p]) => Number(`${k}e${p}`)),
);

test('a double in any of its usual spellings is that double, or refused', () => {
  let refused = 0;
  let all = 0;
  fc.assert(
    fc.property(doubles, (given) => {
      const x = given + 0;
      for (const text of spellings(x)) {
        const read = said(text);
        all += 1;
        if (typeof read === 'string') refused += 1;
        else assert.equal(read, x, text);
      }
      for (const text of [String(x), x.toExponential()]) {
        const read = readNumber(text);
        assert.ok(
          read.code === 'two_readings' ? read.readings.includes(x) : read.code === undefined && read.value === x,
          `${text}: ${JSON.stringify(read)}`,
        );
      }
      assert.deepEqual(readNumber(spell(x)), { value: x }, 'what a field shows is what it reads');
    }),
    { numRuns: 3000 },
  );
  assert.ok(refused < all / 4, `${refused} of ${all} refused`);
});

const signs = [..."0123456789.,eE+-−–×x*·^ \u00a0\u202f'’_;()[]/%½٣۵०１，．－⁻³²nabX"];
const texts = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom(...signs), { maxLength: 16 }).map((all) => all.join('')),
);

/**
 * The number that JavaScript reads in a text of digits, point, exponent; what else there is was taken away.
 * @param {string} text
 */
const digits = (text) => text.normalize('NFKC').replace(/\D/g, '').replace(/^0+/, '');

test('any text gives a number whose digits it has, or a refusal', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const read = readNumber(text);
      const list = readNumbers(text, Number.isFinite);
      if (read.code === undefined) {
        assert.ok(Number.isFinite(read.value));
        // The figures of the number stand in the text, in their order.
        const figures = read.value.toExponential().split('e')[0].replace(/\D/g, '').replace(/0+$/, '');
        assert.ok(
          /10\s*(\^|\*\*|[⁺⁻⁰-⁹¹²³])/.test(text.normalize('NFC')) ||
            digits(text).length > 15 ||
            digits(text).includes(figures),
          `${text}: ${read.value}`,
        );
      }
      if (list.code === undefined) assert.ok(list.values.every(Number.isFinite), text);
    }),
    { numRuns: 20000 },
  );
});

test('long texts end at once', () => {
  for (const one of ['1', ' ', '1 ', '1,', ', ', '10^', '×', '1;', '1 000 ', '[', ']', '.', 'x', '10⁻³ ', "1'", ' ×'])
    for (const size of [80, 1000, 1000000]) {
      const text = one.repeat(Math.ceil(size / one.length)).slice(0, size);
      const took = Math.min(
        ...[1, 2, 3, 4].map(() => {
          const begun = performance.now();
          readNumber(text);
          readNumbers(text, Number.isFinite, true);
          return performance.now() - begun;
        }),
      );
      assert.ok(took < FAILS_MS, `${size} characters of “${one}”: ${took} ms`);
    }
});

const whole = (/** @type {number} */ low, /** @type {number} */ high) => (/** @type {number} */ value) =>
  Number.isInteger(value) && value >= low && value <= high;
const width = whole(1, 2048);
const batch = whole(1, 1000000);

test('lists are read as people separate them', () => {
  for (const [text, takes, values] of /** @type {[string, (value: number) => boolean, number[]][]} */ ([
    ['0,1 0,01 0,001', Number.isFinite, [0.1, 0.01, 0.001]],
    ['0.1,0.01,0.001', Number.isFinite, [0.1, 0.01, 0.001]],
    ['0,1; 0,01; 0,001', Number.isFinite, [0.1, 0.01, 0.001]],
    ['0,1, 0,01, 0,001', Number.isFinite, [0.1, 0.01, 0.001]],
    ['0,1\t0,01\n0,001', Number.isFinite, [0.1, 0.01, 0.001]],
    ['10⁻³, 10⁻², 2 × 10⁻¹', Number.isFinite, [0.001, 0.01, 0.2]],
    ['0.5, 1.125', Number.isFinite, [0.5, 1.125]],
    ['1e-3 1e-2', Number.isFinite, [0.001, 0.01]],
    ['０．１，０．２', Number.isFinite, [0.1, 0.2]],
    ['16,32,64', batch, [16, 32, 64]],
    ['16 32 64', batch, [16, 32, 64]],
    ['16, 32,64', batch, [16, 32, 64]],
    ['16; 32; 64', batch, [16, 32, 64]],
    ['1,024', batch, [1024]],
    ['1,100; 2.01', Number.isFinite, [1100, 2.01]],
    ['1,024, 2,048', batch, [1024, 2048]],
    ['1\u00a0000 2\u00a0000', batch, [1000, 2000]],
    ['1 000; 2 000', batch, [1000, 2000]],
    ['64, 32', width, [64, 32]],
    ['[64, 32]', width, [64, 32]],
    ['64×32', width, [64, 32]],
    ['64 x 32 x 16', width, [64, 32, 16]],
    ['10x10', width, [10, 10]],
    ['64.5', width, [64.5]],
    ['', width, []],
    ['[]', width, []],
    ['16,', batch, [16]],
    ['16、32', batch, [16, 32]],
  ]))
    assert.deepEqual(readNumbers(text, takes, takes === width), { values }, text);
});

test('a list that can be read twice is refused with both readings', () => {
  for (const [text, takes, lists] of /** @type {[string, (value: number) => boolean, number[][]][]} */ ([
    ['0,1', Number.isFinite, [[0, 1], [0.1]]],
    ['0,5', (/** @type {number} */ x) => x >= 0 && x <= 10, [[0, 5], [0.5]]],
    ['1,000', batch, [[1000], [1]]],
    ['16,128', batch, [[16, 128], [16128]]],
    ['1,128', width, [[1, 128], [1128]]],
    [
      '0.5, 1,100',
      Number.isFinite,
      [
        [0.5, 1, 100],
        [0.5, 1100],
      ],
    ],
    [
      '1.234, 5.678',
      Number.isFinite,
      [
        [1.234, 5.678],
        [1234, 5678],
      ],
    ],
  ])) {
    const read = readNumbers(text, takes);
    assert.deepEqual(read.code === 'two_readings' && read.lists, lists, text);
  }
  for (const text of [
    '1 000, 2 000',
    '1 000 2 000',
    '16, 0x10',
    '0x10',
    '16, abc',
    '16, 1e400',
    '0,1,0x1',
    '16 000',
    '16 ١٢',
  ])
    for (const times of [false, true]) {
      const read = readNumbers(text, Number.isFinite, times);
      assert.ok(read.code ?? read.values.length === 1, `${text}: ${JSON.stringify(read)}`);
    }
});
