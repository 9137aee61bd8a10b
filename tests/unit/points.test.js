import { MOST_POINTS } from '../../www/src/study/checks.js';
import assert from 'node:assert/strict';
import test from 'node:test';
import { fc } from './numbers.js';
import { BY_NAME } from '../../www/src/study/hyperparameters.js';
import {
  HIGH,
  LOW,
  added,
  beside,
  factorAt,
  inOrder,
  moved,
  readPoints,
  spellPoints,
  stepped,
} from '../../www/src/study/points.js';
import { readValue } from '../../www/src/study/ranges.js';
import { checkValue } from '../../www/src/study/study.js';

/** The points of a drawn schedule: what is typed, and what mouse and keys make of them. */

/** @typedef {import('../../www/src/study/points.js').Point} Point */

const ROW = /** @type {import('../../www/src/study/hyperparameters.js').Hyperparameter} */ (
  BY_NAME.get('schedule_points')
);
const share = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1));
const factor = fc.oneof(fc.double({ min: 0, max: 1000, noNaN: true }), fc.constantFrom(0, 1, 1000, 5e-324));
/** @type {fc.Arbitrary<Point[]>} */
const drawing = fc.array(fc.tuple(share, factor), { minLength: 1, maxLength: 12 });
const legal = (/** @type {Point[]} */ points) => checkValue(ROW, points) === null;

test('what a field shows is read as the same points', () => {
  fc.assert(
    fc.property(drawing, (points) => {
      assert.deepEqual(readValue(ROW, spellPoints(points)), { value: points });
      assert.deepEqual(readValue(ROW, JSON.stringify(points)), { value: points });
    }),
  );
});

test('points as people type them', () => {
  for (const [text, points] of /** @type {[string, Point[]][]} */ ([
    [
      '0: 1; 1: 0.01',
      [
        [0, 1],
        [1, 0.01],
      ],
    ],
    [
      ' 0 : 1, 0,5 : 0,1 ',
      [
        [0, 1],
        [0.5, 0.1],
      ],
    ],
    [
      '0:1\n1:1e-2\n',
      [
        [0, 1],
        [1, 0.01],
      ],
    ],
    ['0.25:3;', [[0.25, 3]]],
    [
      '[[0, 1], [1, 0.5]]',
      [
        [0, 1],
        [1, 0.5],
      ],
    ],
  ]))
    assert.deepEqual(readPoints(text), { points }, text);
  for (const text of ['0', '0: 1; x', '0: 1: 2', '0: 1,0.5: 2', '[[0, 1', '0: a', ': 1', 'a'.repeat(60000)])
    assert.ok('found' in readPoints(text), text.slice(0, 20));
});

test('whatever is typed is a drawing, or a sentence with fixes that are drawings', () => {
  const odd = fc.constantFrom(
    '',
    ';',
    '0: -1',
    '2: 1',
    '0: 1e9',
    '[]',
    '[[]]',
    '[1]',
    '{}',
    '[[0,1],["a",2]]',
    '0: NaN',
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), odd, fc.constant('0: 1; '.repeat(MOST_POINTS + 1))), (text) => {
      const read = readValue(ROW, text, ROW.default);
      if ('value' in read) assert.ok(legal(/** @type {any} */ (read.value)), text);
      else {
        const { problem, fixes } = /** @type {import('../../www/src/study/ranges.js').Bad} */ (read);
        assert.ok(problem.key === ROW.name && fixes.length > 0, text);
        for (const fix of fixes) assert.ok(legal(/** @type {any} */ (fix.value)), text);
      }
    }),
  );
});

test('moving, adding and stepping keep a drawing in order and legal', () => {
  fc.assert(
    fc.property(drawing, fc.nat(), fc.double({ min: -9, max: 9, noNaN: true }), factor, (some, at, to, height) => {
      const points = inOrder(some);
      const index = at % points.length;
      const isOrdered = (/** @type {Point[]} */ list) => list.every(([x], k) => k === 0 || list[k - 1][0] <= x);
      for (const by of [-10, -1, 1, 10]) assert.ok(legal([[0, stepped(points[index][1], by)]]));
      const next = moved(points, index, to, height);
      assert.ok(legal(next) && isOrdered(next) && next.length === points.length, JSON.stringify(next));
      const made = added(points, beside(points, index));
      assert.ok(legal(made.points) && made.points.length === points.length + 1, JSON.stringify(made));
      // A place has three digits behind the point, which may be past a neighbour that was typed closer.
      assert.ok(isOrdered(inOrder(made.points)));
      const line = factorAt(points, points[index][0]);
      assert.ok(line >= 0 && line <= 1000.0001);
    }),
  );
});

test('arrow keys go from 0 to the drawing’s edges and back', () => {
  let now = 1;
  for (let k = 0; k < 60; k++) now = stepped(now, -1);
  assert.equal(now, 0);
  assert.equal(stepped(0, -1), 0);
  assert.equal(stepped(0, 1), LOW);
  for (let k = 0; k < 200; k++) now = stepped(now, 1);
  assert.equal(now, HIGH);
  // A factor above the drawing stays until it is lowered.
  assert.equal(stepped(500, 1), 500);
  assert.ok(stepped(500, -1) < 500);
});
