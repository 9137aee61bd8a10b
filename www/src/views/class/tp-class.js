import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { download } from '../../platform/download.js';
import { count } from '../../study/format.js';
import { DATASETS } from '../../study/hyperparameters.js';
import { readResult } from '../runs/import.js';
import { OUTCOMES, namesOf, ranked } from './axes.js';
import { BEGIN, MOST, MOST_RESULTS, NAME_LIMIT, encode, entryOf, merge, readCodes, sumOf } from './codec.js';
import { labelOf, textOf } from './words.js';
import './tp-scatter.js';
import sheet from './style.css?inline';

/**
 * A class's results without a server: each student's as a code to send, and all that a teacher was sent side by side.
 * Nothing of it is stored.
 *
 * @typedef {import('./codec.js').Entry} Entry
 * @typedef {import('./codec.js').Refusal} Refusal
 */

/** Files have so many bytes at most. */
const MOST_FILE = 20_000_000;
/** Refusals that are written out. */
const SHOWN = 8;
/** Settings that have a column in the table. */
const COLUMNS = 6;
/** A button says for so long that it has copied, in ms. */
const TOLD = 2000;

/** This visit's, so that equal results of two students are two. */
const SENDER = [...crypto.getRandomValues(new Uint8Array(5))].map((one) => (one % 36).toString(36)).join('');

export class TpClass extends Part {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['selection', 'run'];
  static properties = {
    ...Part.properties,
    shown: { state: true },
    code: { state: true },
    entries: { state: true },
    refused: { state: true },
    said: { state: true },
    named: { state: true },
    copied: { state: true },
  };

  constructor() {
    super();
    this.shown = false;
    /** The code of the reader's own result. */ this.code = '';
    /** @type {Entry[]} */ this.entries = [];
    /** @type {Refusal[]} */ this.refused = [];
    this.said = '';
    this.named = true;
    this.copied = false;
    /** @private */ this.name = '';
    /** @private what the code is of */ this.of = '';
  }

  /** @private */
  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  async open() {
    this.shown = true;
    this.said = '';
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    if (this.shown || topics.has('look')) super.wake(topics);
  }

  /** @private The reader's own result: the selected trial of a run of theirs. @returns {Entry | null} */
  get own() {
    const { store } = this;
    const trial = store.selected;
    if (!trial || store.isExample || !(trial.epochs.length || trial.state === 'diverged')) return null;
    return entryOf(store.shownStudy, /** @type {any} */ (trial), store.trials.size, SENDER, this.name);
  }

  updated() {
    if (this.shown) void this.makeCode();
  }

  /** @private */
  async makeCode() {
    const { own } = this;
    const of = JSON.stringify(own);
    if (of === this.of) return;
    this.of = of;
    // The code of another name is not copied in the meantime.
    this.code = '';
    const code = own ? await encode(own) : '';
    if (of === this.of) this.code = code;
  }

  render() {
    return html`<dialog class="class-sheet" aria-labelledby="class-title" data-testid="class"
      @close=${() => {
        this.shown = false;
      }} @click=${this.onClick} @keydown=${(/** @type {Event} */ event) => event.stopPropagation()}
      @dragover=${(/** @type {Event} */ event) => event.preventDefault()} @drop=${this.onDrop}>
      <div class="bar"><h2 id="class-title">${this.t('class.title')}</h2><span class="sp"></span>
        <button type="button" class="ib" data-testid="class-close" aria-label=${this.t('action.close')}
          @click=${() => this.dialog.close()}>${icon('close')}</button></div>
      ${this.shown ? [this.mine(), this.all()] : nothing}
    </dialog>`;
  }

  /** @private */
  mine() {
    const { own, code } = this;
    return html`<section><h3>${this.t('class.mine')}</h3>
      ${
        own
          ? html`<p class="q2">${this.t('class.mine.about', { number: own.trial })}</p>
        <div class="line"><label><span>${this.t('class.name')}</span><input class="field-input name"
          data-testid="class-name" maxlength=${NAME_LIMIT} autocomplete="off" .value=${this.name}
          @input=${(/** @type {Event} */ event) => {
            this.name = valueOf(event);
            this.requestUpdate();
          }}></label>
        <input class="field-input code" readonly data-testid="class-code" aria-label=${this.t('class.code')}
          .value=${code} @focus=${(/** @type {Event} */ event) =>
            /** @type {HTMLInputElement} */ (event.target).select()}>
        <button type="button" class="btn p" data-testid="class-copy" ?disabled=${!code} @click=${this.copy}>${icon(
          this.copied ? 'done' : 'share',
        )}${this.t(this.copied ? 'class.copied' : 'class.copy')}</button>
        <button type="button" class="btn" data-testid="class-save" ?disabled=${!code} @click=${() =>
          download(new Blob([`${code}\n`], { type: 'text/plain' }), `class-result-${own.sender}.txt`)}>${this.t(
          'class.save',
        )}</button></div>`
          : html`<p class="q2" data-testid="class-no-result">${this.t('class.mine.none')}</p>`
      }</section>`;
  }

  /** @private */
  all() {
    const { entries, store } = this;
    return html`<section><h3>${this.t('class.all')}</h3>
      <p class="q2">${this.t('class.all.about')}</p>
      <textarea class="field-input" rows="3" data-testid="class-paste" aria-label=${this.t('class.paste')}
        placeholder=${`${BEGIN}…`} spellcheck="false" aria-invalid=${this.refused.length > 0}
        aria-describedby=${this.refused.length ? 'class-refused' : nothing} @paste=${this.onPaste}></textarea>
      <div class="line"><button type="button" class="btn p" data-testid="class-merge" @click=${this.onMerge}>${this.t(
        'class.merge',
      )}</button>
        <label class="btn"><input type="file" class="vh" multiple accept=".txt,.json,text/plain,application/json"
          data-testid="class-files" @change=${this.onFiles}>${this.t('class.files')}</label>
        ${
          entries.length
            ? html`<label class="check"><input type="checkbox" data-testid="class-named" .checked=${this.named}
              @change=${(/** @type {Event} */ event) => {
                this.named = /** @type {HTMLInputElement} */ (event.target).checked;
              }}>${this.t('class.named')}</label>
          <button type="button" class="btn" data-testid="class-clear" @click=${this.clear}>${this.t(
            'class.clear',
          )}</button>`
            : nothing
        }</div>
      <p role="status" data-testid="class-said">${this.said}</p>
      <div role="alert" id="class-refused" data-testid="class-refused">${this.refusals()}</div>
      ${
        entries.length
          ? html`<tp-scatter .store=${store} .entries=${entries} .named=${this.named}></tp-scatter>${this.table()}`
          : nothing
      }</section>`;
  }

  /** @private What was refused, each with a sentence that names it. */
  refusals() {
    const { refused } = this;
    if (!refused.length) return nothing;
    const more = refused.length - SHOWN;
    return html`<ul>${refused.slice(0, SHOWN).map((one) => html`<li>${this.sentence(one)}</li>`)}
      ${more > 0 ? html`<li>${this.t('class.more', { n: count(more) })}</li>` : nothing}</ul>`;
  }

  /** @private @param {Refusal} refusal */
  sentence({ fault, at, text = '', detail = '' }) {
    const { lang } = this.store;
    const data = (/** @type {string} */ name) => DATASETS.find((one) => one.name === name)?.label[lang] ?? name;
    const values =
      fault === 'data'
        ? { data: data(detail), own: data(this.entries[0]?.data ?? '') }
        : { detail, begin: BEGIN, mb: MOST / 1e6, most: count(MOST_RESULTS) };
    const which = at !== undefined ? this.t('class.which', { at, text }) : text ? `“${text}”` : this.t('class.pasted');
    return this.t(`class.fault.${fault}`, { which, ...values });
  }

  /** @private */
  table() {
    const { entries, store } = this;
    const names = namesOf(entries).slice(0, COLUMNS);
    const columns = [...OUTCOMES, ...names];
    const hasNames = this.named && entries.some((one) => one.name);
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${this.t('class.table')}>
      <table data-testid="class-table"><caption class="vh">${this.t('class.table')}</caption>
      <thead><tr><th scope="col" class="num">#</th>${
        hasNames ? html`<th scope="col">${this.t('class.column.name')}</th>` : nothing
      }${columns.map((name) => html`<th scope="col" class="num">${labelOf(store, entries, name)}</th>`)}
        <th scope="col" class="num">${this.t('class.column.trial')}</th></tr></thead>
      <tbody>${ranked(entries).map(
        (one, k) => html`<tr><td class="num">${k + 1}</td>${
          hasNames ? html`<td><bdi>${one.name || '–'}</bdi></td>` : nothing
        }${columns.map((name) => html`<td class="num">${textOf(store, name, one)}</td>`)}
          <td class="num">${one.trial} / ${count(one.trials)}</td></tr>`,
      )}</tbody></table></div>`;
  }

  /** @private @param {Entry[]} more @param {Refusal[]} refused */
  take(more, refused) {
    const joined = merge(this.entries, more);
    this.entries = joined.entries;
    this.refused = [...refused, ...joined.refused];
    this.said = this.t(joined.twice ? 'class.said.twice' : 'class.said', {
      n: count(joined.added),
      twice: count(joined.twice),
      total: count(joined.entries.length),
    });
  }

  /** @private */
  async onMerge() {
    const field = /** @type {HTMLTextAreaElement} */ (this.querySelector('[data-testid="class-paste"]'));
    const { entries, refused } = await readCodes(field.value);
    this.take(entries, refused);
    // What was refused stays, to be looked at.
    if (!refused.length) field.value = '';
  }

  /** @private What is far too long does not even get into the field. @param {ClipboardEvent} event */
  async onPaste(event) {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.length <= MOST) return;
    event.preventDefault();
    this.take([], (await readCodes(text)).refused);
  }

  /** @private @param {Event} event */
  async onFiles(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    await this.read([...(field.files ?? [])]);
    field.value = '';
  }

  /** @private @param {DragEvent} event */
  onDrop(event) {
    event.preventDefault();
    void this.read([...(event.dataTransfer?.files ?? [])]);
  }

  /** @private Files of codes, or result documents. @param {File[]} files */
  async read(files) {
    /** @type {Entry[]} */
    const entries = [];
    /** @type {Refusal[]} */
    const refused = [];
    for (const file of files) {
      const text = file.size > MOST_FILE ? null : await file.text().catch(() => '');
      if (text === null) refused.push({ fault: 'large', text: file.name, detail: String(Math.ceil(file.size / 1e6)) });
      else if (/^\s*\{/.test(text)) {
        const found = this.resultIn(text, file.name);
        if (typeof found === 'string') refused.push({ fault: 'file', text: file.name, detail: found });
        else entries.push(found);
      } else {
        const read = await readCodes(text);
        // A file of something else is refused as a whole.
        if (!read.entries.length && read.refused.every(({ fault }) => fault === 'stranger'))
          read.refused = [{ fault: 'none' }];
        entries.push(...read.entries);
        refused.push(
          ...read.refused.map((one) => ({ ...one, text: [file.name, one.text].filter(Boolean).join(': ') })),
        );
      }
    }
    if (files.length) this.take(entries, refused);
  }

  /** @private The best trial of a result document, or why there is none. @param {string} text @param {string} name */
  resultIn(text, name) {
    const read = readResult(text);
    if ('problem' in read) {
      const { of, ...problem } = /** @type {any} */ (read.problem);
      return this.store.sentence(of ? { ...problem, detail: this.store.sentence(of) } : problem);
    }
    const { study, trials, best } = read.result;
    const trial = trials.find((one) => one.number === best) ?? trials[0];
    // The same file is the same result.
    return entryOf(study, trial, trials.length, `f${sumOf(text)}`, name.replace(/\.\w+$/, ''));
  }

  /** @private */
  clear() {
    Object.assign(this, { entries: [], refused: [], said: '' });
  }

  /** @private */
  async copy() {
    try {
      await navigator.clipboard.writeText(this.code);
    } catch {
      // Where the browser refuses, the field is marked for the keys that copy.
      return /** @type {HTMLElement | null} */ (this.querySelector('[data-testid="class-code"]'))?.focus();
    }
    this.copied = true;
    setTimeout(() => {
      this.copied = false;
    }, TOLD);
  }

  /** @private A press beside the sheet closes it. @param {MouseEvent} event */
  onClick(event) {
    if (event.target === this.dialog) this.dialog.close();
  }
}

/** @param {Event} event */
const valueOf = (event) => /** @type {HTMLInputElement} */ (event.target).value;

define('tp-class', TpClass);
