import { Race, classic } from '../generated/analyses/analyses.js';
import { SURFACE_BUDGET, nextPiece, pathOf } from './pieces.js';

/**
 * Races in a Worker, one at a time: another takes the place of the one before, whose calls then come to nothing.
 *
 * @typedef {{rows: string, side: number, steps: number | null}} Given
 */

/** Numbers of a head's paths. @param {any} head */
const numbersOf = (head) => ({
  ...head,
  paths: head.paths.map(
    (/** @type {any} */ { learning_rate: rate, batch, last, diverged_at: lost, held, scales, ...path }) => ({
      ...pathOf(path),
      learning_rate: rate,
      batch,
      last,
      held,
      scales: scales ?? [],
      diverged_at: lost,
    }),
  ),
});

export class RaceHost {
  constructor() {
    /** @private @type {Race | null} */ this.race = null;
    /** @private @type {{order: Uint32Array, next: number} | null} points of the surface that is worked out */
    this.points = null;
    /** @private whether the paths that are there have been told of */ this.isTold = false;
    /** @private whether the next head is over the same part of the plane */ this.isStill = false;
    /** @private counts the races */ this.id = 0;
  }

  /** @private @param {number} id @returns {Race} */
  of(id) {
    if (this.race && id === this.id) return this.race;
    throw { code: 'unexpected', detail: 'another race was asked for' };
  }

  /** @param {string} study @param {string} round @param {Uint8Array | undefined} table @param {Given} given */
  begin(study, round, table, { rows, side, steps }) {
    this.stop(this.id);
    this.race = new Race(study, round, table, rows, side, steps ?? undefined);
    return ++this.id;
  }

  /** The next of a race: how much is trained, then its head, then its surface piece by piece; null at the end.
   * @param {number} id */
  async more(id) {
    const race = this.of(id);
    if (!this.isTold) {
      const share = await race.train(SURFACE_BUDGET);
      if (share < 1) return { share };
      const head = await race.head(this.isStill);
      this.isStill = false;
      this.of(id);
      this.isTold = true;
      if (head.laid) this.points = { order: race.order(), next: 0 };
      const data = { rows: race.rows(), nTrain: race.n_train() };
      return { head: { ...numbersOf(head), data } };
    }
    if (!this.points) return null;
    const piece = nextPiece(race, this.points);
    if (piece.done) this.points = null;
    return { piece };
  }

  /** @param {number} id @param {number} at @param {[number, number][]} changes */
  change(id, at, changes) {
    this.of(id).change(at, JSON.stringify(changes));
    this.isTold = false;
  }

  /** @param {number} id @param {[number, number] | null} place
   * @param {boolean} still whether the picture stays as it is */
  startAt(id, place, still) {
    this.of(id).start_at(place?.[0], place?.[1]);
    this.isStill = still;
    this.isTold = false;
  }

  /** The next plane is laid through the paths as they are. @param {number} id */
  unlay(id) {
    this.of(id).unlay();
    this.isTold = false;
  }

  /** What networks at points of their paths say of the data's plane: a field each.
   * @param {number} id @param {[number, number][]} at contestant and point @param {number} side
   * @param {[number, number, number, number]} extent */
  fields(id, at, side, extent) {
    const race = this.of(id);
    return at.map(([contestant, point]) => race.field(contestant, point, side, new Float64Array(extent)));
  }

  /** Tries learning rates for everyone, piece by piece. @param {number} id @param {number[]} rates
   * @returns {Promise<{done: number, losses?: (number | null)[][]}>} */
  tune(id, rates) {
    return this.of(id).tune(new Float64Array(rates), SURFACE_BUDGET);
  }

  /** A race over a surface of two coordinates, which is there at once.
   * @param {string} study @param {string} round @param {string} name @param {Given} given
   * @param {[number, number] | null} start */
  classic(study, round, name, { side, steps }, start) {
    return numbersOf(classic(study, round, name, side, steps ?? 0, new Float64Array(start ?? [])));
  }

  /** @param {number} id */
  stop(id) {
    if (id !== this.id) return;
    this.race?.free();
    Object.assign(this, { race: null, points: null, isTold: false });
  }
}
