/**
 * The marks of trials on the response surface: the state is the shape, never the colour. Up to 2,000 of them are SVG
 * elements that are changed only when they change; more are painted on a canvas.
 *
 * @typedef {{number: number, x: number, y: number, state: string, color?: string, out: boolean, home?: [number, number]}} Spot `color` only where
 *   the ground has none; `out` of the brush; at `home` lie all trials with the same settings
 * @typedef {{text: string, spread: string, bar: [End, End] | null}} Label of the selected trial: its number, the spread
 *   over its seeds, and the ends of that spread on the axis of scores
 * @typedef {{at: number, capped: boolean}} End without a cap where it lies beyond the axis
 */

export const SVG_LIMIT = 2000;
/** Making so many elements takes a few milliseconds; more wait for the next redraw. */
const MADE_AT_ONCE = 250;
const SVG = 'http://www.w3.org/2000/svg';
const CROSS = 'M-3.6-3.6 3.6 3.6M3.6-3.6-3.6 3.6';
/** In a trial's mark: it learned nothing. */
export const BAR = 'M-2 0H2';
const HALF = 'M0-4.2A4.2 4.2 0 0 1 0 4.2Z';

/** @param {string} name @param {Record<string, string | number>} attributes */
function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** @param {Spot} spot */
function shape({ state, color, out }) {
  const ink = out ? 'var(--line)' : 'var(--ink)';
  if (state === 'diverged')
    return [
      element('path', { d: CROSS, stroke: 'var(--surface)', 'stroke-width': 4, 'stroke-linecap': 'round' }),
      element('path', { d: CROSS, stroke: ink, 'stroke-width': 1.5, 'stroke-linecap': 'round' }),
    ];
  if (state === 'running')
    return [
      element('circle', { r: 4.2, fill: 'var(--surface)', stroke: 'var(--surface)', 'stroke-width': 3.6 }),
      element('circle', { r: 4.2, fill: 'var(--surface)', stroke: ink, 'stroke-width': 1.3 }),
      element('path', { d: HALF, fill: ink }),
    ];
  if (state === 'queued') return [element('circle', { r: 1.8, fill: out ? ink : 'var(--mark)', stroke: 'var(--surface)', 'stroke-width': 1 })];
  if (state === 'complete' && color) return [element('circle', { r: 4.8, fill: out ? ink : color, stroke: ink, 'stroke-width': 1 })];
  if (state === 'complete') return [element('circle', { r: 4.6, fill: ink, stroke: 'var(--surface)', 'stroke-width': 1.6 })];
  const hollow = state === 'untrained' ? 'var(--surface)' : 'none';
  return [
    element('circle', { r: 3.6, fill: hollow, stroke: 'var(--surface)', 'stroke-width': 3.6 }),
    element('circle', { r: 3.6, fill: hollow, stroke: ink, 'stroke-width': 1.3 }),
    ...(state === 'untrained' ? [element('path', { d: BAR, stroke: ink, 'stroke-width': 1.3 })] : []),
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
      if (drawn.state !== spot.state || drawn.color !== spot.color || drawn.out !== spot.out) {
        g.setAttribute('data-state', spot.state);
        if (spot.out) g.setAttribute('data-out', '');
        else g.removeAttribute('data-out');
        g.replaceChildren(...shape(spot));
      }
      if (drawn.x !== spot.x || drawn.y !== spot.y) g.setAttribute('transform', place(spot));
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

  /** The marks of the selected and the hovered trial, on top. @param {Spot | undefined} selected @param {Spot | undefined} hovered
   * @param {Label} label */
  mark(selected, hovered, label) {
    const key = JSON.stringify([selected, hovered, label]);
    if (key === this.marked) return;
    this.marked = key;
    this.top.replaceChildren(...rings(selected, hovered, label));
  }
}

/** @param {Spot | undefined} selected @param {Spot | undefined} hovered @param {Label} label */
function rings(selected, hovered, label) {
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
    const left = selected.x > 120;
    const text = element('text', {
      x: left ? -14 : 14, y: 4, 'text-anchor': left ? 'end' : 'start', 'font-size': 12, 'font-weight': 600,
      fill: 'var(--accent)', 'paint-order': 'stroke', stroke: 'var(--surface)', 'stroke-width': 4, 'stroke-linejoin': 'round',
    });
    text.textContent = label.text;
    if (label.spread) {
      const spread = element('tspan', { 'font-weight': 400, 'data-testid': 'mark-spread' });
      spread.textContent = label.spread;
      text.append(spread);
    }
    g.append(text);
    made.push(g);
  }
  return made;
}

/** @param {[End, End]} ends @param {number} middle */
function errorBar(ends, middle) {
  const [from, to] = ends.map(({ at }) => (at - middle).toFixed(1));
  const d = `M0 ${from}V${to}${ends.map(({ at, capped }) => (capped ? `M-6 ${(at - middle).toFixed(1)}h12` : '')).join('')}`;
  return [element('path', { d, stroke: 'var(--surface)', 'stroke-width': 4.5 }), element('path', { d, stroke: 'var(--accent)', 'stroke-width': 1.8, 'data-testid': 'error-bar' })];
}

/** @param {string} color @param {number} width */
const ring = (color, width) => element('circle', { r: 9, fill: 'none', stroke: color, 'stroke-width': width });
