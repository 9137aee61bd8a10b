import { html, svg } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { lossAxis } from '../../figures/curve-axes.js';
import { FigurePart } from '../../figures/figure.js';
import { element, plotOf } from '../../figures/plot-axes.js';
import { count, loss, metric, rate } from '../../study/format.js';
import { taskOf } from '../../study/hyperparameters.js';
import { shareOf, steps, textWidth } from '../../study/scale.js';
import { changesOf, checkpointsOf, isOpen, letterOf, pointsOf, settingsAt, tipOf } from './branches.js';
import { apart, spanOf, thinned } from './plot.js';

/**
 * @typedef {import('./branches.js').Hand} Hand
 * @typedef {import('./branches.js').Point} Point
 * @typedef {{x: (epoch: number) => number, y: (loss: number) => number}} Places
 */

const MARGINS = { right: 26, top: 10, bottom: 38 };
/** The heights of a setting's strip and of a branch's row below the losses. */
const [STRIP, ROW] = [38, 22];
/** Settings that have a strip, at most. */
const STRIPS = 3;
/** A plot narrower than this, in px, has one strip alone. */
const NARROW = 480;
/** How the line of the trial itself is drawn. */
const OWN_DASH = '8 3 1 3';
/** A run has room for so many epochs before there are any. */
const LEAST_EPOCHS = 10;

/** The losses of a run by hand, what was changed in it, and its branches with their checkpoints. */
export class TpHandFigure extends FigurePart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = [];
  static properties = {
    ...FigurePart.properties,
    run: { attribute: false },
    version: { attribute: false },
    cursor: { attribute: false },
    origin: { attribute: false },
  };
  static figure = 'hand';
  static layer = 'axes';

  constructor() {
    super();
    /** @type {import('./hand-run.js').HandRun} */ this.run = /** @type {any} */ (null);
    /** Grows with every change of the run. */ this.version = 0;
    /** @type {number | null} the epoch of the branch in hand that is pointed at; null is its end */ this.cursor =
      null;
    /** The trial that it was begun as, where its own curve is another one.
     * @type {import('../../study/types.js').Trial | null} */
    this.origin = null;
    /** @private the axes that are drawn */ this.drawn = '';
    /** @private @type {Places | null} */ this.places = null;
    /** @private where the rows of branches begin */ this.rowsAt = 0;
  }

  /** @private */
  get hand() {
    return this.run.hand;
  }

  /** @private The trial's own epochs, where they are others than those of the run. @returns {Point[]} */
  get own() {
    return this.origin ? /** @type {any} */ (this.origin.epochs.records()) : [];
  }

  /** @private */
  get ownName() {
    return this.t('trial.number', { number: this.origin?.number });
  }

  get title() {
    return this.t('hand.figure');
  }

  get ready() {
    return this.hand.branches.some(({ points }) => points.length > 0);
  }

  get savable() {
    return this.ready;
  }

  get file() {
    return `${this.run.study.dataset.name}-${this.name}`;
  }

  get pictureTitle() {
    const { study } = this.run;
    return `${this.title} – ${this.store.dataName(study)}`;
  }

  get keys() {
    return this.t('hand.figure.keys');
  }

  note() {
    return html``;
  }

  summary() {
    const { branches, current } = this.hand;
    const last = branches[current].points.at(-1);
    const now = {
      letter: letterOf(current),
      epoch: count(tipOf(branches[current])),
      loss: loss(last?.validation_loss),
    };
    return `${this.title}. ${this.t('hand.figure.summary', { ...now, n: branches.length })}`;
  }

  pictureKeys() {
    const line = (/** @type {string} */ color, /** @type {number} */ width, /** @type {string} */ dash) =>
      html`<svg viewBox="0 0 18 10" width="18" aria-hidden="true">${svg`<path d="M0 5h18" stroke=${color}
        stroke-width=${width} stroke-dasharray=${dash} />`}</svg>`;
    return [
      { mark: line('var(--accent)', 2, ''), text: this.t('score.validation_loss') },
      { mark: line('var(--ink)', 1.2, '4 3'), text: this.t('hand.train_loss') },
      { mark: line('var(--mark)', 1.2, ''), text: this.t('hand.others') },
      { mark: line('var(--mark)', 1.2, '2 2'), text: this.t('hand.changed') },
      ...(this.own.length ? [{ mark: line('var(--ink-3)', 1.6, OWN_DASH), text: this.ownName }] : []),
    ];
  }

  controls() {
    return html`<div class="pickers">${this.keyLine(this.pictureKeys())}</div>`;
  }

  layers() {
    return html`<svg class="layer over marks" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  data() {
    const { hand } = this;
    const task = taskOf(this.run.study);
    const names = this.strips(Infinity);
    const own = this.own.map((point) => ({ branch: NaN, point }));
    const trained = hand.branches.flatMap(({ points }, branch) => points.map((point) => ({ branch, point })));
    const rows = [...own, ...trained];
    /** @typedef {(typeof rows)[number]} Row */
    const column = (
      /** @type {string} */ key,
      /** @type {string} */ label,
      /** @type {(row: Row) => any} */ value,
      /** @type {(value: any) => string} */ text,
      num = true,
    ) => ({ key, label, num, text: (/** @type {Row} */ row) => text(value(row)), value });
    return {
      caption: this.summary(),
      columns: [
        column(
          'branch',
          this.t('hand.branch'),
          ({ branch }) => (branch >= 0 ? letterOf(branch) : this.ownName),
          String,
          false,
        ),
        column('epoch', this.t('hand.epoch'), ({ point }) => point.epoch, count),
        column('train_loss', this.t('hand.train_loss'), ({ point }) => point.train_loss, loss),
        column('validation_loss', this.t('score.validation_loss'), ({ point }) => point.validation_loss, loss),
        column(
          'validation_metric',
          this.t(`metric.${task}`),
          ({ point }) => point.validation_metric,
          (value) => metric(value, task),
        ),
        column('learning_rate', this.t('hand.rate_used'), ({ point }) => point.learning_rate, rate),
        ...names
          .filter((name) => name !== 'learning_rate')
          .map((name) =>
            column(
              name,
              this.store.label(name),
              ({ branch, point }) => (branch >= 0 ? settingsAt(hand, branch, point.epoch - 1)[name] : null) ?? null,
              this.store.setting,
            ),
          ),
      ],
      rows: this.tabled ? rows.slice(-500).reverse() : [],
      all: () => rows,
      isMarked: (/** @type {Row} */ row) => row.branch === hand.current && row.point.epoch === this.cursor,
    };
  }

  /** Room for what stands below the losses has to be known first. @param {number} width @param {number} height */
  resized(width, height) {
    const { most } = this;
    super.resized(width, height);
    if (most !== this.most) this.requestUpdate();
  }

  /** @private The learning rate and what was changed on the way of the branch in hand, the latest first.
   * @param {number} most */
  strips(most) {
    const { hand } = this;
    const changed = changesOf(hand, hand.current).flatMap(({ settings }) => Object.keys(settings));
    return [...new Set(['learning_rate', ...changed.reverse()])].slice(0, most);
  }

  /** @private */
  get most() {
    return this.size.width < NARROW ? 1 : STRIPS;
  }

  /** @private */
  get room() {
    return STRIP * this.strips(this.most).length + ROW * this.hand.branches.length + 6;
  }

  updated() {
    const plot = /** @type {HTMLElement | null} */ (this.querySelector('.plot'));
    plot?.style.setProperty('--below', `${this.room}px`);
    super.updated();
  }

  onLeave() {}

  /** @param {MouseEvent} event */
  onClick(event) {
    const plot = /** @type {HTMLElement} */ (this.querySelector('.plot'));
    const { places, hand } = this;
    if (this.tabled || !places) return;
    const { x, y } = pointIn(plot, event);
    const row = Math.floor((y - this.rowsAt) / ROW);
    const branch = row >= 0 && row < hand.branches.length ? row : hand.current;
    const all = Array.from({ length: tipOf(hand.branches[branch]) + 1 }, (_, epoch) => epoch);
    const near = (/** @type {number[]} */ some) =>
      some.reduce((a, b) => (Math.abs(places.x(b) - x) < Math.abs(places.x(a) - x) ? b : a), some[0]);
    // What means something draws the pointer to itself.
    const mark = near(checkpointsOf(hand, branch));
    this.point(branch, Math.abs(places.x(mark) - x) < 8 ? mark : near(all));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (this.tabled || event.altKey || event.ctrlKey || event.metaKey) return;
    const { hand } = this;
    const { current, branches } = hand;
    const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const up = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const tip = tipOf(branches[current]);
    const at = this.cursor ?? tip;
    if (up) this.point(Math.max(0, Math.min(branches.length - 1, current + up)), null);
    else if (event.key === 'Home' || event.key === 'End') this.point(current, event.key === 'Home' ? 0 : null);
    else if (across) {
      const marks = checkpointsOf(hand, current);
      const next = event.shiftKey
        ? at + across
        : across > 0
          ? marks.find((one) => one > at)
          : marks.findLast((one) => one < at);
      this.point(current, Math.max(0, Math.min(tip, next ?? at)));
    } else return;
    event.preventDefault();
  }

  /** @private @param {number} branch @param {number | null} epoch */
  point(branch, epoch) {
    const isEnd = epoch === tipOf(this.hand.branches[branch]);
    // The next press counts from here, also before all is drawn anew.
    this.cursor = isEnd ? null : epoch;
    this.dispatchEvent(new CustomEvent('point', { detail: { branch, epoch: this.cursor } }));
  }

  draw() {
    const layer = /** @type {HTMLElement | null} */ (this.querySelector('.axes'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const { width } = this.size;
    const height = this.size.height - this.room;
    if (!layer || !over || width < 80 || height < 80) return;
    const { hand } = this;
    const lines = hand.branches.map((_, k) => pointsOf(hand, k));
    const { own } = this;
    const span = spanOf(own.length ? [...lines, own] : lines, hand.current);
    const y = lossAxis(span, true, height - MARGINS.top - MARGINS.bottom);
    const left = 30 + Math.max(14, ...y.ticks.map((tick) => textWidth(tick.label)));
    const frame = { width, height, left, ...MARGINS };
    const most = Math.max(LEAST_EPOCHS, own.length, ...hand.branches.map(tipOf), ...(this.run.replay?.until ?? []));
    const ticks = steps(0, most, width / 70, true).map((at) => ({ at, label: count(at) }));
    /** @type {import('../../figures/plot-axes.js').Ticked} */
    const x = { domain: [0, most], ticks };
    const titles = { x: this.t('hand.epoch'), y: this.t('hand.loss') };
    const key = JSON.stringify([x, y, frame, titles]);
    if (key !== this.drawn) {
      this.drawn = key;
      layer.replaceChildren(plotOf({ x, y }, frame, titles, [], true));
    }
    const [across, up] = [width - left - frame.right, height - frame.top - frame.bottom];
    this.places = {
      x: (epoch) => left + shareOf(x, epoch) * across,
      // Far outside lies as far outside as the picture is high.
      y: (value) => {
        const at = shareOf(y, Math.log10(Math.max(value, Number.MIN_VALUE)));
        return Math.max(-height, Math.min(2 * height, height - frame.bottom - at * up));
      },
    };
    const names = this.strips(this.most);
    this.rowsAt = height + STRIP * names.length;
    const clip = element('clipPath', { id: 'hand-clip' });
    clip.append(element('rect', { x: left, y: frame.top, width: across + 1, height: up }));
    over.replaceChildren(
      clip,
      ...this.marks(frame.top, this.rowsAt),
      ...(span ? this.curves(lines) : []),
      ...names.flatMap((name, k) => this.strip(name, height + STRIP * k, left)),
      ...this.rows(left),
    );
  }

  /** @private Where something was changed, and the cursor. @param {number} top @param {number} bottom */
  marks(top, bottom) {
    const { hand, cursor } = this;
    const { x } = /** @type {Places} */ (this.places);
    const upright = (/** @type {number} */ epoch, /** @type {Record<string, string | number>} */ look) =>
      element('path', { d: `M${x(epoch)},${top}V${bottom}`, fill: 'none', ...look });
    const changed = [...new Set(changesOf(hand, hand.current).map(({ epoch }) => epoch))];
    return [
      ...changed.map((epoch) => upright(epoch, { stroke: 'var(--mark)', 'stroke-dasharray': '2 2' })),
      ...(cursor === null ? [] : [upright(cursor, { stroke: 'var(--accent)', 'stroke-width': 1.2 })]),
    ];
  }

  /** @private @param {Point[][]} lines */
  curves(lines) {
    const { hand, size } = this;
    const { x, y } = /** @type {Places} */ (this.places);
    const bottom = size.height - this.room - MARGINS.bottom;
    const path = (
      /** @type {Point[]} */ points,
      /** @type {'validation_loss' | 'train_loss'} */ measure,
      /** @type {Record<string, string | number>} */ look,
    ) => {
      const kept = thinned(points, measure, size.width);
      const d = kept
        .map((one, k) => `${k ? 'L' : 'M'}${x(one.epoch).toFixed(1)},${y(one[measure]).toFixed(1)}`)
        .join('');
      const way = { d, fill: 'none', 'clip-path': 'url(#hand-clip)', ...look };
      // One epoch is a dot.
      const dot = { d: `${d}h0`, 'stroke-linecap': 'round', 'stroke-width': 6 };
      return element('path', kept.length === 1 ? { ...way, ...dot } : way);
    };
    const { current, branches } = hand;
    const others = branches.flatMap(({ points, reverted, from }, k) =>
      k === current || !points.length
        ? []
        : [
            path(
              lines[k].filter(({ epoch }) => epoch >= from),
              'validation_loss',
              { stroke: `var(--${reverted ? 'line-2' : 'mark'})`, 'stroke-width': 1.2 },
            ),
          ],
    );
    // The branch in hand first, whose name stays where its line ends.
    const order = [current, ...branches.keys()].filter((k, at, all) => all.indexOf(k) === at);
    const named = order.flatMap((k) => {
      const last = branches[k].points.at(-1);
      return last ? [{ k, x: x(last.epoch) + 5, y: y(last.validation_loss) }] : [];
    });
    // The trial's own line is named by its number.
    const { own } = this;
    const end = own.findLast((one) => Number.isFinite(one.validation_loss));
    if (end) named.push({ k: NaN, x: x(end.epoch) + 5, y: y(end.validation_loss) });
    const heights = apart(named, 12, bottom);
    const ends = named.map(({ k, x: at }, n) => {
      const fill = k === current ? 'var(--accent)' : 'var(--ink-3)';
      const place = { x: at, y: heights[n], dy: '.35em' };
      const letter = k >= 0 ? letterOf(k) : String(this.origin?.number);
      const word = branches[k]?.state === 'diverged' ? `${letter} ×` : letter;
      return element('text', { ...place, fill, 'font-size': 12, 'font-weight': k === current ? 600 : 400 }, word);
    });
    return [
      ...others,
      path(own, 'validation_loss', { stroke: 'var(--ink-3)', 'stroke-width': 1.6, 'stroke-dasharray': OWN_DASH }),
      path(lines[current], 'train_loss', { stroke: 'var(--ink)', 'stroke-width': 1.2, 'stroke-dasharray': '4 3' }),
      path(lines[current], 'validation_loss', { stroke: 'var(--accent)', 'stroke-width': 2.2 }),
      ...ends,
    ];
  }

  /** @private What a setting was on the way of the branch in hand. @param {string} name @param {number} top
   * @param {number} left */
  strip(name, top, left) {
    const { hand, run } = this;
    const { x } = /** @type {Places} */ (this.places);
    const tip = tipOf(hand.branches[hand.current]);
    // Of a record that is still to be trained some lie ahead.
    const changed = changesOf(hand, hand.current).filter(({ epoch, settings }) => epoch <= tip && name in settings);
    const turns = [0, ...changed.map(({ epoch }) => epoch)];
    const values = [hand.params[name], ...changed.map(({ settings }) => settings[name])];
    // What was changed while an epoch is trained is written down after it.
    values[values.length - 1] = run.settings()[name];
    const kinds = [...new Set(values)];
    const size = (/** @type {import('../../study/types.js').Value} */ value) =>
      typeof value !== 'number' ? kinds.indexOf(value) : value > 0 ? Math.log10(value) : -12;
    const sizes = values.map(size);
    const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
    const y = (/** @type {number} */ at) => top + STRIP - 6 - (high > low ? ((at - low) / (high - low)) * 14 : 7);
    const d = turns.map((epoch, k) => `${k ? 'V' : `M${x(0)},`}${y(sizes[k])}H${x(turns[k + 1] ?? tip)}`).join('');
    const now = values[values.length - 1];
    const words = `${this.store.label(name)} ${this.store.setting(now).replaceAll('_', ' ')}`;
    return [
      element('path', { d: `M${left},${top}H${this.size.width - MARGINS.right}`, stroke: 'var(--grid)' }),
      element('text', { x: left + 4, y: top + 13, fill: 'var(--ink-2)', 'font-size': 11 }, words),
      element('path', { d, fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.4 }),
    ];
  }

  /** @private A row for each branch: where it came from, its checkpoints and its end. @param {number} left */
  rows(left) {
    const { hand } = this;
    const { x } = /** @type {Places} */ (this.places);
    const { branches, current } = hand;
    const y = (/** @type {number} */ k) => this.rowsAt + ROW * (k + 0.5);
    return branches.flatMap((branch, k) => {
      const { parent, from, changes, reverted, state, live } = branch;
      const [begin, end] = [x(from), x(tipOf(branch))];
      const isCurrent = k === current;
      const stroke = isCurrent ? 'var(--ink)' : reverted ? 'var(--line-2)' : 'var(--mark)';
      const d = `${parent === null ? '' : `M${begin},${y(parent)}V${y(k)}`}M${begin},${y(k)}H${end}`;
      const node = (/** @type {number} */ at, /** @type {string} */ fill, /** @type {string} */ edge) =>
        element('circle', { cx: at, cy: y(k), r: 3.5, fill, stroke: edge, 'stroke-width': 1.5 });
      const cross = `M${end - 4},${y(k) - 4}l8,8m0,-8l-8,8`;
      const isStub = reverted || state === 'diverged';
      const isPaused = !isCurrent && !(live && isOpen(branch));
      return [
        element('path', { d, fill: 'none', stroke, 'stroke-width': isCurrent ? 2 : 1.4 }),
        ...changes.map(({ epoch }) => node(x(epoch), 'var(--ink)', 'var(--ink)')),
        ...(parent === null || begin === end ? [] : [node(begin, 'var(--surface)', stroke)]),
        isStub
          ? element('path', { d: cross, stroke: isCurrent ? 'var(--ink)' : 'var(--ink-3)', 'stroke-width': 1.6 })
          : node(
              end,
              isPaused ? 'var(--surface)' : isCurrent ? 'var(--accent)' : 'var(--mark)',
              isCurrent ? 'var(--accent)' : stroke,
            ),
        element(
          'text',
          {
            x: left - 10,
            y: y(k),
            dy: '.35em',
            'text-anchor': 'end',
            'font-size': 12,
            'font-weight': isCurrent ? 600 : 400,
            fill: isCurrent ? 'var(--accent)' : 'var(--ink-3)',
          },
          letterOf(k),
        ),
      ];
    });
  }
}

define('tp-hand-figure', TpHandFigure);
