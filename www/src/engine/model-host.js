import { Model } from '../generated/analyses/analyses.js';
import { layersOf } from '../study/weights.js';

/**
 * Looks into networks in a Worker, a few at a time.
 *
 * @typedef {{axes: [number, number], side: number, unit: [number, number] | null}} Asked the features that a plane is
 *   of, points along its sides, and the layer and unit that are asked about in place of the network
 * @typedef {{model: Model, head: any, turn: number, extents: Map<string, Float64Array>}} Entry a network, and the
 *   parts of planes that hold its rows, by their features
 * @typedef {object} Look
 * @property {number} at the point of the way; below 0 what the network is now
 * @property {Uint32Array | null} words what the trial has come to since, to be seen first
 * @property {boolean} isEnd whether that is its end
 * @property {Asked | null} plane
 * @property {number} mapSide points a side of each unit's map; 0 for no maps
 * @property {number} mostWeights weights of a network of more parameters are not told one by one
 * @property {boolean} spreads whether the weights are looked through
 * @property {number} mostRows rows of each part that are judged, at most
 * @property {number} mostPlaces rows of each part that are drawn on the plane, at most
 */

/** Multiplications between two looks at whether something else is wanted. */
const TOGETHER = 3e7;
/** A training once more goes on for so long between two messages, in ms. */
const BUDGET = 40;
/** Rows that are wrong, of each part. */
const WORST = 24;
/** Room around all rows, as a share of their spread. */
const ROOM = 0.08;
/** Bins of a distribution of weights. */
const BINS = 41;

const NO_WEIGHTS = { layers: [], norms: new Float32Array(), weights: null };

const PARTS = /** @type {const} */ (['train', 'validation']);

/** Lets messages that wait come in first. */
const rest = () => new Promise((resolve) => setTimeout(resolve));

/** How many of a layer's weights lie where, from the least to the greatest, as far as the largest is from 0.
 * @param {Float32Array} weights @param {number} span */
function histogram(weights, span) {
  const bins = new Float64Array(BINS);
  const scale = span > 0 ? BINS / (2 * span) : 0;
  for (const one of weights) bins[Math.max(0, Math.min(BINS - 1, Math.floor((one + span) * scale)))]++;
  return bins;
}

/** The part of a plane of two features that holds all rows, with a margin. Of one feature there are no heights.
 * @param {Model} model @param {any} head @param {[number, number]} axes */
function extentOf(model, head, axes) {
  const rows = new Uint32Array(head.n_train + head.n_validation).map((_, k) => k);
  const features = model.features(rows);
  const sides = axes.map((axis, which) => {
    if (which && axis === axes[0]) return [0, 1];
    let [low, high] = [Infinity, -Infinity];
    for (let k = axis; k < features.length; k += head.inputs) {
      low = Math.min(low, features[k]);
      high = Math.max(high, features[k]);
    }
    if (!(low <= high)) return [-1, 1];
    // Beside a large number 1 is nothing; the spread of tiny ones may be nothing beside them, too.
    const room = Math.max(ROOM * (high - low), 1e-3 * Math.abs(low), 1e-3 * Math.abs(high)) || 1;
    return [low - room, high + room];
  });
  return new Float64Array(sides.flat());
}

/** @param {Float32Array} weights */
const largest = (weights) => weights.reduce((most, one) => Math.max(most, Math.abs(one)), 0);

export class ModelHost {
  constructor() {
    /** @private @type {Map<number, Entry>} */ this.all = new Map();
    /** @private */ this.count = 0;
  }

  /** @private @param {number} id */
  of(id) {
    const one = this.all.get(id);
    if (one) return one;
    throw { code: 'unexpected', detail: 'another network was asked for' };
  }

  /** @param {string} study @param {string} round @param {number | undefined} kept the epoch whose weights it kept,
   * where it had patience @param {Uint8Array | undefined} table */
  begin(study, round, kept, table) {
    const model = new Model(study, round, table, kept);
    const head = model.head();
    const id = ++this.count;
    this.all.set(id, { model, head, turn: 0, extents: new Map() });
    return { id, head, way: model.way() };
  }

  /** What the trial is, as who has trained it says. @param {number} id @param {Uint32Array} words
   * @param {boolean} isEnd */
  see(id, words, isEnd) {
    const { model } = this.of(id);
    model.see(words, isEnd);
    return model.way();
  }

  /** Trains it once more, a piece. @param {number} id */
  async train(id) {
    const { model } = this.of(id);
    const share = await model.train(BUDGET);
    return share < 1 ? { share } : { share, way: this.of(id).model.way() };
  }

  /** What a network is at a point of its way; null where another look at it was asked for meanwhile.
   * @param {number} id @param {Look} look */
  async look(id, { at, words, isEnd, plane, mapSide, mostWeights, spreads, mostRows, mostPlaces }) {
    const one = this.of(id);
    const { model, head } = one;
    const turn = ++one.turn;
    const isWanted = () => one.turn === turn && this.all.get(id) === one;
    if (words) model.see(words, isEnd);
    const each = Math.max(16, Math.floor(TOGETHER / Math.max(1, head.parameters)));
    const axes = new Uint32Array(plane?.axes ?? []);
    const name = String(plane?.axes);
    const extent = plane ? (one.extents.get(name) ?? extentOf(model, head, plane.axes)) : new Float64Array();
    one.extents.set(name, extent);
    const told = { at, way: model.way(), field: /** @type {Float32Array | null} */ (null), parts: [], maps: null };
    if (plane) {
      const { side, unit } = plane;
      told.field = new Float32Array(side * side);
      for (let first = 0; first < side * side; first += each) {
        const last = Math.min(side * side, first + each);
        told.field.set(model.field(at, axes, extent, side, first, last, new Uint32Array(unit ?? [])), first);
        if (last < side * side) await rest();
        if (!isWanted()) return null;
      }
    }
    const maps = plane && mapSide ? model.maps(at, axes, extent, mapSide) : null;
    const parts = [];
    for (const part of mostRows ? PARTS : []) {
      const rows = model.rows(part, mostRows);
      const outputs = head.widths.at(-1);
      const said = new Float32Array(rows.length * outputs);
      for (let first = 0; first < rows.length; first += each) {
        said.set(model.said(at, rows.subarray(first, first + each)), first * outputs);
        if (first + each < rows.length) await rest();
        if (!isWanted()) return null;
      }
      const verdict = model.verdict(rows, said, WORST);
      const worst = new Uint32Array(verdict.worst.map((/** @type {{row: number}} */ mistake) => mistake.row));
      const isNumbers = head.task === 'numbers';
      parts.push({
        verdict,
        // Of the rows that are listed.
        features: model.features(worst),
        ...(isNumbers ? { said, truths: model.truths(rows) } : {}),
      });
    }
    return {
      ...told,
      axes: plane?.axes ?? null,
      unit: plane?.unit ?? null,
      extent: [...extent],
      maps,
      parts,
      places: plane && mostPlaces ? PARTS.map((part) => this.places(model, head, at, part, axes, mostPlaces)) : null,
      ...(spreads ? this.weights(model, head, at, mostWeights) : NO_WEIGHTS),
    };
  }

  /** Rows on the plane, and what the network says of them. @private
   * @param {Model} model @param {any} head @param {number} at @param {string} part @param {Uint32Array} axes
   * @param {number} most */
  places(model, head, at, part, axes, most) {
    const rows = model.rows(part, most);
    const features = model.features(rows);
    const xy = new Float32Array(2 * rows.length);
    for (let k = 0; k < rows.length; k++) {
      xy[2 * k] = features[k * head.inputs + axes[0]];
      // Rows of one feature are strewn over the height.
      xy[2 * k + 1] = axes[0] === axes[1] ? (k + 0.5) / rows.length : features[k * head.inputs + axes[1]];
    }
    return { rows, xy, truths: model.truths(rows), said: model.said(at, rows) };
  }

  /** @private @param {Model} model @param {any} head @param {number} at @param {number} most */
  weights(model, head, at, most) {
    const weights = model.weights(at);
    const initial = at === 0 ? weights : model.weights(0);
    const layers = layersOf(head).map(({ weight, bias }) => {
      const [now, then] = [weights, initial].map((all) => all.subarray(weight, bias));
      const span = Math.max(largest(now), largest(then));
      return { n: now.length, span, now: histogram(now, span), then: histogram(then, span) };
    });
    return { layers, norms: model.norms(), weights: weights.length <= most ? weights : null };
  }

  /** @param {number} id */
  stop(id) {
    this.all.get(id)?.model.free();
    this.all.delete(id);
  }
}
