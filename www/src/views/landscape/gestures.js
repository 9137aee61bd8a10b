/**
 * What pointers do together on a plot: the mouse drags, two fingers pinch, and one finger does as much as it is let.
 *
 * @typedef {{x: number, y: number}} Point in px of the plot
 * @typedef {{pointerId: number, pointerType: string, button: number}} Pointer
 * @typedef {object} Told
 * @property {(dx: number, dy: number, touch: boolean) => void} drag
 * @property {(factor: number, at: Point, dx: number, dy: number) => void} pinch
 * @property {() => boolean} [oneFinger] whether one finger drags, too
 */

/** A press that moves less than this, in px, is none. */
const STILL = 4;
/** Fingers that touch each other are so far apart, in px. */
const CLOSE = 8;
/** How much a turn of the wheel zooms; that of two fingers on a pad comes in smaller steps, with ctrl. */
const WHEEL = { mouse: 0.0015, pad: 0.008 };
/** The farthest that one event of the wheel goes, in px, and the height of a line of it. */
const MOST = 200;
const LINE = 16;

export class Gestures {
  /** @param {Told} told */
  constructor(told) {
    /** @private */ this.told = told;
    /** @private @type {Map<number, Point>} */ this.pointers = new Map();
    /** @private @type {Point} */ this.start = { x: 0, y: 0 };
    /** @private */ this.dragging = false;
  }

  /** @param {Pointer} event @param {Point} at */
  down(event, at) {
    if (event.pointerType === 'mouse' && event.button !== 0) return;
    // A third finger is nobody's.
    if (this.pointers.size > 1) return;
    this.pointers.set(event.pointerId, at);
    this.start = at;
    this.dragging = false;
  }

  /** Whether a gesture is under way. @param {Pointer} event @param {Point} at */
  move({ pointerId, pointerType }, at) {
    const before = this.pointers.get(pointerId);
    if (!before) return false;
    if (this.pointers.size === 2) {
      const [[, other]] = [...this.pointers].filter(([id]) => id !== pointerId);
      const apart = (/** @type {Point} */ one) => Math.max(CLOSE, Math.hypot(one.x - other.x, one.y - other.y));
      const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
      this.pointers.set(pointerId, at);
      this.told.pinch(apart(at) / apart(before), middle, (at.x - before.x) / 2, (at.y - before.y) / 2);
      return true;
    }
    const touch = pointerType === 'touch';
    if (touch && !this.told.oneFinger?.()) {
      this.pointers.set(pointerId, at);
      return false;
    }
    if (!this.dragging && Math.hypot(at.x - this.start.x, at.y - this.start.y) < STILL) return false;
    this.dragging = true;
    this.pointers.set(pointerId, at);
    this.told.drag(at.x - before.x, at.y - before.y, touch);
    return true;
  }

  /** @param {Pick<Pointer, 'pointerId'>} event */
  up({ pointerId }) {
    this.pointers.delete(pointerId);
    if (!this.pointers.size) this.dragging = false;
  }
}

/** How many times closer a turn of the wheel comes.
 * @param {{deltaY: number, deltaMode: number, ctrlKey: boolean}} event */
export function wheelFactor({ deltaY, deltaMode, ctrlKey }) {
  const px = Math.max(-MOST, Math.min(MOST, deltaMode ? deltaY * LINE : deltaY)) || 0;
  return Math.exp(-px * (ctrlKey ? WHEEL.pad : WHEEL.mouse));
}
