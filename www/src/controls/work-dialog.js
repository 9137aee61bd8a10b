import { Part } from './part.js';

/** @typedef {import('../study/types.js').Problem} Problem */

/** A dialog in which one thing is worked out after the other, while it is open. */
export class WorkDialog extends Part {
  static properties = {
    ...Part.properties,
    isOpen: { state: true },
    state: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    this.isOpen = false;
    /** @type {'none' | 'running' | 'done' | 'stopped'} */ this.state = 'none';
    /** @type {Problem | null} what kept it from being worked out */ this.problem = null;
    /** @protected grows with everything that is begun, and with every stop */ this.turn = 0;
  }

  /** @protected */
  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  /** @protected */
  show() {
    this.isOpen = true;
    this.dialog.showModal();
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    if (this.isOpen || topics.has('look')) super.wake(topics);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (this.isOpen) this.dialog.close();
    this.closed();
  }

  /** @protected Puts away what was found. */
  closed() {
    this.stop();
    Object.assign(this, { isOpen: false, problem: null, state: 'none' });
  }

  /** @protected Lets go of what is under way. */
  leave() {}

  /** @protected */
  stop() {
    this.turn++;
    if (this.state !== 'running') return;
    this.state = 'stopped';
    this.leave();
  }

  /** @protected Waits for what was begun, unless something else is begun meanwhile; whether it came to its end.
   * @param {unknown} work @param {() => boolean} isDone whether all of it was told */
  async finish(work, isDone) {
    const { turn } = this;
    try {
      await work;
      if (turn === this.turn) this.state = isDone() ? 'done' : 'stopped';
    } catch (error) {
      if (turn !== this.turn) return;
      const { problem } = /** @type {{problem?: Problem}} */ (error);
      this.problem = problem ?? { code: 'unexpected', detail: String(error) };
      this.state = 'none';
    }
  }
}
