import { objectiveOf, scoreOf } from '../../study/result.js';
import { sweptOf } from '../../study/hyperparameters.js';
import { planned } from '../../study/panel.js';
import { Beside } from './beside.js';
import { BUDGETS, CONTESTANTS, MOST_NETWORKS, absent, bandsOf, duelStudy, lastOf } from './duel.js';
import { hasPatience, mostEpochs } from '../../study/spared.js';

/**
 * Who duels, over how much, and what came of it. Figures read it; the part that owns it asks the engine.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {{study: Study, names: string[], trials: number, repeats: number, found: Map<string, Trial[]>}} Outcome
 *   `found`: the trials of a contestant's repeat, by `name repeat`
 */

/** What a search depends on. @param {Study} study */
const wordsOf = ({ dataset, fixed, space, objective, seeds_per_trial, seed }) =>
  JSON.stringify([dataset, fixed, space, objective, seeds_per_trial, seed]);

export class Contest {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.names = ['grid', 'random', 'tpe', 'gp'];
    this.trials = 0;
    this.repeats = 5;
    this.beside = new Beside(store);
    /** @type {Outcome | null} */ this.outcome = null;
    /** The repeat whose trials are drawn. */ this.repeat = 0;
    /** Two that are held against each other. @type {[string, string]} */ this.pair = ['', ''];
  }

  /** The study that is next searched. */
  get study() {
    const { store } = this;
    return store.trials.size ? store.shownStudy : store.study;
  }

  /** How many trials each has. */
  get budget() {
    const wanted = Math.min(36, planned(this.study));
    return this.trials || [...BUDGETS].reverse().find((one) => one <= wanted) || BUDGETS[0];
  }

  /** Who takes part. */
  get taking() {
    return CONTESTANTS.filter((name) => this.names.includes(name) && !absent(this.study, name, this.budget));
  }

  /** Networks and epochs that it takes, at most where trials have patience or epochs of their own. */
  get price() {
    const { study, taking, budget, repeats } = this;
    const each = (study.seeds_per_trial ?? 1) * (study.dataset.folds ?? 1);
    const networks = taking.length * repeats * budget * each;
    const { patience, epochs } = study.space ?? {};
    const isMost = Boolean(patience || epochs) || hasPatience(study, { params: {} });
    // All of them search without stages.
    return { networks, isMost, epochs: networks * mostEpochs({ ...study, stages: null }) };
  }

  /** Why it cannot begin; '' where it can. @returns {'' | 'few' | 'large' | 'nothing'} */
  get obstacle() {
    if (!sweptOf(this.study).length) return 'nothing';
    if (this.taking.length < 2) return 'few';
    return this.price.networks > MOST_NETWORKS ? 'large' : '';
  }

  /** The searches that are still to do, repeat by repeat, so that all contestants get on together. */
  get left() {
    const { outcome } = this;
    if (!outcome) return [];
    const { names, repeats, found } = outcome;
    return Array.from({ length: repeats }, (_, repeat) => names.map((name) => ({ name, repeat })))
      .flat()
      .filter(({ name, repeat }) => !found.has(`${name} ${repeat}`));
  }

  /** Whether what was found is of another study than the one that is next searched. */
  get isOld() {
    const { outcome, study } = this;
    return outcome !== null && wordsOf(outcome.study) !== wordsOf(study);
  }

  /** Searches from the start. @param {(asked: any) => unknown} ask asks the engine */
  duel(ask) {
    this.begin();
    return this.goOn(ask);
  }

  /** Searches what is still to do. @param {(asked: any) => unknown} ask asks the engine */
  goOn(ask) {
    const { outcome, beside, left: jobs } = this;
    if (!outcome) return;
    const { study, trials } = outcome;
    const studies = jobs.map(({ name, repeat }) => duelStudy(study, name, trials, repeat));
    return beside.work(async (isWanted) => {
      const onSearch = (/** @type {number} */ at, /** @type {Trial[]} */ trials) => {
        const { name, repeat } = jobs[at];
        outcome.found.set(`${name} ${repeat}`, trials);
        if (this.outcome === outcome) beside.changed();
      };
      await ask({ studies, onSearch, isWanted });
    });
  }

  /** @private Begins with nothing found. */
  begin() {
    const { study, taking: names, budget: trials, repeats } = this;
    this.outcome = { study, names, trials, repeats, found: new Map() };
    this.repeat = 0;
    const [first, last] = [names[0], names[names.length - 1]];
    this.pair = [
      names.includes(this.pair[0]) ? this.pair[0] : first,
      names.includes(this.pair[1]) ? this.pair[1] : last,
    ];
    if (this.pair[0] === this.pair[1]) this.pair = [first, last];
  }

  get objective() {
    return objectiveOf(this.outcome?.study ?? this.study);
  }

  get isUp() {
    return this.objective.direction === 'maximize';
  }

  /** A contestant's trials of a repeat. @param {string} name @param {number} repeat @returns {Trial[]} */
  trialsOf(name, repeat) {
    return this.outcome?.found.get(`${name} ${repeat}`) ?? [];
  }

  /** The scores of all repeats that have ended. @param {string} name */
  scoresOf(name) {
    const { outcome, objective } = this;
    return Array.from({ length: outcome?.repeats ?? 0 }, (_, repeat) => this.trialsOf(name, repeat))
      .filter(({ length }) => length)
      .map((trials) => trials.map((one) => scoreOf(one, objective.metric)));
  }

  /** @param {string} name */
  bandsOf(name) {
    return bandsOf(this.scoresOf(name), this.outcome?.trials ?? 0, this.isUp);
  }

  /** Where each repeat ended, NaN of one that has not. @param {string} name */
  lastOf(name) {
    const { outcome, objective, isUp } = this;
    return Array.from({ length: outcome?.repeats ?? 0 }, (_, repeat) => {
      const trials = this.trialsOf(name, repeat);
      return trials.length ? lastOf([trials.map((one) => scoreOf(one, objective.metric))], isUp)[0] : NaN;
    });
  }

  /** Contestants, the best first by the median of what their repeats came to. */
  get ranking() {
    const names = this.outcome?.names ?? [];
    const cost = (/** @type {string} */ name) => this.bandsOf(name).at(-1)?.mid ?? Infinity;
    return [...names].sort((a, b) => cost(a) - cost(b) || 0);
  }

  /** Repeats of which somebody has ended. */
  get ended() {
    const { outcome } = this;
    if (!outcome) return 0;
    let n = 0;
    while (n < outcome.repeats && outcome.names.some((name) => this.trialsOf(name, n).length)) n++;
    return n;
  }
}
