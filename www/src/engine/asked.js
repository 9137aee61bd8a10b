import { defineLater } from '../platform/later.js';
import { supportsEngine } from '../state/notices.js';
import { checkTogether } from '../study/study.js';

/**
 * What the page asks the engine beside its runs. What is asked first of something loads it.
 *
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('./engine.js').Engine} Engine
 */

const works = defineLater('works', () => import('./works.js'));
const modeling = defineLater('modeling', () => import('./modeling.js'));
const surfacing = defineLater('surfacing', () => import('./surfacing.js'));
const racing = defineLater('racing', () => import('./racing.js'));
const repeats = defineLater('repeats', () => import('./repeats.js'));
const mapping = defineLater('mapping', () => import('./mapping.js'));
const pairing = defineLater('pairing', () => import('./pairing.js'));
const aside = defineLater('aside', () => import('./aside.js'));

/** What trains, once it is here. @type {typeof import('./works.js') | null} */
let trained = null;

/** The whole page brings along what trains. @param {typeof import('./works.js')} brought */
export function bring(brought) {
  trained = brought;
}

/** Curves of schedules that are kept. */
const KEPT_CURVES = 200;

/** An error whose message is the sentence shown, with the problem that it came from. */
export class ShownError extends Error {
  /** @param {string} message @param {Problem} problem */
  constructor(message, problem) {
    super(message);
    this.name = 'ShownError';
    this.problem = problem;
  }
}

export function here() {
  if (!trained) throw new Error('What trains is not here yet');
  return trained;
}

export class Asked {
  /** @param {Store} store */
  constructor(store) {
    /** @protected */ this.store = store;
    /** Whether nothing of the engine is loaded yet: in a guest on another page nobody has touched it. */
    this.isAsleep = true;
    /** Is told once it is awake, whoever woke it. */ this.onWake = () => {};
    /** @type {import('./turn.js').Turn | null} among guests of one page */ this.turn = null;
    /** @protected @type {import('../state/stored.js').StoredSurface | null} of a stored run */ this.stored = null;
    /** @type {Promise<import('../study/types.js').Result> | null} the run under way */ this.pending = null;
    /** @protected @type {import('./surfacing.js').Surfacing | null} */ this.surfaces = null;
    /** @protected @type {import('./racing.js').Racing | null} */ this.races = null;
    /** Looks into networks, once one was asked for. @type {Promise<import('./modeling.js').Modeling> | null} */
    this.looking = null;
    /** @protected @type {Partial<Record<'range' | 'sharpness' | 'ensemble', import('./range.js').PieceRun>>} */
    this.piecewise = {};
    /** @protected @type {import('./mapping.js').Mapping | null} */ this.mapped = null;
    /** @private @type {Map<string, Promise<Float64Array | null>>} by what was asked for */ this.curves = new Map();
    // Data that stand in a study are packed when it is checked, for whoever does not read text.
    store.subscribe(['study'], () => void (store.study.dataset.text !== undefined && this.check(store.study)));
  }

  /** @protected The engine, which starts when it is first asked for. @returns {Engine} */
  get engine() {
    throw new Error('nobody has an engine');
  }

  /** @protected @param {Problem} problem */
  shown(problem) {
    return new ShownError(this.store.sentence(problem), problem);
  }

  /** Has loss surfaces do something; what lays them is loaded when one is first asked for.
   * @param {(surfaces: import('./surfacing.js').Surfacing) => unknown} act */
  async surface(act) {
    try {
      // Once it is here what is asked for is done at once.
      if (!this.surfaces) {
        const { Surfacing } = await surfacing.open();
        this.surfaces ??= new Surfacing(this.store, () => this.engine);
      }
      await act(this.surfaces);
    } catch (error) {
      this.store.reports.landscape.fail({ code: 'unexpected', detail: String(error) });
    }
  }

  /** Lets a surface go, if there ever was one. */
  leaveSurface() {
    this.surfaces?.leave();
  }

  /** Has races do something; what races is loaded when it is first asked for.
   * @template T @param {(races: import('./racing.js').Racing) => T | Promise<T>} act @returns {Promise<T | null>} */
  async race(act) {
    try {
      if (!this.races) {
        const { Racing } = await racing.open();
        this.races ??= new Racing(this.store, () => this.engine);
      }
      return await act(this.races);
    } catch (error) {
      this.store.reports.race.fail({ code: 'unexpected', detail: String(error) });
      return null;
    }
  }

  /** Lets a race go, if there ever was one. */
  leaveRace() {
    this.races?.leave();
  }

  /** @param {Study} study @returns {Promise<{study: Study | null, problem: Problem | null}>} */
  async check(study) {
    // Guests have the engine check a study when it is to be trained; what its own table has in it nobody else can say.
    if (!supportsEngine() || (this.isAsleep && study.dataset.text === undefined))
      return { study: null, problem: checkTogether(study) };
    await this.wake();
    return this.engine.check(study);
  }

  /** Somebody wants something of it, so that what trains may be loaded. @returns {Promise<void>} */
  async wake() {
    if (!this.isAsleep) return;
    trained ??= await works.open();
    if (!this.isAsleep) return;
    this.isAsleep = false;
    if (!this.stored) this.store.reports.woken();
    this.onWake();
  }

  /** What reads files of the reader's own, and lets Workers train them. */
  get data() {
    return this.engine;
  }

  /** A few rows of a study's data. @param {Study} study @param {number} n
   * @returns {Promise<import('../study/types.js').Preview>} */
  async preview(study, n) {
    if (!supportsEngine()) throw this.shown({ code: 'note_too_old' });
    return this.engine.preview(study, n);
  }

  /** The surface between trials, which takes an engine, or was stored with a run that nobody has touched yet.
   * @param {import('../study/places.js').Places} places @param {number} columns @param {number} rows
   * @param {import('../state/stored.js').Cut} [cut] @returns {Promise<Float64Array | null>} */
  async response(places, columns, rows, cut) {
    if (this.turn && this.store.isExample && cut && this.stored?.fits(cut)) return this.stored.drawn(columns, rows);
    return supportsEngine() && !this.isAsleep ? this.engine.response(places, columns, rows).catch(() => null) : null;
  }

  /** A schedule's curve, which takes an engine; nothing is worked out twice.
   * @param {Study} study @param {number} points @returns {Promise<Float64Array | null>} */
  schedule(study, points) {
    if (!supportsEngine()) return Promise.resolve(null);
    const key = JSON.stringify([study, points]);
    let curve = this.curves.get(key);
    if (!curve) {
      curve = this.engine.schedule(study, points).catch(() => {
        this.curves.delete(key);
        return null;
      });
      if (this.curves.size >= KEPT_CURVES) this.curves.clear();
      this.curves.set(key, curve);
    }
    return curve;
  }

  /**
   * Tests learning rates on the study in the panel with a trial's settings, in the place of a test that is under way.
   * What keeps the study from running keeps it from that, too, but for its own learning rate.
   * @param {Pick<import('../study/types.js').Trial, 'number' | 'params'>} trial
   * @param {import('../study/types.js').RateRange} range @param {(news: any) => void} onNews
   */
  async testRates(trial, range, onNews) {
    if (!supportsEngine()) throw this.shown({ code: 'note_too_old' });
    for (const [name, { problem }] of this.store.drafts) if (name !== 'learning_rate') throw this.shown(problem);
    await (this.piecewise.range ??= this.engine.piecewise('range')).run(this.store.study, [trial], range, onNews);
  }

  /** Trains a trial once more and tells how sharp the loss is on the way. What it returns settles at the end.
   * @param {import('../study/types.js').SharpAsked} asked */
  async lookSharply({ study, trial, diverges, epochs, onNews }) {
    if (!supportsEngine()) throw this.shown({ code: 'note_too_old' });
    const run = (this.piecewise.sharpness ??= this.engine.piecewise('sharpness'));
    await run.run(study, [trial], { diverges }, onNews, epochs);
  }

  /** Trains networks that answer together. @param {import('../study/types.js').EnsembleAsked} asked */
  together({ study, trials, onNews, ...given }) {
    return (this.piecewise.ensemble ??= this.engine.piecewise('ensemble')).run(study, trials, given, onNews);
  }

  /** What a run by hand asks its Worker; see hand-host.js. @param {string} what @param {any[]} args */
  async byHand(what, args) {
    if (!supportsEngine()) throw this.shown({ code: 'note_too_old' });
    return this.engine.byHand(what, args);
  }

  /** @protected */
  leaveAll() {
    for (const one of Object.values(this.piecewise)) void one.stop().catch(() => {});
    this.piecewise = {};
  }

  /** Lets go of what is under way. @param {'range' | 'sharpness' | 'ensemble'} kind */
  leave(kind) {
    void this.piecewise[kind]?.stop().catch(() => {});
  }

  /** Looks into networks. @returns {Promise<import('./modeling.js').Modeling>} */
  models() {
    const made = () => modeling.open().then(({ Modeling }) => new Modeling(this.store, () => this.engine));
    return (this.looking ??= made().catch((error) => {
      this.looking = null;
      throw error;
    }));
  }

  /** The trainability map, which takes an engine. @returns {Promise<import('./mapping.js').Mapping>} */
  async maps() {
    if (!supportsEngine()) throw this.shown({ code: 'note_too_old' });
    const { Mapping } = await mapping.open();
    this.mapped ??= new Mapping(this.store, () => this.engine.pool);
    this.mapped.yield(this.store.state !== 'idle');
    return this.mapped;
  }

  /** Trains two trials again with seeds that both share. @param {import('../study/types.js').PairAsked} asked */
  async pair(asked) {
    if (!supportsEngine()) throw this.shown({ code: 'note_too_old' });
    await (await pairing.open()).trainPairs(this.engine.pool, asked);
  }

  /** Runs whole studies in an engine of its own. @param {'repeatSplits' | 'timeEpochs'} what @param {any} asked */
  async apart(what, asked) {
    await (await repeats.open())[what](new (here().Engine)(this.engine.options), asked);
  }

  /** What is worked out beside a run (aside.js). @template {keyof typeof import('./aside.js')} What @param {What} what
   * @param {Parameters<(typeof import('./aside.js'))[What]>[1]} asked */
  async aside(what, asked) {
    if (!supportsEngine()) throw this.shown({ code: 'note_too_old' });
    return /** @type {any} */ (await aside.open())[what](this.engine.pool, asked);
  }

  /** An ended trial's weights, where the engine has its run. @param {number} number */
  async weights(number) {
    if (this.pending || !this.store.alive) throw this.shown({ code: 'weights_gone', number });
    if (this.store.trials.get(number)?.state === 'diverged')
      throw this.shown({ code: 'trial_diverged', trial: number });
    return this.asked('networks', number);
  }

  /** What the engine answers, or throws, in words. @param {'networks' | 'convert'} what @param {...any} args */
  asked(what, ...args) {
    return /** @type {any} */ (this.engine)[what](...args).catch((/** @type {any} */ error) => {
      throw this.shown(error?.problem ?? { code: 'unexpected', detail: String(error) });
    });
  }
}
