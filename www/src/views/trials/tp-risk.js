import { html, svg } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { lossAxis } from '../../figures/curve-axes.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { plusMinus, spreadAt } from '../../state/spread.js';
import { loss, number } from '../../study/format.js';
import { sweptOf } from '../../study/hyperparameters.js';
import { belowZeros, shareOf, textWidth } from '../../study/scale.js';
import { FieldFigure, NEAR } from './field-figure.js';

/**
 * Training loss, the empirical risk, beside validation loss, an estimate of the true one, over the only hyperparameter
 * that is swept: capacity against error.
 *
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {{trial: Trial, share: number, value: unknown, losses: number[], spreads: number[]}} Point `losses` and
 *   `spreads`: of training, of validation
 */

const MARGINS = { right: 14, top: 10, bottom: 38 };
const NAMES = /** @type {const} */ (['train_loss', 'validation_loss']);
const LOOKS = [
  { stroke: 'var(--ink-2)', 'stroke-dasharray': '5 3' },
  { stroke: 'var(--ink)', 'stroke-dasharray': '' },
];
/** Lines of more trials say nothing. */
const MOST = 400;

/** Whether there is one line to draw. @param {import('../../state/store.js').Store} store */
export const hasRisk = (store) => sweptOf(store.shownStudy).length === 1 && store.trials.size <= MOST;

export class TpRisk extends FieldFigure {
  static figure = 'risk';
  static file = 'risk';

  constructor() {
    super();
    /** @private @type {{x: number, y: number, number: number}[]} */ this.spots = [];
  }

  get title() {
    return this.t('risk.title');
  }

  /** @private The trials from the lowest value to the highest. @returns {Point[]} */
  get points() {
    return this.once('risk', () => {
      const { field } = this;
      const [axis] = field.searched;
      const all = [];
      for (let k = 0; k < field.n; k++) {
        const trial = field.trials[k];
        const record = trial.epochs.at(-1);
        const losses = NAMES.map((name) => number(record?.[name]));
        if (field.out[k] || trial.state !== 'complete' || !losses.every(Number.isFinite)) continue;
        const spreads = NAMES.map((name) => spreadAt(record, name));
        all.push({ trial, share: axis.shares[k], value: trial.params[axis.name], losses, spreads });
      }
      return all.filter(({ share }) => share >= 0).sort((a, b) => a.share - b.share);
    });
  }

  get lack() {
    const text = super.lack;
    return text || (this.field.begun && !this.points.length ? this.t('risk.none') : '');
  }

  summary() {
    if (!this.ready || this.lack) return this.lack;
    const { points, store } = this;
    const name = store.label(this.field.searched[0].name);
    const least = (/** @type {0 | 1} */ k) => points.reduce((a, b) => (b.losses[k] < a.losses[k] ? b : a));
    const [train, validation] = [least(0), least(1)];
    const gap = points.reduce((a, b) => (b.losses[1] - b.losses[0] > a.losses[1] - a.losses[0] ? b : a));
    return this.t('risk.summary', {
      name,
      train: loss(train.losses[0]),
      at_train: store.setting(train.value),
      validation: loss(validation.losses[1]),
      at_validation: store.setting(validation.value),
      gap: loss(gap.losses[1] - gap.losses[0]),
      at_gap: store.setting(gap.value),
    });
  }

  controls() {
    return html`<div class="pickers">${this.keyLine(this.pictureKeys())}</div>`;
  }

  pictureKeys() {
    return NAMES.map((name, k) => ({
      mark: html`<svg viewBox="0 0 18 10" width="18" aria-hidden="true">${svg`<path d="M0 5h18"
        stroke=${LOOKS[k].stroke} stroke-width="2" stroke-dasharray=${LOOKS[k]['stroke-dasharray']} />`}</svg>`,
      text: this.t(`risk.${name}`),
    }));
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { store } = this;
    const rows = this.ready && !this.lack ? this.points : [];
    const name = this.field.searched[0]?.name ?? '';
    const told = (/** @type {Point} */ one, /** @type {number} */ k) =>
      loss(one.losses[k]) + plusMinus(one.spreads[k], NAMES[k], store.task);
    return {
      caption: this.summary(),
      columns: [
        { key: 'trial', label: '#', num: true, text: ({ trial }) => trial.number, value: ({ trial }) => trial.number },
        {
          key: name,
          label: store.label(name),
          num: true,
          text: (one) => store.setting(one.value),
          value: (one) => one.value,
        },
        ...NAMES.map((key, k) => ({
          key,
          label: this.t(`risk.${key}`),
          num: true,
          text: (/** @type {Point} */ one) => told(one, k),
          value: (/** @type {Point} */ one) => one.losses[k],
        })),
        {
          key: 'gap',
          label: this.t('risk.gap'),
          num: true,
          text: ({ losses }) => loss(losses[1] - losses[0]),
          value: ({ losses }) => losses[1] - losses[0],
        },
      ],
      rows,
      all: () => rows,
    };
  }

  layers() {
    return this.overLayer();
  }

  emptied() {
    this.spots = [];
  }

  draw() {
    const stage = this.stage();
    if (!stage) return;
    const { chart, over, width, height } = stage;
    const { field, store, points } = this;
    const [axis] = field.searched;
    const ends = points.flatMap(({ losses, spreads }) =>
      losses.flatMap((one, k) => [one - (spreads[k] || 0), one + (spreads[k] || 0)]),
    );
    const positive = ends.filter((one) => one > 0);
    // Losses may all be exactly 0.
    const [low, high] = positive.length ? [Math.min(...positive), Math.max(...positive)] : [0, 1];
    const log = low > 0 && high / low > 20;
    const high4 = height - MARGINS.top - MARGINS.bottom;
    const zeros = log && points.some(({ losses }) => losses.includes(0));
    const edge = log ? 1.1 : 1.02;
    const bottom = zeros ? belowZeros(low, high) : low / edge;
    const y = lossAxis([bottom, high * edge], log, high4, zeros);
    const left = 30 + Math.max(14, ...y.ticks.map((tick) => textWidth(tick.label)));
    const frame = { width, height, left, ...MARGINS };
    const [wide, high2] = [width - left - MARGINS.right, high4];
    const place = (/** @type {number} */ share, /** @type {number} */ value) => {
      const at = log ? Math.log10(Math.max(value, bottom)) : value;
      return { x: left + share * wide, y: MARGINS.top + (1 - Math.max(0, Math.min(1, shareOf(y, at)))) * high2 };
    };
    const titles = { x: store.label(axis.name), y: this.t('risk.axis') };
    const key = [this.paintKey, field.brushKey, titles.x, titles.y, points.length].join();
    this.spots = points.flatMap(({ trial, share, losses }) =>
      losses.map((one) => ({ ...place(share, one), number: trial.number })),
    );
    if (this.isNew(key)) {
      const plot = plotOf({ x: axis.axis, y }, frame, titles, [], true);
      for (const [k, look] of LOOKS.entries()) {
        const text = (/** @type {{x: number, y: number}} */ at) => `${at.x.toFixed(1)},${at.y.toFixed(1)}`;
        const side = (/** @type {number} */ sign) =>
          points.map(({ share, losses, spreads }) => text(place(share, losses[k] + sign * (spreads[k] || 0))));
        if (points.some(({ spreads }) => spreads[k] > 0))
          plot.append(
            element('path', {
              d: `M${[...side(1), ...side(-1).reverse()].join('L')}Z`,
              fill: look.stroke,
              'fill-opacity': 0.14,
            }),
          );
        const d = `M${points.map(({ share, losses }) => text(place(share, losses[k]))).join('L')}`;
        plot.append(element('path', { d, fill: 'none', 'stroke-width': 2, 'stroke-linejoin': 'round', ...look }));
        for (const { share, losses } of points) {
          const at = place(share, losses[k]);
          plot.append(element('circle', { cx: at.x, cy: at.y, r: 2.6, fill: look.stroke }));
        }
      }
      chart.replaceChildren(plot);
    }
    const ring = (/** @type {number | null} */ wanted, /** @type {string} */ stroke) =>
      this.spots
        .filter((one) => one.number === wanted)
        .map(({ x, y: up }) => element('circle', { cx: x, cy: up, r: 6, fill: 'none', stroke, 'stroke-width': 2.2 }));
    over.replaceChildren(
      ...ring(store.hovered, 'var(--ink)'),
      ...ring(store.selected?.number ?? null, 'var(--accent)'),
    );
  }

  /** @protected @param {MouseEvent} event @returns {number | null} */
  trialAt(event) {
    const { x, y } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    let [found, near] = [/** @type {number | null} */ (null), NEAR * NEAR];
    for (const one of this.spots) {
      const far = (one.x - x) ** 2 + (one.y - y) ** 2;
      if (far < near) [found, near] = [one.number, far];
    }
    return found;
  }
}

define('tp-risk', TpRisk);
