import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { scoreName, scoreValue } from '../../state/spread.js';
import { count } from '../../study/format.js';
import { textWidth } from '../../study/scale.js';
import { ABSENT } from './field.js';
import { FieldFigure } from './field-figure.js';
import { quantilesOf, reachedOf } from './tallies.js';
import { percent } from './words.js';

const MARGINS = { right: 14, top: 10, bottom: 38 };
/** Shares of the trials that the table names. */
const SHARES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9];
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** The empirical distribution: the share of the trials that are as good as a score, or better. */
export class TpDistribution extends FieldFigure {
  static figure = 'distribution';
  static file = 'empirical-distribution';

  constructor() {
    super();
    /** @private */ this.frame = { width: 0, height: 0, left: 0, ...MARGINS };
  }

  get title() {
    return this.t('distribution.title');
  }

  get lack() {
    return this.unscored;
  }

  summary() {
    if (this.lack) return this.lack;
    const { store, field } = this;
    const [half] = this.once('half', () => quantilesOf(field, false, [0.5]));
    return this.t(half === null ? 'distribution.few' : 'distribution.summary', {
      n: count(field.kept),
      score: scoreName(store),
      value: half === null ? '' : scoreValue(store, half),
    });
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { store, field } = this;
    const isBrushed = field.kept < field.begun;
    const ways = isBrushed ? [false, true] : [true];
    const found = ways.map((all) => quantilesOf(field, all, SHARES));
    const rows = SHARES.map((share, k) => ({ share, scores: found.map((one) => one[k]) }));
    const labels = isBrushed ? ['distribution.inside', 'distribution.all'] : ['distribution.all'];
    return {
      caption: this.t('distribution.caption', { score: scoreName(store) }),
      columns: [
        {
          key: 'share',
          label: this.t('distribution.share'),
          num: true,
          text: ({ share }) => percent(share),
          value: ({ share }) => share,
        },
        ...labels.map((key, k) => ({
          key: key.split('.')[1],
          label: this.t(key),
          num: true,
          text: (/** @type {any} */ { scores }) => (scores[k] === null ? '–' : scoreValue(store, scores[k])),
          value: (/** @type {any} */ { scores }) => scores[k],
        })),
      ],
      rows,
      all: () => rows,
    };
  }

  layers() {
    return this.overLayer();
  }

  draw() {
    const stage = this.stage();
    if (!stage) return;
    const { chart, over, width, height } = stage;
    const { field, store } = this;
    const { axis } = field.score;
    this.frame = { width, height, left: 30 + textWidth('100%'), ...MARGINS };
    const { left, right, top, bottom } = this.frame;
    const [wide, high] = [width - left - right, height - top - bottom];
    const bins = Math.max(1, Math.round(wide));
    const titles = { x: scoreName(store, true), y: this.t('distribution.axis') };
    const key = [this.paintKey, field.brushKey, titles.x, titles.y].join();
    if (this.isNew(key)) {
      const y = {
        domain: /** @type {[number, number]} */ ([0, 1]),
        ticks: TICKS.map((at) => ({ at, label: percent(at) })),
      };
      const plot = plotOf({ x: axis, y }, this.frame, titles, [], true);
      const line = (/** @type {boolean} */ all, /** @type {object} */ look) => {
        const { reached } = reachedOf(field, field.score.shares, all, bins);
        let d = '';
        for (let j = 0; j <= bins; j++) {
          const place = `${(left + (j / bins) * wide).toFixed(1)},${(top + (1 - reached[j]) * high).toFixed(1)}`;
          d += j ? `L${place}` : `M${place}`;
        }
        return element('path', { d, fill: 'none', 'stroke-linejoin': 'round', ...look });
      };
      if (field.kept < field.begun)
        plot.append(line(true, { stroke: 'var(--mark)', 'stroke-width': 1.4, 'stroke-dasharray': '4 3' }));
      plot.append(line(false, { stroke: 'var(--ink)', 'stroke-width': 2 }));
      chart.replaceChildren(plot);
    }
    over.replaceChildren(
      ...this.markOf(store.hovered, 'var(--ink)', 1.5),
      ...this.markOf(store.selected?.number ?? null, 'var(--accent)', 2.4),
    );
  }

  /** @private A trial on the axis of scores. @param {number | null} number @param {string} stroke
   * @param {number} width */
  markOf(number, stroke, width) {
    const { field, frame } = this;
    const share = field.score.shares[field.indexOf(number)];
    if (!(share >= 0)) return [];
    const x = frame.left + share * (frame.width - frame.left - frame.right);
    const d = `M${x.toFixed(1)},${frame.top}V${frame.height - frame.bottom}`;
    return [
      element('path', { d, stroke: 'var(--surface)', 'stroke-width': width + 2.4 }),
      element('path', { d, stroke, 'stroke-width': width }),
    ];
  }

  /** @protected The trial whose score is nearest. @param {MouseEvent} event @returns {number | null} */
  trialAt(event) {
    const { field, frame } = this;
    const { x } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    const at = (x - frame.left) / (frame.width - frame.left - frame.right);
    let [found, near] = [-1, 0.05];
    for (let k = 0; k < field.n; k++) {
      if (field.out[k] || field.looks[k] === ABSENT) continue;
      const far = Math.abs(field.score.shares[k] - at);
      if (far < near) [found, near] = [k, far];
    }
    return found < 0 ? null : field.trials[found].number;
  }
}

define('tp-distribution', TpDistribution);
