import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import { rowsOf } from '../../study/hyperparameters.js';
import { LOCKS } from '../../study/locks.js';
import { isSet } from '../../study/panel.js';

/**
 * What a teacher's link shows of the study and what it keeps as it is: the sheet's link, its QR code and its preview
 * follow.
 *
 * @typedef {'open' | 'locked' | 'hidden'} Way
 */
const WAYS = /** @type {Way[]} */ (['open', 'locked', 'hidden']);

export class TpTeacher extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study'];
  static properties = { ...Part.properties, ways: { state: true }, parts: { state: true } };

  constructor() {
    super();
    /** @type {Record<string, Way>} of rows; those that are not here are open */ this.ways = {};
    /** @type {string[]} parts of the study that are kept */ this.parts = [];
  }

  /** @private The rows that the panel shows at first. */
  get rows() {
    return rowsOf(this.store.study).filter((one) => isSet(one, this.store.study));
  }

  /** What the link says. @private */
  tell() {
    const names = this.rows.map((one) => one.name);
    const of = (/** @type {Way} */ way) => names.filter((name) => (this.ways[name] ?? 'open') === way);
    const controls = of('hidden').length ? names.filter((name) => this.ways[name] !== 'hidden') : undefined;
    const lock = [...this.parts, ...of('locked')];
    this.dispatchEvent(new CustomEvent('teach', { detail: { controls, lock }, bubbles: true }));
  }

  render() {
    return html`<div class="teaching">
      <p class="q2">${this.t('teach.about')}</p>
      <div class="rows">${this.rows.map(
        (one) => html`<label><span>${one.label[this.store.lang]}</span><select data-testid="teach-${one.name}"
          @change=${(/** @type {Event} */ event) => {
            const way = WAYS[/** @type {HTMLSelectElement} */ (event.target).selectedIndex];
            this.ways = { ...this.ways, [one.name]: way };
            this.tell();
          }}>${WAYS.map(
            (way) =>
              html`<option ?selected=${(this.ways[one.name] ?? 'open') === way}>${this.t(`teach.${way}`)}</option>`,
          )}</select></label>`,
      )}</div>
      <div class="parts">${LOCKS.map(
        (name) => html`<label class="check"><input type="checkbox" data-testid="teach-${name}"
          .checked=${this.parts.includes(name)} @change=${() => {
            const has = this.parts.includes(name);
            this.parts = has ? this.parts.filter((one) => one !== name) : [...this.parts, name];
            this.tell();
          }}>${this.t(`teach.part.${name}`)}</label>`,
      )}</div>
    </div>`;
  }
}

define('tp-teacher', TpTeacher);
