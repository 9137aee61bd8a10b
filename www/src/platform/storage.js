/**
 * Texts that survive the page, in IndexedDB: what this tab keeps, and what any tab kept last, for tabs that are new.
 * Every failure comes out as the promise's; nothing here is said to anyone.
 *
 * @typedef {'study' | 'result'} Key
 */

const NAME = 'tuning-playground';
const TEXTS = 'texts';
/** The name of this tab, which a reload keeps. */
const TAB = 'tuning-playground.tab';
/** So many tabs have texts of their own; of others only the last ones are left. */
const TABS = 4;

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const answer = (request) =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });

/**
 * Takes a tab's name for as long as the page lives; false where another page has it.
 * @param {string} name
 * @returns {Promise<boolean>}
 */
const take = (name) =>
  new Promise((resolve) => {
    if (!navigator.locks) return resolve(true);
    navigator.locks
      .request(`${TAB} ${name}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock && new Promise(() => {});
      })
      .catch(() => resolve(true));
  });

export class Storage {
  constructor() {
    /** @private @type {Promise<IDBDatabase> | null} */ this.opened = null;
    /** @private This tab's name, once it has one. */ this.tab = '';
    /** @private @type {string[]} tabs with texts, the latest last; written with this tab's first text */
    this.tabs = [];
  }

  /** @private */
  open() {
    this.opened ??= this.connect();
    return this.opened;
  }

  /** @private Some frames refuse `indexedDB` itself, so even naming it may throw; async makes that a rejection. */
  async connect() {
    if (!globalThis.indexedDB) throw new DOMException('there is no storage here', 'NotSupportedError');
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(TEXTS);
    const held = new Promise((_, reject) => {
      request.onblocked = () => reject(new DOMException('another tab holds the storage', 'InvalidStateError'));
    });
    const database = await Promise.race([answer(request), /** @type {Promise<never>} */ (held)]);
    const forget = () => void (this.opened = null);
    database.onclose = forget;
    // Another tab wants to change or delete the storage: this one lets go and opens it again when it needs it.
    database.onversionchange = () => {
      forget();
      database.close();
    };
    return database;
  }

  /**
   * @private Finds this tab's name. A tab that was duplicated begins with the other's texts and goes on under a new
   *   one.
   * @returns {Promise<string>} the name to read under
   */
  async claim() {
    try {
      const before = sessionStorage.getItem(TAB) ?? '';
      const own = before !== '' && (await take(before));
      this.tab = own ? before : Math.random().toString(36).slice(2);
      if (!own) void take(this.tab);
      sessionStorage.setItem(TAB, this.tab);
      return before;
    } catch {
      return '';
    }
  }

  /** @returns {Promise<Record<Key, unknown>>} */
  async read() {
    const before = await this.claim();
    const texts = (await this.open()).transaction(TEXTS).objectStore(TEXTS);
    const wanted = ['tabs', 'study', 'result', `study ${before}`, `result ${before}`];
    const [keys, tabs, study, result, ownStudy, ownResult] = await Promise.all([
      answer(texts.getAllKeys()),
      ...wanted.map((key) => answer(texts.get(key))),
    ]);
    const found = keys.map((key) => String(key).split(' ')[1]).concat(Array.isArray(tabs) ? tabs : []);
    // A name that comes twice counts where it comes last.
    this.tabs = [...new Set(found.reverse())].filter((one) => one && one !== this.tab).reverse();
    const isOwn = ownStudy !== undefined || ownResult !== undefined;
    return isOwn ? { study: ownStudy, result: ownResult } : { study, result };
  }

  /** Keeps a text, or with null nothing. Whole or not at all, and of two tabs the later one is the last.
   * @param {Key} key @param {string | null} text @returns {Promise<void>} */
  async write(key, text) {
    const change = (await this.open()).transaction(TEXTS, 'readwrite');
    const texts = change.objectStore(TEXTS);
    for (const gone of this.tab ? this.tabs.splice(0, this.tabs.length + 1 - TABS) : [])
      for (const one of ['study', 'result']) texts.delete(`${one} ${gone}`);
    // Where the disk is full nothing but deleting can be done.
    if (this.tab && text !== null) texts.put([...this.tabs, this.tab], 'tabs');
    for (const name of this.tab ? [key, `${key} ${this.tab}`] : [key])
      if (text === null) texts.delete(name);
      else texts.put(text, name);
    // A page that is about to go hears no answers: without this the browser would give up the change.
    change.commit();
    await new Promise((resolve, reject) => {
      change.oncomplete = resolve;
      change.onabort = () => reject(change.error);
    });
  }
}
