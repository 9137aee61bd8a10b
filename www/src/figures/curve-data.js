import { measureText } from '../state/spread.js';
import { rate } from '../study/format.js';

/**
 * The loss curves as a table: the selected trial's epochs on the page, those of all trials in the file.
 *
 * @typedef {import('../study/types.js').Trial} Trial
 */

/** So many epochs, the last, stand in the table. */
const ROWS = 500;
const SHOWN = /** @type {const} */ (['train_loss', 'validation_loss', 'train_metric', 'validation_metric']);

/** @param {import('../state/store.js').Store} store @returns {import('./figure-data.js').FigureData} */
export function curveData(store) {
  const chosen = store.selected;
  const kind = store.t(store.task === 'numbers' ? 'metric.numbers' : 'metric.classes');
  /** @typedef {{trial: number, one: import('../study/types.js').EpochRecord}} Row */
  const labels = {
    train_loss: store.t('score.train_loss'),
    validation_loss: store.t('score.validation_loss'),
    train_metric: `${store.t('train')} ${kind}`,
    validation_metric: `${store.t('validation')} ${kind}`,
  };
  const rowsOf = (/** @type {Trial} */ { number: trial, epochs }, most = Infinity) =>
    epochs.records(most).map((one) => ({ trial, one }));
  return {
    caption: chosen ? store.t('trial.number', { number: chosen.number }) : store.t('selection.none'),
    columns: [
      {
        key: 'trial',
        label: '#',
        filed: true,
        text: () => '',
        value: (/** @type {Row} */ { trial }) => trial,
      },
      {
        key: 'epoch',
        label: store.t('epoch'),
        num: true,
        text: (/** @type {Row} */ { one }) => one.epoch,
        value: (/** @type {Row} */ { one }) => one.epoch,
      },
      ...SHOWN.map((name) => ({
        key: name,
        label: labels[name],
        num: true,
        text: (/** @type {Row} */ { one }) => measureText(one, name, store.task),
        value: (/** @type {Row} */ { one }) => one[name],
      })),
      {
        key: 'learning_rate',
        label: store.label('learning_rate'),
        num: true,
        minor: true,
        text: (/** @type {Row} */ { one }) => rate(one.learning_rate),
        value: (/** @type {Row} */ { one }) => one.learning_rate,
      },
    ],
    rows: chosen ? rowsOf(chosen, ROWS) : [],
    // The file has every trial's curve.
    all: function* () {
      for (const trial of store.trials.values()) yield* rowsOf(trial);
    },
  };
}
