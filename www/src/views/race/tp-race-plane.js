import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { wayOf } from '../../figures/cursor.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { endsOf } from '../../figures/ground/labels.js';
import { exact, loss, metric } from '../../study/format.js';
import { planned } from '../../study/panel.js';
import { digitsApart } from '../../study/scale.js';
import { palette, tokens } from '../../figures/colors.js';
import { textWidth } from '../../study/scale.js';
import { turn } from '../../platform/turns.js';
import { pixelRatio } from '../../platform/pixels.js';
import { GroundPart } from '../../figures/ground/ground-part.js';
import { groundColor } from '../../figures/ground/ground.js';
import { HALO, numbersOf, pointer } from '../../figures/ground/places.js';
import { studyOf } from '../../state/race.js';
import { isOlderPlane, isOneStart, isOut, pointAt, spread } from './clock.js';
import { planeData, raceDocument } from './data.js';
import { looksOf, nameOf } from './looks.js';
import { Moment } from './moment.js';
import { Trails } from './trails.js';

/**
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {{head: import('../../state/race.js').RaceHead, frame: Frame, key: string, names: string[], to:
 *   ReturnType<typeof pointer>}} Shown
 */

/** The start is taken hold of within so many px; a finger is less exact. */
const GRIP = 14;
const FINGER = 26;
/** A key moves the start by this share of the plane, with Shift five times as far. */
const NUDGE = 1 / 50;
/** An arrow of momentum is this many steps of it long. */
const COAST = 10;

/** The ground that a race goes over, and the paths. */
export class TpRacePlane extends GroundPart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['race'];
  static properties = { ...GroundPart.properties, moment: { attribute: false }, log: { attribute: false } };
  static figure = 'race-plane';

  constructor() {
    super();
    this.moment = new Moment();
    /** @private */ this.trails = new Trails({ surface: '', halo: 2, size: 6 });
    /** @private @type {Shown | null} what the moment moves in */ this.shown = null;
    /** Where everyone is, in px. @type {import('./trails.js').Mark[]} */ this.balls = [];
    /** @private @type {[number, number] | null} where the start is being dragged to */ this.drag = null;
  }

  get head() {
    return this.store.race.head;
  }

  get field() {
    const { head, losses: values, known, step } = this.store.race;
    return head && { size: head.size, extent: head.extent, values, known, step };
  }

  get view() {
    return this.head?.extent ?? super.view;
  }

  get isNetwork() {
    return this.store.race.options.ground === 'network';
  }

  get title() {
    const { ground, rows } = this.store.race.options;
    return this.isNetwork ? this.t(`race.plane.title.${rows}`) : this.t(`race.ground.${ground}`);
  }

  /** A classic surface is no example's. */
  heading() {
    return this.isNetwork ? this.stamped(this.title) : this.title;
  }

  get savable() {
    return this.ready;
  }

  get keys() {
    return this.t(this.canDrag ? 'race.plane.keys' : 'race.plane.keys.none');
  }

  /** Whether there is one start, which can be moved. @private */
  get canDrag() {
    return this.head !== null && isOneStart(this.head.paths);
  }

  get ready() {
    return this.head !== null;
  }

  note() {
    const { race } = this.store;
    if (race.state === 'done' || race.state === 'failed' || race.state === 'none') return nothing;
    const text =
      race.state === 'computing'
        ? this.t('race.computing')
        : this.t(`race.${race.state}`, { share: metric(race.share, 'classes').replace(/\.\d%/, '%') });
    return html`<span class="q" data-testid="race-note">${text}</span>`;
  }

  get legend() {
    const { ground } = this;
    if (!ground || !this.head) return null;
    const { low, high } = ground.scale;
    const color = (/** @type {number} */ share) => groundColor(1 - share, this.store.dark);
    const [least, most] = endsOf({ low, high }, loss);
    return { text: '', title: '', low: least, high: most, color };
  }

  tools() {
    if (!this.store.race.start) return nothing;
    return html`<button type="button" class="lnk" data-testid="race-home"
      @click=${() => this.act('race_start', { place: null })}>${this.t('race.start.reset')}</button>`;
  }

  layers() {
    return html`<canvas class="layer ground" aria-hidden="true"></canvas>
      <svg class="layer numbers marks" width="100%" height="100%" aria-hidden="true"></svg>
      <canvas class="layer ways" aria-hidden="true"></canvas>
      <svg class="layer over marks" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  get nothing() {
    const { store } = this;
    const { race } = store;
    if (race.state === 'failed')
      return { name: 'race-problem', text: race.problem ? store.sentence(race.problem) : this.t('race.failed') };
    if (this.head) return null;
    const none = race.options.over === 'trials' && !race.contestants.length;
    // Trials that no run of the study will have are told before there is one.
    const stray = store.trials.size ? race.missing : race.numbers.filter((number) => number >= planned(store.study));
    const said = none && stray.length ? ` ${this.t('race.fair.missing', { trials: stray.join(', ') })}` : '';
    return { name: 'race-waits', text: `${this.t(none ? 'race.no_trials' : 'race.waits')}${said}` };
  }

  summary() {
    const { head, store } = this;
    if (!head) return this.nothing?.text ?? '';
    const names = this.names().join(', ');
    const key = this.canDrag ? 'race.plane.summary' : 'race.plane.summary.own';
    return this.t(key, { title: this.title, names, n: store.race.contestants.length });
  }

  data() {
    return planeData(this.store, this.names());
  }

  get file() {
    const { options } = this.store.race;
    return `${this.isNetwork ? studyOf(this.store).dataset.name : options.ground}-race-${options.over}`;
  }

  /** The race as `landscape@1`; of a surface of two coordinates, which has no study, with its name. */
  document() {
    return raceDocument(this.store);
  }

  get pictureTitle() {
    return `${super.pictureTitle}: ${this.names().join(', ')}`;
  }

  /** @private */
  names() {
    const { contestants, options } = this.store.race;
    return contestants.map((who) => nameOf(who, options.over, (key, values) => this.t(key, values)));
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    if (topics.has('race')) this.told++;
    super.wake(topics);
  }

  /** @private */
  titles() {
    const { head } = this;
    if (!this.isNetwork) return { x: 'x', y: 'y' };
    const share = (/** @type {0 | 1} */ k) => metric(head?.explained?.[k], 'classes');
    const kept = isOlderPlane(this.store.race) ? '.kept' : '';
    const { width, height } = this.size;
    /** The whole name where it has room. @param {'x' | 'y'} axis @param {number} room @param {string} share */
    const name = (axis, room, share) => {
      const whole = this.t(`race.axis${kept}.${axis}`, { share });
      return textWidth(whole) < room ? whole : this.t(`race.axis${kept}.short.${axis}`, { share });
    };
    return { x: name('x', width - 32, share(0)), y: name('y', height - 46, share(1)) };
  }

  observe() {
    super.observe();
    this.moment.follow(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.moment.leave(this);
  }

  draw() {
    const { head } = this;
    const layers = this.layersOf;
    if (!layers) return;
    const isNone = !head || this.store.race.state === 'failed';
    layers.canvas.hidden = isNone;
    /** @type {HTMLElement} */ (this.querySelector('canvas.ways')).hidden = isNone;
    if (isNone) {
      for (const layer of this.querySelectorAll('.plot > :is(.axes, svg)')) layer.replaceChildren();
      this.forgetGround();
      this.shown = null;
      return;
    }
    const axes = this.axesOver(head.extent);
    const frame = this.frame(axes);
    void this.renew();
    if (this.paintOn(layers.canvas, frame)) void turn().then(() => this.isConnected && this.redraw());
    else this.drawOver(layers, axes, frame);
  }

  /** @private @param {NonNullable<TpRacePlane['layersOf']>} layers @param {ReturnType<TpRacePlane['axesOver']>} axes
   * @param {Frame} frame */
  drawOver({ layer, over }, axes, frame) {
    const { head, drawn, store } = this;
    if (!head) return;
    const titles = this.titles();
    const to = pointer(head.extent, frame);
    const key = JSON.stringify([axes, frame, titles, drawn.made, this.told, store.lang]);
    if (key !== drawn.over) {
      drawn.over = key;
      layer.replaceChildren(plotOf(axes, frame, titles, []));
      const taken = head.paths.flatMap(({ x, y }) => x.flatMap((one, k) => (k % 24 ? [] : [to(one, y[k])])));
      const digits = digitsApart(this.ground?.bands.filter((one) => one.labelled).map((one) => one.value) ?? []);
      const write = (/** @type {number} */ value) => exact(Number(value.toPrecision(digits)));
      const numbers = this.ground ? numbersOf(this.ground, frame, taken, write) : [];
      this.querySelector('svg.numbers')?.replaceChildren(...numbers);
    }
    this.layTrails(head, frame, to);
    over.replaceChildren(...this.startMark(to, frame));
    this.drawMoment(false);
  }

  /** The paths as they lie in the picture, and their names. @private
   * @param {import('../../state/race.js').RaceHead} head @param {Frame} frame @param {Shown['to']} to */
  layTrails(head, frame, to) {
    const { contestants, options } = this.store.race;
    const token = tokens(this, this.store.dark);
    const names = this.names();
    const key = JSON.stringify([frame, head.extent, names, this.store.dark, palette.version, pixelRatio()]);
    if (this.shown?.head === head && this.shown.key === key) return;
    const looks = looksOf(contestants, options.over);
    // Far outside lies as far outside as is seen.
    const near = (/** @type {number} */ at, /** @type {number} */ size) =>
      Math.max(-9 * size, Math.min(10 * size, at));
    const tracks = head.paths.slice(0, contestants.length).map((path, k) => {
      const at = path.x.map((x, point) => to(x, path.y[point]));
      const x = at.map((one) => near(one.x, frame.width));
      const y = at.map((one) => near(one.y, frame.height));
      return { x, y, color: token(`--series-${looks[k].at}`), dash: looks[k].dash, end: looks[k].end };
    });
    this.trails.lay(tracks, token('--surface'), getComputedStyle(this).fontFamily);
    this.shown = { head, frame, to, names, key };
  }

  /** The moment is another: what moves with it is drawn, and nothing else. */
  moved() {
    this.drawMoment(true);
  }

  /** The ways so far, where everyone is, momentum, and the names beside. @private @param {boolean} moving */
  drawMoment(moving) {
    const { shown } = this;
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.ways'));
    // Of another race it is drawn anew soon.
    if (!canvas || !shown || shown.head !== this.head) return;
    const { heads, marks } = this.momentOf(shown);
    this.balls = marks;
    this.trails.draw(canvas, shown.frame, heads, marks, moving);
    this.placeWords();
  }

  /** @private @param {Shown} shown */
  momentOf(shown) {
    const { head, frame, to } = shown;
    const { step } = this.moment;
    const inside = (/** @type {{x: number, y: number}} */ at) => ({
      x: Math.max(frame.left, Math.min(frame.width - frame.right, at.x)),
      y: Math.max(frame.top, Math.min(frame.height - frame.bottom, at.y)),
    });
    /** @type {number[]} */ const heads = [];
    const marks = head.paths.slice(0, this.trails.tracks.length).map((path) => {
      const at = pointAt(path.steps, step);
      heads.push(at);
      const [u, v] = [path.coast_x[at] ?? 0, path.coast_y[at] ?? 0];
      const tip = u || v ? inside(to(path.x[at] + COAST * u, path.y[at] + COAST * v)) : null;
      // Whoever has left all numbers stays where it was last.
      let seen = at;
      while (seen > 0 && !(Number.isFinite(path.x[seen]) && Number.isFinite(path.y[seen]))) seen--;
      return { ...inside(to(path.x[seen], path.y[seen])), out: isOut(path, step), tip };
    });
    const names = this.namesOf(shown, marks);
    return { heads, marks: marks.map((mark, k) => ({ ...mark, name: names[k] })) };
  }

  /** @param {HTMLCanvasElement} canvas */
  vectors(canvas) {
    const { shown } = this;
    if (!canvas.matches('.ways')) return super.vectors(canvas);
    if (!shown) return null;
    const { heads, marks } = this.momentOf(shown);
    const draw = (/** @type {CanvasRenderingContext2D} */ g) => this.trails.vectors(g, shown.frame, heads, marks);
    return { ratio: 1, draw };
  }

  /** Names beside where everyone is, apart from each other. @private @param {Shown} shown
   * @param {{x: number, y: number}[]} marks */
  namesOf({ names, frame }, marks) {
    const heights = spread(
      marks.map(({ y }) => y - 10),
      15,
      [frame.top + 8, frame.height - frame.bottom - 6],
    );
    return marks.map(({ x }, k) => {
      const long = 1.2 * textWidth(names[k]);
      const isLeft = x + 16 + long > frame.width - frame.right;
      // Where neither side has room, it lies within the picture all the same.
      const at = isLeft ? Math.max(frame.left + Math.min(long, frame.width - frame.left), x - 11) : x + 11;
      return { words: names[k], x: at, y: heights[k], isLeft };
    });
  }

  /** Where the first contestant starts, in the plane's own coordinates. @private */
  get home() {
    const path = this.head?.paths[0];
    return path ? /** @type {[number, number]} */ ([path.x[0], path.y[0]]) : null;
  }

  /** @private @param {Shown['to']} to @param {Frame} frame */
  startMark(to, frame) {
    const place = this.drag ?? this.home;
    if (!place || !this.canDrag) return [];
    const { x, y } = to(...place);
    const whole = this.t(this.isNetwork ? 'race.start.same' : 'race.start');
    const room = Math.max(x - frame.left, frame.width - frame.right - x) - 11;
    const words = textWidth(whole) < room ? whole : this.t('race.start');
    const left = x > (frame.left + frame.width - frame.right) / 2;
    const mark = element('circle', {
      cx: x.toFixed(1),
      cy: y.toFixed(1),
      r: 6,
      fill: 'var(--surface)',
      stroke: 'var(--ink)',
      'stroke-width': 2.2,
      'data-testid': 'race-start',
    });
    const look = { 'text-anchor': left ? 'end' : 'start', 'font-size': 11, fill: 'var(--ink-2)', ...HALO };
    return [mark, element('text', { x: x + (left ? -11 : 11), y: Math.max(frame.top + 10, y - 9), ...look }, words)];
  }

  /** The words of the start are there where nobody stands in their way. @private */
  placeWords() {
    const words = this.querySelector('svg.over text');
    const place = this.drag ?? this.home;
    if (!words || !place || !this.shown) return;
    const { x, y } = this.shown.to(...place);
    const width = 30 + textWidth(words.textContent ?? '');
    const isFree = this.balls.every((one) => Math.abs(one.y - y) > 26 || Math.abs(one.x - x) > width);
    const seen = isFree ? 'visible' : 'hidden';
    if (words.getAttribute('visibility') !== seen) words.setAttribute('visibility', seen);
  }

  /** A place of the plot in the plane's coordinates, within the plane. @private @param {{x: number, y: number}} at
   * @returns {[number, number]} */
  placeOf(at) {
    const [x0, x1, y0, y1] = this.head?.extent ?? [0, 1, 0, 1];
    const frame = this.plotFrame;
    const share = (/** @type {number} */ one) => Math.max(0, Math.min(1, one));
    const u = share((at.x - frame.left) / (frame.width - frame.left - frame.right));
    const v = share((frame.height - frame.bottom - at.y) / (frame.height - frame.top - frame.bottom));
    return [x0 + u * (x1 - x0), y0 + v * (y1 - y0)];
  }

  /** @private @param {PointerEvent} event */
  pointIn(event) {
    return pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
  }

  /** Takes hold of the start. @param {PointerEvent} event */
  onDown(event) {
    const { head, home } = this;
    if (!head || !home || this.tabled || !this.canDrag) return;
    const at = this.pointIn(event);
    const start = pointer(head.extent, this.plotFrame)(...home);
    const reach = event.pointerType === 'touch' ? FINGER : GRIP;
    if (Math.hypot(at.x - start.x, at.y - start.y) > reach) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    this.drag = home;
  }

  /** Everyone starts anew from where the start is dragged to. @param {PointerEvent} event */
  onMove(event) {
    if (!this.drag) return;
    this.drag = this.placeOf(this.pointIn(event));
    this.act('race_start', { place: this.drag, still: true });
    this.redraw();
  }

  onUp() {
    const place = this.drag;
    if (!place) return;
    this.drag = null;
    if (this.store.race.start) this.act('race_start', { place });
    this.redraw();
  }

  onLeave() {}

  /** Arrow keys move the start, with Shift farther; Home puts it back. @param {KeyboardEvent} event */
  onKey(event) {
    const { head, home } = this;
    if (!head || !home || event.target !== event.currentTarget || !this.canDrag) return;
    const way = wayOf(event);
    if (event.key === 'Home') {
      this.act('race_start', { place: null });
      this.tell(this.t('race.start.home'));
    } else if (way) {
      const by = NUDGE * (event.shiftKey ? 5 : 1);
      const [x0, x1, y0, y1] = head.extent;
      const [x, y] = this.store.race.start ?? home;
      const within = (/** @type {number} */ one, /** @type {number} */ low, /** @type {number} */ high) =>
        Math.max(low, Math.min(high, one));
      const place = /** @type {[number, number]} */ ([
        within(x + by * way[0] * (x1 - x0), x0, x1),
        within(y + by * way[1] * (y1 - y0), y0, y1),
      ]);
      this.act('race_start', { place });
      const [u, v] = place.map((one) => exact(Number(one.toPrecision(3))));
      this.tell(this.t('race.start.at', { x: u, y: v }));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

define('tp-race-plane', TpRacePlane);
