import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { FigurePart } from './figure.js';
import { define } from '../controls/part.js';
import { COLUMNS, ROWS, fitPlaces, groundOf, shadesOf } from './surface-ground.js';
import { icon } from '../controls/icons.js';
import { segmented } from '../controls/segmented.js';
import { CanvasMarks } from './mark-canvas.js';
import { SVG_LIMIT, SvgMarks } from './marks.js';
import { drawRugs } from './rugs.js';
import { Spots, upOf } from './spots.js';
import { SurfaceAxes } from './surface-axes.js';
import { surfaceData } from './surface-data.js';
import { boxOf, grown, placeBox, shareAt, sidesOf, stageBox } from './surface-brush.js';
import { depthColor, divergingColor, palette, tokens } from './colors.js';
import { drawRamp } from './ramp.js';
import { wayOf } from './cursor.js';
import { count } from '../study/format.js';
import { othersOf } from '../study/places.js';
import { shareOf, textWidth } from '../study/scale.js';
import { samplerOf } from '../study/search.js';
import { scoreScale } from '../state/score.js';
import { measuresOf, shownOf, shownScale } from '../state/measure.js';
import { plusMinus, scoreName, scoreText, spreadOf } from '../state/spread.js';
import { tied, tiesOf } from '../state/ties.js';
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
/** Where many marks move with their scores, they are drawn anew this often, in ms. */
const MOVE = 1000;

/** Validation loss over two swept hyperparameters: a dot per trial over a fit of the losses. */
export class TpSurface extends FigurePart {
  static properties = { ...FigurePart.properties, boxing: { state: true }, sliced: { state: true } };
  static figure = 'surface';
  static file = 'response-surface';
  static layer = 'ground';

  constructor() {
    super();
    /** Whether a finger draws boxes, rather than scrolls. */ this.boxing = false;
    /** Whether the fit is cut at the selected trial's other values, rather than seen through all of them. */
    this.sliced = false;
    this.spots = new Spots();
    /** @private @type {SvgMarks | null} */ this.marks = null;
    /** Which hyperparameters lie on the axes; of two runs side by side the same. */ this.places = new SurfaceAxes();
    /** @private */ this.many = new CanvasMarks();
    /** @private */ this.ground = { key: '', fit: '', at: 0, busy: false };
    /** @private the run that nobody had an estimate of, as where no engine is loaded */ this.bare = '';
    /** @private @type {{x: number, y: number, boxed: boolean} | null} */ this.drag = null;
  }

  get title() {
    return this.t('surface.title');
  }

  heading() {
    return this.lettered(shownOf(this.store).title);
  }

  get keys() {
    return this.t('surface.keys');
  }

  /** @returns {Axes | null} */
  axes() {
    const axes = this.places.of(this.store);
    return axes && this.bare === this.told ? { ...axes, fitted: false } : axes;
  }

  /** @private What an estimate is asked for once of. */
  get told() {
    return `${this.store.runs} ${this.store.state}`;
  }

  /** @param {Axis} axis */
  axisTitle({ name, scale }) {
    const { store } = this;
    return store.scaled(name ? store.label(name) : scoreName(store), scale);
  }

  get legend() {
    const { store } = this;
    if (store.best === null) return null;
    const axes = this.axes();
    const shown = shownOf(store);
    // On an axis of its own the score needs no colour.
    const key = axes?.fitted ? 'surface.fit' : axes?.y.name || !shown.own ? 'surface.dots' : '';
    const scale = shownScale(store, shown);
    // Where no two scores differ, nothing is told by a color.
    if (scale.flat) return null;
    return {
      text: key && this.t(key),
      title:
        key &&
        [
          this.t(`${key}.title`),
          shown.name === 'gap' ? this.t('measure.gap.about') : '',
          key === 'surface.fit' && samplerOf(store.shownStudy) === 'gp' ? this.t('surface.not_sampler') : '',
        ]
          .join(' ')
          .trim(),
      low: `${scale.zeros ? '≤ ' : ''}${shown.round(scale.best)}`,
      high: shown.round(scale.worst),
      ...(this.coloring && { color: this.coloring }),
    };
  }

  /** @private The colours of a scale that is none of scores: below and above 0. */
  get coloring() {
    if (shownOf(this.store).name !== 'gap') return undefined;
    const { dark } = this.store;
    return (/** @type {number} */ share) => divergingColor(share, dark);
  }

  /** @param {HTMLCanvasElement} canvas */
  paintRamp(canvas) {
    const { own } = shownOf(this.store);
    const scores = (/** @type {number} */ share) => depthColor(1 - share, this.store.dark);
    drawRamp(canvas, this.store, this.coloring ?? (own ? undefined : scores));
  }

  /** What colours the surface. @private */
  measurePicker() {
    const { store } = this;
    const shown = shownOf(store);
    const change = (/** @type {Event} */ event) => {
      const { value } = /** @type {HTMLSelectElement} */ (event.target);
      this.act('color_by', { measure: value === store.objective.metric ? null : value });
    };
    return html`<label>${this.t('color')} <select data-testid="surface-color" @change=${change}>${measuresOf(
      store,
    ).map(
      (one) => html`<option value=${one} .selected=${live(one === shown.name)}>${shownOf(store, one).label}</option>`,
    )}</select></label>`;
  }

  pictureKeys() {
    return this.stateKeys();
  }

  tools() {
    if (!this.ready || !this.axes()) return nothing;
    return html`<button type="button" class="ib" data-testid="box" aria-pressed=${this.boxing}
      aria-label=${this.t('brush.draw')} title=${this.t('brush.draw.title')}
      @click=${() => {
        this.boxing = !this.boxing;
      }}>${icon('box')}</button>`;
  }

  controls() {
    const named = this.places.names(this.store);
    const axes = named.all.length > 2 ? html`${this.picker('x', named)}${this.picker('y', named)}` : nothing;
    const keys = this.keyLine(this.stateKeys());
    return html`<div
      class="pickers">${axes}${this.measurePicker()}${this.cutter()}${keys}${this.unshown()}${this.distinct()}</div>`;
  }

  /** Of two runs side by side, how many different values each has tried. */
  distinct() {
    const { store } = this;
    const axes = store.other && this.axes();
    if (!axes || !store.trials.size) return nothing;
    const said = [axes.x, axes.y]
      .filter((axis) => axis.name)
      .map((axis) =>
        this.t('runs.distinct', {
          name: store.label(axis.name),
          distinct: this.places.distinct(store, axis),
          n: store.trials.size,
        }),
      );
    return html`<span class="q2" data-testid="distinct">${said.join(' · ')}</span>`;
  }

  get plotClass() {
    return this.boxing ? 'boxing' : samplerOf(this.store.study) === 'hand' ? 'aiming' : '';
  }

  layers() {
    return html`<div class="layer marks" aria-hidden="true"><canvas class="layer" hidden></canvas><svg class="layer"
        width="100%" height="100%"></svg><svg class="layer rugs" width="100%" height="100%"></svg></div>
      <div class="box stage" hidden></div><div class="box drawn" hidden></div>${
        this.store.opening.step ? html`<tp-valley .store=${this.store} .figure=${this}></tp-valley>` : nothing
      }`;
  }

  emptyState() {
    return this.invitation();
  }

  get nothing() {
    return this.ready && !this.axes() ? { name: 'no-surface', text: this.t('surface.none') } : null;
  }

  /** @param {'x' | 'y'} side @param {{all: string[], x?: string, y?: string}} named */
  picker(side, named) {
    const change = (/** @type {Event} */ event) => {
      this.places.choose(this.store, side, /** @type {HTMLSelectElement} */ (event.target).value);
      this.dispatchEvent(new Event('axes', { bubbles: true }));
      this.requestUpdate();
    };
    return html`<label>${this.t(`axis.${side}`)} <select data-testid="axis-${side}" @change=${change}>${named.all.map(
      (one) => html`<option value=${one} .selected=${live(one === named[side])}>${this.store.label(one)}</option>`,
    )}</select></label>`;
  }

  summary() {
    const { store } = this;
    const best = store.trials.get(store.best ?? -1);
    const { diverged } = store.counts;
    if (!best) return diverged ? this.t('message.all_diverged', { n: diverged }) : this.t('surface.summary.empty');
    const at = this.places
      .named(this.axes())
      .map((name) => `, ${store.label(name)} ${store.setting(best.params[name])}`)
      .join('');
    const { untrained } = scoreScale(store);
    const missing = this.places.missing(store);
    const said = [
      this.t('surface.summary', {
        n: store.trials.size,
        score: scoreName(store, true),
        value: scoreText(store, best),
        number: best.number,
        at,
        diverged,
      }),
      this.tiesSaid(),
      untrained ? this.t('surface.summary.untrained', { untrained }) : '',
      this.measureSaid(),
      at ? '' : this.t('surface.none'),
      store.counts.pruned ? this.t('surface.pruned', { count: store.counts.pruned }) : '',
      this.cutSaid(),
      samplerOf(store.shownStudy) === 'gp' && this.axes()?.fitted ? this.t('surface.not_sampler') : '',
      missing ? this.t('surface.missing', { count: missing }) : '',
    ];
    return said.filter(Boolean).join(' ');
  }

  /** @private */
  tiesSaid() {
    const ties = tiesOf(this.store);
    return ties?.numbers.size ? tied(this.store, ties) : '';
  }

  /** What the colours are, where trials are not ranked by it. @private */
  measureSaid() {
    const { store } = this;
    const shown = shownOf(store);
    const found = shown.own ? [] : [...store.trials.values()].filter((one) => Number.isFinite(shown.of(one)));
    if (!found.length) return '';
    let [low, high] = [found[0], found[0]];
    for (const one of found) {
      if (shown.of(one) < shown.of(low)) low = one;
      if (shown.of(one) > shown.of(high)) high = one;
    }
    return this.t('measure.said', { name: shown.title, low: shown.text(low), high: shown.text(high) });
  }

  /** Trials without a mark are counted, and the best is named where it is one of them. */
  unshown() {
    const { store } = this;
    const n = this.places.missing(store);
    if (!n) return nothing;
    const best = store.trials.get(store.best ?? -1);
    const isBest =
      best &&
      this.places.named(this.axes()).some((name) => best.params[name] === undefined || best.params[name] === null);
    const title = this.t('surface.missing', { count: n });
    return html`<span data-testid="unshown"
      title=${title}>${this.t('surface.unshown', { count: count(n) })}${
        isBest ? `, ${this.t('surface.unshown.best', { number: best.number })}` : ''
      }</span>`;
  }

  data() {
    return surfaceData(this.store, this.places.named(this.axes()));
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

  draw() {
    const { store } = this;
    const axes = this.axes();
    const frame = this.frame(axes);
    const ground = /** @type {HTMLElement | null} */ (this.querySelector('.ground'));
    if (!ground || frame.width < 60 || frame.height < 60) return;
    if (!axes) {
      ground.replaceChildren();
      this.ground.key = '';
      this.marks?.draw([]);
      this.marks?.mark(undefined, undefined, { text: '', spread: '', ties: '', bar: null });
      return;
    }
    if (!this.spots.place(store, axes, frame)) this.drawOn();
    this.drawGround(ground, axes, frame);
    this.drawMarks(axes, frame);
    const box = (/** @type {string} */ name) => /** @type {HTMLElement} */ (this.querySelector(`.box.${name}`));
    placeBox(box('drawn'), boxOf(axes, store.brush), frame);
    placeBox(box('stage'), stageBox(axes, store), frame);
    /** @type {any} */ (this.querySelector('tp-valley'))?.requestUpdate?.();
  }

  /** @private Draws what there was no time for, in a task of its own. */
  drawOn() {
    void turn().then(() => this.isConnected && this.redraw());
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
    const told = live ? 'live' : `${store.version} ${store.state}`;
    const fit = `${place} ${this.cut(axes)?.number} ${store.dark} ${store.measure} ${store.runs} ${told}`;
    const old = live && performance.now() - state.at > RENEW;
    if (state.busy || (fit === state.fit && !old)) return;
    void this.renew(ground, axes, frame, fit);
  }

  /** The trial at whose other values the fit is cut; null where it is seen through all of them.
   * @private @param {Axes} axes */
  cut(axes) {
    const { store } = this;
    return this.sliced && othersOf(store.shownStudy, axes).length ? store.selected : null;
  }

  /** What of the fit is seen, in a sentence. @private */
  cutSaid() {
    const { store } = this;
    const axes = this.axes();
    const others = axes?.fitted ? othersOf(store.shownStudy, axes) : [];
    if (!others.length) return '';
    const names = others.map((name) => store.label(name)).join(', ');
    const cut = axes && this.cut(axes);
    return this.t(`surface.cut.${cut ? 'slice' : 'all'}.title`, { names, number: cut?.number ?? '' });
  }

  /** With further hyperparameters the fit is one of two things, and says which. @private */
  cutter() {
    const { store } = this;
    const axes = this.axes();
    const others = axes?.fitted ? othersOf(store.shownStudy, axes) : [];
    if (!others.length) return nothing;
    const names = others.map((name) => store.label(name)).join(', ');
    const number = store.selected?.number ?? '–';
    return segmented(
      this.t('surface.cut'),
      ['all', 'slice'].map((value) => ({
        value,
        text: this.t(`surface.cut.${value}`, { number }),
        title: this.t(`surface.cut.${value}.title`, { names, number }),
      })),
      this.sliced ? 'slice' : 'all',
      (value) => {
        this.sliced = value === 'slice';
      },
      { testid: 'surface-cut' },
    );
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
    const { measure } = this.store;
    const cut = { x: axes.x.name, y: axes.y.name, trial: this.cut(axes)?.number ?? null, measure };
    const places = fitPlaces(this.store, axes, this.cut(axes));
    const surface = /** @type {Float64Array | null} */ (
      await this.act('response', { places, columns: COLUMNS, rows: ROWS, cut })
    );
    if (!surface && wanted()) this.bare = this.told;
    const shades = surface ? await inSlices(shadesOf(surface, frame, dark, this.coloring), wanted) : [];
    state.busy = false;
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
        store.measure,
        moved,
        store.state === 'running',
      ].join();
      this.many.draw(canvas, spots, store.trials.size, frame, key, { token: tokens(this, store.dark) });
    } else spots.changed.clear();
    if (!this.marks.draw(many ? [] : spots.all)) this.drawOn();
    drawRugs(/** @type {SVGSVGElement} */ (this.querySelector('.rugs')), store.other ? spots.all : [], axes, frame);
    const trial = store.selected;
    const spread = trial ? spreadOf(store, trial) : NaN;
    const end = (/** @type {number} */ score) => {
      const share = axes.y.scale === 'log' && score <= 0 ? -1 : shareOf(axes.y, axes.y.to(score));
      return { at: upOf(frame, share), capped: share >= 0 && share <= 1 };
    };
    const room = {
      left: frame.left,
      right: frame.width - frame.right,
      top: frame.top,
      bottom: frame.height - frame.bottom,
    };
    /** @type {import('./marks.js').Label} */
    const label = {
      text: trial ? String(trial.number) : '',
      ties: this.tieLabel(trial),
      spread: plusMinus(spread, store.objective.metric, store.task),
      bar:
        trial && !axes.y.name && Number.isFinite(spread)
          ? [end(store.score(trial) - spread), end(store.score(trial) + spread)]
          : null,
    };
    this.marks.mark(spots.of(trial?.number), spots.of(store.hovered), label, room, spots.all);
  }

  /** Beside the number of the best, how many trials tie with it.
   * @private @param {import('../study/types.js').Trial | null} trial */
  tieLabel(trial) {
    const ties = trial && trial.number === this.store.best ? tiesOf(this.store) : null;
    return ties?.numbers.size ? ` ${tied(this.store, ties, '.mark')}` : '';
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
      this.act('hover', this.spots.nearest(at.x, at.y, NEAR)?.number ?? null);
      return;
    }
    if (!drag.boxed && Math.hypot(at.x - drag.x, at.y - drag.y) < DRAG) return;
    if (!drag.boxed) /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    drag.boxed = true;
    const frame = this.frame();
    const [from, to] = [shareAt(drag, frame), shareAt(at, frame)];
    const ends = (/** @type {0 | 1} */ k) =>
      /** @type {[number, number]} */ ([Math.min(from[k], to[k]), Math.max(from[k], to[k])]);
    this.brush(axes, [ends(0), ends(1)]);
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
    if (spot) this.act('pick', spot.number);
    const axes = this.axes();
    // A guest that nobody has woken does not know the command.
    if (spot || !axes || this.store.other || samplerOf(this.store.study) !== 'hand') return;
    const shares = shareAt(at, this.frame());
    this.act(
      'pick_point',
      [axes.x, axes.y].map((axis, k) => ({ axis, share: shares[k] })),
    );
  }

  /** @param {Axes} axes @param {[[number, number], [number, number]]} box shares of the axes */
  brush(axes, box) {
    const { store } = this;
    this.act('brush', sidesOf(axes, store.shownStudy.space ?? {}, box) ?? []);
  }

  /**
   * Arrows go from mark to mark; with Shift they grow and shrink a box around the selected one.
   * @param {KeyboardEvent} event
   */
  onKey(event) {
    const way = wayOf(event);
    const axes = this.axes();
    if (!way || !axes || event.target !== event.currentTarget) return;
    event.preventDefault();
    event.stopPropagation();
    const { store } = this;
    const here = this.spots.of(store.selected?.number);
    if (event.shiftKey) {
      const around = here ? shareAt(here, this.frame()) : /** @type {[number, number]} */ ([0.5, 0.5]);
      this.brush(axes, grown(boxOf(axes, store.brush), around, way));
      return;
    }
    const next = here ? this.spots.next(here, way[0], -way[1]) : this.spots.all[0];
    if (next) this.act('select', next.number);
  }
}

define('tp-surface', TpSurface);
