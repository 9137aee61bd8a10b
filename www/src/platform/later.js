import { scriptUrl } from './trusted.js';

/**
 * Parts of the page that are not there until they are opened: a script, with its style and its texts. What nobody has
 * opened yet is fetched when the page is idle, so that it is there without a network.
 *
 * @typedef {Record<'en' | 'ko', () => Promise<{default: any}>>} Texts a part's own words, by language
 * @typedef {Record<string, any> & {texts?: Texts}} Module what a part's script exports beside what it is opened for
 */

/** What to do with a part's texts; the dictionaries say. @type {(texts: Texts) => Promise<void>} */
let addTexts = async () => {};

/** @param {(texts: Texts) => Promise<void>} add */
export function setTexts(add) {
  addTexts = add;
}

/**
 * A module that can be asked for again after it could not be loaded. Browsers keep in mind which address failed; with
 * another query it is another one.
 *
 * @template M
 * @param {() => Promise<M>} load
 * @returns {() => Promise<M>}
 */
export function retried(load) {
  let lost = '';
  let tries = 0;
  return async () => {
    try {
      if (!lost) return await load();
      const url = new URL(lost);
      url.search = `again=${++tries}`;
      return await import(/* @vite-ignore */ scriptUrl(url.href));
    } catch (error) {
      lost ||= /import\w* module:? (https?:\S+)/.exec(String(error))?.[1] ?? '';
      throw error;
    }
  };
}

/** Parts that are on their way: their script may stand on the page before its words. */
export const underWay = { count: 0 };

/** @template {Module} M */
export class Later {
  /** @param {() => Promise<M>} load @param {M | null} [module] of a part that is there from the start */
  constructor(load, module = null) {
    /** @private */ this.load = retried(load);
    /** What was loaded. */ this.module = module;
    /** @type {'waiting' | 'loading' | 'ready' | 'failed'} */ this.state = module ? 'ready' : 'waiting';
    /** @private @type {Promise<M> | null} */ this.pending = module && Promise.resolve(module);
  }

  /** Loads the part, once; after a failure, anew. @returns {Promise<M>} */
  open() {
    if (!this.pending) {
      this.state = 'loading';
      this.pending = this.fetch();
    }
    return this.pending;
  }

  /** @private */
  async fetch() {
    underWay.count++;
    try {
      const module = await this.load();
      if (module.texts) await addTexts(module.texts);
      this.state = 'ready';
      this.module = module;
      return module;
    } catch (error) {
      this.state = 'failed';
      this.pending = null;
      throw error;
    } finally {
      underWay.count--;
    }
  }
}

/** @type {Map<string, Later<any>>} */
const parts = new Map();

/**
 * @template {Module} M
 * @param {string} name
 * @param {() => Promise<M>} load
 * @returns {Later<M>}
 */
export function defineLater(name, load) {
  const part = new Later(load);
  parts.set(name, part);
  return part;
}

/** Opens a part by its name. @param {string} name @returns {Promise<any>} */
export const later = (name) => parts.get(name)?.open() ?? Promise.reject(new Error(`no part is named ${name}`));

/** Fetches one after the other what was not opened yet, whenever the page has nothing else to do. */
export async function fetchLater() {
  for (const part of parts.values()) {
    if (part.state === 'waiting') await idle();
    // Without a network it is asked for again when somebody opens it.
    if (part.state === 'waiting') await part.open().catch(() => {});
  }
}

/**
 * A page that is never idle gets the next part after so many ms: Chromium does not call some pages idle although
 * nothing runs in them, and all parts are to be there before the network goes.
 */
const AT_LAST = 150;

const idle = () =>
  new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(resolve, { timeout: AT_LAST });
    else setTimeout(resolve, 200);
  });
