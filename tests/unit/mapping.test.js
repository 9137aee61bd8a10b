import test from 'node:test';
import { Mapping } from '../../www/src/engine/mapping.js';
import { DIVERGED, MapSlice, UNKNOWN } from '../../www/src/state/map.js';
import { mapFromWords, rangeOf } from '../../www/src/study/map.js';
import { assert } from './numbers.js';

/** How a map is dealt to Workers, with Workers that only pretend. @typedef {any} Any */

// Three Workers, whatever machine this is.
Object.defineProperty(globalThis, 'navigator', { value: { hardwareConcurrency: 4 }, configurable: true });

const STUDY = /** @type {Any} */ ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'moons' },
  fixed: { hidden: [8], optimizer: 'sgd', init: 'normal' },
  space: { learning_rate: { type: 'float', low: 1e-3, high: 10, log: true } },
});
const OPTIONS = { x: 'learning_rate', y: 'init_std', size: 64 };
const RANGES = /** @type {Any} */ ({ x: rangeOf(STUDY, 'learning_rate'), y: rangeOf(STUDY, 'init_std') });

const pause = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

/** A Worker's answers: a pixel ends at once, odd ones diverge. @param {Any} [told] what it was asked, and how it fails */
function worker(told = {}) {
  let [turn, id] = [0, 0];
  told.trained ??= [];
  const axis = (/** @type {string} */ name, /** @type {number} */ n) => ({
    name,
    values: Array.from({ length: n }, (_, k) => k / n),
    starts: Array.from({ length: n }, (_, k) => k),
  });
  const map = /** @type {Record<string, Function>} */ ({
    stop: () => void turn++,
    estimate: () => ({ steps: 10, bytes: 1000, pace: 2e-4, info: { plan: 'lanes' } }),
    train: async (/** @type {number} */ own, /** @type {Uint32Array} */ pixels) => {
      const at = turn;
      await pause(told.slow ?? 0);
      if (told.fails?.()) throw Object.assign(new Error('lost'), { problem: { code: told.code ?? 'unexpected' } });
      if (own !== id) throw Object.assign(new Error('gone'), { problem: { code: 'unexpected', detail: 'gone' } });
      // What was stopped comes home half done.
      const done = at === turn ? pixels : pixels.subarray(0, pixels.length >> 1);
      told.trained.push(...done);
      const ended = Float64Array.from([...done].flatMap((pixel) => [pixel, pixel % 2 ? NaN : 0.1, pixel % 2 ? 5 : 0]));
      return { ended, steps: 10 * done.length, resumed: false, ms: 2 * done.length };
    },
  });
  return {
    call: async (/** @type {string} */ call, /** @type {Any[]} */ ...args) => {
      await pause();
      if (call === 'choose') return { backend: told.backend ?? 'cpu', adapter: '', software: false, reason: 'asked' };
      if (call === 'beginMap') {
        [id] = args;
        const [across, up] = args[1].sides;
        return { x: axis(args[1].x, across), y: axis(args[1].y, up), limit: 0.6, metric: 'validation_loss' };
      }
      return map[args[0]](...args.slice(1));
    },
  };
}

/** @param {Any} [told] @param {Any} [store] */
function mapping(told = {}, store = {}) {
  const slice = new MapSlice(() => {});
  const workers = /** @type {Any[]} */ ([]);
  const client = (/** @type {number} */ k) => (workers[k] ??= worker(told));
  const all = { study: STUDY, stale: false, selected: null, choice: 'auto', reports: { map: slice }, ...store };
  return { maps: new Mapping(/** @type {Any} */ (all), () => /** @type {Any} */ ({ client, base: '' })), slice, told };
}

/** @param {MapSlice} slice @param {string} state */
async function until(slice, state) {
  for (let k = 0; k < 2000 && slice.state !== state; k++) await pause(1);
  assert(slice.state === state, `${slice.state}, not ${state}: ${JSON.stringify(slice.problem)}`);
}

/** @param {MapSlice} slice @param {number} n */
async function reached(slice, n) {
  for (let k = 0; k < 2000 && slice.done < n; k++) await pause(1);
  assert(slice.done >= n, `${slice.done} of ${n}: ${slice.state} ${JSON.stringify(slice.problem)}`);
}

test('every pixel is trained once, by whatever Workers', async () => {
  const { maps, slice, told } = mapping();
  await maps.plan(OPTIONS, RANGES, false);
  assert(slice.state === 'ready' && slice.n === 4096 && Number(slice.cost?.seconds) > 0, slice.state);
  await maps.start();
  await until(slice, 'done');
  assert(told.trained.length === 4096 && new Set(told.trained).size === 4096, `${told.trained.length} trained`);
  assert(slice.counts[DIVERGED] === 2048 && slice.counts[UNKNOWN] === 0, [...slice.counts].join());
});

test('a run goes first, and nothing is trained meanwhile; what is left is trained after it', async () => {
  const { maps, slice, told } = mapping({ slow: 2 });
  await maps.plan(OPTIONS, RANGES, false);
  void maps.start();
  await reached(slice, 500);
  maps.yield(true);
  assert(slice.state === 'waiting', slice.state);
  await pause(20);
  const { done } = slice;
  await pause(40);
  assert(slice.done === done && done < 4096, 'it waits');
  maps.yield(false);
  await until(slice, 'done');
  assert(slice.done === 4096, 'all of it');
  assert(told.trained.length < 4096 + 200, `${told.trained.length} trained: nothing that was known is trained again`);
});

test('pause and go on, another window and the way back keep what is known', async () => {
  const { maps, slice, told } = mapping({ slow: 1 });
  await maps.plan(OPTIONS, RANGES, false);
  void maps.start();
  await reached(slice, 300);
  maps.pause();
  await pause(20);
  const { done } = slice;
  const part = { ...RANGES, x: { ...RANGES.x, low: 0.1, high: 1 } };
  await maps.plan(OPTIONS, part, true);
  assert(slice.done === 0 && slice.history.length === 1, 'another window begins with nothing');
  assert(slice.study?.space?.learning_rate.low === 0.1, 'and is a part of the same study');
  void maps.start();
  await until(slice, 'done');
  await maps.back(0);
  assert(slice.done === done && slice.state === 'paused', `${slice.done}, ${slice.state}`);
  told.trained.length = 0;
  void maps.start();
  await until(slice, 'done');
  assert(told.trained.length === 4096 - done, `${told.trained.length} of ${4096 - done} were left`);
});

test('a Worker that fails ends the map with its problem; what is known stays, and another try goes on', async () => {
  let left = 12;
  const { maps, slice } = mapping({ slow: 1, fails: () => left-- === 0 });
  await maps.plan(OPTIONS, RANGES, false);
  void maps.start();
  await until(slice, 'failed');
  assert(slice.problem?.code === 'unexpected' && slice.done > 0, JSON.stringify(slice.problem));
  const { done } = slice;
  void maps.start();
  await until(slice, 'done');
  assert(done < 4096, 'it had failed before its end');
});

test('a GPU that is lost under auto: the map begins anew on the CPU, and under gpu it says so', async () => {
  for (const choice of ['auto', 'gpu']) {
    let left = 2;
    const told = { backend: 'gpu', code: 'device_lost', fails: () => left-- === 0 };
    const { maps, slice } = mapping(told, { choice });
    await maps.plan({ ...OPTIONS, size: 128 }, RANGES, false);
    assert(slice.backend?.backend === 'gpu', 'on the GPU');
    void maps.start();
    await until(slice, choice === 'auto' ? 'done' : 'failed');
    assert(slice.backend?.backend === (choice === 'auto' ? 'cpu' : 'gpu'), String(slice.backend?.backend));
    assert(choice === 'auto' ? slice.done === 128 * 128 : slice.problem?.code === 'device_lost', choice);
  }
});

test('of many maps asked for in a row the last one counts', async () => {
  const { maps, slice } = mapping();
  const asked = [16, 32, 64, 16].map((size) => maps.plan({ ...OPTIONS, size }, RANGES, false));
  await Promise.all(asked);
  assert(slice.state === 'ready' && slice.n === 256, `${slice.state} ${slice.n}`);
  void maps.start();
  await until(slice, 'done');
  assert(slice.done === 256, `${slice.done}`);
});

test('an engine that is gone leaves a map that can go on', async () => {
  const { maps, slice } = mapping({ slow: 1 });
  await maps.plan(OPTIONS, RANGES, false);
  void maps.start();
  await reached(slice, 100);
  maps.dispose();
  assert(slice.state === 'paused' && slice.done >= 100, slice.state);
  void maps.start();
  await until(slice, 'done');
});

test('a map that follows the study keeps the axes and the window that were chosen, as far as there are any', async () => {
  const store = /** @type {Any} */ ({});
  const { maps, slice } = mapping({}, store);
  const all = /** @type {Any} */ (maps).store;
  Object.defineProperty(all, 'map', { get: () => slice });
  const axes = () => `${slice.options?.x} ${slice.options?.y} ${slice.options?.size}`;
  const sweep = (/** @type {Any} */ space, fixed = STUDY.fixed) => {
    all.study = { ...STUDY, fixed, space: { ...STUDY.space, ...space } };
    return maps.anew(true);
  };
  // Nobody has chosen any: what the study sweeps since is one.
  await maps.lay({ size: 16 });
  const began = axes();
  await sweep({ l2: { type: 'float', low: 0.001, high: 1, log: true } });
  assert(axes() === 'learning_rate l2 16' && began !== axes(), `${began}, ${axes()}`);
  // A link asks for one that is not swept, and for a part of it.
  const asked = mapFromWords(STUDY, 'learning_rate,weight_decay,32,0.1,1');
  assert(asked);
  await maps.plan(asked.options, asked.ranges, false);
  await sweep({ l2: { type: 'float', low: 0.01, high: 1, log: true } }, { ...STUDY.fixed, epochs: 5 });
  assert(
    axes() === 'learning_rate weight_decay 32' && slice.ranges?.x.low === 0.1,
    `${axes()} ${slice.ranges?.x.low}`,
  );
  // One that the study has no more gives way.
  await sweep({ l2: { type: 'float', low: 0.01, high: 1, log: true } }, { ...STUDY.fixed, optimizer: 'lbfgs' });
  assert(!axes().includes('weight_decay'), axes());
  await maps.anew();
  assert(!axes().includes('weight_decay'), axes());
});
