import { openDB } from 'idb';

/**
 * Texts that survive the page, in IndexedDB. Every failure comes out as the promise's; nothing here is said to anyone.
 *
 * @typedef {'study' | 'result'} Key
 */

const NAME = 'tuning-playground';
const TEXTS = 'texts';

export class Storage {
  constructor() {
    /** @private @type {Promise<import('idb').IDBPDatabase> | null} */ this.opened = null;
  }

  /** @private */
  open() {
    this.opened ??= this.connect();
    return this.opened;
  }

  /** @private Some frames refuse `indexedDB` itself, so even naming it may throw; async makes that a rejection. */
  async connect() {
    if (!globalThis.indexedDB) throw new DOMException('there is no storage here', 'NotSupportedError');
    return new Promise((resolve, reject) => {
      const forget = () => void (this.opened = null);
      openDB(NAME, 1, {
        upgrade: (database) => void database.createObjectStore(TEXTS),
        blocked: () => reject(new DOMException('another tab holds the storage', 'InvalidStateError')),
        // Another tab wants to change or delete the storage: this one lets go and opens it again when it needs it.
        blocking: (_from, _to, event) => {
          forget();
          /** @type {IDBDatabase} */ (event.target).close();
        },
        terminated: forget,
      }).then(resolve, reject);
    });
  }

  /** @param {Key} key @returns {Promise<unknown>} */
  async read(key) {
    return (await this.open()).get(TEXTS, key);
  }

  /** Keeps a text, or with null nothing. Whole or not at all, and of two tabs the later one wins.
   * @param {Key} key @param {string | null} text @returns {Promise<void>} */
  async write(key, text) {
    const change = (await this.open()).transaction(TEXTS, 'readwrite');
    // What goes wrong is told by the transaction, the one that knows of a full disk.
    (text === null ? change.store.delete(key) : change.store.put(text, key)).catch(() => {});
    // A page that is about to go hears no answers: without this the browser would give up the change.
    change.commit();
    return change.done;
  }
}
