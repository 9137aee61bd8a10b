import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { reachOf } from '../../state/landscape.js';
import { shownOf } from './shown.js';
import shared from '../../figures/ground/style.css?inline';
import own from './style.css?inline';
import './tp-landscape.js';
import './tp-landscape-facts.js';
import '../../controls/tp-scrubber.js';

/** While trials train, the best of them is asked about once it has been the best for so long, in ms. */
const REST = 400;

/** The loss around the selected trial's weights, the path that led there, and what the picture hides. */
export class TpLandscapeView extends Part {
  static sheet = `${shared}${own}`;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['landscape', 'selection', 'trials', 'run'];
  static properties = { ...Part.properties, at: { state: true } };

  constructor() {
    super();
    /** The point of the path that is looked at. */ this.at = 0;
    /** @private what was asked for last */ this.asked = '';
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.resting = undefined;
    /** @private @type {unknown} the path that `at` is a point of */ this.path = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.asked = '';
    clearTimeout(this.resting);
    this.act('leave_landscape');
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    const path = shownOf(this.store)?.path ?? null;
    if (path === this.path) return;
    this.path = path;
    // A path is looked at from its end, which is the trial.
    this.at = path ? path.steps.length - 1 : 0;
  }

  updated() {
    this.ask();
  }

  /** Asks for the landscape of the selected trial, once it has weights; once for each, as it may be refused. One that
   * is there follows its trial. @private */
  ask() {
    const { landscape, selected, picked, runs, state } = this.store;
    const reach = selected && reachOf(selected);
    if (!selected || !reach) return;
    if (landscape.trial === selected.number && landscape.state !== 'none') {
      const { epochs, live } = landscape.reach ?? reach;
      if (epochs !== reach.epochs || live !== reach.live) this.act('follow_landscape');
      return;
    }
    const asked = `${runs} ${selected.number} ${state}`;
    if (asked === this.asked) return;
    this.asked = asked;
    clearTimeout(this.resting);
    if (state === 'idle' || picked !== null) this.act('landscape', {});
    else this.resting = setTimeout(() => this.act('landscape', {}), REST);
  }

  render() {
    const { store, at } = this;
    const path = shownOf(store)?.path;
    return html`<div class="landscape">
      <tp-landscape .store=${store} .at=${at}></tp-landscape>
      ${
        path
          ? html`<tp-scrubber .store=${store} .steps=${path.steps} .at=${at}
            @scrub=${(/** @type {CustomEvent<number>} */ event) => {
              this.at = event.detail;
            }}></tp-scrubber>`
          : nothing
      }
      <tp-landscape-facts .store=${store} .at=${at}></tp-landscape-facts>
    </div>`;
  }
}

define('tp-landscape-view', TpLandscapeView);

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };

/** @param {import('../../state/store.js').Store} store */
export const render = (store) => html`<tp-landscape-view .store=${store}></tp-landscape-view>`;
