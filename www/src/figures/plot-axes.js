import { shareOf, textWidth, thinning } from '../study/scale.js';

/**
 * The axes of a figure as SVG: ticks, labels that do not touch, names, and where asked for the lines of a grid.
 *
 * @typedef {{domain: [number, number], ticks: {at: number, label: string}[]}} Ticked an axis's ends and ticks, in its
 *   own places
 * @typedef {{width: number, height: number, left: number, right: number, top: number, bottom: number, crowded?:
 *   boolean}} Frame crowded: names below the plot take two rows
 */

const SVG = 'http://www.w3.org/2000/svg';
/** The height of a label. */
const LINE = 13;

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
export function element(name, attributes, text) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  // What a squeezed figure leaves no room for has sides of 0.
  for (const [key, value] of Object.entries(attributes))
    made.setAttribute(key, String(/^(width|height)$/.test(key) && Number(value) < 0 ? 0 : value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/** How wide a letter is at the most on average, as a part of its height: of Latin, and of what fills a square. */
const WIDE = { latin: 0.59, square: 1 };

/** As much of a text as has room, with an ellipsis where that is not all of it; nothing where that is no letter.
 * @param {string} text @param {number} room in px @param {number} [size] of its letters */
export function shortened(text, room, size = 12) {
  const letters = [...text];
  let left = room;
  const n = letters.findIndex((one) => (left -= size * (one >= '\u2e80' ? WIDE.square : WIDE.latin)) < 0);
  return n < 0 ? text : n < 2 ? '' : `${letters.slice(0, n - 1).join('')}…`;
}

/**
 * A plot without its marks.
 * @param {{x: Ticked, y: Ticked}} axes
 * @param {Frame} frame
 * @param {{x?: string, y?: string}} titles
 * @param {SVGElement[]} below what lies under the axes
 * @param {boolean} [grid]
 * @returns {SVGElement}
 */
export function plotOf(axes, frame, titles, below, grid = false) {
  const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
  const svg = element('svg', { width: frame.width, height: frame.height, 'aria-hidden': 'true', 'font-size': 11 });
  svg.append(...below, ...acrossAxis(axes.x, frame, grid ? h : 0), ...upAxis(axes.y, frame, grid ? w : 0));
  const name = { 'text-anchor': 'middle', 'font-size': 12, fill: 'var(--ink-2)' };
  if (titles.x) svg.append(element('text', { ...name, x: frame.left + w / 2, y: frame.height - 3 }, titles.x));
  if (titles.y) {
    const middle = frame.top + h / 2;
    const text = shortened(titles.y, 2 * Math.min(middle, frame.height - middle));
    svg.append(element('text', { ...name, transform: `translate(11,${middle}) rotate(-90)` }, text));
  }
  return svg;
}

/** @param {Ticked} axis @param {number} from @param {number} to pixels at the ends of the axis */
const placer = (axis, from, to) => (/** @type {number} */ at) => from + shareOf(axis, at) * (to - from);

/** @param {string} d */
const line = (d) => element('path', { d, stroke: 'var(--grid)' });

/** @param {Ticked} axis @param {Frame} frame @param {number} grid length of its lines */
function acrossAxis(axis, frame, grid) {
  const x = placer(axis, frame.left, frame.width - frame.right);
  const y = frame.height - frame.bottom;
  const rows = frame.crowded ? 2 : 1;
  const every = thinning(
    axis.ticks.map((tick) => [x(tick.at), textWidth(tick.label) + 4]),
    rows,
  );
  // Labels at the ends stay inside the figure.
  const inside = (/** @type {number} */ at, /** @type {string} */ label) =>
    Math.max(textWidth(label) / 2, Math.min(frame.width - textWidth(label) / 2, at));
  return axis.ticks.flatMap((tick, k) => [
    ...(grid ? [line(`M${x(tick.at)},${y}v${-grid}`)] : []),
    element('path', { d: `M${x(tick.at)},${y}v4`, stroke: 'var(--ink-3)' }),
    ...(k % every
      ? []
      : [
          element(
            'text',
            {
              x: inside(x(tick.at), tick.label),
              y: y + ((k / every) % rows ? 31 : 16),
              'text-anchor': 'middle',
              fill: 'var(--ink-3)',
            },
            tick.label,
          ),
        ]),
  ]);
}

/** @param {Ticked} axis @param {Frame} frame @param {number} grid length of its lines */
function upAxis(axis, frame, grid) {
  const y = placer(axis, frame.height - frame.bottom, frame.top);
  const every = thinning(
    axis.ticks.map((tick) => [y(tick.at), LINE]),
    1,
  );
  return axis.ticks.flatMap((tick, k) => [
    ...(grid ? [line(`M${frame.left},${y(tick.at)}h${grid}`)] : []),
    element('path', { d: `M${frame.left},${y(tick.at)}h-4`, stroke: 'var(--ink-3)' }),
    ...(k % every
      ? []
      : [
          element(
            'text',
            { x: frame.left - 8, y: y(tick.at), dy: '.35em', 'text-anchor': 'end', fill: 'var(--ink-3)' },
            tick.label,
          ),
        ]),
  ]);
}
