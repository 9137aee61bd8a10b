/**
 * Has the engine make ready for the study on the page while its reader looks or edits, so that a first run is as quick
 * as a later one. Nothing happens while anything runs, in a hidden tab, or in the reader's way. Guests on
 * other pages make nothing ready.
 *
 * @typedef {import('../state/store.js').Store} Store
 */

/** Milliseconds without a change after which a study counts as finished. */
export const CALM = 1200;
/** @type {(act: () => void) => void} */
const whenIdle = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 200));

export class Ahead {
  /** @param {Store} store @param {() => Promise<void>} prepare */
  constructor(store, prepare) {
    /** @private */ this.store = store;
    /** @private */ this.prepare = prepare;
    /** @private */ this.known = '';
    /** @private */ this.timer = 0;
    /** @private @type {(() => void) | undefined} */ this.unsubscribe = undefined;
    /** @private */ this.onVisible = () => this.wait();
  }

  connect() {
    this.unsubscribe = this.store.subscribe(['study', 'run'], () => this.wait());
    document.addEventListener('visibilitychange', this.onVisible);
    this.wait();
  }

  disconnect() {
    clearTimeout(this.timer);
    this.unsubscribe?.();
    document.removeEventListener('visibilitychange', this.onVisible);
  }

  /** @private */
  get present() {
    return `${this.store.choice} ${JSON.stringify(this.store.study)}`;
  }

  /** @private */
  get isDue() {
    const { store } = this;
    return store.state === 'idle' && !document.hidden && store.drafts.size === 0 && this.present !== this.known;
  }

  /** @private */
  wait() {
    clearTimeout(this.timer);
    if (!this.isDue) return;
    this.timer = window.setTimeout(
      () =>
        whenIdle(() => {
          if (!this.isDue) return;
          this.known = this.present;
          void this.prepare();
        }),
      CALM,
    );
  }
}
