import { LEAST_DECADES, roomy } from '../study/scale.js';

/**
 * Where curves lie: the plot's box and the range of its axes, in pixels of the canvas.
 *
 * @typedef {import('../study/types.js').Column} Column
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {{validation: Column, train: Column, around: Column, ranged: number, least: number, above: number, most:
 *   number}} Line losses by epoch; `around` holds the spread over seeds of the validation losses, or nothing; of the
 *   first `ranged` epochs the least loss, the least above 0, and the largest
 */

export class CurveFrame {
  /**
   * @param {{left: number, top: number, width: number, height: number}} box
   * @param {number} epochs
   * @param {[number, number]} span
   * @param {boolean} log
   * @param {number} ratio pixels of the canvas in one of the page
   */
  constructor(box, epochs, span, log, ratio) {
    this.left = box.left;
    this.top = box.top;
    this.width = box.width;
    this.height = box.height;
    this.epochs = Math.max(1, epochs);
    this.span = span;
    /** Zeros lie on the lower edge of a logarithm. */ this.log = log;
    this.ratio = ratio;
    /** @private */ this.ends = log ? [Math.log(span[0]), Math.log(span[1])] : span;
    this.key = [box.left, box.top, box.width, box.height, this.epochs, ...span, log, ratio].join();
  }

  /** @param {number} epoch */
  x(epoch) {
    // One epoch lies in the middle.
    if (this.epochs === 1) return this.left + this.width / 2;
    return this.left + ((epoch - 1) / (this.epochs - 1)) * this.width;
  }

  /** Values far outside stay near the frame, where a canvas can bear them. @param {number} value */
  y(value) {
    const bottom = this.top + this.height;
    if (this.log && value <= 0) return bottom;
    const at = this.log ? Math.log(value) : value;
    const [low, high] = this.ends;
    const place = bottom - ((at / 2 - low / 2) / (high / 2 - low / 2)) * this.height;
    return Math.max(this.top - this.height, Math.min(bottom + this.height, place));
  }
}

/** More curves than this are a carpet, and take the page's time: of larger studies every so manieth trial has one. */
const MOST = 4000;

/** Of how many trials one has a curve. @param {import('../state/store.js').Store} store */
export const everyOf = (store) => Math.ceil(store.trials.size / MOST) || 1;

/**
 * The trials that have a curve; the best is always among them.
 * @param {import('../state/store.js').Store} store
 * @returns {Trial[]}
 */
export function curvesOf(store) {
  const every = everyOf(store);
  if (every === 1) return [...store.trials.values()];
  const found = [];
  // Trials are numbered from 0 on without gaps.
  for (let number = 0; number < store.trials.size; number += every) found.push(store.trials.get(number));
  if (store.best !== null && store.best % every) found.push(store.trials.get(store.best));
  return found.filter((one) => one !== undefined);
}

/** Twice as much is still a number. */
const LARGEST = Number.MAX_VALUE / 2;

/**
 * The range of losses to draw: all of them from the least on, and the highest tenth of the starts cut off, as it would
 * flatten the rest. A logarithm starts from the smallest loss above 0.
 * @param {Iterable<number>} losses
 * @param {number[]} starts
 * @param {boolean} log
 * @param {number[]} held losses that lie in the frame, however high they are
 * @returns {{span: [number, number], log: boolean, zeros: boolean}} log is false where no loss has a place on a
 *   logarithm; zeros: some have none there
 */
export function spanOf(losses, starts, log, held = []) {
  const marked = held.filter(Number.isFinite);
  let [low, least, top, zeros] = [Infinity, Infinity, -Infinity, false];
  for (const value of marked) top = Math.max(top, value);
  for (const value of [...losses, ...marked]) {
    if (value < low && value > -Infinity) low = value;
    if (value === 0) zeros = true;
    if (value < least && value > 0) least = value;
  }
  // Zeros, which have no place on a logarithm, say nothing of where the others start.
  const sorted = Float64Array.from(starts.filter((one) => Number.isFinite(one) && (one > 0 || !log))).sort();
  const start = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.9))] ?? (low < Infinity ? low : 1);
  if (low === Infinity) low = Math.min(...starts.filter(Number.isFinite), 0);
  if (least === Infinity) least = sorted.find((one) => one > 0) ?? Infinity;
  const high = Math.max(start, top);
  if (log && least < Infinity) {
    const ends = roomy(Math.log10(least), Math.log10(Math.max(least, high)), LEAST_DECADES);
    const from = Math.max(Number.MIN_VALUE, Math.min(Number.MAX_VALUE / 8, least, 10 ** ends[0]));
    return {
      span: [from, Math.max(from * 1.01, from + 4 * Number.MIN_VALUE, Math.min(LARGEST, 10 ** ends[1]))],
      log: true,
      zeros,
    };
  }
  const within = (/** @type {number} */ value) => Math.max(-LARGEST / 4, Math.min(LARGEST / 4, value));
  const to = within(Math.max(high, 0));
  // Losses that lie close together would be one line above an empty plot that starts from 0.
  const from = within(low > to / 2 ? Math.min(low, to) : Math.min(0, low));
  const size = Math.max(Math.abs(from), to);
  const ends = roomy(from, to, size > 1e-300 ? size / 20 : 1);
  return { span: [from === 0 ? 0 : ends[0], ends[1]], log: false, zeros: false };
}

/** @type {Column} */
const NONE = { length: 0, get: () => NaN, lacks: () => false, [Symbol.iterator]: () => [].values() };

/** @type {WeakMap<import('../study/types.js').Epochs, Line>} */
const lines = new WeakMap();

/**
 * A trial's losses, read where they lie, with their range.
 * @param {Trial} trial
 * @returns {Line}
 */
export function lineOf(trial) {
  const { epochs } = trial;
  let line = lines.get(epochs);
  if (!line)
    lines.set(
      epochs,
      (line = {
        validation: epochs.column('validation_loss'),
        train: epochs.column('train_loss'),
        around: NONE,
        ranged: 0,
        least: Infinity,
        above: Infinity,
        most: -Infinity,
      }),
    );
  if (!line.ranged && epochs.length) line.around = epochs.spread('validation_loss');
  for (; line.ranged < epochs.length; line.ranged++) {
    const loss = line.validation.get(line.ranged);
    if (loss < line.least) line.least = loss;
    if (loss > 0 && loss < line.above) line.above = loss;
    if (loss > line.most && loss < Infinity) line.most = loss;
  }
  return line;
}

/**
 * All that is drawn of a marked trial: its losses, and the ends of their spread over its seeds.
 * @param {Trial} trial
 */
export function marksOf(trial) {
  const { validation, train, around } = lineOf(trial);
  const ends = [...around].flatMap((spread, k) => [validation.get(k) - spread, validation.get(k) + spread]);
  return [...validation, ...train, ...ends];
}

/**
 * Where the selected trial's curves end, in pixels of the page and a line's height apart; null with nothing to name.
 * @param {CurveFrame} frame
 * @param {Trial | null} chosen
 * @returns {{x: number, val: number, train: number | null} | null}
 */
export function endsOf(frame, chosen) {
  if (!chosen?.epochs.length || chosen.state === 'diverged') return null;
  const { ratio } = frame;
  const [top, bottom] = [frame.top / ratio + 6, (frame.top + frame.height) / ratio - 6];
  const place = (/** @type {string} */ name) =>
    Math.max(top, Math.min(bottom, frame.y(chosen.epochs.measure(name)) / ratio));
  let [val, train] = [place('validation_loss'), place('train_loss')];
  if (!Number.isFinite(val)) return null;
  const x = frame.x(chosen.epochs.length) / ratio + 7;
  if (!Number.isFinite(train)) return { x, val, train: null };
  if (Math.abs(val - train) < 15) {
    const middle = Math.max(top + 7, Math.min(bottom - 7, (val + train) / 2));
    const up = val <= train ? 7.5 : -7.5;
    [val, train] = [middle - up, middle + up];
  }
  return { x, val, train };
}
