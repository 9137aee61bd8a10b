import { ENDED } from '../study/result.js';
import { Slice } from './slice.js';

/**
 * @typedef {[number, number, number, number]} Extent of x, then of y
 * @typedef {(typeof PLANES)[number]} Plane
 * @typedef {{plane: Plane, rows: 'validation' | 'train', limit: number | null, extent: Extent | null, others:
 *   number[], side: number}} LandscapeOptions `limit`: so many of the rows, null for all; `side`: points along each
 *   axis;
 *   `extent`: the part of the plane that is shown, null for its own frame; `others`: the trials that the plane is laid
 *   through beside its own
 * @typedef {{epochs: number | null, live: boolean}} Reach how far a trial is trained: `epochs` is null where that is
 *   all of its own, `live` says that more will come
 * @typedef {{trial: number, steps: number[], x: number[], y: number[], loss: number[], slice_loss: number[],
 *   distance: number[]}} Path as `landscape@1` has it
 * @typedef {object} Head what is known of a surface before its points
 * @property {[number, number]} size points along x and y
 * @property {Extent} extent what the points cover
 * @property {Extent} home what they cover where nobody asked for another part
 * @property {[number, number] | null} explained share of the path's variance along each direction
 * @property {number} loss the trial's own
 * @property {boolean} momentum whether the second direction is the momentum's
 * @property {[number, number] | null} [eigenvalues] of the Hessian along the directions, of a plane along the sharpest
 * @property {number} n_rows that the loss is the mean of
 * @property {number} of_rows how many there are
 * @property {number} [step] of its training, where that is under way
 * @property {number} [steps] of it
 * @property {boolean} [glimpse] whether that is on the way to where its trial is
 * @property {boolean} [isRaw] whether its weights are as a step left them: no average
 * @property {number} parameters weights and biases
 * @property {{trial: number, x: number, y: number, loss: number}[]} points the trials that it is laid through
 * @property {Path | null} path of a plane that was laid through it
 * @typedef {object} Piece some of a surface's points
 * @property {Uint32Array} indices
 * @property {Float64Array} losses
 * @property {Float64Array} accuracies
 * @property {number} step every so manieth point of every so manieth row is now known
 * @property {boolean} done
 */

/** Planes in the order in which they are offered. */
export const PLANES = /** @type {const} */ (['random', 'pca', 'gradient', 'hessian', 'line', 'three']);

/** Points along each axis of a surface that can be asked for; the engine takes odd numbers up to 201. */
export const SIDES = /** @type {const} */ ([11, 25, 51, 101, 201]);

/** What a link says of a plane, in words; nothing of the one that the page begins with.
 * @param {Pick<LandscapeOptions, 'plane' | 'rows'>} options @returns {string | undefined} */
export const planeWords = ({ plane, rows }) =>
  rows === 'train' ? `${plane},train` : plane === PLANES[0] ? undefined : plane;

/** The plane and the rows that a link's words stand for; null of none. @param {string} words
 * @returns {Pick<LandscapeOptions, 'plane' | 'rows'> | null} */
export function planeIn(words) {
  // Earlier versions kept them with a blank between them.
  const [name, rows = 'validation', ...rest] = words.split(/[ ,]/);
  const plane = PLANES.find((one) => one === name);
  return plane && (rows === 'validation' || rows === 'train') && !rest.length ? { plane, rows } : null;
}

/** How far a trial's weights are trained, which is to the epoch that it kept; null where it has none yet.
 * @param {Pick<import('../study/types.js').Trial, 'state' | 'epochs' | 'kept_epoch'>} trial
 * @returns {Reach | null} */
export function reachOf({ state, epochs, kept_epoch }) {
  if (state === 'complete' || state === 'diverged') return { epochs: kept_epoch ?? null, live: false };
  return epochs.length ? { epochs: kept_epoch ?? epochs.length, live: !ENDED.includes(state) } : null;
}

const nothing = () => ({
  /** @type {Reach | null} */ reach: null,
  /** @type {number | null} */ trial: null,
  /** @type {'none' | 'training' | 'computing' | 'done' | 'failed'} */ state: 'none',
  /** @type {import('../study/types.js').Problem | null} */ problem: null,
  /** @type {Head | null} */ head: null,
  losses: new Float64Array(),
  accuracies: new Float64Array(),
  known: new Uint8Array(),
  step: 0,
});

/** The loss around a trial's weights. */
export class LandscapeSlice extends Slice {
  /** @param {import('./types.js').Touch} mark */
  constructor(mark) {
    super(mark, 'landscape');
    const { reach, trial, state, problem, head, losses, accuracies, known, step } = nothing();
    /** @type {LandscapeOptions} */
    this.options = { plane: 'random', rows: 'validation', limit: null, extent: null, others: [], side: SIDES[2] };
    /** @type {Record<LandscapeOptions['rows'], number | null>} rows of each part, once known */
    this.rowsOf = { validation: null, train: null };
    /** Counts the planes that were laid, each in whatever frames. */ this.plane = 0;
    this.trial = trial;
    /** How far its trial was trained when that was last looked at. */ this.reach = reach;
    this.state = state;
    this.problem = problem;
    this.head = head;
    /** Loss at each point, row by row, y upwards; NaN where it is not finite. */ this.losses = losses;
    /** Share of rows that are right; NaN of numbers. */ this.accuracies = accuracies;
    /** Which points are known. */ this.known = known;
    /** Every so manieth point of every so manieth row is known. */ this.step = step;
  }

  /** What is kept of the options between visits. */
  get kept() {
    return `${this.options.plane},${this.options.rows}`;
  }

  /** @param {string | null} kept */
  recall(kept) {
    const known = kept ? planeIn(kept) : null;
    if (!known) return;
    this.options = { ...this.options, ...known };
    this.touch();
  }

  /** @param {number} trial @param {LandscapeOptions} options @param {Reach} reach */
  begin(trial, options, reach) {
    Object.assign(this, nothing());
    this.trial = trial;
    this.reach = reach;
    this.options = options;
    this.state = 'training';
    this.plane++;
    this.touch();
  }

  /** Another part of the same plane; what is known of the one before stays until its first points arrive.
   * @param {LandscapeOptions} options */
  reframe(options) {
    this.options = options;
    this.state = 'computing';
    this.touch();
  }

  /** What is around the weights of the moment, while they are trained. @param {Head} head @param {Piece} piece */
  glimpse(head, piece) {
    this.clear(head);
    this.fill(piece);
    this.touch();
  }

  /** @param {Head} head */
  lay(head) {
    this.clear(head);
    this.state = head.step === undefined ? 'computing' : 'training';
    this.touch();
  }

  /** @param {Piece} piece */
  take(piece) {
    this.fill(piece);
    // What is still trained goes on from here.
    if (this.state !== 'training') this.state = piece.done ? 'done' : 'computing';
    this.touch();
  }

  /** @private @param {Head} head */
  clear(head) {
    this.rowsOf[this.options.rows] = head.of_rows;
    const n = head.size[0] * head.size[1];
    this.head = head;
    this.losses = new Float64Array(n).fill(NaN);
    this.accuracies = new Float64Array(n).fill(NaN);
    this.known = new Uint8Array(n);
  }

  /** @private @param {Piece} piece */
  fill({ indices, losses, accuracies, step }) {
    for (const [k, index] of indices.entries()) {
      this.losses[index] = losses[k];
      this.accuracies[index] = accuracies[k];
      this.known[index] = 1;
    }
    this.step = step;
  }

  /** @param {import('../study/types.js').Problem} problem */
  fail(problem) {
    this.problem = problem;
    this.head = null;
    this.state = 'failed';
    this.touch();
  }

  stop() {
    Object.assign(this, nothing());
    this.touch();
  }
}
