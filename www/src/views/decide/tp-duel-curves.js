import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { FigurePart } from '../../figures/figure.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { DASHES } from '../../figures/series.js';
import { scoreName, scoreTicks, scoreValue } from '../../state/spread.js';
import { exact } from '../../study/format.js';
import { logSteps, shareOf, steps, textWidth } from '../../study/scale.js';
import { uprightOf } from './upright.js';
import { lookOf } from './duel-looks.js';

/** @typedef {import('./contest.js').Contest} Contest @typedef {import('./duel.js').Band} Band */

const TOP = 14;
const BOTTOM = 42;

/** The best so far of each sampler: the median over the repeats, and its quartiles. */
export class TpDuelCurves extends FigurePart {
  static properties = { ...FigurePart.properties, contest: { attribute: false }, version: { attribute: false } };
  static figure = 'duel';

  constructor() {
    super();
    /** @type {Contest} */ this.contest = /** @type {any} */ (undefined);
    this.version = 0;
    /** @private the trial at which values are read */ this.at = -1;
    /** @private */ this.frame = { left: 0, right: 0 };
  }

  get title() {
    return this.t('duel.title', { n: this.contest.ended, trials: this.contest.outcome?.trials ?? 0 });
  }

  note() {
    return '';
  }

  get keys() {
    return this.t('duel.keys');
  }

  get ready() {
    return this.contest.ended > 0;
  }

  get savable() {
    return this.ready;
  }

  get nothing() {
    const isRanked = (/** @type {string} */ name) => Number.isFinite(this.contest.bandsOf(name).at(-1)?.mid);
    if (!this.ready || this.contest.ranking.some(isRanked)) return null;
    return { name: 'duel-lost', text: this.t('duel.lost') };
  }

  /** @private @param {number} cost */
  score(cost) {
    return this.contest.isUp ? -cost : cost;
  }

  /** @private @param {number} cost */
  text(cost) {
    return Number.isFinite(cost) ? scoreValue(this.store, this.score(cost)) : '–';
  }

  summary() {
    const { contest } = this;
    const last = contest.ranking.map((name) => {
      const band = contest.bandsOf(name).at(-1);
      return band ? `${this.t(`duel.name.${name}`)} ${this.text(band.mid)}` : '';
    });
    return this.t('duel.summary', {
      ...{ score: scoreName(this.store), n: contest.outcome?.trials ?? 0 },
      list: last.filter(Boolean).join(', '),
    });
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { contest } = this;
    const n = contest.outcome?.trials ?? 0;
    const names = contest.outcome?.names ?? [];
    const bands = new Map(names.map((name) => [name, contest.bandsOf(name)]));
    const rows = Array.from({ length: n }, (_, k) => k);
    const column = (/** @type {string} */ name, /** @type {keyof Band} */ which) => ({
      ...{ key: `${name}_${which}`, num: true, minor: which !== 'mid', filed: which !== 'mid' },
      label: this.t(`duel.name.${name}`),
      value: (/** @type {number} */ k) => this.score(bands.get(name)?.[k]?.[which] ?? NaN),
      text: (/** @type {number} */ k) => this.text(bands.get(name)?.[k]?.[which] ?? NaN),
    });
    return {
      caption: this.t('duel.caption', { score: scoreName(this.store) }),
      columns: [
        {
          ...{ key: 'trials', label: this.t('duel.trials'), num: true },
          value: (/** @type {number} */ k) => k + 1,
          text: (/** @type {number} */ k) => k + 1,
        },
        ...names.flatMap((name) => /** @type {const} */ (['mid', 'low', 'high']).map((which) => column(name, which))),
      ],
      rows,
      all: () => rows,
    };
  }

  draw() {
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const { width, height } = this.size;
    if (!chart || width < 60 || height < 60) return;
    const { contest, store } = this;
    if (!this.ready) return chart.replaceChildren();
    const { names = [], trials = 1 } = contest.outcome ?? {};
    const all = names.map((name) => ({ name, bands: contest.bandsOf(name) })).filter(({ bands }) => bands.length);
    const isLog = !contest.isUp && contest.objective.metric.endsWith('loss');
    const costs = all.flatMap(({ bands }) => bands.flatMap(({ low, mid, high }) => [low, mid, high]));
    const finite = costs.filter((one) => Number.isFinite(one) && (!isLog || one > 0)).sort((a, b) => a - b);
    if (!finite.length) {
      chart.replaceChildren();
      return;
    }
    // The first few trials may be far worse than all later ones.
    const late = all.flatMap(({ bands }) => bands.slice(Math.min(2, bands.length - 1)).map(({ high }) => high));
    const worst = Math.max(finite[0], ...late.filter(Number.isFinite));
    const to = (/** @type {number} */ cost) => (isLog ? Math.log10(Math.max(cost, finite[0])) : this.score(cost));
    const ends = [to(finite[0]), to(Math.min(worst, finite[finite.length - 1]))].sort((a, b) => a - b);
    const { domain, marks: even } = uprightOf(ends[0], ends[1], 0.06, 5);
    const marks = isLog ? logSteps(10 ** domain[0], 10 ** domain[1], 5) : even;
    const y = {
      domain,
      ticks: scoreTicks(store, marks, isLog ? Math.log10 : undefined),
    };
    const labelled = all.map(({ name }) => this.t(`duel.name.${name}`));
    const right = 14 + Math.max(...labelled.map((one) => (store.lang === 'ko' ? 11 : 7) * one.length));
    const left = 32 + Math.max(...y.ticks.map(({ label }) => textWidth(label)));
    this.frame = { left, right };
    const frame = { width, height, left, right, top: TOP, bottom: BOTTOM };
    const x = {
      domain: /** @type {[number, number]} */ ([1, Math.max(2, trials)]),
      ticks: steps(1, trials, Math.max(2, width / 90), true).map((at) => ({ at, label: exact(at) })),
    };
    const svg = plotOf(
      { x, y },
      frame,
      { x: this.t('duel.axis'), y: this.t('duel.best', { score: scoreName(store) }) },
      [],
      true,
    );
    const across = (/** @type {number} */ k) => left + shareOf(x, k + 1) * (width - left - right);
    const up = (/** @type {number} */ cost) =>
      Math.max(TOP, Math.min(height - BOTTOM, TOP + (1 - shareOf(y, to(cost))) * (height - TOP - BOTTOM)));
    const clip = element('clipPath', { id: 'duel-clip' });
    clip.append(element('rect', { x: left, y: TOP, width: width - left - right, height: height - TOP - BOTTOM }));
    const inner = element('g', { 'clip-path': 'url(#duel-clip)' });
    svg.append(clip, inner);
    const lines = [];
    const labels = [];
    for (const { name, bands } of all) {
      const look = lookOf(name);
      const known = bands.map((band, k) => ({ ...band, k })).filter(({ mid }) => Number.isFinite(mid));
      if (!known.length) continue;
      const stairs = (/** @type {keyof Band} */ which) =>
        known.map(
          (one, at) =>
            `${at ? `H${across(one.k).toFixed(1)}V` : `M${across(one.k).toFixed(1)},`}${up(one[which]).toFixed(1)}`,
        );
      inner.append(element('path', { d: areaOf(known, across, up), fill: look.color, opacity: 0.13 }));
      lines.push(
        element('path', {
          ...{ d: stairs('mid').join(''), fill: 'none', stroke: look.color, 'stroke-width': 2 },
          'stroke-dasharray': DASHES[look.series],
        }),
      );
      labels.push({ y: up(known[known.length - 1].mid), text: this.t(`duel.name.${name}`), color: look.color });
    }
    inner.append(...lines);
    labels.sort((a, b) => a.y - b.y);
    let last = -Infinity;
    for (const one of labels) {
      const at = Math.max(one.y, last + 13);
      last = at;
      svg.append(
        element('text', { x: width - right + 6, y: at, dy: '.35em', fill: one.color, 'font-size': 12 }, one.text),
      );
    }
    if (this.at >= 0) {
      const at = across(this.at);
      svg.append(element('path', { d: `M${at},${TOP}V${height - BOTTOM}`, stroke: 'var(--ink-3)' }));
    }
    chart.replaceChildren(svg);
  }

  /** @private @param {number} k */
  read(k) {
    const { contest } = this;
    const n = contest.outcome?.trials ?? 1;
    this.at = Math.max(0, Math.min(n - 1, k));
    const list = contest.ranking
      .map((name) => {
        const band = contest.bandsOf(name)[this.at];
        return band
          ? `${this.t(`duel.name.${name}`)} ${this.text(band.mid)} (${this.text(band.low)}–${this.text(band.high)})`
          : '';
      })
      .filter(Boolean);
    const text = this.t('duel.read', { n: this.at + 1, list: list.join(', ') });
    this.dispatchEvent(new CustomEvent('read', { detail: text, bubbles: true }));
    this.tell(text);
    this.redraw();
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (this.tabled || !this.ready) return;
    const { x } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    const { left, right } = this.frame;
    const n = this.contest.outcome?.trials ?? 1;
    const k = Math.round(((x - left) / (this.size.width - left - right)) * (n - 1));
    if (k >= 0 && k < n && k !== this.at) this.read(k);
  }

  onLeave() {
    this.at = -1;
    this.dispatchEvent(new CustomEvent('read', { detail: '', bubbles: true }));
    this.redraw();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const n = this.contest.outcome?.trials ?? 1;
    const end = { Home: 0, End: n - 1 }[event.key];
    if ((by === undefined && end === undefined) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.read(end ?? (this.at < 0 ? n - 1 : this.at + (by ?? 0)));
  }
}

/** Between the quartiles, as steps.
 * @param {(Band & {k: number})[]} known @param {(k: number) => number} across @param {(cost: number) => number} up */
function areaOf(known, across, up) {
  const there = [];
  const back = [];
  for (const [at, { k, low, high }] of known.entries()) {
    const x = across(k).toFixed(1);
    if (at) {
      there.push(`L${x},${up(known[at - 1].low).toFixed(1)}`);
      back.push(`L${x},${up(known[at - 1].high).toFixed(1)}`);
    }
    there.push(`${at ? 'L' : 'M'}${x},${up(low).toFixed(1)}`);
    back.push(`L${x},${up(high).toFixed(1)}`);
  }
  return `${there.join('')}${back.reverse().join('')}Z`;
}

define('tp-duel-curves', TpDuelCurves);
