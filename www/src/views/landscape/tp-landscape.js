import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { wayOf } from '../../figures/cursor.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { reachOf } from '../../state/landscape.js';
import { ENDED } from '../../state/store.js';
import { count, exact, loss, metric } from '../../study/format.js';
import { turn } from '../../platform/turns.js';
import { GroundPart } from '../../figures/ground/ground-part.js';
import { KEY } from './extent.js';
import { Framing, canMove } from './framing.js';
import { Gestures } from './gestures.js';
import { UNKNOWN, nearestTo, placeOf } from '../../figures/ground/grid.js';
import { endsOf } from '../../figures/ground/labels.js';
import { digitsApart } from '../../study/scale.js';
import { groundColor } from '../../figures/ground/ground.js';
import { inSpace } from './in-space.js';
import { heightAxis, lineOf } from './line.js';
import { isIn, numbersOf, pointer } from '../../figures/ground/places.js';
import { ballOf, pathOf, placeOfTrial } from './overlay.js';
import { landscapeData, landscapeDocument } from './data.js';
import { framesOf, pickersOf } from './pickers.js';
import { shownOf } from './shown.js';
import { Space } from './space.js';
import { originOf, startOf, stepped } from './walk.js';
import { axisTitles, pointText, scoreOf, summaryOf, titleOf } from './words.js';

/**
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {import('./shown.js').Shown} Shown
 */

/** The loss around the selected trial's weights, over a plane through weight space. */
export class TpLandscape extends GroundPart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['landscape', 'trials', 'selection', 'run'];
  static properties = {
    ...GroundPart.properties,
    at: { attribute: false },
    metric: { state: true },
    log: { state: true },
    cursor: { state: true },
  };
  static figure = 'landscape';

  constructor() {
    super();
    /** The point of the path that is looked at. */ this.at = 0;
    /** @type {'loss' | 'accuracy'} */ this.metric = 'loss';
    /** @type {{i: number, j: number} | null} the point that keys or the pointer are at */ this.cursor = null;
    /** Whether and from where it is seen in space. */ this.space = new Space(this);
    /** The part of the plane that is shown. */ this.framing = new Framing(this);
    /** @private */ this.gestures = new Gestures({
      drag: (dx, dy, touch) => (this.space.shown ? this.space.drag(dx, dy, touch) : this.framing.pan(dx, dy)),
      pinch: (factor, at, dx, dy) => {
        if (this.space.shown) this.space.pinch(factor, dx, dy);
        else {
          this.framing.pan(dx, dy);
          this.framing.zoom(factor, at);
        }
      },
      oneFinger: () => this.space.shown,
    });
    /** @private */ this.onWheel = (/** @type {WheelEvent} */ event) => this.framing.wheel(event);
    /** @private */ this.onTouch = (/** @type {TouchEvent} */ event) => {
      // Two fingers are the plot's, one is the page's.
      if (event.touches.length > 1 && this.ready) event.preventDefault();
    };
    /** @private @type {Shown | null} what the ground was made of */ this.held = null;
    /** @private of which score and plane the ground is */ this.groundOf = '';
  }

  /** What is there. Of weights in training that is the last picture, until there is the next: path and ground belong
   * together. */
  get shown() {
    const now = shownOf(this.store);
    const { held } = this;
    const isBefore = held && now && held.plane === now.plane && held.head.step !== undefined;
    return isBefore ? held : now;
  }

  /** What is drawn; a regression has no accuracy. */
  get measure() {
    return this.store.task === 'numbers' ? 'loss' : this.metric;
  }

  get field() {
    const shown = shownOf(this.store);
    if (!shown) return null;
    const { head, losses, accuracies, known, step } = shown;
    const values = this.measure === 'loss' ? losses : accuracies;
    return { size: head.size, extent: head.extent, values, known, step, of: shown.plane, shown };
  }

  get scores() {
    const isLoss = this.measure === 'loss';
    return {
      name: this.measure,
      log: isLoss && this.log,
      better: /** @type {'low' | 'high'} */ (isLoss ? 'low' : 'high'),
    };
  }

  get view() {
    return this.shown ? this.framing.extent(this.shown) : super.view;
  }

  get plotFrame() {
    return this.frame(this.shown && this.axes(this.shown));
  }

  /** What is there of the same plane is a better picture than a few first points of another frame.
   * @param {import('../../figures/ground/ground.js').Ground | null} ground @param {string} name
   * @param {import('../../figures/ground/ground-part.js').Field & {shown?: Shown}} field */
  takeGround(ground, name, { shown }) {
    const early = ground === null || ground.filled.states.includes(UNKNOWN);
    const of = `${name} ${this.shown?.plane}`;
    if (early && this.ground && this.groundOf === of) return;
    [this.ground, this.groundOf] = [ground, of];
    this.held = shown ?? null;
  }

  get scoreName() {
    const { rows } = this.store.landscape.options;
    const all = this.t(this.measure === 'loss' ? `score.${rows}_loss.title` : `metric.classes.${rows}.title`);
    return scoreOf(this.t.bind(this), all, this.shown?.head ?? null);
  }

  get title() {
    const { selected, landscape } = this.store;
    if (!selected) return this.t('landscape.name');
    const { plane, others } = landscape.options;
    return titleOf(this.t.bind(this), plane, this.scoreName, [selected.number, ...others]);
  }

  heading() {
    return this.stamped(this.title);
  }

  get keys() {
    return this.t(this.space.shown ? 'landscape.keys.solid' : 'landscape.keys');
  }

  get ready() {
    return this.shown !== null;
  }

  /** A score as the page writes it. @param {number} value */
  write(value) {
    return this.measure === 'loss' ? loss(value) : metric(value, 'classes');
  }

  note() {
    const { landscape } = this.store;
    if (this.space.wanted && !this.space.shown && !this.flat)
      return html`<span class="q" role="status">${this.t('landscape.view.loading')}</span>`;
    if (!this.shown || landscape.state === 'done') return nothing;
    const { step, steps: last } = this.shown.head;
    if (landscape.state === 'training') {
      const text = this.t('scrub.step_of', { n: count(step ?? 0), last: count(last ?? 0) });
      return html`<span class="q" data-testid="landscape-live">${text}</span>`;
    }
    const n = landscape.known.length;
    const done = landscape.known.reduce((sum, one) => sum + one, 0);
    const text = this.t('figure.partial', { done: count(done), n: count(n) });
    return html`<span class="q" data-testid="partial">${text}</span>`;
  }

  get legend() {
    const { ground } = this;
    // A line has no ground.
    if (!ground || !this.shown || this.isLine(this.shown)) return null;
    const ends = endsOf(ground.scale, (score) => this.write(score));
    const [best, worst] = ground.better === 'low' ? ends : ends.reverse();
    const color = (/** @type {number} */ share) => groundColor(1 - share, this.store.dark);
    return { text: '', title: '', low: best, high: worst, color };
  }

  tools() {
    return framesOf(this);
  }

  controls() {
    return pickersOf(this);
  }

  hasDiverged() {
    return this.shown !== null && this.ground !== null && this.ground.filled.states.includes(2);
  }

  divergedKey() {
    // A plane from above is hatched there; on the floor of a surface, or at the foot of a line, stand crosses.
    const d = this.space.shown || this.flat ? 'M2 2 8 8M8 2 2 8' : 'M0 10 10 0M-2 6 6 -2M4 12 12 4';
    const mark = html`<svg viewBox="0 0 10 10" aria-hidden="true"><path d=${d} stroke="var(--mark)"
      fill="none"/></svg>`;
    return { mark, text: this.t('landscape.not_finite') };
  }

  pictureKeys() {
    return this.hasDiverged() ? [this.divergedKey()] : [];
  }

  get plotClass() {
    return this.space.shown ? 'solid' : '';
  }

  observe() {
    super.observe();
    const plot = this.querySelector('.plot');
    plot?.addEventListener('wheel', /** @type {any} */ (this.onWheel), { passive: false });
    plot?.addEventListener('touchmove', /** @type {any} */ (this.onTouch), { passive: false });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.framing.end();
  }

  layers() {
    return html`<canvas class="layer ground" aria-hidden="true"></canvas>
      <svg class="layer over marks" width="100%" height="100%" aria-hidden="true"></svg>
      ${this.space.shown && this.shown ? inSpace(this, this.shown) : nothing}
      <div class="cursor" hidden aria-hidden="true"><i></i><span></span></div>`;
  }

  emptyState() {
    return this.invitation();
  }

  get nothing() {
    const { store } = this;
    const { selected, landscape } = store;
    if (!store.trials.size) return null;
    if (!selected) return { name: 'landscape-none', text: this.t('landscape.none') };
    const number = selected.number;
    if (!reachOf(selected)) {
      const [name, key] = ENDED.includes(selected.state) ? ['no-weights', 'no_weights'] : ['trains', 'trains'];
      return { name: `landscape-${name}`, text: this.t(`landscape.${key}`, { number }) };
    }
    const own = landscape.trial === number;
    if (own && landscape.state === 'failed')
      return {
        name: 'landscape-problem',
        text: landscape.problem ? store.sentence(landscape.problem) : this.t('landscape.failed'),
      };
    if (this.shown) return null;
    const training = own && landscape.state === 'training';
    return { name: 'landscape-waits', text: this.t(training ? 'landscape.training' : 'landscape.waits', { number }) };
  }

  summary() {
    const { shown, ground } = this;
    if (!shown) return this.nothing?.text ?? this.t('landscape.empty');
    const ends = ground && endsOf(ground.scale, (score) => this.write(score));
    const given = { title: this.title, ends, diverged: this.divergedCount() };
    return summaryOf(this.t.bind(this), shown, given);
  }

  /** @private */
  divergedCount() {
    return this.ground?.filled.states.reduce((sum, one) => sum + (one === 2 ? 1 : 0), 0) ?? 0;
  }

  data() {
    return landscapeData(this.store, this.shown);
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    if (topics.has('landscape')) this.told++;
    super.wake(topics);
  }

  get flat() {
    return this.shown !== null && this.isLine(this.shown);
  }

  /** @param {Shown} shown */
  isLine({ head }) {
    return head.size[1] < 2;
  }

  /** Axes of the plane's own coordinates; upwards, a line has its score. @param {Shown} shown */
  axes(shown) {
    const axes = this.axesOver(this.framing.extent(shown));
    return this.isLine(shown) ? { ...axes, y: this.height().axis } : axes;
  }

  /** @private */
  height() {
    return heightAxis(this.ground?.scale ?? { low: 0, high: 1, log: false }, this.measure === 'accuracy');
  }

  /** @private @param {Shown} shown @param {Frame} frame */
  line(shown, frame) {
    return lineOf(shown, this.measure, this.height(), frame);
  }

  /** @param {Shown} shown */
  titles(shown) {
    return axisTitles(this.t.bind(this), shown, this.t(`landscape.metric.${this.measure}`));
  }

  draw() {
    const { shown } = this;
    const layers = this.layersOf;
    if (!layers) return;
    const { layer, over, canvas } = layers;
    canvas.hidden = !shown || this.space.shown;
    if (!shown || this.space.shown) {
      layer.replaceChildren();
      over.replaceChildren();
      Object.assign(this.drawn, { painted: '', over: '' });
    }
    if (!shown) {
      this.forgetGround();
      this.placeCursor(null);
      return;
    }
    const axes = this.axes(shown);
    const frame = this.frame(axes);
    void this.renew();
    if (this.space.shown) {
      this.placeCursor(frame);
      return;
    }
    canvas.hidden = this.isLine(shown);
    // Ground and overlay are drawn each in a task of its own.
    if (!canvas.hidden && this.paintOn(canvas, frame)) void turn().then(() => this.isConnected && this.redraw());
    else this.drawOver(layer, over, shown, axes, frame);
    this.placeCursor(frame);
  }

  /** @param {HTMLCanvasElement} canvas */
  still(canvas) {
    return canvas.matches('.space') ? (this.relief?.still() ?? null) : null;
  }

  /** Files say what they show. */
  get file() {
    const { selected, landscape } = this.store;
    const { plane, rows, others } = landscape.options;
    return [super.file, plane, selected?.number ?? '', ...others, rows].join('-');
  }

  document() {
    return this.shown && landscapeDocument(this.store, this.shown, this.measure);
  }

  get vectorNote() {
    return this.space.shown ? this.t('landscape.svg.image') : '';
  }

  /** @private */
  get relief() {
    return /** @type {import('./relief.js').TpRelief | null} */ (this.querySelector('tp-relief'));
  }

  /** @private
   * @param {HTMLElement} layer @param {SVGSVGElement} over @param {Shown} shown
   * @param {ReturnType<TpLandscape['axes']>} axes @param {Frame} frame */
  drawOver(layer, over, shown, axes, frame) {
    const { path } = shown;
    const titles = this.titles(shown);
    const to = pointer(this.framing.extent(shown), frame);
    const key = JSON.stringify([axes, frame, titles, this.drawn.made, path?.steps.length, this.store.lang]);
    if (key !== this.drawn.over) {
      this.drawn.over = key;
      layer.replaceChildren(plotOf(axes, frame, titles, [], this.isLine(shown)));
      over.replaceChildren(...this.marksOf(shown, frame, to), element('g', { class: 'ball' }));
    }
    const ball = path && this.at < path.steps.length - 1 ? to(path.x[this.at], path.y[this.at]) : null;
    over.querySelector('.ball')?.replaceChildren(...(ball && isIn(ball, frame) ? [ballOf(ball)] : []));
  }

  /** @private @param {Shown} shown @param {Frame} frame @param {ReturnType<typeof pointer>} to */
  marksOf(shown, frame, to) {
    const { path, trial, points } = shown;
    if (this.isLine(shown)) return this.line(shown, frame).parts((number) => this.t('trial.number', { number }));
    const origin = to(0, 0);
    const taken = [origin];
    const made = [];
    if (path) {
      const every = Math.max(1, Math.floor(path.steps.length / 48));
      for (let k = 0; k < path.steps.length; k += every) taken.push(to(path.x[k], path.y[k]));
      const step = (/** @type {number} */ n) => this.t('landscape.step', { n: count(n) });
      made.push(...pathOf(path, to, frame, { start: this.t('landscape.start'), step }));
    }
    const isLoss = this.measure === 'loss';
    const labelled = this.ground?.bands.filter((one) => one.labelled) ?? [];
    const digits = digitsApart(labelled.map((one) => one.value));
    const number = (/** @type {number} */ value) =>
      exact(Number((isLoss ? value : 100 * value).toPrecision(digits))) + (isLoss ? '' : '%');
    if (this.ground) made.unshift(...numbersOf(this.ground, frame, taken, number, this.framing.extent(shown)));
    for (const point of points) {
      const at = to(point.x, point.y);
      const name = this.t('trial.number', { number: point.trial });
      if (isIn(at, frame)) made.push(placeOfTrial(at, name, frame, taken.slice(1), point.trial === trial));
    }
    return made;
  }

  /** A ring at the cursor's point, and what is there. @private @param {Frame | null} frame */
  placeCursor(frame) {
    const cursor = /** @type {HTMLElement | null} */ (this.querySelector('.cursor'));
    const { shown } = this;
    if (!cursor) return;
    const at = this.cursor && frame && shown && this.cursorAt(shown, this.cursor, frame);
    cursor.hidden = !at;
    if (!this.cursor || !frame || !shown || !at) return;
    cursor.style.transform = `translate(${at.x}px, ${at.y}px)`;
    const [, text] = /** @type {HTMLElement[]} */ ([...cursor.children]);
    text.textContent = this.pointText(shown, this.cursor);
    cursor.classList.toggle('left', at.x > frame.width / 2);
    cursor.classList.toggle('below', at.y < frame.height / 2);
  }

  /** @private @param {Shown} shown @param {{i: number, j: number}} cursor @param {Frame} frame */
  cursorAt(shown, cursor, frame) {
    if (this.space.shown) return this.relief?.screenOf(cursor.i, cursor.j) ?? null;
    const [x, y] = this.placeOf(shown, cursor);
    if (!this.isLine(shown)) return pointer(this.framing.extent(shown), frame)(x, y);
    return this.line(shown, frame).at(cursor.i, x);
  }

  /** A point's coordinates. @private @param {Shown} shown @param {{i: number, j: number}} point */
  placeOf(shown, { i, j }) {
    const { size } = shown.head;
    const extent = this.framing.extent(shown);
    return [placeOf(i, size[0], extent[0], extent[1]), placeOf(j, size[1], extent[2], extent[3])];
  }

  /** @private @param {Shown} shown @param {{i: number, j: number}} point */
  pointText(shown, point) {
    const [x, y] = this.placeOf(shown, point);
    const at = { k: point.j * shown.head.size[0] + point.i, x, y };
    return pointText(this.t.bind(this), shown, at, this.framing.extent(shown), this.store.task === 'numbers');
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const { shown } = this;
    if (!shown || this.tabled) return;
    const at = pointIn(/** @type {HTMLElement} */ (event.currentTarget), event);
    if (this.gestures.move(event, at)) {
      this.cursor = null;
      return;
    }
    this.pointAt(shown, at);
  }

  /** @private @param {Shown} shown @param {import('../../figures/ground/labels.js').Point} at */
  pointAt(shown, at) {
    let next = null;
    if (this.space.shown) next = this.relief?.pointAt(at) ?? null;
    else {
      const [u, v] = this.framing.sharesOf(shown, at);
      const { size } = shown.head;
      const inside = u >= 0 && u <= 1 && v >= 0 && v <= 1;
      next = inside ? { i: nearestTo(u, size[0]), j: nearestTo(v, size[1]) } : null;
    }
    if (next?.i === this.cursor?.i && next?.j === this.cursor?.j) return;
    this.cursor = next;
  }

  /** A tap shows what lies there. @param {PointerEvent} event */
  onDown(event) {
    const { shown } = this;
    if (!shown || this.tabled) return;
    const plot = /** @type {HTMLElement} */ (event.currentTarget);
    const at = pointIn(plot, event);
    this.gestures.down(event, at);
    // What leaves the plot with the button down still moves it.
    if (event.pointerType === 'mouse' && event.button === 0) plot.setPointerCapture(event.pointerId);
    this.pointAt(shown, at);
  }

  /** @param {PointerEvent} event */
  onUp(event) {
    this.gestures.up(event);
  }

  /** A finger that is lifted leaves what it has shown. @param {PointerEvent} event */
  onLeave(event) {
    if (event.pointerType !== 'touch') this.cursor = null;
  }

  onBlur() {
    this.cursor = null;
  }

  /** Arrows go from point to point, with Shift five at a time, and at the edge move the frame; in space they turn it,
   * and with Shift go from point to point. @param {KeyboardEvent} event */
  onKey(event) {
    const { shown } = this;
    if (!shown || event.target !== event.currentTarget) return;
    const way = wayOf(event);
    const plain = !event.altKey && !event.ctrlKey && !event.metaKey;
    if (event.key === 'Escape' && this.cursor) this.cursor = null;
    else if (plain && this.space.shown && !(way && event.shiftKey) && this.space.key(event.key, way)) {
      // It has turned.
    } else if (event.key === 'Home') this.cursor = originOf(shown.head.size, this.framing.extent(shown));
    else if (way) this.go(shown, way, event.shiftKey && !this.space.shown ? 5 : 1);
    else if (plain && (event.key === '+' || event.key === '=')) this.framing.zoom(KEY.zoom);
    else if (plain && event.key === '-') this.framing.zoom(1 / KEY.zoom);
    else if (plain && event.key === '0') this.framing.reframe(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (this.cursor) this.tell(this.pointText(shown, this.cursor));
  }

  /** @private @param {Shown} shown @param {[number, number]} way @param {number} by */
  go(shown, way, by) {
    const { size } = shown.head;
    const from = this.cursor ?? startOf(size, this.framing.extent(shown));
    const { cursor, moves } = stepped(from, way, by, size, canMove(shown) && !this.space.shown);
    if (moves) this.framing.go(shown, ...way);
    this.cursor = cursor;
  }
}

define('tp-landscape', TpLandscape);
