import test from 'node:test';
import { DIVERGED, MapSlice, SLOW, TRAINED, UNKNOWN } from '../../www/src/state/map.js';
import {
  SEEDS,
  SIZES,
  axesOf,
  fractal,
  mapFromWords,
  mapWords,
  partOf,
  rangeOf,
  zoomedTo,
} from '../../www/src/study/map.js';
import {
  closer,
  firstAxes,
  mapStudy,
  passesOf,
  pixelsOf,
  nearestOn,
  shareOn,
  sidesOf,
} from '../../www/src/study/pixels.js';
import { checkStudy } from '../../www/src/study/study.js';
import { bandsOf, fill, latenessOf, scaleOf, shade } from '../../www/src/views/map/paint.js';
import { isLeftBehind } from '../../www/src/views/map/follow.js';
import { worksOf } from '../../www/src/views/map/words.js';
import { assert } from './numbers.js';

/** @typedef {import('../../www/src/study/types.js').Study} Study @typedef {any} Any */

/** @type {Any} */
const STUDY = {
  format: 'tuning-playground/study@1',
  dataset: { name: 'moons' },
  fixed: { hidden: [8, 8], optimizer: 'sgd', init: 'normal' },
  space: {
    learning_rate: { type: 'float', low: 1e-4, high: 1, log: true },
    batch_size: { type: 'categorical', choices: [16, 32, 64] },
    dropout: { type: 'float', low: 0, high: 0.5 },
  },
};
const LOG = /** @type {Any} */ ({ type: 'float', low: 1e-3, high: 10, log: true });

test('every pixel is trained once, in passes that each stand on the one before', () => {
  for (const [nx, ny] of [
    [16, 16],
    [64, 64],
    [256, 256],
    [512, 512],
    [3, 128],
    [100, 37],
    [1, 1],
    [256, 32],
    [2, 2],
  ]) {
    const passes = passesOf(nx, ny);
    assert(passes.at(-1)?.join() === '1,1', `${nx} × ${ny} ends whole`);
    const seen = new Uint8Array(nx * ny);
    for (const [at] of passes.entries()) for (const pixel of pixelsOf(nx, ny, passes, at)) seen[pixel]++;
    assert(
      seen.every((one) => one === 1),
      `${nx} × ${ny}`,
    );
    const first = pixelsOf(nx, ny, passes, 0).length;
    assert(first <= Math.max(32, 31) ** 2, `${nx} × ${ny} begins with ${first}`);
  }
});

test('a pixel that is not known yet is that of the coarser pass around it', () => {
  const [nx, ny] = [32, 32];
  const passes = passesOf(nx, ny);
  const layout = { columns: bandsOf(range(nx), nx), rows: bandsOf(range(ny), ny), nx, passes };
  const shades = new Uint16Array(nx * ny);
  for (const pixel of pixelsOf(nx, ny, passes, 0)) shades[pixel] = 1;
  const inks = Uint32Array.from({ length: 600 }, (_, k) => k);
  const image = new Uint32Array(nx * ny);
  fill(image, layout, shades, inks);
  assert(
    image.every((one) => one === 1),
    'the coarse pass fills all',
  );
  shades[0] = 7;
  fill(image, layout, shades, inks);
  // The first pixel lies at the foot, which is the image's last row.
  assert(image[(ny - 1) * nx] === 7 && image[(ny - 1) * nx + 1] === 7 && image[(ny - 2) * nx] === 7, 'its block');
  assert(image[0] === 1, 'and no other');
});

/** @param {number} n */
const range = (n) => Array.from({ length: n }, (_, k) => k);

test('bands are as long as their values begin apart', () => {
  assert([...bandsOf([0, 3, 4], 8)].join('') === '00012222', 'three bands');
  assert([...bandsOf([0], 3)].join('') === '000', 'one band');
});

test("the map's study trains what else is searched as the trial has it", () => {
  const options = { x: 'learning_rate', y: 'init_std', size: 64 };
  const ranges = /** @type {Any} */ ({ x: rangeOf(STUDY, 'learning_rate'), y: rangeOf(STUDY, 'init_std') });
  const trial = /** @type {Any} */ ({ params: { learning_rate: 0.1, batch_size: 64, dropout: 0.25 } });
  for (const [own, batch] of /** @type {Any[]} */ ([
    [trial, 64],
    [null, 16],
  ])) {
    const study = mapStudy(STUDY, own, options, ranges);
    assert(Object.keys(study.space ?? {}).join() === 'learning_rate,init_std', 'its space is the axes');
    assert(study.fixed?.batch_size === batch, `batch ${study.fixed?.batch_size}`);
    assert(study.fixed?.learning_rate === undefined, 'an axis is not fixed');
    assert(study.shared_seeds === true && study.trials === 4096, 'shared seeds, a trial a pixel');
    assert(checkStudy(study) === null, `a study: ${JSON.stringify(checkStudy(study))}`);
  }
  const seeds = mapStudy(STUDY, trial, { ...options, y: SEEDS }, { x: ranges.x, y: null });
  assert(seeds.shared_seeds === false && Object.keys(seeds.space ?? {}).join() === 'learning_rate', 'over seeds');
  assert(JSON.stringify(STUDY).includes('batch_size'), 'the study itself stays');
});

test('axes are what can be swept and is used', () => {
  const able = axesOf(STUDY);
  for (const name of ['learning_rate', 'init_std', 'batch_size', 'activation']) assert(able.includes(name), name);
  for (const name of ['hidden', 'beta1', 'hidden_units', 'epsilon']) assert(!able.includes(name), name);
  assert(firstAxes(STUDY, null).join() === 'learning_rate,dropout', firstAxes(STUDY, null).join());
  const bare = /** @type {Any} */ ({ ...STUDY, space: {} });
  assert(firstAxes(bare, null).join() === 'learning_rate,init_std', firstAxes(bare, null).join());
  // Settings that the trial does not use are no axes: the engine refuses to sweep them.
  const conditional = /** @type {Any} */ ({
    ...STUDY,
    fixed: { hidden: [4] },
    space: {
      optimizer: { type: 'categorical', choices: ['momentum', 'adam'] },
      learning_rate: LOG,
      momentum: { type: 'float', low: 0.1, high: 0.9 },
    },
  });
  for (const [params, wanted] of /** @type {[Any, string][]} */ ([
    [{ optimizer: 'adam', learning_rate: 0.1 }, 'learning_rate,optimizer'],
    [{ optimizer: 'momentum', learning_rate: 0.1, momentum: 0.5 }, 'learning_rate,momentum'],
  ])) {
    const found = firstAxes(conditional, { params });
    assert(found.join() === wanted, `${params.optimizer}: ${found}`);
    const [x, y] = found;
    const ranges = /** @type {Any} */ ({ x: rangeOf(conditional, x), y: rangeOf(conditional, y) });
    const pixels = mapStudy(conditional, { params }, { x, y, size: 16 }, ranges);
    assert(checkStudy(pixels) === null, JSON.stringify(checkStudy(pixels)));
  }
});

test('a window is a part of the range in its own scale, within what the hyperparameter takes', () => {
  const part = partOf('learning_rate', LOG, 0.25, 0.5);
  assert(Math.abs(Number(part.low) - 0.01) < 1e-9 && Math.abs(Number(part.high) - 0.1) < 1e-9, JSON.stringify(part));
  const wide = partOf('learning_rate', LOG, -100, 100);
  assert(Number(wide.low) > 0 && Number(wide.high) <= 1e9, JSON.stringify(wide));
  const whole = partOf('hidden_units', /** @type {Any} */ ({ type: 'int', low: 8, high: 128, log: true }), 0.4, 0.41);
  assert(Number.isInteger(whole.low) && Number.isInteger(whole.high) && Number(whole.high) > Number(whole.low), 'int');
  const choices = /** @type {Any} */ ({ type: 'categorical', choices: ['a', 'b'] });
  assert(partOf('activation', choices, 0.2, 0.4) === choices, 'choices have no parts');
  for (const [from, to] of [
    [0.5, 0.5],
    [1, 0],
    [NaN, 1],
    [0, NaN],
    [0.3, 0.3 + 1e-13],
  ])
    assert(partOf('learning_rate', LOG, from, to) === LOG, `${from} .. ${to} is no part`);
});

test('zooming in for ever ends, and every window on the way is a study', () => {
  const options = { x: 'learning_rate', y: 'momentum', size: 16 };
  let ranges = /** @type {Any} */ ({ x: LOG, y: { type: 'float', low: 0.5, high: 0.999, scale: 'log1m' } });
  const study = /** @type {Any} */ ({ ...STUDY, fixed: { optimizer: 'momentum' }, space: {} });
  let steps = 0;
  for (; steps < 200; steps++) {
    const next = zoomedTo(options, ranges, [0.3, 0.6, 0.4, 0.7]);
    if (JSON.stringify(next) === JSON.stringify(ranges)) break;
    ranges = next;
    const problem = checkStudy(mapStudy(study, null, options, ranges));
    assert(problem === null, `${steps}: ${JSON.stringify(problem)}`);
  }
  assert(steps > 8 && steps < 60, `${steps} windows`);
  assert(closer(LOG, ranges.x) > 1000, 'far in');
});

test('values lie where the engine has their pixels', () => {
  assert(nearestOn(LOG, [0.001, 0.1, 1, 10], 0.4) === 2 && nearestOn(LOG, [0.01, 0.1], 5) === 1, 'the nearest');
  assert(nearestOn(null, [0, 1, 2, 3], 2) === 2, 'seeds');
  assert(shareOn(LOG, 1e-3) === 0 && Math.abs(shareOn(LOG, 10) - 1) < 1e-12, 'ends');
  assert(Math.abs(shareOn(LOG, 0.1) - 0.5) < 1e-12, 'the middle of a logarithm');
  const choices = /** @type {Any} */ ({ type: 'categorical', choices: ['sgd', 'adam'] });
  assert(shareOn(choices, 'adam') === 0.75 && Number.isNaN(shareOn(choices, 'gd')), 'choices');
  const whole = /** @type {Any} */ ({ type: 'int', low: 1, high: 4 });
  assert(shareOn(whole, 1) === 0.125 && shareOn(whole, 4) === 0.875, 'whole numbers are bands');
  assert(Number.isNaN(shareOn(LOG, undefined)), 'nothing has no place');
});

/** @param {number} n @param {number | null} limit */
function sliceOf(n, limit) {
  const slice = new MapSlice(() => {});
  const axis = (/** @type {number} */ k) => ({ name: 'x', values: range(k), starts: range(k) });
  const head = /** @type {Any} */ ({ x: axis(n), y: axis(n), limit, metric: 'train_loss' });
  slice.begin(
    /** @type {Any} */ ({ options: { x: 'x', y: 'y', size: n }, ranges: {}, key: '', study: {}, trial: null }),
  );
  slice.lay(head, { steps: 0, seconds: null, bytes: 0, workers: 1, plan: '' }, /** @type {Any} */ ({}));
  return slice;
}

test('a pixel is trained below the limit, slow from it on, diverged with its step, and told once', () => {
  const slice = sliceOf(2, 0.6);
  slice.take(Float64Array.of(0, 0.3, 0, 1, 0.6, 0, 2, NaN, 7));
  assert([...slice.known].join() === [TRAINED, SLOW, DIVERGED, UNKNOWN].join(), [...slice.known].join());
  assert(slice.done === 3 && slice.steps[2] === 7, 'counted');
  slice.take(Float64Array.of(0, 99, 0, 77, 1, 0, NaN, 1, 0));
  assert(slice.losses[0] === 0.3 && slice.done === 3, 'what is known, or is no pixel, changes nothing');
  const free = sliceOf(1, null);
  free.take(Float64Array.of(0, 5, 0));
  assert(free.known[0] === TRAINED, 'where guessing is right all that end are trained');
});

test('the way back has all that was known, and forgets the oldest where there is no room', () => {
  const slice = sliceOf(2, 0.6);
  slice.take(Float64Array.of(3, 0.1, 0));
  const { past } = slice;
  slice.begin(/** @type {Any} */ ({ options: slice.options, ranges: {}, key: '', study: {}, trial: null }), past);
  assert(slice.n === 0 && slice.history.length === 1, 'another window');
  slice.back(0);
  assert(slice.done === 1 && slice.losses[3] === 0.1 && Number(slice.history.length) === 0, 'as it was');
  assert(slice.state === 'paused', slice.state);
  slice.history = range(20).map(() => ({ ...slice.now, known: new Uint8Array(512 * 512) }));
  assert(slice.past.length < 10, `${slice.past.length} windows of 512 × 512`);
});

test('colours: the best loss is deepest, what held out longest is darkest, all losses have one', () => {
  for (const limit of [0.6, null]) {
    const columns = {
      losses: Float64Array.of(0.01, 0.1, 0.5, 0, 1e-300, NaN),
      steps: Float64Array.of(0, 0, 0, 0, 0, 9),
      known: Uint8Array.of(TRAINED, TRAINED, TRAINED, TRAINED, TRAINED, DIVERGED),
    };
    const scale = scaleOf(columns, limit);
    assert(scale.best > 0 && scale.best < scale.worst, JSON.stringify(scale));
    const shades = new Uint16Array(6);
    shade(shades, columns, scale, 100);
    assert(shades.every((one) => one > 0) && shades[0] > shades[1] && shades[1] > shades[2], [...shades].join());
  }
  const nothing = { losses: new Float64Array(3), steps: new Float64Array(3), known: new Uint8Array(3) };
  for (const limit of [0.6, 0, null]) {
    const { best, worst } = scaleOf(nothing, limit);
    assert(best > 0 && worst > best && Number.isFinite(worst), `${limit}: ${best} ${worst}`);
  }
  assert(latenessOf(1, 100) === 0 && latenessOf(100, 100) === 1 && latenessOf(10, 100) === 0.5, 'on a logarithm');
  assert(latenessOf(5, 1) === 0 && latenessOf(0, 10) === 0 && latenessOf(1e9, 10) === 1, 'edges');
});

test('over seeds, rates with which every seed trained stand in runs', () => {
  const known = Uint8Array.from([1, 1, 2, 1, 1, 1, /**/ 1, 1, 1, 1, 3, 1]);
  const { share, runs } = worksOf({ known }, 6, 2);
  assert(share.join() === '1,1,0.5,1,0.5,1', share.join());
  assert(JSON.stringify(runs) === '[[0,1],[3,3],[5,5]]', JSON.stringify(runs));
  assert(worksOf({ known: new Uint8Array(12) }, 6, 2).runs.length === 0, 'nothing is known');
});

test('the fractal example is a study, of full batches', () => {
  const study = fractal(STUDY);
  assert(checkStudy(study) === null, JSON.stringify(checkStudy(study)));
  assert(study.fixed?.optimizer === 'gd' && study.objective?.metric === 'train_loss', 'full batches, train loss');
  assert(firstAxes(study, null).join() === 'learning_rate,init_std', firstAxes(study, null).join());
  for (const size of SIZES) assert(sidesOf({ x: 'x', y: SEEDS, size })[1] <= 32, 'few seeds');
});

test('a link says which map it is, and anything else is none', () => {
  const ranges = /** @type {Any} */ ({ x: rangeOf(STUDY, 'learning_rate'), y: rangeOf(STUDY, 'init_std') });
  const options = { x: 'learning_rate', y: 'init_std', size: 128 };
  assert(mapWords(STUDY, options, ranges) === 'learning_rate,init_std,128', 'the whole range');
  for (const box of /** @type {Any[]} */ ([
    [0.1, 0.3, 0.2, 0.9],
    [-0.5, 1.5, -0.2, 1.2],
    [0.4999, 0.5, 0.2, 0.2001],
  ])) {
    const part = zoomedTo(options, ranges, box);
    const again = mapFromWords(STUDY, mapWords(STUDY, options, part));
    assert(JSON.stringify(again?.ranges) === JSON.stringify(part), JSON.stringify([again, part]));
  }
  assert(mapWords(STUDY, { ...options, y: SEEDS }, { x: ranges.x, y: null }) === 'learning_rate,seeds,128', 'seeds');
  assert(mapFromWords(STUDY, 'learning_rate,seeds,128')?.ranges.y === null, 'seeds');
  for (const text of [
    '',
    'a,b,128',
    'learning_rate,learning_rate,64',
    'learning_rate,init_std,100',
    'seeds,init_std,64',
  ])
    assert(mapFromWords(STUDY, text) === null, text);
  for (const text of ['1,0', '0,1', '-1,1', 'x,y', '1e400,2', '1,1', ',,1', '1e-300,1e300']) {
    const found = mapFromWords(STUDY, `learning_rate,init_std,64,${text}`);
    const problem = found && checkStudy(mapStudy(STUDY, null, found.options, found.ranges));
    assert(found !== null && problem === null, `${text}: ${JSON.stringify(problem)}`);
  }
});

test('another size of a map keeps the networks that are trained already', () => {
  const coarse = sliceOf(4, 0.6);
  coarse.take(Float64Array.of(5, 0.25, 0, 15, NaN, 9));
  const { now } = coarse;
  const fine = sliceOf(8, 0.6);
  const head = /** @type {Any} */ (fine.head);
  head.x.values = head.y.values = range(8).map((k) => k / 2);
  fine.inherit(now);
  assert(fine.done === 2 && fine.losses[2 * 8 + 2] === 0.25 && fine.steps[6 * 8 + 6] === 9, 'where they belong');
  const back = sliceOf(4, 0.6);
  back.inherit({ ...fine.now });
  assert(back.done === 2 && back.losses[5] === 0.25, 'and back');
});

test('a map that nobody has trained follows the study, one that was trained stays', () => {
  const slice = new MapSlice(() => {});
  const given = { options: { x: 'learning_rate', y: 'momentum', size: 16 }, ranges: {}, study: {}, trial: null };
  assert.equal(isLeftBehind(slice, 'b'), false);
  slice.begin(/** @type {any} */ ({ ...given, key: 'a' }));
  // It is still laid out.
  assert.equal(isLeftBehind(slice, 'b'), false);
  for (const state of /** @type {const} */ (['ready', 'paused', 'failed'])) {
    slice.go(state);
    assert.deepEqual([isLeftBehind(slice, 'a'), isLeftBehind(slice, 'b')], [false, true], state);
  }
  for (const state of /** @type {const} */ (['training', 'waiting'])) {
    slice.go(state);
    assert.equal(isLeftBehind(slice, 'b'), false, state);
  }
  // The engine went while it was laid out: nothing else would lay it out again.
  slice.go('none');
  assert.equal(isLeftBehind(slice, 'a'), true);
  slice.go('paused');
  const axis = (/** @type {string} */ name) => ({ name, values: [0.1, 0.2], starts: [0, 1] });
  const head = /** @type {const} */ ({ x: axis('a'), y: axis('b'), limit: 1, metric: 'validation_loss' });
  slice.lay(head, /** @type {any} */ ({}), /** @type {any} */ ({}));
  assert.equal(isLeftBehind(slice, 'b'), true);
  slice.take(Float64Array.of(0, 0.5, 0));
  assert.equal(isLeftBehind(slice, 'b'), false);
});
