import { pickedOf, samplerOf } from '../study/search.js';
import { Scheduler } from '../platform/scheduler.js';
import { sentence } from '../i18n/i18n.js';
import { setting, worded } from '../study/format.js';
import { datasetOf } from '../study/hyperparameters.js';
import { planned } from '../study/panel.js';
import { ENDED } from '../study/result.js';
import { Reports } from './reports.js';
import { SelectionSlice } from './selection.js';
import { slicesOf } from './slices.js';
import { TrialsSlice } from './trials-slice.js';

/**
 * All that the page knows, in one place, made of slices. Components read it by short names and are woken by topic;
 * only commands write, into `slices`, and the engine, through `reports`.
 *
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('./types.js').Topic} Topic
 * @typedef {import('./types.js').Notice} Notice
 * @typedef {import('./types.js').Draft} Draft
 * @typedef {import('./types.js').OpenedTest} OpenedTest
 * @typedef {import('./slices.js').Slices} Slices
 * @typedef {Readable & {readonly [Name in keyof typeof READINGS]: ReturnType<(typeof READINGS)[Name]>}} Store
 */

export { ENDED };

/** More trials than this are a crowd: figures show what they come to, and move slowly. */
export const CROWD = 4000;

/** Trials that a run is given more of at a time, at most; and that a study may have. */
const MORE = 64;
const MOST_TRIALS = 100_000;

/** What is read by a name of its own. */
const READINGS = /** @satisfies {Record<string, (slices: Slices) => unknown>} */ ({
  study: ({ study }) => study.study,
  past: ({ study }) => study.past,
  rested: ({ study }) => study.rested,
  drafts: ({ study }) => study.drafts,
  changed: ({ study }) => study.changed,
  aim: ({ study }) => study.aim,
  editing: ({ study }) => study.editing,
  only: ({ study }) => study.only,
  locks: ({ study }) => study.locks,
  readOnly: ({ study }) => study.readOnly,

  runStudy: ({ trials }) => trials.runStudy,
  shownStudy: ({ trials }) => trials.shownStudy,
  stale: ({ trials }) => trials.stale,
  trials: ({ trials }) => trials.trials,
  counts: ({ trials }) => trials.counts,
  begun: ({ trials }) => trials.begun,
  runs: ({ trials }) => trials.runs,
  version: ({ trials, shelf }) => shelf.beside?.pair.reduce((sum, one) => sum + one.version, 0) ?? trials.version,
  task: ({ trials }) => trials.task,
  objective: ({ trials }) => trials.objective,
  best: ({ trials }) => trials.best,
  bestTold: ({ trials }) => trials.bestTold,
  bestSoFar: ({ trials }) => trials.bestSoFar,

  selected: ({ selection }) => selection.selected,
  picked: ({ selection }) => selection.picked,
  pinned: ({ selection }) => selection.pinned,
  hovered: ({ selection }) => selection.hovered,
  brush: ({ selection }) => selection.brush,
  stage: ({ selection }) => selection.stage,
  brushes: ({ selection }) => selection.brushes,

  state: ({ run }) => run.state,
  outcome: ({ run }) => run.outcome,
  alive: ({ run }) => run.alive,
  asked: ({ run }) => run.asked,
  choice: ({ run }) => run.choice,
  backend: ({ run }) => run.backend,
  progress: ({ run }) => run.progress,

  /** Whether the test rows of the study shown have been seen, with whatever study. */
  seen: ({ test, trials }) => test.isSeen(trials.shownStudy),
  /** What the test set said of the trials shown, once it was opened. */
  test: ({ test, trials }) => test.of(trials.shownStudy),
  seenData: ({ test }) => test.seenData,

  landscape: ({ landscape }) => landscape,
  model: ({ model }) => model,
  race: ({ race }) => race,
  map: ({ map }) => map,
  shelf: ({ shelf }) => shelf,
  opening: ({ opening }) => opening,

  notices: ({ messages }) => messages.notices,
  spoken: ({ messages }) => messages.spoken,

  lang: ({ look }) => look.lang,
  theme: ({ look }) => look.theme,
  dark: ({ look }) => look.dark,
  view: ({ look }) => look.view,
  visits: ({ look }) => look.visits,
  sheet: ({ look }) => look.sheet,
  drawer: ({ look }) => look.drawer,
  scale: ({ look }) => look.scale,
  singleKeys: ({ look }) => look.singleKeys,
  keysShown: ({ look }) => look.keysShown,
  allRows: ({ look }) => look.allRows,
  columns: ({ look }) => look.columns,
  measure: ({ look }) => look.measure,
  curveColor: ({ look }) => look.curveColor,
  decide: ({ look }) => look.decide,
  lesson: ({ look }) => look.lesson,
  whole: ({ look }) => look.whole,
  previews: ({ look }) => look.previews,
});

class Readable {
  constructor() {
    /** @private @type {import('./types.js').Touch} */
    this.mark = (...topics) => {
      for (const topic of topics) this.scheduler.mark(topic);
    };
    /** Written by commands alone. */ this.slices = slicesOf(this.mark);
    /** Written by the engine alone. */ this.reports = new Reports(this.slices);
    /** @private @type {Set<{topics: Set<string>, wake: (topics: Set<string>) => void}>} */ this.listeners = new Set();
    /** @private */ this.scheduler = new Scheduler((topics) =>
      [...this.listeners]
        .filter((one) => [...topics].some((topic) => one.topics.has(topic)))
        .map((one) => () => this.listeners.has(one) && one.wake(topics)),
    );
  }

  /** The same page with other trials, and a selection among them: what figures of a run beside the shown one read.
   * @returns {Store} */
  another() {
    const { mark, slices } = this;
    const trials = new TrialsSlice(mark, slices.study, slices.run);
    const selection = new SelectionSlice(mark, slices.study, trials);
    return Object.assign(Object.create(this), { slices: { ...slices, trials, selection } });
  }

  /** The run that lies beside this one, where two are compared. @returns {Store | null} */
  get other() {
    const beside = this.slices.shelf.beside?.store ?? null;
    return beside === /** @type {unknown} */ (this) ? Object.getPrototypeOf(this) : beside;
  }

  /** The same, if its trials are ranked by the same: both then have one scale. @returns {Store | null} */
  get comparable() {
    const { other, slices } = this;
    if (!other) return null;
    const { task, objective } = slices.trials;
    const isSame = other.task === task && other.objective.metric === objective.metric;
    return isSame && other.objective.direction === objective.direction ? other : null;
  }

  /** The letter of the run that this store shows. */
  get letter() {
    const { shelf } = this.slices;
    return shelf.letter((shelf.beside?.store === /** @type {unknown} */ (this) && shelf.beside?.id) || shelf.shown);
  }

  /** @param {Topic[]} topics @param {(topics: Set<string>) => void} wake @returns {() => void} */
  subscribe(topics, wake) {
    const one = { topics: new Set(/** @type {string[]} */ (topics)), wake };
    this.listeners.add(one);
    return () => void this.listeners.delete(one);
  }

  /** @param {string} key @param {Record<string, unknown>} [values] */
  t(key, values) {
    return this.slices.look.t(key, values);
  }

  /** A hyperparameter's value as the panel says it. @param {unknown} value */
  setting = (value) => (typeof value === 'boolean' ? worded(value, (key) => this.t(key)) : setting(value));

  /** @param {Problem} problem */
  sentence(problem) {
    return sentence(this.slices.look.lang, problem);
  }

  /** A hyperparameter's name in the reader's language. @param {string} name */
  label(name) {
    return this.slices.look.label(name);
  }

  /** A name with the scale that it is drawn on. @param {string} name @param {string} scale */
  scaled(name, scale) {
    return scale === 'log' || scale === 'log1m' ? this.t(`axis.${scale}`, { name }) : name;
  }

  /** Whether undo or redo has a study to go to. @param {-1 | 1} direction */
  canStep(direction) {
    const { study, shelf } = this.slices;
    return (direction < 0 && shelf.canBringBack(study.study)) || study.canStep(direction);
  }

  /** Whether a setting, or a part of the study, may not be changed. @param {string} name */
  isLocked(name) {
    return this.slices.study.readOnly || this.slices.study.locks.has(name);
  }

  /** What a study's data are called. @param {import('../study/types.js').Study} study */
  dataName(study) {
    const { file, files, found, name } = study.dataset;
    const table = this.slices.study.tableNames.get(String(found?.digest));
    return file ?? files?.join(', ') ?? table ?? datasetOf(study)?.label[this.slices.look.lang] ?? name;
  }

  /** What the test set said of a study's trials, once it was opened.
   * @param {import('../study/types.js').Study} study */
  testOf(study) {
    return this.slices.test.of(study);
  }

  /** What a trial is ranked by; NaN when there is nothing yet. @param {Trial} trial */
  score(trial) {
    return this.slices.trials.score(trial);
  }

  /** Trials with a score, best first. */
  ranked() {
    return this.slices.trials.ranked();
  }

  /** Whether a brush leaves the trial out. @param {Trial} trial */
  isOut(trial) {
    return this.slices.selection.isOut(trial);
  }

  /** Trials inside the brush. */
  brushedCount() {
    return this.slices.selection.brushedCount();
  }

  /** A side of the brush that holds no value of its range. */
  emptySide() {
    return this.slices.selection.emptySide();
  }

  /** The study with its ranges cut to the brush, or null where that cannot be or changes nothing. */
  narrowedStudy() {
    return this.slices.selection.narrowedStudy();
  }

  /** Whether the trials shown are the stored example's, which nobody has trained here. */
  get isExample() {
    return this.slices.run.outcome === 'example';
  }

  /** How many trials are left of the run shown, which was cut off and can go on: on what trained it, as no trial
   * changes its backend on the way. */
  get rest() {
    const { study: panel, trials: shown, run, shelf } = this.slices;
    const record = shelf.of(shelf.shown);
    const isCut = record?.state === 'interrupted' && run.outcome === 'earlier' && run.state === 'idle';
    if (!isCut || shown.stale || panel.readOnly) return 0;
    if (run.choice !== 'auto' && run.choice !== record.backend) return 0;
    // Samplers that learn have not asked for all of them.
    const unasked =
      shown.runStudy?.sampler?.name === 'grid' ? 0 : planned(shown.runStudy ?? panel.study) - shown.trials.size;
    return shown.counts.cancelled + Math.max(0, unasked);
  }

  /** Trials that there will be, as far as is known: samplers that learn ask for them in rounds. */
  get expected() {
    const { trials: shown, run, study: panel, shelf } = this.slices;
    const { size } = shown.trials;
    if (!size || !shown.runStudy) return size || planned(panel.study);
    const isTrained = !shelf.live || shelf.live.trials === shown.trials;
    const isLive = isTrained && (run.state === 'running' || run.state === 'paused');
    return isLive && shown.runStudy.sampler?.name !== 'grid' ? Math.max(size, planned(shown.runStudy)) : size;
  }

  /** Whether a run trains the point that is aimed at, rather than those that the study has already. */
  get picking() {
    const { study: panel, trials: shown } = this.slices;
    const isHand = samplerOf(panel.study) === 'hand';
    return isHand && (!pickedOf(panel.study).length || (shown.trials.size > 0 && !shown.stale));
  }

  /** How many more trials the run shown can be given at once, as many as it last was; 0 where it cannot have any. A
   * result of an earlier visit has no networks to go on with: its study is trained anew, with so many more. */
  get more() {
    const { study: panel, trials: shown, run } = this.slices;
    const trials = planned(panel.study);
    const isThere = run.alive || (run.outcome === 'earlier' && shown.trials.size > 0);
    // A grid is whole; and what the panel says is what would go on.
    if (
      !isThere ||
      run.state !== 'idle' ||
      shown.stale ||
      panel.readOnly ||
      /^(grid|hand)$/.test(samplerOf(panel.study))
    )
      return 0;
    // Stages say how many there are, and a budget that is spent is enough for none.
    if (panel.study.stages || (run.progress?.steps ?? 0) >= (panel.study.budget ?? Infinity)) return 0;
    const last = run.asked?.trials === trials ? run.asked.n : trials;
    return Math.max(0, Math.min(MORE, last, MOST_TRIALS - trials));
  }
}

for (const [name, read] of Object.entries(READINGS))
  Object.defineProperty(Readable.prototype, name, {
    /** @this {Readable} */
    get() {
      return read(this.slices);
    },
  });

export const Store = /** @type {new () => Store} */ (Readable);
