import { contours } from 'd3-contour';
import { depthColor } from './colors.js';
import { placesOf } from '../study/places.js';
import { shownOf, shownScale } from '../state/measure.js';
import { element, plotOf } from './plot-axes.js';

/**
 * What lies under the trial marks: axes, and where there are two numeric ones the contours of a fit.
 *
 * @typedef {import('../study/scale.js').Axis} Axis
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('./plot-axes.js').Frame} Frame
 */

export const COLUMNS = 64;
export const ROWS = 48;
const LEVELS = 12;

/** The axes, and a place for the fit below them. @param {{x: Axis, y: Axis}} axes @param {Frame} frame
 * @param {{x: string, y: string}} titles @param {SVGElement | null} shades @returns {SVGElement} */
export function groundOf(axes, frame, titles, shades) {
  const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
  const ground = element('rect', { x: frame.left, y: frame.top, width: w, height: h, fill: 'var(--ground)' });
  return plotOf(axes, frame, titles, [ground, shades ?? element('g', { class: 'fit' })]);
}

/**
 * Bands of equal cost from worst to best, then the page's own ground where the fit is not to be drawn; in small steps.
 * @param {Float64Array} surface as the engine has it: expected shares, then where nobody knows them
 * @param {Frame} frame
 * @param {boolean} dark
 * @param {((share: number) => string) | null} color of a scale that is none of scores
 * @returns {Generator<undefined, SVGElement[]>}
 */
export function* shadesOf(surface, frame, dark, color = null) {
  const values = padded(surface.subarray(0, COLUMNS * ROWS));
  const bare = padded(surface.subarray(COLUMNS * ROWS));
  const lines = contours().size([COLUMNS + 2, ROWS + 2]);
  const path = (/** @type {Float64Array} */ grid, /** @type {number} */ level) =>
    pathOf(lines.contour(grid, level).coordinates, frame);
  const bands = [];
  for (let k = 0; k <= LEVELS; k++) {
    yield;
    const level = (k - 1) / LEVELS;
    bands.push(
      element('path', {
        // The first band is all of the surface.
        d: path(values, k ? level : -1e9),
        // A scale about 0 has bands that are alike on both of its sides.
        fill: color ? color(Math.max(0, level + 0.5 / LEVELS)) : depthColor(1 - Math.max(0, level), dark),
        stroke: 'var(--surface)',
        'stroke-opacity': dark ? 0.28 : 0.6,
        'stroke-width': 0.75,
      }),
    );
  }
  yield;
  const { left, top, right, bottom, width, height } = frame;
  // What lies in the margin is cut off.
  const window = element('svg', { x: left, y: top, width: width - left - right, height: height - top - bottom });
  window.append(...bands, element('path', { d: path(bare, 0), fill: 'var(--ground)' }));
  return [window];
}

/** With a margin of one more cell at each side, in which lines end: at the very edge each would cut its corner off.
 * @param {Float64Array} cells */
function padded(cells) {
  const made = new Float64Array((COLUMNS + 2) * (ROWS + 2));
  for (let j = 0, k = 0; j < ROWS + 2; j++) {
    const row = Math.max(0, Math.min(ROWS - 1, j - 1)) * COLUMNS;
    for (let i = 0; i < COLUMNS + 2; i++, k++) made[k] = cells[row + Math.max(0, Math.min(COLUMNS - 1, i - 1))];
  }
  return made;
}

/** @param {number[][][][]} polygons in cells of the grid and its margin @param {Frame} frame */
function pathOf(polygons, frame) {
  const [sx, sy] = [
    (frame.width - frame.left - frame.right) / COLUMNS,
    (frame.height - frame.top - frame.bottom) / ROWS,
  ];
  const base = frame.height - frame.bottom - frame.top;
  let d = '';
  for (const polygon of polygons) {
    for (const ring of polygon) {
      d += `M${ring.map(([x, y]) => `${((x - 1) * sx).toFixed(1)},${(base - (y - 1) * sy).toFixed(1)}`).join('L')}Z`;
    }
  }
  return d;
}

/** What the fit takes of a trial: what a pruned one came to says nothing of where it would have ended.
 * @param {import('../state/measure.js').Shown} shown @param {import('../study/types.js').Trial} trial */
const fitScore = (shown, trial) => (trial.state === 'pruned' || trial.state === 'diverged' ? NaN : shown.of(trial));

/** Of fewer trials the engine makes no fit (`src/analysis/response.rs`). */
const FEWEST = 4;

/** Whether trials enough have come to something that a fit can go through. @param {Store} store */
export function hasEnough(store) {
  const shown = shownOf(store);
  let n = 0;
  for (const trial of store.trials.values())
    if (Number.isFinite(fitScore(shown, trial)) && ++n === FEWEST) return true;
  return false;
}

/** The trials as the fit takes them. @param {Store} store @param {{x: Axis, y: Axis}} axes
 * @param {import('../study/types.js').Trial | null} seen at whose other values the surface is cut */
export function fitPlaces(store, axes, seen) {
  const shown = shownOf(store);
  const scale = shownScale(store, shown);
  const score = (/** @type {import('../study/types.js').Trial} */ trial) => {
    if (trial.state === 'diverged') return 'diverged';
    const own = fitScore(shown, trial);
    return Number.isFinite(own) ? Math.max(-0.2, Math.min(scale.share(own), 1.2)) : NaN;
  };
  return placesOf(store.shownStudy, axes, store.trials.values(), score, seen);
}
