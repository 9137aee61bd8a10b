import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Part, define } from '../../controls/part.js';
import { icon, stateMark } from '../../controls/icons.js';
import { runName, runScore } from '../../i18n/aspects.js';
import { datasetOf } from '../../study/hyperparameters.js';
import { NAME_LIMIT, NOTE_LIMIT, ROOM, byAge, letterOf, makeRoom } from '../../study/runs.js';
import { download } from '../../platform/download.js';
import { later } from '../../platform/later.js';
import { MOST } from './import.js';
import sheet from './style.css?inline';

/** @typedef {import('../../study/runs.js').RunRecord} RunRecord */

/** All runs in a list: named, noted, pinned, deleted, exported, imported. */
export class TpRunsList extends Part {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['shelf', 'run'];

  get dialog() {
    return this.querySelector('dialog');
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    // A list that is closed has nothing to write.
    if (this.store.shelf.listed || this.dialog?.open || topics.has('look')) this.requestUpdate();
  }

  updated() {
    const { dialog } = this;
    // The browser keeps the focus inside and gives it back at the end.
    if (this.store.shelf.listed && !dialog?.open) dialog?.showModal();
    else if (!this.store.shelf.listed && dialog?.open) dialog.close();
  }

  render() {
    const { shelf } = this.store;
    const runs = shelf.listed ? [...shelf.records].sort(byAge).reverse() : [];
    const last = shelf.deleted.at(-1);
    return html`<dialog class="all-runs" aria-labelledby="runs-title" data-testid="runs-list"
      @close=${() => this.act('all_runs', false)} @click=${this.onClick} @keydown=${this.onKey}>
      <div class="body">
        <div class="bar"><h2 id="runs-title">${this.t('runs.title')}</h2><span class="sp"></span>
          <button type="button" class="btn" data-testid="runs-class" @click=${this.openClass}>${this.t(
            'runs.class',
          )}</button>
          <label class="btn" data-testid="import">${this.t('runs.import')}<input type="file" class="vh" multiple
            accept=".json,.log,.journal" data-testid="import-file" @change=${this.onFiles}></label>
          <button type="button" class="ib" data-testid="close-runs" aria-label=${this.t('action.close')}
            @click=${() => this.dialog?.close()}>${icon('close')}</button></div>
        <p class="q2" data-testid="runs-room">${this.room()}</p>
        <div role="status">${this.news()}</div>
        ${
          last
            ? html`<p><button type="button" class="btn" data-testid="bring-back"
              @click=${() => this.act('bring_back')}>${this.t('runs.back', {
                letter: letterOf(last.record.place),
              })}</button></p>`
            : nothing
        }
        ${runs.length ? nothing : html`<p>${this.t('runs.none')}</p>`}
        <ul>${repeat(
          runs,
          (one) => one.id,
          (one) => this.row(one, one.id === this.next),
        )}</ul>
      </div></dialog>`;
  }

  /** What became of a file stands where the reader looks: the page behind is covered. */
  news() {
    const notice = this.store.notices.find((one) => ['import', 'run_gone'].includes(one.id));
    if (!notice) return nothing;
    return html`<p class="news" data-testid="runs-news"><b>${this.t(notice.title, notice.values)}</b> ${
      notice.problem ? this.store.sentence(notice.problem) : ''
    }</p>`;
  }

  /** How much is kept, and what goes first. */
  room() {
    const { shelf } = this.store;
    if (shelf.inMemory) return this.t('runs.memory');
    const bytes = shelf.records.reduce((sum, one) => sum + one.bytes, 0);
    return this.t('runs.room', {
      count: shelf.records.length,
      runs: ROOM.runs,
      mb: (bytes / 1e6).toFixed(1),
      size: ROOM.bytes / 1e6,
    });
  }

  /** The run that another one would put away. */
  get next() {
    const { records, shown } = this.store.shelf;
    const last = records.at(-1);
    if (!last) return '';
    const wanted = { ...last, id: '', started: Infinity };
    return makeRoom([...records, wanted], '', new Set([String(shown)])).gone[0] ?? '';
  }

  /** @param {RunRecord} run @param {boolean} isNext */
  row(run, isNext) {
    const { store } = this;
    const { shelf, lang } = store;
    const [letter, name] = [letterOf(run.place), runName(lang, { ...run, name: '' })];
    const isTrained = shelf.training && shelf.live?.id === run.id;
    const isShown = shelf.shown === run.id;
    const about = [
      datasetOf({ format: '', dataset: { name: run.dataset } })?.label[lang] ?? run.dataset,
      this.t('runs.trials', { done: run.done, n: run.trials }),
      this.t(`runs.state.${run.state}`),
      run.backend.toUpperCase(),
      new Date(run.started).toLocaleString(lang, { dateStyle: 'medium', timeStyle: 'short' }),
      `${(run.bytes / 1e6).toFixed(run.bytes < 1e5 ? 2 : 1)} MB`,
      isNext ? this.t('runs.next') : '',
    ];
    return html`<li data-run=${run.id} data-letter=${letter} data-shown=${isShown}>
      <div class="first">${run.state === 'running' ? stateMark('running') : nothing}<b>${letter}</b>
        <input class="field-input" data-testid="run-name" maxlength=${NAME_LIMIT} .value=${run.name}
          placeholder=${name} aria-label=${this.t('runs.name', { letter })}
          @change=${(/** @type {Event} */ event) => this.act('rename_run', { id: run.id, name: valueOf(event) })}>
        <b class="score">${runScore(run)}</b></div>
      <p class="q2">${about.filter(Boolean).join(' · ')}</p>
      <textarea class="field-input" rows="1" data-testid="run-note" maxlength=${NOTE_LIMIT} .value=${run.note}
        placeholder=${this.t('runs.note.empty')} aria-label=${this.t('runs.note', { letter })}
        @change=${(/** @type {Event} */ event) =>
          this.act('note_run', { id: run.id, note: valueOf(event) })}></textarea>
      <div class="acts">
        <button type="button" class="btn" data-testid="run-show" ?disabled=${isShown}
          @click=${() => this.show(run.id)}>${this.t(isShown ? 'runs.shown' : 'runs.show')}</button>
        <button type="button" class="btn" data-testid="run-pin" aria-pressed=${run.pinned}
          title=${this.t('runs.pin.title')}
          @click=${() => this.act('pin_run', run.id)}>${icon('pin')}${this.t('runs.pin')}</button>
        <button type="button" class="btn" data-testid="run-export"
          @click=${() => this.export(run)}>${this.t('runs.export')}</button>
        <button type="button" class="btn" data-testid="run-delete" ?disabled=${isTrained}
          title=${isTrained ? this.t('runs.delete.training') : nothing}
          @click=${() => this.act('delete_run', run.id)}>${this.t('runs.delete')}</button>
      </div></li>`;
  }

  /** Results of others lie beside what there is to share. */
  async openClass() {
    this.dialog?.close();
    await later('share');
    /** @type {any} */ (/** @type {ShadowRoot} */ (this.getRootNode()).querySelector('tp-share')).openClass();
  }

  /** @param {string} id */
  show(id) {
    this.act('show_run', id);
    this.dialog?.close();
  }

  /** @param {RunRecord} run */
  async export(run) {
    const text = /** @type {string | null} */ (await this.act('export_run', run.id));
    if (text === null) return;
    const name = runName(this.store.lang, run)
      .replaceAll(/[^\p{Letter}\p{Number}]+/gu, '-')
      .replaceAll(/^-|-$/g, '');
    download(new Blob([text], { type: 'application/json' }), `${run.dataset}-${letterOf(run.place)}-${name}.json`);
  }

  /** @param {Event} event */
  async onFiles(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    for (const file of [...(field.files ?? [])]) {
      const text = await file
        .slice(0, MOST + 1)
        .text()
        .catch(() => '');
      await this.act('import_run', { text, name: file.name });
      this.requestUpdate();
    }
    field.value = '';
  }

  /** The page's own keys are not meant here. @param {Event} event */
  onKey(event) {
    event.stopPropagation();
  }

  /** A press beside the sheet closes it. @param {MouseEvent} event */
  onClick(event) {
    if (event.target === this.dialog) this.dialog?.close();
  }
}

/** @param {Event} event */
const valueOf = (event) => /** @type {HTMLInputElement} */ (event.target).value;

define('tp-runs-list', TpRunsList);
