import { html, svg } from 'lit';
import { FigurePart } from '../../figures/figure.js';
import { define } from '../../controls/part.js';
import { lossAxis } from '../../figures/curve-axes.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { count, loss, rate } from '../../study/format.js';
import { shareOf, steps, textWidth } from '../../study/scale.js';
import { layerName, lostAt, ownsSteps, sharpness, spanOf, timesOf } from './story.js';

/**
 * @typedef {import('./story.js').Point} Point
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {{x: (at: number) => number, y: (value: number) => number}} Places
 */

const MARGINS = { right: 14, top: 10, bottom: 38 };

/** Sharpness along a training beside the limit of stability, as it comes in. */
export class TpSharpnessFigure extends FigurePart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = [];
  static properties = {
    ...FigurePart.properties,
    points: { attribute: false },
    news: { attribute: false },
    trial: { attribute: false },
    study: { attribute: false },
    words: { attribute: false },
    running: { attribute: false },
  };
  static figure = 'sharpness';
  static layer = 'axes';

  constructor() {
    super();
    /** @type {Point[]} */ this.points = [];
    /** @type {import('../../study/types.js').SharpNews | null} */ this.news = null;
    /** @type {import('../../study/types.js').Trial} */ this.trial = /** @type {any} */ (null);
    /** @type {import('../../study/types.js').Study} */ this.study = /** @type {any} */ (null);
    /** What has come of it, in sentences. */ this.words = '';
    this.running = false;
    /** @private the axes that are drawn */ this.drawn = '';
  }

  get title() {
    return this.t('sharp.figure');
  }

  get ready() {
    return this.points.length > 0;
  }

  get savable() {
    return this.ready;
  }

  get file() {
    return `${this.study.dataset.name}-${this.name}-${this.trial.number}`;
  }

  get pictureTitle() {
    const { study, trial } = this;
    const data = this.store.dataName(study);
    return `${this.title} – ${data}, ${this.t('trial.number', { number: trial.number })}`;
  }

  /** Whether the optimizer has step sizes of its own. @private */
  get owns() {
    return ownsSteps(this.points);
  }

  note() {
    const { points, news } = this;
    if (!this.running || !points.length || !news) return html``;
    const values = { at: count(points[points.length - 1].at), of: count(news.steps) };
    return html`<span class="q" data-testid="sharp-progress">${this.t('sharp.partial', values)}</span>`;
  }

  summary() {
    return `${this.title}. ${this.words}`;
  }

  pictureKeys() {
    const line = (/** @type {string} */ color, /** @type {number} */ width, /** @type {string} */ dash) =>
      html`<svg viewBox="0 0 18 10" width="18" aria-hidden="true">${svg`<path d="M0 5h18" stroke=${color}
        stroke-width=${width} stroke-dasharray=${dash} />`}</svg>`;
    return [
      { mark: line('var(--ink)', 2, ''), text: this.t(this.owns ? 'sharp.key.own' : 'sharp.key.plain') },
      { mark: line('var(--ink-2)', 1.5, '5 3'), text: this.t('sharp.key.limit') },
    ];
  }

  controls() {
    return html`<div class="pickers">${this.keyLine(this.pictureKeys())}</div>`;
  }

  layers() {
    return html`<svg class="layer over marks" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  data() {
    const { points, news, owns } = this;
    const column = (
      /** @type {string} */ key,
      /** @type {string} */ label,
      /** @type {(point: Point) => number} */ value,
      /** @type {(value: number) => string} */ text,
    ) => ({
      key,
      label,
      num: true,
      text: (/** @type {Point} */ point) => text(value(point)),
      value: (/** @type {Point} */ point) => (Number.isNaN(value(point)) ? null : value(point)),
    });
    const layers = points[0]?.gradients.length ?? 0;
    const name = (/** @type {number} */ k) => layerName((key, values) => this.t(key, values), k, layers);
    /** @type {[string, string, (point: Point) => number[]][]} */
    const perLayer = [
      ['gradient_norm', 'sharp.column.gradient', (point) => point.gradients],
      ['weight_norm', 'sharp.column.weight', (point) => point.weights],
      ['curvature', 'sharp.column.curvature', (point) => point.curvatures],
      ['largest_sum', 'sharp.column.reach', (point) => point.reach],
      ['share', 'sharp.column.share', (point) => point.shares],
    ];
    const lost = this.trial.state === 'diverged' ? lostAt(points, owns) : -1;
    return {
      caption: this.words,
      columns: [
        column(
          news ? 'step' : 'epoch',
          this.t(news ? 'sharp.column.step' : 'sharp.column.epoch'),
          (one) => one.at,
          count,
        ),
        column('learning_rate', this.store.label('learning_rate'), (one) => one.rate, rate),
        column('loss', this.t('sharp.column.loss'), (one) => one.loss, loss),
        column('sharpness', this.t('sharp.key.plain'), (one) => one.largest, loss),
        ...(owns ? [column('preconditioned', this.t('sharp.key.own'), (one) => one.preconditioned, loss)] : []),
        column('limit', this.t('sharp.key.limit'), (one) => one.limit, loss),
        column('residual', this.t('sharp.column.residual'), (one) => one.residual, rate),
        ...perLayer.flatMap(([key, label, of]) =>
          points.some((point) => of(point).some((value) => !Number.isNaN(value)))
            ? Array.from({ length: layers }, (_, k) =>
                column(`${key}_${k + 1}`, `${this.t(label)}, ${name(k)}`, (one) => of(one)[k] ?? NaN, loss),
              )
            : [],
        ),
      ],
      rows: points,
      all: () => points,
      isMarked: (/** @type {Point} */ point) => points.indexOf(point) === lost,
    };
  }

  onLeave() {}

  draw() {
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.axes'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const { width, height } = this.size;
    if (!layer || !over || width < 80 || height < 80) return;
    const { points, news, trial } = this;
    const span = spanOf(points);
    const y = lossAxis(span, true, height - MARGINS.top - MARGINS.bottom);
    const left = 30 + Math.max(14, ...y.ticks.map((tick) => textWidth(tick.label)));
    const frame = { width, height, left, ...MARGINS };
    const first = news ? 0 : 1;
    const seen = points[points.length - 1]?.at ?? first + 1;
    const end = Math.max(first + 1, this.running ? (news?.steps ?? seen) : (news?.diverged_at ?? seen));
    /** @type {import('../../figures/plot-axes.js').Ticked} */
    const x = {
      domain: [first, end],
      ticks: steps(first, end, (width - left) / 70, true).map((at) => ({ at, label: count(at) })),
    };
    const titles = { x: this.t(news ? 'sharp.axis.step' : 'sharp.axis.epoch'), y: this.t('sharp.axis') };
    const key = JSON.stringify([x, y, frame, titles]);
    if (key !== this.drawn) {
      this.drawn = key;
      layer.replaceChildren(plotOf({ x, y }, frame, titles, [], true));
    }
    const [across, up] = [width - left - frame.right, height - frame.top - frame.bottom];
    const places = {
      x: (/** @type {number} */ at) => left + shareOf(x, at) * across,
      // Far outside lies as far outside as the picture is high.
      y: (/** @type {number} */ value) =>
        Math.max(-height, Math.min(2 * height, height - frame.bottom - shareOf(y, Math.log10(value)) * up)),
    };
    const diverged = trial.state === 'diverged' && !this.running ? (news?.diverged_at ?? null) : null;
    over.replaceChildren(...(span ? [...this.lines(frame, places), ...this.marks(frame, places, diverged)] : []));
  }

  /** @private @param {Frame} frame @param {Places} places */
  lines(frame, { x, y }) {
    const { points, owns } = this;
    const id = `sharp-${Math.round(frame.width)}-${Math.round(frame.height)}`;
    const clip = element('clipPath', { id });
    const [width, height] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
    clip.append(element('rect', { x: frame.left, y: frame.top, width: width + 1, height }));
    const place = (/** @type {number} */ at, /** @type {number} */ value) =>
      `${x(at).toFixed(1)},${y(value).toFixed(1)}`;
    /** Runs of points that have a value. @param {(point: Point) => number} of */
    const runs = (of) => {
      /** @type {string[][]} */ const all = [[]];
      for (const point of points) {
        const value = of(point);
        if (value > 0 && Number.isFinite(value)) all[all.length - 1].push(place(point.at, value));
        else if (all[all.length - 1].length) all.push([]);
      }
      return all.filter((run) => run.length);
    };
    const line = (/** @type {(point: Point) => number} */ of, /** @type {Record<string, string | number>} */ look) =>
      element('path', {
        fill: 'none',
        'stroke-linejoin': 'round',
        'clip-path': `url(#${id})`,
        d: runs(of)
          .map((run) => `M${run.join('L')}${run.length === 1 ? 'h0.1' : ''}`)
          .join(''),
        ...look,
      });
    const limit = runs((point) => point.limit).map((run) => {
      const [first, last] = [run[0], run[run.length - 1]].map((one) => one.split(',')[0]);
      const d = `M${run.join('L')}L${last},${frame.top}L${first},${frame.top}Z`;
      return element('path', { d, fill: 'var(--sunken)', opacity: 0.7, 'clip-path': `url(#${id})` });
    });
    return [
      clip,
      ...limit,
      line((point) => point.limit, { stroke: 'var(--ink-2)', 'stroke-width': 1.5, 'stroke-dasharray': '5 3' }),
      line((point) => sharpness(point, owns), { stroke: 'var(--ink)', 'stroke-width': 2, 'stroke-linecap': 'round' }),
    ];
  }

  /** The words of the limit, where the sharpness first rose above it, and where the training diverged.
   * @private @param {Frame} frame @param {Places} places @param {number | null} divergedAt */
  marks(frame, { x, y }, divergedAt) {
    const { points, owns } = this;
    const [right, floor] = [frame.width - frame.right, frame.height - frame.bottom];
    const inside = (/** @type {number} */ at) => Math.max(frame.top + 6, Math.min(floor - 6, at));
    const halo = { stroke: 'var(--surface)', 'stroke-width': 4, 'paint-order': 'stroke', 'stroke-linejoin': 'round' };
    const words = (
      /** @type {string} */ text,
      /** @type {number} */ at,
      /** @type {number} */ up,
      /** @type {Record<string, string | number>} */ look,
    ) =>
      element(
        'text',
        { 'font-size': 12, fill: 'var(--ink-2)', ...halo, x: at.toFixed(1), y: up.toFixed(1), ...look },
        text,
      );
    /** @type {SVGElement[]} */ const made = [];
    const limited = points.find((point) => Number.isFinite(point.limit) && point.limit > 0);
    if (limited) {
      const up = inside(y(limited.limit));
      const text = this.t(owns ? 'sharp.label.limit.own' : 'sharp.label.limit', { limit: loss(limited.limit) });
      made.push(words(text, frame.left + 6, up > frame.top + 26 ? up - 6 : up + 16, { 'data-testid': 'sharp-limit' }));
    }
    const k = divergedAt === null ? points.findIndex((point) => timesOf(point, owns) > 1) : lostAt(points, owns);
    const crossed = points[k];
    if (crossed) {
      const at = { cx: x(crossed.at).toFixed(1), cy: inside(y(sharpness(crossed, owns))).toFixed(1) };
      const ring = { r: 4.5, fill: 'var(--surface)', stroke: 'var(--ink)', 'stroke-width': 1.5, ...at };
      made.push(element('circle', { ...ring, 'data-testid': 'sharp-crossed' }));
    }
    if (divergedAt !== null) {
      const at = x(divergedAt);
      const cross = { d: 'M-4,-4L4,4M-4,4L4,-4', stroke: 'var(--ink)', 'stroke-width': 1.5 };
      made.push(
        element('path', { ...cross, transform: `translate(${Math.min(at, right - 5).toFixed(1)},${frame.top + 8})` }),
      );
      const text = this.t('sharp.label.diverged', { at: count(divergedAt) });
      const look = { 'text-anchor': 'end', fill: 'var(--ink)', 'data-testid': 'sharp-diverged' };
      made.push(words(text, Math.min(at, right) - 12, frame.top + 12, look));
    }
    return made;
  }
}

define('tp-sharpness-figure', TpSharpnessFigure);
