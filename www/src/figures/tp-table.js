import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Beat, define } from '../controls/part.js';
import { icon } from '../controls/icons.js';
import { count } from '../study/format.js';
import { later } from '../platform/later.js';
import { FigurePart } from './figure.js';
import { orderOf } from './order.js';
import { columnsOf, fieldsOf, isShown } from './table-columns.js';
import { trialsData } from './trials-data.js';
import { scoreName } from '../state/spread.js';

/** @typedef {import('./table-columns.js').Column} Column @typedef {import('../study/types.js').Trial} Trial */

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
  static saves = [['tsv'], ['csv', 'copy']];
  static properties = {
    ...FigurePart.properties,
    by: { state: true },
    turned: { state: true },
    top: { state: true },
    query: { state: true },
    filtering: { state: true },
    reader: { state: true },
  };

  constructor() {
    super();
    this.by = 'score';
    /** Whether the order is turned round. */ this.turned = false;
    this.top = 0;
    /** The filter as it was written. */ this.query = '';
    /** Whether the line for it is open. */ this.filtering = false;
    /** @type {typeof import('../study/filter.js') | null} who reads it, loaded when the line opens */ this.reader =
      null;
    /** @private What it says; the last that was understood, while another is being written.
     * @type {{key: string, holds: (trial: Trial) => boolean, trouble: import('../study/filter.js').Trouble | null}} */
    this.filter = { key: '', holds: () => true, trouble: null };
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

  /** Those that are shown. @returns {Column[]} */
  columns() {
    const { columns: chosen } = this.store;
    return columnsOf(this.store).filter((one) => isShown(one, chosen));
  }

  /** Rows are in the order of what this very drawing writes. @param {Column[]} columns */
  sort(columns) {
    const { store } = this;
    const { by, down } = this;
    const { holds } = this.readQuery();
    const key = `${by} ${down} ${store.runs} ${store.version} ${this.filter.key}`;
    if (key === this.ordered) return;
    this.ordered = key;
    const column = columns.find((one) => one.key === by);
    const meant = function* () {
      for (const one of store.trials.values()) if (holds(one)) yield one;
    };
    const rows = this.query.trim() ? meant() : store.trials.values();
    // The score of a pruned trial is one of fewer epochs.
    const isPruned = (/** @type {Trial} */ one) => by === 'score' && one.state === 'pruned';
    this.order = orderOf(rows, (one) => (column ? column.sort(one) : one.number), down, isPruned);
  }

  /** @private What the filter says of the study shown. */
  readQuery() {
    const { store, query } = this;
    const key = `${store.runs} ${store.objective.metric} ${query}`;
    if (key === this.filter.key || !this.reader) return this.filter;
    const { holds, trouble } = this.reader.readFilter(query, store.shownStudy, fieldsOf(store));
    // What is half written leaves the rows as they are; of another run nothing is known any more.
    const kept = this.filter.key.startsWith(`${store.runs} `) ? this.filter.holds : () => true;
    this.filter = { key, holds: holds ?? kept, trouble };
    return this.filter;
  }

  /** @private The line of the filter: what is typed counts at once, and says what it leaves. */
  filterLine() {
    if (!this.filtering && !this.query) return nothing;
    const { store } = this;
    const { trouble } = this.filter;
    const [done, n] = [count(this.order.length), count(store.trials.size)];
    const said = trouble ? this.t(`filter.${trouble.code}`, { ...trouble }) : '';
    return html`<div class="filter">
      <input type="search" class="field-input" data-testid="table-filter" .value=${this.query} spellcheck="false"
        autocomplete="off" aria-label=${this.t('filter')} placeholder=${this.t('filter.example')}
        aria-invalid=${trouble ? 'true' : nothing} aria-describedby="table-filter-said"
        @input=${this.onFilter} @keydown=${this.onFilterKey}>
      <span id="table-filter-said" class=${trouble ? 'wrong' : 'q'} role="status"
        data-testid="table-filter-said">${said} ${this.query.trim() ? this.t('filter.count', { done, n }) : ''}</span>
    </div>`;
  }

  /** @param {Event} event */
  onFilter(event) {
    this.query = /** @type {HTMLInputElement} */ (event.target).value;
    this.top = 0;
    const box = this.querySelector('.tw');
    if (box) box.scrollTop = 0;
  }

  /** Escape empties the filter, and then closes its line. @param {KeyboardEvent} event */
  onFilterKey(event) {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.query) this.query = '';
    else this.toggleFilter();
  }

  /** Opens the line of the filter with the focus in it, or closes it and shows all trials. */
  async toggleFilter() {
    const open = !(this.filtering || this.query);
    this.filtering = open;
    if (!open) this.query = '';
    else this.reader ??= await later('filter').catch(() => null);
    await this.updateComplete;
    const next = open ? '[data-testid="table-filter"]' : '[data-testid="table-filter-button"]';
    /** @type {HTMLElement | null} */ (this.querySelector(next))?.focus();
  }

  /** @private The filter, and which columns are shown. */
  tableTools() {
    const { store } = this;
    if (!store.trials.size) return nothing;
    const open = this.filtering || this.query !== '';
    const columns = columnsOf(store).map((one) => ({
      text: one.key === 'bar' ? this.t('table.bar', { score: scoreName(store, true) }) : one.label,
      checked: isShown(one, store.columns),
      stays: true,
      testid: `column-${one.key}`,
      act: /** @type {const} */ ('table_column'),
      detail: { key: one.key, shown: !isShown(one, store.columns) },
    }));
    return html`<button type="button" class="ib" data-testid="table-filter-button" aria-pressed=${open}
        aria-label=${this.t('filter')} title=${this.t('filter.title')}
        @click=${this.toggleFilter}>${icon('filter')}</button>
      <tp-menu class="save" .store=${store} name="table-columns" .label=${this.t('table.columns')}
        .face=${icon('columns')} .groups=${[{ label: this.t('table.columns'), items: columns }]}></tp-menu>`;
  }

  /** The rows and columns that are shown, in their order: what is copied for a spreadsheet.
   * @returns {import('./figure-data.js').FigureData} */
  shownData() {
    const { store } = this;
    const rows = this.order.flatMap((number) => store.trials.get(number) ?? []);
    const shown = this.columns().filter((one) => one.key !== 'bar');
    const first = { key: '#', label: '#', text: () => '', value: (/** @type {Trial} */ one) => one.number };
    const columns = shown.map((one) => ({ ...one, value: one.value ?? one.sort }));
    return { caption: this.title, columns: [first, ...columns], rows: [], all: () => rows };
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
      ${this.filterLine()}
      <div class="over"><div class="fh corner"><span class="tools">${this.tableTools()}${this.exportMenu(
        this.t('table.export'),
      )}</span></div>
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
                class="q none">${this.t(store.trials.size ? 'filter.none' : 'table.empty')}</td></tr>`
          }
        </tbody>
      </table></div></div>
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
      @click=${() => this.act('pick', number)} @dblclick=${() => store.whole && this.act('open_model', number)}
      @pointerenter=${() => this.act('hover', number)}>
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
