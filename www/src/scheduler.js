/** Figures, rows and readouts are redrawn together, at most this often. */
const REDRAWS_PER_SECOND = 30;

/** Collects what has changed and wakes its listeners on an animation frame, at most thirty times a second. */
export class Scheduler {
  /** @param {(topics: Set<string>) => void} flush */
  constructor(flush) {
    /** @private */ this.flush = flush;
    /** @private @type {Set<string>} */ this.topics = new Set();
    /** @private */ this.pending = false;
    /** @private */ this.last = 0;
  }

  /** @param {string} topic */
  mark(topic) {
    this.topics.add(topic);
    if (this.pending) return;
    this.pending = true;
    const tick = (/** @type {number} */ now) => {
      // A frame may come a little early; half a 120 Hz frame of slack keeps the pace even.
      if (now - this.last < 1000 / REDRAWS_PER_SECOND - 4) {
        requestAnimationFrame(tick);
        return;
      }
      this.last = now;
      this.pending = false;
      const topics = this.topics;
      this.topics = new Set();
      this.flush(topics);
    };
    requestAnimationFrame(tick);
  }
}
