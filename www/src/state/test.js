import { keyOf } from '../study/same.js';
import { datasetOf } from '../study/hyperparameters.js';
import { partSizes } from '../study/parts.js';
import { Slice } from './slice.js';

/** @typedef {import('../study/types.js').Study} Study @typedef {import('./types.js').OpenedTest} OpenedTest */

/** What decides which rows are a study's test set: shares of the other parts do not. @param {Study} study */
export function dataOf(study) {
  const { name, seed = 0, noise = 0, samples, found } = study.dataset;
  return JSON.stringify([found?.digest ?? name, seed, noise, samples ?? datasetOf(study)?.rows, partSizes(study)[2]]);
}

/** Which test rows have been seen. */
export class TestSlice extends Slice {
  /** @param {import('./types.js').Touch} mark */
  constructor(mark) {
    super(mark, 'test');
    /**
     * @private
     * @type {Map<string, {study: string, test: OpenedTest | null}>} by data, as rows that were seen stay seen,
     *   with the study that they were opened for
     */
    this.opened = new Map();
  }

  /** Whether the test rows of a study have been seen, with whatever study. @param {Study} study */
  isSeen(study) {
    return this.opened.size > 0 && this.opened.has(dataOf(study));
  }

  /** What the test set said of a study's trials, once it was opened.
   * @param {Study} study @returns {OpenedTest | null} */
  of(study) {
    const found = this.opened.size > 0 ? this.opened.get(dataOf(study)) : undefined;
    return found && found.study === keyOf(study) ? found.test : null;
  }

  /** @param {OpenedTest} test @param {Study} study whose trials it is of */
  open({ trial, loss, metric }, study) {
    this.opened.set(dataOf(study), { study: keyOf(study), test: { trial, loss, metric } });
    this.touch('selection', 'study', 'run');
  }

  /** The data whose test rows have been seen, as text that is kept between visits. */
  get seenData() {
    return [...this.opened.keys()];
  }

  /** @param {string[]} data seen in an earlier visit */
  markSeen(data) {
    for (const one of data) if (!this.opened.has(one)) this.opened.set(one, { study: '', test: null });
    if (data.length) this.touch('study', 'run');
  }
}
