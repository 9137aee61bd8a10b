import { inside, narrowed } from '../study/brush.js';
import { BY_NAME, datasetOf, taskOf } from '../study/hyperparameters.js';
import { partSizes } from '../study/panel.js';
import { Trials } from './trials.js';
import { ENDED, objectiveOf, scoreOf } from '../study/result.js';
import { Scheduler } from '../platform/scheduler.js';
import { SEED_LIMIT, startStudy } from '../study/study.js';
import { keyOf, sameStudy } from '../study/link.js';
import { sentence, translate } from '../i18n/i18n.js';

/**
 * All that the page knows, in one place: study, trials, selection, hover, run, notices. Components read it and are
 * woken by topic; nothing else is shared.
 *
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {import('../study/types.js').Distribution} Distribution
 * @typedef {import('../study/types.js').Value} Value
 * @typedef {'study' | 'trials' | 'selection' | 'brush' | 'run' | 'notices' | 'look' | 'test' | 'previews'} Topic
 * @typedef {{id: string, kind: 'alert' | 'note', title: string, values?: Record<string, unknown>, problem?: Problem,
 *   kept?: string, actions: {label: string, values?: Record<string, unknown>, primary?: boolean, act: string}[],
 *   lasting?: boolean, study?: any, over?: boolean, link?: string, range?: {low: number, high: number}}} Notice
 * @typedef {{value?: Value, distribution?: Distribution, text: Record<string, string>, problem: Problem, end?: string,
 *   fixes?: {label: string, values?: Record<string, unknown>, apply: () => void}[]}} Draft
 * @typedef {{trial: number, loss: number, metric: number}} OpenedTest what a test set said of a trial
 */

/** A better trial that is still training takes the best one's place only after so many milliseconds. */
const BEST_HOLD = 600;
const HISTORY = 200;
export { ENDED };

/** What decides which rows are a study's test set: shares of the other parts do not. @param {Study} study */
function dataOf(study) {
  const { name, seed = 0, noise = 0, samples } = study.dataset;
  return JSON.stringify([name, seed, noise, samples ?? datasetOf(study)?.rows, partSizes(study)[2]]);
}

/** More trials than this are a crowd: figures show what they come to, and move slowly. */
export const CROWD = 4000;

/** Trials that a run is given more of at a time, at most; and that a study may have. */
const MORE = 64;
const MOST_TRIALS = 100_000;

export class Store {
  constructor() {
    this.study = startStudy();
    /** @type {Study | null} the study that the trials belong to */ this.runStudy = null;
    /** @type {Study[]} */ this.past = [];
    /** @type {Study[]} */ this.future = [];
    /** @type {Map<string, Distribution>} ranges that were turned off */ this.rested = new Map();
    /** @type {Map<string, Draft>} input that is not valid yet */ this.drafts = new Map();
    /** How often such input was undone. */ this.dropped = 0;
    /** @type {Map<string, number>} when a row last changed */ this.changed = new Map();
    /** @type {string | null} the row being edited */ this.editing = null;
    /** @type {string[] | null} */ this.only = null;
    /** @type {Map<string, import('../study/types.js').Preview>} a small picture of each data set */
    this.previews = new Map();

    /** The trials shown. */ this.trials = new Trials();
    /** @type {number | null} */ this.picked = null;
    /** @type {number | null} */ this.hovered = null;
    /** @type {import('../study/brush.js').Brush | null} */ this.brush = null;
    /** Grows with every change of the brush. */ this.brushes = 0;
    /** Grows with every run. */ this.runs = 0;
    /** @private @type {{study: Study | null, metric: string, direction: string}} */
    this.aim = { study: null, metric: '', direction: '' };
    /** @type {number | null} the best trial, as the session says */ this.bestTold = null;
    /** @private */ this.bestHeld = { at: 0, number: /** @type {number | null} */ (null) };
    /** Grows with every change of the trials, so that what is derived from them can be kept. */ this.version = 0;

    /** @type {import('../study/types.js').RunState} */ this.state = 'idle';
    /** @type {'none' | 'finished' | 'stopped' | 'failed' | 'earlier'} earlier: of a visit before this one */
    this.outcome = 'none';
    /** Whether the engine still has the run shown. */ this.alive = false;
    /** @type {import('../study/types.js').BackendChoice} */ this.choice = 'auto';
    /** @type {import('../study/types.js').BackendInfo | null} */ this.backend = null;
    /** @type {import('../study/types.js').Progress | null} */ this.progress = null;
    /** @type {Notice[]} */ this.notices = [];
    /**
     * @private
     * @type {Map<string, {study: string, test: OpenedTest | null}>} by data, as rows that were seen stay seen,
     *   with the study that they were opened for
     */
    this.opened = new Map();

    /** @type {import('../study/types.js').Language} */ this.lang = 'en';
    /** @type {import('../study/types.js').Theme} */ this.theme = 'auto';
    this.dark = false;
    this.view = 'sweep';
    this.sheet = false;
    this.drawer = false;
    /** How much larger everything is drawn, for a projector. */ this.scale = 1;
    /** Whether keys act that are pressed alone. */ this.singleKeys = true;
    this.keysShown = false;
    /** The page itself, rather than a guest on another. */ this.whole = false;
    /** Whether the link has just been copied. */ this.copied = false;
    this.spoken = '';

    /** @private @type {Set<{topics: Set<string>, wake: (topics: Set<string>) => void}>} */ this.listeners = new Set();
    /** @private */ this.scheduler = new Scheduler((topics) =>
      [...this.listeners]
        .filter((one) => [...topics].some((topic) => one.topics.has(topic)))
        .map((one) => () => this.listeners.has(one) && one.wake(topics)),
    );
  }

  /** @param {Topic[]} topics @param {(topics: Set<string>) => void} wake @returns {() => void} */
  subscribe(topics, wake) {
    const one = { topics: new Set(/** @type {string[]} */ (topics)), wake };
    this.listeners.add(one);
    return () => void this.listeners.delete(one);
  }

  /** @param {...Topic} topics */
  touch(...topics) {
    for (const topic of topics) this.scheduler.mark(topic);
  }

  /** @param {string} key @param {Record<string, unknown>} [values] */
  t(key, values) {
    return translate(this.lang, key, values);
  }

  /** @param {Problem} problem */
  sentence(problem) {
    return sentence(this.lang, problem);
  }

  /** A hyperparameter's name in the reader's language. @param {string} name */
  label(name) {
    return BY_NAME.get(name)?.label[this.lang] ?? name;
  }

  /** Whether the test rows of the study in the panel have been seen, with whatever study. */
  get readOnly() {
    return this.opened.size > 0 && this.opened.has(dataOf(this.study));
  }

  /** Whether the test rows of the study shown have been seen, with whatever study. */
  get seen() {
    return this.opened.size > 0 && this.opened.has(dataOf(this.shownStudy));
  }

  /** What the test set said of the trials shown, once it was opened. @returns {OpenedTest | null} */
  get test() {
    const found = this.opened.size > 0 ? this.opened.get(dataOf(this.shownStudy)) : undefined;
    return found && found.study === keyOf(this.shownStudy) ? found.test : null;
  }

  /** @param {OpenedTest} test @param {Study} [study] whose trials it is of */
  openTest({ trial, loss, metric }, study = this.shownStudy) {
    this.opened.set(dataOf(study), { study: keyOf(study), test: { trial, loss, metric } });
    this.touch('test', 'selection', 'study', 'run');
  }

  /** The data whose test rows have been seen, as text that is kept between visits. */
  get seenData() {
    return [...this.opened.keys()];
  }

  /** @param {string[]} data seen in an earlier visit */
  markSeen(data) {
    for (const one of data) if (!this.opened.has(one)) this.opened.set(one, { study: '', test: null });
    if (data.length) this.touch('test', 'study', 'run');
  }

  /** Changes the study in a way that undo takes back. @param {(study: Study) => void} change @param {string} [name] */
  edit(change, name) {
    if (this.readOnly) return;
    const next = structuredClone(this.study);
    change(next);
    this.change(next, name);
  }

  /** @private @param {Study} next @param {string} [name] */
  change(next, name) {
    if (JSON.stringify(next) === JSON.stringify(this.study)) return;
    this.past.push(this.study);
    if (this.past.length > HISTORY) this.past.shift();
    this.future = [];
    this.study = next;
    if (name) this.changed.set(name, Date.now());
    this.dropStudyNotices();
    this.touch('study', 'test');
  }

  /**
   * Whether undo or redo has a study to go to; from one whose test set is open only to another's data.
   * @param {-1 | 1} direction
   */
  canStep(direction) {
    if (direction < 0 && this.drafts.size) return true;
    const next = (direction < 0 ? this.past : this.future).at(-1);
    return next !== undefined && !(this.readOnly && dataOf(next) === dataOf(this.study));
  }

  /** @param {-1 | 1} direction */
  step(direction) {
    const [from, to] = direction < 0 ? [this.past, this.future] : [this.future, this.past];
    // What was last done is the input that is not valid; the study is still as it was before.
    if (direction < 0 && this.drafts.size) {
      this.drafts.clear();
      this.dropped++;
      this.dismiss('run');
      this.touch('study');
      return;
    }
    if (!this.canStep(direction)) return;
    const study = /** @type {Study} */ (from.pop());
    to.push(this.study);
    this.study = study;
    this.drafts.clear();
    this.dropStudyNotices();
    this.touch('study', 'test');
  }

  /** Puts another study in place; its trials are new ones. @param {Study} study */
  replaceStudy(study) {
    this.past.push(this.study);
    this.future = [];
    this.study = study;
    this.drafts.clear();
    this.editing = null;
    this.drawer = false;
    this.dropStudyNotices();
    this.touch('study', 'test');
  }

  /** Puts a whole study in the panel; undo brings the one before back, and what runs goes on. After a test set was
   * opened it is a new study, with a split that nobody has seen. @param {Study} study */
  load(study) {
    const next = structuredClone(study);
    while (this.opened.has(dataOf(next))) next.dataset.seed = ((next.dataset.seed ?? 0) + 1) % (SEED_LIMIT + 1);
    this.drafts.clear();
    this.editing = null;
    this.change(next);
  }

  /** Turns a row from fixed to swept or back; the range that is turned off is kept.
   * @param {string} name @param {Distribution | null} start */
  toggle(name, start) {
    this.drafts.delete(name);
    this.edit((study) => {
      study.fixed ??= {};
      study.space ??= {};
      const range = study.space[name];
      if (range) {
        this.rested.set(name, range);
        delete study.space[name];
      } else {
        const next = this.rested.get(name) ?? start;
        if (!next) return;
        delete study.fixed[name];
        study.space[name] = structuredClone(next);
      }
    }, name);
  }

  /** Whether the trials shown were drawn from another study than the one in the panel. */
  get stale() {
    return this.runStudy !== null && this.trials.size > 0 && !sameStudy(this.runStudy, this.study);
  }

  /** The study that figures describe. */
  get shownStudy() {
    return this.trials.size && this.runStudy ? this.runStudy : this.study;
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
  startTrials(study, trials = new Trials(study)) {
    this.runStudy = structuredClone(study);
    this.trials = trials;
    this.picked = null;
    this.hovered = null;
    this.brush = null;
    this.brushes++;
    this.runs++;
    this.bestHeld = { at: 0, number: null };
    this.bestTold = null;
    this.version++;
    this.progress = null;
    this.touch('trials', 'selection', 'test', 'run');
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
  turnTrials() {
    this.version++;
    this.touch('trials');
    return this.trials.takeEnded();
  }

  /** Enters trials, or what became of them, as documents have them.
   * @param {import('../study/types.js').TrialDocument[]} changes @returns {Trial[]} those that have just ended */
  mergeTrials(changes) {
    for (const change of changes) this.trials.merge(change);
    return this.turnTrials();
  }

  /** A run that ended early leaves no trial half done. */
  cancelUnfinished() {
    this.trials.cancelOpen();
    this.turnTrials();
  }

  /** Trials with a score, best first. */
  ranked() {
    const sign = this.objective.direction === 'maximize' ? -1 : 1;
    return [...this.trials.values()]
      .map((trial) => ({ trial, score: this.score(trial) }))
      .filter((one) => Number.isFinite(one.score))
      .sort((a, b) => sign * (a.score - b.score) || a.trial.number - b.trial.number);
  }

  /** How many more trials the run shown can be given at once; 0 where it cannot go on. */
  get more() {
    const { sampler, trials = 0 } = this.study;
    // A grid is whole; and what the panel says is what would go on.
    if (!this.alive || this.state !== 'idle' || this.stale || this.readOnly || sampler?.name === 'grid') return 0;
    return Math.max(0, Math.min(MORE, trials, MOST_TRIALS - trials));
  }

  /** Takes what the run's session says is the best trial. @param {number | null} number */
  tellBest(number) {
    this.bestTold = number;
  }

  /** The number of the best trial. Finished trials come first; among unfinished ones it changes slowly. */
  get best() {
    const held = this.bestHeld;
    if (held.number === this.bestTold) return held.number;
    const running = this.state === 'running';
    if (running && held.number !== null && performance.now() - held.at < BEST_HOLD) return held.number;
    this.bestHeld = { at: performance.now(), number: this.bestTold };
    return this.bestTold;
  }

  /** Whether the best trial is only the best so far: it has not been trained to its end. */
  get bestSoFar() {
    return this.best !== null && this.trials.get(this.best)?.state !== 'complete';
  }

  /** @param {import('../study/brush.js').Brush | null} brush */
  setBrush(brush) {
    if (!brush && !this.brush) return;
    this.brush = brush;
    this.brushes++;
    this.touch('selection', 'brush');
  }

  /** Whether a brush leaves the trial out. @param {Trial} trial */
  isOut(trial) {
    return this.brush !== null && !inside(this.brush, trial, this.score(trial));
  }

  /** Trials inside the brush. */
  brushedCount() {
    let n = 0;
    for (const trial of this.trials.values()) if (!this.isOut(trial)) n++;
    return n;
  }

  /** A side of the brush that holds no value of its range, by which nothing can be narrowed.
   * @returns {{name: string, key: string} | null} the key of a sentence on it */
  emptySide() {
    for (const side of this.brush ?? []) {
      const range = this.study.space?.[side.name];
      if (range && !narrowed(range, side))
        return { name: side.name, key: range.type === 'int' ? 'brush.no_whole' : 'brush.no_value' };
    }
    return null;
  }

  /**
   * The study with its ranges cut to the brush, or null where that cannot be or changes nothing.
   * @returns {Study | null}
   */
  narrowedStudy() {
    if (this.emptySide()) return null;
    const next = structuredClone(this.study);
    let changed = false;
    for (const side of this.brush ?? []) {
      const range = next.space?.[side.name];
      const cut = range && narrowed(range, side);
      if (!next.space || !cut || JSON.stringify(cut) === JSON.stringify(range)) continue;
      next.space[side.name] = cut;
      changed = true;
    }
    return changed ? next : null;
  }

  /** The trial that every figure marks: the learner's pick, else the best. @returns {Trial | null} */
  get selected() {
    const chosen = this.picked ?? this.best;
    return chosen === null ? null : (this.trials.get(chosen) ?? null);
  }

  /** @param {number | null} trial */
  select(trial) {
    this.picked = trial;
    this.touch('selection');
  }

  /** @param {number | null} trial */
  hover(trial) {
    if (this.hovered === trial) return;
    this.hovered = trial;
    this.touch('selection');
  }

  /** Moves the selection by rank, or by number. @param {-1 | 1} by @param {'rank' | 'number'} order */
  move(by, order) {
    const numbers =
      order === 'rank' ? this.ranked().map((one) => one.trial.number) : [...this.trials.keys()].sort((a, b) => a - b);
    const list = numbers.filter((one) => !this.isOut(/** @type {Trial} */ (this.trials.get(one))));
    if (!list.length) return;
    const at = list.indexOf(this.selected?.number ?? list[0]);
    this.select(list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + by))]);
  }

  /** @param {Notice} notice */
  notify(notice) {
    // What is said during a run lies over the foot of the figures, so that they stay where they are.
    const over = this.state !== 'idle';
    this.notices = [...this.notices.filter((one) => one.id !== notice.id), { ...notice, over }];
    this.touch('notices');
  }

  /** @param {string} id */
  dismiss(id) {
    if (!this.notices.some((one) => one.id === id)) return;
    this.notices = this.notices.filter((one) => one.id !== id);
    this.touch('notices');
  }

  /** @private A changed study answers what was said about the one before. */
  dropStudyNotices() {
    for (const id of ['run', 'study', 'all_diverged']) this.dismiss(id);
  }

  /** Says something to a screen reader, politely. @param {string} text */
  say(text) {
    this.spoken = text;
    this.touch('notices');
  }
}
