import { html } from 'lit';
import { Part } from '../../controls/part.js';
import { VIEWS } from '../views.js';

/** The view that is open: a skeleton while it is loaded, and another try where that fails. */
export class ViewPart extends Part {
  constructor() {
    super();
    /** @private the view that was opened last */ this.opened = '';
  }

  get view() {
    return VIEWS.find((one) => one.name === this.store.view) ?? VIEWS[0];
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    if (this.view.name === this.opened) return;
    this.opened = this.view.name;
    if (!this.view.part.module) this.load();
  }

  /** Loads the view that is open; meanwhile a skeleton stands in its place. */
  load() {
    const drawn = () => this.requestUpdate();
    void this.view.part.open().then(drawn, drawn);
    this.requestUpdate();
  }

  content() {
    const { part } = this.view;
    if (part.module) return part.module.render(this.store);
    if (part.state === 'failed')
      return html`<div class="blank" role="alert" data-testid="view-failed"><p>${this.t('view.failed')}</p>
        <button type="button" class="btn p" data-testid="view-retry"
          @click=${this.load}>${this.t('view.retry')}</button></div>`;
    return html`<div class="skeleton" role="status" data-testid="view-skeleton"><span
      class="vh">${this.t('view.loading')}</span><i></i><i></i><i></i></div>`;
  }
}
