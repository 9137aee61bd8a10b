import { number } from '../study/format.js';
import { SPREAD_BIT, recordedOf, toldOf } from './recorded.js';

/**
 * The numbers of trials' epochs, in 64 bits as documents have them. They lie in blocks that all trials of a run share,
 * an epoch's side by side, and stay where they were written: 65,536 trials of 100 epochs take 270 MB, as objects they
 * would take over 1 GB. Documents are made of them when somebody asks.
 *
 * @typedef {import('../study/types.js').EpochRecord} EpochRecord
 * @typedef {import('../study/types.js').Measure} Measure
 */

/** Numbers in a block, as a power of two. */
const BLOCK = 16;
const IN_BLOCK = (1 << BLOCK) - 1;
/** Numbers that a small run's only block has at first. */
const FIRST = 512;
/** Epochs that lie side by side at most, as a power of two. */
const SEGMENT = 7;
const IN_SEGMENT = (1 << SEGMENT) - 1;
/** Numbers of a row, so that a segment fits into a block. */
const MOST_WIDE = 1 << (BLOCK - SEGMENT - 1);

/** @type {Measure[]} */
export const MEASURES = ['train_loss', 'validation_loss', 'train_metric', 'validation_metric'];
/** Where the validation loss stands, and what stands there after an epoch without validation: no loss can be that. */
const VALIDATION = MEASURES.indexOf('validation_loss');
const NOT_VALIDATED = -Infinity;
/** Places in an epoch's row behind its measures. */
const SECONDS = MEASURES.length;
const SPREAD = SECONDS + 1;
/** Behind the spread, which then is there in any case: what was recorded, and its numbers. */
const MARK = SPREAD + MEASURES.length;

/**
 * What an engine tells of an epoch (`TrialEvent::write` in src/result.rs): its number, the measures, the learning rate
 * and the seconds; of several seeds the spread of the measures, too; then what was recorded.
 */
const TOLD_RATE = 1 + MEASURES.length;
const TOLD_SECONDS = TOLD_RATE + 1;
/** Numbers told before what lies in a row, but for the learning rate. */
const BEFORE = TOLD_SECONDS - SECONDS;

/** Blocks of numbers, which only grow; the first one as it fills, as most runs take a hundredth of it. */
export class Pool {
  constructor() {
    /** @type {Float64Array[]} */ this.blocks = [];
    /** @private */ this.next = 0;
  }

  /** Room for numbers side by side, fewer than a block has. @param {number} n @returns {number} where it begins */
  take(n) {
    if ((this.next & IN_BLOCK) + n > IN_BLOCK + 1 || this.blocks.length === this.next >>> BLOCK) {
      this.next = this.blocks.length << BLOCK;
      this.blocks.push(new Float64Array(this.blocks.length ? IN_BLOCK + 1 : FIRST));
    }
    const at = this.next;
    this.next += n;
    this.fit(at >>> BLOCK, (at & IN_BLOCK) + n);
    return at;
  }

  /** @private @param {number} k of a block @param {number} n numbers that it is to have */
  fit(k, n) {
    const block = this.blocks[k];
    if (n <= block.length) return;
    this.blocks[k] = new Float64Array(Math.min(IN_BLOCK + 1, Math.max(n, 2 * block.length)));
    this.blocks[k].set(block);
  }

  /** @param {number} at */
  get(at) {
    return this.blocks[at >>> BLOCK][at & IN_BLOCK];
  }

  /** @param {number} at @param {number} value */
  set(at, value) {
    this.blocks[at >>> BLOCK][at & IN_BLOCK] = value;
  }
}

/** Rows of so many numbers each in a pool, in segments that are taken as they are needed. */
class Rows {
  /** @param {Pool} pool @param {number} width @param {number} planned rows that are awaited */
  constructor(pool, width, planned) {
    /** @private */ this.pool = pool;
    this.width = width;
    /** @private */ this.planned = planned;
    /** @private @type {number[]} where each segment begins */ this.segments = [];
    /** @private rows that there is room for */ this.room = 0;
  }

  /** Makes room for the row behind the last one. @param {number} n rows so far @returns {number} where it lies */
  push(n) {
    if (n === this.room) this.grow(n);
    return this.at(n);
  }

  /** @private @param {number} n */
  grow(n) {
    const inside = n & IN_SEGMENT;
    const awaited = this.planned > n ? this.planned - n : IN_SEGMENT + 1;
    const size = Math.min(awaited, IN_SEGMENT + 1);
    const segment = this.pool.take(size * this.width);
    // More came than were awaited: the last segment, which is not a whole one, moves.
    const before = inside ? this.at(n - inside) : 0;
    for (let k = 0; k < inside * this.width; k++) this.pool.set(segment + k, this.pool.get(before + k));
    this.segments[n >>> SEGMENT] = segment;
    this.room = n - inside + size;
  }

  /** @param {number} k @returns {number} where a row lies */
  at(k) {
    return this.segments[k >>> SEGMENT] + (k & IN_SEGMENT) * this.width;
  }
}

/** @param {number} value a number as documents write it */
export const written = (value) => (Number.isFinite(value) ? value : String(value));

/** One number of every epoch; what is drawn reads it where it lies. */
export class Column {
  /** @param {Epochs} epochs @param {number} place in an epoch's row @param {boolean} present */
  constructor(epochs, place, present) {
    /** @private */ this.epochs = epochs;
    /** @private */ this.place = place;
    /** @private */ this.present = present;
  }

  get length() {
    return this.present ? this.epochs.length : 0;
  }

  /** @param {number} k @returns {number} NaN where there is no such epoch */
  get(k) {
    return this.present ? this.epochs.get(k, this.place) : NaN;
  }

  /** Whether an epoch has no such number, as those without validation. @param {number} k */
  lacks(k) {
    return (MEASURES[this.place] ?? '').startsWith('validation') && !this.epochs.isValidated(k);
  }

  *[Symbol.iterator]() {
    for (let k = 0; k < this.length; k++) yield this.get(k);
  }
}

/** The epochs of a trial, in order and from the first on. */
export class Epochs {
  /** @param {Pool} pool @param {number} [planned] epochs that are awaited; others may come */
  constructor(pool, planned = 0) {
    /** @private */ this.pool = pool;
    /** @private */ this.planned = planned;
    /** Epochs so far. */ this.length = 0;
    /** The epoch, from 1, whose weights the trial kept; 0 where it stands by its last. */ this.kept = 0;
    /** @private @type {Rows | null} measures, seconds and spread */ this.rows = null;
    /** @private the learning rate of all epochs, */ this.rate = NaN;
    /** @private @type {Rows | null} unless it changes */ this.rates = null;
  }

  /**
   * Adds an epoch if it is the next one; one that is known, of a trial that is trained again, changes nothing.
   * @param {ArrayLike<number>} told
   * @param {number} from where its numbers begin
   * @param {number} n how many there are
   */
  take(told, from, n) {
    const { pool, length } = this;
    if (told[from] !== length + 1) return;
    // What is too wide for a block, as no engine records it, is left out.
    this.rows ??= new Rows(pool, n - BEFORE > MOST_WIDE ? MARK : n - BEFORE, this.planned);
    const [rate, at] = [told[from + TOLD_RATE], this.rows.push(length)];
    for (let j = 0; j < SECONDS; j++) pool.set(at + j, told[from + 1 + j]);
    for (let j = SECONDS; j < this.rows.width; j++) pool.set(at + j, j + BEFORE < n ? told[from + j + BEFORE] : NaN);
    if (!length) this.rate = rate;
    if (!this.rates && !Object.is(rate, this.rate)) {
      this.rates = new Rows(pool, 1, this.planned);
      for (let k = 0; k < length; k++) pool.set(this.rates.push(k), this.rate);
    }
    if (this.rates) pool.set(this.rates.push(length), rate);
    this.length++;
  }

  /** Adds epochs of a document. @param {EpochRecord[]} records */
  add(records) {
    const hasSpread = records.some(({ spread }) => spread);
    for (const { epoch, learning_rate, seconds, spread, layers, curvature, ...measures } of records) {
      const told = [epoch, ...MEASURES.map((name) => number(measures[name])), number(learning_rate), number(seconds)];
      if (measures.validation_loss === null) told[1 + VALIDATION] = NOT_VALIDATED;
      const recorded = toldOf({ layers, curvature }, hasSpread);
      if (hasSpread || recorded.length) told.push(...MEASURES.map((name) => number(spread?.[name])), ...recorded);
      this.take(told, 0, told.length);
    }
  }

  /** Whether a trial has several seeds. */
  get hasSpread() {
    if (!this.rows || this.rows.width <= MARK) return this.rows?.width === MARK;
    return this.get(0, MARK) >= SPREAD_BIT;
  }

  /** @param {number} k @param {number} place in an epoch's row @returns {number} */
  get(k, place) {
    const value = this.raw(k, place);
    return value === NOT_VALIDATED && place === VALIDATION ? NaN : value;
  }

  /** @private @param {number} k @param {number} place */
  raw(k, place) {
    return this.rows && k >= 0 && k < this.length ? this.pool.get(this.rows.at(k) + place) : NaN;
  }

  /** @param {number} k */
  isValidated(k) {
    return this.raw(k, VALIDATION) !== NOT_VALIDATED;
  }

  /** The epoch, from 0, that the trial stands by: the one whose weights it kept, else its last; of those that have not
   * ended the last that was validated. */
  get standing() {
    if (this.kept) return this.kept - 1;
    let k = this.length - 1;
    while (k > 0 && !this.isValidated(k)) k--;
    return k;
  }

  /** Seconds that all epochs took together. */
  get seconds() {
    return this.secondsFrom(0);
  }

  /** Seconds that the epochs behind the first ones took. @param {number} first */
  secondsFrom(first) {
    let sum = 0;
    for (let k = first; k < this.length; k++) sum += this.get(k, SECONDS);
    return sum;
  }

  /** A measure of an epoch, of the one that the trial stands by if none is named. @param {string} name
   * @param {number} [k] @returns {number} NaN where there is no such epoch */
  measure(name, k = this.standing) {
    return this.get(k, MEASURES.indexOf(/** @type {Measure} */ (name)));
  }

  /** @param {Measure} name */
  column(name) {
    return new Column(this, MEASURES.indexOf(name), true);
  }

  /** How far the seeds lie apart; empty where there is one. @param {Measure} name */
  spread(name) {
    return new Column(this, SPREAD + MEASURES.indexOf(name), this.hasSpread);
  }

  /** The learning rate of an epoch's last step. @param {number} k
   * @returns {number} NaN where there is no such epoch */
  rateAt(k) {
    if (!(k >= 0 && k < this.length)) return NaN;
    return this.rates ? this.pool.get(this.rates.at(k)) : this.rate;
  }

  /** An epoch as documents have it. @param {number} index where it is negative from the end, or the epoch kept
   * @returns {EpochRecord | undefined} */
  at(index) {
    const k = index < 0 ? (this.kept || this.length) + index : index;
    if (!(k >= 0 && k < this.length)) return undefined;
    const [train_loss, validation_loss, train_metric, validation_metric] = this.measures(k, 0);
    /** @type {EpochRecord} */
    const record = {
      epoch: k + 1,
      train_loss: /** @type {number | string} */ (train_loss),
      validation_loss,
      train_metric: /** @type {number | string} */ (train_metric),
      validation_metric,
      learning_rate: written(this.rateAt(k)),
      seconds: this.get(k, SECONDS),
    };
    if (this.hasSpread) {
      const spread = this.measures(k, SPREAD);
      record.spread = /** @type {any} */ (Object.fromEntries(MEASURES.map((name, j) => [name, spread[j]])));
    }
    const n = (this.rows?.width ?? 0) - MARK - 1;
    if (n <= 0) return record;
    const numbers = Array.from({ length: n }, (_, j) => this.get(k, MARK + 1 + j));
    return Object.assign(record, recordedOf(this.get(k, MARK), numbers));
  }

  /** @private @param {number} k @param {number} place of the first */
  measures(k, place) {
    const isLacking = !this.isValidated(k);
    const of = (/** @type {string} */ name, /** @type {number} */ j) =>
      isLacking && name.startsWith('validation') ? null : written(this.get(k, place + j));
    return MEASURES.map(of);
  }

  /** Adds the first epochs as an engine tells of them, to numbers. @param {number} n epochs @param {number[]} told */
  tell(n, told) {
    const places = [...MEASURES.keys()];
    for (let k = 0; k < n; k++) {
      told.push(k + 1, ...places.map((j) => this.raw(k, j)), this.rateAt(k), this.get(k, SECONDS));
      if (this.hasSpread) told.push(...places.map((j) => this.get(k, SPREAD + j)));
    }
  }

  /** Numbers that tell of an epoch. */
  get each() {
    return TOLD_SECONDS + 1 + (this.hasSpread ? MEASURES.length : 0);
  }

  /** Epochs as documents have them. @param {number} [most] so many, the last ones @returns {EpochRecord[]} */
  records(most = this.length) {
    const length = Math.min(most, this.length);
    return Array.from({ length }, (_, k) => /** @type {EpochRecord} */ (this.at(this.length - length + k)));
  }
}
