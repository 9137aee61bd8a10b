import test from 'node:test';
import { anyNumber, assert, fc } from './numbers.js';
import {
  MOST,
  OVER,
  OVER_CLASSICS,
  baseOf,
  contestant,
  joiners,
  racers,
  rateAt,
  rateOf,
  starters,
  withRate,
} from '../../www/src/study/race.js';
import { RACE } from '../../www/src/commands/race.js';
import { GROUNDS, optionsOf } from '../../www/src/state/race.js';
import { Store } from '../../www/src/state/store.js';
import { readExample } from '../../www/src/views/opening/example.js';
import { tuned } from '../../www/src/engine/racing.js';
import { BY_NAME, choicesOf } from '../../www/src/study/hyperparameters.js';
import { readStudy, startStudy } from '../../www/src/study/study.js';
import {
  isOlderPlane,
  isOut,
  pointAt,
  reached,
  spanOf,
  spread,
  stopsOf,
  targetOf,
  throughOf,
} from '../../www/src/views/race/clock.js';
import { SIDE, classesOf, colorOf, extentOf } from '../../www/src/views/race/field.js';
import { looksOf, nameOf, shapeOf } from '../../www/src/views/race/looks.js';
import { raceMisleads } from '../../www/src/views/race/misleads.js';

/** Who runs and what the race's clock, labels and fields say of it, for any numbers. */

const over = fc.constantFrom(...OVER.filter((one) => one !== 'trials'));
/** Steps of a path: rising, from 0. */
const rising = fc
  .uniqueArray(fc.integer({ min: 1, max: 5000 }), { maxLength: 40 })
  .map((list) => [0, ...list.sort((a, b) => a - b)]);
const path = fc.tuple(rising, fc.option(fc.integer({ min: 1, max: 5000 }))).chain(([steps, at]) =>
  fc.array(anyNumber, { minLength: steps.length, maxLength: steps.length }).map((loss) => ({
    steps,
    loss,
    slice_loss: loss,
    x: loss,
    y: loss,
    distance: loss,
    accuracy: loss,
    coast_x: [],
    coast_y: [],
    scales: [],
    held: 1,
    learning_rate: 0.1,
    batch: 8,
    last: /** @type {number} */ (steps.at(-1)),
    diverged_at: at,
  })),
);

test('every race begins with contestants that the study accepts, no two alike, and none joins twice', () => {
  const study = startStudy();
  for (const one of OVER.filter((name) => name !== 'trials'))
    for (const ground of one === 'batch_size' || one === 'seed' ? ['network'] : GROUNDS) {
      const first = starters(one, {}, ground);
      assert.ok(first.length > 1 && first.length <= MOST, one);
      const all = [...first];
      for (const value of joiners(one, first)) all.push(contestant(one, value, {}, ground));
      assert.equal(new Set(all.map(({ key }) => key)).size, all.length);
      assert.deepEqual(joiners(one, all), []);
      for (const { params } of all) {
        const read = readStudy({ ...study, space: {}, fixed: { ...study.fixed, ...params } });
        assert.ok('study' in read, `${one} ${JSON.stringify(params)}: ${JSON.stringify(read)}`);
      }
    }
  const optimizer = BY_NAME.get('optimizer');
  assert.ok(optimizer);
  for (const name of choicesOf(optimizer))
    for (const ground of GROUNDS) assert.ok(rateOf(String(name), ground) > 0, `${name} on ${ground}`);
  for (const one of OVER_CLASSICS) assert.ok(OVER.includes(one));
});

test('the rate at any step is the last one set by then; a rate set earlier takes those after it away', () => {
  const study = startStudy();
  const change = fc.tuple(fc.integer({ min: 0, max: 99 }), fc.double({ min: 1e-6, max: 10, noNaN: true }));
  fc.assert(
    fc.property(over, fc.array(change, { maxLength: 12 }), (one, changes) => {
      let who = contestant(one, one === 'optimizer' ? 'adam' : 1, { learning_rate: 0.5 }, 'network');
      /** @type {number[]} */
      let rates = Array(100).fill(rateAt(study, who, 0));
      for (const [step, rate] of changes) {
        who = withRate(who, step, rate);
        rates = rates.map((before, at) => (at >= step ? rate : before));
      }
      assert.deepEqual(
        rates.map((_, at) => rateAt(study, who, at)),
        rates,
      );
      const steps = who.changes.map(([step]) => step);
      assert.ok(steps.every((step, k) => step > 0 && (!k || step > steps[k - 1])));
    }),
  );
});

test('trials that race have the shape of the best of them', () => {
  const study = {
    ...startStudy(),
    space: { hidden_units: /** @type {any} */ ({}), learning_rate: /** @type {any} */ ({}) },
  };
  const trials = [16, 8, 16, 16, 8, 16, 16, 16, 16].map((hidden_units, number) => ({
    number,
    params: { hidden_units },
  }));
  assert.deepEqual(
    racers(study, trials).map(({ trial }) => trial),
    [0, 2, 3, 5, 6, 7],
  );
  assert.deepEqual(racers(study, []), []);
  assert.deepEqual(baseOf(study, { params: { hidden_units: 16, epochs: 5 } }), { hidden_units: 16 });
  assert.deepEqual(baseOf(study, null), {});
});

test('a search gives the rate with the lowest loss, and where all diverged the one that was there', () => {
  const who = contestant('optimizer', 'adam', {}, 'network');
  assert.equal(tuned(who, [null, 3, 1, 2, null]).params.learning_rate, 1e-3);
  const lost = tuned(who, [null, null]);
  assert.equal(lost.params.learning_rate, who.params.learning_rate);
  assert.deepEqual(lost.search?.losses, [null, null]);
});

test('the clock stops wherever a path was written down, and shows the last point by then', () => {
  fc.assert(
    fc.property(fc.array(path, { minLength: 1, maxLength: 6 }), fc.nat(6000), (paths, step) => {
      const stops = stopsOf(paths);
      assert.ok(stops.every((one, k) => !k || one > stops[k - 1]));
      for (const one of paths) {
        for (const at of one.steps) assert.ok(stops.includes(at));
        const point = pointAt(one.steps, step);
        assert.ok(one.steps[point] <= step && !(one.steps[point + 1] <= step));
        assert.equal(isOut(one, step), one.diverged_at !== null && step >= one.diverged_at);
      }
    }),
  );
});

test('a target is a round loss between the best and the start, which the best has reached', () => {
  fc.assert(
    fc.property(fc.array(path, { minLength: 1, maxLength: 6 }), (paths) => {
      const span = spanOf(paths);
      if (span) assert.ok(span[0] <= span[1] && span.every(Number.isFinite));
      const target = targetOf(paths);
      if (target === null) return;
      assert.ok(Number.isFinite(target) && target > 0 && /^[125]e/.test(target.toExponential()), String(target));
      assert.ok(paths.some((one) => reached(one, target) !== null));
      assert.ok(Math.max(...paths.map(({ loss }) => loss[0]).filter(Number.isFinite)) > target);
    }),
  );
  assert.equal(targetOf([{ loss: [2, 0.13] }]), 0.2);
  assert.equal(targetOf([{ loss: [0, 0] }]), null);
  assert.equal(targetOf([{ loss: [NaN] }]), null);
});

test('labels stay apart and in their order wherever there is room', () => {
  const height = fc.double({ min: -500, max: 900, noNaN: true });
  fc.assert(
    fc.property(fc.array(height, { maxLength: 8 }), (wanted) => {
      const places = spread(wanted, 15, [10, 300]);
      const order = wanted.map((_, k) => k).sort((a, b) => wanted[a] - wanted[b]);
      order.forEach((k, at) => {
        assert.ok(places[k] >= 10 - 1e-9 && places[k] <= 300 + 1e-9);
        if (at) assert.ok(places[k] - places[order[at - 1]] >= 15 - 1e-9);
      });
    }),
  );
});

test('contestants look and are called different, however many', () => {
  const t = (/** @type {string} */ key, values = {}) => `${key} ${JSON.stringify(values)}`;
  fc.assert(
    fc.property(over, fc.nat(10), (one, skip) => {
      let all = starters(one, {}, 'network');
      for (const value of joiners(one, all)) all.push(contestant(one, value, {}, 'network'));
      all = [...all.slice(skip), ...all.slice(0, skip)].slice(0, MOST);
      const looks = looksOf(all, one);
      for (const what of /** @type {const} */ (['color', 'dash', 'end']))
        assert.equal(new Set(looks.map((look) => look[what])).size, all.length, what);
      assert.equal(new Set(all.map((who) => nameOf(who, one, t))).size, all.length);
      assert.equal(new Set(looks.map(({ end }) => shapeOf(end, 6))).size, all.length);
    }),
  );
});

test('any rows have a part of the plane, and anything that a network says a colour', () => {
  const row = fc.tuple(anyNumber.filter(Number.isFinite), anyNumber.filter(Number.isFinite), fc.nat(9));
  fc.assert(
    fc.property(fc.array(row), anyNumber, fc.nat(10), fc.boolean(), (rows, value, classes, dark) => {
      const data = { rows: Float32Array.from(rows.flat()), nTrain: 1 };
      const finite = data.rows.every(Number.isFinite);
      const [x0, x1, y0, y1] = extentOf(data);
      if (finite) assert.ok(x1 > x0 && y1 > y0);
      assert.ok(classesOf(data, true) >= 2 && classesOf(data, false) === 0);
      const color = colorOf(value, classes === 1 ? 2 : classes, [0, 1], dark);
      assert.ok(color.length === 3 && color.every((one) => one >= 0 && one <= 255), `${value} ${classes}: ${color}`);
    }),
  );
  // Rows of numbers that a study of classes still shows for a moment, or classes past counting, have no classes.
  for (const label of [0.5, -1, 1e9, NaN])
    assert.equal(classesOf({ rows: Float32Array.of(0, 0, label), nTrain: 1 }, true), 0);
  assert.ok(SIDE * SIDE * 4 < 20_000, 'a field of four contestants is worked out within a frame');
});

test('what a picture hides is said of whom it concerns', () => {
  const [good, hidden, wrong, lost] = [
    { held: 0.9, loss: [1, 1], slice_loss: [1, 1], diverged_at: null },
    { held: 0.3, loss: [1, 1], slice_loss: [1, 1], diverged_at: null },
    { held: 0.9, loss: [1, 1], slice_loss: [2, 3], diverged_at: null },
    { held: 0.1, loss: [1, 1], slice_loss: [NaN, 1], diverged_at: 3 },
  ];
  const found = (/** @type {any[]} */ paths, /** @type {[number, number] | null} */ explained) =>
    raceMisleads(/** @type {any} */ ({ explained, paths }), ['a', 'b', 'c', 'd']).map(({ key, values }) => [
      key.split('.').at(-1),
      values.names,
    ]);
  assert.deepEqual(found([good, good], [0.7, 0.2]), []);
  assert.deepEqual(found([good, hidden, wrong, lost], [0.5, 0.2]), [
    ['explained', undefined],
    ['hidden', 'b'],
    ['slice', 'c'],
    ['lost', 'd'],
  ]);
});

test('the plane goes through the end of the first path that stayed, until who raced there has changed', () => {
  const paths = [7, null, null].map((diverged_at) => ({ diverged_at }));
  assert.equal(throughOf(paths), 1);
  assert.equal(throughOf(paths.slice(0, 1)), -1);
  assert.equal(isOlderPlane({ start: null, contestants: [{ changes: [] }] }), false);
  assert.equal(isOlderPlane({ start: [0, 1], contestants: [{ changes: [] }] }), true);
  assert.equal(isOlderPlane({ start: null, contestants: [{ changes: [] }, { changes: [[5, 0.1]] }] }), true);
});

test('trials that a link names and that are not there are told', () => {
  /** @type {any} */ (globalThis).requestAnimationFrame ??= () => 0;
  const store = new Store();
  store.reports.example(readExample());
  const raced = (/** @type {string} */ words) => {
    store.slices.race.enter([]);
    store.slices.race.put({ numbers: optionsOf(words)?.numbers ?? [] });
    const on = /** @type {any} */ ({ store, slices: store.slices, runner: { race() {} } });
    RACE.race_trials.act?.(on, undefined, store.study);
    return [store.race.missing, store.race.contestants.map(({ trial }) => trial)];
  };
  assert.deepEqual(raced('3,999'), [[999], [3]]);
  const [missing, others] = raced('999');
  assert.deepEqual(missing, [999]);
  assert.ok(others.length > 1, 'the best race in its place');
  assert.deepEqual(raced('3,4')[0], []);
});
