import { STORED, surfaceDocument } from '../state/stored.js';
import { SurfaceAxes } from './surface-axes.js';
import { fitPlaces } from './surface-ground.js';

/**
 * The response surface of the run shown as it is stored beside a run, on the axes that the page begins with; null
 * where there is none.
 * @param {import('../state/store.js').Store} store
 * @param {(places: import('../study/places.js').Places, columns: number, rows: number) =>
 *   Promise<Float64Array | null>} respond
 */
export async function storedSurfaceOf(store, respond) {
  const axes = new SurfaceAxes().of(store);
  if (!axes?.fitted) return null;
  const surface = await respond(fitPlaces(store, axes, null), STORED.columns, STORED.rows);
  return surface && surfaceDocument({ x: axes.x.name, y: axes.y.name, trial: null }, surface);
}
