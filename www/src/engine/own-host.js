import { OwnFiles } from '../generated/analyses/analyses.js';

/**
 * Files of the reader's own, in a Worker that does nothing else: read piece by piece, unpacked where they are gzip
 * archives, and turned into UTF-8 where they are in another encoding. Nothing of them leaves the browser.
 *
 * @typedef {import('../study/types.js').OwnData} OwnData
 */

/** Bytes of a file, at most: as many as the engine reads. */
const MOST = 256 * 2 ** 20;
/** Encodings that tables without UTF-8 have: Korean Excel's, then the one in which any bytes are text. */
const ENCODINGS = ['euc-kr', 'windows-1252'];

export class OwnHost {
  constructor() {
    /** @private @type {OwnFiles | null} */ this.files = null;
    /** @private @type {File[]} */ this.sources = [];
    /** @private what they were decoded from */ this.encoding = 'utf-8';
  }

  /** @param {string} what @param {any[]} args @returns {any} */
  answer(what, args) {
    if (what === 'open') return this.open(args[0], args[1]);
    if (what === 'read') return this.read(args[0]);
    if (what === 'line') return this.files?.line(args[0]);
    if (what === 'packed') return this.packed();
    if (what === 'text') return this.text(args[0]);
    throw { code: 'unexpected', detail: `nobody answers ${what}` };
  }

  /** Reads files and says what is in them. @private @param {File[]} sources @param {Partial<OwnData>} dataset */
  async open(sources, dataset) {
    this.sources = sources;
    this.encoding = 'utf-8';
    await this.load(null);
    try {
      return this.read(dataset);
    } catch (error) {
      if (/** @type {any} */ (error)?.fault !== 'not_utf8') throw error;
    }
    for (const encoding of ENCODINGS) {
      try {
        await this.load(new TextDecoder(encoding, { fatal: true }));
        this.encoding = encoding;
        break;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    }
    return this.read(dataset);
  }

  /** @private @param {TextDecoder | null} decoder */
  async load(decoder) {
    this.files?.free();
    const files = (this.files = new OwnFiles());
    for (const source of this.sources) {
      const { name, size } = source;
      // What is too large is refused before it is read.
      if (size > MOST)
        throw { code: 'bad_table', file: name, fault: 'too_large', found: size >> 20, limit: MOST >> 20 };
      files.open(name, size);
      const begin = new Uint8Array(await source.slice(0, 2).arrayBuffer());
      const packed = begin[0] === 0x1f && begin[1] === 0x8b;
      const stream = source.stream();
      const bytes = packed
        ? stream.pipeThrough(/** @type {any} */ (new DecompressionStream('gzip')))
        : /** @type {ReadableStream<Uint8Array>} */ (stream);
      const reader = bytes.getReader();
      const encoder = new TextEncoder();
      for (;;) {
        const { done, value } = await reader.read();
        if (decoder) files.push(encoder.encode(decoder.decode(value, { stream: !done })));
        else if (value) files.push(value);
        if (done) break;
      }
    }
  }

  /** @private @param {Partial<OwnData>} dataset how a table is read */
  read(dataset) {
    const read = this.files?.read(JSON.stringify(dataset));
    return { ...read, encoding: this.encoding };
  }

  /** The table that stands in a study as text: what was found in it, and the table as Workers train it.
   * @private @param {OwnData} dataset */
  text(dataset) {
    const files = new OwnFiles();
    try {
      const found = files.read_text(JSON.stringify(dataset));
      return { found, table: new Blob([/** @type {any} */ (files.packed())]) };
    } finally {
      files.free();
    }
  }

  /** @private What was read last, as Workers train it, and as a file that is small may go with a study. */
  packed() {
    const bytes = this.files?.packed();
    if (!bytes) throw { code: 'unexpected', detail: 'nothing was read' };
    return { table: new Blob([/** @type {any} */ (bytes)]), text: this.files?.text() ?? null };
  }
}
