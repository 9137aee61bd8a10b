import { perform } from '../commands/commands.js';
import {
  LIMIT,
  ResultText,
  documentOf,
  keptAsked,
  keptResult,
  keptSeen,
  readKeptStudy,
  studyText,
} from '../state/kept.js';
import { sameStudy } from '../study/link.js';
import { keepNotice } from '../state/notices.js';
import { Storage } from '../platform/storage.js';
import { inSlices } from '../platform/turns.js';

/**
 * Keeps the whole page's study and last result between visits. Guests on other pages keep nothing. Where storage is
 * refused or full the page goes on in memory and says so once.
 *
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../engine/runner.js').Runner} Runner
 * @typedef {'refused' | 'full' | 'large'} Lack why something is not kept
 */

/**
 * Milliseconds between two looks at what has changed: with the writing itself, a page that dies loses less than 2 s.
 */
const EVERY = 1000;
/** The page waits no longer than this for what was kept. */
const PATIENCE = 250;
/** Milliseconds of work at a time. */
const SLICE = 8;

const turn = () => new Promise((resolve) => void setTimeout(resolve));

export class Keeper {
  /** @param {Store} store @param {Runner} runner */
  constructor(store, runner) {
    /** @private */ this.store = store;
    /** @private */ this.runner = runner;
    /** @private */ this.storage = new Storage();
    /** @private */ this.text = new ResultText();
    /** @private @type {Set<Lack>} */ this.lacks = new Set();
    /** @private @type {unknown} the study as it was found or last looked at */ this.study = null;
    /** @private @type {unknown} the study that this page has written */ this.written = null;
    /** @private @type {unknown[]} */ this.seen = [];
    /** @private */ this.busy = false;
    /** Settles once what was kept is in place, or is not going to be in time. */ this.ready = Promise.resolve();
    /** @private Browsers do not promise to finish this, so nothing rests on it. */
    this.onLeave = () => this.look(true);
    /** @private */ this.onHide = () => void (document.hidden && this.look(true));
  }

  /** @param {boolean} given whether the page's link gave a study, which then wins */
  connect(given) {
    this.study = this.store.study;
    this.seen = this.state;
    const restored = this.restore(given).catch((error) => this.lack(error));
    this.ready = Promise.race([restored, new Promise((resolve) => void setTimeout(resolve, PATIENCE))]).then(() => {});
    // Neither frames nor messages drive this: a hidden tab trains on without them.
    /** @private @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = setInterval(() => this.look(false), EVERY);
    // A run's end and an opened test set are kept at once.
    /** @private @type {(() => void) | undefined} */ this.unsubscribe = this.store.subscribe(['run', 'test'], () => {
      if (this.store.state === 'idle') this.look(false);
    });
    document.addEventListener('visibilitychange', this.onHide);
    addEventListener('pagehide', this.onLeave);
  }

  disconnect() {
    clearInterval(this.timer);
    this.unsubscribe?.();
    document.removeEventListener('visibilitychange', this.onHide);
    removeEventListener('pagehide', this.onLeave);
    this.look(true);
  }

  /** @private @param {boolean} given */
  async restore(given) {
    const { store, runner } = this;
    const before = store.study;
    const { study, result } = await this.storage.read();
    // Whoever set a study or started a run meanwhile meant it.
    if (store.study !== before || store.state !== 'idle' || runner.result) return;
    const kept = readKeptStudy(study);
    if (kept && !given) {
      this.study = kept;
      perform(store, 'restore_study', kept);
    }
    // The address of a page that is loaded anew gives the study that was kept; another link's shows no other result.
    const document = documentOf(result);
    perform(store, 'mark_seen', keptSeen(document));
    const isFree = () => store.state === 'idle' && !runner.result;
    const steps = keptResult(document, store.study, kept !== null && sameStudy(kept, store.study));
    const last = await inSlices(steps, isFree);
    if (last && (await runner.restore(last, isFree))) perform(store, 'restore_asked', keptAsked(document));
    this.seen = this.state;
  }

  /** @private What the result's text depends on. */
  get state() {
    return [this.store.version, this.store.test, this.runner.result, this.store.asked];
  }

  /** @private Keeps what has changed. @param {boolean} leaving there is no later */
  look(leaving) {
    const { store } = this;
    if (this.lacks.has('refused')) return;
    if (this.study !== store.study) this.keepStudy().catch((error) => this.lack(error));
    const { state } = this;
    const changed = state.some((one, k) => one !== this.seen[k]);
    // What is being written in slices would not be finished by a page that leaves.
    if (!store.trials.size || !(this.busy ? leaving : changed)) return;
    this.seen = state;
    this.busy = true;
    this.keepResult(leaving)
      .catch((error) => this.lack(error))
      .finally(() => {
        this.busy = false;
      });
  }

  /** @private @param {boolean} leaving */
  async keepResult(leaving) {
    const { store } = this;
    const writing = this.text.write(store, this.runner.result);
    const { runStudy } = store;
    let from = performance.now();
    let step = writing.next();
    for (; !step.done; step = writing.next()) {
      if (leaving || performance.now() - from < SLICE) continue;
      await turn();
      // Another run began meanwhile: its trials are written in their turn.
      if (store.runStudy !== runStudy) return;
      from = performance.now();
    }
    if (step.value === null) this.say('large');
    // The run's study belongs to it, also when it came with a link and was never changed.
    const seen = store.seenData;
    const text = step.value ?? (seen.length ? JSON.stringify({ seen }) : null);
    await Promise.all([this.written === store.study ? null : this.keepStudy(), this.storage.write('result', text)]);
  }

  /** @private */
  async keepStudy() {
    const { study } = this.store;
    this.study = this.written = study;
    await this.storage.write('study', studyText(study));
  }

  /** @private @param {unknown} error */
  lack(error) {
    const full = /** @type {any} */ (error)?.name === 'QuotaExceededError';
    this.say(full ? 'full' : 'refused');
    // A result of an earlier state would be shown as if it were the last.
    if (full) this.storage.write('result', null).catch(() => this.say('refused'));
  }

  /** @private @param {Lack} lack */
  say(lack) {
    if (this.lacks.has(lack)) return;
    this.lacks.add(lack);
    perform(this.store, 'notify', keepNotice(lack, LIMIT / 1e6));
  }
}
