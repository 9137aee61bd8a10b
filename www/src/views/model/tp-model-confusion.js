import { html } from 'lit';
import { define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { pointIn } from '../../controls/pointer.js';
import { wayOrEdgeOf } from '../../figures/cursor.js';
import { depthColor, divergingColor } from '../../figures/colors.js';
import { element, shortened } from '../../figures/plot-axes.js';
import { count, metric } from '../../study/format.js';
import { textWidth } from '../../study/scale.js';
import { geometryOf } from './paint.js';
import { SightPart } from './sight-part.js';

/**
 * @typedef {{part: number, truth: number, said: number}} Cell
 * @typedef {{part: number, truth: number, said: number, n: number, share: number}} Row
 */

/** Bold digits are wider by so much. */
const BOLD = 1.1;
/** Ink on a colour of this brightness or more is dark. */
const BRIGHT = 0.36;

/** The relative luminance of a colour. @param {string} rgb */
function luminance(rgb) {
  const [r, g, b] = (rgb.match(/[\d.]+/g) ?? ['0', '0', '0']).map((one) => {
    const share = Number(one) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Which classes are taken for which, in training and validation. */
export class TpModelConfusion extends SightPart {
  static figure = 'model-confusion';
  static properties = { ...SightPart.properties, shares: { state: true } };

  constructor() {
    super();
    /** Whether cells say shares of their rows. */ this.shares = false;
    /** @type {Cell | null} */ this.cursor = null;
    /** @private */ this.geometry = geometryOf(1, 0, 0, 0);
    /** @private @type {unknown[]} */ this.drawn = [];
  }

  get title() {
    return this.t('model.confusion');
  }

  get keys() {
    return this.t('model.confusion.keys');
  }

  get ready() {
    return super.ready && this.lens.parts.length === 2 && this.classes > 0;
  }

  get classes() {
    return Math.round(Math.sqrt(this.lens.parts[0]?.verdict.confusion.length ?? 0));
  }

  controls() {
    return html`<div class="pickers">${segmented(
      this.t('model.cells'),
      ['count', 'share'].map((value) => ({ value, text: this.t(`model.cells.${value}`) })),
      this.shares ? 'share' : 'count',
      (value) => {
        this.shares = value === 'share';
      },
      { testid: `${this.name}-cells` },
    )}<span class="q">${this.t('model.confusion.rows')}</span></div>`;
  }

  /** @private @param {Cell} cell @returns {Row} */
  rowOf({ part, truth, said }) {
    const n = this.classes;
    const { confusion } = this.lens.parts[part].verdict;
    const all = confusion.slice(truth * n, (truth + 1) * n).reduce((sum, one) => sum + one, 0);
    const own = confusion[truth * n + said];
    return { part, truth, said, n: own, share: all ? own / all : NaN };
  }

  /** @private @returns {Generator<Row>} */
  *rows() {
    const n = this.classes;
    for (let part = 0; part < this.lens.parts.length; part++)
      for (let truth = 0; truth < n; truth++)
        for (let said = 0; said < n; said++) yield this.rowOf({ part, truth, said });
  }

  /** @private @param {number} part */
  titleOf(part) {
    return `${this.partName(part)} ${metric(this.lens.parts[part].verdict.metric, 'classes')}`;
  }

  data() {
    const rows = this.ready ? [...this.rows()] : [];
    return {
      caption: this.summary(),
      columns: [
        this.partColumn(),
        ...['truth', 'said'].map((key) => ({
          key,
          label: this.t(`model.${key}`),
          num: true,
          text: (/** @type {any} */ row) => this.nameOfClass(row[key]),
          value: (/** @type {any} */ row) => this.nameOfClass(row[key]),
        })),
        {
          key: 'n',
          label: this.t('model.n'),
          num: true,
          text: (/** @type {Row} */ row) => count(row.n),
          value: (/** @type {Row} */ row) => row.n,
        },
        {
          key: 'share',
          label: this.t('model.share'),
          num: true,
          text: (/** @type {Row} */ row) => metric(row.share, 'classes'),
          value: (/** @type {Row} */ row) => row.share,
        },
      ],
      rows: rows.filter((row) => row.n),
      all: () => rows,
    };
  }

  summary() {
    if (!this.ready) return this.title;
    const worst = [...this.rows()]
      .filter((row) => row.part === 1 && row.truth !== row.said && row.n)
      .sort((a, b) => b.n - a.n)[0];
    const [train, validation] = this.lens.parts.map(({ verdict }) => metric(verdict.metric, 'classes'));
    const values = { title: this.ofTrial(this.title), train, validation };
    if (!worst) return this.t('model.confusion.summary.none', values);
    const names = { truth: this.nameOfClass(worst.truth), said: this.nameOfClass(worst.said), n: worst.n };
    return this.t('model.confusion.summary', { ...values, ...names });
  }

  below() {
    return html`<p class="q2 read" data-testid="${this.name}-read">${
      this.ready ? (this.cursor ? this.read(this.cursor) : this.summaryShort()) : ''
    }</p>`;
  }

  /** How many rows the matrices are of. @private */
  summaryShort() {
    const [train, validation] = this.lens.parts.map(({ verdict }) => verdict.n);
    const { n_train, n_validation } = this.head;
    if (train === n_train && validation === n_validation)
      return this.t('model.judged', { train: count(train), validation: count(validation) });
    const of = { of_train: count(n_train), of_validation: count(n_validation) };
    return this.t('model.judged.some', { train: count(train), validation: count(validation), ...of });
  }

  /** @private @param {Cell} cell */
  read(cell) {
    const { truth, said, n, share, part } = this.rowOf(cell);
    const names = { part: this.partName(part), truth: this.nameOfClass(truth), said: this.nameOfClass(said) };
    return this.t('model.confusion.cell', { ...names, n: count(n), share: metric(share, 'classes') });
  }

  moved() {
    super.moved();
    // What stands below is of what was judged.
    if (this.lens.parts !== this.drawn[0]) this.requestUpdate();
  }

  draw() {
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.layer.chart'));
    if (!layer) return;
    const { width, height } = this.size;
    if (!this.ready || width < 60 || height < 60) {
      layer.replaceChildren();
      this.drawn = [];
      return;
    }
    const { parts } = this.lens;
    const key = [parts, width, height, this.shares, JSON.stringify(this.cursor), this.store.dark, this.store.lang];
    if (key.every((one, k) => one === this.drawn[k])) return;
    this.drawn = key;
    const n = this.classes;
    const names = Array.from({ length: n }, (_, k) => this.nameOfClass(k));
    const longest = Math.min(width / 6, Math.max(10, ...names.map(textWidth)));
    const titles = [0, 1].map((part) => textWidth(this.titleOf(part)));
    this.geometry = geometryOf(n, width, height, longest + 10, Math.max(...titles));
    const svg = element('svg', { width, height, 'aria-hidden': 'true', 'font-size': 11 });
    for (const part of [0, 1]) svg.append(...this.matrix(part, names, longest));
    layer.replaceChildren(svg);
  }

  /** @private @param {number} part @param {string[]} names @param {number} longest */
  *matrix(part, names, longest) {
    const { cell, left, top: tops } = this.geometry;
    const { dark } = this.store;
    const n = names.length;
    const [x0, top] = [left[part], tops[part]];
    yield element('text', { x: x0, y: top - 7, fill: 'var(--ink-2)', 'font-size': 12 }, this.titleOf(part));
    const every = Math.max(1, Math.ceil(13 / cell));
    for (let truth = 0; truth < n; truth++) {
      const y = top + truth * cell;
      if ((part === 0 || tops[1] > tops[0]) && truth % every === 0)
        yield element(
          'text',
          { x: x0 - 6, y: y + cell / 2, dy: '.35em', 'text-anchor': 'end', fill: 'var(--ink-3)' },
          shortened(names[truth], longest, 11),
        );
      if (truth % every === 0)
        yield element(
          'text',
          { x: x0 + (truth + 0.5) * cell, y: top + n * cell + 14, 'text-anchor': 'middle', fill: 'var(--ink-3)' },
          shortened(names[truth], every * cell, 11),
        );
      for (let said = 0; said < n; said++) yield* this.cellOf({ part, truth, said }, dark);
    }
    const at = this.cursor;
    if (at?.part === part)
      yield element('rect', {
        x: x0 + at.said * cell,
        y: top + at.truth * cell,
        width: cell,
        height: cell,
        fill: 'none',
        stroke: 'var(--ink)',
        'stroke-width': 2,
      });
  }

  /** @private @param {Cell} at @param {boolean} dark */
  *cellOf(at, dark) {
    const { cell, left, top } = this.geometry;
    const { n, share } = this.rowOf(at);
    const [x, y] = [left[at.part] + at.said * cell, top[at.part] + at.truth * cell];
    const isRight = at.truth === at.said;
    const color = !n ? 'var(--sunken)' : isRight ? depthColor(0.25 + 0.75 * share, dark) : wrongColor(share, dark);
    const gap = cell > 6 ? 1 : 0;
    yield element('rect', { x, y, width: Math.max(0.5, cell - gap), height: Math.max(0.5, cell - gap), fill: color });
    if (!n) return;
    const text = this.shares ? String(Math.round(100 * share)) : count(n);
    // What does not fit stands in the line below and in the table.
    if (textWidth(text) * (isRight ? 1 : BOLD) > cell - gap) return;
    yield element(
      'text',
      {
        x: x + cell / 2,
        y: y + cell / 2,
        dy: '.35em',
        'text-anchor': 'middle',
        'font-weight': isRight ? 400 : 600,
        fill: luminance(color) > BRIGHT ? '#14191c' : luminance(color) > 0.18 ? '#000' : '#fff',
      },
      text,
    );
  }

  /** @private @param {PointerEvent} event */
  pointAt(event) {
    const { cell, left, top } = this.geometry;
    const at = pointIn(/** @type {HTMLElement} */ (event.currentTarget), event);
    const n = this.classes;
    const isStacked = top[1] > top[0];
    const part = (isStacked ? at.y >= top[1] : at.x >= left[1]) ? 1 : 0;
    const [said, truth] = [Math.floor((at.x - left[part]) / cell), Math.floor((at.y - top[part]) / cell)];
    const inside = said >= 0 && said < n && truth >= 0 && truth < n;
    this.aim(inside ? { part, truth, said } : null);
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (this.ready && !this.tabled) this.pointAt(event);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (!this.ready || event.target !== event.currentTarget) return;
    const way = wayOrEdgeOf(event);
    const n = this.classes;
    if (event.key === 'Escape' && this.cursor) this.cursor = null;
    else if (way) {
      const now = this.cursor ?? { part: 1, truth: 0, said: 0 };
      // From one matrix to the other where they meet.
      const [across, down] = this.cursor || !way.every(Number.isFinite) ? [way[0], -way[1]] : [0, 0];
      const within = (/** @type {number} */ at, /** @type {number} */ all) => Math.max(0, Math.min(all - 1, at));
      const { top } = this.geometry;
      if (top[1] > top[0]) {
        const row = within(now.part * n + now.truth + down, 2 * n);
        this.cursor = { part: Math.floor(row / n), truth: row % n, said: within(now.said + across, n) };
      } else {
        const column = within(now.part * n + now.said + across, 2 * n);
        this.cursor = { part: Math.floor(column / n), truth: within(now.truth + down, n), said: column % n };
      }
    } else return;
    event.preventDefault();
    event.stopPropagation();
    if (this.cursor) this.tell(this.read(this.cursor));
  }
}

/** What is taken for another class, the more the stronger. @param {number} share @param {boolean} dark */
const wrongColor = (share, dark) => divergingColor(0.62 + 0.38 * Math.sqrt(share), dark);

define('tp-model-confusion', TpModelConfusion);
