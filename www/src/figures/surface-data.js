import { lookOf } from '../state/score.js';
import { shownOf } from '../state/measure.js';
import { scoreName, scoreValue } from '../state/spread.js';

/**
 * The response surface as a table: every trial with its place and its score.
 *
 * @typedef {import('../study/types.js').Trial} Trial
 */

/** So many trials stand in the table; the file has all. */
const ROWS = 300;

/** @param {import('../state/store.js').Store} store @param {string[]} names the hyperparameters on the axes
 * @returns {import('./figure-data.js').FigureData} */
export function surfaceData(store, names) {
  const trials = [...store.trials.values()];
  const shown = shownOf(store);
  return {
    caption: store.t('surface.caption'),
    columns: [
      {
        key: 'number',
        label: '#',
        num: true,
        text: (/** @type {Trial} */ one) => one.number,
        value: (/** @type {Trial} */ one) => one.number,
      },
      ...names.map((name) => ({
        key: name,
        label: store.label(name),
        num: true,
        text: (/** @type {Trial} */ one) => store.setting(one.params[name]),
        value: (/** @type {Trial} */ one) => one.params[name],
      })),
      {
        key: store.objective.metric,
        label: scoreName(store),
        num: true,
        text: (/** @type {Trial} */ one) => scoreValue(store, store.score(one)),
        value: (/** @type {Trial} */ one) => store.score(one),
      },
      ...(shown.own ? [] : [{ key: shown.name, label: shown.label, num: true, text: shown.text, value: shown.of }]),
      {
        key: 'state',
        label: store.t('table.state'),
        text: (/** @type {Trial} */ one) => store.t(`state.${lookOf(store, one)}`),
        value: (/** @type {Trial} */ one) => one.state,
      },
    ],
    rows: trials.slice(0, ROWS),
    all: () => trials,
    isMarked: (/** @type {Trial} */ one) => one === store.selected,
  };
}
