import test from 'node:test';
import { cellOf, linesOf } from '../../www/src/figures/figure-data.js';
import { nextMark, placeAfter, wayOf } from '../../www/src/figures/cursor.js';
import { grown } from '../../www/src/figures/surface-brush.js';
import { anyNumber, assert, check, fc, quick } from './numbers.js';

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

const value = fc.oneof(
  anyNumber,
  fc.string(),
  fc.constantFrom(null, undefined, true, 'NaN', '1,5', 'a"b', 'x\r\ny', ' z'),
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
          keys.map((_, k) => (row[k] === null || row[k] === undefined ? '' : String(row[k]))),
        );
        assert.deepEqual(read(lines.join('')), [keys, ...expected]);
      },
    ),
  );
});

test('a file has every digit of a number, lists as JSON, and nothing for nothing', () => {
  check(fc.property(anyNumber, (one) => assert.ok(Object.is(Number(cellOf(one)) + 0, one + 0), String(one))));
  assert.deepEqual([cellOf([64, 32]), cellOf(null), cellOf('NaN'), cellOf(0)], ['"[64,32]"', '', 'NaN', '0']);
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
