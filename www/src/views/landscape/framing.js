import { pointIn } from '../../controls/pointer.js';
import { KEY, aroundTrial, isSame, panned, zoomedAt } from './extent.js';
import { wheelFactor } from './gestures.js';

/**
 * The part of the plane that a landscape shows, moved by hand. The picture moves at once; the engine is asked for its
 * points when it rests.
 *
 * @typedef {import('./shown.js').Shown} Shown
 * @typedef {import('../../figures/ground/ground.js').Extent} Extent
 * @typedef {import('../../figures/ground/labels.js').Point} Point
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {object} Figure
 * @property {Shown | null} shown
 * @property {boolean} tabled
 * @property {{i: number, j: number} | null} cursor
 * @property {import('./space.js').Space} space
 * @property {(shown: Shown) => any} axes
 * @property {(axes: any) => Frame} frame
 * @property {(name: 'landscape', detail: {extent: Extent | null}) => void} act
 * @property {() => void} requestUpdate
 */

/** The points of a frame are asked for once it has rested for so long, in ms. */
const REST = 150;

/** A line is shown whole, and what is still being trained has no plane yet. @param {Shown} shown */
export const canMove = ({ head, state }) => head.size[1] > 1 && state !== 'training';

export class Framing {
  /** @param {Figure} figure */
  constructor(figure) {
    /** @private */ this.figure = figure;
    /** @private @type {{plane: number, extent: Extent} | null} the frame that is being moved */ this.moved = null;
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.resting = undefined;
  }

  end() {
    clearTimeout(this.resting);
    this.moved = null;
  }

  /** @param {Shown} shown @returns {Extent} */
  extent({ head, options, plane }) {
    return this.moved?.plane === plane ? this.moved.extent : (options.extent ?? head.home);
  }

  /** Which frame that is. @param {Shown} shown @returns {'home' | 'trial' | 'own'} */
  kind(shown) {
    const [extent, { home }] = [this.extent(shown), shown.head];
    if (isSame(extent, home)) return 'home';
    return isSame(extent, aroundTrial(home)) ? 'trial' : 'own';
  }

  /** Frames a part of the plane; null is the plane's own frame. @param {Extent | null} extent */
  reframe(extent) {
    this.end();
    if (this.figure.shown?.state === 'training') return;
    this.figure.act('landscape', { extent });
  }

  /** @param {Shown} shown */
  trial({ head }) {
    this.reframe(aroundTrial(head.home));
  }

  /** @private @param {Shown} shown @param {Extent} extent */
  move({ plane }, extent) {
    const { figure } = this;
    this.moved = { plane, extent };
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      if (figure.shown?.plane === plane && this.moved) this.reframe(this.moved.extent);
    }, REST);
    figure.requestUpdate();
  }

  /** By a key's step. @param {Shown} shown @param {number} across @param {number} up */
  go(shown, across, up) {
    if (!canMove(shown)) return;
    this.move(shown, panned(this.extent(shown), shown.head.home, across * KEY.pan, up * KEY.pan));
  }

  /** @param {number} dx @param {number} dy in px */
  pan(dx, dy) {
    const { figure } = this;
    const { shown } = figure;
    if (!shown || !canMove(shown)) return;
    const { width, height, left, right, top, bottom } = figure.frame(figure.axes(shown));
    figure.cursor = null;
    const [du, dv] = [-dx / (width - left - right), dy / (height - top - bottom)];
    this.move(shown, panned(this.extent(shown), shown.head.home, du, dv));
  }

  /** @param {number} factor @param {Point} [at] in px; without it in the middle */
  zoom(factor, at) {
    const { figure } = this;
    const { shown } = figure;
    if (!shown || !canMove(shown)) return;
    const [u, v] = at ? this.sharesOf(shown, at) : [0.5, 0.5];
    figure.cursor = null;
    this.move(shown, zoomedAt(this.extent(shown), shown.head.home, factor, u, v));
  }

  /** Where a point of the plot lies along the plane's sides, from 0 to 1. @param {Shown} shown @param {Point} at */
  sharesOf(shown, at) {
    const { figure } = this;
    const { width, height, left, right, top, bottom } = figure.frame(figure.axes(shown));
    return [(at.x - left) / (width - left - right), (height - bottom - at.y) / (height - top - bottom)];
  }

  /** The wheel is the page's, unless the plot has the focus or ctrl says so. @param {WheelEvent} event */
  wheel(event) {
    const { shown, tabled, space } = this.figure;
    const plot = /** @type {HTMLElement} */ (event.currentTarget);
    if (!shown || tabled || !(event.ctrlKey || plot.matches(':focus'))) return;
    event.preventDefault();
    const factor = wheelFactor(event);
    if (space.shown) space.zoom(factor);
    else this.zoom(factor, pointIn(plot, event));
  }
}
