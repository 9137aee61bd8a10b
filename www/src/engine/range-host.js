/**
 * What is worked out piece by piece in a Worker, one at a time: another takes the place of the one before, whose calls
 * then come to nothing.
 *
 * @typedef {{advance: (ms: number) => Promise<any>, free: () => void}} Piecewise
 * @typedef {(study: string, round: string, table: Uint8Array | undefined, given: any) => Promise<Piecewise>} Make
 */

/** One goes on for so long between two messages, in ms: the page draws each, and not thirty a second. */
const BUDGET = 40;

export class PieceHost {
  /** @param {Make} make */
  constructor(make) {
    /** @private */ this.make = make;
    /** @private @type {Piecewise | null} */ this.test = null;
    /** @private counts them */ this.id = 0;
  }

  /** @param {string} study @param {string} round @param {unknown} given
   * @param {Promise<Uint8Array | undefined>} table */
  async begin(study, round, given, table) {
    this.stop(this.id);
    const id = ++this.id;
    const test = await this.make(study, round, await table, given);
    if (id === this.id) this.test = test;
    else test.free();
    return id;
  }

  /** How far it has come after a moment more; null where it is another one's turn. @param {number} id */
  async more(id) {
    if (!this.test || id !== this.id) return null;
    const news = await this.test.advance(BUDGET);
    if (news.done) this.stop(id);
    return news;
  }

  /** @param {number} id */
  stop(id) {
    if (id !== this.id) return;
    this.test?.free();
    this.test = null;
  }
}
