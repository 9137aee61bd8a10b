import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { tokens } from '../../figures/colors.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { scoreName, scoreText } from '../../state/spread.js';
import { count } from '../../study/format.js';
import { textWidth } from '../../study/scale.js';
import { ABSENT, DIVERGED, LEARNED } from './field.js';
import { FAINT, FieldFigure, NEAR, PLAIN_INK, STROKED } from './field-figure.js';
import { Raster, packed } from './raster.js';
import { verdictsOf } from './verdicts.js';
import { pixelRatio } from '../../platform/pixels.js';

/**
 * @typedef {import('./field.js').FieldAxis} FieldAxis
 * @typedef {{axis: FieldAxis, left: number, top: number, width: number, height: number}} Panel the place of a plot
 *   within its axes, in pixels of the figure
 */

/** Panels are so wide at least, on a phone narrower, and so high with their axes. */
const WIDE = 200;
const NARROW = 130;
const PHONE = 560;
const HIGH = 186;
/** Room around a panel's plot; above it lies what has no score. */
const TOP = 34;
const BOTTOM = 40;
const GAP = 16;
const LANE = 11;
/** The name of the ink in a raster. */
const INK = PLAIN_INK + 1;
/** More trials than this have smaller dots. */
const CROWD = 20_000;
/** Dots between two turns. */
const AT_ONCE = 8000;

/** The score over each hyperparameter: a panel for each, a dot for each trial. */
export class TpSlice extends FieldFigure {
  static figure = 'slice';
  static file = 'slices';

  constructor() {
    super();
    /** @private @type {Panel[]} */ this.panels = [];
    /** @private the height of the whole */ this.high = HIGH;
    /** @private */ this.drawn = '';
    /** @private where dots of a raster lie, and for which trials and size @type {{key: string, all: Int32Array[]}} */
    this.corners = { key: '', all: [] };
  }

  get title() {
    return this.t('slice.title');
  }

  summary() {
    const { store, field } = this;
    const best = store.trials.get(store.best ?? -1);
    return [
      this.t('slice.summary', {
        n: count(field.begun),
        score: scoreName(store, true),
        names: field.searched.map(({ name }) => store.label(name)).join(', '),
      }),
      best ? this.t('trials.best', { number: best.number, value: scoreText(store, best) }) : '',
      field.score.missing ? this.t('trials.unscored', { n: count(field.score.missing) }) : '',
    ]
      .filter(Boolean)
      .join(' ');
  }

  controls() {
    if (!this.ready || this.nothing) return nothing;
    const isShaded = verdictsOf(this.field).all.some(({ good }) => good?.told);
    return html`<div class="pickers">${this.keyLine(this.stateKeys())}${
      isShaded ? html`<span class="c3"><i class="swatch"></i>${this.t('slice.shaded')}</span>` : nothing
    }</div>`;
  }

  pictureKeys() {
    return this.stateKeys();
  }

  layers() {
    return html`<canvas class="layer dots" aria-hidden="true"></canvas>${this.overLayer()}`;
  }

  /** @private Where the panels lie. @returns {Panel[]} */
  place() {
    const { field } = this;
    const { width } = this.size;
    const left = 26 + Math.max(20, ...field.score.axis.ticks.map((tick) => textWidth(tick.label)));
    const n = field.searched.length;
    const columns = Math.max(1, Math.min(n, Math.floor((width - left) / (width < PHONE ? NARROW : WIDE))));
    const rows = Math.ceil(n / columns);
    this.high = rows * HIGH;
    const wide = (width - left - 10 - GAP * (columns - 1)) / columns;
    return field.searched.map((axis, k) => ({
      axis,
      left: left + (k % columns) * (wide + GAP),
      top: Math.floor(k / columns) * HIGH + TOP,
      width: wide,
      height: HIGH - TOP - BOTTOM,
    }));
  }

  draw() {
    const plot = /** @type {HTMLElement | null} */ (this.querySelector('.plot'));
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    if (!plot || !chart || !over || this.size.width < 60) return;
    if (!this.ready || this.nothing) {
      plot.style.height = '';
      this.drawn = '';
      this.panels = [];
      chart.replaceChildren();
      over.replaceChildren();
      this.paint('dots', '', () => this.paintDots());
      return;
    }
    const { field, store } = this;
    this.panels = this.place();
    plot.style.height = `${this.high}px`;
    const verdicts = verdictsOf(field);
    const names = [scoreName(store, true), ...field.searched.map((axis) => this.nameOf(axis))];
    const ground = [this.paintKey, this.high, field.brushKey, ...names].join();
    if (ground !== this.drawn) {
      this.drawn = ground;
      chart.replaceChildren(this.axes(verdicts));
    }
    this.paint('dots', ground, () => this.paintDots());
    over.replaceChildren(
      ...this.ring(store.hovered, 'var(--ink)', 5.5),
      ...this.ring(store.selected?.number ?? null, 'var(--accent)', 6.5),
    );
  }

  /** @private @param {import('./verdicts.js').Verdicts} verdicts */
  axes(verdicts) {
    const { field, panels, store } = this;
    const { width } = this.size;
    const svg = element('svg', { width, height: this.high });
    const isFirst = (/** @type {Panel} */ { left }) => left === panels[0].left;
    for (const panel of panels) {
      const { axis, left, top, width: wide, height } = panel;
      const edge = isFirst(panel) ? left : 0;
      const frame = { width: edge + wide, height: top + height + BOTTOM, left: edge, right: 0, top, bottom: BOTTOM };
      const y = isFirst(panel) ? field.score.axis : { ...field.score.axis, ticks: [] };
      const titles = { x: this.nameOf(axis), y: isFirst(panel) ? scoreName(store, true) : undefined };
      const ground = element('rect', { x: edge, y: top, width: wide, height, fill: 'var(--ground)' });
      const made = plotOf({ x: axis.axis, y }, frame, titles, [ground, ...this.shade(panel, edge, verdicts)]);
      // Panels of a row lie beside each other: each is drawn from its own left edge.
      if (!isFirst(panel)) made.setAttribute('x', String(left));
      svg.append(made);
      if (field.score.missing && isFirst(panel))
        svg.append(
          element(
            'text',
            { x: left - 8, y: top - LANE, dy: '.35em', 'text-anchor': 'end', 'font-size': 11, fill: 'var(--ink-3)' },
            '×',
          ),
        );
    }
    return svg;
  }

  /** @private @param {FieldAxis} axis */
  nameOf({ name, axis }) {
    return this.store.scaled(this.store.label(name), axis.scale);
  }

  /** @private Where most of the best lie, where that says anything. @param {Panel} panel @param {number} left
   * @param {import('./verdicts.js').Verdicts} verdicts */
  shade({ axis, top, width, height }, left, verdicts) {
    const good = verdicts.all.find((one) => one.axis === axis)?.good;
    if (!good?.told) return [];
    const [low, high] = axis.axis.domain;
    const ends = axis.range?.choices
      ? good.choices.map((place) => {
          const at = axis.axis.to(/** @type {any} */ (axis.range?.choices?.[place]));
          const half = 0.4 * ((high - low) / Math.max(1, axis.axis.slots));
          return [at - half, at + half];
        })
      : [[axis.axis.to(good.low), axis.axis.to(good.high)]];
    return ends.map(([from, to]) => {
      const [a, b] = [from, to].map((at) => Math.max(0, Math.min(1, (at - low) / (high - low))) * width);
      return element('rect', { x: left + a, y: top, width: Math.max(2, b - a), height, fill: 'var(--line)' });
    });
  }

  /** @private Where a trial lies in a panel. @param {Panel} panel @param {number} k
   * @param {Float32Array} ups where all trials lie on the axis of scores */
  spot({ axis, left, top, width, height }, k, ups) {
    const x = left + axis.shares[k] * width;
    const share = ups[k];
    return { x, y: share >= 0 ? top + (1 - share) * height : top - LANE };
  }

  /** @private @returns {Generator} */
  *paintDots() {
    const { field, panels, high, size } = this;
    const n = field.begun * panels.length;
    const isMany = n > STROKED;
    if (!n || !isMany) {
      const g = this.canvas('canvas.dots', Math.max(1, pixelRatio()));
      g?.clearRect(0, 0, size.width, Math.max(high, size.height));
      if (g && n) yield* this.stroke(g);
      return;
    }
    const raster = new Raster(Math.max(1, Math.round(size.width)), high);
    const { order, out, looks } = field;
    const side = field.begun > CROWD ? 1 : 2;
    const corners = yield* this.cornersIn(raster, side);
    const inks = Uint8Array.from(order, (k) => (out[k] ? FAINT : looks[k] === LEARNED ? INK : PLAIN_INK));
    for (const isOut of [true, false])
      for (const own of corners)
        for (let j = 0; j < inks.length; j++) {
          if (j % AT_ONCE === 0) yield;
          if ((inks[j] === FAINT) === isOut && own[j] >= 0) raster.dot(own[j], side, inks[j]);
        }
    const token = tokens(this, this.store.dark);
    const colors = ['', '--line-2', '--mark', '--ink-2'].map((name) => name && packed(token(name)));
    this.canvas('canvas.dots', 1)?.putImageData(raster.image(/** @type {number[]} */ (colors)), 0, 0);
  }

  /** @private Where the dots of each panel lie, in the order of painting; -1 of trials without a place. A brush moves
   * none of them. @param {Raster} raster @param {number} side @returns {Generator<undefined, Int32Array[]>} */
  *cornersIn(raster, side) {
    const { field, panels } = this;
    const key = [field.key, raster.width, raster.height, side, panels.length].join();
    if (key === this.corners.key) return this.corners.all;
    const all = [];
    for (const panel of panels) {
      const own = new Int32Array(field.order.length);
      for (let j = 0; j < own.length; j++) {
        if (j % AT_ONCE === 0) yield;
        const { x, y } = this.spot(panel, field.order[j], field.score.shares);
        own[j] = x >= 0 ? raster.cornerOf(x, y, side) : -1;
      }
      all.push(own);
    }
    this.corners = { key, all };
    return all;
  }

  /** @private @param {CanvasRenderingContext2D} g @returns {Generator} */
  *stroke(g) {
    const { field, panels } = this;
    const token = tokens(this, this.store.dark);
    let done = 0;
    for (const isOut of [true, false])
      for (const panel of panels)
        for (const k of field.order) {
          if (Boolean(field.out[k]) !== isOut || Number.isNaN(panel.axis.shares[k])) continue;
          const { x, y } = this.spot(panel, k, field.score.shares);
          const color = token(isOut ? '--line-2' : field.looks[k] === LEARNED ? '--ink-2' : '--mark');
          g.beginPath();
          if (field.looks[k] === DIVERGED) {
            for (const way of [-3, 3]) {
              g.moveTo(x - 3, y - way);
              g.lineTo(x + 3, y + way);
            }
            g.strokeStyle = color;
            g.lineWidth = 1.4;
            g.stroke();
          } else {
            g.arc(x, y, 2.6, 0, 7);
            g.fillStyle = color;
            g.fill();
          }
          if (++done % 50 === 0) yield;
        }
  }

  /** @param {HTMLCanvasElement} _canvas */
  vectors(_canvas) {
    const { field, panels } = this;
    if (field.begun * panels.length > STROKED) return null;
    return { ratio: 1, draw: (/** @type {CanvasRenderingContext2D} */ g) => this.stroke(g) };
  }

  /** @private A ring around a trial in every panel. @param {number | null} number @param {string} color
   * @param {number} r */
  ring(number, color, r) {
    const { field } = this;
    const k = field.indexOf(number);
    if (k < 0 || field.looks[k] === ABSENT) return [];
    return this.panels.flatMap((panel) => {
      const { x, y } = this.spot(panel, k, field.score.shares);
      if (Number.isNaN(x)) return [];
      const look = { cx: x.toFixed(1), cy: y.toFixed(1), r, fill: 'none' };
      return [
        element('circle', { ...look, stroke: 'var(--surface)', 'stroke-width': 4.5 }),
        element('circle', { ...look, stroke: color, 'stroke-width': 2.2 }),
      ];
    });
  }

  /** @protected @param {MouseEvent} event @returns {number | null} */
  trialAt(event) {
    const { field } = this;
    const { x, y } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    const panel = this.panels.find(
      (one) =>
        x >= one.left - GAP / 2 &&
        x <= one.left + one.width + GAP / 2 &&
        y >= one.top - TOP &&
        y <= one.top + one.height + BOTTOM,
    );
    if (!panel) return null;
    let [found, near] = [-1, NEAR * NEAR];
    for (let k = 0; k < field.n; k++) {
      if (field.out[k] || field.looks[k] === ABSENT) continue;
      const share = field.score.shares[k];
      const dx = panel.left + panel.axis.shares[k] * panel.width - x;
      const dy = (share >= 0 ? panel.top + (1 - share) * panel.height : panel.top - LANE) - y;
      const far = dx * dx + dy * dy;
      if (far < near) [found, near] = [k, far];
    }
    return found < 0 ? null : field.trials[found].number;
  }
}

define('tp-slice', TpSlice);
