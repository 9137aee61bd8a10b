/**
 * How long an epoch takes with batches of several sizes, on the backend that trains: each size is trained for a few
 * epochs in an engine of its own, which is let go at the end.
 *
 * @typedef {import('../study/types.js').TimesAsked} TimesAsked
 * @typedef {import('../study/types.js').Study} Study
 */

/** The first epoch waits for what is compiled; of the others the mean counts, as clocks of browsers are coarse. */
const EPOCHS = 20;

/** The study that trains one network with batches of a size. @param {Study} study @param {number} size */
export function timedStudy(study, size) {
  const { stages: _, budget: __, ...rest } = study;
  const { batch_size: ___, epochs: ____, ...space } = rest.space ?? {};
  return {
    ...rest,
    dataset: { ...rest.dataset, folds: 1 },
    fixed: { ...rest.fixed, batch_size: size, epochs: EPOCHS, patience: 0 },
    space,
    ...{ record: [], evaluate_every: 1, seeds_per_trial: 1, trials: 1 },
    ...{ sampler: { name: 'random' }, pruner: { name: 'none' } },
  };
}

/** Sizes from 1 to all rows, by powers of four, all rows last. @param {number} rows */
export const sizesUpTo = (rows) => [...[1, 4, 16, 64, 256, 1024, 4096, 16384, 65536].filter((n) => n < rows), rows];

/** Times one size after the other, the largest first, and tells of each; `seconds` is null where the device does not
 * take it. @param {import('./engine.js').Engine} engine @param {TimesAsked} asked */
export async function timeEpochs(engine, { study, choice, rows, onTime, isWanted }) {
  const watch = setInterval(() => isWanted() || engine.stop(), 100);
  try {
    for (const size of sizesUpTo(rows).reverse()) {
      if (!isWanted()) return;
      /** @type {number | null} */ let seconds = null;
      try {
        const { trials } = await engine.run(timedStudy(study, size), choice);
        const all = trials[0]?.epochs.records().map((one) => one.seconds) ?? [];
        const later = all.length > 1 ? all.slice(1) : all;
        seconds = later.length ? later.reduce((sum, one) => sum + one, 0) / later.length : null;
      } catch (error) {
        if (/** @type {any} */ (error).problem?.code !== 'too_large') throw error;
      }
      if (isWanted()) onTime({ size, seconds });
    }
  } finally {
    clearInterval(watch);
    engine.dispose();
  }
}
