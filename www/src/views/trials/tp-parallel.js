import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { icon } from '../../controls/icons.js';
import { tokens } from '../../figures/colors.js';
import { wayOf } from '../../figures/cursor.js';
import { element } from '../../figures/plot-axes.js';
import { scoreLegend } from '../../figures/ramp.js';
import { scoreName, scoreText, scoreValue } from '../../state/spread.js';
import { count, counted } from '../../study/format.js';
import { sharesOf, sideOf } from '../../study/brush.js';
import { textWidth } from '../../study/scale.js';
import { ABSENT, LEARNED } from './field.js';
import { FAINT, FieldFigure, NEAR, PLAIN_INK, STROKED } from './field-figure.js';
import { axisParts, brushParts, linesOf } from './parallel-parts.js';
import { nearestLine, nearestTrack, placesOf, shareAt } from './parallel-places.js';
import { Raster, uppermost } from './raster.js';
import { pixelRatio } from '../../platform/pixels.js';

/**
 * @typedef {import('./field.js').FieldAxis} FieldAxis
 * @typedef {import('../../study/brush.js').Side} Side
 * @typedef {object} Drag
 * @property {number} axis
 * @property {number} anchor the share that stays
 * @property {number} start where it began, along the axis
 * @property {boolean} moved
 * @property {[number, number] | null} held the brush that is moved as a whole
 */

/** Shares of the best trials that one choice keeps, in per cent. */
const BEST = [1, 2, 5, 10, 20, 25, 50];
/** A press this near to an axis brushes it, with a mouse and with a finger, in px. */
const GRIP = 9;
const THUMB = 18;
/** A press that moves further than this is a drag. */
const DRAG = 4;
/** This near to the end of a brush a drag moves that end. */
const END = 7;
/** By how much of an axis a key grows a brush. */
const GROW = 0.05;
/** Lines between two turns, written and stroked. */
const AT_ONCE = 1000;
const STROKES = 20;
/** Among more lines than this nobody sees gaps in steep ones, nor which of those that lie so near, in px, is which. */
const CROWD = 20_000;
const GRAIN = 2;

/** Parallel coordinates: an axis for each hyperparameter and one for the score, a line for each trial. */
export class TpParallel extends FieldFigure {
  static properties = { ...FieldFigure.properties, at: { state: true } };
  static figure = 'parallel';
  static file = 'parallel-coordinates';

  constructor() {
    super();
    /** The axis that keys brush. */ this.at = 0;
    /** @private @type {Set<string>} axes that are turned round */ this.flipped = new Set();
    /** @private @type {{key: string, lines: Float32Array[]}} where trials lie along each axis */
    this.laid = { key: '', lines: [] };
    /** @private @type {Drag | null} */ this.drag = null;
    /** @private @type {{percent: number, cut: number} | null} the best that were asked for */ this.best = null;
  }

  get title() {
    return this.t('parallel.title');
  }

  get keys() {
    return this.t('parallel.keys');
  }

  get legend() {
    return scoreLegend(this.store);
  }

  /** Lines of what has no score say as much as others. */
  get lack() {
    const { field } = this;
    if (!field.begun || field.searched.length) return '';
    return this.t('trials.none_searched');
  }

  pictureKeys() {
    return this.stateKeys();
  }

  /** It is the first of the view. */
  emptyState() {
    return this.invitation();
  }

  /** @private */
  get places() {
    const { field } = this;
    const room = Math.max(0, ...field.score.axis.ticks.map((tick) => textWidth(tick.label)));
    return placesOf(this.size.width, field.axes.length, room);
  }

  /** @private @param {FieldAxis} axis */
  nameOf({ name }) {
    return name ? this.store.label(name) : scoreName(this.store);
  }

  /** @private @param {FieldAxis} axis @returns {Side | undefined} */
  sideOn({ name }) {
    return this.store.brush?.find((one) => one.name === name);
  }

  controls() {
    const { store, field } = this;
    if (!this.ready || this.nothing) return nothing;
    const empty = store.brush && !field.kept;
    return html`<div class="pickers">${this.bestPicker()}${(store.brush ?? []).map((side) => this.chip(side))}${
      store.brush
        ? html`<button type="button" class="btn" data-testid="parallel-clear"
            @click=${() => this.act('unbrush')}>${this.t('brush.clear')}</button>`
        : html`<span class="c3">${this.t('parallel.hint')}</span>`
    }${
      empty
        ? html`<span class="q" role="status" data-testid="parallel-empty">${this.t('trials.none_inside')}</span>`
        : nothing
    }</div>`;
  }

  /** @private The best so many per cent. */
  bestPicker() {
    const side = this.store.brush?.find((one) => one.name === '');
    const cut = side && (this.field.isUp ? side.low : side.high);
    const now = this.best && this.best.cut === cut ? this.best.percent : 0;
    const change = (/** @type {Event} */ event) => {
      this.keepBest(Number(/** @type {HTMLSelectElement} */ (event.target).value));
    };
    const none = this.t(cut === undefined ? 'parallel.all' : 'parallel.brushed');
    const option = (/** @type {number} */ one, /** @type {string} */ text) =>
      html`<option value=${one} .selected=${live(one === now)}>${text}</option>`;
    return html`<label>${this.t('parallel.best')} <select data-testid="parallel-best"
      @change=${change}>${[option(0, none), ...BEST.map((one) => option(one, `${one}%`))]}</select></label>`;
  }

  /** @private @param {number} percent */
  keepBest(percent) {
    const { field } = this;
    const cut = percent ? field.cutOf(percent / 100) : NaN;
    this.best = Number.isFinite(cut) ? { percent, cut } : null;
    const side = field.isUp ? { low: cut, high: Infinity } : { low: -Infinity, high: cut };
    this.put('', this.best && { name: '', ...side });
  }

  /** @private Puts a side into the brush, or takes it out. @param {string} name @param {Side | null} side */
  put(name, side) {
    const others = (this.store.brush ?? []).filter((one) => one.name !== name);
    const sides = side ? [...others, side] : others;
    if (sides.length) this.act('brush', sides);
    else this.act('unbrush');
  }

  /** @private A side of the brush, which can be taken away. @param {Side} side */
  chip(side) {
    const axis = this.field.axes.find(({ name }) => name === side.name);
    if (!axis) return nothing;
    const text = this.textOf(side);
    return html`<button type="button" class="btn chip" data-testid="side-${side.name || 'score'}"
      aria-label=${this.t('parallel.take_out', { name: this.nameOf(axis), text })}
      title=${this.t('parallel.take_out', { name: this.nameOf(axis), text })}
      @click=${() => this.put(side.name, null)}><span>${this.nameOf(axis)} ${text}</span>${icon('close')}</button>`;
  }

  /** @private @param {Side} side */
  textOf({ name, low, high, choices }) {
    if (choices) return choices.length ? choices.map((one) => this.store.setting(one)).join(', ') : '–';
    const text = (/** @type {number} */ value) => (name ? this.store.setting(value) : scoreValue(this.store, value));
    if (low === -Infinity) return `≤ ${text(high)}`;
    return high === Infinity ? `≥ ${text(low)}` : `${text(low)} – ${text(high)}`;
  }

  layers() {
    const { field } = this;
    if (!this.ready || this.nothing) return nothing;
    return html`<canvas class="layer out" aria-hidden="true"></canvas><canvas class="layer in"
        aria-hidden="true"></canvas><svg class="layer axes" width="100%" height="100%"
        aria-hidden="true"></svg><svg class="layer over" width="100%" height="100%" aria-hidden="true"></svg>
      ${field.axes.map((axis, k) => {
        const isFlipped = this.flipped.has(axis.name);
        return html`<i class="rail" data-axis=${k}></i><button type="button" class="head ${k === this.at ? 'at' : ''}"
          data-testid="axis-${axis.name || 'score'}" aria-pressed=${isFlipped}
          title=${this.t('parallel.flip', { name: this.nameOf(axis) })}
          @click=${(/** @type {Event} */ event) => this.flip(event, axis.name)}><span>${this.nameOf(axis)}</span>${
            axis.axis.scale === 'log' || axis.axis.scale === 'log1m'
              ? html`<small>${this.t(`scale.${axis.axis.scale}`)}</small>`
              : nothing
          }</button>`;
      })}`;
  }

  /** @private @param {Event} event @param {string} name */
  flip(event, name) {
    event.stopPropagation();
    if (!this.flipped.delete(name)) this.flipped.add(name);
    this.requestUpdate();
  }

  summary() {
    const { store, field } = this;
    const best = store.trials.get(store.best ?? -1);
    return [
      this.t('parallel.summary', {
        n: counted(field.begun),
        names: [...field.searched.map((axis) => this.nameOf(axis)), scoreName(store)].join(', '),
      }),
      store.brush ? this.t('trials.inside.said', { done: count(field.kept), n: count(field.begun) }) : '',
      best ? this.t('trials.best', { number: best.number, value: scoreText(store, best) }) : '',
      field.score.missing ? this.t('trials.unscored', { n: count(field.score.missing) }) : '',
    ]
      .filter(Boolean)
      .join(' ');
  }

  draw() {
    const plot = /** @type {HTMLElement | null} */ (this.querySelector('.plot'));
    const axes = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.axes'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    if (!plot || !axes || !over || this.size.width < 60) return;
    const { field, places, store } = this;
    plot.style.height = `${places.height}px`;
    plot.classList.toggle('down', places.down);
    const turned = field.axes.filter(({ name }) => this.flipped.has(name)).map(({ name }) => name);
    const key = `${this.paintKey} ${turned.join()} ${places.height}`;
    if (this.laid.key !== key) {
      this.laid = { key, lines: linesOf(field, places, this.flipped) };
      axes.replaceChildren(
        ...field.axes.flatMap((axis, k) => axisParts(axis, k, places, this.flipped.has(axis.name))),
      );
    }
    const isBrushed = field.kept < field.begun;
    this.paint('out', `${key} ${isBrushed}`, () => this.paintLines('out', isBrushed));
    this.paint('in', `${key} ${field.brushKey}`, () => this.paintLines('in', true));
    this.placeControls(places);
    over.replaceChildren(
      ...field.axes.flatMap((axis, k) => {
        const side = this.sideOn(axis);
        return side ? brushParts(this.endsOf(k, side), places, k) : [];
      }),
      ...this.lineOf(store.hovered, 'var(--ink)', 1.8),
      ...this.lineOf(store.selected?.number ?? null, 'var(--accent)', 2.6),
    );
  }

  /** @private @param {'out' | 'in'} layer of the trials outside of the brush, or of those inside
   * @param {boolean} isWanted whether there is anything to draw @returns {Generator} */
  *paintLines(layer, isWanted) {
    const { field, places, laid, size } = this;
    const isOut = layer === 'out';
    const n = isWanted ? (isOut ? field.begun : field.kept) : 0;
    if (n <= STROKED) {
      const g = this.canvas(`canvas.${layer}`, Math.max(1, pixelRatio()));
      g?.clearRect(0, 0, size.width, places.height);
      if (g && n) yield* this.stroke(g, isOut);
      return;
    }
    const { looks, shades, order } = field;
    const drawn = isOut || n === field.begun ? order : Uint32Array.from(this.drawn(false));
    const raster = new Raster(Math.max(1, Math.round(size.width)), places.height);
    const { tracks, down } = places;
    const isCrowd = n > CROWD;
    const most = Math.max(size.width, places.height);
    for (let gap = 0; gap + 1 < tracks.length; gap++) {
      const [from, to] = [laid.lines[gap], laid.lines[gap + 1]];
      const seen = uppermost(from, to, drawn, isCrowd ? GRAIN : 1, most);
      for (let j = 0; j < seen.length; j++) {
        const k = seen[j];
        const color = isOut ? FAINT : looks[k] === LEARNED ? PLAIN_INK + 1 + shades[k] : PLAIN_INK;
        if (down) raster.down(from[k], tracks[gap], to[k], tracks[gap + 1], color, !isCrowd);
        else raster.across(tracks[gap], from[k], tracks[gap + 1], to[k], color, !isCrowd);
        if (j % AT_ONCE === 0) yield;
      }
    }
    this.canvas(`canvas.${layer}`, 1)?.putImageData(raster.image(this.bytes), 0, 0);
  }

  /** @private Trials in the order of painting: all of them, over which those inside lie, or these.
   * @param {boolean} isOut */
  *drawn(isOut) {
    const { field } = this;
    for (const k of field.order) if (isOut || !field.out[k]) yield k;
  }

  /** @private @param {CanvasRenderingContext2D} g @param {boolean} isOut @returns {Generator} */
  *stroke(g, isOut) {
    const { places, laid } = this;
    const { tracks, down } = places;
    const color = this.colors();
    const faint = tokens(this, this.store.dark)('--line');
    g.lineWidth = 1.2;
    g.lineJoin = 'round';
    let done = 0;
    for (const k of this.drawn(isOut)) {
      g.strokeStyle = isOut ? faint : color(k);
      g.beginPath();
      for (let at = 0; at < tracks.length; at++) {
        const [x, y] = down ? [laid.lines[at][k], tracks[at]] : [tracks[at], laid.lines[at][k]];
        if (at) g.lineTo(x, y);
        else g.moveTo(x, y);
      }
      g.stroke();
      if (++done % STROKES === 0) yield;
    }
  }

  /** @param {HTMLCanvasElement} canvas */
  vectors(canvas) {
    const { field } = this;
    const isOut = canvas.classList.contains('out');
    const n = isOut ? (field.kept < field.begun ? field.begun : 0) : field.kept;
    if (n > STROKED) return null;
    const draw = (/** @type {CanvasRenderingContext2D} */ g) => this.stroke(g, isOut);
    return { ratio: 1, draw: n ? draw : function* () {} };
  }

  /** @private Names and places to press, over each axis. @param {import('./parallel-places.js').Places} places */
  placeControls({ tracks, down, from, to, lane }) {
    const { width } = this.size;
    const apart = down ? width - 8 : Math.min(140, tracks.length > 1 ? tracks[1] - tracks[0] - 4 : width);
    const heads = /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll('.head'));
    const rails = /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll('.rail'));
    const [begin, end] = [Math.min(from, to, lane) - 6, Math.max(from, to, lane) + 6];
    for (const [k, at] of tracks.entries()) {
      const put = (/** @type {HTMLElement | undefined} */ one, /** @type {number[]} */ [left, top, wide, high]) =>
        one &&
        Object.assign(one.style, { left: `${left}px`, top: `${top}px`, width: `${wide}px`, height: `${high}px` });
      const left = down ? 2 : Math.max(0, Math.min(width - apart, at - apart / 2));
      put(heads[k], down ? [left, at - 27, Math.min(apart, 220), 20] : [left, 0, apart, to - 8]);
      const box = [begin, at - THUMB, end - begin, 2 * THUMB];
      put(rails[k], down ? box : [box[1], box[0], box[3], box[2]]);
    }
  }

  /** @private The line of one trial, over all others. @param {number | null} number @param {string} color
   * @param {number} width */
  lineOf(number, color, width) {
    const { field, laid, places } = this;
    const k = field.indexOf(number);
    if (k < 0 || field.looks[k] === ABSENT) return [];
    const at = places.tracks.map((track, j) => {
      const along = laid.lines[j][k].toFixed(1);
      return places.down ? `${along},${track}` : `${track},${along}`;
    });
    const look = { points: at.join(' '), fill: 'none', 'stroke-linejoin': 'round' };
    return [
      element('polyline', { ...look, stroke: 'var(--surface)', 'stroke-width': width + 2.6 }),
      element('polyline', { ...look, stroke: color, 'stroke-width': width }),
    ];
  }

  /** @private Where a side of the brush begins and ends on its axis. @param {number} k @param {Side} side
   * @returns {[number, number]} shares */
  endsOf(k, side) {
    const { axis, name } = this.field.axes[k];
    const within = (/** @type {number} */ share) => Math.max(0, Math.min(1, share));
    const [a, b] = sharesOf(axis, side).map(within);
    return this.flipped.has(name) ? [1 - b, 1 - a] : [a, b];
  }

  /** @private A point of the plot, across the axes and along them. @param {PointerEvent | MouseEvent} event */
  pointOf(event) {
    const { x, y } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    return this.places.down ? { across: y, along: x } : { across: x, along: y };
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (this.tabled || event.button || !this.ready || this.nothing) return;
    const { places } = this;
    const { across, along } = this.pointOf(event);
    const k = nearestTrack(places, across);
    const reach = event.pointerType === 'touch' ? THUMB : GRIP;
    if (Math.abs(places.tracks[k] - across) > reach || isHead(event)) return;
    this.at = k;
    const side = this.sideOn(this.field.axes[k]);
    const seen = side ? this.endsOf(k, side) : null;
    const here = shareAt(places, along, false);
    const end = END / Math.abs(places.to - places.from);
    /** @type {Drag} */
    const drag = { axis: k, anchor: here, start: along, moved: false, held: null };
    if (seen && Math.abs(seen[0] - here) <= end) drag.anchor = seen[1];
    else if (seen && Math.abs(seen[1] - here) <= end) drag.anchor = seen[0];
    else if (seen && here > seen[0] && here < seen[1]) drag.held = seen;
    this.drag = drag;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (this.tabled || !this.ready || this.nothing) return;
    const { drag, places } = this;
    const { across, along } = this.pointOf(event);
    if (!drag || !event.buttons) {
      const k = isHead(event) ? -1 : this.nearest(across, along);
      this.act('hover', k < 0 ? null : this.field.trials[k].number);
      return;
    }
    if (!drag.moved && Math.abs(along - drag.start) < DRAG) return;
    const plot = /** @type {HTMLElement} */ (event.currentTarget);
    if (!drag.moved) plot.setPointerCapture(event.pointerId);
    drag.moved = true;
    const here = shareAt(places, along, false);
    if (drag.held) {
      const [low, high] = drag.held;
      const by = Math.max(-low, Math.min(1 - high, here - drag.anchor));
      this.brush(drag.axis, low + by, high + by);
    } else this.brush(drag.axis, drag.anchor, here);
  }

  onUp() {
    // The click that ends a drag picks no trial.
    if (this.drag?.moved)
      setTimeout(() => {
        this.drag = null;
      });
    else this.drag = null;
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    if (this.tabled || this.drag?.moved || !this.ready || this.nothing || isHead(event)) return;
    const { across, along } = this.pointOf(event);
    const k = this.nearest(across, along);
    if (k >= 0) this.act('pick', this.field.trials[k].number);
  }

  /** @private @param {number} across @param {number} along */
  nearest(across, along) {
    const { field, places, laid } = this;
    const isThere = (/** @type {number} */ k) => !field.out[k] && field.looks[k] !== ABSENT;
    return laid.lines.length ? nearestLine(places, laid.lines, isThere, across, along, NEAR) : -1;
  }

  /** @private Brushes an axis between two shares as it is drawn; all of it is no brush.
   * @param {number} k @param {number} from @param {number} to */
  brush(k, from, to) {
    const { axis, name, range } = this.field.axes[k];
    const ends = [Math.min(from, to), Math.max(from, to)];
    const [low, high] = this.flipped.has(name) ? [1 - ends[1], 1 - ends[0]] : ends;
    this.put(name, low <= 0 && high >= 1 ? null : sideOf(axis, range, low, high));
  }

  /**
   * Arrows across the axes go from one to the next, along them from trial to trial; with Shift a brush on the axis
   * grows and shrinks.
   * @param {KeyboardEvent} event
   */
  onKey(event) {
    if (event.target !== event.currentTarget || this.nothing) return;
    const { field, places } = this;
    const { axes } = field;
    const at = Math.min(this.at, axes.length - 1);
    const axis = axes[at];
    const isErased = event.key === 'Delete' || event.key === 'Backspace';
    const way = wayOf(event);
    if (!way && !isErased) return;
    event.preventDefault();
    event.stopPropagation();
    if (!way) {
      this.put(axis.name, null);
      return;
    }
    const [x, y] = way;
    const [step, along] = places.down ? [-y, x] : [x, y];
    if (step) {
      this.at = Math.max(0, Math.min(axes.length - 1, at + step));
      const side = this.sideOn(axes[this.at]);
      this.tell(`${this.nameOf(axes[this.at])}${side ? ` ${this.textOf(side)}` : ''}`);
      return;
    }
    const isFlipped = this.flipped.has(axis.name);
    const here = field.indexOf(this.store.selected?.number);
    if (!event.shiftKey) {
      const next = field.along(axis.shares, here, isFlipped ? -along : along);
      if (next >= 0) this.act('select', field.trials[next].number);
      return;
    }
    const side = this.sideOn(axis);
    const share = here < 0 || Number.isNaN(axis.shares[here]) ? 0.5 : axis.shares[here];
    const middle = isFlipped ? 1 - share : share;
    const [low, high] = side ? this.endsOf(at, side) : [middle - GROW, middle + GROW];
    const ends = [Math.max(0, low - along * GROW), Math.min(1, high + along * GROW)];
    if (ends[1] - ends[0] >= GROW / 2) this.brush(at, ends[0], ends[1]);
  }
}

/** Whether a press is one on an axis's name. @param {Event} event */
const isHead = (event) => event.target instanceof Element && event.target.closest('.head') !== null;

define('tp-parallel', TpParallel);
