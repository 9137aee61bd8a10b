import { contrast } from '../study/contrast.js';
import { sweptOf, taskOf } from '../study/hyperparameters.js';
import { ENDED, EPOCH_BYTES, objectiveOf, scoreOf } from '../study/result.js';
import { byAge, freshId, isRecord, letterOf, nextPlace } from '../study/runs.js';
import { Slice } from './slice.js';

/**
 * The runs that are kept: short records of all of them, and the one that the engine has.
 *
 * @typedef {import('../study/runs.js').RunRecord} RunRecord
 * @typedef {import('../study/types.js').HeldResult} HeldResult
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('./trials.js').Trials} Trials
 * @typedef {import('./types.js').OpenedTest} OpenedTest
 * @typedef {object} Held a run with its trials
 * @property {string} id
 * @property {Study} study
 * @property {Trials} trials
 * @property {number | null} best
 * @property {HeldResult['engine'] | null} engine that trained it, once it has ended
 * @property {OpenedTest | null} test
 * @typedef {{record: RunRecord, held: Held | null, study: Study}} Deleted with the study that the panel had then
 */

/** Deleted runs that can be brought back. */
const BROUGHT_BACK = 10;
/** Differences that a name is made of. */
const ABOUT = 2;

export class ShelfSlice extends Slice {
  /** @param {import('./types.js').Touch} mark */
  constructor(mark) {
    super(mark, 'shelf');
    /** Whether runs stay when others begin; guests on other pages have the last one alone. */ this.keeps = false;
    /** @type {RunRecord[]} in the order in which they began */ this.records = [];
    /** @type {string | null} the run that the page shows */ this.shown = null;
    /** @type {Held | null} the run that the engine trains, or trained last */ this.live = null;
    /** @type {Held[]} runs that have begun since they were last asked for */ this.begun = [];
    /** Whether that one is still trained. */ this.training = false;
    /**
     * @type {{id: string, store: any, pair: import('./trials-slice.js').TrialsSlice[]} | null} the run that lies
     *   beside the one shown, as a store of its own, and the trials of both
     */
    this.beside = null;
    /** Whether the runs that are compared lie over each other; */ this.overlaid = false;
    /** @type {{id: string, store: any}[]} and which others do so, too, each as a store of its own. */ this.more = [];
    /** @type {Set<string>} records that have changed since they were written */ this.changed = new Set();
    /** @type {Set<string>} records that are to be removed */ this.removed = new Set();
    /** @type {Deleted[]} */ this.deleted = [];
    /** The tab's name, which its runs carry. */ this.tab = '';
    /** Whether the list of all runs is open. */ this.listed = false;
    /** Whether runs are kept in memory alone. */ this.inMemory = false;
  }

  /** @param {string | null} id */
  of(id) {
    return this.records.find((one) => one.id === id) ?? null;
  }

  /** @param {string | null} id of a run @returns {string} its letter, or nothing */
  letter(id) {
    const record = this.of(id);
    return record ? letterOf(record.place) : '';
  }

  /** Whether a run is trained while another is shown. */
  get isAway() {
    return this.training && this.live !== null && this.live.id !== this.shown;
  }

  /** A run begins, or what was begun on the GPU begins anew. The page shows it.
   * @param {Study} study @param {Trials} trials @param {Study | null} before the study of the trials shown before
   * @param {string} [cut] the run that goes on, if it was cut off */
  begin(study, trials, before, cut) {
    if (this.training && this.live) {
      Object.assign(this.live, { study, trials, best: null });
      this.shown = this.live.id;
      return;
    }
    if (cut && this.of(cut)) {
      this.live = { id: cut, study, trials, best: null, engine: null, test: null };
      this.training = true;
      this.shown = cut;
      return this.amend(cut, { state: 'running', ended: null, tab: this.tab });
    }
    const id = freshId();
    const record = recordOf(id, nextPlace(this.records), study, this.tab);
    this.live = { id, study, trials, best: null, engine: null, test: null };
    this.training = true;
    if (this.keeps) this.begun.push(this.live);
    else this.records = [];
    this.name(record, before);
    this.records.push(record);
    this.shown = id;
    this.touch();
  }

  /** @private What the run differs in from the one before it, and that one from it if it has no name yet.
   * @param {RunRecord} record @param {Study | null} before */
  name(record, before) {
    const last = this.of(this.shown);
    if (!before || !this.live) return;
    const differing = contrast(before, this.live.study).slice(0, ABOUT);
    record.about = differing.length ? differing.map(({ key, b }) => [key, b]) : (last?.about ?? []);
    if (!last || last.about.length || !differing.length) return;
    last.about = differing.map(({ key, a }) => [key, a]);
    this.changed.add(last.id);
  }

  /** The run goes on, with more trials. @param {Study} study */
  grow(study) {
    if (!this.live) return;
    this.live.study = study;
    this.training = true;
    this.amend(this.live.id, { state: 'running', ended: null });
  }

  /** The run has ended.
   * @param {import('../study/runs.js').RunEnd} state @param {HeldResult['engine'] | null} engine */
  end(state, engine) {
    if (!this.live || !this.training) return;
    this.training = false;
    this.live.engine = engine;
    this.amend(this.live.id, { state, ended: Date.now(), backend: engine?.backend ?? '' });
    this.count();
  }

  /** How far the live run is. @returns {boolean} whether that has changed */
  count() {
    const { live } = this;
    const record = live && this.of(live.id);
    if (!live || !record) return false;
    const now = standingOf(live);
    if (record.done === now.done && record.best === now.best && record.trials === now.trials) return false;
    Object.assign(record, now, { bytes: Math.max(record.bytes, live.trials.epochs * EPOCH_BYTES) });
    this.touch();
    return true;
  }

  /** Changes a record, and says so. @param {string} id @param {Partial<RunRecord>} changes */
  amend(id, changes) {
    const record = this.of(id);
    if (!record) return;
    Object.assign(record, changes);
    this.changed.add(id);
    this.touch();
  }

  /** A run from elsewhere. @param {Held} held @param {Partial<RunRecord>} more */
  add(held, more) {
    const record = {
      ...recordOf(held.id, nextPlace(this.records), held.study, this.tab),
      ...standingOf(held),
      bytes: held.trials.epochs * EPOCH_BYTES,
      ...more,
    };
    this.records.push(record);
    this.records.sort(byAge);
    this.touch();
    return record;
  }

  /** What storage has, with what this page alone has.
   * @param {unknown[]} found @param {ReadonlySet<string>} own runs of this page, which knows better
   * @param {ReadonlySet<string> | null} tabs those that live; null where nobody can tell */
  take(found, own, tabs) {
    const theirs = found.filter(isRecord).filter((one) => !own.has(one.id) && !this.removed.has(one.id));
    for (const one of theirs) {
      // The changes of this page are on their way.
      if (this.changed.has(one.id)) Object.assign(one, changesOf(this.of(one.id) ?? one));
      const isTrained = tabs ? tabs.has(one.tab) && one.tab !== this.tab : false;
      if (one.state === 'running' && !isTrained) one.state = 'interrupted';
    }
    const mine = this.records.filter((one) => own.has(one.id));
    this.records = [...theirs, ...mine].sort(byAge);
    this.touch();
  }

  /** What keeping a run has come to. @param {string} id @param {Partial<RunRecord>} changes */
  note(id, changes) {
    const record = this.of(id);
    if (record) Object.assign(record, changes);
  }

  /** Takes records away. @param {Iterable<string>} ids */
  drop(ids) {
    const gone = new Set(ids);
    if (!gone.size) return;
    this.records = this.records.filter((one) => !gone.has(one.id));
    this.touch();
  }

  /** @param {RunRecord} record @param {Held | null} held @param {Study} study in the panel */
  delete(record, held, study) {
    this.deleted.push({ record, held, study });
    if (this.deleted.length > BROUGHT_BACK) this.deleted.shift();
    this.removed.add(record.id);
    this.drop([record.id]);
  }

  /** What was deleted last comes back; under another letter where its own is taken.
   * @returns {Deleted | undefined} */
  bringBack() {
    const last = this.deleted.pop();
    if (!last) return undefined;
    const { record } = last;
    if (this.records.some((one) => one.place === record.place)) record.place = nextPlace(this.records);
    this.removed.delete(record.id);
    this.records = [...this.records, record].sort(byAge);
    this.touch();
    return last;
  }

  /** Whether undo brings a run back: the study is as it was when one was deleted. @param {Study} study */
  canBringBack(study) {
    return this.deleted.at(-1)?.study === study;
  }
}

/** What the reader may change of a record. @param {RunRecord} record */
export const changesOf = ({ name, note, pinned, about }) => ({ name, note, pinned, about });

/** @param {string} id @param {number} place @param {Study} study @param {string} tab @returns {RunRecord} */
function recordOf(id, place, study, tab) {
  return {
    id,
    place,
    name: '',
    note: '',
    pinned: false,
    started: Date.now(),
    ended: null,
    state: 'running',
    tab,
    backend: '',
    dataset: study.dataset.name,
    task: taskOf(study),
    ...objectiveOf(study),
    trials: 0,
    done: 0,
    best: null,
    bestTrial: null,
    about: [],
    swept: sweptOf(study).map((one) => one.name),
    bytes: 0,
  };
}

/** How far a run is. @param {Held} held */
export function standingOf({ study, trials, best }) {
  const trial = best === null ? undefined : trials.get(best);
  const score = trial ? scoreOf(trial, objectiveOf(study).metric) : NaN;
  let done = 0;
  for (const state of ENDED) if (state !== 'cancelled') done += trials.counts[/** @type {'complete'} */ (state)];
  return {
    trials: trials.size,
    done,
    best: Number.isFinite(score) ? score : null,
    bestTrial: best,
  };
}
