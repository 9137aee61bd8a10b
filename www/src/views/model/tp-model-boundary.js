import { html, nothing, svg } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { wayOf } from '../../figures/cursor.js';
import { divergingColor, palette, tokens } from '../../figures/colors.js';
import { plotOf } from '../../figures/plot-axes.js';
import { drawRamp } from '../../figures/ramp.js';
import { exact, loss, metric } from '../../study/format.js';
import { steps, textWidth, ticked } from '../../study/scale.js';
import { colorOf } from '../race/field.js';
import { isFlat, unscaled } from './lens.js';
import { Painter, around, largestOf, sized, spanOf } from './paint.js';
import { SightPart } from './sight-part.js';
import { pixelRatio } from '../../platform/pixels.js';

/**
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {{row: number, x: number, y: number, truth: number, said: string, part: 'train' | 'validation',
 *   right: boolean | null}} Row
 */

const MARGINS = { right: 6, top: 6, bottom: 36 };
/** Keys move the cursor by this share of the plane. */
const STRIDE = 1 / 24;

/** What a network, or a unit of it, says of the plane of two features, with the rows on it. */
export class TpModelBoundary extends SightPart {
  static figure = 'model-boundary';

  constructor() {
    super();
    /** It keeps up with everything that is found. */ this.quick = true;
    /** @type {{u: number, v: number} | null} shares of the plane */ this.cursor = null;
    /** @private @type {Painter | null} */ this.painter = null;
    /** @private what the painter was made for */ this.made = '';
    /** @private @type {unknown[]} what was painted last */ this.drawn = [];
    /** @private the axes that are drawn */ this.axesDrawn = '';
    /** @private @type {ImageData | null} */ this.image = null;
    /** @private @type {Frame | null} */ this.frame = null;
  }

  /** The features of the plane that is drawn, or will be. */
  get axes() {
    const { head } = this.sight;
    const wanted = head && this.lens.plane(head);
    return wanted && (this.lens.found?.axes ?? wanted);
  }

  /** The unit that is drawn in place of the network. */
  get unit() {
    return this.lens.found?.unit ?? null;
  }

  get classes() {
    return this.head.task === 'classes' ? this.head.classes.length : 0;
  }

  get title() {
    const { unit } = this;
    if (unit) return this.t('model.unit', this.unitWords(unit));
    return this.t(this.sight.head?.task === 'numbers' ? 'model.values' : 'model.boundary');
  }

  /** @private @param {[number, number]} unit */
  unitWords([layer, unit]) {
    return { layer: layer + 1, unit: unit + 1 };
  }

  get keys() {
    return this.t('model.boundary.keys');
  }

  get ready() {
    return super.ready && this.axes !== null && this.lens.found?.field !== null;
  }

  get nothing() {
    if (!super.ready || this.axes) return null;
    const { head } = this;
    const key = head.task === 'numbers' ? 'model.no_plane.numbers' : 'model.no_plane';
    return { name: 'model-no-plane', text: this.t(key, { n: head.classes.length, features: head.inputs }) };
  }

  /** @private A unit's values, or the network's. */
  get span() {
    const { lens, head } = this;
    const field = lens.found?.field;
    if (this.unit && field) return around(largestOf(field));
    const target = lens.places.flatMap(({ truths }) => [...truths]);
    const [low, high] = spanOf(target);
    if (head.task === 'classes') return /** @type {[number, number]} */ ([0, 1]);
    const [mean, scale] = head.scaling.at(-1) ?? [0, 1];
    return /** @type {[number, number]} */ ([(low - mean) / scale, (high - mean) / scale]);
  }

  get legend() {
    if (!this.ready) return null;
    const { head, span } = this;
    if (!this.unit && this.classes > 2) return null;
    const dark = this.store.dark;
    const own = (/** @type {number} */ value) => {
      return exact(Number(unscaled(value, head.scaling.at(-1) ?? [0, 1]).toPrecision(3)));
    };
    const [low, high] = this.unit
      ? span.map((one) => exact(Number(one.toPrecision(2))))
      : this.classes
        ? [this.nameOfClass(0), this.nameOfClass(1)]
        : span.map(own);
    const color = (/** @type {number} */ share) => divergingColor(share, dark);
    return { text: '', title: '', low, high, color };
  }

  /** @param {HTMLCanvasElement} canvas */
  paintRamp(canvas) {
    const { dark } = this.store;
    drawRamp(canvas, this.store, (share) => divergingColor(share, dark));
  }

  tools() {
    if (!this.unit) return nothing;
    return html`<button type="button" class="lnk" data-testid="${this.name}-output"
      @click=${() => this.show(null)}>${this.t('model.unit.back')}</button>`;
  }

  /** @private @param {[number, number] | null} unit */
  show(unit) {
    this.lens.unit = unit;
    this.dispatchEvent(new CustomEvent('aim', { bubbles: true }));
  }

  /** Features to choose a plane of; none where the data are one. */
  controls() {
    if (!super.ready) return nothing;
    const { head, axes } = this;
    if (isFlat(head)) return this.keyOfRows();
    if (!axes)
      return html`<p class="q2"><button type="button" class="lnk" data-testid="${this.name}-plane"
        @click=${() => this.choose([head.tellers[0], head.tellers[1]])}>${this.t('model.plane.show')}</button></p>`;
    const select = (/** @type {0 | 1} */ which) => html`<label>${which ? 'y' : 'x'}
      <select class="field-input" data-testid="${this.name}-${which ? 'y' : 'x'}"
        @change=${(/** @type {Event} */ event) => {
          const next = /** @type {[number, number]} */ ([...axes]);
          next[which] = Number(/** @type {HTMLSelectElement} */ (event.target).value);
          // One feature has one axis.
          if (next[0] === next[1]) next[1 - which] = axes[which];
          this.choose(next);
        }}>${head.features.map(
          (name, k) => html`<option value=${k} ?selected=${k === axes[which]}>${name}</option>`,
        )}</select></label>`;
    return html`<div class="pickers">${select(0)}${select(1)}
      <span class="q" data-testid="${this.name}-rest">${this.t('model.plane.rest', { n: head.inputs - 2 })}</span>
      <button type="button" class="lnk" @click=${() => this.choose(null)}>${this.t('model.plane.hide')}</button>
    </div>${this.keyOfRows()}`;
  }

  /** @private */
  keyOfRows() {
    return html`<div class="pickers">${this.keyLine(this.pictureKeys())}</div>`;
  }

  pictureKeys() {
    const mark = (/** @type {unknown} */ shape) => html`<svg viewBox="0 0 10 10" aria-hidden="true">${shape}</svg>`;
    const keys = [
      { mark: mark(svg`<circle cx="5" cy="5" r="3.5" fill="var(--mark)" />`), text: this.t('model.part.train') },
      {
        mark: mark(svg`<path d="M1.5 1.5h7v7h-7Z" fill="var(--mark)" />`),
        text: this.t('model.part.validation'),
      },
    ];
    if (this.head.task === 'classes')
      keys.push({
        mark: mark(svg`<circle cx="5" cy="5" r="3.5" fill="var(--surface)" stroke="var(--ink)" stroke-width="2" />`),
        text: this.t('model.wrong'),
      });
    if (!this.unit && this.classes > 2)
      for (let k = 0; k < Math.min(10, this.classes); k++) {
        const color = colorOf(k + 0.999, this.classes, [0, 1], this.store.dark)
          .map(Math.round)
          .join(' ');
        keys.push({
          mark: mark(svg`<path d="M0 0h10v10H0Z" fill=${`rgb(${color})`} />`),
          text: this.nameOfClass(k),
        });
      }
    return keys;
  }

  /** @private @param {[number, number] | null} axes */
  choose(axes) {
    this.lens.axes = axes;
    this.lens.unit = null;
    this.cursor = null;
    this.lens.places = [];
    this.dispatchEvent(new CustomEvent('aim', { bubbles: true }));
    this.requestUpdate();
  }

  layers() {
    return html`<canvas class="field" aria-hidden="true"></canvas><canvas class="rows" aria-hidden="true"></canvas>
      <div class="cursor" hidden aria-hidden="true"><i></i><span></span></div>`;
  }

  summary() {
    if (!this.ready) return this.nothing?.text ?? this.title;
    const [train, validation] = this.lens.parts.map(({ verdict }) =>
      this.head.task === 'classes' ? metric(verdict.metric, 'classes') : loss(verdict.loss),
    );
    const key = this.head.task === 'numbers' ? 'model.boundary.summary.numbers' : 'model.boundary.summary';
    const names = (this.axes ?? []).map((one) => this.head.features[one]);
    return this.t(key, { title: this.ofTrial(this.title), x: names[0], y: names[1], train, validation });
  }

  /** @private @returns {Row[]} */
  get rows() {
    const width = this.head.widths.at(-1) ?? 1;
    return this.lens.places.flatMap(({ rows, xy, truths, said }, which) =>
      [...rows].map((row, k) => {
        const outputs = said.subarray(k * width, (k + 1) * width);
        const { text, right } = this.answer(outputs, truths[k]);
        const part = which ? 'validation' : 'train';
        return { row, x: xy[2 * k], y: xy[2 * k + 1], truth: truths[k], said: text, part, right };
      }),
    );
  }

  /** @private @param {Float32Array} outputs @param {number} truth @returns {{text: string, right: boolean | null}} */
  answer(outputs, truth) {
    if (this.head.task === 'numbers') {
      const own = unscaled(outputs[0], this.head.scaling.at(-1) ?? [0, 1]);
      return { text: exact(Number(own.toPrecision(4))), right: null };
    }
    let named = 0;
    for (let k = 1; k < outputs.length; k++) if (outputs[k] > outputs[named]) named = k;
    return { text: this.nameOfClass(named), right: named === truth };
  }

  data() {
    const { head, axes } = this;
    const rows = this.ready ? this.rows : [];
    const place = (/** @type {number} */ value) => exact(Number(value.toPrecision(4)));
    const column = (
      /** @type {string} */ key,
      /** @type {string} */ label,
      /** @type {(row: Row) => unknown} */ value,
      /** @type {((row: Row) => unknown) | undefined} */ text = undefined,
    ) => ({ key, label, num: key !== 'part', value, text: text ?? value });
    const truth = (/** @type {Row} */ row) =>
      head.task === 'classes' ? this.nameOfClass(row.truth) : place(row.truth);
    const own = (/** @type {0 | 1} */ which, /** @type {number} */ value) => this.own(axes?.[which] ?? 0, value);
    return {
      caption: this.summary(),
      columns: [
        column('row', this.t('model.row'), (row) => row.row),
        column(
          'part',
          this.t('model.part'),
          (row) => row.part,
          (row) => this.t(`model.part.${row.part}`),
        ),
        ...(axes ?? []).slice(0, head.inputs === 1 ? 1 : 2).map((axis, which) =>
          column(
            head.features[axis] ?? `x${axis + 1}`,
            head.features[axis] ?? `x${axis + 1}`,
            (row) => own(/** @type {0 | 1} */ (which), which ? row.y : row.x),
            (row) => place(own(/** @type {0 | 1} */ (which), which ? row.y : row.x)),
          ),
        ),
        column('truth', this.t('model.truth'), truth),
        column('said', this.t('model.said'), (row) => row.said),
      ],
      rows,
      all: () => rows,
    };
  }

  draw() {
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.layer.chart'));
    const field = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.field'));
    const over = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.rows'));
    const { found } = this.lens;
    if (!layer || !field || !over) return;
    const { width, height } = this.size;
    const shown = this.ready && found?.field && width > 60 && height > 60;
    field.hidden = over.hidden = !shown;
    if (!shown || !found?.field) {
      if (this.axesDrawn) layer.replaceChildren();
      this.axesDrawn = '';
      this.drawn = [];
      this.placeCursor();
      return;
    }
    const frame = this.framed(layer, found.extent);
    const side = Math.round(Math.sqrt(found.field.length));
    const { dark } = this.store;
    const { unit } = this;
    const look = { classes: unit ? 0 : this.classes, dark, surface: tokens(this, dark)('--surface'), span: this.span };
    const made = JSON.stringify([look.classes, dark, look.surface, palette.version]);
    if (!this.painter || made !== this.made) {
      this.painter = new Painter(look);
      this.made = made;
      this.drawn = [];
    }
    this.painter.look = look;
    sized(field, side, side);
    if (this.image?.width !== side) this.image = new ImageData(side, side);
    this.painter.paint(this.image, found.field, side);
    field.getContext('2d')?.putImageData(this.image, 0, 0);
    this.paintRows(over, frame, found.extent);
    this.placeCursor();
  }

  /** The square that the plane takes, its axes drawn around it. @private
   * @param {HTMLElement} layer @param {[number, number, number, number]} extent */
  framed(layer, extent) {
    const { head } = this;
    const { width, height } = this.size;
    const axes = /** @type {[number, number]} */ (this.axes);
    const isLine = head.inputs === 1;
    const axis = (/** @type {0 | 1} */ which) => {
      const feature = axes[which];
      const [low, high] = [0, 1].map((end) => this.own(feature, extent[2 * which + end]));
      const ticks = ticked(steps(low, high, 5));
      return { domain: /** @type {[number, number]} */ ([low, high]), ticks };
    };
    const x = axis(0);
    const y = isLine ? { domain: /** @type {[number, number]} */ ([0, 1]), ticks: [] } : axis(1);
    const longest = Math.max(14, ...y.ticks.map((tick) => textWidth(tick.label)));
    const left = isLine ? 12 : 24 + longest;
    const side = Math.max(20, Math.min(width - left - MARGINS.right, height - MARGINS.top - MARGINS.bottom));
    const frame = {
      width: left + side + MARGINS.right,
      height: MARGINS.top + side + MARGINS.bottom,
      left,
      ...MARGINS,
    };
    const titles = { x: head.features[axes[0]] ?? 'x1', y: isLine ? '' : (head.features[axes[1]] ?? 'x2') };
    const key = JSON.stringify([x, y, frame, titles]);
    if (key !== this.axesDrawn) {
      this.axesDrawn = key;
      layer.replaceChildren(plotOf({ x, y }, frame, titles, []));
      for (const canvas of this.querySelectorAll('canvas.field, canvas.rows')) {
        const { style } = /** @type {HTMLElement} */ (canvas);
        style.setProperty('left', `${left}px`);
        style.setProperty('top', `${MARGINS.top}px`);
        style.setProperty('width', `${side}px`);
        style.setProperty('height', `${side}px`);
      }
    }
    this.frame = frame;
    return frame;
  }

  /** @private @param {HTMLCanvasElement} canvas @param {Frame} frame
   * @param {[number, number, number, number]} extent */
  paintRows(canvas, frame, extent) {
    const side = frame.width - frame.left - frame.right;
    const ratio = Math.min(2, pixelRatio());
    const { places } = this.lens;
    const key = [side, ratio, places, this.made, this.unit];
    if (this.drawn.length === key.length && key.every((one, k) => one === this.drawn[k])) return;
    this.drawn = key;
    const pixels = Math.round(side * ratio);
    sized(canvas, pixels, pixels);
    const g = canvas.getContext('2d');
    if (!g || !this.painter) return;
    g.clearRect(0, 0, pixels, pixels);
    const token = tokens(this, this.store.dark);
    const [surface, ink] = [token('--surface'), token('--ink')];
    const [x0, x1, y0, y1] = extent;
    const { head } = this;
    const [mean, scale] = head.scaling.at(-1) ?? [0, 1];
    const own = new Painter({ ...this.painter.look, classes: this.classes, span: this.targetSpan() });
    const r = 3 * ratio;
    for (const row of this.rows) {
      const at = [((row.x - x0) / (x1 - x0)) * pixels, pixels - ((row.y - y0) / (y1 - y0)) * pixels];
      g.fillStyle = own.color(head.task === 'numbers' ? (row.truth - mean) / scale : row.truth);
      // What the network is wrong about is ringed.
      g.strokeStyle = row.right === false ? ink : surface;
      g.lineWidth = (row.right === false ? 2 : 1) * ratio;
      g.beginPath();
      if (row.part === 'train') g.arc(at[0], at[1], r, 0, 2 * Math.PI);
      else g.rect(at[0] - r, at[1] - r, 2 * r, 2 * r);
      g.fill();
      g.stroke();
    }
  }

  /** @private */
  targetSpan() {
    const [mean, scale] = this.head.scaling.at(-1) ?? [0, 1];
    const span = spanOf(this.lens.places.flatMap(({ truths }) => [...truths]));
    return /** @type {[number, number]} */ (span.map((one) => (one - mean) / scale));
  }

  /** @private */
  placeCursor() {
    const cursor = /** @type {HTMLElement | null} */ (this.querySelector('.cursor'));
    const { frame } = this;
    if (!cursor) return;
    const at = this.cursor;
    cursor.hidden = !at || !frame || !this.ready;
    if (!at || !frame || cursor.hidden) return;
    const side = frame.width - frame.left - frame.right;
    const [x, y] = [frame.left + at.u * side, frame.top + (1 - at.v) * side];
    cursor.style.transform = `translate(${x}px, ${y}px)`;
    const text = /** @type {HTMLElement} */ (cursor.children[1]);
    text.textContent = this.read(at);
    cursor.classList.toggle('left', at.u > 0.5);
    cursor.classList.toggle('below', at.v > 0.5);
  }

  /** What the network says of a place. @private @param {{u: number, v: number}} at */
  read({ u, v }) {
    const { found } = this.lens;
    const { head } = this;
    if (!found?.field || !this.axes) return '';
    const side = Math.round(Math.sqrt(found.field.length));
    const cell = Math.round(v * (side - 1)) * side + Math.round(u * (side - 1));
    const value = found.field[cell];
    const place = this.axes.slice(0, head.inputs === 1 ? 1 : 2).map((axis, which) => {
      const share = which ? v : u;
      const [low, high] = found.extent.slice(2 * which, 2 * which + 2);
      const own = this.own(axis, low + share * (high - low));
      return `${head.features[axis] ?? `x${axis + 1}`} ${exact(Number(own.toPrecision(3)))}`;
    });
    return `${place.join(', ')}: ${this.valueText(value)}`;
  }

  /** @private @param {number} value */
  valueText(value) {
    const { head } = this;
    if (!Number.isFinite(value)) return this.t('model.no_number');
    if (this.unit) return exact(Number(value.toPrecision(3)));
    if (head.task === 'numbers') {
      return exact(Number(unscaled(value, head.scaling.at(-1) ?? [0, 1]).toPrecision(4)));
    }
    const n = this.classes;
    const named = n === 2 ? Number(value >= 0.5) : Math.floor(value);
    const share = n === 2 ? Math.abs(value - 0.5) + 0.5 : 1 / n + (value - named) * (1 - 1 / n);
    return `${this.nameOfClass(named)}, ${metric(share, 'classes')}`;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const { frame } = this;
    if (!frame || this.tabled || !this.ready) return;
    const at = pointIn(/** @type {HTMLElement} */ (event.currentTarget), event);
    const side = frame.width - frame.left - frame.right;
    const [u, v] = [(at.x - frame.left) / side, 1 - (at.y - frame.top) / side];
    this.cursor = u >= 0 && u <= 1 && v >= 0 && v <= 1 ? { u, v } : null;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (!this.ready || event.target !== event.currentTarget) return;
    const way = wayOf(event);
    if (event.key === 'Escape' && (this.cursor || this.unit)) {
      if (this.cursor) this.cursor = null;
      else this.show(null);
    } else if (way) {
      const by = STRIDE * (event.shiftKey ? 5 : 1);
      const { u, v } = this.cursor ?? { u: 0.5, v: 0.5 };
      const inside = (/** @type {number} */ one) => Math.max(0, Math.min(1, one));
      this.cursor = { u: inside(u + by * way[0]), v: inside(v + by * way[1]) };
    } else return;
    event.preventDefault();
    event.stopPropagation();
    if (this.cursor) this.tell(this.read(this.cursor));
  }
}

define('tp-model-boundary', TpModelBoundary);
