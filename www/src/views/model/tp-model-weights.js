import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { divergingColor, palette, tokens } from '../../figures/colors.js';
import { element, shortened } from '../../figures/plot-axes.js';
import { drawRamp } from '../../figures/ramp.js';
import { count, exact } from '../../study/format.js';
import { layersOf } from '../../study/weights.js';
import { Painter, around, largestOf, sized } from './paint.js';
import { SightPart } from './sight-part.js';
import { pixelRatio } from '../../platform/pixels.js';

/** A matrix of more rows or columns is drawn as a distribution alone. */
const MOST_SIDE = 256;
const TEXT = 16;
/** Weights that are smaller than this, in px, are not drawn one by one. */
const LEAST_CELL = 0.5;
const GAP = 14;
/** Room for a layer's name, in px. */
const NAME = 76;
/** Layers that are drawn. */
const MOST_LAYERS = 6;
/** The share of the width that distributions take. */
const SPREADS = 0.3;

/** Each layer's weights as a matrix, and how they are distributed beside where they began. */
export class TpModelWeights extends SightPart {
  static figure = 'model-weights';

  constructor() {
    super();
    /** @private @type {Painter | null} */ this.painter = null;
    /** @private */ this.made = '';
    /** @private @type {HTMLCanvasElement} */ this.stamp = document.createElement('canvas');
  }

  get title() {
    return this.t('model.weights');
  }

  get ready() {
    return super.ready && (this.lens.found?.layers.length ?? 0) > 0;
  }

  /** @returns {unknown} */
  note() {
    if (!super.ready) return nothing;
    return html`<span class="q">${this.t('model.weights.note')}</span>`;
  }

  /** @private The largest weight of all. */
  get most() {
    return Math.max(0, ...(this.lens.found?.layers.map(({ span }) => span) ?? []));
  }

  get legend() {
    if (!this.ready || !this.lens.found?.weights) return null;
    const { dark } = this.store;
    const most = exact(Number(this.most.toPrecision(2)));
    const color = (/** @type {number} */ share) => divergingColor(share, dark);
    return { text: '', title: '', low: `−${most}`, high: `+${most}`, color };
  }

  /** @param {HTMLCanvasElement} canvas */
  paintRamp(canvas) {
    const { dark } = this.store;
    drawRamp(canvas, this.store, (share) => divergingColor(share, dark));
  }

  layers() {
    return html`<canvas class="matrices" aria-hidden="true"></canvas><svg class="layer over marks" width="100%"
      height="100%" aria-hidden="true"></svg>`;
  }

  summary() {
    const { found } = this.lens;
    if (!this.ready || !found) return this.title;
    const said = found.layers.map(({ span, n }, k) =>
      this.t('model.weights.layer', {
        name: this.layerName(k),
        n: count(n),
        most: exact(Number(span.toPrecision(2))),
      }),
    );
    return `${this.ofTrial(this.title)}. ${said.join(' ')}`;
  }

  data() {
    const { found } = this.lens;
    const rows =
      this.ready && found
        ? found.layers.flatMap(({ now, then, span }, layer) =>
            Array.from(now, (n, k) => ({
              layer,
              from: -span + (2 * span * k) / now.length,
              to: -span + (2 * span * (k + 1)) / now.length,
              n,
              then: then[k],
            })),
          )
        : [];
    const number = (/** @type {number} */ value) => exact(Number(value.toPrecision(3)));
    return {
      caption: this.summary(),
      columns: [
        {
          key: 'layer',
          label: this.t('model.layer.name'),
          text: (/** @type {any} */ row) => this.layerName(row.layer),
          value: (/** @type {any} */ row) => row.layer + 1,
        },
        ...['from', 'to'].map((key) => ({
          key,
          label: this.t(`model.weights.${key}`),
          num: true,
          text: (/** @type {any} */ row) => number(row[key]),
          value: (/** @type {any} */ row) => row[key],
        })),
        ...['n', 'then'].map((key) => ({
          key: key === 'n' ? 'weights' : 'weights_at_start',
          label: this.t(`model.weights.${key}`),
          num: true,
          text: (/** @type {any} */ row) => count(row[key]),
          value: (/** @type {any} */ row) => row[key],
        })),
      ],
      rows: rows.filter((row) => row.n || row.then),
      all: () => rows,
    };
  }

  draw() {
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.matrices'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const { width, height } = this.size;
    const { found } = this.lens;
    if (!canvas || !over) return;
    canvas.hidden = !this.ready || width < 80 || height < 60;
    if (canvas.hidden || !found) {
      over.replaceChildren();
      return;
    }
    const ratio = Math.min(2, pixelRatio());
    sized(canvas, Math.round(width * ratio), Math.round(height * ratio));
    const g = canvas.getContext('2d');
    if (!g) return;
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    const { dark } = this.store;
    const token = tokens(this, dark);
    const made = JSON.stringify([dark, token('--surface'), palette.version]);
    if (!this.painter || made !== this.made)
      this.painter = new Painter({ classes: 0, dark, surface: token('--surface'), span: [-1, 1] });
    this.made = made;
    const words = [];
    const { weights } = found;
    const beside = width * (1 - SPREADS) - GAP;
    const canMatrix =
      weights !== null && found.layers.length <= MOST_LAYERS && this.cellOf(beside, height) >= LEAST_CELL;
    const left = canMatrix ? beside : 0;
    if (canMatrix && weights) words.push(...this.matrices(g, weights, left, height));
    words.push(...this.spreads(canMatrix ? left + GAP : 0, width, height));
    over.replaceChildren(...words);
  }

  /** Rows and columns of each matrix: the last one lies on its side where that is narrower. @private */
  get drawn() {
    return layersOf(this.head).map(({ inputs, outputs }, k, { length }) =>
      k === length - 1 && inputs > outputs ? [inputs, outputs] : [outputs, inputs],
    );
  }

  /** How large a weight is that has a place beside its like. @private @param {number} width @param {number} height */
  cellOf(width, height) {
    const { drawn } = this;
    const columns = drawn.reduce((sum, one) => sum + one[1], 0);
    const rows = Math.max(...drawn.map((one) => one[0]));
    // A narrow one takes the room of its name.
    const names = drawn.filter(([, wide]) => wide < 8).length;
    const room = width - GAP * (drawn.length - 1) - names * NAME;
    return Math.min(12, room / columns, (height - TEXT - 4) / rows);
  }

  /** @private @param {CanvasRenderingContext2D} g @param {Float32Array} weights @param {number} width
   * @param {number} height */
  *matrices(g, weights, width, height) {
    const { drawn } = this;
    const layers = layersOf(this.head);
    const cell = Math.max(LEAST_CELL, this.cellOf(width, height));
    let x = 0;
    const span = around(this.most || largestOf(weights));
    for (const [layer, [tall, wide]] of drawn.entries()) {
      const { inputs, outputs, weight } = layers[layer];
      const isTurned = tall !== outputs;
      if (Math.max(outputs, inputs) <= MOST_SIDE) this.stampOf(weights, weight, outputs, inputs, isTurned, span);
      const name = `${this.layerName(layer)} ${outputs} × ${inputs}${isTurned ? 'ᵀ' : ''}`;
      const own = Math.max(wide * cell, 1);
      if (Math.max(outputs, inputs) <= MOST_SIDE) {
        g.imageSmoothingEnabled = false;
        g.drawImage(this.stamp, x, TEXT, own, tall * cell);
      }
      const next = layer + 1 < drawn.length ? x + Math.max(own, NAME) + GAP : width + GAP;
      const text = { x, y: 11, 'font-size': 11, fill: 'var(--ink-3)' };
      if (x < width) yield element('text', text, shortened(name, next - x - 4, 11));
      x = next;
    }
  }

  /** @private @param {Float32Array} weights @param {number} first @param {number} outputs @param {number} inputs
   * @param {boolean} isTurned @param {[number, number]} span */
  stampOf(weights, first, outputs, inputs, isTurned, [low, high]) {
    const [wide, tall] = isTurned ? [outputs, inputs] : [inputs, outputs];
    sized(this.stamp, wide, tall);
    const g = this.stamp.getContext('2d');
    if (!g) return;
    const image = g.createImageData(wide, tall);
    const pixels = new Uint32Array(image.data.buffer);
    const words = wordsOf(this.store.dark);
    for (let row = 0; row < outputs; row++)
      for (let column = 0; column < inputs; column++) {
        const share = (weights[first + row * inputs + column] - low) / (high - low);
        const at = isTurned ? column * wide + row : row * wide + column;
        pixels[at] = words[Math.max(0, Math.min(255, Math.round(255 * share))) || 0];
      }
    g.putImageData(image, 0, 0);
  }

  /** @private @param {number} from @param {number} to @param {number} height */
  *spreads(from, to, height) {
    const { found } = this.lens;
    const layers = found?.layers ?? [];
    const isAlone = from === 0;
    // Beside matrices they lie one below the other, alone side by side.
    const columns = isAlone ? Math.min(layers.length, Math.max(1, Math.floor((to - from) / 130))) : 1;
    const rows = Math.ceil(layers.length / columns);
    const [wide, tall] = [(to - from - GAP * (columns - 1)) / columns, height / rows];
    for (const [k, { now, then, span, n }] of layers.entries()) {
      const x = from + (k % columns) * (wide + GAP);
      const top = Math.floor(k / columns) * tall;
      const base = top + tall - 15;
      const room = Math.max(4, base - top - TEXT);
      const most = Math.max(1, ...now, ...then);
      const path = (/** @type {Float64Array} */ bins) =>
        Array.from(
          bins,
          (one, at) =>
            `${(x + ((at + 0.5) / bins.length) * wide).toFixed(1)},${(base - (one / most) * room).toFixed(1)}`,
        ).join('L');
      yield element('path', { d: `M${x},${base}L${path(now)}L${x + wide},${base}Z`, fill: 'var(--sunken)' });
      yield element('path', { d: `M${path(now)}`, fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.4 });
      yield element('path', {
        d: `M${path(then)}`,
        fill: 'none',
        stroke: 'var(--ink-2)',
        'stroke-dasharray': '3 2',
      });
      yield element('path', { d: `M${x},${base}h${wide}`, stroke: 'var(--line-2)' });
      const { inputs, outputs } = layersOf(this.head)[k];
      const name = isAlone ? `${this.layerName(k)} ${outputs} × ${inputs}` : this.layerName(k);
      yield element('text', { x, y: top + 11, 'font-size': 11, fill: 'var(--ink-3)' }, shortened(name, wide, 11));
      const edge = exact(Number(span.toPrecision(2)));
      const tick = { y: base + 12, 'font-size': 11, fill: 'var(--ink-3)' };
      if (n && wide > 70) {
        yield element('text', { ...tick, x }, `−${edge}`);
        yield element('text', { ...tick, x: x + wide / 2, 'text-anchor': 'middle' }, '0');
        yield element('text', { ...tick, x: x + wide, 'text-anchor': 'end' }, `+${edge}`);
      }
    }
  }
}

/** @type {Map<boolean, Uint32Array>} */
const known = new Map();

/** The scale of weights, as words of a canvas. @param {boolean} dark */
function wordsOf(dark) {
  let words = known.get(dark);
  if (!words) {
    const bytes = new Uint8ClampedArray(4 * 256);
    for (let k = 0; k < 256; k++) {
      const color = (divergingColor(k / 255, dark).match(/\d+/g) ?? []).map(Number);
      bytes.set([...color.slice(0, 3), 255], 4 * k);
    }
    words = new Uint32Array(bytes.buffer);
    known.set(dark, words);
  }
  return words;
}

define('tp-model-weights', TpModelWeights);
