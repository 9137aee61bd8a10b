import { html, nothing } from 'lit';
import { FigurePart } from './figure.js';
import { define } from '../controls/part.js';
import { segmented } from '../controls/segmented.js';
import { palette, tokens } from './colors.js';
import { count, counted, exact, rate } from '../study/format.js';
import { BY_NAME } from '../study/hyperparameters.js';
import { logSteps, steps, textWidth } from '../study/scale.js';
import { measureText } from '../state/spread.js';
import { CurveFrame, curvesOf, endsOf, everyOf, lineOf, marksOf, spanOf } from './curve-frame.js';
import { CurvePainter } from './curve-painter.js';
import { plotOf } from './plot-axes.js';
import { pointIn } from '../controls/pointer.js';

/** @typedef {import('../study/types.js').Trial} Trial */

const NEAR = 22;
/** What a study trains for that says nothing. */
const DEFAULT_EPOCHS = Number(BY_NAME.get('epochs')?.default ?? 20);
/** While trials stream in, the range of the axes is looked at this often, in ms. */
const MEASURE = 200;
const SHOWN = /** @type {const} */ (['train_loss', 'validation_loss', 'train_metric', 'validation_metric']);

/** Validation loss of every trial by epoch, streamed onto a canvas; the selected trial with its training loss. */
export class TpCurves extends FigurePart {
  /** @type {import('../state/store.js').Topic[]} */
  static topics = ['trials', 'selection', 'brush', 'run', 'study'];
  static properties = { ...FigurePart.properties, log: { state: true } };

  constructor() {
    super();
    this.log = true;
    /** @private what the axes depend on beside the lines */ this.made = '';
    /** @private @type {CurveFrame | null} what is drawn */ this.frame = null;
    /** @private */ this.measuredAt = 0;
    /** @private */ this.painter = new CurvePainter();
    /** @private @type {[number, number]} */ this.span = [0.1, 1];
    /** @private whether the axis is a logarithm, which needs a loss above 0 */ this.logs = true;
    /** @private */ this.epochs = 1;
    /** @private whether there is any loss: without one the axis has nothing to say */ this.measured = false;
  }

  render() {
    const { store } = this;
    const drawn = store.begun;
    const every = everyOf(store);
    return html`<figure class="fig" data-testid="curves" aria-label=${this.t('curves.title')}>
      <div class="fh"><h2>${this.t('curves.title')}</h2><span class="q c3"
        data-testid="curve-count">${
          drawn ? this.t(every > 1 ? 'curves.sample' : 'curves.count', { n: counted(drawn), every }) : ''
        }</span><span class="sp"></span>
        ${segmented(
          this.t('curves.axis'),
          [
            { value: true, text: this.t('scale.log') },
            { value: false, text: this.t('scale.linear') },
          ],
          this.log,
          (value) => {
            this.log = value;
          },
          { testid: 'curve-scale' },
        )}
        ${this.tableButton()}</div>
      <div class="plot ${drawn ? 'pick' : ''}" @pointermove=${this.onMove} @pointerleave=${() => store.hover(null)}
        @click=${this.onClick}>
        <div class="layer chart" role="img" aria-label=${this.summary()}></div>
        <canvas class="layer lines all" aria-hidden="true"></canvas><canvas class="layer lines over"
          aria-hidden="true"></canvas>
        <span class="end val" aria-hidden="true" hidden>${this.t('curves.val')}</span><span class="end train"
          aria-hidden="true" hidden>${this.t('curves.train')}</span>
        ${this.isLossless ? html`<p class="empty" data-testid="no-curves">${this.t('curves.none')}</p>` : nothing}
        ${this.tabled ? this.table() : nothing}
      </div>
    </figure>`;
  }

  /** All trials diverged before they had a loss. */
  get isLossless() {
    const { trials, counts } = this.store;
    return (
      trials.size > 0 &&
      counts.diverged === trials.size &&
      [...trials.values()].every((one) => lineOf(one).least === Infinity)
    );
  }

  summary() {
    const { store } = this;
    const chosen = store.selected;
    if (this.isLossless) return this.t('curves.none');
    const last = chosen?.epochs.at(-1);
    if (!chosen || !last) return this.t('curves.summary.empty');
    return this.t('curves.summary', {
      n: store.trials.size,
      number: chosen.number,
      epoch: last.epoch,
      validation: measureText(last, 'validation_loss', store.task),
      train: measureText(last, 'train_loss', store.task),
    });
  }

  table() {
    const { store } = this;
    const chosen = store.selected;
    const kind = this.t(store.task === 'numbers' ? 'metric.numbers' : 'metric.classes');
    return html`<div class="data" tabindex="0" role="region"
      aria-label=${this.t('curves.title')}><table><caption>${
        chosen ? this.t('trial.number', { number: chosen.number }) : this.t('selection.none')
      }</caption>
      <thead><tr><th class="num" scope="col">${this.t('epoch')}</th><th class="num"
        scope="col">${this.t('score.train_loss')}</th><th class="num"
        scope="col">${this.t('score.validation_loss')}</th><th class="num"
        scope="col">${this.t('train')} ${kind}</th><th class="num" scope="col">${this.t('validation')} ${kind}</th><th
        class="num c3" scope="col">${store.label('learning_rate')}</th></tr></thead>
      <tbody>${(chosen?.epochs.records(500) ?? []).map(
        (one) => html`<tr><td
          class="num">${one.epoch}</td>${SHOWN.map(
            (name) => html`<td
              class="num">${measureText(one, name, store.task)}</td>`,
          )}<td
          class="num c3">${rate(one.learning_rate)}</td></tr>`,
      )}</tbody></table></div>`;
  }

  draw() {
    const box = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const { width, height } = this.size;
    if (!box || width < 60 || height < 60) return;
    const { store } = this;
    const now = performance.now();
    if (store.state !== 'running' || now - this.measuredAt > MEASURE || !this.frame) {
      this.measure();
      this.measuredAt = now;
    }
    this.drawLines(box, width, height);
  }

  /** The axes follow the lines: both change together. @param {HTMLElement} box @param {CurveFrame} frame */
  show(box, frame) {
    const { width, height } = this.size;
    this.frame = frame;
    const { ratio } = frame;
    const [left, top] = [frame.left / ratio, frame.top / ratio];
    const place = {
      width,
      height,
      left,
      top,
      right: width - left - frame.width / ratio,
      bottom: height - top - frame.height / ratio,
    };
    const ends = /** @type {[number, number]} */ (frame.epochs > 1 ? [1, frame.epochs] : [0.5, 1.5]);
    const across = {
      domain: ends,
      ticks: epochTicks(ends[0], ends[1], width / 70).map((at) => ({ at, label: count(at) })),
    };
    box.replaceChildren(
      plotOf({ x: across, y: this.upAxis(frame.span, frame.log) }, place, { x: this.t('epoch') }, [], true),
    );
  }

  /** The axis of losses. @param {[number, number]} span @param {boolean} log */
  upAxis(span, log) {
    const to = (/** @type {number} */ value) => (log ? Math.log10(value) : value);
    const { height } = this.size;
    // Without any loss the axis has nothing to say.
    const values = !this.measured
      ? []
      : log
        ? logSteps(span[0], span[1], height / 40)
        : steps(span[0], span[1], height / 50);
    const ticks = values.map((value) => ({ at: to(value), label: exact(Number(value.toPrecision(4))) }));
    return { domain: /** @type {[number, number]} */ ([to(span[0]), to(span[1])]), ticks };
  }

  /** Where the lines lie, in pixels of the canvas. @param {number} width @param {number} height */
  place(width, height) {
    const labels = this.upAxis(this.span, this.logs).ticks.map(({ label }) => textWidth(label));
    const [left, top] = [Math.max(46, 14 + Math.max(0, ...labels)), 8];
    const px = (/** @type {number} */ value) => Math.round(value * devicePixelRatio);
    return {
      left: px(left),
      top: px(top),
      width: px(width - left - (width < 420 ? 46 : 54)),
      height: px(height - top - 41),
    };
  }

  /** @param {HTMLElement} box @param {number} width @param {number} height */
  drawLines(box, width, height) {
    const { store } = this;
    const canvases = [this.canvas('.all', width, height), this.canvas('.over', width, height)];
    const [all, over] = canvases;
    const g = over?.getContext('2d');
    if (!all || !g) return;
    const wanted = new CurveFrame(this.place(width, height), this.epochs, this.span, this.logs, devicePixelRatio);
    const made = [
      store.dark,
      palette.version,
      this.t('epoch'),
      this.logs,
      this.measured,
      all.width,
      all.height,
    ].join();
    const key = [made, store.runs, store.brushes].join();
    if (!this.frame || made !== this.made) {
      this.made = made;
      this.painter.reset();
      this.show(box, wanted);
    }
    const look = { token: tokens(this, store.dark) };
    this.painter.paint(all, wanted, key, store, look, (frame) => {
      if (frame.key !== this.frame?.key) this.show(box, frame);
      // Labels and marks follow, and what changed while the curves were painted.
      this.requestUpdate();
    });
    const frame = this.frame ?? wanted;
    this.painter.mark(g, frame, store, look);
    const ends = endsOf(frame, store.selected);
    this.nameEnd('.end.val', ends?.x, ends?.val);
    this.nameEnd('.end.train', ends?.x, ends?.train);
  }

  /** @param {string} name @param {number} width @param {number} height */
  canvas(name, width, height) {
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector(`canvas.lines${name}`));
    const [w, h] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
    if (canvas && (canvas.width !== w || canvas.height !== h)) {
      Object.assign(canvas, { width: w, height: h });
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    return canvas;
  }

  /** @param {string} selector @param {number | undefined} x @param {number | null | undefined} y */
  nameEnd(selector, x, y) {
    const label = /** @type {HTMLElement | null} */ (this.querySelector(selector));
    if (!label) return;
    label.hidden = x === undefined || y === undefined || y === null;
    if (!label.hidden) label.style.transform = `translate(${x}px, ${y}px) translateY(-50%)`;
  }

  /** The range of the axes: all that did not diverge, and the selected trial. */
  measure() {
    const { store } = this;
    let longest = 1;
    const starts = [];
    const losses = [];
    const every = curvesOf(store);
    const sound = every.filter((one) => one.state !== 'diverged' && one.epochs.length);
    for (const trial of sound.length ? sound : every) {
      const { validation, least, above } = lineOf(trial);
      longest = Math.max(longest, validation.length);
      losses.push(least, above);
      const [first, second] = validation;
      const early = Number.isFinite(first) ? (second > first ? second : first) : second;
      if (Number.isFinite(early)) starts.push(early);
    }
    const { selected } = store;
    const marked = new Set([selected, store.trials.get(store.best ?? -1)]);
    // A diverged curve leaves the frame; where losses are maximized, the highest are what counts.
    const held = [...marked].flatMap((one) => (one && one.state !== 'diverged' ? marksOf(one) : []));
    if (selected?.state === 'diverged') losses.push(...[...lineOf(selected).train].filter(Number.isFinite));
    const { metric, direction } = store.objective;
    if (direction === 'maximize' && metric.endsWith('loss')) for (const one of sound) held.push(lineOf(one).most);
    this.measured = starts.length > 0 || losses.some(Number.isFinite);
    this.epochs = Math.max(
      longest,
      Number(store.shownStudy.fixed?.epochs ?? mostOf(store.shownStudy.space?.epochs) ?? DEFAULT_EPOCHS) || 1,
    );
    const { span, log } = spanOf(losses, starts, this.log, held);
    Object.assign(this, { span, logs: log });
  }

  /** @param {PointerEvent | MouseEvent} event @returns {number | null} */
  nearest(event) {
    const { frame } = this;
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    if (!chart || !frame || this.tabled) return null;
    const at = pointIn(chart, event);
    const [x, y, width] = [at.x - frame.left / frame.ratio, at.y - frame.top / frame.ratio, frame.width / frame.ratio];
    if (x < -NEAR || x > width + NEAR) return null;
    const epoch = Math.max(1, Math.min(frame.epochs, Math.round(1 + (x / width) * (frame.epochs - 1)) || 1));
    let [best, near] = [/** @type {number | null} */ (null), NEAR];
    for (const trial of curvesOf(this.store)) {
      const value = trial.epochs.measure('validation_loss', epoch - 1);
      if (!Number.isFinite(value)) continue;
      const distance = Math.abs((frame.y(value) - frame.top) / frame.ratio - y);
      if (distance < near) [best, near] = [trial.number, distance];
    }
    return best;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.tabled) this.store.hover(this.nearest(event));
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const found = this.nearest(event);
    if (found !== null) this.store.select(found);
  }
}

/** Whole epochs, the first among them. @param {number} low @param {number} high @param {number} target */
const epochTicks = (low, high, target) => [...new Set(low < 1 ? [1] : [1, ...steps(low, high, target, true)])];

/** The largest value of a range. @param {import('../study/types.js').Distribution | undefined} range */
const mostOf = (range) => (range?.choices ? Math.max(...range.choices.map(Number)) : range?.high);

define('tp-curves', TpCurves);
