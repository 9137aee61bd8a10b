import { count, exact, loss, metric } from '../../study/format.js';
import { nearestTo, placeOf } from '../../figures/ground/grid.js';

/**
 * The landscape as a table. The page shows the path, or the row of points through the trial's own place; the file has
 * every point that is known.
 *
 * @typedef {{what: 'path' | 'grid', step?: number, x: number, y: number, loss: number, accuracy?: number, own?:
 *   number, distance?: number}} Row `loss` is that of the plane, `own` that of the path's own weights
 */

/** @param {number} value */
const place = (value) => exact(Number(value.toPrecision(4)));
/** What files say where a loss is no number. @param {number | undefined} value */
const filed = (value) => (value === undefined ? undefined : Number.isFinite(value) ? value : 'NaN');

/** @param {import('../../state/store.js').Store} store
 * @param {import('./shown.js').Shown | null} shown
 * @returns {import('../../figures/figure-data.js').FigureData} */
export function landscapeData(store, shown) {
  const t = (/** @type {string} */ key) => store.t(key);
  const rows = shown ? (shown.path ? pathRows(shown.path) : [...gridRows(shown, rowOf(shown))]) : [];
  const isPath = Boolean(shown?.path);
  const isClasses = store.task !== 'numbers';
  /** @param {string} key @param {string} label @param {(row: Row) => unknown} text @param {keyof Row} from */
  const column = (key, label, text, from) => ({
    key,
    label,
    num: true,
    text,
    value: (/** @type {Row} */ row) => (from === 'what' ? row.what : filed(/** @type {number} */ (row[from]))),
  });
  const columns = [
    { ...column('what', '', () => '', 'what'), filed: true },
    { ...column('step', t('landscape.table.step'), (row) => count(row.step ?? NaN), 'step'), filed: !isPath },
    column('x', 'x', (row) => place(row.x), 'x'),
    column('y', 'y', (row) => place(row.y), 'y'),
    column('loss', t(isPath ? 'landscape.table.slice' : 'landscape.metric.loss'), (row) => loss(row.loss), 'loss'),
    {
      ...column('accuracy', t('metric.classes'), (row) => metric(row.accuracy, 'classes'), 'accuracy'),
      filed: isPath || !isClasses,
    },
    { ...column('own_loss', t('landscape.table.own'), (row) => loss(row.own), 'own'), filed: !isPath },
    { ...column('distance', t('landscape.table.distance'), (row) => loss(row.distance), 'distance'), filed: !isPath },
  ].filter((one) => isClasses || one.key !== 'accuracy');
  return {
    caption: t(isPath ? 'landscape.caption.path' : 'landscape.caption.row'),
    columns,
    rows,
    all: () => (shown ? everything(shown) : []),
  };
}

/** @param {import('./shown.js').Shown} shown @returns {Generator<Row>} */
function* everything(shown) {
  if (shown.path) yield* pathRows(shown.path);
  for (let j = 0; j < shown.head.size[1]; j++) yield* gridRows(shown, j);
}

/** @param {import('./misleads.js').Path} path @returns {Row[]} */
const pathRows = (path) =>
  path.steps.map((step, k) => ({
    what: 'path',
    step,
    x: path.x[k],
    y: path.y[k],
    loss: path.slice_loss[k],
    own: path.loss[k],
    distance: path.distance[k],
  }));

/** The row through the trial's own place. @param {import('./shown.js').Shown} shown */
const rowOf = ({ head: { size, extent } }) => nearestTo(-extent[2] / (extent[3] - extent[2]), size[1]);

/** @param {import('./shown.js').Shown} shown @param {number} j @returns {Generator<Row>} */
function* gridRows({ head: { size, extent }, losses, accuracies, known }, j) {
  const y = placeOf(j, size[1], extent[2], extent[3]);
  for (let i = 0; i < size[0]; i++) {
    const k = j * size[0] + i;
    if (!known[k]) continue;
    yield { what: 'grid', x: placeOf(i, size[0], extent[0], extent[1]), y, loss: losses[k], accuracy: accuracies[k] };
  }
}

/** The landscape as `landscape@1` has it. @param {import('../../state/store.js').Store} store
 * @param {import('./shown.js').Shown} shown @param {'loss' | 'accuracy'} metric */
export function landscapeDocument(store, shown, metric) {
  const { head, options, trial, points, path } = shown;
  return {
    format: 'tuning-playground/landscape@1',
    study: store.shownStudy,
    trials: [trial, ...options.others],
    plane: {
      kind: options.plane,
      explained: head.explained,
      extent: head.extent,
      ...(head.eigenvalues ? { eigenvalues: head.eigenvalues } : {}),
      ...(options.plane === 'gradient' ? { axes: ['gradient', head.momentum ? 'momentum' : 'random'] } : {}),
    },
    metric,
    rows: options.rows,
    n_rows: head.n_rows,
    size: head.size,
    values: [...(metric === 'loss' ? shown.losses : shown.accuracies)],
    points,
    paths: path ? [{ trial, ...path }] : [],
  };
}
