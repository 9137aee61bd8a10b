import { LitElement, html, unsafeCSS } from 'lit';
import tokensSheet from './styles/tokens.css?inline';
import baseSheet from './styles/base.css?inline';
import shellSheet from './styles/shell.css?inline';
import sizesSheet from './styles/sizes.css?inline';
import menusSheet from './styles/menus.css?inline';
import studySheet from './styles/study.css?inline';
import figuresSheet from './styles/figures.css?inline';
import { setLater } from '../platform/later.js';
import { clampScale } from '../study/link.js';
import { languageOf, languageShown, loadTexts, preferredLanguage } from '../i18n/i18n.js';
import { Store } from '../state/store.js';
import { resultDocument } from '../state/trials.js';
import { Ahead } from '../engine/ahead.js';
import { Previews } from '../engine/previews.js';
import { Runner } from '../engine/runner.js';
import { keepFocus, perform } from '../commands/actions.js';
import { onShortcut, singleKeysSaved } from '../commands/keys.js';
import { share } from '../commands/share.js';
import { Part } from '../controls/part.js';
import { watchContrast } from '../figures/colors.js';
import { VIEWS } from '../views/views.js';
import '../views/shell/tp-header.js';
import '../views/study/tp-study.js';
import '../views/shell/tp-run-bar.js';
import '../views/shell/tp-main.js';
import { hrefOf } from './address.js';
import { eventOf } from './events.js';
import { Intake } from './intake.js';
import { WholePage } from './page.js';

/**
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Result} Result
 * @typedef {import('../study/types.js').BackendChoice} BackendChoice
 */

setLater(() => import('../views/later.js'));

/** Worker, WebAssembly and data lie beside this script; while developing, two folders above it. */
const ASSETS = new URL(import.meta.env?.DEV ? '../../' : './', import.meta.url).href;

/**
 * `<tuning-playground>`: the whole page, or a part of another one. Attributes: study, view, controls, lang, theme.
 * Events: trial, progress, finished, problem.
 */
export class TuningPlayground extends LitElement {
  static properties = {
    study: { noAccessor: true, attribute: 'study' },
    view: { noAccessor: true, attribute: 'view' },
    lang: { noAccessor: true, attribute: 'lang' },
    theme: { noAccessor: true, attribute: 'theme' },
    controls: { noAccessor: true, attribute: 'controls' },
    backend: { noAccessor: true, attribute: 'backend' },
  };

  static styles = [tokensSheet, baseSheet, shellSheet, sizesSheet, menusSheet, studySheet, figuresSheet].map((text) =>
    unsafeCSS(text),
  );

  constructor() {
    super();
    /** @private */ this.store = new Store();
    const emit = (/** @type {string} */ name, /** @type {unknown} */ detail) =>
      void this.dispatchEvent(eventOf(name, detail));
    /** @private */ this.runner = new Runner(this.store, ASSETS, emit);
    this.previews = new Previews(this.store, (study, n) => this.runner.preview(study, n));
    /** @private */ this.intake = new Intake(this.store, this.runner, emit);
    /** @private */ this.scheme = matchMedia('(prefers-color-scheme: dark)');
    /** @private */ this.onScheme = () => this.look();
    /** @private */ this.onPrint = () => this.print();
    /** @private */ this.onKeyDown = (/** @type {KeyboardEvent} */ event) => onShortcut(event, this, this.store);
    /** @private */ this.ahead = new Ahead(this.store, () => this.runner.ahead());
    /** @private @type {WholePage | null} */ this.whole = null;
    /** @private @type {(() => void) | undefined} */ this.unsubscribe = undefined;
    this.store.lang = preferredLanguage();
  }

  createRenderRoot() {
    const root = super.createRenderRoot();
    root.addEventListener('click', () => keepFocus(this));
    root.addEventListener('tp-act', (event) => {
      const { act, detail } = /** @type {CustomEvent} */ (event).detail;
      perform(this, this.store, this.runner, act, detail);
    });
    return root;
  }

  connectedCallback() {
    super.connectedCallback();
    if (!this.hasAttribute('lang')) this.applyLanguage(preferredLanguage());
    this.scheme.addEventListener('change', this.onScheme);
    /** @private */ this.unwatch = watchContrast(this.onScheme);
    addEventListener('beforeprint', this.onPrint);
    addEventListener('afterprint', this.onScheme);
    // The page listens everywhere; a guest on another page listens to what happens inside it.
    /** @private @type {EventTarget} */ this.keyTarget = this.page?.keys ?? this;
    this.keyTarget.addEventListener('keydown', /** @type {EventListener} */ (this.onKeyDown));
    this.unsubscribe = this.store.subscribe(['look', 'notices', 'run', 'test'], () => this.requestUpdate());
    this.store.whole = this.page !== null;
    this.ahead.connect();
    this.store.singleKeys = singleKeysSaved();
    this.page?.connect(ASSETS);
    this.look();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.page?.disconnect();
    this.scheme.removeEventListener('change', this.onScheme);
    this.unwatch?.();
    removeEventListener('beforeprint', this.onPrint);
    removeEventListener('afterprint', this.onScheme);
    this.keyTarget?.removeEventListener('keydown', /** @type {EventListener} */ (this.onKeyDown));
    this.unsubscribe?.();
    this.ahead.disconnect();
    this.previews.stop();
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

  /** @private What the page itself does; null for a guest on another page. */
  get page() {
    if (!this.hasAttribute('data-full')) return null;
    return (this.whole ??= new WholePage(this, this.store, this.runner));
  }

  /** @protected The page appears once, with what was kept, instead of changing under the reader's eyes. */
  async scheduleUpdate() {
    if (!this.hasUpdated) {
      await Promise.all([this.page?.ready, loadTexts(this.store.lang)]);
      await loadTexts(this.store.lang);
      this.page?.stands();
    }
    super.scheduleUpdate();
  }

  render() {
    const { store } = this;
    const lang = languageShown(store.lang);
    return html`<div class="app ${this.page ? '' : 'embed'}" lang=${lang} data-theme=${store.dark ? 'dark' : 'light'}
      data-state=${store.state} data-outcome=${store.outcome}>
      <nav aria-label=${store.t('skip')}>
        <button type="button" class="skip" @click=${() => this.skip('run')}>${store.t('skip.run')}</button>
        <button type="button" class="skip" @click=${() => this.skip('main')}>${store.t('skip.view')}</button>
      </nav>
      <tp-header .store=${store}></tp-header>
      <tp-study .store=${store}></tp-study>
      <tp-run-bar .store=${store}></tp-run-bar>
      <tp-main .store=${store}></tp-main>
      <tp-test-drawer .store=${store}></tp-test-drawer>
      <tp-keys .store=${store}></tp-keys>
      <tp-bench .store=${store}></tp-bench>
      <div class="vh" role="status" aria-live="polite" data-testid="spoken">${store.spoken}</div>
    </div>`;
  }

  /** @private @param {string} id */
  skip(id) {
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(`#${id}`))?.focus();
  }

  // The element's interface

  /** The study document; a copy, so that changes to it change nothing here. @returns {Study} */
  get study() {
    return structuredClone(this.intake.study);
  }

  /** @param {unknown} input a study document or its JSON text */
  set study(input) {
    this.intake.study = input;
  }

  /**
   * Puts a study that has passed the page's check in place and ends the run of the one before.
   * @param {Study} study
   */
  adopt(study) {
    return this.intake.adopt(study);
  }

  /** Copies the link to this state. */
  share() {
    return share(this.store, hrefOf(this.store, this.page?.chosen), this.renderRoot);
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
    return this.runner.openTest(number);
  }

  /** @returns {BackendChoice} */
  get backend() {
    return this.store.choice;
  }

  /** @param {BackendChoice} choice */
  set backend(choice) {
    if (choice !== 'auto' && choice !== 'gpu' && choice !== 'cpu') return;
    this.store.choice = choice;
    this.store.touch('run', 'study');
  }

  get view() {
    return this.store.view;
  }

  /** @param {string} name */
  set view(name) {
    if (!VIEWS.some((one) => one.name === name)) return;
    this.store.view = name;
    this.store.touch('look');
  }

  get lang() {
    return this.store.lang;
  }

  /** @param {string} tag */
  set lang(tag) {
    const language = languageOf(tag);
    if (language) this.applyLanguage(language);
  }

  /** @private @param {import('../study/types.js').Language} language */
  applyLanguage(language) {
    // What was spoken was spoken in the other one.
    if (language !== this.store.lang) this.store.spoken = '';
    this.store.lang = language;
    this.page?.speak(language);
    const shown = () => this.store.touch('look', 'study', 'run', 'trials', 'selection', 'notices', 'test');
    shown();
    // Studies that are set later wait for the words that they may be refused in.
    if (this.hasUpdated) this.intake.wait(() => loadTexts(language).then(shown));
  }

  get theme() {
    return this.store.theme;
  }

  /** @param {string} theme */
  set theme(theme) {
    if (theme !== 'auto' && theme !== 'light' && theme !== 'dark') return;
    this.store.theme = theme;
    if (this.isConnected) this.look();
  }

  /** How much larger everything is drawn than usual, 0.5 to 3. */
  get scale() {
    return this.store.scale;
  }

  /** @param {number | string} factor */
  set scale(factor) {
    const scale = clampScale(Number(factor));
    if (scale === null || scale === this.store.scale) return;
    this.store.scale = scale;
    this.page?.enlarge(scale);
    this.store.touch('look', 'trials', 'selection', 'run');
  }

  /** Names of the hyperparameters that a guest page lets its readers change, separated by commas. */
  get controls() {
    return this.store.only?.join(',') ?? '';
  }

  /** @param {string} names */
  set controls(names) {
    const list = String(names ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean);
    this.store.only = list.length ? list : null;
    this.store.touch('study');
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
    store.dark = store.theme === 'dark' || (store.theme === 'auto' && this.scheme.matches);
    this.dataset.theme = store.dark ? 'dark' : 'light';
    this.page?.darken(store.dark);
    store.touch('look', 'trials', 'selection');
  }

  /** @private Pictures are drawn for white paper, at once: the browser does not wait. */
  print() {
    this.store.dark = false;
    this.dataset.theme = 'light';
    this.page?.darken(false);
    for (const part of this.renderRoot.querySelectorAll('*')) if (part instanceof Part) part.drawNow();
  }
}
