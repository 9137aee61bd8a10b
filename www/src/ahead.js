/**
 * Has the GPU compile what the study on the page would need while its reader still edits, so that Run answers at once.
 * Nothing happens before the study or the backend has been changed, while anything runs, or in the reader's way.
 *
 * @typedef {import('./store.js').Store} Store
 */

/** Milliseconds without a change after which a study counts as finished. */
export const CALM = 1200;
/** @type {(act: () => void) => void} */
const whenIdle = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 200));

export class Ahead {
  /** @param {Store} store @param {() => Promise<boolean>} prepare */
  constructor(store, prepare) {
    /** @private */ this.store = store;
    /** @private */ this.prepare = prepare;
    /** @private */ this.known = '';
    /** @private */ this.timer = 0;
    /** @private @type {(() => void) | undefined} */ this.unsubscribe = undefined;
  }

  connect() {
    this.known = this.present;
    this.unsubscribe = this.store.subscribe(['study', 'run'], () => this.wait());
  }

  disconnect() {
    clearTimeout(this.timer);
    this.unsubscribe?.();
  }

  /** @private */
  get present() {
    return `${this.store.choice} ${JSON.stringify(this.store.study)}`;
  }

  /** @private */
  get isDue() {
    const { store } = this;
    return store.state === 'idle' && store.choice !== 'cpu' && store.drafts.size === 0 && this.present !== this.known;
  }

  /** @private */
  wait() {
    clearTimeout(this.timer);
    if (!this.isDue) return;
    this.timer = window.setTimeout(() => whenIdle(() => {
      if (!this.isDue) return;
      this.known = this.present;
      void this.prepare();
    }), CALM);
  }
}
