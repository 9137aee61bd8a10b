import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { short } from '../../study/format.js';
import { titleOf } from '../../study/presets.js';
import { samplerOf } from '../../study/search.js';
import { scoreText } from '../../state/spread.js';
import { ViewPart } from '../shell/view-part.js';
import '../shell/tp-run-bar.js';
import '../shell/tp-messages.js';
import './tp-knobs.js';
import sheet from './style.css?inline';

/** Views that show what is there already; all others are computed. */
const STILL = ['sweep', 'trials'];

/**
 * A guest on another page: a line with its title, one view, and a line to run it.
 *
 * @typedef {object} Host what the part is told by the element
 * @property {boolean} isAsleep whether nothing is loaded that trains
 * @property {boolean} waits for another guest of the page
 * @property {string} href the same state in the whole page
 * @property {() => void} wake
 * @property {() => Promise<string>} link makes `href` ready
 */
export class TpEmbed extends ViewPart {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'run', 'trials', 'selection'];
  static properties = { ...ViewPart.properties, host: { attribute: false } };

  constructor() {
    super();
    /** @type {Host} */ this.host = /** @type {any} */ (undefined);
  }

  render() {
    const { store } = this;
    const data = store.dataName(store.study);
    const title = titleOf(store.study, store.lang) || data;
    const { question } = store.study;
    const about = [data, this.t(`sampler.${samplerOf(store.study)}`)];
    return html`<header class="top title">
        <h2 data-testid=${question ? 'question' : 'embed-title'}
          title=${question ? title : nothing}><bdi>${question || title}</bdi></h2>
        <span class="q about">${about.join(', ')}</span>
        ${store.isExample ? html`<span class="q about whole">${this.t('embed.stored')}</span>` : nothing}
        <span class="sp"></span>
        <a class="lnk" target="_blank" rel="noopener" data-testid="open-full" href=${this.host.href}
          title=${this.t('embed.open.title')} @pointerenter=${this.ready} @focus=${this.ready}
          @click=${this.onOpen}>${this.t('embed.open')}</a>
      </header>
      <section class="main" id="main" tabindex="-1" aria-label=${this.view.title[store.lang]}>
        <tp-messages .store=${store}></tp-messages>
        <div class="view" id="view" data-view=${this.view.name}>${this.seen()}</div>
      </section>
      <footer class="foot"><tp-run-bar .store=${store}></tp-run-bar>
        <tp-knobs .store=${store}></tp-knobs>${this.readout()}</footer>`;
  }

  /** @private The view, or what asks before it computes. */
  seen() {
    if (!this.host.isAsleep || STILL.includes(this.view.name)) return this.content();
    return html`<div class="blank" data-testid="cover"><h3>${this.view.title[this.store.lang]}</h3>
      <p>${this.t('embed.compute.body')}</p>
      <button type="button" class="btn p" data-testid="compute" @click=${() => this.host.wake()}>${this.t(
        'embed.compute',
      )}</button></div>`;
  }

  /** @private The trial that is marked, and what trains. */
  readout() {
    const { store, host } = this;
    const trial = (store.hovered === null ? null : store.trials.get(store.hovered)) ?? store.selected;
    const who = store.backend ? (store.backend.backend === 'gpu' ? 'WebGPU' : 'CPU') : '';
    const { rate } = store.progress ?? {};
    if (host.waits) return html`<p class="readout" role="status" data-testid="waits">${this.t('embed.waits')}</p>`;
    return html`<p class="readout" data-testid="readout">${
      trial
        ? html`<span class="id">${this.t('trial.number', { number: trial.number })}</span>${
            trial.number === store.best ? html` <span class="q2">${this.t('embed.best')}</span>` : nothing
          } <span data-testid="readout-score">${scoreText(store, trial)}</span>`
        : nothing
    }${who ? html` <span class="q who">${who}${rate ? `, ${short(rate)}/s` : ''}</span>` : nothing}</p>`;
  }

  /** @private The link is made when somebody is about to follow it. */
  async ready() {
    const { href } = this.host;
    if ((await this.host.link()) !== href) this.requestUpdate();
  }

  /** @private Whoever is quicker than the link waits for it. @param {MouseEvent} event */
  async onOpen(event) {
    const before = this.host.href;
    const made = this.host.link();
    const quick = await Promise.race([made, Promise.resolve(null)]);
    if (quick === before || event.defaultPrevented) return;
    const href = await made;
    const link = /** @type {HTMLAnchorElement | null} */ (this.querySelector('[data-testid="open-full"]'));
    if (link) link.href = href;
    this.requestUpdate();
  }
}

define('tp-embed', TpEmbed);
