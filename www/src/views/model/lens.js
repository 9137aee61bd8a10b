/**
 * What of a network is looked at, and what was found: the figures of one network share it. While it moves nobody is
 * drawn anew; each figure paints what it has on its canvas.
 *
 * @typedef {{row: number, truth: number, said: number, share: number, of_truth: number, loss: number}} Mistake
 * @typedef {{n: number, loss: number, metric: number, calibration: number, confusion: number[],
 *   worst: Mistake[]}} Verdict
 * @typedef {{verdict: Verdict, features: Float32Array, said?: Float32Array, truths?: Float64Array}} Part
 * @typedef {{rows: Uint32Array, xy: Float32Array, truths: Float64Array, said: Float32Array}} Places rows on the plane
 * @typedef {{n: number, span: number, now: Float64Array, then: Float64Array}} Spread of a layer's weights
 * @typedef {{quick?: boolean, moved: () => void}} Follower `quick`: it keeps up with everything
 * @typedef {object} Found
 * @property {number} at
 * @property {[number, number] | null} axes the plane's features
 * @property {[number, number] | null} unit the layer and unit that the field is of, in place of the network
 * @property {[number, number, number, number]} extent
 * @property {Float32Array | null} field
 * @property {Float32Array | null} maps
 * @property {Part[]} parts training, validation; none where nothing was judged
 * @property {Places[] | null} places
 * @property {Spread[]} layers none where they were not asked for
 * @property {Float32Array} norms
 * @property {Float32Array | null} weights
 */

/** Points along a side of the plane: of a picture that stands, and of one that moves. */
const SIDES = { still: 96, moving: 56 };
/** Multiplications that a picture of the plane may take while it moves, and as it stands. */
const WORK = { still: 4e8, moving: 6e7 };
/** The coarsest plane. */
const LEAST_SIDE = 12;
/** Multiplications for the rows that are judged. */
const JUDGED = { still: 2e9, moving: 4e7 };
const MOST_ROWS = 10_000;
const LEAST_ROWS = 32;
/** Rows of each part that lie on the plane. */
const PLACES = 400;
/** Weights of larger networks are not drawn one by one. */
export const MOST_WEIGHTS = 60_000;
/** Weights of networks of more parameters are looked through only when rows are judged. */
const LARGE = 200_000;
/** Units of a layer, layers and units in all that are drawn one by one. */
export const DRAWN = { units: 64, layers: 8, all: 400 };

/** Whether a network is drawn unit by unit. @param {import('../../state/model.js').ModelHead} head */
export const isDrawn = ({ widths, parameters }) =>
  parameters <= MOST_WEIGHTS &&
  widths.length <= DRAWN.layers &&
  widths.every((one) => one <= DRAWN.units) &&
  widths.reduce((sum, one) => sum + one, 0) <= DRAWN.all;

/** Whether the data lie on a plane, so that all of what the network says can be seen.
 * @param {import('../../state/model.js').ModelHead} head */
export const isFlat = ({ inputs, derived }) => inputs <= 2 + derived;

/** How exact a standardized value is, which the engine has in 32 bits, as a part of it. */
const EXACT = 2 ** -21;

/** A standardized value in its own unit, in as many decimals as it has: what was 0 is 0 again, without a sign.
 * @param {number} value @param {[number, number]} scaling mean and deviation */
export function unscaled(value, [mean, scale]) {
  const own = mean + scale * value;
  const decimals = Math.floor(-Math.log10(EXACT * Math.max(Math.abs(mean), Math.abs(scale * value))));
  return decimals >= 0 && decimals <= 100 ? Number(own.toFixed(decimals)) + 0 : own;
}

/** What there is of the way to an ended network: nothing to say, `again` where training it once more tells of the
 * epochs in between, `copy` where that would tell of another network, as its first weights were another trial's.
 * @param {import('../../state/model.js').Sight} sight @param {import('../../study/types.js').Trial | null} trial
 * @returns {'again' | 'copy' | null} */
export function lackOf({ head, live, way }, trial) {
  // What was trained once more is all there is.
  if (!head || live || way.steps.length > 2 || way.same !== null || !trial?.epochs.length) return null;
  return trial.copy_of ? 'copy' : 'again';
}

export class Lens {
  /** @param {0 | 1} slot */
  constructor(slot) {
    this.slot = slot;
    /** The point of the way that is looked at; below 0 what the network is now. */ this.at = -1;
    /** @type {[number, number] | null} the layer and unit that are shown large */ this.unit = null;
    /** @type {[number, number] | null} the plane's features, where they had to be chosen */ this.axes = null;
    /** @type {Found | null} */ this.found = null;
    /** @type {Part[]} training, validation */ this.parts = [];
    /** @type {Places[]} rows on the plane, of training and of validation */ this.places = [];
    /** What was asked for last. */ this.key = '';
    /** When rows were judged last, in ms. */ this.judgedAt = -Infinity;
    /** @private @type {Set<Follower>} */ this.followers = new Set();
  }

  /** @param {Follower} part */
  follow(part) {
    this.followers.add(part);
  }

  /** @param {Follower} part */
  leave(part) {
    this.followers.delete(part);
  }

  /** Another network. */
  clear() {
    Object.assign(this, { found: null, parts: [], places: [], at: -1, unit: null, key: '', judgedAt: -Infinity });
  }

  /** What was found is shown by those that keep up with everything. @param {Found} found */
  take(found) {
    const { layers, norms, weights } = this.found ?? found;
    this.found = found.layers.length ? found : { ...found, layers, norms, weights };
    if (found.parts.length) this.parts = found.parts;
    if (found.places) this.places = found.places;
    for (const part of this.followers) if (part.quick) part.moved();
  }

  /** The others, which show what was found one after the other: first those whose turn is longest ago. */
  *others() {
    for (const part of [...this.followers].filter(({ quick }) => !quick)) {
      if (!this.followers.delete(part)) continue;
      this.followers.add(part);
      yield part;
    }
  }

  /** The features of the plane; none where none was chosen of many.
   * @param {import('../../state/model.js').ModelHead} head @returns {[number, number] | null} */
  plane({ inputs, derived }) {
    if (inputs === 1) return [0, 0];
    return inputs === 2 + derived ? [0, 1] : this.axes;
  }

  /** @param {import('../../state/model.js').ModelHead} head @param {boolean} moving @param {boolean} judged */
  asked(head, moving, judged) {
    const pace = moving ? 'moving' : 'still';
    const axes = this.plane(head);
    const within = (/** @type {number} */ work, /** @type {number} */ least, /** @type {number} */ most) =>
      Math.max(least, Math.min(most, Math.floor(work / head.parameters)));
    const side = Math.floor(Math.sqrt(within(WORK[pace], LEAST_SIDE ** 2, SIDES[pace] ** 2)));
    const units = head.widths.reduce((sum, one) => sum + one, 0);
    return {
      at: this.at,
      plane: axes && { axes, side, unit: this.unit },
      mapSide: axes && isDrawn(head) ? (moving || units > 150 ? 14 : 22) : 0,
      mostWeights: MOST_WEIGHTS,
      spreads: judged || head.parameters <= LARGE,
      mostRows: judged ? within(JUDGED[pace], LEAST_ROWS, MOST_ROWS) : 0,
      mostPlaces: judged ? PLACES : 0,
    };
  }
}
