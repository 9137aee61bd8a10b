import { perform } from '../commands/commands.js';
import { joined, snapshotsIn } from '../engine/take-up.js';
import {
  LIMIT,
  ResultText,
  documentOf,
  heldOf,
  keptAsked,
  keptResult,
  keptSeen,
  readKeptStudy,
  studyText,
} from '../state/kept.js';
import { changesOf } from '../state/shelf.js';
import { sameStudy } from '../study/same.js';
import { EPOCH_BYTES } from '../study/result.js';
import { freshId, makeRoom, nextPlace } from '../study/runs.js';
import { tell } from './events.js';
import { readStudy } from '../study/study.js';
import { Storage } from '../platform/storage.js';
import { defineLater } from '../platform/later.js';
import { inSlices } from '../platform/turns.js';

/**
 * Keeps the whole page's study and its runs between visits. Guests on other pages keep nothing. Where storage is
 * refused or full, runs stay in memory, and the page says so once.
 *
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../state/shelf.js').Held} Held
 * @typedef {import('../engine/runner.js').Runner} Runner
 * @typedef {import('../study/types.js').KeptTable} Kept a table of the reader's own
 * @typedef {'refused' | 'full' | 'large' | 'pinned' | 'room'} Lack why something is not kept
 */

/**
 * Milliseconds between two looks at what has changed: with the writing itself, a page that dies loses less than 2 s.
 */
const EVERY = 1000;
/** What open trials are is kept up to so many bytes, and written at so many bytes a second. */
const MOST_OPEN = 8e6;
const OPEN_RATE = 4e6;
/** While a run trains its text is written at so many bytes a second at most: one of 65,536 trials has 25 MB. */
const TEXT_RATE = 8e6;
/** The page waits no longer than this for what was kept. */
const PATIENCE = 250;
/** Tables of the reader's own that are kept: so many bytes, and so many of them. */
const TABLE_BYTES = 600e6;
const MOST_TABLES = 20;
/** Milliseconds of work at a time. */
const SLICE = 8;

const views = defineLater('keeper-views', () => import('./keeper-views.js'));

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
    /** @private @type {string | null} what this tab shows, as it was last written; null before that is known */
    this.shown = null;
    /** @private @type {Map<string, {run: Held, seen: string}>} runs of which storage has not all, and what it has */
    this.held = new Map();
    /** @private */ this.busy = false;
    /** @private @type {import('./keeper-views.js').ViewsKeeper | null} once there is a map, or a race */ this.views =
      null;
    /** @private whether there is one of a study that is no more than kept */ this.isStray = false;
    /** @private @type {{run: Held | null, parts: Uint32Array | null, at: number}} the open trials as they were
     * written */
    this.opened = { run: null, parts: null, at: 0 };
    /** @private @type {{run: Held, seen: string} | undefined} the engine's run, once it was kept whole */
    this.kept = undefined;
    /** @private the text that was written last */ this.wrote = { id: '', at: 0, bytes: 0 };
    /** Settles once what was kept is in place, or is not going to be in time. */ this.ready = Promise.resolve();
    /** @private Browsers do not promise to finish this, so nothing rests on it. */
    this.onLeave = () => this.look(true);
    /** @private */ this.onHide = () => void (document.hidden ? this.look(true) : this.refresh());
    /** @private */ this.onFocus = () => void this.refresh();
  }

  /** @param {boolean} given whether the page's link gave a study, which then wins
   * @param {boolean} bare whether there was no link at all */
  connect(given, bare) {
    this.study = this.store.study;
    const restored = this.restore(given, bare)
      .catch((error) => this.lack(error))
      .then(() => {
        // What a visit begins with is no change: looking at a link puts nothing away.
        this.shown ??= this.showing;
      });
    this.ready = Promise.race([restored, new Promise((resolve) => void setTimeout(resolve, PATIENCE))]).then(() => {});
    // Neither frames nor messages drive this: a hidden tab trains on without them.
    /** @private @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = setInterval(() => this.look(false), EVERY);
    // A run's end, an opened test set, and what is done to runs are kept at once.
    /** @private @type {(() => void) | undefined} */ this.unsubscribe = this.store.subscribe(
      ['run', 'test', 'shelf'],
      (topics) => {
        const { shelf, state } = this.store;
        if (topics.has('shelf') && (shelf.changed.size || shelf.removed.size)) void this.settle();
        // A run may have begun in the task in which the test set was opened.
        if (state === 'idle' || topics.has('test')) this.look(false);
      },
    );
    document.addEventListener('visibilitychange', this.onHide);
    addEventListener('pagehide', this.onLeave);
    addEventListener('focus', this.onFocus);
  }

  disconnect() {
    clearInterval(this.timer);
    this.unsubscribe?.();
    document.removeEventListener('visibilitychange', this.onHide);
    removeEventListener('pagehide', this.onLeave);
    removeEventListener('focus', this.onFocus);
    this.look(true);
  }

  /** @private @param {boolean} given @param {boolean} bare */
  async restore(given, bare) {
    const { store, storage } = this;
    const before = store.study;
    // Whatever the study is, its data are there before anybody asks for them.
    for (const one of await this.tables()) perform(store, 'restore_table', one);
    // The tab has its name by the time that the others are asked for.
    const { study, shown, result, runs, body, isOwn, ...beside } = await storage.read().catch((error) => {
      if (bare) perform(store, 'open_example');
      throw error;
    });
    const tabs = runs.length ? await storage.living() : null;
    perform(store, 'restore_runs', { runs, own: this.own, tabs, tab: storage.tab });
    // Whoever set a study or started a run meanwhile meant it.
    const isFree = () => store.state === 'idle' && !this.runner.result;
    const hasBeside = Boolean(beside.map ?? beside.race);
    this.isStray = hasBeside;
    if (store.study !== before || !isFree()) return;
    const kept = readKeptStudy(study);
    if (kept && !given) {
      this.study = kept;
      perform(store, 'restore_study', kept);
    }
    // A link names a table that is too large for it; where it is kept here nobody is asked for it.
    const { file: _, ...dataset } = store.study.dataset;
    const { text, found } = kept?.dataset ?? {};
    if (given && text !== undefined && dataset.found && dataset.found.digest === found?.digest)
      perform(store, 'restore_study', { ...store.study, dataset: { ...dataset, text } });
    if (bare && !kept && !runs.length && !shown && !result) return void perform(store, 'open_example');
    const isSame = kept !== null && sameStudy(kept, store.study);
    this.isStray = hasBeside && !isSame;
    if (hasBeside && isSame) await (await this.openViews()).restore(beside, isOwn);
    await this.restoreShown(shown, body ?? result, isSame, isFree);
  }

  /** @private */
  async openViews() {
    const { ViewsKeeper } = await views.open();
    return (this.views ??= new ViewsKeeper(this.store, (key, value) => this.keepBeside(key, value)));
  }

  /** @private What stands beside the study is of the one that is kept, also where nobody has changed it.
   * @param {'map' | 'race'} key @param {unknown} value */
  async keepBeside(key, value) {
    const study = value !== null && !this.written ? this.keepStudy() : null;
    // Nothing waits, as the page may be about to go; storage does one after the other.
    await Promise.all([study, this.storage.write(key, value)]);
  }

  /** @private Keeps a map and a race. @param {boolean} leaving */
  async lookAtViews(leaving) {
    const { map, race } = this.store;
    // What keeps them is there already where the page is about to go.
    if (this.views) return this.views.look(leaving);
    if (map.done || race.contestants.length) await (await this.openViews()).look(false);
  }

  /** The tables of the reader's own that this browser keeps, the latest first. @returns {Promise<Kept[]>} */
  async tables() {
    const found = await this.storage.tables().catch(() => []);
    const isSound = (/** @type {any} */ one) =>
      one?.table instanceof Blob && typeof one.dataset?.found?.digest === 'string';
    return found.filter(isSound).sort((a, b) => b.at - a.at);
  }

  /** Keeps a table; those that were used longest ago go where there is no room. @param {Kept} one */
  async keepTable(one) {
    const digest = String(one.dataset.found?.digest);
    const others = (await this.tables()).filter(({ dataset }) => dataset.found?.digest !== digest);
    let room = TABLE_BYTES - one.table.size;
    const gone = others.filter(({ table }, k) => (room -= table.size) < 0 || k + 2 > MOST_TABLES);
    const digests = gone.map(({ dataset }) => String(dataset.found?.digest));
    await this.storage.keepTable(digest, one, digests).catch((error) => this.lack(error));
  }

  /** @param {string} digest */
  async removeTable(digest) {
    await this.storage.removeTable(digest).catch((error) => this.lack(error));
  }

  /** @private The address of a page that is loaded anew gives the study that was kept; another link's shows no other
   * run.
   * @param {any} shown @param {unknown} text its text, or what an earlier page wrote
   * @param {boolean} isOwn whether the study is the one that was kept @param {() => boolean} isFree */
  async restoreShown(shown, text, isOwn, isFree) {
    const { store } = this;
    const document = documentOf(text);
    const about = shown ?? document;
    perform(store, 'mark_seen', keptSeen(about));
    const id = typeof shown?.id === 'string' && store.shelf.of(shown.id) ? shown.id : null;
    const result = await inSlices(keptResult(document, store.study, isOwn), isFree);
    const run = result && (await inSlices(heldOf(id ?? freshId(), result), isFree));
    if (!run || !isFree()) return;
    if (!id) perform(store, 'add_run', { run, more: { state: 'finished', ended: Date.now() } });
    perform(store, 'restore_shown', run);
    perform(store, 'restore_asked', keptAsked(about));
    this.shown = id ? this.showing : '';
    if (!id) this.held.set(run.id, { run, seen: '' });
  }

  /** @private The runs that this page knows better than storage does. */
  get own() {
    const { live } = this.store.shelf;
    return new Set([...this.held.keys(), ...(live ? [live.id] : [])]);
  }

  /** @private What other tabs have done meanwhile. */
  async refresh() {
    if (this.lacks.has('refused')) return;
    try {
      const [runs, tabs] = [await this.storage.runs(), await this.storage.living()];
      perform(this.store, 'restore_runs', { runs, own: this.own, tabs, tab: this.storage.tab });
    } catch {
      // What is shown stays; whoever writes next says what is wrong.
    }
  }

  /** A run with its trials; null where it is gone or not sound. @param {string} id @returns {Promise<Held | null>} */
  async body(id) {
    const { live } = this.store.shelf;
    if (live?.id === id) return live;
    const held = this.held.get(id);
    if (held) return held.run;
    try {
      const document = documentOf(await this.storage.body(id));
      const read = readStudy(document?.study);
      if ('problem' in read) return null;
      const result = await inSlices(keptResult(document, read.study, true), () => true);
      return result ? ((await inSlices(heldOf(id, result), () => true)) ?? null) : null;
    } catch (error) {
      this.lack(error);
      return null;
    }
  }

  /** What the open trials were of a run that was cut off; nothing where that is not kept, or not sound.
   * @param {string} id @returns {Promise<import('../engine/take-up.js').Open[]>} */
  async open(id) {
    const found = await this.storage.openTrials(id).catch(() => null);
    return found instanceof Uint32Array ? snapshotsIn(found) : [];
  }

  /** Takes a run in that storage does not have. @param {Held} run */
  hold(run) {
    this.held.set(run.id, { run, seen: '' });
    this.look(false);
  }

  /** @private What a run's text depends on. @param {Held} run */
  seenOf(run) {
    const record = this.store.shelf.of(run.id);
    return `${run.trials.changes} ${run.best} ${record?.state} ${JSON.stringify(this.testOf(run))}`;
  }

  /** @private @param {Held} run */
  testOf({ study, test }) {
    return this.store.testOf(study) ?? test;
  }

  /** @private Keeps what has changed. @param {boolean} leaving there is no later */
  look(leaving) {
    const { store } = this;
    const { live } = store.shelf;
    // Short runs may have ended before anybody looked.
    for (const run of /** @type {Held[]} */ (perform(store, 'take_begun'))) this.held.set(run.id, { run, seen: '' });
    if (live) perform(store, 'count_run');
    // Neither is asked for of another run, which may be a large one.
    if (this.kept?.run !== live) this.kept = undefined;
    if (this.opened.run !== live || !store.shelf.training) this.opened = { run: null, parts: null, at: 0 };
    if (live && live.trials.size && !this.held.has(live.id) && store.shelf.of(live.id) && this.isNew(live))
      this.held.set(live.id, { run: live, seen: '' });
    this.trim();
    if (this.lacks.has('refused')) return;
    if (this.study !== store.study) this.keepStudy().catch((error) => this.lack(error));
    this.lookAtViews(leaving).catch((error) => this.lack(error));
    // What is being written in slices would not be finished by a page that leaves.
    if (this.busy && !leaving) return;
    const next = [...this.held.values()].find(
      ({ run, seen }) => run.trials.size && seen !== this.seenOf(run) && (leaving || this.isDue(run)),
    );
    if (!next) {
      if (this.shown !== null && this.shown !== this.showing && this.isKept(store.shelf.shown))
        this.keepShown().catch((error) => this.lack(error));
      return;
    }
    this.busy = true;
    this.keepRun(next, leaving)
      .then(
        () => true,
        (error) => void this.lack(error),
      )
      .then((isDone) => {
        this.busy = false;
        // Runs may begin faster than the keeper looks, one at a time; each is looked at with its trials.
        if (isDone && this.waits) void turn().then(() => this.look(false));
      });
  }

  /** @private Whether runs that have ended wait to be kept. */
  get waits() {
    const { shelf } = this.store;
    const isWaiting = (/** @type {{run: Held, seen: string}} */ { run, seen }) =>
      !(shelf.training && shelf.live === run) && run.trials.size && seen !== this.seenOf(run);
    return [...this.held.values()].some(isWaiting);
  }

  /** @private Whether a run's text may be written again. @param {Held} run */
  isDue(run) {
    const { shelf } = this.store;
    const { id, at, bytes } = this.wrote;
    const isTrained = shelf.training && shelf.live === run;
    return !isTrained || id !== run.id || performance.now() - at >= (1000 * bytes) / TEXT_RATE;
  }

  /** @private The engine's run is this page's until all of it is kept, and again when it goes on. @param {Held} run */
  isNew(run) {
    return this.store.shelf.training || this.kept?.run !== run || this.kept.seen !== this.seenOf(run);
  }

  /** @private Whether storage has a run, which the next visit may then find. @param {string | null} id */
  isKept(id) {
    const { live } = this.store.shelf;
    return id === null || (!this.held.has(id) && (live?.id !== id || this.kept?.run === live));
  }

  /** @private What this tab shows, in words. */
  get showing() {
    const { shelf, seenData, asked } = this.store;
    return JSON.stringify({ id: shelf.shown, seen: seenData, asked });
  }

  /** @private @param {{run: Held, seen: string}} entry @param {boolean} leaving */
  async keepRun(entry, leaving) {
    const { store } = this;
    const { run } = entry;
    const seen = this.seenOf(run);
    const { backend } = store;
    const engine = run.engine ?? {
      backend: backend?.backend ?? 'cpu',
      adapter: backend?.adapter ?? null,
      workers: backend?.workers ?? 0,
      numerics: backend?.numerics,
    };
    // These first: the text then has all epochs that they have.
    const open = leaving ? null : await this.openOf(run);
    const writing = this.text.write(run, { engine, test: this.testOf(run) });
    let from = performance.now();
    let step = writing.next();
    for (; !step.done; step = writing.next()) {
      if (leaving || performance.now() - from < SLICE) continue;
      await turn();
      from = performance.now();
    }
    const record = store.shelf.of(run.id);
    if (!record) return void this.held.delete(run.id);
    entry.seen = seen;
    const bytes = (step.value?.length ?? run.trials.epochs * EPOCH_BYTES) + (open?.byteLength ?? 0);
    const note = (/** @type {object} */ changes) => perform(store, 'note_kept', { id: run.id, changes });
    note({ bytes, backend: engine.backend });
    const showing = this.showing;
    if (step.value === null) {
      this.say('large');
      // What was kept of it while it was smaller would be taken for all of it.
      await this.storage.remove([run.id]);
      await this.storage.write('shown', JSON.parse(showing));
      return;
    }
    const [text, shown] = [step.value, JSON.parse(showing)];
    this.wrote = { id: run.id, at: performance.now(), bytes: text.length };
    // The run's study belongs to it, also when it came with a link and was never changed.
    const study = this.written === store.study ? null : this.keepStudy();
    /** @type {string[]} */
    let gone = [];
    let isKept = true;
    if (leaving) await Promise.all([study, this.storage.keepNow(record, text, shown)]);
    else
      [isKept] = await Promise.all([
        this.storage.keep(text, open, shown, (others) => {
          const own = others.find((one) => one?.id === run.id);
          const rest = others.filter((one) => one?.id !== run.id);
          // Another tab may have renamed it, or taken its letter before it was here.
          if (own && !store.shelf.changed.has(run.id)) note(changesOf(own));
          else if (!own && rest.some((one) => one?.place === record.place)) note({ place: nextPlace(rest) });
          const stays = new Set([store.shelf.shown, store.shelf.live?.id].map(String));
          const room = makeRoom([...rest, record], run.id, stays);
          gone = room.gone;
          return { run: record, ...room };
        }),
        study,
      ]);
    if (!isKept) return this.say('pinned');
    this.shown = showing;
    perform(store, 'runs_gone', gone);
    if (!store.shelf.training || store.shelf.live !== run) this.letGo(entry, seen);
  }

  /** @private What the open trials of a run in training are, where that is little enough to be written again and
   * again; what is large is written less often. @param {Held} run */
  async openOf(run) {
    const { shelf } = this.store;
    if (!shelf.training || shelf.live !== run) return null;
    const now = performance.now();
    const { parts, at } = this.opened;
    const bytes = parts ? parts.byteLength : 0;
    if (this.opened.run === run && now - at < (1000 * bytes) / OPEN_RATE) return parts;
    const words = joined((await this.runner.save(MOST_OPEN)).map((one) => one.words));
    this.opened = { run, parts: words, at: now };
    return words;
  }

  /** @private All of a run that has ended is kept: nobody has to hold it.
   * @param {{run: Held, seen: string}} entry @param {string} seen */
  letGo(entry, seen) {
    if (this.seenOf(entry.run) !== seen) return;
    this.held.delete(entry.run.id);
    if (entry.run === this.store.shelf.live) this.kept = entry;
    this.warn(entry.run.id);
  }

  /** @private Says beforehand which run another one like this would put away. @param {string} id */
  warn(id) {
    const { store } = this;
    const { records, shown } = store.shelf;
    const last = store.shelf.of(id);
    if (!last || this.lacks.has('room')) return;
    const next = { ...last, id: '', started: Infinity };
    const { gone, fits } = makeRoom([...records, next], '', new Set([String(shown)]));
    if (fits && !gone.length) return;
    this.lacks.add('room');
    const letter = fits ? store.shelf.letter(gone[0]) : '';
    void tell(store, ({ roomNotice }) => roomNotice(letter));
  }

  /** @private What is in memory alone has no more room than what is kept: the oldest go. */
  trim() {
    const { shelf } = this.store;
    const alone = shelf.records.filter((one) => this.held.has(one.id));
    const last = alone.at(-1);
    if (alone.length < 2 || !last) return;
    const { gone } = makeRoom(alone, last.id, new Set([shelf.shown, shelf.live?.id].map(String)));
    for (const id of gone) this.held.delete(id);
    perform(this.store, 'runs_gone', gone);
  }

  /** @private What the reader has done to runs. */
  async settle() {
    const { shelf } = this.store;
    const [changed, removed] = [[...shelf.changed], [...shelf.removed]];
    for (const id of removed) this.held.delete(id);
    // There may be room now for what had none.
    if (removed.length) for (const one of this.held.values()) one.seen = '';
    try {
      if (this.lacks.has('refused')) return;
      for (const id of changed) {
        const record = shelf.of(id);
        if (record) await this.storage.amend(id, changesOf(record));
      }
      if (removed.length) await this.storage.remove(removed);
    } catch (error) {
      this.lack(error);
    } finally {
      perform(this.store, 'runs_settled', { changed, removed });
    }
  }

  /** @private */
  async keepStudy() {
    const { study } = this.store;
    this.study = this.written = study;
    // What stood beside the study that was kept before goes with it.
    const gone = this.isStray ? /** @type {const} */ (['map', 'race']) : [];
    this.isStray = false;
    await this.storage.write('study', studyText(study), gone);
  }

  /** @private */
  async keepShown() {
    const showing = this.showing;
    this.shown = showing;
    await this.storage.write('shown', JSON.parse(showing));
  }

  /** @private @param {unknown} error */
  lack(error) {
    const full = /** @type {any} */ (error)?.name === 'QuotaExceededError';
    this.say(full ? 'full' : 'refused');
    if (!full) perform(this.store, 'keep_in_memory');
  }

  /** @private @param {Lack} lack */
  say(lack) {
    if (this.lacks.has(lack)) return;
    this.lacks.add(lack);
    void tell(this.store, ({ keepNotice }) => keepNotice(lack, LIMIT / 1e6));
  }
}
