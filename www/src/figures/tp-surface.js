import { html, nothing } from 'lit';
import { FigurePart } from './figure.js';
import { define } from '../controls/part.js';
import { groundOf, shadesOf } from './surface-ground.js';
import { icon } from '../controls/icons.js';
import { CanvasMarks } from './mark-canvas.js';
import { SVG_LIMIT, SvgMarks } from './marks.js';
import { Spots, upOf } from './spots.js';
import { sharesOf, sideOf } from '../study/brush.js';
import { depthColor, palette, tokens } from './colors.js';
import { hasArea } from './fit.js';
import { count, setting } from '../study/format.js';
import { sweptOf } from '../study/hyperparameters.js';
import { LEAST_DECADES, axisOf, domainOf, logSteps, roomy, shareOf, steps, textWidth } from '../study/scale.js';
import { lookOf, scoreScale } from '../state/score.js';
import { plusMinus, scoreLabel, scoreName, scoreText, scoreValue, spreadOf } from '../state/spread.js';
import { inSlices, turn } from '../platform/turns.js';
import { pointIn } from '../controls/pointer.js';

/**
 * @typedef {import('../study/scale.js').Axis} Axis
 * @typedef {import('./spots.js').Axes} Axes
 * @typedef {import('./surface-ground.js').Frame} Frame
 */

/** While trials stream in, the fit is renewed this often; the marks follow every redraw. */
const RENEW = 500;
/** A pointer this near to a mark means that mark. */
const NEAR = 22;
/** A press that moves further than this draws a box. */
const DRAG = 5;
/** By how much of an axis a key grows the box at each side, and how small it gets. */
const GROW = 0.05;
/** Where many marks move with their scores, they are drawn anew this often, in ms. */
const MOVE = 1000;

/** Validation loss over two swept hyperparameters: a dot per trial over a fit of the losses. */
export class TpSurface extends FigurePart {
  /** @type {import('../state/store.js').Topic[]} */
  static topics = ['trials', 'selection', 'brush', 'study', 'run'];
  static properties = {
    ...FigurePart.properties,
    xName: { state: true },
    yName: { state: true },
    boxing: { state: true },
  };

  constructor() {
    super();
    /** @type {string | null} */ this.xName = null;
    /** @type {string | null} */ this.yName = null;
    /** Whether a finger draws boxes, rather than scrolls. */ this.boxing = false;
    /** @private */ this.spots = new Spots();
    /** @private @type {SvgMarks | null} */ this.marks = null;
    /** @private */ this.absent = { key: '', n: 0 };
    /** @private */ this.area = { key: '', has: false };
    /** @private */ this.many = new CanvasMarks();
    /** @private */ this.ground = { key: '', fit: '', at: 0, busy: false };
    /** @private @type {{x: number, y: number, boxed: boolean} | null} */ this.drag = null;
  }

  /** The names on the axes: those chosen, else learning rate and batch size, else the first that are swept. */
  names() {
    const all = sweptOf(this.store.shownStudy).map((one) => one.name);
    const prefer = [
      ...['learning_rate', 'batch_size'].filter((one) => all.includes(one)),
      ...all.filter((one) => one !== 'learning_rate' && one !== 'batch_size'),
    ];
    const x = this.xName && all.includes(this.xName) ? this.xName : prefer.find((one) => one !== this.yName);
    const y =
      this.yName && all.includes(this.yName) && this.yName !== x ? this.yName : prefer.find((one) => one !== x);
    return { all, x, y };
  }

  /** @returns {Axes | null} */
  axes() {
    const { x, y } = this.names();
    const space = this.store.shownStudy.space ?? {};
    if (!x) return null;
    const across = axisOf(x, space[x]);
    if (y) {
      const up = axisOf(y, space[y]);
      return { x: across, y: up, fitted: across.numeric && up.numeric && this.hasArea(x, y) };
    }
    return { x: across, y: this.scoreAxis(), fitted: false };
  }

  /** Whether the trials lie at places enough for a fit between them. @param {string} x @param {string} y */
  hasArea(x, y) {
    const { store } = this;
    const key = [store.runs, store.trials.size, x, y].join();
    if (key !== this.area.key) this.area = { key, has: hasArea(store.trials, x, y) };
    return this.area.has;
  }

  /** With one swept hyperparameter, the score itself is the second axis. @returns {Axis} */
  scoreAxis() {
    const { store } = this;
    const scale = scoreScale(store);
    const to = (/** @type {any} */ value) => (scale.log ? Math.log10(Number(value)) : Number(value));
    const chosen = store.selected;
    const score = chosen ? store.score(chosen) : NaN;
    const around = chosen ? spreadOf(store, chosen) || 0 : 0;
    // The selected trial lies inside with its spread over the seeds; 0 has no place on a logarithm.
    const held = [scale.low, scale.high, score, score - around, score + around].filter((one) =>
      Number.isFinite(to(one)),
    );
    const [low, high] = [Math.min(...held), Math.max(...held)];
    const size = Math.max(Math.abs(low), Math.abs(high));
    const ends = [to(low), to(high)];
    const isWide = high - low < 1e300;
    const domain = isWide
      ? roomy(ends[0], ends[1], scale.log ? LEAST_DECADES : size > 1e-300 ? size / 20 : 1)
      : domainOf(ends[0], ends[1], 0);
    // Where nothing was scored there is nothing to label.
    const marks =
      store.best === null ? [] : scale.log ? logSteps(10 ** domain[0], 10 ** domain[1]) : steps(...domain, 5);
    const ticks = marks.map((value) => ({ at: to(value), label: scoreLabel(store, value) }));
    return {
      name: '',
      numeric: true,
      discrete: false,
      slots: 0,
      scale: scale.log ? 'log' : 'linear',
      domain,
      ticks,
      to,
    };
  }

  /** @param {Axis} axis */
  axisTitle(axis) {
    const name = axis.name ? this.store.label(axis.name) : scoreName(this.store);
    return axis.scale === 'log' || axis.scale === 'log1m' ? this.t(`axis.${axis.scale}`, { name }) : name;
  }

  render() {
    const { store } = this;
    const scale = scoreScale(store);
    const named = this.names();
    const ready = store.trials.size > 0;
    const scored = store.best !== null;
    const axes = this.axes();
    // On an axis of its own the score needs no colour.
    const key = axes?.fitted ? 'surface.fit' : axes?.y.name ? 'surface.dots' : '';
    return html`<figure class="fig" data-testid="surface" aria-label=${this.t('surface.title')}>
      <div class="fh"><h2>${scoreName(store, true)}</h2>
        ${this.partial()}<span class="sp"></span>
        ${
          scored
            ? html`<span class="legend"
              title=${key ? this.t(`${key}.title`) : nothing}>${
                key
                  ? html`<span
                    class="c3">${this.t(key)}</span>`
                  : nothing
              }<span>${scale.zeros ? '≤ ' : ''}${scoreLabel(store, scale.best)}</span><canvas class="ramp" width="144"
              height="24"></canvas><span>${scoreLabel(store, scale.worst)}</span></span>`
            : nothing
        }
        ${
          ready && axes
            ? html`<button type="button" class="ib" data-testid="box" aria-pressed=${this.boxing}
              aria-label=${this.t('brush.draw')} title=${this.t('brush.draw.title')}
              @click=${() => {
                this.boxing = !this.boxing;
              }}>${icon('box')}</button>`
            : nothing
        }${this.tableButton()}</div>
      <div class="pickers">${
        named.all.length > 2 ? html`${this.picker('x', named)}${this.picker('y', named)}` : nothing
      }${this.statusKey()}${this.unshown()}</div>
      <div class="plot ${ready ? 'pick' : ''} ${this.boxing ? 'boxing' : ''}" data-testid="surface-plot"
        tabindex=${ready && !this.tabled ? 0 : nothing}
        role="group" aria-label=${this.t('surface.keys')} @keydown=${this.onKey} @pointerdown=${this.onDown}
        @pointerup=${this.onUp} @pointercancel=${this.onUp}
        @pointermove=${this.onMove} @pointerleave=${() => store.hover(null)} @click=${this.onClick}>
        <div class="layer ground" role="img" aria-label=${this.summary()}></div>
        <div class="layer marks" aria-hidden="true"><canvas class="layer" hidden></canvas><svg class="layer"
          width="100%" height="100%"></svg></div>
        <div class="box" hidden></div>
        ${this.emptyState()}
        ${ready && !axes ? html`<p class="empty" data-testid="no-surface">${this.t('surface.none')}</p>` : nothing}
        ${this.tabled ? this.table() : nothing}
      </div>
    </figure>`;
  }

  /** @param {'x' | 'y'} side @param {{all: string[], x?: string, y?: string}} named */
  picker(side, named) {
    const change = (/** @type {Event} */ event) => {
      const value = /** @type {HTMLSelectElement} */ (event.target).value;
      const other = side === 'x' ? named.y : named.x;
      [this.xName, this.yName] =
        side === 'x'
          ? [value, value === other ? (named.x ?? null) : (named.y ?? null)]
          : [value === other ? (named.y ?? null) : (named.x ?? null), value];
      this.ground.key = '';
    };
    return html`<label>${this.t(`axis.${side}`)} <select data-testid="axis-${side}" @change=${change}
      .value=${named[side] ?? ''}>${named.all.map(
        (one) => html`<option value=${one} ?selected=${one === named[side]}>${this.store.label(one)}</option>`,
      )}</select></label>`;
  }

  summary() {
    const { store } = this;
    const best = store.trials.get(store.best ?? -1);
    const { diverged } = store.counts;
    if (!best) return diverged ? this.t('message.all_diverged', { n: diverged }) : this.t('surface.summary.empty');
    const at = this.named(this.axes())
      .map((name) => `, ${store.label(name)} ${setting(best.params[name])}`)
      .join('');
    const { untrained } = scoreScale(store);
    const said = [
      this.t('surface.summary', {
        n: store.trials.size,
        score: scoreName(store, true),
        value: scoreText(store, best),
        number: best.number,
        at,
        diverged,
      }),
      untrained ? this.t('surface.summary.untrained', { untrained }) : '',
      at ? '' : this.t('surface.none'),
      this.missing ? this.t('surface.missing', { count: this.missing }) : '',
    ];
    return said.filter(Boolean).join(' ');
  }

  /** The hyperparameters on the axes. @param {Axes | null} axes */
  named(axes) {
    return [axes?.x.name, axes?.y.name].filter((name) => name !== undefined && name !== '').map(String);
  }

  /** How many trials have no value on one of the axes, and so no mark. */
  get missing() {
    const { store } = this;
    const names = this.named(this.axes()).filter((name) => store.shownStudy.space?.[name]);
    const key = [store.runs, store.trials.size, ...names].join();
    if (key === this.absent.key) return this.absent.n;
    let n = 0;
    for (const { params } of store.trials.values())
      if (names.some((name) => params[name] === undefined || params[name] === null)) n++;
    this.absent = { key, n };
    return n;
  }

  /** Trials without a mark are counted, and the best is named where it is one of them. */
  unshown() {
    const n = this.missing;
    if (!n) return nothing;
    const { store } = this;
    const best = store.trials.get(store.best ?? -1);
    const isBest =
      best && this.named(this.axes()).some((name) => best.params[name] === undefined || best.params[name] === null);
    const title = this.t('surface.missing', { count: n });
    return html`<span data-testid="unshown"
      title=${title}>${this.t('surface.unshown', { count: count(n) })}${
        isBest ? `, ${this.t('surface.unshown.best', { number: best.number })}` : ''
      }</span>`;
  }

  table() {
    const { store } = this;
    const names = this.named(this.axes());
    return html`<div class="data" tabindex="0" role="region"
      aria-label=${this.t('surface.title')}><table><caption>${this.t('surface.caption')}</caption>
      <thead><tr><th class="num"
        scope="col">#</th>${names.map((one) => html`<th class="num" scope="col">${store.label(one)}</th>`)}<th
        class="num" scope="col">${scoreName(store)}</th><th scope="col">${this.t('table.state')}</th></tr></thead>
      <tbody>${[...store.trials.values()].slice(0, 300).map(
        (one) => html`<tr
          aria-selected=${one === store.selected}><td
          class="num">${one.number}</td>${names.map(
            (name) => html`<td
              class="num">${setting(one.params[name])}</td>`,
          )}<td
          class="num">${scoreValue(store, store.score(one))}</td><td>${this.t(
            `state.${lookOf(store, one)}`,
          )}</td></tr>`,
      )}</tbody></table></div>`;
  }

  /**
   * Room for the labels of the axes.
   * @param {{x: Axis, y: Axis} | null} axes
   * @returns {import('./surface-ground.js').Frame}
   */
  frame(axes = this.axes()) {
    const { width, height } = this.size;
    const small = width < 420;
    const longest = (/** @type {Axis | undefined} */ axis) =>
      Math.max(0, ...(axis?.ticks.map((tick) => textWidth(tick.label)) ?? []));
    const left = Math.max(small ? 42 : 50, Math.min(30 + longest(axes?.y), width / 3));
    const crowded = axes?.x.scale === 'choices' && (longest(axes.x) + 8) * axes.x.ticks.length > width - left - 10;
    return { width, height, left, right: 10, top: 8, bottom: (small ? 36 : 38) + (crowded ? 15 : 0), crowded };
  }

  /** How many of the trials have ended, while not all have. */
  partial() {
    const { store } = this;
    const done = store.counts.complete + store.counts.diverged;
    if (!store.trials.size || done === store.trials.size) return nothing;
    return html`<span class="q"
      data-testid="partial">${this.t('figure.partial', { done: count(done), n: count(store.trials.size) })}</span>`;
  }

  draw() {
    const axes = this.axes();
    const frame = this.frame(axes);
    const ground = /** @type {HTMLElement | null} */ (this.querySelector('.ground'));
    if (!ground || frame.width < 60 || frame.height < 60) return;
    this.drawRamp();
    if (!axes) {
      ground.replaceChildren();
      this.ground.key = '';
      this.marks?.draw([]);
      this.marks?.mark(undefined, undefined, { text: '', spread: '', bar: null });
      return;
    }
    if (!this.spots.place(this.store, axes, frame)) this.drawOn();
    this.drawGround(ground, axes, frame);
    this.drawMarks(axes, frame);
    this.drawBox(axes, frame);
  }

  /** @private Draws what there was no time for, in a task of its own. */
  drawOn() {
    void turn().then(() => this.isConnected && this.draw());
  }

  /** The scale of colours, and on it the selected trial's score with its spread over seeds. */
  drawRamp() {
    const { store } = this;
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('.ramp'));
    const g = canvas?.getContext('2d');
    if (!canvas || !g) return;
    g.clearRect(0, 0, canvas.width, canvas.height);
    for (let k = 0; k < 72; k++) {
      g.fillStyle = depthColor(1 - k / 71, store.dark);
      g.fillRect(2 * k, 4, 2, 16);
    }
    const trial = store.selected;
    const spread = trial ? spreadOf(store, trial) : NaN;
    if (!trial || !Number.isFinite(spread)) return;
    const scale = scoreScale(store);
    // Below zero a log scale has no place: the mark then ends at the best.
    const x = (/** @type {number} */ score) => (scale.log && score <= 0 ? 0 : 143 * (1 - scale.goodness(score)));
    const [from, to] = [x(store.score(trial) - spread), x(store.score(trial) + spread)];
    const token = tokens(this, store.dark);
    for (const [color, wide] of /** @type {[string, number][]} */ ([
      [token('--surface'), 7],
      [token('--accent'), 3],
    ])) {
      g.fillStyle = color;
      for (const at of [from, to]) g.fillRect(Math.max(0, Math.min(144 - wide, at - wide / 2)), 0, wide, 24);
      g.fillRect(Math.min(from, to), 12 - wide / 2, Math.abs(to - from), wide);
    }
  }

  /** Axes at once; the contours, which change slowly, in slices of their own.
   * @param {HTMLElement} ground @param {Axes} axes @param {Frame} frame */
  drawGround(ground, axes, frame) {
    const { store } = this;
    const place = JSON.stringify([axes.x, axes.y, frame.width, frame.height]);
    const titles = { x: this.axisTitle(axes.x), y: this.axisTitle(axes.y) };
    const key = `${place} ${titles.x} ${titles.y}`;
    const state = this.ground;
    if (key !== state.key) {
      // Contours of the same place stay until there are new ones.
      const kept = state.key.startsWith(place)
        ? /** @type {SVGElement | null} */ (ground.querySelector('.fit'))
        : null;
      ground.replaceChildren(groundOf(axes, frame, titles, kept));
      state.key = key;
      if (!kept) state.fit = '';
    }
    if (!axes.fitted) {
      // A fit of the run before, or of fewer trials, is not one of these.
      if (state.fit) ground.querySelector('.fit')?.replaceChildren();
      state.fit = '';
      return;
    }
    const live = store.state === 'running';
    const fit = `${place} ${store.dark} ${store.runs} ${live ? 'live' : `${store.version} ${store.state}`}`;
    const old = live && performance.now() - state.at > RENEW;
    if (state.busy || (fit === state.fit && !old)) return;
    void this.renew(ground, axes, frame, fit);
  }

  /** @param {HTMLElement} ground @param {Axes} axes @param {Frame} frame @param {string} fit */
  async renew(ground, axes, frame, fit) {
    const state = this.ground;
    const { dark } = this.store;
    state.busy = true;
    state.fit = fit;
    // Its first step takes as long as the marks that this task draws.
    await turn();
    const wanted = () => state.fit === fit && this.isConnected && this.store.dark === dark;
    const shades = await inSlices(shadesOf(this.store, axes, frame, dark), wanted).finally(() => {
      state.busy = false;
    });
    state.at = performance.now();
    // The theme may have changed, even to and fro, since its last slice.
    if (shades && wanted()) ground.querySelector('.fit')?.replaceChildren(...shades);
    else if (state.fit === fit) state.fit = '';
    this.requestUpdate();
  }

  /** @param {Axes} axes @param {Frame} frame */
  drawMarks(axes, frame) {
    const { store, spots } = this;
    const canvas = /** @type {HTMLCanvasElement} */ (this.querySelector('.marks > canvas'));
    this.marks ??= new SvgMarks(/** @type {SVGSVGElement} */ (this.querySelector('.marks > svg')));
    const many = spots.all.length > SVG_LIMIT;
    canvas.hidden = !many;
    if (many) {
      const moved = axes.y.name
        ? ''
        : store.state === 'running'
          ? Math.floor(performance.now() / MOVE)
          : store.version;
      // Once nothing moves any more, all are drawn anew without the rims of what they were.
      const key = [
        spots.key,
        spots.laid,
        store.dark,
        palette.version,
        store.brushes,
        moved,
        store.state === 'running',
      ].join();
      this.many.draw(canvas, spots, store.trials.size, frame, key, { token: tokens(this, store.dark) });
    } else spots.changed.clear();
    if (!this.marks.draw(many ? [] : spots.all)) this.drawOn();
    const trial = store.selected;
    const spread = trial ? spreadOf(store, trial) : NaN;
    const end = (/** @type {number} */ score) => {
      const share = axes.y.scale === 'log' && score <= 0 ? -1 : shareOf(axes.y, axes.y.to(score));
      return { at: upOf(frame, share), capped: share >= 0 && share <= 1 };
    };
    this.marks.mark(spots.of(trial?.number), spots.of(store.hovered), {
      text: trial ? String(trial.number) : '',
      spread: plusMinus(spread, store.objective.metric, store.task),
      bar:
        trial && !axes.y.name && Number.isFinite(spread)
          ? [end(store.score(trial) - spread), end(store.score(trial) + spread)]
          : null,
    });
  }

  /** The brush, where one of its sides is an axis. @param {Axes} axes @param {Frame} frame */
  drawBox(axes, frame) {
    const box = /** @type {HTMLElement} */ (this.querySelector('.box'));
    const shares = this.shares(axes);
    box.hidden = !shares;
    if (!shares) return;
    const [x, y] = shares.map((ends) => ends.map((one) => Math.max(0, Math.min(1, one))));
    const [w, h] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom];
    box.style.left = `${frame.left + x[0] * w}px`;
    box.style.top = `${frame.top + (1 - y[1]) * h}px`;
    box.style.width = `${(x[1] - x[0]) * w}px`;
    box.style.height = `${(y[1] - y[0]) * h}px`;
  }

  /**
   * The brush's box as shares of the two axes.
   * @param {Axes} axes
   * @returns {[[number, number], [number, number]] | null}
   */
  shares(axes) {
    const side = (/** @type {Axis} */ axis) => {
      const found = this.store.brush?.find((one) => one.name === axis.name);
      return found ? sharesOf(axis, found) : null;
    };
    const [x, y] = [side(axes.x), side(axes.y)];
    return x || y ? [x ?? [0, 1], y ?? [0, 1]] : null;
  }

  /** @param {Axes} axes @param {[number, number]} x @param {[number, number]} y shares of the axes */
  brush(axes, x, y) {
    const { store } = this;
    const space = store.shownStudy.space ?? {};
    // A side that covers its whole axis leaves nothing out.
    const whole = (/** @type {[number, number]} */ side) => side[0] <= 0 && side[1] >= 1;
    const sides = [];
    if (!whole(x)) sides.push(sideOf(axes.x, space[axes.x.name], ...x));
    if (!whole(y)) sides.push(sideOf(axes.y, space[axes.y.name], ...y));
    store.setBrush(sides.length ? sides : null);
    if (sides.length) store.say(store.t('say.brushed', { done: store.brushedCount(), n: store.trials.size }));
  }

  /** A point of the plot as shares of the axes. @param {{x: number, y: number}} at @returns {[number, number]} */
  shareAt(at) {
    const frame = this.frame();
    return [
      (at.x - frame.left) / (frame.width - frame.left - frame.right),
      (frame.height - frame.bottom - at.y) / (frame.height - frame.top - frame.bottom),
    ];
  }

  /** @param {PointerEvent | MouseEvent} event */
  pointOf(event) {
    const { x, y } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    return { x, y };
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    const drawn = event.pointerType !== 'touch' || this.boxing;
    this.drag =
      !drawn || this.tabled || event.button || !this.store.trials.size
        ? null
        : { ...this.pointOf(event), boxed: false };
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (this.tabled) return;
    const at = this.pointOf(event);
    const { drag } = this;
    const axes = drag && event.buttons ? this.axes() : null;
    if (!drag || !axes) {
      this.store.hover(this.spots.nearest(at.x, at.y, NEAR)?.number ?? null);
      return;
    }
    if (!drag.boxed && Math.hypot(at.x - drag.x, at.y - drag.y) < DRAG) return;
    if (!drag.boxed) /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    drag.boxed = true;
    const [from, to] = [this.shareAt(drag), this.shareAt(at)];
    const ends = (/** @type {0 | 1} */ k) =>
      /** @type {[number, number]} */ ([Math.min(from[k], to[k]), Math.max(from[k], to[k])]);
    this.brush(axes, ends(0), ends(1));
  }

  onUp() {
    // The click that ends a drag picks no trial.
    if (this.drag?.boxed)
      setTimeout(() => {
        this.drag = null;
      });
    else this.drag = null;
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    if (this.tabled || this.drag?.boxed) return;
    const at = this.pointOf(event);
    const spot = this.spots.nearest(at.x, at.y, NEAR);
    if (spot) this.store.select(spot.number);
  }

  /**
   * Arrows go from mark to mark; with Shift they grow and shrink a box around the selected one.
   * @param {KeyboardEvent} event
   */
  onKey(event) {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const axes = this.axes();
    if (!way || !axes || event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey)
      return;
    event.preventDefault();
    event.stopPropagation();
    const { store } = this;
    const here = this.spots.of(store.selected?.number);
    if (!event.shiftKey) {
      const next = here ? this.spots.next(here, way[0], -way[1]) : this.spots.all[0];
      if (next) this.act('select', next.number);
      return;
    }
    const [cx, cy] = here ? this.shareAt(here) : [0.5, 0.5];
    const [x, y] = this.shares(axes) ?? [
      [cx - 2 * GROW, cx + 2 * GROW],
      [cy - 2 * GROW, cy + 2 * GROW],
    ];
    const grown = (/** @type {[number, number]} */ ends, /** @type {number} */ by) => {
      const [low, high] = [Math.max(0, ends[0] - by * GROW), Math.min(1, ends[1] + by * GROW)];
      return /** @type {[number, number]} */ (high - low < GROW ? ends : [low, high]);
    };
    this.brush(axes, grown(x, way[0]), grown(y, way[1]));
  }
}

define('tp-surface', TpSurface);
