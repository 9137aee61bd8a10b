import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { enlarge } from '../../platform/pixels.js';
import sheet from './style.css?inline';

/**
 * The view alone and large, as on a projector: no panel, and the keys of a clicker go from view to view.
 */

/** What the page is laid out for, in px: it is drawn as much larger as the window is. */
const LAID = { width: 1024, height: 576 };
/** The width of a lesson beside it. */
const LESSON = 336;
/** Further from there, letters are larger than anybody needs. */
const LARGEST = 3;
/** Keys of clickers, and how many views they go on. @type {Record<string, number>} */
const STEPS = { PageDown: 1, PageUp: -1, ArrowRight: 1, ArrowLeft: -1 };
/** Keys of clickers that blank the screen, which hide a lesson and show it again. */
const BLANK = ['b', '.'];
/** What has arrow keys, or Escape, of its own. */
const CONTROLS = 'input, select, textarea, dialog, [role=menu], [role=tablist], [role=radiogroup], [contenteditable]';

/** How much larger the page is drawn in a window. @param {number} width @param {number} height
 * @param {boolean} taught whether a lesson stands beside it */
const zoomFor = (width, height, taught) =>
  Math.max(1, Math.min(LARGEST, width / (LAID.width + (taught ? LESSON : 0)), height / LAID.height));

export class TpPresent extends Part {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['look'];
  static properties = {
    ...Part.properties,
    views: { attribute: false },
    said: { state: true },
    isAlone: { state: true },
  };

  constructor() {
    super();
    /** @type {import('../define.js').View[]} */ this.views = [];
    this.said = '';
    /** Whether the lesson beside the view is hidden. */ this.isAlone = false;
    /** @private */ this.onSize = () => this.fit();
    /** @private */ this.onKey = (/** @type {KeyboardEvent} */ event) => this.press(event);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unwatch();
  }

  /** @private The element, which is drawn larger. */
  get host() {
    return /** @type {HTMLElement} */ (/** @type {ShadowRoot} */ (this.getRootNode()).host);
  }

  get isOn() {
    return this.isConnected && this.host.hasAttribute('data-present');
  }

  toggle() {
    const { host, isOn } = this;
    host.toggleAttribute('data-present', !isOn);
    this.isAlone = false;
    this.unwatch();
    if (!isOn) {
      addEventListener('resize', this.onSize);
      document.addEventListener('keydown', this.onKey, { capture: true });
    }
    this.fit();
    this.said = this.t(isOn ? 'present.off' : 'present.on');
    this.free();
  }

  /** @private No button has the focus, so that Space runs. */
  free() {
    const main = this.host.shadowRoot?.querySelector('#main');
    /** @type {HTMLElement | null | undefined} */ (main)?.focus({ preventScroll: true });
  }

  updated() {
    this.host.toggleAttribute('data-alone', this.isOn && this.isAlone);
    if (this.isOn) this.fit();
  }

  /** Whether a lesson stands beside the view. */
  get isTaught() {
    return this.store.lesson !== '' && !this.isAlone;
  }

  /** @private Hides the lesson, so that the view has all of the room, and shows it again. */
  fold() {
    this.isAlone = !this.isAlone;
    this.said = this.t(this.isAlone ? 'present.alone' : 'present.taught');
    this.free();
  }

  /** @private */
  unwatch() {
    removeEventListener('resize', this.onSize);
    document.removeEventListener('keydown', this.onKey, { capture: true });
  }

  /** @private */
  fit() {
    const { scale } = this.store;
    const zoom = this.isOn ? Math.max(scale, zoomFor(innerWidth, innerHeight, this.isTaught)) : scale;
    if (this.host.style.getPropertyValue('zoom') !== String(zoom)) enlarge(this.host, zoom);
  }

  /** @private @param {KeyboardEvent} event */
  press(event) {
    const { store } = this;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const target = event.composedPath()[0];
    const own = target instanceof Element ? target.closest(CONTROLS) : null;
    if (event.key === 'Escape') {
      // What is open closes first.
      const open = store.keysShown || store.drawer || store.brush || store.stage;
      if (own || open || this.host.shadowRoot?.querySelector('dialog[open], [role=menu]')) return;
      this.toggle();
    } else if (BLANK.includes(event.key.toLowerCase())) {
      if (own?.matches('input, select, textarea, dialog') || store.lesson === '') return;
      this.fold();
    } else {
      const by = STEPS[event.key];
      const isArrow = event.key.startsWith('Arrow');
      if (!by || own?.matches('input, select, textarea, dialog')) return;
      // Figures and sliders have the arrows while they have the focus.
      if (isArrow && (own || (target instanceof Element && target.closest('.plot, .strip, [role=slider], tr'))))
        return;
      this.go(by);
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @private @param {number} by */
  go(by) {
    const { views, store } = this;
    const next = views[views.findIndex((one) => one.name === store.view) + by];
    if (!next) return;
    this.act('view', next.name);
    this.said = next.title[store.lang];
  }

  /** @private By a press of a button. @param {number} by */
  turn(by) {
    this.go(by);
    this.free();
  }

  /** @private */
  lessonButton() {
    return html`<button type="button" class="btn" data-testid="present-lesson" aria-expanded=${!this.isAlone}
      aria-controls="lesson" title=${this.t('present.lesson.title')} @click=${() => this.fold()}>${this.t(
        this.isAlone ? 'present.lesson.show' : 'present.lesson.hide',
      )}</button>`;
  }

  render() {
    const { views, store } = this;
    const at = views.findIndex((one) => one.name === store.view);
    const button = (
      /** @type {'previous' | 'next' | 'leave'} */ name,
      /** @type {unknown} */ face,
      /** @type {() => void} */ act,
      off = false,
    ) => html`<button type="button" class="ib" data-testid="present-${name}" aria-label=${this.t(`present.${name}`)}
      title=${this.t(`present.${name}`)} ?disabled=${off} @click=${act}>${face}</button>`;
    return html`<div class="vh" role="status" data-testid="present-said">${this.said}</div>
      ${
        this.isOn
          ? html`<nav class="presenting" aria-label=${this.t('present.region')}>
        ${button('previous', '‹', () => this.turn(-1), at <= 0)}
        <span class="q2">${at + 1} / ${views.length}</span>
        ${button('next', '›', () => this.turn(1), at >= views.length - 1)}
        ${store.lesson === '' ? nothing : this.lessonButton()}
        ${button('leave', icon('close'), () => this.toggle())}</nav>`
          : nothing
      }`;
  }
}

define('tp-present', TpPresent);
