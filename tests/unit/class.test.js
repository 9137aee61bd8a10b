import test from 'node:test';
import { assert, fc, quick } from './numbers.js';
import {
  BEGIN,
  MOST,
  MOST_RESULTS,
  NAME_LIMIT,
  encode,
  entryOf,
  merge,
  nameOf,
  readCodes,
  settingIn,
  sumOf,
} from '../../www/src/views/class/codec.js';

/** @typedef {import('../../www/src/views/class/codec.js').Entry} Entry */

const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((one) => !Object.is(one, -0)),
  fc.boolean(),
  fc.constantFrom('adam', 'sgd', 'relu'),
  fc.array(fc.nat(512), { maxLength: 10 }),
);
const entries = fc.record({
  sender: fc.stringMatching(/^[\w-]{1,16}$/),
  data: fc.constantFrom('circle', 'digits', 'iris'),
  digest: fc.stringMatching(/^[\da-f]{8}$/),
  trials: fc.nat(10_000),
  trial: fc.nat(10_000),
  loss: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 })),
  metric: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1 })),
  epochs: fc.nat(10_000),
  params: fc.dictionary(fc.constantFrom('learning_rate', 'hidden', 'optimizer', 'batch_norm'), value).map((one) => ({
    ...one,
  })),
  name: fc.string({ unit: 'grapheme', maxLength: 20 }).map(nameOf),
});
const opts = { numRuns: 200 };

test('a check sum is the CRC-32 of zip files', () => {
  assert.equal(sumOf('123456789'), 'cbf43926');
});

test('results there and back, wrapped, quoted and among words', async () => {
  const asked = fc.tuple(fc.array(entries, { minLength: 1, maxLength: 4 }), fc.integer({ min: 20, max: 90 }));
  await fc.assert(
    fc.asyncProperty(asked, async ([list, width]) => {
      const codes = await Promise.all(list.map(encode));
      const wrapped = codes.map((one) => one.replace(new RegExp(`.{${width}}`, 'g'), '$&\n> '));
      const text = `Hello class!\n${wrapped.map((one, k) => `Student ${k}: ${one} (mine)`).join('\n\n')} bye`;
      const read = await readCodes(text);
      assert.deepEqual(read.refused, []);
      assert.deepEqual(
        read.entries,
        list.map((one) => JSON.parse(JSON.stringify(one))),
      );
    }),
    opts,
  );
});

test('a code with a changed letter is refused by its place', async () => {
  await fc.assert(
    fc.asyncProperty(entries, fc.nat(), fc.constantFrom(...'aZ09_-'), async (entry, at, letter) => {
      const code = await encode(entry);
      const k = BEGIN.length + (at % (code.length - BEGIN.length - 9));
      fc.pre(code[k] !== letter);
      const read = await readCodes(`${await encode(entry)} ${code.slice(0, k)}${letter}${code.slice(k + 1)}`);
      assert.equal(read.entries.length, 1);
      assert.deepEqual(
        read.refused.map(({ fault, at: place }) => [fault, place]),
        [['damaged', 2]],
      );
    }),
    opts,
  );
});

test('any text at all is read without a throw', async () => {
  const part = fc.constantFrom('tp-class-1:', 'tp-class-', ':', 'deadbeef', '\n', 'tp-class-99:', ' ');
  const texts = fc.array(fc.oneof(fc.string(), part)).map((one) => one.join(''));
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const { entries: found, refused } = await readCodes(text);
      assert.ok(found.length + refused.length > 0 || /tp-class-/.test(text));
    }),
    opts,
  );
});

/** @type {Entry} */
const ONE = {
  sender: 'ab12',
  data: 'circle',
  digest: '00000000',
  trials: 16,
  trial: 3,
  loss: 0.25,
  metric: 0.9,
  epochs: 10,
  params: { learning_rate: 0.01 },
  name: 'Mina',
};

test('newer, strange, cut and too long texts are refused by what they are', async () => {
  const code = await encode(ONE);
  const faults = async (/** @type {string} */ text) => (await readCodes(text)).refused.map(({ fault }) => fault);
  assert.deepEqual(await faults(code.replace('class-1', 'class-2')), ['newer']);
  assert.deepEqual(await faults(code.replace('class-1', 'class-0')), ['damaged']);
  assert.deepEqual(await faults(code.slice(0, -3)), ['damaged']);
  assert.deepEqual(await faults(`${code}\neyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30`), ['stranger']);
  assert.deepEqual(await faults('nothing here'), ['none']);
  assert.deepEqual(await faults(''), ['none']);
  const long = 'x'.repeat(100e6);
  let read;
  quick(() => {
    read = readCodes(long);
  });
  assert.deepEqual((await /** @type {any} */ (read)).refused, [{ fault: 'large', detail: '100' }]);
  assert.ok(MOST < long.length);
  // A small code that unpacks to much is not followed.
  const bomb = await encode({ ...ONE, params: { optimizer: 'a'.repeat(200_000) } });
  assert.deepEqual(await faults(bomb), ['damaged']);
});

test('results join: each once, of one data set, and not without end', () => {
  const other = { ...ONE, name: '' };
  const first = merge([], [ONE, other, { ...ONE, sender: 'cd34' }, { ...ONE, digest: '11111111', name: 'Kim' }]);
  assert.equal(first.added, 2);
  assert.equal(first.twice, 1);
  assert.deepEqual(first.refused, [{ fault: 'data', text: 'Kim', detail: 'circle' }]);
  const again = merge(first.entries, [ONE]);
  assert.deepEqual([again.added, again.twice, again.entries.length], [0, 1, 2]);
  const many = Array.from({ length: MOST_RESULTS + 2 }, (_, trial) => ({ ...ONE, trial }));
  assert.equal(merge([], many).entries.length, MOST_RESULTS);
  // One of other data that comes first does not keep the class out.
  const late = merge([], [{ ...ONE, digest: '11111111' }, ONE, { ...ONE, trial: 4 }]);
  assert.deepEqual(
    late.entries.map(({ digest }) => digest),
    ['00000000', '00000000'],
  );
});

test('two names at one computer are two students, and a code that is sent again is one', () => {
  const [ben, bare] = ['Ben', ''].map((name) => ({ ...ONE, name }));
  const names = (/** @type {Entry[]} */ entries) => entries.map(({ name }) => name);
  const both = merge([], [ONE, ben, ONE, ben, bare]);
  assert.deepEqual([names(both.entries), both.added, both.twice], [['Mina', 'Ben'], 2, 3]);
  // Who sends a name later is the one who was there without it; the next name is somebody else's.
  const late = merge(merge([], [bare, { ...ONE, trial: 4 }]).entries, [ONE, ben]);
  assert.deepEqual([names(late.entries), late.added, late.twice], [['Mina', 'Mina', 'Ben'], 1, 1]);
  // The same file under two names is one result.
  const file = { ...ONE, sender: 'f0123abcd' };
  assert.equal(merge([], [file, { ...file, name: 'copy' }]).entries.length, 1);
});

test('a code says what differs from the defaults, and is short', async () => {
  const study = /** @type {any} */ ({
    format: 'tuning-playground/study@1',
    dataset: { name: 'circle' },
    space: { learning_rate: { type: 'float', low: 1e-4, high: 1, log: true } },
    fixed: { optimizer: 'sgd', hidden: [8, 4] },
  });
  const epochs = [{ epoch: 10, validation_loss: 0.123456789, validation_metric: 0.95 }];
  const trial = { number: 7, params: { learning_rate: 0.0123456 }, epochs };
  const entry = entryOf(study, trial, 64, 'ab12', ` ${'n'.repeat(90)}\n`);
  assert.equal(entry.name.length, NAME_LIMIT);
  assert.deepEqual([entry.loss, entry.trial, entry.trials, entry.epochs], [0.123457, 7, 64, 10]);
  assert.equal(entry.params.learning_rate, 0.01235);
  assert.equal(entry.params.optimizer, 'sgd');
  assert.deepEqual(entry.params.hidden, [8, 4]);
  assert.equal(entry.params.activation, undefined);
  assert.equal(settingIn(entry, 'activation'), 'relu');
  assert.equal(settingIn(entry, 'beta1'), undefined);
  const code = await encode({ ...entry, name: '' });
  assert.ok(code.length < 260, `${code.length} letters`);
  // What diverged has no loss.
  assert.equal(entryOf(study, { ...trial, epochs: [] }, 64, 'ab12', '').loss, null);
});
