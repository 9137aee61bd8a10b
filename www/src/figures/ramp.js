import { depthColor, tokens } from './colors.js';
import { scoreScale } from '../state/score.js';
import { scoreLabel, scoreName, spreadOf } from '../state/spread.js';

/** How many steps of colour a scale is drawn with. */
export const STEPS = 72;

/**
 * The scale of colours, and on it the selected trial's score with its spread over seeds.
 * @param {HTMLCanvasElement} canvas of 144 × 24 pixels
 * @param {import('../state/store.js').Store} store
 * @param {(share: number) => string} [color] from the scale's first end to its last, where it is none of scores
 */
export function drawRamp(canvas, store, color) {
  const g = canvas.getContext('2d');
  if (!g) return;
  g.clearRect(0, 0, canvas.width, canvas.height);
  for (let k = 0; k < STEPS; k++) {
    const share = k / (STEPS - 1);
    g.fillStyle = color ? color(share) : depthColor(1 - share, store.dark);
    g.fillRect(2 * k, 4, 2, 16);
  }
  const trial = color ? null : store.selected;
  const spread = trial ? spreadOf(store, trial) : NaN;
  if (!trial || !Number.isFinite(spread)) return;
  const scale = scoreScale(store);
  // Below zero a log scale has no place: the mark then ends at the best.
  const x = (/** @type {number} */ score) => (scale.log && score <= 0 ? 0 : 143 * (1 - scale.goodness(score)));
  const [from, to] = [x(store.score(trial) - spread), x(store.score(trial) + spread)];
  const token = tokens(canvas, store.dark);
  for (const [color, wide] of /** @type {[string, number][]} */ ([
    [token('--surface'), 7],
    [token('--accent'), 3],
  ])) {
    g.fillStyle = color;
    for (const at of [from, to]) g.fillRect(Math.max(0, Math.min(144 - wide, at - wide / 2)), 0, wide, 24);
    g.fillRect(Math.min(from, to), 12 - wide / 2, Math.abs(to - from), wide);
  }
}

/** The scale of scores as colours; null where no two scores differ, as nothing is told by a colour then.
 * @param {import('../state/store.js').Store} store @returns {import('./figure-data.js').Legend | null} */
export function scoreLegend(store) {
  if (store.best === null) return null;
  const scale = scoreScale(store);
  if (scale.flat) return null;
  return {
    text: scoreName(store),
    title: '',
    low: `${scale.zeros ? '≤ ' : ''}${scoreLabel(store, scale.best)}`,
    high: scoreLabel(store, scale.worst),
  };
}
