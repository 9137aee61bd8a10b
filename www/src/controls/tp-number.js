import { html, nothing } from 'lit';
import { Part, define } from './part.js';
import { exact } from '../study/format.js';
import { glance, readNumber, spell, twoReadings } from '../study/numbers.js';

/**
 * A labelled number that is checked as it is entered; a wrong one stays, with a sentence and a fix. It goes to a
 * command and is part of the study, or it stands apart: then `take` tells it, and no run waits for a wrong one.
 */
export class TpNumber extends Part {
  /** Undo and fixes take what was entered with them.
   * @type {import('../state/store.js').Topic[]} */
  static topics = ['study'];
  static properties = {
    ...Part.properties,
    name: {},
    label: {},
    value: { attribute: false },
    min: { type: Number },
    max: { type: Number },
    whole: { type: Boolean },
    locked: { type: Boolean },
    entered: { state: true },
    wide: { type: Boolean },
    apart: { type: Boolean },
    command: {},
    detail: { attribute: false },
    extra: { attribute: false },
    optional: { type: Boolean },
    blank: {},
    hint: {},
    wrong: {},
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
    this.apart = false;
    /** @type {string | null} */ this.entered = null;
    /** @private @type {number | null} the last one entered here */ this.accepted = null;
    /** The command that takes the number. */ this.command = '';
    /** @type {(value: any) => unknown} what it is given */ this.detail = (value) => value;
    /** @type {unknown} */ this.extra = nothing;
    /** Whether the field may be empty, which is null. */ this.optional = false;
    /** What an empty field says. */ this.blank = '';
    /** A name that tells it from others with the same label. */ this.hint = '';
    /** The id of what is said of it and other fields together. */ this.wrong = '';
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('value') && changed.get('value') !== undefined && this.value !== this.accepted) this.settle();
    // An undo takes what is half entered with it.
    if (this.entered !== null && !this.apart && !this.store.drafts.has(this.name)) this.entered = null;
  }

  /** A field that is no longer shown holds nothing up. */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.settle();
  }

  settle() {
    if (this.entered === null) return;
    this.entered = null;
    if (!this.apart) this.act('drop_draft', this.name);
  }

  /** @param {string} text */
  read(text) {
    return readNumber(text, (value) => !this.whole || Number.isInteger(value));
  }

  /** @param {string} text @returns {import('../study/types.js').Problem | null} */
  check(text) {
    const read = this.read(text);
    const accepted = `${this.min} .. ${this.max}${this.whole ? ' (int)' : ''}`;
    if (text.trim() === '') return this.optional ? null : { code: 'empty', key: this.label, accepted };
    const found = glance(text);
    if (read.code === 'two_readings') return twoReadings(this.label, text, read.readings);
    if (read.code) return { code: read.code, key: this.label, found, accepted };
    if (read.value < this.min || read.value > this.max)
      return { code: 'out_of_range', key: this.label, found, accepted };
    return this.whole && !Number.isInteger(read.value) ? { code: 'not_whole', key: this.label, found } : null;
  }

  /**
   * What can be taken in place of what was entered.
   * @param {string} text
   * @returns {import('../state/types.js').Action[]}
   */
  fixes(text) {
    const read = this.read(text);
    const fix = (/** @type {string} */ label, /** @type {string} */ text, /** @type {number} */ value) => ({
      label,
      values: { value: text },
      act: 'fix',
      detail: { name: this.name, act: this.command, detail: this.detail(value) },
    });
    const legal = (/** @type {number} */ value) =>
      value >= this.min && value <= this.max && (!this.whole || Number.isInteger(value));
    if (read.code === 'two_readings')
      return read.readings.filter(legal).map((value) => fix('fix.use', String(value), value));
    // What is no number at all says nothing of what was meant: the value before it stays.
    const near = Math.max(this.min, Math.min(this.max, read.code ? (this.value ?? this.min) : read.value));
    const value = this.whole ? Math.round(near) : near;
    return [fix(read.code ? 'fix.keep' : 'fix.use', exact(value), value)];
  }

  render() {
    const id = `n-${this.name.replace('.', '-')}`;
    const text = this.entered ?? (this.value === null ? '' : spell(this.value));
    const problem = this.entered === null ? null : this.check(this.entered);
    return html`<div class="fld ${this.wide ? 'full' : ''}"><label for=${id}>${this.label}</label>
        <input class="field-input" id=${id} data-testid=${this.name} type="text" inputmode="decimal" autocomplete="off"
          .value=${text} ?disabled=${this.locked} placeholder=${this.blank || nothing}
          aria-label=${this.hint || nothing}
          aria-invalid=${!!problem || !!this.wrong}
          aria-describedby=${problem ? `error-${this.name}` : this.wrong || nothing} @change=${this.onChange}
          @keydown=${this.onKey}>${this.extra}</div>
      ${
        problem
          ? html`<div class="err" role="alert" id="error-${this.name}"
            data-testid="error-${this.name}">${this.store.sentence(problem)}
            <div class="r">${this.fixes(text).map(
              (fix) => html`<button type="button" class="lnk" data-testid="fix"
                @click=${() => this.mend(fix)}>${this.t(fix.label, fix.values)}</button>`,
            )}</div></div>`
          : nothing
      }`;
  }

  /** Escape puts back what the field had, before it means anything else. @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key !== 'Escape') return;
    const field = /** @type {HTMLInputElement} */ (event.target);
    const was = this.value === null ? '' : spell(this.value);
    if (field.value === was && this.entered === null) return;
    event.preventDefault();
    event.stopPropagation();
    field.value = was;
    this.settle();
  }

  /** @param {Event} event */
  onChange(event) {
    const text = /** @type {HTMLInputElement} */ (event.target).value;
    const problem = this.check(text);
    const read = this.read(text);
    if (!problem && text.trim() === '') return void this.accept(null);
    if (!problem && !read.code) {
      this.accept(read.value);
      return;
    }
    this.entered = text;
    if (!this.apart)
      this.act('keep_draft', {
        name: this.name,
        problem: /** @type {any} */ (problem),
        text: { value: text },
        fixes: this.fixes(text),
      });
    void this.updateComplete.then(() => this.querySelector('.err')?.scrollIntoView({ block: 'nearest' }));
  }

  /** @param {import('../state/types.js').Action} fix */
  mend(fix) {
    if (!this.apart) return void this.perform(fix);
    this.querySelector('input')?.focus();
    this.accept(/** @type {{detail: number}} */ (fix.detail).detail);
  }

  /** @param {number | null} value */
  accept(value) {
    this.settle();
    this.accepted = value;
    if (this.apart) this.dispatchEvent(new CustomEvent('take', { detail: value }));
    else this.perform({ act: this.command, detail: this.detail(value) });
    // The field writes the value in one way, also where it was the same before: -0, 007.
    const field = this.querySelector('input');
    if (field) field.value = value === null ? '' : spell(value);
    this.requestUpdate();
  }
}

define('tp-number', TpNumber);
