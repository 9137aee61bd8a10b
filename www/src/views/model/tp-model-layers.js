import { html } from 'lit';
import { define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { pointIn } from '../../controls/pointer.js';
import { placeAfter } from '../../figures/cursor.js';
import { lossAxis } from '../../figures/curve-axes.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { count, exact, loss, metric, number } from '../../study/format.js';
import { shareOf, steps, textWidth } from '../../study/scale.js';
import { spread } from '../race/clock.js';
import { spanOf } from './paint.js';
import { SightPart } from './sight-part.js';

/**
 * @typedef {{layer: number, points: {epoch: number, value: number}[]}} Line
 * @typedef {'norm' | 'weight_norm' | 'gradient_norm' | 'update_ratio' | 'dead_units'} Measure `norm` is that of the
 *   weights at hand, the others are what the engine has written down
 */

const MARGINS = { top: 8, bottom: 38 };
const DASHES = ['2 3', '6 3', '9 3 2 3', '4 2', '1 2'];
/** What the engine writes down of each layer and epoch, where a study asks for it. */
const RECORDED = /** @type {const} */ (['gradient_norm', 'update_ratio', 'dead_units']);
/** Lines of more layers crowd. */
const MOST_LAYERS = 12;
/** Points of a line. */
const MOST_POINTS = 160;

/** Weights, and where they were written down gradients, of each layer over the epochs. */
export class TpModelLayers extends SightPart {
  static figure = 'model-layers';
  static properties = { ...SightPart.properties, wanted: { state: true } };

  constructor() {
    super();
    /** @type {Measure | null} what the reader chose */ this.wanted = null;
    /** @type {number | null} a point of the first line */ this.cursor = null;
    /** @private */ this.frame = { left: 0, across: 0 };
    /** @private */ this.domain = { low: 0, high: 1 };
    /** @private */ this.key = '';
  }

  /** @returns {Measure[]} */
  get measures() {
    return ['norm', ...RECORDED.filter((one) => this.recorded(one).some(({ points }) => points.length))];
  }

  get measure() {
    const { measures } = this;
    // What says most of training comes first where it is there.
    return this.wanted && measures.includes(this.wanted) ? this.wanted : (measures[1] ?? measures[0]);
  }

  get title() {
    return this.t(`model.layers.${this.sight.head ? this.measure : 'norm'}`);
  }

  get keys() {
    return this.t('model.layers.keys');
  }

  get ready() {
    return super.ready && this.lines.some(({ points }) => points.length > 0);
  }

  /** The trial that is looked into. @private */
  get trial() {
    const { store, lens } = this;
    return lens.slot ? (store.pinned?.trial ?? null) : store.selected;
  }

  /** What epochs' `layers` have of a measure, a line a layer. @private
   * @param {Exclude<Measure, 'norm'>} measure @returns {Line[]} */
  recorded(measure) {
    const epochs = /** @type {any[]} */ (/** @type {unknown} */ (this.trial?.epochs ?? []));
    /** @type {Line[]} */ const lines = [];
    for (let k = 0; k < epochs.length; k++) {
      const { epoch, layers } = epochs.at(k) ?? {};
      const values = Array.isArray(layers) ? layers.map((one) => one?.[measure]) : layers?.[measure];
      for (const [layer, value] of (values ?? []).entries()) {
        lines[layer] ??= { layer, points: [] };
        if (Number.isFinite(number(value))) lines[layer].points.push({ epoch, value: number(value) });
      }
    }
    // Outputs have no units that could die.
    return measure === 'dead_units' ? lines.filter(({ points }) => points.length) : lines;
  }

  /** A value in words: a share, or a number. @private @param {number | undefined} value */
  valued(value) {
    return this.measure === 'dead_units' ? metric(value, 'classes') : loss(value);
  }

  /** @returns {Line[]} */
  get lines() {
    if (this.measure !== 'norm') return this.recorded(this.measure);
    const norms = this.lens.found?.norms;
    const { head } = this;
    const { steps: taken } = this.sight.way;
    if (!norms) return [];
    const layers = head.widths.length;
    return head.widths.map((_, layer) => ({
      layer,
      points: taken.flatMap((step, k) => {
        const value = norms[k * layers + layer];
        // What was found may be of fewer points than are known by now.
        return (k + 1) * layers < norms.length ? [{ epoch: step / head.epoch_steps, value }] : [];
      }),
    }));
  }

  controls() {
    if (!super.ready) return html``;
    const { measures } = this;
    if (measures.length < 2) return html`<p class="q2">${this.t('model.layers.unrecorded')}</p>`;
    return html`<div class="pickers">${segmented(
      this.t('model.layers.measure'),
      measures.map((value) => ({ value, text: this.t(`model.layers.${value}.short`) })),
      this.measure,
      (value) => {
        this.wanted = /** @type {Measure} */ (value);
      },
      { testid: `${this.name}-measure` },
    )}</div>`;
  }

  layers() {
    return html`<svg class="layer over marks" width="100%" height="100%" aria-hidden="true"></svg>
      <div class="cursor" hidden aria-hidden="true"><span></span></div>`;
  }

  summary() {
    if (!this.ready) return this.title;
    const said = this.lines.map(({ layer, points }) => {
      const [first, last] = [points[0], points.at(-1)];
      return this.t('model.layers.line', {
        name: this.layerName(layer),
        from: this.valued(first?.value),
        to: this.valued(last?.value),
      });
    });
    return `${this.ofTrial(this.title)}. ${said.join(', ')}.`;
  }

  data() {
    const lines = this.ready ? this.lines : [];
    const rows = (lines[0]?.points ?? []).map((_, k) => k);
    return {
      caption: this.summary(),
      columns: [
        {
          key: 'epoch',
          label: this.t('model.epoch.name'),
          num: true,
          text: (/** @type {number} */ k) => exact(Number((lines[0].points[k]?.epoch ?? NaN).toFixed(2))),
          value: (/** @type {number} */ k) => lines[0].points[k]?.epoch,
        },
        ...lines.map(({ layer, points }) => ({
          key: `layer_${layer + 1}`,
          label: this.layerName(layer),
          num: true,
          text: (/** @type {number} */ k) => this.valued(points[k]?.value),
          value: (/** @type {number} */ k) => points[k]?.value,
        })),
      ],
      rows,
      all: () => rows,
    };
  }

  draw() {
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.layer.chart'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const { width, height } = this.size;
    if (!layer || !over) return;
    if (!this.ready || width < 80 || height < 80) {
      layer.replaceChildren();
      over.replaceChildren();
      this.key = '';
      this.placeCursor();
      return;
    }
    const lines = this.lines.slice(0, MOST_LAYERS);
    const values = lines.flatMap(({ points }) => points.map(({ value }) => value)).filter((one) => one > 0);
    const log = values.length > 0 && this.measure !== 'dead_units';
    const [low, high] = spanOf(values);
    const span = /** @type {[number, number]} */ (log ? [low / 1.1, high * 1.1] : [0, 1]);
    const y = lossAxis(span, log, height - MARGINS.top - MARGINS.bottom);
    const names = lines.map((one) => this.layerName(one.layer));
    const right = 8 + Math.max(...names.map(textWidth));
    const left = 30 + Math.max(14, ...y.ticks.map((tick) => textWidth(tick.label)));
    const [from, to] = spanOf(lines.flatMap(({ points }) => points.map(({ epoch }) => epoch)));
    const end = Math.max(to, from + 1);
    const x = {
      domain: /** @type {[number, number]} */ ([from, end]),
      ticks: steps(from, end, width / 70, true).map((at) => ({ at, label: count(at) })),
    };
    const frame = { width, height, left, right, ...MARGINS };
    const key = JSON.stringify([x, y, frame, this.store.lang]);
    if (key !== this.key) {
      this.key = key;
      layer.replaceChildren(plotOf({ x, y }, frame, { x: this.t('model.epoch.name'), y: '' }, [], true));
    }
    const across = width - left - right;
    const up = height - frame.top - frame.bottom;
    this.frame = { left, across };
    this.domain = { low: from, high: end };
    const place = ({ epoch, value } = { epoch: 0, value: 0 }) => ({
      x: left + shareOf(x, epoch) * across,
      y: height - frame.bottom - shareOf(y, log ? Math.log10(Math.max(value, span[0])) : value) * up,
    });
    const ends = spread(
      lines.map(({ points }) => (points.length ? place(points.at(-1)).y : height)),
      13,
      [frame.top + 6, height - frame.bottom],
    );
    over.replaceChildren(
      ...lines.flatMap(({ points }, k) => {
        const last = lines[k].layer === this.head.widths.length - 1;
        const path = some(points)
          .map((one) => place(one))
          .map((at) => `${at.x.toFixed(1)},${at.y.toFixed(1)}`);
        const look = {
          fill: 'none',
          stroke: last ? 'var(--ink)' : 'var(--ink-2)',
          'stroke-width': last ? 2 : 1.4,
          'stroke-dasharray': last ? '' : DASHES[k % DASHES.length],
        };
        return [
          element('path', { ...look, d: path.length ? `M${path.join('L')}` : '' }),
          element(
            'text',
            { x: width - right + 4, y: ends[k], dy: '.35em', 'font-size': 12, fill: 'var(--ink)' },
            names[k],
          ),
        ];
      }),
    );
    this.placeCursor();
  }

  /** Where the reader points, else the epoch that is looked at. @private */
  placeCursor() {
    const cursor = /** @type {HTMLElement | null} */ (this.querySelector('.cursor'));
    if (!cursor) return;
    const points = this.ready ? (this.lines[0]?.points ?? []) : [];
    const epoch =
      this.cursor !== null ? points[this.cursor]?.epoch : this.lens.at >= 0 && this.ready ? this.epoch : undefined;
    cursor.hidden = epoch === undefined || !points.length;
    if (epoch === undefined || cursor.hidden) return;
    const { low, high } = this.domain;
    const share = (epoch - low) / (high - low);
    cursor.style.transform = `translate(${this.frame.left + share * this.frame.across}px, ${MARGINS.top}px)`;
    cursor.style.height = `${this.size.height - MARGINS.top - MARGINS.bottom}px`;
    const text = /** @type {HTMLElement} */ (cursor.children[0]);
    text.textContent = this.cursor === null ? '' : this.read(this.cursor);
    text.hidden = this.cursor === null;
    cursor.classList.toggle('left', share > 0.5);
  }

  /** @private @param {number} k */
  read(k) {
    const { lines } = this;
    const epoch = exact(Number((lines[0]?.points[k]?.epoch ?? NaN).toFixed(1)));
    const said = lines
      .slice(0, MOST_LAYERS)
      .map(({ layer, points }) => `${this.layerName(layer)} ${this.valued(points[k]?.value)}`);
    return `${this.t('model.epoch', { epoch })}: ${said.join(', ')}`;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.ready || this.tabled) return;
    const at = pointIn(/** @type {HTMLElement} */ (event.currentTarget), event);
    const { low, high } = this.domain;
    const epoch = low + ((at.x - this.frame.left) / this.frame.across) * (high - low);
    const points = this.lines[0]?.points ?? [];
    let best = 0;
    for (let k = 1; k < points.length; k++)
      if (Math.abs(points[k].epoch - epoch) < Math.abs(points[best].epoch - epoch)) best = k;
    this.cursor = points.length && epoch >= low && epoch <= high ? best : null;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (!this.ready || event.target !== event.currentTarget) return;
    const last = (this.lines[0]?.points.length ?? 0) - 1;
    const to = placeAfter(this.cursor ?? last + 1, event, 0, last);
    if (event.key === 'Escape' && this.cursor !== null) this.cursor = null;
    else if (to !== null) this.cursor = to;
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (this.cursor !== null) this.tell(this.read(this.cursor));
  }
}

/** Points enough for a line, both ends among them. @template T @param {T[]} points */
function some(points) {
  const by = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, k) => k % by === 0 || k === points.length - 1);
}

define('tp-model-layers', TpModelLayers);
