import { html, nothing } from 'lit';
import { learn, learnFrom, perform } from '../commands/commands.js';
import { Turn } from '../engine/turn.js';
import { readSurface } from '../state/stored.js';
import { defineLater, later } from '../platform/later.js';
import { inSlices } from '../platform/turns.js';
import { sameStudy } from '../study/same.js';
import { eventOf, tell } from './events.js';
import '../views/embed/tp-embed.js';

/**
 * What an element does as a guest on another page: it shows a stored run until somebody presses, trains when it is its
 * turn, rests while nobody sees it, and leads to the whole page.
 *
 * @typedef {import('../engine/runner.js').Runner} Runner
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {Parameters<Runner['showExample']>[0]} Stored
 * @typedef {HTMLElement & {study: any, renderRoot: ParentNode, requestUpdate: () => void}} Element
 */

export const texts = { en: () => import('../views/embed/en.json'), ko: () => import('../views/embed/ko.json') };

/** What is stored is fetched when its element comes so near to the window. */
const NEAR = '400px';
/** A stored run has so many letters at most. */
const MOST = 4e6;

/** What views that are computed are commanded by. */
const more = defineLater('more', () => import('../commands/more.js'));

async function learnMore() {
  learn((await more.open()).MORE);
  learnFrom(null);
}

// A press may come before anybody has woken a guest, as from a screen reader.
learnFrom(learnMore);

export class Guest {
  /** @param {Element} element @param {Store} store @param {Runner} runner @param {string} assets */
  constructor(element, store, runner, assets) {
    /** @private */ this.element = element;
    /** @private */ this.store = store;
    /** @private */ this.runner = runner;
    /** @private */ this.assets = assets;
    /** @private */ this.turn = new Turn(
      () => this.draw(),
      () => runner.rest(),
    );
    runner.turn = this.turn;
    // A script of the page's may have woken it, and shows any view next. Where commands cannot be loaded a press
    // tries again.
    runner.onWake = () =>
      void this.learn().then(
        () => this.draw(),
        () => {},
      );
    /** @private Whether it has the commands of views that are computed. */ this.hasLearnt = false;
    /** @private what the page's author stored @type {unknown} */ this.given = null;
    /** @private @type {Promise<Stored | Error | null> | null} that, once it was read */ this.reading = null;
    /** @private counts what was given */ this.gifts = 0;
    /** Whether it is in the window. */ this.isSeen = false;
    /** Whether its run rests because it is not. */ this.isResting = false;
    /** The same state in the whole page. */ this.href = assets;
    /** @private */ this.sight = new IntersectionObserver((list) => this.look(list[list.length - 1].isIntersecting));
    /** @private */ this.approach = new IntersectionObserver(
      (list) => this.approachBy(list[list.length - 1].isIntersecting),
      { rootMargin: NEAR },
    );
    /** @private */ this.isNear = false;
    /** @private */ this.onTouch = () => void this.wake();
    /** @private */ this.showing = '';
    /** The step of a lesson that stands beside the view, as a link names it. */ this.lesson = '';
    /** @private */ this.attributes = new MutationObserver(() => this.teach());
  }

  connect() {
    const { element } = this;
    this.attributes.observe(element, { attributeFilter: ['lesson'] });
    this.teach();
    this.sight.observe(element);
    this.approach.observe(element);
    element.addEventListener('pointerdown', this.onTouch);
    element.addEventListener('keydown', this.onTouch);
    /** @private */ this.unsubscribe = this.store.subscribe(['study'], () => {
      this.href = this.assets;
      void this.showStored();
    });
  }

  disconnect() {
    const { element } = this;
    this.sight.disconnect();
    this.approach.disconnect();
    this.attributes.disconnect();
    element.removeEventListener('pointerdown', this.onTouch);
    element.removeEventListener('keydown', this.onTouch);
    this.unsubscribe?.();
    // An element that is moved is back within the same task.
    setTimeout(() => {
      if (!element.isConnected) this.turn.end();
    });
  }

  get isAsleep() {
    return this.runner.isAsleep || !this.hasLearnt;
  }

  get waits() {
    return this.turn.waits;
  }

  async learn() {
    await learnMore();
    this.hasLearnt = true;
  }

  /** What a frame's link says of its figures, and what it had that was not understood.
   * @param {import('../study/link.js').LinkState} state @param {import('../study/link.js').Skipped[]} skipped */
  arrange({ color, curves, race, map, decide }, skipped) {
    const { store } = this;
    perform(store, 'color_by', { measure: color ?? null, curveColor: curves ?? null });
    const asked = () => {
      if (race) perform(store, 'race_from', race);
      if (map) perform(store, 'map_from', map);
    };
    if (race || map) void this.learn().then(asked);
    if (decide) perform(store, 'decide', decide);
    const { name } = this.element.study.dataset;
    if (skipped.length) void tell(store, ({ linkNotice }) => linkNotice(skipped, false, name));
  }

  async wake() {
    if (!this.isAsleep) return;
    // Where it cannot be loaded, a run says so.
    await Promise.all([this.runner.wake(), this.learn()]).catch(() => {});
    this.draw();
  }

  /** @private */
  draw() {
    const part = /** @type {any} */ (this.element.renderRoot?.querySelector('tp-embed'));
    part?.requestUpdate();
  }

  render() {
    const { store } = this;
    return html`<tp-embed .store=${store} .host=${this}></tp-embed>${
      this.lesson ? html`<tp-lesson .store=${store} .guest=${this}></tp-lesson>` : nothing
    }<tp-keys .store=${store}></tp-keys>`;
  }

  /** @private Shows the step that the attribute names. */
  teach() {
    const lesson = this.element.getAttribute('lesson') ?? '';
    if (lesson === this.lesson) return;
    this.lesson = lesson;
    perform(this.store, 'lesson_from', lesson);
    this.element.requestUpdate();
  }

  /** A lesson in the whole page. @param {string} lesson */
  wholeAt(lesson) {
    return `${this.assets}#v=1&lang=${this.store.lang}&lesson=${lesson}`;
  }

  /** @private A run rests while nobody sees it; one that was begun unseen, by the page's script, goes on.
   * @param {boolean} isSeen */
  look(isSeen) {
    const { runner, store } = this;
    const before = this.isSeen;
    this.isSeen = isSeen;
    if (!isSeen && before && (store.state === 'running' || store.state === 'starting')) {
      this.isResting = true;
      runner.pause();
    } else if (isSeen && this.isResting) {
      this.isResting = false;
      runner.resume();
    }
  }

  /** @private Pictures far from the window cost its page a little with each frame.
   * @param {boolean} isNear */
  approachBy(isNear) {
    /** @type {HTMLElement | null} */ (this.element.renderRoot.querySelector('.app'))?.toggleAttribute(
      'data-far',
      !isNear,
    );
    if (this.isNear || !isNear) return;
    this.isNear = true;
    void this.showStored();
  }

  /** A stored run: a result document, its text, or where it lies. @param {unknown} given */
  record(given) {
    this.given = given;
    this.reading = null;
    this.gifts++;
    perform(this.store, 'dismiss', 'stored');
    this.showing = '';
    void this.showStored();
  }

  /** Shows the stored run of the study, until one is trained. @private */
  async showStored() {
    const { store, runner } = this;
    if (!this.isNear || runner.pending || (store.trials.size && !store.isExample)) return;
    const key = `${this.gifts} ${JSON.stringify(store.study)}`;
    if (key === this.showing) return;
    this.showing = key;
    const isStill = () => this.showing === key && !runner.pending && !(store.trials.size && !store.isExample);
    const held = await (this.given ? this.read() : this.example().catch((error) => this.fail(error)));
    if (!isStill()) return;
    if (held instanceof Error || !held) return store.isExample ? runner.showNothing() : undefined;
    // Where nobody has chosen a study, it is that of the run.
    if (!store.past.length && this.given && !sameStudy(held.study, store.study)) {
      this.showing = `${this.gifts} ${JSON.stringify(held.study)}`;
      perform(store, 'restore_study', held.study);
    }
    if (sameStudy(held.study, store.study)) runner.showExample(held);
    else if (store.isExample) runner.showNothing();
  }

  /** What was stored, or why it cannot be shown, of which the page is told once. */
  read() {
    return (this.reading ??= this.stored().catch((error) => this.fail(error)));
  }

  /** @private Says to the page and to its readers that what was stored cannot be shown. @param {unknown} error */
  fail(error) {
    const detail = String(/** @type {any} */ (error)?.message ?? error);
    const message = this.store.t('embed.unstored', { detail });
    this.element.dispatchEvent(eventOf('problem', { code: 'unstored', detail, message }));
    perform(this.store, 'notify', {
      id: 'stored',
      kind: 'note',
      title: 'embed.unstored',
      values: { detail },
      actions: [],
    });
    return new Error(message);
  }

  /** @private The page's own example, if it is of this study. */
  async example() {
    // A lesson has its reader predict before anything is seen.
    if (this.lesson) return null;
    const { study } = this.store;
    // Its name tells most others from it before anything is loaded.
    if (study.dataset.name !== 'digits') return null;
    const { readExample } = await import('../views/opening/example.js');
    return readExample();
  }

  /** @private What the page's author stored. @returns {Promise<Stored | null>} */
  async stored() {
    let given = this.given;
    if (typeof given === 'string' && !given.trim().startsWith('{')) {
      const answer = await fetch(new URL(given, document.baseURI));
      if (!answer.ok) throw new Error(`${given}: HTTP ${answer.status}`);
      given = await answer.text();
    }
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    if (text.length > MOST) throw new Error(`more than ${MOST / 1e6} MB`);
    const [{ readResult }, { heldOf }] = await Promise.all([
      import('../views/runs/import.js'),
      import('../state/kept.js'),
    ]);
    const read = readResult(text);
    if ('problem' in read) {
      const { of: inner = read.problem } = read.problem;
      // The words come with the list of runs.
      if (inner === read.problem) await later('runs').catch(() => {});
      throw new Error(this.store.sentence(/** @type {any} */ (inner)));
    }
    const held = await inSlices(heldOf('', read.result), () => true);
    return held ? { ...held, surface: readSurface(JSON.parse(text).surface) } : null;
  }

  /** The same state in the whole page, made when somebody is about to go there. @returns {Promise<string>} */
  async link() {
    try {
      const { linkOf } = await import('./href.js');
      this.href = `${this.assets}${linkOf(this.store, new Set()) ?? ''}`;
    } catch {
      // Without a network the whole page is not there either.
    }
    return this.href;
  }
}
