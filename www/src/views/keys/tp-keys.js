import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { keysKnown } from '../../commands/keys.js';
import sheet from './style.css?inline';

/** Numbers of the page that need a definition, in the order in which a reader meets them. */
const TERMS = [
  'trial_step',
  'validation_loss',
  'train_loss',
  'gap',
  'accuracy',
  'spread',
  'tie',
  'diverged',
  'untrained',
  'rounding',
  'estimate',
  'importance',
  'surrogate',
  'direction',
  'off',
  'sharpness',
  'slow',
];

/** The list of keys, with a switch for those that are pressed alone. */
export class TpKeys extends Part {
  static sheet = sheet;
  render() {
    const { store } = this;
    return html`<dialog class="keys" aria-labelledby="keys-title" data-testid="keys"
      @close=${() => this.act('keys', false)}
        @click=${this.onClick} @keydown=${this.onKey}>
      <div class="body">
        <div class="bar"><h2 id="keys-title">${this.t('keys')}</h2><span class="sp"></span>
          <button type="button" class="ib" data-testid="close-keys" aria-label=${this.t('action.close')}
            @click=${() => this.dialog?.close()}>${icon('close')}</button></div>
        <dl>${keysKnown().map(
          (one) =>
            html`<div><dt>${one.shown.map(
              (key) => html`<kbd>${key}</kbd>
              `,
            )}</dt><dd>${this.t(`keys.${one.name}`)}</dd></div>`,
        )}</dl>
        <label><input type="checkbox" data-testid="single-keys" .checked=${store.singleKeys}
          @change=${(/** @type {Event} */ event) =>
            this.act(
              'single_keys',
              /** @type {HTMLInputElement} */ (event.target).checked,
            )}>${this.t('keys.single')}</label>
        <p class="q2">${this.t('keys.about')}</p>
        <h3>${this.t('terms')}</h3>
        <dl class="terms" data-testid="terms">${TERMS.map(
          (one) => html`<div><dt>${this.t(`term.${one}`)}</dt><dd>${this.t(`term.${one}.is`)}</dd></div>`,
        )}</dl>
      </div></dialog>`;
  }

  get dialog() {
    return this.querySelector('dialog');
  }

  updated() {
    const { dialog } = this;
    // The browser keeps the focus inside and gives it back at the end.
    if (this.store.keysShown && !dialog?.open) dialog?.showModal();
    else if (!this.store.keysShown && dialog?.open) dialog.close();
  }

  /** No key is meant for the page behind, but those that run. @param {KeyboardEvent} event */
  onKey(event) {
    if (!(event.key === 'Enter' && (event.ctrlKey || event.metaKey))) event.stopPropagation();
  }

  /** A press beside the sheet closes it. @param {MouseEvent} event */
  onClick(event) {
    if (event.target === this.dialog) this.dialog?.close();
  }
}

define('tp-keys', TpKeys);
