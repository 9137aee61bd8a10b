import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { wayOrEdgeOf } from '../../figures/cursor.js';
import { divergingColor, palette, tokens } from '../../figures/colors.js';
import { drawRamp } from '../../figures/ramp.js';
import { exact } from '../../study/format.js';
import { layersOf } from '../../study/weights.js';
import { isDrawn } from './lens.js';
import { Painter, around, largestOf, sized } from './paint.js';
import { MADE, boxesOf, imageSide, linesOf, nearestLine, picturesOf, rampsOf, unitAt } from './net.js';
import { SightPart } from './sight-part.js';
import { pixelRatio } from '../../platform/pixels.js';

/**
 * @typedef {import('./net.js').Box} Box
 * @typedef {import('./net.js').Line} Line
 */

/** Lines of one colour and width are drawn together: so many colours, and so many widths. */
const COLORS = 12;
const WIDTHS = 4;
/** The widest line, in px. */
const WIDEST = 3.5;
/** Weights of less than this share of their layer's largest are not drawn. */
const LEAST = 0.04;
/** A pointer reads a line that is no farther away, in px, and a finger a unit. */
const NEAR = 5;
const FINGER = 22;

/** The network with its weights: what each unit comes to over the plane, or what it weighs. */
export class TpModelNetwork extends SightPart {
  static figure = 'model-network';

  constructor() {
    super();
    /** @type {{unit: [number, number]} | {line: Line} | null} */ this.cursor = null;
    /** @private @type {Box[][]} of inputs, then of each layer */ this.boxes = [];
    /** @private @type {Line[]} */ this.lines = [];
    /** @private @type {Painter | null} */ this.painter = null;
    /** @private */ this.made = '';
    /** @private @type {HTMLCanvasElement} a unit's map, before it is drawn to size */
    this.stamp = document.createElement('canvas');
  }

  get title() {
    return this.t('model.network');
  }

  get keys() {
    return this.ready ? this.t('model.network.keys') : '';
  }

  get ready() {
    return super.ready && isDrawn(this.head) && this.lens.found?.weights !== null;
  }

  get nothing() {
    if (!super.ready || this.ready) return null;
    const { widths, parameters } = this.head;
    const values = { layers: widths.length - 1, units: Math.max(...widths), parameters };
    return { name: `${this.name}-wide`, text: this.t('model.network.wide', values) };
  }

  /** @returns {unknown} */
  note() {
    if (!super.ready) return nothing;
    const { inputs, widths, activation } = this.head;
    return html`<span class="q">${[inputs, ...widths].join(' → ')}, ${activation}</span>`;
  }

  get legend() {
    if (!this.ready) return null;
    const { dark } = this.store;
    const color = (/** @type {number} */ share) => divergingColor(share, dark);
    return { text: this.t('model.network.lines'), title: '', low: '−', high: '+', color };
  }

  /** @param {HTMLCanvasElement} canvas */
  paintRamp(canvas) {
    const { dark } = this.store;
    drawRamp(canvas, this.store, (share) => divergingColor(share, dark));
  }

  layers() {
    return html`<canvas class="net" aria-hidden="true"></canvas>`;
  }

  below() {
    return html`<p class="q2 read" data-testid="${this.name}-read">${
      this.ready ? (this.cursor ? this.read(this.cursor) : this.hint()) : nothing
    }</p>`;
  }

  /** What is seen of each unit, and what can be done. @private */
  hint() {
    const { head } = this;
    if (this.lens.plane(head)) return this.t('model.network.hint');
    return this.t(imageSide(head.inputs) ? 'model.network.hint.images' : 'model.network.hint.biases');
  }

  summary() {
    if (!this.ready) return this.nothing?.text ?? this.title;
    const { inputs, widths, parameters } = this.head;
    return this.t('model.network.summary', { widths: [inputs, ...widths].join(' → '), parameters });
  }

  /** A unit by its name. @param {number} layer 0 for the inputs @param {number} unit */
  unitName(layer, unit) {
    const { features, widths, task } = this.head;
    if (layer === 0) return features[unit] ?? `x${unit + 1}`;
    if (layer < widths.length) return this.t('model.unit.short', { layer, unit: unit + 1 });
    return task === 'classes' ? this.t('model.output', { name: this.nameOfClass(unit) }) : this.t('model.output.one');
  }

  /** Each weight and bias. @returns {Generator<{from: string, to: string, value: number}>} */
  *weights() {
    const all = this.lens.found?.weights;
    if (!all) return;
    for (const [k, { inputs, outputs, weight, bias }] of layersOf(this.head).entries()) {
      for (let to = 0; to < outputs; to++) {
        const name = this.unitName(k + 1, to);
        for (let from = 0; from < inputs; from++)
          yield { from: this.unitName(k, from), to: name, value: all[weight + to * inputs + from] };
        yield { from: this.t('model.bias'), to: name, value: all[bias + to] };
      }
    }
  }

  data() {
    const number = (/** @type {number} */ value) => exact(Number(value.toPrecision(4)));
    const shown = [];
    if (this.ready)
      for (const one of this.weights()) {
        if (shown.length >= 500) break;
        shown.push(one);
      }
    return {
      caption: this.summary(),
      columns: [
        {
          key: 'to',
          label: this.t('model.to'),
          text: (/** @type {any} */ one) => one.to,
          value: (/** @type {any} */ one) => one.to,
        },
        {
          key: 'from',
          label: this.t('model.from'),
          text: (/** @type {any} */ one) => one.from,
          value: (/** @type {any} */ one) => one.from,
        },
        {
          key: 'weight',
          label: this.t('model.weight'),
          num: true,
          text: (/** @type {any} */ one) => number(one.value),
          value: (/** @type {any} */ one) => one.value,
        },
      ],
      rows: shown,
      all: () => this.weights(),
    };
  }

  draw() {
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.net'));
    const { width, height } = this.size;
    if (!canvas) return;
    canvas.hidden = !this.ready || width < 60 || height < 60;
    const { found } = this.lens;
    if (canvas.hidden || !found?.weights) return;
    const { head } = this;
    const ratio = Math.min(2, pixelRatio());
    sized(canvas, Math.round(width * ratio), Math.round(height * ratio));
    const g = canvas.getContext('2d');
    if (!g) return;
    const { dark } = this.store;
    const token = tokens(this, dark);
    this.boxes = boxesOf(head, width, height);
    this.lines = linesOf(head, this.boxes, found.weights);
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    this.drawLines(g, dark);
    const made = JSON.stringify([dark, token('--surface'), palette.version]);
    if (!this.painter || made !== this.made)
      this.painter = new Painter({ classes: 0, dark, surface: token('--surface'), span: [-1, 1] });
    this.made = made;
    this.drawUnits(g, token);
  }

  /** @private @param {CanvasRenderingContext2D} g @param {boolean} dark */
  drawLines(g, dark) {
    const over = this.cursor && 'unit' in this.cursor ? this.cursor.unit : null;
    /** @type {Map<number, Path2D>} */ const paths = new Map();
    for (const line of this.lines) {
      if (Math.abs(line.share) < LEAST) continue;
      const touches = !over || touchesUnit(line, over);
      const color = Math.round(((line.share + 1) / 2) * (COLORS - 1));
      const wide = Math.min(WIDTHS - 1, Math.floor(Math.abs(line.share) * WIDTHS));
      const key = (touches ? COLORS * WIDTHS : 0) + color * WIDTHS + wide;
      let path = paths.get(key);
      if (!path) paths.set(key, (path = new Path2D()));
      path.moveTo(line.x0, line.y0);
      path.lineTo(line.x1, line.y1);
    }
    for (const [key, path] of [...paths].sort((a, b) => a[0] - b[0])) {
      const own = key % (COLORS * WIDTHS);
      g.globalAlpha = key < COLORS * WIDTHS ? 0.15 : 0.9;
      g.strokeStyle = divergingColor(Math.floor(own / WIDTHS) / (COLORS - 1), dark);
      g.lineWidth = 0.5 + ((own % WIDTHS) / (WIDTHS - 1)) * (WIDEST - 0.5);
      g.stroke(path);
    }
    g.globalAlpha = 1;
    const line = this.cursor && 'line' in this.cursor ? this.cursor.line : null;
    if (!line) return;
    g.strokeStyle = tokens(this, dark)('--ink');
    g.lineWidth = 2;
    g.beginPath();
    g.moveTo(line.x0, line.y0);
    g.lineTo(line.x1, line.y1);
    g.stroke();
  }

  /** @private @param {CanvasRenderingContext2D} g @param {(name: string) => string} token */
  drawUnits(g, token) {
    const { found, unit } = this.lens;
    const { head, painter, stamp } = this;
    if (!found?.weights || !painter) return;
    const pictures = picturesOf(head, found);
    const ramps = rampsOf(head, found.axes, found.extent, this.boxes[0].length);
    let at = 0;
    for (const [layer, boxes] of this.boxes.entries()) {
      for (const [k, box] of boxes.entries()) {
        const picture = layer ? pictures[at++] : ramps[k];
        g.fillStyle = token('--surface');
        g.fillRect(box.x, box.y, box.size, box.size);
        if (picture) {
          const { side, values, first, most } = picture;
          sized(stamp, side, side);
          const image = new ImageData(side, side);
          const span = around(most ?? largestOf(values, first, first + side * side));
          painter.paint(image, values, side, first, span);
          stamp.getContext('2d')?.putImageData(image, 0, 0);
          // Pixels of an image stay pixels; a map is one of points.
          g.imageSmoothingEnabled = found.maps !== null && side > 1;
          g.drawImage(stamp, box.x, box.y, box.size, box.size);
        }
        const isChosen = unit !== null && layer === unit[0] + 1 && k === unit[1];
        const isOver =
          this.cursor !== null && 'unit' in this.cursor && this.cursor.unit[0] === layer && this.cursor.unit[1] === k;
        g.strokeStyle = isChosen ? token('--accent') : isOver ? token('--ink') : token('--line-2');
        g.lineWidth = isChosen || isOver ? 2 : 1;
        g.strokeRect(box.x, box.y, box.size, box.size);
        if (box.label) this.label(g, box, layer, k, token);
      }
    }
  }

  /** @private @param {CanvasRenderingContext2D} g @param {Box} box @param {number} layer @param {number} unit
   * @param {(name: string) => string} token */
  label(g, box, layer, unit, token) {
    const isInput = layer === 0;
    g.fillStyle = token('--ink-2');
    g.font = `11px ${token('--font')}`;
    g.textAlign = isInput ? 'right' : 'left';
    g.textBaseline = 'middle';
    const name = this.unitName(0, unit);
    const own = this.head.derived ? (MADE[name]?.sign ?? name) : name;
    const text = isInput ? own : this.outputLabel(unit);
    const wide = isInput ? box.x - 6 : this.size.width - box.x - box.size - 6;
    let shown = text;
    while (shown.length > 1 && g.measureText(shown).width > wide) shown = `${shown.slice(0, -2)}…`;
    g.fillText(shown, isInput ? box.x - 4 : box.x + box.size + 4, box.y + box.size / 2);
  }

  /** @private @param {number} unit */
  outputLabel(unit) {
    return this.head.task === 'classes' ? this.nameOfClass(unit) : 'ŷ';
  }

  /** @private @param {{unit: [number, number]} | {line: Line}} over */
  read(over) {
    const number = (/** @type {number} */ value) => exact(Number(value.toPrecision(3)));
    if ('line' in over) {
      const { layer, from, to, value } = over.line;
      const names = { from: this.unitName(layer, from), to: this.unitName(layer + 1, to) };
      return this.t('model.network.line', { ...names, value: number(value) });
    }
    const [layer, unit] = over.unit;
    const name = this.unitName(layer, unit);
    const all = this.lens.found?.weights;
    if (!layer || !all) return name;
    const own = this.lines
      .filter((one) => one.layer === layer - 1 && one.to === unit)
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
      .slice(0, 3)
      .map((one) => `${this.unitName(layer - 1, one.from)} ${number(one.value)}`);
    return this.t('model.network.unit', {
      name,
      bias: number(all[layersOf(this.head)[layer - 1].bias + unit]),
      strongest: own.join(', ') || '–',
    });
  }

  /** @private @param {PointerEvent} event */
  pointAt(event) {
    const at = pointIn(/** @type {HTMLElement} */ (event.currentTarget), event);
    const unit = unitAt(this.boxes, at, event.pointerType === 'touch' ? FINGER : 0);
    const line = unit ? null : nearestLine(this.lines, at, NEAR);
    this.aim(unit ? { unit } : line ? { line } : null);
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (this.ready && !this.tabled) this.pointAt(event);
  }

  onClick() {
    if (this.cursor && 'unit' in this.cursor && !this.tabled) this.choose(this.cursor.unit);
  }

  /** A unit that is shown large, or again what all say. @private @param {[number, number]} unit */
  choose([layer, unit]) {
    const { lens, head } = this;
    if (!layer || !lens.plane(head)) return;
    const isSame = lens.unit?.[0] === layer - 1 && lens.unit?.[1] === unit;
    lens.unit = isSame ? null : [layer - 1, unit];
    this.dispatchEvent(new CustomEvent('aim', { bubbles: true }));
    this.redraw();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (!this.ready || event.target !== event.currentTarget) return;
    const way = wayOrEdgeOf(event);
    const { inputs, widths } = this.head;
    const counts = [this.boxes[0]?.length ? inputs : 0, ...widths];
    const now = this.cursor && 'unit' in this.cursor ? this.cursor.unit : null;
    if (way) {
      const first = counts[0] ? 0 : 1;
      const goes = now || !way.every(Number.isFinite);
      const layer = Math.max(first, Math.min(counts.length - 1, (now?.[0] ?? 1) + (goes ? way[0] : 0)));
      const unit = Math.max(0, Math.min(counts[layer] - 1, (now?.[1] ?? 0) - (goes ? way[1] : 0)));
      this.cursor = { unit: [layer, unit] };
    } else if ((event.key === 'Enter' || event.key === ' ') && now) this.choose(now);
    else if (event.key === 'Escape' && (now || this.lens.unit)) {
      if (now) this.cursor = null;
      else this.choose([/** @type {[number, number]} */ (this.lens.unit)[0] + 1, this.lens.unit?.[1] ?? 0]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    if (this.cursor) this.tell(this.read(this.cursor));
  }
}

/** @param {Line} line @param {[number, number]} unit */
const touchesUnit = ({ layer, from, to }, [at, unit]) =>
  (layer === at && from === unit) || (layer + 1 === at && to === unit);

define('tp-model-network', TpModelNetwork);
