import { html, nothing } from 'lit';
import { FigurePart } from '../../figures/figure.js';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { wayOrEdgeOf } from '../../figures/cursor.js';
import { palette, tokens } from '../../figures/colors.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { count, loss } from '../../study/format.js';
import { nearestOn, passesOf, shareOn, sidesOf } from '../../study/pixels.js';
import { textWidth } from '../../study/scale.js';
import { DIVERGED, SLOW, TRAINED } from '../../state/map.js';
import { Grip } from './grip.js';
import { mapData, mapDocument } from './data.js';
import { bandsOf, fill, inksOf, ochreColor, scaleOf, shade, slowColor } from './paint.js';
import { controlsOf } from './pickers.js';
import { axisName, axisTitle, percent, pixelText, seedTicks, ticksOf } from './words.js';
import { pixelRatio } from '../../platform/pixels.js';

/** @typedef {import('../../figures/plot-axes.js').Frame} Frame @typedef {import('./grip.js').Spot} Spot */

/** The scale of colours follows better losses this often while pixels come in, in ms. */
const RESCALE = 600;
/** A key zooms so much. */
const KEY_ZOOM = 2;
/** More trials than this are drawn without a mark each. */
const MOST_MARKS = 1000;

/** Two hyperparameters span a plane, and each of its pixels is a trained network. */
export class TpMap extends FigurePart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['map', 'selection', 'study', 'run', 'trials'];
  static properties = { ...FigurePart.properties, cursor: { state: true } };
  static figure = 'map';
  static file = 'trainability-map';
  static layer = 'axes';
  static saves = [...FigurePart.saves, /** @type {import('../../figures/figure-data.js').SaveKind[]} */ (['json'])];

  constructor() {
    super();
    /** @type {number | null} the pixel that the pointer or keys are at */ this.cursor = null;
    /**
     * The settings of the pixel that keys are at, by which it is found again in another window.
     * @private @type {[import('../../study/types.js').Value, import('../../study/types.js').Value] | null}
     */
    this.keyed = null;
    /** @private */ this.grip = new Grip(this);
    /** @private of the window's picture */
    this.made = { sheet: -1, version: -1, dark: false, palette: -1, scaled: 0, axes: '', shown: '', marks: '' };
    /** @private */ this.shades = new Uint16Array();
    /** The scale of the losses. */ this.scale = { best: 0.1, worst: 1 };
    /** @private @type {Uint32Array} */ this.inks = new Uint32Array();
    /** @private the pixels, at one to one */ this.image = document.createElement('canvas');
    /** @private what lay here before, as large as it is now */ this.earlier = document.createElement('canvas');
    /** @private @type {{columns: Uint16Array, rows: Uint16Array, nx: number, passes: [number, number][]} | null} */
    this.layout = null;
    /** @private */ this.onWheel = (/** @type {WheelEvent} */ event) => this.grip.wheel(event);
    /** @private */ this.onTouch = (/** @type {TouchEvent} */ event) => {
      if (event.touches.length > 1) event.preventDefault();
    };
  }

  get map() {
    return this.store.map;
  }

  get title() {
    return this.t('map.title');
  }

  get keys() {
    return this.t('map.keys');
  }

  get ready() {
    return this.map.options !== null;
  }

  get savable() {
    return this.map.done > 0;
  }

  get file() {
    return `${this.map.study?.dataset.name ?? 'study'}-trainability-map`;
  }

  note() {
    const { map } = this;
    if (!map.n) return nothing;
    const steps = map.cost ? count(Math.round(map.cost.steps / map.n)) : '';
    const each = this.t('map.each', { n: count(map.n), steps });
    const partial =
      map.done < map.n ? ` · ${this.t('figure.partial', { done: count(map.done), n: count(map.n) })}` : '';
    return html`<span class="q" data-testid="map-note">${each}${partial}</span>`;
  }

  get nothing() {
    const { map, store } = this;
    if (map.state === 'failed' && map.problem && !map.done)
      return { name: 'map-problem', text: store.sentence(map.problem) };
    // What lay in a window before is a picture until its own pixels come.
    if (map.n || this.earlier.width || this.image.width) return null;
    return { name: 'map-waits', text: this.t('map.planning') };
  }

  summary() {
    const { map, store } = this;
    const { options, n, counts, done } = map;
    if (!options || !n) return this.t('map.empty');
    const values = {
      x: axisName(store, options.x),
      y: axisName(store, options.y),
      n: count(done),
      trained: percent(counts[TRAINED], done),
      slow: percent(counts[SLOW], done),
      diverged: percent(counts[DIVERGED], done),
    };
    return this.t(done ? 'map.summary' : 'map.summary.none', values);
  }

  data() {
    return mapData(this.store);
  }

  document() {
    return mapDocument(this.store);
  }

  pictureKeys() {
    const { dark } = this.store;
    const mark = (/** @type {string} */ color) =>
      html`<svg viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" fill=${color}></rect></svg>`;
    return [
      { mark: mark(slowColor(dark)), text: this.t('map.key.slow') },
      { mark: mark(ochreColor(0.6, dark)), text: this.t('map.key.diverged') },
    ];
  }

  get pictureLegend() {
    const { scale } = this;
    return { text: this.t('map.key.trained'), title: '', low: loss(scale.best), high: loss(scale.worst) };
  }

  controls() {
    return controlsOf(this);
  }

  layers() {
    return html`<canvas class="layer pixels" aria-hidden="true"></canvas>
      <svg class="layer over marks" width="100%" height="100%" aria-hidden="true"></svg>
      <div class="cursor" hidden aria-hidden="true"><i></i><span></span></div>`;
  }

  observe() {
    super.observe();
    const plot = this.querySelector('.plot');
    plot?.addEventListener('wheel', /** @type {any} */ (this.onWheel), { passive: false });
    plot?.addEventListener('touchmove', /** @type {any} */ (this.onTouch), { passive: false });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.grip.end();
  }

  /** Axes of the window as it is shown: while it is moved, of where it is going. @private */
  axes() {
    const { map, size } = this;
    const { options, ranges } = map;
    if (!options || !ranges) return null;
    const shown = this.grip.shown(ranges);
    const [, rows] = sidesOf(options);
    return {
      x: ticksOf(shown.x, size.width, this.store.setting),
      y: shown.y
        ? ticksOf(shown.y, size.height, this.store.setting)
        : seedTicks(map.n ? map.size[1] : rows, size.height),
    };
  }

  /** @param {ReturnType<TpMap['axes']>} axes @returns {Frame} */
  frame(axes = this.axes()) {
    const { width, height } = this.size;
    const longest = Math.max(0, ...(axes?.y.ticks.map((tick) => textWidth(tick.label)) ?? []));
    return { width, height, left: Math.min(width / 3, 32 + Math.max(14, longest)), right: 12, top: 8, bottom: 38 };
  }

  draw() {
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.axes'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.pixels'));
    const { map, store, made } = this;
    const { options, ranges } = map;
    if (!layer || !over || !canvas || this.size.width < 80 || this.size.height < 80) return;
    const axes = this.axes();
    canvas.hidden = !options || !axes;
    if (!options || !axes || !ranges) return;
    const frame = this.frame(axes);
    const titles = { x: axisTitle(store, options.x, ranges.x), y: axisTitle(store, options.y, ranges.y) };
    const key = JSON.stringify([axes, frame, titles]);
    if (key !== made.axes) {
      made.axes = key;
      layer.replaceChildren(plotOf(axes, frame, titles, []));
    }
    this.make();
    this.paint(canvas, frame);
    const marked = [
      key,
      this.grip.box,
      this.grip.rect,
      store.version,
      store.selected?.number,
      map.pixel?.index,
      map.n,
    ];
    const marks = JSON.stringify([...marked, store.lang, map.sheet]);
    if (marks !== made.marks) {
      made.marks = marks;
      over.replaceChildren(...this.marks(frame));
    }
    this.placeCursor(frame);
  }

  /** Makes the picture of the pixels as they are now. @private */
  make() {
    const { map, made, store } = this;
    const { options, head, n } = map;
    if (!options) return;
    if (made.sheet !== map.sheet) {
      this.keepBefore();
      this.cursor = null;
      made.sheet = map.sheet;
      made.version = -1;
      this.layout = null;
    }
    if (!head || !n) return;
    if (!this.layout || this.shades.length !== n) {
      const [w, h] = sidesOf(options);
      const [nx, ny] = map.size;
      this.layout = {
        columns: bandsOf(head.x.starts, w),
        rows: bandsOf(head.y.starts, h),
        nx,
        passes: passesOf(nx, ny),
      };
      this.shades = new Uint16Array(n);
      Object.assign(this.image, { width: w, height: h });
      made.scaled = 0;
      made.version = -1;
      this.returnCursor();
    }
    const isOther = made.dark !== store.dark || made.palette !== palette.version || !this.inks.length;
    if (made.version === map.version && !isOther) return;
    if (isOther) this.inks = inksOf(store.dark);
    Object.assign(made, { version: map.version, dark: store.dark, palette: palette.version });
    const now = performance.now();
    if (!made.scaled || now - made.scaled > RESCALE || map.state !== 'training') {
      made.scaled = now;
      const scale = scaleOf(map, head.limit);
      if (scale.best !== this.scale.best || scale.worst !== this.scale.worst) this.shades.fill(0);
      this.scale = scale;
    }
    shade(this.shades, map, this.scale, this.stepsOfOne);
    const g = this.image.getContext('2d');
    if (!g) return;
    const pixels = g.createImageData(this.image.width, this.image.height);
    fill(new Uint32Array(pixels.data.buffer), this.layout, this.shades, this.inks);
    g.putImageData(pixels, 0, 0);
  }

  /** In another window the cursor of the keys goes on where its settings lie. @private */
  returnCursor() {
    const { keyed } = this;
    const { head, ranges } = this.map;
    if (!keyed || !head || !ranges) return;
    const column = nearestOn(ranges.x, head.x.values, keyed[0]);
    const row = nearestOn(ranges.y, head.y.values, keyed[1]);
    this.moveTo(row * head.x.values.length + column);
  }

  /** Keys lead the cursor to a pixel. @private @param {number} index */
  moveTo(index) {
    this.pointAt(index);
    const [[, x], [, y]] = this.map.settingsOf(index);
    this.keyed = [x, y];
    this.tell(pixelText(this.store, index));
  }

  /** Steps that a network takes. */
  get stepsOfOne() {
    const { cost, n } = this.map;
    return cost && n ? cost.steps / n : 1;
  }

  /** Another window: what lay in this one stays, where it then lies, until its own pixels come. @private */
  keepBefore() {
    const { image, earlier: before, grip } = this;
    const g = before.getContext('2d');
    if (!g) return;
    const { options, ranges } = this.map;
    const shown = JSON.stringify([options?.x, options?.y, ranges]);
    const isSame = shown === this.made.shown;
    this.made.shown = shown;
    const box = grip.taken() ?? (isSame ? /** @type {const} */ ([0, 1, 0, 1]) : null);
    const [width, height] = [image.width || before.width, image.height || before.height];
    if (!box || !options || !width || !height) {
      before.width = before.height = image.width = image.height = 0;
      return;
    }
    const [w, h] = sidesOf(options);
    const copy = document.createElement('canvas');
    Object.assign(copy, { width, height });
    const c = copy.getContext('2d');
    if (before.width) c?.drawImage(before, 0, 0, width, height);
    if (image.width) c?.drawImage(image, 0, 0);
    image.width = image.height = 0;
    Object.assign(before, { width: w, height: h });
    g.imageSmoothingEnabled = false;
    const [x0, x1, y0, y1] = box;
    const [across, up] = [w / (x1 - x0), h / (y1 - y0)];
    g.drawImage(copy, -x0 * across, -(1 - y1) * up, across, up);
  }

  /** @private @param {HTMLCanvasElement} canvas @param {Frame} frame */
  paint(canvas, frame) {
    const ratio = pixelRatio();
    const [width, height] = [Math.round(frame.width * ratio), Math.round(frame.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const g = canvas.getContext('2d');
    if (!g) return;
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, frame.width, frame.height);
    const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
    g.save();
    g.beginPath();
    g.rect(frame.left, frame.top, w, h);
    g.clip();
    g.fillStyle = tokens(this, this.store.dark)('--sunken');
    g.fillRect(frame.left, frame.top, w, h);
    g.imageSmoothingEnabled = false;
    const [x0, x1, y0, y1] = this.grip.box ?? [0, 1, 0, 1];
    const [across, up] = [w / (x1 - x0), h / (y1 - y0)];
    const place = /** @type {const} */ ([frame.left - x0 * across, frame.top - (1 - y1) * up, across, up]);
    if (this.earlier.width) {
      // Paler than what is trained: it is only what lay there before.
      g.globalAlpha = 0.75;
      g.drawImage(this.earlier, ...place);
      g.globalAlpha = 1;
    }
    if (this.layout && this.image.width) g.drawImage(this.image, ...place);
    g.restore();
  }

  /** "You are here": the study's trials, the selected one, the pixel whose run is shown, and the box that is drawn.
   * @private @param {Frame} frame @returns {SVGElement[]} */
  marks(frame) {
    const { store, map } = this;
    const { options, ranges } = map;
    if (!options || !ranges) return [];
    const shown = this.grip.shown(ranges);
    const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
    const valueOf = (/** @type {import('../../study/types.js').Trial} */ trial, /** @type {string} */ name) =>
      trial.params[name] ?? store.shownStudy.fixed?.[name];
    const placeOf = (/** @type {import('../../study/types.js').Trial} */ trial) => {
      const x = shareOn(shown.x, valueOf(trial, options.x));
      const y = shown.y ? shareOn(shown.y, valueOf(trial, options.y)) : NaN;
      if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return null;
      return { cx: (frame.left + x * w).toFixed(1), cy: (frame.top + (1 - y) * h).toFixed(1) };
    };
    /** @type {SVGElement[]} */ const made = [];
    const { selected, trials } = store;
    if (trials.size <= MOST_MARKS)
      for (const trial of trials.values()) {
        const at = trial === selected ? null : placeOf(trial);
        if (at) made.push(element('circle', { ...at, r: 2.5, class: 'trial' }));
      }
    const at = selected && placeOf(selected);
    if (at) {
      made.push(element('circle', { ...at, r: 7, class: 'halo' }), element('circle', { ...at, r: 7, class: 'here' }));
      const left = Number(at.cx) > frame.width / 2;
      const look = {
        x: Number(at.cx) + (left ? -12 : 12),
        y: Number(at.cy) + 4,
        'text-anchor': left ? 'end' : 'start',
      };
      made.push(element('text', { ...look, class: 'here-text' }, this.t('map.here', { number: selected.number })));
    }
    const spot = map.pixel && this.placeOfPixel(map.pixel.index, frame);
    if (spot) made.push(element('rect', { x: spot.x - 5, y: spot.y - 5, width: 10, height: 10, class: 'picked' }));
    const drawn = this.grip.rect;
    if (drawn) made.push(element('rect', { ...drawn, class: 'drawn' }));
    return made;
  }

  /** Where the middle of a pixel lies in the plot. @private @param {number} index @param {Frame} frame */
  placeOfPixel(index, frame) {
    const { layout, map } = this;
    if (!layout || index >= map.n) return null;
    const middle = (/** @type {Uint16Array} */ bands, /** @type {number} */ at) => {
      const [first, last] = [bands.indexOf(at), bands.lastIndexOf(at)];
      return (first + last + 1) / 2 / bands.length;
    };
    const [u, v] = [middle(layout.columns, index % layout.nx), middle(layout.rows, Math.floor(index / layout.nx))];
    const [x0, x1, y0, y1] = this.grip.box ?? [0, 1, 0, 1];
    const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
    return { x: frame.left + ((u - x0) / (x1 - x0)) * w, y: frame.top + (1 - (v - y0) / (y1 - y0)) * h };
  }

  /** The pixel at a point of the plot; null outside. @param {Spot} at @returns {number | null} */
  pixelAt(at) {
    const { layout } = this;
    const share = this.sharesOf(at);
    if (!layout || !share) return null;
    const [u, v] = share;
    if (!(u >= 0 && u < 1 && v >= 0 && v < 1)) return null;
    const column = layout.columns[Math.floor(u * layout.columns.length)];
    return layout.rows[Math.floor(v * layout.rows.length)] * layout.nx + column;
  }

  /** A point of the plot as shares of the window. @param {Spot} at @returns {[number, number] | null} */
  sharesOf({ x, y }) {
    const { width, height, left, right, top, bottom } = this.frame();
    if (!(width > left + right && height > top + bottom)) return null;
    const [x0, x1, y0, y1] = this.grip.box ?? [0, 1, 0, 1];
    const [u, v] = [(x - left) / (width - left - right), (height - bottom - y) / (height - top - bottom)];
    return [x0 + u * (x1 - x0), y0 + v * (y1 - y0)];
  }

  /** @private @param {Frame} frame */
  placeCursor(frame) {
    const cursor = /** @type {HTMLElement | null} */ (this.querySelector('.cursor'));
    if (!cursor) return;
    const at = this.cursor === null || this.grip.rect ? null : this.placeOfPixel(this.cursor, frame);
    cursor.hidden = !at;
    if (!at || this.cursor === null) return;
    cursor.style.transform = `translate(${at.x}px, ${at.y}px)`;
    const [, text] = /** @type {HTMLElement[]} */ ([...cursor.children]);
    text.textContent = pixelText(this.store, this.cursor);
    cursor.classList.toggle('left', at.x > frame.width / 2);
    cursor.classList.toggle('below', at.y < frame.height / 2);
  }

  /** @param {number | null} index */
  pointAt(index) {
    this.keyed = null;
    if (index === this.cursor) return;
    this.cursor = index;
    this.act('map_hover', index);
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (!this.ready || this.tabled) return;
    const plot = /** @type {HTMLElement} */ (event.currentTarget);
    this.grip.down(event, pointIn(plot, event));
    if (event.pointerType === 'mouse' && event.button === 0) plot.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.ready || this.tabled) return;
    const at = pointIn(/** @type {HTMLElement} */ (event.currentTarget), event);
    if (this.grip.move(event, at)) return this.pointAt(null);
    this.pointAt(this.pixelAt(at));
  }

  /** @param {PointerEvent} event */
  onUp(event) {
    if (!this.ready || this.tabled) return;
    const at = pointIn(/** @type {HTMLElement} */ (event.currentTarget), event);
    if (!this.grip.up(event) || event.type === 'pointercancel') return;
    const pixel = this.pixelAt(at);
    // The first tap of a finger reads, the next one opens.
    const isRead = event.pointerType !== 'touch' || pixel === this.cursor;
    this.pointAt(pixel);
    if (pixel !== null && isRead) this.act('map_pixel', pixel);
  }

  /** @param {PointerEvent} event */
  onLeave(event) {
    if (event.pointerType !== 'touch') this.pointAt(null);
  }

  onBlur() {
    this.pointAt(null);
  }

  /** Arrows go from pixel to pixel, with Shift ten at a time, Home and End along the row; Enter opens one, + and -
   * zoom there, Backspace goes back. @param {KeyboardEvent} event */
  onKey(event) {
    const { map } = this;
    if (!this.ready || event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const [nx, ny] = map.size;
    const way = nx ? wayOrEdgeOf(event) : null;
    const from = this.cursor ?? Math.floor(ny / 2) * nx + Math.floor(nx / 2);
    if (way) {
      const by = event.shiftKey ? 10 : 1;
      const within = (/** @type {number} */ at, /** @type {number} */ n) => Math.max(0, Math.min(n - 1, at));
      // The first arrow shows where the cursor is.
      const goes = this.cursor !== null || !way.every(Number.isFinite);
      const column = within((from % nx) + (goes ? way[0] * by : 0), nx);
      const row = within(Math.floor(from / nx) + (goes ? way[1] * by : 0), ny);
      this.moveTo(row * nx + column);
    } else if (event.key === 'Enter' && this.cursor !== null) this.act('map_pixel', this.cursor);
    else if (event.key === '+' || event.key === '=') this.zoomBy(KEY_ZOOM);
    else if (event.key === '-') this.zoomBy(1 / KEY_ZOOM);
    else if (event.key === 'Backspace' && map.history.length) this.act('map_back', undefined);
    else if (event.key === '0' && map.history.length) this.act('map_back', 0);
    else if (event.key === 'Escape' && (this.grip.rect || this.cursor !== null)) {
      this.grip.end();
      this.pointAt(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @private @param {number} times */
  zoomBy(times) {
    const frame = this.frame();
    const at = this.cursor === null ? null : this.placeOfPixel(this.cursor, frame);
    const share = at && this.sharesOf(at);
    this.grip.zoom(times, share ?? [0.5, 0.5], true);
  }
}

define('tp-map', TpMap);
