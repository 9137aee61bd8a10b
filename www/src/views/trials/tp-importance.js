import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { element } from '../../figures/plot-axes.js';
import { scoreValue } from '../../state/spread.js';
import { count } from '../../study/format.js';
import { LEAST } from '../../study/good-range.js';
import { FieldFigure } from './field-figure.js';
import { verdictsOf } from './verdicts.js';
import { goodSaid, percent, stretchOf } from './words.js';

/** @typedef {import('./verdicts.js').Verdict} Verdict */

/** The height of a bar with its room. */
const ROW = 26;

/** How much each hyperparameter has to do with being among the best, of the trials inside the brush; and where they
 * lie. */
export class TpImportance extends FieldFigure {
  static figure = 'importance';

  get title() {
    return this.t('importance.title');
  }

  /** @private */
  get verdicts() {
    return verdictsOf(this.field);
  }

  get lack() {
    const { verdicts } = this;
    const lack = super.lack;
    if (lack || !this.field.begun) return lack;
    if (verdicts.n < 2) return this.t('importance.few');
    if (verdicts.target === verdicts.n) return this.t('importance.equal', { n: count(verdicts.n) });
    // All importance there is falls to the only one.
    if (verdicts.all.length < 2) return this.t('importance.one', { name: this.nameOf(verdicts.all[0]) });
    return verdicts.all.every(({ divergence }) => divergence === 0) ? this.t('importance.none') : '';
  }

  /** @private @param {Verdict} verdict */
  nameOf({ axis }) {
    return this.store.label(axis.name);
  }

  /** Of which trials, and which of them are the best. */
  controls() {
    const { verdicts, store } = this;
    if (!this.ready || this.nothing) return nothing;
    return html`<p class="q2 about" data-testid="importance-about">${this.about(verdicts)}${
      verdicts.target < LEAST ? ` ${this.t('importance.unsteady', { n: verdicts.target })}` : ''
    }<span class="vh">${store.brush ? this.t('trials.caption.inside') : ''}</span></p>`;
  }

  /** @private @param {import('./verdicts.js').Verdicts} verdicts */
  about({ n, target, cut }) {
    const { store, field } = this;
    return this.t(store.brush ? 'importance.about.inside' : 'importance.about', {
      n: count(n),
      target: count(target),
      cut: `${field.isUp ? '≥' : '≤'} ${scoreValue(store, cut)}`,
    });
  }

  summary() {
    if (this.lack) return this.lack;
    const { verdicts } = this;
    const list = verdicts.all.map((one) => `${this.nameOf(one)} ${percent(one.share)}`).join(', ');
    return this.t('importance.summary', { list });
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { all } = this.verdicts;
    const column = (
      /** @type {string} */ key,
      /** @type {string} */ label,
      /** @type {(one: Verdict) => unknown} */ value,
      /** @type {(one: Verdict) => unknown} */ text = value,
      num = true,
    ) => ({ key, label, num, value, text });
    return {
      caption: this.ready && !this.nothing ? this.about(this.verdicts) : this.title,
      columns: [
        column(
          'name',
          this.t('importance.name'),
          ({ axis }) => axis.name,
          (one) => this.nameOf(one),
          false,
        ),
        column(
          'importance',
          this.title,
          ({ share }) => share,
          ({ share }) => percent(share),
        ),
        column(
          'best_lie',
          this.t('good.title'),
          (one) => stretchOf(this.store, one),
          (one) => goodSaid(this.store, one),
          false,
        ),
      ],
      rows: all,
      all: () => all,
    };
  }

  /** Where most of the best lie, rather than where the one winner does. */
  below() {
    const { store, verdicts } = this;
    if (!this.ready || super.lack || verdicts.target === verdicts.n) return nothing;
    if (verdicts.target < LEAST)
      return html`<p class="q2 about" data-testid="good-ranges">${this.t('good.too_few', { n: verdicts.target })}</p>`;
    return html`<table class="good" data-testid="good-ranges"><caption>${this.t('good.title')}</caption>
      <tbody>${verdicts.all.map(
        (one) =>
          html`<tr class=${one.good?.told ? '' : 'dim'}><th scope="row">${this.nameOf(one)}</th><td>${goodSaid(
            store,
            one,
          )}</td></tr>`,
      )}</tbody></table>`;
  }

  draw() {
    const plot = /** @type {HTMLElement | null} */ (this.querySelector('.plot'));
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const { width } = this.size;
    if (!plot || !chart || width < 60) return;
    const all = this.ready && !this.nothing ? this.verdicts.all : [];
    plot.style.height = all.length ? `${all.length * ROW + 4}px` : '';
    const names = Math.min(170, width * 0.42);
    const wide = width - names - 62;
    const most = Math.max(...all.map(({ share }) => share), 1e-9);
    const svg = element('svg', { width, height: Math.max(1, all.length * ROW), 'font-size': 12 });
    for (const [k, one] of all.entries()) {
      const y = k * ROW + ROW / 2;
      const length = Math.max(1, (one.share / most) * wide);
      const text = (/** @type {number} */ x, /** @type {string} */ anchor, /** @type {string} */ words) =>
        element('text', { x, y, dy: '.35em', 'text-anchor': anchor, fill: 'var(--ink-2)' }, words);
      svg.append(
        text(names - 8, 'end', this.nameOf(one)),
        element('rect', { x: names, y: y - 7, width: length, height: 14, fill: 'var(--ink-2)', rx: 2 }),
        text(names + length + 6, 'start', percent(one.share)),
      );
    }
    chart.replaceChildren(svg);
  }
}

define('tp-importance', TpImportance);
