import test from 'node:test';
import { ABSENT, Field, LEARNED } from '../../www/src/views/trials/field.js';
import { nearestLine, placeOf, placesOf, shareAt } from '../../www/src/views/trials/parallel-places.js';
import { Raster, packed, uppermost } from '../../www/src/views/trials/raster.js';
import { barsOf, quantilesOf, reachedOf } from '../../www/src/views/trials/tallies.js';
import { chanceOf, goodChoices, goodRange } from '../../www/src/study/good-range.js';
import { inside } from '../../www/src/study/brush.js';
import { isTrial } from '../../www/src/state/kept.js';
import { Trials, trialDocument } from '../../www/src/state/trials.js';
import { chance } from '../browser/chance.js';
import { anyNumber, assert, check, fc } from './numbers.js';

/** All trials from several sides: their columns, lines and dots, and where the best lie. */

/** @type {any} */ (globalThis).requestAnimationFrame ??= () => 0;

/** @type {Record<string, any>} */
const SPACE = {
  learning_rate: { type: 'float', low: 1e-5, high: 1, log: true },
  momentum: { type: 'float', low: 0.5, high: 0.999, scale: 'log1m' },
  batch_size: { type: 'categorical', choices: [64, 16, 32] },
  optimizer: { type: 'categorical', choices: ['sgd', 'adam'] },
  hidden_layers: { type: 'int', low: 3, high: 3 },
};
const STATES = /** @type {const} */ (['queued', 'running', 'complete', 'pruned', 'diverged', 'failed', 'cancelled']);

/**
 * What figures read of a store that shows these trials.
 * @param {any[]} documents @param {import('../../www/src/study/brush.js').Brush | null} brush @param {string} direction
 * @returns {any}
 */
function storeOf(documents, brush = null, direction = 'minimize') {
  const study = { format: 'tuning-playground/study@1', dataset: { name: 'digits' }, space: SPACE };
  const trials = new Trials(/** @type {any} */ (study));
  for (const one of documents) trials.merge(one);
  const metric = direction === 'minimize' ? 'validation_loss' : 'validation_metric';
  const score = (/** @type {any} */ trial) =>
    trial.state === 'diverged' ? NaN : Number(trial.value ?? trial.epochs.measure(metric));
  return {
    runs: 1,
    version: 1,
    brushes: brush ? 1 : 0,
    brush,
    stage: null,
    state: 'idle',
    task: 'classes',
    best: documents.length ? documents[0].number : null,
    selected: null,
    comparable: null,
    counts: trials.counts,
    objective: { metric, direction },
    trials,
    runStudy: study,
    shownStudy: study,
    score,
    isOut: (/** @type {any} */ trial) => brush !== null && !inside(brush, trial, () => score(trial)),
  };
}

const given = fc.record({
  state: fc.constantFrom(...STATES),
  value: fc.option(anyNumber),
  metric: anyNumber,
  u: fc.double({ min: 0, max: 1, noNaN: true }),
  isBare: fc.boolean(),
});

/** @param {any[]} all */
const documentsOf = (all) =>
  all.map(({ state, value, metric, u, isBare }, number) => ({
    number,
    state,
    value: state === 'complete' ? value : null,
    seed: 0,
    steps: 1,
    diverged_at: null,
    params: {
      learning_rate: 10 ** (-5 * u),
      batch_size: [64, 16, 32][Math.floor(2.99 * u)],
      optimizer: u < 0.5 ? 'sgd' : 'adam',
      hidden_layers: 3,
      ...(isBare ? {} : { momentum: 0.5 + 0.499 * u }),
    },
    epochs:
      state === 'queued'
        ? []
        : [1].map((epoch) => ({
            ...{ epoch, train_loss: metric, validation_loss: metric, train_metric: metric, validation_metric: metric },
            learning_rate: 0.1,
            seconds: 1,
          })),
  }));

test('E4: any trials have a place on each axis or none, and are painted once, the best last', () => {
  check(
    fc.property(fc.array(given, { maxLength: 30 }), fc.constantFrom('minimize', 'maximize'), (all, way) => {
      const brush = [{ name: 'learning_rate', low: 1e-3, high: 0.5 }];
      const store = storeOf(documentsOf(all), brush, way);
      const field = new Field(store);
      field.renew();
      assert.equal(field.n, all.length);
      for (const { shares, name } of field.axes)
        for (const [k, share] of shares.entries()) {
          const isThere = share >= 0 && share <= 1;
          assert.ok(isThere || Number.isNaN(share), `${name}: ${share}`);
          if (name === 'momentum') assert.equal(isThere, !all[k].isBare);
        }
      const begun = [...field.looks.keys()].filter((k) => field.looks[k] !== ABSENT);
      assert.deepEqual(
        [...field.order].sort((a, b) => a - b),
        begun,
      );
      const shades = [...field.order].map((k) => (field.looks[k] === LEARNED ? field.shades[k] : -1));
      assert.deepEqual(
        shades,
        [...shades].sort((a, b) => a - b),
      );
      for (const [k, trial] of field.trials.entries()) assert.equal(Boolean(field.out[k]), store.isOut(trial));
      assert.equal(field.kept, begun.filter((k) => !field.out[k]).length);
      const whole = [...field.whole].filter((score) => !Number.isNaN(score));
      const cut = field.cutOf(0.1);
      if (!whole.length) assert.ok(Number.isNaN(cut));
      else {
        const held = whole.filter((score) => (way === 'minimize' ? score <= cut : score >= cut));
        assert.ok(held.length >= Math.ceil(0.1 * whole.length));
        // Without those that are as good as the last there are fewer.
        assert.ok(held.filter((score) => score !== cut).length < Math.ceil(0.1 * whole.length));
      }
    }),
  );
});

test('keys reach every trial along an axis, in both directions', () => {
  const all = [0.3, 0.1, 0.3, 0.9, 0.3, 0].map((u) => ({ state: 'complete', value: 1, metric: 1, u, isBare: false }));
  const field = new Field(storeOf(documentsOf(all)));
  field.renew();
  const { shares } = field.searched[1];
  for (const way of [1, -1]) {
    const seen = [];
    for (let at = field.along(shares, -1, way); at >= 0; at = field.along(shares, at, way)) seen.push(at);
    assert.equal(new Set(seen).size, all.length);
    assert.equal(seen.length, all.length);
    for (const [j, k] of seen.entries()) if (j) assert.ok(way * (shares[k] - shares[seen[j - 1]]) >= 0);
  }
});

test('E4: axes lie inside any width, and a place along one leads back to its share', () => {
  check(
    fc.property(
      fc.integer({ min: 60, max: 4000 }),
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      (width, n, share, flipped) => {
        const places = placesOf(width, n, 40);
        assert.equal(places.tracks.length, n);
        const far = places.down ? places.height : width;
        assert.ok(places.tracks.every((at, k) => at > 0 && at < far && (!k || at > places.tracks[k - 1])));
        const at = placeOf(places, share, flipped);
        assert.ok(at >= 0 && at <= (places.down ? width : places.height));
        if (Math.abs(places.to - places.from) > 1) assert.ok(Math.abs(shareAt(places, at, flipped) - share) < 1e-9);
        assert.equal(placeOf(places, NaN, flipped), places.lane);
      },
    ),
  );
});

test('the line that is found is the nearest', () => {
  const spot = fc.double({ min: 0, max: 300, noNaN: true });
  const line = fc.tuple(spot, spot, spot);
  check(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 20 }),
      spot,
      fc.double({ min: 0, max: 200 }),
      (all, y, x) => {
        fc.pre(!Number.isNaN(x));
        const places = { ...placesOf(800, 3, 20), tracks: [0, 100, 200] };
        const lines = [0, 1, 2].map((j) => Float32Array.from(all, (one) => one[j]));
        const k = nearestLine(places, lines, () => true, x, y, 22);
        const gap = x > 100 ? 1 : 0;
        const far = all.map((_, at) => {
          const [a, b] = [lines[gap][at], lines[gap + 1][at]];
          return Math.abs(a + ((x - 100 * gap) / 100) * (b - a) - y) / Math.hypot(1, (b - a) / 100);
        });
        const least = Math.min(...far);
        if (least > 22) assert.equal(k, -1);
        else if (least < 21.99) assert.ok(far[k] <= least + 1e-6, `${k}`);
      },
    ),
  );
});

test('E4: lines lie inside the picture from end to end, and whole ones have no gap', () => {
  const place = fc.double({ min: -20, max: 80, noNaN: true });
  check(
    fc.property(place, place, place, place, fc.boolean(), (x0, y0, x1, y1, down) => {
      const raster = new Raster(60, 50);
      const [a, b] = x0 < x1 ? [x0, x1] : [x1, x0];
      if (down) raster.down(y0, a, y1, b, 7, true);
      else raster.across(a, y0, b, y1, 7, true);
      const at = (/** @type {number} */ i, /** @type {number} */ j) => raster.pixels[down ? i * 60 + j : j * 60 + i];
      const size = down ? [50, 60] : [60, 50];
      const [from, to] = [Math.max(0, Math.round(a)), Math.min(size[0] - 1, Math.round(b))];
      let before = /** @type {number[]} */ ([]);
      for (let i = from; i <= to; i++) {
        const here = [...Array(size[1]).keys()].filter((j) => at(i, j) === 7);
        assert.ok(here.length, `nothing at ${i}`);
        if (before.length)
          assert.ok(
            here.some((j) => before.some((one) => Math.abs(one - j) <= 1)),
            `a gap before ${i}`,
          );
        before = here;
      }
    }),
  );
});

test('E4: a dot is whole and inside the picture, around its place where there is room', () => {
  const place = fc.double({ min: -20, max: 80, noNaN: true });
  check(
    fc.property(place, place, fc.integer({ min: 1, max: 3 }), (x, y, size) => {
      const raster = new Raster(60, 50);
      raster.dot(raster.cornerOf(x, y, size), size, 7);
      const all = [...raster.pixels.keys()].filter((k) => raster.pixels[k] === 7);
      assert.equal(all.length, size * size);
      const [left, top] = [all[0] % 60, Math.floor(all[0] / 60)];
      assert.ok(all.every((k) => k % 60 >= left && k % 60 < left + size && Math.floor(k / 60) < top + size));
      if (x > 2 && x < 57) assert.ok(Math.abs(left + size / 2 - x) <= 0.5);
      if (y > 2 && y < 47) assert.ok(Math.abs(top + size / 2 - y) <= 0.5);
    }),
  );
});

test('colours keep their bytes, and of lines over each other the last is drawn', () => {
  const [color] = new Uint8ClampedArray(Uint32Array.of(packed('#123')).buffer);
  assert.equal(color, 0x11);
  assert.equal(packed('#112233'), packed('rgb(17 34 51)'));
  const [from, to] = [Float32Array.of(1, 1.4, 90, 1), Float32Array.of(5, 5.4, 5, 60)];
  assert.deepEqual([...uppermost(from, to, [0, 1, 2, 3], 2, 100)], [1, 2, 3]);
});

test('the best lie where they were put, and nowhere where chance put them', () => {
  const random = chance(5);
  let told = 0;
  const times = 300;
  for (let time = 0; time < times; time++) {
    const places = Array.from({ length: 120 }, random);
    const good = goodRange(places, (k) => k < 12);
    assert.ok(good && good.held >= 10 && good.of === 12);
    if (good.told) told++;
  }
  // One in twenty, and as much as 300 draws may miss that by.
  assert.ok(told / times < 0.1, `${told} of ${times} by chance`);
  const planted = Array.from({ length: 400 }, (_, k) => (k < 40 ? 0.6 + 0.05 * random() : random()));
  const found = goodRange(planted, (k) => k < 40);
  assert.ok(found?.told && found.base < 0.2);
  assert.ok(planted[found.low] >= 0.6 && planted[found.high] <= 0.65);
  // Of very many, ranks are counted in bins: the same stretch, and the same trials in it.
  const many = Array.from({ length: 9000 }, (_, k) => (k < 900 ? 0.3 + 0.02 * random() : random()));
  const wide = goodRange(many, (k) => k < 900);
  assert.ok(wide?.told && wide.base < 0.13 && wide.held >= 720);
  assert.equal(
    goodRange([0.1, 0.2, 0.3, 0.4], () => true),
    null,
  );
  assert.ok(chanceOf(12) < 0.8 && chanceOf(100) > chanceOf(6));
});

test('E4: any places have a stretch that holds most of the best, or too few of them', () => {
  const place = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 0.5, NaN));
  check(
    fc.property(fc.array(fc.tuple(place, fc.boolean()), { maxLength: 60 }), (all) => {
      const places = all.map(([one]) => one);
      const isBest = (/** @type {number} */ k) => all[k][1];
      const best = all.filter(([one, is]) => is && one >= 0).length;
      const good = goodRange(places, isBest);
      assert.equal(good === null, best < 5);
      if (good) {
        assert.ok(good.held >= 0.8 * best && good.held <= best && good.of === best);
        assert.ok(good.base > 0 && good.base <= 1 && places[good.low] <= places[good.high]);
      }
      const choices = goodChoices(
        places.map((one) => Math.round(2 * one)),
        3,
        isBest,
      );
      assert.equal(choices === null, best < 5);
      if (choices) assert.ok(choices.held >= 0.8 * best && choices.choices.length >= 1 && choices.base <= 1);
    }),
  );
});

test('E4: any trials have a distribution that only rises towards worse scores, up to those that have one', () => {
  check(
    fc.property(fc.array(given, { maxLength: 30 }), fc.constantFrom('minimize', 'maximize'), (all, way) => {
      const field = new Field(storeOf(documentsOf(all), null, way));
      field.renew();
      const { reached, n, whole } = reachedOf(field, field.score.shares, true, 50);
      const rising = way === 'minimize' ? [...reached] : [...reached].reverse();
      for (const [k, share] of rising.entries()) assert.ok(share <= 1 && (!k || share >= rising[k - 1] - 1e-12));
      assert.equal(n, field.begun);
      assert.ok(Math.abs(rising[rising.length - 1] - (n ? whole / n : 0)) < 1e-12);
      const found = quantilesOf(field, true, [0.1, 0.5, 1]);
      for (const [k, share] of [0.1, 0.5, 1].entries()) {
        const score = found[k];
        const better = [...field.whole].filter(
          (one) => score !== null && (way === 'minimize' ? one <= score : one >= score),
        );
        if (score === null) assert.ok(whole < Math.ceil(share * n) || !n);
        else assert.ok(better.length >= share * n);
      }
    }),
  );
});

test('E4: bars hold every trial once, and all of their lengths', () => {
  check(
    fc.property(fc.array(given, { maxLength: 40 }), fc.integer({ min: 1, max: 60 }), (all, most) => {
      const field = new Field(storeOf(documentsOf(all)));
      field.renew();
      const lengths = Float64Array.from(all, (_, k) => k % 5);
      const bars = barsOf(field, lengths, most);
      assert.ok(bars.length <= most);
      assert.deepEqual(
        bars.flatMap(({ first, end }) => Array.from({ length: end - first }, (_, k) => first + k)),
        [...all.keys()],
      );
      const sum = bars.reduce(
        (total, { first, end, learned, plain, diverged }) => total + (end - first) * (learned + plain + diverged),
        0,
      );
      const whole = lengths.reduce((total, one, k) => total + (field.looks[k] === ABSENT ? 0 : one), 0);
      assert.ok(Math.abs(sum - whole) < 1e-9);
    }),
  );
});

test('whatever ends a trial, its document is one that is read again', () => {
  const trials = new Trials(/** @type {any} */ ({ format: 'tuning-playground/study@1', dataset: { name: 'iris' } }));
  const epoch = { epoch: 1, train_loss: 1, validation_loss: null, train_metric: 0.5, validation_metric: null };
  const ended = STATES.slice(2).map((state, number) => ({ number, state, seed: 0, params: {} }));
  for (const one of ended) {
    // As an earlier build told of trials that kept no epoch.
    const more = { steps: 3, diverged_at: null, value: null, kept_epoch: null };
    const epochs = [{ ...epoch, learning_rate: 0.1, seconds: 0 }];
    trials.merge(/** @type {any} */ ({ ...one, ...more, epochs }));
  }
  assert.equal(ended.length, 5);
  for (const { number, state } of ended) {
    const trial = /** @type {any} */ (trials.get(number));
    assert.equal(trial.kept_epoch, undefined);
    const document = JSON.parse(JSON.stringify(trialDocument(trial)));
    assert.ok(isTrial(document), state);
    assert.ok(isTrial({ ...document, kept_epoch: null }), state);
    assert.ok(!isTrial({ ...document, kept_epoch: -1 }) && !isTrial({ ...document, kept_epoch: '1' }));
  }
});
