import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { scoreName, scoreTicks, scoreValue } from '../../state/spread.js';
import { shareOf, textWidth } from '../../study/scale.js';
import { uprightOf } from './upright.js';
import { crossAt, ringAt } from './signs.js';
import { resumedSaid } from './words.js';
import { SlowFigure } from './slow-figure.js';

/**
 * @typedef {import('./pruning.js').Pruning} Pruning
 * @typedef {import('./pruning.js').Resumed} Resumed
 */

const TOP = 22;
const BOTTOM = 42;
const RIGHT = 16;
const NEAR = 16;
/** The worst tenth lies at the edge where it would flatten the rest. */
const KEPT = 0.9;

/** What pruned trials had when they were stopped, and what they came to. */
export class TpResumed extends SlowFigure {
  static properties = { ...SlowFigure.properties, pruning: { attribute: false }, version: { attribute: false } };
  static figure = 'resumed';

  constructor() {
    super();
    /** @type {Pruning} */ this.pruning = /** @type {any} */ (undefined);
    this.version = 0;
    /** @private @type {{x: number, y: number, one: Resumed}[]} */ this.marks = [];
  }

  get title() {
    return this.t('resumed.title');
  }

  heading() {
    return this.lettered(this.title);
  }

  get ready() {
    return this.pruning.resumed.length > 0;
  }

  summary() {
    return resumedSaid(this.store, this.pruning);
  }

  /** @private */
  get rows() {
    const sign = this.pruning.isUp ? -1 : 1;
    const cost = (/** @type {Resumed} */ { resumed }) => (Number.isFinite(resumed) ? sign * resumed : Infinity);
    return [...this.pruning.resumed].sort((a, b) => cost(a) - cost(b) || a.trial.number - b.trial.number);
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { store, rows } = this;
    const column = (
      /** @type {string} */ key,
      /** @type {string} */ label,
      /** @type {(row: Resumed) => unknown} */ value,
      /** @type {(row: Resumed) => unknown} */ text = value,
    ) => ({ key, label, num: true, value, text });
    const stopped = (/** @type {Resumed} */ { trial }) => store.score(trial);
    const won = new Set(this.pruning.winners);
    return {
      caption: this.summary(),
      columns: [
        column('number', '#', ({ trial }) => trial.number),
        column('epochs', this.t('resumed.epochs'), ({ trial }) => trial.epochs.length),
        column('stopped', this.t('resumed.stopped'), stopped, (one) => scoreValue(store, stopped(one))),
        column(
          'resumed',
          this.t('resumed.end'),
          ({ resumed }) => resumed,
          ({ resumed }) => (Number.isFinite(resumed) ? scoreValue(store, resumed) : this.t('state.diverged')),
        ),
        column(
          'won',
          this.t('resumed.won'),
          (one) => won.has(one),
          (one) => (won.has(one) ? this.t('resumed.yes') : '–'),
        ),
      ],
      rows,
      all: () => rows,
      isMarked: ({ trial }) => trial === store.selected,
    };
  }

  /** @private @param {number[]} all */
  axis(all) {
    const sorted = all.filter(Number.isFinite).sort((a, b) => a - b);
    const { isUp } = this.pruning;
    const cut = (/** @type {number} */ share) => sorted[Math.round(share * (sorted.length - 1))];
    const [low, high] = isUp ? [cut(1 - KEPT), cut(1)] : [cut(0), cut(KEPT)];
    const { domain, marks } = uprightOf(low, high, 0.08, 5);
    return { domain, ticks: scoreTicks(this.store, marks) };
  }

  draw() {
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const { width, height } = this.size;
    if (!chart || width < 60 || height < 60) return;
    this.marks = [];
    const { pruning, store } = this;
    const { resumed, best } = pruning;
    if (!resumed.length) return chart.replaceChildren();
    const y = this.axis([...resumed.map((one) => one.resumed), best]);
    const x = this.axis(resumed.map(({ trial }) => store.score(trial)));
    const left = 32 + Math.max(...y.ticks.map(({ label }) => textWidth(label)));
    const frame = { width, height, left, right: RIGHT, top: TOP, bottom: BOTTOM };
    const svg = plotOf(
      { x, y },
      frame,
      { x: this.t('resumed.x', { score: scoreName(store) }), y: this.t('resumed.y') },
      [
        element('rect', {
          x: left,
          y: TOP,
          width: width - left - RIGHT,
          height: height - TOP - BOTTOM,
          fill: 'var(--ground)',
        }),
      ],
    );
    const clamp = (/** @type {number} */ share) => Math.max(0.01, Math.min(0.99, share));
    const across = (/** @type {number} */ at) => left + clamp(shareOf(x, at)) * (width - left - RIGHT);
    const up = (/** @type {number} */ at) => TOP + (1 - clamp(shareOf(y, at))) * (height - TOP - BOTTOM);
    const winner = up(best);
    svg.append(
      element('path', { d: `M${left},${winner}H${width - RIGHT}`, stroke: 'var(--ink)', 'stroke-width': 1.4 }),
      element(
        'text',
        { x: width - RIGHT - 4, y: winner - 5, 'text-anchor': 'end', fill: 'var(--ink)', 'font-size': 11 },
        this.t('resumed.winner', { number: store.best ?? '–' }),
      ),
    );
    const won = new Set(pruning.winners);
    for (const one of resumed) {
      const stopped = store.score(one.trial);
      const at = Number.isFinite(stopped) ? across(stopped) : width - RIGHT - 6;
      const isLost = !Number.isFinite(one.resumed);
      const high = isLost ? TOP + 8 : up(one.resumed);
      this.marks.push({ x: at, y: high, one });
      if (isLost) svg.append(crossAt(at, high));
      else if (won.has(one)) svg.append(element('circle', { cx: at, cy: high, r: 4.4, fill: 'var(--ink)' }));
      else svg.append(ringAt(at, high, 3.4, 'var(--mark)', 1.4));
    }
    for (const [number, color, r] of /** @type {[number | null, string, number][]} */ ([
      [store.hovered, 'var(--ink)', 6],
      [store.selected?.number ?? null, 'var(--accent)', 7],
    ])) {
      const mark = this.marks.find(({ one }) => one.trial.number === number);
      if (mark) svg.append(ringAt(mark.x, mark.y, r, 'var(--surface)', 4.5), ringAt(mark.x, mark.y, r, color, 2.2));
    }
    chart.replaceChildren(svg);
  }

  /** @private @param {MouseEvent} event */
  trialAt(event) {
    const { x, y } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    let [found, near] = [/** @type {Resumed | null} */ (null), NEAR * NEAR];
    for (const mark of this.marks) {
      const far = (mark.x - x) ** 2 + (mark.y - y) ** 2;
      if (far < near) [found, near] = [mark.one, far];
    }
    return found ? found.trial.number : null;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.tabled) this.act('hover', this.trialAt(event));
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const found = this.tabled ? null : this.trialAt(event);
    if (found !== null) this.act('pick', found);
  }
}

define('tp-resumed', TpResumed);
