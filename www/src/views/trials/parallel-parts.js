import { element } from '../../figures/plot-axes.js';
import { textWidth, thinning } from '../../study/scale.js';
import { placeOf } from './parallel-places.js';

/**
 * What parallel coordinates are drawn with beside their lines.
 *
 * @typedef {import('./field.js').Field} Field
 * @typedef {import('./field.js').FieldAxis} FieldAxis
 * @typedef {import('./parallel-places.js').Places} Places
 */

/** Half the width of a brush on its axis. */
const HALF = 8;
/** The height of a number beside an axis. */
const LINE = 13;

/** Where all trials lie along each axis. @param {Field} field @param {Places} places @param {Set<string>} flipped */
export const linesOf = (field, places, flipped) =>
  field.axes.map(({ name, shares }) => {
    const found = new Float32Array(field.n);
    const isFlipped = flipped.has(name);
    for (let k = 0; k < field.n; k++) found[k] = placeOf(places, shares[k], isFlipped);
    return found;
  });

/** An axis with its numbers, and a place for what has none. @param {FieldAxis} one @param {number} k
 * @param {Places} places @param {boolean} flipped */
export function axisParts({ name, axis, missing }, k, places, flipped) {
  const { down, tracks, from, to, lane } = places;
  const track = tracks[k];
  const line = (/** @type {number} */ a, /** @type {number} */ b, /** @type {object} */ look = {}) =>
    element('path', {
      d: down ? `M${a},${track}H${b}` : `M${track},${a}V${b}`,
      stroke: 'var(--ink-2)',
      'stroke-width': 1.2,
      ...look,
    });
  const [low, high] = axis.domain;
  const ticks = axis.ticks
    .map(({ at, label }) => ({ label, at: placeOf(places, (at - low) / (high - low), flipped) }))
    .sort((a, b) => a.at - b.at);
  const every = thinning(
    ticks.map(({ at, label }) => [at, down ? textWidth(label) + 4 : LINE]),
    1,
  );
  const parts = [line(from, to)];
  for (const [j, { at, label }] of ticks.entries()) {
    if (!(at >= Math.min(from, to) - 1 && at <= Math.max(from, to) + 1)) continue;
    parts.push(
      element('path', { d: down ? `M${at},${track}v4` : `M${track},${at}h4`, stroke: 'var(--ink-2)' }),
      ...(j % every ? [] : [numberAt(down, track, at, label)]),
    );
  }
  // What was not searched with these settings, or came to nothing, has a place as well.
  if (missing) {
    parts.push(line(lane - 3, lane + 3, { 'stroke-width': 2 }));
    parts.push(numberAt(down, track, lane, name ? '–' : '×'));
  }
  return parts;
}

/** A number beside an axis, legible over lines. @param {boolean} down @param {number} track @param {number} at
 * @param {string} label */
const numberAt = (down, track, at, label) =>
  element(
    'text',
    {
      ...(down
        ? { x: at, y: track + 15, 'text-anchor': 'middle' }
        : { x: track + 6, y: at, dy: '.35em', 'text-anchor': 'start' }),
      'font-size': 11,
      fill: 'var(--ink-2)',
      stroke: 'var(--surface)',
      'stroke-width': 3,
      'stroke-linejoin': 'round',
      'paint-order': 'stroke',
    },
    label,
  );

/** A side of the brush on its axis. @param {[number, number]} ends shares, as the axis is drawn
 * @param {Places} places @param {number} k */
export function brushParts(ends, places, k) {
  const { down, tracks } = places;
  const [a, b] = ends.map((share) => placeOf(places, share, false)).sort((one, other) => one - other);
  const [start, length] = [a - 1, Math.max(3, b - a + 2)];
  const box = down
    ? { x: start, y: tracks[k] - HALF, width: length, height: 2 * HALF }
    : { x: tracks[k] - HALF, y: start, width: 2 * HALF, height: length };
  return [
    element('rect', { ...box, fill: 'none', stroke: 'var(--surface)', 'stroke-width': 4 }),
    element('rect', { ...box, fill: 'var(--ink)', 'fill-opacity': 0.1, stroke: 'var(--ink)', 'stroke-width': 1.5 }),
  ];
}
