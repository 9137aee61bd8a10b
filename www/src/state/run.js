import { Slice } from './slice.js';

/** The run: whether one goes on, how the last one ended, and what trains it. */
export class RunSlice extends Slice {
  /** @param {import('./types.js').Touch} mark */
  constructor(mark) {
    super(mark, 'run');
    /** @type {import('../study/types.js').RunState} */ this.state = 'idle';
    /**
     * @type {'none' | 'finished' | 'stopped' | 'failed' | 'earlier' | 'example'} earlier: of a visit before this one;
     *   example: stored with the page
     */
    this.outcome = 'none';
    /** Whether the engine still has the run shown. */ this.alive = false;
    /** @type {import('../study/types.js').BackendChoice} */ this.choice = 'auto';
    /** @type {import('../study/types.js').BackendInfo | null} */ this.backend = null;
    /** @type {import('../study/types.js').Progress | null} */ this.progress = null;
    /** @type {import('./types.js').Asked | null} the trials that were last asked for beyond a study's own */
    this.asked = null;
  }
}
