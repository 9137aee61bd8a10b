import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { depthColor, tokens } from '../../figures/colors.js';
import { colorNames, coloringOf, lineLook, shareColor } from '../../figures/curve-colors.js';
import { epochAxis } from '../../figures/curve-axes.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { drawRamp, scoreLegend } from '../../figures/ramp.js';
import { lookOf, scoreScale } from '../../state/score.js';
import { scoreName, scoreValue } from '../../state/spread.js';
import { count, counted } from '../../study/format.js';
import { mostEpochs } from '../../study/study.js';
import { isCopying } from '../../study/search.js';
import { FieldFigure, NEAR, ROWS } from './field-figure.js';
import { lineageOf, movedIn, standingAt, wayOf } from './lineage.js';
import { pixelRatio } from '../../platform/pixels.js';

/** @typedef {import('./lineage.js').Stretch} Stretch */

const MARGINS = { left: 46, right: 16, top: 12, bottom: 38 };
/** The way of the arrow keys, in places and epochs. @type {Record<string, [number, number]>} */
const WAYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The places of a population over its epochs: who stood there, and whose weights were copied where. */
export class TpLineage extends FieldFigure {
  static figure = 'lineage';

  constructor() {
    super();
    /** @private */ this.frame = { width: 0, height: 0, epochs: 1, places: 1, ...MARGINS };
  }

  get title() {
    return this.t('lineage.title');
  }

  get keys() {
    return this.t('lineage.keys');
  }

  get lack() {
    return '';
  }

  /** @private @returns {{stretches: Stretch[], places: number}} */
  get lineage() {
    return this.once('lineage', () => lineageOf(this.field.trials));
  }

  /** What colours the lines, as it colours the loss curves. @private */
  colorPicker() {
    const { store } = this;
    const names = colorNames(store);
    const now = coloringOf(store)?.name ?? '';
    const change = (/** @type {Event} */ event) => {
      const { value } = /** @type {HTMLSelectElement} */ (event.target);
      this.act('color_by', { curveColor: value || null });
    };
    return html`<span class="pickers"><label>${this.t('color')} <select data-testid="lineage-color" @change=${change}>
      <option value="" .selected=${live(!now)}>${scoreName(store)}</option>${names.map(
        (one) => html`<option value=${one} .selected=${live(one === now)}>${store.label(one)}</option>`,
      )}</select></label></span>`;
  }

  tools() {
    return this.colorPicker();
  }

  get legend() {
    const { store } = this;
    const coloring = coloringOf(store);
    if (!coloring) return scoreLegend(this.store);
    if (coloring.entries.length) return null;
    return {
      text: store.label(coloring.name),
      title: '',
      low: coloring.low,
      high: coloring.high,
      color: (/** @type {number} */ share) => shareColor(share, store.dark),
    };
  }

  /** @param {HTMLCanvasElement} canvas */
  paintRamp(canvas) {
    const { store } = this;
    if (!coloringOf(store)) super.paintRamp(canvas);
    else drawRamp(canvas, store, (share) => shareColor(share, store.dark));
  }

  controls() {
    const entries = coloringOf(this.store)?.entries ?? [];
    return html`<div class="pickers">${this.keyLine([
      ...this.stateKeys().filter(({ text }) => text),
      ...entries.map(({ text, at, dash }) => ({
        text,
        title: '',
        mark: html`<svg class="wide" viewBox="-8 0 18 10" aria-hidden="true"><path d="M-8 5h18"
          stroke=${`var(--series-${at})`} stroke-width="2" stroke-dasharray=${dash || 'none'}></path></svg>`,
      })),
    ])}</div>`;
  }

  pictureKeys() {
    return this.stateKeys();
  }

  summary() {
    const { stretches, places } = this.lineage;
    const copies = stretches.filter(({ trial }) => trial.copy_of).length;
    const said = [this.t('lineage.summary', { n: counted(copies), places: count(places) }), this.chosenSaid()];
    if (!copies) said[0] = this.t('lineage.none', { places: count(places) });
    return said.filter(Boolean).join(' ');
  }

  /** Where the selected trial's weights come from. @private */
  chosenSaid() {
    const { selected } = this.store;
    const { stretches } = this.lineage;
    const at = stretches.findIndex(({ trial }) => trial === selected);
    if (at < 0 || !selected?.copy_of) return '';
    const way = wayOf(stretches, at);
    const list = way
      .slice(1)
      .map(({ trial }, k) => this.t('lineage.step', { number: trial.number, epoch: way[k].from }));
    return this.t('lineage.chosen', { number: selected.number, list: list.join(', ') });
  }

  below() {
    return this.ready ? html`<p class="q2 about" data-testid="lineage-sum">${this.summary()}</p>` : nothing;
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { store } = this;
    const { stretches } = this.lineage;
    const column = (
      /** @type {string} */ key,
      /** @type {string} */ label,
      /** @type {(one: Stretch) => unknown} */ value,
      /** @type {(one: Stretch) => unknown} */ text = value,
    ) => ({ key, label, num: key !== 'state' && key !== 'moved', value, text });
    const parent = (/** @type {Stretch} */ { parent: at }) => (at === null ? undefined : stretches[at].trial);
    const words = (/** @type {Stretch} */ one) =>
      movedIn(one.trial, parent(one))
        .map(([name, before, now]) => `${store.label(name)} ${store.setting(before)} → ${store.setting(now)}`)
        .join(', ');
    return {
      caption: this.t('lineage.caption'),
      columns: [
        column('number', '#', ({ trial }) => trial.number),
        column('place', this.t('lineage.place'), ({ place }) => place + 1),
        column(
          'copy_of',
          this.t('lineage.copy_of'),
          (one) => parent(one)?.number ?? '',
          (one) => parent(one)?.number ?? '–',
        ),
        column('from', this.t('lineage.from'), ({ from }) => from),
        column('to', this.t('lineage.to'), ({ to }) => to),
        column(
          'state',
          this.t('table.state'),
          ({ trial }) => trial.state,
          ({ trial }) => this.t(`state.${lookOf(store, trial)}`),
        ),
        column('moved', this.t('lineage.moved'), words, (one) => words(one) || '–'),
        column(
          store.objective.metric,
          scoreName(store),
          ({ trial }) => store.score(trial),
          ({ trial }) => scoreValue(store, store.score(trial)),
        ),
      ],
      rows: stretches.slice(0, ROWS),
      all: () => stretches,
      isMarked: (/** @type {Stretch} */ { trial }) => trial === store.selected,
    };
  }

  layers() {
    return html`<canvas class="layer lines" aria-hidden="true"></canvas>${this.overLayer()}`;
  }

  emptied() {
    this.paint('lines', '', () => this.paintLines());
  }

  draw() {
    const stage = this.stage();
    if (!stage) return;
    const { chart, over, width, height } = stage;
    const { store } = this;
    const { stretches, places } = this.lineage;
    const epochs = Math.max(2, mostEpochs(store.shownStudy), ...stretches.slice(-ROWS).map(({ to }) => to));
    this.frame = { width, height, epochs, places, ...MARGINS };
    const titles = { x: this.t('epoch'), y: this.t('lineage.place') };
    const key = [this.paintKey, epochs, places, coloringOf(store)?.key, titles.x, titles.y].join();
    if (this.isNew(key)) {
      const every = Math.ceil(places / Math.max(1, (height - MARGINS.top - MARGINS.bottom) / 16));
      const ticks = Array.from({ length: Math.ceil(places / every) }, (_, k) => ({
        at: -k * every,
        label: count(k * every + 1),
      }));
      const x = epochAxis(epochs, width);
      const from = { at: 0, label: '0' };
      chart.replaceChildren(
        plotOf(
          {
            x: { domain: [0, epochs], ticks: [from, ...x.ticks.filter(({ at }) => at > 1)] },
            y: { domain: [-places + 0.5, 0.5], ticks },
          },
          this.frame,
          titles,
          [],
        ),
      );
    }
    this.paint('lines', `${key} ${this.field.brushKey}`, () => this.paintLines());
    over.replaceChildren(
      ...this.wayMarks(store.hovered, 'var(--ink)', 2),
      ...this.wayMarks(store.selected?.number ?? null, 'var(--accent)', 3),
    );
  }

  /** @private @param {number} epoch */
  across(epoch) {
    const { frame } = this;
    return frame.left + (epoch / frame.epochs) * (frame.width - frame.left - frame.right);
  }

  /** @private @param {number} place */
  up(place) {
    const { frame } = this;
    return frame.top + ((place + 0.5) / frame.places) * (frame.height - frame.top - frame.bottom);
  }

  /** The way of a trial's weights, over all others. @private @param {number | null} number @param {string} color
   * @param {number} wide */
  wayMarks(number, color, wide) {
    const { stretches } = this.lineage;
    const at = stretches.findIndex(({ trial }) => trial.number === number);
    if (at < 0) return [];
    const way = wayOf(stretches, at);
    const parts = way.map(({ place, from, to }, k) => {
      const end = k ? way[k - 1].from : to;
      const next = k ? `V${this.up(way[k - 1].place)}` : '';
      return `M${this.across(from)},${this.up(place)}H${this.across(end)}${next}`;
    });
    const line = { d: parts.join(''), fill: 'none', 'stroke-linejoin': 'round' };
    const [{ to, place }] = way;
    const end = { cx: this.across(to), cy: this.up(place), r: wide + 1.5, fill: color };
    const halo = { stroke: 'var(--surface)', 'stroke-width': wide + 3 };
    return [
      element('path', { ...line, ...halo }),
      element('path', { ...line, stroke: color, 'stroke-width': wide }),
      element('circle', { ...end, stroke: 'var(--surface)', 'stroke-width': 1.5 }),
    ];
  }

  /** @private @returns {Generator} */
  *paintLines() {
    const { size } = this;
    const g = this.canvas('canvas.lines', Math.max(1, pixelRatio()));
    g?.clearRect(0, 0, size.width, size.height);
    if (g && this.drawnFor) yield* this.fill(g);
  }

  /** @private @param {CanvasRenderingContext2D} g @returns {Generator} */
  *fill(g) {
    const { store } = this;
    const { stretches, places } = this.lineage;
    const token = tokens(this, store.dark);
    const scale = scoreScale(store);
    const coloring = coloringOf(store);
    const { metric } = store.objective;
    const thick = Math.max(1.2, Math.min(5, (this.size.height - 50) / Math.max(1, places) / 3));
    g.lineJoin = 'round';
    // Copies lie below those who were copied, so that each stretch is seen whole.
    g.strokeStyle = token('--mark');
    g.lineWidth = 1;
    for (const [k, { place, from, parent }] of stretches.entries()) {
      if (parent === null) continue;
      g.beginPath();
      g.moveTo(this.across(from), this.up(stretches[parent].place));
      g.lineTo(this.across(from), this.up(place));
      g.stroke();
      if (k % 400 === 399) yield;
    }
    for (const [k, { trial, place, from, to }] of stretches.entries()) {
      const y = this.up(place);
      const own = coloring ? lineLook(coloring, trial, store.dark, token) : null;
      g.lineWidth = thick;
      const part = (/** @type {number} */ a, /** @type {number} */ b, /** @type {string} */ color) => {
        g.strokeStyle = store.isOut(trial) ? token('--line') : color;
        g.setLineDash(own?.dash ?? []);
        g.beginPath();
        g.moveTo(this.across(a), y);
        g.lineTo(this.across(b), y);
        g.stroke();
        g.setLineDash([]);
      };
      if (coloring) part(from, to, own?.color ?? token('--mark'));
      else
        for (let epoch = from; epoch < to; epoch++) {
          const value = trial.epochs.measure(metric, epoch);
          part(
            epoch,
            epoch + 1,
            Number.isFinite(value) ? depthColor(0.1 + 0.9 * scale.goodness(value), store.dark) : token('--mark'),
          );
        }
      this.end(g, trial.state, this.across(to), y, thick, token);
      if (trial.copy_of) {
        g.fillStyle = token('--ink-2');
        g.beginPath();
        g.arc(this.across(from), y, Math.max(1.6, thick * 0.55), 0, 7);
        g.fill();
      }
      if (k % 200 === 199) yield;
    }
  }

  /** How a stretch ends: a tick where it gave way, a cross where it diverged. @private
   * @param {CanvasRenderingContext2D} g @param {string} state @param {number} x @param {number} y
   * @param {number} thick @param {(name: string) => string} token */
  end(g, state, x, y, thick, token) {
    const r = Math.max(2.2, thick * 0.8);
    g.strokeStyle = token('--ink');
    g.lineWidth = 1.2;
    g.beginPath();
    if (state === 'pruned') {
      g.moveTo(x - 1, y - r);
      g.lineTo(x - 1, y + r);
    } else if (state === 'diverged')
      for (const way of [-r, r]) {
        g.moveTo(x + 1, y - way);
        g.lineTo(x + 1 + 2 * r, y + way);
      }
    g.stroke();
  }

  /** @param {HTMLCanvasElement} _canvas */
  vectors(_canvas) {
    return { ratio: 1, draw: (/** @type {CanvasRenderingContext2D} */ g) => this.fill(g) };
  }

  /** @protected @param {MouseEvent} event @returns {number | null} */
  trialAt(event) {
    const { frame } = this;
    const { x, y } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    const each = (frame.height - frame.top - frame.bottom) / frame.places;
    const place = Math.round((y - frame.top) / each - 0.5);
    if (place < 0 || place >= frame.places || Math.abs(this.up(place) - y) > Math.max(NEAR, each)) return null;
    const epoch = ((x - frame.left) / (frame.width - frame.left - frame.right)) * frame.epochs;
    const { stretches } = this.lineage;
    return stretches[standingAt(stretches, place, epoch)]?.trial.number ?? null;
  }

  /** Up and down go from place to place, left to whose weights were copied, right to the next at this place.
   * @param {KeyboardEvent} event */
  onKey(event) {
    const way = WAYS[event.key];
    if (!way || event.shiftKey || event.target !== event.currentTarget) return;
    const { stretches, places } = this.lineage;
    const at = Math.max(
      0,
      stretches.findIndex(({ trial }) => trial === this.store.selected),
    );
    const now = stretches[at];
    if (!now) return;
    event.preventDefault();
    event.stopPropagation();
    const [down, along] = way;
    const isNext = (/** @type {Stretch} */ one) => one.place === now.place && one.from >= now.to && one !== now;
    const found = down
      ? standingAt(stretches, (now.place + down + places) % places, now.to)
      : along < 0
        ? (now.parent ?? -1)
        : stretches.findIndex(isNext);
    const next = stretches[found];
    if (!next) return;
    this.act('pick', next.trial.number);
    this.tell(
      next.parent === null
        ? this.t('lineage.said', { number: next.trial.number, place: next.place + 1 })
        : this.t('lineage.said_copy', {
            number: next.trial.number,
            place: next.place + 1,
            parent: stretches[next.parent].trial.number,
            epoch: next.from,
          }),
    );
  }
}

define('tp-lineage', TpLineage);

/** Whether there is a lineage to be seen. @param {import('../../state/store.js').Store} store */
export const hasLineage = (store) => isCopying(store.shownStudy);
