import test from 'node:test';
import { assert, fc } from './numbers.js';
import { labelPlace } from '../../www/src/figures/mark-label.js';

/** The words beside the selected trial's mark. */

const WIDTH = (/** @type {string} */ text) => 6.6 * text.length;
const FURTHER = ' · 12 others tie';

/** @param {any} mark @param {any} place */
const boxOf = (mark, place) => {
  const width = WIDTH(place.long ? `7${FURTHER}` : '7');
  const left = mark.x + (place.anchor === 'start' ? place.x : place.x - width);
  return { left, right: left + width, top: mark.y + place.y - 11, bottom: mark.y + place.y + 3 };
};

test('words lie within the plot where there is room, over at most one other mark, and else the number stands alone', () => {
  const at = fc.record({ x: fc.integer({ min: 50, max: 350 }), y: fc.integer({ min: 10, max: 200 }) });
  fc.assert(
    fc.property(at, fc.array(at, { maxLength: 80 }), fc.integer({ min: 60, max: 350 }), (mark, others, right) => {
      const room = { left: 50, right: Math.max(right, mark.x), top: 10, bottom: 200 };
      const place = labelPlace(mark, '7', FURTHER, room, [...others, mark]);
      const box = boxOf(mark, place);
      const covered = others.filter(
        ({ x, y }) => x > box.left && x < box.right && y > box.top && y < box.bottom && (x !== mark.x || y !== mark.y),
      );
      if (place.long) {
        assert.ok(
          box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom,
        );
        assert.ok(covered.length <= 1);
      }
    }),
    { numRuns: 2000 },
  );
});

test('the words of a mark alone in its plot are all there, on either side', () => {
  const room = { left: 50, right: 400, top: 10, bottom: 200 };
  assert.deepEqual(labelPlace({ x: 60, y: 100 }, '7', FURTHER, room, []), {
    x: 14,
    y: 4,
    anchor: 'start',
    long: true,
  });
  assert.deepEqual(labelPlace({ x: 390, y: 100 }, '7', FURTHER, room, []), {
    x: -14,
    y: 4,
    anchor: 'end',
    long: true,
  });
  assert.equal(labelPlace({ x: 200, y: 100 }, '7', FURTHER, { ...room, left: 190, right: 215 }, []).long, false);
});
