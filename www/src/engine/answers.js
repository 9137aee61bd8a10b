/**
 * What the hosts of the engine's modules have in common: they answer requests by their id, and fetch the data that
 * studies need.
 *
 * @typedef {{id: number, call: string, args: any[]}} Request
 * @typedef {(message: object, transfer?: Transferable[]) => void} Post
 */

/** The cause in what a call into the GPU threw or told, without its whereabouts. @param {any} error */
export function causeOf(error) {
  const text = String(error?.message ?? error)
    .split('\n')[0]
    .replace(/^Uncaught /, '');
  const inner = /JsValue\((?:\w*Error: )?([^)]*)/.exec(text);
  return inner ? inner[1] : text;
}

/** @param {unknown} error what was thrown, as a problem */
export function problemOf(error) {
  if (!error || typeof error !== 'object' || !('code' in error) || error instanceof Error)
    return { code: 'unexpected', detail: causeOf(error) };
  const given = /** @type {{code: string, detail?: unknown}} */ (error);
  return /gpu|device/.test(given.code) ? { ...given, detail: causeOf(given.detail) } : given;
}

/** @param {string} url @returns {Promise<Uint8Array>} the uncompressed file */
async function fetchTable(url) {
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    // Some hosts unpack .gz on the way: the file says by its first bytes what it is.
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    const name = url.split('/').pop() ?? url;
    throw { code: 'bad_data', dataset: name, detail: String(/** @type {any} */ (error)?.message ?? error) };
  }
}

/** A reader's own tables, by `own:` and their digest. @type {Map<string, Blob>} */
const OWN = new Map();

/** The table of this name, if there is one; undefined of a reader's own that is not here.
 * @param {string | null | undefined} file @param {string} base */
export async function tableOf(file, base) {
  if (!file) return undefined;
  if (!file.startsWith('own:')) return fetchTable(new URL(`data/${file}`, base).href);
  const table = OWN.get(file);
  return table && new Uint8Array(await table.arrayBuffer());
}

export class Answers {
  /** @param {Post} post @param {() => Promise<unknown>} load loads the module, before the first answer */
  constructor(post, load) {
    /** @protected */ this.post = post;
    /** @private */ this.load = load;
    /** @private @type {Promise<unknown> | null} */ this.loaded = null;
  }

  /** Takes a table of the reader's own. @param {string} digest @param {Blob} table */
  ownTable(digest, table) {
    OWN.set(`own:${digest}`, table);
  }

  /** @param {Request} request */
  async receive({ id, call, args }) {
    try {
      this.loaded ??= this.load();
      await this.loaded;
      const act = /** @type {Record<string, Function>} */ (/** @type {unknown} */ (this))[call];
      this.post({ id, value: await act.apply(this, args) });
    } catch (error) {
      this.post({ id, problem: problemOf(error) });
    }
  }
}
