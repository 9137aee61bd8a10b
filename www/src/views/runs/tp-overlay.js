import { html, nothing } from 'lit';
import { Beat, define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { FigurePart } from '../../figures/figure.js';
import { lineOf } from '../../figures/curve-frame.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { DASHES } from '../../figures/series.js';
import { runName, runScore } from '../../i18n/aspects.js';
import { scoreName, scoreText, scoreValue } from '../../state/spread.js';
import { loss } from '../../study/format.js';
import { letterOf } from '../../study/runs.js';
import { textWidth } from '../../study/scale.js';
import { MOST, apart, axesOf, bestOf, bestSoFar, layersOf, placesIn, thinOf } from './overlay.js';

/**
 * @typedef {import('./overlay.js').Layer} Layer
 * @typedef {import('../../study/runs.js').RunRecord} RunRecord
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {{run: string, trial: number, at: number, value: number | string, text: string}} Row
 */

const MARGINS = { right: 34, top: 10, bottom: 38 };
/** Letters at the ends of lines stand so far apart, in px. */
const LINE = 14;
/** Rows of the table on the page. */
const ROWS = 500;
/** Runs that are offered beside those that lie there. */
const OFFERED = 8;

/** Runs in one plot: their loss curves, or what each had found after so many trials, a colour and a dash for each. */
export class TpOverlay extends FigurePart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['shelf', 'trials', 'run'];
  static properties = { ...FigurePart.properties, shows: { state: true }, log: { state: true } };
  static figure = 'overlay';
  static file = 'runs-overlaid';
  static layer = 'axes';

  constructor() {
    super();
    /** @type {import('./overlay.js').Kind} */ this.shows = 'curves';
    this.log = true;
    /** @private */ this.beat = new Beat();
    /** @private the axes that are drawn */ this.drawn = '';
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    if (topics.has('shelf') || this.beat.due(this.store, topics)) this.requestUpdate();
  }

  /** The runs that lie there, the one shown first. @returns {Layer[]} */
  get runs() {
    return layersOf(this.store);
  }

  get title() {
    return this.t('overlay.title', { runs: this.runs.map((one) => one.letter).join(', ') });
  }

  get nothing() {
    return this.store.comparable ? null : { name: 'no-overlay', text: this.t('compare.metrics') };
  }

  get ready() {
    return this.store.comparable !== null;
  }

  get savable() {
    return this.ready;
  }

  note() {
    const { runs } = this;
    const every = Math.max(...runs.map((one) => thinOf(one, runs.length).every));
    return this.shows === 'curves' && every > 1
      ? html`<span class="q c3">${this.t('overlay.sample', { every })}</span>`
      : nothing;
  }

  tools() {
    const isLoss = this.shows === 'curves' || this.store.objective.metric.endsWith('loss');
    return html`${segmented(
      this.t('overlay.shows'),
      /** @type {const} */ (['curves', 'best']).map((value) => ({ value, text: this.t(`overlay.${value}`) })),
      this.shows,
      (value) => {
        this.shows = value;
      },
      { testid: 'overlay-shows' },
    )}${
      isLoss
        ? segmented(
            this.t('curves.axis'),
            [
              { value: true, text: this.t('scale.log') },
              { value: false, text: this.t('scale.linear') },
            ],
            this.log,
            (value) => {
              this.log = value;
            },
            { testid: 'overlay-scale' },
          )
        : nothing
    }`;
  }

  /** The legend, by run; further runs are laid there, and taken away. */
  controls() {
    const { runs, store } = this;
    const { shelf } = store;
    if (!this.ready) return nothing;
    const { metric, direction } = store.objective;
    const isFull = runs.length >= MOST;
    const others = shelf.records.filter(
      (one) =>
        !runs.some(({ id }) => id === one.id) &&
        one.task === store.task &&
        one.metric === metric &&
        one.direction === direction,
    );
    return html`<div class="pickers overlaid" role="group" aria-label=${this.t('overlay.runs')}>${runs.map((run, k) =>
      this.entry(run, k > 1),
    )}${others
      .slice(-OFFERED)
      .reverse()
      .map(
        (one) => html`<label class="st" title=${isFull ? this.t('overlay.full', { n: MOST }) : nothing}><input
          type="checkbox" data-testid="overlay-${letterOf(one.place)}" .checked=${false} ?disabled=${isFull}
          @change=${() => this.act('overlay_run', one.id)}>${this.nameOf(one)}</label>`,
      )}</div>`;
  }

  /** @private @param {RunRecord} run */
  nameOf(run) {
    return `${letterOf(run.place)} ${runName(this.store.lang, run)} ${runScore(run)}`;
  }

  /** @private @param {Layer} run @param {boolean} isLoose whether it can be taken away */
  entry(run, isLoose) {
    const record = this.store.shelf.of(run.id);
    const text = record ? this.nameOf(record) : run.letter;
    const mark = html`<svg class="wide" viewBox="-8 0 18 10" aria-hidden="true"><path d="M-8 5h18"
      stroke=${`var(--series-${run.at})`} stroke-width="2.4"
      stroke-dasharray=${DASHES[run.at] || 'none'}></path></svg>`;
    if (!isLoose) return html`<span class="st" data-testid="overlay-key">${mark}${text}</span>`;
    return html`<label class="st" data-testid="overlay-key"><input type="checkbox" .checked=${true}
      data-testid="overlay-${run.letter}" @change=${() => this.act('overlay_run', run.id)}>${mark}${text}</label>`;
  }

  pictureKeys() {
    return this.runs.map(({ id, at, letter }) => {
      const record = this.store.shelf.of(id);
      return {
        text: record ? this.nameOf(record) : letter,
        mark: html`<svg viewBox="0 0 10 10"><path d="M-8 5h18" stroke=${`var(--series-${at})`} stroke-width="2.4"
          stroke-dasharray=${DASHES[at] || 'none'}></path></svg>`,
      };
    });
  }

  summary() {
    const { runs } = this;
    if (!this.ready) return this.t('compare.metrics');
    const bests = runs.map(({ store, letter }) => {
      const best = bestOf(store);
      return `${letter} ${best ? scoreText(store, best) : '–'}`;
    });
    return this.t(`overlay.summary.${this.shows}`, { runs: bests.join(', '), score: scoreName(this.store) });
  }

  layers() {
    return html`<svg class="layer over marks" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  data() {
    const isBest = this.shows === 'best';
    const { runs, store } = this;
    const along = isBest ? this.t('overlay.trials') : this.t('epoch');
    const name = isBest ? scoreName(store) : this.t('score.validation_loss');
    const all = () => runs.flatMap((run) => [...rowsOf(run, isBest ? 'best' : 'all')]);
    return {
      caption: this.summary(),
      columns: [
        column('run', this.t('overlay.run'), false, (row) => row.run),
        column('trial', '#', true, (row) => row.trial),
        column(isBest ? 'trials' : 'epoch', along, true, (row) => row.at),
        {
          ...column(isBest ? store.objective.metric : 'validation_loss', name, true, (row) => row.value),
          text: (/** @type {Row} */ row) => row.text,
        },
      ],
      // Each run has its share of them.
      rows: runs.flatMap((run) => [...rowsOf(run, isBest ? 'best' : 'one')].slice(0, ROWS / runs.length)),
      all,
    };
  }

  onLeave() {}

  draw() {
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.axes'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const { width, height } = this.size;
    if (!layer || !over || width < 80 || height < 80) return;
    const { runs, shows } = this;
    if (!this.ready) {
      this.drawn = '';
      layer.replaceChildren();
      return over.replaceChildren();
    }
    const axes = axesOf(runs, shows, this.log, width, height - MARGINS.top - MARGINS.bottom);
    const left = 30 + Math.max(14, ...axes.y.ticks.map((tick) => textWidth(tick.label)));
    const frame = { width, height, left, ...MARGINS };
    const titles = { x: this.t(shows === 'best' ? 'overlay.trials' : 'epoch'), y: this.upTitle };
    const key = JSON.stringify([axes, frame, titles]);
    if (key !== this.drawn) {
      this.drawn = key;
      layer.replaceChildren(plotOf(axes, frame, titles, [], true));
    }
    const share = placesIn(axes);
    const [across, up] = [width - left - frame.right, height - frame.top - frame.bottom];
    const x = (/** @type {number} */ at) => left + share.x(at) * across;
    const y = (/** @type {number} */ value) => height - frame.bottom - share.y(value) * up;
    over.replaceChildren(...(axes.isEmpty ? [] : [...this.lines(frame, x, y), ...this.letters(frame, x, y)]));
  }

  get upTitle() {
    return this.shows === 'best' ? scoreName(this.store, true) : this.t('curves.loss');
  }

  /** @private @param {Frame} frame @param {(at: number) => number} x @param {(value: number) => number} y */
  lines(frame, x, y) {
    const id = 'overlay-frame';
    const clip = element('clipPath', { id });
    const [width, height] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
    clip.append(element('rect', { x: frame.left - 1, y: frame.top - 2, width: width + 2, height: height + 4 }));
    const { runs } = this;
    const line = (/** @type {string} */ d, /** @type {Record<string, string | number>} */ look) =>
      element('path', { d, fill: 'none', 'stroke-linejoin': 'round', 'clip-path': `url(#${id})`, ...look });
    const thin = [];
    const thick = [];
    for (const run of runs) {
      const stroke = `var(--series-${run.at})`;
      if (this.shows === 'curves') {
        const curves = thinOf(run, runs.length).trials.map((one) => pathOf(lineOf(one).validation, x, y));
        thin.push(line(curves.join(''), { stroke, 'stroke-width': 1, 'stroke-opacity': 0.28 }));
      }
      const best = bestOf(run.store);
      const d =
        this.shows === 'best' ? stairs(bestSoFar(run.store), x, y) : pathOf(best ? lineOf(best).validation : [], x, y);
      const look = { stroke, 'stroke-width': 2.4, 'stroke-dasharray': DASHES[run.at] || 'none' };
      thick.push(
        line(d, { stroke: 'var(--surface)', 'stroke-width': 5 }),
        line(d, { ...look, 'data-run': run.letter }),
      );
    }
    return [clip, ...thin, ...thick];
  }

  /** The letters at the ends of the thick lines. @private @param {Frame} frame
   * @param {(at: number) => number} x @param {(value: number) => number} y */
  letters(frame, x, y) {
    const ends = this.runs.flatMap((run) => {
      const best = bestOf(run.store);
      if (this.shows === 'best') {
        const last = bestSoFar(run.store).at(-1);
        return last ? [{ run, x: x(last.n), y: y(last.score) }] : [];
      }
      const value = best ? lineOf(best).validation.get(best.epochs.length - 1) : NaN;
      return best && Number.isFinite(value) ? [{ run, x: x(best.epochs.length), y: y(value) }] : [];
    });
    const [top, bottom] = [frame.top + 4, frame.height - frame.bottom - 4];
    const places = apart(
      ends.map((one) => one.y),
      LINE,
      top,
      bottom,
    );
    return ends.map(({ run, x: at }, k) =>
      element(
        'text',
        {
          x: (at + 7).toFixed(1),
          y: places[k].toFixed(1),
          dy: '.35em',
          'font-size': 12,
          'font-weight': 600,
          fill: `var(--series-${run.at})`,
        },
        run.letter,
      ),
    );
  }
}

/** @param {string} key @param {string} label @param {boolean} num @param {(row: Row) => unknown} value */
const column = (key, label, num, value) => ({ key, label, num, text: value, value });

/** A run's rows: those of all its trials' epochs, of its best trial's, or of its best so far.
 * @param {Layer} run @param {'all' | 'one' | 'best'} which @returns {Generator<Row>} */
function* rowsOf({ store, letter }, which) {
  if (which === 'best') {
    for (const { n, trial, score } of bestSoFar(store))
      yield { run: letter, trial, at: n, value: score, text: scoreValue(store, score) };
    return;
  }
  const best = bestOf(store);
  for (const trial of which === 'all' ? store.trials.inOrder() : best ? [best] : [])
    for (const { epoch, validation_loss: value } of trial.epochs.records())
      if (value !== null) yield { run: letter, trial: trial.number, at: epoch, value, text: loss(value) };
}

/** @param {Iterable<number>} values of epochs @param {(at: number) => number} x @param {(value: number) => number} y
 */
function pathOf(values, x, y) {
  let d = '';
  let epoch = 0;
  let isDown = false;
  for (const value of values) {
    epoch++;
    if (!Number.isFinite(value)) {
      isDown = false;
      continue;
    }
    d += `${isDown ? 'L' : 'M'}${x(epoch).toFixed(1)},${y(value).toFixed(1)}`;
    // One epoch alone is a point.
    if (epoch === 1) d += 'h.01';
    isDown = true;
  }
  return d;
}

/** @param {{n: number, score: number}[]} found @param {(at: number) => number} x
 * @param {(value: number) => number} y */
const stairs = (found, x, y) =>
  found
    .map(({ n, score }, k) =>
      k ? `H${x(n).toFixed(1)}V${y(score).toFixed(1)}` : `M${x(n).toFixed(1)},${y(score).toFixed(1)}h.01`,
    )
    .join('');

define('tp-overlay', TpOverlay);
