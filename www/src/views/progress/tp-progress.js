import { html, nothing } from 'lit';
import { FigurePart } from '../../figures/figure.js';
import { define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { lossAxis } from '../../figures/curve-axes.js';
import { SvgMarks } from '../../figures/marks.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { lookOf, scoreScale } from '../../state/score.js';
import { isPossible, scoreBounds, scoreLabel, scoreName, scoreText, scoreValue } from '../../state/spread.js';
import { count } from '../../study/format.js';
import { progressOf, rungsOf } from '../../study/progress.js';
import { bounded, roomy, shareOf, steps as roundSteps, textWidth } from '../../study/scale.js';
import { pointIn } from '../../controls/pointer.js';

/**
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../study/progress.js').Point} Point
 */

const MARGINS = { right: 16, top: 10, bottom: 38 };
/** A pointer this near to a mark means that mark. */
const NEAR = 22;
/** So many trials have marks of their own; of more the line alone is drawn. */
const MARKED = 400;
/** So many rows stand in the table; the file has all. */
const ROWS = 500;

/** The best score so far over the steps that were spent on it, with every trial where it ended. */
export class TpProgress extends FigurePart {
  static figure = 'progress';
  static file = 'best-so-far';

  constructor() {
    super();
    /** @private */ this.drawn = '';
    /** @private @type {SvgMarks | null} */ this.marks = null;
    /** @private @type {import('../../figures/marks.js').Spot[]} */ this.spots = [];
    /** @private @type {{version: number, runs: number, points: Point[]}} */
    this.kept = { version: -1, runs: -1, points: [] };
  }

  get title() {
    return this.t('progress.title');
  }

  heading() {
    return this.lettered(this.title);
  }

  /** @private */
  get points() {
    const { store, kept } = this;
    if (kept.version !== store.version || kept.runs !== store.runs)
      this.kept = {
        version: store.version,
        runs: store.runs,
        points: progressOf(store.trials.values(), store.objective),
      };
    return this.kept.points;
  }

  tools() {
    return html`<button type="button" class="ib" data-testid="show-curves" aria-pressed="true"
      aria-label=${this.title} title=${this.t('curves.title')}
      @click=${() => this.dispatchEvent(new CustomEvent('mode', { bubbles: true, detail: 'curves' }))}>${icon(
        'progress',
      )}</button>`;
  }

  controls() {
    const rungs = this.rungs();
    return html`<div class="pickers">${this.keyLine(this.stateKeys())}${
      rungs.length
        ? html`<span class="q2" data-testid="rungs" title=${this.t('progress.rungs.title', {
            list: rungs.join('; '),
          })}>${rungs.length > 4 ? this.t('progress.rungs', { n: rungs.length }) : rungs.join(' · ')}</span>`
        : nothing
    }</div>`;
  }

  pictureKeys() {
    return this.stateKeys();
  }

  /** @private */
  rungs() {
    return rungsOf(this.store.trials.values()).map((one) =>
      this.t('progress.rung', { epoch: one.epoch, reached: count(one.reached), stopped: count(one.stopped) }),
    );
  }

  layers() {
    return html`<svg class="layer over marks" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  emptyState() {
    return this.invitation();
  }

  summary() {
    const { store, points } = this;
    const last = points.at(-1);
    const score = scoreName(store, true);
    const found = last && points.find((one) => one.best === last.best && one.best !== null);
    const said = found
      ? this.t('progress.summary', {
          score,
          n: points.length,
          best: scoreText(store, found.trial),
          steps: count(found.steps),
          number: found.trial.number,
        })
      : this.t('progress.summary.none', { score });
    const rungs = this.rungs();
    return rungs.length ? `${said} ${this.t('progress.rungs.title', { list: rungs.join('; ') })}.` : said;
  }

  data() {
    const { store, points } = this;
    const score = scoreName(store);
    const column = (
      /** @type {string} */ key,
      /** @type {string} */ label,
      /** @type {(one: Point) => unknown} */ value,
      /** @type {(one: Point) => unknown} */ text = value,
    ) => ({ key, label, num: key !== 'state', value, text });
    return {
      caption: this.t('progress.caption'),
      columns: [
        column('number', '#', ({ trial }) => trial.number),
        column(
          'steps_so_far',
          this.t('progress.step'),
          ({ steps }) => steps,
          ({ steps }) => count(steps),
        ),
        column(
          'state',
          this.t('table.state'),
          ({ trial }) => trial.state,
          ({ trial }) => this.t(`state.${lookOf(store, trial)}`),
        ),
        column('epochs', this.t('table.epochs'), ({ trial }) => trial.epochs.length),
        column(
          store.objective.metric,
          score,
          (one) => one.score,
          (one) => scoreValue(store, one.score),
        ),
        column(
          'best',
          this.t('progress.best'),
          ({ best }) => best,
          ({ best }) => (best === null ? '–' : scoreValue(store, best)),
        ),
      ],
      rows: points.slice(-ROWS),
      all: () => points,
      isMarked: (/** @type {Point} */ { trial }) => trial === store.selected,
    };
  }

  draw() {
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const { width, height } = this.size;
    if (!layer || !over || width < 80 || height < 80) return;
    const { store, points } = this;
    const scale = scoreScale(store);
    const isLog = scale.log && points.some(({ score }) => score > 0);
    const scores = points
      .filter(({ score }) => Number.isFinite(score) && (!isLog || score > 0))
      .map((one) => one.score);
    const to = (/** @type {number} */ value) => (isLog ? Math.log10(value) : value);
    // The highest tenth lies on the upper edge.
    const sorted = Float64Array.from(scores).sort();
    const isUp = store.objective.direction === 'maximize';
    const cut = (/** @type {number} */ share) => sorted[Math.floor(share * (sorted.length - 1))];
    const ends = sorted.length ? roomy(to(cut(isUp ? 0.1 : 0)), to(cut(isUp ? 1 : 0.9)), isLog ? 0.02 : 1e-6) : null;
    /** @type {[number, number] | null} */
    const span = ends && (isLog ? [10 ** ends[0], 10 ** ends[1]] : bounded(ends, scoreBounds(store)));
    const y = lossAxis(span, isLog, height - MARGINS.top - MARGINS.bottom, scale.zeros);
    if (!isLog) y.ticks = y.ticks.filter(({ at }) => isPossible(store, at));
    // Accuracies are written as everywhere else, in per cent.
    if (!store.objective.metric.endsWith('loss'))
      y.ticks = y.ticks.map(({ at }) => ({ at, label: scoreLabel(store, at) }));
    const left = 30 + Math.max(14, ...y.ticks.map((tick) => textWidth(tick.label)));
    const frame = { width, height, left, ...MARGINS };
    const all = points.at(-1)?.steps ?? 1;
    /** @type {import('../../figures/plot-axes.js').Ticked} */
    const x = {
      domain: [0, all],
      ticks: roundSteps(0, all, (width - left) / 90, true).map((at) => ({ at, label: count(at) })),
    };
    const titles = { x: this.t('progress.steps'), y: scoreName(store, true) };
    const across = (/** @type {number} */ at) => left + (at / all) * (width - left - MARGINS.right);
    const up = (/** @type {number} */ score) => {
      const share = isLog && score <= 0 ? 0 : shareOf(y, to(score));
      return height - MARGINS.bottom - Math.max(0, Math.min(1, share)) * (height - MARGINS.top - MARGINS.bottom);
    };
    let d = '';
    for (const { steps, best } of points)
      if (best !== null)
        d += d
          ? `H${across(steps).toFixed(1)}V${up(best).toFixed(1)}`
          : `M${across(steps).toFixed(1)} ${up(best).toFixed(1)}`;
    const line = element('path', {
      d: d && `${d}H${across(all)}`,
      fill: 'none',
      stroke: 'var(--ink)',
      'stroke-width': 2,
    });
    const key = JSON.stringify([x, y, frame, titles, d]);
    if (key !== this.drawn) {
      this.drawn = key;
      const plot = plotOf({ x, y }, frame, titles, [], true);
      plot.append(line);
      layer.replaceChildren(plot);
    }
    const every = Math.ceil(points.length / MARKED) || 1;
    const isMarked = (/** @type {Trial} */ { number }) =>
      number === store.selected?.number || number === store.hovered;
    this.spots = points
      .filter(({ trial, score, best }, k) => k % every === 0 || score === best || isMarked(trial))
      .map(({ trial, steps, score }) => ({
        number: trial.number,
        x: across(steps),
        y: Number.isFinite(score) ? up(score) : MARGINS.top,
        state: lookOf(store, trial),
        out: store.isOut(trial),
      }));
    this.marks ??= new SvgMarks(over);
    if (!this.marks.draw(this.spots)) requestAnimationFrame(() => this.isConnected && this.redraw());
    const of = (/** @type {number | null | undefined} */ number) => this.spots.find((one) => one.number === number);
    const chosen = store.selected?.number;
    this.marks.mark(of(chosen), of(store.hovered), { text: String(chosen ?? ''), spread: '', ties: '', bar: null });
  }

  /** @private @param {MouseEvent} event */
  nearest(event) {
    const { x, y } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    let [found, near] = [/** @type {number | null} */ (null), NEAR * NEAR];
    for (const spot of this.spots) {
      const far = (spot.x - x) ** 2 + (spot.y - y) ** 2;
      if (far < near) [found, near] = [spot.number, far];
    }
    return found;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.tabled) this.act('hover', this.nearest(event));
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const found = this.tabled ? null : this.nearest(event);
    if (found !== null) this.act('pick', found);
  }
}

define('tp-progress', TpProgress);
