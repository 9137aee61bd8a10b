/**
 * When a picture of a plane misleads. A network has as many directions as weights, and a picture shows two of them.
 *
 * @typedef {Record<'steps' | 'x' | 'y' | 'loss' | 'slice_loss' | 'distance', number[]>} Path
 * @typedef {{key: string, values: Record<string, number>}} Finding a text, and the numbers that it says
 */

/** A plane that holds less of the path's variance than this hides where the path went. */
export const LEAST_EXPLAINED = 0.8;
/** A loss on the plane that differs by more than this share from the true one is the loss of another network. */
export const MOST_DIFFERENCE = 0.1;

/** Axes of one unit that are drawn this many times differently bend every angle of the path. */
export const MOST_STRETCH = 10;

/** How many times larger the second axis is drawn than the first. @param {number[]} extent */
export const stretchOf = ([x0, x1, y0, y1]) => (x1 - x0) / (y1 - y0);

/** Whether the loss on the plane says something else than the loss of the weights themselves.
 * @param {number} slice @param {number} own */
export function differs(slice, own) {
  const sound = Number.isFinite(own);
  if (sound !== Number.isFinite(slice)) return true;
  // Halves of both keep the difference finite.
  return sound && Math.abs(slice / 2 - own / 2) > MOST_DIFFERENCE * Math.abs(own / 2);
}

/** The share of the path's variance that both directions hold; null where nobody knows.
 * @param {[number, number] | null | undefined} explained */
export function explainedBy(explained) {
  const share = explained ? explained[0] + explained[1] : NaN;
  return Number.isFinite(share) ? Math.max(0, Math.min(1, share)) : null;
}

/** The point of the path that lies farthest from the plane, and how far that is as a share of the straight way from
 * start to end; the share is null where they are one place. @param {Path} path */
export function farthest(path) {
  let at = 0;
  path.distance.forEach((one, k) => {
    if (one > path.distance[at] || Number.isNaN(path.distance[at])) at = k;
  });
  const distance = path.distance[at] ?? 0;
  const whole = Math.hypot(path.x[0] ?? 0, path.y[0] ?? 0, path.distance[0] ?? 0);
  const share = distance / whole;
  return { at, distance, share: Number.isFinite(share) ? share : null };
}

/**
 * @param {{plane: string, explained: [number, number] | null, path: Path | null, at: number, parameters?: number,
 *   seeds?: number, extent?: number[]}} given `at`: the point of the path that is looked at; `seeds`: how many the
 *   trial was trained with; `extent`: what the picture covers
 * @returns {Finding[]}
 */
export function misleads({ plane, explained, path, at, parameters = NaN, seeds = 1, extent = [] }) {
  /** @type {Finding[]} */
  const found = [];
  const add = (/** @type {string} */ key, /** @type {Record<string, number>} */ values = {}) =>
    void found.push({ key: `landscape.misleads.${key}`, values });
  if (plane === 'line') add('line');
  if (plane === 'random' || plane === 'gradient' || plane === 'three') {
    if (Number.isFinite(parameters)) add(plane, { parameters });
    else add(`${plane}.some`);
  }
  if (seeds > 1) add('seeds', { seeds });
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
