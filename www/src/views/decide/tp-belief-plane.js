import { html } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { depthColor, tokens } from '../../figures/colors.js';
import { element } from '../../figures/plot-axes.js';
import { scoreScale } from '../../state/score.js';
import { scoreLabel, scoreName, scoreValue } from '../../state/spread.js';
import { exact } from '../../study/format.js';
import { axisOf, shareOf, textWidth } from '../../study/scale.js';
import { columnOf, largest } from './belief.js';
import { paintCells, sidesOf } from './heat.js';
import { crossOn, ringAt, rugOf, squareAt } from './signs.js';
import { axesOf, paintOn, panesOf } from './panes.js';
import { BeliefFigure } from './belief-figure.js';

/**
 * @typedef {import('./mind.js').Mind} Mind
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('./heat.js').Box} Box
 * @typedef {{name: string, low: string, high: string, color: (k: number) => string, ramp: (share: number) => string}}
 *   Field
 */

/** So many logarithms below the most that is promised all colours end: e to the 6 is 400. */
const DEPTH = 6;
const MOST_MARKS = 600;
const NEAR = 11;
const ROOM = { top: 40, gap: 22, high: 300, narrow: 640 };

/** What the sampler thinks over two axes: three fields side by side. */
export class TpBeliefPlane extends BeliefFigure {
  static figure = 'belief-plane';

  constructor() {
    super();
    /** @private @type {Box[]} */ this.boxes = [];
    /** @private @type {{x: number, y: number, trial: Trial}[]} in shares */ this.marks = [];
    /** @private @type {Field[]} */ this.fields = [];
    /** @private the reader's place among the values */ this.cursor = [-1, -1];
  }

  get title() {
    const [x, y] = this.mind.axes.map((name) => this.store.label(name));
    return this.t(`belief.plane.${this.mind.kind}`, { x, y });
  }

  get keys() {
    return this.ready && this.mind.told?.known ? this.t('belief.plane.keys') : '';
  }

  get ready() {
    return this.mind.axes.length > 1 && this.mind.trials.length > 0;
  }

  /** @private */
  get axes() {
    const { mind } = this;
    return mind.axes.map((name) => axisOf(name, /** @type {any} */ (mind.study.space?.[name]), this.store.setting));
  }

  /** @private */
  get values() {
    return (this.mind.told?.axes ?? []).map((one) => one?.values ?? []);
  }

  /** @private What was told, where it is of these axes. */
  get numbers() {
    const { told, axes } = this.mind;
    if (!told?.known || told.axes.length < 2 || told.axes.some((one, k) => one?.name !== axes[k])) return null;
    return [0, 1, 2].map((k) => columnOf(told.told, /** @type {0} */ (k)));
  }

  summary() {
    const found = this.nothing;
    if (found) return found.text;
    const { numbers, values, mind, store } = this;
    if (!numbers) return '';
    const spot = (/** @type {number} */ k) => {
      const columns = values[0].length;
      return mind.axes
        .map(
          (name, at) =>
            `${store.label(name)} ${store.setting(values[at][at ? Math.floor(k / columns) : k % columns])}`,
        )
        .join(', ');
    };
    const most = this.t('belief.summary.most', { at: spot(largest(numbers[2])) });
    if (!this.isGp) return most;
    const best = largest(numbers[0].map((one) => -one));
    const mean = mind.isUp ? -numbers[0][best] : numbers[0][best];
    return `${this.t('belief.plane.best', {
      ...{ at: spot(best), score: scoreName(store), mean: scoreValue(store, mean) },
      deviation: scoreValue(store, numbers[1][best]),
    })} ${most}`;
  }

  /** @private The three fields with their colours. @returns {Field[]} */
  fieldsOf() {
    const { numbers, store, mind } = this;
    if (!numbers) return [];
    const { dark } = store;
    const depth = (/** @type {Float64Array} */ all, /** @type {number} */ reach) => {
      const high = all[largest(all)];
      const low = Math.max(high - reach, Math.min(...all));
      const of = (/** @type {number} */ one) => (high > low ? (one - low) / (high - low) : 1);
      return { low, high, of };
    };
    const two = (/** @type {number} */ x) => exact(Number(x.toPrecision(2)));
    const shaded = (/** @type {Float64Array} */ all, /** @type {string} */ name, reach = DEPTH) => {
      const { low, high, of } = depth(all, reach);
      return {
        ...{ name, low: `${low > Math.min(...all) ? '≤ ' : ''}${two(low)}`, high: two(high) },
        color: (/** @type {number} */ k) => depthColor(of(all[k]), dark),
        ramp: (/** @type {number} */ share) => depthColor(share, dark),
      };
    };
    if (!this.isGp)
      return [
        shaded(numbers[0], this.t('belief.log_good')),
        shaded(numbers[1], this.t('belief.log_rest')),
        shaded(numbers[2], this.t('belief.gain.tpe')),
      ];
    const scale = scoreScale(store);
    const mean = numbers[0].map((one) => (mind.isUp ? -one : one));
    const most = numbers[1][largest(numbers[1])] || 1;
    const token = tokens(this, dark);
    const [from, to] = [token('--surface'), token('--ink-2')];
    const grey = (/** @type {number} */ share) => mixed(from, to, Math.max(0, Math.min(1, share)));
    return [
      {
        ...{ name: this.t('belief.mean'), low: scoreLabel(store, scale.worst), high: scoreLabel(store, scale.best) },
        color: (k) => depthColor(scale.goodness(mean[k]), dark),
        ramp: (share) => depthColor(share, dark),
      },
      {
        ...{ name: this.t('belief.deviation'), low: '0', high: scoreValue(store, most) },
        color: (k) => grey(numbers[1][k] / most),
        ramp: grey,
      },
      shaded(numbers[2], this.t('belief.gain.gp')),
    ];
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { numbers, values, mind, store } = this;
    const columns = values[0]?.length ?? 0;
    const rows = numbers ? [...numbers[0].keys()] : [];
    const at = (/** @type {number} */ k, /** @type {number} */ axis) =>
      values[axis][axis ? Math.floor(k / columns) : k % columns];
    const names = this.isGp
      ? ['mean', 'deviation', 'log_expected_improvement']
      : ['log_good', 'log_rest', 'log_ratio'];
    const labels = this.isGp ? ['mean', 'deviation', 'gain.gp'] : ['log_good', 'log_rest', 'gain.tpe'];
    const value = (/** @type {number} */ k, /** @type {number} */ which) =>
      numbers ? (this.isGp && which === 0 && mind.isUp ? -numbers[0][k] : numbers[which][k]) : NaN;
    const order = numbers ? [...rows].sort((a, b) => numbers[2][b] - numbers[2][a]).slice(0, 40) : [];
    return {
      caption: this.t('belief.plane.caption'),
      columns: [
        ...mind.axes.map((name, axis) => ({
          ...{ key: name, label: store.label(name), num: true },
          value: (/** @type {number} */ k) => at(k, axis),
          text: (/** @type {number} */ k) => store.setting(at(k, axis)),
        })),
        ...names.map((key, which) => ({
          ...{ key, label: this.t(`belief.${labels[which]}`), num: true },
          value: (/** @type {number} */ k) => value(k, which),
          text: (/** @type {number} */ k) =>
            this.isGp && which < 2
              ? scoreValue(store, value(k, which))
              : exact(Number(value(k, which).toPrecision(3))),
        })),
      ],
      rows: order,
      all: () => rows,
    };
  }

  layers() {
    return html`<canvas class="layer cells" aria-hidden="true"></canvas
      ><svg class="layer over" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  draw() {
    const plot = /** @type {HTMLElement | null} */ (this.querySelector('.plot'));
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.cells'));
    const { width } = this.size;
    if (!plot || !chart || !over || !canvas || width < 60) return;
    this.fields = this.ready && !this.nothing ? this.fieldsOf() : [];
    if (!this.fields.length) {
      plot.style.height = '';
      chart.replaceChildren();
      over.replaceChildren();
      canvas.width = 1;
      return;
    }
    const [x, y] = this.axes;
    const { high, boxes } = panesOf(3, width, y, ROOM);
    this.boxes = boxes;
    plot.style.height = `${high}px`;
    const svg = element('svg', { width, height: high, 'font-size': 11 });
    for (const [k, box] of boxes.entries()) {
      const isFirst = box.left === boxes[0].left;
      svg.append(
        axesOf(box, isFirst, x, y, (axis) => this.nameOf(axis)),
        ...this.legendOf(this.fields[k], box),
      );
    }
    chart.replaceChildren(svg);
    const g = paintOn(canvas, width, high);
    if (!g) return;
    const [across, up] = [x, y].map((axis, at) => sidesOf(axis, this.values[at]));
    for (const [k, box] of boxes.entries()) paintCells(g, box, across, up, this.fields[k].color);
    over.replaceChildren(...this.overMarks(x, y));
  }

  /** @private @param {import('../../study/scale.js').Axis} axis */
  nameOf({ name, scale }) {
    return this.store.scaled(this.store.label(name), scale);
  }

  /** @private What a field is, and its scale of colours above it. @param {Field} field @param {Box} box */
  legendOf({ name, low, high, ramp }, { left, top, width }) {
    const steps = 24;
    const [wide, y] = [Math.min(90, width / 3), top - 15];
    const end = left + width - textWidth(high) - 6;
    const label = { y: y + 9, fill: 'var(--ink-3)' };
    return [
      element('text', { x: left, y: top - 24, fill: 'var(--ink-2)', 'font-size': 12 }, name),
      element('text', { ...label, x: end - wide - 5, 'text-anchor': 'end' }, low),
      ...Array.from({ length: steps }, (_, k) =>
        element('rect', {
          ...{ x: end - wide + (k * wide) / steps, y, width: wide / steps + 0.5, height: 9 },
          fill: ramp(k / (steps - 1)),
        }),
      ),
      element('text', { ...label, x: end + 4 }, high),
    ];
  }

  /** @private @param {import('../../study/scale.js').Axis} x @param {import('../../study/scale.js').Axis} y */
  overMarks(x, y) {
    const { mind, store } = this;
    const [a, b] = mind.axes;
    const share = (/** @type {Record<string, any>} */ params) => [
      shareOf(x, x.to(params[a])),
      1 - shareOf(y, y.to(params[b])),
    ];
    const known = mind.ended;
    const drawn = known.length > MOST_MARKS ? known.slice(-MOST_MARKS) : known;
    this.marks = drawn.flatMap((trial) => {
      const [u, v] = share(trial.params);
      return Number.isFinite(u) && Number.isFinite(v) ? [{ x: u, y: v, trial }] : [];
    });
    const moved = new Set(mind.moves.map(({ sampler }) => sampler));
    const next = mind.asked?.params ?? mind.next;
    return this.boxes.flatMap(({ left, top, width, height }) => {
      const at = (/** @type {number[]} */ [u, v]) => [left + u * width, top + v * height];
      const made = [];
      for (const { x: u, y: v, trial } of this.marks) {
        const [px, py] = at([u, v]);
        const halo = { stroke: 'var(--surface)', 'stroke-width': 1 };
        if (!Number.isFinite(mind.score(trial))) made.push(...crossOn(px, py));
        else if (moved.has(trial))
          made.push(element('path', { d: `M${px},${py - 6}l6,6l-6,6l-6,-6z`, fill: 'var(--ink)', ...halo }));
        else if (trial.state === 'pruned')
          made.push(ringAt(px, py, 2.8, 'var(--surface)', 3.4), ringAt(px, py, 2.8, 'var(--ink)', 1.4));
        else made.push(element('circle', { cx: px, cy: py, r: 2.8, fill: 'var(--ink)', ...halo }));
      }
      for (const { params } of mind.running) {
        const [px, py] = at(share(params));
        if (Number.isFinite(px + py)) made.push(rugOf(px, py));
      }
      for (const { reader } of mind.moves) {
        const [px, py] = reader ? at(share(reader.params)) : [NaN, NaN];
        if (Number.isFinite(px + py)) made.push(squareAt(px, py));
      }
      if (next) {
        const [px, py] = at(share(next));
        if (Number.isFinite(px + py))
          made.push(
            ringAt(px, py, 9, 'var(--surface)', 5),
            ringAt(px, py, 9, 'var(--ink)', 2),
            element('path', {
              ...{ d: `M${px - 13},${py}h8M${px + 5},${py}h8M${px},${py - 13}v8M${px},${py + 5}v8` },
              ...{ stroke: 'var(--ink)', 'stroke-width': 2 },
            }),
          );
      }
      for (const [number, color, r] of /** @type {[number | null, string, number][]} */ ([
        [store.hovered, 'var(--ink)', 6],
        [store.selected?.number ?? null, 'var(--accent)', 7],
      ])) {
        const mark = this.marks.find((one) => one.trial.number === number && store.trials.get(number) === one.trial);
        if (!mark) continue;
        const [px, py] = at([mark.x, mark.y]);
        made.push(ringAt(px, py, r, 'var(--surface)', 4.5), ringAt(px, py, r, color, 2.2));
      }
      if (a in mind.point && b in mind.point) {
        const [px, py] = at(share(mind.point));
        made.push(
          element('path', {
            ...{ d: `M${px},${top}v${height}M${left},${py}h${width}`, stroke: 'var(--surface)', 'stroke-width': 3.4 },
          }),
          element('path', {
            ...{ d: `M${px},${top}v${height}M${left},${py}h${width}`, stroke: 'var(--accent)', 'stroke-width': 1.5 },
          }),
        );
      }
      return made;
    });
  }

  /** @private The place within a field that a pointer means, in shares. @param {MouseEvent} event */
  spotAt(event) {
    const { x, y } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    const box = this.boxes.find(
      (one) => x >= one.left - 4 && x <= one.left + one.width + 4 && y >= one.top - 4 && y <= one.top + one.height + 4,
    );
    return box ? { u: (x - box.left) / box.width, v: (y - box.top) / box.height, box } : null;
  }

  /** @private @param {MouseEvent} event */
  trialAt(event) {
    const spot = this.spotAt(event);
    if (!spot) return null;
    const { u, v, box } = spot;
    let [found, near] = [/** @type {Trial | null} */ (null), NEAR * NEAR];
    for (const { x, y, trial } of this.marks) {
      const far = ((x - u) * box.width) ** 2 + ((y - v) * box.height) ** 2;
      if (far < near) [found, near] = [trial, far];
    }
    return found && this.store.trials.get(found.number) === found ? found.number : null;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.tabled && this.fields.length) this.act('hover', this.trialAt(event));
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    if (this.tabled || !this.fields.length) return;
    const found = this.trialAt(event);
    if (found !== null) return void this.act('pick', found);
    const spot = this.spotAt(event);
    if (!spot) return;
    this.point([spot.u, 1 - spot.v].map((share, at) => this.nearest(at, share)));
  }

  /** @private @param {number} at @param {number} share of the axis */
  nearest(at, share) {
    const axis = this.axes[at];
    let [found, near] = [0, Infinity];
    for (const [k, value] of this.values[at].entries()) {
      const far = Math.abs(shareOf(axis, axis.to(value)) - share);
      if (far < near) [found, near] = [k, far];
    }
    return found;
  }

  /** @private @param {number[]} places */
  point([column, row]) {
    const { mind, values, numbers, store } = this;
    this.cursor = [column, row];
    const [a, b] = mind.axes;
    const spot = { [a]: values[0][column], [b]: values[1][row] };
    this.dispatchEvent(new CustomEvent('point', { detail: spot, bubbles: true }));
    if (!numbers) return;
    const k = row * values[0].length + column;
    const two = (/** @type {number} */ x) => exact(Number(x.toPrecision(2)));
    const at = mind.axes.map((name) => `${store.label(name)} ${store.setting(spot[name])}`).join(', ');
    const mean = mind.isUp ? -numbers[0][k] : numbers[0][k];
    this.tell(
      this.isGp
        ? this.t('belief.at.gp', {
            ...{ name: '', at, score: scoreName(store), mean: scoreValue(store, mean) },
            ...{ deviation: scoreValue(store, 2 * numbers[1][k]), gain: two(numbers[2][k]) },
          })
        : this.t('belief.at.tpe', {
            ...{ name: '', at, good: two(Math.exp(numbers[0][k])), rest: two(Math.exp(numbers[1][k])) },
            gain: two(numbers[2][k]),
          }),
    );
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey || !this.fields.length) return;
    if (event.key !== 'Enter' && !way) return;
    event.preventDefault();
    event.stopPropagation();
    if (!way) return void this.dispatchEvent(new CustomEvent('train-point', { bubbles: true }));
    const { values, mind } = this;
    const step = event.shiftKey ? 5 : 1;
    this.point(
      [0, 1].map((at) => {
        const now = values[at].findIndex((value) => value === mind.point[mind.axes[at]]);
        const start = now < 0 ? Math.floor(values[at].length / 2) : now + step * way[at];
        return Math.max(0, Math.min(values[at].length - 1, start));
      }),
    );
  }
}

/** A colour between two. @param {string} from as #rrggbb @param {string} to @param {number} share */
function mixed(from, to, share) {
  const channels = (/** @type {string} */ hex) => {
    const long = hex.length === 4 ? [...hex.slice(1)].map((one) => one + one).join('') : hex.slice(1);
    return [0, 2, 4].map((at) => parseInt(long.slice(at, at + 2), 16));
  };
  const [a, b] = [channels(from), channels(to)];
  return `rgb(${a.map((one, k) => Math.round(one + (b[k] - one) * share) || 0).join(' ')})`;
}

define('tp-belief-plane', TpBeliefPlane);
