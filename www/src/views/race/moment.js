import { Part } from '../../controls/part.js';
import { rewrite } from '../../controls/rewrite.js';

/**
 * The moment of a race that is looked at. While it moves nobody is drawn anew: each part moves what it has on its
 * canvas, words follow at a pace at which they can be read, and once it rests all parts are drawn as they then are.
 *
 * @typedef {object} Follower
 * @property {() => void} moved the moment is another
 * @property {() => void} requestUpdate
 * @property {Words[]} [words]
 * @typedef {HTMLElement & {say: () => string}} Live says what is to be written in it
 * @typedef {{lives: Live[], at: number}} Words that are written together, and when they were last, in ms
 */

/** Words follow at most so often, in ms. */
const READ = 125;
/** A moment that has not moved for so long rests, in ms. */
const REST = 200;

/** @param {Live[]} lives */
function write(lives) {
  for (const one of lives) {
    const said = one.say();
    if (one instanceof HTMLInputElement) {
      if (one.dataset.said !== said) [one.value, one.dataset.said] = [said, said];
    } else rewrite(one, said);
  }
}

export class Moment {
  constructor() {
    /** The step of training. */ this.step = 0;
    /** @private @type {Set<Follower>} */ this.followers = new Set();
    /** @private */ this.movedAt = -Infinity;
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.resting = undefined;
    /** @private */ this.frame = 0;
  }

  /** @param {Follower} part */
  follow(part) {
    this.followers.add(part);
  }

  /** @param {Follower} part */
  leave(part) {
    this.followers.delete(part);
    if (!this.followers.size) this.stay();
  }

  /** @param {number} step */
  go(step) {
    if (step === this.step) return;
    this.step = step;
    for (const part of this.followers) part.moved();
    this.write();
    this.stay();
    // Where frames are further apart than that, one that moves it comes first.
    this.resting = setTimeout(() => {
      this.frame = requestAnimationFrame(() => {
        for (const part of this.followers) part.requestUpdate();
      });
    }, REST);
  }

  /** @private Nobody is drawn anew. */
  stay() {
    clearTimeout(this.resting);
    cancelAnimationFrame(this.frame);
  }

  /** Writes all words, but while it runs in each frame only those that were written longest ago. @private */
  write() {
    const now = performance.now();
    const isRunning = now - this.movedAt < READ;
    this.movedAt = now;
    const old = [...this.followers].flatMap(({ words = [] }) => words).filter(({ at }) => now - at >= READ);
    const oldest = old.sort((a, b) => a.at - b.at).slice(0, isRunning ? 1 : undefined);
    for (const words of oldest) {
      write(words.lives);
      words.at = now;
    }
  }
}

/** A part with words that go with the moment: elements of the class `live`, together by those of the class `said`. */
export class MomentPart extends Part {
  static properties = { ...Part.properties, moment: { attribute: false } };

  constructor() {
    super();
    this.moment = new Moment();
    /** @type {Words[]} */ this.words = [];
  }

  get step() {
    return this.moment.step;
  }

  observe() {
    this.moment.follow(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.moment.leave(this);
  }

  updated() {
    const now = performance.now();
    this.words = [...this.querySelectorAll('.said')].map((one) => {
      const lives = [.../** @type {NodeListOf<Live>} */ (one.querySelectorAll('.live'))];
      write(lives);
      return { lives, at: now };
    });
  }

  moved() {}
}
