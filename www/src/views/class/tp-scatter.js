import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { FigurePart } from '../../figures/figure.js';
import { CROSS } from '../../figures/marks.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { count, counted } from '../../study/format.js';
import { textWidth } from '../../study/scale.js';
import { OUTCOMES, axisFor, namesOf, placeIn, ranked, shareIn } from './axes.js';
import { labelOf, textOf, written } from './words.js';

/**
 * A class's results, a dot each, over two axes that can be chosen.
 *
 * @typedef {import('./codec.js').Entry} Entry
 * @typedef {{entry: Entry, x: number, y: number}} Spot
 */

const MARGIN = { right: 14, top: 24, bottom: 40 };
/** Above the plot lies what has no loss. */
const LANE = 10;
/** A pointer so near to a mark means it. */
const NEAR = 22;

export class TpScatter extends FigurePart {
  static figure = 'class-scatter';
  static topics = /** @type {import('../../state/store.js').Topic[]} */ ([]);
  static properties = {
    ...FigurePart.properties,
    entries: { attribute: false },
    named: { attribute: false },
    across: { state: true },
    up: { state: true },
    marked: { state: true },
  };

  constructor() {
    super();
    /** @type {Entry[]} */ this.entries = [];
    /** Whether names are shown. */ this.named = true;
    this.across = 'learning_rate';
    this.up = 'validation_loss';
    /** @type {Entry | null} */ this.marked = null;
    /** @private @type {Spot[]} */ this.spots = [];
    /** @private what depends on the entries alone */ this.of = { entries: this.entries, ...this.derived([]) };
  }

  /** @private @param {Entry[]} entries */
  derived(entries) {
    return { names: namesOf(entries), rows: ranked(entries) };
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    if (this.of.entries === this.entries) return;
    this.of = { entries: this.entries, ...this.derived(this.entries) };
    if (this.marked && !this.entries.includes(this.marked)) this.marked = null;
  }

  get title() {
    return this.t('class.scatter', { across: this.label(this.across), up: this.label(this.up) });
  }

  get ready() {
    return this.entries.length > 0;
  }

  get savable() {
    return this.ready;
  }

  get file() {
    return 'class-results';
  }

  get pictureTitle() {
    return this.title;
  }

  get keys() {
    return this.t('class.keys');
  }

  note() {
    return nothing;
  }

  /** @private @param {string} name */
  label(name) {
    return labelOf(this.store, this.entries, name);
  }

  summary() {
    const [best] = this.of.rows;
    if (!best) return '';
    const none = this.entries.filter((one) => one.loss === null).length;
    return this.t('class.summary', {
      n: counted(this.entries.length),
      across: this.label(this.across),
      up: this.label(this.up),
      best: this.wordsOf(best),
      none: count(none),
    });
  }

  /** @private A result in words. @param {Entry} entry */
  wordsOf(entry) {
    const parts = [...new Set([this.up, this.across])].map(
      (name) => `${this.label(name)} ${textOf(this.store, name, entry)}`,
    );
    return [this.named && entry.name, ...parts].filter(Boolean).join(', ');
  }

  controls() {
    const { names } = this.of;
    const choice = (/** @type {'across' | 'up'} */ axis) => {
      const all = [...new Set([...names, this[axis], ...OUTCOMES])];
      return html`<label class="q">${this.t(`class.${axis}`)} <select data-testid="class-${axis}"
        @change=${(/** @type {Event} */ event) => {
          this[axis] = /** @type {HTMLSelectElement} */ (event.target).value;
        }}>${all.map(
          (name) => html`<option value=${name} ?selected=${name === this[axis]}>${this.label(name)}</option>`,
        )}</select></label>`;
    };
    return html`<div class="pickers">${choice('across')}${choice('up')}</div>`;
  }

  below() {
    return html`<p class="read q2" data-testid="class-read">${
      this.marked ? this.wordsOf(this.marked) : this.t('class.point')
    }</p>`;
  }

  /** Names are kept in the page: no file has them. */
  data() {
    const { names, rows } = this.of;
    const column = (/** @type {string} */ name) => ({
      key: name,
      label: this.label(name),
      num: true,
      text: (/** @type {Entry} */ one) => textOf(this.store, name, one),
      value: (/** @type {Entry} */ one) => placeIn(one, name) ?? null,
    });
    const columns = [...OUTCOMES, ...names].map(column);
    return { caption: this.title, columns, rows, all: () => rows };
  }

  draw() {
    const chart = this.querySelector('.chart');
    const { width, height } = this.size;
    if (!chart || width < 60 || height < 60) return;
    const { entries } = this;
    const [x, y] = [this.across, this.up].map((name) => axisFor(entries, name, written(this.store)));
    const left = 30 + Math.max(20, ...y.ticks.map((tick) => textWidth(tick.label)));
    const frame = { width, height, left, ...MARGIN };
    const [w, h] = [width - left - MARGIN.right, height - MARGIN.top - MARGIN.bottom];
    const titles = { x: this.axisTitle(x), y: this.axisTitle(y) };
    const svg = plotOf({ x, y }, frame, titles, [], true);
    this.spots = entries.flatMap((entry) => {
      const [across, up] = [shareIn(x, entry), shareIn(y, entry)];
      if (Number.isNaN(across)) return [];
      const at = Number.isNaN(up) ? MARGIN.top - LANE : MARGIN.top + (1 - up) * h;
      return [{ entry, x: left + across * w, y: at }];
    });
    for (const { entry, x: cx, y: cy } of this.spots)
      svg.append(
        entry.loss === null
          ? element('path', { d: `M${cx.toFixed(1)} ${cy.toFixed(1)}${CROSS}`, stroke: 'var(--ink-2)', fill: 'none' })
          : element('circle', {
              cx: cx.toFixed(1),
              cy: cy.toFixed(1),
              r: 4,
              fill: 'var(--ink-2)',
              'fill-opacity': 0.7,
              stroke: 'var(--surface)',
            }),
      );
    const own = this.spots.find(({ entry }) => entry === this.marked);
    if (own) {
      const ring = { cx: own.x, cy: own.y, r: 7, fill: 'none' };
      svg.append(
        element('circle', { ...ring, stroke: 'var(--surface)', 'stroke-width': 5 }),
        element('circle', { ...ring, stroke: 'var(--accent)', 'stroke-width': 2.5 }),
      );
    }
    chart.replaceChildren(svg);
  }

  /** @private @param {import('./axes.js').Axis} axis */
  axisTitle({ name, scale }) {
    return this.store.scaled(this.label(name), scale);
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const plot = /** @type {HTMLElement} */ (event.currentTarget);
    const at = pointIn(plot, event);
    let [found, least] = [/** @type {Entry | null} */ (null), NEAR ** 2];
    for (const { entry, x, y } of this.spots) {
      const far = (x - at.x) ** 2 + (y - at.y) ** 2;
      if (far < least) [found, least] = [entry, far];
    }
    if (found) this.marked = found;
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    this.onMove(event);
  }

  onLeave() {}

  /** From one result to the next better or worse. @param {KeyboardEvent} event */
  onKey(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const { rows } = this.of;
    if (!by || !rows.length) return;
    event.preventDefault();
    const at = this.marked ? rows.indexOf(this.marked) + by : 0;
    this.marked = rows[Math.max(0, Math.min(rows.length - 1, at))];
    this.tell(this.wordsOf(this.marked));
  }
}

define('tp-scatter', TpScatter);
