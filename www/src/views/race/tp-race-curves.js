import { html } from 'lit';
import { FigurePart } from '../../figures/figure.js';
import { define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { pointIn } from '../../controls/pointer.js';
import { palette, tokens } from '../../figures/colors.js';
import { lossAxis } from '../../figures/curve-axes.js';
import { HALO } from '../../figures/ground/places.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { count, exact, loss } from '../../study/format.js';
import { belowZeros, steps as stepsOn, shareOf, textWidth } from '../../study/scale.js';
import { studyOf } from '../../state/race.js';
import { isOut, pointAt, spanOf, spread, targetOf } from './clock.js';
import { curveData } from './data.js';
import { looksOf, nameOf } from './looks.js';
import { Moment } from './moment.js';
import { Trails } from './trails.js';
import { pixelRatio } from '../../platform/pixels.js';

/**
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {import('../../state/race.js').RacePath} RacePath
 * @typedef {{paths: RacePath[], key: string, frame: Frame, at: (step: number) => number, up: (loss: number) =>
 *   number}} Shown `at` and `up`: where a step and a loss lie, in px
 */

/** What a line goes over: steps, or rows that gradients were worked out of. */
const ALONG = /** @type {const} */ (['steps', 'rows']);

/** Each contestant's loss, under the race's clock. */
export class TpRaceCurves extends FigurePart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['race'];
  static properties = {
    ...FigurePart.properties,
    moment: { attribute: false },
    log: { attribute: false },
    along: { state: true },
  };
  static figure = 'race-curves';
  static layer = 'axes';

  constructor() {
    super();
    this.moment = new Moment();
    /** Whether losses are drawn by their logarithm. */ this.log = true;
    /** @type {(typeof ALONG)[number]} */ this.along = 'steps';
    /** @private whether the clock follows the pointer */ this.held = false;
    /** @private the axes that are drawn */ this.drawn = '';
    /** @private */ this.trails = new Trails({ surface: '', halo: 0, size: 4.5 });
    /** @private @type {Shown | null} what the moment moves in */ this.shown = null;
    /** @private where the steps are drawn, in px */ this.axis = { left: 0, right: 1, last: 1 };
  }

  get paths() {
    const { race } = this.store;
    return race.state === 'failed' ? [] : (race.head?.paths.slice(0, race.contestants.length) ?? []);
  }

  get title() {
    const { ground, rows } = this.store.race.options;
    return ground === 'network' ? this.t(`score.${rows}_loss.title`) : this.t('race.curves.height');
  }

  heading() {
    return this.store.race.options.ground === 'network' ? this.stamped(this.title) : this.title;
  }

  get ready() {
    return this.paths.length > 0;
  }

  get savable() {
    return this.ready;
  }

  get keys() {
    return this.t('race.curves.keys');
  }

  note() {
    return html``;
  }

  /** @private */
  names() {
    const { contestants, options } = this.store.race;
    return contestants.map((who) => nameOf(who, options.over, (key, values) => this.t(key, values)));
  }

  controls() {
    const { options } = this.store.race;
    if (options.over !== 'batch_size') return html``;
    return html`<div class="pickers">${segmented(
      this.t('race.along'),
      ALONG.map((value) => ({ value, text: this.t(`race.along.${value}`) })),
      this.along,
      (along) => {
        this.along = along;
      },
      { testid: 'race-along' },
    )}</div>`;
  }

  layers() {
    return html`<canvas class="layer ways" aria-hidden="true"></canvas>
      <svg class="layer over marks" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  summary() {
    const { paths } = this;
    if (!paths.length) return this.t('race.waits');
    const names = this.names();
    const said = paths.map((path, k) => `${names[k]} ${loss(path.loss[pointAt(path.steps, this.moment.step)])}`);
    return this.t('race.curves.summary', {
      title: this.title,
      step: count(this.moment.step),
      losses: said.join(', '),
    });
  }

  get file() {
    const { options } = this.store.race;
    const { ground } = options;
    return `${ground === 'network' ? studyOf(this.store).dataset.name : ground}-race-${options.over}-curves`;
  }

  data() {
    return curveData(this.store, this.names());
  }

  /** Rows tell batches apart; all others see as many a step. @private */
  get goesBy() {
    return this.store.race.options.over === 'batch_size' ? this.along : 'steps';
  }

  /** How far along a path is after so many steps. @private @param {RacePath} path @param {number} step */
  lengthOf(path, step) {
    return this.goesBy === 'rows' && path.batch ? step * path.batch : step;
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
    const { paths, store } = this;
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.axes'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.ways'));
    if (!layer || !over || !canvas || this.size.width < 80 || this.size.height < 80) return;
    const span = spanOf(paths);
    canvas.hidden = !span;
    if (!span) {
      this.drawn = '';
      this.shown = null;
      layer.replaceChildren();
      over.replaceChildren();
      return;
    }
    const positive = this.log ? spanOf(paths, 0) : null;
    const logs = positive !== null;
    // Losses of 0 lie on the lower end of a logarithm, below all others.
    const zeros = logs && span[0] <= 0;
    const [least, high] = positive ?? span;
    const low = zeros ? belowZeros(least, high) : least;
    const ends = /** @type {[number, number]} */ (low < high ? [low, high] : [low * 0.9, low * 1.1 || 1]);
    const { width, height } = this.size;
    const names = this.names();
    const right = Math.min(width / 3, 22 + Math.max(...names.map((name) => textWidth(name) * 1.1)));
    const y = lossAxis(ends, logs, height - 46, zeros);
    const left = 30 + Math.max(0, ...y.ticks.map((tick) => textWidth(tick.label)));
    const frame = { width, height, left, right, top: 10, bottom: 38 };
    const last = Math.max(1, ...paths.map((path) => this.lengthOf(path, path.last)));
    const ticks = stepsOn(0, last, (width - left - right) / 80, true).map((at) => ({ at, label: count(at) }));
    this.axis = { left, right: width - right, last };
    /** @type {import('../../figures/plot-axes.js').Ticked} */
    const x = { domain: [0, last], ticks };
    const key = JSON.stringify([x, y, frame, this.goesBy, store.lang]);
    if (key !== this.drawn) {
      this.drawn = key;
      layer.replaceChildren(plotOf({ x, y }, frame, { x: this.t(`race.along.${this.goesBy}`), y: '' }, [], true));
    }
    const at = (/** @type {number} */ step) => frame.left + (step / last) * (width - left - right);
    const up = (/** @type {number} */ value) => {
      const share = shareOf(y, !logs ? value : value > 0 ? Math.log10(value) : value <= 0 ? y.domain[0] : NaN);
      return height - frame.bottom - share * (height - frame.top - frame.bottom);
    };
    this.layTrails({ paths, key, frame, at, up }, names);
    const target = store.race.options.ground === 'network' || span[0] > 0 ? this.target(paths, frame, up) : [];
    over.replaceChildren(...target, ...this.endNames(paths, names, frame, up));
    this.drawMoment(false);
  }

  /** The curves as they lie in the picture. @private @param {Shown} shown @param {string[]} names */
  layTrails(shown, names) {
    const { store } = this;
    shown.key = [shown.key, names, store.dark, palette.version, pixelRatio()].join();
    const last = this.shown;
    const { paths, at, up, frame } = shown;
    this.shown = shown;
    const isSame = last?.key === shown.key && paths.every((path, k) => path === last.paths[k]);
    if (isSame && last.paths.length === paths.length) return;
    const token = tokens(this, store.dark);
    const looks = looksOf(store.race.contestants, store.race.options.over);
    const tracks = paths.map((path, k) => ({
      x: path.steps.map((step) => at(this.lengthOf(path, step))),
      y: path.loss.map((one) => {
        const height = up(one);
        // Far outside lies as far outside as the picture is high.
        return Number.isFinite(height) ? Math.max(-frame.height, Math.min(2 * frame.height, height)) : NaN;
      }),
      color: token(`--series-${looks[k].at}`),
      dash: looks[k].dash,
      end: looks[k].end,
    }));
    this.trails.lay(tracks, token('--surface'), '');
  }

  /** The moment is another: what moves with it is drawn, and nothing else. */
  moved() {
    this.drawMoment(true);
  }

  /** @private @param {boolean} moving */
  drawMoment(moving) {
    const { shown } = this;
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.ways'));
    // Of another race it is drawn anew soon.
    if (!canvas || !shown || shown.paths.some((path, k) => path !== this.paths[k])) return;
    const { heads, marks } = this.momentOf(shown);
    this.trails.draw(canvas, shown.frame, heads, marks, moving, (g) => this.now(g));
  }

  /** @private @param {Shown} shown */
  momentOf({ paths, frame, at, up }) {
    const { step } = this.moment;
    const heads = paths.map((path) => pointAt(path.steps, step));
    const marks = paths.map((path, k) => ({
      x: at(this.lengthOf(path, path.steps[heads[k]])),
      y: Math.max(frame.top, Math.min(frame.height - frame.bottom, up(path.loss[heads[k]]) || frame.top)),
      out: isOut(path, step),
    }));
    return { heads, marks };
  }

  /** A line at the moment that is looked at. @private @param {CanvasRenderingContext2D} g */
  now(g) {
    if (!this.shown || this.goesBy !== 'steps') return;
    const { frame, at } = this.shown;
    const x = Math.round(at(this.moment.step)) + 0.5;
    g.beginPath();
    g.moveTo(x, frame.top);
    g.lineTo(x, frame.height - frame.bottom);
    g.lineWidth = 1;
    g.globalAlpha = 0.5;
    g.strokeStyle = tokens(this, this.store.dark)('--ink');
    g.stroke();
    g.globalAlpha = 1;
  }

  /** @param {HTMLCanvasElement} canvas */
  vectors(canvas) {
    const { shown } = this;
    if (!canvas.matches('.ways') || !shown) return null;
    const { heads, marks } = this.momentOf(shown);
    const draw = (/** @type {CanvasRenderingContext2D} */ g) =>
      this.trails.vectors(g, shown.frame, heads, marks, () => this.now(g));
    return { ratio: 1, draw };
  }

  /** Names stand at the ends of the lines, wherever the clock is. @private
   * @param {RacePath[]} paths @param {string[]} names @param {Frame} frame @param {Shown['up']} up */
  endNames(paths, names, frame, up) {
    const looks = looksOf(this.store.race.contestants, this.store.race.options.over);
    const floor = frame.height - frame.bottom;
    const ends = paths.map(({ loss }) => {
      let end = loss.length - 1;
      while (end > 0 && !Number.isFinite(loss[end])) end--;
      return Math.max(frame.top, Math.min(floor, up(loss[end]) || frame.top));
    });
    const x = frame.width - frame.right + 10;
    const look = { x, dy: '.35em', 'font-size': 12, 'font-weight': 600 };
    return spread(ends, 15, [frame.top + 4, floor]).map((y, k) =>
      element('text', { ...look, y: y.toFixed(1), fill: looks[k].color }, names[k]),
    );
  }

  /** @private @param {RacePath[]} paths @param {Frame} frame @param {Shown['up']} up */
  target(paths, frame, up) {
    const target = targetOf(paths);
    if (target === null) return [];
    const y = up(target);
    if (!(y > frame.top + 12 && y < frame.height - frame.bottom)) return [];
    const d = `M${frame.left},${y.toFixed(1)}H${frame.width - frame.right}`;
    const look = { x: frame.left + 6, y: y - 4, 'font-size': 11, fill: 'var(--ink-2)', ...HALO };
    return [
      element('path', { d, stroke: 'var(--line-2)', 'stroke-dasharray': '4 3' }),
      element('text', look, this.t('race.target', { loss: exact(target) })),
    ];
  }

  /** The clock follows the pointer that is held down. @private @param {PointerEvent} event */
  seek(event) {
    const { paths } = this;
    if (!paths.length || this.goesBy !== 'steps' || this.tabled) return;
    const { x } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    const { left, right, last } = this.axis;
    const step = ((x - left) / (right - left)) * last;
    this.dispatchEvent(new CustomEvent('seek', { detail: Math.max(0, Math.min(last, step)) }));
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (event.pointerType === 'touch') return;
    this.held = true;
    this.seek(event);
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (this.held && event.buttons) this.seek(event);
    else this.held = false;
  }

  onUp() {
    this.held = false;
  }

  onLeave() {}

  /** Arrow keys go through the steps. @param {KeyboardEvent} event */
  onKey(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.target !== event.currentTarget) return;
    event.preventDefault();
    event.stopPropagation();
    this.dispatchEvent(new CustomEvent('go', { detail: by * (event.shiftKey ? 10 : 1) }));
  }
}

define('tp-race-curves', TpRaceCurves);
