/** What is said of a training's sharpness, and why one diverged (www/src/views/sharpness/story.js). */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import {
  layerName,
  lostAt,
  pointOf,
  pointsOf,
  sharpness,
  spanOf,
  standingOf,
  triedRate,
  whyOf,
} from '../../www/src/views/sharpness/story.js';
import { anyNumber, fc } from './numbers.js';

/** A point of two layers; what is not given is calm. @param {number} step @param {object} [given] */
const point = (step, given = {}) =>
  pointOf({
    ...{ step, rate: 0.1, loss: 1, largest: 5, preconditioned: null, residual: 0.001, limit: 20 },
    ...{ gradients: [1, 1], weights: [2, 2], reach: [3, 3], shares: [0.2, 0.8] },
    ...given,
  });

test('a learning rate above the limit is named, with where it began and what would have stood it', () => {
  const points = [
    point(0),
    // Above the limit for a moment, as at the edge of stability: the loss falls on.
    point(1, { largest: 30, loss: 0.9 }),
    point(2, { largest: 10, loss: 0.5 }),
    point(3, { largest: 40, loss: 0.6, shares: [0.7, 0.3] }),
    point(4, { largest: 80, loss: 9 }),
    point(5, { largest: null, loss: null }),
  ];
  assert.equal(lostAt(points, false), 3);
  const { key, values, layer } = whyOf(points, 6);
  assert.deepEqual([key, layer, values.at, values.from, values.times], ['why.rate', 0, 6, 3, 2]);
  assert.equal(values.safe, 0.05);
  // Of step sizes of its own those count, not the plain curvature.
  const own = points.map((one) => ({ ...one, preconditioned: 1 }));
  assert.notEqual(whyOf(own, 6).key, 'why.rate');
  assert.equal(sharpness(own[3], true), 1);
});

test('without a limit what has grown most is named, by its layer', () => {
  const none = { limit: null };
  const why = (/** @type {object} */ last) => whyOf([point(0, none), point(7, { ...none, ...last })], 8);
  const told = (/** @type {import('../../www/src/views/sharpness/story.js').Sentence} */ { key, layer }) => [
    key,
    layer,
  ];
  assert.deepEqual(told(why({ gradients: [5, 1e6], weights: [9, 99] })), ['why.gradients', 1]);
  assert.deepEqual(told(why({ gradients: [1, 1], weights: [9e4, 99] })), ['why.weights', 0]);
  assert.deepEqual(told(why({ reach: [3, null] })), ['why.reach', 1]);
  assert.deepEqual(told(why({})), ['why.sudden', undefined]);
  assert.deepEqual(told(whyOf([], 1)), ['why.unseen', undefined]);
  assert.deepEqual(told(whyOf([point(0, { reach: [3, 1e9] })], 1)), ['why.start', 1]);
});

test('a training that stands is told where it stands', () => {
  assert.deepEqual(
    standingOf([point(0), point(1, { largest: 24 }), point(2, { largest: 10 })]).map((one) => [one.key, one.values]),
    [
      ['sharp.now', { at: 2, value: 10 }],
      ['sharp.above', { n: 1, of: 3, from: 1, at: 1, times: 1.2 }],
    ],
  );
  // Adam's first steps lie far above the limit, and it converges.
  assert.deepEqual(
    standingOf([point(0), point(1, { preconditioned: 400 }), point(2, { preconditioned: 10 })]).map((one) => one.key),
    ['sharp.now', 'sharp.above.own'],
  );
  assert.deepEqual(
    standingOf([point(0), point(1, { largest: 10 })]).map((one) => one.key),
    ['sharp.now', 'sharp.below'],
  );
  assert.deepEqual(
    standingOf([point(0, { limit: null })]).map((one) => one.key),
    ['sharp.now'],
  );
  assert.deepEqual(standingOf([point(0, { largest: null })]), []);
});

test('what a run has recorded is read as it stands', () => {
  const epoch = { epoch: 1, train_loss: 0.5, learning_rate: 0.1, seconds: 0 };
  const whole = { largest: 5, preconditioned: null, limit: 'Infinity', residual: 0.001, rows: 9, of_rows: 9 };
  const records = /** @type {any} */ ([
    {
      ...epoch,
      layers: [
        { curvature: 3, weight_norm: 2 },
        { curvature: 'NaN', weight_norm: 4 },
      ],
      curvature: whole,
    },
    { ...epoch, epoch: 2 },
  ]);
  const [first, ...others] = pointsOf(records);
  assert.equal(others.length, 0);
  assert.deepEqual([first.at, first.largest, first.limit, first.weights], [1, 5, Infinity, [2, 4]]);
  assert.ok(Number.isNaN(first.preconditioned) && Number.isNaN(first.gradients[0]) && first.curvatures[0] === 3);
});

test('rates to try have one digit and are no larger, and axes end whatever they are of', () => {
  assert.deepEqual([0.05, 0.0123, 7, 0.00099999, 1e-300].map(triedRate), [0.05, 0.01, 7, 0.0009, 1e-300]);
  assert.deepEqual([0, -1, NaN, Infinity].map(triedRate), [null, null, null, null]);
  assert.equal(spanOf([]), null);
  const [low, high] = /** @type {[number, number]} */ (spanOf([point(0), point(1, { largest: 1e30 })]));
  assert.ok(low < 5 && high >= 20 && high <= 1e6, `${low} to ${high}`);
  fc.assert(
    fc.property(fc.array(fc.tuple(anyNumber, anyNumber, anyNumber, anyNumber), { maxLength: 6 }), (all) => {
      const points = all.map(([largest, preconditioned, limit, loss], k) =>
        pointOf({ ...point(k), step: k, largest, preconditioned, limit, loss }),
      );
      const span = spanOf(points);
      if (span) assert.ok(span[0] > 0 && span[0] < span[1] && Number.isFinite(span[1]), String(span));
      assert.match(whyOf(points, 9).key, /^why\./);
      assert.ok(standingOf(points).length <= 2);
    }),
  );
  const name = (/** @type {number} */ k) => layerName((key, { k: at } = {}) => `${key} ${at ?? ''}`.trim(), k, 3);
  assert.deepEqual([-1, 0, 2].map(name), ['sharp.layer.none', 'sharp.layer 1', 'sharp.layer.last']);
});
