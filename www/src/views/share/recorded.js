/**
 * A run as it is stored beside a page that embeds its study: a result document in short numbers, without what nobody
 * sees there, and with the surface between its trials. Pure.
 */

/** Figures of a number that is drawn. */
const FIGURES = 5;

/** @param {unknown} value */
const short = (value) => (typeof value === 'number' ? Number(value.toPrecision(FIGURES)) : value);

/** @param {import('../../study/types.js').Result} result
 * @param {import('../../state/stored.js').SurfaceDocument | null} surface @returns {string} */
export function recordedText({ format, study, engine, trials, best }, surface) {
  const { backend, version, workers } = engine;
  const kept = trials.map(({ epochs, value, ...trial }) => ({
    ...trial,
    value: short(value),
    epochs: epochs.map(({ epoch, train_loss, validation_loss, train_metric, validation_metric, learning_rate }) => ({
      epoch,
      train_loss: short(train_loss),
      validation_loss: short(validation_loss),
      train_metric: short(train_metric),
      validation_metric: short(validation_metric),
      learning_rate: short(learning_rate),
      seconds: 0,
    })),
  }));
  const document = {
    format,
    study,
    engine: { backend, version, adapter: null, workers },
    trials: kept,
    best,
    test: null,
  };
  return `${JSON.stringify(surface ? { ...document, surface } : document)}\n`;
}
