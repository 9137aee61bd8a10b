/**
 * The marks of trials on the response surface: the state is the shape, never the colour. Up to 2,000 of them are SVG
 * elements that are moved only when they change; more are painted on a canvas.
 *
 * @typedef {{number: number, x: number, y: number, state: string, color?: string}} Spot `color` only where the ground has none
 * @typedef {{ink: string, surface: string, mark: string, accent: string}} Inks
 */

export const SVG_LIMIT = 2000;
const SVG = 'http://www.w3.org/2000/svg';
const CROSS = 'M-3.6-3.6 3.6 3.6M3.6-3.6-3.6 3.6';
const HALF = 'M0-4.2A4.2 4.2 0 0 1 0 4.2Z';

/** @param {string} name @param {Record<string, string | number>} attributes */
function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** @param {string} state @param {string} [color] */
function shape(state, color) {
  if (state === 'diverged')
    return [
      element('path', { d: CROSS, stroke: 'var(--surface)', 'stroke-width': 4, 'stroke-linecap': 'round' }),
      element('path', { d: CROSS, stroke: 'var(--ink)', 'stroke-width': 1.5, 'stroke-linecap': 'round' }),
    ];
  if (state === 'running')
    return [
      element('circle', { r: 4.2, fill: 'var(--surface)', stroke: 'var(--surface)', 'stroke-width': 3.6 }),
      element('circle', { r: 4.2, fill: 'var(--surface)', stroke: 'var(--ink)', 'stroke-width': 1.3 }),
      element('path', { d: HALF, fill: 'var(--ink)' }),
    ];
  if (state === 'queued') return [element('circle', { r: 1.8, fill: 'var(--mark)', stroke: 'var(--surface)', 'stroke-width': 1 })];
  if (state === 'complete' && color) return [element('circle', { r: 4.8, fill: color, stroke: 'var(--ink)', 'stroke-width': 1 })];
  if (state === 'complete') return [element('circle', { r: 4.6, fill: 'var(--ink)', stroke: 'var(--surface)', 'stroke-width': 1.6 })];
  return [
    element('circle', { r: 3.6, fill: 'none', stroke: 'var(--surface)', 'stroke-width': 3.6 }),
    element('circle', { r: 3.6, fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.3 }),
  ];
}

/** Keeps one group per trial in an SVG layer. */
export class SvgMarks {
  /** @param {SVGSVGElement} layer */
  constructor(layer) {
    /** @private */ this.layer = layer;
    /** @private */ this.group = layer.appendChild(element('g', {}));
    /** @private */ this.top = layer.appendChild(element('g', {}));
    /** @private @type {Map<number, {g: SVGElement, key: string}>} */ this.known = new Map();
  }

  /** @param {Spot[]} spots @param {Spot | undefined} selected @param {Spot | undefined} hovered @param {string} label */
  draw(spots, selected, hovered, label) {
    const seen = new Set();
    for (const spot of spots) {
      seen.add(spot.number);
      const look = `${spot.state}${spot.color ?? ''};`;
      const key = `${look} ${spot.x.toFixed(1)} ${spot.y.toFixed(1)}`;
      const known = this.known.get(spot.number);
      if (known?.key === key) continue;
      const g = known?.g ?? this.group.appendChild(element('g', { 'data-trial': spot.number }));
      if (!known || !known.key.startsWith(look)) {
        g.setAttribute('data-state', spot.state);
        g.replaceChildren(...shape(spot.state, spot.color));
      }
      g.setAttribute('transform', `translate(${spot.x.toFixed(1)},${spot.y.toFixed(1)})`);
      this.known.set(spot.number, { g: /** @type {SVGElement} */ (g), key });
    }
    for (const [number, { g }] of this.known) {
      if (seen.has(number)) continue;
      g.remove();
      this.known.delete(number);
    }
    this.top.replaceChildren(...rings(selected, hovered, label));
  }

  clear() {
    this.draw([], undefined, undefined, '');
  }
}

/** @param {Spot | undefined} selected @param {Spot | undefined} hovered @param {string} label */
function rings(selected, hovered, label) {
  const made = [];
  if (hovered && hovered.number !== selected?.number) {
    const g = element('g', { transform: `translate(${hovered.x},${hovered.y})` });
    g.append(...shape(hovered.state, hovered.color), ring('var(--surface)', 4), ring('var(--ink)', 1.6));
    made.push(g);
  }
  if (selected) {
    const g = element('g', { transform: `translate(${selected.x},${selected.y})`, 'data-selected': selected.number });
    g.append(...shape(selected.state, selected.color), ring('var(--surface)', 5), ring('var(--accent)', 2.6));
    const text = element('text', {
      x: selected.x > 60 ? -14 : 14, y: 4, 'text-anchor': selected.x > 60 ? 'end' : 'start', 'font-size': 12, 'font-weight': 600,
      fill: 'var(--accent)', 'paint-order': 'stroke', stroke: 'var(--surface)', 'stroke-width': 4, 'stroke-linejoin': 'round',
    });
    text.textContent = label;
    g.append(text);
    made.push(g);
  }
  return made;
}

/** @param {string} color @param {number} width */
const ring = (color, width) => element('circle', { r: 9, fill: 'none', stroke: color, 'stroke-width': width });

/** Paints marks on a canvas, for studies with more trials than an SVG bears.
 * @param {CanvasRenderingContext2D} g @param {Spot[]} spots @param {Inks} inks */
export function paintMarks(g, spots, inks) {
  const half = new Path2D(HALF);
  const cross = new Path2D(CROSS);
  for (const spot of spots) {
    g.save();
    g.translate(spot.x, spot.y);
    g.scale(0.7, 0.7);
    if (spot.state === 'diverged') {
      g.strokeStyle = inks.ink;
      g.lineWidth = 1.5;
      g.stroke(cross);
    } else {
      g.beginPath();
      g.arc(0, 0, spot.state === 'queued' ? 1.8 : spot.state === 'complete' ? 4.6 : 4.2, 0, 7);
      g.fillStyle = spot.state === 'queued' ? inks.mark : spot.state === 'complete' ? (spot.color ?? inks.ink) : inks.surface;
      g.fill();
      g.lineWidth = 1.4;
      g.strokeStyle = spot.state === 'complete' || spot.state === 'queued' ? inks.surface : inks.ink;
      g.stroke();
      if (spot.state === 'running') {
        g.fillStyle = inks.ink;
        g.fill(half);
      }
    }
    g.restore();
  }
}
