import { html } from 'lit';
import { FigurePart } from '../../figures/figure.js';
import { define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { pointIn } from '../../controls/pointer.js';
import { lossAxis } from '../../figures/curve-axes.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { count, exact, loss } from '../../study/format.js';
import { steps as stepsOn, shareOf, textWidth } from '../../study/scale.js';
import { studyOf } from '../../state/race.js';
import { isOut, pointAt, spanOf, spread, targetOf } from './clock.js';
import { curveData } from './data.js';
import { looksOf, nameOf, shapeOf } from './looks.js';

/**
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {import('../../state/race.js').RacePath} RacePath
 */

/** What a line goes over: steps, or rows that gradients were worked out of. */
const ALONG = /** @type {const} */ (['steps', 'rows']);

/** Each contestant's loss, under the race's clock. */
export class TpRaceCurves extends FigurePart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['race'];
  static properties = {
    ...FigurePart.properties,
    step: { attribute: false },
    log: { attribute: false },
    along: { state: true },
  };
  static figure = 'race-curves';
  static layer = 'axes';

  constructor() {
    super();
    /** The step that the clock shows. */ this.step = 0;
    /** Whether losses are drawn by their logarithm. */ this.log = true;
    /** @type {(typeof ALONG)[number]} */ this.along = 'steps';
    /** @private whether the clock follows the pointer */ this.held = false;
    /** @private the axes that are drawn, and the points of the paths */
    this.drawn = {
      axes: '',
      paths: /** @type {RacePath[]} */ ([]),
      points: /** @type {string[][]} */ ([]),
    };
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
    return html`<svg class="layer over marks" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  summary() {
    const { paths } = this;
    if (!paths.length) return this.t('race.waits');
    const names = this.names();
    const said = paths.map((path, k) => `${names[k]} ${loss(path.loss[pointAt(path.steps, this.step)])}`);
    return this.t('race.curves.summary', { title: this.title, step: count(this.step), losses: said.join(', ') });
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

  draw() {
    const { paths, store } = this;
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.axes'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    if (!layer || !over || this.size.width < 80 || this.size.height < 80) return;
    const span = spanOf(paths);
    if (!span) {
      this.drawn.axes = '';
      layer.replaceChildren();
      over.replaceChildren();
      return;
    }
    const logs = this.log && span[0] > 0;
    const { width, height } = this.size;
    const names = this.names();
    const right = Math.min(width / 3, 22 + Math.max(...names.map((name) => textWidth(name) * 1.1)));
    const y = lossAxis(span[0] < span[1] ? span : [span[0] * 0.9, span[1] * 1.1 || 1], logs, height - 46);
    const left = 30 + Math.max(0, ...y.ticks.map((tick) => textWidth(tick.label)));
    const frame = { width, height, left, right, top: 10, bottom: 38 };
    const last = Math.max(1, ...paths.map((path) => this.lengthOf(path, path.last)));
    const ticks = stepsOn(0, last, (width - left - right) / 80, true).map((at) => ({ at, label: count(at) }));
    this.axis = { left, right: width - right, last };
    /** @type {import('../../figures/plot-axes.js').Ticked} */
    const x = { domain: [0, last], ticks };
    const key = JSON.stringify([x, y, frame, this.goesBy, store.lang]);
    if (key !== this.drawn.axes) {
      this.drawn = { axes: key, paths: [], points: [] };
      layer.replaceChildren(plotOf({ x, y }, frame, { x: this.t(`race.along.${this.goesBy}`), y: '' }, [], true));
    }
    const at = (/** @type {number} */ step) => frame.left + (step / last) * (width - left - right);
    const up = (/** @type {number} */ value) => {
      const share = shareOf(y, logs ? Math.log10(value) : value);
      return height - frame.bottom - share * (height - frame.top - frame.bottom);
    };
    over.replaceChildren(...this.marks(paths, names, frame, at, up), ...this.clock(frame, at));
    if (store.race.options.ground === 'network' || span[0] > 0) this.target(over, paths, frame, up);
  }

  /** @private @param {RacePath[]} paths @param {string[]} names @param {Frame} frame
   * @param {(step: number) => number} at @param {(value: number) => number} up */
  marks(paths, names, frame, at, up) {
    const { contestants, options } = this.store.race;
    const looks = looksOf(contestants, options.over);
    const id = `race-curves-${Math.round(frame.width)}-${Math.round(frame.height)}`;
    const clip = element('clipPath', { id });
    const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
    clip.append(element('rect', { x: frame.left, y: frame.top, width: w + 1, height: h }));
    const floor = frame.height - frame.bottom;
    const made = [clip];
    const points = this.points(paths, at, up, frame);
    const ends = paths.map((path, k) => {
      const { color, dash } = looks[k];
      const here = pointAt(path.steps, this.step);
      const line = { fill: 'none', stroke: color, 'stroke-linejoin': 'round', 'clip-path': `url(#${id})` };
      /** @type {Record<string, string>} */
      const dashed = dash ? { 'stroke-dasharray': dash } : {};
      made.push(
        element('path', { ...line, d: lineOf(points[k].slice(here)), 'stroke-width': 1, opacity: 0.35 }),
        element('path', {
          ...line,
          ...dashed,
          d: lineOf(points[k].slice(0, here + 1)),
          'stroke-width': 2,
          'data-testid': 'race-curve',
        }),
      );
      const x = at(this.lengthOf(path, path.steps[here]));
      const y = Math.max(frame.top, Math.min(floor, up(path.loss[here]) || frame.top));
      const out = isOut(path, this.step);
      made.push(
        element('path', {
          d: out ? 'M-4,-4L4,4M-4,4L4,-4' : shapeOf(looks[k].end, 4.5),
          transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`,
          fill: out ? 'none' : color,
          stroke: out ? color : 'var(--surface)',
          'stroke-width': 1.5,
        }),
      );
      // Names stand at the ends of the lines, wherever the clock is.
      let end = path.loss.length - 1;
      while (end > 0 && !Number.isFinite(path.loss[end])) end--;
      return Math.max(frame.top, Math.min(floor, up(path.loss[end]) || y));
    });
    const heights = spread(ends, 15, [frame.top + 4, floor]);
    for (const [k, y] of heights.entries())
      made.push(
        element(
          'text',
          {
            x: frame.width - frame.right + 10,
            y: y.toFixed(1),
            dy: '.35em',
            'font-size': 12,
            'font-weight': 600,
            fill: looks[k].color,
          },
          names[k],
        ),
      );
    return made;
  }

  /** Each path's points as they stand in the picture, which the clock only cuts. @private
   * @param {RacePath[]} paths @param {(step: number) => number} at @param {(value: number) => number} up
   * @param {Frame} frame */
  points(paths, at, up, frame) {
    const { drawn } = this;
    if (paths.length !== drawn.paths.length || paths.some((path, k) => path !== drawn.paths[k])) {
      drawn.paths = paths;
      drawn.points = paths.map((path) =>
        path.loss.map((loss, point) => {
          const height = up(loss);
          if (!Number.isFinite(height)) return '';
          // Far outside lies as far outside as the picture is high.
          const y = Math.max(-frame.height, Math.min(2 * frame.height, height));
          return `${at(this.lengthOf(path, path.steps[point])).toFixed(1)},${y.toFixed(1)}`;
        }),
      );
    }
    return drawn.points;
  }

  /** @private @param {SVGSVGElement} over @param {RacePath[]} paths @param {Frame} frame
   * @param {(value: number) => number} up */
  target(over, paths, frame, up) {
    const target = targetOf(paths);
    if (target === null) return;
    const y = up(target);
    if (!(y > frame.top + 12 && y < frame.height - frame.bottom)) return;
    over.append(
      element('path', {
        d: `M${frame.left},${y.toFixed(1)}H${frame.width - frame.right}`,
        stroke: 'var(--line-2)',
        'stroke-dasharray': '4 3',
      }),
      element(
        'text',
        {
          x: frame.left + 6,
          y: y - 4,
          'font-size': 11,
          fill: 'var(--ink-2)',
          stroke: 'var(--surface)',
          'stroke-width': 4,
          'paint-order': 'stroke',
        },
        this.t('race.target', { loss: exact(target) }),
      ),
    );
  }

  /** The moment that is looked at. @private @param {Frame} frame @param {(step: number) => number} at */
  clock(frame, at) {
    if (this.goesBy !== 'steps') return [];
    const x = at(this.step).toFixed(1);
    return [
      element('path', {
        d: `M${x},${frame.top}V${frame.height - frame.bottom}`,
        stroke: 'var(--ink)',
        'stroke-width': 1,
        opacity: 0.5,
        'data-testid': 'race-now',
      }),
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

/** A line through points, of which some are none. @param {string[]} points */
function lineOf(points) {
  const some = points.filter(Boolean);
  return some.length ? `M${some.join('L')}` : '';
}

define('tp-race-curves', TpRaceCurves);
