import { scoreValue } from '../../state/spread.js';
import { exact } from '../../study/format.js';

/**
 * What a sampler thinks along one axis, as a table.
 * @param {{axis: string, name: string, values: import('../../study/types.js').Value[], isGp: boolean,
 *   curves: {mean: ArrayLike<number>, deviation: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>,
 *   gain: ArrayLike<number>} | null}} told
 * @param {import('../../state/store.js').Store} store
 * @param {string} caption
 * @param {(key: string) => string} t
 * @returns {import('../../figures/figure-data.js').FigureData}
 */
export function beliefTable({ axis, name, values, isGp, curves }, store, caption, t) {
  const rows = curves?.gain ? values.map((value, k) => k) : [];
  const column = (
    /** @type {string} */ key,
    /** @type {string} */ label,
    /** @type {(k: number) => unknown} */ value,
    /** @type {(k: number) => string} */ text,
  ) => ({ key, label, num: true, value, text });
  const two = (/** @type {number} */ x) => exact(Number(x.toPrecision(3)));
  const columns = [
    column(
      axis,
      name,
      (k) => values[k],
      (k) => store.setting(values[k]),
    ),
  ];
  if (curves && isGp)
    columns.push(
      column(
        'mean',
        t('belief.mean'),
        (k) => curves.mean[k],
        (k) => scoreValue(store, curves.mean[k]),
      ),
      column(
        'deviation',
        t('belief.deviation'),
        (k) => curves.deviation[k],
        (k) => scoreValue(store, curves.deviation[k]),
      ),
      column(
        'log_expected_improvement',
        t('belief.gain.gp'),
        (k) => curves.gain[k],
        (k) => two(curves.gain[k]),
      ),
    );
  if (curves && !isGp)
    columns.push(
      column(
        'log_good',
        t('belief.log_good'),
        (k) => curves.a[k],
        (k) => two(curves.a[k]),
      ),
      column(
        'log_rest',
        t('belief.log_rest'),
        (k) => curves.b[k],
        (k) => two(curves.b[k]),
      ),
      column(
        'log_ratio',
        t('belief.gain.tpe'),
        (k) => curves.gain[k],
        (k) => two(curves.gain[k]),
      ),
    );
  const every = Math.max(1, Math.round(rows.length / 41));
  return {
    caption,
    columns,
    rows: rows.filter((k) => k % every === 0),
    all: () => rows,
  };
}
