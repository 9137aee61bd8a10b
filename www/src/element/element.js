import { LitElement, html, nothing, unsafeCSS } from 'lit';
import tokensSheet from './styles/tokens.css?inline';
import baseSheet from './styles/base.css?inline';
import shellSheet from './styles/shell.css?inline';
import sizesSheet from './styles/sizes.css?inline';
import menusSheet from './styles/menus.css?inline';
import figuresSheet from './styles/figures.css?inline';
import figuresRoomSheet from './styles/figures-room.css?inline';
import { outside } from '../study/checks.js';
import { HYPERPARAMETERS, MOST_KNOBS } from '../study/hyperparameters.js';
import { SCALES } from '../study/looks.js';
import { languageOf, languageShown, loadTexts, preferredLanguage } from '../i18n/i18n.js';
import { Store } from '../state/store.js';
import { resultDocument } from '../state/trials.js';
import { Runner } from '../engine/runner.js';
import { connect, perform, performAction } from '../commands/commands.js';
import { keepFocus } from '../commands/focus.js';
import { onShortcut } from '../commands/keys.js';
import { Part, wear } from '../controls/part.js';
import { watchContrast } from '../figures/colors.js';
import { defineLater } from '../platform/later.js';
import { VIEWS } from '../views/views.js';
import '../views/shell/view-part.js';
import '../views/shell/tp-run-bar.js';
import '../views/shell/tp-messages.js';
import { eventOf } from './events.js';
import { Intake } from './intake.js';

/**
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Result} Result
 * @typedef {import('../study/types.js').BackendChoice} BackendChoice
 */

/** Worker, WebAssembly and data lie beside this script; while developing, two folders above it. Servers that find
 * `new URL(.., import.meta.url)` in a package would write an address of their own. */
const ASSETS = new URL(import.meta.env?.DEV ? '../../' : './', new URL(import.meta.url)).href;

/**
 * The whole page comes with a script of its own (src/page.js), which hands itself in; what a guest on another page has
 * instead is loaded by its element.
 *
 * @typedef {import('./page.js').WholePage} WholePage
 * @typedef {import('./guest.js').Guest} Guest
 * @typedef {{WholePage: typeof import('./page.js').WholePage, sheet: string}} Full
 */

/** @type {Full | null} */
let full = null;
/** Elements of the whole page that stood in the document before it was here. @type {Set<TuningPlayground>} */
const early = new Set();

/** The whole page is here, within the task that has defined the element. @param {Full} parts */
export function furnish(parts) {
  full = parts;
  for (const one of early) one.settleIn();
  early.clear();
}

/** Properties that are attributes, too. */
const ATTRIBUTES = ['study', 'view', 'lang', 'theme', 'controls', 'recorded', 'backend'];

const guests = defineLater('guest', () => import('./guest.js'));

/**
 * `<tuning-playground>`: the whole page, or a part of another one. Attributes: study, view, controls, lang, theme,
 * recorded.
 * Events: trial, progress, finished, problem.
 */
export class TuningPlayground extends LitElement {
  static version = import.meta.env?.VERSION;

  static get observedAttributes() {
    return [...super.observedAttributes, ...ATTRIBUTES];
  }

  static styles = [tokensSheet, baseSheet, shellSheet, sizesSheet, menusSheet, figuresSheet, figuresRoomSheet].map(
    (text) => unsafeCSS(text),
  );

  constructor() {
    super();
    /** @private */ this.store = new Store();
    const emit = (/** @type {string} */ name, /** @type {unknown} */ detail) =>
      void this.dispatchEvent(eventOf(name, detail));
    /** @private */ this.runner = new Runner(this.store, ASSETS, emit);
    /** @internal */ this.intake = new Intake(this.store, this.runner, emit);
    /** @private */ this.scheme = matchMedia('(prefers-color-scheme: dark)');
    /** @private */ this.onScheme = () => this.look();
    /** @private */ this.onPrint = () => this.print();
    connect(this.store, this, this.runner);
    /** @private */ this.onKeyDown = (/** @type {KeyboardEvent} */ event) => onShortcut(event, this, this.store);
    /** @private @type {WholePage | null} */ this.whole = null;
    /** @private @type {Guest | null} */ this.guest = null;
    /** @private @type {unknown} a stored run */ this.given = null;
    /** @private @type {(() => void) | undefined} */ this.unsubscribe = undefined;
    /** What came of the property that was set last: why it was refused, once that is known, or null.
     * @type {import('./intake.js').Taken | null} */
    this.taken = null;
    perform(this.store, 'show_language', preferredLanguage());
    /** @private Attributes that give way to what a script had set before the element was defined. */
    this.outdone = new Set();
    const own = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (this));
    for (const name of [...ATTRIBUTES, 'scale']) {
      if (!Object.hasOwn(own, name)) continue;
      const value = own[name];
      delete own[name];
      own[name] = value;
      if (this.hasAttribute(name)) this.outdone.add(name);
    }
  }

  /** Without an attribute a property is as it was before there was one.
   * @param {string} name @param {string | null} _ @param {string | null} value */
  attributeChangedCallback(name, _, value) {
    if (!this.outdone.delete(name)) /** @type {any} */ (this)[name] = value;
  }

  createRenderRoot() {
    const root = super.createRenderRoot();
    root.addEventListener('click', () => keepFocus(this));
    return root;
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.hasAttribute('data-full') && !full) early.add(this);
    else this.settleIn();
  }

  /** @internal */
  settleIn() {
    this.runner.back();
    if (this.page) void this.runner.wake();
    this.applyLanguage(this.store.lang);
    this.scheme.addEventListener('change', this.onScheme);
    /** @private */ this.unwatch = watchContrast(this.onScheme);
    addEventListener('beforeprint', this.onPrint);
    addEventListener('afterprint', this.onScheme);
    // The page listens everywhere; a guest on another page listens to what happens inside it.
    /** @private @type {EventTarget} */ this.keyTarget = this.page?.keys ?? this;
    this.keyTarget.addEventListener('keydown', /** @type {EventListener} */ (this.onKeyDown));
    this.unsubscribe = this.store.subscribe(['look', 'notices', 'run', 'test'], () => this.requestUpdate());
    perform(this.store, 'stand', this.page !== null);
    if (this.page) this.page.connect(ASSETS);
    else if (this.guest) this.guest.connect();
    else this.intake.wait(async () => void (await this.attend()));
    this.look();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (early.delete(this)) return;
    this.page?.disconnect();
    this.guest?.disconnect();
    this.scheme.removeEventListener('change', this.onScheme);
    this.unwatch?.();
    removeEventListener('beforeprint', this.onPrint);
    removeEventListener('afterprint', this.onScheme);
    this.keyTarget?.removeEventListener('keydown', /** @type {EventListener} */ (this.onKeyDown));
    this.unsubscribe?.();
    // An element that is moved is back within the same task.
    setTimeout(() => void this.leave());
  }

  /** @private Whoever has left the document trains no longer, and holds no Workers and no GPU. */
  async leave() {
    if (this.isConnected) return;
    this.stop();
    await this.intake.settled;
    await this.runner.pending?.catch(() => {});
    if (!this.isConnected) this.runner.dispose();
  }

  /** @private What the page itself does; null for a guest on another page. @returns {WholePage | null} */
  get page() {
    if (!full || !this.hasAttribute('data-full')) return null;
    return (this.whole ??= new full.WholePage(this, this.store, this.runner));
  }

  /** What a guest on another page does; null for the page itself. @returns {Promise<Guest | null>} */
  async attend() {
    if (this.page) return null;
    const { Guest } = await guests.open();
    if (!this.guest) {
      this.guest = new Guest(this, this.store, this.runner, ASSETS);
      if (this.given) this.guest.record(this.given);
      if (this.isConnected) this.guest.connect();
    }
    return this.guest;
  }

  /** @protected The page appears once, with what was kept, instead of changing under the reader's eyes. */
  async scheduleUpdate() {
    if (!this.hasUpdated) {
      if (early.delete(this)) {
        // Somebody else's page cannot be the whole one.
        this.removeAttribute('data-full');
        this.settleIn();
      }
      await Promise.all([this.page?.ready, loadTexts(this.store.lang), this.attend()]);
      await loadTexts(this.store.lang);
      for (const sheet of this.page ? [full?.sheet ?? ''] : []) wear(this.renderRoot, sheet);
      this.page?.stands();
    }
    super.scheduleUpdate();
  }

  render() {
    const { store, page, guest } = this;
    const lang = languageShown(store.lang);
    return html`<div class="app ${page ? '' : 'embed'}" lang=${lang} data-theme=${store.dark ? 'dark' : 'light'}
      data-state=${store.state} data-outcome=${store.outcome}>
      ${page ? page.render() : (guest?.render() ?? nothing)}
      <div class="vh" role="status" aria-live="polite" data-testid="spoken">${store.spoken}</div>
    </div>`;
  }

  // The element's interface

  /** The study document; a copy, so that changes to it change nothing here. @returns {Study} */
  get study() {
    return structuredClone(this.intake.study);
  }

  /** @param {unknown} input a study document or its JSON text */
  set study(input) {
    this.taken = this.intake.take(input);
  }

  /**
   * Puts a study that has passed the page's check in place and ends the run of the one before.
   * @param {Study} study
   */
  adopt(study) {
    return this.intake.adopt(study);
  }

  /** Pictures of the data sets, which only the whole page has. */
  get previews() {
    return this.page?.previews ?? null;
  }

  /** Where runs are kept between visits. @returns {WholePage['keeper'] | null} */
  get shelf() {
    return this.page?.keeper ?? null;
  }

  /** The address of this state; null when it is too long for one.
   * @param {Partial<import('../study/link.js').LinkState>} [other] what it says otherwise */
  hrefWith(other) {
    return this.page?.hrefWith(other) ?? null;
  }

  /** Trains the study. A second call while it runs gets the same result. @returns {Promise<Result>} */
  run() {
    return this.intake.run();
  }

  pause() {
    this.intake.pause();
  }

  resume() {
    this.intake.resume();
  }

  stop() {
    this.intake.stop();
  }

  /** The last result, also when it was stopped; null before the first. @returns {Result | null} */
  get result() {
    return this.runner.result ? resultDocument(this.runner.result) : null;
  }

  /** Opens the test set for one trial, once. @param {number} number */
  openTest(number) {
    return this.runner.openTest(Number(number));
  }

  /** @private Sets a property to one of a few words, the first where there is none; another is refused.
   * @param {string} key @param {any} given @param {string[]} words @param {any} [command] */
  takes(key, given, words, command = key) {
    const word = given ?? words[0];
    if (words.includes(word)) {
      performAction(this.store, { act: command, detail: word });
      this.taken = null;
    } else this.refuse(key, word, words.join(' | '));
  }

  /** @private The value before stays. @param {string} key @param {unknown} found @param {string} accepted */
  refuse(key, found, accepted) {
    this.taken = this.intake.say(outside(key, found, accepted));
  }

  /** @returns {BackendChoice} */
  get backend() {
    return this.store.choice;
  }

  /** @param {BackendChoice} choice */
  set backend(choice) {
    this.takes('backend', choice, ['auto', 'gpu', 'cpu']);
  }

  get view() {
    return this.store.view;
  }

  /** @param {string} name */
  set view(name) {
    this.takes(
      'view',
      name,
      VIEWS.map((one) => one.name),
    );
  }

  get lang() {
    return this.store.lang;
  }

  /** @param {string} tag */
  set lang(tag) {
    const language = languageOf(tag ?? preferredLanguage());
    if (language) {
      this.taken = null;
      this.applyLanguage(language);
    } else this.refuse('lang', tag, 'en | ko');
  }

  /** @private @param {import('../study/types.js').Language} language */
  applyLanguage(language) {
    perform(this.store, 'show_language', language);
    this.page?.speak(language);
    const shown = () => void perform(this.store, 'show_language', this.store.lang);
    // Studies that are set later wait for the words that they may be refused in.
    if (this.hasUpdated) this.intake.wait(() => loadTexts(language).then(shown));
  }

  get theme() {
    return this.store.theme;
  }

  /** @param {string} theme */
  set theme(theme) {
    this.takes('theme', theme, ['auto', 'light', 'dark'], 'show_theme');
    if (this.isConnected) this.look();
  }

  /** How much larger everything is drawn than usual, 0.5 to 3. */
  get scale() {
    return this.store.scale;
  }

  /** @param {number | string} factor */
  set scale(factor) {
    const isPlain = factor === null || ['undefined', 'number', 'string'].includes(typeof factor);
    const scale = isPlain ? Number(factor ?? 1) : NaN;
    const [least, most] = SCALES;
    if (scale >= least && scale <= most) {
      this.taken = null;
      if (scale === this.store.scale) return;
      this.page?.enlarge(scale);
      perform(this.store, 'show_scale', scale);
    } else this.refuse('scale', factor, `${least} .. ${most}`);
  }

  /** The run that a guest shows before anybody has trained one: a result document, its text, or where it lies. */
  get recorded() {
    return this.given;
  }

  /** @param {unknown} given */
  set recorded(given) {
    this.given = given;
    this.taken = null;
    this.guest?.record(given);
  }

  /** Names of the hyperparameters that a guest page lets its readers change, separated by commas. */
  get controls() {
    return this.store.only?.join(',') ?? '';
  }

  /** @param {string} names */
  set controls(names) {
    const list = [...new Set(String(names ?? '').split(/[\s,]+/))].filter(Boolean);
    // The whole page shows rows by their names, a guest has knobs.
    const whole = this.hasAttribute('data-full');
    const known = HYPERPARAMETERS.filter(({ type }) => whole || !/list|points/.test(type)).map((one) => one.name);
    const other = list.find((name) => !known.includes(name));
    if (other) this.refuse('controls', other, known.join(' | '));
    else if (!whole && list.length > MOST_KNOBS)
      this.refuse('controls.length', list.length, `0 .. ${MOST_KNOBS} (int)`);
    else {
      this.taken = null;
      perform(this.store, 'controls', list.length ? list : null);
    }
  }

  /**
   * Language, theme and scale as the reader chose them.
   * @param {'lang' | 'theme' | 'scale'} what
   * @param {any} value
   */
  choose(what, value) {
    /** @type {any} */ (this)[what] = value;
    this.page?.choose(what, value);
  }

  /** @private */
  look() {
    const { store } = this;
    perform(store, 'darken', store.theme === 'dark' || (store.theme === 'auto' && this.scheme.matches));
    this.dataset.theme = store.dark ? 'dark' : 'light';
    this.page?.darken(store.dark);
  }

  /** @private The browser does not wait: paper is white. */
  print() {
    this.paint(false);
    this.page?.darken(false);
  }

  /** Draws everything in light or dark colours at once, or in the page's own. @param {boolean | null} dark */
  paint(dark) {
    if (dark === null) return this.look();
    perform(this.store, 'darken', dark);
    this.dataset.theme = dark ? 'dark' : 'light';
    for (const part of this.renderRoot.querySelectorAll('*')) if (part instanceof Part) part.drawNow();
  }
}
