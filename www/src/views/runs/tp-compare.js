import { html, nothing } from 'lit';
import { Beat, Part, define } from '../../controls/part.js';
import { aspectName, aspectText, runName } from '../../i18n/aspects.js';
import { contrast } from '../../study/contrast.js';
import { count, loss, metric } from '../../study/format.js';
import { scoreName, scoreText } from '../../state/spread.js';
import sheet from './style.css?inline';

/** @typedef {import('../../state/store.js').Store} Store */

/** What two runs have come to, and in what their studies differ: by how much, and never who wins. */
export class TpCompare extends Part {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['shelf', 'trials', 'run'];

  constructor() {
    super();
    /** @private */ this.beat = new Beat();
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    if (topics.has('shelf') || this.beat.due(this.store, topics)) this.requestUpdate();
  }

  render() {
    const { store } = this;
    const { other } = store;
    if (!other) return nothing;
    const both = [store, other];
    const differing = contrast(store.shownStudy, other.shownStudy);
    const { lang } = store;
    return html`<section class="compare" data-testid="compare-table" tabindex="0"
      aria-label=${this.t('compare.title', { a: store.letter, b: other.letter })}>
      <p data-testid="compare-said">${this.said(other).join(' ')}</p>
      <table><thead><tr><td></td>${both.map((one) => this.head(one))}</tr></thead>
      <tbody>
        <tr><th scope="row">${this.t('compare.best', { score: scoreName(store) })}</th>${both.map(
          (one) => html`<td data-testid="compare-best">${this.best(one)}</td>`,
        )}</tr>
        <tr><th scope="row">${this.t('compare.trials')}</th>${both.map(
          (one) => html`<td>${this.counts(one)}</td>`,
        )}</tr>
        ${differing.map(
          ({ key, a, b }) =>
            html`<tr data-key=${key}><th scope="row">${aspectName(lang, key)}</th>${[a, b].map(
              (aspect) => html`<td>${aspectText(lang, key, aspect)}</td>`,
            )}</tr>`,
        )}
      </tbody></table>
      ${differing.length ? nothing : html`<p class="q2">${this.t('compare.same')}</p>`}
    </section>`;
  }

  /** @param {Store} one */
  head(one) {
    const { shelf, lang } = this.store;
    const record = shelf.of(one === this.store ? shelf.shown : (shelf.beside?.id ?? null));
    return html`<th scope="col"><b>${one.letter}</b> ${record ? runName(lang, record) : ''}</th>`;
  }

  /** @param {Store} one */
  best(one) {
    const trial = one.best === null ? undefined : one.trials.get(one.best);
    if (!trial) return '–';
    return html`<b>${scoreText(one, trial)}</b> <span
      class="q">${this.t('compare.trial', { number: trial.number })}</span>`;
  }

  /** @param {Store} one */
  counts(one) {
    const { complete, pruned, diverged, failed } = one.counts;
    const said = [this.t('compare.of', { done: count(complete + pruned + diverged + failed), n: one.trials.size })];
    if (diverged) said.push(this.t('compare.diverged', { n: diverged }));
    return said.join(', ');
  }

  /** By how much the bests lie apart, and what has to be known beside it. @param {Store} other @returns {string[]} */
  said(other) {
    const { store } = this;
    if (!store.comparable) return [this.t('compare.metrics')];
    const said = [];
    const [a, b] = [store, other].map((one) => {
      const trial = one.best === null ? undefined : one.trials.get(one.best);
      return trial ? one.score(trial) : NaN;
    });
    const { metric: name, direction } = store.objective;
    const text = (/** @type {number} */ value) => (name.endsWith('loss') ? loss(value) : metric(value, store.task));
    if (Number.isFinite(a) && Number.isFinite(b)) {
      const up = direction === 'maximize';
      const better = a > b === up ? store.letter : other.letter;
      said.push(
        text(a) === text(b)
          ? this.t('compare.tie', { score: text(a) })
          : this.t(up ? 'compare.higher' : 'compare.lower', { better, by: text(Math.abs(a - b)) }),
      );
    }
    const [mine, theirs] = [store.trials.size, other.trials.size];
    if (mine !== theirs) said.push(this.t('compare.counts', { more: mine > theirs ? store.letter : other.letter }));
    const [own, data] = [store, other].map((one) => JSON.stringify(one.shownStudy.dataset));
    if (own !== data) said.push(this.t('compare.data'));
    const missing = Object.keys(store.shownStudy.space ?? {}).filter((one) => !other.shownStudy.space?.[one]);
    const swept = Object.keys(store.shownStudy.space ?? {}).length;
    if (missing.length === swept && swept) {
      const names = missing.map((one) => store.label(one)).join(', ');
      said.push(this.t('compare.axes', { b: other.letter, names }));
    }
    return said;
  }
}

define('tp-compare', TpCompare);
