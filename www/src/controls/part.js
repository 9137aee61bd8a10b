import { LitElement } from 'lit';
import { perform, performAction } from '../commands/commands.js';
import { ARRIVALS, missing } from '../i18n/i18n.js';
import { turn } from '../platform/turns.js';

/**
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../state/store.js').Topic} Topic
 */

/** Styles of parts that were loaded later, by their text. @type {Map<string, CSSStyleSheet>} */
const sheets = new Map();

/** A style joins those of the element, once. @param {Node} root @param {string} sheet */
export function wear(root, sheet) {
  if (!sheet || !(root instanceof ShadowRoot)) return;
  let made = sheets.get(sheet);
  if (!made) {
    made = new CSSStyleSheet();
    made.replaceSync(sheet);
    sheets.set(sheet, made);
  }
  if (!root.adoptedStyleSheets.includes(made)) root.adoptedStyleSheets.push(made);
}

/** Parts that were drawn before all of their words were here. Nobody else is drawn anew when words come, as most come
 * before anybody looks at them. @type {Set<Part>} */
const lacking = new Set();
ARRIVALS.addEventListener('arrived', () => {
  for (const part of lacking) part.requestUpdate();
});

/**
 * A part of the page. Parts render into the one shadow root of the element, so that they share its styles and its
 * ids, and are woken by the store's topics, never by single events.
 */
export class Part extends LitElement {
  static properties = { store: { attribute: false } };
  /** @type {Topic[]} */
  static topics = [];
  /** The style of a part that is loaded later, as text; all else is styled by the element. */
  static sheet = '';

  constructor() {
    super();
    /** @type {Store} */
    this.store = /** @type {any} */ (undefined);
    /** @private @type {(() => void) | undefined} */
    this.unsubscribe = undefined;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    wear(this.getRootNode(), /** @type {typeof Part} */ (this.constructor).sheet);
    this.listen();
    // A part that was taken out stopped watching its own elements, and may have missed any change.
    if (!this.hasUpdated) return;
    this.observe();
    this.requestUpdate();
  }

  firstUpdated() {
    this.observe();
  }

  /** Starts to watch elements that it has drawn; `disconnectedCallback` ends it. */
  observe() {}

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    // A part whose script came after its tag gets its store with the first drawing. One that was taken out before its
    // last drawing is woken no more.
    if (!this.unsubscribe && this.isConnected) this.listen();
  }

  /** @param {import('lit').PropertyValues} changed */
  update(changed) {
    const before = missing.count;
    super.update(changed);
    if (missing.count > before) lacking.add(this);
    else lacking.delete(this);
  }

  /** @private */
  listen() {
    const topics = /** @type {typeof Part} */ (this.constructor).topics;
    this.unsubscribe = this.store?.subscribe([...topics, 'look'], (woken) => this.wake(woken));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    lacking.delete(this);
    this.unsubscribe?.();
    this.unsubscribe = undefined;
  }

  /** Parts are drawn anew each in a task of its own: together they would hold the page up. */
  async scheduleUpdate() {
    if (this.hasUpdated) await turn();
    return super.scheduleUpdate();
  }

  drawNow() {
    this.requestUpdate();
    this.performUpdate();
  }

  /** @param {Set<string>} _topics */
  wake(_topics) {
    this.requestUpdate();
  }

  /** @param {string} key @param {Record<string, unknown>} [values] */
  t(key, values) {
    return this.store.t(key, values);
  }

  /**
   * Performs a command.
   * @template {import('../commands/commands.js').CommandName} Name
   * @param {Name} name
   * @param {import('../commands/commands.js').DetailOf<Name>} detail
   */
  act(name, ...detail) {
    return perform(this.store, name, ...detail);
  }

  /** Performs what a button of a notice, an item of a menu or a fix says.
   * @param {Pick<import('../state/types.js').Action, 'act' | 'detail'>} action */
  perform(action) {
    return performAction(this.store, action);
  }
}

/** Streaming numbers are written this often, in ms: faster, nobody can read them. */
const BEAT = 250;

/** Parts that write the same streaming numbers do so at the same beat, so that they agree; what the reader does, and
 * another selected trial, they show at once. */
export class Beat {
  constructor() {
    /** @private the beat of the last writing */ this.written = 0;
    /** @type {number | undefined} the trial drawn as selected */ this.marked = undefined;
  }

  /** Whether a part that these topics wake has something to write. @param {Store} store @param {Set<string>} topics */
  due(store, topics) {
    const streaming =
      store.state === 'running' && !topics.has('selection') && !topics.has('brush') && !topics.has('look');
    const beat = Math.floor(performance.now() / BEAT);
    if (streaming && beat === this.written && this.marked === store.selected?.number) return false;
    this.written = beat;
    return true;
  }
}

/** Whether another script of the element came first: parts of two versions do not fit each other. */
const isSecond = globalThis.customElements?.get('tuning-playground');

/** Registers a part, of the script that came first, once: a file that failed may be loaded under two addresses.
 * @param {string} name @param {CustomElementConstructor} part */
export function define(name, part) {
  if (!isSecond && !customElements.get(name)) customElements.define(name, part);
}
