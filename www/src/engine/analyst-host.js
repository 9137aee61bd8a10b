import { Answers, tableOf } from './answers.js';
import { GLIMPSE_EVERY, SURFACE_BUDGET, nextPiece, pathOf, pieceOf } from './pieces.js';
import { ModelHost } from './model-host.js';
import { OwnHost } from './own-host.js';
import { RaceHost } from './race-host.js';
import { PieceHost } from './range-host.js';
import init, {
  Ensembles,
  PlaneWork,
  RangeTest,
  Sharpness,
  Surface,
  data_file,
  export_as,
  import_journal,
  weights_as,
} from '../generated/analyses/analyses.js';

/** Whether so many points are there that they make a picture, if a coarse one.
 * @param {{order: Uint32Array, next: number}} points */
function isPicture({ order, next }) {
  const [coarsest, step] = [order[1], order[2 * next + 1] ?? 0];
  return step <= Math.max(1, coarsest / 4);
}

/** @typedef {import('../state/landscape.js').Reach} Reach */

/**
 * The side of its Worker of the module `analyses`: surfaces, races and range tests, worked out piece by piece. It is
 * loaded when one is first looked at, and what trains is not held up by it.
 */
export class AnalystHost extends Answers {
  /** @param {import('./answers.js').Post} post */
  constructor(post) {
    super(post, init);
    /** @private @type {Surface | null} */ this.plane = null;
    /** @private @type {{order: Uint32Array, next: number} | null} its points, once it is laid */ this.points = null;
    /** @private counts the surfaces */ this.surfaces = 0;
    /** @private when weights in training are looked at next */ this.next = 0;
    /** @private @type {number[] | null} the part of the plane that it begins with */ this.extent = null;
    /** @private whether its trial has got farther than its points */ this.farther = false;
    /** @private whether it has been drawn */ this.pictured = false;
    /** @private */ this.models = new ModelHost();
    /** @private */ this.owns = new OwnHost();
    /** @private */ this.races = new RaceHost();
    /** @private what is worked out of one trial, piece by piece */
    this.piecewises = {
      range: new PieceHost((study, round, table, { steps, low, high }) =>
        RangeTest.begin(study, round, table, steps, low, high),
      ),
      ensemble: new PieceHost(async (study, round, table, { of, n }) => Ensembles.begin(study, round, table, of, n)),
      sharpness: new PieceHost((study, round, table, { diverges }) => Sharpness.begin(study, round, table, diverges)),
    };
  }

  /** Files of the reader's own; see own-host.js. @param {string} what @param {any[]} args */
  ownFiles(what, args) {
    return this.owns.answer(what, args);
  }

  /**
   * Begins a loss surface in the place of the one before. @see surface.js
   * @param {string} study
   * @param {string} round of its trials
   * @param {import('../state/landscape.js').LandscapeOptions & {reach: Reach, words: (Uint32Array | null)[]}} options
   *   `words`: what the trials are, where somebody has that
   * @param {string} base
   */
  async surface(study, round, { plane, rows, limit, side, extent, reach, words }, base) {
    const table = await tableOf(data_file(study), base);
    this.surfaceStop(this.surfaces);
    this.plane = new Surface(study, round, table, plane, rows, limit ?? undefined, side, 0);
    this.plane.follow(reach.epochs ?? undefined, reach.live);
    for (const [at, own] of words.entries()) if (own) this.plane.see(at, own);
    Object.assign(this, { extent, farther: false, pictured: false, next: 0 });
    return ++this.surfaces;
  }

  /** Another part of a surface's plane, from its coarse points on; false if it is another one's turn.
   * @param {number} id @param {number[]} extent */
  surfaceFrame(id, extent) {
    const { plane } = this;
    if (!plane || id !== this.surfaces || !this.points) return false;
    plane.frame(new Float64Array(extent));
    this.points = { order: plane.order(), next: 0 };
    return true;
  }

  /** The trial has been trained so far; what is around it now follows once there is a picture of where it was.
   * @param {number} id @param {Reach} reach @param {Uint32Array | null} words what it is, where somebody has that */
  surfaceFollow(id, { epochs, live }, words) {
    if (!this.plane || id !== this.surfaces) return;
    this.plane.follow(epochs ?? undefined, live);
    if (words) this.plane.see(0, words);
    this.farther = true;
  }

  /** The next piece of a surface, or nothing if it is another one's turn. @param {number} id */
  async surfaceMore(id) {
    const { plane } = this;
    if (!plane || id !== this.surfaces) return null;
    if (this.points && this.farther && isPicture(this.points)) this.points = null;
    if (!this.points) {
      if (!(await plane.train(SURFACE_BUDGET))) return { glimpse: this.glimpse(plane) };
      this.farther = false;
      const head = await plane.head();
      if (this.extent) plane.frame(new Float64Array(this.extent));
      this.points = { order: plane.order(), next: 0 };
      this.pictured = true;
      const { extent: home } = head;
      return { head: { ...head, home, extent: this.extent ?? home, path: head.path && pathOf(head.path) } };
    }
    return { piece: nextPiece(plane, this.points) };
  }

  /** A few points around the weights of the moment, now and then. @private @param {Surface} plane */
  glimpse(plane) {
    // Beside a picture of farther on, what is on the way there again would be a step back.
    if (this.pictured || performance.now() < this.next) return null;
    const begun = performance.now();
    const head = plane.glimpse();
    const piece = head && pieceOf(plane, plane.order());
    // What is looked at in between takes a part of the time, and training the most.
    this.next = begun + Math.max(GLIMPSE_EVERY, 4 * (performance.now() - begun));
    return head && { head: { ...head, home: head.extent, glimpse: true }, piece };
  }

  /** Lets go of a surface. @param {number} id */
  surfaceStop(id) {
    if (id !== this.surfaces) return;
    this.plane?.free();
    Object.assign(this, { plane: null, points: null });
  }

  /** How many ms a surface without a study takes, to its first coarse points and to its last.
   * @param {number[]} widths @param {number} rows @param {number} side */
  planeWork(widths, rows, side) {
    const begun = performance.now();
    const plane = new PlaneWork(new Uint32Array(widths), rows, side);
    const made = performance.now() - begun;
    const points = { order: plane.order(), next: 0 };
    let first = 0;
    while (!nextPiece(plane, points).done) if (!first && isPicture(points)) first = performance.now() - begun;
    plane.free();
    return { made, first, all: performance.now() - begun };
  }

  /**
   * A result as files for other programs, the same as those of `tune export`.
   * @param {string} kind @param {string} study @param {string} result its document @param {number | undefined} trial
   *   that a script trains; without it the script searches
   * @param {string} base
   * @returns {Promise<{name: string, text: string}[]>}
   */
  async exportAs(kind, study, result, trial, base) {
    const hasRows = kind === 'pytorch' || kind === 'ray-tune';
    return export_as(kind, result, trial, hasRows ? await tableOf(data_file(study), base) : undefined);
  }

  /**
   * An ended trial's weights as a file that PyTorch loads, and the script that loads it.
   * @param {string} study @param {string} trial its number and params
   * @param {{networks: Float32Array[], scaling: Float64Array}} weights one network a seed; mean and deviation of each
   *   feature, and of the target
   * @param {string} stem that names begin with
   * @returns {{name: string, text?: string, bytes?: Uint8Array<ArrayBuffer>}[]}
   */
  weightsAs(study, trial, { networks, scaling }, stem) {
    const each = networks[0].length;
    const all = new Float32Array(each * networks.length);
    networks.forEach((network, seed) => all.set(network, each * seed));
    return weights_as(study, trial, all, networks.length, scaling, stem);
  }

  /** An Optuna journal as a result's text. @param {string} text @param {string} study that its trials are of, where it
   * does not say so */
  importJournal(text, study) {
    return import_journal(text, study);
  }

  /** What a race is asked; see race-host.js and race.js.
   * @param {string} what @param {any[]} args @param {string} base */
  async race(what, args, base) {
    if (what === 'begin') {
      const [study, round, given] = args;
      return this.races.begin(study, round, await tableOf(data_file(study), base), given);
    }
    const act = /** @type {Record<string, Function>} */ (/** @type {unknown} */ (this.races))[what];
    return act.apply(this.races, args);
  }

  /** What a look into a network is asked; see model-host.js.
   * @param {string} what @param {any[]} args @param {string} base */
  async model(what, args, base) {
    if (what === 'begin') {
      const [study, round, kept] = args;
      return this.models.begin(study, round, kept, await tableOf(data_file(study), base));
    }
    const act = /** @type {Record<string, Function>} */ (/** @type {unknown} */ (this.models))[what];
    return act.apply(this.models, args);
  }

  /** What is asked of something that is worked out piece by piece; see range-host.js and range.js.
   * @param {'range' | 'sharpness' | 'ensemble'} kind @param {'begin' | 'more' | 'stop'} what @param {any[]} args
   * @param {string} base */
  async piecewise(kind, what, args, base) {
    const host = this.piecewises[kind];
    if (what !== 'begin') return host[what](args[0]);
    const [study, round, given] = args;
    return host.begin(study, round, given, tableOf(data_file(study), base));
  }
}
