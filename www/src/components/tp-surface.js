import { html, nothing } from 'lit';
import { FigurePart } from './figure.js';
import { define } from './part.js';
import { groundOf } from './surface-ground.js';
import { SVG_LIMIT, SvgMarks, paintMarks } from './marks.js';
import { depthColor, tokens } from '../colors.js';
import { exact, loss, rate } from '../format.js';
import { sweptOf } from '../hyperparameters.js';
import { axisOf, logSteps, steps } from '../scale.js';
import { scoreScale } from '../score.js';
import { pointIn } from './pointer.js';

/** @typedef {import('../scale.js').Axis} Axis @typedef {import('./marks.js').Spot} Spot */

/** While trials stream in, the fit is renewed this often; the marks follow every redraw. */
const RENEW = 400;
/** A pointer this near to a mark means that mark. */
const NEAR = 22;

/** Validation loss over two swept hyperparameters: a dot per trial over a fit of the losses. */
export class TpSurface extends FigurePart {
  /** @type {import('../store.js').Topic[]} */
  static topics = ['trials', 'selection', 'study', 'run'];
  static properties = { ...FigurePart.properties, xName: { state: true }, yName: { state: true } };

  constructor() {
    super();
    /** @type {string | null} */ this.xName = null;
    /** @type {string | null} */ this.yName = null;
    /** @private @type {Spot[]} */ this.spots = [];
    /** @private @type {SvgMarks | null} */ this.marks = null;
    /** @private */ this.ground = { key: '', at: 0 };
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.renewal = undefined;
  }

  /** The names on the axes: those chosen, else learning rate and batch size, else the first that are swept. */
  names() {
    const all = sweptOf(this.store.shownStudy).map((one) => one.name);
    const prefer = [...['learning_rate', 'batch_size'].filter((one) => all.includes(one)), ...all.filter((one) => one !== 'learning_rate' && one !== 'batch_size')];
    const x = this.xName && all.includes(this.xName) ? this.xName : prefer.find((one) => one !== this.yName);
    const y = this.yName && all.includes(this.yName) && this.yName !== x ? this.yName : prefer.find((one) => one !== x);
    return { all, x, y };
  }

  /** @returns {{x: Axis, y: Axis, fitted: boolean} | null} */
  axes() {
    const { x, y } = this.names();
    const space = this.store.shownStudy.space ?? {};
    if (!x) return null;
    const across = axisOf(x, space[x]);
    if (y) {
      const up = axisOf(y, space[y]);
      return { x: across, y: up, fitted: across.numeric && up.numeric };
    }
    return { x: across, y: this.scoreAxis(), fitted: false };
  }

  /** With one swept hyperparameter, the score itself is the second axis. @returns {Axis} */
  scoreAxis() {
    const scale = scoreScale(this.store);
    const to = (/** @type {any} */ value) => (scale.log ? Math.log10(Number(value)) : Number(value));
    const { low, high } = scale;
    const ends = [to(low), to(high)];
    const pad = 0.06 * (ends[1] - ends[0] || 1);
    const ticks = (scale.log ? logSteps(low, high) : steps(low, high, 5)).map((value) => ({ at: to(value), label: exact(value) }));
    return { name: '', numeric: true, discrete: false, scale: scale.log ? 'log' : 'linear', domain: [ends[0] - pad, ends[1] + pad], ticks, to };
  }

  /** @param {Axis} axis */
  axisTitle(axis) {
    const name = axis.name ? this.store.label(axis.name) : this.t(`score.${this.store.objective.metric}`);
    return axis.scale === 'log' || axis.scale === 'log1m' ? this.t('axis.log', { name }) : name;
  }

  render() {
    const { store } = this;
    const scale = scoreScale(store);
    const named = this.names();
    const ready = store.trials.size > 0;
    const scored = store.best !== null;
    const fitted = this.axes()?.fitted;
    return html`<figure class="fig" data-testid="surface" aria-label=${this.t('surface.title')}>
      <div class="fh"><h2>${this.t(`score.${store.objective.metric}.title`)}</h2>
        ${this.statusKey()}<span class="sp"></span>
        ${scored ? html`<span class="legend c3" title=${fitted ? this.t('surface.fit') : nothing}><span>${exact(scale.best)}</span><canvas class="ramp" width="72" height="1"></canvas><span>${exact(scale.worst)}</span></span>` : nothing}
        ${this.tableButton()}</div>
      ${named.all.length > 2 ? html`<div class="pickers">${this.picker('x', named)}${this.picker('y', named)}<span class="c3">${scored && fitted ? this.t('surface.fit') : ''}</span></div>` : nothing}
      <div class="plot ${ready ? 'pick' : ''}" @pointermove=${this.onMove} @pointerleave=${() => store.hover(null)} @click=${this.onClick}>
        <div class="layer ground" role="img" aria-label=${this.summary()}></div>
        <div class="layer marks" aria-hidden="true"><canvas class="layer" hidden></canvas><svg class="layer" width="100%" height="100%"></svg></div>
        ${this.emptyState()}
        ${this.tabled ? this.table() : nothing}
      </div>
    </figure>`;
  }

  /** @param {'x' | 'y'} side @param {{all: string[], x?: string, y?: string}} named */
  picker(side, named) {
    const change = (/** @type {Event} */ event) => {
      const value = /** @type {HTMLSelectElement} */ (event.target).value;
      const other = side === 'x' ? named.y : named.x;
      [this.xName, this.yName] = side === 'x' ? [value, value === other ? (named.x ?? null) : (named.y ?? null)] : [value === other ? (named.y ?? null) : (named.x ?? null), value];
      this.ground.key = '';
    };
    return html`<label>${this.t(`axis.${side}`)} <select data-testid="axis-${side}" @change=${change} .value=${named[side] ?? ''}>${named.all.map(
      (one) => html`<option value=${one} ?selected=${one === named[side]}>${this.store.label(one)}</option>`,
    )}</select></label>`;
  }

  summary() {
    const { store } = this;
    const best = store.trials.get(store.best ?? -1);
    if (!best) return this.t('surface.summary.empty');
    const axes = this.axes();
    const parts = [axes?.x, axes?.y].filter((one) => one?.name).map((one) => `${store.label(/** @type {Axis} */ (one).name)} ${rate(best.params[/** @type {Axis} */ (one).name])}`);
    const diverged = [...store.trials.values()].filter((one) => one.state === 'diverged').length;
    return this.t('surface.summary', { n: store.trials.size, loss: loss(store.score(best)), number: best.number, at: parts.join(', '), diverged });
  }

  table() {
    const { store } = this;
    const axes = this.axes();
    const names = [axes?.x, axes?.y].filter((one) => one?.name).map((one) => /** @type {Axis} */ (one).name);
    return html`<div class="data" tabindex="0" role="region" aria-label=${this.t('surface.title')}><table><caption>${this.t('surface.caption')}</caption>
      <thead><tr><th class="num" scope="col">#</th>${names.map((one) => html`<th class="num" scope="col">${store.label(one)}</th>`)}<th class="num" scope="col">${this.t(`score.${store.objective.metric}`)}</th><th scope="col">${this.t('table.state')}</th></tr></thead>
      <tbody>${[...store.trials.values()].slice(0, 300).map((one) => html`<tr><td class="num">${one.number}</td>${names.map((name) => html`<td class="num">${typeof one.params[name] === 'number' ? rate(one.params[name]) : String(one.params[name])}</td>`)}<td class="num">${loss(store.score(one))}</td><td>${this.t(`state.${one.state}`)}</td></tr>`)}</tbody></table></div>`;
  }

  /** @returns {import('./surface-ground.js').Frame} */
  frame() {
    const { width, height } = this.size;
    const small = width < 420;
    return { width, height, left: small ? 42 : 50, right: 10, top: 8, bottom: small ? 36 : 38 };
  }

  draw() {
    const frame = this.frame();
    const ground = this.querySelector('.ground');
    if (!ground || frame.width < 60 || frame.height < 60) return;
    const axes = this.axes();
    this.drawRamp();
    if (!axes) {
      ground.replaceChildren();
      this.marks?.clear();
      return;
    }
    this.placeSpots(axes, frame);
    this.drawGround(/** @type {HTMLElement} */ (ground), axes, frame);
    this.drawMarks(frame);
  }

  drawRamp() {
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('.ramp'));
    const g = canvas?.getContext('2d');
    if (!g) return;
    for (let k = 0; k < 72; k++) {
      g.fillStyle = depthColor(1 - k / 71, this.store.dark);
      g.fillRect(k, 0, 1, 1);
    }
  }

  /** @param {{x: Axis, y: Axis, fitted: boolean}} axes @param {import('./surface-ground.js').Frame} frame */
  placeSpots(axes, frame) {
    const { store } = this;
    const place = (/** @type {Axis} */ axis, /** @type {number} */ u) => (u - axis.domain[0]) / (axis.domain[1] - axis.domain[0]);
    this.spots = [];
    const scale = scoreScale(store);
    const colored = !axes.fitted && axes.y.name !== '';
    for (const trial of store.trials.values()) {
      const x = place(axes.x, axes.x.to(trial.params[axes.x.name]));
      const score = store.score(trial);
      const y = place(axes.y, axes.y.name ? axes.y.to(trial.params[axes.y.name]) : Number.isFinite(score) ? axes.y.to(score) : axes.y.domain[1]);
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      // Named and stepped places hold many trials: they are spread a little, always the same way.
      const spread = axes.y.name && axes.y.discrete ? (((trial.number * 37) % 11) - 5) * 1.1 : 0;
      const across = axes.x.discrete ? (((trial.number * 53) % 13) - 6) * 1.1 : 0;
      this.spots.push({
        number: trial.number,
        // A trial that never trained is a place on the map and nothing more.
        state: trial.state === 'cancelled' && !trial.epochs.length ? 'queued' : trial.state,
        color: colored && Number.isFinite(score) ? depthColor(scale.goodness(score), store.dark) : undefined,
        x: frame.left + Math.max(0, Math.min(1, x)) * (frame.width - frame.left - frame.right) + across,
        y: frame.height - frame.bottom - Math.max(0, Math.min(1, y)) * (frame.height - frame.top - frame.bottom) + spread,
      });
    }
  }

  /** Axes and contours; they change slowly, so they are drawn apart from the marks.
   * @param {HTMLElement} ground @param {{x: Axis, y: Axis, fitted: boolean}} axes @param {import('./surface-ground.js').Frame} frame */
  drawGround(ground, axes, frame) {
    const { store } = this;
    const live = store.state === 'running';
    const key = JSON.stringify([axes.x, axes.y, frame.width, frame.height, store.dark, store.lang, live ? 'live' : store.trials.size, store.state, store.outcome]);
    const now = performance.now();
    if (key === this.ground.key && (!live || now - this.ground.at < RENEW)) return;
    this.ground = { key, at: now };
    // In a task of its own, so that no single one holds the page up.
    clearTimeout(this.renewal);
    const renew = () => ground.replaceChildren(groundOf(store, axes, frame, { x: this.axisTitle(axes.x), y: this.axisTitle(axes.y) }));
    if (ground.firstChild && live) this.renewal = setTimeout(renew);
    else renew();
  }

  /** @param {import('./surface-ground.js').Frame} frame */
  drawMarks(frame) {
    const { store } = this;
    const svg = /** @type {SVGSVGElement} */ (this.querySelector('.marks > svg'));
    const canvas = /** @type {HTMLCanvasElement} */ (this.querySelector('.marks > canvas'));
    this.marks ??= new SvgMarks(svg);
    const find = (/** @type {number | null | undefined} */ number) => this.spots.find((one) => one.number === number);
    const selected = find(store.selected?.number);
    const many = this.spots.length > SVG_LIMIT;
    canvas.hidden = !many;
    if (many) {
      const ratio = Math.max(1, devicePixelRatio);
      Object.assign(canvas, { width: frame.width * ratio, height: frame.height * ratio });
      Object.assign(canvas.style, { width: `${frame.width}px`, height: `${frame.height}px` });
      const g = canvas.getContext('2d');
      const token = tokens(this, store.dark);
      g?.scale(ratio, ratio);
      if (g) paintMarks(g, this.spots, { ink: token('--ink'), surface: token('--surface'), mark: token('--mark'), accent: token('--accent') });
    }
    this.marks.draw(many ? [] : this.spots, selected, find(store.hovered), selected ? String(selected.number) : '');
  }

  /** @param {PointerEvent | MouseEvent} event */
  nearest(event) {
    const { x, y } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    let [best, near] = [/** @type {Spot | null} */ (null), NEAR * NEAR];
    for (const spot of this.spots) {
      const distance = (spot.x - x) ** 2 + (spot.y - y) ** 2;
      if (distance < near) [best, near] = [spot, distance];
    }
    return best;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.tabled) this.store.hover(this.nearest(event)?.number ?? null);
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const spot = this.tabled ? null : this.nearest(event);
    if (spot) this.store.select(spot.number);
  }
}

define('tp-surface', TpSurface);
