import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import { keyOf } from '../../study/same.js';
import shared from '../../figures/ground/style.css?inline';
import own from './style.css?inline';
import { isLeftBehind } from './follow.js';
import './tp-map.js';
import './tp-map-facts.js';

/** Where training works: two hyperparameters, and a trained network for each pixel of their plane. */
export class TpMapView extends Part {
  static sheet = `${shared}${own}`;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['map', 'study'];

  firstUpdated() {
    super.firstUpdated();
    if (!this.follow()) this.act('map', undefined);
  }

  /** A link may say what to show also while the map is open. */
  wake() {
    if (this.store.map.asked) this.act('map', undefined);
    else this.follow();
  }

  /** @private A map that nobody has trained follows the study, also to one that was run behind another view. */
  follow() {
    const { map, study } = this.store;
    const isLeft = !map.asked && isLeftBehind(map, keyOf(study));
    if (isLeft) this.act('map_anew', true);
    return isLeft;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.act('map_hover', null);
  }

  render() {
    const { store } = this;
    return html`<div class="mapped">
      <tp-map .store=${store}></tp-map>
      <tp-map-facts .store=${store}></tp-map-facts>
    </div>`;
  }
}

define('tp-map-view', TpMapView);

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };

/** @param {import('../../state/store.js').Store} store */
export const render = (store) => html`<tp-map-view .store=${store}></tp-map-view>`;
