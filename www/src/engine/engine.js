import { deal, workersOn } from './cores.js';
import { EngineError } from './client.js';
import { FORMAT } from '../study/result.js';
import { NOTHING_YET, activeSeconds, newRun } from './run.js';
import { surface } from './surface.js';
import { givesSameBits, joined, snapshotsIn, takenUp } from './take-up.js';
import { isOpen, paceSoFar, timeLeft } from './time-left.js';
import { isCopying } from '../study/search.js';
import { Trials } from '../state/trials.js';
import { Workers } from './workers.js';
import { inSlices } from '../platform/turns.js';

/**
 * Runs studies on a pool of engine hosts. The lead has the session, which knows what is trained next, how far the run
 * is and which trial is best, and owns the GPU; on the CPU all train a round. What is here only carries messages.
 *
 * @typedef {import('../study/types.js').Assignment} Assignment
 * @typedef {import('../study/types.js').BackendChoice} BackendChoice
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {import('../study/types.js').HeldResult} HeldResult
 * @typedef {import('../study/types.js').RunState} RunState
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('./run.js').Run} Run
 * @typedef {import('./surface.js').Told} Told
 */

/** News of trials are gathered this long, in ms. */
const FLUSH_EVERY = 50;
/** Progress is told this often, in ms, unless that takes more than a part in so many of the time. */
const PROGRESS_EVERY = 150;
const PROGRESS_SHARE = 20;
/** The rate is that of this long, in ms. */
const RATE_WINDOW = 2000;
/** What trials in training are is waited for no longer than this, in ms. */
const SAVED_IN = 250;
/** Problems of the GPU, for which the CPU is the way out. */
const OF_GPU = ['no_gpu', 'gpu', 'gpu_wrong', 'device_lost'];
/** Where the GPU has failed. */
const ON_CPU = { backend: 'cpu', adapter: 'WASM SIMD', software: false, reason: 'gpu_failed' };

export class Engine extends Workers {
  /** @param {{assetBase: string}} options what data files are resolved against */
  constructor(options) {
    super(options);
    /** @private @type {Run | null} */ this.active = null;
    /** @private @type {Run | null} the last run, for its test scores */ this.last = null;
    /** @private @type {Run | null} whose session the lead has */ this.opened = null;
    /** @private */ this.runs = 0;
    /** @private @type {Problem | null} what the GPU failed by: `auto` leaves it alone until it has trained again */
    this.faulty = null;
    /** @type {RunState} */ this.state = 'idle';
    /** @private */ this.onHidden = () => void this.clients[0]?.call('hidden', document.hidden).catch(() => {});
    globalThis.document?.addEventListener('visibilitychange', this.onHidden);
  }

  /** @protected The lead may have had the session. */
  lost() {
    this.opened = null;
  }

  /** The loss around a trial's weights, piece by piece. @param {Study} study @param {Trial[]} trials
   * @param {import('./surface.js').LandscapeOptions} options @param {Omit<Told, 'weights'>} told */
  surface(study, trials, options, told) {
    const whole = { ...told, weights: (/** @type {Trial} */ trial) => this.weights(trial) };
    return surface(this.analyst, study, trials, options, this.assetBase, whole);
  }

  /** Whether a trial is of the last run here. @param {Trial} trial */
  has(trial) {
    return this.last?.trials.get(trial.number) === trial;
  }

  /** What a trial is, as words: of one that trains, after its next epoch; null where nobody has that.
   * @param {Trial} trial @returns {Promise<Uint32Array | null>} */
  async weights(trial) {
    const run = this.last;
    // What a trial diverged with is no place to look around.
    if (!run || trial.state === 'diverged' || run.trials.get(trial.number) !== trial) return null;
    const worker = isOpen(trial) ? (run.planned.get(trial.number)?.worker ?? 0) : null;
    // The session keeps what it has been told of.
    if (worker === null && run.reports.length) void this.report(run);
    const told =
      worker === null
        ? this.client(0).call('keptWeights', run.id, trial.number)
        : this.client(worker).call('weights', run.id, trial.number);
    return told.catch(() => null);
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
    await Promise.all(
      Array.from({ length: others }, (_, k) => this.client(k + 1).call('warm', given, this.assetBase)),
    );
  }

  /** @param {Study} study @param {BackendChoice} [choice]
   * @param {import('./take-up.js').Before | null} [before] what is left of the run, if it was cut off
   * @returns {Promise<HeldResult>} */
  run(study, choice = 'auto', before = null) {
    this.end();
    return new Promise((resolve, reject) => {
      const run = newRun(++this.runs, study, choice, { resolve, reject, before });
      this.active = run;
      this.state = 'starting';
      this.begin(run).catch((error) => this.fail(run, error));
    });
  }

  /** Whether the last run can be given more trials: its session and its networks are there. */
  get canGoOn() {
    return !this.active && this.last !== null && this.last === this.opened;
  }

  /** Goes on with the last run: so many more trials of its study, or what has been picked since.
   * @param {number | Study} n @returns {Promise<HeldResult>} */
  more(n) {
    const run = this.last;
    if (!run || !this.canGoOn)
      return Promise.reject(new EngineError({ code: 'unexpected', detail: 'the networks are gone' }));
    return new Promise((resolve, reject) => {
      const began = performance.now();
      const marks = [{ at: began, steps: run.steps }];
      Object.assign(run, {
        resolve,
        reject,
        stopping: false,
        drawn: false,
        planned: new Map(),
        paces: [],
        rested: 0,
        marks,
        began,
      });
      this.active = run;
      this.state = 'starting';
      this.goOn(run, n).catch((error) => this.fail(run, error));
    });
  }

  /** @private @param {Run} run @param {number | Study} n */
  async goOn(run, n) {
    const [what, given] = typeof n === 'number' ? ['more', n] : ['pick', JSON.stringify(n)];
    const { study, round } = await this.client(0).call(what, run.id, given);
    if (this.active !== run) return;
    run.study = study;
    run.text = JSON.stringify(study);
    this.watch(run);
    await this.take(run, JSON.parse(round));
    if (this.active === run && this.state === 'starting') this.state = 'running';
  }

  /** @private @param {Run} run */
  async begin(run) {
    run.text = JSON.stringify(await this.readText(run.study));
    const lead = this.client(0);
    run.study = await lead.call('check', run.text);
    run.trials = new Trials(run.study);
    await this.open(run);
    if (this.active !== run) return;
    if (run.stopping) return this.stop();
    const chosen = await this.choose(run);
    if (this.active !== run) return;
    if (chosen.problem && chosen.problem !== this.faulty) await this.fallBack(run, chosen.problem);
    else await this.trainOn(run, chosen);
  }

  /** @private Begins the run's session: its first trials are there, and wait. @param {Run} run */
  async open(run) {
    const { id } = run;
    this.opened = run;
    const { round, numerics } = await this.client(0).call('begin', id, run.text);
    if (this.active !== run || run.id !== id) return;
    Object.assign(run, { round: JSON.parse(round), numerics });
    await inSlices(this.enqueue(run), () => this.active === run && run.id === id);
    run.drawn = true;
  }

  /** @private The trials of a round, as they are before their first step. @param {Run} run */
  *enqueue(run) {
    for (const { trial, copy_of } of run.round) {
      run.trials.add(trial, copy_of);
      run.fresh = true;
      yield;
    }
  }

  /** @private @param {Run} run @returns {Promise<any>} */
  async choose(run) {
    const problem = this.faulty;
    // No trial changes its backend on the way.
    if (run.before?.engine.backend === 'cpu' && run.choice === 'auto') {
      const chosen = await this.client(0).call('choose', 'cpu');
      return { ...chosen, reason: 'resumed' };
    }
    if (run.before?.engine.backend === 'gpu' && !problem) {
      const chosen = await this.client(0)
        .call('choose', 'gpu')
        .catch(() => null);
      if (chosen) return { ...chosen, reason: 'resumed' };
    }
    if (run.choice === 'auto' && problem) return { ...ON_CPU, problem };
    return this.client(0).call('choose', run.choice, run.text, this.assetBase, workersOn());
  }

  /** @private Trains the first round on a backend. @param {Run} run @param {any} chosen */
  async trainOn(run, chosen) {
    const { id } = run;
    run.chosen = chosen;
    run.workers = chosen.backend === 'cpu' ? Math.min(workersOn(), run.round.length) : 1;
    run.backend = { ...chosen, workers: run.workers, numerics: run.numerics };
    await this.takeUp(run);
    if (this.active !== run || run.id !== id) return;
    await this.assign(run);
    if (this.active !== run || run.id !== id) return;
    if (run.before) run.paces = [paceSoFar(run)];
    this.last = run;
    if (this.state !== 'paused') this.state = 'running';
    this.tell('backend', run.backend);
    run.began = performance.now();
    run.marks.push({ at: run.began, steps: run.steps });
    this.watch(run);
    if (run.round.length === 0) this.finish(run);
  }

  /** @private What a run that was cut off had come to is not trained again, if what trains now gives the same bits.
   * @param {Run} run */
  async takeUp(run) {
    const { id, before, numerics } = run;
    if (!before) return;
    // Who is copied hangs on where everybody stood at each look, of which a result knows the end alone.
    if (isCopying(run.study) || !givesSameBits(before.engine, { ...run.chosen, numerics })) {
      run.before = null;
      return this.tell('anew', null);
    }
    const { told, rest, from, steps } = takenUp(run.round, before);
    if (!told.length) return;
    run.trials.report(told);
    run.fresh = true;
    const { round, ended: _, ...standing } = await this.client(0).call('report', id, [told], []);
    if (this.active !== run || run.id !== id) return;
    Object.assign(run, { standing, from, steps: Math.round(steps), round: round === null ? rest : JSON.parse(round) });
    if (round === null) return;
    await inSlices(this.enqueue(run), () => this.active === run && run.id === id);
    await this.takeUp(run);
  }

  /** What the trials in training are, as of their last epochs, so that they can go on from there in another page;
   * waits a moment for those that are asked for now. @param {number} most bytes
   * @returns {Promise<import('./take-up.js').Open[]>} */
  async save(most) {
    const run = this.active;
    if (!run) return [];
    if (this.state !== 'running') return [...run.open.values()];
    const workers = [...run.started];
    const awaited = new Promise((resolve) => {
      run.saved = { left: workers.length, resolve };
    });
    for (const worker of workers)
      this.client(worker)
        .call('save', run.id, most / workers.length)
        .catch(() => {});
    await Promise.race([awaited, new Promise((resolve) => void setTimeout(resolve, SAVED_IN))]);
    for (const number of run.open.keys())
      if (!isOpen(/** @type {Trial} */ (run.trials.get(number)))) run.open.delete(number);
    return [...run.open.values()];
  }

  /** @private @param {Run} run */
  watch(run) {
    run.timers = [
      window.setInterval(() => this.flush(run), FLUSH_EVERY),
      window.setInterval(() => this.mayTellProgress(run), PROGRESS_EVERY),
    ];
  }

  /**
   * @private Takes the next round from the session; an empty one is the end.
   * @param {Run} run
   * @param {Assignment[]} round
   */
  async take(run, round) {
    const { id } = run;
    if (round.length === 0) return this.finish(run);
    run.round = round;
    await inSlices(this.enqueue(run), () => this.active === run && run.id === id);
    if (this.active !== run || run.id !== id) return;
    run.drawn = true;
    if (run.stopping) return this.stop();
    if (run.chosen.backend === 'cpu') run.workers = Math.max(run.workers, Math.min(workersOn(), round.length));
    await this.assign(run);
  }

  /**
   * @private Deals the round under way to the Workers, so that all have about as much to do.
   * @param {Run} run
   */
  async assign(run) {
    const { id, round, text, chosen } = run;
    const shares = await deal(round, run.workers, (share) =>
      this.client(0).call('work', text, JSON.stringify(share), this.assetBase),
    );
    if (this.active !== run || run.id !== id) return;
    const told = await Promise.all(
      shares.map(async (share, worker) => {
        if (share.length === 0) return null;
        const from = await this.handOver(run, share);
        if (this.active !== run || run.id !== id) return null;
        const client = this.client(worker);
        const given = JSON.stringify(share);
        const begun = run.started.has(worker)
          ? client.call('assign', id, given, from)
          : client.call('start', id, text, given, from, chosen.backend, this.assetBase);
        run.started.add(worker);
        // A pause that came before is told behind the start, which ends what was paused before it.
        if (this.state === 'paused') client.call('pause').catch(() => {});
        return begun;
      }),
    );
    if (this.active !== run || run.id !== id) return;
    const engines = [];
    const [numbers, steps] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
    for (const [worker, begun] of told.entries()) {
      if (!begun) continue;
      const { info, planned, work } = begun;
      run.info = { ...info, adapter: chosen.adapter, workers: run.workers };
      engines.push(run.info);
      for (const [
        at,
        {
          trial: { number },
        },
      ] of shares[worker].entries()) {
        run.planned.set(number, {
          trial: /** @type {Trial} */ (run.trials.get(number)),
          steps: planned[at],
          work: work[at],
          worker,
        });
        numbers.push(number);
        steps.push(planned[at]);
      }
    }
    const standing = await this.client(0).call('begun', id, engines, numbers, steps);
    if (run.id === id && run.standing.total === 0) run.standing = standing;
  }

  /** @private Where trials that have been trained before go on. @param {Run} run @param {Assignment[]} share */
  async handOver(run, share) {
    const { from } = run;
    const going = share.filter((one) => one.from_epoch !== undefined).map(({ trial }) => trial.number);
    const own = going.flatMap((number) => from.get(number) ?? []);
    const numbers = going.filter((number) => !from.delete(number));
    const parked = numbers.length ? await this.client(0).call('handOver', run.id, numbers) : new Uint32Array();
    return own.length ? joined([...own, parked]) : parked;
  }

  /**
   * @private The GPU cannot train a run under `auto`: everything begins anew on the CPU, and nothing of the GPU's
   *   stays.
   * @param {Run} run
   * @param {Problem} problem
   */
  async fallBack(run, problem) {
    run.timers.forEach((timer) => clearInterval(timer));
    this.faulty = problem;
    // What still comes of the attempt is stale.
    run.id = ++this.runs;
    Object.assign(run, {
      info: null,
      steps: 0,
      marks: [],
      timers: [],
      rested: 0,
      paces: [],
      reports: [],
      kept: [],
      standing: NOTHING_YET,
      planned: new Map(),
      started: new Set(),
      trials: new Trials(run.study),
      fresh: false,
      before: null,
      from: new Map(),
      open: new Map(),
    });
    this.tell('restart', problem);
    // The Worker may be another one, which has no session.
    await this.open(run);
    if (this.active !== run) return;
    this.flush(run);
    await this.trainOn(run, { ...ON_CPU, problem });
  }

  /** @protected @param {number} worker @param {import('./client.js').News} news */
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
    run.trials.report(report.numbers);
    run.fresh = true;
    run.reports.push(report.numbers);
    if (report.kept) run.kept.push(report.kept);
    if (report.open) {
      for (const one of snapshotsIn(report.open)) run.open.set(one.number, one);
      if (run.saved && --run.saved.left === 0) run.saved.resolve(null);
    }
    if (report.finished) this.report(run);
  }

  /**
   * @private Tells the session what the hosts have told, and takes the next round from it once this one has come home.
   * @param {Run} run
   */
  async report(run) {
    const { id, reports, kept } = run;
    Object.assign(run, { reports: [], kept: [] });
    try {
      const told = [...reports, ...kept];
      const { round, ended, ...standing } = await this.client(0).move(told, 'report', id, reports, kept);
      if (this.active !== run || run.id !== id) return;
      run.standing = standing;
      for (const event of JSON.parse(ended)) {
        run.trials.merge(event);
        run.fresh = true;
      }
      if (round !== null) await this.take(run, JSON.parse(round));
    } catch (error) {
      if (run.id === id) this.fail(run, error);
    }
  }

  /** @private @param {Run} run */
  flush(run) {
    if (run.reports.length) this.report(run);
    if (!run.fresh) return;
    run.fresh = false;
    this.tell('trials', { trials: run.trials, best: run.standing.best });
    if (run.begun || !run.trials.begun) return;
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
    // Steps of epochs under way, of which trials have not told.
    const steps =
      this.active === run
        ? Math.max(run.standing.steps, Math.min(run.steps, run.standing.totalSteps))
        : run.standing.steps;
    this.tell('progress', { ...run.standing, steps, rate, secondsLeft });
  }

  /** @private @param {Run} run */
  close(run) {
    run.timers.forEach((timer) => clearInterval(timer));
    this.active = null;
    this.state = 'idle';
  }

  /** @private Ends the run; what the session then says is its result. @param {Run} run */
  async finish(run) {
    this.flush(run);
    this.close(run);
    if (run.backend?.backend === 'gpu') this.faulty = null;
    // Where the session is gone, so are the Workers: what it said last stands.
    const { result, ...standing } = await this.client(0)
      .call('conclude', run.id)
      .catch(() => ({ ...run.standing, result: this.headOf(run) }));
    run.standing = standing;
    this.tellProgress(run);
    // A session that nobody has trained yet knows nobody.
    const known = result.engine.backend ? result : this.headOf(run);
    run.resolve({ ...result, engine: known.engine, trials: run.trials.inOrder() });
  }

  /** @private @param {Run} run @param {unknown} error */
  fail(run, error) {
    if (this.active !== run) return;
    const problem = /** @type {{problem?: Problem}} */ (error).problem;
    if (run.choice === 'auto' && run.backend?.backend === 'gpu' && problem && OF_GPU.includes(problem.code)) {
      this.client(0)
        .call('stop')
        .catch(() => {});
      this.fallBack(run, problem).catch((other) => this.fail(run, other));
      return;
    }
    // A run that never began leaves what was there in place.
    if (run.info) this.flush(run);
    this.close(run);
    for (const client of this.clients) client.call('stop').catch(() => {});
    // A run that goes on finds what had not ended cancelled, as the page shows it.
    this.client(0)
      .call('conclude', run.id)
      .catch(() => {});
    run.reject(/** @type {Error} */ (error));
  }

  /** @private The result of a run without its session, but for the trials. @param {Run} run @returns {HeldResult} */
  headOf(run) {
    const { backend = run.choice === 'gpu' ? 'gpu' : 'cpu', adapter = null } = run.backend ?? {};
    const engine = run.info ?? { backend, adapter, workers: run.workers };
    return { format: FORMAT, study: run.study, engine, trials: [], best: run.standing.best, test: null };
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

  /**
   * Ends the run: what is finished stays, the rest is cancelled. Before its trials are drawn it ends once they are.
   */
  stop() {
    const run = this.active;
    if (!run) return;
    if (!run.drawn) {
      run.stopping = true;
      return;
    }
    for (const client of this.clients) client.call('stop').catch(() => {});
    run.trials.cancelOpen();
    run.fresh = true;
    void this.finish(run);
  }

  /** @param {number} number @returns {Promise<{trial: number, loss: number, metric: number}>} */
  openTest(number) {
    return this.ofTrial('test', number);
  }

  /** An ended trial's weights, one network a seed, and what the data were standardised by.
   * @param {number} number @returns {Promise<{networks: Float32Array[], scaling: Float64Array}>} */
  networks(number) {
    return this.ofTrial('networks', number);
  }

  /** @private @param {'test' | 'networks'} call @param {number} number */
  async ofTrial(call, number) {
    const run = this.last;
    if (!run || run !== this.opened) throw new EngineError({ code: 'no_such_trial', number, accepted: '–' });
    return this.client(0).call(call, run.id, number, run.text, run.chosen.backend, this.assetBase);
  }

  /** @private Stops without waiting for trials to be drawn. */
  end() {
    this.stop();
    if (this.active) void this.finish(this.active);
  }

  dispose() {
    this.end();
    globalThis.document?.removeEventListener('visibilitychange', this.onHidden);
    super.dispose();
  }
}
