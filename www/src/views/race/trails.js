import { traceShape } from './looks.js';
import { pixelRatio } from '../../platform/pixels.js';

/**
 * The ways of a race on a canvas: faint as a whole, strong as far as everyone has come. While all go on only what is
 * new is drawn, on a canvas that is kept out of sight; where everyone is lies over a copy of it.
 *
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {{x: number[], y: number[], color: string, dash: string, end: import('./looks.js').Look['end']}} Track
 *   places in px of the page, NaN where there is none
 * @typedef {{words: string, x: number, y: number, isLeft: boolean}} Name y: of its middle; isLeft: whether it ends
 *   at x
 * @typedef {{x: number, y: number, out: boolean, tip?: {x: number, y: number} | null, name?: Name}} Mark where someone
 *   is, whether it is out of the race, where its momentum points, and its name beside it
 * @typedef {{surface: string, halo: number, size: number}} Style halo: how much wider than a line the page's colour
 *   below it is, in px; size: of the marks
 */

const WIDTH = 2;
const FAINT = 0.35;
/** The height of a name, and the room around it for its ground, in px. */
const LINE = 15;
const ROOM = 3;

export class Trails {
  /** @param {Style} style whose surface is filled in when it is drawn */
  constructor(style) {
    this.style = style;
    /** @type {Track[]} */ this.tracks = [];
    /** @private */ this.font = '12px sans-serif';
    /** @private @type {Map<string, HTMLCanvasElement>} names as pictures: writing them each time is slow */
    this.signs = new Map();
    /** @private */ this.kept = document.createElement('canvas');
    /** @private what the kept canvas was drawn for */ this.key = '';
    /** @private @type {number[]} the points that everyone has come to on it */ this.heads = [];
    /** @private whether it was drawn piece by piece */ this.isPieced = false;
  }

  /** @param {Track[]} tracks @param {string} surface @param {string} face the font of names */
  lay(tracks, surface, face) {
    this.tracks = tracks;
    this.font = `600 12px ${face || 'sans-serif'}`;
    this.signs.clear();
    this.style = { ...this.style, surface };
    this.key = '';
  }

  /** Draws everyone at a moment. @param {HTMLCanvasElement} canvas @param {Frame} frame @param {number[]} heads the
   * point of its track that each has come to @param {Mark[]} marks
   * @param {boolean} moving whether the next moment is near: then the picture may be pieced together
   * @param {(g: CanvasRenderingContext2D) => void} [below] what lies between ways and marks */
  draw(canvas, frame, heads, marks, moving, below) {
    const ratio = pixelRatio();
    const [w, h] = [frame.width, frame.height].map((side) => Math.round(side * ratio));
    const key = JSON.stringify([frame, ratio]);
    const g = canvas.getContext('2d');
    const kept = this.kept.getContext('2d');
    if (!g || !kept) return;
    if (canvas.width !== w || canvas.height !== h) {
      Object.assign(canvas, { width: w, height: h });
      Object.assign(canvas.style, { width: `${frame.width}px`, height: `${frame.height}px` });
    }
    const isOn = moving && key === this.key && heads.every((head, k) => head >= this.heads[k]);
    const isSame = key === this.key && !this.isPieced && heads.every((head, k) => head === this.heads[k]);
    if (isOn) this.go(kept, frame, ratio, heads);
    else if (!isSame) {
      if (this.kept.width !== w || this.kept.height !== h) Object.assign(this.kept, { width: w, height: h });
      else kept.clearRect(0, 0, w, h);
      this.ways(kept, frame, ratio, heads);
      [this.key, this.isPieced] = [key, false];
    }
    this.heads = heads;
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.clearRect(0, 0, w, h);
    g.drawImage(this.kept, 0, 0);
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    below?.(g);
    this.marks(g, marks);
    for (const [k, { name }] of marks.entries()) if (name) this.sign(g, name, this.tracks[k].color, ratio);
  }

  /** The same as a picture's own paths. @param {CanvasRenderingContext2D} g @param {Frame} frame
   * @param {number[]} heads @param {Mark[]} marks @param {(g: CanvasRenderingContext2D) => void} [below]
   * @returns {Generator<undefined, void>} */
  *vectors(g, frame, heads, marks, below) {
    this.ways(g, frame, 1, heads);
    yield;
    below?.(g);
    this.marks(g, marks);
    for (const [k, { name }] of marks.entries()) {
      if (name) write(g, name.words, name, this.font, this.tracks[k].color, this.style.surface);
    }
  }

  /** A name, on whole pixels. @private @param {CanvasRenderingContext2D} g @param {Name} name @param {string} color
   * @param {number} ratio */
  sign(g, { words, x, y, isLeft }, color, ratio) {
    const key = `${words} ${color} ${ratio}`;
    let made = this.signs.get(key);
    if (!made) {
      made = document.createElement('canvas');
      const h = /** @type {CanvasRenderingContext2D} */ (made.getContext('2d'));
      h.font = this.font;
      const width = Math.ceil(h.measureText(words).width);
      Object.assign(made, { width: (width + 2 * ROOM) * ratio, height: (LINE + 2 * ROOM) * ratio });
      h.scale(ratio, ratio);
      const middle = { x: ROOM, y: ROOM + LINE / 2, isLeft: false };
      write(h, words, middle, this.font, color, this.style.surface);
      this.signs.set(key, made);
    }
    const [w, h] = [made.width / ratio, made.height / ratio];
    const snap = (/** @type {number} */ px) => Math.round(px * ratio) / ratio;
    g.drawImage(made, snap(isLeft ? x + ROOM - w : x - ROOM), snap(y - h / 2), w, h);
  }

  /** @private @param {CanvasRenderingContext2D} g @param {Frame} frame */
  begin(g, frame, ratio = 1) {
    g.save();
    if (ratio !== 1) g.scale(ratio, ratio);
    g.lineJoin = 'round';
    g.beginPath();
    const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
    g.rect(frame.left, frame.top, w, h);
    g.clip();
  }

  /** @private @param {CanvasRenderingContext2D} g @param {Frame} frame @param {number} ratio
   * @param {number[]} heads */
  ways(g, frame, ratio, heads) {
    this.begin(g, frame, ratio);
    for (const [k, track] of this.tracks.entries()) {
      g.globalAlpha = FAINT;
      stroke(g, track, heads[k], track.x.length - 1, track.color, 1, []);
      g.globalAlpha = 1;
      this.strong(g, track, 0, heads[k]);
    }
    g.restore();
  }

  /** What is new since the last moment. @private @param {CanvasRenderingContext2D} g @param {Frame} frame
   * @param {number} ratio @param {number[]} heads */
  go(g, frame, ratio, heads) {
    this.begin(g, frame, ratio);
    for (const [k, track] of this.tracks.entries()) {
      if (heads[k] === this.heads[k]) continue;
      this.isPieced = true;
      this.strong(g, track, this.heads[k], heads[k]);
    }
    g.restore();
  }

  /** @private @param {CanvasRenderingContext2D} g @param {Track} track @param {number} from @param {number} to */
  strong(g, track, from, to) {
    const { surface, halo } = this.style;
    if (halo) stroke(g, track, from, to, surface, WIDTH + halo, []);
    const dash = track.dash.split(' ').filter(Boolean).map(Number);
    g.lineDashOffset = dash.length ? wayTo(track, from) : 0;
    stroke(g, track, from, to, track.color, WIDTH, dash);
    g.lineDashOffset = 0;
  }

  /** @private @param {CanvasRenderingContext2D} g @param {Mark[]} marks */
  marks(g, marks) {
    const { surface, size } = this.style;
    for (const [k, { x, y, out, tip }] of marks.entries()) {
      const { color, end } = this.tracks[k];
      if (tip && !out) arrow(g, { x, y }, tip, color, surface);
      g.beginPath();
      if (out) {
        const r = size - 1;
        for (const side of [1, -1]) {
          g.moveTo(x - r, y - side * r);
          g.lineTo(x + r, y + side * r);
        }
      } else traceShape(g, end, x, y, size);
      g.lineWidth = WIDTH;
      g.strokeStyle = out ? color : surface;
      g.fillStyle = color;
      if (!out) g.fill();
      g.stroke();
    }
  }
}

/** Words on a ground of the page's colour. @param {CanvasRenderingContext2D} g @param {string} words
 * @param {{x: number, y: number, isLeft: boolean}} at @param {string} font @param {string} color
 * @param {string} surface */
function write(g, words, { x, y, isLeft }, font, color, surface) {
  Object.assign(g, { font, textBaseline: 'middle', textAlign: isLeft ? 'right' : 'left', lineJoin: 'round' });
  Object.assign(g, { strokeStyle: surface, lineWidth: 4, fillStyle: color });
  g.strokeText(words, x, y);
  g.fillText(words, x, y);
}

/** @param {number} x @param {number} y */
const isGap = (x, y) => Number.isNaN(x) || Number.isNaN(y);

/** The line through the places between two points. @param {CanvasRenderingContext2D} g @param {Track} track
 * @param {number} from @param {number} to @param {string} color @param {number} width @param {number[]} dash */
function stroke(g, { x, y }, from, to, color, width, dash) {
  let isOn = false;
  let first = from;
  // What goes on after a gap begins before it.
  while (first > 0 && isGap(x[first], y[first])) first--;
  g.beginPath();
  for (let k = first; k <= to; k++) {
    if (isGap(x[k], y[k])) continue;
    g[isOn ? 'lineTo' : 'moveTo'](x[k], y[k]);
    isOn = true;
  }
  g.strokeStyle = color;
  g.lineWidth = width;
  g.setLineDash(dash);
  g.stroke();
  g.setLineDash([]);
}

/** Lengths of ways, in px, point by point. @type {WeakMap<Track, Float64Array>} */
const ways = new WeakMap();

/** How far it is along a track to a point, in px. @param {Track} track @param {number} point */
function wayTo(track, point) {
  let way = ways.get(track);
  if (!way) {
    way = new Float64Array(track.x.length);
    let last = -1;
    for (let k = 0; k < way.length; k++) {
      const { x, y } = track;
      const isThere = !isGap(x[k], y[k]);
      way[k] = (way[k - 1] ?? 0) + (isThere && last >= 0 ? Math.hypot(x[k] - x[last], y[k] - y[last]) : 0);
      if (isThere) last = k;
    }
    ways.set(track, way);
  }
  return way[point] ?? 0;
}

/** The way that momentum points, and how strongly. @param {CanvasRenderingContext2D} g
 * @param {{x: number, y: number}} from @param {{x: number, y: number}} tip @param {string} color
 * @param {string} surface */
function arrow(g, from, tip, color, surface) {
  const length = Math.hypot(tip.x - from.x, tip.y - from.y);
  if (!(length > 0)) return;
  // Shorter than the mark itself it would not be seen: it has at least the way it points.
  const drawn = Math.min(60, 16 + length) / length;
  const to = { x: from.x + drawn * (tip.x - from.x), y: from.y + drawn * (tip.y - from.y) };
  const [u, v] = [(tip.x - from.x) / length, (tip.y - from.y) / length];
  g.beginPath();
  g.moveTo(from.x, from.y);
  g.lineTo(to.x, to.y);
  for (const [k, side] of [1, -1].entries()) {
    g[k ? 'lineTo' : 'moveTo'](to.x - 6 * u - 3.5 * side * v, to.y - 6 * v + 3.5 * side * u);
    if (!k) g.lineTo(to.x, to.y);
  }
  for (const [stroke, width] of /** @type {const} */ ([
    [surface, 4],
    [color, 1.6],
  ])) {
    g.strokeStyle = stroke;
    g.lineWidth = width;
    g.stroke();
  }
}
