import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import './tp-parallel.js';
import './tp-slice.js';
import './tp-importance.js';
import './tp-distribution.js';
import './tp-timeline.js';
import './tp-difference.js';
import { hasLineage } from './tp-lineage.js';
import { hasRisk } from './tp-risk.js';
import sheet from './style.css?inline';

/** All trials of a study, looked at from several sides at once: what one figure brushes, all leave out. */
export class TpTrials extends Part {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['shelf', 'run'];

  render() {
    const { store } = this;
    return html`<div class="trials" tabindex="-1">
      ${hasLineage(store) ? html`<tp-lineage .store=${store}></tp-lineage>` : nothing}
      ${hasRisk(store) ? html`<tp-risk .store=${store}></tp-risk>` : nothing}
      <tp-parallel .store=${store}></tp-parallel>
      <tp-slice .store=${store}></tp-slice>
      <tp-importance .store=${store}></tp-importance>
      <tp-distribution .store=${store}></tp-distribution>
      <tp-timeline .store=${store}></tp-timeline>
      <tp-difference .store=${store}></tp-difference>
    </div>`;
  }
}

define('tp-trials', TpTrials);

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };

/** @param {import('../../state/store.js').Store} store */
export const render = (store) => html`<tp-trials .store=${store}></tp-trials>`;
