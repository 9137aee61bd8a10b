import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { titleOf } from '../../study/presets.js';
import { QUESTION_LIMIT } from '../../study/study.js';

/** Letters of a title that a line can show. */
const TITLE_LIMIT = 120;

/** What a study is called and asks, above its figures; its author edits both in place. */
export class TpQuestion extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'test'];
  static properties = { ...Part.properties, editing: { state: true } };

  constructor() {
    super();
    this.editing = false;
  }

  render() {
    const { store } = this;
    const { question = '' } = store.study;
    const title = titleOf(store.study, store.whole ? store.lang : null);
    if (this.editing) return this.form(title, question);
    const mayEdit = store.whole && !store.readOnly;
    if (!title && !question && !mayEdit) return nothing;
    return html`<section class="asks" aria-label=${this.t('words')} data-testid="words">
      ${title ? html`<h2 data-testid="title"><bdi>${title}</bdi></h2>` : nothing}
      ${question ? html`<p data-testid="question"><bdi>${question}</bdi></p>` : nothing}
      ${
        mayEdit
          ? html`<button type="button" class="lnk ${title || question ? '' : 'alone'}" data-testid="edit-words"
            @click=${this.edit}>${this.t(question ? 'words.edit' : 'words.add')}</button>`
          : nothing
      }
    </section>`;
  }

  /** @param {string} title @param {string} question */
  form(title, question) {
    return html`<form class="asks" data-testid="words-form" @submit=${this.save} @keydown=${this.onKey}
      @focusout=${this.onFocusOut}>
      <label><span>${this.t('words.title')}</span><input name="title" type="text" autocomplete="off"
        data-testid="title-field" maxlength=${TITLE_LIMIT} .value=${title}></label>
      <label class="wide-field"><span>${this.t('words.question')}</span><input name="question" type="text"
        autocomplete="off" data-testid="question-field" maxlength=${QUESTION_LIMIT}
        placeholder=${this.t('words.example')} .value=${question}></label>
      <button class="btn p" data-testid="save-words">${this.t('words.save')}</button>
      <button type="button" class="ib" data-testid="leave-words" aria-label=${this.t('words.leave')}
        title=${this.t('words.leave')} @click=${() => this.leave()}>${icon('close')}</button>
    </form>`;
  }

  async edit() {
    this.editing = true;
    await this.updateComplete;
    /** @type {HTMLInputElement | null} */ (this.querySelector('[name=question]'))?.focus();
  }

  /** @param {Event} [event] */
  save(event) {
    event?.preventDefault();
    this.take();
    void this.leave();
  }

  /** @private What the fields say, where it is another than what they were given. */
  take() {
    const { store } = this;
    const [name, question] = ['title', 'question'].map((one) =>
      /** @type {HTMLInputElement} */ (this.querySelector(`[name=${one}]`)).value.replace(/[\s\p{Cc}]+/gu, ' ').trim(),
    );
    const isOther = name !== titleOf(store.study, store.lang);
    if (isOther || question !== (store.study.question ?? ''))
      this.act('set_words', { name: isOther ? name : (store.study.name ?? ''), question });
  }

  async leave() {
    this.editing = false;
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector('[data-testid="edit-words"]'))?.focus();
  }

  /** Escape leaves everything as it was. @param {KeyboardEvent} event */
  onKey(event) {
    event.stopPropagation();
    if (event.key !== 'Escape') return;
    event.preventDefault();
    void this.leave();
  }

  /** What was typed counts also for those who go on elsewhere. @param {FocusEvent} event */
  onFocusOut(event) {
    const to = /** @type {Node | null} */ (event.relatedTarget);
    if (!this.editing || (to && this.contains(to)) || !this.isConnected) return;
    this.take();
    // A press on what takes no focus, or a look at another window, leaves the fields open.
    if (to) this.editing = false;
  }
}

define('tp-question', TpQuestion);
