import { pickedOf } from '../study/search.js';
import { brokenLock } from '../study/locks.js';
import { SEED_LIMIT, startStudy } from '../study/study.js';
import { Slice } from './slice.js';
import { dataOf } from './test.js';

/**
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Distribution} Distribution
 * @typedef {import('./types.js').Draft} Draft
 */

const HISTORY = 200;

/** Points by hand are of one space: with other ranges than theirs they are none. @param {Study} study */
function keepFitting(study) {
  const axes = Object.keys(study.space ?? {})
    .sort()
    .join();
  const points = pickedOf(study).filter((one) => Object.keys(one).sort().join() === axes);
  study.sampler = points.length ? { name: 'hand', points } : { name: 'hand' };
}

/** The study in the panel, the studies that undo and redo go to, and input that is not valid yet. */
export class StudySlice extends Slice {
  /**
   * @param {import('./types.js').Touch} mark
   * @param {import('./test.js').TestSlice} test
   * @param {import('./messages.js').MessagesSlice} messages
   */
  constructor(mark, test, messages) {
    super(mark, 'study');
    /** @private */ this.test = test;
    /** @private */ this.messages = messages;
    this.study = startStudy();
    /** @type {Study[]} */ this.past = [];
    /** @type {Study[]} */ this.future = [];
    /** @type {Map<string, Distribution>} ranges that were turned off */ this.rested = new Map();
    /** @type {Map<string, Draft>} input that is not valid yet */ this.drafts = new Map();
    /** @type {Map<string, number>} when a row last changed */ this.changed = new Map();
    /**
     * Where the next point by hand is, as far as that was said.
     * @type {Record<string, import('../study/types.js').Value>}
     */
    this.aim = {};
    /**
     * What the reader's own tables are called, by their digests: a study that has its table in it has no name for it.
     * @type {Map<string, string>}
     */
    this.tableNames = new Map();
    /** @type {string | null} the row being edited */ this.editing = null;
    /** @type {string[] | null} */ this.only = null;
    /** What a teacher's link keeps as it is. @type {ReadonlySet<string>} */ this.locks = new Set();
  }

  /** Whether the test rows of the study have been seen, with whatever study. */
  get readOnly() {
    return this.test.isSeen(this.study);
  }

  /** Puts a study in the panel, in a way that undo takes back; nothing where it is the same.
   * @param {Study} next @param {string} [row] that shows the change */
  change(next, row) {
    if (next.sampler?.name === 'hand') keepFitting(next);
    if (JSON.stringify(next) === JSON.stringify(this.study)) return;
    this.remember();
    if (row) this.changed.set(row, Date.now());
    const [was, is] = [this.study, next].map(
      (one) => (/** @type {string} */ name) => JSON.stringify([one.fixed?.[name], one.space?.[name]]),
    );
    // A row that changes shows what is trained, and not what was entered before.
    for (const name of this.drafts.keys()) if (was(name) !== is(name)) this.dropDraft(name);
    this.show(next);
  }

  /** @private The study as it is now is what undo goes to. */
  remember() {
    this.past.push(this.study);
    if (this.past.length > HISTORY) this.past.shift();
    this.future = [];
  }

  /** Puts a study of other data, or somebody else's, in the panel. @param {Study} study */
  load(study) {
    const next = structuredClone(study);
    // After a test set was opened it is a new study, with a split that nobody has seen.
    while (this.test.isSeen(next)) next.dataset.seed = ((next.dataset.seed ?? 0) + 1) % (SEED_LIMIT + 1);
    this.drafts.clear();
    this.changed.clear();
    this.editing = null;
    this.change(next);
  }

  /** Puts a study in the panel as it is. @param {Study} study */
  replace(study) {
    this.remember();
    this.drafts.clear();
    this.changed.clear();
    this.editing = null;
    this.show(study);
  }

  /**
   * Whether undo or redo has a study to go to; from one whose test set is open only to another's data.
   * @param {-1 | 1} direction
   */
  canStep(direction) {
    const to = (direction < 0 ? this.past : this.future).at(-1);
    if (to && brokenLock(this.locks, this.study, to)) return false;
    if (direction < 0 && this.drafts.size) return true;
    const next = (direction < 0 ? this.past : this.future).at(-1);
    return next !== undefined && !(this.readOnly && dataOf(next) === dataOf(this.study));
  }

  /** @param {-1 | 1} direction */
  step(direction) {
    // What was last done is the input that is not valid; the study is still as it was before.
    if (direction < 0 && this.drafts.size) {
      this.drafts.clear();
      this.messages.dismiss('run');
      this.touch();
      return;
    }
    if (!this.canStep(direction)) return;
    const [from, to] = direction < 0 ? [this.past, this.future] : [this.future, this.past];
    to.push(this.study);
    this.drafts.clear();
    this.show(/** @type {Study} */ (from.pop()));
  }

  /** @private @param {Study} study */
  show(study) {
    this.messages.dismissStudy();
    this.study = study;
    this.touch('test');
  }

  /** @param {string} name of a row or a field @param {Draft} draft */
  keepDraft(name, draft) {
    this.drafts.set(name, draft);
    this.touch();
  }

  /** @param {string} name */
  dropDraft(name) {
    if (!this.drafts.delete(name)) return;
    this.messages.settle(name);
    this.touch();
  }

  /** Keeps the range of a row that is turned off. @param {string} name @param {Distribution} range */
  rest(name, range) {
    this.rested.set(name, range);
  }
}
