/**
 * What survives the page, in IndexedDB: what this tab keeps, and what any tab kept last, for tabs that are new; and
 * runs, a short record and a text each. Every change is a transaction of its own that touches only what it is of, so
 * that tabs lose nothing of each other's. Every failure comes out as the promise's; nothing here is said to anyone.
 *
 * @typedef {'study' | 'shown' | 'map' | 'race'} Key
 * @typedef {{id: string} & Record<string, any>} Short what is listed of a run
 */

const NAME = 'tuning-playground';
const TEXTS = 'texts';
/** The name of this tab, which a reload keeps. */
const TAB = 'tuning-playground.tab';
/** So many tabs have texts of their own; of others only the last ones are left. */
const TABS = 4;
/** What a tab has of its own; `result` is what earlier pages wrote. */
const OWN = ['study', 'shown', 'result'];
/** What it has beside them: a map may have megabytes. */
const BESIDE = ['map', 'race'];
const RUN = 'run ';
const BODY = 'body ';
/** What a run's open trials are, while it is trained. */
const OPEN = 'open ';
/** A table of the reader's own, by its digest. */
const TABLE = 'table ';
/** The keys of all records of runs. */
const allRuns = () => IDBKeyRange.bound(RUN, `${RUN}\uffff`);

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
    /** This tab's name, once it has one. */ this.tab = '';
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

  /** Opens a transaction. @private @param {'readonly' | 'readwrite'} mode */
  async texts(mode) {
    return (await this.open()).transaction(TEXTS, mode).objectStore(TEXTS);
  }

  /** All that a visit begins with, at once: with the run that was shown, whole.
   * @returns {Promise<Record<Key | 'result' | 'body', any> & {runs: unknown[], isOwn: boolean}>} isOwn: this tab had
   *   kept something */
  async read() {
    const before = await this.claim();
    const texts = await this.texts('readonly');
    const wanted = ['tabs', ...OWN, ...OWN.map((one) => `${one} ${before}`)];
    const [keys, runs, tabs, ...found] = await Promise.all([
      answer(texts.getAllKeys()),
      answer(texts.getAll(allRuns())),
      ...wanted.map((key) => answer(texts.get(key))),
    ]);
    const known = keys.map((key) => String(key).split(' ')).filter(([one]) => OWN.includes(one));
    const names = known.map(([, tab]) => tab).concat(Array.isArray(tabs) ? tabs : []);
    // A name that comes twice counts where it comes last.
    this.tabs = [...new Set(names.reverse())].filter((one) => one && one !== this.tab).reverse();
    const [last, own] = [found.slice(0, OWN.length), found.slice(OWN.length)];
    const isOwn = own.some((one) => one !== undefined);
    const [study, shown, result] = isOwn ? own : last;
    const [body, map, race] = await Promise.all([
      typeof shown?.id === 'string' ? answer(texts.get(BODY + shown.id)) : undefined,
      ...BESIDE.map((key) => answer(texts.get(isOwn ? `${key} ${before}` : key))),
    ]);
    return { study, shown, result, runs, body, map, race, isOwn };
  }

  /** The tabs that live; null where the browser does not tell. @returns {Promise<Set<string> | null>} */
  async living() {
    try {
      const { held = [] } = await navigator.locks.query();
      return new Set(held.map(({ name = '' }) => name.split(' ')).flatMap(([of, tab]) => (of === TAB ? [tab] : [])));
    } catch {
      return null;
    }
  }

  /** Keeps a value of this tab; null for nothing. Of two tabs the later one is the last.
   * @param {Key} key @param {unknown} value @param {readonly Key[]} [gone] what goes with what was there
   * @returns {Promise<void>} */
  async write(key, value, gone = []) {
    await this.change((texts) => {
      this.put(texts, key, value);
      for (const one of gone) this.put(texts, one, null);
    });
  }

  /** @private @param {IDBObjectStore} texts @param {Key} key @param {unknown} value */
  put(texts, key, value) {
    for (const gone of this.tab ? this.tabs.splice(0, this.tabs.length + 1 - TABS) : [])
      for (const one of [...OWN, ...BESIDE]) texts.delete(`${one} ${gone}`);
    // Where the disk is full nothing but deleting can be done.
    if (this.tab && value !== null) texts.put([...this.tabs, this.tab], 'tabs');
    for (const name of this.tab ? [key, `${key} ${this.tab}`] : [key])
      if (value === null) texts.delete(name);
      else texts.put(value, name);
    // What earlier pages wrote has been read by now.
    if (key === 'shown') for (const name of ['result', `result ${this.tab}`]) texts.delete(name);
  }

  /** Whole or not at all. @private @param {(texts: IDBObjectStore) => void | Promise<void>} act
   * @param {boolean} [whole] whether all is asked for at once */
  async change(act, whole = true) {
    const texts = await this.texts('readwrite');
    const { transaction } = texts;
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    void done.catch(() => {});
    await act(texts);
    // A page that is about to go hears no answers: without this the browser would give up the change.
    if (whole) transaction.commit();
    await done;
  }

  /** The records of all runs. @returns {Promise<unknown[]>} */
  async runs() {
    return answer((await this.texts('readonly')).getAll(allRuns()));
  }

  /** The tables of the reader's own. @returns {Promise<any[]>} */
  async tables() {
    return answer((await this.texts('readonly')).getAll(IDBKeyRange.bound(TABLE, `${TABLE}\uffff`)));
  }

  /** Keeps a table. Others go, given by their digests. @param {string} digest @param {object} table
   * @param {string[]} gone */
  async keepTable(digest, table, gone) {
    await this.change((texts) => {
      for (const one of gone) texts.delete(TABLE + one);
      texts.put(table, TABLE + digest);
    });
  }

  /** @param {string} digest */
  async removeTable(digest) {
    await this.change((texts) => void texts.delete(TABLE + digest));
  }

  /** What a run trained. @param {string} id @returns {Promise<unknown>} */
  async body(id) {
    return answer((await this.texts('readonly')).get(BODY + id));
  }

  /** What a run's open trials were. @param {string} id @returns {Promise<unknown>} */
  async openTrials(id) {
    return answer((await this.texts('readonly')).get(OPEN + id));
  }

  /** Keeps a run, and what this tab shows. Others go where they have to, if it then has room.
   * @param {string} body @param {unknown} open nothing of a run that has ended @param {unknown} shown
   * @param {(runs: any[]) => {run: Short, gone: string[], fits: boolean}}
   *   settle what to do, by the records of all runs @returns {Promise<boolean>} whether it is kept */
  async keep(body, open, shown, settle) {
    let isKept = false;
    await this.change(async (texts) => {
      const { run, gone, fits } = settle(await answer(texts.getAll(allRuns())));
      isKept = fits;
      if (!fits) return;
      for (const id of gone) this.take(texts, id);
      texts.put(run, RUN + run.id);
      texts.put(body, BODY + run.id);
      if (open) texts.put(open, OPEN + run.id);
      else texts.delete(OPEN + run.id);
      this.put(texts, 'shown', shown);
    }, false);
    return isKept;
  }

  /** The same at once, by a page that is about to go, and without a look at the others.
   * @param {Short} run @param {string} body @param {unknown} shown */
  async keepNow(run, body, shown) {
    await this.change((texts) => {
      texts.put(run, RUN + run.id);
      texts.put(body, BODY + run.id);
      this.put(texts, 'shown', shown);
    });
  }

  /** Changes the record of a run that is still there. @param {string} id @param {Record<string, unknown>} changes */
  async amend(id, changes) {
    await this.change(async (texts) => {
      const run = await answer(texts.get(RUN + id));
      if (run && typeof run === 'object') texts.put({ ...run, ...changes }, RUN + id);
    }, false);
  }

  /** @param {string[]} ids of runs */
  async remove(ids) {
    await this.change((texts) => {
      for (const id of ids) this.take(texts, id);
    });
  }

  /** @private @param {IDBObjectStore} texts @param {string} id */
  take(texts, id) {
    for (const one of [RUN, BODY, OPEN]) texts.delete(one + id);
  }
}
