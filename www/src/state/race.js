import { OVER, STEPS } from '../study/race.js';
import { Slice } from './slice.js';

/**
 * @typedef {import('../study/race.js').Contestant} Contestant
 * @typedef {import('../study/race.js').Over} Over
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('./landscape.js').Piece} Piece
 * @typedef {import('./landscape.js').Path & {accuracy: number[], coast_x: number[], coast_y: number[], held: number,
 *   scales: ([number, number] | null)[], evaluations: number[],
 *   learning_rate: number, batch: number | null, last: number, diverged_at: number | null}} RacePath what
 *   `landscape@1` has of a path, and more
 * @typedef {object} RaceHead
 * @property {[number, number]} size points along x and y
 * @property {[number, number, number, number]} extent
 * @property {[number, number] | null} explained share of the paths' variance along each direction
 * @property {number} parameters weights and biases
 * @property {boolean} laid whether the surface is another than before
 * @property {RacePath[]} paths in the order of the contestants
 * @property {{rows: Float32Array, nTrain: number}} [data] two features and a label a row, of data of two features
 * @typedef {'network' | 'bowl' | 'ravine' | 'saddle' | 'beale' | 'rosenbrock' | 'rastrigin'} Ground
 * @typedef {{over: Over, ground: Ground, rows: 'validation' | 'train', steps: number, tuned: boolean}} RaceOptions
 *   tuned: whether everyone's learning rate is searched for first
 */

/** What optimizers are shown on: networks, and functions of two coordinates. */
export const GROUNDS = /** @type {const} */ ([
  'network',
  'bowl',
  'ravine',
  'saddle',
  'beale',
  'rosenbrock',
  'rastrigin',
]);

/** What a link says of a race, in words; nothing of the one that the page begins with.
 * @param {Pick<RaceSlice, 'options' | 'contestants' | 'numbers'>} race @returns {string | undefined} */
export function wordsOf({ options: { over, ground }, contestants, numbers }) {
  if (over === 'trials') return contestants.map(({ trial }) => trial).join(',') || numbers.join(',') || undefined;
  if (ground !== 'network') return ground;
  return over === 'optimizer' ? undefined : over;
}

/** The race that a link's words stand for; null of none. @param {string} words
 * @returns {{options: Partial<RaceOptions>, numbers: number[]} | null} */
export function optionsOf(words) {
  if (/^\d{1,6}(,\d{1,6})*$/.test(words))
    return { options: { over: 'trials', ground: 'network' }, numbers: words.split(',').map(Number) };
  const over = OVER.find((one) => one !== 'trials' && one === words);
  if (over) return { options: { over, ground: 'network' }, numbers: [] };
  const ground = GROUNDS.find((one) => one === words && one !== 'network');
  return ground ? { options: { over: 'optimizer', ground }, numbers: [] } : null;
}

/** The study that races: of trials their own. @param {{race: RaceSlice, study: Study, shownStudy: Study}} store */
export const studyOf = ({ race, study, shownStudy }) => (race.options.over === 'trials' ? shownStudy : study);

const nothing = () => ({
  /** @type {'none' | 'tuning' | 'training' | 'computing' | 'done' | 'failed'} */ state: 'none',
  /** @type {import('../study/types.js').Problem | null} */ problem: null,
  /** @type {RaceHead | null} */ head: null,
  losses: new Float64Array(),
  known: new Uint8Array(),
  step: 0,
});

/** Networks that leave one start, and the ground that they go over. */
export class RaceSlice extends Slice {
  /** @param {import('./types.js').Touch} mark */
  constructor(mark) {
    super(mark, 'race');
    const { state, problem, head, losses, known, step } = nothing();
    /** @type {RaceOptions} */
    this.options = { over: 'optimizer', ground: 'network', rows: 'validation', steps: STEPS.usual, tuned: false };
    /** @type {Contestant[]} */ this.contestants = [];
    /** @type {number[]} trials that a link names, until there are trials */ this.numbers = [];
    /** How many of the trials that were chosen do not race. */ this.left = 0;
    /** @type {number[]} trials that the link named and that are not there */ this.missing = [];
    /** @type {[number, number] | null} where all start, if the reader has moved it */ this.start = null;
    /** The study that was raced, in words. */ this.key = '';
    /** What the rates of a search were found for: the study, and what of it. */ this.found = '';
    /** What is trained has come so far, from 0 to 1. */ this.share = 0;
    this.state = state;
    this.problem = problem;
    this.head = head;
    /** Loss at each point, row by row, y upwards; NaN where it is not finite. */ this.losses = losses;
    /** Which points are known. */ this.known = known;
    /** Every so manieth point of every so manieth row is known. */ this.step = step;
  }

  /** What their rates would be found for. @param {string} key of the study */
  sought(key) {
    const { over, ground, rows, steps } = this.options;
    return `${key} ${over} ${ground} ${rows} ${steps}`;
  }

  /** Another race. @param {string} key @param {boolean} tunes whether rates are searched for first */
  begin(key, tunes) {
    Object.assign(this, nothing());
    this.key = key;
    // A place of one plane is none of another.
    if (this.options.ground === 'network') this.start = null;
    this.go(tunes ? 'tuning' : 'training');
  }

  /** Something is trained; what is there stays until it is through. @param {'tuning' | 'training'} state */
  go(state) {
    this.state = state;
    this.problem = null;
    this.share = 0;
    this.touch();
  }

  /** @param {number} share */
  come(share) {
    this.share = share;
    this.touch();
  }

  /** @param {RaceHead} head */
  lay(head) {
    this.head = head;
    if (head.laid) {
      const n = head.size[0] * head.size[1];
      this.losses = new Float64Array(n).fill(NaN);
      this.known = new Uint8Array(n);
      this.step = 0;
    }
    this.state = this.known.includes(0) ? 'computing' : 'done';
    this.touch();
  }

  /** @param {Piece} piece */
  take({ indices, losses, step, done }) {
    for (const [k, index] of indices.entries()) {
      this.losses[index] = losses[k];
      this.known[index] = 1;
    }
    this.step = step;
    this.state = done ? 'done' : 'computing';
    this.touch();
  }

  /** A surface that is there at once. @param {number[]} values */
  cover(values) {
    this.losses = Float64Array.from(values);
    this.known = new Uint8Array(values.length).fill(1);
    this.step = 1;
    this.state = 'done';
    this.touch();
  }

  /** @param {Contestant[]} contestants */
  enter(contestants) {
    this.contestants = contestants;
    this.touch();
  }

  /** @param {import('../study/types.js').Problem} problem */
  fail(problem) {
    this.problem = problem;
    this.state = 'failed';
    this.touch();
  }

  stop() {
    Object.assign(this, nothing());
    this.key = '';
    this.touch();
  }
}
