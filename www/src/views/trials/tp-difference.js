import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { scoreLabel, scoreName, scoreValue, spreadOf } from '../../state/spread.js';
import { intervalOf, isTold, measuredOf, paired, welch } from '../../study/difference.js';
import { rate } from '../../study/format.js';
import { domainOf, steps } from '../../study/scale.js';
import { FieldFigure } from './field-figure.js';
import { pinKey } from './words.js';
import { copiesOf } from '../../study/parts.js';

/**
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../study/difference.js').Difference} Difference
 * @typedef {import('../../study/difference.js').Interval} Interval
 * @typedef {import('../../study/difference.js').Measured} Measured
 * @typedef {{a: Trial, b: Trial, n: number, means: Measured[], difference: Difference | null, by: 'welch' | 'folds' |
 *   'shared' | 'paired'}} Pair
 * @typedef {{key: string, scores: [number, number][], state: 'training' | 'done' | 'failed', problem: string}} Fresh
 *   the same two trials trained again
 * @typedef {{name: string, key: string, interval: Interval | null, isDifference?: boolean}} Row
 */

/** So many seeds tell of a pair that is trained again. */
const SEEDS = 10;
/** The height of a row, and room below the rows for the numbers. */
const ROW = 30;
const BOTTOM = 38;
const TOP = 8;

/** What the difference between the selected trial and another one is worth: intervals over their seeds. */
export class TpDifference extends FieldFigure {
  static figure = 'difference';

  constructor() {
    super();
    /** @private @type {Fresh | null} */ this.fresh = null;
  }

  get title() {
    return this.t('difference.title');
  }

  note() {
    return nothing;
  }

  /** @private The selected trial, and the one that it is held against: the pinned one, else the best of the others.
   * @returns {Pair | null} */
  get pair() {
    const { store } = this;
    const a = store.selected;
    const isWhole = (/** @type {Trial | null | undefined} */ one) => one?.state === 'complete';
    if (!a || !isWhole(a)) return null;
    const pinned = store.pinned?.trial;
    const own =
      pinned && store.trials.get(pinned.number) === pinned && pinned !== a && isWhole(pinned) ? pinned : null;
    const b = own ?? this.once(`rival of ${a.number}`, () => this.rival(a));
    if (!b) return null;
    const fresh = this.freshOf(a, b);
    if (fresh.length > 1) {
      const means = [0, 1].map((k) => measuredOf(fresh.map((one) => one[k])));
      const difference = paired(fresh.map(([own, other]) => own - other));
      return { a, b, n: fresh.length, means, difference, by: 'paired' };
    }
    const { dataset, shared_seeds: isShared } = store.shownStudy;
    const { folds = 1 } = dataset;
    const n = copiesOf(store.shownStudy);
    const overlap = folds > 1 ? 1 / (folds - 1) : 0;
    const means = [a, b].map((one) => ({ mean: store.score(one), spread: spreadOf(store, one), n, overlap }));
    const by = folds > 1 ? 'folds' : isShared ? 'shared' : 'welch';
    return { a, b, n, means, difference: welch(means[0], means[1]), by };
  }

  /** @private @param {Trial} a @param {Trial} b */
  keyOf(a, b) {
    return `${this.store.runs} ${a.number} ${b.number}`;
  }

  /** @private What a pair came to when it was trained again; where one diverged there is no difference.
   * @param {Trial} a @param {Trial} b @returns {[number, number][]} */
  freshOf(a, b) {
    const all = this.fresh?.key === this.keyOf(a, b) ? this.fresh.scores : [];
    return all.filter(([own, other]) => Number.isFinite(own) && Number.isFinite(other));
  }

  /** @private The best of all others. @param {Trial} a */
  rival(a) {
    const { field } = this;
    const sign = field.isUp ? -1 : 1;
    let [found, least] = [-1, Infinity];
    for (let k = 0; k < field.n; k++) {
      const cost = sign * field.whole[k];
      if (field.trials[k] !== a && cost < least) [found, least] = [k, cost];
    }
    return found < 0 ? null : field.trials[found];
  }

  get lack() {
    const { field, store } = this;
    if (!field.begun) return '';
    const { pair } = this;
    if (!pair) return this.t('difference.none', { key: pinKey() });
    if (pair.n < 2) return this.t('difference.one_seed', { a: pair.a.number, b: pair.b.number });
    if (!pair.difference) return this.t('difference.no_spread', { score: scoreName(store) });
    return '';
  }

  /** What the seeds say, in sentences. @returns {string[]} */
  sentences() {
    const { store, pair } = this;
    if (!pair?.difference) return [];
    const { a, b, n, difference, by } = pair;
    const score = scoreName(store);
    const ends = [difference.low, difference.high].sort((x, y) => x - y);
    const values = {
      a: a.number,
      b: b.number,
      n,
      score,
      low: this.signed(ends[0]),
      high: this.signed(ends[1]),
      by: scoreValue(store, Math.abs(difference.mean)),
    };
    const isMore = difference.mean > 0;
    const end = by === 'folds' ? '.folds' : '';
    const said = [
      isTold(difference)
        ? this.t(`difference.${isMore ? 'higher' : 'lower'}${end}`, values)
        : this.t(`difference.not_told${end}`, values),
      this.t(`difference.by.${by}`, { n }),
    ];
    const lost = by === 'paired' ? (this.fresh?.scores.length ?? n) - n : 0;
    if (lost) said.push(this.t('difference.lost', { n: lost }));
    // The best of many owes a part of it to chance; fresh seeds do not.
    const whole = store.counts.complete;
    if (by !== 'paired' && whole > 2 && (a.number === store.best || b.number === store.best))
      said.push(this.t('difference.winner', { n: whole, number: store.best }));
    return said;
  }

  /** @private @param {number} value */
  signed(value) {
    const text = scoreValue(this.store, Math.abs(value));
    return value < 0 ? `−${text}` : `+${text}`;
  }

  summary() {
    return this.lack || this.sentences().join(' ');
  }

  below() {
    if (!this.ready) return super.below();
    const said = this.lack ? [] : this.sentences();
    return html`${
      said.length
        ? html`<p class="q2 about" data-testid="difference-verdict" role="status"><b>${said[0]}</b> ${said
            .slice(1)
            .join(' ')}</p>`
        : nothing
    }${this.again()}`;
  }

  /** @private Trains both again, with seeds that they share. */
  again() {
    const { pair, fresh, store } = this;
    if (!pair) return nothing;
    const own = fresh?.key === this.keyOf(pair.a, pair.b) ? fresh : null;
    const isTraining = own?.state === 'training';
    const able = store.state === 'idle' && !isTraining && !store.isExample;
    const text = isTraining
      ? this.t('difference.training', { done: own.scores.length, n: SEEDS })
      : own?.state === 'failed'
        ? this.t('difference.failed', { detail: own.problem })
        : store.state === 'idle'
          ? ''
          : this.t('difference.wait');
    return html`<p class="again"><button type="button" class="btn" data-testid="difference-again" ?disabled=${!able}
      title=${this.t('difference.again.title')} @click=${() => this.train(pair)}>${this.t('difference.again', {
        a: pair.a.number,
        b: pair.b.number,
        n: SEEDS,
      })}</button> <span class="q2" role="status" data-testid="difference-state">${text}</span></p>`;
  }

  /** @private @param {Pair} pair */
  async train({ a, b }) {
    const { store } = this;
    /** @type {Fresh} */
    const fresh = { key: this.keyOf(a, b), scores: [], state: 'training', problem: '' };
    this.fresh = fresh;
    this.requestUpdate();
    const isWanted = () => this.fresh === fresh && this.isConnected && store.state === 'idle';
    try {
      const onPair = (/** @type {[number, number]} */ scores) => {
        fresh.scores.push(scores);
        this.requestUpdate();
      };
      await this.act('pair', { study: store.shownStudy, trials: [a, b], seeds: SEEDS, onPair, isWanted });
      fresh.state = 'done';
    } catch (error) {
      const { problem } = /** @type {any} */ (error);
      fresh.state = 'failed';
      fresh.problem = problem ? store.sentence(problem) : String(/** @type {any} */ (error)?.message ?? error);
    }
    this.requestUpdate();
  }

  /** @private @returns {Row[]} */
  get rows() {
    const { pair } = this;
    if (!pair) return [];
    const { a, b, means, difference } = pair;
    const own = (/** @type {Trial} */ trial, /** @type {Measured} */ measured) => ({
      name: this.t('trial.number', { number: trial.number }),
      key: String(trial.number),
      interval: intervalOf(measured),
    });
    const name = this.t('difference.row', { a: a.number, b: b.number });
    return [
      own(a, means[0]),
      own(b, means[1]),
      { name, key: `${a.number} - ${b.number}`, interval: difference, isDifference: true },
    ];
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { store, rows } = this;
    const number = (
      /** @type {string} */ key,
      /** @type {(interval: any) => number | undefined} */ value,
      /** @type {(value: number, row: Row) => string} */ text,
    ) => ({
      key,
      label: this.t(`difference.${key}`),
      num: true,
      value: (/** @type {Row} */ { interval }) => (interval ? value(interval) : null),
      text: (/** @type {Row} */ row) => {
        const found = row.interval ? value(row.interval) : undefined;
        return found === undefined ? '–' : text(found, row);
      },
    });
    const score = (/** @type {number} */ value, /** @type {Row} */ row) =>
      row.isDifference ? this.signed(value) : scoreValue(store, value);
    return {
      caption: this.summary(),
      columns: [
        { key: 'trial', label: this.t('difference.of'), value: ({ key }) => key, text: ({ name }) => name },
        number('mean', ({ mean }) => mean, score),
        number('low', ({ low }) => low, score),
        number('high', ({ high }) => high, score),
        // Whether a score itself is 0 nobody asks.
        number('chance', (interval) => (interval === this.pair?.difference ? interval.chance : undefined), rate),
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
    if (!this.ready || this.nothing) {
      plot.style.height = '';
      chart.replaceChildren();
      return;
    }
    const { rows, store } = this;
    // Differences have a scale of their own, with 0 on it.
    const parts = [rows.slice(0, 2), rows.slice(2)];
    const isWide = width > 560;
    const wide = isWide ? (width - 24) / 2 : width;
    const heights = parts.map((some) => TOP + some.length * ROW + BOTTOM);
    plot.style.height = `${isWide ? Math.max(...heights) : heights[0] + heights[1]}px`;
    const svg = element('svg', { width, height: isWide ? Math.max(...heights) : heights[0] + heights[1] });
    for (const [k, some] of parts.entries()) {
      const part = this.partOf(some, wide, heights[k], k === 1);
      if (k && isWide) part.setAttribute('x', String(wide + 24));
      if (k && !isWide) part.setAttribute('y', String(heights[0]));
      svg.append(part);
    }
    chart.replaceChildren(svg);
    chart.dataset.trials = `${store.selected?.number}`;
  }

  /** @private Intervals, one below the other. @param {Row[]} rows @param {number} width @param {number} height
   * @param {boolean} isDifference */
  partOf(rows, width, height, isDifference) {
    const { store } = this;
    const frame = { width, height, left: 84, right: 14, top: TOP, bottom: BOTTOM };
    const ends = rows.flatMap(({ interval }) => (interval ? [interval.low, interval.high] : []));
    if (isDifference) ends.push(0);
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    const domain = domainOf(low, high, (high - low) / 12);
    const label = (/** @type {number} */ at) =>
      isDifference && at > 0 ? `+${scoreLabel(store, at)}` : scoreLabel(store, at);
    const x = { domain, ticks: steps(low, high, Math.max(2, width / 130)).map((at) => ({ at, label: label(at) })) };
    const y = { domain: /** @type {[number, number]} */ ([0, rows.length]), ticks: [] };
    const title = isDifference ? this.t('difference.axis') : scoreName(store, true);
    const plot = plotOf({ x, y }, frame, { x: title }, [], true);
    const at = (/** @type {number} */ value) =>
      (frame.left + ((value - domain[0]) / (domain[1] - domain[0])) * (width - frame.left - frame.right)).toFixed(1);
    if (isDifference)
      plot.append(
        element('path', {
          d: `M${at(0)},${TOP}V${height - BOTTOM}`,
          stroke: 'var(--ink-2)',
          'stroke-dasharray': '3 3',
        }),
      );
    for (const [k, { name, interval }] of rows.entries()) {
      const up = TOP + (k + 0.5) * ROW;
      plot.append(
        element(
          'text',
          { x: frame.left - 8, y: up, dy: '.35em', 'text-anchor': 'end', 'font-size': 12, fill: 'var(--ink-2)' },
          name,
        ),
      );
      if (!interval) continue;
      const stroke = !isDifference && k === 0 ? 'var(--accent)' : 'var(--ink)';
      const [from, to] = [at(interval.low), at(interval.high)];
      plot.append(
        element('path', {
          d: `M${from},${up - 5}v10M${from},${up}H${to}M${to},${up - 5}v10`,
          stroke,
          fill: 'none',
          'stroke-width': 1.8,
        }),
        element('circle', {
          cx: at(interval.mean),
          cy: up,
          r: 4.5,
          fill: stroke,
          stroke: 'var(--surface)',
          'stroke-width': 1.5,
        }),
      );
    }
    return plot;
  }
}

define('tp-difference', TpDifference);
