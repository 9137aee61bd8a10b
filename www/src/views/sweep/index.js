import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import '../../figures/tp-surface.js';
import '../../figures/tp-curves.js';
import '../../figures/tp-table.js';
import './tp-best.js';
import sheet from './style.css?inline';

/** Response surface, loss curves and trial table of one study. */
export class TpSweep extends Part {
  static sheet = sheet;

  render() {
    const { store } = this;
    return html`<div class="sweep">
      <tp-best .store=${store}></tp-best>
      <tp-surface .store=${store}></tp-surface>
      <tp-curves .store=${store}></tp-curves>
      <tp-table .store=${store}></tp-table>
    </div>`;
  }
}

define('tp-sweep', TpSweep);

/** @param {import('../../state/store.js').Store} store */
export const render = (store) => html`<tp-sweep .store=${store}></tp-sweep>`;
