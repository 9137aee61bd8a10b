import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import { keyOf } from '../../study/same.js';
import shared from '../../figures/ground/style.css?inline';
import own from './style.css?inline';
import { askedOf } from './asked.js';
import { isLeftBehind } from './follow.js';
import './tp-map.js';
import './tp-map-facts.js';

/** What is said of a link's map: of its axes, its size, the ends of both. */
const NOTICES = ['link_map', 'link_map_2', 'link_map_3', 'link_map_4'];

/** Where training works: two hyperparameters, and a trained network for each pixel of their plane. */
export class TpMapView extends Part {
  static sheet = `${shared}${own}`;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['map', 'study'];

  firstUpdated() {
    super.firstUpdated();
    if (!this.follow()) this.ask();
  }

  /** A link may say what to show also while the map is open. */
  wake() {
    if (this.store.map.asked) this.ask();
    else this.follow();
  }

  /** @private Lays out what a link asks for, as far as it can be had, and says what cannot. */
  ask() {
    const { map, study } = this.store;
    if (map.asked) {
      const { words, problems } = askedOf(study, map.asked);
      if (words !== map.asked) this.act('map_from', words);
      for (const k of NOTICES.keys()) this.act('dismiss', NOTICES[k]);
      for (const [k, problem] of problems.entries())
        this.act('notify', { id: NOTICES[k], kind: 'alert', title: 'message.link_map', problem, actions: [] });
    }
    this.act('map', undefined);
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
