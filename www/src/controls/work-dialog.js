import { sameStudy } from '../study/same.js';
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
    /** @protected what the page had when the dialog was opened, where the dialog is about a trial of it
     * @type {{study: import('../study/types.js').Study, runs: number} | null} */
    this.stood = null;
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

  /** @protected Opens over a trial of what the page has now: with another study or another run it closes. */
  showOf() {
    const { study, runs } = this.store;
    this.stood = { study: structuredClone(study), runs };
    this.show();
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    const { stood, store } = this;
    // Nobody but a script changes the study behind an open dialog.
    if (stood && (store.runs !== stood.runs || !sameStudy(store.study, stood.study))) return this.dialog.close();
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
    this.stood = null;
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
