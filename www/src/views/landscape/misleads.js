import { LEAST_EXPLAINED, differs, explainedBy } from '../../figures/ground/honesty.js';

/**
 * When a picture of a plane misleads.
 *
 * @typedef {import('../../figures/ground/honesty.js').Path} Path
 * @typedef {{key: string, values: Record<string, number>}} Finding a text, and the numbers that it says
 */

/** Axes of one unit that are drawn this many times differently bend every angle of the path. */
export const MOST_STRETCH = 10;

/** How many times larger the second axis is drawn than the first. @param {number[]} extent */
export const stretchOf = ([x0, x1, y0, y1]) => (x1 - x0) / (y1 - y0);

/**
 * @param {{plane: string, explained: [number, number] | null, path: Path | null, at: number, parameters?: number,
 *   averaged?: boolean, seeds?: number, folds?: number, rows?: [number, number], extent?: number[]}} given
 *   `at`: the point of the path that is looked at; `averaged`: whether the trial is scored by an average of weights,
 *   which are not those shown; `seeds`: how many networks the trial has, on so many `folds`;
 *   `rows`: of how many it is the loss, and how many there are; `extent`: what the picture covers
 * @returns {Finding[]}
 */
export function misleads({
  plane,
  explained,
  path,
  at,
  parameters = NaN,
  averaged = false,
  seeds = 1,
  folds = 1,
  rows = [0, 0],
  extent = [],
}) {
  /** @type {Finding[]} */
  const found = [];
  const add = (/** @type {string} */ key, /** @type {Record<string, number>} */ values = {}) =>
    void found.push({ key: `landscape.misleads.${key}`, values });
  if (plane === 'line') add('line');
  if (['random', 'gradient', 'hessian', 'three'].includes(plane)) {
    if (Number.isFinite(parameters)) add(plane, { parameters });
    else add(`${plane}.some`);
  }
  if (averaged) add('averaged');
  if (seeds > 1) add(folds > 1 ? 'folds' : 'seeds', { seeds });
  if (rows[0] < rows[1]) add('rows', { n: rows[0], of: rows[1] });
  const share = explainedBy(explained);
  if (plane === 'pca' && share !== null && share < LEAST_EXPLAINED) add('explained', { share, rest: 1 - share });
  const times = stretchOf(/** @type {any} */ (extent));
  if (plane === 'pca' && times > MOST_STRETCH) add('stretched', { times });
  if (!path || !path.steps.length) return found;
  const n = path.steps.length;
  const count = path.loss.filter((own, k) => differs(path.slice_loss[k], own)).length;
  if (count) add('slice', { count, n });
  if (at >= 0 && at < n && differs(path.slice_loss[at], path.loss[at]))
    add('here', { step: path.steps[at], slice: path.slice_loss[at], own: path.loss[at] });
  return found;
}
