import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';

/** What went wrong or needs saying, above the view: what happened, what is kept, what to do. */
export class TpMessages extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['notices'];

  render() {
    const { store } = this;
    const list = (/** @type {boolean} */ over, /** @type {'alert' | 'note'} */ kind) =>
      repeat(
        store.notices.filter((one) => one.kind === kind && !!one.over === over),
        (one) => one.id,
        (one) => this.message(one),
      );
    return [false, true].map(
      (over) => html`<div class="messages ${over ? 'over' : ''}">
        <div role="alert">${list(over, 'alert')}</div>
        <div>${list(over, 'note')}</div>
      </div>`,
    );
  }

  /** @param {import('../../state/store.js').Notice} notice */
  message(notice) {
    const { store } = this;
    return html`<div class="msg" data-testid="message" data-message=${notice.id}
      data-code=${notice.problem?.code ?? nothing}>
      <div class="what"><b>${this.t(notice.title, notice.values)}</b>
        ${
          notice.problem
            ? html`<span class="q2"
              data-testid="sentence">${store.sentence(notice.problem)}</span>`
            : nothing
        }
        ${notice.kept ? html`<span class="q2 line">${this.t(notice.kept, notice.values)}</span>` : nothing}</div>
      <div class="r">${notice.actions.map(
        (one) => html`<button type="button" class="btn ${one.primary ? 'p' : ''}" data-act=${one.name ?? one.act}
          @click=${() => this.perform(one)}>${this.t(one.label, one.values)}</button>`,
      )}${
        notice.lasting
          ? nothing
          : html`<button type="button" class="ib" data-testid="dismiss" aria-label=${this.t('action.dismiss')}
            title=${this.t('action.dismiss')}
            @click=${() => this.act('dismiss', notice.id)}>${icon('close')}</button>`
      }</div>
    </div>`;
  }
}

define('tp-messages', TpMessages);
