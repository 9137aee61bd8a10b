import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { FigurePart } from './figure.js';
import { define } from '../controls/part.js';
import { icon, stateMark } from '../controls/icons.js';
import { epochAxis, lossAxis } from './curve-axes.js';
import { colorNames, coloringOf, shareColor } from './curve-colors.js';
import { curveData } from './curve-data.js';
import { nextMark, placeAfter, wayOf } from './cursor.js';
import { segmented } from '../controls/segmented.js';
import { palette, tokens } from './colors.js';
import { drawRamp, scoreLegend } from './ramp.js';
import { later } from '../platform/later.js';
import { pixelRatio } from '../platform/pixels.js';
import { counted } from '../study/format.js';
import { textWidth } from '../study/scale.js';
import { mostEpochs } from '../study/study.js';
import { isSearched } from '../study/search.js';
import { canReplay } from '../state/opening.js';
import { measureText, scoreName } from '../state/spread.js';
import { CurveFrame, curvesOf, endsOf, everyOf, lineOf, marksOf, spanOf } from './curve-frame.js';
import { CurvePainter } from './curve-painter.js';
import { plotOf } from './plot-axes.js';
import { pointIn } from '../controls/pointer.js';

/** @typedef {import('../study/types.js').Trial} Trial */

const NEAR = 22;
/** The height of a curve's name, and where one that would lie over another goes. */
const LINE = 14;
const ASIDE = [0, -LINE, LINE, -2 * LINE, 2 * LINE, -3 * LINE, 3 * LINE];
/** What a study trains for that says nothing. */
/** While trials stream in, the range of the axes is looked at this often, in ms. */
const MEASURE = 200;

/** Validation loss of every trial by epoch, streamed onto a canvas; the selected trial with its training loss. */
export class TpCurves extends FigurePart {
  static properties = { ...FigurePart.properties, log: { state: true } };
  static figure = 'curves';
  static file = 'loss-curves';

  constructor() {
    super();
    this.log = true;
    /** @private @type {number | null} the epoch of the cursor */ this.at = null;
    /** @private what the axes depend on beside the lines */ this.made = '';
    /** @private @type {CurveFrame | null} what is drawn */ this.frame = null;
    /** @private */ this.measuredAt = 0;
    /** @private */ this.painter = new CurvePainter();
    /** @private @type {[number, number]} */ this.span = [0.1, 1];
    /** @private whether the axis is a logarithm, which needs a loss above 0 */ this.logs = true;
    /** @private whether some losses are 0 */ this.zeros = false;
    /** @private */ this.epochs = 1;
    /** @private whether there is any loss: without one the axis has nothing to say */ this.measured = false;
  }

  get title() {
    return this.t('curves.title');
  }

  heading() {
    return this.lettered(this.title);
  }

  get keys() {
    return this.t('curves.keys');
  }

  note() {
    const drawn = this.store.begun;
    const every = everyOf(this.store);
    return html`<span class="q c3"
      data-testid="curve-count">${
        drawn ? this.t(every > 1 ? 'curves.sample' : 'curves.count', { n: counted(drawn), every }) : ''
      }</span>`;
  }

  /** @private Shows slowly how the epochs went by. */
  replayButton() {
    const { store } = this;
    const { replay } = store.opening;
    if (!replay && !canReplay(store)) return nothing;
    return html`<button type="button" class="ib" data-testid="replay" aria-pressed=${replay !== null}
      aria-label=${this.t('replay')} title=${this.t('replay.title')}
      @click=${() => this.act('replay', replay ? null : 1)}>${icon('replay')}</button>`;
  }

  tools() {
    return html`${this.replayButton()}${this.progressButton()}${this.colorPicker()}${segmented(
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
    )}`;
  }

  /** Where trials hang on others it is what their reader looks for, so it has its name there. @private */
  progressButton() {
    const name = isSearched(this.store.shownStudy) ? this.t('selection.best_so_far') : '';
    return html`<button type="button" class="ib" data-testid="show-progress" aria-pressed="false"
      aria-label=${this.t('progress')} title=${this.t('progress')}
      @click=${() => this.dispatchEvent(new CustomEvent('mode', { bubbles: true, detail: 'progress' }))}>${icon(
        'progress',
      )}${name ? html`<span>${name}</span>` : nothing}</button>`;
  }

  /** What colours the curves: their score, or a swept hyperparameter. @private */
  colorPicker() {
    const { store } = this;
    const names = colorNames(store);
    if (!names.length) return nothing;
    const now = coloringOf(store)?.name ?? '';
    const change = (/** @type {Event} */ event) => {
      const { value } = /** @type {HTMLSelectElement} */ (event.target);
      this.act('color_by', { curveColor: value || null });
    };
    return html`<span class="pickers"><label>${this.t('color')} <select data-testid="curve-color" @change=${change}>
      <option value="" .selected=${live(!now)}>${scoreName(store)}</option>${names.map(
        (one) => html`<option value=${one} .selected=${live(one === now)}>${store.label(one)}</option>`,
      )}</select></label></span>`;
  }

  /** The colours of a hyperparameter: a scale with its ends, or each name with its line. */
  controls() {
    const coloring = coloringOf(this.store);
    if (!coloring) return nothing;
    const { name, scale, entries, low, high } = coloring;
    const title = this.store.scaled(this.store.label(name), scale);
    if (entries.length)
      return html`<div class="pickers" data-testid="curve-colors" role="group"
        aria-label=${title}>${this.keyLine(this.colorKeys())}</div>`;
    return html`<div class="pickers" data-testid="curve-colors"><span class="legend"><span>${title}</span><span>${low}
      </span><canvas class="ramp" width="144" height="24"></canvas><span>${high}</span></span></div>`;
  }

  /** A line of each name. @private @returns {import('./figure-data.js').Key[]} */
  colorKeys() {
    return (coloringOf(this.store)?.entries ?? []).map(({ text, at, dash }) => ({
      text,
      mark: html`<svg class="wide" viewBox="-8 0 18 10" aria-hidden="true"><path d="M-8 5h18"
        stroke=${`var(--series-${at})`} stroke-width="2" stroke-dasharray=${dash || 'none'}></path></svg>`,
    }));
  }

  /** @param {HTMLCanvasElement} canvas */
  paintRamp(canvas) {
    drawRamp(canvas, this.store, (share) => shareColor(share, this.store.dark));
  }

  get ready() {
    return this.store.begun > 0;
  }

  layers() {
    return html`<canvas class="layer lines all" aria-hidden="true"></canvas><canvas class="layer lines over"
        aria-hidden="true"></canvas>
      <span class="end val" aria-hidden="true" hidden>${this.t('curves.val')}</span><span class="end train"
        aria-hidden="true" hidden>${this.t('curves.train')}</span><span class="end pinned"
        aria-hidden="true" hidden>${this.pinned}</span>
      <div class="cursor" aria-hidden="true" hidden><i></i><span></span></div>`;
  }

  /** @private What the end of the pinned trial's curve is called. */
  get pinned() {
    const { pinned } = this.store;
    return pinned ? `${pinned.letter} ${pinned.trial.number}` : '';
  }

  below() {
    if (this.store?.whole) void later('schedules').catch(() => {});
    return html`<tp-schedule-strip .store=${this.store} .frame=${this.frame}></tp-schedule-strip>`;
  }

  get nothing() {
    return this.isLossless ? { name: 'no-curves', text: this.t('curves.none') } : null;
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
    const coloring = coloringOf(store);
    const colored = coloring ? ` ${this.t('curves.colored', { name: store.label(coloring.name) })}` : '';
    const said = this.t('curves.summary', {
      n: store.trials.size,
      number: chosen.number,
      epoch: last.epoch,
      validation: measureText(last, 'validation_loss', store.task),
      train: measureText(last, 'train_loss', store.task),
    });
    return said + colored;
  }

  data() {
    return curveData(this.store);
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
    // The schedule lies along the same epochs.
    Object.assign(this.querySelector('tp-schedule-strip') ?? {}, { frame });
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
    const axes = {
      x: epochAxis(frame.epochs, width),
      y: lossAxis(this.measured ? frame.span : null, frame.log, height, this.zeros),
    };
    box.replaceChildren(plotOf(axes, place, { x: this.t('epoch') }, [], true));
  }

  /** Where the lines lie, in pixels of the canvas. @param {number} width @param {number} height */
  place(width, height) {
    const labels = lossAxis(this.measured ? this.span : null, this.logs, height, this.zeros).ticks.map(({ label }) =>
      textWidth(label),
    );
    const [left, top] = [Math.max(46, 14 + Math.max(0, ...labels)), 8];
    const px = (/** @type {number} */ value) => Math.round(value * pixelRatio());
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
    const wanted = new CurveFrame(this.place(width, height), this.epochs, this.span, this.logs, pixelRatio());
    const made = [
      store.dark,
      palette.version,
      this.t('epoch'),
      this.logs,
      this.zeros,
      this.measured,
      all.width,
      all.height,
    ].join();
    const key = [made, store.runs, store.brushes, coloringOf(store)?.key].join();
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
    const pinned = store.pinned?.trial !== store.selected ? endsOf(frame, store.pinned?.trial ?? null) : null;
    // It stands beside the other two names, never over them.
    const taken = [ends?.val, ends?.train].filter((y) => y !== undefined && y !== null);
    const at =
      pinned && ASIDE.map((by) => pinned.val + by).find((y) => taken.every((one) => Math.abs(one - y) >= LINE));
    this.nameEnd('.end.pinned', pinned?.x, at);
    this.placeCursor(frame);
  }

  /** @param {string} name @param {number} width @param {number} height */
  canvas(name, width, height) {
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector(`canvas.lines${name}`));
    const [w, h] = [Math.round(width * pixelRatio()), Math.round(height * pixelRatio())];
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

  /** The range of the axes: all that did not diverge, and the trials that are marked; of both runs where two lie side
   * by side. */
  measure() {
    const { store } = this;
    const { pinned, comparable } = store;
    /** @type {{losses: number[], starts: number[], held: number[]}} */
    const found = {
      losses: [],
      starts: [],
      held: pinned && pinned.trial.state !== 'diverged' ? marksOf(pinned.trial) : [],
    };
    this.epochs = 1;
    for (const one of comparable ? [store, comparable] : [store]) this.gather(one, found);
    const { losses, starts, held } = found;
    this.measured = starts.length > 0 || losses.some(Number.isFinite);
    const { span, log, zeros } = spanOf(losses, starts, this.log, held);
    Object.assign(this, { span, logs: log, zeros });
  }

  /** @private @param {import('../state/store.js').Store} store
   * @param {{losses: number[], starts: number[], held: number[]}} found */
  gather(store, { losses, starts, held }) {
    let longest = 1;
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
    for (const one of marked) if (one && one.state !== 'diverged') held.push(...marksOf(one));
    if (selected?.state === 'diverged') losses.push(...[...lineOf(selected).train].filter(Number.isFinite));
    const { metric, direction } = store.objective;
    if (direction === 'maximize' && metric.endsWith('loss')) for (const one of sound) held.push(lineOf(one).most);
    this.epochs = Math.max(this.epochs, longest, mostEpochs(store.shownStudy));
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
    if (!this.tabled) this.act('hover', this.nearest(event));
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const found = this.nearest(event);
    if (found !== null) this.act('pick', found);
  }

  /** Left and right go along the selected trial's curve, up and down to the next curve at that epoch.
   * @param {KeyboardEvent} event */
  onKey(event) {
    const { selected } = this.store;
    const last = selected?.epochs.length ?? 0;
    if (!selected || !last || event.shiftKey || event.target !== event.currentTarget) return;
    const at = Math.min(last, this.at ?? last);
    const up = wayOf(event)?.[1];
    const place = up ? at : placeAfter(this.at === null && event.key === 'ArrowLeft' ? last + 1 : at, event, 1, last);
    if (place === null) {
      if (event.key !== 'Escape' || this.at === null) return;
      this.onBlur();
    } else {
      this.at = place;
      if (up) this.toNext(up, place, selected);
      else this.tell(this.cursorText(selected, place));
    }
    event.preventDefault();
    event.stopPropagation();
    this.requestUpdate();
  }

  onBlur() {
    this.at = null;
    this.requestUpdate();
  }

  /** @param {number} up @param {number} epoch @param {Trial} from */
  toNext(up, epoch, from) {
    const marks = curvesOf(this.store)
      .map((trial) => ({ trial, at: lineOf(trial).validation.get(epoch - 1) }))
      .filter(({ trial }) => !this.store.isOut(trial) || trial === from);
    const here = marks.find(({ trial }) => trial === from);
    const next = here && nextMark(marks, here, up);
    // Selecting says which trial it is.
    if (next) this.act('select', next.trial.number);
  }

  /** @param {Trial} trial @param {number} epoch */
  cursorText(trial, epoch) {
    const one = trial.epochs.at(epoch - 1);
    return this.t('curves.cursor', {
      number: trial.number,
      epoch,
      validation: measureText(one, 'validation_loss', this.store.task),
      train: measureText(one, 'train_loss', this.store.task),
    });
  }

  /** A line at the cursor's epoch, and the loss there. @param {CurveFrame} frame */
  placeCursor(frame) {
    const cursor = /** @type {HTMLElement} */ (this.querySelector('.cursor'));
    const { selected, task } = this.store;
    const epoch = Math.min(this.at ?? 0, selected?.epochs.length ?? 0);
    cursor.hidden = !epoch;
    if (!epoch || !selected) return;
    const one = selected.epochs.at(epoch - 1);
    const { ratio } = frame;
    const [x, top, height] = [frame.x(epoch) / ratio, frame.top / ratio, frame.height / ratio];
    const y = Math.max(0, Math.min(height, frame.y(lineOf(selected).validation.get(epoch - 1)) / ratio - top));
    cursor.style.transform = `translate(${x}px, ${top}px)`;
    cursor.style.height = `${height}px`;
    const [dot, text] = /** @type {HTMLElement[]} */ ([...cursor.children]);
    dot.hidden = !Number.isFinite(y);
    dot.style.top = `${y}px`;
    text.textContent = `${epoch} · ${measureText(one, 'validation_loss', task)}`;
    cursor.classList.toggle('left', x > this.size.width / 2);
  }

  /** In a picture the colours need their scale, as no other figure stands beside it. */
  get pictureLegend() {
    const { store } = this;
    const coloring = coloringOf(store);
    if (coloring) {
      const { name, scale, entries, low, high } = coloring;
      const color = (/** @type {number} */ share) => shareColor(share, store.dark);
      return entries.length ? null : { text: store.scaled(store.label(name), scale), title: '', low, high, color };
    }
    return scoreLegend(store);
  }

  pictureKeys() {
    const { selected, counts } = this.store;
    const stroke = (/** @type {string} */ color, dash = '') =>
      html`<svg viewBox="0 0 10 10"><path d="M-8 5h18" stroke=${color} stroke-width="2"
        stroke-dasharray=${dash || 'none'}></path></svg>`;
    const trial = selected ? this.t('trial.number', { number: selected.number }) : '';
    return [
      ...this.colorKeys(),
      ...(selected
        ? [
            { mark: stroke('var(--accent)'), text: `${trial}, ${this.t('score.validation_loss')}` },
            { mark: stroke('var(--accent)', '4 3'), text: `${trial}, ${this.t('score.train_loss')}` },
          ]
        : []),
      ...(counts.diverged ? [{ mark: stateMark('diverged'), text: this.t('state.diverged') }] : []),
      ...(this.store.trials.patient
        ? [
            {
              mark: html`<svg viewBox="0 0 10 10"><circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor"
                stroke-width="1.5"></circle></svg>`,
              text: this.t('curves.kept'),
            },
          ]
        : []),
    ];
  }

  get upTitle() {
    return this.store.scaled(this.t('curves.loss'), this.logs ? 'log' : '');
  }

  /** @param {HTMLCanvasElement} canvas */
  vectors(canvas) {
    const { frame, store } = this;
    if (!frame) return null;
    const look = { token: tokens(this, store.dark) };
    const which = canvas.matches('.all') ? 'all' : 'over';
    return {
      ratio: frame.ratio,
      draw: (/** @type {CanvasRenderingContext2D} */ g) => this.painter.whole(g, which, frame, store, look),
    };
  }
}

define('tp-curves', TpCurves);
