import { depthColor, divergingColor } from './colors.js';
import { shareOf } from '../study/scale.js';
import { LEARNING, samplerOf } from '../study/search.js';
import { shownOf, shownScale } from '../state/measure.js';
import { lookOf } from '../state/score.js';
import { CROWD } from '../state/store.js';

/**
 * Where trials lie on the response surface. Places follow from the settings alone, so they are worked out once; states
 * and scores change while trials stream in.
 *
 * @typedef {import('../study/scale.js').Axis} Axis
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('./marks.js').Spot} Spot
 * @typedef {import('./surface-ground.js').Frame} Frame
 * @typedef {{x: Axis, y: Axis, fitted: boolean}} Axes
 */

/** Places that are worked out in one task. */
const AT_ONCE = 16_384;
/**
 * Trials at one place are so many pixels apart, and no further from it than the widest; each is turned by the golden
 * angle.
 */
const APART = 8;
const WIDEST = 18;
const TURN = Math.PI * (3 - Math.sqrt(5));
/** More than any plot is high. */
const MOST_PIXELS = 2 ** 20;
/** Colours of a crowd's marks. */
const SHADES = 24;

/** @param {Frame} frame @param {number} share */
const acrossOf = (frame, share) =>
  frame.left + Math.max(0, Math.min(1, share)) * (frame.width - frame.left - frame.right);

/** @param {Frame} frame @param {number} share */
export const upOf = (frame, share) =>
  frame.height - frame.bottom - Math.max(0, Math.min(1, share)) * (frame.height - frame.top - frame.bottom);

/** A place moved by a distance, or the other way where that leaves the plot. @param {number} at @param {number} by
 * @param {number} low @param {number} high */
export const within = (at, by, low, high) =>
  at + by < low || at + by > high ? Math.max(low, Math.min(high, at - by)) : at + by;

/**
 * How far from its place a mark may lie before it seems to be at another.
 * @param {Axis} axis
 * @param {number} length
 */
const roomOf = ({ slots }, length) => Math.max(4, Math.min(WIDEST, slots > 1 ? (0.45 * length) / slots : WIDEST));

export class Spots {
  constructor() {
    /** @type {Spot[]} */ this.all = [];
    /** @private @type {Map<number, Spot>} */ this.byNumber = new Map();
    /** @type {Set<Spot>} those whose look has changed since somebody emptied it */ this.changed = new Set();
    /** Changes with every place. */ this.key = '';
    /** @private @type {Map<number, Spot[]>} those that belong to one pixel */ this.homes = new Map();
    /** @private how many of all are among them */ this.housed = 0;
    /** Grows whenever trials at one place were spread anew. */ this.laid = 0;
  }

  /** @param {Store} store @param {Axes} axes @param {Frame} frame @returns {boolean} whether all have their place */
  place(store, axes, frame) {
    const { x, y } = axes;
    const key = JSON.stringify([x, y, frame, store.runs]);
    if (key !== this.key || this.byNumber.size > store.trials.size) {
      this.key = key;
      this.all = [];
      this.byNumber = new Map();
      this.homes = new Map();
      this.housed = 0;
      this.changed.clear();
    }
    const learns = LEARNING.includes(samplerOf(store.shownStudy));
    let placed = 0;
    const shown = shownOf(store);
    const scale = shownScale(store, shown);
    const isCrowd = store.trials.size > CROWD;
    // On an axis of its own a score needs no colour.
    const colored = (!axes.fitted || isCrowd) && (y.name !== '' || !shown.own);
    const own = (/** @type {number} */ share) =>
      shown.name === 'gap' ? divergingColor(share, store.dark) : depthColor(1 - share, store.dark);
    // A mark is painted again whenever its colour changes; in a crowd nobody tells neighbouring ones apart.
    const shades = Array.from({ length: SHADES + 1 }, (_, shade) => own(1 - shade / SHADES));
    const colorOf = (/** @type {number} */ value) =>
      isCrowd ? shades[Math.round(SHADES * scale.goodness(value))] : own(1 - scale.goodness(value));
    for (const trial of store.trials.values()) {
      let spot = this.byNumber.get(trial.number);
      if (!spot) {
        if (placed++ >= AT_ONCE) continue;
        spot = {
          number: trial.number,
          state: '',
          out: false,
          x: acrossOf(frame, shareOf(x, x.to(trial.params[x.name]))),
          y: y.name ? upOf(frame, shareOf(y, y.to(trial.params[y.name]))) : 0,
        };
        this.byNumber.set(trial.number, spot);
        if (Number.isFinite(spot.x) && Number.isFinite(spot.y)) this.all.push(spot);
      }
      const score = y.name ? NaN : store.score(trial);
      const value = colored ? shown.of(trial) : NaN;
      if (!y.name && Number.isFinite(spot.x))
        spot.y = upOf(frame, Number.isFinite(score) ? shareOf(y, y.to(score)) : 1);
      // A trial that never trained is a place on the map and nothing more.
      const waits = trial.state === 'queued' && learns ? 'next' : lookOf(store, trial);
      const state = trial.state === 'cancelled' && !trial.epochs.length ? 'queued' : waits;
      const color = Number.isFinite(value) ? colorOf(value) : undefined;
      const out = store.isOut(trial);
      if (spot.state === state && spot.color === color && spot.out === out) continue;
      Object.assign(spot, { state, color, out });
      this.changed.add(spot);
    }
    if (!y.name && x.discrete) this.stack(axes, frame);
    else if (placed && y.name) this.spread(axes, frame);
    return placed <= AT_ONCE;
  }

  /** @private On an axis of scores, trials with the same setting and nearly the same score stand side by side.
   * @param {Axes} axes @param {Frame} frame */
  stack({ x }, frame) {
    /** @type {Map<string, Spot[]>} */
    const places = new Map();
    for (const spot of this.all) {
      spot.home ??= [spot.x, 0];
      const key = `${spot.home[0].toFixed(1)} ${Math.round(spot.y / 4)}`;
      const here = places.get(key);
      if (here) here.push(spot);
      else places.set(key, [spot]);
    }
    const gap = roomOf(x, frame.width - frame.left - frame.right);
    for (const here of places.values()) {
      const step = Math.min(APART, (2 * gap) / here.length);
      here.forEach((spot, k) => {
        spot.x = within(
          spot.home?.[0] ?? spot.x,
          step * (k % 2 ? (k + 1) / 2 : -k / 2),
          frame.left,
          frame.width - frame.right,
        );
      });
    }
  }

  /** @private Trials at one place are spread around it, the first in the middle; all others stay where they belong, as
   * do those at a place that nobody has come to.
   * @param {Axes} axes @param {Frame} frame */
  spread({ x, y }, frame) {
    /** @type {Set<Spot[]>} */
    const shared = new Set();
    for (; this.housed < this.all.length; this.housed++) {
      const spot = this.all[this.housed];
      spot.home = [spot.x, spot.y];
      const pixel = Math.round(spot.x) * MOST_PIXELS + Math.round(spot.y);
      const here = this.homes.get(pixel);
      if (here) {
        here.push(spot);
        shared.add(here);
      } else this.homes.set(pixel, [spot]);
    }
    if (!shared.size) return;
    const gap = Math.min(
      roomOf(x, frame.width - frame.left - frame.right),
      roomOf(y, frame.height - frame.top - frame.bottom),
    );
    for (const here of shared) {
      const step = Math.min(APART, gap / Math.sqrt(here.length));
      for (let k = 0; k < here.length; k++) {
        const spot = here[k];
        const [cx, cy] = spot.home ?? [spot.x, spot.y];
        const [far, turned] = [step * Math.sqrt(k), k * TURN];
        // Past an edge of the plot a mark is turned back, to where no other lies.
        spot.x = within(cx, far * Math.cos(turned), frame.left, frame.width - frame.right);
        spot.y = within(cy, far * Math.sin(turned), frame.top, frame.height - frame.bottom);
      }
    }
    this.laid++;
  }

  /** @param {number | null | undefined} number */
  of(number) {
    const spot = number === null || number === undefined ? undefined : this.byNumber.get(number);
    return spot && Number.isFinite(spot.x) && Number.isFinite(spot.y) ? spot : undefined;
  }

  /** @param {number} x @param {number} y @param {number} within pixels @returns {Spot | null} */
  nearest(x, y, within) {
    let [best, near] = [/** @type {Spot | null} */ (null), within * within];
    for (const spot of this.all) {
      const distance = (spot.x - x) ** 2 + (spot.y - y) ** 2;
      if (distance < near) [best, near] = [spot, distance];
    }
    return best;
  }

  /** The nearest spot in a direction: what lies ahead counts, what lies aside counts twice.
   * @param {Spot} from @param {number} dx @param {number} dy */
  next(from, dx, dy) {
    let [best, near] = [/** @type {Spot | null} */ (null), Infinity];
    for (const spot of this.all) {
      const [ahead, aside] = [
        (spot.x - from.x) * dx + (spot.y - from.y) * dy,
        (spot.x - from.x) * dy + (spot.y - from.y) * dx,
      ];
      if (spot === from || spot.out || ahead <= 0.5) continue;
      const distance = ahead + 2 * Math.abs(aside);
      if (distance < near) [best, near] = [spot, distance];
    }
    return best;
  }
}
