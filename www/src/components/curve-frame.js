import { number } from '../format.js';

/**
 * Where curves lie: the plot's box and the range of its axes, in pixels of the canvas.
 *
 * @typedef {import('../types.js').EpochRecord} EpochRecord
 * @typedef {import('../types.js').Trial} Trial
 * @typedef {{validation: number[], train: number[], around: number[], least: number}} Line losses by epoch; `around` holds the
 *   spread over seeds of the validation losses, or nothing
 */

export class CurveFrame {
  /** @param {{left: number, top: number, width: number, height: number}} box @param {number} epochs @param {[number, number]} span
   * @param {boolean} log @param {number} ratio pixels of the canvas in one of the page */
  constructor(box, epochs, span, log, ratio) {
    this.left = box.left;
    this.top = box.top;
    this.width = box.width;
    this.height = box.height;
    this.epochs = Math.max(2, epochs);
    this.span = span;
    this.log = log;
    this.ratio = ratio;
    /** @private */ this.low = log ? Math.log(span[0]) : span[0];
    /** @private */ this.scale = box.height / ((log ? Math.log(span[1]) : span[1]) - this.low);
    this.key = [box.left, box.top, box.width, box.height, this.epochs, ...span, log, ratio].join();
  }

  /** @param {number} epoch */
  x(epoch) {
    return this.left + ((epoch - 1) / (this.epochs - 1)) * this.width;
  }

  /** Values far outside stay near the frame, where a canvas can bear them. @param {number} value */
  y(value) {
    const bottom = this.top + this.height;
    if (this.log && value <= 0) return bottom + this.height;
    const place = bottom - ((this.log ? Math.log(value) : value) - this.low) * this.scale;
    return Math.max(this.top - this.height, Math.min(bottom + this.height, place));
  }
}

/** More curves than this are a carpet, and take the page's time: of larger studies every so manieth trial has one. */
const MOST = 4000;

/** Of how many trials one has a curve. @param {import('../store.js').Store} store */
export const everyOf = (store) => Math.ceil(store.trials.size / MOST) || 1;

/** The trials that have a curve. @param {import('../store.js').Store} store @returns {Trial[]} */
export function curvesOf(store) {
  const every = everyOf(store);
  if (every === 1) return [...store.trials.values()];
  const found = [];
  // Trials are numbered from 0 on without gaps.
  for (let number = 0; number < store.trials.size; number += every) found.push(store.trials.get(number));
  return found.filter((one) => one !== undefined);
}

/** @type {WeakMap<EpochRecord[], Line>} */
const lines = new WeakMap();

/** A trial's losses as numbers; the lists grow with its epochs and are made once. @param {Trial} trial @returns {Line} */
export function lineOf(trial) {
  const { epochs } = trial;
  let line = lines.get(epochs);
  if (!line) lines.set(epochs, (line = { validation: [], train: [], around: [], least: Infinity }));
  for (let k = line.validation.length; k < epochs.length; k++) {
    const loss = number(epochs[k].validation_loss);
    line.validation.push(loss);
    line.train.push(number(epochs[k].train_loss));
    if (epochs[k].spread) line.around.push(number(epochs[k].spread?.validation_loss));
    if (loss < line.least) line.least = loss;
  }
  return line;
}

/** Where the selected trial's curves end, in pixels of the page and a line's height apart; null with nothing to name.
 * @param {CurveFrame} frame @param {Trial | null} chosen @returns {{x: number, val: number, train: number | null} | null} */
export function endsOf(frame, chosen) {
  const last = chosen?.epochs[chosen.epochs.length - 1];
  if (!chosen || !last || chosen.state === 'diverged') return null;
  const { ratio } = frame;
  const [top, bottom] = [frame.top / ratio + 6, (frame.top + frame.height) / ratio - 6];
  const place = (/** @type {unknown} */ value) => Math.max(top, Math.min(bottom, frame.y(number(value)) / ratio));
  let [val, train] = [place(last.validation_loss), place(last.train_loss)];
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
