import { html } from 'lit';
import { define } from '../../controls/part.js';
import { depthColor } from '../../figures/colors.js';
import { FigurePart } from '../../figures/figure.js';
import { element } from '../../figures/plot-axes.js';
import { drawRamp } from '../../figures/ramp.js';
import { scoreLabel, scoreName, scoreValue } from '../../state/spread.js';
import { scoreOf } from '../../study/result.js';
import { axisOf, scaleOfScores, shareOf } from '../../study/scale.js';
import { columnOf } from './belief.js';
import { paintCells, sidesOf } from './heat.js';
import { axesOf, paintOn, panesOf } from './panes.js';
import { crossOn } from './signs.js';

/**
 * @typedef {import('./contest.js').Contest} Contest
 * @typedef {import('../../study/types.js').BeliefTold} BeliefTold
 * @typedef {import('../../study/types.js').Trial} Trial
 */

const ROOM = { top: 30, gap: 26, high: 320, narrow: 560 };

/** What two samplers' trials say of the same plane, on one scale of colours. */
export class TpDuelSurfaces extends FigurePart {
  static properties = {
    ...FigurePart.properties,
    contest: { attribute: false },
    told: { attribute: false },
    axes: { attribute: false },
    version: { attribute: false },
  };
  static figure = 'duel-surfaces';

  constructor() {
    super();
    /** @type {Contest} */ this.contest = /** @type {any} */ (undefined);
    /** @type {(BeliefTold | null)[]} of both */ this.told = [];
    /** @type {string[]} */ this.axes = [];
    this.version = 0;
  }

  get title() {
    const [a, b] = this.contest.pair.map((name) => this.t(`duel.name.${name}`));
    return this.t('surfaces.title', { a, b });
  }

  note() {
    return '';
  }

  get ready() {
    return this.told.length === 2 && this.told.some((one) => one?.known);
  }

  get savable() {
    return this.ready;
  }

  get nothing() {
    return this.contest.beside.state === 'training' ? { name: 'surfaces-wait', text: this.t('surfaces.wait') } : null;
  }

  /** @private Trials of both. @returns {Trial[][]} */
  get trials() {
    const { contest } = this;
    return contest.pair.map((name) => contest.trialsOf(name, contest.repeat));
  }

  /** @private One scale for both. */
  get scale() {
    const { contest, trials } = this;
    const { metric } = contest.objective;
    const scores = trials
      .flat()
      .map((one) => scoreOf(one, metric))
      .filter(Number.isFinite);
    return scaleOfScores(scores, contest.objective);
  }

  /** @private A field as scores. @param {BeliefTold} told */
  scoresOf(told) {
    return columnOf(told.told, 0).map((one) => (this.contest.isUp ? -one : one));
  }

  summary() {
    const { contest, store, trials } = this;
    const { metric } = contest.objective;
    return contest.pair
      .map((name, k) => {
        const scores = trials[k].map((one) => scoreOf(one, metric)).filter(Number.isFinite);
        const best = contest.isUp ? Math.max(...scores) : Math.min(...scores);
        return this.t('surfaces.summary', {
          ...{ name: this.t(`duel.name.${name}`), n: trials[k].length, score: scoreName(store) },
          best: scores.length ? scoreValue(store, best) : '–',
        });
      })
      .join(' ');
  }

  get legend() {
    if (!this.ready) return null;
    const { scale, store } = this;
    return {
      ...{
        text: scoreName(store),
        title: '',
        low: scoreLabel(store, scale.best),
        high: scoreLabel(store, scale.worst),
      },
      color: (/** @type {number} */ share) => depthColor(1 - share, store.dark),
    };
  }

  /** @param {HTMLCanvasElement} canvas */
  paintRamp(canvas) {
    drawRamp(canvas, this.store, (share) => depthColor(1 - share, this.store.dark));
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { contest, store, trials, axes } = this;
    const { metric } = contest.objective;
    const rows = contest.pair.flatMap((name, k) => trials[k].map((trial) => ({ name, trial })));
    return {
      caption: this.t('surfaces.caption'),
      columns: [
        {
          ...{ key: 'sampler', label: this.t('duel.sampler') },
          value: ({ name }) => name,
          text: ({ name }) => this.t(`duel.name.${name}`),
        },
        {
          ...{ key: 'number', label: '#', num: true },
          value: ({ trial }) => trial.number,
          text: ({ trial }) => trial.number,
        },
        ...axes.map((axis) => ({
          ...{ key: axis, label: store.label(axis), num: true },
          value: (/** @type {any} */ { trial }) => trial.params[axis],
          text: (/** @type {any} */ { trial }) => store.setting(trial.params[axis]),
        })),
        {
          ...{ key: metric, label: scoreName(store), num: true },
          value: ({ trial }) => scoreOf(trial, metric),
          text: ({ trial }) =>
            trial.state === 'diverged' ? this.t('state.diverged') : scoreValue(store, scoreOf(trial, metric)),
        },
      ],
      rows,
      all: () => rows,
    };
  }

  layers() {
    return html`<canvas class="layer cells" aria-hidden="true"></canvas
      ><svg class="layer over" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  draw() {
    const plot = /** @type {HTMLElement | null} */ (this.querySelector('.plot'));
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.cells'));
    const { width } = this.size;
    if (!plot || !chart || !over || !canvas || width < 60) return;
    if (!this.ready || this.nothing) {
      plot.style.height = '';
      chart.replaceChildren();
      over.replaceChildren();
      canvas.width = 1;
      return;
    }
    const { contest, axes, told, scale, store, trials } = this;
    const space = /** @type {any} */ (contest.outcome?.study.space);
    const [x, y] = axes.map((name) => axisOf(name, space[name], store.setting));
    const { high, boxes } = panesOf(2, width, y, ROOM);
    plot.style.height = `${high}px`;
    const g = paintOn(canvas, width, high);
    if (!g) return;
    const svg = element('svg', { width, height: high, 'font-size': 11 });
    const marks = [];
    for (const [k, name] of contest.pair.entries()) {
      const box = boxes[k];
      svg.append(
        axesOf(box, box.left === boxes[0].left, x, y, (axis) => this.nameOf(axis)),
        element(
          'text',
          { x: box.left, y: box.top - 9, fill: 'var(--ink-2)', 'font-size': 13, 'font-weight': 600 },
          `${k ? 'B' : 'A'} · ${this.t(`duel.name.${name}`)}`,
        ),
      );
      const own = told[k];
      if (own?.known) {
        const scores = this.scoresOf(own);
        const [across, up] = [x, y].map((axis, at) => sidesOf(axis, own.axes[at]?.values ?? []));
        paintCells(g, box, across, up, (cell) => depthColor(scale.goodness(scores[cell]), store.dark));
      }
      for (const trial of trials[k]) {
        const [px, py] = [
          box.left + shareOf(x, x.to(/** @type {any} */ (trial.params[x.name]))) * box.width,
          box.top + (1 - shareOf(y, y.to(/** @type {any} */ (trial.params[y.name])))) * box.height,
        ];
        if (!Number.isFinite(px + py)) continue;
        marks.push(
          ...(Number.isFinite(scoreOf(trial, contest.objective.metric))
            ? [element('circle', { cx: px, cy: py, r: 3, fill: 'var(--ink)', stroke: 'var(--surface)' })]
            : crossOn(px, py)),
        );
      }
    }
    chart.replaceChildren(svg);
    over.replaceChildren(...marks);
  }

  /** @private @param {import('../../study/scale.js').Axis} axis */
  nameOf({ name, scale }) {
    return this.store.scaled(this.store.label(name), scale);
  }
}

define('tp-duel-surfaces', TpDuelSurfaces);
