import { TrainabilityMap, Training } from '../generated/engine/engine.js';

/**
 * A Worker's part of a trainability map: it trains shares of its pixels, one map at a time; another takes the place of
 * the one before, whose shares then come home as far as they are.
 *
 * @typedef {import('./gpu.js').Gpu} Gpu
 * @typedef {{study: string, x: string, y: string, sides: [number, number]}} MapGiven
 * @typedef {object} Around what the host lends
 * @property {() => Promise<unknown>} rest lets messages that wait come in
 * @property {<T>(act: () => Promise<T>) => Promise<T>} guarded
 */

/** A share is worked on for so long between two looks at what else is asked, in ms. */
const BUDGET = 15;
/** Pixels that stand for all in an estimate. */
const SAMPLE = 48;
/** The longest that they are trained to see how long that takes, in ms, the first part of it to warm up. */
const MEASURE = 160;
const WARM_UP = 50;
/** A network whose first step takes longer than this, in ms, is not waited for. */
const PATIENCE = 5000;

export class MapHost {
  /** @param {Around} around */
  constructor(around) {
    /** @private */ this.around = around;
    /** @private @type {TrainabilityMap | null} */ this.map = null;
    /** @private the map that is here */ this.id = 0;
    /** @private grows with every stop */ this.turn = 0;
    /** @private */ this.onGpu = false;
    /** @private @type {Promise<unknown>} the share under way */ this.loop = Promise.resolve();
  }

  /** @private @param {() => Promise<any>} act */
  guard(act) {
    return this.onGpu ? this.around.guarded(act) : act();
  }

  /** Makes a map ready. @param {number} id @param {MapGiven} given @param {Uint8Array | undefined} table
   * @param {Gpu | null} gpu */
  async begin(id, { study, x, y, sides }, table, gpu) {
    this.stop();
    await this.loop;
    this.map?.free();
    this.map = null;
    this.onGpu = gpu !== null;
    const whole = new Uint32Array(sides);
    this.map = gpu ? gpu.map(study, x, y, whole, table) : TrainabilityMap.on_cpu(study, x, y, whole, table);
    this.id = id;
    return this.map.head();
  }

  /** @private @param {number} id @returns {TrainabilityMap} */
  mapOf(id) {
    if (this.map && this.id === id) return this.map;
    throw { code: 'unexpected', detail: 'the map is gone' };
  }

  /** What a map will take: gradient steps and bytes of a network, and with `clock` seconds a step.
   * @param {number} id @param {number} pixels @param {boolean} clock */
  estimate(id, pixels, clock) {
    const work = this.loop.then(() => this.measure(id, pixels, clock));
    // Another map waits for its step under way.
    this.loop = work.catch(() => {});
    return work;
  }

  /** @private @param {number} id @param {number} pixels @param {boolean} clock */
  async measure(id, pixels, clock) {
    const map = this.mapOf(id);
    const n = Math.min(SAMPLE, pixels);
    // A row of places that meets every row and column alike.
    const some = Uint32Array.from({ length: n }, (_, k) => Math.floor(((k * 0.61803398875) % 1) * pixels));
    const costs = map.assign(some);
    const steps = costs.reduce((sum, one, at) => sum + (at % 2 ? 0 : one), 0) / n;
    const bytes = map.network_bytes();
    let pace = null;
    const { turn } = this;
    if (clock) {
      const begun = performance.now();
      let [taken, from] = [0, begun];
      const spent = () => performance.now() - begun;
      for (let finished = false; !finished && (spent() < MEASURE || (!taken && spent() < PATIENCE));) {
        const report = await this.guard(() => map.advance(BUDGET));
        ({ finished } = report);
        taken += report.steps;
        // Of steps so long that few of them fit the first ones count, too.
        const isWarm = from === begun && !finished && spent() > WARM_UP && spent() < MEASURE / 2;
        if (isWarm) [taken, from] = [0, performance.now()];
        await this.around.rest();
        if (turn !== this.turn) break;
      }
      if (taken) pace = (performance.now() - from) / 1000 / taken;
    }
    map.cancel();
    return { steps, bytes, pace, info: map.info() };
  }

  /** Trains a share: what became of its pixels, as far as nobody has stopped it.
   * @param {number} id @param {Uint32Array} pixels */
  train(id, pixels) {
    const { turn } = this;
    const share = this.loop.then(() => this.share(id, pixels, turn));
    this.loop = share.catch(() => {});
    return share;
  }

  /** @private @param {number} id @param {Uint32Array} pixels @param {number} turn */
  async share(id, pixels, turn) {
    const begun = performance.now();
    const parts = /** @type {Float64Array[]} */ ([]);
    let [steps, resumed, finished] = [0, false, turn !== this.turn];
    if (!finished) {
      const map = this.mapOf(id);
      map.assign(pixels);
      while (!finished) {
        const report = await this.guard(() => map.advance(BUDGET));
        parts.push(report.ended);
        steps += report.steps;
        resumed ||= report.resumed;
        ({ finished } = report);
        if (!finished) await this.around.rest();
        if (turn === this.turn) continue;
        map.cancel();
        break;
      }
    }
    const ended = new Float64Array(parts.reduce((sum, one) => sum + one.length, 0));
    let at = 0;
    for (const part of parts) {
      ended.set(part, at);
      at += part.length;
    }
    return { ended, steps, resumed, ms: performance.now() - begun };
  }

  /** Lets the share under way go, and those behind it. */
  stop() {
    this.turn++;
  }

  /** All that becomes of one trial of a study, as the numbers of a report. @param {string} study @param {string} round
   * @param {Uint8Array | undefined} table @param {Gpu | null} gpu */
  async trace(study, round, table, gpu) {
    const training = gpu ? gpu.training(study, round, table) : Training.on_cpu(study, round, table);
    const act = (/** @type {() => Promise<any>} */ one) => (gpu ? this.around.guarded(one) : one());
    const found = /** @type {number[]} */ ([]);
    try {
      for (let finished = false; !finished; await this.around.rest()) {
        const report = await act(() => training.advance(BUDGET));
        for (const number of report.numbers) found.push(number);
        ({ finished } = report);
      }
    } finally {
      training.free();
    }
    return new Float64Array(found);
  }
}
