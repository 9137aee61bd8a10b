import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Beat, define } from '../controls/part.js';
import { stateMark } from '../controls/icons.js';
import { depthColor } from './colors.js';
import { sweptOf } from '../study/hyperparameters.js';
import { DASH, count, loss, metric, setting, signed } from '../study/format.js';
import { FigurePart } from './figure.js';
import { STATES, orderOf } from './order.js';
import { trialsData } from './trials-data.js';
import { lookOf, scoreScale } from '../state/score.js';
import { evaluationsOf } from '../state/trials.js';
import { hasSpread, plusMinus, scoreName, scoreValue, spreadAt, spreadOf } from '../state/spread.js';

/**
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {{key: string, label: string, num: boolean, minor?: boolean, sort: (trial: Trial) => number | string,
 *   text: (trial: Trial) => unknown}} Column
 */

/** Above this many rows only those in sight are made. */
const WHOLE = 100;
const SPARE = 12;

/**
 * All trials as a table that sorts; the row of the selected trial is marked in every figure. It is a figure without a
 * picture, whose frame is the row of its columns' names.
 */
export class TpTable extends FigurePart {
  static figure = 'table';
  static file = 'trials';
  /** @type {import('./figure.js').SaveKind[][]} */
  static saves = [['csv', 'copy']];
  static properties = { ...FigurePart.properties, by: { state: true }, turned: { state: true }, top: { state: true } };

  constructor() {
    super();
    this.by = 'score';
    /** Whether the order is turned round. */ this.turned = false;
    this.top = 0;
    /** @private @type {number[]} */ this.order = [];
    /** @private */ this.ordered = '';
    /** @private @type {number | null} */ this.shown = null;
    /** @private */ this.beat = new Beat();
    /** Heights of the box and of a row, kept so that drawing never has to ask the layout. */
    this.heights = { box: 400, row: 24 };
    /** @private */ this.boxes = new ResizeObserver(() => {
      const box = /** @type {HTMLElement | null} */ (this.querySelector('.tw'));
      const row =
        /** @type {HTMLElement | null} */ (this.querySelector('tbody tr[data-trial]'))?.offsetHeight ||
        this.heights.row;
      const height = box?.clientHeight || this.heights.box;
      if (row === this.heights.row && height === this.heights.box) return;
      this.heights = { box: height, row };
      this.requestUpdate();
    });
  }

  get title() {
    return this.t('table.title');
  }

  data() {
    return trialsData(this.store);
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    if (this.beat.due(this.store, topics)) this.requestUpdate();
  }

  /** @returns {Column[]} */
  columns() {
    const { store } = this;
    const scale = scoreScale(store);
    const last = (/** @type {Trial} */ trial) => trial.epochs.at(-1);
    const gap = (/** @type {Trial} */ { state, epochs }) =>
      state === 'diverged' ? NaN : epochs.measure('validation_loss') - epochs.measure('train_loss');
    // The score has a column of its own: beside an accuracy the loss is shown, and the other way round.
    const other = store.objective.metric === 'validation_metric' ? 'validation_loss' : 'validation_metric';
    const isLoss = other === 'validation_loss';
    const kind = this.t(isLoss ? 'score.validation_loss' : `metric.${store.task}`);
    /** @type {Column[]} */
    const columns = [
      {
        key: 'state',
        label: this.t('table.state'),
        num: false,
        sort: (one) => STATES.indexOf(one.state) + (lookOf(store, one) === 'untrained' ? 0.5 : 0),
        text: (one) => this.state(lookOf(store, one)),
      },
      {
        key: 'score',
        label: scoreName(store),
        num: true,
        sort: (one) => store.score(one),
        text: (one) =>
          html`${scoreValue(store, store.score(one))}${this.spread(
            spreadOf(store, one),
            store.objective.metric,
            store.task,
          )}`,
      },
      {
        key: 'bar',
        label: '',
        num: false,
        minor: true,
        sort: () => 0,
        text: (one) => this.bar(store.score(one), scale),
      },
      {
        key: 'metric',
        label: kind,
        num: true,
        sort: (one) => one.epochs.measure(other),
        text: (one) =>
          one.state === 'diverged'
            ? DASH
            : html`${
                isLoss ? loss(last(one)?.[other]) : metric(last(one)?.[other], store.task)
              }${this.spread(spreadAt(last(one), other), other, store.task)}`,
      },
      { key: 'gap', label: this.t('table.gap'), num: true, minor: true, sort: gap, text: (one) => signed(gap(one)) },
      ...sweptOf(store.shownStudy).map((one) => ({
        key: `param.${one.name}`,
        label: one.label[store.lang],
        num: one.type !== 'categorical' && one.type !== 'bool',
        sort: (/** @type {Trial} */ trial) => /** @type {any} */ (trial.params[one.name] ?? NaN),
        text: (/** @type {Trial} */ trial) => setting(trial.params[one.name]),
      })),
    ];
    // Where epochs are swept, they have a column already.
    if (!store.shownStudy.space?.epochs)
      columns.push({
        key: 'epochs',
        label: this.t('table.epochs'),
        num: true,
        minor: true,
        sort: (one) => one.epochs.length,
        text: (one) => one.epochs.length || DASH,
      });
    // What a step costs is said where some optimizer asks for the gradient more than once.
    if (store.trials.costly)
      columns.push({
        key: 'evaluations',
        label: this.t('table.evaluations'),
        num: true,
        sort: evaluationsOf,
        text: (one) => (one.steps ? count(evaluationsOf(one)) : DASH),
      });
    return columns;
  }

  /** @param {string} look */
  state(look) {
    return html`<span class="st" data-look=${look}>${stateMark(look)}${this.t(`state.${look}`)}</span>`;
  }

  /** The spread over seeds; with several seeds there is room for it in every row, so that nothing moves.
   * @param {number} spread @param {string} name @param {string} task */
  spread(spread, name, task) {
    return hasSpread(this.store) ? html`<span class="pm">${plusMinus(spread, name, task)}</span>` : nothing;
  }

  /** @param {number} score @param {import('../state/score.js').ScoreScale} scale */
  bar(score, scale) {
    if (!Number.isFinite(score)) return nothing;
    const goodness = scale.goodness(score);
    // A loss is as long as it is large; of accuracies, which hardly differ in length, the best is the longest.
    const share =
      this.store.objective.metric.endsWith('loss') && this.naturally !== 'down'
        ? Math.abs(score / (scale.worst || 1))
        : goodness;
    const width = Math.max(1, Math.round(82 * Math.min(1, share)) || 1);
    return html`<svg class="bar" width="82" height="7" aria-hidden="true"><rect width=${width} height="7"
      fill=${depthColor(0.1 + 0.9 * goodness, this.store.dark)}></rect></svg>`;
  }

  /** Rows are in the order of what this very drawing writes. @param {Column[]} columns */
  sort(columns) {
    const { store } = this;
    const { by, down } = this;
    const key = `${by} ${down} ${store.runs} ${store.version}`;
    if (key === this.ordered) return;
    this.ordered = key;
    const column = columns.find((one) => one.key === by);
    this.order = orderOf(store.trials.values(), (one) => (column ? column.sort(one) : one.number), down);
  }

  /** The column to sort by: the score, where the one chosen is not that of this study. @param {Column[]} columns */
  sorting(columns) {
    return this.by === 'number' || columns.some((one) => one.key === this.by) ? this.by : 'score';
  }

  /** Which way the scores run from best to worst. */
  get naturally() {
    return this.store.objective.direction === 'maximize' ? 'down' : 'up';
  }

  /** Whether the largest come first: scores begin with the best. */
  get down() {
    return this.turned !== (this.by === 'score' && this.naturally === 'down');
  }

  render() {
    const { store } = this;
    const columns = this.columns();
    this.by = this.sorting(columns);
    this.sort(columns);
    this.beat.marked = store.selected?.number;
    const total = this.order.length;
    const height = this.heights.row;
    const many = total > WHOLE;
    const first = many ? Math.max(0, Math.min(total - 1, Math.floor(this.top / height) - SPARE)) : 0;
    const end = many ? Math.min(total, first + Math.ceil(this.heights.box / height) + 2 * SPARE) : total;
    const rows = this.order.slice(first, end);
    const wide = columns.length + 1;
    return html`<section class="fig" data-testid="table" aria-label=${this.title}>
      <div class="fh corner"><span class="tools">${this.exportMenu(this.t('table.export'))}</span></div>
      <div class="tw" tabindex="-1" @scroll=${this.onScroll} @keydown=${this.onKey}
        @pointerleave=${() => this.act('hover', null)}>
      <table aria-label=${this.title} aria-rowcount=${total + 1}>
        <thead><tr
          aria-rowindex="1">${this.head('number', '#', true)}${columns.map((one) =>
            one.key === 'bar'
              ? html`<th
                class="c3 bars"><span
                class="vh">${this.t('table.bar', { score: scoreName(store, true) })}</span></th>`
              : this.head(one.key, one.label, one.num, one.minor),
          )}</tr></thead>
        <tbody>
          ${
            first
              ? html`<tr class="pad" aria-hidden="true"><td colspan=${wide}
                .height=${String(first * height)}></td></tr>`
              : nothing
          }
          ${repeat(
            rows,
            (one) => one,
            (one, k) => this.row(one, columns, first + k),
          )}
          ${
            end < total
              ? html`<tr class="pad" aria-hidden="true"><td colspan=${wide}
                .height=${String((total - end) * height)}></td></tr>`
              : nothing
          }
          ${
            total
              ? nothing
              : html`<tr class="pad"><td colspan=${wide}
                class="q none">${this.t('table.empty')}</td></tr>`
          }
        </tbody>
      </table></div>
      <div class="vh" role="status" data-testid="table-said">${this.said}</div>
    </section>`;
  }

  observe() {
    for (const part of ['.tw', 'table']) this.boxes.observe(/** @type {Element} */ (this.querySelector(part)));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.boxes.disconnect();
  }

  /** @param {string} key @param {string} label @param {boolean} num @param {boolean} [minor] */
  head(key, label, num, minor) {
    const sorted = this.by === key ? (this.down ? 'descending' : 'ascending') : 'none';
    return html`<th scope="col" class="${num ? 'num' : ''} ${minor ? 'c3' : ''}" aria-sort=${sorted}><button
      type="button" data-sort=${key}
      @click=${() => this.sortBy(key)}>${label}${
        sorted === 'none' ? '' : sorted === 'ascending' ? ' ↑' : ' ↓'
      }</button></th>`;
  }

  /** @param {string} key */
  sortBy(key) {
    this.turned = this.by === key && !this.turned;
    this.by = key;
  }

  /** @param {number} number @param {Column[]} columns @param {number} index */
  row(number, columns, index) {
    const { store } = this;
    const trial = store.trials.get(number);
    if (!trial) return nothing;
    const selected = store.selected === trial;
    return html`<tr data-trial=${number} data-state=${trial.state} aria-rowindex=${index + 2} aria-selected=${selected}
      class="${store.hovered === number ? 'hov' : ''} ${store.isOut(trial) ? 'out' : ''}"
      @click=${() => this.act('pick', number)} @pointerenter=${() => this.act('hover', number)}>
      <td class="num"><button type="button" tabindex=${selected ? 0 : -1}
        aria-label=${this.t('trial.number', { number })} aria-pressed=${selected}>${number}</button></td>
      ${columns.map(
        (one) => html`<td
          class="${one.num ? 'num' : ''} ${one.minor ? 'c3' : ''}">${one.text(trial)}</td>`,
      )}</tr>`;
  }

  updated() {
    const number = this.store.picked;
    if (number === this.shown) return;
    this.shown = number;
    if (number === null) return;
    const at = this.order.indexOf(number);
    const box = this.querySelector('.tw');
    if (!box || at < 0 || box.scrollHeight <= box.clientHeight) return;
    const height = this.heights.row;
    const place = at * height;
    const seen = box.clientHeight - height - 26;
    if (place < box.scrollTop) box.scrollTop = place;
    else if (place > box.scrollTop + seen) box.scrollTop = place - seen;
  }

  /** @param {Event} event */
  onScroll(event) {
    if (this.order.length > WHOLE) this.top = /** @type {HTMLElement} */ (event.currentTarget).scrollTop;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const target = /** @type {HTMLElement} */ (event.target);
    if (!by || !target.closest('tbody')) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.order.indexOf(this.store.selected?.number ?? -1);
    const next = this.order[Math.max(0, Math.min(this.order.length - 1, at + by))];
    if (next === undefined) return;
    this.act('pick', next);
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        /** @type {HTMLElement | null} */ (this.querySelector('tr[aria-selected="true"] button'))?.focus(),
      ),
    );
  }
}

define('tp-table', TpTable);
