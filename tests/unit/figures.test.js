import { test } from 'node:test';
import { inside, narrowed, sharesOf, sideOf } from '../../www/src/study/brush.js';
import { CurveFrame, curvesOf, lineOf, spanOf } from '../../www/src/figures/curve-frame.js';
import { lossAxis } from '../../www/src/figures/curve-axes.js';
import { hasEnough } from '../../www/src/figures/surface-ground.js';
import { Spots } from '../../www/src/figures/spots.js';
import { depthColor } from '../../www/src/figures/colors.js';
import { hasArea, placesOf } from '../../www/src/study/places.js';
import { axisOf, bounded, roomy, roundOff, scaleOfScores, shareOf, thinning } from '../../www/src/study/scale.js';
import { Epochs, Pool } from '../../www/src/state/columns.js';
import { metricName } from '../../www/src/state/spread.js';
import { tieReason } from '../../www/src/state/ties.js';
import { Trials } from '../../www/src/state/trials.js';
import { anyNumber, assert, check, fc, finite, pair, quick } from './numbers.js';

const objective = fc.record({
  metric: fc.constantFrom('validation_loss', 'train_loss', 'validation_metric', 'train_metric'),
  direction: fc.constantFrom('minimize', 'maximize'),
});

test('E4: any scores have a scale from best to worst on which each has a place', () => {
  check(
    fc.property(fc.array(finite, { maxLength: 30 }), objective, (scores, aim) => {
      const scale = quick(() => scaleOfScores(scores, aim));
      for (const one of [scale.best, scale.worst, scale.low, scale.high])
        assert.ok(Number.isFinite(one), JSON.stringify(scale));
      assert.ok(scale.high >= scale.low);
      assert.equal(scale.share(scale.best), 0);
      assert.equal(scale.share(scale.worst), 1);
      for (const score of scores) {
        const goodness = scale.goodness(score);
        assert.ok(goodness >= 0 && goodness <= 1, String(goodness));
        assert.match(depthColor(goodness, true), /^rgb\(\d+ \d+ \d+\)$/);
      }
      const sign = aim.direction === 'maximize' ? -1 : 1;
      const ranked = [...scores].sort((a, b) => sign * (a - b));
      ranked.forEach((score, k) => assert.ok(!k || scale.goodness(score) <= scale.goodness(ranked[k - 1]) + 1e-12));
    }),
  );
});

test('the ends of a scale have digits enough to lie by the scores', () => {
  const aim = { metric: 'validation_loss', direction: 'minimize' };
  const ends = (/** @type {number[]} */ scores, how = aim) => {
    const { best, worst } = scaleOfScores(scores, how);
    return [best, worst];
  };
  assert.deepEqual(ends([1.042, 1.05, 1.0761]), [1.04, 1.08]);
  assert.deepEqual(ends([0.012, 0.5, 0.73]), [0.012, 0.73]);
  assert.deepEqual(ends([0.981, 0.9832], { metric: 'validation_metric', direction: 'maximize' }), [0.984, 0.981]);
  // Losses that hardly differ keep one colour.
  const [best, worst] = ends([1.0985, 1.0987]);
  assert.ok(best <= 1.0985 && worst >= 1.02 * best && worst < 1.2, `${best} to ${worst}`);
});

test('E4: a loss of 0 is as good as the smallest loss above 0, and the scale stays a logarithm', () => {
  const scale = scaleOfScores([0, 0.002, 0.5], { metric: 'validation_loss', direction: 'minimize' });
  assert.deepEqual([scale.log, scale.zeros, scale.best, scale.low, scale.goodness(0)], [true, true, 0.002, 0.002, 1]);
  const zero = scaleOfScores([0, 0], { metric: 'validation_loss', direction: 'minimize' });
  assert.deepEqual([zero.log, zero.best, zero.goodness(0)], [false, 0, 1]);
});

test('E4: rounding off goes down or up to a finite number of the same sign', () => {
  check(
    fc.property(finite, (value) => {
      const [down, up] = quick(() => [roundOff(value, -1), roundOff(value, 1)]);
      const slack = Math.abs(value) * 1e-2;
      assert.ok(Number.isFinite(down) && Number.isFinite(up), `${down} ${up}`);
      assert.ok(
        down <= value + slack && up >= value - slack && Math.abs(down - value) <= Math.abs(value) / 5,
        `${down} ${value} ${up}`,
      );
    }),
  );
});

test('E4: any losses have a range to draw, and every loss has a place in its frame', () => {
  const box = { left: 40, top: 8, width: 300, height: 200 };
  check(
    fc.property(
      fc.array(anyNumber, { maxLength: 30 }),
      fc.array(anyNumber, { maxLength: 30 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 9 }),
      (losses, starts, wanted, epochs) => {
        const { span, log } = quick(() => spanOf(losses, starts, wanted));
        assert.ok(span.every(Number.isFinite) && span[1] > span[0] && (!log || span[0] > 0), `${span} ${log}`);
        const frame = new CurveFrame(box, epochs, span, log, 1);
        for (const loss of [...losses, ...starts].filter(Number.isFinite)) {
          const y = frame.y(loss);
          assert.ok(y >= box.top - box.height && y <= box.top + 2 * box.height, `${loss} at ${y} of ${span}`);
        }
        for (let epoch = 1; epoch <= epochs; epoch++)
          assert.ok(frame.x(epoch) >= box.left && frame.x(epoch) <= box.left + box.width);
        const least = losses.filter((one) => (log ? one > 0 : one >= 0) && one < 1e300);
        for (const one of least) assert.ok(frame.y(one) <= box.top + box.height + 1e-6, `${one} lies below ${span}`);
      },
    ),
  );
});

test('E4: marked losses lie inside any frame, however high they are', () => {
  const box = { left: 40, top: 8, width: 300, height: 200 };
  const held = fc.array(fc.double({ min: 0, max: 1e100, noNaN: true }), { minLength: 1, maxLength: 9 });
  check(
    fc.property(fc.array(finite, { maxLength: 30 }), held, fc.boolean(), (starts, marked, wanted) => {
      const { span, log } = quick(() => spanOf(starts, starts, wanted, marked));
      const frame = new CurveFrame(box, 3, span, log, 1);
      for (const one of marked) {
        const y = frame.y(one);
        assert.ok(y >= box.top - 1e-6 && y <= box.top + box.height + 1e-6, `${one} at ${y} of ${span}`);
      }
    }),
  );
  const wild = spanOf([1, 2, 3, 434359], [1, 2, 3, 4, 5, 6, 7, 8, 9, 434359], true, [434359]);
  assert.ok(wild.span[1] > 434359);
});

test('close losses fill their frame, and one alone has one', () => {
  const losses = Array.from({ length: 12 }, (_, k) => 0.99 + 0.01 * k);
  for (const log of [true, false]) {
    const {
      span: [low, high],
    } = spanOf(losses, losses, log);
    assert.ok(low < 0.99 && high > 1.09 && high - low < 0.14, `${low} to ${high}`);
    const one = spanOf([0.7], [0.7], log).span;
    assert.ok(one[0] < 0.69 && one[0] > 0.6 && one[1] > 0.71 && one[1] < 0.8, String(one));
  }
  assert.deepEqual(spanOf([0.1, 2], [2], false).span[0], 0);
  const scale = scaleOfScores(losses, { metric: 'validation_loss', direction: 'minimize' });
  assert.deepEqual([scale.best, scale.worst, scale.low, scale.high], [0.99, 1.1, 0.99, losses[11]]);
});

test('one wild score does not flatten a linear axis of scores, and is at its edge', () => {
  const scores = [...Array.from({ length: 20 }, (_, k) => -0.02 + 0.02 * k), -81];
  const scale = scaleOfScores(scores, { metric: 'validation_metric', direction: 'maximize' });
  assert.ok(scale.low >= -0.1 && scale.high === scores[19], `${scale.low} to ${scale.high}`);
  const even = scaleOfScores(scores.slice(0, 20), { metric: 'validation_metric', direction: 'maximize' });
  assert.deepEqual([even.low, even.high], [scores[0], scores[19]]);
  const losses = scaleOfScores([0, ...scores.slice(1).map((one) => -one)], {
    metric: 'train_loss',
    direction: 'maximize',
  });
  assert.deepEqual([losses.log, losses.high], [false, 81]);
});

test('E4: an axis with a little room holds its ends', () => {
  check(
    fc.property(
      fc.double({ min: -1e12, max: 1e12, noNaN: true }),
      fc.double({ min: 0, max: 1e12, noNaN: true }),
      (low, size) => {
        const [from, to] = roomy(low, low + size, 0.02);
        assert.ok(
          from <= low && to >= low + size && to - from <= 1.3 * Math.max(size, 0.02) + 1e-3,
          `${from} ${low} ${low + size} ${to}`,
        );
      },
    ),
  );
});

test('E4: losses of 0 lie on the lower edge of a logarithm, which starts below the smallest loss above 0', () => {
  const { span, log } = spanOf([0, 0.00085, 0.3], [0.7, 0.5], true);
  assert.ok(log && span[0] < 0.00085 && span[0] > 0.0005 && span[1] > 0.5);
  assert.equal(new CurveFrame({ left: 0, top: 10, width: 100, height: 50 }, 2, span, log, 1).y(0), 60);
  assert.equal(spanOf([0, 0], [0], true).log, false);
});

test('where losses of 0 lie is labeled 0, and no other label lies on it', () => {
  const { span, log, zeros } = spanOf([0, 0.00085, 0.3], [0.7, 0.5], true);
  assert.ok(zeros);
  const { domain, ticks } = lossAxis(span, log, 300, zeros);
  assert.deepEqual(ticks[0], { at: domain[0], label: '0' });
  assert.ok(ticks.length > 2 && ticks.slice(1).every((one) => shareOf({ domain }, one.at) > 0.06));
  const above = spanOf([0.00085, 0.3], [0.7, 0.5], true);
  assert.equal(above.zeros, false);
  assert.ok(lossAxis(above.span, true, 300, above.zeros).ticks.every(({ label }) => label !== '0'));
  assert.equal(lossAxis([0, 1], false, 300, false).ticks.filter(({ label }) => label === '0').length, 1);
});

test('an axis shows nothing that a score cannot be, but for a margin', () => {
  assert.deepEqual(bounded([-0.5, 0.5], [0, Infinity]), [-0.05, 0.5]);
  assert.deepEqual(bounded([0.5, 1.5], [0, 1]), [0.5, 1.05]);
  assert.deepEqual(bounded([-3, 0.5], [-Infinity, 1]), [-3, 0.5]);
  check(
    fc.property(finite, fc.double({ min: 1e-9, max: 1e12, noNaN: true }), (low, size) => {
      const [from, to] = bounded([low, low + size], [0, 1]);
      assert.ok(from <= to && from >= low && to <= low + size);
    }),
  );
});

test('scores of which no two differ have no scale to tell of', () => {
  const flat = (/** @type {number[]} */ scores) =>
    scaleOfScores(scores, { metric: 'validation_loss', direction: 'minimize' }).flat;
  assert.deepEqual([[], [0.3], [0.3, 0.3], [0, 0, 0]].map(flat), [true, true, true, true]);
  assert.deepEqual(
    [
      [0.3, 0.31],
      [0, 0.1],
    ].map(flat),
    [false, false],
  );
});

const range = fc.oneof(
  fc
    .tuple(fc.constantFrom('float', 'int'), pair, fc.constantFrom('linear', 'log', 'log1m'))
    .map(([type, [low, high], scale]) => ({ type, low, high, scale })),
  fc
    .tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }))
    .map(([a, b]) => ({ type: 'int', low: Math.min(a, b), high: Math.max(a, b) })),
  fc.array(anyNumber, { minLength: 1, maxLength: 9 }).map((choices) => ({ type: 'categorical', choices })),
);

test('E4: any trials have places that an engine can take, all as long as they say', () => {
  const name = fc.constantFrom('learning_rate', 'dropout', 'optimizer');
  const value = fc.oneof(anyNumber, fc.constantFrom('adam', undefined));
  const trial = fc.record({ params: fc.dictionary(name, value), score: fc.oneof(anyNumber, fc.constant('diverged')) });
  check(
    fc.property(range, range, fc.array(trial, { maxLength: 12 }), fc.boolean(), (across, up, trials, sliced) => {
      const space = /** @type {any} */ ({
        learning_rate: across,
        dropout: up,
        optimizer: { type: 'categorical', choices: ['adam', 'sgd'] },
      });
      const study = /** @type {any} */ ({ dataset: { name: 'digits' }, space });
      const axes = { x: axisOf('learning_rate', space.learning_rate), y: axisOf('dropout', space.dropout) };
      const score = (/** @type {any} */ one) => one.score;
      const seen = sliced ? (trials[0] ?? null) : null;
      const { dimensions, scored, diverged, at } = quick(() =>
        placesOf(study, axes, /** @type {any} */ (trials), score, /** @type {any} */ (seen)),
      );
      assert.equal(dimensions, seen ? 3 : 2);
      assert.equal(at.length, dimensions - 2);
      assert.equal(scored.length % (dimensions + 1), 0);
      assert.equal(diverged.length % dimensions, 0);
      for (const list of [scored, diverged, at]) assert.ok(list.every(Number.isFinite), String(list));
    }),
  );
});

test('a fit needs four trials whose score is that of their end', () => {
  const has = (/** @type {[string, number][]} */ ...trials) =>
    hasEnough(
      /** @type {any} */ ({
        measure: null,
        objective: { metric: 'validation_loss', direction: 'minimize' },
        task: 'classes',
        score: (/** @type {any} */ trial) => trial.score,
        trials: new Map(trials.map(([state, score], number) => [number, { number, state, score }])),
      }),
    );
  /** @type {[string, number]} */ const whole = ['complete', 0.5];
  assert.equal(has(whole, whole, whole), false);
  assert.equal(has(whole, whole, whole, ['pruned', 0.7], ['diverged', NaN], ['queued', NaN]), false);
  assert.equal(has(whole, whole, ['running', 0.9], whole), true);
});

test('a fit needs three values on each axis', () => {
  const trials = (/** @type {[any, any][]} */ ...all) => new Map(all.map(([x, y], k) => [k, { params: { x, y } }]));
  assert.ok(hasArea(trials([1, 1], [2, 2], [3, 3], [1, 2]), 'x', 'y'));
  for (const few of [
    trials(),
    trials([1, 1], [1, 1], [1, 1]),
    trials([1, 1], [1, 2], [1, 3]),
    trials([0, 1], [1, 2], [0, 2], [1, 1]),
    trials([1, 1], [2, 2], [undefined, 3]),
  ])
    assert.ok(!hasArea(few, 'x', 'y'));
});

test('E4: any box on any axis is a brush, and any brush cuts any range or leaves nothing', () => {
  check(
    fc.property(range, range, pair, (shown, drawn, [from, to]) => {
      const given = /** @type {import('../../www/src/study/types.js').Distribution} */ (drawn);
      const axis = axisOf('hidden_units', /** @type {any} */ (shown));
      const side = quick(() => sideOf(axis, /** @type {any} */ (shown), from, to));
      assert.equal(sharesOf(axis, side).length, 2);
      const cut = quick(() => narrowed(given, side));
      if (!cut || cut.choices) return;
      const sound =
        Number.isFinite(given.low) && Number.isFinite(given.high) && Number(given.low) <= Number(given.high);
      if (!sound) return;
      assert.ok(
        Number(cut.low) >= Number(given.low) &&
          Number(cut.high) <= Number(given.high) &&
          Number(cut.low) <= Number(cut.high),
        JSON.stringify(cut),
      );
      if (cut.type === 'int' && Number.isSafeInteger(given.low))
        assert.ok(Number.isInteger(cut.low) || cut.low === given.low, JSON.stringify(cut));
    }),
  );
});

test('a brush without a whole number narrows nothing; others keep the whole numbers inside', () => {
  const units = /** @type {const} */ ({ type: 'int', low: 1, high: 4 });
  const cut = (/** @type {number} */ low, /** @type {number} */ high) => narrowed(units, { name: 'units', low, high });
  assert.equal(cut(2.78, 2.95), null);
  assert.deepEqual(cut(1.2, 3.8), { ...units, low: 2, high: 3 });
  assert.deepEqual(cut(2.6, 3.4), { ...units, low: 3, high: 3 });
  assert.deepEqual(cut(-5, 9), units);
  assert.equal(cut(7, 9), null);
  check(
    fc.property(fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: 0, max: 5, noNaN: true }), (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const held = [1, 2, 3, 4].filter((one) => one >= low && one <= high);
      assert.deepEqual(cut(low, high), held.length ? { ...units, low: held[0], high: held[held.length - 1] } : null);
    }),
  );
  assert.equal(narrowed({ type: 'float', low: 0, high: 0.5 }, { name: 'dropout', low: 0.6, high: 0.9 }), null);
  const thin = narrowed(
    { type: 'float', low: 1e-4, high: 0.1, log: true },
    { name: 'learning_rate', low: 0.00101, high: 0.00104 },
  );
  assert.ok(Number(thin?.high) > Number(thin?.low));
});

test('E4: a brush at the lower edge of the scores holds losses of 0', () => {
  const axis = /** @type {any} */ ({
    name: '',
    numeric: true,
    discrete: false,
    scale: 'log',
    domain: [-3, 0],
    ticks: [],
    to: (/** @type {number} */ x) => Math.log10(x),
  });
  const low = [sideOf(axis, undefined, 0, 0.4)];
  const trial = /** @type {any} */ ({ params: {} });
  const isIn = (/** @type {any} */ brush, /** @type {number} */ score) => inside(brush, trial, () => score);
  assert.ok(isIn(low, 0) && isIn(low, 0.002) && !isIn(low, 0.5));
  assert.deepEqual(sharesOf(axis, low[0])[0], 0);
  const high = [sideOf(axis, undefined, 0.4, 1)];
  assert.ok(!isIn(high, 0) && isIn(high, 1e9) && !isIn(high, NaN));
});

const EPOCH = { train_loss: 0, train_metric: 0, validation_metric: 0, learning_rate: 0.1, seconds: 0 };

test('of more trials than have curves, the best has one, and lies in the frame', () => {
  const trials = new Trials();
  for (let number = 0; number < 5000; number++) {
    const losses = number === 4321 ? [0.00085, 0.00085] : [0.5, 0.4];
    const epochs = losses.map((loss, k) => ({ ...EPOCH, epoch: k + 1, validation_loss: loss }));
    trials.merge({ number, epochs });
  }
  const drawn = curvesOf(/** @type {any} */ ({ trials, best: 4321 }));
  assert.equal(drawn.length, 2501);
  assert.ok(drawn.some((one) => one.number === 4321));
  const { span } = spanOf(
    drawn.map((one) => lineOf(one).least),
    [0.5],
    true,
  );
  assert.ok(span[0] < 0.00085);
});

test('marks of trials at one place lie inside the plot, also at its edges', () => {
  const frame = { width: 300, height: 200, left: 50, right: 10, top: 8, bottom: 38 };
  const axis = (/** @type {string} */ name) => ({
    name,
    numeric: true,
    discrete: true,
    slots: 9,
    scale: 'linear',
    domain: [0, 1],
    ticks: [],
    to: (/** @type {number} */ x) => x,
  });
  for (const y of ['y', '']) {
    for (const [px, py] of [
      [0, 0],
      [1, 1],
      [0.5, 0],
      [0, 0.5],
      [0.5, 0.5],
    ]) {
      const trials = new Map(
        Array.from({ length: 30 }, (_, number) => [
          number,
          { number, state: 'complete', params: { x: px, y: py }, epochs: new Epochs(new Pool()) },
        ]),
      );
      const store = {
        runs: 1,
        trials,
        version: 1,
        state: 'idle',
        dark: false,
        runStudy: null,
        shownStudy: { dataset: { name: 'moons' } },
        objective: { metric: 'validation_loss', direction: 'minimize' },
        score: () => py,
        isOut: () => false,
      };
      const spots = new Spots();
      spots.place(/** @type {any} */ (store), /** @type {any} */ ({ x: axis('x'), y: axis(y), fitted: false }), frame);
      assert.equal(spots.all.length, 30);
      for (const one of spots.all)
        assert.ok(one.x >= 50 && one.x <= 290 && one.y >= 8 && one.y <= 162, `${one.x} ${one.y}`);
    }
  }
});

test('marks that arrive by and by lie where they would lie had they come at once', () => {
  const frame = { width: 300, height: 200, left: 50, right: 10, top: 8, bottom: 38 };
  const axis = (/** @type {string} */ name) => ({
    ...{ name, numeric: true, discrete: true, slots: 9, scale: 'linear', domain: [0, 1], ticks: [] },
    to: (/** @type {number} */ x) => x,
  });
  const axes = /** @type {any} */ ({ x: axis('x'), y: axis('y'), fitted: false });
  const share = fc.constantFrom(0, 0.25, 0.251, 0.5, 1, NaN);
  check(
    fc.property(fc.array(fc.array(fc.tuple(share, share), { maxLength: 8 }), { maxLength: 6 }), (batches) => {
      const store = {
        ...{ runs: 1, trials: new Map(), version: 1, state: 'running', dark: false, runStudy: null },
        shownStudy: { dataset: { name: 'moons' } },
        objective: { metric: 'validation_loss', direction: 'minimize' },
        score: () => 1,
        isOut: () => false,
      };
      const [grown, whole] = [new Spots(), new Spots()];
      for (const batch of batches) {
        for (const [x, y] of batch) {
          const number = store.trials.size;
          store.trials.set(number, { number, state: 'running', params: { x, y }, epochs: new Epochs(new Pool()) });
        }
        store.version++;
        grown.place(/** @type {any} */ (store), axes, frame);
      }
      whole.place(/** @type {any} */ (store), axes, frame);
      assert.deepEqual(
        grown.all.map(({ number, x, y }) => [number, x, y]),
        whole.all.map(({ number, x, y }) => [number, x, y]),
      );
    }),
  );
});

test('labels are thinned until none touches the next', () => {
  const labels = Array.from({ length: 28 }, (_, k) => [10 * k, 24]);
  assert.equal(thinning(labels, 1), 3);
  assert.equal(thinning(labels, 2), 2);
  check(
    fc.property(
      fc.array(fc.tuple(finite, fc.double({ min: 0, max: 200, noNaN: true })), { maxLength: 40 }),
      fc.constantFrom(1, 2),
      (all, rows) => {
        assert.ok(quick(() => thinning(all, rows)) >= 1);
      },
    ),
  );
});

test('ticks of losses that hardly differ are told apart', () => {
  for (const [low, high] of [
    [1.0985, 1.0987],
    [0.0936213, 0.0936228],
    [0.1, 30],
  ])
    for (const log of [true, false]) {
      const labels = lossAxis([low, high], log, 400).ticks.map(({ label }) => label);
      assert(labels.length > 1 && new Set(labels).size === labels.length, `${low} .. ${high}: ${labels}`);
    }
});

test('the reason for a tie writes numbers as all else does', () => {
  const ties = { numbers: new Set([1]), by: /** @type {const} */ ('errors'), bound: 4250.4, samples: 66, best: 0 };
  const store = { objective: { metric: 'validation_loss' }, shownStudy: { dataset: { name: 'diabetes' } } };
  const t = (/** @type {string} */ _key, /** @type {any} */ values = {}) => String(values.bound);
  const said = tieReason(/** @type {any} */ ({ ...store, t }), ties);
  assert(said === '4,250', said);
});

test('beside a score of training the validation metric says of which rows it is', () => {
  const named = (/** @type {string} */ metric) =>
    metricName(/** @type {any} */ ({ task: 'classes', objective: { metric }, t: (/** @type {string} */ key) => key }));
  assert(named('train_metric') === 'metric.classes.validation', named('train_metric'));
  assert(named('train_loss') === 'metric.classes.validation', named('train_loss'));
  assert(named('validation_loss') === 'metric.classes', named('validation_loss'));
});
