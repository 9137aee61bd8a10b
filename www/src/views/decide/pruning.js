import { scoreOf } from '../../study/result.js';
import { trainStudy } from './belief.js';
import { Beside } from './beside.js';
import { epochsOf, hasPatience } from '../../study/spared.js';
import { bracketsOf, ledgerOf, wouldHaveWon } from './rungs.js';

/**
 * What a study's pruner did, and what the trials that it stopped would have come to.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {{trial: Trial, resumed: number}} Resumed a pruned trial, and its score at the end; NaN where it diverged
 */

/** Pruned trials that are trained on at a time, at most. */
export const MOST_RESUMED = 300;

export class Pruning {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    /** @type {Resumed[]} */ this.resumed = [];
    /** How many are on their way. */ this.asked = 0;
    this.beside = new Beside(store);
    /** @private */ this.key = '';
    /** @private @type {import('./rungs.js').Bracket[]} */ this.kept = [];
    /** @private @type {import('./rungs.js').Ledger} */ this.book = { entries: [], ...NOTHING };
  }

  get study() {
    return this.store.shownStudy;
  }

  /** Whether somebody judged. */
  get isPruned() {
    return (this.study.pruner?.name ?? 'none') !== 'none';
  }

  /** @private Works everything out once for as long as the trials stay. */
  work() {
    const { store, study } = this;
    const key = `${store.runs} ${store.version}`;
    if (key === this.key) return;
    this.key = key;
    const begun = [...store.trials.values()].filter(({ epochs, state }) => epochs.length || state === 'diverged');
    this.kept = this.isPruned ? bracketsOf(study, begun, store.objective) : [];
    this.book = ledgerOf(study, this.kept);
  }

  get brackets() {
    this.work();
    return this.kept;
  }

  get ledger() {
    this.work();
    return this.book;
  }

  /** @returns {Trial[]} */
  get pruned() {
    return [...this.store.trials.values()].filter(({ state }) => state === 'pruned');
  }

  /** Those that are to be trained on. */
  get waiting() {
    const known = new Set(this.resumed.map(({ trial }) => trial));
    return this.pruned.filter((one) => !known.has(one)).slice(0, MOST_RESUMED);
  }

  /** Epochs that this takes. */
  get price() {
    return this.waiting.reduce((sum, one) => sum + epochsOf(this.study, one), 0);
  }

  /** Whether some of them may end sooner by themselves. */
  get isMost() {
    return this.waiting.some((one) => hasPatience(this.study, one));
  }

  /** Trains what was stopped. @param {(asked: any) => unknown} ask asks the engine */
  train(ask) {
    const { beside, study, waiting } = this;
    const trials = waiting.map(({ number, params }) => ({ number, params }));
    this.asked = this.resumed.length + trials.length;
    return beside.work(async (isWanted) => {
      const onTrial = (/** @type {Trial} */ trial) => {
        if (!isWanted()) return;
        this.take(trial);
        beside.changed();
      };
      await ask({ study: trainStudy(study), trials, onTrial, isWanted });
    });
  }

  /** @private @param {Trial} trial trained to its end */
  take(trial) {
    const own = this.store.trials.get(trial.number);
    if (own?.state === 'pruned')
      this.resumed.push({ trial: own, resumed: scoreOf(trial, this.store.objective.metric) });
  }

  get isUp() {
    return this.store.objective.direction === 'maximize';
  }

  /** The score of the best trial. */
  get best() {
    const { store } = this;
    const best = store.trials.get(store.best ?? -1);
    return best ? store.score(best) : NaN;
  }

  /** Those that would have beaten it, best first. */
  get winners() {
    return wouldHaveWon(this.resumed, this.best, this.isUp);
  }

  /** Another run has other trials. */
  forget() {
    this.beside.drop();
    Object.assign(this, { resumed: [], asked: 0 });
  }
}

const NOTHING = { spent: 0, saved: 0, unspent: 0, planned: 0, isMost: false };
