import { deal, workersOn } from './cores.js';
import { Client, EngineError } from './engine.client.js';
import { bestOf, objectiveOf } from './result.js';
import { isOpen, timeLeft } from './time-left.js';
import { inSlices } from './turns.js';

/**
 * Runs studies on a pool of engine hosts: one asks the sampler and owns the GPU; on the CPU the trials of a round are
 * dealt to all by number, so that nothing depends on who finishes first.
 *
 * @typedef {import('./types.js').BackendChoice} BackendChoice
 * @typedef {import('./types.js').BackendInfo} BackendInfo
 * @typedef {import('./types.js').Problem} Problem
 * @typedef {import('./types.js').Result} Result
 * @typedef {import('./types.js').RunState} RunState
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Trial} Trial
 */

/** News of trials are gathered this long, in ms. */
const FLUSH_EVERY = 50;
/** Progress is told this often, in ms, unless that takes more than a part in so many of the time. */
const PROGRESS_EVERY = 150;
const PROGRESS_SHARE = 20;
/** The rate is that of this long, in ms. */
const RATE_WINDOW = 2000;
/** Problems of the GPU, for which the CPU is the way out. */
const OF_GPU = ['no_gpu', 'gpu', 'gpu_wrong', 'device_lost'];

/** @typedef {{id: number, study: Study, choice: BackendChoice, trials: Map<number, Trial>, planned: Map<number, import('./time-left.js').Planned>,
 *   open: Set<number>, owner: Map<number, number>, info: any, workers: number, steps: number,
 *   marks: {at: number, steps: number}[], fresh: Map<number, Trial>, backend: BackendInfo | null,
 *   stopping: boolean, drawn: boolean, quiet: number, begun: boolean, paces: import('./time-left.js').Mark[], began: number, rested: number, text: string, resolve: (result: Result) => void, reject: (error: Error) => void, timers: number[]}} Run */

/** Seconds that a run has trained, pauses apart. @param {Run} run */
const activeSeconds = (run) => (performance.now() - run.began - run.rested) / 1000;

export class Engine extends EventTarget {
  /** @param {{assetBase: string}} options what data files are resolved against */
  constructor({ assetBase }) {
    super();
    /** @private */ this.assetBase = assetBase;
    /** @private @type {Client[]} */ this.clients = [];
    /** @private @type {Run | null} */ this.active = null;
    /** @private @type {Run | null} the last run, for its test scores */ this.last = null;
    /** @private */ this.runs = 0;
    /** @private @type {Problem | null} what the GPU failed by: `auto` leaves it alone until it has trained again */ this.faulty = null;
    /** @type {RunState} */ this.state = 'idle';
  }

  /** @private @param {number} index */
  client(index) {
    while (this.clients.length <= index) {
      const at = this.clients.length;
      this.clients.push(new Client((news) => this.hear(at, news)));
    }
    return this.clients[index];
  }

  /** @private @param {string} name @param {unknown} detail */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /**
   * @param {Study} study
   * @returns {Promise<{study: Study | null, problem: Problem | null}>} the whole study, or what is wrong with it
   */
  async check(study) {
    try {
      return { study: await this.client(0).call('check', JSON.stringify(study)), problem: null };
    } catch (error) {
      return { study: null, problem: /** @type {EngineError} */ (error).problem };
    }
  }

  /** A few rows of a study's data, for a small picture. @param {Study} study @param {number} n
   * @returns {Promise<import('./previews.js').Preview>} */
  preview(study, n) {
    return this.client(0).call('preview', JSON.stringify(study), n, this.assetBase);
  }

  /** Makes ready for a study that may be run next: all Workers that would train it. @param {Study} study
   * @param {BackendChoice} choice */
  async ahead(study, choice) {
    if (this.active) return;
    const given = JSON.stringify(study);
    const wanted = choice === 'auto' && this.faulty ? 'cpu' : choice;
    const ready = await this.client(0).call('ahead', given, wanted, this.assetBase);
    if (ready !== 'cpu' || this.active) return;
    const others = Math.min(workersOn(), study.trials ?? Infinity) - 1;
    await Promise.all(Array.from({ length: others }, (_, k) => this.client(k + 1).call('warm', given, this.assetBase)));
  }

  /** A study seed that nobody has used. @returns {Promise<number>} */
  freshSeed() {
    return this.client(0).call('freshSeed');
  }

  /** @param {Study} study @param {BackendChoice} [choice] @returns {Promise<Result>} */
  run(study, choice = 'auto') {
    this.end();
    return new Promise((resolve, reject) => {
      /** @type {Run} */
      const run = {
        id: ++this.runs, study, choice, trials: new Map(), planned: new Map(), open: new Set(), owner: new Map(),
        info: null, workers: 1, steps: 0, marks: [], fresh: new Map(), backend: null, stopping: false, drawn: false, quiet: 0, begun: false,
        paces: [], began: 0, rested: 0, text: '', resolve, reject, timers: [],
      };
      this.active = run;
      this.state = 'starting';
      this.begin(run).catch((error) => this.fail(run, error));
    });
  }

  /** @private @param {Run} run */
  async begin(run) {
    run.text = JSON.stringify(run.study);
    const lead = this.client(0);
    run.study = await lead.call('check', run.text);
    /** @type {Pick<Trial, 'number' | 'params'>[]} */
    const asked = JSON.parse(await lead.call('ask', run.text));
    if (this.active !== run) return;
    await inSlices(this.enqueue(run, asked), () => this.active === run);
    if (this.active !== run) return;
    run.drawn = true;
    if (run.stopping) return this.stop();
    const chosen = await this.choose(run);
    if (this.active !== run) return;
    if (chosen.problem && chosen.problem !== this.faulty) this.fallBack(run, chosen.problem);
    else await this.deal(run, chosen);
  }

  /** @private @param {Run} run @param {Pick<Trial, 'number' | 'params'>[]} asked */
  *enqueue(run, asked) {
    for (const { number, params } of asked) {
      this.queue(run, number, params);
      yield;
    }
  }

  /** @private A trial as it is before its first step. @param {Run} run @param {number} number @param {Trial['params']} params */
  queue(run, number, params) {
    /** @type {Trial} */
    const trial = { number, state: 'queued', params, value: null, seed: run.study.seed ?? 0, epochs: [], steps: 0, diverged_at: null };
    run.trials.set(number, trial);
    run.open.add(number);
    run.fresh.set(number, { ...trial, epochs: [] });
  }

  /** @private @param {Run} run @returns {Promise<any>} */
  async choose(run) {
    const problem = this.faulty;
    if (run.choice === 'auto' && problem) return { backend: 'cpu', adapter: 'WASM SIMD', software: false, reason: 'gpu_failed', problem };
    return this.client(0).call('choose', run.choice, run.text, this.assetBase, workersOn());
  }

  /** @private Deals the run's trials to as many Workers as the backend takes. @param {Run} run @param {any} chosen */
  async deal(run, chosen) {
    const { id } = run;
    const asked = [...run.trials.values()].map(({ number, params }) => ({ number, params }));
    run.workers = chosen.backend === 'cpu' ? Math.min(workersOn(), asked.length) : 1;
    run.backend = { ...chosen, workers: run.workers };
    const shares = await deal(asked, run.workers, (trials) => this.client(0).call('work', run.text, JSON.stringify(trials), this.assetBase));
    if (this.active !== run || run.id !== id) return;
    const started = await Promise.all(
      shares.map((share, worker) => {
        for (const { number } of share) run.owner.set(number, worker);
        const client = this.client(worker);
        const begun = client.call('start', id, run.text, JSON.stringify(share), chosen.backend, this.assetBase);
        // A pause that came before is told behind the start, which ends what was paused before it.
        if (this.state === 'paused') client.call('pause').catch(() => {});
        return begun;
      }),
    );
    if (this.active !== run || run.id !== id) return;
    started.forEach(({ planned, work }, worker) => {
      shares[worker].forEach(({ number }, at) => run.planned.set(number, { trial: /** @type {Trial} */ (run.trials.get(number)), steps: planned[at], work: work[at], worker }));
    });
    // Shares differ: a result names the plans of all of them.
    const plan = [...new Set(started.flatMap(({ info }) => info.plan.split('+')))].filter(Boolean).sort().join('+');
    run.info = { ...started[0].info, plan, adapter: chosen.adapter, workers: run.workers };
    this.last = run;
    if (this.state !== 'paused') this.state = 'running';
    this.tell('backend', run.backend);
    run.began = performance.now();
    run.marks.push({ at: run.began, steps: 0 });
    run.timers = [
      window.setInterval(() => this.flush(run), FLUSH_EVERY),
      window.setInterval(() => this.mayTellProgress(run), PROGRESS_EVERY),
    ];
    this.settle(run);
  }

  /** @private The GPU cannot train a run under `auto`: everything begins anew on the CPU, and nothing of the GPU's stays.
   * @param {Run} run @param {Problem} problem */
  fallBack(run, problem) {
    run.timers.forEach((timer) => clearInterval(timer));
    this.faulty = problem;
    // What still comes of the attempt is stale.
    run.id = ++this.runs;
    Object.assign(run, { info: null, steps: 0, marks: [], timers: [], rested: 0, paces: [], planned: new Map(), owner: new Map() });
    for (const { number, params } of [...run.trials.values()]) this.queue(run, number, params);
    this.tell('restart', problem);
    this.flush(run);
    const chosen = { backend: 'cpu', adapter: 'WASM SIMD', software: false, reason: 'gpu_failed', problem };
    this.deal(run, chosen).catch((error) => this.fail(run, error));
  }

  /** @private @param {number} worker @param {import('./engine.client.js').News} news */
  hear(worker, news) {
    const run = this.active;
    if (!run) return;
    if (news.run !== run.id && news.run !== -1) return;
    if (news.problem) return this.fail(run, new EngineError(news.problem));
    const { report } = news;
    if (report.resumed) {
      this.tell('backend', { ...run.backend, reason: 'restarting' });
      this.tell('problem', { code: 'device_lost', detail: run.backend?.adapter ?? '', message: '' });
      this.tell('backend', run.backend);
    }
    run.steps += report.steps;
    for (const event of JSON.parse(report.trials)) this.take(run, event);
    this.settle(run);
  }

  /** @private @param {Run} run @param {any} event */
  take(run, event) {
    const trial = run.trials.get(event.number);
    if (!trial) return;
    trial.state = event.state;
    trial.value = event.value;
    trial.steps = event.steps;
    trial.diverged_at = event.diverged_at;
    trial.epochs.push(...event.epochs);
    if (trial.state !== 'running') run.open.delete(trial.number);
    const epochs = run.fresh.get(trial.number)?.epochs ?? [];
    epochs.push(...event.epochs);
    run.fresh.set(trial.number, { ...trial, epochs });
  }

  /** @private Ends the run once every trial has ended and every host has answered. @param {Run} run */
  settle(run) {
    if (run.info && run.open.size === 0) this.finish(run);
  }

  /** @private @param {Run} run */
  flush(run) {
    if (run.fresh.size === 0) return;
    const trials = [...run.fresh.values()];
    run.fresh = new Map();
    this.tell('trials', { trials });
    if (run.begun || !trials.some(({ epochs }) => epochs.length)) return;
    run.begun = true;
    this.tellProgress(run);
  }

  /** @private @param {Run} run */
  mayTellProgress(run) {
    const begun = performance.now();
    if (begun < run.quiet) return;
    this.tellProgress(run);
    const ended = performance.now();
    run.quiet = ended + PROGRESS_SHARE * (ended - begun) - PROGRESS_EVERY / 2;
  }

  /** @private @param {Run} run */
  tellProgress(run) {
    const now = performance.now();
    let totalSteps = 0;
    for (const { trial, steps } of run.planned.values()) totalSteps += isOpen(trial) ? steps : trial.steps;
    if (this.state === 'paused') {
      run.rested += now - (run.marks[run.marks.length - 1]?.at ?? now);
      run.marks = [{ at: now, steps: run.steps }];
    } else {
      run.marks.push({ at: now, steps: run.steps });
      while (run.marks.length > 2 && now - run.marks[0].at > RATE_WINDOW) run.marks.shift();
    }
    const first = run.marks[0];
    const elapsed = (now - first.at) / 1000;
    const rate = elapsed > 0 ? (run.steps - first.steps) / elapsed : 0;
    const secondsLeft = timeLeft(run, activeSeconds(run));
    const done = run.trials.size - run.open.size;
    this.tell('progress', { done, total: run.trials.size, steps: run.steps, totalSteps, rate, secondsLeft });
  }

  /** @private @param {Run} run */
  close(run) {
    run.timers.forEach((timer) => clearInterval(timer));
    this.active = null;
    this.state = 'idle';
  }

  /** @private @param {Run} run */
  finish(run) {
    this.flush(run);
    this.tellProgress(run);
    this.close(run);
    if (run.backend?.backend === 'gpu') this.faulty = null;
    run.resolve(this.resultOf(run));
  }

  /** @private @param {Run} run @param {unknown} error */
  fail(run, error) {
    if (this.active !== run) return;
    const problem = /** @type {{problem?: Problem}} */ (error).problem;
    if (run.choice === 'auto' && run.backend?.backend === 'gpu' && problem && OF_GPU.includes(problem.code)) {
      this.client(0).call('stop').catch(() => {});
      return this.fallBack(run, problem);
    }
    // A run that never began leaves what was there in place.
    if (run.info) this.flush(run);
    this.close(run);
    for (const client of this.clients) client.call('stop').catch(() => {});
    run.reject(/** @type {Error} */ (error));
  }

  /** @private @param {Run} run @returns {Result} */
  resultOf(run) {
    const trials = [...run.trials.values()].sort((a, b) => a.number - b.number);
    const best = bestOf(trials, objectiveOf(run.study));
    const engine = run.info ?? { backend: run.backend?.backend ?? 'cpu', adapter: null, workers: run.workers };
    return { format: 'tuning-playground/result@1', study: run.study, engine, trials, best, test: null };
  }

  pause() {
    if (!this.active || this.state === 'paused') return;
    this.state = 'paused';
    for (const client of this.clients) client.call('pause').catch(() => {});
  }

  resume() {
    if (!this.active || this.state !== 'paused') return;
    this.state = 'running';
    for (const client of this.clients) client.call('resume').catch(() => {});
  }

  /** Ends the run: what is finished stays, the rest is cancelled. Before its trials are drawn it ends once they are. */
  stop() {
    const run = this.active;
    if (!run) return;
    if (!run.drawn) {
      run.stopping = true;
      return;
    }
    for (const client of this.clients) client.call('stop').catch(() => {});
    for (const number of run.open) {
      const trial = /** @type {Trial} */ (run.trials.get(number));
      trial.state = 'cancelled';
      const fresh = run.fresh.get(number);
      run.fresh.set(number, { ...trial, epochs: fresh?.epochs ?? [] });
    }
    run.open.clear();
    this.finish(run);
  }

  /** @param {number} number @returns {Promise<{trial: number, loss: number, metric: number}>} */
  async openTest(number) {
    const owner = this.last?.owner.get(number);
    if (owner === undefined) {
      const accepted = [...(this.last?.trials.keys() ?? [])].join(', ');
      throw new EngineError({ code: 'no_such_trial', number, accepted });
    }
    return this.client(owner).call('test', number);
  }

  /** @private Stops without waiting for trials to be drawn. */
  end() {
    this.stop();
    if (this.active) this.finish(this.active);
  }

  dispose() {
    this.end();
    for (const client of this.clients) client.dispose();
    this.clients = [];
  }
}
