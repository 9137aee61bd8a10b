import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { wayOf } from '../../figures/cursor.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { exact, loss, metric } from '../../study/format.js';
import { textWidth } from '../../study/scale.js';
import { turn } from '../../platform/turns.js';
import { GroundPart } from '../../figures/ground/ground-part.js';
import { groundColor } from '../../figures/ground/ground.js';
import { HALO, numbersOf, pointer } from '../../figures/ground/places.js';
import { studyOf } from '../../state/race.js';
import { isOneStart, isOut, pointAt, spread } from './clock.js';
import { planeData, raceDocument } from './data.js';
import { looksOf, nameOf, shapeOf } from './looks.js';

/** @typedef {import('../../figures/plot-axes.js').Frame} Frame */

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
  static properties = { ...GroundPart.properties, step: { attribute: false }, log: { attribute: false } };
  static figure = 'race-plane';

  constructor() {
    super();
    /** The step that the clock shows. */ this.step = 0;
    /** @private the points of the paths as they stand in the picture, which the clock only cuts */
    this.tracks = { key: '', points: /** @type {string[][]} */ ([]) };
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
    return { text: '', title: '', low: loss(low), high: loss(high), color };
  }

  tools() {
    if (!this.store.race.start) return nothing;
    return html`<button type="button" class="lnk" data-testid="race-home"
      @click=${() => this.act('race_start', { place: null })}>${this.t('race.start.reset')}</button>`;
  }

  layers() {
    return html`<canvas class="layer ground" aria-hidden="true"></canvas>
      <svg class="layer over marks" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  get nothing() {
    const { store } = this;
    const { race } = store;
    if (race.state === 'failed')
      return { name: 'race-problem', text: race.problem ? store.sentence(race.problem) : this.t('race.failed') };
    if (this.head) return null;
    const none = race.options.over === 'trials' && !race.contestants.length;
    return { name: 'race-waits', text: this.t(none ? 'race.no_trials' : 'race.waits') };
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
    const { start, contestants } = this.store.race;
    // The plane was laid through other paths than these.
    const kept = start || contestants.some((one) => one.changes.length) ? '.kept' : '';
    return {
      x: this.t(`race.axis${kept}.x`, { share: share(0) }),
      y: this.t(`race.axis${kept}.y`, { share: share(1) }),
    };
  }

  draw() {
    const { head } = this;
    const layers = this.layersOf;
    if (!layers) return;
    const { layer, over, canvas } = layers;
    const failed = this.store.race.state === 'failed';
    canvas.hidden = !head || failed;
    if (!head || failed) {
      layer.replaceChildren();
      over.replaceChildren();
      this.forgetGround();
      return;
    }
    const axes = this.axesOver(head.extent);
    const frame = this.frame(axes);
    void this.renew();
    if (this.paintOn(canvas, frame)) void turn().then(() => this.isConnected && this.redraw());
    else this.drawOver(layer, over, axes, frame);
  }

  /** @private
   * @param {HTMLElement} layer @param {SVGSVGElement} over @param {ReturnType<TpRacePlane['axesOver']>} axes
   * @param {Frame} frame */
  drawOver(layer, over, axes, frame) {
    const { head, drawn } = this;
    if (!head) return;
    const titles = this.titles();
    const key = JSON.stringify([axes, frame, titles, drawn.made, this.told, this.store.lang]);
    if (key !== drawn.over) {
      drawn.over = key;
      layer.replaceChildren(plotOf(axes, frame, titles, []));
      const id = `race-plot-${Math.round(frame.width)}-${Math.round(frame.height)}`;
      const clip = element('clipPath', { id });
      const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
      clip.append(element('rect', { x: frame.left, y: frame.top, width: w, height: h }));
      const lines = element('g', { class: 'lines', 'clip-path': `url(#${id})` });
      over.replaceChildren(clip, element('g', { class: 'numbers' }), lines, element('g', { class: 'balls' }));
      const to = pointer(head.extent, frame);
      const taken = head.paths.flatMap(({ x, y }) => x.flatMap((one, k) => (k % 24 ? [] : [to(one, y[k])])));
      const write = (/** @type {number} */ value) => exact(Number(value.toPrecision(3)));
      if (this.ground) over.querySelector('.numbers')?.append(...numbersOf(this.ground, frame, taken, write));
    }
    this.drawClock(over, frame);
  }

  /** What moves with the clock: the ways so far, where everyone is, and momentum.
   * @private @param {SVGSVGElement} over @param {Frame} frame */
  drawClock(over, frame) {
    const { head, store, step } = this;
    if (!head) return;
    const { contestants, options } = store.race;
    const looks = looksOf(contestants, options.over);
    const to = pointer(head.extent, frame);
    if (this.tracks.key !== this.drawn.over) {
      const placed = (/** @type {{x: number, y: number}} */ { x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`;
      const points = head.paths.map((path) => path.x.map((x, point) => placed(to(x, path.y[point]))));
      this.tracks = { key: this.drawn.over, points };
    }
    const { points } = this.tracks;
    const inside = (/** @type {{x: number, y: number}} */ at) => ({
      x: Math.max(frame.left, Math.min(frame.width - frame.right, at.x)),
      y: Math.max(frame.top, Math.min(frame.height - frame.bottom, at.y)),
    });
    /** @type {SVGElement[]} */ const lines = [];
    /** @type {SVGElement[]} */ const balls = [];
    const names = this.names();
    const ends = head.paths.slice(0, contestants.length).map((path, k) => {
      const at = pointAt(path.steps, step);
      const places = points[k];
      const way = (/** @type {string[]} */ some) => `M${some.join('L')}`;
      const line = { fill: 'none', 'stroke-linejoin': 'round' };
      const { color, dash } = looks[k];
      /** @type {Record<string, string>} */
      const dashed = dash ? { 'stroke-dasharray': dash } : {};
      if (at + 1 < places.length)
        lines.push(
          element('path', { ...line, d: way(places.slice(at)), stroke: color, 'stroke-width': 1, opacity: 0.35 }),
        );
      const so = way(places.slice(0, at + 1));
      lines.push(
        element('path', { ...line, d: so, stroke: 'var(--surface)', 'stroke-width': 4 }),
        element('path', { ...line, ...dashed, d: so, stroke: color, 'stroke-width': 2, 'data-testid': 'race-path' }),
      );
      const here = inside(to(path.x[at], path.y[at]));
      const coast = { x: path.coast_x[at] ?? 0, y: path.coast_y[at] ?? 0 };
      const out = isOut(path, step);
      if ((coast.x || coast.y) && !out) {
        const tip = inside(to(path.x[at] + COAST * coast.x, path.y[at] + COAST * coast.y));
        balls.push(...arrow(here, tip, color));
      }
      balls.push(
        element('path', {
          d: out ? 'M-5,-5L5,5M-5,5L5,-5' : shapeOf(looks[k].end, 6),
          transform: `translate(${here.x.toFixed(1)},${here.y.toFixed(1)})`,
          fill: out ? 'none' : color,
          stroke: out ? color : 'var(--surface)',
          'stroke-width': 2,
          'data-testid': 'race-ball',
          'data-point': at,
        }),
      );
      return { here, name: names[k], color };
    });
    balls.push(
      ...this.labels(ends, frame),
      ...this.startMark(
        to,
        frame,
        ends.map(({ here }) => here),
      ),
    );
    over.querySelector('.lines')?.replaceChildren(...lines);
    over.querySelector('.balls')?.replaceChildren(...balls);
  }

  /** Names beside where everyone is, apart from each other. @private
   * @param {{here: {x: number, y: number}, name: string, color: string}[]} ends @param {Frame} frame */
  labels(ends, frame) {
    const heights = spread(
      ends.map(({ here }) => here.y - 10),
      15,
      [frame.top + 8, frame.height - frame.bottom - 6],
    );
    return ends.map(({ here, name, color }, k) => {
      const left = here.x + 16 + 1.2 * textWidth(name) > frame.width - frame.right;
      const look = { 'font-size': 12, 'font-weight': 600, fill: color, dy: '.35em', ...HALO };
      /** @type {Record<string, string | number>} */
      const side = left ? { x: here.x - 11, 'text-anchor': 'end' } : { x: here.x + 11 };
      return element('text', { ...look, ...side, y: heights[k].toFixed(1) }, name);
    });
  }

  /** Where the first contestant starts, in the plane's own coordinates. @private */
  get home() {
    const path = this.head?.paths[0];
    return path ? /** @type {[number, number]} */ ([path.x[0], path.y[0]]) : null;
  }

  /** The start, and its words where nobody stands in their way. @private
   * @param {ReturnType<typeof pointer>} to @param {Frame} frame @param {{x: number, y: number}[]} taken */
  startMark(to, frame, taken) {
    const place = this.drag ?? this.home;
    if (!place || !this.canDrag) return [];
    const { x, y } = to(...place);
    const [cx, cy] = [x.toFixed(1), y.toFixed(1)];
    const words = this.t(this.isNetwork ? 'race.start.same' : 'race.start');
    const left = x > (frame.left + frame.width - frame.right) / 2;
    const isFree = taken.every((one) => Math.abs(one.y - y) > 26 || Math.abs(one.x - x) > 30 + textWidth(words));
    return [
      element('circle', {
        cx,
        cy,
        r: 6,
        fill: 'var(--surface)',
        stroke: 'var(--ink)',
        'stroke-width': 2.2,
        'data-testid': 'race-start',
      }),
      ...(isFree
        ? [
            element(
              'text',
              {
                x: x + (left ? -11 : 11),
                y: Math.max(frame.top + 10, y - 9),
                'text-anchor': left ? 'end' : 'start',
                'font-size': 11,
                fill: 'var(--ink-2)',
                ...HALO,
              },
              words,
            ),
          ]
        : []),
    ];
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

/** The way that momentum points, and how strongly.
 * @param {{x: number, y: number}} from @param {{x: number, y: number}} tip @param {string} color */
function arrow(from, tip, color) {
  const length = Math.hypot(tip.x - from.x, tip.y - from.y);
  if (!(length > 0)) return [];
  // Shorter than the mark itself it would not be seen: it has at least the way it points.
  const drawn = Math.min(60, 16 + length) / length;
  const to = { x: from.x + drawn * (tip.x - from.x), y: from.y + drawn * (tip.y - from.y) };
  const [u, v] = [(tip.x - from.x) / length, (tip.y - from.y) / length];
  const wing = (/** @type {number} */ side) =>
    `${(to.x - 6 * u - 3.5 * side * v).toFixed(1)},${(to.y - 6 * v + 3.5 * side * u).toFixed(1)}`;
  const end = `${to.x.toFixed(1)},${to.y.toFixed(1)}`;
  const d = `M${from.x.toFixed(1)},${from.y.toFixed(1)}L${end}M${wing(1)}L${end}L${wing(-1)}`;
  const line = { d, fill: 'none', 'stroke-linecap': 'round' };
  return [
    element('path', { ...line, stroke: 'var(--surface)', 'stroke-width': 4 }),
    element('path', { ...line, stroke: color, 'stroke-width': 1.6, 'data-testid': 'race-momentum' }),
  ];
}

define('tp-race-plane', TpRacePlane);
