import { BY_NAME } from '../study/hyperparameters.js';
import { number } from '../study/format.js';
import { ENDED, FORMAT } from '../study/result.js';
import { Epochs, Pool, written } from './columns.js';

/**
 * The trials of one run by number, shared by the engine's carrier, which enters what Workers tell, and the page, which
 * reads it. A trial is a light record whose epochs lie in columns; what all of them come to is kept as they change.
 * Documents are made of them for whoever asks.
 *
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('../study/types.js').TrialDocument} TrialDocument
 * @typedef {import('../study/types.js').TrialState} TrialState
 * @typedef {import('../study/types.js').Result} Result
 * @typedef {import('../study/types.js').HeldResult} HeldResult
 */

/** The order in which reports number states (`TrialState::ALL` in src/result.rs). @type {TrialState[]} */
const STATES = ['queued', 'running', 'complete', 'pruned', 'diverged', 'cancelled'];
/** What has no value until it ends has one then. @type {TrialState[]} */
const VALUED = ['complete', 'pruned'];
/** Numbers before a trial's epochs in a report (`TrialEvent::write`). */
const HEAD = 9;

/** @extends {Map<number, Trial>} */
export class Trials extends Map {
  /** @param {Study | null} [study] by which room for epochs is taken */
  constructor(study = null) {
    super();
    /** @private */ this.study = study;
    /** @private */ this.pool = new Pool();
    /** @type {Record<TrialState, number>} trials by state */
    this.counts = { queued: 0, running: 0, complete: 0, pruned: 0, diverged: 0, failed: 0, cancelled: 0 };
    /** Trials with an epoch. */ this.begun = 0;
    /** Epochs of all trials. */ this.epochs = 0;
    /** Whether some trial's steps took more than one gradient evaluation each. */ this.costly = false;
    /** Whether some trial went back to its best epoch. */ this.patient = false;
    /** Grows with every change. */ this.changes = 0;
    /** @private @type {Trial[]} those that have ended since {@link takeEnded} */ this.ended = [];
  }

  /** A trial before its first step, if it is new; a copy has the past of the trial whose weights it goes on with.
   * @param {Pick<Trial, 'number' | 'params'>} trial @param {import('../study/types.js').CopyOf} [from] */
  add({ number, params }, from) {
    if (this.has(number)) return;
    this.changes++;
    const planned = params.epochs ?? this.study?.fixed?.epochs ?? BY_NAME.get('epochs')?.default;
    const trial = this.put(number, params, this.study?.seed ?? 0, Number(planned));
    const past = from && this.get(from.trial);
    if (!past) return;
    trial.copy_of = { ...from };
    trial.epochs.add(past.epochs.records().slice(0, from.epoch));
    if (trial.epochs.length) this.begun++;
  }

  /** @private @param {number} number @param {Trial['params']} params @param {number} seed @param {number} planned */
  put(number, params, seed, planned) {
    /** @type {Trial} */
    const trial = {
      number,
      state: 'queued',
      params,
      value: null,
      seed,
      epochs: new Epochs(this.pool, planned),
      steps: 0,
      diverged_at: null,
    };
    this.set(number, trial);
    this.counts.queued++;
    return trial;
  }

  /** Enters a report, the numbers of its events one after the other. What is told of a trial that has ended comes too
   * late, as it does for the session. @param {Float64Array} told */
  report(told) {
    this.changes++;
    for (let at = 0; at < told.length;) {
      const [trial, state, n, each] = [this.get(told[at]), STATES[told[at + 1]], told[at + 7], told[at + 8]];
      const first = at + HEAD;
      at = first + n * each;
      if (!trial || !state || ENDED.includes(trial.state)) continue;
      const [value, steps, diverged] = [told[first - 7], told[first - 6], told[first - 5]];
      trial.value = VALUED.includes(state) ? written(value) : null;
      trial.steps = Math.max(trial.steps, steps);
      this.weigh(trial, told[first - 4]);
      trial.diverged_at = Number.isNaN(diverged) ? null : diverged;
      const { epochs } = trial;
      const before = epochs.length;
      if (told[first - 3] > 0) this.keep(trial, told[first - 3]);
      for (let from = first; from < at; from += each) epochs.take(told, from, each);
      this.count(before, epochs.length);
      this.turn(trial, state);
    }
  }

  /** Enters the event of a trial or a whole trial as a document, also one that is not known.
   * @param {Partial<TrialDocument> & Pick<TrialDocument, 'number'>} change */
  merge({ epochs = [], state, evaluations, kept_epoch, ...change }) {
    this.changes++;
    const trial =
      this.get(change.number) ?? this.put(change.number, change.params ?? {}, change.seed ?? 0, epochs.length);
    if (ENDED.includes(trial.state)) return;
    const before = trial.epochs.length;
    trial.epochs.add(epochs);
    this.count(before, trial.epochs.length);
    Object.assign(trial, change, { steps: Math.max(trial.steps, change.steps ?? 0) });
    this.weigh(trial, evaluations ?? 0);
    if (kept_epoch) this.keep(trial, kept_epoch);
    if (state) this.turn(trial, state);
  }

  /** Notes what a trial's steps took, where it was more than an evaluation each. @private @param {Trial} trial
   * @param {number} evaluations */
  weigh(trial, evaluations) {
    const most = Math.max(trial.evaluations ?? 0, evaluations);
    if (most > trial.steps) {
      trial.evaluations = most;
      this.costly = true;
    } else if (trial.evaluations !== undefined) {
      delete trial.evaluations;
    }
  }

  /** Notes the epoch whose weights a trial kept. @private @param {Trial} trial @param {number} epoch */
  keep(trial, epoch) {
    trial.kept_epoch = epoch;
    trial.epochs.kept = epoch;
    this.patient = true;
  }

  /** @private @param {number} before epochs of a trial @param {number} after */
  count(before, after) {
    this.epochs += after - before;
    if (!before && after) this.begun++;
  }

  /** @private @param {Trial} trial @param {TrialState} state */
  turn(trial, state) {
    if (state === trial.state) return;
    this.counts[trial.state]--;
    this.counts[state]++;
    trial.state = state;
    this.changes++;
    if (ENDED.includes(state)) this.ended.push(trial);
  }

  /** A run that ended early leaves no trial half done. */
  cancelOpen() {
    for (const trial of this.values()) {
      if (ENDED.includes(trial.state)) continue;
      trial.value = null;
      this.turn(trial, 'cancelled');
    }
  }

  /** The trials that have ended since this was last asked. @returns {Trial[]} */
  takeEnded() {
    const { ended } = this;
    this.ended = [];
    return ended;
  }

  /** All trials in the order of their numbers. @returns {Trial[]} */
  inOrder() {
    return [...this.values()].sort((a, b) => a.number - b.number);
  }
}

/** Adds what an engine would tell of a trial, as far as its first epochs, to numbers (`TrialEvent::write`).
 * @param {Trial} trial @param {TrialState} state @param {number} n epochs @param {number[]} told */
export function eventOf(trial, state, n, told) {
  const { epochs } = trial;
  // Each epoch takes as many steps, and as many evaluations: only of trials that are whole do the numbers have to be
  // exact.
  const share = (/** @type {number} */ all) => (n === epochs.length ? all : Math.round((all * n) / epochs.length));
  const value = VALUED.includes(state) ? number(trial.value) : NaN;
  told.push(trial.number, STATES.indexOf(state), value, share(trial.steps), trial.diverged_at ?? NaN);
  told.push(share(evaluationsOf(trial)), VALUED.includes(state) ? (trial.kept_epoch ?? NaN) : NaN, n, epochs.each);
  epochs.tell(n, told);
}

/** Gradient evaluations of a trial's steps. @param {Pick<Trial, 'steps' | 'evaluations'>} trial */
export const evaluationsOf = ({ steps, evaluations }) => evaluations ?? steps;

/** A run's result as the page holds it.
 * @param {Omit<HeldResult, 'format' | 'engine' | 'trials'> &
 *   {engine: HeldResult['engine'] | null, trials: Trials}} run
 * @returns {HeldResult} */
export const resultOf = ({ study, trials, best, engine, test }) => ({
  format: FORMAT,
  study,
  engine: engine ?? { backend: 'cpu', adapter: null, workers: 0 },
  trials: trials.inOrder(),
  best,
  test,
});

/** A trial as documents have it, which shares nothing with the page. @param {Trial} trial @returns {TrialDocument} */
export function trialDocument({ epochs, ...trial }) {
  const { number, state, params, value, seed, ...rest } = structuredClone(trial);
  return { number, state, params, value, seed, epochs: epochs.records(), ...rest };
}

/** A result as a document. Its trials are made when somebody asks for them: of tens of thousands they take long, and
 * more room than the page. @param {HeldResult} held @returns {Result} */
export function resultDocument(held) {
  const { trials } = held;
  const document = structuredClone({ ...held, trials: /** @type {TrialDocument[]} */ ([]) });
  const fix = (/** @type {unknown} */ value) =>
    Object.defineProperty(document, 'trials', { value, writable: true, enumerable: true, configurable: true });
  Object.defineProperty(document, 'trials', {
    get: () => {
      fix(trials.map(trialDocument));
      return document.trials;
    },
    set: fix,
    enumerable: true,
    configurable: true,
  });
  return document;
}
