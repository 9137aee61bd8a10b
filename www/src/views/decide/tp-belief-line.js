import { html } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { scoreName, scoreTicks, scoreValue } from '../../state/spread.js';
import { exact } from '../../study/format.js';
import { axisOf, domainOf, shareOf, steps, textWidth, ticked } from '../../study/scale.js';
import { uprightOf } from './upright.js';
import { columnOf, largest } from './belief.js';
import { beliefTable } from './belief-table.js';
import { area, line, whiskers } from './paths.js';
import { crossAt, ringAt, rugOf, squareAt } from './signs.js';
import { BeliefFigure } from './belief-figure.js';

/**
 * @typedef {import('./mind.js').Mind} Mind
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../study/types.js').Value} Value
 * @typedef {import('../../study/scale.js').Axis} Axis
 * @typedef {{top: number, height: number, domain: [number, number], y: (value: number) => number}} Panel
 */

/** Deviations between which the value lies in about 19 of 20 cases. */
const BAND = 2;
/** More marks than this are not drawn: the best and the latest are. */
const MOST_MARKS = 1000;
/** A pointer this near to a trial means that trial. */
const NEAR = 9;
/** Room below the axis, between panels, and above all. */
const BOTTOM = 40;
const GAP = 26;
const TOP = 20;
const RIGHT = 14;

/** What the sampler thinks along one axis. */
export class TpBeliefLine extends BeliefFigure {
  static figure = 'belief';

  constructor() {
    super();
    /** @private @type {{x: number, y: number, trial: Trial}[]} */ this.marks = [];
    /** @private */ this.frame = { left: 40, width: 0 };
  }

  get title() {
    return this.t(`belief.title.${this.mind.kind}`, { name: this.axisName });
  }

  get keys() {
    return this.ready && this.mind.told?.known ? this.t('belief.keys') : '';
  }

  get ready() {
    return this.mind.axes.length > 0 && this.mind.trials.length > 0;
  }

  /** @private */
  get axisName() {
    return this.store.label(this.mind.axes[0] ?? '');
  }

  /** @private @returns {Axis} */
  get axis() {
    const [name] = this.mind.axes;
    return axisOf(name, /** @type {any} */ (this.mind.study.space?.[name]), this.store.setting);
  }

  /** @private */
  get values() {
    return this.mind.told?.axes[0]?.values ?? [];
  }

  /** @private A value of the score; inside, smaller is better. @param {number} cost */
  scoreOf(cost) {
    return this.mind.isUp ? -cost : cost;
  }

  /** @private The curves of what was told, as scores. */
  curves() {
    const { told } = this.mind;
    if (!told) return null;
    const [a, b, gain] = [0, 1, 2].map((k) => columnOf(told.told, /** @type {0} */ (k)));
    return { mean: a.map((one) => this.scoreOf(one)), deviation: b, a, b, gain };
  }

  summary() {
    const { mind, store } = this;
    const found = this.nothing;
    if (found) return found.text;
    const curves = this.curves();
    if (!mind.told?.known || !curves) return '';
    const most = largest(curves.gain);
    const said = [];
    if (this.isGp) {
      const best = largest(curves.mean.map((one) => (mind.isUp ? one : -one)));
      said.push(
        this.t('belief.summary.gp', {
          n: mind.told.n,
          name: this.axisName,
          at: this.store.setting(this.values[best]),
          score: scoreName(store),
          mean: scoreValue(store, curves.mean[best]),
          deviation: scoreValue(store, curves.deviation[best]),
        }),
      );
    } else
      said.push(
        this.t('belief.summary.tpe', {
          good: mind.told.good.length,
          rest: Math.max(0, mind.ended.length - mind.told.good.length),
          name: this.axisName,
        }),
      );
    said.push(this.t('belief.summary.most', { at: this.store.setting(this.values[most]) }));
    return said.join(' ');
  }

  data() {
    const { mind, store, isGp } = this;
    const t = (/** @type {string} */ key) => this.t(key);
    const [axis] = mind.axes;
    const told = { axis, name: this.axisName, values: this.values, curves: this.curves(), isGp };
    return beliefTable(told, store, this.summary(), t);
  }

  layers() {
    return html`<svg class="layer over" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  pictureKeys() {
    return [];
  }

  draw() {
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const { width, height } = this.size;
    if (!chart || !over || width < 60 || height < 60) return;
    this.marks = [];
    const curves = this.ready && !this.nothing ? this.curves() : null;
    if (!curves) {
      chart.replaceChildren();
      over.replaceChildren();
      return;
    }
    const axis = this.axis;
    const panels = this.isGp ? this.gpPanels(curves) : this.tpePanels(curves);
    const labels = panels.map(({ ticks }) => Math.max(14, ...ticks.map(({ label }) => textWidth(label))));
    const left = 30 + Math.max(...labels);
    this.frame = { left, width };
    const room = height - TOP - BOTTOM - GAP * (panels.length - 1);
    const svg = element('svg', { width, height, 'font-size': 11 });
    let top = TOP;
    const x = (/** @type {unknown} */ value) =>
      left + shareOf(axis, axis.to(/** @type {any} */ (value))) * (width - left - RIGHT);
    for (const [at, panel] of panels.entries()) {
      const tall = room * panel.share;
      const isLast = at === panels.length - 1;
      const frame = {
        width,
        height: top + tall + (isLast ? BOTTOM : 0),
        left,
        right: RIGHT,
        top,
        bottom: isLast ? BOTTOM : 0,
      };
      const y = (/** @type {number} */ value) => top + (1 - shareOf({ domain: panel.domain }, value)) * tall;
      const made = plotOf(
        { x: isLast ? axis : { ...axis, ticks: [] }, y: panel },
        frame,
        { x: isLast ? this.store.scaled(this.axisName, axis.scale) : undefined },
        [element('rect', { x: left, y: top, width: width - left - RIGHT, height: tall, fill: 'var(--ground)' })],
      );
      const clip = `belief-clip-${at}`;
      const mask = element('clipPath', { id: clip });
      mask.append(element('rect', { x: left, y: top - 1, width: width - left - RIGHT, height: tall + 2 }));
      const inner = element('g', { 'clip-path': `url(#${clip})` });
      const name = { x: left + (at ? 0 : 10), y: top - 6, fill: 'var(--ink-2)', 'font-size': 12 };
      made.append(mask, inner, element('text', name, panel.name));
      panel.paint(inner, made, x, y, { top, bottom: top + tall });
      svg.append(made);
      top += tall + GAP;
    }
    svg.append(...this.nextMarks(x, TOP, height - BOTTOM));
    chart.replaceChildren(svg);
    over.replaceChildren(...this.overMarks(x, height));
  }

  /** @private Trials that are drawn. */
  get drawn() {
    const { mind } = this;
    const known = mind.ended.filter(({ params }) => mind.axes[0] in params);
    if (known.length <= MOST_MARKS) return known;
    const best = new Set(mind.ranked.slice(0, MOST_MARKS / 2));
    return known.filter((one, k) => best.has(one) || k >= known.length - MOST_MARKS / 2);
  }

  /** @private The axis of values: the curves, and trials that lie not far beyond them. @param {number[]} ends */
  upOf(ends) {
    const { mind, store } = this;
    const scores = this.drawn
      .map((one) => mind.score(one))
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    const at = (/** @type {number} */ share) => scores[Math.floor(share * (scores.length - 1))];
    const reach = scores.length ? 3 * (at(0.8) - at(0.1)) : 0;
    const kept = scores.filter((one) => one >= at(0.2) - reach - 1e-9 && one <= at(0.8) + reach + 1e-9);
    const all = [...ends.filter((one) => !kept.length || Math.abs(one - at(0.5)) < 4 * (reach || 1)), ...kept];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const { domain, marks } = uprightOf(low, high, 0.06, 4);
    return {
      domain,
      ticks: scoreTicks(store, marks),
    };
  }

  /** @private @param {NonNullable<ReturnType<TpBeliefLine['curves']>>} curves */
  gpPanels(curves) {
    const { mind } = this;
    const { mean, deviation, gain } = curves;
    const before = mind.before?.length === mean.length ? mind.before.map((one) => this.scoreOf(one)) : null;
    const ends = [...mean.map((m, k) => m - BAND * deviation[k]), ...mean.map((m, k) => m + BAND * deviation[k])];
    const up = this.upOf(ends);
    return [
      {
        share: 0.66,
        ...up,
        name: `${scoreName(this.store, true)} · ${this.t('belief.band')}`,
        /** @type {Painter} */ paint: (inner, made, x, y) => {
          const places = this.values.map(x);
          const upper = mean.map((m, k) => y(m + BAND * deviation[k]));
          const lower = mean.map((m, k) => y(m - BAND * deviation[k]));
          if (this.isStepped) inner.append(...whiskers(places, mean.map(y), upper, lower));
          else {
            inner.append(element('path', { d: area(places, upper, lower), fill: 'var(--line-2)', opacity: 0.6 }));
            if (before)
              inner.append(
                element('path', {
                  ...{ d: line(places, before.map(y)), fill: 'none', stroke: 'var(--ink-3)' },
                  ...{ 'stroke-width': 1.2, 'stroke-dasharray': '2 4' },
                }),
              );
            inner.append(
              element('path', {
                d: line(places, mean.map(y)),
                fill: 'none',
                stroke: 'var(--ink)',
                'stroke-width': 1.8,
              }),
            );
          }
          made.append(...this.trialMarks(x, y, up.domain));
        },
      },
      this.gainPanel(gain, 0.34, this.t('belief.gain.gp')),
    ];
  }

  /** @private @param {NonNullable<ReturnType<TpBeliefLine['curves']>>} curves */
  tpePanels(curves) {
    const up = this.upOf([]);
    const [good, rest] = [curves.a.map(Math.exp), curves.b.map(Math.exp)];
    const high = Math.max(...good, ...rest, 1e-9);
    const domain = domainOf(0, high, 0);
    const few = ticked(steps(0, high, 2).map((one) => Number(one.toPrecision(2))));
    return [
      {
        share: 0.4,
        ...up,
        name: `${scoreName(this.store, true)} · ${this.t('belief.parted', { n: this.mind.told?.good.length ?? 0 })}`,
        /** @type {Painter} */ paint: (_inner, made, x, y) => {
          made.append(...this.trialMarks(x, y, up.domain));
        },
      },
      {
        share: 0.3,
        domain,
        ticks: few,
        name: this.t('belief.densities'),
        /** @type {Painter} */ paint: (inner, _made, x, y) => {
          const places = this.values.map(x);
          const look = { fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.8 };
          if (this.isStepped)
            for (const [all, shift, dash] of /** @type {[Float64Array, number, string][]} */ ([
              [rest, 3, '2 2'],
              [good, -3, ''],
            ]))
              inner.append(
                element('path', {
                  ...{ ...look, 'stroke-dasharray': dash },
                  d: places.map((at, k) => `M${at + shift},${y(0)}V${y(all[k])}`).join(''),
                }),
              );
          else
            inner.append(
              element('path', {
                ...look,
                stroke: 'var(--ink-3)',
                'stroke-dasharray': '5 3',
                d: line(places, rest.map(y)),
              }),
              element('path', { ...look, d: line(places, good.map(y)) }),
            );
        },
      },
      this.gainPanel(curves.gain, 0.3, this.t('belief.gain.tpe')),
    ];
  }

  /** @private What decides. @param {Float64Array} gain @param {number} share @param {string} name */
  gainPanel(gain, share, name) {
    const high = Math.max(...gain);
    const low = Math.max(Math.min(...gain), high - 12);
    const { domain, marks } = uprightOf(low, high, 0.08, 3);
    const ticks = ticked(marks);
    return {
      ...{ share, domain, ticks, name },
      /** @type {Painter} */ paint: (
        /** @type {SVGElement} */ inner,
        /** @type {SVGElement} */ _made,
        /** @type {(value: unknown) => number} */ x,
        /** @type {(value: number) => number} */ y,
        /** @type {{top: number, bottom: number}} */ { bottom },
      ) => {
        const places = this.values.map(x);
        const heights = [...gain].map(y);
        if (this.isStepped) {
          const half = Math.max(2, Math.min(14, 0.3 * Math.abs((places[1] ?? 60) - places[0])));
          for (const [k, at] of places.entries())
            inner.append(
              element('rect', {
                ...{ x: at - half, width: 2 * half, y: heights[k], height: Math.max(0, bottom - heights[k]) },
                fill: 'var(--mark)',
              }),
            );
          return;
        }
        inner.append(
          element('path', {
            d: area(
              places,
              heights,
              heights.map(() => bottom),
            ),
            fill: 'var(--line)',
          }),
          element('path', { d: line(places, heights), fill: 'none', stroke: 'var(--ink-2)', 'stroke-width': 1.5 }),
        );
      },
    };
  }

  /** @private Whether places are single values. */
  get isStepped() {
    const { axis } = this;
    return this.values.length < 3 || (axis.discrete && this.values.length <= 40);
  }

  /** @private @param {(value: unknown) => number} x @param {(value: number) => number} y
   * @param {[number, number]} domain */
  trialMarks(x, y, domain) {
    const { mind } = this;
    const [name] = mind.axes;
    const { taken } = mind;
    const good = new Set((mind.told?.good ?? []).map((one) => taken[one]));
    const moved = new Set(mind.moves.map(({ sampler }) => sampler));
    const known = mind.known;
    const places = new Map(known.map((one, k) => [one, k]));
    const made = [];
    const [top, bottom] = [y(domain[1]), y(domain[0])];
    for (const trial of this.drawn) {
      const at = x(trial.params[name]);
      const score = mind.score(trial);
      if (!Number.isFinite(at)) continue;
      if (!Number.isFinite(score)) {
        made.push(crossAt(at, top + 7));
        this.marks.push({ x: at, y: top + 7, trial });
        continue;
      }
      const isOut = score > domain[1] || score < domain[0];
      const up = Math.max(top + 3, Math.min(bottom - 3, y(score)));
      this.marks.push({ x: at, y: up, trial });
      if (isOut) made.push(element('path', { d: `M${at - 4},${up + 4}l4,-7l4,7z`, fill: 'var(--mark)' }));
      else if (moved.has(trial))
        made.push(
          element('path', { d: `M${at},${up - 6}l6,6l-6,6l-6,-6z`, fill: 'var(--ink)', stroke: 'var(--surface)' }),
        );
      else if (this.isGp ? trial.state !== 'pruned' : good.has(places.get(trial) ?? -1))
        made.push(element('circle', { cx: at, cy: up, r: 3.4, fill: 'var(--ink-2)', stroke: 'var(--surface)' }));
      else made.push(ringAt(at, up, 3, 'var(--mark)', 1.3));
    }
    for (const { reader } of mind.moves) {
      if (!reader) continue;
      const score = mind.score(reader);
      const at = x(reader.params[name] ?? mind.held[name]);
      made.push(
        ...(Number.isFinite(score)
          ? [squareAt(at, Math.max(top + 3, Math.min(bottom - 3, y(score))))]
          : [crossAt(at, top + 7), squareAt(at, top + 7)]),
      );
    }
    made.push(
      ...mind.running.filter(({ params }) => name in params).map(({ params }) => rugOf(x(params[name]), bottom)),
    );
    return made;
  }

  /** @private Where it looks next. @param {(value: unknown) => number} x @param {number} top @param {number} bottom */
  nextMarks(x, top, bottom) {
    const { mind } = this;
    const value = (mind.asked?.params ?? mind.next)?.[mind.axes[0]];
    const at = x(value);
    if (value === undefined || !Number.isFinite(at)) return [];
    const end = this.frame.width - RIGHT;
    const text = this.t('belief.next');
    const isRight = at + textWidth(text) + 8 > end;
    return [
      element('path', { d: `M${at},${top}V${bottom}`, stroke: 'var(--ink)', 'stroke-dasharray': '1 3' }),
      element('path', { d: `M${at - 6},${top - 9}h12l-6,9z`, fill: 'var(--ink)' }),
      element(
        'text',
        {
          ...{ x: isRight ? at - 9 : at + 9, y: top + 12, 'text-anchor': isRight ? 'end' : 'start' },
          ...{
            fill: 'var(--ink)',
            'font-size': 12,
            stroke: 'var(--ground)',
            'stroke-width': 3,
            'paint-order': 'stroke',
          },
        },
        text,
      ),
    ];
  }

  /** @private @param {(value: unknown) => number} x @param {number} height */
  overMarks(x, height) {
    const { mind, store } = this;
    const made = [];
    for (const [number, color, r] of /** @type {[number | null, string, number][]} */ ([
      [store.hovered, 'var(--ink)', 6],
      [store.selected?.number ?? null, 'var(--accent)', 7],
    ])) {
      const mark = this.marks.find((one) => one.trial.number === number && store.trials.get(number) === one.trial);
      if (mark) made.push(ringAt(mark.x, mark.y, r, 'var(--surface)', 4.5), ringAt(mark.x, mark.y, r, color, 2.2));
    }
    const [name] = mind.axes;
    if (!(name in mind.point)) return made;
    const at = x(mind.point[name]);
    if (!Number.isFinite(at)) return made;
    made.push(
      element('path', { d: `M${at},${TOP}V${height - BOTTOM}`, stroke: 'var(--accent)', 'stroke-width': 1.6 }),
      element('path', {
        ...{ d: `M${at - 7},${height - BOTTOM + 10}h14l-7,-10z`, fill: 'var(--accent)' },
        ...{ stroke: 'var(--surface)', 'paint-order': 'stroke', 'stroke-width': 2 },
      }),
    );
    return made;
  }

  /** @private The place among the values that is nearest. @param {number} at in pixels */
  nearest(at) {
    const { axis, frame } = this;
    const share = (at - frame.left) / (frame.width - frame.left - RIGHT);
    let [found, near] = [-1, Infinity];
    for (const [k, value] of this.values.entries()) {
      const far = Math.abs(shareOf(axis, axis.to(value)) - share);
      if (far < near) [found, near] = [k, far];
    }
    return share < -0.05 || share > 1.05 ? -1 : found;
  }

  /** @private @param {MouseEvent} event */
  trialAt(event) {
    const { x, y } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    let [found, near] = [/** @type {Trial | null} */ (null), NEAR * NEAR];
    for (const mark of this.marks) {
      const far = (mark.x - x) ** 2 + (mark.y - y) ** 2;
      if (far < near) [found, near] = [mark.trial, far];
    }
    // What was trained in the game is no trial of the run.
    return found && this.store.trials.get(found.number) === found ? found.number : null;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.tabled && this.ready && !this.nothing) this.act('hover', this.trialAt(event));
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    if (this.tabled || !this.ready || this.nothing) return;
    const found = this.trialAt(event);
    if (found !== null) return void this.act('pick', found);
    const { x } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    const k = this.nearest(x);
    if (k >= 0) this.point(k);
  }

  /** @private @param {number} k */
  point(k) {
    const [name] = this.mind.axes;
    this.dispatchEvent(new CustomEvent('point', { detail: { [name]: this.values[k] }, bubbles: true }));
    this.tell(this.saidAt(k));
  }

  /** @param {number} k what is thought there, in words */
  saidAt(k) {
    const curves = this.curves();
    if (!curves) return '';
    const { store } = this;
    const at = this.store.setting(this.values[k]);
    const two = (/** @type {number} */ x) => exact(Number(x.toPrecision(2)));
    return this.isGp
      ? this.t('belief.at.gp', {
          ...{ name: this.axisName, at, score: scoreName(store) },
          mean: scoreValue(store, curves.mean[k]),
          deviation: scoreValue(store, BAND * curves.deviation[k]),
          gain: two(curves.gain[k]),
        })
      : this.t('belief.at.tpe', {
          ...{ name: this.axisName, at, good: two(Math.exp(curves.a[k])), rest: two(Math.exp(curves.b[k])) },
          gain: two(curves.gain[k]),
        });
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
    const end = { Home: 0, End: this.values.length - 1 }[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey || !this.mind.told?.known) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      event.stopPropagation();
      this.dispatchEvent(new CustomEvent('train-point', { bubbles: true }));
      return;
    }
    if (by === undefined && end === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const now = this.values.findIndex((value) => value === this.mind.point[this.mind.axes[0]]);
    const start = now < 0 ? Math.floor(this.values.length / 2) : now + (by ?? 0);
    this.point(end ?? Math.max(0, Math.min(this.values.length - 1, start)));
  }
}

/**
 * @typedef {(inner: SVGElement, made: SVGElement, x: (value: unknown) => number, y: (value: number) => number, room:
 *   {top: number, bottom: number}) => void} Painter
 */

define('tp-belief-line', TpBeliefLine);
