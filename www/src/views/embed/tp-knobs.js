import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { BY_NAME, choicesOf, valueOf } from '../../study/hyperparameters.js';
import { knobOf, knobsOf, placeOn, valueAt } from './knobs.js';

/** The settings that the author of a page leaves to its readers, three at most, in the line that runs the study. */
export class TpKnobs extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'run'];
  static properties = { ...Part.properties, names: { attribute: false } };

  constructor() {
    super();
    /** @type {string[] | null} those of a lesson's step */ this.names = null;
  }

  render() {
    const { store } = this;
    const knobs = knobsOf(store.study, this.names ?? store.only);
    if (!knobs.length) return nothing;
    return html`<div class="knobs" role="group" aria-label=${this.t('embed.knobs')}>${knobs.map((name) =>
      this.knob(name),
    )}</div>`;
  }

  /** @private @param {string} name */
  knob(name) {
    const { store } = this;
    const one = BY_NAME.get(name);
    if (!one) return nothing;
    const label = one.label[store.lang];
    const range = store.study.space?.[name];
    if (range?.choices) return this.chips(name, label, range.choices, choicesOf(one));
    if (range) return this.ends(name, label, range);
    const value = valueOf(one, store.study);
    if (one.type === 'bool' || one.type === 'categorical') return this.choice(name, label, one, value);
    const frame = knobOf(name, store.study);
    return frame ? this.slider(name, label, frame, Number(value), label, (next) => this.set(name, next)) : nothing;
  }

  /** @private @param {string} name @param {any} value */
  set(name, value) {
    this.act('set_value', { name, value });
  }

  /** @private One value of a few. @param {string} name @param {string} label
   * @param {import('../../study/hyperparameters.js').Hyperparameter} one @param {any} value */
  choice(name, label, one, value) {
    const choices = choicesOf(one);
    return html`<label class="knob"><span>${label}</span><select data-testid="knob-${name}"
      ?disabled=${this.store.readOnly}
      @change=${(/** @type {Event} */ event) =>
        this.set(name, choices[/** @type {HTMLSelectElement} */ (event.target).selectedIndex])}>${choices.map(
        (each) => html`<option ?selected=${each === value}>${this.store.setting(each)}</option>`,
      )}</select></label>`;
  }

  /** @private Some values of a few: at least one stays.
   * @param {string} name @param {string} label @param {any[]} taken @param {any[]} known */
  chips(name, label, taken, known) {
    const all = [...known, ...taken.filter((one) => !known.includes(one))].slice(0, 8);
    const next = (/** @type {any} */ one) => all.filter((each) => (each === one) !== taken.includes(each));
    const { setting } = this.store;
    return html`<div class="knob" role="group" aria-label=${label}><span>${label}</span>${all.map(
      (one) => html`<button type="button" class="btn chip" data-testid="knob-${name}-${one}"
        aria-pressed=${taken.includes(one)} ?disabled=${this.store.readOnly || (taken.length < 2 && taken[0] === one)}
        @click=${() => this.act('set_range', { name, range: { type: 'categorical', choices: next(one) } })}>${setting(
          one,
        )}</button>`,
    )}</div>`;
  }

  /** @private Both ends of a range. @param {string} name @param {string} label
   * @param {import('../../study/types.js').Distribution} range */
  ends(name, label, range) {
    const frame = knobOf(name, this.store.study);
    if (!frame) return nothing;
    const move = (/** @type {'low' | 'high'} */ end) => (/** @type {number} */ value) => {
      const moved = { ...range, [end]: value };
      if (Number(moved.low) < Number(moved.high)) this.act('set_range', { name, range: moved });
      else this.requestUpdate();
    };
    return html`<div class="knob both" role="group" aria-label=${label}>${this.slider(
      `${name}-low`,
      label,
      frame,
      Number(range.low),
      this.t('embed.least', { name: label }),
      move('low'),
    )}${this.slider(
      `${name}-high`,
      '',
      frame,
      Number(range.high),
      this.t('embed.most', { name: label }),
      move('high'),
    )}</div>`;
  }

  /** @private @param {string} id @param {string} label @param {import('./knobs.js').Frame} frame
   * @param {number} value @param {string} spoken @param {(value: number) => void} take */
  slider(id, label, frame, value, spoken, take) {
    const { setting } = this.store;
    return html`<label class="knob"><span>${label} <b>${setting(value)}</b></span><input type="range" min="0"
      max=${frame.places} step="1" data-testid="knob-${id}" aria-label=${spoken} aria-valuetext=${setting(value)}
      .value=${String(placeOn(frame, value))} ?disabled=${this.store.readOnly}
      @change=${(/** @type {Event} */ event) =>
        take(valueAt(frame, Number(/** @type {HTMLInputElement} */ (event.target).value)))}></label>`;
  }
}

define('tp-knobs', TpKnobs);
