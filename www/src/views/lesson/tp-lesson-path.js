import { html, nothing } from 'lit';
import { icon } from '../../controls/icons.js';
import { Part, define } from '../../controls/part.js';
import { PATH } from './path.js';
import { isDone } from './progress.js';
import { LIMITS } from './read.js';

/** @typedef {import('./progress.js').Progress} Progress */

/**
 * The list of lessons, and the ways to bring one of one's own: tells of `bring` with its text, and of `large` with the
 * problem of a file that is too large to read.
 */
export class TpLessonPath extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = [];
  static properties = {
    ...Part.properties,
    progress: { attribute: false },
    lost: { attribute: false },
    trouble: { attribute: false },
    waits: { attribute: false },
    again: { attribute: false },
    pasting: { state: true },
  };

  constructor() {
    super();
    /** @type {Progress | null} how far the reader has come */ this.progress = null;
    /** Whether a lesson could not be loaded. */ this.lost = false;
    /** @type {string | null} why the reader's lesson cannot be read, in words */ this.trouble = null;
    /** Whether a lesson is on its way. */ this.waits = false;
    /** The name that the reader's lesson is opened by. */ this.again = '';
    this.pasting = false;
  }

  /** What was wrong with a lesson stands behind all of the page's own: it is brought into sight.
   * @param {import('lit').PropertyValues} changed */
  updated(changed) {
    if (changed.has('trouble')) this.querySelector('#lesson-trouble')?.scrollIntoView({ block: 'nearest' });
  }

  /** @private @param {'bring' | 'large'} what @param {unknown} detail */
  tell(what, detail) {
    this.pasting = false;
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }

  render() {
    let number = 0;
    return html`<div class="body">
        <div class="bar"><span>${this.t('lesson.path.mark')}</span><span class="sp"></span>
          <button type="button" class="ib" data-testid="close-lesson"
            aria-label=${this.t('action.close')} @click=${() => this.act('lesson', '')}>${icon('close')}</button></div>
        <h2 id="lesson-title" tabindex="-1">${this.t('lesson.path')}</h2>
        ${this.lost ? html`<p role="alert">${this.t('lesson.lost')}</p>` : nothing}
        ${this.waits ? html`<p role="status">${this.t('lesson.loading')}</p>` : nothing}
        <p>${this.t('lesson.path.about')}</p>
        ${PATH.map(
          (part) => html`<h3>${this.t(`lesson.part.${part.name}`)}</h3>
            <ol class="path" start=${number + 1}>${part.lessons.map((one) => this.entry(one, ++number))}</ol>`,
        )}
        <h3>${this.t('lesson.own')}</h3>
        <p>${this.t('lesson.own.about')}</p>
        ${
          this.trouble
            ? html`<p role="alert" id="lesson-trouble"
          data-testid="lesson-trouble">${this.trouble}</p>`
            : nothing
        }
        ${this.pasting ? this.field() : nothing}
        <div class="acts">
          <button type="button" class="btn" data-testid="lesson-file"
            @click=${() => this.choose()}>${this.t('lesson.file')}</button>
          <button type="button" class="btn" data-testid="lesson-paste" aria-expanded=${this.pasting}
            @click=${() => (this.pasting = !this.pasting)}>${this.t('lesson.paste')}</button>
          ${
            this.progress?.ownText
              ? html`<button type="button" class="btn" data-testid="lesson-again"
                @click=${() => this.act('lesson', this.again)}>${this.t('lesson.again')}</button>`
              : nothing
          }
        </div>
        <input type="file" accept=".json,application/json" hidden data-testid="lesson-input" @change=${this.onFile}>
      </div>`;
  }

  /** @private @param {import('./path.js').Entry} entry @param {number} number */
  entry(entry, number) {
    const own = /** @type {Progress} */ (this.progress).of(entry.name);
    const { at, tally } = own;
    const state = isDone(own) ? 'done' : at ? 'begun' : 'new';
    const text =
      state === 'begun' && tally?.met
        ? this.t('lesson.tally', tally)
        : state === 'new'
          ? ''
          : this.t(`lesson.${state}`);
    return html`<li><button type="button" class="one ${state}" data-testid="lesson-${entry.name}"
      @click=${() => this.act('lesson', entry.name)}>
      <b>${number}</b><span>${entry.title[this.store.lang]}</span>
      <small>${text || nothing}</small></button></li>`;
  }

  /** @private */
  field() {
    return html`<form class="paste" @submit=${this.onPaste}>
      <label>${this.t('lesson.paste.label')}<textarea name="text" rows="5" spellcheck="false"
        aria-invalid=${this.trouble !== null} aria-describedby=${this.trouble ? 'lesson-trouble' : nothing}
        data-testid="lesson-text"></textarea></label>
      <button class="btn p" data-testid="lesson-read">${this.t('lesson.paste.go')}</button></form>`;
  }

  /** @private */
  choose() {
    /** @type {HTMLElement | null} */ (this.querySelector('input[type=file]'))?.click();
  }

  /** @private @param {SubmitEvent} event */
  onPaste(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    this.tell('bring', String(new FormData(form).get('text') ?? '').trim());
  }

  /** @private @param {Event} event */
  async onFile(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const [file] = input.files ?? [];
    input.value = '';
    if (!file) return;
    if (file.size > 4 * LIMITS.text)
      this.tell('large', { code: 'lesson_large', found: Math.round(file.size / 4), most: LIMITS.text });
    else this.tell('bring', await file.text());
  }
}

define('tp-lesson-path', TpLessonPath);
