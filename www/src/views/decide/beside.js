/**
 * Work beside a run that goes on whoever looks at it, until it is done, stopped, or a run begins. What shows it is
 * told when something has changed.
 *
 * @typedef {import('../../state/store.js').Store} Store
 */

export class Beside {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    /** @type {'none' | 'training' | 'done' | 'stopped' | 'failed'} */ this.state = 'none';
    this.problem = '';
    /** Whether a run has stopped it. */ this.isCut = false;
    /** When it began, as performance.now() has it. */ this.began = 0;
    /** Tells whoever shows it. */ this.changed = () => {};
    /** @private @type {{isWanted: boolean} | null} */ this.job = null;
  }

  /** @param {(isWanted: () => boolean) => Promise<void>} ask ends once it is not wanted, too */
  async work(ask) {
    const { store } = this;
    const job = (this.job = { isWanted: true });
    const isWanted = () => this.job === job && job.isWanted && store.state === 'idle';
    Object.assign(this, { state: 'training', problem: '', isCut: false, began: performance.now() });
    this.changed();
    /** @type {Pick<Beside, 'state' | 'problem' | 'isCut'>} */
    let end = { state: 'done', problem: '', isCut: false };
    try {
      await ask(isWanted);
      if (!isWanted()) end = { ...end, state: 'stopped', isCut: job.isWanted };
    } catch (error) {
      const { problem, message } = /** @type {any} */ (error);
      end = { ...end, state: 'failed', problem: problem ? store.sentence(problem) : String(message ?? error) };
    }
    // What was let go of in the meantime says nothing any more.
    if (this.job !== job) return;
    Object.assign(this, end);
    this.changed();
  }

  stop() {
    if (this.job) this.job.isWanted = false;
  }

  /** Lets go of it. */
  drop() {
    Object.assign(this, { job: null, state: 'none', problem: '', isCut: false });
  }
}
