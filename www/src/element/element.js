import { LitElement, html, unsafeCSS } from 'lit';
import tokensSheet from './styles/tokens.css?inline';
import baseSheet from './styles/base.css?inline';
import shellSheet from './styles/shell.css?inline';
import sizesSheet from './styles/sizes.css?inline';
import menusSheet from './styles/menus.css?inline';
import studySheet from './styles/study.css?inline';
import figuresSheet from './styles/figures.css?inline';
import { keepFocus, perform } from '../commands/actions.js';
import { Address } from './address.js';
import { Ahead } from '../engine/ahead.js';
import { watchContrast } from '../figures/colors.js';
import { languageOf, languageShown, loadTexts, preferredLanguage, rememberLanguage } from '../i18n/i18n.js';
import { save, saved } from '../platform/saved.js';
import { Keeper } from './keeper.js';
import { onShortcut, singleKeysSaved } from '../commands/keys.js';
import { clampScale } from '../study/link.js';
import { mendsShown, shareNotice, studyNotice } from '../state/notices.js';
import { workOffline } from '../platform/offline.js';
import { Previews } from '../engine/previews.js';
import { Runner, ShownError } from '../engine/runner.js';
import { Store } from '../state/store.js';
import { readStudy } from '../study/study.js';
import { VIEWS } from '../views/views.js';
import { setLater } from '../platform/later.js';
import { Part } from '../controls/part.js';
import '../views/shell/tp-header.js';
import '../views/study/tp-study.js';
import '../views/shell/tp-run-bar.js';
import '../views/shell/tp-main.js';

/**
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Result} Result
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {import('../study/types.js').BackendChoice} BackendChoice
 */

setLater(() => import('../views/later.js'));

/** When the page surely stands, in ms. */
const AFTER_ALL_ELSE = 3000;
const THEME_KEY = 'tuning-playground.theme';
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
    /** @private */ this.runner = new Runner(this.store, ASSETS, (name, detail) => this.emit(name, detail));
    this.previews = new Previews(this.store, (study, n) => this.runner.preview(study, n));
    /** @private @type {Study | null} set, and being checked by the engine */ this.candidate = null;
    /** @private @type {Promise<void>} */ this.settled = Promise.resolve();
    /** @private @type {Problem | null} what kept the last study out, until the caller's turn is over */
    this.refused = null;
    /**
     * @private
     * @type {{stopped: boolean, paused: boolean} | null} the last call of run(), which a stop or a pause may overtake
     */
    this.request = null;
    /** @private */ this.scheme = matchMedia('(prefers-color-scheme: dark)');
    /** @private */ this.onScheme = () => this.look();
    /** @private */ this.onPrint = () => this.print();
    /** @private */ this.onKeyDown = (/** @type {KeyboardEvent} */ event) => onShortcut(event, this, this.store);
    /** @private */ this.address = new Address(this, this.store);
    /** @private */ this.ahead = new Ahead(this.store, () => this.runner.ahead());
    /** @private */ this.keeper = new Keeper(this.store, this.runner);
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
    if (!this.hasAttribute('theme')) {
      const theme = saved(THEME_KEY);
      if (this.full && (theme === 'light' || theme === 'dark')) this.store.theme = theme;
    }
    this.scheme.addEventListener('change', this.onScheme);
    /** @private */ this.unwatch = watchContrast(this.onScheme);
    addEventListener('beforeprint', this.onPrint);
    addEventListener('afterprint', this.onScheme);
    // The page listens everywhere; a guest on another page listens to what happens inside it.
    /** @private @type {EventTarget} */ this.keyTarget = this.full ? document : this;
    this.keyTarget.addEventListener('keydown', /** @type {EventListener} */ (this.onKeyDown));
    this.unsubscribe = this.store.subscribe(['look', 'notices', 'run', 'test'], () => this.requestUpdate());
    this.store.whole = this.full;
    this.ahead.connect();
    this.store.singleKeys = singleKeysSaved();
    if (this.full) {
      this.keeper.connect(this.address.connect());
      workOffline(ASSETS);
    }
    this.look();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (this.full) {
      this.address.disconnect();
      this.keeper.disconnect();
    }
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
    await this.settled;
    await this.runner.pending?.catch(() => {});
    if (!this.isConnected) this.runner.dispose();
  }

  /** @private The page itself, rather than a guest on another. */
  get full() {
    return this.hasAttribute('data-full');
  }

  /** @protected The page appears once, with what was kept, instead of changing under the reader's eyes. */
  async scheduleUpdate() {
    if (!this.hasUpdated) {
      await Promise.all([this.keeper.ready, loadTexts(this.store.lang)]);
      await loadTexts(this.store.lang);
      if (this.full) setTimeout(() => this.otherTexts(), AFTER_ALL_ELSE);
    }
    super.scheduleUpdate();
  }

  /** @private The other language's texts, so that a switch is at once. */
  otherTexts() {
    void loadTexts(this.store.lang === 'ko' ? 'en' : 'ko');
  }

  render() {
    const { store } = this;
    const lang = languageShown(store.lang);
    return html`<div class="app ${this.full ? '' : 'embed'}" lang=${lang} data-theme=${store.dark ? 'dark' : 'light'}
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
    return structuredClone(this.candidate ?? this.store.study);
  }

  /** @param {unknown} input a study document or its JSON text */
  set study(input) {
    if (input === null || input === undefined || input === '') return;
    const read = readStudy(input);
    if ('problem' in read) {
      this.refuse(read.problem, read.given);
      return;
    }
    this.refused = null;
    this.candidate = read.study;
    const { study } = read;
    this.settled = this.settled.then(() => this.settle(study));
  }

  /** @private The engine's check, then the change: a study that is refused stops nothing. @param {Study} study */
  async settle(study) {
    let problem = null;
    try {
      problem = await this.runner.check(study);
    } catch {
      // An engine that does not start says so when it is asked to run; the page's own checks have passed.
    }
    if (this.candidate === study) this.candidate = null;
    if (problem) {
      this.refuse(problem, study);
      return;
    }
    await this.adopt(study);
  }

  /**
   * Puts a study that has passed the page's check in place and ends the run of the one before.
   * @param {Study} study
   */
  async adopt(study) {
    const running = this.runner.pending;
    this.store.replaceStudy(study);
    if (!running) return;
    this.runner.stop();
    await running.catch(() => {});
  }

  /** Copies the link to this state; where the clipboard is refused the link is shown, selected. */
  async share() {
    const { store } = this;
    const link = this.address.href;
    store.dismiss('share');
    try {
      if (link === null) throw new RangeError('too long for a link');
      await navigator.clipboard.writeText(link);
    } catch {
      store.notify(shareNotice(link));
      store.say(store.t(link ? 'message.share_by_hand' : 'message.share_too_long'));
      setTimeout(
        () => /** @type {HTMLElement | null} */ (this.renderRoot.querySelector('[data-testid="share-link"]'))?.focus(),
        100,
      );
      return;
    }
    store.copied = true;
    store.say(store.t('share.copied'));
    store.touch('look');
    setTimeout(() => {
      store.copied = false;
      store.touch('look');
    }, 2000);
  }

  /** @private @param {Problem} problem @param {any} [study] */
  refuse(problem, study) {
    this.refused = problem;
    setTimeout(() => {
      if (this.refused === problem) this.refused = null;
    });
    this.store.notify(studyNotice(problem, study && mendsShown(this.store, study, problem), study));
    this.emit('problem', { ...problem, message: this.store.sentence(problem) });
  }

  /** Trains the study. A second call while it runs gets the same result. @returns {Promise<Result>} */
  async run() {
    const before = this.refused;
    const request = { stopped: false, paused: false };
    this.request = request;
    await this.settled;
    const refused = before ?? this.refused;
    if (refused) throw new ShownError(this.store.sentence(refused), refused);
    // A run that was told to stop is not this one.
    if (this.runner.stopping) await this.runner.pending?.catch(() => {});
    const running = this.runner.run();
    if (request.stopped) this.runner.stop();
    else if (request.paused) this.runner.pause();
    return running;
  }

  pause() {
    if (this.request) this.request.paused = true;
    this.runner.pause();
  }

  resume() {
    if (this.request) this.request.paused = false;
    this.runner.resume();
  }

  stop() {
    if (this.request) this.request.stopped = true;
    this.runner.stop();
  }

  /** The last result, also when it was stopped; null before the first. @returns {Result | null} */
  get result() {
    return this.runner.result ? structuredClone(this.runner.result) : null;
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
    if (this.full) document.documentElement.lang = language;
    const shown = () => this.store.touch('look', 'study', 'run', 'trials', 'selection', 'notices', 'test');
    shown();
    // Studies that are set later wait for the words that they may be refused in.
    if (this.hasUpdated) this.settled = this.settled.then(() => loadTexts(language)).then(shown);
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
    // Container queries, canvases and type all follow the zoom of the element.
    if (this.full) this.style.setProperty('zoom', String(scale));
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
    if (!this.full || what === 'scale') return;
    this.address.chosen.add(what);
    if (what === 'lang') rememberLanguage(this.store.lang);
    else save(THEME_KEY, value);
  }

  /** @private */
  look() {
    const { store } = this;
    store.dark = store.theme === 'dark' || (store.theme === 'auto' && this.scheme.matches);
    this.dataset.theme = store.dark ? 'dark' : 'light';
    if (this.full) document.documentElement.style.colorScheme = store.dark ? 'dark' : 'light';
    store.touch('look', 'trials', 'selection');
  }

  /** @private Pictures are drawn for white paper, at once: the browser does not wait. */
  print() {
    this.store.dark = false;
    this.dataset.theme = 'light';
    if (this.full) document.documentElement.style.colorScheme = 'light';
    for (const part of this.renderRoot.querySelectorAll('*')) if (part instanceof Part) part.drawNow();
  }

  /** @private @param {string} name @param {unknown} detail */
  emit(name, detail) {
    this.dispatchEvent(
      name === 'trial' ? new TrialEvent(detail) : new CustomEvent(name, { detail, bubbles: true, composed: true }),
    );
  }
}

/**
 * Hands out a copy of the trial, made for whoever asks first: most pages listen to none of tens of thousands.
 * @extends {CustomEvent<import('../study/types.js').Trial>}
 */
class TrialEvent extends CustomEvent {
  /** @param {any} trial */
  constructor(trial) {
    super('trial', { bubbles: true, composed: true });
    /** @private */ this.trial = trial;
    /** @private @type {any} */ this.copy = null;
  }

  get detail() {
    return (this.copy ??= structuredClone(this.trial));
  }
}
