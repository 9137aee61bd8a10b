import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { Part, define } from '../../controls/part.js';
import '../../controls/tp-number.js';
import { BY_NAME, sweptOf } from '../../study/hyperparameters.js';
import { aimOf } from '../../study/picked.js';
import { pickedOf, samplerOf } from '../../study/search.js';
import sheet from './style.css?inline';

/** Where the next trial is: a field for each range, and what was picked so far. */
export class TpPicker extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'test', 'run'];

  render() {
    const { store } = this;
    const { study, readOnly } = store;
    const swept = sweptOf(study);
    const aim = aimOf(study, store.aim);
    const picked = pickedOf(study);
    if (!swept.length) return html`<p class="about" data-testid="picker">${this.t('picker.no_range')}</p>`;
    return html`<div class="picker" data-testid="picker"><p class="about">${this.t('picker.about')}</p>
      <div class="flds">${swept.map((one) => this.field(one, aim[one.name]))}</div>
      <div class="fld plain"><button type="button" class="btn" data-testid="pick-point" ?disabled=${readOnly}
        @click=${() => this.act('pick_point', [])}>${this.t('picker.train')}</button>
        <span class="q2" data-testid="picked">${this.t('picker.picked', { n: picked.length })}</span>${
          picked.length && !readOnly
            ? html`<button type="button" class="lnk" data-testid="clear-points"
                @click=${() => this.act('put_points', [])}>${this.t('picker.clear')}</button>`
            : nothing
        }</div></div>`;
  }

  /** @private @param {import('../../study/hyperparameters.js').Hyperparameter} one
   * @param {import('../../study/types.js').Value} value */
  field(one, value) {
    const { store } = this;
    const { name } = one;
    const choices = store.study.space?.[name]?.choices;
    const label = one.label[store.lang];
    if (!choices) {
      const row = /** @type {import('../../study/hyperparameters.js').Hyperparameter} */ (BY_NAME.get(name));
      return html`<tp-number .store=${store} name="pick.${name}" .label=${label} .value=${Number(value)}
        .min=${Number(row.low)} .max=${Number(row.high)} .whole=${one.type === 'int'} .locked=${store.readOnly}
        .wide=${true} command="aim" .detail=${(/** @type {number} */ value) => ({ [name]: value })}></tp-number>`;
    }
    const id = `pick-${name}`;
    const change = (/** @type {Event} */ event) => {
      const at = /** @type {HTMLSelectElement} */ (event.target).selectedIndex;
      this.act('aim', { [name]: choices[at] });
    };
    return html`<div class="fld full"><label for=${id}>${label}</label><select id=${id} data-testid="pick.${name}"
      ?disabled=${store.readOnly} @change=${change}>${choices.map(
        (choice) => html`<option .selected=${live(choice === value)}>${this.store.setting(choice)}</option>`,
      )}</select></div>`;
  }
}

define('tp-picker', TpPicker);

/** How points are picked, and the other way to tune by hand. */
export class TpByHand extends Part {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'test'];

  render() {
    if (samplerOf(this.store.study) !== 'hand' || this.store.other) return nothing;
    return html`<p class="by-hand" data-testid="by-hand">${this.t('picker.how')} <button type="button" class="lnk"
      data-testid="tune-live" title=${this.t('selection.hand.title')}
      @click=${() => this.act('hand', false)}>${this.t('picker.live')}</button></p>`;
  }
}

define('tp-by-hand', TpByHand);
