import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { setting } from '../../study/format.js';
import { SCALES, shareOf, textWidth } from '../../study/scale.js';

/** Beside its words a mark needs so many pixels. */
const ROOM = 30;

/** Words on the response surface: what its dots are and where the valley lies, and where a guess is and the best. */
export class TpValley extends Part {
  static properties = { ...Part.properties, figure: { attribute: false }, at: { state: true } };
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['opening', 'trials'];

  constructor() {
    super();
    /** @type {import('../../figures/tp-surface.js').TpSurface | null} */ this.figure = null;
    /** The learning rate that is pointed at. @type {number | null} */ this.at = null;
  }

  /** The axis of the learning rate, where it lies across. @private */
  get axis() {
    const axes = this.figure?.axes();
    return axes?.x.name === 'learning_rate' && axes.x.numeric ? axes.x : null;
  }

  render() {
    const { store, figure } = this;
    const { step, guess, run, replay } = store.opening;
    if (!figure || store.other || figure.tabled) return nothing;
    if (step === 'example' && !replay) return this.valley();
    if (step === 'guess') return this.asking();
    if (step === 'doors' && guess !== null && store.shelf.shown === run && !replay) return this.marks(guess);
    return nothing;
  }

  /** @private */
  valley() {
    const { store, figure } = this;
    const spot = figure?.spots.of(store.best ?? undefined);
    if (!spot || !figure) return nothing;
    const { width, height } = figure.size;
    const [isLeft, isLow] = [spot.x > width / 2, spot.y < height / 2];
    return html`<span class="valley ${isLeft ? 'left' : ''} ${isLow ? 'low' : ''}"
      .style=${`left:${spot.x}px;top:${spot.y}px`}><span
        data-testid="valley">${this.t('opening.valley', { n: store.trials.size })}</span></span>`;
  }

  /** @private Where a learning rate lies, in pixels from the left. @param {number} rate */
  xOf(rate) {
    const { axis, figure } = this;
    if (!axis || !figure) return NaN;
    const { left, right, width } = figure.frame();
    const share = shareOf(axis, axis.to(rate));
    return share >= 0 && share <= 1 ? left + share * (width - left - right) : NaN;
  }

  /** @private @param {PointerEvent | MouseEvent} event @returns {number | null} the learning rate that is meant */
  rateAt(event) {
    const { axis, figure } = this;
    if (!axis || !figure) return null;
    const { left, right, width } = figure.frame();
    const { x } = pointIn(this, event);
    const share = Math.max(0, Math.min(1, (x - left) / (width - left - right)));
    const [low, high] = axis.domain;
    const { from } = SCALES[/** @type {'log'} */ (axis.scale)] ?? SCALES.linear;
    const rate = Number(from(low + share * (high - low)).toPrecision(2));
    return rate > 0 ? rate : null;
  }

  /** @private */
  asking() {
    if (!this.axis) return nothing;
    const move = (/** @type {PointerEvent} */ event) => {
      event.stopPropagation();
      this.at = this.rateAt(event);
    };
    const take = (/** @type {MouseEvent} */ event) => {
      event.stopPropagation();
      const rate = this.rateAt(event);
      if (rate !== null) this.act('guess', rate);
    };
    const hold = (/** @type {Event} */ event) => event.stopPropagation();
    return html`<div class="asking" data-testid="guess-here" @pointermove=${move} @pointerdown=${hold}
      @pointerleave=${() => {
        this.at = null;
      }} @click=${take}></div>${this.at === null ? nothing : this.line(this.at, 'mine', setting(this.at))}`;
  }

  /** @private @param {number} guess */
  marks(guess) {
    const { store } = this;
    const best = Number(store.trials.get(store.best ?? -1)?.params.learning_rate);
    return html`${this.line(guess, 'mine', this.t('opening.mine', { rate: setting(guess) }), best)}${
      best > 0 ? this.line(best, 'won', this.t('opening.won', { rate: setting(best) }), guess) : nothing
    }`;
  }

  /** A line with its words on the side away from the other one, where there is room.
   * @private @param {number} rate @param {'mine' | 'won'} kind @param {string} text @param {number} [other] */
  line(rate, kind, text, other = NaN) {
    const { figure } = this;
    const x = this.xOf(rate);
    if (!figure || !Number.isFinite(x)) return nothing;
    const { left, top, bottom, height, width } = figure.frame();
    const room = textWidth(text) + ROOM;
    const isLeft = rate < other ? x - left > room : rate > other ? x > width - room : x > width / 2;
    return html`<span class="guessed ${kind} ${isLeft ? 'left' : ''}"
      .style=${`left:${x}px;top:${top}px;height:${height - top - bottom}px`}><span
        data-testid="mark-${kind}">${text}</span></span>`;
  }
}

define('tp-valley', TpValley);
