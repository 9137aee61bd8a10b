import { workersOn } from './cores.js';
import { UNKNOWN } from '../state/map.js';
import { Trials } from '../state/trials.js';
import { SEEDS, mapFromWords, mapWords, rangeOf } from '../study/map.js';
import { firstAxes, mapStudy, passesOf, pixelsOf, sidesOf } from '../study/pixels.js';
import { keyOf } from '../study/same.js';

/**
 * The trainability map of the page: all Workers train its pixels, in shares, coarse passes first, and the state is
 * told what comes of it. A run goes first: meanwhile the map waits, and goes on by itself.
 *
 * @typedef {import('./client.js').Client} Client
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {import('../study/types.js').BackendInfo} BackendInfo
 * @typedef {import('../study/map.js').MapOptions} MapOptions
 * @typedef {import('../study/map.js').Ranges} Ranges
 * @typedef {object} Pool
 * @property {(index: number) => Client} client
 * @property {string} base what data files are resolved against
 */

/** Pixels along a side at first. */
const USUAL = 128;
/** A share is planned to take so long, in ms, on the CPU and on a device, which takes many networks at once. */
const SHARE = { cpu: 60, gpu: 400 };
/** Pixels of a share, at least and at most; the first one, before anything is known of a pixel's time. */
const LEAST = { cpu: 4, gpu: 256 };
const MOST = { cpu: 1024, gpu: 16_384 };
const FIRST = { cpu: 32, gpu: 1024 };
/** Bytes of the networks that train at once (`Backend::wave_bytes`). */
const WAVE_BYTES = { cpu: 2 ** 26, gpu: 2 ** 29 };
/** Shares that a Worker has at a time: it never waits for the page. */
const AHEAD = 2;
/** A study of more trials is no other to who chooses a backend. */
const CHOICE_TRIALS = 4096;
/** Problems of the GPU, for which the CPU is the way out. */
const OF_GPU = ['no_gpu', 'gpu', 'gpu_wrong', 'device_lost'];

/** @param {unknown} error @returns {Problem} */
const problemOf = (error) =>
  /** @type {any} */ (error)?.problem ?? {
    code: 'unexpected',
    detail: String(/** @type {any} */ (error)?.message ?? error),
  };

/** Where the GPU has failed. */
const ON_CPU = {
  backend: /** @type {const} */ ('cpu'),
  adapter: 'WASM SIMD',
  software: false,
  reason: /** @type {const} */ ('gpu_failed'),
};

export class Mapping {
  /** @param {import('../state/store.js').Store} store @param {() => Pool} pool */
  constructor(store, pool) {
    /** @private */ this.store = store;
    /** @private */ this.pool = pool;
    /** @private grows with every map, and with every stop */ this.turn = 0;
    /** @private whether a run trains */ this.busy = false;
    /** @private the map that each Worker has made ready @type {Map<Client, number>} */ this.ready = new Map();
    /** @private the map that Workers are to have */ this.id = 0;
    /** @private @type {'gpu' | 'cpu'} */ this.backend = 'cpu';
    /** @private @type {{pass: number, at: number, pixels: Uint32Array} | null} */ this.place = null;
    /** @private seconds of a Worker that a pixel takes */ this.each = 0;
    /** @private what somebody has chosen of the map, as a link says it; nothing of the one that a study begins with */
    this.chosen = '';
    /** @private whether the GPU has failed a map under `auto` */ this.isFallen = false;
  }

  /** @private */
  get slice() {
    return this.store.reports.map;
  }

  /** @private */
  get given() {
    const { options, study } = this.slice;
    if (!options || !study) throw new Error('there is no map');
    return { study: JSON.stringify(study), x: options.x, y: options.y, sides: sidesOf(options) };
  }

  /** @private The trial whose settings the pixels have beside their axes. */
  get trial() {
    const { stale, selected } = this.store;
    return stale ? null : selected;
  }

  /** A map of other axes or of another size; without changes of the study as it is now, where it is another one.
   * @param {Partial<MapOptions>} [changes] */
  lay(changes = {}) {
    const { study, map } = this.store;
    const [x, y] = firstAxes(study, this.trial);
    const before = map.options ?? { x, y, size: USUAL };
    const options = { ...before, ...changes, size: changes.size ?? before.size };
    // The axes change places rather than be one.
    if (changes.x !== undefined && options.x === options.y) options.y = before.x;
    if (changes.y !== undefined && options.x === options.y) options.x = before.y;
    const ranges = { x: rangeOf(study, options.x), y: rangeOf(study, options.y) };
    // An axis that the study has no more, or that a map cannot begin with.
    if (!ranges.x) {
      Object.assign(options, { x, y });
      Object.assign(ranges, { x: rangeOf(study, x), y: rangeOf(study, y) });
    }
    const isSame = map.options && options.x === before.x && options.y === before.y && map.ranges;
    // A finer map of the same part of the plane.
    const own = isSame && changes.size !== undefined ? map.ranges : ranges;
    return this.plan(options, /** @type {Ranges} */ (own), false);
  }

  /** A map of the study as it is, of the axes that its map begins with.
   * @param {boolean} [isFollowing] whether what was chosen stays, as far as the study still has it */
  anew(isFollowing = false) {
    const { study, map } = this.store;
    const size = map.options?.size ?? USUAL;
    const kept = isFollowing && this.chosen ? mapFromWords(study, this.chosen) : null;
    if (kept) return this.plan({ ...kept.options, size }, kept.ranges, false);
    this.slice.put({ options: null });
    return this.lay({ size });
  }

  /** A map of the study as it is, of these axes, or of another part of them; nothing is trained yet.
   * @param {MapOptions} options @param {Ranges} ranges @param {boolean} isPart whether the way back leads here */
  async plan(options, ranges, isPart) {
    const { store, slice } = this;
    const { trial } = this;
    const history = isPart ? slice.past : [];
    const first = firstAxes(store.study, trial);
    const words = mapWords(store.study, options, ranges);
    this.chosen = words === [...first, options.size].join() ? '' : words;
    this.halt();
    // A part of a map is of the study that it was made of.
    const study =
      isPart && slice.study
        ? { ...slice.study, space: { [options.x]: ranges.x, ...(ranges.y ? { [options.y]: ranges.y } : {}) } }
        : mapStudy(store.study, trial, options, ranges);
    const key = isPart ? slice.key : keyOf(store.study);
    const number = isPart ? slice.trial : (trial?.number ?? null);
    const before = slice.study && slice.ranges ? slice.now : null;
    const textOf = (/** @type {Study | null} */ one) => JSON.stringify({ ...one, trials: 0 });
    const isFiner = before !== null && before.head !== null && textOf(before.study) === textOf(study);
    if (!isPart && !isFiner) this.each = 0;
    slice.begin({ options, ranges, key, study, trial: number }, history);
    if (isFiner) await this.prepareFrom(before);
    else await this.prepare();
  }

  /** @private The same where some of its networks are known already, if the same way of training them is taken.
   * @param {import('../state/map.js').Sheet} before @returns {Promise<boolean>} whether the map is wanted still */
  async prepareFrom(before) {
    const { slice } = this;
    const isLaid = await this.prepare();
    const isAlike = before.backend?.backend === slice.backend?.backend && before.cost?.plan === slice.cost?.plan;
    if (!isLaid || !isAlike) return isLaid;
    slice.inherit(before);
    if (slice.state === 'ready' && slice.done === slice.n) slice.go('done');
    return true;
  }

  /** @private What an earlier visit trained counts where the same trains on.
   * @returns {Promise<boolean>} whether there is something to train */
  async takeUp() {
    const { slice } = this;
    const before = slice.now;
    slice.put({ earlier: false, state: 'planning' });
    const isLaid = await this.prepareFrom(before);
    if (isLaid && slice.done) slice.put({ taken: before.taken, seconds: before.seconds });
    return isLaid && slice.state === 'ready';
  }

  /** @private Lets the Workers lay the map out, and says what it will take. */
  async prepare() {
    const { slice, turn } = this;
    const isWanted = () => turn === this.turn;
    await this.guarded(isWanted, async () => {
      const pool = this.pool();
      const lead = pool.client(0);
      const backend = await this.choose(lead, pool.base);
      if (!isWanted()) return;
      this.backend = backend.backend === 'gpu' ? 'gpu' : 'cpu';
      const id = ++this.id;
      const head = await this.layOn(lead, id);
      const pixels = head.x.values.length * head.y.values.length;
      // Of a part of the same map it is known what a pixel takes.
      const isMeasured = !this.busy && this.each === 0;
      const { steps, bytes, pace, info } = await lead.call('map', 'estimate', id, pixels, isMeasured);
      if (!isWanted()) return;
      const workers = this.backend === 'cpu' ? workersOn() : 1;
      if (pace !== null) this.each = pace * steps;
      // What trains at once is held to so many bytes, as in any run.
      const wave = Math.max(bytes, Math.min(WAVE_BYTES[this.backend], bytes * Math.min(pixels, this.shareOf())));
      const seconds = this.each ? (this.each * pixels) / workers : null;
      const cost = { steps: steps * pixels, seconds, bytes: wave * workers, workers, plan: info.plan };
      slice.lay(head, cost, backend);
      if (slice.state === 'planning') slice.go('ready');
    });
    return isWanted();
  }

  /** @private @param {Client} lead @param {string} base @returns {Promise<BackendInfo>} */
  async choose(lead, base) {
    const { study } = this.slice;
    if (this.isFallen) return { ...ON_CPU, workers: workersOn() };
    const some = { ...study, trials: Math.min(CHOICE_TRIALS, study?.trials ?? 1) };
    return lead.call('choose', this.store.choice, JSON.stringify(some), base, workersOn());
  }

  /** @private @param {Client} client @param {number} id */
  async layOn(client, id) {
    const head = await client.call('beginMap', id, this.given, this.backend, this.pool().base);
    this.ready.set(client, id);
    return head;
  }

  /** Trains what is not known yet. */
  async start() {
    const { slice } = this;
    if (!slice.study || slice.state === 'training' || slice.state === 'planning') return;
    if (!slice.head && !(await this.prepare())) return;
    if (!slice.head) return;
    if (slice.earlier && !(await this.takeUp())) return;
    if (this.busy) return slice.go('waiting');
    this.halt();
    const { turn } = this;
    const isWanted = () => turn === this.turn;
    const [nx, ny] = slice.size;
    const passes = passesOf(nx, ny);
    this.place = { pass: 0, at: 0, pixels: pixelsOf(nx, ny, passes, 0) };
    slice.go('training');
    await this.guarded(isWanted, async () => {
      const { client } = this.pool();
      const workers = this.backend === 'cpu' ? workersOn() : 1;
      const clients = Array.from({ length: workers }, (_, k) => client(k));
      const began = performance.now();
      const before = slice.seconds;
      const { id } = this;
      const lanes = clients.flatMap((one) => {
        const laid = this.ready.get(one) === id ? Promise.resolve() : this.layOn(one, id);
        return Array.from({ length: AHEAD }, async () => {
          await laid;
          while (isWanted()) {
            const share = this.next();
            if (!share.length) return;
            const told = await one.call('map', 'train', id, share);
            // What comes late of this map is worth as much.
            if (id !== this.id || slice.known.length === 0) return;
            slice.taken += told.steps;
            if (isWanted()) slice.seconds = before + (performance.now() - began) / 1000;
            this.pace(share.length, told);
            slice.take(told.ended);
          }
        });
      });
      await Promise.all(lanes);
      // Where a Worker was replaced on the way, its share is left.
      if (isWanted()) slice.go(slice.done === slice.n ? 'done' : 'paused');
    });
  }

  /** @private Pixels of the next share, which nobody has trained. @returns {Uint32Array} */
  next() {
    const { slice, place } = this;
    if (!place) return new Uint32Array();
    const most = this.shareOf();
    const [nx, ny] = slice.size;
    const passes = passesOf(nx, ny);
    const share = [];
    while (share.length < most) {
      if (place.at >= place.pixels.length) {
        // A pass ends before the next begins in another share, so that the picture grows evenly.
        if (share.length || place.pass + 1 >= passes.length) break;
        place.pass++;
        place.at = 0;
        place.pixels = pixelsOf(nx, ny, passes, place.pass);
        continue;
      }
      const pixel = place.pixels[place.at++];
      if (slice.known[pixel] === UNKNOWN) share.push(pixel);
    }
    return Uint32Array.from(share);
  }

  /** @private Pixels of a share by what one takes. */
  shareOf() {
    const { backend, each } = this;
    if (!each) return FIRST[backend];
    const n = SHARE[backend] / 1000 / each;
    return Math.max(LEAST[backend], Math.min(MOST[backend], 4 * Math.round(n / 4)));
  }

  /** @private Learns what a pixel takes. @param {number} n @param {{ms: number, ended: Float64Array}} told */
  pace(n, { ms, ended }) {
    if (ended.length < 3 * n || !(ms > 0)) return;
    const each = ms / 1000 / n;
    this.each = this.each ? 0.7 * this.each + 0.3 * each : each;
  }

  /** @private Nothing more is given out, and what is under way is let go. */
  halt() {
    this.turn++;
    for (const client of this.ready.keys()) client.call('map', 'stop').catch(() => {});
  }

  pause() {
    if (this.slice.state !== 'training' && this.slice.state !== 'waiting') return;
    this.halt();
    this.slice.go('paused');
  }

  /** The window before this one. @param {number} at of the history */
  async back(at) {
    const { slice } = this;
    this.halt();
    slice.back(at);
    // The Workers have another map now.
    this.id++;
    if (slice.state === 'planning') await this.prepare();
  }

  /** What an earlier visit trained, in the place of what is laid out.
   * @param {import('../state/map.js').KeptMap} kept */
  recall(kept) {
    this.halt();
    this.id++;
    this.slice.recall(kept);
  }

  /** A run has begun, or has ended. @param {boolean} busy */
  yield(busy) {
    if (busy === this.busy) return;
    this.busy = busy;
    const { slice } = this;
    if (busy && slice.state === 'training') {
      this.halt();
      slice.go('waiting');
    } else if (!busy && slice.state === 'waiting') void this.start();
  }

  /** Trains a pixel's network by itself, to see its curve. @param {number} index */
  async trace(index) {
    const { slice } = this;
    const { head, study, options, sheet } = slice;
    if (!head || !study || !options) return;
    const [nx] = slice.size;
    const [column, row] = [index % nx, Math.floor(index / nx)];
    const isSeeds = options.y === SEEDS;
    const params = {
      [options.x]: head.x.values[column],
      ...(isSeeds ? {} : { [options.y]: head.y.values[row] }),
    };
    const number = isSeeds ? row : 0;
    const trials = new Trials(study);
    trials.add({ number, params });
    const trial = /** @type {import('../study/types.js').Trial} */ (trials.get(number));
    const pixel = { trial, study, index, done: false };
    slice.put({ pixel });
    const isWanted = () => slice.sheet === sheet && slice.pixel === pixel;
    await this.guarded(isWanted, async () => {
      const { client, base } = this.pool();
      const round = JSON.stringify([{ trial: { number, params }, of_trials: study.trials, until_epoch: null }]);
      const backend = slice.backend?.backend === 'gpu' ? 'gpu' : 'cpu';
      const numbers = await client(0).call('trace', JSON.stringify(study), round, backend, base);
      trials.report(numbers);
      pixel.done = true;
      if (isWanted()) slice.touch();
    });
  }

  /** The engine is gone. */
  dispose() {
    this.turn++;
    this.ready.clear();
    this.id++;
    const { slice } = this;
    if (slice.state === 'training' || slice.state === 'waiting') slice.go('paused');
    else if (slice.state === 'planning') slice.go('none');
  }

  /** @private @param {() => boolean} isWanted @param {() => Promise<void>} act */
  async guarded(isWanted, act) {
    try {
      await act();
    } catch (error) {
      const problem = problemOf(error);
      if (!isWanted()) return;
      this.halt();
      this.ready.clear();
      const isOfGpu = this.backend === 'gpu' && OF_GPU.includes(problem.code);
      this.slice.fail(problem);
      if (!isOfGpu || this.store.choice !== 'auto' || this.isFallen) return;
      // No pixel of a map is another backend's: it begins anew on the CPU.
      this.isFallen = true;
      this.each = 0;
      this.slice.go('planning');
      if (await this.prepare()) await this.start();
    }
  }
}
