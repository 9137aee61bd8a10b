import { taskOf } from '../study/hyperparameters.js';
import { sameStudy } from '../study/same.js';
import { objectiveOf, scoreOf } from '../study/result.js';
import { Slice } from './slice.js';
import { Trials } from './trials.js';

/** @typedef {import('../study/types.js').Study} Study @typedef {import('../study/types.js').Trial} Trial */

/** A better trial that is still training takes the best one's place only after so many milliseconds. */
const BEST_HOLD = 600;

/** The trials shown, the study that they belong to, and which is best. */
export class TrialsSlice extends Slice {
  /**
   * @param {import('./types.js').Touch} mark
   * @param {import('./study.js').StudySlice} panel
   * @param {import('./run.js').RunSlice} run
   */
  constructor(mark, panel, run) {
    super(mark, 'trials');
    /** @private */ this.panel = panel;
    /** @private */ this.run = run;
    /** @type {Study | null} the study that the trials belong to */ this.runStudy = null;
    this.trials = new Trials();
    /** Grows with every run. */ this.runs = 0;
    /** Grows with every change of the trials, so that what is derived from them can be kept. */ this.version = 0;
    /** @private @type {{study: Study | null, metric: string, direction: string}} */
    this.aim = { study: null, metric: '', direction: '' };
    /** @type {number | null} the best trial, as the session says */ this.bestTold = null;
    /** @private */ this.bestHeld = { at: 0, number: /** @type {number | null} */ (null) };
  }

  /** Whether the trials shown were drawn from another study than the one in the panel. */
  get stale() {
    return this.runStudy !== null && this.trials.size > 0 && !sameStudy(this.runStudy, this.panel.study);
  }

  /** The study that figures describe. */
  get shownStudy() {
    return this.trials.size && this.runStudy ? this.runStudy : this.panel.study;
  }

  get task() {
    return taskOf(this.shownStudy);
  }

  /** What trials are ranked by; asked for with every score, and the same object while the study is. */
  get objective() {
    const study = this.shownStudy;
    if (this.aim.study !== study) {
      this.aim = { study, ...objectiveOf(study) };
    }
    return this.aim;
  }

  /** What a trial is ranked by: its value, or while it trains the latest epoch's; NaN when there is none.
   * @param {Trial} trial */
  score(trial) {
    return scoreOf(trial, this.objective.metric);
  }

  /** @param {Study} study @param {Trials} [trials] of a run, which enters what becomes of them */
  start(study, trials = new Trials(study)) {
    this.runStudy = structuredClone(study);
    this.trials = trials;
    this.runs++;
    this.bestHeld = { at: 0, number: null };
    this.bestTold = null;
    this.version++;
    this.touch('test');
  }

  /** Shows other trials of the same run. @param {Trials} trials @param {number | null} best */
  swap(trials, best) {
    this.trials = trials;
    this.runs++;
    this.bestHeld = { at: 0, number: null };
    this.bestTold = best;
    this.version++;
    this.touch('selection');
  }

  /** Trials by state. */
  get counts() {
    return this.trials.counts;
  }

  /** Trials with an epoch. */
  get begun() {
    return this.trials.begun;
  }

  /** Something has become of the trials shown. @returns {Trial[]} those that have just ended */
  turn() {
    this.version++;
    this.touch();
    return this.trials.takeEnded();
  }

  /** Enters trials, or what became of them, as documents have them.
   * @param {import('../study/types.js').TrialDocument[]} changes @returns {Trial[]} those that have just ended */
  merge(changes) {
    for (const change of changes) this.trials.merge(change);
    return this.turn();
  }

  /** A run that ended early leaves no trial half done. */
  cancelUnfinished() {
    this.trials.cancelOpen();
    this.turn();
  }

  /** Trials with a score, best first; what was pruned comes behind. */
  ranked() {
    const sign = this.objective.direction === 'maximize' ? -1 : 1;
    return [...this.trials.values()]
      .map((trial) => ({ trial, score: this.score(trial) }))
      .filter((one) => Number.isFinite(one.score))
      .sort(
        (a, b) =>
          Number(a.trial.state === 'pruned') - Number(b.trial.state === 'pruned') ||
          sign * (a.score - b.score) ||
          a.trial.number - b.trial.number,
      );
  }

  /** The number of the best trial. Finished trials come first; among unfinished ones it changes slowly. */
  get best() {
    const held = this.bestHeld;
    if (held.number === this.bestTold) return held.number;
    const running = this.run.state === 'running';
    if (running && held.number !== null && performance.now() - held.at < BEST_HOLD) return held.number;
    this.bestHeld = { at: performance.now(), number: this.bestTold };
    return this.bestTold;
  }

  /** Whether the best trial is only the best so far: it has not been trained to its end. */
  get bestSoFar() {
    return this.best !== null && this.trials.get(this.best)?.state !== 'complete';
  }
}
