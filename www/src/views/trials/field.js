import { scoreAxis } from '../../figures/surface-axes.js';
import { isUntrained, scoreScale } from '../../state/score.js';
import { CROWD } from '../../state/store.js';
import { sweptOf } from '../../study/hyperparameters.js';
import { spanOf } from '../../study/joint.js';
import { axisOf, shareOf } from '../../study/scale.js';

/**
 * The trials of a run as columns of numbers, which all figures of this view read: where each lies on every axis, how
 * good it is, whether the brush holds it. A hundred thousand trials are worked out once, and not with every redraw.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../study/types.js').Distribution} Distribution
 * @typedef {import('../../study/scale.js').Axis} Axis
 * @typedef {object} FieldAxis
 * @property {string} name of the hyperparameter; none for the score
 * @property {Axis} axis
 * @property {Distribution | undefined} range
 * @property {Float64Array} values numbers, or places among the choices; NaN where a trial has none
 * @property {Float32Array} shares of the axis's length, from 0 to 1; NaN as above
 * @property {number} missing trials without a value
 */

/** How a trial looks: it has learned something and ended, it has not, it diverged, or it has not begun. */
export const LEARNED = 0;
export const PLAIN = 1;
export const DIVERGED = 2;
export const ABSENT = 3;

/** Colours that trials are told apart by, best last: with two more they have names of one byte. */
export const SHADES = 253;

/** While trials stream in, columns are renewed this often, in ms; those of a crowd, more slowly. */
const RENEW = 250;
const RENEW_CROWD = 1000;

/** @param {Distribution} range @returns {(value: unknown) => number} a number, or a place among the choices */
function reader({ choices }) {
  if (!choices) return (value) => (typeof value === 'number' ? value : NaN);
  const key = (/** @type {unknown} */ value) => (typeof value === 'object' ? JSON.stringify(value) : value);
  const places = new Map(choices.map((one, at) => [key(one), at]));
  return (value) => places.get(key(value)) ?? NaN;
}

/** @template {Float64Array | Float32Array | Uint8Array} A @param {A} old @param {number} n @returns {A} longer */
function grown(old, n) {
  const made = /** @type {A} */ (new /** @type {any} */ (old).constructor(n));
  made.set(/** @type {any} */ (old));
  return made;
}

export class Field {
  /** @param {Store} store */
  constructor(store) {
    /** @private */ this.store = store;
    /** Changes with the trials. */ this.key = '';
    /** Changes with the trials and with the brush. */ this.brushKey = '';
    /** @private */ this.at = 0;
    /** @private */ this.runs = -1;
    /** @private */ this.lang = store.lang;
    /** How many trials there are. */ this.n = 0;
    /** @type {Trial[]} in the order in which they were asked for */ this.trials = [];
    /** @type {FieldAxis[]} of the hyperparameters; */ this.searched = [];
    /** @type {FieldAxis} and of the score */ this.score = this.scored();
    /** What trials are ranked by; NaN where there is nothing. */ this.scores = new Float64Array(0);
    /** The scores of trials that were trained to their end. */ this.whole = new Float64Array(0);
    this.looks = new Uint8Array(0);
    this.shades = new Uint8Array(0);
    /** Whether the brush leaves a trial out. */ this.out = new Uint8Array(0);
    /** Trials in the order of painting: those that learned nothing, then from worst to best. */
    this.order = new Uint32Array(0);
    /** Trials that have begun, */ this.begun = 0;
    /** and those of them inside the brush. */ this.kept = 0;
    /** @private @type {Float64Array | null} costs of whole trials in rising order */ this.sorted = null;
    /** @private @type {Map<number, number>} */ this.places = new Map();
  }

  /** All axes, the score last. */
  get axes() {
    return [...this.searched, this.score];
  }

  /** @private @returns {FieldAxis} */
  scored() {
    const axis = scoreAxis(this.store);
    return { name: '', axis, range: undefined, values: new Float64Array(0), shares: new Float32Array(0), missing: 0 };
  }

  /** Makes the columns those of the trials as they are now. */
  renew() {
    const { store } = this;
    const key = `${store.runs} ${store.version} ${store.objective.metric}`;
    const now = performance.now();
    const isFresh = store.runs === this.runs && store.lang === this.lang;
    const rest = store.trials.size > CROWD ? RENEW_CROWD : RENEW;
    const isSoon = isFresh && store.state === 'running' && now - this.at < rest;
    if ((key !== this.key || !isFresh) && !isSoon) {
      this.key = key;
      this.at = now;
      this.brushKey = '';
      if (!isFresh) this.restart();
      this.take();
    }
    const brushKey = `${this.key} ${store.brushes}`;
    if (brushKey === this.brushKey) return;
    this.brushKey = brushKey;
    this.kept = 0;
    const isOpen = !store.brush && !store.stage;
    for (let k = 0; k < this.n; k++) {
      const out = !isOpen && store.isOut(this.trials[k]);
      this.out[k] = Number(out);
      if (!out && this.looks[k] !== ABSENT) this.kept++;
    }
  }

  /** @private Another run: other axes and other trials. */
  restart() {
    const { store } = this;
    const { shownStudy } = store;
    this.runs = store.runs;
    this.lang = store.lang;
    this.n = 0;
    this.trials = [];
    this.searched = sweptOf(shownStudy).map(({ name }) => {
      const range = spanOf(shownStudy, name);
      return {
        name,
        axis: axisOf(name, range, store.setting),
        range,
        values: new Float64Array(0),
        shares: new Float32Array(0),
        missing: 0,
      };
    });
    this.places.clear();
  }

  /** @private */
  take() {
    const { store, searched } = this;
    const n = store.trials.size;
    const first = this.n;
    for (const one of searched) {
      one.values = grown(one.values, n);
      one.shares = grown(one.shares, n);
    }
    const readers = searched.map(({ range }) => reader(/** @type {Distribution} */ (range)));
    const isFew = this.scores.length !== n;
    if (isFew) {
      this.scores = new Float64Array(n);
      this.whole = new Float64Array(n);
      this.looks = new Uint8Array(n);
      this.shades = new Uint8Array(n);
      this.out = new Uint8Array(n);
    }
    const scale = scoreScale(store);
    this.score = this.scored();
    const { axis } = this.score;
    const shares = new Float32Array(n);
    this.sorted = null;
    let k = 0;
    this.begun = 0;
    for (const trial of store.trials.values()) {
      if (k >= first) {
        this.trials.push(trial);
        this.places.set(trial.number, k);
        for (let j = 0; j < searched.length; j++) {
          const one = searched[j];
          const value = readers[j](trial.params[one.name]);
          one.values[k] = value;
          // Choices that are no numbers lie at their places, in the axis's own order.
          const at = one.axis.numeric ? one.axis.to(/** @type {any} */ (trial.params[one.name])) : value;
          const share = shareOf(one.axis, at);
          one.shares[k] = Math.max(0, Math.min(1, share));
          if (Number.isNaN(share)) one.missing++;
        }
      }
      const score = store.score(trial);
      const isScored = Number.isFinite(score);
      this.scores[k] = isScored ? score : NaN;
      this.whole[k] = isScored && trial.state === 'complete' ? score : NaN;
      const look = lookOf(store, trial);
      this.looks[k] = look;
      if (look !== ABSENT) this.begun++;
      this.shades[k] = look === LEARNED ? Math.round((SHADES - 1) * scale.goodness(score)) : 0;
      // A loss of 0 has no place on a logarithm: it is as good as the best.
      const isBelow = axis.scale === 'log' && score <= 0;
      const share = isBelow ? 0 : shareOf(axis, axis.to(score));
      // On an axis without a length all lie in its middle.
      shares[k] = isScored ? Math.max(0, Math.min(1, Number.isNaN(share) ? 0.5 : share)) : NaN;
      if (look !== ABSENT && !isScored) this.score.missing++;
      k++;
    }
    this.n = n;
    Object.assign(this.score, { values: this.scores, shares });
    this.order = this.paintingOrder();
  }

  /** @private */
  paintingOrder() {
    // Those that learned nothing share the first place.
    const place = (/** @type {number} */ k) => (this.looks[k] === LEARNED ? 1 + this.shades[k] : 0);
    const starts = new Uint32Array(SHADES + 2);
    for (let k = 0; k < this.n; k++) if (this.looks[k] !== ABSENT) starts[place(k) + 1]++;
    for (let at = 1; at < starts.length; at++) starts[at] += starts[at - 1];
    const order = new Uint32Array(this.begun);
    for (let k = 0; k < this.n; k++) if (this.looks[k] !== ABSENT) order[starts[place(k)]++] = k;
    return order;
  }

  /** Where a trial is among the columns. @param {number | null | undefined} number @returns {number} -1 for none */
  indexOf(number) {
    return this.places.get(number ?? -1) ?? -1;
  }

  /** Whether larger scores are better. */
  get isUp() {
    return this.store.objective.direction === 'maximize';
  }

  /** The worst score among the best `share` of the trials that were trained to their end; NaN where there is none.
   * @param {number} share */
  cutOf(share) {
    const sign = this.isUp ? -1 : 1;
    if (!this.sorted) {
      const costs = new Float64Array(this.n);
      let m = 0;
      for (let k = 0; k < this.n; k++) if (!Number.isNaN(this.whole[k])) costs[m++] = sign * this.whole[k];
      this.sorted = costs.slice(0, m).sort();
    }
    const { sorted } = this;
    return sorted.length ? sign * sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] : NaN;
  }

  /** Trials inside the brush, best first, at most so many. @param {number} most */
  inside(most) {
    const found = [];
    for (let k = this.order.length - 1; k >= 0 && found.length < most; k--)
      if (!this.out[this.order[k]]) found.push(this.trials[this.order[k]]);
    return found;
  }

  /** The trial whose place on an axis is next above or below another's; in the order of asking where places are
   * equal. @param {Float32Array} shares @param {number} from @param {number} way @returns {number} -1 for none */
  along(shares, from, way) {
    const here = from < 0 ? (way > 0 ? -1 : 2) : shares[from];
    let [best, at] = [Infinity, -1];
    for (let k = 0; k < this.n; k++) {
      if (k === from || this.out[k] || this.looks[k] === ABSENT || Number.isNaN(shares[k])) continue;
      const ahead = way * (shares[k] - here);
      if (ahead < 0 || (ahead === 0 && way * (k - from) < 0)) continue;
      // Of those at one place the nearest in number comes first.
      if (ahead < best || (ahead === best && way * (k - at) < 0)) [best, at] = [ahead, k];
    }
    return at;
  }
}

/** @param {Store} store @param {Trial} trial */
function lookOf(store, trial) {
  const { state, epochs } = trial;
  if (state === 'diverged') return DIVERGED;
  if (state === 'queued' || (state === 'cancelled' && !epochs.length)) return ABSENT;
  if (state === 'running') return epochs.length ? LEARNED : ABSENT;
  return state === 'complete' && !isUntrained(store, trial) ? LEARNED : PLAIN;
}

/** @type {WeakMap<Store, Field>} */
const fields = new WeakMap();

/** The columns of the trials that a store shows, as they are now. @param {Store} store */
export function fieldOf(store) {
  let field = fields.get(store);
  if (!field) fields.set(store, (field = new Field(store)));
  field.renew();
  return field;
}
