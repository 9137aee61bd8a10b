import { html } from 'lit';
import { Part, define } from '../../../www/src/controls/part.js';
import sheet from './style.css?inline';

/** A view as anybody would add one, for tests of what adding takes (views.spec.js). */
class TpProbe extends Part {
  static sheet = sheet;

  render() {
    return html`<p class="probe" data-testid="probe">${this.t('probe.hello', { n: 3 })}</p>`;
  }
}

define('tp-probe', TpProbe);

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };

/** @param {import('../../../www/src/state/store.js').Store} store */
export const render = (store) => html`<tp-probe .store=${store}></tp-probe>`;
