import { BY_NAME } from '../study/hyperparameters.js';
import { sameStudy } from '../study/same.js';
import { ENDED, EPOCH_BYTES, FORMAT } from '../study/result.js';
import { TRIALS_LIMIT, checkValue, readStudy } from '../study/study.js';
import { isRecorded } from './recorded.js';
import { Trials } from './trials.js';

/**
 * What is kept between visits, as text: a study document and a result document. Pure. What is read may have been
 * written by an older page, or by anybody: what is not sound in every part is as good as nothing.
 *
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('../study/types.js').Result} Result
 */

/** Results longer than this are not kept; ASCII, but for the study's name. */
export const LIMIT = 30_000_000;

/** @param {Study} study */
export const studyText = (study) => JSON.stringify(study);

/** @param {unknown} text @returns {Study | null} */
export function readKeptStudy(text) {
  return sound(text, (document) => {
    const read = readStudy(document);
    return 'study' in read ? read.study : null;
  });
}

/** Writes the result so far again and again while it grows: each epoch is put into words once. */
export class ResultText {
  constructor() {
    /** @private @type {unknown} whose text it is */ this.of = null;
    /** @private whether it is too long to be kept */ this.long = false;
    /** @private @type {Map<number, {epochs: number, text: string}>} */ this.trials = new Map();
  }

  /** The text, in steps so that nobody waits for it; null when it would be too long.
   * @param {import('./shelf.js').Held} run
   * @param {Pick<import('../study/types.js').HeldResult, 'engine' | 'test'>} more
   * @returns {Generator<void, string | null>} */
  *write({ study, trials, best }, { engine, test }) {
    if (this.of !== trials) {
      this.of = trials;
      this.long = false;
      this.trials.clear();
    }
    // A run's text only grows.
    this.long ||= trials.epochs * EPOCH_BYTES > LIMIT;
    if (this.long) return this.drop();
    const parts = [];
    let length = 0;
    for (const trial of trials.inOrder()) {
      const part = this.trial(trial);
      length += part.length + 1;
      if (length > LIMIT) return this.drop();
      parts.push(part);
      yield;
    }
    // What the page marks as best may lag a moment behind.
    const head = JSON.stringify({ format: FORMAT, study, engine, best, test });
    return `${head.slice(0, -1)},"trials":[${parts.join(',')}]}`;
  }

  /** @private What is too long is not kept, here neither. @returns {null} */
  drop() {
    this.long = true;
    this.trials.clear();
    return null;
  }

  /** @private @param {Trial} trial */
  trial(trial) {
    const { epochs, ...rest } = trial;
    let written = this.trials.get(trial.number);
    if (!written || written.epochs > epochs.length) this.trials.set(trial.number, (written = { epochs: 0, text: '' }));
    for (; written.epochs < epochs.length; written.epochs += 1)
      written.text += `${written.epochs ? ',' : ''}${JSON.stringify(epochs.at(written.epochs))}`;
    // Whoever reads this finds no network to train on with.
    const ended = ENDED.includes(rest.state) ? rest : { ...rest, state: 'cancelled', value: null };
    return `${JSON.stringify(ended).slice(0, -1)},"epochs":[${written.text}]}`;
  }
}

/** What a text says, which is read once: of a long one that takes long. @param {unknown} text */
export const documentOf = (text) => sound(text, (document) => document);

/** Data whose test rows were seen, whatever the result is of. @param {unknown} document @returns {string[]} */
export function keptSeen(document) {
  const seen = isObject(document) ? document.seen : null;
  return Array.isArray(seen) ? seen.filter((one) => typeof one === 'string') : [];
}

/** How many more trials were last asked for. @param {unknown} document @returns {import('./types.js').Asked | null} */
export function keptAsked(document) {
  const asked = isObject(document) ? document.asked : null;
  return isObject(asked) && isCount(asked.n) && asked.n > 0 && isCount(asked.trials)
    ? { n: asked.n, trials: asked.trials }
    : null;
}

/** The result, if it is that of the study shown, checked trial by trial.
 * @param {any} document @param {Study} shown @param {boolean} [edited] whether the study was edited after it ran
 * @returns {Generator<void, Result | null>} */
export function* keptResult(document, shown, edited = false) {
  if (!isObject(document) || document.format !== FORMAT) return null;
  const read = readStudy(document.study);
  if ('problem' in read) return null;
  const same = sameStudy(read.study, shown);
  if (!same && !edited) return null;
  const { engine, trials, best, test } = document;
  if (!isObject(engine) || typeof engine.backend !== 'string' || !Array.isArray(trials)) return null;
  if (!trials.length || trials.length > TRIALS_LIMIT) return null;
  const numbers = new Set();
  for (const one of trials) {
    if (!isTrial(one) || numbers.has(one.number)) return null;
    numbers.add(one.number);
    yield;
  }
  if (best !== null && !numbers.has(best)) return null;
  if (test !== null && !(isObject(test) && numbers.has(test.trial) && isMeasure(test.loss) && isMeasure(test.metric)))
    return null;
  const plain = test && { trial: test.trial, loss: test.loss, metric: test.metric };
  return /** @type {any} */ ({
    format: FORMAT,
    study: same ? shown : read.study,
    engine,
    trials,
    best,
    test: plain,
  });
}

/** A run as the page holds it, of a result that is sound.
 * @param {string} id @param {Result} result @returns {Generator<void, import('./shelf.js').Held>} */
export function* heldOf(id, { study, engine, best, test, trials: documents }) {
  const trials = new Trials(study);
  for (const one of documents) {
    trials.merge(one);
    yield;
  }
  trials.takeEnded();
  return { id, study, trials, best, engine, test };
}

/** @template T @param {unknown} text @param {(document: any) => T | null} read @returns {T | null} */
function sound(text, read) {
  if (typeof text !== 'string' || text.length > 2 * LIMIT) return null;
  try {
    return read(JSON.parse(text));
  } catch {
    return null;
  }
}

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value */
const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
/** A number of a document, or the name of one that JSON lacks. @param {unknown} value */
const isMeasure = (value) =>
  typeof value === 'number' || value === 'NaN' || value === 'Infinity' || value === '-Infinity';
/** Epochs without validation have null. @param {Record<string, any>} epoch @param {string} name */
const isMeasureOf = (epoch, name) => isMeasure(epoch[name]) || (epoch[name] === null && name.startsWith('validation'));
const MEASURES = ['train_loss', 'validation_loss', 'train_metric', 'validation_metric', 'learning_rate', 'seconds'];

/** @param {any} trial @returns {trial is import('../study/types.js').TrialDocument} */
export function isTrial(trial) {
  return (
    isObject(trial) &&
    isCount(trial.number) &&
    trial.number < TRIALS_LIMIT &&
    ENDED.includes(trial.state) &&
    isCount(trial.seed) &&
    isCount(trial.steps) &&
    (trial.evaluations === undefined || isCount(trial.evaluations)) &&
    isCount(trial.kept_epoch ?? 0) &&
    (trial.diverged_at === null || isCount(trial.diverged_at)) &&
    (trial.value === null || isMeasure(trial.value)) &&
    isObject(trial.params) &&
    Object.entries(trial.params).every(([name, value]) => isSetting(name, value)) &&
    Array.isArray(trial.epochs) &&
    trial.epochs.every(isEpoch)
  );
}

/** @param {string} name @param {unknown} value */
function isSetting(name, value) {
  const known = BY_NAME.get(name);
  return known !== undefined && checkValue(known, value) === null;
}

/**
 * Epochs count from 1; with several seeds they say how far those lie apart.
 * @param {any} epoch
 * @param {number} index
 */
function isEpoch(epoch, index) {
  if (!isObject(epoch) || epoch.epoch !== index + 1 || !MEASURES.every((name) => isMeasureOf(epoch, name)))
    return false;
  const isSpread =
    epoch.spread === undefined ||
    (isObject(epoch.spread) && Object.keys(epoch.spread).every((name) => isMeasureOf(epoch.spread, name)));
  return isSpread && isRecorded(epoch, isMeasure);
}
