import { html } from 'lit';
import { FigurePart } from './figure.js';
import { define } from '../controls/part.js';
import { lookOf } from '../state/score.js';
import { scoreName, scoreText } from '../state/spread.js';
import { wayOf } from './cursor.js';
import { paintStrip, stripRows, stripSpot } from './strip.js';

const MANY = 1000;
const REPAINT = 300;

/**
 * The strip of cells: progress, and a picker of trials by number. It is a figure without a frame: a slider, whose
 * value says what a summary would, and whose data are the table of trials.
 */
export class TpStrip extends FigurePart {
  static figure = 'strip';
  static plot = '.strip';

  constructor() {
    super();
    /** @private */ this.painted = 0;
    /** @private */ this.looked = '';
  }

  /** Cells fill all of it. @param {number} width @param {number} height */
  resized(width, height) {
    this.size = { width, height };
  }

  get title() {
    return this.t('strip');
  }

  summary() {
    const { store } = this;
    const chosen = store.selected;
    if (!chosen) return this.t('strip.none');
    return this.t('strip.value', {
      number: chosen.number,
      state: this.t(`state.${lookOf(store, chosen)}`),
      score: scoreName(store),
      value: scoreText(store, chosen),
    });
  }

  render() {
    const { store } = this;
    const total = store.expected;
    return html`<div class="strip" data-rows=${stripRows(total)} data-testid="strip" role="slider" tabindex="0"
      aria-label=${this.title}
      aria-valuemin="0" aria-valuemax=${Math.max(0, total - 1)} aria-valuenow=${store.selected?.number ?? 0}
      aria-valuetext=${this.summary()}
      @keydown=${this.onKey} @click=${this.onClick} @pointermove=${this.onMove}
      @pointerleave=${() => this.act('hover', null)}><canvas></canvas></div>`;
  }

  /** Thousands of cells are repainted a few times a second. */
  updated() {
    const { store } = this;
    const now = performance.now();
    const look = [store.selected?.number, store.hovered, store.brushes, store.dark].join();
    if (store.state === 'running' && store.trials.size > MANY && now - this.painted < REPAINT && look === this.looked)
      return;
    this.painted = now;
    this.looked = look;
    super.updated();
  }

  draw() {
    const canvas = this.querySelector('canvas');
    if (canvas) paintStrip(canvas, this.store, this.size);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const [across, up] = wayOf(event) ?? [0, 0];
    if (!across && !up) return;
    event.preventDefault();
    event.stopPropagation();
    this.act('slide', across + up > 0 ? 1 : -1);
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const found = this.spot(event);
    if (found !== null) this.act('pick', found);
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    this.act('hover', this.spot(event));
  }

  /** @param {MouseEvent} event */
  spot(event) {
    return stripSpot(/** @type {HTMLElement} */ (event.currentTarget), event, this.store);
  }
}

define('tp-strip', TpStrip);
