import { sessionFor } from './sessions.js';
import { loadedOnce } from './loaded-once.js';
import { Training } from '../generated/engine/engine.js';

/**
 * The Worker's part of what is worked out beside a run: what a sampler thinks of places, whole searches of a duel, and
 * trials that are trained once more. On the CPU, in pieces, so that a run's messages come in between.
 *
 * @typedef {import('../study/types.js').BeliefAsked} BeliefAsked
 * @typedef {import('../study/types.js').BeliefTold} BeliefTold
 */

/** A search or a trial is worked on for so long between two looks at what else is asked, in ms. */
const BUDGET = 15;

const module = loadedOnce(() => import('../generated/search/search.js'));

export class AsideHost {
  /** @param {() => Promise<unknown>} rest lets messages that wait come in */
  constructor(rest) {
    /** @private */ this.rest = rest;
    /** @private grows with every stop */ this.turn = 0;
    /** The belief that was asked for last, with the trials that come next by it.
     * @private @type {{key: string, belief: any, next: any[]} | null} */
    this.kept = null;
  }

  /** What a sampler thinks after some trials: of a line or a plane of places, and which trials it asks for next.
   * @param {BeliefAsked} asked @returns {Promise<BeliefTold>} */
  async believe({ study, kind, exploration, trials, params, axes, sides, next }) {
    const { Belief } = await module();
    const key = JSON.stringify([study, kind, exploration, trials]);
    if (this.kept?.key !== key) {
      this.kept?.belief.free();
      this.kept = null;
      const belief = new Belief(JSON.stringify(study), kind, exploration ?? undefined, JSON.stringify(trials));
      this.kept = { key, belief, next: [] };
    }
    const { kept } = this;
    const { axes: all, ...facts } = JSON.parse(kept.belief.facts(Math.max(...sides)));
    const place = kept.belief.point(JSON.stringify(params));
    const lines = axes.map((name, at) => {
      const found = all.findIndex((/** @type {any} */ one) => one.name === name);
      return found < 0 ? null : { at: found, ...thinned(all[found], sides[at]) };
    });
    const [x, y] = lines;
    const [columns, rows] = [x?.shares.length ?? 0, axes.length > 1 ? (y?.shares.length ?? 0) : 1];
    const points = new Float64Array(columns * rows * place.length);
    for (let row = 0, to = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, to += place.length) {
        points.set(place, to);
        if (x) points[to + x.at] = x.shares[column];
        if (y) points[to + y.at] = y.shares[row];
      }
    const told = kept.belief.at(points);
    const own = kept.belief.at(place);
    const { draws } = facts;
    if (kept.next.length < next) kept.next.push(...JSON.parse(kept.belief.next(next - kept.next.length)));
    return {
      ...facts,
      draws,
      axes: lines.map((one) => (one ? { name: all[one.at].name, values: one.values } : null)),
      told,
      own,
      next: kept.next.slice(0, next).map((one) => one.params),
    };
  }

  /** A whole search of a study, trained here: its trials, and the numbers of their reports; null where it was
   * stopped. @param {string} study @param {Uint8Array | undefined} table */
  async search(study, table) {
    const { turn } = this;
    const session = await sessionFor(study);
    const training = Training.on_cpu(study, '[]', table);
    const trials = [];
    const found = /** @type {number[]} */ ([]);
    try {
      for (;;) {
        const text = session.next_round();
        const round = JSON.parse(text);
        if (!round.length) break;
        for (const { trial } of round) trials.push(trial);
        training.assign(text, new Uint32Array());
        const isWhole = await this.advance(training, turn, (numbers) => {
          session.report(numbers);
          for (const number of numbers) found.push(number);
        });
        if (!isWhole) return null;
      }
    } finally {
      training.free();
      session.free();
    }
    return { trials, numbers: new Float64Array(found) };
  }

  /** Some trials of a study, trained to their end: the numbers of their reports; null where that was stopped.
   * @param {string} study @param {string} round @param {Uint8Array | undefined} table */
  async train(study, round, table) {
    const { turn } = this;
    const training = Training.on_cpu(study, round, table);
    const found = /** @type {number[]} */ ([]);
    try {
      const isWhole = await this.advance(training, turn, (numbers) => {
        for (const number of numbers) found.push(number);
      });
      return isWhole ? new Float64Array(found) : null;
    } finally {
      training.free();
    }
  }

  /** @private Trains to the end of what was assigned; false where that was stopped since `turn`.
   * @param {Training} training @param {number} turn @param {(numbers: Float64Array) => void} tell */
  async advance(training, turn, tell) {
    for (let finished = false; !finished;) {
      const report = await training.advance(BUDGET);
      tell(report.numbers);
      ({ finished } = report);
      await this.rest();
      if (turn !== this.turn) return false;
    }
    return true;
  }

  /** Ends what is under way. */
  stop() {
    this.turn++;
  }
}

/** Of an axis's places at most so many, its ends with them.
 * @param {{shares: number[], values: unknown[]}} axis @param {number} most */
function thinned({ shares, values }, most) {
  const n = shares.length;
  const kept = n <= most ? shares.map((_, k) => k) : Array.from({ length: most }, (_, k) => place(k, n, most));
  return { shares: kept.map((k) => shares[k]), values: kept.map((k) => values[k]) };
}

/** @param {number} k @param {number} n @param {number} most */
const place = (k, n, most) => Math.round((k * (n - 1)) / Math.max(1, most - 1));
