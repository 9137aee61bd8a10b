/**
 * A race in its Worker, seen from the page: it is begun, asked for more until there is no more, and changed on the
 * way. Whoever asks for something else ends the asking that is under way.
 *
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../state/race.js').RaceHead} RaceHead
 * @typedef {import('../state/landscape.js').Piece} Piece
 * @typedef {{trial: {number: number, params: Record<string, any>}, of_trials: number, until_epoch: null,
 *   changes: [number, number][], repeat: number}} Runner
 * @typedef {object} Told
 * @property {(share: number) => void} onShare
 * @property {(head: RaceHead) => void} onHead
 * @property {(piece: Piece) => void} onPiece
 */

/** Points a side of a surface. */
const SIDE = 51;

export class RaceRun {
  /** @param {import('./client.js').Client} client @param {string} base what data files are resolved against
   * @param {Told} told */
  constructor(client, base, told) {
    /** @private */ this.client = client;
    /** @private */ this.base = base;
    /** @private */ this.told = told;
    /** @private */ this.id = 0;
    /** @private grows with everything that is asked for */ this.turn = 0;
  }

  /** @private @param {string} what @param {...unknown} args */
  call(what, ...args) {
    return this.client.call('race', what, args, this.base);
  }

  /** @param {Study} study @param {Runner[]} runners @param {{rows: string, steps: number | null}} options */
  async begin(study, runners, options) {
    const turn = ++this.turn;
    const given = { ...options, side: SIDE };
    const id = await this.call('begin', JSON.stringify(study), JSON.stringify(runners), given);
    if (turn === this.turn) this.id = id;
    else await this.call('stop', id);
  }

  /** Trains, sees and surveys to the end, unless something else is asked for meanwhile. */
  async go() {
    const turn = ++this.turn;
    while (turn === this.turn) {
      const news = await this.call('more', this.id);
      if (!news || turn !== this.turn) return;
      if (news.share !== undefined) this.told.onShare(news.share);
      if (news.head) this.told.onHead(news.head);
      if (news.piece) this.told.onPiece(news.piece);
    }
  }

  /** Tries rates for everyone. @param {number[]} rates
   * @returns {Promise<(number | null)[][] | null>} losses at the end */
  async tune(rates) {
    const turn = ++this.turn;
    while (turn === this.turn) {
      const { done, losses } = await this.call('tune', this.id, rates);
      if (turn !== this.turn) break;
      this.told.onShare(done);
      if (losses) return losses;
    }
    return null;
  }

  /** @param {number} at @param {[number, number][]} changes */
  async change(at, changes) {
    this.turn++;
    await this.call('change', this.id, at, changes);
  }

  /** @param {[number, number] | null} place @param {boolean} still whether the picture stays as it is */
  async startAt(place, still) {
    this.turn++;
    await this.call('startAt', this.id, place, still);
  }

  async unlay() {
    this.turn++;
    await this.call('unlay', this.id);
  }

  /** @param {[number, number][]} at @param {number} side @param {[number, number, number, number]} extent
   * @returns {Promise<Float32Array[]>} */
  fields(at, side, extent) {
    return this.call('fields', this.id, at, side, extent);
  }

  /** @param {Study} study @param {Runner[]} runners @param {string} name @param {number} steps
   * @param {[number, number] | null} start
   * @returns {Promise<RaceHead & {values: number[], start: [number, number]}>} */
  async classic(study, runners, name, steps, start) {
    this.turn++;
    const given = { side: SIDE, rows: 'train', steps };
    return this.call('classic', JSON.stringify(study), JSON.stringify(runners), name, given, start);
  }

  async stop() {
    this.turn++;
    if (this.id) await this.call('stop', this.id);
  }
}
