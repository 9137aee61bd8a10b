import test from 'node:test';
import { readFilter } from '../../www/src/study/filter.js';
import { anyNumber, assert, check, fc, quick } from './numbers.js';

/** The line that filters the table of trials. */

/** @typedef {import('../../www/src/study/filter.js').Field} Field */

/** @type {any} */
const STUDY = {
  format: 'tuning-playground/study@1',
  dataset: { name: 'digits' },
  fixed: { epochs: 20 },
  space: {
    learning_rate: { type: 'float', low: 1e-4, high: 0.1, log: true },
    batch_size: { type: 'categorical', choices: [16, 32, 64] },
    optimizer: { type: 'categorical', choices: ['sgd', 'adam'] },
    beta1: { type: 'float', low: 0.5, high: 0.99 },
  },
};
/** @type {Field[]} */
const FIELDS = [
  { names: ['val loss', 'loss', '손실'], kind: 'number', value: (one) => /** @type {any} */ (one).loss },
  { names: ['accuracy', '정확도'], kind: 'share', value: (one) => /** @type {any} */ (one).accuracy },
  { names: ['epochs', '에포크'], kind: 'number', value: () => 20 },
  {
    names: ['status', '상태'],
    kind: 'word',
    value: (one) => one.state,
    words: [
      ['complete', ['done', '완료']],
      ['diverged', ['diverged', '발산']],
    ],
  },
];
/** @param {object} [more] @returns {any} */
const trial = (more) => ({
  state: 'complete',
  loss: 0.0996,
  accuracy: 0.951,
  params: { learning_rate: 0.0030123, batch_size: 32, optimizer: 'adam', beta1: 0.9 },
  ...more,
});
/** @param {string} text */
const read = (text) => readFilter(text, STUDY, FIELDS);
/** @param {string} text @param {any} [one] */
function holds(text, one = trial()) {
  const found = read(text);
  assert.equal(found.trouble, null, `${text}: ${JSON.stringify(found.trouble)}`);
  return found.holds?.(one);
}

test('conditions in both languages, with other names, signs and decimal commas', () => {
  for (const text of [
    '',
    ' , ; ,',
    'batch size = 32, loss < 0.1',
    'batch_size=32;loss<0,1',
    '배치 크기 = 32, 손실 < 0,1',
    'lr ≤ 0.01, bs ＝ 32',
    'LR<0,01,optimizer=ADAM',
    'lr = 0.003',
    'lr = 3e-3',
    'bs = 16, 32',
    'bs != 16, 64; optimizer <> sgd',
    'accuracy > 95',
    'accuracy >= 95.1%',
    '정확도 > 0.95',
    'status = done',
    '상태 != 발산',
    'epochs >= 20',
    'dropout = 0',
    'loss = cross entropy',
    'beta_1 = 0.9',
  ])
    assert.equal(holds(text), true, text);
  for (const text of ['batch size = 16', 'lr > 0.0031', 'lr = 0.004', 'bs=16,64', 'accuracy > 96', 'status = 발산'])
    assert.equal(holds(text), false, text);
});

test('a trial without a value is neither smaller nor larger than one, and is not the same', () => {
  const bare = trial({ params: { optimizer: 'sgd' }, loss: NaN });
  for (const text of ['beta1 < 1', 'beta1 > 0', 'beta1 = 0.9', 'loss < 9', 'loss >= 0', 'loss = 0'])
    assert.equal(holds(text, bare), false, text);
  assert.equal(holds('beta1 != 0.9', bare), true);
});

test('what cannot be read says what to change', () => {
  /** @type {[string, object][]} */
  const troubles = [
    ['loss', { code: 'no_sign', found: 'loss' }],
    ['batch size = 32, loss < 0.1, fast', { code: 'no_number', name: 'loss', found: 'fast' }],
    ['fast; loss < 1', { code: 'no_sign', found: 'fast' }],
    ['< 3', { code: 'no_name', found: '< 3' }],
    ['loss >', { code: 'no_value', name: 'loss', found: 'loss >' }],
    ['colour = red', { code: 'unknown', found: 'colour' }],
    ['loss < red', { code: 'no_number', name: 'loss', found: 'red' }],
    ['loss < 1,234', { code: 'two_readings', name: 'loss', found: '1,234', one: '1234', other: '1.234' }],
    ['loss < 0.1, 0.2', { code: 'no_number', name: 'loss', found: '0.1, 0.2' }],
    ['optimizer = adm', { code: 'no_choice', name: 'optimizer', found: 'adm', accepted: 'sgd, adam' }],
    ['optimizer < adam', { code: 'no_order', name: 'optimizer', found: '<' }],
    ['status = 3', { code: 'no_choice', name: 'status', found: '3', accepted: 'done, diverged' }],
    ['loss < 1e999', { code: 'no_number', name: 'loss' }],
    ['x'.repeat(500), { code: 'long' }],
  ];
  for (const [text, expected] of troubles) {
    const { trouble } = read(text);
    assert.ok(trouble, text);
    for (const [key, value] of Object.entries(expected))
      assert.equal(/** @type {any} */ (trouble)[key], value, `${text}: ${JSON.stringify(trouble)}`);
  }
  assert.match(read('colour = 1').trouble?.accepted ?? '', /learning rate, batch size.*accuracy/);
});

test('any text is read soon and never throws, and a number compares as it says', () => {
  check(
    fc.property(
      fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: fc.constantFrom(...'lossrb=<>!,; 0.1e-') })),
      (text) => {
        const found = quick(() => read(text));
        if (found.holds) assert.equal(typeof found.holds(trial()), 'boolean');
        else assert.match(found.trouble.code, /^[a-z_]+$/);
      },
    ),
  );
  check(
    fc.property(
      anyNumber.filter((one) => Math.abs(one) < 1e300 && (one === 0 || Math.abs(one) > 1e-300)),
      anyNumber,
      (limit, loss) => {
        const one = trial({ loss });
        const text = String(limit);
        // Three digits behind a point can be thousands.
        if (/^-?[1-9]\d{0,2}\.\d{3}$/.test(text)) return;
        assert.equal(holds(`loss < ${text}`, one), loss < limit);
        assert.equal(holds(`loss > ${text}`, one), loss > limit);
        if (!Number.isNaN(loss)) assert.notEqual(holds(`loss = ${text}`, one), holds(`loss != ${text}`, one));
        assert.equal(holds(`loss = ${text}`, trial({ loss: limit })), true);
        assert.equal(holds(`loss >= ${text}`, trial({ loss: limit })), true);
      },
    ),
  );
});
