import { test } from 'node:test';
import {
  DIVERGED,
  FINITE,
  UNKNOWN,
  filled,
  levelsOf,
  nearestTo,
  placeOf,
  runsOf,
  scaleOf,
  sharesOf,
} from '../../www/src/figures/ground/grid.js';
import { groundColor, groundOf } from '../../www/src/figures/ground/ground.js';
import { placesOfLabels } from '../../www/src/figures/ground/labels.js';
import { barrierOf, heightAxis, lostAlong, runsOfLine } from '../../www/src/views/landscape/line.js';
import { originOf, startOf, stepped } from '../../www/src/views/landscape/walk.js';
import { coordinate } from '../../www/src/views/landscape/words.js';
import { endsOf } from '../../www/src/figures/ground/labels.js';
import { digitsApart } from '../../www/src/study/scale.js';
import {
  LEAST_EXPLAINED,
  MOST_DIFFERENCE,
  differs,
  explainedBy,
  farthest,
} from '../../www/src/figures/ground/honesty.js';
import { MOST_STRETCH, misleads } from '../../www/src/views/landscape/misleads.js';
import { LandscapeSlice, reachOf } from '../../www/src/state/landscape.js';
import { isAveraged } from '../../www/src/study/averages.js';
import { anyNumber, assert, check, fc, finite, quick } from './numbers.js';

/** @param {number} at @param {number} n @param {number} step */
const isCoarse = (at, n, step) => at % step === 0 || at === n - 1;

/** A grid in the middle of its refinement: every `step`-th point and the last ones are known, and some others. */
const field = fc
  .record({
    nx: fc.integer({ min: 1, max: 9 }),
    ny: fc.integer({ min: 1, max: 9 }),
    power: fc.integer({ min: 0, max: 4 }),
    scores: fc.array(anyNumber, { minLength: 81, maxLength: 81 }),
    others: fc.array(fc.boolean(), { minLength: 81, maxLength: 81 }),
    whole: fc.boolean(),
  })
  .map(({ nx, ny, power, scores, others, whole }) => {
    const step = 2 ** power;
    const known = Uint8Array.from({ length: nx * ny }, (_, k) =>
      Number(others[k] || (whole && isCoarse(k % nx, nx, step) && isCoarse(Math.floor(k / nx), ny, step))),
    );
    const values = Float64Array.from({ length: nx * ny }, (_, k) => (known[k] ? scores[k] : NaN));
    return { size: /** @type {[number, number]} */ ([nx, ny]), values, known, step, whole };
  });

test('what is known of a landscape stays as it is, and what is not lies between its coarse neighbours', () => {
  check(
    fc.property(field, (given) => {
      const { size, values, known, whole } = given;
      const made = filled(given);
      const sound = [...values].filter(Number.isFinite);
      made.states.forEach((state, k) => {
        if (known[k]) assert.equal(state, Number.isFinite(values[k]) ? FINITE : DIVERGED);
        if (known[k] && state === FINITE) assert.equal(made.values[k], values[k]);
        // Once all coarse points are there nothing is left blank.
        if (whole) assert.notEqual(state, UNKNOWN);
        assert.equal(Number.isFinite(made.values[k]), state === FINITE);
        if (state !== FINITE) return;
        const slack = 1e-9 * Math.max(Math.abs(Math.min(...sound)), Math.abs(Math.max(...sound)));
        assert.ok(made.values[k] >= Math.min(...sound) - slack && made.values[k] <= Math.max(...sound) + slack);
      });
      assert.equal(made.states.length, size[0] * size[1]);
    }),
  );
});

test('a point between coarse ones is their mean; beside one that diverged the nearest stands for it', () => {
  const known = Uint8Array.from([1, 0, 1, 0, 0, 0, 1, 0, 1]);
  const values = Float64Array.from([1, NaN, 2, NaN, NaN, NaN, 3, NaN, 6]);
  const given = { size: /** @type {[number, number]} */ ([3, 3]), values, known, step: 2 };
  assert.deepEqual([...filled(given).values], [1, 1.5, 2, 2, 3, 4, 3, 4.5, 6]);
  values[8] = NaN;
  const { states, values: made } = filled(given);
  assert.deepEqual([...states], [FINITE, FINITE, FINITE, FINITE, DIVERGED, DIVERGED, FINITE, DIVERGED, DIVERGED]);
  assert.equal(made[4], NaN);
  // The last point is known from the start, however far it is from the coarse one before: 5 points, every third known.
  const row = { size: /** @type {[number, number]} */ ([5, 1]), step: 3 };
  const line = filled({
    ...row,
    values: Float64Array.from([0, NaN, NaN, 3, 9]),
    known: Uint8Array.from([1, 0, 0, 1, 1]),
  });
  assert.deepEqual([...line.values], [0, 1, 2, 3, 9]);
  const wide = filled({
    size: [6, 1],
    step: 3,
    values: Float64Array.from([0, NaN, NaN, 3, NaN, 9]),
    known: Uint8Array.from([1, 0, 0, 1, 0, 1]),
  });
  assert.deepEqual([...wide.values], [0, 1, 2, 3, 6, 9]);
});

test('any scores have a scale, lines in rising order within it, and a share each', () => {
  check(
    fc.property(field, fc.boolean(), (given, log) => {
      const made = filled(given);
      const scale = scaleOf(made, log);
      assert.equal(scale === null, !made.states.includes(FINITE));
      if (!scale) return;
      const levels = quick(() => levelsOf(scale));
      assert.ok(levels.length <= 40, String(levels.length));
      levels.forEach(({ value, share }, k) => {
        assert.ok(share > 0 && share < 1 && Number.isFinite(value), `${value} ${share}`);
        assert.ok(!k || share > levels[k - 1].share);
      });
      const shares = sharesOf(made, given.size, scale);
      for (const share of shares) assert.ok(share >= 0 && share <= 1, String(share));
      made.values.forEach((value, k) => {
        made.values.forEach((other, m) => {
          if (value < other) assert.ok(shares[k] <= shares[m]);
        });
      });
    }),
  );
});

test('lines with numbers are round, and a logarithm has lines where losses are small', () => {
  const of = (/** @type {number[]} */ values, /** @type {boolean} */ log) =>
    levelsOf(
      /** @type {import('../../www/src/figures/ground/grid.js').Scale} */ (
        scaleOf({ values: Float64Array.from(values), states: new Uint8Array(values.length).fill(FINITE) }, log)
      ),
    );
  const numbers = (/** @type {ReturnType<typeof of>} */ levels) =>
    levels.filter((one) => one.labelled).map((one) => one.value);
  assert.deepEqual(numbers(of([0.05, 3.4], true)), [0.1, 0.2, 0.5, 1, 2]);
  assert.deepEqual(numbers(of([0.05, 3.4], false)), [1, 2, 3]);
  assert.deepEqual(of([1, 1], true), []);
  // A loss of 0 has no logarithm and is as low as the lowest above it.
  assert.deepEqual(numbers(of([0, 0.05, 3.4], true)), [0.1, 0.2, 0.5, 1, 2]);
  assert.ok(of([0.05, 3.4], true).length > 10);
});

test('lines never lean towards a score that is not there', () => {
  const states = Uint8Array.from([FINITE, DIVERGED, FINITE]);
  const values = Float64Array.from([1, NaN, 3]);
  const scale = scaleOf({ values, states }, false);
  assert.ok(scale);
  const [left, middle, right] = sharesOf({ values, states }, [3, 1], scale);
  assert.deepEqual([left, right], [0, 1]);
  assert.ok(middle === left || middle === right);
});

test('any landscape can be worked out for drawing, and its lines end outside of the plot', () => {
  check(
    fc.property(field, fc.boolean(), (given, log) => {
      const steps = groundOf({ ...given, extent: [0, 1, 0, 1] }, log, 'low');
      let made = steps.next();
      for (let k = 0; !made.done && k < 100; k++) made = steps.next();
      assert.ok(made.done);
      for (const { rings } of made.value?.bands ?? [])
        for (const { x, y } of rings.flat()) {
          assert.ok(Number.isFinite(x) && Number.isFinite(y));
          assert.ok(x >= -1.5 && x <= given.size[0] + 0.5 && y >= -1.5 && y <= given.size[1] + 0.5);
        }
    }),
  );
});

test('runs hold every point of a state once', () => {
  check(
    fc.property(field, (given) => {
      const { states } = filled(given);
      const [nx] = given.size;
      for (const state of [UNKNOWN, FINITE, DIVERGED]) {
        const held = runsOf(states, given.size, state).flatMap(([first, last, j]) =>
          Array.from({ length: last - first + 1 }, (_, k) => j * nx + first + k),
        );
        assert.deepEqual(
          held,
          [...states.keys()].filter((k) => states[k] === state),
        );
      }
    }),
  );
});

test('a place and the point nearest to it agree', () => {
  check(
    fc.property(fc.integer({ min: 2, max: 201 }), fc.nat(200), (n, k) => {
      const at = k % n;
      assert.equal(nearestTo((placeOf(at, n, -1, 1) + 1) / 2, n), at);
    }),
  );
  check(
    fc.property(anyNumber, (share) => {
      const at = nearestTo(share, 51);
      assert.ok(Number.isInteger(at) && at >= 0 && at <= 50);
    }),
  );
});

test('the ground goes from the page to what contrasts most with it', () => {
  assert.equal(groundColor(0, false), 'rgb(248 251 252)');
  assert.equal(groundColor(1, false), 'rgb(189 198 203)');
  assert.equal(groundColor(0, true), 'rgb(20 24 26)');
  assert.equal(groundColor(1, true), 'rgb(63 75 82)');
  check(
    fc.property(anyNumber, fc.boolean(), (goodness, dark) => {
      const parts = /^rgb\((\d+) (\d+) (\d+)\)$/.exec(groundColor(goodness, dark));
      assert.ok(parts?.slice(1).every((one) => Number(one) <= 255));
    }),
  );
});

test('numbers on lines stand inside the plot and apart from each other and from marks', () => {
  const point = fc.record({
    x: fc.double({ min: -20, max: 420, noNaN: true }),
    y: fc.double({ min: -20, max: 320, noNaN: true }),
  });
  const box = { left: 0, top: 0, right: 400, bottom: 300 };
  check(
    fc.property(
      fc.array(fc.array(point, { maxLength: 20 }), { maxLength: 6 }),
      fc.array(point, { maxLength: 4 }),
      (lines, taken) => {
        const places = placesOfLabels(lines, box, taken);
        assert.equal(places.length, lines.length);
        const all = [...taken];
        for (const one of places) {
          if (!one) continue;
          assert.ok(one.x > 0 && one.x < 400 && one.y > 0 && one.y < 300);
          for (const other of all) assert.ok(Math.hypot(one.x - other.x, one.y - other.y) > 40);
          all.push(one);
        }
      },
    ),
  );
});

test('a loss of the plane differs from the true one by more than its share, in both directions', () => {
  assert.equal(differs(1.09, 1), false);
  assert.equal(differs(1.11, 1), true);
  assert.equal(differs(0.89, 1), true);
  assert.equal(differs(0, 0), false);
  assert.equal(differs(1e-9, 0), true);
  assert.equal(differs(NaN, 1), true);
  assert.equal(differs(1, Infinity), true);
  assert.equal(differs(NaN, Infinity), false);
  assert.equal(differs(Number.MAX_VALUE, -Number.MAX_VALUE), true);
  check(fc.property(finite, (loss) => assert.equal(differs(loss, loss), false)));
  assert.equal(MOST_DIFFERENCE, 0.1);
});

const PATH = {
  steps: [0, 5, 10],
  x: [-3, -1, 0],
  y: [0, 1, 0],
  loss: [2, 1, 0.5],
  slice_loss: [2, 1.5, 0.5],
  distance: [4, 1, 0],
};
const keys = (/** @type {Parameters<typeof misleads>[0]} */ given) =>
  misleads(given).map(({ key }) => key.replace('landscape.misleads.', ''));

test('the picture says when it misleads, and only then', () => {
  const pca = { plane: 'pca', path: PATH, at: 2 };
  assert.deepEqual(keys({ ...pca, explained: [0.5, 0.2] }), ['explained', 'slice']);
  assert.deepEqual(keys({ ...pca, explained: [0.7, LEAST_EXPLAINED - 0.7 + 1e-9] }), ['slice']);
  assert.deepEqual(keys({ ...pca, at: 1, explained: [1, 0] }), ['slice', 'here']);
  const honest = { ...PATH, slice_loss: PATH.loss };
  assert.deepEqual(keys({ ...pca, path: honest, explained: [0.9, 0.05] }), []);
  assert.deepEqual(keys({ plane: 'random', path: null, at: 0, explained: null, parameters: 354 }), ['random']);
  assert.deepEqual(keys({ plane: 'random', path: null, at: 0, explained: null, seeds: 3 }), ['random.some', 'seeds']);
  assert.deepEqual(keys({ plane: 'gradient', path: null, at: 0, explained: null }), ['gradient.some']);
  assert.deepEqual(keys({ plane: 'hessian', path: null, at: 0, explained: null, parameters: 9 }), ['hessian']);
  assert.deepEqual(misleads({ ...pca, at: 1, explained: null })[1].values, { step: 5, slice: 1.5, own: 1 });
});

test('shares and distances of a path are numbers, or nobody knows them', () => {
  assert.deepEqual(farthest(PATH), { at: 0, distance: 4, share: 0.8 });
  const still = { ...PATH, x: [0, 0, 0], y: [0, 0, 0], distance: [0, 0, 0] };
  assert.deepEqual(farthest(still), { at: 0, distance: 0, share: null });
  assert.equal(farthest({ ...PATH, distance: [NaN, 1, 0] }).at, 1);
  check(
    fc.property(fc.tuple(anyNumber, anyNumber), (explained) => {
      const share = explainedBy(explained);
      assert.ok(share === null || (share >= 0 && share <= 1), String(share));
    }),
  );
  assert.equal(explainedBy(null), null);
});

test('numbers that differ are written apart, with no more digits than that takes', () => {
  check(
    fc.property(fc.array(finite, { minLength: 1, maxLength: 6 }), (scores) => {
      const digits = digitsApart(scores);
      const written = (/** @type {number} */ n) => new Set(scores.map((one) => one.toPrecision(n))).size;
      assert.ok(digits >= 3 && digits <= 15);
      if (digits < 15) assert.equal(written(digits), new Set(scores).size);
      if (digits > 3) assert.ok(written(digits - 1) < new Set(scores).size);
    }),
  );
  assert.equal(digitsApart([0.093621, 0.093622]), 5);
  const write = (/** @type {number} */ score) => score.toFixed(3);
  assert.deepEqual(endsOf({ low: 0.0936213, high: 0.0936228 }, write), ['0.093621', '0.093623']);
  assert.deepEqual(endsOf({ low: 0.1, high: 0.2 }, write), ['0.100', '0.200']);
  assert.deepEqual(endsOf({ low: 0.1, high: 0.1 }, write), ['0.100', '0.100']);
  assert.equal(coordinate(-3.86457076, 1e-5), '−3.86457076');
  assert.equal(coordinate(0, 2), '0');
});

test('a line is drawn where it is known, broken where its score is not finite, and its barrier is measured', () => {
  const line = (/** @type {number[]} */ values, /** @type {number[]} */ known = values.map(() => 1)) => ({
    extent: [-0.5, 1.5, 0, 0],
    values: Float64Array.from(values),
    known: Uint8Array.from(known),
  });
  const same = (/** @type {number} */ score) => score;
  assert.deepEqual(runsOfLine(line([1, 2, NaN, 4, 5], [1, 1, 1, 0, 1]), same), [
    [
      [-0.5, 1],
      [0, 2],
    ],
    [[1.5, 5]],
  ]);
  assert.deepEqual(lostAlong(line([NaN, NaN, NaN, 1, NaN])), [0, 1.5]);
  // At 0 it is 1, at 1 it is 3: halfway 2 lies on the straight way, and 5 is 3 above it.
  assert.equal(barrierOf(line([9, 1, 5, 3, 9]), 1, 3), 3);
  assert.equal(barrierOf(line([9, 1, 1.5, 3, 9]), 1, 3), 0);
  assert.equal(barrierOf(line([9, 1, NaN, 3, 9]), 1, 3), null);
  assert.equal(barrierOf(line([9, 1, 5, 3, 9], [1, 1, 0, 1, 1]), 1, 3), null);
  check(
    fc.property(finite, finite, fc.boolean(), (a, b, log) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const { axis, place } = heightAxis({ low, high, log: log && low > 0 }, false);
      if (!Number.isFinite(place(high) - place(low))) return;
      const [from, to] = axis.domain;
      assert.ok(from < to || !Number.isFinite(to - from), `${axis.domain}`);
      for (const score of [low, high]) assert.ok(place(score) >= from && place(score) <= to);
    }),
  );
});

test('a path plane with one tiny axis is said to be stretched', () => {
  const given = { plane: 'pca', explained: null, path: null, at: 0 };
  const keys = (/** @type {number[]} */ extent) =>
    misleads({ ...given, explained: [0.9, 0.05], extent }).map((one) => one.key);
  assert.deepEqual(keys([0, MOST_STRETCH * 1.01, 0, 1]), ['landscape.misleads.stretched']);
  assert.deepEqual(keys([0, MOST_STRETCH, 0, 1]), []);
  assert.deepEqual(keys([]), []);
  assert.deepEqual(
    misleads({ ...given, plane: 'line' }).map((one) => one.key),
    ['landscape.misleads.line'],
  );
});

test('what is kept of the options comes back, and nothing else does', () => {
  const slice = () => new LandscapeSlice(() => {});
  for (const plane of /** @type {const} */ (['random', 'pca', 'gradient', 'hessian', 'line', 'three'])) {
    const [before, after] = [slice(), slice()];
    before.options = { plane, rows: 'train', limit: 7, extent: [0, 1, 0, 1], others: [3], side: 11 };
    after.recall(before.kept);
    assert.deepEqual(after.options, { plane, rows: 'train', limit: null, extent: null, others: [], side: 51 });
  }
  for (const kept of [null, '', 'pca test', 'pca,train,', 'constructor train', 'pca validation train'.slice(4)]) {
    const one = slice();
    one.recall(kept);
    assert.deepEqual(one.options, slice().options);
  }
});

test('keys lead from point to point, and past the edge they take the frame along', () => {
  const size = /** @type {[number, number]} */ ([51, 51]);
  assert.deepEqual(originOf(size, [-1, 1, -1, 1]), { i: 25, j: 25 });
  assert.deepEqual(originOf([201, 1], [-0.5, 1.5, 0, 0]), { i: 50, j: 0 });
  assert.deepEqual(startOf(size, [0.5, 1, -1, 1]), { i: 25, j: 25 });
  assert.deepEqual(startOf(size, [-0.1, 0.9, -1, 1]), { i: 5, j: 25 });
  assert.deepEqual(stepped({ i: 3, j: 4 }, [-1, 0], 5, size, true), { cursor: { i: 0, j: 4 }, moves: false });
  assert.deepEqual(stepped({ i: 0, j: 4 }, [-1, 0], 1, size, true), { cursor: { i: 9, j: 4 }, moves: true });
  assert.deepEqual(stepped({ i: 0, j: 4 }, [-1, 0], 1, size, false), { cursor: { i: 0, j: 4 }, moves: false });
  assert.deepEqual(stepped({ i: 0, j: 4 }, [1, 0], 1, size, true), { cursor: { i: 1, j: 4 }, moves: false });
  assert.deepEqual(stepped({ i: 7, j: 50 }, [0, 1], 1, size, true), { cursor: { i: 7, j: 41 }, moves: true });
});

test('a trial is looked at where it kept its weights, not where its training would have gone on to', () => {
  const trial = (/** @type {string} */ state, /** @type {number} */ n, kept = 0) =>
    /** @type {any} */ ({ state, epochs: new Array(n), ...(kept && { kept_epoch: kept }) });
  assert.deepEqual(reachOf(trial('complete', 21, 18)), { epochs: 18, live: false });
  assert.deepEqual(reachOf(trial('complete', 60)), { epochs: null, live: false });
  assert.deepEqual(reachOf(trial('pruned', 7, 4)), { epochs: 4, live: false });
  assert.deepEqual(reachOf(trial('cancelled', 7)), { epochs: 7, live: false });
  assert.deepEqual(reachOf(trial('running', 3)), { epochs: 3, live: true });
  assert.equal(reachOf(trial('running', 0)), null);
});

test('a picture of weights beside the average that a trial is scored by says so', () => {
  const study = (/** @type {string} */ averaging) => /** @type {any} */ ({ fixed: { averaging } });
  assert.equal(isAveraged(/** @type {any} */ ({}), { params: {} }), false);
  assert.equal(isAveraged(study('none'), { params: { averaging: 'swa' } }), true);
  assert.equal(isAveraged(study('ema'), undefined), true);
  assert.equal(isAveraged(study('ema'), { params: { averaging: 'none' } }), false);
  const given = { plane: 'pca', explained: null, path: null, at: 0 };
  assert.deepEqual(keys({ ...given, averaged: true }), ['averaged']);
  assert.deepEqual(keys({ ...given, averaged: false }), []);
});
