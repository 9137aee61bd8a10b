import init, { Asker, Bench, GpuHandle, Training, check, data_file, fresh_seed, preview } from './generated/engine/engine.js';

/**
 * The engine's side of a Worker: one WASM instance, at most one training. Answers requests by their id and reports while
 * it trains. Knows no Worker: the same host runs on the page's thread where Workers are forbidden.
 *
 * @typedef {{id: number, call: string, args: any[]}} Request
 * @typedef {(message: object) => void} Post
 */

/** How long the engine works between reports, in ms. */
const BUDGET = 50;
/** A work is warmed up for at most this long, in ms: compilers and pipelines are not what is measured. */
const WARM_UP = 300;

/** @param {unknown} error what was thrown, as a problem */
function problemOf(error) {
  if (error && typeof error === 'object' && 'code' in error) return error;
  return { code: 'unexpected', detail: String(/** @type {any} */ (error)?.message ?? error) };
}

/** Lets messages that wait come in first; timers would be throttled in a hidden tab. */
const turn = new MessageChannel();
function yieldToMessages() {
  return new Promise((resolve) => {
    turn.port1.onmessage = resolve;
    turn.port2.postMessage(null);
  });
}

/** @param {string} url @returns {Promise<Uint8Array>} the uncompressed file */
async function fetchTable(url) {
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    // Some hosts unpack .gz on the way: the file says by its first bytes what it is.
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    const name = url.split('/').pop() ?? url;
    throw { code: 'bad_data', dataset: name, detail: String(/** @type {any} */ (error)?.message ?? error) };
  }
}

/** The table that a study needs, if it needs one. @param {string} study @param {string} base */
async function tableOf(study, base) {
  const file = data_file(study);
  return file ? fetchTable(new URL(`data/${file}`, base).href) : undefined;
}

/** What the browser calls its adapter; wgpu passes only the description on, which many leave empty. */
async function adapterName() {
  const adapter = await navigator.gpu?.requestAdapter();
  const info = adapter?.info;
  if (!info) return '';
  return info.description || [info.vendor, info.architecture].filter(Boolean).join(' ');
}

export class Host {
  /** @param {Post} post */
  constructor(post) {
    /** @private */ this.post = post;
    /** @private @type {Promise<unknown> | null} */ this.loaded = null;
    /** @private @type {GpuHandle | null} */ this.gpu = null;
    /** @private */ this.gpuName = '';
    /** @private @type {Asker | null} */ this.asker = null;
    /** @private @type {Training | null} */ this.training = null;
    /** @private @type {Bench | null} a work that is ready to be measured */ this.bench = null;
    /** @private the run that trains; anything else is stale */ this.run = 0;
    /** @private @type {Promise<void>} */ this.loop = Promise.resolve();
    /** @private @type {(() => void) | null} set while paused */ this.wake = null;
    /** @private */ this.paused = false;
  }

  /** @param {Request} request */
  async receive({ id, call, args }) {
    try {
      this.loaded ??= init();
      await this.loaded;
      const act = /** @type {Record<string, Function>} */ (/** @type {unknown} */ (this))[call];
      this.post({ id, value: await act.apply(this, args) });
    } catch (error) {
      this.post({ id, problem: problemOf(error) });
    }
  }

  /** @param {string} study */
  check(study) {
    return check(study);
  }

  /** A few rows of a study's data. @param {string} study @param {number} n @param {string} base */
  async preview(study, n, base) {
    return preview(study, await tableOf(study, base), n);
  }

  freshSeed() {
    return fresh_seed();
  }

  /**
   * Which backend trains, and why.
   * @param {'auto' | 'gpu' | 'cpu'} choice
   */
  async choose(choice) {
    if (choice === 'cpu') return { backend: 'cpu', adapter: 'WASM SIMD', software: false, reason: 'asked' };
    try {
      if (!this.gpu) {
        this.gpu = await GpuHandle.open();
        this.gpuName = this.gpu.adapter || (await adapterName());
      }
    } catch (error) {
      if (choice === 'gpu') throw error;
      return { backend: 'cpu', adapter: 'WASM SIMD', software: false, reason: 'no_webgpu' };
    }
    const { software } = this.gpu;
    // A software adapter runs on the very cores that the CPU backend uses better.
    if (choice === 'auto' && software) {
      return { backend: 'cpu', adapter: 'WASM SIMD', software: false, reason: 'software_adapter' };
    }
    const reason = choice === 'gpu' ? 'asked' : 'chosen';
    return { backend: 'gpu', adapter: this.gpuName || 'WebGPU', software, reason };
  }

  /** The first round of a study's trials. @param {string} study */
  ask(study) {
    this.asker?.free();
    this.asker = new Asker(study);
    return this.asker.ask();
  }

  /** The rounds after it. */
  askAgain() {
    return this.asker ? this.asker.ask() : [];
  }

  /**
   * Begins to train; reports follow until the last says `finished`. A pause that comes meanwhile is kept.
   * @param {number} run @param {string} study @param {string} trials @param {'gpu' | 'cpu'} backend @param {string} base
   */
  async start(run, study, trials, backend, base) {
    await this.stop();
    this.training?.free();
    this.training = null;
    const table = await tableOf(study, base);
    this.run = run;
    const training =
      backend === 'gpu' && this.gpu
        ? Training.on_gpu(study, trials, table, this.gpu)
        : Training.on_cpu(study, trials, table);
    this.training = training;
    const begun = { info: training.info(), planned: [...training.planned_steps()] };
    this.loop = this.train(run, training);
    return begun;
  }

  /** @private @param {number} run @param {Training} training */
  async train(run, training) {
    try {
      // The answer to `start` goes out before the first report.
      await yieldToMessages();
      for (;;) {
        if (this.paused) await new Promise((resolve) => (this.wake = () => resolve(undefined)));
        if (this.run !== run) return;
        const report = await training.advance(BUDGET);
        if (this.run !== run) return;
        this.post({ run, report });
        if (report.finished) return;
        await yieldToMessages();
      }
    } catch (error) {
      this.post({ run, problem: problemOf(error) });
    }
  }

  /** Ends the training after the step under way; what is finished stays for {@link test}. */
  async stop() {
    this.run = 0;
    this.resume();
    await this.loop;
  }

  pause() {
    this.paused = true;
  }

  resume() {
    this.paused = false;
    this.wake?.();
    this.wake = null;
  }

  /** @param {number} number */
  test(number) {
    if (!this.training) throw { code: 'no_such_trial', number, accepted: '–' };
    return this.training.test(number);
  }

  /**
   * Makes a work of works.js ready and warms up; {@link choose} has opened the GPU.
   * @param {import('./works.js').Work} work @param {'gpu' | 'cpu'} backend
   */
  async prepare(work, backend) {
    const make = (/** @type {object} */ given) =>
      backend === 'gpu' && this.gpu ? Bench.on_gpu(JSON.stringify(given), this.gpu) : Bench.on_cpu(JSON.stringify(given));
    const free = () => {
      this.bench?.free();
      this.bench = null;
    };
    // Before the next is made, which may be refused: two would take twice the memory.
    free();
    this.bench = await make({ ...work, steps: Math.min(work.steps, 100) });
    await this.measure(WARM_UP);
    free();
    this.bench = await make(work);
    return this.bench.info();
  }

  /** Trains the work that is ready to its end, or for so many ms. @param {number} limit */
  async measure(limit) {
    const begun = performance.now();
    for (let steps = 0; ; ) {
      const report = await /** @type {Bench} */ (this.bench).advance(BUDGET);
      steps += report.steps;
      const ms = performance.now() - begun;
      if (report.finished || ms >= limit) return { steps, seconds: ms / 1000, finished: report.finished };
    }
  }
}
