import { SEED_LIMIT } from '../study/study.js';
export { timeEpochs } from './epoch-times.js';

/**
 * The same study once more over other splits: in each its best trial is found anew, and then looked at on the test
 * rows of that split. All of it happens in an engine of its own, which is let go at the end.
 *
 * @typedef {import('../study/types.js').RepeatsAsked} RepeatsAsked
 * @typedef {import('../study/types.js').Study} Study
 */

/** Splits are this far apart, so that no duplicate of the study comes upon one of them. */
const STRIDE = 1_000_003;

/** The study over another split. @param {Study} study @param {number} k from 1 on @returns {Study} */
export const splitStudy = (study, k) => ({
  ...study,
  record: [],
  dataset: { ...study.dataset, seed: ((study.dataset.seed ?? 0) + k * STRIDE) % (SEED_LIMIT + 1) },
});

/** Runs the repeats one after the other, as long as they are wanted, and tells of each.
 * @param {import('./engine.js').Engine} engine @param {RepeatsAsked} asked */
export async function repeatSplits(engine, { study, choice, repeats, onRepeat, isWanted }) {
  // Whoever stops does not wait for a whole study.
  const watch = setInterval(() => isWanted() || engine.stop(), 100);
  try {
    for (let k = 1; k <= repeats && isWanted(); k++) {
      const fresh = splitStudy(study, k);
      const { best, trials } = await engine.run(fresh, choice);
      if (!isWanted()) return;
      const winner = trials.find(({ number }) => number === best);
      const last = winner?.epochs.at(-1) ?? null;
      const test = best === null ? null : await engine.openTest(best);
      if (isWanted()) onRepeat({ repeat: k, seed: fresh.dataset.seed ?? 0, number: best, last, test });
    }
  } finally {
    clearInterval(watch);
    engine.dispose();
  }
}
