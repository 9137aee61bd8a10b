import { html, nothing } from 'lit';
import { Part } from '../controls/part.js';
import { icon, stateMark } from '../controls/icons.js';
import { count, loss, metric } from '../study/format.js';
import { guessOf } from '../study/guess.js';
import { planned } from '../study/panel.js';
import { LEARNING, samplerOf } from '../study/search.js';
import { drawRamp } from './ramp.js';
import { scoreScale } from '../state/score.js';
import { CROWD } from '../state/store.js';
import { defineLater } from '../platform/later.js';
import { turn } from '../platform/turns.js';
import '../controls/tp-menu.js';

/**
 * The frame of every figure: title, legend, key of its marks, plot, summary, data table (T), cursor, the states in
 * which there is nothing to draw, and export. A figure brings its drawing, and words and numbers for the rest.
 *
 * @typedef {import('./figure-data.js').FigureData} FigureData
 * @typedef {import('./figure-data.js').Key} Key
 * @typedef {import('./figure-data.js').Legend} Legend
 * @typedef {import('./figure-data.js').SaveKind} SaveKind
 */

/** The width of a printed page, in px, without its margins. */
const PAGE = 680;
/** A cursor that rests for so long is spoken, in ms: not each place that it passes. */
const REST = 200;

/** A button says for so long that it has copied, in ms. */
const TOLD = 2000;

const picture = defineLater('picture', () => import('./picture.js'));

export class FigurePart extends Part {
  /** @type {import('../state/store.js').Topic[]} */
  static topics = ['trials', 'selection', 'brush', 'study', 'run'];
  static properties = {
    ...Part.properties,
    tabled: { state: true },
    failure: { state: true },
    said: { state: true },
    trouble: { state: true },
    copied: { state: true },
  };
  /** What the page's own code and tests call it. */
  static figure = '';
  /** What files call it, after the data set. */
  static file = '';
  /** Where its drawing stands. */
  static plot = '.plot';
  /** The class of the layer that the summary describes. */
  static layer = 'chart';
  /** What it is saved as, in groups of the menu. @type {SaveKind[][]} */
  static saves = [
    ['png', 'svg'],
    ['csv', 'copy'],
  ];

  constructor() {
    super();
    this.tabled = false;
    /** Why the picture could not be drawn. */ this.failure = '';
    /** What the cursor says. */ this.said = '';
    /** Why a file could not be made. */ this.trouble = '';
    /** Whether the data were just copied. */ this.copied = false;
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.rest = undefined;
    /** @private */ this.language = '';
    /** The plot's size, kept so that drawing never has to ask the layout. */
    this.size = { width: 0, height: 0 };
    /** @private */ this.resizes = new ResizeObserver((entries) => {
      const { width, height } = entries[entries.length - 1].contentRect;
      const isFirst = !this.size.width;
      this.resized(width, height);
      // Paper takes the picture as it was drawn, smaller where it is wider than a page.
      const { style } = /** @type {HTMLElement} */ (entries[0].target);
      const drawn = { width: `${width}px`, height: `${height}px` };
      for (const [name, length] of Object.entries(drawn)) style.setProperty(`--drawn-${name}`, length);
      style.setProperty('--fit', String(Math.min(1, PAGE / Math.max(1, width))));
      // Figures of a crowd are drawn each in a task of its own, and so is what appears.
      if (this.store.trials.size > CROWD) this.requestUpdate();
      else if (isFirst) void turn().then(() => this.isUpdatePending || this.redraw());
      else this.redraw();
    });
  }

  // What a figure brings

  /** Its name, which stands for it wherever it is alone. */
  get title() {
    return '';
  }

  /** What stands above it on the page. */
  heading() {
    return this.title;
  }

  /** A heading that says so where its trials are the stored example's. @protected @param {string} text */
  stamped(text) {
    return this.store.isExample ? `${text} · ${this.t('example')}` : text;
  }

  /** A heading with the letter of its run, where two lie side by side, or that says of what else its trials are.
   * @protected @param {string} text */
  lettered(text) {
    const { store } = this;
    const { replay } = store.opening;
    text = this.stamped(text);
    if (replay) text = `${text} · ${this.t('replay.at', { epoch: replay.epoch, last: replay.last })}`;
    return store.other ? `${store.letter} · ${text}` : text;
  }

  /** A sentence that says what the picture shows. */
  summary() {
    return '';
  }

  /** What the keys do in it; without keys the plot takes no focus. */
  get keys() {
    return '';
  }

  /** How much of what is to come it shows. @returns {unknown} */
  note() {
    const { counts, trials, expected } = this.store;
    const done = counts.complete + counts.pruned + counts.diverged + counts.failed;
    if (!trials.size || done === expected) return nothing;
    return html`<span class="q"
      data-testid="partial">${this.t('figure.partial', { done: count(done), n: count(expected) })}</span>`;
  }

  /** @returns {Legend | null} */
  get legend() {
    return null;
  }

  /** The legend's scale of colours. @param {HTMLCanvasElement} canvas of 144 × 24 pixels */
  paintRamp(canvas) {
    drawRamp(canvas, this.store);
  }

  /** Buttons of its own, beside those that all figures have. @returns {unknown} */
  tools() {
    return nothing;
  }

  /** A line of controls and keys below the title. @returns {unknown} */
  controls() {
    return nothing;
  }

  /** What lies over the described layer, in the order of painting. @returns {unknown} */
  layers() {
    return nothing;
  }

  /** What stands below the plot. @returns {unknown} */
  below() {
    return nothing;
  }

  /** Whether there is something to point at. */
  get ready() {
    return this.store.trials.size > 0;
  }

  /** Whether there is something to save. */
  get savable() {
    return this.store.trials.size > 0 && this.ready;
  }

  /** Why there is nothing to draw though there are trials. @returns {{name: string, text: string} | null} */
  get nothing() {
    return null;
  }

  /** @returns {FigureData} */
  data() {
    return { caption: '', columns: [], rows: [], all: () => [] };
  }

  /** What of the data stands on the page. @returns {FigureData} */
  shownData() {
    return this.data();
  }

  /** What a figure that is saved as JSON stands in there as. @returns {object | null} */
  document() {
    return null;
  }

  draw() {}

  /** What stands in a picture's legend beside the colours. @returns {Key[]} */
  pictureKeys() {
    return [];
  }

  /** A picture stands alone, so it says what its colours mean. @returns {Legend | null} */
  get pictureLegend() {
    return this.legend;
  }

  /** The name of the vertical axis, where the plot itself does not have it. */
  get upTitle() {
    return '';
  }

  /** What a canvas of the plot shows, drawn on something that writes SVG; null takes the pixels.
   * @param {HTMLCanvasElement} _canvas
   * @returns {{ratio: number, draw: (g: CanvasRenderingContext2D) => Generator} | null} */
  vectors(_canvas) {
    return null;
  }

  /** A canvas to take the pixels of another from, which does not give them away itself.
   * @param {HTMLCanvasElement} _canvas @returns {Promise<HTMLCanvasElement | null> | null} */
  still(_canvas) {
    return null;
  }

  /** What a file that is made of vectors has to say of itself beside its name in the menu. */
  get vectorNote() {
    return '';
  }

  onDown(/** @type {PointerEvent} */ _event) {}
  onUp(/** @type {PointerEvent} */ _event) {}
  onMove(/** @type {PointerEvent} */ _event) {}
  onLeave(/** @type {PointerEvent} */ _event) {
    this.act('hover', null);
  }
  onClick(/** @type {MouseEvent} */ _event) {}
  onKey(/** @type {KeyboardEvent} */ _event) {}
  onBlur() {}

  // The frame

  /** @private */
  get kind() {
    return /** @type {typeof FigurePart} */ (this.constructor);
  }

  get name() {
    return this.kind.figure;
  }

  /** Whole pixels, which its axes are drawn in. @param {number} width @param {number} height */
  resized(width, height) {
    this.size = { width: Math.floor(width), height: Math.floor(height) };
  }

  /** Also after the page has been moved within its document. */
  observe() {
    const plot = this.querySelector(this.kind.plot);
    if (plot) this.resizes.observe(plot);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resizes.disconnect();
    clearTimeout(this.rest);
  }

  updated() {
    this.redraw();
  }

  /** A picture that cannot be drawn says so in its place; its table is there all the same. */
  redraw() {
    try {
      const ramp = /** @type {HTMLCanvasElement | null} */ (this.querySelector('.ramp'));
      if (ramp) this.paintRamp(ramp);
      this.draw();
      this.failure = '';
    } catch (error) {
      const failure = String(/** @type {Error} */ (error)?.message ?? error);
      // With its stack, for those who can mend it.
      if (failure !== this.failure) console.error(error);
      this.failure = failure;
    }
  }

  /** The keyboard's focus goes along, from the plot to the table in its place and back. */
  async toggleTable() {
    const root = /** @type {ShadowRoot} */ (this.getRootNode());
    const isInside = this.querySelector(this.kind.plot)?.contains(root.activeElement);
    this.tabled = !this.tabled;
    if (!isInside) return;
    await this.updateComplete;
    const next = this.querySelector(this.tabled ? '.data' : `${this.kind.plot}[tabindex]`);
    const button = this.querySelector('[data-testid="figure-table"]');
    /** @type {HTMLElement | null} */ (next ?? button)?.focus({ preventScroll: true });
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    // What was said was said in the other language.
    if (this.language !== this.store.lang) this.said = this.trouble = '';
    this.language = this.store.lang;
  }

  render() {
    const { name, ready, keys } = this;
    return html`<figure class="fig" data-testid=${name} aria-label=${this.title}>
      <div class="fh"><h2>${this.heading()}</h2>${this.note()}<span class="sp"></span>
        ${this.legendBar()}<span class="tools">${this.tools()}${this.exportMenu()}${this.tableButton()}</span></div>
      ${this.controls()}
      <div class="plot ${ready ? 'pick' : ''} ${this.plotClass}" data-testid="${name}-plot"
        tabindex=${keys && ready && !this.tabled ? 0 : nothing} role=${keys ? 'group' : nothing}
        aria-label=${keys || nothing} @keydown=${this.onKey} @pointerdown=${this.onDown} @pointerup=${this.onUp}
        @pointercancel=${this.onUp} @pointermove=${this.onMove} @pointerleave=${this.onLeave}
        @click=${this.onClick} @blur=${this.onBlur}>
        <div class="layer ${this.kind.layer}" role="img" aria-label=${this.summary()}></div>
        ${this.layers()}
        ${this.insteadOf()}
        ${this.tabled ? this.table() : nothing}
      </div>
      ${this.below()}
      <div class="vh" role="status" data-testid="${name}-said">${this.said}</div>
    </figure>`;
  }

  /** Further classes of the plot. */
  get plotClass() {
    return '';
  }

  /** @private The scale of colours between its ends; `draw` fills the canvas. */
  legendBar() {
    const { legend } = this;
    if (!legend) return nothing;
    const { text, title, low, high } = legend;
    return html`<span class="legend"
      title=${title || nothing}>${
        text
          ? html`<span
            class="c3">${text}</span>`
          : nothing
      }<span>${low}</span><canvas class="ramp" width="144"
      height="24"></canvas><span>${high}</span></span>`;
  }

  /** @private */
  tableButton() {
    const name = this.t(this.tabled ? 'figure.picture' : 'figure.table');
    return html`<button type="button" class="ib" data-testid="figure-table" aria-pressed=${this.tabled}
      aria-label=${name} title=${`${name} (T)`}
      @click=${this.toggleTable}>${icon('table')}</button>`;
  }

  /** @protected There is nothing to save before there is something to see. */
  exportMenu(label = this.t('figure.export')) {
    const { store, name } = this;
    if (!this.savable) return nothing;
    const item = (/** @type {SaveKind} */ kind) => ({
      text: this.t(`figure.${kind}`),
      testid: `${name}-${kind}`,
      act: 'export_figure',
      detail: { figure: this, kind },
      note: kind === 'svg' ? this.vectorNote : '',
    });
    const groups = this.kind.saves.map((kinds) => ({ items: kinds.map(item) }));
    return html`${
      this.trouble
        ? html`<span class="q" role="alert"
          data-testid="${name}-trouble" title=${this.trouble}>${this.trouble}</span>`
        : nothing
    }<tp-menu class="save" .store=${store} name="${name}-export" .label=${label}
      .face=${icon(this.copied ? 'done' : 'save')} .groups=${groups}
      ></tp-menu>`;
  }

  /** @param {SaveKind} kind */
  async export(kind) {
    this.trouble = '';
    try {
      const { exportFigure } = await picture.open();
      const file = await exportFigure(this, kind);
      const isCopied = kind === 'copy' || kind === 'tsv';
      this.said = isCopied ? this.t('figure.copied') : this.t('figure.saved', { file });
      if (!isCopied) return;
      this.copied = true;
      setTimeout(() => {
        this.copied = false;
      }, TOLD);
    } catch (error) {
      const detail = String(/** @type {Error} */ (error)?.message ?? error);
      const isCopied = kind === 'copy' || kind === 'tsv';
      this.trouble = isCopied ? this.t('figure.copy_refused') : this.t('figure.not_saved', { detail });
    }
  }

  /** What files of this figure are called. */
  get file() {
    const { store } = this;
    return `${store.isExample ? 'example-' : ''}${store.shownStudy.dataset.name}-${this.kind.file || this.name}`;
  }

  /** What a picture is of, for those who see nothing but it. */
  get pictureTitle() {
    const { store } = this;
    const data = store.dataName(store.shownStudy);
    return `${this.title} – ${data}`;
  }

  /** @private What stands in the picture's place. */
  insteadOf() {
    if (this.failure)
      return html`<div class="empty" data-testid="${this.name}-failed"><span><b>${this.t(
        'figure.failed',
      )}</b>${this.t('figure.failed.body', { detail: this.failure })}</span>
      <button type="button" class="btn" @click=${this.redraw}>${this.t('figure.retry')}</button></div>`;
    const none = this.nothing;
    if (none) return html`<p class="empty" data-testid=${none.name}>${none.text}</p>`;
    return this.emptyState();
  }

  /** No trials yet: one sentence and one button, in the first figure. @returns {unknown} */
  emptyState() {
    return nothing;
  }

  /** The invitation to train. */
  invitation() {
    const { store } = this;
    if (store.trials.size || store.state !== 'idle') return nothing;
    const n = planned(store.study);
    const [body, name] = store.picking
      ? ['', this.t('hand.train')]
      : [this.t('empty.body', { n }), this.t('run.run', { n })];
    return html`<div class="empty" data-testid="empty"><span><b>${this.t('empty.title')}</b>${body}</span>
      <button type="button" class="btn p" @click=${() => this.act('run')}>${name}</button>
      <button type="button" class="btn" data-testid="empty-hand" title=${this.t('selection.hand.title')}
        @click=${() => this.act('hand', false)}>${this.t('hand')}</button></div>`;
  }

  /** @private */
  table() {
    const { caption, columns, rows, isMarked } = this.data();
    const shown = columns.filter((one) => !one.filed);
    const look = (/** @type {import('./figure-data.js').Column} */ one) =>
      `${one.num ? 'num' : ''} ${one.minor ? 'c3' : ''}`;
    return html`<div class="data" tabindex="0" role="region"
      aria-label=${this.title}><table><caption>${caption}</caption>
      <thead><tr>${shown.map((one) => html`<th class=${look(one)} scope="col">${one.label}</th>`)}</tr></thead>
      <tbody>${rows.map(
        (row) => html`<tr
          aria-selected=${isMarked ? isMarked(row) : nothing}>${shown.map(
            (one) => html`<td
              class=${look(one)}>${one.text(row)}</td>`,
          )}</tr>`,
      )}</tbody></table></div>`;
  }

  /** Says where the cursor is, once it rests. @param {string} text */
  tell(text) {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.said = text;
    }, REST);
  }

  /** What a trial has to be better than to have learned anything. @private */
  guessSaid() {
    const guess = guessOf(this.store.shownStudy);
    if (!guess) return this.t('guess.numbers');
    const share = metric(guess.share, 'classes');
    return this.t(guess.exact ? 'guess.classes' : 'guess.even', { share, loss: loss(guess.loss) });
  }

  /** The states of the trials at hand, and in a run those that may come. @returns {Key[]} */
  stateKeys() {
    const { counts, state, trials } = this.store;
    const learns = LEARNING.includes(samplerOf(this.store.shownStudy));
    const known = { ...counts, next: 0, untrained: scoreScale(this.store).untrained };
    return /** @type {const} */ (['complete', 'running', 'queued', 'untrained', 'pruned', 'diverged', 'cancelled'])
      .filter(
        (one) => known[one] || ((state !== 'idle' || !trials.size) && (one === 'complete' || one === 'diverged')),
      )
      .map((given) => {
        // Where the sampler wants to look next.
        const one = given === 'queued' && learns ? 'next' : given;
        const word = this.t(`state.${one}`);
        const isCounted = one === 'untrained' || one === 'pruned' || one === 'diverged';
        return {
          mark: stateMark(one),
          text: isCounted && known[one] ? `${word} ${count(known[one])}` : word,
          title: one === 'untrained' ? this.guessSaid() : '',
        };
      });
  }

  /** @param {Key[]} keys */
  keyLine(keys) {
    return html`<span
      class="status-key">${keys.map(
        ({ mark, text, title }) => html`<span
          class="st" title=${title || nothing}>${mark}${text}</span>`,
      )}</span>`;
  }
}
