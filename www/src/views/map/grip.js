import { pointIn } from '../../controls/pointer.js';
import { zoomedTo } from '../../study/map.js';
import { wheelFactor } from '../landscape/gestures.js';

/**
 * A map's window, moved by hand: the mouse draws a box, wheel and two fingers zoom. The picture that is there moves at
 * once; a map of the new window is asked for when the hand rests.
 *
 * @typedef {{x: number, y: number}} Spot in px of the plot
 * @typedef {import('../../study/map.js').Box} Box
 * @typedef {import('../../study/map.js').Ranges} Ranges
 * @typedef {object} Figure
 * @property {import('../../state/map.js').MapSlice} map
 * @property {boolean} ready
 * @property {boolean} tabled
 * @property {(at: Spot) => [number, number] | null} sharesOf
 * @property {(name: 'map_zoom', box: Box) => unknown} act
 * @property {() => void} requestUpdate
 * @property {(index: number | null) => void} pointAt
 */

/** A press that moves less than this, in px, is a click. */
const STILL = 5;
/** Fingers that touch each other are so far apart, in px. */
const CLOSE = 8;
/** A window that rests for so long is asked for, in ms. */
const REST = 250;
/** The closest and the farthest that one rest may go. */
const MOST = 64;
/** A box is at least so much of a side. */
const LEAST_BOX = 0.01;

export class Grip {
  /** @param {Figure} figure */
  constructor(figure) {
    /** @private */ this.figure = figure;
    /** The window that is shown, in shares of the map that is there; null is all of it. @type {Box | null} */
    this.box = null;
    /** The box that is drawn, in px. @type {{x: number, y: number, width: number, height: number} | null} */
    this.rect = null;
    /** @private @type {Map<number, Spot>} */ this.pointers = new Map();
    /** @private @type {Spot | null} */ this.start = null;
    /** @private whether what is under way is more than a click */ this.moved = false;
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.resting = undefined;
    /** @private @type {Box | null} what was asked for last */ this.asked = null;
  }

  end() {
    clearTimeout(this.resting);
    this.box = this.rect = this.start = null;
    this.pointers.clear();
    this.figure.requestUpdate();
  }

  /** The part of the window before that the map now shows, once. @returns {Box | null} */
  taken() {
    const box = this.asked;
    this.asked = this.box = null;
    return box;
  }

  /** The ranges of the window as it is shown. @param {Ranges} ranges @returns {Ranges} */
  shown(ranges) {
    const { options } = this.figure.map;
    return this.box && options ? zoomedTo(options, ranges, this.box) : ranges;
  }

  /** @private @param {Box} box */
  ask(box) {
    clearTimeout(this.resting);
    const { map } = this.figure;
    if (!map.options || !map.ranges) return;
    const next = zoomedTo(map.options, map.ranges, box);
    // Sides that cannot be zoomed stay as they are.
    const isSame = (/** @type {unknown} */ a, /** @type {unknown} */ b) => JSON.stringify(a) === JSON.stringify(b);
    const [x0, x1] = isSame(next.x, map.ranges.x) ? [0, 1] : [box[0], box[1]];
    const [y0, y1] = isSame(next.y, map.ranges.y) ? [0, 1] : [box[2], box[3]];
    if (isSame(next, map.ranges)) {
      this.box = null;
      this.figure.requestUpdate();
      return;
    }
    this.asked = [x0, x1, y0, y1];
    this.figure.act('map_zoom', box);
  }

  /** Zooms about a place of the window. @param {number} times @param {[number, number]} at shares
   * @param {boolean} [stays] whether the cursor stays where it is */
  zoom(times, at, stays = false) {
    if (!(times > 0 && times < Infinity) || !at.every(Number.isFinite)) return;
    const [x0, x1, y0, y1] = this.box ?? [0, 1, 0, 1];
    const [u, v] = [Math.max(x0, Math.min(x1, at[0])), Math.max(y0, Math.min(y1, at[1]))];
    const held = (/** @type {number} */ span) => Math.max(1 / MOST, Math.min(MOST, span / times)) / span;
    const [across, up] = [held(x1 - x0), held(y1 - y0)];
    this.show([u - (u - x0) * across, u + (x1 - u) * across, v - (v - y0) * up, v + (y1 - v) * up], stays);
  }

  /** @private @param {Box} box @param {boolean} stays */
  show(box, stays) {
    const { figure } = this;
    this.box = box;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.box && this.ask(this.box), REST);
    if (!stays) figure.pointAt(null);
    figure.requestUpdate();
  }

  /** The wheel is the page's, unless the plot has the focus or ctrl says so. @param {WheelEvent} event */
  wheel(event) {
    const { figure } = this;
    const plot = /** @type {HTMLElement} */ (event.currentTarget);
    if (!figure.ready || figure.tabled || !(event.ctrlKey || plot.matches(':focus'))) return;
    event.preventDefault();
    const at = figure.sharesOf(pointIn(plot, event));
    if (at) this.zoom(wheelFactor(event), at);
  }

  /** @param {PointerEvent} event @param {Spot} at */
  down({ pointerId, pointerType, button }, at) {
    if ((pointerType === 'mouse' && button !== 0) || this.pointers.size > 1) return;
    this.pointers.set(pointerId, at);
    this.start = at;
    this.moved = this.pointers.size > 1;
  }

  /** Whether a gesture is under way. @param {PointerEvent} event @param {Spot} at */
  move({ pointerId, pointerType }, at) {
    const before = this.pointers.get(pointerId);
    if (!before || !this.start) return false;
    this.pointers.set(pointerId, at);
    if (this.pointers.size === 2) {
      const [other] = [...this.pointers].filter(([id]) => id !== pointerId).map(([, spot]) => spot);
      const apart = (/** @type {Spot} */ one) => Math.max(CLOSE, Math.hypot(one.x - other.x, one.y - other.y));
      const middle = this.figure.sharesOf({ x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
      if (middle) this.zoom(apart(at) / apart(before), middle);
      return true;
    }
    if (!this.moved && Math.hypot(at.x - this.start.x, at.y - this.start.y) < STILL) return false;
    this.moved = true;
    // One finger is the page's.
    if (pointerType === 'touch') return false;
    const { start } = this;
    this.rect = {
      x: Math.min(start.x, at.x),
      y: Math.min(start.y, at.y),
      width: Math.abs(at.x - start.x),
      height: Math.abs(at.y - start.y),
    };
    this.figure.requestUpdate();
    return true;
  }

  /** Whether it was a click. @param {PointerEvent} event */
  up({ pointerId, type }) {
    const { figure, rect } = this;
    const wasHere = this.pointers.delete(pointerId);
    this.rect = null;
    if (!this.pointers.size) this.start = null;
    figure.requestUpdate();
    if (!rect) return wasHere && !this.moved;
    const [from, to] = [
      figure.sharesOf({ x: rect.x, y: rect.y + rect.height }),
      figure.sharesOf({ x: rect.x + rect.width, y: rect.y }),
    ];
    if (type === 'pointercancel' || !from || !to) return false;
    const within = (/** @type {number} */ share) => Math.max(0, Math.min(1, share));
    const box = /** @type {Box} */ ([from[0], to[0], from[1], to[1]].map(within));
    if (box[1] - box[0] < LEAST_BOX || box[3] - box[2] < LEAST_BOX) return false;
    this.box = box;
    this.ask(box);
    return false;
  }
}
