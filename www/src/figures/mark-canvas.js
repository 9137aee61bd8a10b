import { CROWD } from '../state/store.js';
import { inSlices } from '../platform/turns.js';
import { pixelRatio } from '../platform/pixels.js';
import { BAR, CROSS } from './marks.js';

/**
 * Marks on a canvas, for studies with more trials than an SVG bears: each look is drawn once and copied to its places.
 * A mark that changes is drawn over itself; all are drawn anew when places, theme or brush change.
 *
 * @typedef {import('./marks.js').Spot} Spot
 * @typedef {{token: (name: string) => string}} Look
 */

const SCALE = 0.6;
const SIDE = 8;
/** The marks of a crowd are a surface themselves: they have its colours, and shrink so that each keeps a place. */
const SMALLEST = 0.3;

export class CanvasMarks {
  constructor() {
    /** @private @type {Map<string, HTMLCanvasElement>} */ this.sprites = new Map();
    /** @private @type {Set<Spot>} marks that wait for their turn */ this.waiting = new Set();
    /** @private */ this.key = '';
    /** @private */ this.job = 0;
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./spots.js').Spots} spots
   * @param {number} total marks that there will be
   * @param {{width: number, height: number}} size
   * @param {string} key changes when all have to be drawn anew
   * @param {Look} look
   */
  draw(canvas, spots, total, size, key, look) {
    const ratio = Math.max(1, pixelRatio());
    const scale = SCALE * Math.max(SMALLEST, Math.min(1, Math.sqrt(CROWD / total)));
    const whole = `${key} ${size.width} ${size.height} ${ratio} ${scale}`;
    const g = canvas.getContext('2d');
    if (!g) return;
    const anew = whole !== this.key;
    if (anew) {
      this.key = whole;
      this.waiting = new Set(spots.all);
      this.sprites.clear();
      Object.assign(canvas, { width: Math.round(size.width * ratio), height: Math.round(size.height * ratio) });
      Object.assign(canvas.style, { width: `${size.width}px`, height: `${size.height}px` });
    } else for (const spot of spots.changed) this.waiting.add(spot);
    spots.changed.clear();
    const job = ++this.job;
    void inSlices(this.steps(g, ratio, scale, look), () => job === this.job);
  }

  /** @private @param {CanvasRenderingContext2D} g @param {number} ratio @param {number} scale @param {Look} look */
  *steps(g, ratio, scale, look) {
    let done = 0;
    for (const spot of this.waiting) {
      this.waiting.delete(spot);
      const name = `${spot.state} ${spot.out} ${spot.color ?? ''}`;
      let sprite = this.sprites.get(name);
      if (!sprite) this.sprites.set(name, (sprite = makeSprite(spot, ratio, scale, look)));
      g.drawImage(sprite, Math.round((spot.x - SIDE / 2) * ratio), Math.round((spot.y - SIDE / 2) * ratio));
      if (++done % 50 === 0) yield;
    }
  }
}

/** @param {Spot} spot @param {number} ratio @param {number} scale @param {Look} look */
function makeSprite(spot, ratio, scale, look) {
  const sprite = document.createElement('canvas');
  sprite.width = sprite.height = Math.ceil(SIDE * ratio);
  const g = sprite.getContext('2d');
  if (!g) return sprite;
  g.scale(ratio, ratio);
  g.translate(SIDE / 2, SIDE / 2);
  g.scale(scale, scale);
  const surface = look.token('--surface');
  const ink = look.token(spot.out ? '--line' : '--ink');
  const disc = (/** @type {number} */ r, /** @type {string} */ fill, /** @type {string} */ edge) => {
    g.beginPath();
    g.arc(0, 0, r, 0, 7);
    g.fillStyle = fill;
    g.fill();
    if (edge === surface && scale < SCALE) return;
    g.lineWidth = 1.4;
    g.strokeStyle = edge;
    g.stroke();
  };
  if (spot.state === 'next') disc(2.6, surface, ink);
  else if (spot.state === 'queued') disc(1.8, spot.out ? ink : look.token('--mark'), surface);
  else if (spot.state === 'complete') disc(4.6, spot.out ? ink : (spot.color ?? ink), surface);
  else if (spot.state === 'diverged') {
    const arm = new Path2D(CROSS);
    // A wide edge covers the half disc that was there while it trained.
    for (const [width, color] of /** @type {[number, string][]} */ ([
      [5, surface],
      [1.7, ink],
    ])) {
      g.lineWidth = width;
      g.strokeStyle = color;
      g.stroke(arm);
    }
  } else {
    disc(4.2, surface, spot.state === 'cancelled' ? surface : ink);
    if (spot.state === 'cancelled') {
      g.setLineDash([3, 2.4]);
      g.strokeStyle = ink;
      g.stroke();
    }
    if (spot.state === 'untrained') g.stroke(new Path2D(BAR));
    if (spot.state === 'running') {
      g.beginPath();
      g.arc(0, 0, 4.2, -Math.PI / 2, Math.PI / 2);
      g.fillStyle = ink;
      g.fill();
    }
  }
  return sprite;
}
