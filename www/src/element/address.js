import { decodeLink, encodeLink } from '../study/link.js';
import { linkOf, withoutTable } from './href.js';
import { tell } from './events.js';
import { perform } from '../commands/commands.js';
import { later } from '../platform/later.js';
import { idleNotice } from '../state/notices.js';
import { checkTogether, startStudy } from '../study/study.js';
import { PLANES, planeIn, planeWords } from '../state/landscape.js';
import { optionsOf } from '../state/race.js';
import { VIEWS } from '../views/views.js';
import { Reproduction } from './reproduction.js';

/**
 * The address of the whole page: it is read when the page loads and when it changes, and it follows the state. Guests
 * on other pages have none. Views and lessons that are opened are entries of the browser's history: between those of
 * one study Back and Forward change what is open, and nothing else.
 *
 * @typedef {object} Page what the address sets, besides `lang`, `theme` and `controls`
 * @property {string} view
 * @property {number | string} scale
 * @property {(study: import('../study/types.js').Study) => Promise<Error | null>} adopt
 * @property {() => Promise<unknown>} run
 * @property {Promise<unknown>} updateComplete
 * @property {{ready: Promise<unknown>} | null} shelf
 *
 * @typedef {import('../state/store.js').Store} Store
 */

/** Milliseconds after the last change; browsers refuse addresses that change too often. */
const QUIET = 400;
/** Milliseconds after the first of changes that follow each other without such a pause. */
const LONGEST = 1200;
/** The name of what entries of the history keep. */
const ENTRY = 'tuning-playground';
/** What a page that goes leaves to the one that is loaded in its place: the address of that is older by a moment. */
const LEFT = 'tuning-playground.left';
/** What an address follows. */
const TOPICS = /** @type {const} */ (['study', 'look', 'race', 'map', 'landscape', 'run']);

/** The link that this page left when it was loaded anew. @returns {string | null} */
function left() {
  try {
    const link = sessionStorage.getItem(LEFT);
    sessionStorage.removeItem(LEFT);
    const [{ type }] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
    return type === 'reload' ? link : null;
  } catch {
    return null;
  }
}

export class Address {
  /** @param {Page} page @param {Store} store @param {import('../engine/runner.js').Runner} runner */
  constructor(page, store, runner) {
    /** @private */ this.page = page;
    /** @private */ this.store = store;
    /** @private */ this.runner = runner;
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.timer = undefined;
    /** @private @type {string | null} the state as it was last read or written */ this.last = null;
    /** @private the address's own part as it was last read or written */ this.hash = location.hash;
    /** @private what was trained and shown at the last look */ this.stood = `${store.state} ${store.shelf.shown}`;
    /** @private the window of the map at the last look */ this.window = -1;
    /** @private @type {string | undefined} the plane of a loss surface at the last look */ this.plane = undefined;
    /** @private where the reader is */ this.place = { view: store.view, lesson: store.lesson };
    /** @private @type {string | null} the lesson that the history has asked for, until it is there */ this.coming =
      null;
    /** @private when the first change came that the address has not followed */ this.changed = 0;
    /** @private how many places had been visited by then */ this.visits = store.visits;
    /** @private the name of the entries that differ in their places alone */ this.kin = '';
    /** @private @type {string | null | undefined} the link of what is here, where the address holds none */
    this.held = undefined;
    this.reproduction = new Reproduction(store, runner);
    /** @private @type {import('../study/link.js').Skipped[]} of the link that was read last */ this.skipped = [];
    /** @private What the history has brought is there by then. */
    this.onHash = () => void (location.hash === this.hash || this.read(history.state?.[ENTRY]?.held));
    /** @private */ this.onMove = (/** @type {PopStateEvent} */ event) => this.move(event.state?.[ENTRY]);
    /** @private */ this.onLeave = () => this.leave();
    /**
     * Language and theme are written when they were chosen here, not when they are the reader's own.
     * @type {Set<string>}
     */
    this.chosen = new Set();
  }

  /** @returns {boolean} whether the address gave a study */
  connect() {
    const given = this.read(left());
    /** @private */ this.unsubscribe = this.store.subscribe([...TOPICS], (topics) => {
      // Pixels that come in are nothing of the address.
      if (topics.size === 1 && topics.has('map') && this.window === this.store.map.sheet) return;
      this.window = this.store.map.sheet;
      // Neither are points of a surface.
      const plane = planeWords(this.store.landscape.options);
      if (topics.size === 1 && topics.has('landscape') && this.plane === plane) return;
      this.plane = plane;
      this.reproduction.follow();
      this.visit();
      // Who loads the page anew at once gets the study that ran, and of the run that is shown.
      const { state, shelf } = this.store;
      const now = `${state} ${shelf.shown}`;
      if (now !== this.stood) {
        this.stood = now;
        this.write();
      }
      // Of a run the address says what came of it.
      if (this.store.state === 'idle' || topics.size > 1 || !topics.has('run')) this.follow();
    });
    addEventListener('popstate', this.onMove);
    addEventListener('hashchange', this.onHash);
    addEventListener('pagehide', this.onLeave);
    return given;
  }

  disconnect() {
    this.write();
    this.unsubscribe?.();
    removeEventListener('popstate', this.onMove);
    removeEventListener('hashchange', this.onHash);
    removeEventListener('pagehide', this.onLeave);
  }

  /** @private */
  get link() {
    return linkOf(this.store, this.chosen, this.reproduction.fp);
  }

  /** @private @param {string | null} [link] what is read in the place of the address */
  read(link) {
    clearTimeout(this.timer);
    this.hash = location.hash;
    this.kin = history.state?.[ENTRY]?.kin ?? Math.random().toString(36).slice(2);
    const { page, store } = this;
    const { state, skipped, newer, found } = decodeLink(link ?? location.hash);
    const { lang, theme, view, race, plane, map, decide, lesson, controls, scale, rows, color, curves, lock } = state;
    for (const [what, value] of Object.entries({ lang, theme, controls: controls?.join(',') })) {
      if (value === undefined) continue;
      this.chosen.add(what);
      /** @type {any} */ (page)[what] = value;
    }
    if (view && !VIEWS.some((one) => one.name === view)) skipped.push({ what: `view=${view}`, why: 'not_yet' });
    else if (view || found) page.view = view ?? VIEWS[0].name;
    if (race && !optionsOf(race)) skipped.push({ what: `race=${race}`, why: 'unknown' });
    else if (race) perform(store, 'race_from', race);
    if (plane && !planeIn(plane)) skipped.push({ what: `plane=${plane}`, why: 'unknown' });
    else if (plane || view === 'landscape') perform(store, 'plane_from', plane ?? PLANES[0]);
    if (map) perform(store, 'map_from', map);
    if (decide) perform(store, 'decide', decide);
    if (scale !== undefined || found) page.scale = scale ?? 1;
    if (rows !== undefined || found) perform(store, 'show_rows', rows ?? null);
    if (color || curves || found) perform(store, 'color_by', { measure: color ?? null, curveColor: curves ?? null });
    const study = state.study ?? (found ? startStudy() : undefined);
    perform(store, 'lock', []);
    const known = [store.study, withoutTable(store.study)].map((one) => encodeLink({ study: one }));
    const settled = study && !known.includes(encodeLink({ study })) ? page.adopt(study) : Promise.resolve(null);
    // What the link locks is what it brings.
    if (lock || found) void settled.then(() => perform(store, 'lock', lock ?? []));
    if (state.study) void settled.then(() => this.ask());
    this.reproduction.claim(state.fp ?? null, state.study);
    perform(store, 'dismiss', 'link');
    this.skipped = skipped;
    const { name } = (study ?? store.study).dataset;
    const isStill = () => this.skipped === skipped;
    if (skipped.length) void tell(store, ({ linkNotice }) => isStill() && linkNotice(skipped, newer, name));
    const problem = state.study ? checkTogether(state.study) : null;
    // The panel itself says that a grid is too large.
    if (problem && problem.code !== 'grid_too_large') perform(store, 'notify', idleNotice(store, problem));
    this.last = link ? null : this.link;
    this.stay();
    this.held = study ? undefined : this.last;
    this.enter();
    if (link) this.follow();
    const { hand } = state;
    // What opens over the page or beside it waits until that stands.
    if (lesson) void page.updateComplete.then(() => perform(store, 'lesson_from', lesson));
    if (hand) void Promise.all([settled, page.updateComplete]).then(() => perform(store, 'hand_from', hand));
    if (state.run) void settled.then((error) => error ?? page.run()).catch(() => {});
    return study !== undefined;
  }

  /** @private Asks for data that are named and not here. */
  async ask() {
    const { store, page, runner } = this;
    await page.shelf?.ready;
    const { file, files, found, text } = store.study.dataset;
    if (!found || text !== undefined || runner.data.hasTable(found.digest)) return;
    // Its words come with what reads data.
    await later('data').catch(() => {});
    const problem = { code: 'bad_table', fault: 'not_at_hand', file: file ?? files?.join(', ') };
    perform(store, 'notify', idleNotice(store, problem));
  }

  /** @private */
  follow() {
    clearTimeout(this.timer);
    this.changed ||= performance.now();
    this.timer = setTimeout(
      () => this.write(),
      Math.min(QUIET, Math.max(0, this.changed + LONGEST - performance.now())),
    );
  }

  /** @private */
  write() {
    clearTimeout(this.timer);
    this.changed = 0;
    const { link } = this;
    // A link that has just come is read first, and a place of the history is that of what it brings.
    if (this.coming !== null || link === this.last || location.hash !== this.hash) return;
    this.last = link;
    this.held = undefined;
    this.enter(link ?? location.href.split('#', 1)[0]);
    this.hash = location.hash;
  }

  /** @private @param {string} [address] */
  enter(address = location.href) {
    try {
      history.replaceState(this.entry, '', address);
    } catch {
      // Some frames may not change their address; Share still makes the link.
    }
  }

  /** @private Whoever loads the page anew gets what it was at the last moment. */
  leave() {
    const { link } = this;
    try {
      // What nobody has changed has no address, and the frames of a tab have one storage.
      const isChanged = link && (location.hash || link !== this.last);
      if (isChanged && self.parent === self) sessionStorage.setItem(LEFT, link);
    } catch {
      // Where storage is refused the address is as old as it is.
    }
    this.write();
  }

  /** @private What this place's entry keeps. */
  get entry() {
    return { ...history.state, [ENTRY]: { kin: this.kin, held: this.held, ...this.place } };
  }

  /** @private The reader is here, without having come by a way that leads back. @returns {boolean} whether they were
   * elsewhere */
  stay() {
    const { view, visits } = this.store;
    const lesson = this.coming ?? this.store.lesson;
    const isOther = visits !== this.visits && (view !== this.place.view || lesson !== this.place.lesson);
    this.place = { view, lesson };
    this.visits = visits;
    return isOther;
  }

  /** @private A place that was opened is an entry of its own; in a frame the history is that of the page around it. */
  visit() {
    const { entry } = this;
    if (!this.stay() || self.parent !== self || location.hash !== this.hash) return;
    try {
      history.replaceState(entry, '');
      history.pushState(this.entry, '');
    } catch {
      // A frame that has no history, or too many places at once.
    }
    this.write();
  }

  /** @private Back, or Forward: the study stays as it is, and whatever runs. @param {any} entry */
  move(entry) {
    // The link of another study is read as any other.
    if (entry?.kin !== this.kin) return;
    const { page, store } = this;
    this.hash = location.hash;
    this.held = entry.held;
    if (VIEWS.some((one) => one.name === entry.view)) page.view = entry.view;
    if (entry.lesson !== (this.coming ?? store.lesson)) {
      this.coming = String(entry.lesson);
      perform(store, 'lesson_from', this.coming);
      // It is there by then, unless somebody has thought better of it.
      const arrived = () => {
        this.coming = null;
        this.stay();
        this.follow();
      };
      later('lesson').then(arrived, arrived);
    }
    this.stay();
    this.last = null;
    this.write();
  }
}
