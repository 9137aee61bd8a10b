import { html, nothing } from 'lit';
import { Beat, Part, define } from '../../controls/part.js';
import { aspectName, aspectText, runName } from '../../i18n/aspects.js';
import { contrasts } from '../../study/contrast.js';
import { count, loss, metric } from '../../study/format.js';
import { planned } from '../../study/panel.js';
import { scoreName, scoreText } from '../../state/spread.js';
import { agreementOf } from './agreement.js';
import { bestOf, layersOf } from './overlay.js';
import sheet from './style.css?inline';

/** @typedef {import('../../state/store.js').Store} Store @typedef {import('./overlay.js').Layer} Layer */

/** What the compared runs have come to, and in what their studies differ: by how much, and never who wins. */
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
    if (!store.other) return nothing;
    const runs = layersOf(store);
    const differing = contrasts(runs.map((one) => one.store.shownStudy));
    const { lang } = store;
    const row = (/** @type {string} */ name, /** @type {(one: Store) => unknown} */ cell, testid = '') =>
      html`<tr><th scope="row">${name}</th>${runs.map(
        (one) => html`<td data-testid=${testid || nothing}>${cell(one.store)}</td>`,
      )}</tr>`;
    return html`<section class="compare" data-testid="compare-table" tabindex="0"
      aria-label=${this.t('compare.title', { runs: runs.map(({ letter }) => letter).join(', ') })}>
      <p data-testid="compare-said">${this.said(runs).join(' ')}</p>
      <table><thead><tr><td></td>${runs.map((one) => this.head(one))}</tr></thead>
      <tbody>
        ${row(this.t('compare.best', { score: scoreName(store) }), (one) => this.best(one), 'compare-best')}
        ${row(this.t('compare.trials'), (one) => this.counts(one))}
        ${differing
          // The row above says how many trials there are.
          .filter(({ key }) => key !== 'trials')
          .map(
            ({ key, aspects }) =>
              html`<tr data-key=${key}><th scope="row">${aspectName(lang, key)}</th>${aspects.map(
                (aspect) => html`<td>${aspectText(lang, key, aspect)}</td>`,
              )}</tr>`,
          )}
      </tbody></table>
      ${differing.length ? nothing : html`<p class="q2">${this.t('compare.same')}</p>`}
    </section>`;
  }

  /** @param {Layer} one */
  head({ id, letter }) {
    const record = this.store.shelf.of(id);
    return html`<th scope="col"><b>${letter}</b> ${record ? runName(this.store.lang, record) : ''}</th>`;
  }

  /** @param {Store} one */
  best(one) {
    const trial = bestOf(one);
    if (!trial) return '–';
    return html`<b>${scoreText(one, trial)}</b> <span
      class="q">${this.t('compare.trial', { number: trial.number })}</span>`;
  }

  /** @param {Store} one */
  counts(one) {
    const { complete, pruned, diverged, failed } = one.counts;
    const n = Math.max(one.trials.size, planned(one.shownStudy));
    const said = [this.t('compare.of', { done: count(complete + pruned + diverged + failed), n: count(n) })];
    if (diverged) said.push(this.t('compare.diverged', { n: diverged }));
    return said.join(', ');
  }

  /** By how much the bests lie apart, and what has to be known beside it. @param {Layer[]} runs @returns {string[]} */
  said(runs) {
    const { store } = this;
    if (!store.comparable) return [this.t('compare.metrics')];
    const said = this.gap(runs);
    const sizes = runs.map((one) => one.store.trials.size);
    const most = Math.max(...sizes);
    const more = runs.filter((_, k) => sizes[k] === most);
    if (more.length < runs.length)
      said.push(
        runs.length > 2 ? this.t('compare.uneven') : this.t('compare.counts', { more: more.map((one) => one.letter) }),
      );
    if (new Set(runs.map((one) => JSON.stringify(one.store.shownStudy.dataset))).size > 1)
      said.push(this.t('compare.data'));
    said.push(...this.byFolds(runs));
    const [, other] = runs;
    const swept = Object.keys(store.shownStudy.space ?? {});
    const missing = swept.filter((one) => !other.store.shownStudy.space?.[one]);
    if (swept.length && missing.length === swept.length)
      said.push(this.t('compare.axes', { b: other.letter, names: missing.map((one) => store.label(one)).join(', ') }));
    return said;
  }

  /** Where one run has folds and another one split: how far they agree about the trials that both have.
   * @private @param {Layer[]} runs @returns {string[]} */
  byFolds(runs) {
    const foldsOf = (/** @type {Layer} */ { store }) => store.shownStudy.dataset.folds ?? 1;
    const folded = runs.find((one) => foldsOf(one) > 1);
    const split = runs.find((one) => foldsOf(one) === 1);
    if (!folded || !split) return [];
    const scores = (/** @type {Layer} */ { store }) =>
      new Map(
        [...store.trials.values()]
          .filter((trial) => trial.state === 'complete' && Number.isFinite(store.score(trial)))
          .map((trial) => [JSON.stringify(trial.params), store.score(trial)]),
      );
    const up = this.store.objective.direction === 'maximize';
    const found = agreementOf(scores(split), scores(folded), up);
    if (!found) return [];
    const values = { folds: foldsOf(folded), a: folded.letter, b: split.letter, n: found.n, rank: found.rank };
    return [this.t('compare.folds', { ...values, correlation: found.correlation.toFixed(2) })];
  }

  /** By how much the best is ahead of the next one. @private @param {Layer[]} runs @returns {string[]} */
  gap(runs) {
    const { objective, task } = this.store;
    const { metric: name, direction } = objective;
    const up = direction === 'maximize';
    const text = (/** @type {number} */ value) => (name.endsWith('loss') ? loss(value) : metric(value, task));
    const found = runs.flatMap(({ letter, store }) => {
      const best = bestOf(store);
      const score = best ? store.score(best) : NaN;
      return Number.isFinite(score) ? [{ letter, score }] : [];
    });
    if (found.length < 2) return [];
    const [first, second] = found.sort((a, b) => (up ? b.score - a.score : a.score - b.score));
    const same = found.filter(({ score }) => text(score) === text(first.score));
    const score = text(first.score);
    if (same.length > 1)
      return [
        runs.length > 2
          ? this.t('compare.ties', { runs: same.map(({ letter }) => letter).join(', '), score })
          : this.t('compare.tie', { score }),
      ];
    const key = `compare.${up ? 'high' : 'low'}${runs.length > 2 ? 'est' : 'er'}`;
    return [this.t(key, { better: first.letter, by: text(Math.abs(first.score - second.score)) })];
  }
}

define('tp-compare', TpCompare);
