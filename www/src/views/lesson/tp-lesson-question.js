import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import { kindOf } from './measure.js';
import { written } from './words.js';

/**
 * @typedef {import('./read.js').Step} Step
 * @typedef {import('./read.js').StepWords} StepWords
 */

/** Notches of a slider over what is guessed. */
const NOTCHES = 200;

/** What a step has its reader predict, or what they said: tells of `answer`, null where they would not guess. */
export class TpLessonQuestion extends Part {
  static properties = {
    ...Part.properties,
    step: { attribute: false },
    words: { attribute: false },
    ask: { attribute: false },
    guess: { attribute: false },
    notch: { state: true },
  };

  constructor() {
    super();
    /** @type {Step} */ this.step = /** @type {any} */ (undefined);
    /** @type {StepWords} */ this.words = /** @type {any} */ (undefined);
    /** The question, with its numbers. */ this.ask = '';
    /** @type {string | number | null | undefined} */ this.guess = undefined;
    /** @type {number | null} where the slider stands */ this.notch = null;
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    if (changed.has('step')) this.notch = null;
  }

  render() {
    const { predict } = this.step;
    const { ask, guess, words } = this;
    if (!predict) return '';
    if (guess !== undefined) {
      const text = guess === null ? this.t('lesson.no_guess') : this.t('lesson.guessed', { guess: this.said(guess) });
      return html`<div class="ask"><p><b>${ask}</b></p><p data-testid="guessed">${text}</p></div>`;
    }
    const answer = (/** @type {string | number | null} */ detail) =>
      this.dispatchEvent(new CustomEvent('answer', { detail }));
    const skip = html`<button type="button" class="lnk" data-testid="skip-guess-lesson"
      @click=${() => answer(null)}>${this.t('lesson.skip')}</button>`;
    if ('choices' in predict)
      return html`<div class="ask" role="group" aria-label=${words.ask}><p><b>${ask}</b></p>
        <div class="choices">${predict.choices.map(
          (one) => html`<button type="button" class="btn" data-testid="choice-${one}"
            @click=${() => answer(one)}>${words.choices[one]}</button>`,
        )}</div>${skip}</div>`;
    const notch = this.notch ?? NOTCHES / 2;
    const kind = kindOf(predict.measure);
    const value = valueAt(predict, notch, kind === 'count');
    return html`<div class="ask"><p><b>${ask}</b></p>
      <label class="slide"><span class="vh">${words.ask}</span><input type="range" min="0" max=${NOTCHES}
        step=${kind === 'count' ? NOTCHES / Math.max(1, predict.high - predict.low) : 1}
        data-testid="guess-lesson" .value=${String(notch)} aria-valuetext=${written(value, kind)}
        @input=${(/** @type {Event} */ event) =>
          (this.notch = Number(/** @type {HTMLInputElement} */ (event.target).value))}><output>${written(
          value,
          kind,
        )}</output></label>
      <button type="button" class="btn p" data-testid="predict" @click=${() => answer(value)}>${this.t(
        'lesson.predict',
      )}</button> ${skip}</div>`;
  }

  /** A guess in words. @private @param {string | number} guess */
  said(guess) {
    const { predict } = this.step;
    if (!predict) return '';
    return 'choices' in predict
      ? (this.words.choices[String(guess)] ?? '')
      : written(Number(guess), kindOf(predict.measure));
  }
}

/** The value of a slider's notch, in two digits. @param {{low: number, high: number, log: boolean}} range
 * @param {number} notch @param {boolean} isWhole */
function valueAt({ low, high, log }, notch, isWhole) {
  const share = notch / NOTCHES;
  const value = log ? low * (high / low) ** share : low + share * (high - low);
  return isWhole ? Math.round(value) : Number(value.toPrecision(2));
}

define('tp-lesson-question', TpLessonQuestion);
