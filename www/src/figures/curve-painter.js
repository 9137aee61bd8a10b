import { depthColor } from './colors.js';
import { isUntrained, scoreScale } from '../state/score.js';
import { inSlices } from '../platform/turns.js';
import { coloringOf, lineLook } from './curve-colors.js';
import { curvesOf, lineOf } from './curve-frame.js';

/**
 * Paints loss curves: one polyline per trial coloured by its score or a hyperparameter, a cross where a trial
 * diverged. While trials stream in only what is new is drawn; now and then all is painted anew behind the scenes,
 * slice by slice, as colours follow the scores. What is marked (selection, hover, running heads) lies on a canvas
 * above.
 *
 * @typedef {import('../study/types.js').Column} Column
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('./curve-frame.js').CurveFrame} CurveFrame
 * @typedef {{token: (name: string) => string}} Look
 * @typedef {{frame: CurveFrame, key: string, version: number, points: Map<number, number>, ended: Set<number>, took:
 *   number, at: number}} Painted
 */

/** Everything is painted anew at most this often, in ms, while trials stream in; */
const RECOLOR = 1000;
/** and never for more than this share of the time. */
const SHARE = 0.1;
/** So many points are drawn between two looks at the clock. */
const SETTLE = 800;
/** Half the length of the tick at the end of a pruned curve. */
const TICK = 4;
/** More heads than this hide the curves. */
const HEADS = 400;

export class CurvePainter {
  constructor() {
    /** @private @type {Painted | null} what the visible canvas holds */ this.painted = null;
    /** @private @type {Painted | null} what is being painted behind it */ this.job = null;
    /** @private whether what is new is being drawn */ this.adding = false;
  }

  /** Forgets what was painted. */
  reset() {
    this.painted = null;
    this.job = null;
  }

  /**
   * Brings the canvas of all curves up to date.
   * @param {HTMLCanvasElement} canvas
   * @param {CurveFrame} frame the one wanted
   * @param {string} key changes when everything has to be painted anew
   * @param {Store} store
   * @param {Look} look
   * @param {(frame: CurveFrame) => void} shown called when the canvas shows another frame
   */
  paint(canvas, frame, key, store, look, shown) {
    const now = performance.now();
    const { painted } = this;
    const changed = !painted || painted.key !== key || painted.frame.key !== frame.key;
    const live = store.state === 'running';
    const due =
      !changed &&
      painted.version !== store.version &&
      (!live || now - painted.at > Math.max(RECOLOR, painted.took / SHARE));
    if (painted?.key === key && !this.adding) void this.append(canvas, painted, store, look);
    // What is under way is finished first, unless it would no longer fit.
    if ((changed || due) && this.job?.key !== key) void this.repaint(canvas, frame, key, store, look, shown);
  }

  /**
   * @private
   * @param {HTMLCanvasElement} canvas
   * @param {CurveFrame} frame
   * @param {string} key
   * @param {Store} store
   * @param {Look} look
   * @param {(frame: CurveFrame) => void} shown
   */
  async repaint(canvas, frame, key, store, look, shown) {
    const back = document.createElement('canvas');
    Object.assign(back, { width: canvas.width, height: canvas.height });
    const g = back.getContext('2d');
    if (!g) return;
    /** @type {Painted} */
    const job = { frame, key, version: store.version, points: new Map(), ended: new Set(), took: 0, at: 0 };
    this.job = job;
    const start = performance.now();
    const wanted = () => this.job === job;
    const done = await inSlices(everything(g, job, store, look), wanted);
    if (!done || !wanted()) return;
    this.job = null;
    const to = canvas.getContext('2d');
    if (!to || canvas.width !== back.width || canvas.height !== back.height) return;
    to.clearRect(0, 0, back.width, back.height);
    to.drawImage(back, 0, 0);
    job.at = performance.now();
    job.took = job.at - start;
    this.painted = job;
    shown(job.frame);
  }

  /**
   * @private Draws what has come since.
   * @param {HTMLCanvasElement} canvas
   * @param {Painted} painted
   * @param {Store} store
   * @param {Look} look
   */
  async append(canvas, painted, store, look) {
    const g = canvas.getContext('2d');
    if (!g) return;
    this.adding = true;
    await inSlices(news(g, painted, store, look), () => this.painted === painted);
    this.adding = false;
  }

  /** One of the two canvases from nothing, on anything that draws like one.
   * @param {CanvasRenderingContext2D} g @param {'all' | 'over'} which @param {CurveFrame} frame @param {Store} store
   * @param {Look} look */
  *whole(g, which, frame, store, look) {
    const job = { frame, key: '', version: 0, points: new Map(), ended: new Set(), took: 0, at: 0 };
    if (which === 'all') yield* everything(g, job, store, look);
    else this.mark(g, frame, store, look);
  }

  /** The canvas above: the trials that are marked, and the open heads of those in training.
   * @param {CanvasRenderingContext2D} g @param {CurveFrame} frame @param {Store} store @param {Look} look */
  mark(g, frame, store, look) {
    g.clearRect(0, 0, g.canvas.width, g.canvas.height);
    const chosen = store.selected;
    const peeked = store.hovered === null ? null : (store.trials.get(store.hovered) ?? null);
    const { ratio } = frame;
    within(g, frame, () => {
      if (store.state !== 'idle') heads(g, frame, store, look);
      const pinned = store.pinned?.trial;
      if (pinned && pinned !== chosen) {
        over(g, pinned, frame, look, look.token('--ink'), 2);
        line(g, lineOf(pinned).train, 0, frame, look.token('--ink'), 1.2 * ratio, [2 * ratio, 3 * ratio]);
      }
      if (peeked && peeked !== chosen) over(g, peeked, frame, look, look.token('--ink'), 1.8);
      if (chosen) {
        line(g, lineOf(chosen).train, 0, frame, look.token('--accent'), 1.4 * ratio, [4 * ratio, 3 * ratio]);
        over(g, chosen, frame, look, look.token('--accent'), 2.6);
        if (chosen.copy_of) copied(g, chosen, frame, look.token('--accent'));
        if (chosen.state === 'diverged') cross(g, chosen, frame, look.token('--accent'), 4.6, 2.6);
        if (chosen.kept_epoch) keep(g, chosen, frame, look.token('--accent'), 2.2);
      }
    });
  }
}

/**
 * Draws inside the frame only.
 * @param {CanvasRenderingContext2D} g
 * @param {CurveFrame} frame
 * @param {() => void} draw
 */
function within(g, frame, draw) {
  const { ratio } = frame;
  g.save();
  g.beginPath();
  g.rect(frame.left - 5 * ratio, frame.top - 4 * ratio, frame.width + 10 * ratio, frame.height + 8 * ratio);
  g.clip();
  g.lineJoin = 'round';
  draw();
  g.restore();
}

/** All curves from worst to best, what is brushed out below. @param {CanvasRenderingContext2D} g @param {Painted} job
 * @param {Store} store @param {Look} look @returns {Generator<undefined, true>} */
function* everything(g, job, store, look) {
  const scale = scoreScale(store);
  const order = [];
  for (const trial of curvesOf(store)) {
    if (!trial.epochs.length && trial.state !== 'diverged') continue;
    const score = store.score(trial);
    order.push({
      number: trial.number,
      rank: store.isOut(trial) ? -2 : Number.isFinite(score) ? scale.goodness(score) : -1,
    });
  }
  order.sort((a, b) => a.rank - b.rank);
  const settle = settler(g.canvas);
  let points = 0;
  for (const { number } of order) {
    const trial = store.trials.get(number);
    if (!trial) continue;
    within(g, job.frame, () => curve(g, job, trial, 0, scale, store, look));
    points += trial.epochs.length + 5;
    if (points < SETTLE) continue;
    points = 0;
    settle();
    yield;
  }
  settle();
  return true;
}

/** What has come since the curves were painted. @param {CanvasRenderingContext2D} g @param {Painted} painted
 * @param {Store} store @param {Look} look @returns {Generator<undefined, true>} */
function* news(g, painted, store, look) {
  const scale = scoreScale(store);
  const settle = settler(g.canvas);
  let points = 0;
  for (const trial of curvesOf(store)) {
    const from = painted.points.get(trial.number) ?? 0;
    const ends = trial.state === 'diverged' || trial.state === 'pruned' || trial.kept_epoch !== undefined;
    if (trial.epochs.length <= from && (!ends || painted.ended.has(trial.number))) continue;
    within(g, painted.frame, () => curve(g, painted, trial, from, scale, store, look));
    points += trial.epochs.length - from + 5;
    if (points < SETTLE) continue;
    points = 0;
    settle();
    yield;
  }
  return true;
}

/** Canvases draw late, all at once: a copy of one pixel makes them draw what they were told, so that a slice's time is
 * its own. @param {HTMLCanvasElement} canvas */
function settler(canvas) {
  if (!(canvas instanceof HTMLCanvasElement)) return () => {};
  const pixel = document.createElement('canvas');
  pixel.width = pixel.height = 1;
  const g = pixel.getContext('2d');
  return () => g?.drawImage(canvas, 0, 0, 1, 1, 0, 0, 1, 1);
}

/**
 * One trial's curve from an epoch on.
 * @param {CanvasRenderingContext2D} g
 * @param {Painted} to
 * @param {Trial} trial
 * @param {number} from
 * @param {import('../state/score.js').ScoreScale} scale
 * @param {Store} store
 * @param {Look} look
 */
function curve(g, to, trial, from, scale, store, look) {
  const { frame } = to;
  const out = store.isOut(trial);
  const score = store.score(trial);
  const isCut = trial.state === 'cancelled' || trial.state === 'pruned';
  const plain = !Number.isFinite(score) || isCut || isUntrained(store, trial);
  const coloring = coloringOf(store);
  const own = coloring && !out ? lineLook(coloring, trial, store.dark, look.token) : null;
  const isPlain = coloring ? !own : plain;
  g.globalAlpha = out ? 1 : isPlain ? 0.75 : 0.95;
  const color = out
    ? look.token('--line')
    : isPlain
      ? look.token('--mark')
      : (own?.color ?? depthColor(0.1 + 0.9 * scale.goodness(score), store.dark));
  const dash = own?.dash.map((one) => one * frame.ratio) ?? [];
  const width = (isPlain ? 0.9 : 1.1) * frame.ratio;
  const { validation } = lineOf(trial);
  // What a copy has of the trial before it is drawn there.
  const since = trial.copy_of?.epoch ?? 0;
  const begin = Math.max(0, since - 1);
  let first = Math.max(begin, from - 1);
  while (first > begin && validation.lacks(first)) first--;
  line(g, validation, first, frame, color, width, dash);
  if (from <= since && since) copied(g, trial, frame, color);
  to.points.set(trial.number, trial.epochs.length);
  g.globalAlpha = 1;
  const ink = look.token(out ? '--line' : '--ink-2');
  if (trial.state === 'diverged') cross(g, trial, frame, ink, 3.3, 1.3);
  else if (trial.state === 'pruned') tick(g, trial, frame, ink, 1.2);
  else if (trial.kept_epoch) keep(g, trial, frame, ink, 1.2);
  else return;
  to.ended.add(trial.number);
}

/** @param {CanvasRenderingContext2D} g @param {Pick<Column, 'length' | 'get' | 'lacks'>} values
 * @param {number} from @param {CurveFrame} frame @param {string} color @param {number} width
 * @param {number[]} [dash] */
function line(g, values, from, frame, color, width, dash = []) {
  g.beginPath();
  let open = false;
  /** @type {[number, number][]} epochs without neighbours, which no line shows */
  const alone = [];
  for (let k = from; k < values.length; k++) {
    const value = values.get(k);
    // Where nothing was validated, the line goes on to where something was.
    if (values.lacks(k)) continue;
    if (!Number.isFinite(value)) {
      open = false;
      continue;
    }
    const [x, y] = [frame.x(k + 1), frame.y(value)];
    if (open) g.lineTo(x, y);
    else g.moveTo(x, y);
    open = true;
    if (!Number.isFinite(values.get(k - 1)) && !Number.isFinite(values.get(k + 1))) alone.push([x, y]);
  }
  g.strokeStyle = color;
  g.lineWidth = width;
  g.setLineDash(dash);
  g.stroke();
  g.setLineDash([]);
  g.fillStyle = color;
  for (const [x, y] of alone) {
    g.beginPath();
    g.arc(x, y, 1.6 * frame.ratio + width, 0, 7);
    g.fill();
  }
}

/**
 * A curve above the others: the spread over its seeds, a halo of the page's colour, the line.
 * @param {CanvasRenderingContext2D} g
 * @param {Trial} trial
 * @param {CurveFrame} frame
 * @param {Look} look
 * @param {string} color
 * @param {number} width
 */
function over(g, trial, frame, look, color, width) {
  const { validation, around } = lineOf(trial);
  if (around.length) band(g, validation, around, frame, color);
  line(g, validation, 0, frame, look.token('--surface'), (width + 3) * frame.ratio);
  line(g, validation, 0, frame, color, width * frame.ratio);
}

/** One standard deviation over the seeds, up and down. @param {CanvasRenderingContext2D} g @param {Column} values
 * @param {Column} around @param {CurveFrame} frame @param {string} color */
function band(g, values, around, frame, color) {
  const epochs = [...Array(values.length).keys()];
  const known = epochs.filter((k) => Number.isFinite(values.get(k)) && Number.isFinite(around.get(k)));
  if (!known.length) return;
  const edge = (/** @type {1 | -1} */ way) => (/** @type {number} */ k) => [
    frame.x(k + 1),
    frame.y(values.get(k) + way * around.get(k)),
  ];
  const outline = [...known.map(edge(1)), ...known.map(edge(-1)).reverse()];
  g.beginPath();
  outline.forEach(([x, y], k) => (k ? g.lineTo(x, y) : g.moveTo(x, y)));
  g.closePath();
  g.fillStyle = color;
  g.strokeStyle = color;
  g.globalAlpha = 0.2;
  g.fill();
  g.globalAlpha = 0.55;
  g.lineWidth = frame.ratio;
  g.stroke();
  g.globalAlpha = 1;
}

/** A ring around the epoch whose weights a trial kept, and a tick where it stopped.
 * @param {CanvasRenderingContext2D} g @param {Trial} trial @param {CurveFrame} frame @param {string} color
 * @param {number} width */
function keep(g, trial, frame, color, width) {
  const { validation } = lineOf(trial);
  const k = trial.epochs.standing;
  const y = frame.y(validation.get(k));
  if (!Number.isFinite(y)) return;
  g.strokeStyle = color;
  g.lineWidth = width * frame.ratio;
  g.beginPath();
  g.arc(frame.x(k + 1), y, (2 + width) * frame.ratio, 0, 7);
  g.stroke();
  if (k + 1 < validation.length) tick(g, trial, frame, color, width);
}

/** A pruned curve ends here. @param {CanvasRenderingContext2D} g @param {Trial} trial @param {CurveFrame} frame
 * @param {string} color @param {number} width */
function tick(g, trial, frame, color, width) {
  const { validation } = lineOf(trial);
  const [x, y] = [frame.x(validation.length), frame.y(validation.get(validation.length - 1))];
  if (!Number.isFinite(y)) return;
  g.strokeStyle = color;
  g.lineWidth = width * frame.ratio;
  g.beginPath();
  g.moveTo(x, y - TICK * frame.ratio);
  g.lineTo(x, y + TICK * frame.ratio);
  g.stroke();
}

/** Here a copy went on from another trial's weights: a dot. @param {CanvasRenderingContext2D} g @param {Trial} trial
 * @param {CurveFrame} frame @param {string} color */
function copied(g, trial, frame, color) {
  const at = (trial.copy_of?.epoch ?? 0) - 1;
  const { validation } = lineOf(trial);
  const only = {
    length: at + 1,
    get: (/** @type {number} */ k) => (k === at ? validation.get(k) : NaN),
    lacks: () => false,
  };
  line(g, only, at, frame, color, 1.6 * frame.ratio);
}

/**
 * A diverged curve leaves the frame here.
 * @param {CanvasRenderingContext2D} g
 * @param {Trial} trial
 * @param {CurveFrame} frame
 * @param {string} color
 * @param {number} size
 * @param {number} width
 */
function cross(g, trial, frame, color, size, width) {
  const { ratio } = frame;
  const [x, y, q] = [frame.x(Math.max(1, trial.epochs.length)), frame.top + 5 * ratio, size * ratio];
  g.strokeStyle = color;
  g.lineWidth = width * ratio;
  g.beginPath();
  g.moveTo(x - q, y - q);
  g.lineTo(x + q, y + q);
  g.moveTo(x + q, y - q);
  g.lineTo(x - q, y + q);
  g.stroke();
}

/**
 * Open heads of running trials.
 * @param {CanvasRenderingContext2D} g
 * @param {CurveFrame} frame
 * @param {Store} store
 * @param {Look} look
 */
function heads(g, frame, store, look) {
  const running = [];
  for (const trial of store.trials.values()) {
    if (trial.state !== 'running' || !trial.epochs.length || store.isOut(trial)) continue;
    if (running.push(trial) > HEADS) return;
  }
  g.beginPath();
  for (const trial of running) {
    const { validation } = lineOf(trial);
    const [x, y] = [frame.x(validation.length), frame.y(validation.get(validation.length - 1))];
    if (!Number.isFinite(y)) continue;
    g.moveTo(x + 2.6 * frame.ratio, y);
    g.arc(x, y, 2.6 * frame.ratio, 0, 7);
  }
  g.fillStyle = look.token('--surface');
  g.strokeStyle = look.token('--ink');
  g.lineWidth = 1.2 * frame.ratio;
  g.fill();
  g.stroke();
}
