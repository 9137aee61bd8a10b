import { define } from '../../controls/part.js';
import { FigurePart } from '../../figures/figure.js';
import { element } from '../../figures/plot-axes.js';
import { sweptOf } from '../../study/hyperparameters.js';
import { axisOf, shareOf, textWidth, thinning } from '../../study/scale.js';
import { distinct } from './duel.js';
import { lookOf } from './duel-looks.js';

/** @typedef {import('./contest.js').Contest} Contest */

const ROW = 34;
const TOP = 24;
const BOTTOM = 26;
const NARROWEST = 150;

/** Where each sampler's trials lie on every axis: what of them is left when the other axes do not matter. */
export class TpProjections extends FigurePart {
  static properties = { ...FigurePart.properties, contest: { attribute: false }, version: { attribute: false } };
  static figure = 'projections';

  constructor() {
    super();
    /** @type {Contest} */ this.contest = /** @type {any} */ (undefined);
    this.version = 0;
  }

  get title() {
    return this.t('projections.title');
  }

  note() {
    return '';
  }

  get ready() {
    return this.contest.ended > 0;
  }

  get savable() {
    return this.ready;
  }

  /** @private Names of the axes. */
  get axes() {
    return sweptOf(/** @type {any} */ (this.contest.outcome?.study)).map(({ name }) => name);
  }

  /** @private */
  get rows() {
    const { contest } = this;
    return (contest.outcome?.names ?? [])
      .map((name) => ({ name, trials: contest.trialsOf(name, contest.repeat) }))
      .filter(({ trials }) => trials.length);
  }

  summary() {
    const { store, axes, rows } = this;
    return rows
      .map(({ name, trials }) =>
        this.t('projections.row', {
          ...{ name: this.t(`duel.name.${name}`), n: trials.length },
          list: axes.map((axis) => `${store.label(axis)} ${distinct(trials, axis)}`).join(', '),
        }),
      )
      .join(' ');
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { store, axes, rows } = this;
    return {
      caption: this.t('projections.caption'),
      columns: [
        {
          ...{ key: 'sampler', label: this.t('duel.sampler') },
          value: ({ name }) => name,
          text: ({ name }) => this.t(`duel.name.${name}`),
        },
        {
          ...{ key: 'trials', label: this.t('duel.trials'), num: true },
          value: ({ trials }) => trials.length,
          text: ({ trials }) => trials.length,
        },
        ...axes.map((axis) => ({
          ...{ key: axis, label: store.label(axis), num: true },
          value: (/** @type {any} */ { trials }) => distinct(trials, axis),
          text: (/** @type {any} */ { trials }) => distinct(trials, axis),
        })),
      ],
      rows,
      all: () => rows,
    };
  }

  draw() {
    const plot = /** @type {HTMLElement | null} */ (this.querySelector('.plot'));
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const { width } = this.size;
    if (!plot || !chart || width < 60) return;
    if (!this.ready) return chart.replaceChildren();
    const { rows, axes, store, contest } = this;
    const space = /** @type {any} */ (contest.outcome?.study.space);
    const left =
      12 + Math.max(...rows.map(({ name }) => (store.lang === 'ko' ? 12 : 7) * this.t(`duel.name.${name}`).length));
    const columns = Math.max(1, Math.min(axes.length, Math.floor((width - left) / NARROWEST)));
    const gap = 26;
    const wide = (width - left - 14 - gap * (columns - 1)) / columns;
    const band = TOP + BOTTOM + ROW * rows.length;
    const height = Math.ceil(axes.length / columns) * band;
    plot.style.height = `${height}px`;
    const svg = element('svg', { width, height, 'font-size': 11 });
    for (const [k, name] of axes.entries()) {
      const axis = axisOf(name, space[name], store.setting);
      const x0 = left + (k % columns) * (wide + gap);
      const y0 = Math.floor(k / columns) * band;
      const at = (/** @type {any} */ value) => x0 + shareOf(axis, axis.to(value)) * wide;
      const label = store.scaled(store.label(name), axis.scale);
      svg.append(element('text', { x: x0, y: y0 + 13, fill: 'var(--ink-2)', 'font-size': 12 }, label));
      for (const [row, { name: who, trials }] of rows.entries()) {
        const y = y0 + TOP + row * ROW;
        const { color } = lookOf(who);
        svg.append(
          element('path', { d: `M${x0},${y + ROW - 10}h${wide}`, stroke: 'var(--line-2)' }),
          ...trials
            .filter(({ params }) => Number.isFinite(at(params[name])))
            .map(({ params }) =>
              element('path', {
                d: `M${at(params[name]).toFixed(1)},${y + ROW - 10}v-14`,
                ...{ stroke: color, 'stroke-width': 1.5, opacity: 0.75 },
              }),
            ),
          element(
            'text',
            { x: x0 + wide, y: y + 3, dy: '.35em', 'text-anchor': 'end', fill: 'var(--ink-3)' },
            this.t('projections.values', { n: distinct(trials, name) }),
          ),
        );
        if (k % columns === 0)
          svg.append(
            element(
              'text',
              { x: left - 10, y: y + ROW - 16, 'text-anchor': 'end', fill: color },
              this.t(`duel.name.${who}`),
            ),
          );
      }
      const bottom = y0 + TOP + rows.length * ROW + 4;
      const every = thinning(
        axis.ticks.map((tick) => [x0 + shareOf(axis, tick.at) * wide, textWidth(tick.label) + 4]),
        1,
      );
      for (const [j, tick] of axis.ticks.entries())
        if (j % every === 0)
          svg.append(
            element(
              'text',
              { x: x0 + shareOf(axis, tick.at) * wide, y: bottom + 6, 'text-anchor': 'middle', fill: 'var(--ink-3)' },
              tick.label,
            ),
          );
    }
    chart.replaceChildren(svg);
  }
}

define('tp-projections', TpProjections);
