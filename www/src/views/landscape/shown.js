import { number } from '../../study/format.js';

/**
 * What there is of the selected trial's landscape.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('../../state/landscape.js').Head} Head
 * @typedef {import('./misleads.js').Path} Path
 * @typedef {{trial: number, x: number, y: number, loss: number}} Point where a trial's network lies
 * @typedef {Pick<Store['landscape'], 'options' | 'reach' | 'losses' | 'accuracies' | 'known' | 'step' | 'state'
 *   | 'plane'> & {trial: number, head: Head, path: Path | null, points: Point[]}} Shown
 */

/** Documents write what is no number as a word. @type {WeakMap<NonNullable<Head['path']>, Path>} */
const paths = new WeakMap();

/** The path in numbers; one and the same in every frame of its plane. @param {Head} head @returns {Path | null} */
function pathOf({ path: told }) {
  if (!told?.steps.length) return null;
  let path = paths.get(told);
  if (path === undefined) {
    path = {
      steps: told.steps.map(number),
      x: told.x.map(number),
      y: told.y.map(number),
      loss: told.loss.map(number),
      slice_loss: told.slice_loss.map(number),
      distance: told.distance.map(number),
    };
    paths.set(told, path);
  }
  return path;
}

/** The networks that a plane is laid through, in numbers. @type {WeakMap<Head['points'], Point[]>} */
const places = new WeakMap();

/** @param {Head} head */
function pointsOf({ points }) {
  const found =
    places.get(points) ??
    points.map(({ trial, x, y, loss }) => ({ trial, x: number(x), y: number(y), loss: number(loss) }));
  places.set(points, found);
  return found;
}

/** Null until the plane of the selected trial is known. @param {Store} store @returns {Shown | null} */
export function shownOf({ landscape, selected }) {
  const { trial, head, options, reach, losses, accuracies, known, step, state, plane } = landscape;
  if (!selected || !head || trial !== selected.number) return null;
  const [path, points] = [pathOf(head), pointsOf(head)];
  return { trial, head, options, reach, losses, accuracies, known, step, state, plane, path, points };
}
