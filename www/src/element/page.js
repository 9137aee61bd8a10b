import { html } from 'lit';
import { perform } from '../commands/commands.js';
import { Ahead } from '../engine/ahead.js';
import { Previews } from '../engine/previews.js';
import { Keeper } from './keeper.js';
import { Address } from './address.js';
import { linkOf } from './href.js';
import { loadTexts, rememberLanguage } from '../i18n/i18n.js';
import { fetchLater, later } from '../platform/later.js';
import { workOffline } from '../platform/offline.js';
import { enlarge } from '../platform/pixels.js';
import { save, saved } from '../platform/saved.js';
import { VIEWS } from '../views/views.js';
import '../views/shell/tp-header.js';
import '../views/study/tp-study.js';
import '../views/shell/tp-run-bar.js';
import '../views/shell/tp-main.js';

/**
 * What only the whole page does, and no guest on another: it has the address and the document to itself, keeps study,
 * result and choices between visits, works offline, and hears keys wherever they are pressed.
 *
 * @typedef {import('../engine/runner.js').Runner} Runner
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../study/types.js').Language} Language
 */

/** When the page surely stands, in ms. */
const AFTER_ALL_ELSE = 3000;
const THEME_KEY = 'tuning-playground.theme';

export class WholePage {
  /** @param {HTMLElement & import('./address.js').Page & {renderRoot: ParentNode}} element
   * @param {Store} store @param {Runner} runner */
  constructor(element, store, runner) {
    /** @private */ this.element = element;
    /** @private */ this.store = store;
    this.address = new Address(element, store, runner);
    this.keeper = new Keeper(store, runner);
    this.previews = new Previews(store, (study, n) => runner.preview(study, n), runner.assetBase);
    /** @private */ this.ahead = new Ahead(store, () => runner.ahead());
    /** Where keys are heard. */ this.keys = document;
    /** @private @param {DragEvent} event */
    this.onDrag = (event) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    /** @private Files may be dropped anywhere: results, or data of the reader's own. @param {DragEvent} event */
    this.onDrop = (event) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (!files.length || event.defaultPrevented) return;
      event.preventDefault();
      const [file] = files;
      if (/\.json$/i.test(file.name))
        void file.text().then((text) => perform(store, 'import_run', { text, name: file.name }));
      else perform(store, 'open_data', files);
    };
  }

  /** @param {string} assets where the page's files lie */
  connect(assets) {
    this.ahead.connect();
    perform(this.store, 'recall_landscape');
    const theme = this.element.hasAttribute('theme') ? null : saved(THEME_KEY);
    if (theme === 'light' || theme === 'dark') perform(this.store, 'show_theme', theme);
    const given = this.address.connect();
    this.element.addEventListener('dragover', this.onDrag);
    this.element.addEventListener('drop', this.onDrop);
    this.keeper.connect(given, !given && location.hash.length < 2);
    workOffline(assets);
  }

  disconnect() {
    this.ahead.disconnect();
    this.previews.stop();
    this.address.disconnect();
    this.element.removeEventListener('dragover', this.onDrag);
    this.element.removeEventListener('drop', this.onDrop);
    this.keeper.disconnect();
  }

  render() {
    const { store } = this;
    return html`<nav aria-label=${store.t('skip')}>
        <button type="button" class="skip" @click=${() => this.skip('run')}>${store.t('skip.run')}</button>
        <button type="button" class="skip" @click=${() => this.skip('main')}>${store.t('skip.view')}</button>
      </nav>
      <tp-header .store=${store}></tp-header>
      <tp-study .store=${store}></tp-study>
      <tp-run-bar .store=${store}></tp-run-bar>
      <tp-main .store=${store}></tp-main>
      <tp-lesson .store=${store}></tp-lesson>
      <tp-test-drawer .store=${store}></tp-test-drawer>
      <tp-keys .store=${store}></tp-keys>
      <tp-runs-list .store=${store}></tp-runs-list>
      <tp-data .store=${store}></tp-data>
      <tp-bench .store=${store}></tp-bench>
      <tp-range .store=${store}></tp-range>
      <tp-hand .store=${store}></tp-hand>
      <tp-automl .store=${store}></tp-automl>
      <tp-sharpness .store=${store}></tp-sharpness>
      <tp-ensemble .store=${store}></tp-ensemble>
      <tp-share .store=${store} .views=${VIEWS}></tp-share>
      <tp-present .store=${store} .views=${VIEWS}></tp-present>`;
  }

  /** @private @param {string} id */
  skip(id) {
    /** @type {HTMLElement | null} */ (this.element.renderRoot.querySelector(`#${id}`))?.focus();
  }

  /** The address of this state; null when it is too long for one.
   * @param {Partial<import('../study/link.js').LinkState>} [other] what it says otherwise */
  hrefWith(other) {
    const { chosen, reproduction } = this.address;
    const link = linkOf(this.store, chosen, reproduction.fp, other);
    return link === null ? null : `${location.href.split('#', 1)[0]}${link}`;
  }

  /** Settles once what was kept is in place; its runs' names come with it. */
  get ready() {
    const chips = () => later('chips').catch(() => {});
    return this.keeper.ready.then(() => (this.store.shelf.records.length ? chips() : void chips()));
  }

  /** The page stands: what a reader may want next is fetched. */
  stands() {
    setTimeout(() => {
      // Whoever saves data loads what they open.
      if (/** @type {any} */ (navigator).connection?.saveData) return;
      // The other language's texts, so that a switch is at once, and what may be opened.
      void loadTexts(this.store.lang === 'ko' ? 'en' : 'ko');
      void fetchLater();
    }, AFTER_ALL_ELSE);
  }

  /** What was chosen by hand, and so belongs in a link. */
  get chosen() {
    return this.address.chosen;
  }

  /** Keeps a choice of the reader. @param {'lang' | 'theme' | 'scale'} what @param {any} value */
  choose(what, value) {
    if (what === 'scale') return;
    this.chosen.add(what);
    if (what === 'lang') rememberLanguage(this.store.lang);
    else save(THEME_KEY, value);
  }

  /** @param {Language} language */
  speak(language) {
    document.documentElement.lang = language;
  }

  /** @param {boolean} dark */
  darken(dark) {
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  }

  /** @param {number} scale */
  enlarge(scale) {
    enlarge(this.element, scale);
  }
}
