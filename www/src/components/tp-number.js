import { html, nothing } from 'lit';
import { Part, define } from './part.js';
import { exact } from '../format.js';
import { parseNumber } from '../ranges.js';

/** A labelled number that is checked as it is entered; a wrong one stays, with a sentence and a fix. */
export class TpNumber extends Part {
  static properties = {
    ...Part.properties, name: {}, label: {}, value: { attribute: false }, min: { type: Number }, max: { type: Number },
    whole: { type: Boolean }, locked: { type: Boolean }, entered: { state: true }, wide: { type: Boolean }, commit: { attribute: false }, extra: { attribute: false },
  };

  constructor() {
    super();
    this.name = '';
    this.label = '';
    /** @type {number | null} */ this.value = 0;
    this.min = 0;
    this.max = 1;
    this.whole = false;
    this.locked = false;
    this.wide = false;
    /** @type {string | null} */ this.entered = null;
    /** @type {(value: number) => void} */ this.commit = () => {};
    /** @type {unknown} */ this.extra = nothing;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('value') && changed.get('value') !== undefined) this.settle();
  }

  settle() {
    if (this.entered === null) return;
    this.entered = null;
    this.store.drafts.delete(this.name);
  }

  /** @param {string} text @returns {import('../types.js').Problem | null} */
  check(text) {
    const value = parseNumber(text);
    if (!Number.isFinite(value)) return { code: 'not_a_number', key: this.label, found: text.trim() || '""' };
    const accepted = `${exact(this.min)} – ${exact(this.max)}`;
    if (value < this.min || value > this.max || (this.whole && !Number.isInteger(value)))
      return { code: this.whole && value >= this.min && value <= this.max ? 'not_whole' : 'out_of_range', key: this.label, found: text.trim(), accepted };
    return null;
  }

  render() {
    const id = `n-${this.name.replace('.', '-')}`;
    const text = this.entered ?? (this.value === null ? '' : String(this.value));
    const problem = this.entered === null ? null : this.check(this.entered);
    const near = Math.max(this.min, Math.min(this.max, parseNumber(text)));
    const fix = this.whole ? Math.round(near) : near;
    return html`<div class="fld ${this.wide ? 'full' : ''}"><label for=${id}>${this.label}</label>
        <input class="field-input" id=${id} data-testid=${this.name} type="text" inputmode="decimal" autocomplete="off" .value=${text} ?disabled=${this.locked}
          aria-invalid=${!!problem} aria-describedby=${problem ? `${id}-error` : nothing} @change=${this.onChange}>${this.extra}</div>
      ${problem ? html`<div class="err" role="alert" id="${id}-error" data-testid="error-${this.name}">${this.store.sentence(problem)}
        ${Number.isFinite(fix) ? html`<div class="r"><button type="button" class="lnk" data-testid="fix" @click=${() => this.accept(fix)}>${this.t('fix.use', { value: exact(fix) })}</button></div>` : nothing}</div>` : nothing}`;
  }

  /** @param {Event} event */
  onChange(event) {
    const text = /** @type {HTMLInputElement} */ (event.target).value;
    const problem = this.check(text);
    if (!problem) {
      this.accept(parseNumber(text));
      return;
    }
    this.entered = text;
    this.store.drafts.set(this.name, { problem, text: { value: text } });
  }

  /** @param {number} value */
  accept(value) {
    this.settle();
    this.commit(value);
    this.requestUpdate();
  }
}

define('tp-number', TpNumber);
