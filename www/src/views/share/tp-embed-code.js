import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { storedSurfaceOf } from '../../figures/stored-surface.js';
import { download } from '../../platform/download.js';
import { encodeLink } from '../../study/link.js';
import { rowsOf } from '../../study/hyperparameters.js';
import { isSet } from '../../study/panel.js';
import { withoutDefaults } from '../../study/same.js';
import { resultDocument } from '../../state/trials.js';
import { recordedText } from './recorded.js';
import { escaped } from './standalone.js';

/**
 * The study on a page of one's own: the code of an element or of a frame, which of its settings readers may change,
 * the stored run that they see first, and how it looks.
 *
 * @typedef {{lang: string, theme: string, view: string}} Looks as the sheet has them
 */

/** A line to run has room for so many knobs (views/embed/knobs.js). */
const MOST = 3;
const HEIGHT = 420;
/** What the stored run is called beside a page. */
const FILE = 'tuning-playground-run.json';

export class TpEmbedCode extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'run'];
  static properties = {
    ...Part.properties,
    looks: { attribute: false },
    kind: { state: true },
    knobs: { state: true },
    stored: { state: true },
    taught: { state: true },
    shown: { state: true },
    said: { state: true },
    text: { state: true },
  };

  constructor() {
    super();
    /** @type {Looks} */ this.looks = { lang: '', theme: 'auto', view: '' };
    /** @type {'element' | 'frame'} */ this.kind = 'element';
    /** @type {string[]} */ this.knobs = [];
    /** Whether the run shown goes along. */ this.stored = true;
    /** Whether the step of the lesson that is open goes along. */ this.taught = true;
    /** Whether it is seen how it looks. */ this.shown = false;
    this.said = '';
    /** The stored run, once it is made. */ this.text = '';
  }

  /** @private The run that may be stored. */
  get held() {
    const { store } = this;
    const held = /** @type {import('../../study/types.js').HeldResult | null} */ (this.act('held_result'));
    return store.state === 'idle' && store.trials.size && !store.stale ? held : null;
  }

  /** @private */
  get isStored() {
    return this.stored && !this.lesson && this.held !== null;
  }

  /** @private The step of a lesson that is open, which every page has. */
  get step() {
    const { lesson } = this.store;
    return /^(path|own\b|$)/.test(lesson) ? '' : lesson;
  }

  /** @private */
  get lesson() {
    return this.taught ? this.step : '';
  }

  /** The code; null where a frame's link would be too long. @returns {string | null} */
  get code() {
    const { lang, theme, view } = this.looks;
    const { lesson } = this;
    // A lesson's step sets up its own.
    const study = lesson ? undefined : withoutDefaults(this.store.study);
    const base = location.href.split('#', 1)[0];
    const controls = this.knobs;
    if (this.kind === 'frame') {
      const link = encodeLink({
        ...(study && { study }),
        ...(lesson ? { lesson } : { view }),
        ...(lang && { lang: /** @type {'en' | 'ko'} */ (lang) }),
        theme: /** @type {'auto'} */ (theme),
        controls,
      });
      if (link === null) return null;
      const title = escaped(this.t('share.embed_title'));
      return `<iframe title="${title}" loading="lazy" width="100%" height="${HEIGHT}" style="border:0"
  src="${escaped(new URL('./embed.html', base).href + link)}"></iframe>
`;
    }
    const looks = [
      lesson ? `lesson="${escaped(lesson)}"` : view && `view="${view}"`,
      lang && `lang="${lang}"`,
      `theme="${theme}"`,
      controls.length && `controls="${controls.join(',')}"`,
      this.isStored && `recorded="${FILE}"`,
    ].filter(Boolean);
    return `<script type="module" src="${escaped(new URL('./tuning-playground.js', base).href)}"></script>
<tuning-playground ${looks.join(' ')} style="height:${HEIGHT}px"${
      study ? `\n  study="${escaped(JSON.stringify(study))}"` : ''
    }></tuning-playground>
`;
  }

  render() {
    const { code, store } = this;
    const rows = rowsOf(store.study).filter((one) => isSet(one, store.study) || this.knobs.includes(one.name));
    return html`<div class="embedding">
      ${segmented(
        this.t('share.embed_as'),
        [
          { value: 'element', text: this.t('share.embed_element') },
          { value: 'frame', text: this.t('share.embed_frame') },
        ],
        this.kind,
        (value) => {
          this.kind = /** @type {'element' | 'frame'} */ (value);
        },
        { testid: 'embed-kind' },
      )}
      <p class="q2">${this.t(this.kind === 'frame' ? 'share.embed_frame_about' : 'share.embed_about')}</p>
      <fieldset class="knob-names"><legend>${this.t('share.embed_knobs', { most: MOST })}</legend>${rows.map(
        (one) => html`<label class="check"><input type="checkbox" data-testid="embed-knob-${one.name}"
          .checked=${this.knobs.includes(one.name)}
          ?disabled=${this.knobs.length >= MOST && !this.knobs.includes(one.name)}
          @change=${() => {
            const has = this.knobs.includes(one.name);
            this.knobs = has ? this.knobs.filter((name) => name !== one.name) : [...this.knobs, one.name];
          }}>${one.label[store.lang]}</label>`,
      )}</fieldset>
      ${this.step ? this.teaching() : nothing}
      ${this.kind === 'element' && this.held && !this.lesson ? this.storing() : nothing}
      ${
        code === null
          ? html`<p data-testid="embed-too-long">${this.t('share.embed_long')}</p>`
          : html`<textarea readonly rows="5" data-testid="embed-code" aria-label=${this.t('share.embed')}
              .value=${code}
              @focus=${(/** @type {Event} */ event) =>
                /** @type {HTMLTextAreaElement} */ (event.target).select()}></textarea>
            <button type="button" class="btn" data-testid="copy-embed" @click=${() =>
              this.dispatchEvent(new CustomEvent('copy-code', { detail: code, bubbles: true }))}>${this.t(
              'share.copy_embed',
            )}</button>`
      }
      <button type="button" class="btn" data-testid="embed-preview" aria-expanded=${this.shown}
        @click=${this.preview}>${this.t(this.shown ? 'share.embed_hide' : 'share.embed_show')}</button>
      ${this.shown ? this.picture() : nothing}
      <p class="status" role="status">${this.said}</p>
    </div>`;
  }

  /** @private */
  teaching() {
    return html`<label class="check"><input type="checkbox" data-testid="embed-lesson" .checked=${this.taught}
      @change=${() => {
        this.taught = !this.taught;
      }}>${this.t('share.embed_lesson')}</label>`;
  }

  /** @private */
  storing() {
    return html`<label class="check"><input type="checkbox" data-testid="embed-stored" .checked=${this.stored}
        @change=${() => {
          this.stored = !this.stored;
        }}>${this.t('share.embed_stored', { file: FILE })}</label>
      ${
        this.stored
          ? html`<button type="button" class="btn" data-testid="save-recorded"
            @click=${this.save}>${this.t('share.embed_save', { file: FILE })}</button>`
          : nothing
      }`;
  }

  /** @private How it looks, as a guest of this very page. */
  picture() {
    const { lang, theme, view } = this.looks;
    return html`<tuning-playground class="preview" data-testid="preview" lang=${lang || this.store.lang}
      theme=${theme === 'auto' ? (this.store.dark ? 'dark' : 'light') : theme} view=${view}
      controls=${this.knobs.join(',')} lesson=${this.lesson || nothing} .study=${withoutDefaults(this.store.study)}
      .recorded=${this.isStored && this.text ? this.text : null}></tuning-playground>`;
  }

  /** @private */
  async preview() {
    if (!this.shown && this.isStored) await this.make();
    this.shown = !this.shown;
  }

  /** @private The stored run's text. */
  async make() {
    const { held, store } = this;
    if (!held) return '';
    const surface = await storedSurfaceOf(
      store,
      (places, columns, rows) =>
        /** @type {Promise<Float64Array | null>} */ (this.act('response', { places, columns, rows })),
    );
    this.text = recordedText(resultDocument(held), surface);
    return this.text;
  }

  /** @private */
  async save() {
    const text = await this.make();
    if (!text) return;
    download(new Blob([text], { type: 'application/json' }), FILE);
    this.said = this.t('share.embed_saved', { file: FILE });
  }
}

define('tp-embed-code', TpEmbedCode);
