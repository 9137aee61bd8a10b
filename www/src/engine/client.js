import { borrowedScriptUrl, scriptUrl } from '../platform/trusted.js';

/**
 * The page's side of one engine host: requests that are promises, reports that are a callback. The host lives in a
 * Worker; where a Worker cannot start, on this thread.
 *
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {{run: number, report?: any, problem?: Problem}} News
 * @typedef {{id: 0, call: string, args: any[]}} Message a call whose answer nobody waits for
 */

const REMOVED = { code: 'unexpected', detail: 'the element was removed' };

/** A problem of the engine as something to throw. */
export class EngineError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.message ?? problem.code);
    this.name = 'EngineError';
    this.problem = problem;
  }
}

/**
 * @param {string} href a Worker of another origin starts through a blob that imports it; a sandboxed frame has an
 *   origin of its own
 */
function startWorker(href) {
  if (new URL(href).origin === self.origin) return new Worker(scriptUrl(href), { type: 'module' });
  return new Worker(borrowedScriptUrl(href));
}

export class Client {
  /**
   * @param {string} href of the Worker's file
   * @param {(news: News) => void} [onNews]
   * @param {() => void} [onRenew] told when a host and all that it had is gone
   * @param {Message[]} [first] what every host is told before anything else
   */
  constructor(href, onNews = () => {}, onRenew = () => {}, first = []) {
    /** @private */ this.href = href;
    /** @private */ this.onNews = onNews;
    /** @private */ this.onRenew = onRenew;
    /** @private */ this.first = first;
    /** @private */ this.next = 1;
    /**
     * @private
     * @type {Map<number, {request: object, moved: boolean, resolve: (value: any) => void, reject: (error: Error) =>
     *   void}>}
     */
    this.waiting = new Map();
    /** @private @type {Worker | null} */ this.worker = null;
    /** @private @type {Promise<{receive: Function}> | null} */ this.local = null;
    /** @private */ this.answered = false;
    /** @private */ this.isGone = false;
  }

  /** @private The host starts with the first call. */
  open() {
    try {
      this.worker = startWorker(this.href);
    } catch {
      return this.openHere();
    }
    for (const message of this.first) this.send(message);
    this.worker.addEventListener('message', ({ data }) => this.hear(data));
    this.worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (this.isGone) return;
      // Before the first answer the Worker did not start at all: forbidden, or its file cannot be had.
      if (!this.answered) return this.openHere();
      this.fail({ code: 'unexpected', detail: event.message || 'the Worker stopped' });
    });
  }

  /** @private The host on this thread, in the small slices that it works in anyway. */
  openHere() {
    this.worker?.terminate();
    this.worker = null;
    // The Worker's own file, so that there is one copy of the engine's side to load.
    const { href } = this;
    this.local = import(/* @vite-ignore */ href).then(() => {
      const Host = /** @type {any} */ (globalThis)[Symbol.for('tuning-playground.hosts')].get(href);
      return new Host((/** @type {any} */ message) => this.hear(message));
    });
    for (const message of this.first) this.send(message);
    this.resend();
  }

  /** Tells a host that is there something, for which nobody waits. @param {Message} message */
  note(message) {
    if (this.worker || this.local) this.send(message);
  }

  /** @private A new host gets what is not yet answered, unless it has been moved to the one before. */
  resend() {
    for (const [id, { request, moved, reject }] of this.waiting) {
      if (!moved) this.send(request);
      else if (this.waiting.delete(id)) reject(new EngineError({ code: 'unexpected', detail: 'the Worker is gone' }));
    }
  }

  /** @private A new host in the place of one that is no good any more; it gets what is not yet answered. */
  renew() {
    this.onRenew();
    this.worker?.terminate();
    this.worker = null;
    if (this.local) return this.openHere();
    this.open();
    if (this.worker) this.resend();
  }

  /** @private @param {any} message */
  hear(message) {
    // What was on its way when the host was let go.
    if (this.isGone) return;
    this.answered = true;
    if (!('id' in message)) {
      if (message.problem?.broken) this.renew();
      return this.onNews(message);
    }
    const entry = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.problem?.broken || message.value?.problem?.broken) this.renew();
    if (message.problem) entry?.reject(new EngineError(message.problem));
    else entry?.resolve(message.value);
  }

  /** @private @param {Problem} problem */
  fail(problem) {
    const entries = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of entries) reject(new EngineError(problem));
    this.onNews({ run: -1, problem });
  }

  /** @private @param {object} request @param {Transferable[]} [transfer] */
  send(request, transfer = []) {
    if (this.worker) this.worker.postMessage(request, transfer);
    else
      this.local
        ?.then((host) => host.receive(request))
        .catch((error) => this.fail({ code: 'unexpected', detail: String(error) }));
  }

  /** @param {string} call @param {...any} args @returns {Promise<any>} */
  call(call, ...args) {
    return this.move([], call, ...args);
  }

  /** A call that hands arrays over instead of copying them: nobody here has them afterwards.
   * @param {ArrayBufferView[]} arrays @param {string} call @param {...any} args @returns {Promise<any>} */
  move(arrays, call, ...args) {
    if (this.isGone) return Promise.reject(new EngineError(REMOVED));
    if (!this.worker && !this.local) this.open();
    const id = this.next++;
    const request = { id, call, args };
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { request, moved: arrays.length > 0, resolve, reject });
      this.send(
        request,
        arrays.map(({ buffer }) => /** @type {ArrayBuffer} */ (buffer)),
      );
    });
  }

  /** Lets the host go, for good: what is asked afterwards is refused, and starts none. */
  dispose() {
    this.isGone = true;
    this.worker?.terminate();
    this.worker = null;
    const entries = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of entries) reject(new EngineError(REMOVED));
  }
}
