/** @typedef {import('./types.js').Topic} Topic @typedef {import('./types.js').Touch} Touch */

/** A part of the state, with the topic by which those who read it are woken. */
export class Slice {
  /** @param {Touch} mark @param {Topic} topic */
  constructor(mark, topic) {
    /** @protected */ this.mark = mark;
    /** @private */ this.topic = topic;
  }

  /** Wakes the readers of this slice, and of what follows from it. @param {...Topic} also */
  touch(...also) {
    this.mark(this.topic, ...also);
  }

  /** Changes some of the slice's fields. @param {Partial<this>} changes @param {...Topic} also */
  put(changes, ...also) {
    Object.assign(this, changes);
    this.touch(...also);
  }
}
