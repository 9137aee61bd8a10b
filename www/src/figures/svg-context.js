import { element } from './plot-axes.js';

/**
 * Stands in for a canvas and writes paths instead of pixels: as much of its interface as figures draw with.
 *
 * @typedef {{strokeStyle: string, fillStyle: string, lineWidth: number, lineJoin: string, globalAlpha: number, dash:
 *   number[], clip: string}} State
 */

let clips = 0;

export class SvgContext {
  /** @param {number} width @param {number} height */
  constructor(width, height) {
    this.canvas = { width, height };
    this.group = element('g', { fill: 'none' });
    /** Letters written so far, about as many as the file will have. */ this.length = 0;
    this.strokeStyle = '#000';
    this.fillStyle = '#000';
    this.lineWidth = 1;
    this.lineJoin = 'miter';
    this.globalAlpha = 1;
    this.font = '12px sans-serif';
    this.textAlign = 'left';
    this.textBaseline = 'alphabetic';
    /** @private */ this.dash = /** @type {number[]} */ ([]);
    /** @private */ this.d = '';
    /** @private the outline that all is cut to */ this.clipped = '';
    /** @private @type {Map<string, string>} the ids of outlines */ this.outlines = new Map();
    /** @private @type {{clip: string, g: SVGElement}} where paths go */ this.open = { clip: '', g: this.group };
    /** @private @type {State[]} */ this.kept = [];
  }

  save() {
    const { strokeStyle, fillStyle, lineWidth, lineJoin, globalAlpha, dash, clipped: clip } = this;
    this.kept.push({ strokeStyle, fillStyle, lineWidth, lineJoin, globalAlpha, dash, clip });
  }

  restore() {
    const { clip = '', ...state } = this.kept.pop() ?? {};
    Object.assign(this, state);
    this.clipped = clip;
  }

  clip() {
    this.clipped = this.d;
  }

  beginPath() {
    this.d = '';
  }

  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.d += `M${at(x)} ${at(y)}`;
  }

  /** @param {number} x @param {number} y */
  lineTo(x, y) {
    this.d += `L${at(x)} ${at(y)}`;
  }

  closePath() {
    this.d += 'Z';
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  rect(x, y, w, h) {
    this.d += `M${at(x)} ${at(y)}h${at(w)}v${at(h)}h${at(-w)}Z`;
  }

  /** A whole circle: figures draw no others. @param {number} x @param {number} y @param {number} r */
  arc(x, y, r) {
    this.d += `M${at(x - r)} ${at(y)}a${at(r)} ${at(r)} 0 1 0 ${at(2 * r)} 0a${at(r)} ${at(r)} 0 1 0 ${at(-2 * r)} 0Z`;
  }

  /** @param {number[]} dash */
  setLineDash(dash) {
    this.dash = dash;
  }

  /** @param {string} words @param {number} x @param {number} y */
  fillText(words, x, y) {
    this.text(words, x, y, { fill: this.fillStyle });
  }

  /** @param {string} words @param {number} x @param {number} y */
  strokeText(words, x, y) {
    const { strokeStyle: stroke, lineWidth, lineJoin } = this;
    this.text(words, x, y, { stroke, 'stroke-width': at(lineWidth), 'stroke-linejoin': lineJoin });
  }

  /** The font's weight and size are kept; its face is the picture's. @private @param {string} words
   * @param {number} x @param {number} y @param {Record<string, string | number>} look */
  text(words, x, y, look) {
    const [, weight = '400', size = '12'] = /^(?:(\d+) )?([\d.]+)px/.exec(this.font) ?? [];
    const anchor = this.textAlign === 'right' ? 'end' : 'start';
    const dy = this.textBaseline === 'middle' ? '.35em' : 0;
    const font = { 'text-anchor': anchor, 'font-size': size, 'font-weight': weight };
    this.place().append(element('text', { x: at(x), y: at(y), dy, ...font, ...look }, words));
    this.length += words.length + 120;
  }

  /** Nothing lies there yet. */
  clearRect() {}

  stroke() {
    /** @type {Record<string, string | number>} */
    const look = { stroke: this.strokeStyle, 'stroke-width': at(this.lineWidth) };
    if (this.dash.length) look['stroke-dasharray'] = this.dash.map(at).join(' ');
    if (this.lineJoin !== 'miter') look['stroke-linejoin'] = this.lineJoin;
    this.put(look);
  }

  fill() {
    this.put({ fill: this.fillStyle });
  }

  /** @private @param {Record<string, string | number>} look */
  put(look) {
    // Curves without a loss have no line.
    if (!/[LhaZ]/.test(this.d)) return;
    if (this.globalAlpha < 1) look.opacity = this.globalAlpha;
    this.place().append(element('path', { d: this.d, ...look }));
    this.length += this.d.length + 80;
  }

  /** @private The group for what is cut to the present outline; what follows each other shares one. */
  place() {
    if (this.open.clip === this.clipped) return this.open.g;
    const g = this.group.appendChild(element('g', {}));
    if (this.clipped) g.setAttribute('clip-path', `url(#${this.outline()})`);
    this.open = { clip: this.clipped, g };
    return g;
  }

  /** @private */
  outline() {
    let id = this.outlines.get(this.clipped);
    if (!id) {
      this.outlines.set(this.clipped, (id = `clip-${++clips}`));
      const outline = this.group.appendChild(element('clipPath', { id }));
      outline.append(element('path', { d: this.clipped }));
    }
    return id;
  }
}

/** Tenths of a pixel are seen by nobody. @param {number} value */
const at = (value) => Number(value.toFixed(1));
