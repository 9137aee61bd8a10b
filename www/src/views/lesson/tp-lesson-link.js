import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { pack } from './packed.js';

/** A button says for so long that it has copied, in ms. */
const TOLD = 2000;
/** Characters of the longest address that is copied. */
const MOST = 8000;

/** The link of a lesson that the reader brought. */
export class TpLessonLink extends Part {
  static properties = {
    ...Part.properties,
    text: { attribute: false },
    copied: { state: true },
    length: { state: true },
  };

  constructor() {
    super();
    /** The lesson's text. */ this.text = '';
    this.copied = false;
    /** Characters of a link that is too long. */ this.length = 0;
  }

  render() {
    const copy = async () => {
      const href = `${location.href.split('#', 1)[0]}#v=1&lesson=${await pack(this.text)}&view=sweep`;
      this.length = href.length > MOST ? href.length : 0;
      if (this.length) return;
      await navigator.clipboard?.writeText(href).catch(() => {});
      this.copied = true;
      setTimeout(() => (this.copied = false), TOLD);
    };
    return html`<p class="acts"><button type="button" class="btn" data-testid="lesson-link"
      @click=${copy}>${this.t(this.copied ? 'lesson.link.copied' : 'lesson.link')}</button></p>
      ${
        this.length
          ? html`<p role="alert">${this.t('lesson.bad.link', { found: this.length, most: MOST })}</p>`
          : nothing
      }`;
  }
}

define('tp-lesson-link', TpLessonLink);
