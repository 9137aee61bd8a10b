import { count, loss } from '../../study/format.js';
import { SEEDS } from '../../study/map.js';
import { TRAINED, UNKNOWN } from '../../state/map.js';
import { axisName, outcomeOf, percent, settingsOf, worksOf } from './words.js';

/**
 * A map as a table: on the page every so manieth pixel, or over seeds a row for each value of x; in the file all.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('../../figures/figure-data.js').FigureData} FigureData
 */

/** Rows and columns of pixels that the page's table shows. */
const SHOWN = 12;

/** What files say where a loss is no number. @param {number} value */
const filed = (value) => (Number.isFinite(value) ? value : 'NaN');

/** @param {Store} store @returns {FigureData} */
export function mapData(store) {
  const { map } = store;
  const { options, n } = map;
  if (!options || !n) return { caption: '', columns: [], rows: [], all: () => [] };
  const [nx, ny] = map.size;
  const all = function* () {
    for (let index = 0; index < n; index++) if (map.known[index] !== UNKNOWN) yield index;
  };
  const axis = (/** @type {string} */ name, /** @type {0 | 1} */ at) => ({
    key: name,
    label: axisName(store, name),
    num: true,
    text: (/** @type {number} */ index) => store.setting(settingsOf(store, index)[at][1]),
    value: (/** @type {number} */ index) => settingsOf(store, index)[at][1],
  });
  const isSeeds = options.y === SEEDS;
  const works = isSeeds ? worksOf(map, nx, ny) : null;
  const rows = [];
  const [by, up] = [Math.max(1, Math.ceil(nx / (works ? 4 * SHOWN : SHOWN))), Math.max(1, Math.ceil(ny / SHOWN))];
  for (let row = works ? 0 : Math.floor((ny - 1) / up) * up; row >= 0; row -= up)
    for (let column = 0; column < nx; column += by) {
      const index = row * nx + column;
      if (map.known[index] !== UNKNOWN) rows.push(index);
    }
  const shareOf = (/** @type {number} */ index) => works?.share[index % nx] ?? NaN;
  return {
    caption: store.t(works ? 'map.table.seeds' : 'map.table', { n: count(rows.length), all: count(map.done) }),
    columns: [
      axis(options.x, 0),
      { ...axis(options.y, 1), filed: isSeeds },
      ...(works
        ? [
            {
              key: 'share_trained',
              label: store.t('map.share'),
              num: true,
              text: (/** @type {number} */ index) => percent(shareOf(index), 1),
              value: shareOf,
            },
          ]
        : []),
      {
        key: 'outcome',
        label: store.t('map.outcome'),
        filed: isSeeds,
        text: (/** @type {number} */ index) => store.t(`map.${outcomeOf(map.known[index])}`),
        value: (/** @type {number} */ index) => outcomeOf(map.known[index]),
      },
      {
        key: map.head?.metric ?? 'loss',
        label: store.t(`score.${map.head?.metric ?? 'train_loss'}`),
        num: true,
        filed: isSeeds,
        text: (/** @type {number} */ index) => loss(map.losses[index]),
        value: (/** @type {number} */ index) => filed(map.losses[index]),
      },
      {
        key: 'diverged_at',
        label: store.t('map.step'),
        num: true,
        filed: isSeeds,
        text: (/** @type {number} */ index) => (map.steps[index] ? count(map.steps[index]) : '–'),
        value: (/** @type {number} */ index) => map.steps[index],
      },
    ],
    rows,
    all,
    isMarked: (/** @type {number} */ index) => (works ? shareOf(index) === 1 : map.known[index] === TRAINED),
  };
}

/** As `tune map` writes it; pixels that are not known yet are null. @param {Store} store */
export function mapDocument({ map }) {
  const { head, study, backend, cost } = map;
  if (!head) return null;
  const column = (/** @type {Float64Array} */ numbers) =>
    Array.from(numbers, (one, k) => (map.known[k] === UNKNOWN ? null : one));
  const axis = (/** @type {import('../../state/map.js').MapAxis} */ { name, values }) => ({ name, values });
  return {
    format: 'tuning-playground/map@1',
    study,
    engine: { backend: backend?.backend, adapter: backend?.adapter, workers: cost?.workers },
    metric: head.metric,
    trained_below: head.limit ?? Infinity,
    size: map.size,
    x: axis(head.x),
    y: axis(head.y),
    loss: column(map.losses),
    diverged_at: column(map.steps),
  };
}
