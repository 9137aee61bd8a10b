import { Slice } from './slice.js';

/** @typedef {import('./types.js').Notice} Notice */

/** Whether two problems are one, whoever found it. @param {Notice['problem']} one @param {Notice['problem']} other */
const isSame = (one, other) =>
  one !== undefined &&
  other !== undefined &&
  one.code === other.code &&
  String(one.key) === String(other.key) &&
  String(one.found) === String(other.found);

/** What the page says: notices above the view, and what a screen reader is told. */
export class MessagesSlice extends Slice {
  /** @param {import('./types.js').Touch} mark @param {import('./run.js').RunSlice} run */
  constructor(mark, run) {
    super(mark, 'notices');
    /** @private */ this.run = run;
    /** @type {Notice[]} */ this.notices = [];
    this.spoken = '';
  }

  /** One problem is told of once, by whoever said so last. @param {Notice} notice */
  notify(notice) {
    // What is said during a run lies over the foot of the figures, so that they stay where they are.
    const over = this.run.state !== 'idle';
    const others = this.notices.filter((one) => one.id !== notice.id && !isSame(one.problem, notice.problem));
    this.notices = [...others, { ...notice, over }];
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
    this.dismiss('run', 'study', 'batch', 'all_diverged');
  }

  /** Says something to a screen reader, politely. @param {string} text */
  say(text) {
    this.spoken = text;
    this.touch();
  }
}
