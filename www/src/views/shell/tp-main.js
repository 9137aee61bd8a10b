import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { samplerOf } from '../../study/search.js';
import { VIEWS } from '../views.js';
import { ViewPart } from './view-part.js';
import './tp-question.js';
import './tp-selection.js';
import './tp-messages.js';

/** Tabs, the selected trial, messages and the view. A further view is one more entry of VIEWS (views.js). */
export class TpMain extends ViewPart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['test', 'run'];

  render() {
    const { store, view } = this;
    const open = store.seen;
    const isHand = samplerOf(store.study) === 'hand';
    return html`<main class="main" id="main" tabindex="-1" aria-label=${this.t('main')}>
      <div class="above"><tp-runs .store=${store}></tp-runs><tp-question .store=${store}></tp-question><tp-opening
        .store=${store}></tp-opening></div>
      <div class="tabs">
        <div role="tablist" aria-label=${this.t('views')} @keydown=${this.onKey}>${VIEWS.map(
          (one) => html`<button type="button" role="tab" id="tab-${one.name}" aria-controls="view"
            aria-selected=${one === view}
            tabindex=${one === view ? 0 : -1}
            @click=${() => this.act('view', one.name)}>${
              isHand && one === VIEWS[0] ? this.t('sampler.hand.tab') : one.title[store.lang]
            }</button>`,
        )}</div>
        <span class="sp"></span>
        ${store.locks.has('test') ? nothing : this.lock(open)}
      </div>
      <tp-selection .store=${store}></tp-selection>
      <tp-messages .store=${store}></tp-messages>
      <div class="view" id="view" role="tabpanel" aria-labelledby="tab-${view.name}"
        aria-busy=${view.part.state === 'loading'}>${this.content()}</div>
    </main>`;
  }

  /** The way to the test set. @param {boolean} open */
  lock(open) {
    const { store } = this;
    return html`<button type="button" class="lock ${open ? 'open' : ''}" data-testid="test-lock"
      aria-expanded=${store.drawer}
          aria-controls="test-drawer"
          @click=${() => this.act('drawer', !store.drawer)}>${icon(open ? 'unlock' : 'lock')}${this.t(
            open ? 'test.opened' : 'test.locked',
          )}</button>`;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || VIEWS.length < 2) return;
    event.preventDefault();
    event.stopPropagation();
    const at = VIEWS.findIndex((one) => one.name === this.store.view);
    const next = VIEWS[(at + by + VIEWS.length) % VIEWS.length];
    this.act('view', next.name);
    /** @type {HTMLElement | null} */ (this.querySelector(`#tab-${next.name}`))?.focus();
  }
}

define('tp-main', TpMain);
