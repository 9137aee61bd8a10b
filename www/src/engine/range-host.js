import { RangeTest } from '../generated/analyses/analyses.js';

/**
 * Learning-rate range tests in a Worker, one at a time: another takes the place of the one before, whose calls then
 * come to nothing.
 *
 * @typedef {import('../study/types.js').RangeNews} RangeNews
 */

/** A test goes on for so long between two messages, in ms: the page draws each, and not thirty a second. */
const BUDGET = 40;

export class RangeHost {
  constructor() {
    /** @private @type {RangeTest | null} */ this.test = null;
    /** @private counts the tests */ this.id = 0;
  }

  /** @param {string} study @param {string} round @param {import('../study/types.js').RateRange} range
   * @param {Promise<Uint8Array | undefined>} table */
  async begin(study, round, { steps, low, high }, table) {
    this.stop(this.id);
    const id = ++this.id;
    const test = await RangeTest.begin(study, round, await table, steps, low, high);
    if (id === this.id) this.test = test;
    else test.free();
    return id;
  }

  /** How far a test has come after a moment more; null where it is another one's turn.
   * @param {number} id @returns {Promise<RangeNews | null>} */
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
