import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import { RECORDS } from '../../study/study.js';

/** What is written down of each layer after every epoch, and what that costs. */
export class TpRecord extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'test'];

  render() {
    const { store } = this;
    const asked = store.study.record ?? [];
    const names = RECORDS.filter((name) => asked.includes(name)).map((name) => this.t(`record.${name}`));
    const choice = (/** @type {string} */ name) => html`<label class="check"><input type="checkbox"
        data-testid="record-${name}" .checked=${asked.includes(name)} ?disabled=${store.readOnly}
        @change=${(/** @type {Event} */ event) => {
          const { checked } = /** @type {HTMLInputElement} */ (event.target);
          this.act('set_record', { name, checked });
        }}><span>${this.t(`record.${name}`)} <span class="q2">${this.t(`record.${name}.cost`)}</span></span></label>`;
    return html`<details class="record" data-testid="record"><summary>${this.t('place.record')}<span
      class="q2">${names.join(', ') || this.t('record.none')}</span></summary>
      <p class="about">${this.t('record.about')}</p>${RECORDS.map(choice)}</details>`;
  }
}

define('tp-record', TpRecord);
