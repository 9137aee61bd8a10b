import { AsideHost } from './aside-host.js';
import { Answers, problemOf, tableOf as tableFrom } from './answers.js';
import { calibrate, shapeClass } from './calibration.js';
import { adapterFound, guarded, yieldToMessages } from './device.js';
import { Gpu, NO_ROUND } from './gpu.js';
import { HandHost } from './hand-host.js';
import { MapHost } from './map-host.js';
import { sessionFor } from './sessions.js';
import { snapshotsIn } from './take-up.js';
import init, {
  Bench,
  Training,
  check,
  data_file,
  first_round,
  fresh_seed,
  preview,
  response,
  schedule,
} from '../generated/engine/engine.js';

/**
 * The engine's side of a Worker: one WASM instance, at most one training; in the lead Worker also the session. Answers
 * requests by their id and reports while it trains. Knows no Worker: the same host runs on the page's thread where
 * Workers are forbidden.
 *
 * @typedef {import('./answers.js').Post} Post
 */

/** How long the engine works between reports, in ms. */
const BUDGET = 20;
/** A work is warmed up for at most this long, in ms: compilers and pipelines are not what is measured. */
const WARM_UP = 300;
/** Before a first run on the CPU the engine trains for this long, in ms, in pieces that let a run in at once. */
const AHEAD = 250;
const AHEAD_PIECE = 20;
const AHEAD_TRIALS = 64;

/** @param {string} study @param {string} base */
const tableOf = (study, base) => tableFrom(data_file(study), base);

const ON_CPU = { backend: 'cpu', adapter: 'WASM SIMD', software: false };

export class Host extends Answers {
  /** @param {Post} post */
  constructor(post) {
    super(post, init);
    /** @private @type {Gpu | null} */ this.gpu = null;
    /** @private @type {Promise<Gpu> | null} */ this.opening = null;
    /** @private @type {Map<string, import('./calibration.js').Rates>} by the kind of study */
    this.measured = new Map();
    /** @private @type {Set<string>} kinds of study that the CPU has trained for a moment */ this.warmed = new Set();
    /** @private counts the calibrations: a later one ends the one before it */ this.asked = 0;
    /** @private @type {Training | null} */ this.training = null;
    /** @private @type {import('./sessions.js').Session | null} */ this.session = null;
    /** @private the run of the session */ this.opened = 0;
    /** @private the run whose session is being made */ this.beginning = 0;
    /** @private the study of the training, as text */ this.text = '';
    /** @private @type {Bench | null} a work that is ready to be measured */ this.bench = null;
    /** @private the run that trains; anything else is stale */ this.run = 0;
    /** @private the run whose training is here */ this.trained = 0;
    /** @private */ this.onGpu = false;
    /** @private @type {Promise<void>} */ this.loop = Promise.resolve();
    /** @private @type {(() => void) | null} set while paused */ this.wake = null;
    /** @private */ this.paused = false;
    /** @private */ this.maps = new MapHost({ rest: yieldToMessages, guarded });
    /** @private */ this.hands = new HandHost(yieldToMessages);
    /** @private */ this.asides = new AsideHost(yieldToMessages);
    /** A trial that somebody waits to look at.
     * @private @type {{number: number, tell: (words: Uint32Array | null) => void} | null} */
    this.watched = null;
    /** @private bytes of what trials are that somebody waits to keep; 0 while nobody does */ this.saving = 0;
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

  /** The surface between trials; null of too few. @param {import('../study/places.js').Places} places
   * @param {number} columns @param {number} rows */
  response({ dimensions, scored, diverged, at }, columns, rows) {
    return response(dimensions, scored, diverged, at, columns, rows) ?? null;
  }

  /** What a study's schedule multiplies the learning rate by, from the first step to the last; empty of one that waits
   * for what comes of training. @param {string} study @param {number} points */
  schedule(study, points) {
    return schedule(study, points);
  }

  /** @private The GPU, opened and tested when it is first asked for. @returns {Promise<Gpu>} */
  async open() {
    if (this.gpu) return this.gpu;
    this.opening ??= Gpu.open().finally(() => (this.opening = null));
    const gpu = await this.opening;
    return (this.gpu ??= gpu);
  }

  /** Says that the page is hidden, or seen: submits may be longer where nothing is drawn. @param {boolean} isHidden */
  hidden(isHidden) {
    this.gpu?.hidden(isHidden);
  }

  /** What was measured on the GPU: its latency, what a dispatch costs, paces, first uses. */
  async facts() {
    return this.gpu ? guarded(() => /** @type {Gpu} */ (this.gpu).facts()) : null;
  }

  /**
   * Which backend trains, and why. Without a study: whether the one that is asked for can be had.
   * @param {'auto' | 'gpu' | 'cpu'} choice
   * @param {string} [study]
   * @param {string} [base]
   * @param {number} [most] Workers
   */
  async choose(choice, study, base = '', most = 1) {
    if (choice === 'cpu') return { ...ON_CPU, reason: 'asked' };
    const found = await adapterFound();
    if (choice === 'auto') {
      if (!found) return { ...ON_CPU, reason: 'no_webgpu' };
      // It runs on the very cores that the CPU backend uses better: nothing to measure.
      if (found.software) return { ...ON_CPU, reason: 'software_adapter' };
    }
    try {
      const gpu = await this.open();
      const chosen = { backend: 'gpu', adapter: gpu.adapter || found?.name || 'WebGPU', software: gpu.software };
      if (choice === 'gpu') return { ...chosen, reason: 'asked' };
      const rates = await this.rates(study ?? '', base, most);
      return { ...(rates.gpu > rates.cpu ? chosen : ON_CPU), reason: 'measured', rates };
    } catch (error) {
      const problem = /** @type {any} */ (problemOf(error));
      if (choice === 'gpu' || problem.code === 'bad_data') throw error;
      return { ...ON_CPU, reason: 'gpu_failed', problem };
    }
  }

  /**
   * @private What each backend does of such studies a second, measured once.
   * @param {string} study
   * @param {string} base
   * @param {number} most
   * @returns {Promise<import('./calibration.js').Rates>}
   */
  async rates(study, base, most) {
    const key = shapeClass(JSON.parse(study));
    const known = this.measured.get(key);
    if (known) return known;
    const asked = ++this.asked;
    const rest = async () => {
      await yieldToMessages();
      if (asked !== this.asked) throw { code: 'unexpected', detail: 'another run was asked for' };
    };
    const rates = await calibrate(study, await tableOf(study, base), await this.open(), most, { rest, guarded });
    this.measured.set(key, rates);
    return rates;
  }

  /**
   * Makes ready for a run of a study: opens the GPU and begins to compile what the study would need, or trains it on
   * the CPU for a moment, as browsers compile well only what has run for a while. What was trained is thrown away.
   * @param {string} study
   * @param {'auto' | 'gpu' | 'cpu'} choice
   * @param {string} base
   * @returns {Promise<'gpu' | 'cpu'>} the backend that is ready
   */
  async ahead(study, choice, base) {
    const found = choice === 'cpu' ? null : await adapterFound();
    const known = this.measured.get(shapeClass(JSON.parse(study)));
    if (!found || (choice === 'auto' && (found.software || (known && known.cpu >= known.gpu)))) {
      await this.warm(study, base);
      return 'cpu';
    }
    const [gpu, table] = await Promise.all([this.open(), tableOf(study, base)]);
    await guarded(async () => gpu.prepare(study, first_round(study), table));
    return 'gpu';
  }

  /** Trains a study on the CPU for a moment, unless its kind has been trained here; a run ends it.
   * @param {string} study @param {string} base */
  async warm(study, base) {
    const key = shapeClass(JSON.parse(study));
    if (this.warmed.has(key)) return;
    this.warmed.add(key);
    const table = await tableOf(study, base);
    const isWanted = () => this.run === 0;
    if (!isWanted()) return;
    const some = JSON.stringify(JSON.parse(first_round(study)).slice(0, AHEAD_TRIALS));
    const training = Training.on_cpu(study, some, table);
    const until = performance.now() + AHEAD;
    while (isWanted() && performance.now() < until) {
      const { finished } = await training.advance(AHEAD_PIECE);
      if (finished) break;
      await yieldToMessages();
    }
    training.free();
  }

  /** Begins the session of a run: its first round, as JSON, and the version of what trains.
   * @param {number} run @param {string} study */
  async begin(run, study) {
    this.beginning = run;
    const session = await sessionFor(study);
    // Another run may have begun meanwhile.
    if (this.beginning !== run) {
      session.free();
      throw { code: 'unexpected', detail: 'another run was asked for' };
    }
    this.session?.free();
    this.session = session;
    this.opened = run;
    return { round: session.next_round(), numerics: session.numerics };
  }

  /** @private A run's session; a Worker that was replaced has lost it. @param {number} run
   * @returns {import('./sessions.js').Session} */
  sessionOf(run) {
    if (this.session && this.opened === run) return this.session;
    throw { code: 'unexpected', detail: 'the session is over' };
  }

  /** @private @param {import('./sessions.js').Session} session */
  standing(session) {
    const { done, total, steps, total_steps: totalSteps } = session.progress();
    return { done, total, steps, totalSteps, best: session.best ?? null };
  }

  /**
   * Tells a run's session what trains, and the steps that trials will take.
   * @param {number} run
   * @param {any[]} engines
   * @param {number[]} numbers
   * @param {number[]} steps
   */
  begun(run, engines, numbers, steps) {
    const session = this.sessionOf(run);
    for (const { backend, adapter, plan, workers } of engines) session.trained_by(backend, adapter, plan, workers);
    session.plan(new Uint32Array(numbers), new Float64Array(steps));
    return this.standing(session);
  }

  /**
   * Tells a run's session what became of trials, and what those are that have left training: how it stands now, and
   * once the round has come home the next one, as JSON, with the trials that the session itself has ended.
   * @param {number} run
   * @param {Float64Array[]} reports
   * @param {Uint32Array[]} kept
   */
  report(run, reports, kept) {
    const session = this.sessionOf(run);
    for (const numbers of reports) session.report(numbers);
    for (const words of kept) session.keep(words);
    const round = session.is_under_way ? null : session.next_round();
    return { ...this.standing(session), round, ended: session.ended() };
  }

  /** Where trials of a run's last round go on, for who trains them. @param {number} run @param {number[]} numbers */
  handOver(run, numbers) {
    return this.sessionOf(run).hand_over(new Uint32Array(numbers));
  }

  /** Ends a run's session, if it is not over: how it stands, and the result but for the trials. @param {number} run */
  conclude(run) {
    const session = this.sessionOf(run);
    session.stop();
    session.ended();
    return { ...this.standing(session), result: session.document() };
  }

  /**
   * Gives a study that was run more trials: the next round, as JSON, and the study.
   * @param {number} run
   * @param {number} n
   */
  more(run, n) {
    const session = this.sessionOf(run);
    session.more(n);
    return { round: session.next_round(), study: session.document().study };
  }

  /** Goes on with what has been picked since: the next round, as JSON, and the study. @param {number} run
   * @param {string} study with more points */
  pick(run, study) {
    const session = this.sessionOf(run);
    session.pick(study);
    return { round: session.next_round(), study: session.document().study };
  }

  /**
   * What the trials of a round cost, in proportion.
   * @param {string} study
   * @param {string} round
   * @param {string} base
   */
  async work(study, round, base) {
    // The rows of a later round are those of the round before.
    if (this.text === study) await this.loop;
    const training =
      this.training && this.text === study
        ? this.training.sibling_on_cpu(round)
        : Training.on_cpu(study, round, await tableOf(study, base));
    const work = training.planned_work();
    training.free();
    return work;
  }

  /**
   * Begins to train a share of a round; reports follow until the last says `finished`. A pause that comes meanwhile is
   * kept.
   * @param {number} run
   * @param {string} study
   * @param {string} round
   * @param {Uint32Array} from where its trials go on
   * @param {'gpu' | 'cpu'} backend
   * @param {string} base
   */
  async start(run, study, round, from, backend, base) {
    await this.stop();
    this.training?.free();
    this.training = null;
    this.text = study;
    const table = await tableOf(study, base);
    this.run = run;
    this.onGpu = backend === 'gpu';
    this.training = this.trainingOf(study, this.onGpu, table);
    this.training.assign(round, from);
    return this.go(run, this.training);
  }

  /** @private A training without trials. @param {string} study @param {boolean} onGpu @param {Uint8Array} [table] */
  trainingOf(study, onGpu, table) {
    return onGpu && this.gpu ? this.gpu.training(study, NO_ROUND, table) : Training.on_cpu(study, NO_ROUND, table);
  }

  /**
   * Goes on with a share of a later round of the run that trains here, or of one that was stopped.
   * @param {number} run @param {string} round @param {Uint32Array} from where its trials go on
   */
  async assign(run, round, from) {
    await this.loop;
    if (!this.training || this.trained !== run) throw { code: 'unexpected', detail: 'the training is gone' };
    this.run = run;
    this.training.assign(round, from);
    return this.go(run, this.training);
  }

  /** @private @param {number} run @param {Training} training */
  go(run, training) {
    this.trained = run;
    const begun = {
      info: training.info(),
      planned: [...training.planned_steps()],
      work: [...training.planned_work()],
    };
    this.loop = this.train(run, training, this.onGpu);
    return begun;
  }

  /** @private @param {number} run @param {Training} training @param {boolean} onGpu */
  async train(run, training, onGpu) {
    try {
      // The answer to `start` goes out before the first report.
      await yieldToMessages();
      for (;;) {
        if (this.paused) await new Promise((resolve) => (this.wake = () => resolve(undefined)));
        if (this.run !== run) return;
        if (this.watched && !training.watch(this.watched.number)) this.show(null);
        if (this.saving) training.watch_all(this.saving);
        const { watched, ...report } = await (onGpu
          ? guarded(() => training.advance(BUDGET))
          : training.advance(BUDGET));
        if (this.run !== run) return;
        if (watched) {
          const shown = snapshotsIn(watched).find(({ number }) => number === this.watched?.number);
          if (shown) this.show(shown.words);
          if (this.saving) report.open = watched;
          this.saving = 0;
        }
        this.post(
          { run, report },
          [report.numbers, report.kept, report.open].filter(Boolean).map(({ buffer }) => buffer),
        );
        if (report.finished) return;
        await yieldToMessages();
      }
    } catch (error) {
      this.post({ run, problem: problemOf(error) });
    } finally {
      this.show(null);
    }
  }

  /** What a trial that trains here is after its next epoch, as words; null of one that does not train now.
   * @param {number} run @param {number} number @returns {Promise<Uint32Array | null>} */
  weights(run, number) {
    this.show(null);
    if (this.run !== run || this.trained !== run || this.paused) return Promise.resolve(null);
    return new Promise((tell) => (this.watched = { number, tell }));
  }

  /** Has the report of the next epoch say what the trials are that train here, as far as that takes so many bytes.
   * @param {number} run @param {number} most */
  save(run, most) {
    if (this.run === run && this.trained === run) this.saving = most;
  }

  /** @private @param {Uint32Array | null} words */
  show(words) {
    this.watched?.tell(words);
    this.watched = null;
  }

  /** What an ended trial of a run's session is, as words; null where nobody keeps it.
   * @param {number} run @param {number} number */
  keptWeights(run, number) {
    return this.sessionOf(run).weights(number) ?? null;
  }

  /** What is asked of a trainability map (map-host.js). @param {'begin' | 'estimate' | 'train' | 'stop'} what
   * @param {any[]} given */
  map(what, ...given) {
    return /** @type {Function} */ (this.maps[what]).apply(this.maps, given);
  }

  /** Makes a map ready. @param {number} id @param {import('./map-host.js').MapGiven} given
   * @param {'gpu' | 'cpu'} backend @param {string} base */
  async beginMap(id, given, backend, base) {
    const [table, gpu] = [await tableOf(given.study, base), backend === 'gpu' ? await this.open() : null];
    return this.maps.begin(id, given, table, gpu);
  }

  /** What is asked of a run by hand (hand-host.js). @param {'begin' | 'train' | 'stop'} what @param {any[]} args
   * @param {string} base */
  async hand(what, args, base) {
    if (what !== 'begin') return /** @type {Function} */ (this.hands[what]).apply(this.hands, args);
    const study = JSON.stringify(args[0]);
    return this.hands.begin(study, await tableOf(study, base));
  }

  /** What is asked beside a run (aside-host.js). @param {'believe' | 'search' | 'train' | 'stop'} what
   * @param {string} study as text, of whose data it is in need @param {string} base @param {...any} given */
  async aside(what, study, base, ...given) {
    if (!study) return /** @type {Function} */ (this.asides[what]).apply(this.asides, given);
    const table = await tableOf(study, base);
    return /** @type {Function} */ (this.asides[what]).call(this.asides, study, ...given, table);
  }

  /** All that becomes of one trial, of whatever study. @param {string} study @param {string} round
   * @param {'gpu' | 'cpu'} backend @param {string} base */
  async trace(study, round, backend, base) {
    const [table, gpu] = [await tableOf(study, base), backend === 'gpu' ? await this.open() : null];
    return this.maps.trace(study, round, table, gpu);
  }

  /** Ends the training after the step under way. */
  async stop() {
    this.run = 0;
    this.saving = 0;
    this.resume();
    await this.loop;
    this.training?.cancel();
  }

  pause() {
    this.paused = true;
    // Nobody waits for what may not come.
    this.show(null);
  }

  resume() {
    this.paused = false;
    this.wake?.();
    this.wake = null;
  }

  /**
   * The one look at the test rows, for a trial of a run's session that has ended.
   * @param {number} run @param {number} number @param {string} study @param {'gpu' | 'cpu'} backend
   * @param {string} base
   */
  test(run, number, study, backend, base) {
    return this.kept(run, number, study, backend, base, (training, session) =>
      training.test(session.again(number), session.weights(number) ?? new Uint32Array()),
    );
  }

  /**
   * An ended trial's weights, one network a seed (of a cross-validation those of its first fold) in PyTorch's flat
   * order, and what the data were standardised by: mean and deviation of each feature, and of the target.
   * @param {number} run @param {number} number @param {string} study @param {'gpu' | 'cpu'} backend
   * @param {string} base
   */
  networks(run, number, study, backend, base) {
    const seeds = JSON.parse(study).seeds_per_trial ?? 1;
    return this.kept(run, number, study, backend, base, (training, session) => ({
      networks: /** @type {Float32Array[]} */ (session.networks(number)).slice(0, seeds),
      scaling: training.scaling(),
    }));
  }

  /**
   * @private What is made of an ended trial's weights. Those that had to make room for better ones are trained again
   * first, on the backend that trained them.
   * @template T
   * @param {number} run
   * @param {number} number
   * @param {string} study
   * @param {'gpu' | 'cpu'} backend
   * @param {string} base
   * @param {(training: Training, session: import('./sessions.js').Session) => T} make
   */
  async kept(run, number, study, backend, base, make) {
    const isKept = this.sessionOf(run).keeps(number);
    const onGpu = backend === 'gpu' && !isKept;
    const table = await tableOf(study, base);
    const session = this.sessionOf(run);
    const training = this.trainingOf(study, onGpu, table);
    try {
      if (!isKept) training.assign(session.again(number), new Uint32Array());
      for (let finished = isKept; !finished; await yieldToMessages()) {
        const report = await (onGpu ? guarded(() => training.advance(BUDGET)) : training.advance(BUDGET));
        // Another run may have begun meanwhile, and with it another session.
        this.sessionOf(run);
        if (report.kept) session.keep(report.kept);
        finished = report.finished;
      }
      return make(training, this.sessionOf(run));
    } finally {
      training.free();
    }
  }

  /**
   * Makes a work of works.js ready and warms up; {@link choose} has opened the GPU.
   * @param {import('../study/works.js').Work} work @param {'gpu' | 'cpu'} backend
   */
  async prepare(work, backend) {
    const make = (/** @type {object} */ given) =>
      backend === 'gpu' && this.gpu ? this.gpu.bench(JSON.stringify(given)) : Bench.on_cpu(JSON.stringify(given));
    const free = () => {
      this.bench?.free();
      this.bench = null;
    };
    // Before the next is made, which may be refused: two would take twice the memory.
    free();
    const guard = backend === 'gpu' ? guarded : (/** @type {() => Promise<any>} */ act) => act();
    this.bench = await guard(() => make({ ...work, steps: Math.min(work.steps, 100) }));
    await guard(() => this.measure(WARM_UP));
    free();
    this.bench = await guard(() => make(work));
    return /** @type {Bench} */ (this.bench).info();
  }

  /** Trains the work that is ready to its end, or for so many ms. @param {number} limit */
  async measure(limit) {
    const begun = performance.now();
    for (let steps = 0; ;) {
      const report = await /** @type {Bench} */ (this.bench).advance(BUDGET);
      steps += report.steps;
      const ms = performance.now() - begun;
      if (report.finished || ms >= limit) return { steps, seconds: ms / 1000, finished: report.finished };
    }
  }
}
