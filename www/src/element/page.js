import { perform } from '../commands/commands.js';
import { Keeper } from './keeper.js';
import { Address } from './address.js';
import { loadTexts, rememberLanguage } from '../i18n/i18n.js';
import { fetchLater } from '../platform/later.js';
import { workOffline } from '../platform/offline.js';
import { save, saved } from '../platform/saved.js';

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
  /** @param {HTMLElement & import('./address.js').Page} element @param {Store} store @param {Runner} runner */
  constructor(element, store, runner) {
    /** @private */ this.element = element;
    /** @private */ this.store = store;
    this.address = new Address(element, store, runner);
    this.keeper = new Keeper(store, runner);
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
    const theme = this.element.hasAttribute('theme') ? null : saved(THEME_KEY);
    if (theme === 'light' || theme === 'dark') perform(this.store, 'show_theme', theme);
    const given = this.address.connect();
    this.element.addEventListener('dragover', this.onDrag);
    this.element.addEventListener('drop', this.onDrop);
    this.keeper.connect(given, !given && location.hash.length < 2);
    workOffline(assets);
  }

  disconnect() {
    this.address.disconnect();
    this.element.removeEventListener('dragover', this.onDrag);
    this.element.removeEventListener('drop', this.onDrop);
    this.keeper.disconnect();
  }

  /** Settles once what was kept is in place. */
  get ready() {
    return this.keeper.ready;
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

  /** Container queries, canvases and type all follow the zoom of the element. @param {number} scale */
  enlarge(scale) {
    this.element.style.setProperty('zoom', String(scale));
  }
}
