import { html, svg } from 'lit';
import { FigurePart } from '../../figures/figure.js';
import { define } from '../../controls/part.js';
import { lossAxis } from '../../figures/curve-axes.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { exact, loss, number, rate } from '../../study/format.js';
import { logSteps, shareOf, textWidth, ticked } from '../../study/scale.js';
import { beside, endOf, spanOf, widthOf } from './plot.js';
import { suggested } from './settings.js';

/**
 * @typedef {import('./settings.js').Tested} Tested
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {{x: (step: number) => number, y: (loss: number) => number}} Places
 */

const MARGINS = { right: 12, top: 10, bottom: 38 };
/** From line to line of the marks' words. */
const LINE = 16;

/** The loss of a range test over its learning rates, as it comes in. */
export class TpRangeFigure extends FigurePart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = [];
  static properties = { ...FigurePart.properties, tested: { attribute: false }, words: { attribute: false } };
  static figure = 'range-test';
  static layer = 'axes';

  constructor() {
    super();
    /** @type {Tested} */ this.tested = /** @type {any} */ (null);
    /** What has come of it, in sentences. */ this.words = '';
    /** @private the axes that are drawn */ this.drawn = '';
  }

  get news() {
    return this.tested.news;
  }

  get title() {
    return this.t('range.figure');
  }

  get ready() {
    return this.news.losses.length > 0;
  }

  get savable() {
    return this.ready;
  }

  get file() {
    return `${this.tested.study.dataset.name}-${this.name}`;
  }

  get pictureTitle() {
    const { study } = this.tested;
    return `${this.title} – ${this.store.dataName(study)}`;
  }

  note() {
    const { losses } = this.news;
    if (!losses.length) return html``;
    const steps = this.t('range.partial', { done: losses.length, n: this.tested.range.steps });
    return html`<span class="q" data-testid="range-progress">${steps}</span>`;
  }

  summary() {
    return `${this.title}. ${this.words}`;
  }

  pictureKeys() {
    const line = (/** @type {string} */ color, /** @type {number} */ width) =>
      html`<svg viewBox="0 0 10 10" aria-hidden="true">${svg`<path d="M0 5h10" stroke=${color}
        stroke-width=${width} />`}</svg>`;
    return [
      { mark: line('var(--mark)', 1), text: this.t('range.key.step') },
      { mark: line('var(--ink)', 2), text: this.t('range.key.smoothed') },
    ];
  }

  controls() {
    return html`<div class="pickers">${this.keyLine(this.pictureKeys())}</div>`;
  }

  layers() {
    return html`<svg class="layer over marks" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  data() {
    const { rates, losses, smoothed, steepest, lowest } = this.news;
    const end = endOf(this.news);
    const marks = (/** @type {number} */ k) => [
      ...(k === steepest ? ['steepest'] : []),
      ...(k === lowest ? ['lowest'] : []),
      ...(k === end?.at && end.kind !== 'through' ? [end.kind] : []),
    ];
    const rows = losses.map((_, k) => k);
    const column = (
      /** @type {string} */ key,
      /** @type {string} */ label,
      /** @type {(k: number) => unknown} */ value,
      /** @type {(value: any, k: number) => unknown} */ text,
    ) => ({ key, label, num: true, text: (/** @type {number} */ k) => text(value(k), k), value });
    return {
      caption: this.words,
      columns: [
        column('step', this.t('range.step'), (k) => k + 1, exact),
        column('learning_rate', this.store.label('learning_rate'), (k) => rates[k], rate),
        column('loss', this.t('range.key.step'), (k) => losses[k], loss),
        column('smoothed_loss', this.t('range.key.smoothed'), (k) => smoothed[k], loss),
        {
          key: 'mark',
          label: this.t('range.mark'),
          text: (/** @type {number} */ k) =>
            marks(k)
              .map((one) => this.t(`range.mark.${one}`))
              .join(', '),
          value: (/** @type {number} */ k) => marks(k).join(' '),
        },
      ],
      rows,
      all: () => rows,
      isMarked: (/** @type {number} */ k) => k === steepest,
    };
  }

  onLeave() {}

  draw() {
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.axes'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const { width, height } = this.size;
    if (!layer || !over || width < 80 || height < 80) return;
    const { low, high } = this.tested.range;
    const span = spanOf(this.news);
    const y = lossAxis(span, false, height - MARGINS.top - MARGINS.bottom);
    const left = 30 + Math.max(14, ...y.ticks.map((tick) => textWidth(tick.label)));
    const frame = { width, height, left, ...MARGINS };
    const ticks = ticked(logSteps(low, high, (width - left) / 60), Math.log10);
    /** @type {import('../../figures/plot-axes.js').Ticked} */
    const x = { domain: [Math.log10(low), Math.log10(high)], ticks };
    const titles = { x: this.store.label('learning_rate'), y: this.t('range.loss') };
    const key = JSON.stringify([x, y, frame, titles]);
    if (key !== this.drawn) {
      this.drawn = key;
      layer.replaceChildren(plotOf({ x, y }, frame, titles, [], true));
    }
    const { rates } = this.news;
    const [across, up] = [width - left - frame.right, height - frame.top - frame.bottom];
    const places = {
      x: (/** @type {number} */ k) => left + shareOf(x, Math.log10(rates[k])) * across,
      // Far outside lies as far outside as the picture is high.
      y: (/** @type {number} */ value) =>
        Math.max(-height, Math.min(2 * height, height - frame.bottom - shareOf(y, value) * up)),
    };
    over.replaceChildren(...(span ? [...this.lines(frame, places), ...this.marks(frame, places)] : []));
  }

  /** @private @param {Frame} frame @param {Places} places */
  lines(frame, { x, y }) {
    const { losses, smoothed } = this.news;
    const id = `range-${Math.round(frame.width)}-${Math.round(frame.height)}`;
    const clip = element('clipPath', { id });
    const [width, height] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
    clip.append(element('rect', { x: frame.left, y: frame.top, width: width + 1, height }));
    const line = (
      /** @type {(number | null)[]} */ all,
      /** @type {string} */ stroke,
      /** @type {number} */ weight,
    ) => {
      const points = all.flatMap((one, k) => {
        const value = number(one);
        return Number.isFinite(value) ? [`${x(k).toFixed(1)},${y(value).toFixed(1)}`] : [];
      });
      const look = { fill: 'none', stroke, 'stroke-width': weight, 'stroke-linejoin': 'round' };
      return element('path', { ...look, d: points.length ? `M${points.join('L')}` : '', 'clip-path': `url(#${id})` });
    };
    return [clip, line(losses, 'var(--mark)', 1), line(smoothed, 'var(--ink)', 2)];
  }

  /** The rate that is suggested, the lowest loss, and where the loss was lost, in lines of their own so that none lies
   * over another. @private @param {Frame} frame @param {Places} places */
  marks(frame, { x, y }) {
    const { rates, smoothed, steepest, lowest } = this.news;
    const floor = frame.height - frame.bottom;
    const right = frame.width - frame.right;
    const inside = (/** @type {number} */ at) => Math.max(frame.top, Math.min(floor, at));
    const words = (
      /** @type {string} */ text,
      /** @type {number} */ at,
      /** @type {number} */ up,
      /** @type {Record<string, string | number>} */ look = {},
    ) => {
      const place = { x: beside(at, widthOf(text), frame.left + 4, right, 8).toFixed(1), y: up.toFixed(1) };
      const halo = {
        stroke: 'var(--surface)',
        'stroke-width': 4,
        'paint-order': 'stroke',
        'stroke-linejoin': 'round',
      };
      return element('text', { 'font-size': 12, fill: 'var(--ink-2)', ...halo, ...place, ...look }, text);
    };
    /** @type {SVGElement[]} */ const made = [];
    /** @type {SVGElement[]} words lie over all lines */ const said = [];
    const end = endOf(this.news);
    if (end && end.kind !== 'through') {
      let last = end.at;
      while (last > 0 && smoothed[last] === null) last--;
      const at = `translate(${x(end.at).toFixed(1)},${inside(y(number(smoothed[last]))).toFixed(1)})`;
      const cross = { d: 'M-4,-4L4,4M-4,4L4,-4', stroke: 'var(--ink)', 'stroke-width': 1.5, transform: at };
      const text = this.t(`range.label.${end.kind}`, { rate: rate(rates[end.at]) });
      made.push(element('path', cross));
      said.push(words(text, x(end.at), frame.top + 12 + LINE, { 'data-testid': 'range-end' }));
    }
    if (lowest !== null && smoothed[lowest] !== null) {
      const value = number(smoothed[lowest]);
      const at = { cx: x(lowest).toFixed(1), cy: inside(y(value)).toFixed(1) };
      const ring = { r: 4, fill: 'var(--surface)', stroke: 'var(--ink)', 'stroke-width': 1.5 };
      const text = this.t('range.label.lowest', { loss: loss(value), rate: rate(rates[lowest]) });
      made.push(element('circle', { ...ring, ...at }));
      said.push(words(text, x(lowest), floor - 6, { 'data-testid': 'range-lowest' }));
    }
    if (steepest !== null) {
      const at = x(steepest);
      const value = number(smoothed[steepest]);
      const line = { stroke: 'var(--accent)', 'stroke-width': 1.5, d: `M${at.toFixed(1)},${frame.top}V${floor}` };
      const dot = { cx: at.toFixed(1), cy: inside(y(value)).toFixed(1), r: 4.5, fill: 'var(--accent)' };
      const text = this.t('range.label.steepest', { rate: exact(suggested(rates[steepest])) });
      const bold = { fill: 'var(--accent)', 'font-weight': 600, 'data-testid': 'range-steepest' };
      made.push(element('path', line), element('circle', { ...dot, stroke: 'var(--surface)', 'stroke-width': 2 }));
      said.push(words(text, at, frame.top + 12, bold));
    }
    return [...made, ...said];
  }
}

define('tp-range-figure', TpRangeFigure);
