import { labelPlace } from './mark-label.js';

/**
 * The marks of trials on the response surface: the state is the shape, never the colour. Up to 2,000 of them are SVG
 * elements that are changed only when they change; more are painted on a canvas.
 *
 * @typedef {{number: number, x: number, y: number, state: string, color?: string, out: boolean, home?: [number,
 *   number]}} Spot `color` only where the ground has none; `out` of the brush; at `home` lie all trials with the same
 *   settings
 * @typedef {{text: string, spread: string, ties: string, bar: [End, End] | null}} Label of the selected trial: its
 *   number, the spread over its seeds, what ties with it, and the ends of that spread on the axis of scores
 * @typedef {{at: number, capped: boolean}} End without a cap where it lies beyond the axis
 */

export const SVG_LIMIT = 2000;
/** Making so many elements takes a few milliseconds; more wait for the next redraw. */
const MADE_AT_ONCE = 100;
const SVG = 'http://www.w3.org/2000/svg';
/** A trial's signs, drawn from its middle: diverged, */
export const CROSS = 'm-3.6-3.6 7.2 7.2m0-7.2-7.2 7.2';
/** learned nothing, */
export const BAR = 'm-2 0h4';
/** and still trains. */
const HALF = 'm0-4.2a4.2 4.2 0 0 1 0 8.4z';

/** @param {string} name @param {Record<string, string | number>} attributes */
function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * The parts of a mark, each at its own place: a group that is moved would be a layer's piece of its own to the
 * browser, and hundreds of those take longer than all else of a redraw.
 *
 * @param {Spot} spot
 * @param {number} [x]
 * @param {number} [y]
 */
function shape({ state, color, out }, x = 0, y = 0) {
  const ink = out ? 'var(--line)' : 'var(--ink)';
  const [cx, cy] = [x.toFixed(1), y.toFixed(1)];
  const path = (/** @type {string} */ d, /** @type {Record<string, string | number>} */ look) =>
    element('path', { d: `M${cx} ${cy}${d}`, ...look });
  const disc = (
    /** @type {number} */ r,
    /** @type {string} */ fill,
    /** @type {string} */ stroke,
    /** @type {number} */ width,
  ) => element('circle', { cx, cy, r, fill, stroke, 'stroke-width': width });
  if (state === 'diverged')
    return [
      ['var(--surface)', 4],
      [ink, 1.5],
    ].map(([stroke, width]) => path(CROSS, { stroke, 'stroke-width': width, 'stroke-linecap': 'round' }));
  if (state === 'running')
    return [
      disc(4.2, 'var(--surface)', 'var(--surface)', 3.6),
      disc(4.2, 'var(--surface)', ink, 1.3),
      path(HALF, { fill: ink }),
    ];
  if (state === 'queued') return [disc(1.8, out ? ink : 'var(--mark)', 'var(--surface)', 1)];
  // Where the sampler wants to look next.
  if (state === 'next') return [disc(2.6, 'none', 'var(--surface)', 3.4), disc(2.6, 'none', ink, 1.1)];
  if (state === 'complete')
    return [color ? disc(4.8, out ? ink : color, ink, 1) : disc(4.6, ink, 'var(--surface)', 1.6)];
  const hollow = state === 'untrained' ? 'var(--surface)' : 'none';
  const edge = disc(3.6, hollow, ink, 1.3);
  // Pruned is a ring, and what was cancelled one that is not closed.
  if (state === 'cancelled') edge.setAttribute('stroke-dasharray', '2.5 2');
  return [
    disc(3.6, hollow, 'var(--surface)', 3.6),
    edge,
    ...(state === 'untrained' ? [path(BAR, { stroke: ink, 'stroke-width': 1.3 })] : []),
  ];
}

/** @param {Spot} spot */
const place = (spot) => `translate(${spot.x.toFixed(1)},${spot.y.toFixed(1)})`;

/** Keeps one group per trial in an SVG layer. */
export class SvgMarks {
  /** @param {SVGSVGElement} layer */
  constructor(layer) {
    /** @private */ this.group = layer.appendChild(element('g', {}));
    /** @private */ this.top = layer.appendChild(element('g', {}));
    /** @private @type {Map<number, {g: Element, drawn: Spot}>} */ this.known = new Map();
    /** @private */ this.marked = '';
  }

  /** @param {Spot[]} spots @returns {boolean} whether all are drawn */
  draw(spots) {
    let made = 0;
    for (const spot of spots) {
      let known = this.known.get(spot.number);
      if (!known) {
        if (made >= MADE_AT_ONCE) continue;
        made++;
        known = { g: element('g', { 'data-trial': spot.number }), drawn: { ...spot, state: '', x: NaN } };
        this.known.set(spot.number, known);
        this.group.append(known.g);
      }
      const { g, drawn } = known;
      if (
        drawn.state !== spot.state ||
        drawn.color !== spot.color ||
        drawn.out !== spot.out ||
        drawn.x !== spot.x ||
        drawn.y !== spot.y
      ) {
        g.setAttribute('data-state', spot.state);
        if (spot.out) g.setAttribute('data-out', '');
        else g.removeAttribute('data-out');
        g.replaceChildren(...shape(spot, spot.x, spot.y));
      }
      Object.assign(drawn, spot);
    }
    if (this.known.size > spots.length) this.forget(spots);
    return this.known.size >= spots.length;
  }

  /** @private @param {Spot[]} spots those that stay */
  forget(spots) {
    const seen = new Set(spots.map((one) => one.number));
    for (const [number, { g }] of this.known) {
      if (seen.has(number)) continue;
      g.remove();
      this.known.delete(number);
    }
  }

  /**
   * The marks of the selected and the hovered trial, on top.
   * @param {Spot | undefined} selected
   * @param {Spot | undefined} hovered
   * @param {Label} label
   * @param {import('./mark-label.js').Room} [room] of the plot
   * @param {Iterable<Spot>} [others] marks that the label keeps clear of
   */
  mark(selected, hovered, label, room, others = []) {
    const place =
      selected && room ? labelPlace(selected, label.text, label.spread + label.ties, room, others) : undefined;
    const key = JSON.stringify([selected, hovered, label, place]);
    if (key === this.marked) return;
    this.marked = key;
    this.top.replaceChildren(...rings(selected, hovered, label, place));
  }
}

/** @param {Spot | undefined} selected @param {Spot | undefined} hovered @param {Label} label
 * @param {import('./mark-label.js').Place} [at] */
function rings(selected, hovered, label, at = { x: 14, y: 4, anchor: 'start', long: true }) {
  const made = [];
  if (hovered && hovered.number !== selected?.number) {
    const g = element('g', { transform: place(hovered) });
    g.append(...shape(hovered), ring('var(--surface)', 4), ring('var(--ink)', 1.6));
    made.push(g);
  }
  if (selected) {
    const g = element('g', { transform: place(selected), 'data-selected': selected.number });
    if (label.bar) g.append(...errorBar(label.bar, selected.y));
    g.append(...shape({ ...selected, out: false }), ring('var(--surface)', 5), ring('var(--accent)', 2.6));
    const text = element('text', {
      x: at.x,
      y: at.y,
      'text-anchor': at.anchor,
      'font-size': 12,
      'font-weight': 600,
      fill: 'var(--accent)',
      'paint-order': 'stroke',
      stroke: 'var(--surface)',
      'stroke-width': 4,
      'stroke-linejoin': 'round',
    });
    text.textContent = label.text;
    const further = { 'mark-spread': label.spread, 'mark-ties': label.ties };
    for (const [name, words] of Object.entries(further)) {
      if (!words || !at.long) continue;
      const part = element('tspan', { 'font-weight': 400, 'data-testid': name });
      part.textContent = words;
      text.append(part);
    }
    g.append(text);
    made.push(g);
  }
  return made;
}

/** @param {[End, End]} ends @param {number} middle */
function errorBar(ends, middle) {
  const [from, to] = ends.map(({ at }) => (at - middle).toFixed(1));
  const caps = ends.map(({ at, capped }) => (capped ? `M-6 ${(at - middle).toFixed(1)}h12` : ''));
  const d = `M0 ${from}V${to}${caps.join('')}`;
  return [
    element('path', { d, stroke: 'var(--surface)', 'stroke-width': 4.5 }),
    element('path', { d, stroke: 'var(--accent)', 'stroke-width': 1.8, 'data-testid': 'error-bar' }),
  ];
}

/** @param {string} color @param {number} width */
const ring = (color, width) => element('circle', { r: 9, fill: 'none', stroke: color, 'stroke-width': width });
