import test from 'node:test';
import { cellOf, linesOf } from '../../www/src/figures/figure-data.js';
import { nextMark, placeAfter, wayOf } from '../../www/src/figures/cursor.js';
import { grown } from '../../www/src/figures/surface-brush.js';
import { trialsData } from '../../www/src/figures/trials-data.js';
import { Store } from '../../www/src/state/store.js';
import { anyNumber, assert, check, fc, quick } from './numbers.js';

/** Frames, which Node.js lacks: nothing is drawn here. */
/** @type {any} */ (globalThis).requestAnimationFrame = () => 0;

/** A reader of CSV by the letter of RFC 4180, which knows nothing of the writer. @param {string} text */
function read(text) {
  const rows = [];
  let [row, cell, quoted] = [/** @type {string[]} */ ([]), '', false];
  for (let k = 0; k < text.length; k++) {
    const one = text[k];
    if (quoted) {
      if (one !== '"') cell += one;
      else if (text[k + 1] === '"') cell += text[++k];
      else quoted = false;
    } else if (one === '"') quoted = true;
    else if (one === ',') {
      row.push(cell);
      cell = '';
    } else if (one === '\r' && text[k + 1] === '\n') {
      rows.push([...row, cell]);
      [row, cell] = [[], ''];
      k++;
    } else cell += one;
  }
  assert.equal(cell, '', 'the last line ends');
  return rows;
}

/** A cell as a spreadsheet may open it: words that it would take for a formula are marked as text.
 * @param {unknown} cell */
const safe = (cell) =>
  typeof cell === 'string' && '=+-@\t\r'.includes(cell[0] ?? 'x') && Number.isNaN(Number(cell))
    ? `'${cell}`
    : String(cell);

const value = fc.oneof(
  anyNumber,
  fc.string(),
  fc.constantFrom(
    null,
    undefined,
    true,
    'NaN',
    '1,5',
    'a"b',
    'x\r\ny',
    ' z',
    '=1+1',
    '-5',
    '-Infinity',
    '@a',
    '+x',
    '-x"',
  ),
);

test('any rows are written as a file that says the same', () => {
  check(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.array(value, { minLength: 5, maxLength: 5 }), { maxLength: 9 }),
      (keys, rows) => {
        const columns = keys.map((key, k) => ({
          key,
          label: 'not in the file',
          text: () => 'neither',
          value: (/** @type {unknown[]} */ row) => row[k],
        }));
        const lines = quick(() => [...linesOf({ columns, all: () => rows })]);
        assert.equal(lines.length, rows.length + 1);
        const expected = rows.map((row) =>
          keys.map((_, k) => (row[k] === null || row[k] === undefined ? '' : safe(row[k]))),
        );
        assert.deepEqual(read(lines.join('')), [keys.map(safe), ...expected]);
      },
    ),
  );
});

test('a file has every digit of a number, lists as JSON, and nothing for nothing', () => {
  check(fc.property(anyNumber, (one) => assert.ok(Object.is(Number(cellOf(one)) + 0, one + 0), String(one))));
  assert.deepEqual([cellOf([64, 32]), cellOf(null), cellOf('NaN'), cellOf(0)], ['"[64,32]"', '', 'NaN', '0']);
});

const MEASURES = /** @type {const} */ (['train_loss', 'validation_loss', 'train_metric', 'validation_metric']);
/** A number as documents have it. */
const told = anyNumber.map((one) => (Number.isFinite(one) ? one : String(one)));
const measures = fc.record({
  train_loss: told,
  validation_loss: told.filter((one) => one !== '-Infinity'),
  train_metric: told,
  validation_metric: told,
});
const trialDocument = fc.record({
  state: fc.constantFrom('queued', 'running', 'complete', 'pruned', 'diverged', 'cancelled'),
  params: fc.record(
    {
      learning_rate: anyNumber.filter(Number.isFinite),
      optimizer: fc.constantFrom('adam', 'sgd'),
      epochs: fc.nat(99),
    },
    { requiredKeys: ['learning_rate', 'optimizer'] },
  ),
  value: fc.oneof(fc.constant(null), told),
  seed: fc.nat(),
  epochs: fc.array(measures, { maxLength: 3 }),
  steps: fc.nat(),
  diverged_at: fc.oneof(fc.constant(null), fc.nat()),
});

test('the file of the trials has all of them, with every digit that their document has', () => {
  check(
    fc.property(fc.array(trialDocument, { maxLength: 5 }), fc.boolean(), fc.boolean(), (given, seeds, swept) => {
      const store = new Store();
      const spread = { train_loss: 1, validation_loss: 2, train_metric: 3, validation_metric: 4 };
      const documents = given.map((one, number) => ({
        ...one,
        number,
        epochs: one.epochs.map((each, k) => ({
          epoch: k + 1,
          ...each,
          learning_rate: 0.1,
          seconds: 1,
          ...(seeds ? { spread } : {}),
        })),
      }));
      const study = {
        format: 'tuning-playground/study@1',
        dataset: { name: 'iris' },
        seeds_per_trial: seeds ? 2 : 1,
        space: {
          learning_rate: { type: 'float', low: 0.001, high: 0.1 },
          optimizer: { type: 'categorical', choices: ['adam', 'sgd'] },
          ...(swept ? { epochs: { type: 'int', low: 1, high: 99 } } : {}),
        },
      };
      store.reports.begin(/** @type {any} */ (study));
      store.reports.trials(/** @type {any} */ (documents));
      if (!documents.length) return;
      const [head, ...rows] = read([...linesOf(trialsData(store))].join(''));
      assert.equal(rows.length, documents.length);
      assert.equal(new Set(head).size, head.length, 'each column has a name of its own');
      for (const [k, { number, state, params, value, seed, epochs, steps, diverged_at }] of documents.entries()) {
        const row = Object.fromEntries(head.map((name, at) => [name, rows[k][at]]));
        const last = /** @type {any} */ (epochs.at(-1) ?? {});
        const same = (/** @type {string} */ name, /** @type {any} */ one) =>
          assert.equal(row[name], one === null || one === undefined ? '' : String(one), name);
        for (const [name, one] of Object.entries({ number, state, value, seed, steps, diverged_at })) same(name, one);
        for (const name of MEASURES) same(name, last[name]);
        for (const name of MEASURES) if (seeds && last.spread) same(`${name}_spread`, last.spread[name]);
        same('learning_rate', params.learning_rate);
        same('optimizer', params.optimizer);
        if (swept) same('epochs', params.epochs);
        same(swept ? 'epochs_trained' : 'epochs', epochs.length);
        const gap = Number(last.validation_loss) - Number(last.train_loss);
        same('gap', state === 'diverged' || Number.isNaN(gap) ? null : gap);
      }
    }),
  );
});

const KEYS = ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', 'a', 'Tab'];

test('a cursor stays among its places, gets to each of them, and leaves other keys alone', () => {
  check(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.constantFrom(...KEYS), { maxLength: 60 }),
      fc.boolean(),
      (last, keys, ctrlKey) => {
        let at = 1;
        for (const key of keys) {
          const place = placeAfter(at, { key, ctrlKey }, 1, last);
          if (ctrlKey || !/Arrow(Left|Right)|Page|Home|End/.test(key)) assert.equal(place, null);
          if (place === null) continue;
          assert.ok(Number.isInteger(place) && place >= 1 && place <= last, `${key}: ${place} of ${last}`);
          const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
          if (by) assert.equal(place, Math.max(1, Math.min(last, at + by)));
          at = place;
        }
      },
    ),
  );
  assert.equal(placeAfter(1, { key: 'End' }, 1, 0), null);
  assert.deepEqual(wayOf({ key: 'ArrowUp' }), [0, 1]);
  assert.equal(wayOf({ key: 'ArrowUp', metaKey: true }), null);
});

test('going up from the lowest mark reaches every mark that has a place once, and down again', () => {
  check(
    fc.property(fc.array(anyNumber, { minLength: 1, maxLength: 20 }), (places) => {
      const marks = places.map((at) => ({ at }));
      const sound = marks.filter(({ at }) => Number.isFinite(at));
      const lowest = sound.reduce((low, one) => (one.at < low.at ? one : low), sound[0]);
      if (!lowest) return;
      const way = [lowest];
      for (let next = nextMark(marks, lowest, 1); next; next = nextMark(marks, next, 1)) {
        assert.ok(next.at >= way[way.length - 1].at && way.length <= sound.length);
        way.push(next);
      }
      assert.deepEqual(new Set(way), new Set(sound));
      for (let k = way.length - 1; k > 0; k--) assert.equal(nextMark(marks, way[k], -1), way[k - 1]);
      assert.equal(nextMark(marks, lowest, -1), null);
    }),
  );
});

test('keys grow and shrink a box within the axes, and never to nothing', () => {
  const ways = /** @type {[number, number][]} */ ([
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ]);
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  check(
    fc.property(share, share, fc.array(fc.constantFrom(...ways), { minLength: 1, maxLength: 60 }), (x, y, keys) => {
      /** @type {[[number, number], [number, number]] | null} */
      let box = null;
      for (const way of keys) box = grown(box, [x, y], way);
      for (const [low, high] of box ?? []) assert.ok(high - low > 0.04, `${low} to ${high}`);
    }),
  );
});
