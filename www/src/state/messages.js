import { Slice } from './slice.js';

/** @typedef {import('./types.js').Notice} Notice */

/** What the page says: notices above the view, and what a screen reader is told. */
export class MessagesSlice extends Slice {
  /** @param {import('./types.js').Touch} mark @param {import('./run.js').RunSlice} run */
  constructor(mark, run) {
    super(mark, 'notices');
    /** @private */ this.run = run;
    /** @type {Notice[]} */ this.notices = [];
    this.spoken = '';
  }

  /** @param {Notice} notice */
  notify(notice) {
    // What is said during a run lies over the foot of the figures, so that they stay where they are.
    const over = this.run.state !== 'idle';
    this.notices = [...this.notices.filter((one) => one.id !== notice.id), { ...notice, over }];
    this.touch();
  }

  /** @param {...string} ids */
  dismiss(...ids) {
    const left = this.notices.filter((one) => !ids.includes(one.id));
    if (left.length === this.notices.length) return;
    this.notices = left;
    this.touch();
  }

  /** Takes the notice back that is about input which is valid by now. @param {string} draft */
  settle(draft) {
    this.dismiss(...this.notices.filter((one) => one.draft === draft).map((one) => one.id));
  }

  /** A changed study answers what was said about the one before. */
  dismissStudy() {
    this.dismiss('run', 'study', 'all_diverged');
  }

  /** Says something to a screen reader, politely. @param {string} text */
  say(text) {
    this.spoken = text;
    this.touch();
  }
}
