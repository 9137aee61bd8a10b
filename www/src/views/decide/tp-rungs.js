import { html } from 'lit';
import { define } from '../../controls/part.js';
import { pointIn } from '../../controls/pointer.js';
import { depthColor, tokens } from '../../figures/colors.js';
import { element } from '../../figures/plot-axes.js';
import { scoreScale } from '../../state/score.js';
import { scoreName, scoreValue } from '../../state/spread.js';
import { count } from '../../study/format.js';
import { SIGNS } from './keys.js';
import { paintOn } from './panes.js';
import { isOneEnd } from './rungs.js';
import { ringAt } from './signs.js';
import { SlowFigure } from './slow-figure.js';

/**
 * @typedef {import('./pruning.js').Pruning} Pruning
 * @typedef {import('./rungs.js').Bracket} Bracket
 * @typedef {import('./rungs.js').Stand} Stand
 * @typedef {{x: number, y: number, stand: Stand, rung: number, bracket: number}} Mark
 */

const TOP = 26;
const BOTTOM = 40;
const LEFT = 44;
const GAP = 36;
const HIGH = 340;
/** Narrower brackets lie one below the other. */
const NARROW = 110;
const NEAR = 14;
/** Above so many marks they are squares of two pixels, and fewer lines are drawn. */
const CROWD = 2000;
/** Of more marks than this every so manieth is drawn. */
const DRAWN = 6000;
const ROWS = 300;

/** After how many epochs somebody stands there. @param {import('./rungs.js').Rung} rung @param {Stand} stand */
const epochAt = ({ epoch, isEnd }, { trial }) => (isEnd ? trial.epochs.length : epoch);

/** Who stood where at each rung, and who went on. */
export class TpRungs extends SlowFigure {
  static properties = { ...SlowFigure.properties, pruning: { attribute: false } };
  static figure = 'rungs';

  constructor() {
    super();
    /** @type {Pruning} */ this.pruning = /** @type {any} */ (undefined);
    /** @private @type {Mark[]} */ this.marks = [];
  }

  get title() {
    return this.t('rungs.title');
  }

  heading() {
    return this.lettered(this.title);
  }

  get keys() {
    return this.t('rungs.keys');
  }

  get ready() {
    return this.pruning.brackets.length > 0;
  }

  summary() {
    const { brackets } = this.pruning;
    return brackets
      .map(({ bracket, rungs }) => {
        const text = rungs
          .map(({ epoch, stands, isEnd }) =>
            this.t(isEnd ? 'rungs.at.end' : 'rungs.at', { epoch: count(epoch), n: count(stands.length) }),
          )
          .join(', ');
        return brackets.length > 1 ? `${this.t('rungs.bracket', { n: bracket })}: ${text}.` : `${text}.`;
      })
      .join(' ');
  }

  controls() {
    const mark = (/** @type {unknown} */ drawn, /** @type {string} */ text) =>
      html`<span class="st"><svg viewBox="0 0 10 10" aria-hidden="true">${drawn}</svg>${text}</span>`;
    return html`<div class="pickers"><span class="status-key">${mark(SIGNS.went, this.t('rungs.on'))}${mark(
      SIGNS.ring,
      this.t('state.pruned'),
    )}${mark(SIGNS.cross, this.t('state.diverged'))}</span><span class="c3">${this.t('rungs.hint')}</span></div>`;
  }

  pictureKeys() {
    return [];
  }

  /** @returns {import('../../figures/figure-data.js').FigureData} */
  data() {
    const { pruning, store } = this;
    const rungs = pruning.brackets.flatMap(({ bracket, rungs: all }) =>
      all.flatMap((rung) => rung.stands.map((stand) => ({ bracket, epoch: epochAt(rung, stand), ...stand }))),
    );
    const column = (
      /** @type {string} */ key,
      /** @type {string} */ label,
      /** @type {(row: any) => unknown} */ value,
      /** @type {(row: any) => unknown} */ text = value,
    ) => ({ key, label, num: key !== 'fate', value, text });
    return {
      caption: this.t('rungs.caption'),
      columns: [
        column('number', '#', ({ trial }) => trial.number),
        ...(pruning.brackets.length > 1
          ? [column('bracket', this.t('rungs.bracket.name'), ({ bracket }) => bracket)]
          : []),
        column('epoch', this.t('rungs.epoch'), ({ epoch }) => epoch),
        column('rank', this.t('rungs.rank'), ({ rank }) => rank + 1),
        column(
          'score',
          scoreName(store),
          ({ score }) => score,
          ({ score }) => scoreValue(store, score),
        ),
        column(
          'fate',
          this.t('rungs.fate'),
          ({ fate }) => fate,
          ({ fate }) => this.t(`rungs.fate.${fate}`),
        ),
      ],
      rows: rungs.slice(0, ROWS),
      all: () => rungs,
      isMarked: ({ trial }) => trial === store.selected,
    };
  }

  layers() {
    return html`<canvas class="layer marks" aria-hidden="true"></canvas
      ><svg class="layer over" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  /** @private Where the brackets lie. */
  place() {
    const { brackets } = this.pruning;
    const { width } = this.size;
    const n = brackets.reduce((sum, { rungs }) => sum + rungs.length, 0);
    const room = width - LEFT - 20 - GAP * (brackets.length - 1);
    const isStacked = room / n < NARROW / 2 && brackets.length > 1;
    let left = LEFT;
    return brackets.map((one, k) => {
      const wide = isStacked ? width - LEFT - 20 : (room * one.rungs.length) / n;
      const box = { left, top: TOP + (isStacked ? k * HIGH : 0), width: wide, height: HIGH - TOP - BOTTOM };
      if (!isStacked) left += wide + GAP;
      return box;
    });
  }

  draw() {
    const plot = /** @type {HTMLElement | null} */ (this.querySelector('.plot'));
    const chart = /** @type {HTMLElement | null} */ (this.querySelector('.chart'));
    const over = /** @type {SVGSVGElement | null} */ (this.querySelector('svg.over'));
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.marks'));
    const { width } = this.size;
    if (!plot || !chart || !over || !canvas || width < 60) return;
    this.marks = [];
    if (!this.ready) {
      chart.replaceChildren();
      over.replaceChildren();
      canvas.width = 1;
      return;
    }
    const boxes = this.place();
    const high = Math.max(...boxes.map(({ top, height }) => top + height + BOTTOM));
    plot.style.height = `${high}px`;
    const { brackets } = this.pruning;
    const svg = element('svg', { width, height: high, 'font-size': 11 });
    for (const [k, bracket] of brackets.entries()) svg.append(...this.frameOf(bracket, boxes[k]));
    chart.replaceChildren(svg);
    const g = paintOn(canvas, width, high);
    if (g) this.paint(g);
    over.replaceChildren(...this.overMarks());
  }

  /** @private @param {Bracket} bracket @param {import('./heat.js').Box} box */
  frameOf({ bracket, rungs, n }, box) {
    const { brackets } = this.pruning;
    const text = { 'text-anchor': 'middle', fill: 'var(--ink-3)' };
    const bottom = box.top + box.height;
    const all = rungs.flatMap((rung, at) => {
      const { epoch, stands, isEnd } = rung;
      const end = () => (isOneEnd(rung) ? this.t('rungs.end', { epoch: count(epoch) }) : this.t('rungs.ends'));
      const x = this.across(box, rungs.length, at);
      return [
        element('path', { d: `M${x},${box.top - 6}V${bottom}`, stroke: 'var(--grid)' }),
        element('text', { ...text, x, y: bottom + 15 }, isEnd ? end() : count(epoch)),
        element('text', { ...text, x, y: box.top - 11, fill: 'var(--ink-2)' }, count(stands.length)),
      ];
    });
    const below = { ...text, x: box.left + box.width / 2, y: bottom + 32, 'font-size': 12, fill: 'var(--ink-2)' };
    const name = brackets.length > 1 ? this.t('rungs.bracket', { n: bracket }) : this.t('rungs.axis');
    all.push(element('text', below, name));
    // Beside brackets the numbers above say how many there are.
    if (brackets.length === 1 || box.left === LEFT)
      for (const [rank, y] of [
        [1, box.top + 4],
        [n, bottom],
      ])
        all.push(element('text', { x: box.left - 10, y, 'text-anchor': 'end', fill: 'var(--ink-3)' }, count(rank)));
    return all;
  }

  /** @private @param {import('./heat.js').Box} box @param {number} n @param {number} at */
  across({ left, width }, n, at) {
    return n > 1 ? left + 10 + (at / (n - 1)) * (width - 20) : left + width / 2;
  }

  /** @private @param {CanvasRenderingContext2D} g */
  paint(g) {
    const { pruning, store } = this;
    const token = tokens(this, store.dark);
    const scale = scoreScale(store);
    const boxes = this.place();
    const total = pruning.brackets.reduce(
      (sum, { rungs }) => sum + rungs.reduce((own, { stands }) => own + stands.length, 0),
      0,
    );
    const isCrowd = total > CROWD;
    const every = Math.max(1, Math.ceil(total / DRAWN));
    for (const [k, { rungs, n, bracket }] of pruning.brackets.entries()) {
      const box = boxes[k];
      const y = (/** @type {number} */ rank) => box.top + 4 + (rank / Math.max(1, n - 1)) * (box.height - 8);
      // Lines first, so that marks lie on top.
      g.strokeStyle = token('--line-2');
      g.lineWidth = isCrowd ? 0.5 : 1;
      g.beginPath();
      // Who was trained to its end before the last epoch comes there from an earlier rung.
      /** @type {Map<Stand['trial'], {at: number, rank: number}>} */
      const before = new Map();
      for (const [at, { stands }] of rungs.entries()) {
        for (const { trial, rank } of stands) {
          const from = before.get(trial);
          before.set(trial, { at, rank });
          if (!from || rank % every) continue;
          g.moveTo(this.across(box, rungs.length, from.at), y(from.rank));
          g.lineTo(this.across(box, rungs.length, at), y(rank));
        }
      }
      g.globalAlpha = isCrowd ? 0.2 : 1;
      g.stroke();
      g.globalAlpha = 1;
      for (const [at, { stands }] of rungs.entries()) {
        const x = this.across(box, rungs.length, at);
        for (let rank = 0; rank < stands.length; rank += every) {
          const stand = stands[rank];
          const up = y(stand.rank);
          this.marks.push({ x, y: up, stand, rung: at, bracket });
          const color =
            stand.fate === 'end'
              ? depthColor(scale.goodness(stand.score), store.dark)
              : token(stand.fate === 'on' ? '--ink-2' : '--mark');
          if (isCrowd) {
            g.fillStyle = color;
            g.fillRect(x - (stand.fate === 'stopped' ? 1 : 3), up - 1, stand.fate === 'stopped' ? 2 : 6, 1.6);
            continue;
          }
          g.beginPath();
          if (stand.fate === 'diverged') {
            for (const way of [-3, 3]) {
              g.moveTo(x - 3, up - way);
              g.lineTo(x + 3, up + way);
            }
            g.strokeStyle = color;
            g.lineWidth = 1.4;
            g.stroke();
            continue;
          }
          g.arc(x, up, stand.fate === 'end' ? 4 : 3.2, 0, 7);
          if (stand.fate === 'stopped') {
            g.fillStyle = token('--surface');
            g.strokeStyle = color;
            g.lineWidth = 1.3;
            g.fill();
            g.stroke();
            continue;
          }
          g.fillStyle = color;
          g.fill();
        }
      }
    }
  }

  /** @private Where a trial stands on the rungs that it reached. @param {number} number @returns {Mark[]} */
  marksOf(number) {
    const boxes = this.place();
    return this.pruning.brackets.flatMap(({ bracket, rungs, n }, k) =>
      rungs.flatMap(({ stands }, rung) => {
        const stand = stands.find(({ trial }) => trial.number === number);
        return stand ? [{ ...this.spotOf(boxes[k], rungs.length, rung, stand.rank, n), stand, rung, bracket }] : [];
      }),
    );
  }

  /** @private @param {import('./heat.js').Box} box @param {number} rungs @param {number} rung @param {number} rank
   * @param {number} n */
  spotOf(box, rungs, rung, rank, n) {
    return { x: this.across(box, rungs, rung), y: box.top + 4 + (rank / Math.max(1, n - 1)) * (box.height - 8) };
  }

  /** @private The hovered and the selected trial on all rungs that they reached. */
  overMarks() {
    const { store } = this;
    const made = [];
    for (const [number, color, r] of /** @type {[number | null, string, number][]} */ ([
      [store.hovered, 'var(--ink)', 5.5],
      [store.selected?.number ?? null, 'var(--accent)', 6.5],
    ])) {
      const own = number === null ? [] : this.marksOf(number);
      if (!own.length) continue;
      const d = own.map(({ x, y }, k) => `${k ? 'L' : 'M'}${x},${y}`).join('');
      made.push(
        element('path', { d, fill: 'none', stroke: 'var(--surface)', 'stroke-width': 4 }),
        element('path', { d, fill: 'none', stroke: color, 'stroke-width': 1.8 }),
        ...own.flatMap(({ x, y }) => [ringAt(x, y, r, 'var(--surface)', 4.5), ringAt(x, y, r, color, 2.2)]),
      );
    }
    return made;
  }

  /** @private @param {MouseEvent} event */
  trialAt(event) {
    const { x, y } = pointIn(/** @type {HTMLElement} */ (this.querySelector('.plot')), event);
    let [found, near] = [/** @type {Mark | null} */ (null), NEAR * NEAR];
    for (const mark of this.marks) {
      const far = (mark.x - x) ** 2 + (mark.y - y) ** 2;
      if (far < near) [found, near] = [mark, far];
    }
    return found ? found.stand.trial.number : null;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.tabled) this.act('hover', this.trialAt(event));
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const found = this.tabled ? null : this.trialAt(event);
    if (found !== null) this.act('pick', found);
  }

  /** Up and down go through the ranks of a rung, left and right to where the trial stands on the next.
   * @param {KeyboardEvent} event */
  onKey(event) {
    const way = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: 0, ArrowRight: 0 }[event.key];
    if (way === undefined || event.altKey || event.ctrlKey || event.metaKey || !this.marks.length) return;
    event.preventDefault();
    event.stopPropagation();
    const number = this.store.selected?.number;
    const own = number === undefined ? [] : this.marksOf(number);
    const start = own.find(({ rung }) => rung === this.rung) ?? own.at(-1) ?? this.marks[0];
    if (!way) {
      const next = own[own.indexOf(start) + (event.key === 'ArrowRight' ? 1 : -1)] ?? start;
      this.rung = next.rung;
      return this.say(next);
    }
    this.rung = start.rung;
    const bracket = this.pruning.brackets.find((one) => one.bracket === start.bracket);
    const stand = bracket?.rungs[start.rung]?.stands[start.stand.rank + way];
    if (!stand) return;
    this.act('pick', stand.trial.number);
    this.say({ ...start, stand });
  }

  /** @private the rung on which the keys are */
  rung = 0;

  /** @private @param {Mark} mark */
  say({ stand, rung, bracket }) {
    const own = this.pruning.brackets.find((one) => one.bracket === bracket);
    const { trial, rank, score, fate } = stand;
    const at = own?.rungs[rung];
    this.tell(
      this.t('rungs.said', {
        ...{ number: trial.number, epoch: count(at ? epochAt(at, stand) : 0), rank: rank + 1 },
        ...{ score: scoreValue(this.store, score), fate: this.t(`rungs.fate.${fate}`) },
      }),
    );
  }
}

define('tp-rungs', TpRungs);
