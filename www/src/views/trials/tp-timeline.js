import { html } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { segmented } from '../../controls/segmented.js';
import { depthColor, tokens } from '../../figures/colors.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { scoreLegend } from '../../figures/ramp.js';
import { lookOf } from '../../state/score.js';
import { scoreName, scoreValue } from '../../state/spread.js';
import { count, counted, exact } from '../../study/format.js';
import { steps, textWidth } from '../../study/scale.js';
import { sparedOf } from '../../study/spared.js';
import { ABSENT, SHADES } from './field.js';
import { FieldFigure, ROWS } from './field-figure.js';
import { barsOf } from './tallies.js';
import { pixelRatio } from '../../platform/pixels.js';

/** @typedef {import('../../study/types.js').Trial} Trial */

const MARGINS = { right: 14, top: 16, bottom: 38 };
/** Bars are so wide at least, in px. */
const NARROWEST = 2;
/** Room between bars, where there is any. */
const GAP = 1;

/** How long each trial trained, in the order in which they were asked for, and what became of it. */
export class TpTimeline extends FieldFigure {
  static properties = { ...FieldFigure.properties, shows: { state: true } };
  static figure = 'timeline';

  constructor() {
    super();
    /** @type {'epochs' | 'seconds'} */ this.shows = 'epochs';
    /** @private */ this.kept = { key: '', lengths: new Float64Array(0), most: 0, sum: 0 };
    /** @private */ this.frame = { width: 0, height: 0, left: 0, ...MARGINS };
  }

  get title() {
    return this.t('timeline.title');
  }

  get legend() {
    return scoreLegend(this.store);
  }

  /** Trials without a score have trained as well. */
  get lack() {
    const { field } = this;
    return field.begun && !field.kept ? this.t('trials.none_inside') : '';
  }

  tools() {
    return segmented(
      this.t('timeline.shows'),
      /** @type {const} */ (['epochs', 'seconds']).map((value) => ({ value, text: this.t(`timeline.${value}`) })),
      this.shows,
      (value) => {
        this.shows = value;
      },
      { testid: 'timeline-shows' },
    );
  }

  controls() {
    return html`<div class="pickers">${this.keyLine(this.stateKeys())}</div>`;
  }

  pictureKeys() {
    return this.stateKeys();
  }

  /** @private How long each trial trained. */
  get lengths() {
    const { field, shows } = this;
    const key = `${field.key} ${shows}`;
    if (this.kept.key !== key) {
      const lengths = new Float64Array(field.n);
      let [most, sum] = [0, 0];
      for (let k = 0; k < field.n; k++) {
        const { epochs, copy_of: copied } = field.trials[k];
        // What a copy has of the trial before it trained there.
        const past = copied?.epoch ?? 0;
        const length = shows === 'epochs' ? epochs.length - past : epochs.secondsFrom(past);
        lengths[k] = Number.isFinite(length) ? length : 0;
        most = Math.max(most, lengths[k]);
        sum += lengths[k];
      }
      this.kept = { key, lengths, most, sum };
    }
    return this.kept;
  }

  summary() {
    const { field } = this;
    const { sum } = this.lengths;
    const said = [
      this.t(`timeline.summary.${this.shows}`, {
        n: counted(field.begun),
        sum: this.shows === 'epochs' ? count(sum) : exact(Number(sum.toPrecision(3))),
      }),
    ];
    const spared = this.once('spared', () => sparedOf(this.store.shownStudy, field.trials));
    const most = spared.isMost ? '.most' : '';
    if (spared.copies) said.push(this.t('timeline.copies', { n: count(spared.copies) }));
    if (spared.pruned) said.push(this.t(`timeline.pruned${most}`, { n: count(spared.pruned) }));
    if (spared.diverged) said.push(this.t(`timeline.diverged${most}`, { n: count(spared.diverged) }));
    return said.join(' ');
  }

  /** What it comes to, for everybody. */
  below() {
    return this.ready ? html`<p class="q2 about" data-testid="timeline-sum">${this.summary()}</p>` : super.below();
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { store, field } = this;
    const column = (
      /** @type {string} */ key,
      /** @type {string} */ label,
      /** @type {(one: Trial) => unknown} */ value,
      /** @type {(one: Trial) => unknown} */ text = value,
    ) => ({ key, label, num: key !== 'state', value, text });
    const seconds = (/** @type {Trial} */ { epochs }) => epochs.seconds;
    return {
      caption: this.t('timeline.caption'),
      columns: [
        column('number', '#', (one) => one.number),
        column(
          'state',
          this.t('table.state'),
          (one) => one.state,
          (one) => this.t(`state.${lookOf(store, one)}`),
        ),
        column('epochs', this.t('timeline.epochs'), (one) => one.epochs.length),
        column('seconds', this.t('timeline.seconds'), seconds, (one) => exact(Number(seconds(one).toPrecision(2)))),
        column(
          store.objective.metric,
          scoreName(store),
          (one) => store.score(one),
          (one) => scoreValue(store, store.score(one)),
        ),
      ],
      rows: field.trials.slice(0, ROWS),
      all: () => field.trials,
      isMarked: (/** @type {Trial} */ one) => one === store.selected,
    };
  }

  layers() {
    return html`<canvas class="layer bars" aria-hidden="true"></canvas>${this.overLayer()}`;
  }

  emptied() {
    this.paint('bars', '', () => this.paintBars());
  }

  draw() {
    const stage = this.stage();
    if (!stage) return;
    const { chart, over, width, height } = stage;
    const { field, store } = this;
    const { most } = this.lengths;
    const ticks = steps(0, most, 4, this.shows === 'epochs').map((at) => ({ at, label: exact(at) }));
    this.frame = { width, height, left: 30 + Math.max(14, ...ticks.map(({ label }) => textWidth(label))), ...MARGINS };
    const titles = { x: this.t('timeline.axis'), y: this.t(`timeline.${this.shows}`) };
    const key = [this.paintKey, this.shows, titles.x, titles.y].join();
    if (this.isNew(key)) {
      const x = { domain: /** @type {[number, number]} */ ([0, Math.max(1, field.n)]), ticks: this.numbers() };
      const y = { domain: /** @type {[number, number]} */ ([0, most || 1]), ticks };
      chart.replaceChildren(plotOf({ x, y }, this.frame, titles, [], true));
    }
    this.paint('bars', `${key} ${field.brushKey}`, () => this.paintBars());
    over.replaceChildren(
      ...this.markOf(store.hovered, 'var(--ink)', 1.6),
      ...this.markOf(store.selected?.number ?? null, 'var(--accent)', 2.4),
    );
  }

  /** @private Numbers of trials, each below the middle of its bar. */
  numbers() {
    const { field } = this;
    return steps(0, Math.max(1, field.n - 1), Math.max(2, this.size.width / 110), true)
      .filter((at) => at < field.n)
      .map((at) => ({ at: at + 0.5, label: count(field.trials[at].number) }));
  }

  /** @private @returns {Generator} */
  *paintBars() {
    const { size } = this;
    const g = this.canvas('canvas.bars', Math.max(1, pixelRatio()));
    g?.clearRect(0, 0, size.width, size.height);
    if (g && this.drawnFor) yield* this.fill(g);
  }

  /** @private @param {CanvasRenderingContext2D} g @returns {Generator} */
  *fill(g) {
    const { field, frame, store } = this;
    const { lengths, most } = this.lengths;
    const token = tokens(this, store.dark);
    const [wide, high] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
    const bars = barsOf(field, lengths, Math.floor(wide / NARROWEST));
    const each = wide / Math.max(1, bars.length);
    const room = each > 4 ? GAP : 0;
    const bottom = frame.height - frame.bottom;
    for (const [at, bar] of bars.entries()) {
      let y = bottom;
      const part = (/** @type {number} */ length, /** @type {string} */ color) => {
        const tall = most > 0 ? (length / most) * high : 0;
        if (!(tall > 0)) return;
        y -= tall;
        g.fillStyle = color;
        g.beginPath();
        // From pixel to pixel, so that no light shines through between two bars.
        const [from, to] = [at, at + 1].map((one) => Math.round(frame.left + one * each));
        g.rect(from, y, Math.max(1, to - from - room), tall);
        g.fill();
      };
      part(bar.learned, bar.shade < 0 ? token('--line-2') : depthColor(bar.shade / (SHADES - 1), store.dark));
      part(bar.plain, token('--line-2'));
      part(bar.diverged, token('--mark'));
      // The shape says that it diverged, not the colour alone, also where that was before an epoch ended.
      if (bar.isDiverged && each > 4) {
        g.strokeStyle = token('--ink');
        g.lineWidth = 1.2;
        g.beginPath();
        const [x, r] = [frame.left + (at + 0.5) * each, Math.min(3, each / 3)];
        for (const way of [-r, r]) {
          g.moveTo(x - r, y - 6 - way);
          g.lineTo(x + r, y - 6 + way);
        }
        g.stroke();
      }
      if (at % 100 === 0) yield;
    }
  }

  /** @param {HTMLCanvasElement} _canvas */
  vectors(_canvas) {
    return { ratio: 1, draw: (/** @type {CanvasRenderingContext2D} */ g) => this.fill(g) };
  }

  /** @private A trial's place among the bars. @param {number | null} number @param {string} fill
   * @param {number} width */
  markOf(number, fill, width) {
    const { field, frame } = this;
    const k = field.indexOf(number);
    if (k < 0 || field.looks[k] === ABSENT) return [];
    const x = frame.left + ((k + 0.5) / field.n) * (frame.width - frame.left - frame.right);
    const y = frame.height - frame.bottom;
    const d = `M${x.toFixed(1)},${y - 1}l4.5,8h-9z`;
    return [element('path', { d, fill, stroke: 'var(--surface)', 'stroke-width': width, 'paint-order': 'stroke' })];
  }

  /** @protected The trial below the pointer: of several in one bar the best. @param {MouseEvent} event
   * @returns {number | null} */
  trialAt(event) {
    const { field, frame } = this;
    const { x } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    const wide = frame.width - frame.left - frame.right;
    const share = (x - frame.left) / wide;
    if (!(share >= 0 && share < 1)) return null;
    const bars = Math.max(1, Math.min(field.n, Math.floor(wide / NARROWEST)));
    const bar = Math.floor(share * bars);
    let found = -1;
    for (let k = Math.floor((bar * field.n) / bars); k < Math.floor(((bar + 1) * field.n) / bars); k++) {
      if (field.out[k] || field.looks[k] === ABSENT) continue;
      if (found < 0 || field.looks[k] < field.looks[found] || field.shades[k] > field.shades[found]) found = k;
    }
    return found < 0 ? null : field.trials[found].number;
  }
}

define('tp-timeline', TpTimeline);
