import { arePoints } from '../study/checks.js';
import { html, nothing, svg } from 'lit';
import { Part, define } from './part.js';
import { rate } from '../study/format.js';
import { BY_NAME, valueOf } from '../study/hyperparameters.js';
import { HIGH, LOW, added, beside, inOrder, moved, stepped } from '../study/points.js';

/**
 * @typedef {import('../study/points.js').Point} Point
 * @typedef {{index: number, points: Point[], from: {x: number, y: number}, far: boolean}} Drag `far`: further than a
 *   hand trembles
 */

const WIDTH = 300;
const HEIGHT = 150;
const LEFT = 30;
const RIGHT = WIDTH - 12;
const TOP = 10;
const BOTTOM = HEIGHT - 24;
const TICKS = [0.01, 0.1, 1, 10];
/** More points lie too close together to be taken hold of. */
const MOST_HELD = 40;
/** The radius of what a finger hits. */
const REACH = 12;
/** A click moves the pointer by less than so much. */
const TREMBLE = 3;
/** Shares that the arrow keys move a point by; with Shift ten times as much. */
const STEP = 0.01;

/** @param {number} share */
const xOf = (share) => LEFT + share * (RIGHT - LEFT);
/** @param {number} factor */
const yOf = (factor) => {
  const along = Math.log10(Math.min(Math.max(factor, LOW), HIGH) / LOW) / Math.log10(HIGH / LOW);
  return BOTTOM - along * (BOTTOM - TOP);
};
const shareAt = (/** @type {number} */ x) => Math.min(Math.max((x - LEFT) / (RIGHT - LEFT), 0), 1);
const factorAtY = (/** @type {number} */ y) => {
  const along = Math.min(Math.max((BOTTOM - y) / (BOTTOM - TOP), 0), 1);
  return LOW * (HIGH / LOW) ** along;
};

/** The drawing of a schedule: its points by mouse, finger and keys, over the curve that the engine makes of them. */
export class TpDrawn extends Part {
  /** @type {import('../state/store.js').Topic[]} */
  static topics = ['study', 'test'];
  static properties = {
    ...Part.properties,
    factors: { attribute: false },
    epochs: { attribute: false },
    drag: { state: true },
  };

  constructor() {
    super();
    /** @type {ArrayLike<number>} the engine's, from the first step to the last */ this.factors = [];
    this.epochs = 1;
    /** @type {Drag | null} */ this.drag = null;
    /** @private @type {number | null} the point that takes the focus when it is drawn */ this.toFocus = null;
  }

  /** @returns {Point[]} */
  get points() {
    const one = /** @type {import('../study/hyperparameters.js').Hyperparameter} */ (BY_NAME.get('schedule_points'));
    const value = valueOf(one, this.store.study);
    return inOrder(arePoints(value) ? value : []);
  }

  updated() {
    if (this.toFocus === null) return;
    /** @type {NodeListOf<SVGElement>} */ (this.querySelectorAll('[data-point]'))[this.toFocus]?.focus();
    this.toFocus = null;
  }

  render() {
    const points = this.drag?.points ?? this.points;
    const isHeld = points.length <= MOST_HELD;
    const text = (
      /** @type {number} */ x,
      /** @type {number} */ y,
      /** @type {string} */ anchor,
      /** @type {unknown} */ said,
    ) => svg`<text x=${x} y=${y} text-anchor=${anchor} fill="var(--ink-3)" font-size="10">${said}</text>`;
    const last = Math.max(this.factors.length - 1, 1);
    const curve = Array.from(this.factors, (factor, k) => [xOf(k / last), yOf(factor)]);
    const line = [[0, points[0]?.[1] ?? 1], ...points, [1, points.at(-1)?.[1] ?? 1]].map(([share, factor]) => [
      xOf(share),
      yOf(factor),
    ]);
    const path = (/** @type {number[][]} */ places) =>
      places.length ? `M${places.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join('L')}` : '';
    return html`<div class="drawn" data-testid="drawn"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="group"
      aria-label=${this.t('schedule.draw')} @click=${this.onClick}
      @dblclick=${this.onTwice} @pointerdown=${this.onTake}
      @pointermove=${this.onMove} @pointerup=${this.onDrop}
      @pointercancel=${this.onCancel} @keydown=${this.onKey}>
      ${TICKS.map(
        (tick) =>
          svg`<path d="M${LEFT} ${yOf(tick)}H${RIGHT}" stroke="var(--line-2)"
          stroke-dasharray=${tick === 1 ? nothing : '2 3'}
          />${text(LEFT - 5, yOf(tick) + 3.5, 'end', `${tick}`)}`,
      )}
      ${text(LEFT, HEIGHT - 6, 'start', '0')}
      ${text(RIGHT, HEIGHT - 6, 'end', this.t('schedule.draw.epochs', { n: this.epochs }))}
      <path d=${path(line)} fill="none" stroke="var(--mark)"/>
      <path d=${this.drag ? '' : path(curve)} fill="none" stroke="var(--ink)" stroke-width="1.6"/>
      ${isHeld ? points.map((_, index) => this.handle(points, index)) : nothing}
      </svg><p class="q">${this.t(isHeld ? 'schedule.draw.hint' : 'schedule.draw.many', { n: points.length })}
      <button type="button" class="lnk" data-testid="type-points"
        @click=${() => this.act('edit_row', 'schedule_points')}>${this.t('schedule.draw.type')}</button></p></div>`;
  }

  /** @param {Point[]} points @param {number} index */
  handle(points, index) {
    const [share, factor] = points[index];
    const place = this.t('schedule.draw.place', { share: rate(100 * share), factor: rate(factor) });
    return svg`<g class="pt" data-point=${index} tabindex="0" role="slider"
      transform="translate(${xOf(share)} ${yOf(factor)})"
      aria-label=${this.t('schedule.draw.point', { k: index + 1, n: points.length })} aria-valuenow=${100 * share}
      aria-valuemin="0" aria-valuemax="100" aria-valuetext=${place}><title>${place}</title><circle r=${REACH}
      fill="transparent"/><circle r="8" class="ring"/><circle r="4.5" fill="var(--ink)" stroke="var(--surface)"
      stroke-width="1.5"/></g>`;
  }

  /** Where an event is in the drawing. @param {MouseEvent} event */
  at(event) {
    const area = /** @type {Element} */ (this.querySelector('svg')).getBoundingClientRect();
    const own = WIDTH / (area.width || WIDTH);
    return { x: (event.clientX - area.left) * own, y: (event.clientY - area.top) * own };
  }

  /** The point that an event is about. @param {Event} event */
  indexOf(event) {
    const found = /** @type {Element} */ (event.target).closest('[data-point]');
    return found ? Number(found.getAttribute('data-point')) : null;
  }

  /** @param {Point[]} points @param {number | null} [focus] */
  put(points, focus = null) {
    this.toFocus = focus;
    this.act('set_value', { name: 'schedule_points', value: points });
    // The next key or press is meant for what is there now.
    this.drawNow();
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    // The end of a drag is a click on its point.
    if (this.indexOf(event) !== null || this.points.length >= MOST_HELD) return;
    const { x, y } = this.at(event);
    const { points, index } = added(this.points, shareAt(x), factorAtY(y));
    this.put(points, index);
  }

  /** @param {MouseEvent} event */
  onTwice(event) {
    const index = this.indexOf(event);
    if (index !== null) this.takeOut(index);
  }

  /** @param {PointerEvent} event */
  onTake(event) {
    const index = this.indexOf(event);
    if (index === null || event.button !== 0) return;
    const point = /** @type {SVGElement} */ (/** @type {Element} */ (event.target).closest('[data-point]'));
    point.setPointerCapture(event.pointerId);
    point.focus();
    this.drag = { index, points: this.points, from: this.at(event), far: false };
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const { drag } = this;
    if (!drag) return;
    const { x, y } = this.at(event);
    if (!drag.far && Math.hypot(x - drag.from.x, y - drag.from.y) < TREMBLE) return;
    this.drag = { ...drag, far: true, points: moved(drag.points, drag.index, shareAt(x), factorAtY(y)) };
  }

  onDrop() {
    const { drag } = this;
    this.drag = null;
    if (drag?.far) this.put(drag.points);
  }

  onCancel() {
    this.drag = null;
  }

  /** @param {number} index */
  takeOut(index) {
    const { points } = this;
    if (points.length < 2) return;
    this.put(
      points.filter((_, k) => k !== index),
      Math.min(index, points.length - 2),
    );
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const index = this.indexOf(event);
    if (index === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const { points } = this;
    const [share, factor] = points[index];
    const by = event.shiftKey ? 10 : 1;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => this.put(moved(points, index, share - by * STEP, factor)),
      ArrowRight: () => this.put(moved(points, index, share + by * STEP, factor)),
      ArrowUp: () => this.put(moved(points, index, share, stepped(factor, by))),
      ArrowDown: () => this.put(moved(points, index, share, stepped(factor, -by))),
      Delete: () => this.takeOut(index),
      Backspace: () => this.takeOut(index),
      Enter: () => this.add(index),
      Insert: () => this.add(index),
    };
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** A point beside one. @param {number} index */
  add(index) {
    if (this.points.length >= MOST_HELD) return;
    const made = added(this.points, beside(this.points, index));
    this.put(made.points, made.index);
  }
}

define('tp-drawn', TpDrawn);
