import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { segmented } from '../../controls/segmented.js';
import { WorkDialog } from '../../controls/work-dialog.js';
import { count } from '../../study/format.js';
import { inLink, reportWords, saidOf } from './report.js';
import { balanceTable, columnsTable, headTable } from './tables.js';
import './tp-draw.js';
import dialog from '../dialog.css?inline';
import sheet from './style.css?inline';

/**
 * Data of the reader's own: files or text in, what was found in them, how they are to be read, and only then a study
 * of them. Everything happens in this browser.
 *
 * @typedef {import('../../study/types.js').Problem} Problem
 * @typedef {import('../../study/types.js').OwnData} OwnData
 * @typedef {import('./report.js').Read} Read
 * @typedef {import('../../study/types.js').KeptTable} KeptTable
 */

/** Columns that are offered in place of one that cannot be predicted. */
const MOST_OTHERS = 3;
/** Between columns. */
const SIGNS = [',', ';', '\t', '|', ' '];
/** Signs without a shape of their own. @type {Record<string, string>} */
const UNSEEN = { '\t': 'own.tab', ' ': 'own.blanks' };

export class TpData extends WorkDialog {
  static sheet = dialog + sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study'];
  static properties = {
    ...WorkDialog.properties,
    way: { state: true },
    said: { state: true },
    read: { state: true },
    lines: { state: true },
    pasted: { state: true },
    kept: { state: true },
  };

  constructor() {
    super();
    /** @type {'file' | 'paste' | 'draw'} */ this.way = 'file';
    /** @type {Partial<OwnData>} how a table is to be read */ this.said = {};
    /** @type {Read | null} */ this.read = null;
    /** the lines around a fault */ this.lines = '';
    /** text that was pasted or typed */ this.pasted = '';
    /** @type {KeptTable[]} */ this.kept = [];
    /** @private @type {File[]} */ this.files = [];
    /** @private @type {any} the Worker that has the files */ this.reader = null;
  }

  /** @param {File[]} [files] that were dropped on the page */
  open(files) {
    if (!this.isOpen) {
      this.way = 'file';
      this.show();
      void this.look();
    }
    if (files?.length) void this.take(files);
  }

  /** @private What this browser has kept. */
  async look() {
    this.kept = await /** @type {Promise<KeptTable[]>} */ (this.act('kept_tables'));
  }

  /** @protected */
  closed() {
    super.closed();
    this.leave();
    Object.assign(this, { read: null, said: {}, lines: '', files: [] });
  }

  /** @protected */
  leave() {
    this.reader?.dispose();
    this.reader = null;
  }

  /** @private @param {Iterable<File>} given */
  async take(given) {
    const files = [...given];
    if (!files.length) return;
    this.stop();
    this.leave();
    Object.assign(this, { files, read: null, said: {}, lines: '', problem: null, state: 'running' });
    this.reader = this.act('read_data');
    await this.finish(this.hear(this.reader.call('open', files, {})), () => true);
  }

  /** @private Reads the same files in another way. @param {Partial<OwnData>} more */
  async again(more) {
    if (!this.reader) return;
    this.said = saidOf({ ...this.said, ...more });
    this.stop();
    Object.assign(this, { problem: null, lines: '', state: 'running' });
    await this.finish(this.hear(this.reader.call('read', this.said)), () => true);
  }

  /** @private @param {Promise<Read>} answer */
  async hear(answer) {
    const { turn } = this;
    const before = this.read;
    try {
      const read = await answer;
      if (turn === this.turn) this.read = read;
    } catch (error) {
      // What was found before belongs to another reading.
      if (turn === this.turn) this.read = before && { ...before, found: null, preview: null };
      throw error;
    }
  }

  /** @private */
  async use() {
    const { read, files, said, turn } = this;
    if (!read?.found) return;
    const { table, text } = await this.reader.call('packed');
    if (turn !== this.turn) return;
    const { found } = read;
    const isPair = files.length > 1;
    const inStudy = !isPair && read.encoding === 'utf-8' && inLink(text);
    const dataset = isPair
      ? { name: 'idx', files: files.map(({ name }) => name), found }
      : { name: 'csv', ...(inStudy ? { text: String(text) } : { file: files[0].name }), ...said, found };
    this.act('use_data', { dataset, table, name: files.map(({ name }) => name).join(', ') });
    this.dialog.close();
  }

  render() {
    const { state } = this;
    return html`<dialog class="work own-data" aria-labelledby="own-title" data-testid="data"
      data-state=${state} @close=${this.closed} @dragover=${this.onDrag} @drop=${this.onDrop} @paste=${this.onPaste}>
      <div class="bar"><h2 id="own-title">${this.t('own.title')}</h2><span class="sp"></span>
        <button type="button" class="ib" aria-label=${this.t('action.close')} data-testid="data-close"
          @click=${() => this.dialog.close()}>${icon('close')}</button></div>
      ${this.isOpen ? this.body() : nothing}
    </dialog>`;
  }

  /** @private */
  body() {
    return html`<p class="q2">${this.t('own.about')}</p>
      ${segmented(
        this.t('own.way'),
        /** @type {const} */ (['file', 'paste', 'draw']).map((value) => ({ value, text: this.t(`own.way.${value}`) })),
        this.way,
        (way) => (this.way = way),
        { testid: 'data-way' },
      )}
      ${this.way === 'file' ? this.choosing() : this.way === 'paste' ? this.pasting() : this.drawing()}
      ${this.state === 'running' ? html`<p role="status">${this.t('own.reading')}</p>` : nothing}
      ${this.problem ? html`${this.refused(this.problem)}${this.separators(this.problem)}` : nothing}
      ${this.read && this.way !== 'draw' ? this.report(this.read) : nothing}`;
  }

  /** The id of what is wrong with what was chosen or pasted. @private */
  get complaint() {
    return this.problem || this.read?.report.fault ? 'data-problem' : nothing;
  }

  /** @private */
  choosing() {
    return html`<label class="drop"><span>${this.t('own.drop')}</span>
        <input type="file" multiple data-testid="data-file" aria-invalid=${this.complaint !== nothing}
          aria-describedby=${this.complaint} @change=${this.onFiles}>
        <span class="q2">${this.t('own.kinds')}</span></label>
      ${this.kept.length && !this.read ? this.earlier() : nothing}`;
  }

  /** @private */
  earlier() {
    return html`<h3>${this.t('own.kept')}</h3><ul class="kept" data-testid="data-kept">${this.kept.map((one) => {
      const { file, files, found } = one.dataset;
      const name = one.name ?? file ?? files?.join(', ') ?? 'CSV';
      return html`<li><button type="button" class="lnk" @click=${() => this.useKept(one)}>${name}</button>
        <span class="q2">${this.t(`data.facts.${found?.task}`, {
          rows: count(found?.rows ?? 0),
          features: found?.features,
          classes: found?.classes,
        })}</span>
        <button type="button" class="ib" aria-label=${this.t('own.forget', { name })}
          title=${this.t('own.forget', { name })}
          @click=${() => this.forget(one)}>${icon('close')}</button></li>`;
    })}</ul>`;
  }

  /** @private @param {KeptTable} one */
  useKept({ dataset, table, name }) {
    this.act('use_data', { dataset, table, name });
    this.dialog.close();
  }

  /** @private @param {KeptTable} one */
  async forget({ dataset }) {
    await this.act('remove_table', String(dataset.found?.digest));
    await this.look();
  }

  /** @private */
  pasting() {
    return html`<label class="paste">${this.t('own.paste')}
        <textarea rows="6" spellcheck="false" data-testid="data-text" .value=${this.pasted}
          aria-invalid=${this.complaint !== nothing} aria-describedby=${this.complaint}
          @input=${this.onText}></textarea></label>
      <div class="foot"><button type="button" class="btn" data-testid="data-read" ?disabled=${!this.pasted.trim()}
        @click=${this.readText}>${this.t('own.read')}</button></div>`;
  }

  /** @private */
  drawing() {
    return html`<tp-draw .store=${this.store} @drawn=${this.onDrawn}></tp-draw>`;
  }

  /** @private @param {Problem} problem */
  refused(problem) {
    const line = Number(problem.line);
    const said = this.store.sentence(problem);
    return html`<p class="err" role="alert" id="data-problem" data-testid="data-problem">${said}</p>
      ${
        line > 0
          ? html`<button type="button" class="lnk" data-testid="data-line"
            @click=${() => this.showLine(line)}>${this.t('own.line', { line })}</button>`
          : nothing
      }
      ${this.lines ? html`<pre class="lines" data-testid="data-lines">${this.lines}</pre>` : nothing}`;
  }

  /** @private @param {number} line */
  async showLine(line) {
    this.lines = await this.reader.call('line', line);
  }

  /** @private @param {Read} read */
  report(read) {
    const { fault } = read.report;
    const problem = fault ? { code: 'bad_table', file: this.files[0]?.name ?? '', ...fault } : null;
    return html`<p data-testid="data-words">${reportWords(read, this.files, (key, values) => this.t(key, values))}</p>
      ${problem ? html`${this.refused(problem)}<div class="foot">${this.mends(problem)}</div>` : nothing}
      ${read.report.columns ? this.table(read) : nothing}
      <div class="foot"><span class="sp"></span><button type="button" class="btn p" data-testid="data-use"
        ?disabled=${!read.found || this.state === 'running'} @click=${this.use}>${
          read.found
            ? this.t('own.use', { rows: count(read.found.rows), n: read.found.features })
            : this.t('own.use.none')
        }</button></div>`;
  }

  /** @private @param {string} separator */
  signed(separator) {
    return separator in UNSEEN ? this.t(UNSEEN[separator]) : separator;
  }

  /** Where lines differ in their columns, the separator may be another one; where numbers can be read in two ways, the
   * reader knows in which. @private @param {Problem} problem */
  separators({ fault, whole, fraction }) {
    if (fault === 'two_readings')
      return html`<div class="foot">${[
        ['.', whole],
        [',', fraction],
      ].map(
        ([decimal, value]) => html`<button type="button" class="btn" data-testid="data-decimal-button"
          @click=${() => this.again({ decimal: String(decimal) })}>${value}</button>`,
      )}</div>`;
    if (fault !== 'ragged') return nothing;
    return html`<div class="foot"><span class="q2">${this.t('own.separator')}</span>${SIGNS.map(
      (separator) => html`<button type="button" class="btn" data-testid="data-separator-button"
        @click=${() => this.again({ separator })}>${this.signed(separator)}</button>`,
    )}</div>`;
  }

  /** Columns that could be predicted in place of one, the last first. @private @param {string} column */
  others(column) {
    /** @type {{name: string, kind?: string}[]} */ const columns = this.read?.report?.columns ?? [];
    const names = columns.filter(({ name, kind }) => name !== column && kind !== 'ignored').map(({ name }) => name);
    return names.reverse().slice(0, MOST_OTHERS);
  }

  /** Ways out of a fault. @private @param {Problem} problem */
  mends(problem) {
    const column = String(problem.column ?? '');
    const take = (/** @type {'number' | 'category' | 'ignored'} */ kind) =>
      html`<button type="button" class="btn" data-testid="data-mend-${kind}" @click=${() =>
        this.again({ columns: { ...this.said.columns, [column]: kind } })}>${this.t(`own.mend.${kind}`)}</button>`;
    const isTarget = this.read?.report?.target === column;
    if (problem.fault === 'beyond' && !isTarget) return [take('number'), take('ignored')];
    if (problem.fault === 'text_in_numbers') return [take('number'), take('category'), take('ignored')];
    if (problem.fault === 'too_many_classes' || problem.fault === 'text_target') {
      const task = problem.fault === 'text_target' ? 'classes' : 'numbers';
      return html`<button type="button" class="btn" data-testid="data-mend-${task}"
        @click=${() => this.again({ task })}>${this.t(`own.task.${task}`)}</button>`;
    }
    if (['one_class', 'constant_target', 'empty_target', 'no_target', 'beyond'].includes(String(problem.fault)))
      return this.others(column).map(
        (target) => html`<button type="button" class="btn" data-testid="data-mend-target"
          @click=${() => this.again({ target })}>${this.t('own.mend.target', { column: target })}</button>`,
      );
    if (problem.fault === 'too_few' && this.said.missing === 'drop')
      return html`<button type="button" class="btn" @click=${() =>
        this.again({ missing: 'mean' })}>${this.t('own.missing.mean')}</button>`;
    return nothing;
  }

  /** @private @param {Read} read */
  table({ report }) {
    const { columns = [] } = report;
    const words = (/** @type {string} */ key, /** @type {any} */ values) => this.t(key, values);
    const choose = (
      /** @type {string} */ key,
      /** @type {[string, string][]} */ options,
      /** @type {string} */ current,
      /** @type {(value: string) => Partial<OwnData>} */ change,
    ) => html`<label class="fld"><span class="q2 sp">${this.t(`own.${key}`)}</span><select class="field-input"
        data-testid="data-${key}" @change=${(/** @type {Event} */ event) =>
          this.again(change(/** @type {HTMLSelectElement} */ (event.target).value))}>${options.map(
          ([value, text]) => html`<option value=${value} ?selected=${value === current}>${text}</option>`,
        )}</select></label>`;
    return html`<div class="flds">
        ${choose(
          'target',
          columns.map(({ name }) => [name, name]),
          report.target ?? '',
          (target) => ({
            target,
            task: undefined,
          }),
        )}
        ${choose(
          'task',
          [
            ['classes', this.t('own.task.classes')],
            ['numbers', this.t('own.task.numbers')],
          ],
          report.task ?? '',
          (task) => ({ task: /** @type {any} */ (task) }),
        )}
        ${choose(
          'separator',
          SIGNS.map((sign) => [sign, this.signed(sign)]),
          report.separator ?? ',',
          (separator) => ({ separator }),
        )}
        ${choose(
          'decimal',
          [
            ['.', '1.5'],
            [',', '1,5'],
          ],
          report.decimal ?? '.',
          (decimal) => ({ decimal }),
        )}
        ${choose(
          'header',
          [
            ['true', this.t('own.header.yes')],
            ['false', this.t('own.header.no')],
          ],
          String(report.header),
          (header) => ({ header: header === 'true', target: undefined, columns: undefined }),
        )}
        ${choose(
          'missing',
          [
            ['mean', this.t('own.missing.mean')],
            ['drop', this.t('own.missing.drop')],
          ],
          this.said.missing ?? 'mean',
          (missing) => ({ missing: /** @type {any} */ (missing) }),
        )}
      </div>
      ${columnsTable(report, words, (name, kind) => {
        void this.again({ columns: { ...this.said.columns, [name]: kind } });
      })}
      ${balanceTable(report, words)}
      ${headTable(report, words)}`;
  }

  /** @private @param {Event} event */
  onFiles(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    void this.take(input.files ?? []);
    // The same file can be chosen again once it has been mended.
    input.value = '';
  }

  /** @private @param {DragEvent} event */
  onDrag(event) {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  }

  /** @private @param {DragEvent} event */
  onDrop(event) {
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.way = 'file';
    void this.take(files);
  }

  /** A table that is pasted anywhere is taken at once. @private @param {ClipboardEvent} event */
  onPaste(event) {
    const { clipboardData: given } = event;
    if (given?.files.length) {
      event.preventDefault();
      void this.take(given.files);
      return;
    }
    if (/** @type {HTMLElement} */ (event.target).matches('textarea, input')) return;
    const text = given?.getData('text/plain') ?? '';
    if (!text.trim()) return;
    event.preventDefault();
    this.way = 'paste';
    this.pasted = text;
    this.readText();
  }

  /** @private @param {Event} event */
  onText(event) {
    this.pasted = /** @type {HTMLTextAreaElement} */ (event.target).value;
  }

  /** @private */
  readText() {
    void this.take([new File([this.pasted], this.t('own.pasted'), { type: 'text/csv' })]);
  }

  /** @private @param {CustomEvent<{text: string}>} event */
  async onDrawn({ detail }) {
    await this.take([new File([detail.text], this.t('own.drawn'), { type: 'text/csv' })]);
    await this.use();
  }
}

define('tp-data', TpData);
