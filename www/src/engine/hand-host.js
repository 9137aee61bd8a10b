import { Training } from '../generated/engine/engine.js';
import { fitted } from './snapshot-words.js';

/**
 * The Worker's part of tuning by hand: it trains one trial from one checkpoint to a later epoch, with the settings of
 * that stretch, and keeps the checkpoints that the page has not put away. One training at a time; another takes the
 * place of the one before, whose calls then come to nothing.
 *
 * @typedef {import('./snapshot-words.js').Fit} Fit
 * @typedef {object} Stretch
 * @property {{number: number, params: Record<string, any>}} trial with `epochs` among its settings
 * @property {number} ofTrials
 * @property {string | null} from the checkpoint that it goes on from; null is the first epoch
 * @property {number} epoch of that checkpoint
 * @property {number} until
 * @property {string} to what the checkpoint at its end is called
 * @property {Omit<Fit, 'perEpoch'>} fit
 * @property {string[]} drop checkpoints that are put away
 *
 * @typedef {import('../study/types.js').HandNews} HandNews
 */

/** A stretch is worked on for so long between two looks at what else is asked, in ms. */
const BUDGET = 15;
/** Numbers before an event's epochs, and the state of a trial that has diverged (`TrialEvent::write`). */
const HEAD = 9;
const DIVERGED = 4;
/** Numbers of an epoch that are passed on. */
const TOLD = 6;

export class HandHost {
  /** @param {() => Promise<unknown>} rest lets messages that wait come in */
  constructor(rest) {
    /** @private */ this.rest = rest;
    /** @private @type {Training | null} */ this.training = null;
    /** @private counts them */ this.id = 0;
    /** @private seeds of the trial */ this.seeds = 1;
    /** @private @type {Map<string, Uint32Array>} checkpoints by their names */ this.kept = new Map();
    /** @private @type {Map<string, number>} steps of an epoch by batch size */ this.steps = new Map();
  }

  /** @param {string} study @param {Uint8Array | undefined} table */
  begin(study, table) {
    this.stop(this.id);
    this.training = Training.on_cpu(study, '[]', table);
    this.seeds = JSON.parse(study).seeds_per_trial ?? 1;
    return ++this.id;
  }

  /** Trains a stretch; null where it is another one's turn meanwhile. @param {number} id @param {Stretch} stretch
   * @returns {Promise<HandNews | null>} */
  async train(id, { trial, ofTrials, from, epoch, until, to, fit, drop }) {
    const { training } = this;
    if (!training || id !== this.id) return null;
    for (const one of drop) this.kept.delete(one);
    const round = JSON.stringify([{ trial, of_trials: ofTrials, until_epoch: until }]);
    const start = from === null ? new Uint32Array() : this.kept.get(from);
    if (!start) throw { code: 'unexpected', detail: `there is no checkpoint ${from}` };
    const words = from === null ? start : fitted(start, { ...fit, perEpoch: this.perEpoch(training, round, trial) });
    training.assign(round, words);
    /** @type {HandNews} */
    const trained = { epochs: [], divergedAt: null, bytes: 0 };
    for (let finished = false; !finished;) {
      const report = await training.advance(BUDGET);
      if (id !== this.id) return null;
      this.read(report.numbers, trained);
      if (report.kept && trained.divergedAt === null && until < trial.params.epochs) {
        this.kept.set(to, report.kept);
        trained.bytes = report.kept.byteLength;
      }
      ({ finished } = report);
      await this.rest();
      if (id !== this.id) return null;
    }
    const first = trained.epochs.at(0)?.[0] ?? epoch + 1;
    if (first !== epoch + 1) throw { code: 'unexpected', detail: `the checkpoint ${from} does not fit its settings` };
    return trained;
  }

  /** @private Enters the events of a report. @param {Float64Array} numbers @param {HandNews} trained */
  read(numbers, trained) {
    for (let at = 0; at < numbers.length;) {
      const [state, n, each] = [numbers[at + 1], numbers[at + 7], numbers[at + 8]];
      if (state === DIVERGED) trained.divergedAt = numbers[at + 4];
      for (let k = 0; k < n; k++) {
        const row = at + HEAD + k * each;
        trained.epochs.push([...numbers.subarray(row, row + TOLD)]);
      }
      at += HEAD + n * each;
    }
  }

  /** @private Steps of an epoch of a network. @param {Training} training @param {string} round
   * @param {Stretch['trial']} trial */
  perEpoch(training, round, { params }) {
    const key = String(params.batch_size);
    let steps = this.steps.get(key);
    if (steps === undefined) {
      training.assign(round, new Uint32Array());
      steps = training.planned_steps()[0] / (params.epochs * this.seeds);
      training.cancel();
      this.steps.set(key, steps);
    }
    return steps;
  }

  /** @param {number} id */
  stop(id) {
    if (id !== this.id) return;
    this.id++;
    this.training?.free();
    this.training = null;
    this.kept.clear();
    this.steps.clear();
  }
}
