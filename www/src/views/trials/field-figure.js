import { html, nothing } from 'lit';
import { Beat } from '../../controls/part.js';
import { FigurePart } from '../../figures/figure.js';
import { depthColor, palette, tokens } from '../../figures/colors.js';
import { surfaceData } from '../../figures/surface-data.js';
import { inSlices } from '../../platform/turns.js';
import { pixelRatio } from '../../platform/pixels.js';
import { scoreName } from '../../state/spread.js';
import { count } from '../../study/format.js';
import { LEARNED, SHADES, fieldOf } from './field.js';
import { packed } from './raster.js';

/**
 * A figure over the columns of all trials (field.js): what it paints is kept until something changes, and painted in
 * slices, so that the page answers meanwhile.
 *
 * @typedef {import('./field.js').Field} Field
 */

/** More marks than this are written pixel by pixel. */
export const STROKED = 2000;
/** A pointer this near to a mark means that mark. */
export const NEAR = 22;
/** Names of colours in a raster; those of scores follow. */
export const FAINT = 1;
export const PLAIN_INK = 2;
/** So many trials stand in a table; the file has all. */
export const ROWS = 300;

export class FieldFigure extends FigurePart {
  constructor() {
    super();
    /** @private */ this.beat = new Beat();
    /** @private what was worked out, @type {Map<string, unknown>} */ this.worked = new Map();
    /** @private and for which trials and brush */ this.workedFor = '';
    /** @private what each layer shows @type {Map<string, string>} */ this.shown = new Map();
    /** @private what each layer is to show @type {Map<string, {key: string, steps: () => Generator}>} */
    this.wanted = new Map();
    /** @private @type {Set<string>} layers that are being painted */ this.painting = new Set();
    /** @protected what the axes were drawn for */ this.drawnFor = '';
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    if (this.beat.due(this.store, topics)) this.requestUpdate();
  }

  /** @returns {Field} */
  get field() {
    return fieldOf(this.store);
  }

  /** Works something out once for as long as trials and brush stay: a hovered trial changes neither.
   * @protected @template T @param {string} name @param {() => T} make @returns {T} */
  once(name, make) {
    const { brushKey } = this.field;
    if (this.workedFor !== brushKey) this.worked.clear();
    this.workedFor = brushKey;
    if (!this.worked.has(name)) this.worked.set(name, make());
    return /** @type {T} */ (this.worked.get(name));
  }

  heading() {
    return this.lettered(this.title);
  }

  get ready() {
    return this.field.begun > 0;
  }

  /** How many trials the brush holds. */
  note() {
    const { store, field } = this;
    if (!store.brush && !store.stage) return super.note();
    return html`<span class="q" data-testid="${this.name}-kept">${this.t('trials.inside', {
      done: count(field.kept),
      n: count(field.begun),
    })}</span>`;
  }

  /** What there is to say where there is nothing to draw, whatever the figure. @protected @returns {string} */
  get lack() {
    const { field } = this;
    return field.begun && !field.searched.length ? this.t('trials.none_searched') : this.unscored;
  }

  /** The same of a figure that needs scores and no hyperparameter. @protected @returns {string} */
  get unscored() {
    const { store, field } = this;
    if (!field.begun) return '';
    if (!field.kept) return this.t('trials.none_inside');
    if (field.score.missing < field.begun) return '';
    const { diverged } = store.counts;
    return this.t(diverged ? 'trials.none_scored' : 'trials.none_yet', { n: diverged, score: scoreName(store) });
  }

  get nothing() {
    const text = this.lack;
    return text ? { name: `no-${this.name}`, text } : null;
  }

  emptyState() {
    return this.store.trials.size ? nothing : html`<p class="empty">${this.t('trials.none')}</p>`;
  }

  /** The number of the trial that a pointer means. @protected @param {MouseEvent} event @returns {number | null} */
  trialAt(event) {
    void event;
    return null;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.tabled && !this.nothing) this.act('hover', this.trialAt(event));
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const found = this.tabled || this.nothing ? null : this.trialAt(event);
    if (found !== null) this.act('pick', found);
  }

  /** @protected Where it is drawn, which is emptied where there is nothing to draw; null then, and where there is no
   * room. */
  stage() {
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const { width, height } = this.size;
    if (!chart || !over || width < 60 || height < 60) return null;
    if (this.ready && !this.nothing) return { chart, over, width, height };
    chart.replaceChildren();
    over.replaceChildren();
    this.drawnFor = '';
    this.emptied();
    return null;
  }

  /** @protected Whether the axes, and all that stays while a trial is hovered, are drawn for something else than this,
   * for which they are drawn now. @param {string} key */
  isNew(key) {
    const isNew = key !== this.drawnFor;
    this.drawnFor = key;
    return isNew;
  }

  /** @protected What else is forgotten where there is nothing to draw. */
  emptied() {}

  /** @protected What lies over everything: marks of the hovered and the selected trial. */
  overLayer() {
    return html`<svg class="layer over" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  /** Trials inside the brush, best first. @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { store, field } = this;
    const names = field.searched.map(({ name }) => name);
    return {
      ...surfaceData(store, names),
      caption: this.t(store.brush ? 'trials.caption.inside' : 'trials.caption'),
      rows: field.inside(ROWS),
      all: () => field.inside(Infinity),
    };
  }

  /** @protected The colour of each trial, as text. @returns {(k: number) => string} */
  colors() {
    const { field } = this;
    const { dark } = this.store;
    const shades = Array.from({ length: SHADES }, (_, shade) => depthColor(shade / (SHADES - 1), dark));
    const plain = tokens(this, dark)('--mark');
    return (k) => (field.looks[k] === LEARNED ? shades[field.shades[k]] : plain);
  }

  /** @protected The colours of a raster (raster.js): none, faint, plain, and those of scores. */
  get bytes() {
    const { dark } = this.store;
    const token = tokens(this, dark);
    const shades = Array.from({ length: SHADES }, (_, shade) => depthColor(shade / (SHADES - 1), dark));
    return Uint32Array.from(['', token('--line'), token('--mark'), ...shades], packed);
  }

  /** What everything that is painted depends on. @protected */
  get paintKey() {
    const { width, height } = this.size;
    return [this.field.key, width, height, this.store.dark, palette.version, pixelRatio()].join();
  }

  /**
   * Paints a layer unless it shows that already. Of what is asked for while it paints, the last is painted next: a
   * drag shows something all along.
   * @protected
   * @param {string} layer
   * @param {string} key
   * @param {() => Generator} steps
   */
  paint(layer, key, steps) {
    this.wanted.set(layer, { key, steps });
    if (this.shown.get(layer) !== key && !this.painting.has(layer)) void this.paintOn(layer);
  }

  /** @private @param {string} layer */
  async paintOn(layer) {
    this.painting.add(layer);
    this.settle();
    try {
      for (;;) {
        const wanted = this.wanted.get(layer);
        if (!wanted || !this.isConnected || this.shown.get(layer) === wanted.key) break;
        this.shown.set(layer, wanted.key);
        await inSlices(wanted.steps(), () => this.isConnected);
      }
    } finally {
      this.painting.delete(layer);
      this.settle();
    }
  }

  updated() {
    super.updated();
    this.settle();
  }

  /** @private Notes which trials and which brush it shows, once it does. */
  settle() {
    const isBusy = this.painting.size > 0;
    this.toggleAttribute('data-busy', isBusy);
    if (!isBusy) this.dataset.shown = this.field.brushKey;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.shown.clear();
  }

  /** A canvas over the whole plot, with so many pixels in one of the page.
   * @protected @param {string} selector @param {number} ratio */
  canvas(selector, ratio) {
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector(selector));
    const { width, height } = this.size;
    const g = canvas?.getContext('2d');
    if (!canvas || !g) return null;
    const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    return g;
  }
}
