import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { linesOf } from '../../figures/figure-data.js';
import { exportFigure, pngOf } from '../../figures/picture.js';
import { download } from '../../platform/download.js';
import { trialsData } from '../../figures/trials-data.js';
import { defineLater } from '../../platform/later.js';
import { encodeLink } from '../../study/link.js';
import { withDefaults } from '../../study/same.js';
import { FORMAT as RESULT } from '../../study/result.js';
import { titleOf } from '../../study/presets.js';
import { CROWD } from '../../state/store.js';
import { trialDocument } from '../../state/trials.js';
import { outlineOf, partsOf, shotsOf, standaloneOf } from './standalone.js';
import './tp-embed-code.js';
import './tp-teacher.js';
import { figuresOf, isPicture, pictureOfView, savesOf } from './view-picture.js';
import sheet from './style.css?inline';

/**
 * What leaves the page: a link that says how it opens, its QR code, code that embeds it, and files.
 *
 * @typedef {import('../../study/types.js').SaveKind} SaveKind
 * @typedef {import('../../study/types.js').HeldResult} HeldResult
 */

/** Sizes that a link may ask for, for projectors and small frames. */
const SIZES = [0.75, 1, 1.25, 1.5, 2];
/** A button says for so long that it has copied, in ms. */
const TOLD = 2000;
/** Pixels a side of a QR code as a file. */
const CODE_PIXELS = 1024;
/** What other programs are given, what of it hangs on a run, and how such files end. */
const ONWARD = /** @type {const} */ ([
  { kind: 'pytorch', of: 'trial', ending: 'py' },
  { kind: 'pytorch', of: 'study', ending: 'py' },
  { kind: 'ray-tune', of: 'study', ending: 'py' },
  { kind: 'optuna-journal', of: 'run', ending: 'log' },
  { kind: 'wandb-sweep', of: 'study', ending: 'yaml' },
  { kind: 'csv', of: 'run', ending: 'csv' },
]);
/** A file of a study or a result that is opened has at most so many bytes. */
const MOST_OPENED = 20_000_000;
/** What a result says of itself, in whatever version. */
const A_RESULT = /"format"\s*:\s*"tuning-playground\/result@/;
/** Colours that the dialog keeps while figures are drawn in those of the other theme. */
const TOKENS = ['surface', 'sunken', 'ground', 'ink', 'ink-2', 'ink-3', 'line', 'line-2', 'accent', 'accent-ink'];

const qr = defineLater('qr', () => import('./qr.js'));
const classroom = defineLater('class', () => import('../class/index.js'));

/** Whether an address leads to the machine that asks for it. @param {string} link */
const isOwnMachine = (link) => /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])[:/]/.test(link);

/** A result document as texts, one after the other. @param {HeldResult} result @returns {Generator<string>} */
function* documentParts({ trials, ...head }) {
  yield `${JSON.stringify(head).slice(0, -1)},"trials":[`;
  for (const [k, trial] of trials.entries()) yield `${k ? ',\n' : '\n'}${JSON.stringify(trialDocument(trial))}`;
  yield ']}\n';
}

export class TpShare extends Part {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'run', 'trials', 'selection', 'race', 'landscape'];
  static properties = {
    ...Part.properties,
    views: { attribute: false },
    options: { state: true },
    copied: { state: true },
    said: { state: true },
    trouble: { state: true },
    busy: { state: true },
    coded: { state: true },
    taught: { state: true },
    /** Whether it is open. */ shown: { state: true },
  };

  constructor() {
    super();
    /** @type {import('../define.js').View[]} in which the link can open */ this.views = [];
    /** @type {{run: boolean, lang: string, theme: string, scale: number, view: string}} how the link opens */
    this.options = { run: false, lang: '', theme: 'auto', scale: 1, view: '' };
    /** What was just copied. */ this.copied = '';
    this.said = '';
    this.trouble = '';
    /** What is being made. */ this.busy = '';
    /** Whether the QR code is wanted. */ this.coded = false;
    this.shown = false;
    /** What the link keeps as it is, and what it shows. @type {object} */ this.taught = {};
  }

  /** @private */
  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  async open() {
    const { store } = this;
    this.options = { run: false, lang: '', theme: 'auto', scale: store.scale, view: store.view };
    [this.said, this.trouble, this.copied, this.coded, this.shown] = ['', '', '', false, true];
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
    /** @type {HTMLElement | null} */ (this.querySelector('[data-testid="copy-link"]:not([disabled])'))?.focus();
  }

  /** What streams wakes only an open dialog. @param {Set<string>} topics */
  wake(topics) {
    if (this.shown || topics.has('look')) super.wake(topics);
  }

  /** The link as the options have it; null where it is too long for one. @returns {string | null} */
  get link() {
    const { run, lang, theme, scale, view } = this.options;
    const other = { run: run || undefined, lang: lang || undefined, theme, scale, view, ...this.taught };
    return /** @type {string | null} */ (this.act('link_with', /** @type {any} */ (other)));
  }

  render() {
    return html`<dialog class="share-sheet" aria-labelledby="share-title-head" data-testid="share-dialog"
      data-busy=${this.busy || nothing} @close=${this.onClose} @click=${this.onClick}
      @keydown=${(/** @type {Event} */ event) => event.stopPropagation()}>${this.shown ? this.body() : nothing}
    </dialog><tp-class .store=${this.store}></tp-class>`;
  }

  /** Results of a class, in a sheet of their own. */
  async openClass() {
    try {
      await classroom.open();
    } catch (error) {
      this.trouble = this.t('share.not_loaded', { detail: String(/** @type {Error} */ (error)?.message ?? error) });
      return;
    }
    this.dialog.close();
    await /** @type {any} */ (this.querySelector('tp-class')).open();
  }

  /** @private */
  body() {
    const { store, link } = this;
    const title = titleOf(store.study, store.lang);
    const { question } = store.study;
    const words = [title, question].filter(Boolean).join(' – ');
    return html`<div class="body">
      <div class="bar"><h2 id="share-title-head">${this.t('share')}</h2><span class="sp"></span>
        <button type="button" class="ib" data-testid="close-share" aria-label=${this.t('action.close')}
          @click=${() => this.dialog.close()}>${icon('close')}</button></div>
      <p class="words q2">${words ? html`<bdi>${words}</bdi>` : nothing}
        ${
          store.readOnly
            ? nothing
            : html`<button type="button" class="lnk" data-testid="share-words"
              @click=${this.editWords}>${this.t(question ? 'words.edit' : 'words.add')}</button>`
        }</p>
      <p class="words q2" data-testid="share-outline">${outlineOf(store)}</p>
      ${this.linkPart(link)}${link === null ? nothing : this.teachPart(link)}${
        link === null ? nothing : this.codePart(link)
      }${this.embedPart()}
      <p class="class"><button type="button" class="btn" data-testid="open-class" @click=${this.openClass}>${this.t(
        'share.class',
      )}</button></p>
      ${this.filePart()}${this.onwardPart()}
      <p class="status" role="status" data-testid="share-said">${this.busy ? this.t('share.making') : this.said}</p>
      <p class="status" role="alert" data-testid="share-trouble">${this.trouble}</p>
    </div>`;
  }

  /** @private Whether the study's table is only named in its link. */
  get named() {
    const { study } = this.store;
    return study.dataset.text !== undefined && encodeLink({ study }) === null;
  }

  /** @private @param {string | null} link */
  linkPart(link) {
    const { options, store } = this;
    if (link === null)
      return html`<section><h3>${this.t('share.link')}</h3>
        <p data-testid="share-too-long">${this.t('share.too_long')}</p>
        <button type="button" class="btn p" data-testid="save-study-instead"
          @click=${() => this.make('study', () => this.saveStudy())}>${this.t('share.file.study')}</button></section>`;
    const select = (
      /** @type {'lang' | 'theme' | 'scale' | 'view'} */ name,
      /** @type {(readonly [string | number, string])[]} */ choices,
    ) => html`<label><span>${this.t(`share.${name}`)}</span><select data-testid="share-${name}"
      .value=${String(options[name])}
      @change=${(/** @type {Event} */ event) => {
        const { value } = /** @type {HTMLSelectElement} */ (event.target);
        this.options = { ...options, [name]: name === 'scale' ? Number(value) : value };
      }}>${choices.map(
        ([value, text]) => html`<option value=${value} ?selected=${options[name] === value}>${text}</option>`,
      )}</select></label>`;
    return html`<section><h3>${this.t('share.link')}</h3>
      <div class="copyline"><input class="link" readonly data-testid="share-link" aria-label=${this.t('share.link')}
        .value=${link} @focus=${(/** @type {Event} */ event) =>
          /** @type {HTMLInputElement} */ (event.target).select()}>
        ${this.copyButton('link', link, 'btn p')}</div>
      <div class="options">
        ${select(
          'view',
          this.views.map((one) => [one.name, one.title[store.lang]]),
        )}
        ${select('lang', [
          ['', this.t('share.readers_own')],
          ['en', 'English'],
          ['ko', '한국어'],
        ])}
        ${select('theme', [
          ['auto', this.t('share.readers_own')],
          ['light', this.t('theme.light')],
          ['dark', this.t('theme.dark')],
        ])}
        ${select(
          'scale',
          [...new Set([...SIZES, options.scale])]
            .sort((a, b) => a - b)
            .map((one) => [one, `${Math.round(100 * one)}%`]),
        )}
        <label class="check"><input type="checkbox" data-testid="share-run" .checked=${options.run}
          @change=${(/** @type {Event} */ event) => {
            this.options = { ...options, run: /** @type {HTMLInputElement} */ (event.target).checked };
          }}>${this.t('share.run')}</label>
      </div>
      <p class="q2" data-testid="share-${this.named ? 'named' : 'about'}">${this.t(this.aboutOf(link))}</p>
      ${isOwnMachine(link) ? html`<p class="q2" data-testid="share-local">${this.t('share.local')}</p>` : nothing}
    </section>`;
  }

  /** @private @param {string} link */
  aboutOf(link) {
    return this.named ? 'share.named' : /[#&]fp=/.test(link) ? 'share.about_fp' : 'share.about';
  }

  /** @private @param {'link'} what @param {string} text @param {string} look */
  copyButton(what, text, look) {
    const done = this.copied === what;
    return html`<button type="button" class=${look} data-testid="copy-${what}" data-copied=${done}
      @click=${() => this.copy(what, text)}>${icon(done ? 'done' : 'share')}<span>${this.t(
        done ? 'share.copied' : `share.copy_${what}`,
      )}</span></button>`;
  }

  /** @private @param {string} link */
  codePart(link) {
    return html`<details .open=${this.coded} @toggle=${this.onCode}>
      <summary data-testid="share-code">${this.t('share.code')}</summary>${this.coded ? this.code(link) : nothing}
    </details>`;
  }

  /** @private @param {string} link */
  code(link) {
    if (qr.state === 'failed') return html`<p role="alert">${this.t('share.code_failed')}</p>`;
    if (!qr.module) return html`<p class="q2" role="status">${this.t('share.making')}</p>`;
    const { codeOf, svgOf, MOST_BYTES: most } = qr.module;
    const code = codeOf(link);
    if (!code)
      return html`<p data-testid="code-too-long">${this.t('share.code_long', {
        n: new TextEncoder().encode(link).length,
        most,
      })}</p>`;
    const svg = svgOf(code, CODE_PIXELS);
    const name = `${this.stem}-qr`;
    const picture = { svg, width: CODE_PIXELS, height: CODE_PIXELS };
    return html`<div class="code"><img data-testid="code" width="300" height="300" alt=${this.t('share.code_alt')}
        src="data:image/svg+xml,${encodeURIComponent(svg)}">
      <div class="kinds">${this.fileButton('code-png', 'PNG', async () =>
        this.file([await pngOf(picture)], 'image/png', `${name}.png`),
      )}
        ${this.fileButton('code-svg', 'SVG', () => this.file([svg], 'image/svg+xml', `${name}.svg`))}
      </div></div>`;
  }

  /** @private @param {string} link */
  teachPart(link) {
    return html`<details @teach=${(/** @type {CustomEvent<object>} */ event) => {
      this.taught = event.detail;
    }}><summary data-testid="share-teach">${this.t('teach')}</summary>
      <tp-teacher .store=${this.store}></tp-teacher>
      <a class="btn" target="_blank" rel="noopener" data-testid="teach-preview" href=${link}>${this.t(
        'teach.preview',
      )}</a></details>`;
  }

  /** @private */
  embedPart() {
    return html`<details @copy-code=${(/** @type {CustomEvent<string>} */ event) => this.copy('embed', event.detail)}>
      <summary data-testid="share-embed">${this.t('share.embed')}</summary>
      <tp-embed-code .store=${this.store} .looks=${this.options}></tp-embed-code></details>`;
  }

  /** @private */
  filePart() {
    const { store } = this;
    const root = /** @type {ParentNode} */ (this.getRootNode());
    // The table's file is that of the run, whatever the view.
    const figures = figuresOf(root).filter((one) => one.name !== 'table');
    const pictures = figures.filter(isPicture);
    const view = this.views.find((one) => one.name === store.view)?.title[store.lang] ?? '';
    const trial = store.selected;
    const result = this.held;
    const row = (/** @type {unknown} */ name, /** @type {unknown} */ buttons) =>
      html`<div class="row"><span>${name}</span><span class="kinds">${buttons}</span></div>`;
    return html`<section><h3>${this.t('share.files')}</h3>
      ${
        pictures.length
          ? row(
              this.t('share.view_picture', { view }),
              ['png', 'svg'].map((kind) =>
                this.fileButton(`view-${kind}`, kind.toUpperCase(), () =>
                  this.saveView(pictures, /** @type {'png' | 'svg'} */ (kind)),
                ),
              ),
            )
          : nothing
      }
      ${figures.map((figure) =>
        row(
          figure.title,
          savesOf(figure)
            .filter((kind) => kind !== 'copy')
            .map((kind) =>
              this.fileButton(`${figure.name}-${kind}`, kind.toUpperCase(), () => exportFigure(figure, kind)),
            ),
        ),
      )}
      ${
        result
          ? html`${row(
              this.t('share.file.trials', { n: result.trials.length }),
              this.fileButton('trials-csv', 'CSV', () => this.saveTrials()),
            )}
            ${row(
              this.t('share.file.result'),
              this.fileButton('result-json', 'JSON', () => this.saveResult(result)),
            )}
            ${
              trial
                ? row(
                    this.t('share.file.weights', { trial: trial.number }),
                    this.fileButton('weights', 'safetensors + py', () => this.saveWeights(trial)),
                  )
                : nothing
            }
            ${row(
              this.t('share.file.page'),
              this.fileButton('standalone', 'HTML', () => this.saveStandalone(result, pictures)),
            )}`
          : html`<p class="q2" data-testid="share-no-result">${this.t(
              store.state === 'idle' ? 'share.no_result' : 'share.running',
            )}</p>`
      }
      ${row(
        this.t('share.study'),
        this.fileButton('study-json', 'JSON', () => this.saveStudy()),
      )}
      ${row(
        this.t('share.open'),
        html`<label class="btn"><input type="file" class="vh" accept=".json,application/json"
          data-testid="open-study-file" @change=${this.onFile}>${this.t('share.choose')}</label>`,
      )}
      <p class="q2">${this.t('share.other_views')}</p>
    </section>`;
  }

  /** @private What goes on elsewhere. */
  onwardPart() {
    const { held, store } = this;
    const trial = held && store.selected;
    const row = (/** @type {typeof ONWARD[number]} */ { kind, of, ending }) => {
      if ((of === 'run' && !held) || (of === 'trial' && !trial)) return nothing;
      const name = of === 'trial' ? `${kind}-trial` : kind;
      const values = { trial: trial?.number };
      return html`<div class="row"><span>${this.t(`share.to.${name}`, values)}
          <small class="q2">${this.t(`share.to.${name}.about`, values)}</small></span>
        <span class="kinds">${this.fileButton(name, ending, () =>
          this.saveOnward(kind, of === 'trial' ? trial : null),
        )}</span></div>`;
    };
    return html`<details><summary data-testid="share-onward">${this.t('share.onward')}</summary>
      <p class="q2">${this.t(held ? 'share.onward_about' : 'share.onward_idle')}</p>${ONWARD.map(row)}</details>`;
  }

  /** @private The result shown, where nothing is trained. @returns {HeldResult | null} */
  get held() {
    const { store } = this;
    const result = /** @type {HeldResult | null} */ (this.act('held_result'));
    return store.state === 'idle' && store.trials.size ? result : null;
  }

  /** @private What files are called. */
  get stem() {
    return this.store.shownStudy.dataset.name;
  }

  /** @private @param {string} name @param {string} text @param {() => unknown} act */
  fileButton(name, text, act) {
    return html`<button type="button" class="btn" data-testid="save-${name}" ?disabled=${this.busy !== ''}
      @click=${() => this.make(name, act)}>${text}</button>`;
  }

  /** @private Makes a file, and says what came of it. @param {string} name @param {() => unknown} act what it returns
   * is said, if it is a text */
  async make(name, act) {
    if (this.busy) return;
    [this.busy, this.said, this.trouble] = [name, '', ''];
    const button = /** @type {HTMLElement | null} */ (this.querySelector(`[data-testid="save-${name}"]`));
    try {
      const said = await act();
      this.said = this.t('share.saved', { file: typeof said === 'string' ? said : '' });
    } catch (error) {
      this.trouble = this.t('share.not_saved', { detail: String(/** @type {Error} */ (error)?.message ?? error) });
    } finally {
      this.busy = '';
      await this.updateComplete;
      // A button that was disabled meanwhile has lost the focus.
      if (this.dialog.open) button?.focus({ preventScroll: true });
    }
  }

  /** @private @param {BlobPart[]} parts @param {string} type @param {string} name @returns {string} */
  file(parts, type, name) {
    download(new Blob(parts, { type }), name);
    return name;
  }

  /** @private */
  saveStudy() {
    const text = `${JSON.stringify(withDefaults(this.store.study), null, 2)}\n`;
    return this.file([text], 'application/json', `${this.store.study.dataset.name}-study.json`);
  }

  /** @private */
  async saveTrials() {
    const parts = await partsOf(linesOf(trialsData(this.store)));
    return this.file(parts, 'text/csv;charset=utf-8', `${this.stem}-trials.csv`);
  }

  /** @private @param {HeldResult} result */
  async saveResult(result) {
    return this.file(await partsOf(documentParts(result)), 'application/json', `${this.stem}-result.json`);
  }

  /** @private What other programs are given: the texts of `tune export`. @param {string} kind
   * @param {import('../../study/types.js').Trial | null} trial that a script trains */
  async saveOnward(kind, trial) {
    const { held, store } = this;
    const study = withDefaults(held?.study ?? store.study);
    const result = {
      .../** @type {any} */ (held ?? { format: RESULT, engine: {}, best: null, test: null, trials: [] }),
      study,
    };
    const text = (await partsOf(documentParts(result))).join('');
    const files = /** @type {{name: string, text: string}[]} */ (
      await this.act('convert', ['exportAs', kind, JSON.stringify(study), text, trial?.number])
    );
    return files.map(({ name, text: own }) => this.file([own], 'text/plain;charset=utf-8', name)).join(', ');
  }

  /** @private @param {import('../../study/types.js').Trial} trial */
  async saveWeights(trial) {
    const { number, params } = trial;
    const weights = await this.act('trial_weights', number);
    const told = [JSON.stringify(this.store.shownStudy), JSON.stringify({ number, params }), weights];
    const files = /** @type {{name: string, text?: string, bytes?: Uint8Array<ArrayBuffer>}[]} */ (
      await this.act('convert', ['weightsAs', ...told, `${this.stem}-trial-${number}`])
    );
    return files
      .map(({ name, text, bytes }) =>
        bytes ? this.file([bytes], 'application/octet-stream', name) : this.file([text ?? ''], 'text/x-python', name),
      )
      .join(', ');
  }

  /** @private @param {import('../../figures/figure.js').FigurePart[]} figures @param {'png' | 'svg'} kind */
  async saveView(figures, kind) {
    const { store } = this;
    const study = store.shownStudy;
    const data = store.dataName(study);
    const about = this.t('share.picture_about', { data, n: store.trials.size });
    const words = { title: titleOf(study, store.lang), question: study.question ?? '', about };
    const picture = await pictureOfView(figures, words);
    const blob = kind === 'svg' ? new Blob([picture.svg], { type: 'image/svg+xml' }) : await pngOf(picture);
    return this.file([blob], blob.type, `${this.stem}-${store.view}.${kind}`);
  }

  /** @private @param {HeldResult} result @param {import('../../figures/figure.js').FigurePart[]} figures */
  async saveStandalone(result, figures) {
    const { store } = this;
    const study = store.shownStudy;
    const data = store.dataName(study);
    const title = titleOf(study, store.lang) || this.t('share.untitled', { data });
    const isCrowd = store.trials.size > CROWD;
    this.keepColors(true);
    try {
      const shots = await shotsOf(store, figures, !isCrowd, (dark) => this.act('paint', dark));
      const link = store.stale ? null : this.link;
      const { blob, left } = await standaloneOf(store, { result, link, title, shots });
      const name = this.file([blob], blob.type, `${this.stem}-run.html`);
      return left.length ? `${name}. ${this.t('share.left')}: ${left.join(' ')}` : name;
    } finally {
      this.keepColors(false);
    }
  }

  /** @private Keeps the dialog's colours, and what is behind it out of sight, or lets them go.
   * @param {boolean} kept */
  keepColors(kept) {
    const { style, classList } = this.dialog;
    const now = getComputedStyle(this.dialog);
    const values = TOKENS.map((one) => now.getPropertyValue(`--${one}`));
    TOKENS.forEach((one, k) => {
      if (kept) style.setProperty(`--${one}`, values[k]);
      else style.removeProperty(`--${one}`);
    });
    style.colorScheme = kept ? now.colorScheme : '';
    classList.toggle('still', kept);
  }

  /** @private @param {'link' | 'embed'} what @param {string} text */
  async copy(what, text) {
    [this.said, this.trouble] = ['', ''];
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      this.trouble = this.t('share.copy_refused');
      const field = what === 'link' ? 'share-link' : 'embed-code';
      /** @type {HTMLElement | null} */ (this.querySelector(`[data-testid="${field}"]`))?.focus();
      return;
    }
    this.copied = what;
    this.said = this.t(`share.${what}_copied`);
    setTimeout(() => (this.copied = ''), TOLD);
  }

  /** @private @param {Event} event */
  onCode(event) {
    this.coded = /** @type {HTMLDetailsElement} */ (event.target).open;
    if (!this.coded || qr.module) return;
    const drawn = () => this.requestUpdate();
    void qr.open().then(drawn, drawn);
  }

  /** @private What is no study is told of above the figures, as any study that is refused. @param {Event} event */
  async onFile(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const file = field.files?.[0];
    if (!file) return;
    [this.said, this.trouble] = ['', ''];
    try {
      if (file.size > MOST_OPENED) throw new RangeError(this.t('share.too_large', { size: MOST_OPENED / 1e6 }));
      const text = await file.text();
      this.dialog.close();
      // A result is a run with its study.
      if (A_RESULT.test(text)) this.act('import_run', { text, name: file.name });
      else this.act('open_study', text);
    } catch (error) {
      this.trouble = this.t('share.not_opened', {
        file: file.name,
        detail: String(/** @type {Error} */ (error)?.message ?? error),
      });
    } finally {
      // The same file can be chosen again.
      field.value = '';
    }
  }

  /** @private */
  editWords() {
    this.dialog.close();
    this.act('edit_words');
  }

  /** @private */
  onClose() {
    this.shown = false;
    /** What the link keeps as it is, and what it shows. @type {object} */ this.taught = {};
  }

  /** A press beside the sheet closes it. @param {MouseEvent} event */
  onClick(event) {
    if (event.target === this.dialog) this.dialog.close();
  }
}

define('tp-share', TpShare);
