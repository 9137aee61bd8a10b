import { count, exact, loss, metric } from '../../study/format.js';
import { isSame } from './extent.js';

/**
 * The landscape in words: its title, its axes, its points, and all of it in a sentence.
 *
 * @typedef {import('./shown.js').Shown} Shown
 * @typedef {(key: string, values?: Record<string, unknown>) => string} T
 */

/** What a plane goes through, in the order of its axes. @param {T} t @param {string} plane @param {string} score
 * @param {number[]} trials */
export function titleOf(t, plane, score, trials) {
  const [a, b, c] = trials;
  const kind = plane === 'line' || plane === 'three' ? `.${plane}` : '';
  return t(`landscape.title${kind}`, { score, number: a, a, b, c });
}

/** A score and, where it is not that of all rows, of how many. @param {T} t @param {string} score
 * @param {import('../../state/landscape.js').Head | null} head */
export function scoreOf(t, score, head) {
  return head && head.n_rows < head.of_rows ? t('landscape.title.some', { score, n: count(head.n_rows) }) : score;
}

/** @param {T} t @param {Shown} shown @param {string} score what a line's height is */
export function axisTitles(t, { options, head, trial }, score) {
  const share = (/** @type {0 | 1} */ k) => metric(head.explained?.[k], 'classes');
  const [b, c] = options.others;
  const name = (/** @type {'x' | 'y'} */ side, /** @type {0 | 1} */ k) =>
    t(`landscape.axis.${options.plane}.${side}`, {
      share: share(k),
      value: loss(head.eigenvalues?.[k]),
      a: trial,
      b,
      c,
    });
  const y = options.plane === 'gradient' && !head.momentum ? t('landscape.axis.gradient.y.random') : name('y', 1);
  return { x: name('x', 0), y: options.plane === 'line' ? score : y };
}

/**
 * @param {T} t @param {Shown} shown
 * @param {{title: string, ends: [string, string] | null, diverged: number}} given
 */
export function summaryOf(t, { options, head, path }, { title, ends, diverged }) {
  const said = [
    t('landscape.summary', { title, plane: t(`landscape.plane.${options.plane}.words`), value: loss(head.loss) }),
    ends ? t('landscape.summary.span', { low: ends[0], high: ends[1] }) : '',
    diverged ? t('landscape.summary.diverged', { n: count(diverged) }) : '',
    path ? t('landscape.summary.path', { n: count(path.steps.at(-1) ?? 0) }) : '',
  ];
  return said.filter(Boolean).join(' ');
}

/** A coordinate, as exactly as the frame is narrow. @param {number} value @param {number} wide */
export function coordinate(value, wide) {
  const more = Math.ceil(Math.log10(Math.abs(value) / wide));
  return exact(Number(value.toPrecision(Math.max(3, Math.min(12, 3 + (Number.isFinite(more) ? more : 0))))));
}

/** What lies at a point. @param {T} t @param {Shown} shown @param {{k: number, x: number, y: number}} point
 * @param {number[]} extent what is shown @param {boolean} numbers whether it is a regression */
export function pointText(t, { head, known, losses, accuracies }, { k, x, y }, extent, numbers) {
  const px = coordinate(x, extent[1] - extent[0]);
  const place = head.size[1] > 1 ? `(${px}, ${coordinate(y, extent[3] - extent[2])})` : px;
  // Of the frame before, points are elsewhere.
  if (!known[k] || !isSame(head.extent, /** @type {any} */ (extent))) return t('landscape.point.unknown', { place });
  if (!Number.isFinite(losses[k])) return t('landscape.point.diverged', { place });
  const values = { place, loss: loss(losses[k]), accuracy: metric(accuracies[k], 'classes') };
  return t(numbers ? 'landscape.point.loss' : 'landscape.point', values);
}
