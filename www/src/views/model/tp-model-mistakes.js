import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { tokens } from '../../figures/colors.js';
import { count, exact, loss, metric } from '../../study/format.js';
import { imageSide } from './net.js';
import { sized } from './paint.js';
import { SightPart } from './sight-part.js';

/**
 * @typedef {import('./lens.js').Mistake} Mistake
 * @typedef {{mistake: Mistake, part: number, features: Float32Array}} Row
 */

/** Features of a row that stand in the list, where there are more of them. */
const FEATURES = 4;

/** The rows that a network is most wrong about: images as they are, others as rows of features. */
export class TpModelMistakes extends SightPart {
  static figure = 'model-mistakes';
  static properties = { ...SightPart.properties, chosen: { state: true } };
  /** @type {import('../../figures/figure-data.js').SaveKind[][]} */
  static saves = [['csv', 'copy']];

  constructor() {
    super();
    /** Training (0) or validation (1). */ this.chosen = 1;
    /** @private @type {unknown} */ this.drawn = null;
  }

  get title() {
    return this.t(this.sight.head?.task === 'numbers' ? 'model.mistakes.numbers' : 'model.mistakes');
  }

  get ready() {
    return super.ready && this.lens.parts.length === 2;
  }

  get isClasses() {
    return this.head.task === 'classes';
  }

  /** Classes are taken for others, numbers predicted. @private @param {'truth' | 'said'} name */
  wordOf(name) {
    return this.sight.head?.task === 'numbers' ? `model.${name}.number` : `model.${name}`;
  }

  /** @param {number} part @returns {Row[]} */
  rowsOf(part) {
    const one = this.lens.parts[part];
    const n = this.head.inputs;
    return one.verdict.worst.map((mistake, k) => ({
      mistake,
      part,
      features: one.features.subarray(k * n, (k + 1) * n),
    }));
  }

  controls() {
    return html`<div class="pickers">${segmented(
      this.t('model.part'),
      ['train', 'validation'].map((value) => ({ value, text: this.t(`model.part.${value}`) })),
      this.chosen ? 'validation' : 'train',
      (value) => {
        this.chosen = value === 'validation' ? 1 : 0;
      },
      { testid: `${this.name}-part` },
    )}${this.ready ? html`<span class="q">${this.counted()}</span>` : nothing}</div>`;
  }

  /** @private */
  counted() {
    const { verdict } = this.lens.parts[this.chosen];
    const shown = verdict.worst.length;
    if (!this.isClasses) return this.t('model.mistakes.most', { n: shown });
    const wrong = Math.round((1 - verdict.metric) * verdict.n);
    return this.t(wrong ? 'model.mistakes.count' : 'model.mistakes.right', { wrong, of: verdict.n, n: shown });
  }

  summary() {
    return this.ready ? `${this.ofTrial(this.title)}. ${this.counted()}` : this.title;
  }

  /** @private @param {number} feature @param {number} value */
  featureText(feature, value) {
    return exact(Number(this.own(feature, value).toPrecision(3)));
  }

  /** @private @param {number} value */
  answer(value) {
    if (!Number.isFinite(value)) return this.t('model.no_number');
    return this.isClasses ? this.nameOfClass(value) : exact(Number(value.toPrecision(4)));
  }

  data() {
    const rows = this.ready ? [...this.rowsOf(0), ...this.rowsOf(1)] : [];
    const { features = [] } = this.sight.head ?? {};
    /** @param {string} key @param {string} label @param {(row: Row) => unknown} value
     * @param {(row: Row) => unknown} text */
    const column = (key, label, value, text, more = {}) => ({ key, label, num: key !== 'part', value, text, ...more });
    return {
      caption: this.summary(),
      columns: [
        column(
          'part',
          this.t('model.part'),
          (row) => (row.part ? 'validation' : 'train'),
          (row) => this.t(`model.part.${row.part ? 'validation' : 'train'}`),
        ),
        column(
          'row',
          this.t('model.row'),
          (row) => row.mistake.row,
          (row) => count(row.mistake.row),
        ),
        column(
          'truth',
          this.t(this.wordOf('truth')),
          (row) => row.mistake.truth,
          (row) => this.answer(row.mistake.truth),
        ),
        column(
          'said',
          this.t(this.wordOf('said')),
          (row) => row.mistake.said,
          (row) => this.answer(row.mistake.said),
        ),
        ...(this.sight.head && this.isClasses
          ? [
              column(
                'share',
                this.t('model.probability'),
                (row) => row.mistake.share,
                (row) => metric(row.mistake.share, 'classes'),
              ),
            ]
          : []),
        column(
          'loss',
          this.t('model.loss'),
          (row) => row.mistake.loss,
          (row) => loss(row.mistake.loss),
        ),
        ...features.map((name, k) =>
          column(
            name,
            name,
            (row) => this.own(k, row.features[k]),
            (row) => this.featureText(k, row.features[k]),
            { filed: k >= FEATURES },
          ),
        ),
      ],
      rows,
      all: () => rows,
    };
  }

  layers() {
    // The table stands in the place of the list.
    if (!this.ready || this.tabled) return nothing;
    const rows = this.rowsOf(this.chosen);
    if (!rows.length)
      return html`<p class="none" data-testid="${this.name}-none">${this.t('model.mistakes.none')}</p>`;
    const side = imageSide(this.head.inputs);
    return side ? this.pictures(rows, side) : this.list(rows);
  }

  /** @private @param {Row[]} rows @param {number} side */
  pictures(rows, side) {
    return html`<ul class="pics">${rows.map(
      ({ mistake }) => html`<li title=${this.t('model.row.n', { n: mistake.row })}>
        <canvas width=${side} height=${side}></canvas>
        <span class="num"><b>${this.answer(mistake.truth)}</b> → ${this.answer(mistake.said)}</span>
        <span class="q num">${metric(mistake.share, 'classes')}</span></li>`,
    )}</ul>`;
  }

  /** @private @param {Row[]} rows */
  list(rows) {
    const { features } = this.head;
    const shown = features.slice(0, FEATURES);
    const { isClasses } = this;
    return html`<div class="tw" tabindex="0" role="region" aria-label=${this.title}><table>
      <thead><tr><th scope="col" class="num">${this.t(this.wordOf('truth'))}</th>
        <th scope="col" class="num">${this.t(this.wordOf('said'))}</th>
        <th scope="col" class="num">${this.t(isClasses ? 'model.probability' : 'model.residual.number')}</th>
        ${shown.map((name) => html`<th scope="col" class="num">${name}</th>`)}</tr></thead>
      <tbody>${rows.map(
        ({ mistake, features: own }) => html`<tr><td class="num">${this.answer(mistake.truth)}</td>
          <td class="num">${this.answer(mistake.said)}</td>
          <td class="num">${
            isClasses ? metric(mistake.share, 'classes') : exact(Number((mistake.truth - mistake.said).toPrecision(3)))
          }</td>
          ${shown.map((_, k) => html`<td class="num">${this.featureText(k, own[k])}</td>`)}</tr>`,
      )}</tbody></table></div>`;
  }

  moved() {
    if (this.lens.parts !== this.drawn) this.requestUpdate();
  }

  draw() {
    this.drawn = this.lens.parts;
    if (!this.ready) return;
    const side = imageSide(this.head.inputs);
    const canvases = /** @type {NodeListOf<HTMLCanvasElement>} */ (this.querySelectorAll('.pics canvas'));
    if (!side || !canvases.length) return;
    const { dark } = this.store;
    const token = tokens(this, dark);
    const [paper, ink] = ['--sunken', '--ink'].map((name) => partsOf(token(name)));
    for (const [k, { features }] of this.rowsOf(this.chosen).entries()) {
      const canvas = canvases[k];
      if (!canvas) continue;
      sized(canvas, side, side);
      const g = canvas.getContext('2d');
      if (!g) continue;
      const own = Array.from(features, (value, at) => this.own(at, value));
      const [low, high] = [Math.min(...own), Math.max(...own)];
      const image = g.createImageData(side, side);
      for (const [at, value] of own.entries()) {
        const share = high > low ? (value - low) / (high - low) : 0;
        image.data.set([...paper.map((one, c) => one + (ink[c] - one) * share), 255], 4 * at);
      }
      g.putImageData(image, 0, 0);
    }
  }
}

/** @param {string} hex */
function partsOf(hex) {
  const whole = hex.length === 4 ? hex.replace(/[\da-f]/gi, '$&$&') : hex;
  return [1, 3, 5].map((at) => parseInt(whole.slice(at, at + 2), 16) || 0);
}

define('tp-model-mistakes', TpModelMistakes);
