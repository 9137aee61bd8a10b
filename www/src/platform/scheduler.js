import { spent, turn } from './turns.js';

/** Figures, rows and readouts are redrawn together, at most this often. */
const REDRAWS_PER_SECOND = 30;
/**
 * While trials stream, redrawing takes at most one part in so many of the page's time: the rest is for the reader, and
 * on a small machine for those who train.
 */
const SHARE = 4;
/** What streams. All else comes from the reader, who does not wait. */
const STREAMS = ['trials', 'run'];
/** A redraw that takes longer, in ms, is done listener by listener, so that what the reader does comes between. */
const AT_ONCE = 30;

/** Collects what has changed and wakes its listeners on an animation frame, at most thirty times a second. */
export class Scheduler {
  /** @param {(topics: Set<string>) => (() => void)[]} wakes what wakes the listeners of these topics */
  constructor(wakes) {
    /** @private */ this.wakes = wakes;
    /** @private @type {Set<string>} */ this.topics = new Set();
    /** @private */ this.pending = false;
    /** @private */ this.last = 0;
    /** @private what the last redraw took, in ms */ this.took = 0;
    /** @private what slices had taken before it */ this.spent = 0;
  }

  /** @param {string} topic */
  mark(topic) {
    this.topics.add(topic);
    if (this.pending) return;
    this.pending = true;
    const tick = async (/** @type {number} */ now) => {
      // A frame may come a little early; half a 120 Hz frame of slack keeps the pace even.
      if (now - this.last < Math.max(1000 / REDRAWS_PER_SECOND - 4, this.rest())) {
        requestAnimationFrame(tick);
        return;
      }
      this.last = now;
      this.spent = spent.ms;
      const topics = this.topics;
      this.topics = new Set();
      await this.wake(this.wakes(topics));
      this.pending = false;
      for (const left of this.topics) this.mark(left);
    };
    requestAnimationFrame(tick);
  }

  /** @private @param {(() => void)[]} wakes */
  async wake(wakes) {
    const begun = performance.now();
    const atOnce = this.took < AT_ONCE;
    for (const wake of wakes) {
      wake();
      // Elements draw in what follows their waking.
      if (!atOnce) await turn();
    }
    if (atOnce) await turn();
    this.took = performance.now() - begun;
  }

  /** @private How long after the last redraw the next may come, in ms. */
  rest() {
    for (const topic of this.topics) if (!STREAMS.includes(topic)) return 0;
    return SHARE * (this.took + spent.ms - this.spent);
  }
}
