/**
 * How far a picture of a plane can be trusted. A network has as many directions as weights, and a picture shows two of
 * them. Pure functions.
 *
 * @typedef {Record<'steps' | 'x' | 'y' | 'loss' | 'slice_loss' | 'distance', number[]>} Path
 */

/** A plane that holds less of the path's variance than this hides where the path went. */
export const LEAST_EXPLAINED = 0.8;
/** A loss on the plane that differs by more than this share from the true one is the loss of another network. */
export const MOST_DIFFERENCE = 0.1;

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
