/**
 * Whose turn it is to train. Of several guests on a page one trains at a time, whichever asked first; who pauses lets
 * the next one go on. Guests in frames of one origin share a lock of the browser; frames without an origin have none.
 */

/** @type {Turn | null} */
let holder = null;
/** @type {Turn[]} */
const waiting = [];
/** Those whose engine may still have Workers and a device. @type {Set<Turn>} */
const warm = new Set();

const NAME = 'tuning-playground';
const isFramed = () => globalThis.self !== globalThis.top;

/** Frames tell each other whose turn it is. @type {BroadcastChannel | null | undefined} */
let channel;

/** @returns {BroadcastChannel | null} */
function others() {
  if (channel !== undefined) return channel;
  try {
    channel = isFramed() ? new BroadcastChannel(NAME) : null;
  } catch {
    channel = null;
  }
  channel?.addEventListener('message', () => coolAll(null));
  return channel;
}

/** @param {Turn | null} except */
function coolAll(except) {
  for (const one of warm) if (one !== except && one !== holder) one.cool();
}

/** The next one's turn. */
function next() {
  if (holder) return;
  holder = waiting.shift() ?? null;
  holder?.begin();
}

export class Turn {
  /** @param {() => void} changed is told when it begins and ends to wait
   * @param {() => void} rest lets the engine go, unless it still has a run */
  constructor(changed, rest) {
    /** @private */ this.changed = changed;
    /** @private */ this.rest = rest;
    /** Whether it waits for another. */ this.waits = false;
    /** @private @type {Promise<void> | null} what whoever asked waits for */ this.asked = null;
    /** @private */ this.grant = () => {};
    /** @private Whether it was granted. */ this.isGranted = false;
    /** @private @type {(() => void) | null} lets the lock of all frames go */ this.unlock = null;
    /** @private @type {AbortController | null} */ this.locking = null;
  }

  /** Settles when it is its turn. @returns {Promise<void>} */
  take() {
    this.asked ??= new Promise((resolve) => {
      this.grant = resolve;
    });
    if (holder !== this && !waiting.includes(this)) {
      waiting.push(this);
      this.wait(true);
      next();
    }
    return this.asked;
  }

  /** Gives its turn, or its place in the line, to the next one. Whoever still waits for it waits on: a run that is
   * paused before its turn has come goes on when it is taken again. */
  leave() {
    const at = waiting.indexOf(this);
    if (at >= 0) waiting.splice(at, 1);
    this.wait(false);
    if (holder !== this) return;
    this.locking?.abort();
    this.unlock?.();
    this.locking = this.unlock = null;
    if (this.isGranted) this.asked = null;
    this.isGranted = false;
    holder = null;
    next();
  }

  /** Does not wait any longer: its run was told to stop. */
  skip() {
    if (!this.asked || this.isGranted) return;
    const { grant } = this;
    this.leave();
    this.asked = null;
    grant();
  }

  /** Its element has gone. */
  end() {
    this.leave();
    warm.delete(this);
  }

  /** @internal */
  begin() {
    if (!isFramed() || !navigator.locks) return this.go();
    others();
    const locking = new AbortController();
    this.locking = locking;
    const held = () =>
      new Promise((resolve) => {
        if (holder !== this || this.locking !== locking) return resolve(undefined);
        this.unlock = () => resolve(undefined);
        others()?.postMessage('taken');
        this.go();
      });
    // A frame without an origin may ask for none.
    navigator.locks.request(NAME, { signal: locking.signal }, held).catch((error) => {
      if (error?.name !== 'AbortError' && holder === this) this.go();
    });
  }

  /** @private */
  go() {
    this.wait(false);
    coolAll(this);
    warm.add(this);
    this.isGranted = true;
    this.grant();
  }

  /** @internal */
  cool() {
    warm.delete(this);
    this.rest();
  }

  /** @private @param {boolean} waits */
  wait(waits) {
    if (this.waits === waits) return;
    this.waits = waits;
    this.changed();
  }
}
