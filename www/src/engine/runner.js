import {
  anewNotice,
  fallbackNotice,
  resumingNotice,
  runNotice,
  supportsEngine,
  tooOldNotice,
} from '../state/notices.js';
import { snapshot } from '../state/snapshot.js';
import { resultDocument, resultOf } from '../state/trials.js';
import { pickedOf, samplerOf } from '../study/search.js';
import { checkTogether } from '../study/study.js';
import { defineLater, later } from '../platform/later.js';
import { inSlices } from '../platform/turns.js';
import { Asked, here } from './asked.js';

/**
 * Runs studies: the one place where the page talks to the engine. Everything that comes back goes into the store.
 *
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {import('../study/types.js').Result} Result
 * @typedef {import('../study/types.js').HeldResult} HeldResult
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../state/trials.js').Trials} Trials
 * @typedef {(name: string, detail: unknown) => void} Emit
 */

/** Screen readers hear of progress every tenth of the trials, but not more often than this. */
const SPEAK_EVERY = 5000;
/** What is said of studies and runs before; a run that begins answers it. */
const ANSWERED = ['run', 'study', 'batch', 'all_diverged', 'device', 'fallback', 'anew'];

const picking = defineLater('picking', () => import('./picking.js'));

/** A message names so many trials at most. */
const NAMED = 8;

/** What keeps a trial from being tested: its rows are looked at once, and not for a network that says nothing.
 * @param {Store} store @param {number} number @returns {Problem | null} */
export function untestable({ trials }, number) {
  const ended = [...trials.values()].filter(({ state }) => state === 'complete' || state === 'pruned');
  if (ended.some((one) => one.number === number)) return null;
  if (!ended.length) return { code: 'no_such_trial', fault: 'none' };
  if (trials.get(number)?.state === 'diverged') return { code: 'trial_diverged', trial: number };
  const named = ended.slice(0, NAMED).map((one) => one.number);
  const accepted = named.concat(/** @type {any} */ (ended.length > NAMED ? ['…'] : [])).join(', ');
  return { code: 'no_such_trial', number, accepted };
}

export class Runner extends Asked {
  /** @param {Store} store @param {string} assetBase @param {Emit} emit */
  constructor(store, assetBase, emit) {
    super(store);
    /** Where data files lie. */ this.assetBase = assetBase;
    /** @private */ this.emit = emit;
    /** @private @type {import('./engine.js').Engine | null} */ this.made = null;
    /** @type {HeldResult | null} of the run shown */ this.result = null;
    /** @private @type {HeldResult | null} of the engine's own run, once it has ended */ this.own = null;
    /** @private */ this.spoken = { at: 0, tenth: 0 };
    /** Whether the pending run was told to stop. */ this.stopping = false;
    /** @private @type {Promise<unknown>} settles once nobody is opening a test set */
    this.opening = Promise.resolve();
    /**
     * @private
     * @type {import('../study/types.js').Trial[]} trials that have ended, and how many of them were told of
     */
    this.untold = [];
    /** @private */ this.told = 0;
    /** @private @type {Promise<unknown> | null} */ this.telling = null;
    /** @private */ this.began = false;
    /** @private @type {Study | null} a run's study until its first trials arrive; what was there stays until then */
    this.fresh = null;
    /** @private @type {import('./take-up.js').Before | null} the run that goes on, if it was cut off */
    this.before = null;
  }

  /** @private Other trials lie under the same numbers now. */
  forgetSurfaces() {
    this.surfaces?.forget();
  }

  /** @protected */
  get engine() {
    if (this.made) return this.made;
    const engine = new (here().Engine)({ assetBase: this.assetBase });
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ act) =>
      engine.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
    on('backend', (detail) => this.onBackend(detail));
    on('trials', (detail) => this.onTrials(detail));
    on('progress', (detail) => this.onProgress(detail));
    on('problem', (detail) => this.onProblem(detail));
    on('restart', (detail) => this.onRestart(detail));
    on('anew', () => this.onAnew());
    this.made = engine;
    return engine;
  }

  /** @returns {Promise<Result>} */
  run() {
    this.pending ??= this.start().finally(() => this.over());
    return this.pending;
  }

  /** @private */
  over() {
    this.pending = this.before = null;
    this.turn?.leave();
  }

  /** Goes on with the run shown, which was cut off when its page went away.
   * @param {Pick<import('./take-up.js').Before, 'id' | 'open'>} rest @returns {Promise<Result>} */
  takeUp({ id, open }) {
    const { store, result } = this;
    const before = result && { id, study: store.shownStudy, trials: store.trials, engine: result.engine, open };
    this.pending ??= this.start(before).finally(() => this.over());
    return this.pending;
  }

  /** What the trials in training are, so that another page can go on from there.
   * @param {number} most bytes @returns {Promise<import('./take-up.js').Open[]>} */
  async save(most) {
    return this.pending && this.made ? this.made.save(most) : [];
  }

  /** @param {import('./take-up.js').Before | null} [before] @returns {Promise<Result>} */
  async start(before = null) {
    const { store } = this;
    this.stopping = false;
    this.began = false;
    this.back();
    this.setState('starting');
    store.reports.dismiss(...ANSWERED);
    try {
      await this.turn?.take();
      const waited = this.stopping && this.turn ? this.shownResult : null;
      if (waited) return this.unbegun(waited);
      if (!supportsEngine()) {
        store.reports.notify(tooOldNotice());
        throw this.shown({ code: 'note_too_old' });
      }
      await this.wake();
      const draft = store.drafts.values().next().value;
      if (draft) throw this.shown(draft.problem);
      const isUnpicked = samplerOf(store.study) === 'hand' && !pickedOf(store.study).length;
      if (isUnpicked) throw this.shown({ code: 'missing', key: 'sampler.points', accepted: '[{...}, ...]' });
      const problem = checkTogether(store.study) ?? (await this.engine.check(store.study)).problem;
      if (problem) throw this.shown(problem);
      this.fresh = store.study;
      this.before = before;
      this.spoken = { at: performance.now(), tenth: 0 };
      // A stop that came while the study was being checked is kept until the engine can take it.
      const running = this.engine.run(store.study, store.choice, before);
      if (this.stopping) this.engine.stop();
      else if (store.state === 'paused') this.engine.pause();
      return await this.finish(await running);
    } catch (error) {
      this.fresh = null;
      throw this.fail(error, this.began);
    }
  }

  /** Goes on with the run shown: so many more trials of its study. @param {number} n @returns {Promise<Result>} */
  more(n) {
    this.pending ??= this.goOn(n).finally(() => this.over());
    return this.pending;
  }

  /** @param {number | Study} n more trials, or the study with what was picked since
   * @returns {Promise<Result>} */
  async goOn(n) {
    const { store } = this;
    this.stopping = false;
    const before = store.trials.size;
    store.reports.grow();
    this.setState('starting');
    store.reports.dismiss(...ANSWERED);
    try {
      await this.turn?.take();
      return await this.finish(await this.engine.more(n), before);
    } catch (error) {
      throw this.fail(error, store.trials.size > before);
    }
  }

  /** @private What is shown, of this run or of one that was stored. @returns {HeldResult | null} */
  get shownResult() {
    const { store, result } = this;
    const { shownStudy: study, trials, best } = store;
    return result ?? (trials.size ? resultOf({ study, trials, best, engine: null, test: null }) : null);
  }

  /** @private A run that was stopped while it waited for its turn: what was shown before stays.
   * @param {HeldResult} result */
  unbegun(result) {
    this.store.reports.rest();
    this.setState('idle');
    this.store.reports.settled();
    return resultDocument(result);
  }

  /** Trains what has been picked by hand since (picking.js). @returns {Promise<unknown>} */
  async pick() {
    return (await picking.open()).pick(this, this.store);
  }

  /** @private The first news of a run's trials puts away those of the run before. @param {Trials} [trials] */
  begin(trials) {
    if (!this.fresh) return;
    this.store.reports.begin(this.fresh, trials, this.before?.id);
    this.forgetSurfaces();
    this.fresh = null;
    this.began = true;
    this.result = this.own = null;
  }

  /** Shows a run that is there; one that is trained goes on. The networks of all but the engine's own are gone.
   * @param {import('../state/shelf.js').Held} held */
  show(held) {
    const { store } = this;
    this.forgetSurfaces();
    const isOwn = held.trials === store.shelf.live?.trials;
    store.reports.show(held, isOwn && (this.made?.canGoOn ?? false));
    this.result = isOwn ? this.own : resultOf(held);
  }

  /** Shows the stored example, which is no result of this device.
   * @param {Parameters<Store['reports']['example']>[0]} one */
  showExample(one) {
    this.forgetSurfaces();
    this.stored = one.surface ?? null;
    this.store.reports.example(one);
    this.result = null;
  }

  /** Shows no run at all. */
  showNothing() {
    this.forgetSurfaces();
    this.store.reports.clear();
    this.result = null;
  }

  /** @private @param {HeldResult} result @param {number} [first] the number of its first trial, of a run that went on
   * @returns {Promise<Result>} */
  async finish(result, first = 0) {
    const { store } = this;
    this.begin();
    this.keep(result);
    const { best } = result;
    store.reports.best(best);
    await this.tell();
    const stopped = result.trials.some(({ number, state }) => number >= first && state === 'cancelled');
    store.reports.end(stopped ? 'stopped' : 'finished', result.engine);
    store.reports.dismiss('device');
    this.setState('idle');
    const { size, counts } = store.trials;
    if (size && counts.diverged === size && store.reports.isShown) void this.explain(result);
    if (stopped) {
      const complete = result.trials.filter((one) => one.state === 'complete').length;
      store.reports.say(complete || best === null ? 'say.stopped' : 'say.stopped_best', { n: complete, best });
    } else {
      const { complete, pruned, diverged } = store.shelf.live?.trials.counts ?? store.counts;
      const key = best === null ? 'say.finished_none' : pruned ? 'say.finished_pruned' : 'say.finished';
      store.reports.say(key, { n: result.trials.length, best, complete, pruned, diverged });
    }
    store.reports.settled();
    const document = resultDocument(result);
    this.emit('finished', document);
    return document;
  }

  /** @private Why all trials of a run diverged, in words that come then. @param {HeldResult} result */
  async explain(result) {
    const { divergedNotice } = await later('notices').catch(() => ({}));
    const notice = this.result === result && divergedNotice?.(this.store);
    if (notice) this.store.reports.notify(notice);
  }

  /** @private What the engine's run has come to. @param {HeldResult | null} result */
  keep(result) {
    const { store } = this;
    // The same study trains the same networks again.
    const test = result && store.testOf(store.shelf.live?.study ?? result.study);
    if (result) result.test = test && { ...test };
    this.own = result;
    if (store.reports.isShown) this.result = result;
  }

  /** @private @param {unknown} error @param {boolean} started @returns {Error} */
  fail(error, started) {
    const { store } = this;
    const given = /** @type {{problem?: Problem, message?: string}} */ (error);
    const problem = given?.problem ?? { code: 'unexpected', detail: String(given?.message ?? error) };
    // What follows the first clause is a list of what the engine was built without.
    if (problem.code === 'no_gpu') problem.detail = String(problem.detail).split(';')[0];
    if (started) {
      store.reports.cancelUnfinished();
      const result = snapshot(store);
      if (result) this.keep(result);
      store.reports.end('failed', result?.engine ?? null);
    } else store.reports.rest();
    if (store.backend?.reason === 'restarting') store.reports.backend(null);
    store.reports.dismiss('device');
    this.setState('idle');
    if (problem.code !== 'note_too_old') store.reports.notify(runNotice(store, problem, started));
    const shown = this.shown(problem);
    this.emit('problem', { ...problem, message: shown.message });
    store.reports.settled();
    return shown;
  }

  pause() {
    if (this.store.state !== 'running' && this.store.state !== 'starting') return;
    // What is paused before the engine has it, it is told of when it does.
    this.made?.pause();
    this.setState('paused');
    this.turn?.leave();
    this.store.reports.say('say.paused');
  }

  resume() {
    if (this.store.state !== 'paused') return;
    if (!this.turn) return this.goOnTraining();
    void this.turn.take().then(() => this.store.state === 'paused' && this.goOnTraining());
  }

  /** @private */
  goOnTraining() {
    const taken = this.made !== null && this.made.state !== 'idle';
    this.made?.resume();
    this.setState(taken ? 'running' : 'starting');
    this.store.reports.say('say.resumed');
  }

  stop() {
    if (!this.pending) return;
    this.stopping = true;
    this.turn?.skip();
    if (this.made && this.made.state !== 'idle') this.engine.stop();
  }

  /** Opens the test set for one trial, once for the data; who asks meanwhile waits for what comes of it.
   * @param {number} trial @returns {Promise<import('../state/store.js').OpenedTest>} */
  openTest(trial) {
    const opened = this.opening.then(() => this.openNow(trial));
    this.opening = opened.catch(() => {});
    return opened;
  }

  /** @private @param {number} number @returns {Promise<import('../state/store.js').OpenedTest>} */
  async openNow(number) {
    const { store, result } = this;
    if (store.test) {
      if (store.test.trial === number) return { ...store.test };
      throw this.shown({ code: 'test_opened', number: store.test.trial });
    }
    if (store.seen) throw this.shown({ code: 'test_seen' });
    if (store.isExample) throw this.shown({ code: 'test_earlier' });
    if (this.pending || !result) throw this.shown({ code: 'test_running' });
    if (store.outcome === 'earlier') throw this.shown({ code: 'test_earlier' });
    const problem = untestable(store, number);
    if (problem) throw this.shown(problem);
    const study = store.shownStudy;
    try {
      const { trial, loss, metric } = await this.engine.openTest(number);
      const test = { trial, loss, metric };
      store.reports.test(test, study);
      if (this.result === result) store.reports.pick(trial);
      result.test = { ...test };
      return test;
    } catch (error) {
      const problem = /** @type {any} */ (error)?.problem ?? { code: 'unexpected', detail: String(error) };
      const shown = this.shown(problem);
      this.emit('problem', { ...problem, message: shown.message });
      throw shown;
    }
  }

  /** Lets the Workers go, and the GPU with them, until the next run or until the element is back: a figure that is
   * still being drawn may ask for a fit, and must not start them anew. */
  dispose() {
    this.looking?.then((models) => models.dispose()).catch(() => {});
    this.races?.dispose();
    this.mapped?.dispose();
    this.leaveAll();
    this.made?.dispose();
    this.store.reports.gone(this.result !== null);
  }

  /** Lets the Workers go while another guest of the page trains; they start again when they are wanted. */
  rest() {
    if (this.pending || !this.made) return;
    this.dispose();
    this.back();
  }

  /** Workers may start again. */
  back() {
    if (this.made?.isGone) this.made = null;
  }

  /** @private @param {import('../study/types.js').RunState} state */
  setState(state) {
    this.store.reports.state(state, this.made?.canGoOn ?? false);
    this.mapped?.yield(state !== 'idle');
  }

  /** @private @param {import('../study/types.js').BackendInfo} info */
  onBackend(info) {
    const { store } = this;
    store.reports.backend(info);
    if (store.state === 'starting' && info.reason !== 'restarting') this.setState('running');
    if (info.reason !== 'restarting' && info.backend === 'gpu') store.reports.dismiss('device');
  }

  /** @private A run under `auto` begins anew on the CPU: what the GPU trained is put away. @param {Problem} problem */
  onRestart(problem) {
    const { store } = this;
    const code = `fallback_${problem.code}`;
    // What follows the first clause is a list of what the engine was built without.
    const told = { ...problem, code, detail: String(problem.detail ?? '').split(';')[0] };
    this.fresh ??= store.shelf.live?.study ?? null;
    this.forget();
    store.reports.backend(null);
    store.reports.dismiss('device');
    store.reports.notify(fallbackNotice(told));
    this.emit('problem', { ...told, message: store.sentence(told) });
  }

  /** @private What is left of the run cannot be gone on with: it stays, and its study is trained as another run. */
  onAnew() {
    this.before = null;
    this.store.reports.notify(anewNotice());
  }

  /** Makes ready for a run of the study as it is now; what goes wrong here is told by the run. */
  async ahead() {
    if (this.pending || !supportsEngine()) return;
    await this.engine.ahead(this.store.study, this.store.choice).catch(() => {});
  }

  /** @private @param {{trials: Trials, best: number | null}} news */
  onTrials({ trials, best }) {
    this.begin(trials);
    this.store.reports.best(best);
    if (this.store.state === 'starting') this.setState('running');
    this.untold = this.untold.concat(this.store.reports.turn());
    void this.tell();
  }

  /** @private */
  forget() {
    this.untold = [];
    this.told = 0;
  }

  /**
   * @private Tells of the trials that have ended, in slices, as thousands may end at once.
   * @returns {Promise<unknown>}
   */
  tell() {
    this.telling ??= inSlices(this.news(), () => true).finally(() => {
      this.telling = null;
    });
    return this.telling;
  }

  /** @private */
  *news() {
    // From the front without moving those behind, which may be tens of thousands.
    while (this.told < this.untold.length) {
      this.emit('trial', this.untold[this.told++]);
      yield;
    }
    this.forget();
  }

  /** @private @param {import('../study/types.js').Progress & {best: number | null}} progress */
  onProgress(progress) {
    const { store } = this;
    const { best, ...told } = progress;
    if (!this.fresh) store.reports.best(best);
    store.reports.progress({ ...told, epochs: store.trials.epochs });
    if (store.state === 'starting') this.setState('running');
    this.emit('progress', store.progress);
    const tenth = Math.floor((10 * progress.done) / Math.max(1, progress.total));
    const now = performance.now();
    if (tenth > this.spoken.tenth && now - this.spoken.at > SPEAK_EVERY) {
      this.spoken = { at: now, tenth };
      store.reports.say('say.progress', { done: progress.done, n: progress.total });
    }
  }

  /** @private @param {Problem} problem */
  onProblem(problem) {
    const { store } = this;
    if (problem.code === 'device_lost' && this.pending) store.reports.notify(resumingNotice(store, problem));
    else if (!this.pending) store.reports.notify(runNotice(store, problem, true));
    // Fatal problems also reject the run, which reports them; what stays a notice is told here.
    if (problem.code === 'device_lost')
      this.emit('problem', { ...problem, message: store.sentence({ ...problem, code: 'device_resuming' }) });
  }
}
