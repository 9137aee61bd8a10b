import { depthColor, tokens } from './colors.js';
import { isUntrained, scoreScale } from '../state/score.js';
import { pointIn } from '../controls/pointer.js';
import { pixelRatio } from '../platform/pixels.js';

/** The strip of cells: every trial by number, its state as a shape, its score as a colour.
 * @typedef {import('../state/store.js').Store} Store */

/** @param {number} total */
export const stripRows = (total) => (total <= 32 ? 1 : total <= 64 ? 2 : total <= 256 ? 3 : 4);

/** Cells are at least this wide, in pixels; more trials share cells. */
const NARROWEST = 2;

/** @param {number} total @param {number} width @param {number} height */
function layout(total, width, height) {
  const rows = stripRows(total);
  const per = Math.max(1, Math.ceil((total * NARROWEST) / (rows * width)));
  const cells = Math.ceil(total / per);
  const columns = Math.max(1, Math.ceil(cells / rows));
  const gap = width / columns > 5 ? 1.5 : width / columns > 2.5 ? 0.5 : 0;
  const rowGap = 2;
  return {
    per,
    cells,
    columns,
    gap,
    w: (width - gap * (columns - 1)) / columns,
    h: (height - rowGap * (rows - 1)) / rows,
    rowGap,
  };
}

/**
 * The trial that speaks for a cell: the best that has a score and is not brushed out, else the first in training, else
 * the first.
 * @param {Store} store
 * @param {number} cell
 * @param {number} per
 */
function speaker(store, cell, per) {
  if (per === 1) return store.trials.get(cell);
  const sign = store.objective.direction === 'maximize' ? -1 : 1;
  const weight = (/** @type {import('../study/types.js').Trial} */ one) =>
    store.isOut(one) ? 4 : one.state === 'complete' ? 0 : one.state === 'running' ? 1 : one.state === 'queued' ? 3 : 2;
  let best = store.trials.get(cell * per);
  for (let k = cell * per + 1; k < (cell + 1) * per; k++) {
    const one = store.trials.get(k);
    if (!one || !best) continue;
    const ahead = weight(best) - weight(one);
    if (ahead > 0 || (ahead === 0 && sign * store.score(one) < sign * store.score(best))) best = one;
  }
  return best;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Store} store
 * @param {{width: number, height: number}} size of the strip on the page
 */
export function paintStrip(canvas, store, { width, height }) {
  const total = store.expected;
  if (width < 8 || height < 4) return;
  const ratio = Math.max(1, pixelRatio());
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const g = canvas.getContext('2d');
  if (!g) return;
  const token = tokens(canvas, store.dark);
  const scale = scoreScale(store);
  const grid = layout(total, width, height);
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, height);
  const ink = {
    line: token('--line'),
    ink: token('--ink'),
    soft: token('--ink-2'),
    mark: token('--mark'),
    surface: token('--surface'),
  };
  const box = (/** @type {number} */ k) =>
    /** @type {const} */ ([
      (k % grid.columns) * (grid.w + grid.gap),
      Math.floor(k / grid.columns) * (grid.h + grid.rowGap),
      grid.w,
      grid.h,
    ]);
  for (let k = 0; k < grid.cells; k++) {
    const trial = speaker(store, k, grid.per);
    const [x, y, cw, ch] = box(k);
    const state = trial?.state ?? 'queued';
    if (trial && store.isOut(trial)) {
      g.fillStyle = ink.line;
      g.fillRect(x, y + ch / 2 - 1, cw, 2);
    } else if (trial && state === 'complete') {
      g.fillStyle = isUntrained(store, trial) ? ink.mark : depthColor(scale.goodness(store.score(trial)), store.dark);
      g.fillRect(x, y, cw, ch);
    } else if (state === 'pruned') {
      g.fillStyle = ink.line;
      g.fillRect(x, y, cw, ch / 2);
      g.fillStyle = ink.mark;
      g.fillRect(x, y + ch / 2, cw, ch / 2);
    } else if (state === 'running') {
      g.fillStyle = ink.ink;
      g.fillRect(x, y, cw, ch);
      g.fillStyle = ink.surface;
      g.fillRect(x + cw / 2, y + 1, cw / 2 - Math.min(1, cw / 4), ch - 2);
    } else if (state === 'diverged' || state === 'failed' || state === 'cancelled') {
      g.strokeStyle = ink.mark;
      g.lineWidth = 1;
      g.strokeRect(x + 0.5, y + 0.5, Math.max(0.5, cw - 1), ch - 1);
      if (state === 'diverged' && cw > 3) {
        g.strokeStyle = ink.soft;
        g.beginPath();
        g.moveTo(x + 1, y + ch - 1);
        g.lineTo(x + cw - 1, y + 1);
        g.stroke();
      }
    } else {
      g.fillStyle = ink.line;
      g.fillRect(x, y, cw, ch);
    }
  }
  ring(store.hovered, ink.ink, 1.5);
  ring(store.selected?.number ?? null, token('--accent'), 2);

  /** @param {number | null} k @param {string} color @param {number} line */
  function ring(k, color, line) {
    if (k === null || k >= total || !g) return;
    const [x, y, cw, ch] = box(Math.floor(k / grid.per));
    g.lineWidth = line + 2;
    g.strokeStyle = ink.surface;
    g.strokeRect(x, y, cw, ch);
    g.lineWidth = line;
    g.strokeStyle = color;
    g.strokeRect(
      Math.max(x, line / 2),
      Math.max(y, line / 2),
      Math.min(cw, width - x - line / 2),
      Math.min(ch, height - y - line / 2),
    );
  }
}

/** The trial under the pointer. @param {HTMLElement} strip @param {MouseEvent} event @param {Store} store
 * @returns {number | null} */
export function stripSpot(strip, event, store) {
  // What is around the cells belongs to the nearest of them: a finger is larger than they are.
  const { x, y, width, height } = pointIn(/** @type {HTMLElement} */ (strip.firstElementChild), event);
  const total = store.expected;
  if (!store.trials.size) return null;
  const grid = layout(total, width, height);
  const column = Math.floor(x / (grid.w + grid.gap));
  const row = Math.max(0, Math.min(stripRows(total) - 1, Math.floor(y / (grid.h + grid.rowGap))));
  const inside = column >= 0 && column < grid.columns;
  return inside ? (speaker(store, row * grid.columns + column, grid.per)?.number ?? null) : null;
}
