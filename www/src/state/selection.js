import { inside, narrowed } from '../study/brush.js';
import { Slice } from './slice.js';

/**
 * @typedef {import('../study/brush.js').Brush} Brush
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {{trial: Trial, letter: string, study: Study}} Pinned a trial with its run's letter and study
 */

/** The trials that every figure marks: picked, hovered, and inside the brush. */
export class SelectionSlice extends Slice {
  /**
   * @param {import('./types.js').Touch} mark
   * @param {import('./study.js').StudySlice} panel
   * @param {import('./trials-slice.js').TrialsSlice} trials
   */
  constructor(mark, panel, trials) {
    super(mark, 'selection');
    /** @private */ this.panel = panel;
    /** @private */ this.all = trials;
    /** @type {number | null} */ this.picked = null;
    /** @type {number | null} */ this.hovered = null;
    /** @type {Brush | null} */ this.brush = null;
    /** @type {import('../study/stages.js').Stage | null} the stage whose trials alone count */ this.stage = null;
    /** Grows with every change of the brush. */ this.brushes = 0;
    /** @private */ this.counted = { key: '', n: 0 };
    /** @type {Pinned | null} the trial that others are held against, of whatever run */ this.pinned = null;
  }

  /** @param {Pinned | null} pinned */
  hold(pinned) {
    this.pinned = pinned;
    this.touch();
  }

  /** Other trials are shown: nothing is marked. */
  reset() {
    this.picked = null;
    this.hovered = null;
    this.brush = null;
    this.stage = null;
    this.brushes++;
    this.touch();
  }

  /** @param {import('../study/stages.js').Stage | null} stage */
  showStage(stage) {
    this.stage = stage;
    this.brushes++;
    this.touch('brush');
  }

  /** The trial that every figure marks: the learner's pick, else the best. @returns {Trial | null} */
  get selected() {
    const chosen = this.picked ?? this.all.best;
    return chosen === null ? null : (this.all.trials.get(chosen) ?? null);
  }

  /** @param {number | null} trial */
  pick(trial) {
    this.picked = trial;
    this.touch();
  }

  /** @param {number | null} trial */
  hover(trial) {
    if (this.hovered === trial) return;
    this.hovered = trial;
    this.touch();
  }

  /** Moves the selection by rank, or by number. @param {-1 | 1} by @param {'rank' | 'number'} order */
  move(by, order) {
    const { all } = this;
    const numbers =
      order === 'rank' ? all.ranked().map((one) => one.trial.number) : [...all.trials.keys()].sort((a, b) => a - b);
    const list = numbers.filter((one) => !this.isOut(/** @type {Trial} */ (all.trials.get(one))));
    if (!list.length) return;
    const at = list.indexOf(this.selected?.number ?? list[0]);
    this.pick(list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + by))]);
  }

  /** @param {Brush | null} brush */
  setBrush(brush) {
    if (!brush && !this.brush) return;
    this.brush = brush;
    this.brushes++;
    this.touch('brush');
  }

  /** Whether a brush, or the stage that is shown, leaves the trial out. @param {Trial} trial */
  isOut(trial) {
    const { stage } = this;
    if (stage && (trial.number < stage.first || trial.number >= stage.end)) return true;
    return this.brush !== null && !inside(this.brush, trial, () => this.all.score(trial));
  }

  /** Trials inside the brush; asked for by many. */
  brushedCount() {
    const { runs, version, trials } = this.all;
    const key = `${runs} ${version} ${this.brushes}`;
    if (key === this.counted.key) return this.counted.n;
    let n = 0;
    for (const trial of trials.values()) if (!this.isOut(trial)) n++;
    this.counted = { key, n };
    return n;
  }

  /** A side of the brush that holds no value of its range, by which nothing can be narrowed.
   * @returns {{name: string, key: string} | null} the key of a sentence on it */
  emptySide() {
    for (const side of this.brush ?? []) {
      const range = this.panel.study.space?.[side.name];
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
    const next = structuredClone(this.panel.study);
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
}
