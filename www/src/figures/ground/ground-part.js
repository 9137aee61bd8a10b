import { FigurePart } from '../figure.js';
import { palette, tokens } from '../colors.js';
import { steps, textWidth, ticked } from '../../study/scale.js';
import { inSlices, turn } from '../../platform/turns.js';
import { pixelRatio } from '../../platform/pixels.js';
import { groundColor, groundOf, paint, paintAll } from './ground.js';

/**
 * A figure that stands on a ground: scores over a plane, worked out in slices as they arrive, painted once, and kept
 * until something about them changes. What lies over it is the figure's own.
 *
 * @typedef {import('../plot-axes.js').Frame} Frame
 * @typedef {import('../plot-axes.js').Ticked} Ticked
 * @typedef {import('./ground.js').Extent} Extent
 * @typedef {import('./ground.js').Ground} Ground
 * @typedef {import('./grid.js').Field & {extent: Extent, of?: unknown}} Field `of`: what its picture may stand for
 *   a while after other scores have taken its place
 */

/** Steps of colour of the legend's ramp. */
const STEPS = 36;

export class GroundPart extends FigurePart {
  static layer = 'axes';
  static saves = [...FigurePart.saves, /** @type {import('../figure-data.js').SaveKind[]} */ (['json'])];

  constructor() {
    super();
    /** Whether losses are drawn by their logarithm. */ this.log = true;
    /** Grows as points arrive. @protected */ this.told = 0;
    /** @type {Ground | null} */ this.ground = null;
    /** What is worked out, what is painted, what lies over it. @protected */
    this.drawn = { wanted: '', made: '', painted: '', over: '', busy: false };
  }

  // What a figure brings

  /** What is known of the scores. @returns {Field | null} */
  get field() {
    return null;
  }

  /** Which of the field's scores these are, in words, and whether they go by their logarithm. */
  get scores() {
    return { name: 'loss', log: this.log, better: /** @type {'low' | 'high'} */ ('low') };
  }

  /** The part of the plane that the plot shows. @returns {Extent} */
  get view() {
    return [0, 1, 0, 1];
  }

  /** The frame of the plot as it is now. @returns {Frame} */
  get plotFrame() {
    return this.frame(this.axesOver(this.view));
  }

  /** A ground has been worked out. @param {Ground | null} ground @param {string} _name which scores it is of
   * @param {Field} _field what it was made of */
  takeGround(ground, _name, _field) {
    this.ground = ground;
  }

  // The ground

  /** The layers of the plot; null while it is not there or too small. @protected */
  get layersOf() {
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.axes'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.ground'));
    if (!layer || !over || !canvas || this.size.width < 80 || this.size.height < 80) return null;
    return { layer, over, canvas };
  }

  /** @param {HTMLCanvasElement} canvas */
  paintRamp(canvas) {
    const g = canvas.getContext('2d');
    if (!g) return;
    g.clearRect(0, 0, canvas.width, canvas.height);
    for (let k = 0; k < STEPS; k++) {
      g.fillStyle = groundColor(1 - k / (STEPS - 1), this.store.dark);
      g.fillRect(4 * k, 4, 4, 16);
    }
  }

  /** Axes of a plane's own coordinates. @param {Extent} extent @returns {{x: Ticked, y: Ticked}} */
  axesOver([x0, x1, y0, y1]) {
    const axis = (/** @type {number} */ low, /** @type {number} */ high) => ({
      domain: /** @type {[number, number]} */ ([low, high]),
      ticks: ticked(steps(low, high, 5)),
    });
    return { x: axis(x0, x1), y: axis(y0, y1) };
  }

  /** @param {{y: {ticks: {label: string}[]}} | null} axes @returns {Frame} */
  frame(axes = null) {
    const { width, height } = this.size;
    const longest = Math.max(0, ...(axes?.y.ticks.map((tick) => textWidth(tick.label)) ?? []));
    return { width, height, left: Math.min(width / 3, 32 + Math.max(14, longest)), right: 12, top: 8, bottom: 38 };
  }

  /** Nothing stands on nothing. @protected */
  forgetGround() {
    this.ground = null;
    Object.assign(this.drawn, { made: '', painted: '', over: '', wanted: '' });
  }

  /** Works the ground out in slices where that was not done yet; what arrives meanwhile is worked out after it.
   * @protected */
  async renew() {
    const { drawn } = this;
    const { name, log, better } = this.scores;
    const made = `${this.told} ${name} ${this.log}`;
    if (made === drawn.made) return;
    drawn.wanted = made;
    if (drawn.busy) return;
    drawn.busy = true;
    const { field } = this;
    await turn();
    const work = field?.known.length ? inSlices(groundOf(field, log, better), () => this.isConnected) : undefined;
    const ground = await Promise.resolve(work).finally(() => {
      drawn.busy = false;
    });
    if (!this.isConnected || ground === undefined) return;
    // Of another plane it is no picture of this one.
    const of = (/** @type {Field | null} */ one) => one?.of ?? one?.known;
    if (field && of(this.field) === of(field)) {
      drawn.made = made;
      this.takeGround(ground, name, field);
      drawn.painted = '';
    }
    this.requestUpdate();
  }

  /** Whether it had to be painted. @protected @param {HTMLCanvasElement} canvas @param {Frame} frame */
  paintOn(canvas, frame) {
    const { width, height } = frame;
    const ratio = pixelRatio();
    const key = [this.drawn.made, width, height, ratio, this.store.dark, palette.version, this.view].join();
    if (key === this.drawn.painted) return false;
    this.drawn.painted = key;
    paintAll(canvas, frame, (g) => this.painting(g, ratio));
    return true;
  }

  /** @private @param {CanvasRenderingContext2D} g @param {number} ratio */
  painting(g, ratio) {
    const { store } = this;
    const frame = Object.fromEntries(Object.entries(this.plotFrame).map(([name, px]) => [name, Number(px) * ratio]));
    const look = { token: tokens(this, store.dark), dark: store.dark };
    return paint(g, this.ground, /** @type {any} */ (frame), ratio, look, this.view);
  }

  /** @param {HTMLCanvasElement} canvas */
  vectors(canvas) {
    if (!canvas.matches('.ground') || !this.ground) return null;
    return { ratio: 1, draw: (/** @type {CanvasRenderingContext2D} */ g) => this.painting(g, 1) };
  }
}
