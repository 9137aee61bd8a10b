/**
 * A race as a table: every point of every path, and in the file of the plane the surface, too.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('../../state/race.js').RacePath} RacePath
 * @typedef {{name: string, step?: number, x: number, y: number, loss: number, own?: number, distance?: number,
 *   accuracy?: number, rate?: number, evaluations?: number}} Row
 * `loss` is that of the ground, `own` that of the path's own weights
 */
import { count, exact, loss, metric } from '../../study/format.js';
import { rateAt } from '../../study/race.js';
import { costsMore } from './clock.js';
import { placeOf } from '../../figures/ground/grid.js';
import { taskOf } from '../../study/hyperparameters.js';
import { studyOf } from '../../state/race.js';

/** What files say where a loss is no number. @param {number | undefined} value */
const filed = (value) => (value === undefined ? undefined : Number.isFinite(value) ? value : 'NaN');
/** @param {number} value */
const place = (value) => exact(Number(value.toPrecision(4)));
/** A table on the page shows so many points of each path. */
const SHOWN = 24;

/** @param {Store} store @param {string[]} names @param {(path: RacePath) => number[]} points
 * @returns {Generator<Row>} */
function* pathRows(store, names, points) {
  const { race } = store;
  for (const [k, path] of (race.head?.paths ?? []).entries()) {
    const who = race.contestants[k];
    if (!who) continue;
    for (const at of points(path))
      yield {
        name: names[k],
        step: path.steps[at],
        x: path.x[at],
        y: path.y[at],
        loss: path.slice_loss[at],
        own: path.loss[at],
        distance: path.distance[at],
        accuracy: path.accuracy[at],
        rate: rateAt(studyOf(store), who, path.steps[at]),
        evaluations: path.evaluations[at],
      };
  }
}

const every = (/** @type {RacePath} */ { steps }) => steps.map((_, k) => k);
/** @param {RacePath} path */
const some = ({ steps }) => {
  const by = Math.max(1, Math.ceil(steps.length / SHOWN));
  return steps.flatMap((_, k) => (k % by && k !== steps.length - 1 ? [] : [k]));
};

/** @param {Store} store @returns {Generator<Row>} */
function* groundRows({ race: { head, losses, known } }) {
  if (!head) return;
  const [nx, ny] = head.size;
  for (let k = 0; k < nx * ny; k++) {
    if (!known[k]) continue;
    const x = placeOf(k % nx, nx, head.extent[0], head.extent[1]);
    const y = placeOf(Math.floor(k / nx), ny, head.extent[2], head.extent[3]);
    yield { name: '', x, y, loss: losses[k] };
  }
}

/** @param {Store} store @param {string[]} names @param {boolean} withGround
 * @returns {import('../../figures/figure-data.js').FigureData} */
function dataOf(store, names, withGround) {
  const t = (/** @type {string} */ key) => store.t(key);
  const isNetwork = store.race.options.ground === 'network';
  const isClasses = isNetwork && taskOf(studyOf(store)) !== 'numbers';
  /** @param {string} key @param {string} label @param {(row: Row) => string} text @param {keyof Row} from */
  const column = (key, label, text, from) => ({
    key,
    label,
    num: from !== 'name',
    text,
    value: (/** @type {Row} */ row) => (from === 'name' ? row.name : filed(/** @type {any} */ (row[from]))),
  });
  const own = column('loss', t('race.table.loss'), (row) => loss(row.own), 'own');
  const columns = [
    column('name', t('race.table.name'), (row) => row.name, 'name'),
    column('step', t('race.table.step'), (row) => count(row.step ?? NaN), 'step'),
    ...((store.race.head?.paths ?? []).some(costsMore)
      ? [column('evaluations', t('race.table.evaluations'), (row) => count(row.evaluations ?? NaN), 'evaluations')]
      : []),
    { ...column('learning_rate', t('race.table.rate'), (row) => exact(row.rate), 'rate'), filed: true },
    own,
    ...(isClasses
      ? [column('accuracy', t('metric.classes'), (row) => metric(row.accuracy, 'classes'), 'accuracy')]
      : []),
    column('x', 'x', (row) => place(row.x), 'x'),
    column('y', 'y', (row) => place(row.y), 'y'),
    ...(isNetwork
      ? [
          column('slice_loss', t('race.table.slice'), (row) => loss(row.loss), 'loss'),
          column('distance', t('race.table.distance'), (row) => loss(row.distance), 'distance'),
        ]
      : []),
  ];
  return {
    caption: t('race.caption'),
    columns,
    rows: [...pathRows(store, names, some)],
    all: function* () {
      yield* pathRows(store, names, every);
      if (withGround) yield* isNetwork ? groundRows(store) : ownLoss(groundRows(store));
    },
  };
}

/** Where there is no plane, the ground's loss is the loss. @param {Iterable<Row>} rows @returns {Generator<Row>} */
function* ownLoss(rows) {
  for (const row of rows) yield { ...row, own: row.loss };
}

/** @param {Store} store @param {string[]} names */
export const planeData = (store, names) => dataOf(store, names, true);

/** @param {Store} store @param {string[]} names */
export const curveData = (store, names) => dataOf(store, names, false);

/** The race as `landscape@1` has it. @param {Store} store */
export function raceDocument(store) {
  const { head, contestants, losses, options } = store.race;
  if (!head) return null;
  const isNetwork = options.ground === 'network';
  const number = (/** @type {number} */ k) => contestants[k]?.trial ?? k;
  return {
    format: 'tuning-playground/landscape@1',
    study: isNetwork ? { ...studyOf(store), shared_seeds: true } : null,
    ...(isNetwork ? {} : { surface: options.ground }),
    trials: contestants.map((_, k) => number(k)),
    contestants: contestants.map(({ key, params, repeat, changes }) => ({ key, params, repeat, changes })),
    plane: { kind: 'pca', explained: head.explained, extent: head.extent },
    metric: 'loss',
    rows: options.rows,
    size: head.size,
    values: [...losses],
    points: head.paths.map(({ x, y, loss }, k) => ({
      trial: number(k),
      x: x.at(-1),
      y: y.at(-1),
      loss: loss.at(-1),
    })),
    paths: head.paths.map(({ steps, x, y, loss, slice_loss, distance }, k) => ({
      trial: number(k),
      steps,
      x,
      y,
      loss,
      slice_loss,
      distance,
    })),
  };
}
