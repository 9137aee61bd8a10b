import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { tokens } from '../../figures/colors.js';
import { count } from '../../study/format.js';
import { CLASSES, MOST_POINTS, STARTERS, counts, dot, erased, isEnough, stroke, tableOf } from './drawing.js';
import { pixelRatio } from '../../platform/pixels.js';

/** @typedef {import('./drawing.js').Point} Point */

/** Colours of the classes, blue and ochre as everywhere in the page, each with a shape of its own. */
const COLORS = {
  light: ['#347bc5', '#aa6700', '#00755e', '#8a3f9e'],
  dark: ['#6faeef', '#d39e4f', '#8ef5d2', '#d29be0'],
};
/** One press of an arrow key, in the plane's units. */
const STEP = 0.05;
const UNDO = 50;
const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
});

/** A plane on which points of up to four classes are drawn, by pointer or by keys. */
export class TpDraw extends Part {
  static properties = { ...Part.properties, points: { state: true }, tool: { state: true }, at: { state: true } };

  constructor() {
    super();
    /** @type {Point[]} */ this.points = [];
    /** @type {number} a class; -1 is the eraser */ this.tool = 0;
    /** @type {[number, number]} where the keys are */ this.at = [0, 0];
    /** @private @type {Point[][]} */ this.past = [];
    /** @private @type {[number, number] | null} where a stroke has come to */ this.last = null;
    /** @private */ this.sizes = new ResizeObserver(() => this.paint());
  }

  observe() {
    const canvas = this.querySelector('canvas');
    if (canvas) this.sizes.observe(canvas);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sizes.disconnect();
  }

  render() {
    const n = counts(this.points);
    const names = n.map((_, of) => this.t('own.draw.class', { name: 'abcd'[of].toUpperCase() }));
    const said = names.filter((_, of) => n[of]).map((name, k) => `${name} ${count(n.filter((one) => one)[k])}`);
    return html`<div class="draw">
      <div class="row">${segmented(
        this.t('own.draw.tool'),
        [
          ...Array.from({ length: CLASSES }, (_, of) => ({ value: of, text: names[of] })),
          { value: -1, text: this.t('own.draw.eraser') },
        ],
        this.tool,
        (tool) => (this.tool = tool),
        { testid: 'draw-tool' },
      )}</div>
      <canvas tabindex="0" role="application" data-testid="draw-plane" aria-label=${this.t('own.draw.plane')}
        @pointerdown=${this.onDown} @pointermove=${this.onMove} @pointerup=${this.onUp} @pointercancel=${this.onUp}
        @keydown=${this.onKey} @focus=${() => this.paint()} @blur=${() => this.paint()}></canvas>
      <p class="q2">${this.t('own.draw.keys')}</p>
      <p role="status" data-testid="draw-words">${
        this.points.length
          ? this.t('own.draw.words', { n: count(this.points.length), classes: said.join(', ') })
          : this.t('own.draw.empty')
      }${this.points.length >= MOST_POINTS ? ` ${this.t('own.draw.full', { n: count(MOST_POINTS) })}` : ''}</p>
      <div class="foot">${Object.keys(STARTERS).map(
        (name) =>
          html`<button type="button" class="btn" data-testid="draw-${name}" @click=${() =>
            this.change(STARTERS[name]())}>${this.t(`own.draw.${name}`)}</button>`,
      )}
        <button type="button" class="lnk" data-testid="draw-undo" ?disabled=${!this.past.length}
          @click=${this.undo}>${this.t('own.draw.undo')}</button>
        <button type="button" class="lnk" data-testid="draw-clear" ?disabled=${!this.points.length} @click=${() =>
          this.change([])}>${this.t('own.draw.clear')}</button>
        <span class="sp"></span>
        <button type="button" class="btn p" data-testid="draw-use" ?disabled=${!isEnough(this.points)}
          title=${isEnough(this.points) ? '' : this.t('own.draw.more')}
          @click=${this.use}>${this.t('own.draw.use')}</button></div>
      ${isEnough(this.points) ? '' : html`<p class="q2">${this.t('own.draw.more')}</p>`}
    </div>`;
  }

  updated() {
    this.paint();
  }

  /** @private */
  paint() {
    const canvas = this.querySelector('canvas');
    const side = canvas?.clientWidth ?? 0;
    const context = canvas?.getContext('2d');
    if (!canvas || !context || !side) return;
    const ratio = Math.min(3, Math.max(1, pixelRatio()));
    if (canvas.width !== Math.round(side * ratio)) canvas.width = canvas.height = Math.round(side * ratio);
    const token = tokens(this, this.store.dark);
    const colors = COLORS[this.store.dark ? 'dark' : 'light'];
    const x = (/** @type {number} */ value) => ((value + 1) / 2) * side;
    const y = (/** @type {number} */ value) => ((1 - value) / 2) * side;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, side, side);
    context.strokeStyle = token('--grid');
    context.lineWidth = 1;
    for (const line of [-0.5, 0, 0.5]) {
      context.beginPath();
      context.moveTo(x(line), 0);
      context.lineTo(x(line), side);
      context.moveTo(0, y(line));
      context.lineTo(side, y(line));
      context.stroke();
    }
    for (const one of this.points) {
      context.fillStyle = colors[one.of];
      context.beginPath();
      mark(context, x(one.x), y(one.y), one.of);
      context.fill();
    }
    if (this.renderRootFocus() !== canvas) return;
    context.strokeStyle = token('--accent');
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x(this.at[0]), y(this.at[1]), this.tool < 0 ? side / 20 : 7, 0, 7);
    context.stroke();
  }

  /** @private Who has the focus in the page's own root. */
  renderRootFocus() {
    return /** @type {ShadowRoot} */ (this.getRootNode()).activeElement;
  }

  /** @private @param {Point[]} points */
  change(points) {
    this.remember();
    this.points = points;
  }

  /** @private */
  remember() {
    this.past = [...this.past, this.points].slice(-UNDO);
  }

  /** @private */
  undo() {
    this.points = this.past.pop() ?? [];
  }

  /** @private @param {PointerEvent} event @returns {[number, number]} */
  placeOf(event) {
    const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    return [(2 * (event.clientX - box.left)) / box.width - 1, 1 - (2 * (event.clientY - box.top)) / box.height];
  }

  /** @private @param {PointerEvent} event */
  onDown(event) {
    if (event.button) return;
    const canvas = /** @type {HTMLElement} */ (event.currentTarget);
    canvas.setPointerCapture(event.pointerId);
    canvas.focus();
    event.preventDefault();
    this.remember();
    this.last = this.placeOf(event);
    this.draw(this.last, this.last);
  }

  /** @private @param {PointerEvent} event */
  onMove(event) {
    if (!this.last) return;
    const at = this.placeOf(event);
    // A still hand adds nothing.
    if (Math.hypot(at[0] - this.last[0], at[1] - this.last[1]) < STEP / 2) return;
    this.draw(this.last, at);
    this.last = at;
  }

  /** @private */
  onUp() {
    this.last = null;
  }

  /** @private @param {[number, number]} from @param {[number, number]} to */
  draw(from, to) {
    this.points = this.tool < 0 ? erased(this.points, to) : stroke(this.points, from, to, this.tool);
    this.at = [Math.max(-1, Math.min(1, to[0])), Math.max(-1, Math.min(1, to[1]))];
  }

  /** @private @param {KeyboardEvent} event */
  onKey(event) {
    const by = ARROWS[event.key];
    const far = event.shiftKey ? 4 * STEP : STEP;
    const move = (/** @type {0 | 1} */ axis) => Math.max(-1, Math.min(1, this.at[axis] + (by?.[axis] ?? 0) * far));
    if (by) this.at = [move(0), move(1)];
    else if (event.key === ' ' || event.key === 'Enter') {
      this.change(
        this.tool < 0
          ? erased(this.points, this.at)
          : this.points.length < MOST_POINTS
            ? [...this.points, dot(this.at[0], this.at[1], this.tool)]
            : this.points,
      );
    } else if (event.key === 'Delete' || event.key === 'Backspace') this.change(erased(this.points, this.at));
    else if (/^[1-4]$/.test(event.key)) this.tool = Number(event.key) - 1;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @private */
  use() {
    this.dispatchEvent(new CustomEvent('drawn', { detail: { text: tableOf(this.points) } }));
  }
}

/** A point's shape: circle, square, triangle, diamond.
 * @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} of */
function mark(context, x, y, of) {
  if (of === 0) context.arc(x, y, 3.2, 0, 7);
  else if (of === 1) context.rect(x - 2.8, y - 2.8, 5.6, 5.6);
  else {
    const corners =
      of === 2
        ? [
            [0, -3.8],
            [3.5, 2.6],
            [-3.5, 2.6],
          ]
        : [
            [0, -4.2],
            [3.6, 0],
            [0, 4.2],
            [-3.6, 0],
          ];
    corners.forEach(([dx, dy], k) => (k ? context.lineTo(x + dx, y + dy) : context.moveTo(x + dx, y + dy)));
    context.closePath();
  }
}

define('tp-draw', TpDraw);
