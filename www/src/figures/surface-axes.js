import { LEAST_DECADES, axisOf, bounded, domainOf, logSteps, roomy, steps, withZero } from '../study/scale.js';
import { sweptOf } from '../study/hyperparameters.js';
import { scoreScale } from '../state/score.js';
import { isPossible, scoreBounds, scoreTicks, spreadOf } from '../state/spread.js';
import { hasEnough } from './surface-ground.js';
import { hasArea } from '../study/places.js';
import { jointRange, spanOf } from '../study/joint.js';

/**
 * The axes of the response surface: which hyperparameters lie on them, and how many trials have no place there.
 *
 * @typedef {import('../study/scale.js').Axis} Axis
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('./spots.js').Axes} Axes
 * @typedef {{absent: {key: string, n: number}, area: Had, enough: Had}} Known what has been worked out of a run
 * @typedef {{key: string, has: boolean}} Had
 */

export class SurfaceAxes {
  constructor() {
    /** @type {string | null} chosen by the reader */ this.xName = null;
    /** @type {string | null} */ this.yName = null;
    /** @private @type {WeakMap<Store, Known>} */
    this.known = new WeakMap();
  }

  /** @private What has been worked out of a run. @param {Store} store */
  workedOut(store) {
    let known = this.known.get(store);
    if (!known) {
      known = { absent: { key: '', n: 0 }, area: { key: '', has: false }, enough: { key: '', has: false } };
      this.known.set(store, known);
    }
    return known;
  }

  /** The names on the axes: those chosen, else learning rate and batch size, else the first that are swept.
   * @param {Store} store */
  names(store) {
    const own = sweptOf(store.shownStudy).map((one) => one.name);
    // Two runs side by side lie on the axes that both have.
    const theirs = store.other?.shownStudy.space;
    const both = theirs ? own.filter((one) => theirs[one]) : own;
    const all = both.length ? both : own;
    const prefer = [
      ...['learning_rate', 'batch_size'].filter((one) => all.includes(one)),
      ...all.filter((one) => one !== 'learning_rate' && one !== 'batch_size'),
    ];
    const x = this.xName && all.includes(this.xName) ? this.xName : prefer.find((one) => one !== this.yName);
    const y =
      this.yName && all.includes(this.yName) && this.yName !== x ? this.yName : prefer.find((one) => one !== x);
    return { all, x, y };
  }

  /** @param {Store} store @returns {Axes | null} */
  of(store) {
    const { x, y } = this.names(store);
    if (!x) return null;
    const theirs = store.other?.shownStudy;
    const axis = (/** @type {string} */ name) => {
      const own = spanOf(store.shownStudy, name);
      return axisOf(name, theirs?.space?.[name] ? jointRange(own, spanOf(theirs, name)) : own, store.setting);
    };
    const across = axis(x);
    if (y) {
      const up = axis(y);
      return { x: across, y: up, fitted: across.numeric && up.numeric && this.hasArea(store, x, y) };
    }
    return { x: across, y: scoreAxis(store, markedOf(store)), fitted: false };
  }

  /** Whether there are trials with a score enough, at places enough, for a fit between them.
   * @param {Store} store @param {string} x @param {string} y */
  hasArea(store, x, y) {
    const key = [store.runs, store.trials.size, x, y].join();
    const known = this.workedOut(store);
    if (key !== known.area.key) known.area = { key, has: hasArea(store.trials, x, y) };
    if (!known.area.has) return false;
    const scored = `${store.version} ${store.measure}`;
    if (scored !== known.enough.key) known.enough = { key: scored, has: hasEnough(store) };
    return known.enough.has;
  }

  /** Takes a hyperparameter for an axis; the one that lay there goes to the other where both would be the same.
   * @param {Store} store @param {'x' | 'y'} side @param {string} value */
  choose(store, side, value) {
    const { x = null, y = null } = this.names(store);
    [this.xName, this.yName] = side === 'x' ? [value, value === y ? x : y] : [value === x ? y : x, value];
  }

  /** The hyperparameters on the axes. @param {Axes | null} axes */
  named(axes) {
    return [axes?.x.name, axes?.y.name].filter((name) => name !== undefined && name !== '').map(String);
  }

  /** How many different values the trials have on an axis. @param {Store} store @param {Axis} axis */
  distinct(store, axis) {
    const values = new Set();
    for (const { params } of store.trials.values()) {
      const value = params[axis.name];
      if (value !== undefined && value !== null) values.add(typeof value === 'object' ? String(value) : value);
    }
    return values.size;
  }

  /** How many trials have no value on one of the axes, and so no mark. @param {Store} store */
  missing(store) {
    const names = this.named(this.of(store)).filter((name) => store.shownStudy.space?.[name]);
    const key = [store.runs, store.trials.size, ...names].join();
    const known = this.workedOut(store);
    if (key === known.absent.key) return known.absent.n;
    let n = 0;
    for (const { params } of store.trials.values())
      if (names.some((name) => params[name] === undefined || params[name] === null)) n++;
    known.absent = { key, n };
    return n;
  }
}

/** The selected trials' scores, with their spread over the seeds. @param {Store} store */
function markedOf(store) {
  const { comparable } = store;
  return [store, ...(comparable ? [comparable] : [])].flatMap((one) => {
    const chosen = one.selected;
    const score = chosen ? one.score(chosen) : NaN;
    const around = chosen ? spreadOf(one, chosen) || 0 : 0;
    return [score, score - around, score + around];
  });
}

/** The score itself as an axis. @param {Store} store
 * @param {number[]} marked scores that lie inside; 0 has no place on a logarithm @returns {Axis} */
export function scoreAxis(store, marked = []) {
  const scale = scoreScale(store);
  const to = (/** @type {any} */ value) => (scale.log ? Math.log10(Number(value)) : Number(value));
  const held = [scale.low, scale.high, ...marked].filter((one) => Number.isFinite(to(one)));
  const [low, high] = [Math.min(...held), Math.max(...held)];
  const size = Math.max(Math.abs(low), Math.abs(high));
  const ends = [to(low), to(high)];
  const isWide = high - low < 1e300;
  const around = isWide
    ? roomy(ends[0], ends[1], scale.log ? LEAST_DECADES : size > 1e-300 ? size / 20 : 1)
    : domainOf(ends[0], ends[1], 0);
  const domain = scale.log ? around : bounded(around, scoreBounds(store));
  // Where nothing was scored there is nothing to label.
  const some = () => (scale.log ? logSteps(10 ** domain[0], 10 ** domain[1]) : steps(...domain, 5));
  // Where all scores are one, nobody has measured what lies beside it.
  const marks = store.best === null ? [] : low === high ? [Number(low.toPrecision(4))] : some();
  const possible = marks.filter((value) => isPossible(store, value));
  const labels = scoreTicks(store, possible, to);
  const ticks = scale.zeros ? withZero(domain, labels) : labels;
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
