import test from 'node:test';
import { assert, check, fc } from './numbers.js';
import { Lens, MOST_WEIGHTS, isDrawn, lackOf, unscaled } from '../../www/src/views/model/lens.js';
import {
  boxesOf,
  flipped,
  imageSide,
  linesOf,
  nearestLine,
  picturesOf,
  rampsOf,
  unitAt,
} from '../../www/src/views/model/net.js';
import { around, geometryOf, largestOf, spanOf } from '../../www/src/views/model/paint.js';
import { shortened } from '../../www/src/figures/plot-axes.js';

/** @typedef {import('../../www/src/state/model.js').ModelHead} ModelHead */

/** What a network is drawn of. @param {number} inputs @param {number[]} widths @returns {ModelHead} */
const headOf = (inputs, widths) =>
  /** @type {any} */ ({
    inputs,
    derived: 0,
    widths,
    parameters: widths.reduce((sum, n, k) => sum + n * ((k ? widths[k - 1] : inputs) + 1), 0),
  });

const shapes = fc.record({
  inputs: fc.integer({ min: 1, max: 16 }),
  widths: fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 6 }),
});
const sizes = fc.record({
  width: fc.integer({ min: 120, max: 1200 }),
  height: fc.integer({ min: 100, max: 700 }),
});
/** @param {ModelHead} head */
const weightsOf = ({ parameters }) => Float32Array.from({ length: parameters }, (_, k) => Math.sin(k + 1));

test("the way to a copy, whose first weights were another trial's, is not offered to be trained again", () => {
  const way = { steps: [0, 12], diverged_at: null, same: null, known: true };
  const sight = /** @type {any} */ ({ head: headOf(2, [2]), live: false, way });
  const trial = /** @type {any} */ ({ number: 4, epochs: { length: 4 } });
  assert.equal(lackOf(sight, trial), 'again');
  assert.equal(lackOf(sight, { ...trial, copy_of: { trial: 1, epoch: 2 } }), 'copy');
  assert.equal(lackOf({ ...sight, way: { ...way, same: true } }, trial), null);
  assert.equal(lackOf({ ...sight, way: { ...way, steps: [0, 3, 6, 9, 12] } }, trial), null);
  assert.equal(lackOf({ ...sight, live: true }, trial), null);
  assert.equal(lackOf(sight, { ...trial, epochs: { length: 0 } }), null);
});

test('a standardized value is its own again: of one-hot columns 0 and 1', () => {
  check(
    fc.property(fc.integer({ min: 1, max: 999 }), fc.constantFrom(0, 1), (ones, value) => {
      const mean = ones / 1000;
      const scale = Math.sqrt(mean * (1 - mean));
      // The engine has both, and the value, in 32 bits.
      const z = Math.fround((value - mean) / scale);
      assert.equal(unscaled(z, [mean, scale]), value);
      assert.equal(unscaled(z, [Math.fround(mean), Math.fround(scale)]), value);
    }),
  );
  assert.ok(Math.abs(unscaled(Math.fround(1.5), [3e-7, 2e-7]) - 6e-7) < 1e-12);
  assert.equal(unscaled(0.5, [2e9, 1e9]), 2.5e9);
  assert.equal(unscaled(0, [0, 0]), 0);
  // The end of a bar of targets that begin at 0 is 0 and no rounding of it.
  const [mean, scale] = [152.13348416289594, 77.00574586945044];
  assert.equal(unscaled((0 - mean) / scale, [mean, scale]), 0);
});

test('units stand in the picture, none on another of its layer, and are found where they are', () => {
  fc.assert(
    fc.property(shapes, sizes, ({ inputs, widths }, { width, height }) => {
      const boxes = boxesOf(headOf(inputs, widths), width, height);
      assert.deepEqual(
        boxes.map((layer) => layer.length),
        [inputs, ...widths],
      );
      for (const [layer, all] of boxes.entries()) {
        for (const [unit, box] of all.entries()) {
          assert.ok(box.x >= 0 && box.x + box.size <= width + 1e-9);
          assert.ok(box.y >= 0 && box.y + box.size <= height + 1e-9, `${box.y} ${box.size} ${height}`);
          const next = all[unit + 1];
          if (next && box.size > 2) assert.ok(box.y + box.size <= next.y + 1e-9);
          if (box.size < 4) continue;
          const middle = { x: box.x + box.size / 2, y: box.y + box.size / 2 };
          assert.equal(unitAt([...boxes.slice(layer)], middle, 0)?.[1], unit);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('each weight is a line between its units, and the strongest under the pointer is read', () => {
  fc.assert(
    fc.property(shapes, ({ inputs, widths }) => {
      const head = headOf(inputs, widths);
      const weights = weightsOf(head);
      const lines = linesOf(head, boxesOf(head, 600, 300), weights);
      const n = widths.reduce((sum, one, k) => sum + one * (k ? widths[k - 1] : inputs), 0);
      assert.equal(lines.length, n);
      let first = 0;
      for (const [layer, outputs] of widths.entries()) {
        const from = layer ? widths[layer - 1] : inputs;
        for (const line of lines.filter((one) => one.layer === layer)) {
          assert.equal(line.value, weights[first + line.to * from + line.from]);
          assert.ok(Math.abs(line.share) <= 1);
        }
        first += outputs * (from + 1);
      }
      const some = lines[lines.length >> 1];
      const at = { x: (some.x0 + some.x1) / 2, y: (some.y0 + some.y1) / 2 };
      const found = nearestLine(lines, at, 5);
      assert.ok(found && Math.abs(found.share) >= Math.abs(some.share) - 1e-9);
      assert.equal(nearestLine(lines, { x: -50, y: 0 }, 5), null);
    }),
    { numRuns: 40 },
  );
});

test('weights that are all 0 have no share, and inputs that are too many have no lines', () => {
  const head = headOf(3, [2, 2]);
  const lines = linesOf(head, boxesOf(head, 300, 200), new Float32Array(head.parameters));
  assert.ok(lines.every(({ share }) => share === 0));
  const many = headOf(64, [5, 3]);
  const boxes = boxesOf(many, 300, 200);
  assert.equal(boxes[0].length, 0);
  assert.ok(linesOf(many, boxes, weightsOf(many)).every(({ layer }) => layer === 1));
});

test('pictures of units are maps, weights of images, or biases', () => {
  const flat = headOf(2, [3, 2]);
  const maps = Float32Array.from({ length: 5 * 16 }, (_, k) => k);
  assert.deepEqual(
    picturesOf(flat, { maps, weights: weightsOf(flat) }).map(({ side, first }) => [side, first]),
    [0, 1, 2, 3, 4].map((k) => [4, 16 * k]),
  );
  const digits = headOf(64, [2, 10]);
  const weights = weightsOf(digits);
  const pictures = picturesOf(digits, { maps: null, weights });
  assert.equal(pictures.length, 12);
  // The image's first pixel is at its top left: the last row of a grid that goes upwards.
  assert.equal(pictures[1].values[56], weights[64]);
  assert.deepEqual([pictures[2].side, pictures[2].first], [1, 130 + 20]);
  const plain = { features: ['a', 'b', 'c'], derived: 0, scaling: [] };
  const [right, rest, up] = rampsOf(
    /** @type {any} */ ({
      ...plain,
      scaling: [
        [0, 1],
        [0, 1],
      ],
    }),
    [0, 2],
    [],
    3,
  );
  assert.equal(rest, null);
  assert.ok(right && up && right.values[15] === 1 && right.values[240] === -1);
  assert.ok(up.values[15] === -1 && up.values[240] === 1);
  assert.deepEqual(rampsOf(/** @type {any} */ (plain), null, [], 2), [null, null]);
  // What is made of the two is what the network sees at each place: here of -1 .. 1 by -2 .. 2 in their own units.
  const made = /** @type {any} */ ({
    features: ['x1', 'x2', 'x1_squared', 'x1_x2', 'sin_x2'],
    derived: 3,
    scaling: [
      [0, 0.5],
      [0, 1],
      [0.5, 0.25],
      [0, 1],
      [0, 1],
    ],
  });
  const [, , squared, crossed, sine] = rampsOf(made, [0, 1], [-2, 2, -2, 2], 5);
  assert.ok(squared && crossed && sine);
  for (const corner of [0, 15, 240, 255]) assert.equal(squared.values[corner], 2);
  assert.ok(Math.abs(squared.values[7] - (1 / 225 - 0.5) / 0.25) < 1e-6);
  assert.deepEqual(
    [0, 15, 240, 255].map((corner) => crossed.values[corner]),
    [2, -2, -2, 2],
  );
  assert.ok(Math.abs(sine.values[255] - Math.sin(12)) < 1e-6);
  assert.equal(crossed.most, 2);
  assert.equal(imageSide(64), 8);
  assert.equal(imageSide(784), 28);
  for (const none of [1, 2, 4, 9, 13, 30, 63]) assert.equal(imageSide(none), 0);
  assert.deepEqual([...flipped(new Float32Array([9, 1, 2, 3, 4]), 1, 2)], [3, 4, 1, 2]);
});

test('a network is drawn up to so many units, layers and weights', () => {
  assert.ok(isDrawn(headOf(2, [64, 64, 2])));
  assert.ok(!isDrawn(headOf(2, [65, 2])));
  assert.ok(
    !isDrawn(
      headOf(
        2,
        Array.from({ length: 9 }, () => 4),
      ),
    ),
  );
  assert.ok(
    !isDrawn(
      headOf(
        784,
        [64, 64, 10].map((n) => n + 36),
      ),
    ),
  );
  assert.ok(headOf(784, [64, 10]).parameters < MOST_WEIGHTS && isDrawn(headOf(784, [64, 10])));
});

test('what is asked for is bounded, however large the network', () => {
  const lens = new Lens(0);
  for (const widths of [[2], [32, 32, 2], [...Array.from({ length: 10 }, () => 2048), 10]]) {
    const head = headOf(2, widths);
    for (const moving of [false, true]) {
      const asked = lens.asked(head, moving, true);
      const side = asked.plane?.side ?? 0;
      assert.ok(side >= 12 && side <= 96);
      assert.ok(asked.mostRows >= 32 && asked.mostRows <= 10_000);
      // Where the coarsest is asked for anyway, it takes what it takes.
      if (side > 12) assert.ok(side * side * head.parameters <= 4e8);
    }
  }
  const wide = headOf(64, [32, 10]);
  assert.equal(lens.asked(wide, false, false).plane, null);
  lens.axes = [3, 7];
  assert.deepEqual(lens.asked(wide, false, false).plane?.axes, [3, 7]);
  assert.equal(lens.asked(wide, false, false).mostRows, 0);
  assert.deepEqual(lens.plane(headOf(1, [2])), [0, 0]);
});

test('colours go as far below 0 as above, also where all is 0 or nothing is a number', () => {
  assert.deepEqual(around(0), [-1, 1]);
  assert.deepEqual(around(3), [-3, 3]);
  assert.equal(largestOf(new Float32Array([NaN, -2, 1])), 2);
  assert.equal(largestOf(new Float32Array([9, 1, 2]), 1, 3), 2);
  assert.deepEqual(spanOf([]), [0, 0]);
  assert.deepEqual(spanOf([NaN, 4, -1]), [-1, 4]);
});

test('two matrices lie where cells are largest: on a phone one below the other, with room for three digits', () => {
  const phone = geometryOf(10, 358, 756, 20);
  assert.ok(phone.cell > 24 && phone.top[1] > phone.top[0] + 10 * phone.cell && phone.left[0] === phone.left[1]);
  const wide = geometryOf(10, 600, 300, 20);
  assert.ok(wide.top[0] === wide.top[1] && wide.left[1] > wide.left[0] + 10 * wide.cell);
  check(
    fc.property(
      fc.integer({ min: 2, max: 40 }),
      fc.integer({ min: 60, max: 1500 }),
      fc.integer({ min: 60, max: 800 }),
      (n, width, height) => {
        const { cell, left, top } = geometryOf(n, width, height, 20);
        const isBelow = top[1] > top[0];
        const [right, bottom] = [left[1] + n * cell, top[1] + n * cell];
        if (cell > 1) assert.ok(right <= width + 1e-9 && bottom <= height + 1e-9, `${isBelow} ${right} ${bottom}`);
        assert.ok(isBelow ? top[1] >= top[0] + n * cell : left[1] >= left[0] + n * cell);
      },
    ),
  );
});

test('a name that has no room is cut by the width of its letters', () => {
  assert.equal(shortened('output 10 × 32', 200, 11), 'output 10 × 32');
  assert.equal(shortened('output 10 × 32', 45, 11), 'outpu…');
  // A Korean letter is as wide as it is high.
  assert.equal(shortened('출력층 10 × 32', 45, 11), '출력층…');
  assert.equal(shortened('출력층', 33, 11), '출력층');
  assert.equal(shortened('출력층', 32, 11), '출…');
  assert.equal(shortened('abc', 0, 11), '');
});
