import { html } from 'lit';
import { define } from '../../controls/part.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { count, exact } from '../../study/format.js';
import { steps, textWidth } from '../../study/scale.js';
import { SlowFigure } from './slow-figure.js';

/**
 * @typedef {import('./pruning.js').Pruning} Pruning
 * @typedef {import('./rungs.js').Entry} Entry
 */

const ROW = 26;
const TOP = 6;
const BOTTOM = 40;

/** Epochs spent and saved between two rungs. */
export class TpLedger extends SlowFigure {
  static properties = { ...SlowFigure.properties, pruning: { attribute: false } };
  static figure = 'ledger';

  constructor() {
    super();
    /** @type {Pruning} */ this.pruning = /** @type {any} */ (undefined);
  }

  get title() {
    return this.t('ledger.title');
  }

  heading() {
    return this.lettered(this.title);
  }

  get ready() {
    return this.pruning.ledger.entries.length > 0;
  }

  summary() {
    const { spent, saved, unspent, planned, isMost } = this.pruning.ledger;
    const said = [
      this.t(isMost ? 'ledger.summary.most' : 'ledger.summary', {
        ...{ spent: count(spent), planned: count(planned), saved: count(saved) },
        share: planned ? Math.round((100 * saved) / planned) : 0,
      }),
    ];
    if (unspent) said.push(this.t(isMost ? 'ledger.unspent.most' : 'ledger.unspent.said', { n: count(unspent) }));
    return said.join(' ');
  }

  below() {
    return this.ready ? html`<p class="q2 about" data-testid="ledger-sum">${this.summary()}</p>` : super.below();
  }

  controls() {
    const swatch = (/** @type {string} */ kind) => html`<i class="swatch ${kind}"></i>`;
    return html`<div class="pickers"><span class="status-key"><span class="st">${swatch('spent')}${this.t(
      'ledger.spent',
    )}</span><span class="st">${swatch('saved')}${this.t('ledger.saved')}</span>${
      this.pruning.ledger.unspent ? html`<span class="st">${swatch('unspent')}${this.t('ledger.unspent')}</span>` : ''
    }</span></div>`;
  }

  pictureKeys() {
    return [];
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { entries } = this.pruning.ledger;
    const isMany = entries.some(({ bracket }) => bracket > 0);
    const column = (/** @type {keyof Entry} */ key, /** @type {string} */ label) => ({
      ...{ key, label, num: true },
      value: (/** @type {Entry} */ row) => row[key],
      text: (/** @type {Entry} */ row) => count(row[key]),
    });
    return {
      caption: this.summary(),
      columns: [
        ...(isMany ? [column('bracket', this.t('rungs.bracket.name'))] : []),
        column('from', this.t('ledger.from')),
        column('to', this.t('ledger.to')),
        column('reached', this.t('ledger.reached')),
        column('on', this.t('rungs.on')),
        column('stopped', this.t('state.pruned')),
        column('diverged', this.t('state.diverged')),
        column('spent', this.t('ledger.spent')),
        column('saved', this.t('ledger.saved')),
        column('unspent', this.t('ledger.unspent')),
      ],
      rows: entries,
      all: () => entries,
    };
  }

  draw() {
    const plot = /** @type {HTMLElement | null} */ (this.querySelector('.plot'));
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const { width } = this.size;
    if (!plot || !chart || width < 60) return;
    const { entries } = this.pruning.ledger;
    if (!entries.length) return chart.replaceChildren();
    const isMany = entries.some(({ bracket }) => bracket > 0);
    const name = (/** @type {Entry} */ { from, to, bracket }) =>
      `${isMany ? `${this.t('rungs.bracket', { n: bracket })}: ` : ''}${from + 1 === to ? to : `${from + 1}–${to}`}`;
    const height = TOP + BOTTOM + ROW * entries.length;
    plot.style.height = `${height}px`;
    const left = 16 + Math.max(...entries.map((one) => textWidth(name(one))));
    const most = Math.max(1, ...entries.map(({ spent, saved, unspent }) => spent + saved + unspent));
    const frame = { width, height, left, right: 16, top: TOP, bottom: BOTTOM };
    const ticks = steps(0, most, Math.max(2, width / 110), true).map((at) => ({ at, label: exact(at) }));
    const svg = plotOf(
      { x: { domain: [0, most], ticks }, y: { domain: [0, 1], ticks: [] } },
      frame,
      { x: this.t('ledger.axis') },
      [],
      true,
    );
    const wide = width - left - 16;
    for (const [k, entry] of entries.entries()) {
      const y = TOP + k * ROW + 4;
      let x = left;
      for (const [key, look] of /** @type {['spent' | 'saved' | 'unspent', Record<string, string>][]} */ ([
        ['spent', { fill: 'var(--ink-2)' }],
        ['saved', { fill: 'var(--surface)', stroke: 'var(--ink-2)', 'stroke-dasharray': '3 2' }],
        ['unspent', { fill: 'var(--line)' }],
      ])) {
        const long = (entry[key] / most) * wide;
        if (long > 0)
          svg.append(element('rect', { x: x + 0.5, y, width: Math.max(0.5, long - 1), height: ROW - 9, ...look }));
        x += long;
      }
      svg.append(
        element(
          'text',
          { x: left - 8, y: y + (ROW - 9) / 2, dy: '.35em', 'text-anchor': 'end', fill: 'var(--ink-2)' },
          name(entry),
        ),
      );
    }
    chart.replaceChildren(svg);
  }
}

define('tp-ledger', TpLedger);
