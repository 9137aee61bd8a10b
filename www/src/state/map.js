import { Slice } from './slice.js';

/**
 * The trainability map: columns of numbers, one network a pixel, row by row, upwards.
 *
 * @typedef {import('../study/map.js').MapOptions} MapOptions
 * @typedef {import('../study/map.js').Ranges} Ranges
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('../study/types.js').Value} Value
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {{name: string, values: Value[], starts: number[]}} MapAxis `starts`: the place along the side at which
 *   each value begins
 * @typedef {{x: MapAxis, y: MapAxis, limit: number | null, metric: 'train_loss' | 'validation_loss'}} MapHead `limit`:
 *   the loss below which a network is called trained, null where all are that end
 * @typedef {{steps: number, seconds: number | null, bytes: number, workers: number, plan: string}} MapCost what it
 *   will take: gradient steps, seconds once they were measured, bytes of the networks that train at once, and how
 * @typedef {{trial: Trial, study: Study, index: number, done: boolean}} PixelRun a pixel's network, trained to see its
 *   curve
 * @typedef {'none' | 'planning' | 'ready' | 'training' | 'paused' | 'waiting' | 'done' | 'failed'} MapState waiting: a
 *   run goes first
 */

/** Whether a pixel is not known, was trained, was slow, or diverged. */
export const UNKNOWN = 0;
export const TRAINED = 1;
export const SLOW = 2;
export const DIVERGED = 3;

/** What they are called. */
export const OUTCOMES = /** @type {const} */ (['unknown', 'trained', 'slow', 'diverged']);

/** Windows that are kept to go back to, of all networks at most so many. */
const KEPT_PIXELS = 2_000_000;

const blank = () => ({
  /** @type {MapHead | null} */ head: null,
  /** @type {Study | null} the study of its pixels */ study: null,
  losses: new Float64Array(),
  steps: new Float64Array(),
  known: new Uint8Array(),
  counts: new Uint32Array(4),
  /** Gradient steps that its pixels have taken. */ taken: 0,
  /** Seconds that they took. */ seconds: 0,
  /** @type {MapCost | null} */ cost: null,
  /** @type {import('../study/types.js').BackendInfo | null} */ backend: null,
  /** @type {PixelRun | null} */ pixel: null,
  /** Whether an earlier visit trained it. */ earlier: false,
});

/**
 * @typedef {ReturnType<typeof blank> & {ranges: Ranges}} Sheet what is known of one window
 * @typedef {{options: MapOptions, key: string, trial: number | null, sheets: Sheet[]}} KeptMap its windows, of which
 *   the last is the one shown
 */

export class MapSlice extends Slice {
  /** @param {import('./types.js').Touch} mark */
  constructor(mark) {
    super(mark, 'map');
    /** @type {MapOptions | null} */ this.options = null;
    /** @type {Ranges | null} what is shown of the axes */ this.ranges = null;
    /** What a link says of it, until it is looked at. */ this.asked = '';
    /** The study that it was made of, and the trial, as a text. */ this.key = '';
    /** @type {number | null} the trial that has what the study sweeps beside the axes */ this.trial = null;
    /** @type {number | null} the pixel that is pointed at */ this.peek = null;
    /** @type {MapState} */ this.state = 'none';
    /** @type {Problem | null} */ this.problem = null;
    /** @type {Sheet[]} the windows before this one */ this.history = [];
    /** Counts the windows. */ this.sheet = 0;
    /** Grows with every pixel. */ this.version = 0;
    Object.assign(this, blank());
    const { head, study, losses, steps, known, counts, taken, seconds, cost, backend, pixel, earlier } = blank();
    this.head = head;
    this.study = study;
    /** Loss of each pixel; NaN where it diverged or is not known. */ this.losses = losses;
    /** The step at which each diverged; 0 where it did not. */ this.steps = steps;
    /** What became of each. */ this.known = known;
    /** How many of each. */ this.counts = counts;
    this.taken = taken;
    this.seconds = seconds;
    this.cost = cost;
    this.backend = backend;
    this.pixel = pixel;
    this.earlier = earlier;
  }

  /** Pixels along x and y. @returns {[number, number]} */
  get size() {
    return this.head ? [this.head.x.values.length, this.head.y.values.length] : [0, 0];
  }

  get n() {
    return this.known.length;
  }

  /** Pixels that are known. */
  get done() {
    return this.n - (this.n ? this.counts[UNKNOWN] : 0);
  }

  /** The two settings of a pixel. @param {number} index @returns {[string, Value][]} */
  settingsOf(index) {
    const { head, size } = this;
    if (!head) return [];
    return [
      [head.x.name, head.x.values[index % size[0]]],
      [head.y.name, head.y.values[Math.floor(index / size[0])]],
    ];
  }

  /** Another map, of whatever was asked for. @param {{options: MapOptions, ranges: Ranges, key: string, study: Study,
   * trial: number | null}} given @param {Sheet[]} [history] */
  begin({ options, ranges, key, study, trial }, history = []) {
    const planned = { options, ranges, key, study, trial, history, state: 'planning', problem: null, peek: null };
    Object.assign(this, blank(), planned);
    this.sheet++;
    this.touch();
  }

  /** What is known now, to come back to. @returns {Sheet} */
  get now() {
    const { head, study, losses, steps, known, counts, taken, seconds, cost, backend, pixel, earlier } = this;
    const ranges = /** @type {Ranges} */ (this.ranges);
    return { head, study, losses, steps, known, counts, taken, seconds, cost, backend, pixel, earlier, ranges };
  }

  /** The windows to go back to from another one; of the oldest, their pixels are let go first.
   * @returns {Sheet[]} */
  get past() {
    let room = KEPT_PIXELS;
    return [...this.history, this.now]
      .reverse()
      .filter((one) => (room -= Math.max(1, one.known.length)) > 0)
      .reverse();
  }

  /** The window before this one, with all that was known of it. @param {number} at of the history */
  back(at) {
    const sheet = this.history[at];
    if (!sheet) return;
    const isWhole = sheet.known.length > 0 && sheet.counts[UNKNOWN] === 0;
    const state = isWhole ? 'done' : sheet.head ? 'paused' : 'planning';
    Object.assign(this, sheet, { history: this.history.slice(0, at), state, problem: null, peek: null });
    this.sheet++;
    this.version++;
    this.touch();
  }

  /** What an earlier visit trained, the last window of it. @param {KeptMap} kept */
  recall({ options, key, trial, sheets }) {
    Object.assign(this, { options, key, trial, history: sheets, asked: '' });
    this.back(sheets.length - 1);
  }

  /** @param {MapHead} head @param {MapCost} cost @param {import('../study/types.js').BackendInfo} backend */
  lay(head, cost, backend) {
    const n = head.x.values.length * head.y.values.length;
    this.losses = new Float64Array(n).fill(NaN);
    this.steps = new Float64Array(n);
    this.known = new Uint8Array(n);
    this.counts = new Uint32Array([n, 0, 0, 0]);
    this.version++;
    this.put(/** @type {any} */ ({ head, cost, backend, taken: 0, seconds: 0 }));
  }

  /** Takes over what another sheet knows of the same networks: those of a coarser map, or a finer one.
   * @param {Sheet} other */
  inherit({ head, known, losses, steps }) {
    if (!this.head || !head) return;
    const placesOf = (/** @type {MapAxis} */ own, /** @type {MapAxis} */ old) => {
      const at = new Map(own.values.map((value, k) => [JSON.stringify(value), k]));
      return old.values.map((value) => at.get(JSON.stringify(value)) ?? -1);
    };
    const [columns, rows] = [placesOf(this.head.x, head.x), placesOf(this.head.y, head.y)];
    const [nx] = this.size;
    const found = [];
    for (let k = 0; k < known.length; k++) {
      const [column, row] = [columns[k % columns.length], rows[Math.floor(k / columns.length)]];
      if (known[k] !== UNKNOWN && column >= 0 && row >= 0) found.push(row * nx + column, losses[k], steps[k]);
    }
    this.take(Float64Array.from(found));
  }

  /** Pixels that have ended, three numbers each: which, its loss, the step at which it diverged or 0.
   * @param {Float64Array} ended */
  take(ended) {
    const limit = this.head?.limit ?? Infinity;
    for (let at = 0; at < ended.length; at += 3) {
      const [index, loss, step] = [ended[at], ended[at + 1], ended[at + 2]];
      if (!(index < this.known.length) || this.known[index] !== UNKNOWN) continue;
      const what = step > 0 ? DIVERGED : loss < limit ? TRAINED : SLOW;
      this.losses[index] = loss;
      this.steps[index] = step;
      this.known[index] = what;
      this.counts[UNKNOWN]--;
      this.counts[what]++;
    }
    this.version++;
    this.touch();
  }

  /** @param {number | null} index of the pixel that is pointed at */
  point(index) {
    if (index === this.peek) return;
    this.peek = index;
    // Who shows it is woken, not who draws the pixels.
    this.mark('selection');
  }

  /** @param {MapState} state */
  go(state) {
    this.put(/** @type {any} */ ({ state, problem: null }));
  }

  /** @param {Problem} problem */
  fail(problem) {
    this.put(/** @type {any} */ ({ state: 'failed', problem }));
  }
}
