import { html } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { placeAfter } from '../../figures/cursor.js';
import { tokens } from '../../figures/colors.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { count, exact, loss, metric } from '../../study/format.js';
import { shareOf, steps, textWidth, ticked } from '../../study/scale.js';
import { sized, spanOf } from './paint.js';
import { SightPart } from './sight-part.js';
import { pixelRatio } from '../../platform/pixels.js';

/** @typedef {{part: number, k: number, truth: number, said: number, residual: number}} Row */

const GAP = 26;
const MARGINS = { top: 22, bottom: 36 };
/** A pointer finds a point that is no farther away, in px. */
const REACH = 22;

/** Residuals against predictions, training and validation side by side. */
export class TpModelResiduals extends SightPart {
  static figure = 'model-residuals';

  constructor() {
    super();
    /** @type {number | null} a row */ this.cursor = null;
    /** @private */ this.known = { parts: /** @type {unknown} */ (null), rows: /** @type {Row[]} */ ([]) };
    /** @private @type {{x: number, y: number}[]} */ this.places = [];
    /** @private */ this.key = '';
  }

  get title() {
    return this.t('model.residuals');
  }

  get keys() {
    return this.t('model.residuals.keys');
  }

  get ready() {
    return super.ready && this.lens.parts.length === 2 && this.lens.parts[0].said !== undefined;
  }

  /** @returns {Row[]} */
  get rows() {
    const { parts } = this.lens;
    if (this.known.parts === parts) return this.known.rows;
    const [mean, scale] = this.head.scaling.at(-1) ?? [0, 1];
    const rows = parts.flatMap(({ said = [], truths = [] }, part) =>
      Array.from(said, (one, k) => {
        const own = mean + scale * one;
        return { part, k, truth: truths[k], said: own, residual: truths[k] - own };
      }),
    );
    this.known = { parts, rows };
    return rows;
  }

  summary() {
    if (!this.ready) return this.title;
    const [train, validation] = this.lens.parts.map(({ verdict }) => ({
      loss: loss(verdict.loss),
      r2: metric(verdict.metric, 'numbers'),
    }));
    return this.t('model.residuals.summary', {
      title: this.ofTrial(this.title),
      train: train.loss,
      validation: validation.loss,
      r2: validation.r2,
    });
  }

  data() {
    const rows = this.ready ? this.rows : [];
    const number = (/** @type {number} */ value) => exact(Number(value.toPrecision(4)));
    const order = [...rows].sort((a, b) => Math.abs(b.residual) - Math.abs(a.residual));
    return {
      caption: this.summary(),
      columns: [
        this.partColumn(),
        ...['truth', 'said', 'residual'].map((key) => ({
          key,
          label: this.t(`model.${key}.number`),
          num: true,
          text: (/** @type {any} */ row) => number(row[key]),
          value: (/** @type {any} */ row) => row[key],
        })),
      ],
      rows: order.slice(0, 200),
      all: () => rows,
    };
  }

  below() {
    if (!this.ready) return html``;
    const row = this.cursor === null ? null : this.rows[this.cursor];
    const [train, validation] = this.lens.parts.map(({ verdict }) => count(verdict.n));
    return html`<p class="q2 read" data-testid="${this.name}-read">${
      row ? this.read(row) : this.t('model.judged', { train, validation })
    }</p>`;
  }

  /** @private @param {Row} row */
  read({ part, truth, said, residual }) {
    const number = (/** @type {number} */ value) => exact(Number(value.toPrecision(4)));
    const values = { part: this.partName(part), truth: number(truth), said: number(said), residual: number(residual) };
    return this.t('model.residuals.row', values);
  }

  layers() {
    return html`<canvas class="dots" aria-hidden="true"></canvas><svg class="layer over marks" width="100%"
      height="100%" aria-hidden="true"></svg>`;
  }

  moved() {
    super.moved();
    if (this.lens.parts !== this.known.parts) this.requestUpdate();
  }

  draw() {
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.layer.chart'));
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.dots'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const { width, height } = this.size;
    if (!layer || !canvas || !over) return;
    canvas.hidden = !this.ready || width < 80 || height < 80;
    if (canvas.hidden) {
      layer.replaceChildren();
      over.replaceChildren();
      this.key = '';
      return;
    }
    const { rows } = this;
    const finite = rows.filter(({ said }) => Number.isFinite(said));
    const [low, high] = roomy(spanOf(finite.map(({ said }) => said)));
    const [, most] = spanOf(finite.map(({ residual }) => Math.abs(residual)));
    const reach = most > 0 ? 1.06 * most : 1;
    const axis = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ n) => ({
      domain: /** @type {[number, number]} */ ([from, to]),
      ticks: ticked(steps(from, to, n).map((at) => Number(at.toPrecision(6)))),
    });
    const y = axis(-reach, reach, height / 50);
    const left = 30 + Math.max(14, ...y.ticks.map(({ label }) => textWidth(label)));
    const own = (width - left - GAP - 8) / 2;
    const x = axis(low, high, own / 70);
    const frames = [0, 1].map((part) => {
      const from = left + part * (own + GAP);
      return { width, height, left: from, right: width - from - own, ...MARGINS };
    });
    const key = JSON.stringify([x, y, frames, this.store.lang]);
    if (key !== this.key) {
      this.key = key;
      layer.replaceChildren(
        ...frames.map((frame, part) => {
          const titles = { x: this.t('model.said.number'), y: part ? '' : this.t('model.residual.number') };
          const plot = plotOf({ x, y: part ? { ...y, ticks: [] } : y }, frame, titles, [], true);
          plot.style.position = 'absolute';
          plot.append(
            element('text', { x: frame.left, y: 13, 'font-size': 12, fill: 'var(--ink-2)' }, this.partName(part)),
            element('path', {
              d: `M${frame.left},${frame.top + (height - frame.top - frame.bottom) / 2}h${own}`,
              stroke: 'var(--ink-3)',
            }),
          );
          return plot;
        }),
      );
    }
    this.places = rows.map(({ part, said, residual }) => ({
      x: frames[part].left + shareOf(x, said) * own,
      y: height - MARGINS.bottom - shareOf(y, residual) * (height - MARGINS.top - MARGINS.bottom),
    }));
    this.paint(canvas);
    const at = this.cursor === null ? null : this.places[this.cursor];
    const ring = { r: 5, fill: 'none', stroke: 'var(--ink)', 'stroke-width': 2 };
    over.replaceChildren(...(at ? [element('circle', { ...ring, cx: at.x, cy: at.y })] : []));
  }

  /** @private @param {HTMLCanvasElement} canvas */
  paint(canvas) {
    const ratio = Math.min(2, pixelRatio());
    const { width, height } = this.size;
    sized(canvas, Math.round(width * ratio), Math.round(height * ratio));
    const g = canvas.getContext('2d');
    if (!g) return;
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    g.fillStyle = tokens(this, this.store.dark)('--ink-2');
    g.globalAlpha = this.places.length > 1000 ? 0.3 : 0.55;
    g.beginPath();
    for (const { x, y } of this.places) {
      if (!Number.isFinite(x + y)) continue;
      g.moveTo(x + 2, y);
      g.arc(x, y, 2, 0, 2 * Math.PI);
    }
    g.fill();
    g.globalAlpha = 1;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.ready || this.tabled) return;
    const at = pointIn(/** @type {HTMLElement} */ (event.currentTarget), event);
    let [found, least] = [/** @type {number | null} */ (null), REACH];
    for (const [k, { x, y }] of this.places.entries()) {
      const off = Math.hypot(x - at.x, y - at.y);
      if (off < least) [found, least] = [k, off];
    }
    this.cursor = found;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (!this.ready || event.target !== event.currentTarget) return;
    const to = placeAfter(this.cursor ?? -1, event, 0, this.rows.length - 1);
    if (event.key === 'Escape' && this.cursor !== null) this.cursor = null;
    else if (to !== null) this.cursor = to;
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (this.cursor !== null) this.tell(this.read(this.rows[this.cursor]));
  }
}

/** With room at both ends. @param {[number, number]} span @returns {[number, number]} */
function roomy([low, high]) {
  const room = 0.05 * (high - low) || Math.max(1e-3, 0.05 * Math.abs(low));
  return [low - room, high + room];
}

define('tp-model-residuals', TpModelResiduals);
