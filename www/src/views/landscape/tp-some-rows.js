import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { count } from '../../study/format.js';
import { glance, readNumber, twoReadings } from '../../study/numbers.js';

/** How many of the rows a surface is made of; an empty field is all of them. What is no such number stays, with a
 * sentence, and changes nothing. */
export class TpSomeRows extends Part {
  static properties = {
    ...Part.properties,
    value: { attribute: false },
    of: { attribute: false },
    entered: { state: true },
  };

  constructor() {
    super();
    /** @type {number | null} null is all */ this.value = null;
    /** @type {number | null} how many there are, once that is known */ this.of = null;
    /** @type {string | null} what was entered and is no number of rows */ this.entered = null;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    super.willUpdate(/** @type {any} */ (changed));
    if (changed.has('value')) this.entered = null;
  }

  /** @param {string} text @returns {{limit: number | null} | {problem: import('../../study/types.js').Problem}} */
  read(text) {
    if (text.trim() === '') return { limit: null };
    const most = this.of ?? Infinity;
    const [key, found] = [this.t('landscape.some'), glance(text)];
    const accepted = this.of ? `1 .. ${count(this.of)}` : '1 …';
    const read = readNumber(text, (value) => Number.isInteger(value) && value >= 1 && value <= most);
    if (read.code === 'two_readings') return { problem: twoReadings(key, text, read.readings) };
    if (read.code) return { problem: { code: read.code, key, found, accepted } };
    if (!Number.isInteger(read.value)) return { problem: { code: 'not_whole', key, found } };
    if (read.value < 1 || read.value > most) return { problem: { code: 'out_of_range', key, found, accepted } };
    return { limit: read.value === most ? null : read.value };
  }

  /** @param {Event} event */
  onChange(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const read = this.read(field.value);
    if ('problem' in read) {
      this.entered = field.value;
      return;
    }
    this.entered = null;
    field.value = read.limit === null ? '' : String(read.limit);
    this.act('landscape', { limit: read.limit });
  }

  /** Escape puts back what the field had, before it means anything else. @param {KeyboardEvent} event */
  onKey(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const own = this.value === null ? '' : String(this.value);
    if (event.key !== 'Escape' || (this.entered === null && field.value === own)) return;
    event.preventDefault();
    event.stopPropagation();
    this.entered = null;
    field.value = own;
  }

  render() {
    const { entered, value, of } = this;
    const read = entered === null ? null : this.read(entered);
    const problem = read && 'problem' in read ? read.problem : null;
    const all = of ? this.t('landscape.some.all', { n: count(of) }) : this.t('landscape.some.all.unknown');
    return html`<label><span class="k">${this.t('landscape.some')}</span> <input class="field-input" type="text"
        inputmode="numeric" autocomplete="off" size="7" data-testid="landscape-limit" placeholder=${all}
        title=${this.t('landscape.some.title')} .value=${entered ?? (value === null ? '' : String(value))}
        aria-invalid=${problem !== null} aria-describedby=${problem ? 'landscape-limit-error' : nothing}
        @change=${this.onChange} @keydown=${this.onKey}></label>${
          problem
            ? html`<span class="err" role="alert" id="landscape-limit-error"
              data-testid="landscape-limit-error">${this.store.sentence(problem)}</span>`
            : nothing
        }`;
  }
}

define('tp-some-rows', TpSomeRows);
