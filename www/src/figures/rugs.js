/**
 * Where trials lie on each axis, as short strokes along the edges of the plot: what many trials share is one stroke.
 *
 * @typedef {import('./marks.js').Spot} Spot
 * @typedef {import('./spots.js').Axes} Axes
 * @typedef {import('./surface-ground.js').Frame} Frame
 */

const LENGTH = 7;
const SVG = 'http://www.w3.org/2000/svg';

/** @param {number[]} places in pixels @returns {number[]} those that differ by half a pixel */
const apart = (places) => [...new Set(places.filter(Number.isFinite).map((one) => Math.round(2 * one) / 2))];

/** @param {SVGSVGElement} layer @param {Spot[]} spots @param {Axes} axes @param {Frame} frame */
export function drawRugs(layer, spots, axes, frame) {
  const base = frame.height - frame.bottom;
  const across = apart(spots.map(({ home, x }) => home?.[0] ?? x));
  // An axis of scores is read off the marks themselves.
  const up = axes.y.name ? apart(spots.map(({ home, y }) => home?.[1] ?? y)) : [];
  const d = [...across.map((x) => `M${x},${base}v${-LENGTH}`), ...up.map((y) => `M${frame.left},${y}h${LENGTH}`)].join(
    '',
  );
  if (layer.dataset.drawn === d) return;
  layer.dataset.drawn = d;
  layer.replaceChildren();
  if (!d) return;
  for (const [stroke, width] of [
    ['var(--surface)', 3],
    ['var(--ink)', 1],
  ]) {
    const path = document.createElementNS(SVG, 'path');
    for (const [name, value] of Object.entries({ d, stroke, 'stroke-width': width, fill: 'none' }))
      path.setAttribute(name, String(value));
    layer.append(path);
  }
}
