import { depthColor } from '../colors.js';
import { number } from '../format.js';
import { scoreScale } from '../score.js';

/**
 * Paints loss curves on uPlot's canvas: one polyline per trial coloured by its score, the selected trial on top with a
 * halo and its training loss dashed; a cross where a trial diverged.
 *
 * @typedef {import('../types.js').Trial} Trial
 * @typedef {import('../store.js').Store} Store
 * @typedef {{token: (name: string) => string}} Look
 */

/** @type {WeakMap<import('../types.js').EpochRecord[], {validation_loss: number[], train_loss: number[]}>} */
const lines = new WeakMap();

/** A trial's losses as numbers; the list grows with its epochs and is made once.
 * @param {Trial} trial @param {'validation_loss' | 'train_loss'} name @returns {number[]} */
export function lineOf(trial, name) {
  let known = lines.get(trial.epochs);
  if (!known) lines.set(trial.epochs, (known = { validation_loss: [], train_loss: [] }));
  for (let k = known.validation_loss.length; k < trial.epochs.length; k++) {
    known.validation_loss.push(number(trial.epochs[k].validation_loss));
    known.train_loss.push(number(trial.epochs[k].train_loss));
  }
  return known[name];
}

export class CurvePainter {
  /** @param {CanvasRenderingContext2D} g a canvas of the chart's size, over it @param {import('uplot')} chart
   * @param {Store} store @param {Look} look */
  paint(g, chart, store, look) {
    const ratio = devicePixelRatio;
    const { left, top, width, height } = chart.bbox;
    g.clearRect(0, 0, g.canvas.width, g.canvas.height);
    const x = (/** @type {number} */ epoch) => chart.valToPos(epoch, 'x', true);
    const y = (/** @type {number} */ value) => Math.max(top - height, Math.min(top + 2 * height, chart.valToPos(value, 'y', true)));
    const scale = scoreScale(store);
    const chosen = store.selected;
    const peeked = store.hovered === null ? null : (store.trials.get(store.hovered) ?? null);
    /** @type {{trial: Trial, score: number}[]} */
    const order = [...store.trials.values()].filter((one) => one.epochs.length && one !== chosen && one !== peeked)
      .map((trial) => ({ trial, score: Number.isFinite(store.score(trial)) ? scale.goodness(store.score(trial)) : -1 }));
    order.sort((a, b) => a.score - b.score);

    g.save();
    g.beginPath();
    g.rect(left - 2 * ratio, top - 4 * ratio, width + 4 * ratio, height + 8 * ratio);
    g.clip();
    g.lineJoin = 'round';
    for (const { trial, score } of order) {
      const plain = score < 0 || trial.state === 'cancelled';
      g.globalAlpha = plain ? 0.75 : 0.95;
      this.line(g, lineOf(trial, 'validation_loss'), x, y, plain ? look.token('--mark') : depthColor(0.1 + 0.9 * score, store.dark), (plain ? 0.9 : 1.1) * ratio);
    }
    g.globalAlpha = 1;
    if (peeked && peeked !== chosen) this.over(g, peeked, x, y, ratio, look, look.token('--ink'), 1.8);
    if (chosen) {
      this.line(g, lineOf(chosen, 'train_loss'), x, y, look.token('--accent'), 1.4 * ratio, [4 * ratio, 3 * ratio]);
      this.over(g, chosen, x, y, ratio, look, look.token('--accent'), 2.6);
    }
    this.ends(g, store, x, y, ratio, look, top);
    g.restore();
  }

  /** @param {CanvasRenderingContext2D} g @param {number[]} line @param {(v: number) => number} x @param {(v: number) => number} y
   * @param {string} color @param {number} width @param {number[]} [dash] */
  line(g, line, x, y, color, width, dash = []) {
    g.beginPath();
    let open = false;
    for (let k = 0; k < line.length; k++) {
      if (!Number.isFinite(line[k])) {
        open = false;
        continue;
      }
      if (open) g.lineTo(x(k + 1), y(line[k]));
      else g.moveTo(x(k + 1), y(line[k]));
      open = true;
    }
    g.strokeStyle = color;
    g.lineWidth = width;
    g.setLineDash(dash);
    g.stroke();
    g.setLineDash([]);
  }

  /** A curve above the others, with a halo of the page's colour. @param {CanvasRenderingContext2D} g @param {Trial} trial
   * @param {(v: number) => number} x @param {(v: number) => number} y @param {number} ratio @param {Look} look
   * @param {string} color @param {number} width */
  over(g, trial, x, y, ratio, look, color, width) {
    const line = lineOf(trial, 'validation_loss');
    this.line(g, line, x, y, look.token('--surface'), (width + 3) * ratio);
    this.line(g, line, x, y, color, width * ratio);
  }

  /** Open heads of running trials and crosses of diverged ones. @param {CanvasRenderingContext2D} g @param {Store} store
   * @param {(v: number) => number} x @param {(v: number) => number} y @param {number} ratio @param {Look} look @param {number} top */
  ends(g, store, x, y, ratio, look, top) {
    const [ink, soft, surface] = [look.token('--ink'), look.token('--ink-2'), look.token('--surface')];
    for (const trial of store.trials.values()) {
      const at = trial.epochs.length;
      if (trial.state === 'running' && at) {
        const value = number(trial.epochs[at - 1].validation_loss);
        if (!Number.isFinite(value)) continue;
        g.beginPath();
        g.arc(x(at), y(value), 2.6 * ratio, 0, 7);
        g.fillStyle = surface;
        g.strokeStyle = ink;
        g.lineWidth = 1.2 * ratio;
        g.fill();
        g.stroke();
      } else if (trial.state === 'diverged') {
        const chosen = trial === store.selected;
        const [cx, cy, q] = [x(Math.max(1, at)), top + 5 * ratio, (chosen ? 4.6 : 3.3) * ratio];
        g.strokeStyle = chosen ? look.token('--accent') : soft;
        g.lineWidth = (chosen ? 2.6 : 1.3) * ratio;
        g.beginPath();
        g.moveTo(cx - q, cy - q);
        g.lineTo(cx + q, cy + q);
        g.moveTo(cx + q, cy - q);
        g.lineTo(cx - q, cy + q);
        g.stroke();
      }
    }
  }
}

/** Where the selected trial's curves end, in pixels of the chart and a line's height apart; null with nothing to name.
 * @param {import('uplot')} chart @param {Trial | null} chosen @returns {{x: number, val: number, train: number | null} | null} */
export function endsOf(chart, chosen) {
  const last = chosen?.epochs[chosen.epochs.length - 1];
  if (!chosen || !last || chosen.state === 'diverged') return null;
  const ratio = devicePixelRatio;
  const [top, bottom] = [chart.bbox.top / ratio + 6, (chart.bbox.top + chart.bbox.height) / ratio - 6];
  const place = (/** @type {unknown} */ value) => Math.max(top, Math.min(bottom, chart.valToPos(number(value), 'y', true) / ratio));
  let [val, train] = [place(last.validation_loss), place(last.train_loss)];
  if (!Number.isFinite(val)) return null;
  const x = chart.valToPos(chosen.epochs.length, 'x', true) / ratio + 7;
  if (!Number.isFinite(train)) return { x, val, train: null };
  if (Math.abs(val - train) < 15) {
    const middle = Math.max(top + 7, Math.min(bottom - 7, (val + train) / 2));
    const up = val <= train ? 7.5 : -7.5;
    [val, train] = [middle - up, middle + up];
  }
  return { x, val, train };
}
