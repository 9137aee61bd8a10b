import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { FigurePart } from '../../figures/figure.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { count, duration, loss, metric, number, signed } from '../../study/format.js';
import { copiesOf, partSizes } from '../../study/parts.js';
import { planOf } from '../../study/plan.js';
import { roomy, shareOf, steps, textWidth } from '../../study/scale.js';
import { comparedOf, inSamples, pairsOf } from './winners.js';

/**
 * @typedef {import('./winners.js').Pair} Pair
 * @typedef {import('../../study/types.js').Repeat} Repeat
 */

const REPEATS = [10, 20, 50];
const MARGINS = { right: 12, top: 10, bottom: 40 };
/** A pointer this near to a mark means that mark. */
const NEAR = 22;

/** The winner of the same study over many splits: what it scored where it was chosen, and on the test rows. */
export class TpWinners extends FigurePart {
  static figure = 'winners';
  static properties = {
    ...FigurePart.properties,
    at: { state: true },
    share: { state: true },
    failed: { state: true },
  };

  constructor() {
    super();
    this.repeats = REPEATS[1];
    /** @private @type {Repeat[]} */ this.found = [];
    /** How many are wanted in all, while they train. @type {number | null} */ this.share = null;
    /** Why they could not be trained. */ this.failed = '';
    /** The pair that the cursor is at. @type {number | null} */ this.at = null;
    /** @private grows with everything that is asked for */ this.turn = 0;
    /** @private the run that they are of */ this.runs = -1;
    /** @private @type {{x: number, y: number}[]} where the pairs lie */ this.places = [];
  }

  get title() {
    return this.t('winners.title');
  }

  get keys() {
    return this.t('winners.keys');
  }

  note() {
    return nothing;
  }

  get ready() {
    return this.pairs.length > 0;
  }

  get savable() {
    return this.ready;
  }

  /** @private */
  get metric() {
    return this.store.objective.metric;
  }

  /** @private */
  get isShare() {
    return !this.metric.endsWith('loss') && this.store.task === 'classes';
  }

  /** @private @returns {Pair[]} */
  get pairs() {
    return pairsOf(this.found, this.metric);
  }

  willUpdate(/** @type {import('lit').PropertyValues} */ changed) {
    super.willUpdate(changed);
    const { runs } = this.store;
    if (this.runs !== runs && this.runs >= 0) this.stop(true);
    this.runs = runs;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop(false);
  }

  /** @private @param {boolean} forget */
  stop(forget) {
    this.turn++;
    this.share = null;
    if (!forget) return;
    this.found = [];
    this.at = null;
    this.failed = '';
  }

  /** What it takes, beforehand. @private */
  price() {
    const { store } = this;
    const plan = planOf(store.shownStudy);
    const all = this.repeats * plan.steps;
    const rate = store.progress?.rate ?? 0;
    const networks = this.repeats * plan.trials * copiesOf(store.shownStudy);
    const said = { n: this.repeats, networks: count(networks), steps: count(all) };
    return rate > 0
      ? this.t('winners.price_time', { ...said, time: duration(all / rate) })
      : this.t('winners.price', said);
  }

  controls() {
    const { store, share } = this;
    const busy = share !== null;
    const change = (/** @type {Event} */ event) => {
      this.repeats = Number(/** @type {HTMLSelectElement} */ (event.target).value);
      this.requestUpdate();
    };
    const isWaiting = !busy && store.state !== 'idle';
    const said = busy ? this.t('winners.done', { done: this.found.length, n: share }) : this.price();
    const go = busy ? () => this.stop(false) : this.go;
    const name = this.t(busy ? 'winners.stop' : 'winners.go');
    return html`<p class="about" data-testid="winners-price">${said}</p>
      <div class="pickers"><label>${this.t('winners.repeats')} <select data-testid="winners-n" ?disabled=${busy}
        @change=${change}>${REPEATS.map(
          (n) => html`<option value=${n} ?selected=${n === this.repeats}>${n}</option>`,
        )}</select></label>
        <button type="button" class="btn" data-testid="winners-go" ?disabled=${isWaiting}
          title=${isWaiting ? this.t('winners.wait') : nothing} @click=${go}>${name}</button></div>
      ${this.failed ? html`<p role="alert" data-testid="winners-failed">${this.failed}</p>` : nothing}`;
  }

  /** @private */
  async go() {
    const { store, repeats } = this;
    this.stop(true);
    const turn = this.turn;
    const isWanted = () => turn === this.turn && this.isConnected;
    this.share = repeats;
    try {
      await this.act('repeat_splits', {
        study: store.shownStudy,
        choice: store.backend?.backend ?? 'cpu',
        repeats,
        isWanted,
        onRepeat: (/** @type {Repeat} */ one) => {
          this.found = [...this.found, one];
          this.requestUpdate();
          // A lesson may wait for it.
          this.dispatchEvent(new CustomEvent('repeated', { bubbles: true, detail: this.found.length }));
        },
      });
    } catch (error) {
      const { problem, message } = /** @type {any} */ (error);
      const detail = problem ? store.sentence(problem) : message;
      if (isWanted()) this.failed = this.t('winners.failed', { detail });
    }
    if (!isWanted()) return;
    this.share = null;
    this.tell(this.summary());
  }

  /** A score as it is written. @private @param {number} value */
  score(value) {
    return this.metric.endsWith('loss') ? loss(value) : metric(value, this.store.task);
  }

  /** @private @param {number} value */
  plain(value) {
    return this.isShare ? Number((100 * value).toFixed(1)) : Number(value.toPrecision(3));
  }

  summary() {
    const { store, pairs, found } = this;
    if (!pairs.length) return found.length ? this.t('winners.none') : this.t('winners.empty');
    const { n, lower, same, higher, mean, interval } = comparedOf(pairs);
    const unit = this.isShare ? this.t('winners.points') : '';
    const put = (/** @type {number} */ value) =>
      this.isShare ? `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)}${unit}` : signed(value);
    const said = [this.t('winners.summary', { n, lower, same, higher, mean: put(mean) })];
    if (interval) said.push(this.t('winners.interval', { low: put(interval.low), high: put(interval.high) }));
    const [, , rows] = partSizes(store.shownStudy);
    if (this.isShare)
      said.push(this.t('winners.samples', { n: inSamples(mean, rows), rows, one: (100 / rows).toFixed(1) }));
    if (found.length > n) said.push(this.t('winners.lost', { n: found.length - n }));
    return said.join(' ');
  }

  below() {
    return this.ready ? html`<p data-testid="winners-sum">${this.summary()}</p>` : nothing;
  }

  emptyState() {
    return this.ready
      ? nothing
      : html`<p class="empty">${this.share === null ? this.t('winners.empty') : this.t('winners.training')}</p>`;
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const column = (
      /** @type {string} */ key,
      /** @type {string} */ label,
      /** @type {(one: Repeat) => unknown} */ value,
      /** @type {(one: Repeat) => unknown} */ text = value,
    ) => ({ key, label, num: true, value, text });
    const own = (/** @type {Repeat} */ { last }) => number(last?.[/** @type {'train_loss'} */ (this.metric)]);
    const kind = this.metric.endsWith('loss') ? 'loss' : 'metric';
    const test = (/** @type {Repeat} */ one) => number(one.test?.[kind]);
    return {
      caption: this.t('winners.caption'),
      columns: [
        column('data_seed', this.t('winners.seed'), ({ seed }) => seed),
        column('trial', '#', ({ number: trial }) => trial ?? '–'),
        column(this.metric, this.t('winners.chosen'), own, (one) => this.score(own(one))),
        column(`test_${kind}`, this.t('winners.test'), test, (one) => this.score(test(one))),
      ],
      rows: this.found,
      all: () => this.found,
    };
  }

  layers() {
    return html`<svg class="layer over" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  draw() {
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const { width, height } = this.size;
    if (!chart || !over || width < 60 || height < 60) return;
    const { pairs } = this;
    this.places = [];
    if (!pairs.length) {
      chart.replaceChildren();
      over.replaceChildren();
      return;
    }
    const all = pairs.flatMap(({ chosen, test }) => [chosen, test]);
    const ends = roomy(Math.min(...all), Math.max(...all), this.isShare ? 0.02 : 1e-3);
    const domain = /** @type {[number, number]} */ (
      this.isShare ? [Math.max(0, ends[0]), Math.min(1, ends[1])] : ends
    );
    const ticks = (/** @type {number} */ n) =>
      steps(domain[0], domain[1], n).map((at) => ({
        at,
        label: this.isShare ? `${this.plain(at)}%` : String(this.plain(at)),
      }));
    const axis = { domain, ticks: ticks(4) };
    const left = 32 + Math.max(...axis.ticks.map(({ label }) => textWidth(label)));
    const frame = { width, height, left, ...MARGINS };
    const across = (/** @type {number} */ value) => left + shareOf(axis, value) * (width - left - MARGINS.right);
    const up = (/** @type {number} */ value) =>
      height - MARGINS.bottom - shareOf(axis, value) * (height - MARGINS.top - MARGINS.bottom);
    const plot = plotOf(
      { x: axis, y: axis },
      frame,
      { x: this.t('winners.chosen'), y: this.t('winners.test') },
      [],
      true,
    );
    plot.append(
      element('path', {
        d: `M${across(domain[0])},${up(domain[0])}L${across(domain[1])},${up(domain[1])}`,
        stroke: 'var(--ink-3)',
        'stroke-dasharray': '4 3',
      }),
    );
    chart.replaceChildren(plot);
    this.places = pairs.map(({ chosen, test }) => ({ x: across(chosen), y: up(test) }));
    over.replaceChildren(
      ...this.places.map(({ x, y }, k) =>
        element('circle', {
          cx: x,
          cy: y,
          r: k === this.at ? 6 : 4,
          fill: k === this.at ? 'var(--accent)' : 'var(--ink)',
          'fill-opacity': k === this.at ? 1 : 0.6,
          stroke: 'var(--surface)',
          'stroke-width': 1.5,
        }),
      ),
    );
  }

  /** @private @param {number | null} at */
  point(at) {
    this.at = at;
    const pair = at === null ? null : this.pairs[at];
    if (pair)
      this.tell(
        this.t('winners.said', {
          seed: pair.repeat.seed,
          number: pair.repeat.number,
          chosen: this.score(pair.chosen),
          test: this.score(pair.test),
        }),
      );
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (this.tabled) return;
    const { x, y } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    let [found, near] = [/** @type {number | null} */ (null), NEAR * NEAR];
    for (const [k, one] of this.places.entries()) {
      const far = (one.x - x) ** 2 + (one.y - y) ** 2;
      if (far < near) [found, near] = [k, far];
    }
    if (found !== this.at) this.point(found);
  }

  onLeave() {
    this.at = null;
  }

  onBlur() {
    this.at = null;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by || event.shiftKey || event.target !== event.currentTarget) return;
    event.preventDefault();
    event.stopPropagation();
    const n = this.pairs.length;
    this.point(this.at === null ? (by > 0 ? 0 : n - 1) : (this.at + by + n) % n);
  }
}

define('tp-winners', TpWinners);
