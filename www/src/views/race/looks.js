import { rate } from '../../study/format.js';
import { DASHES, ORDER, OWN } from '../../figures/series.js';

/**
 * How contestants look and what they are called: a colour, a dash and an end shape each, so that colour is never the
 * only difference.
 *
 * @typedef {import('../../study/race.js').Contestant} Contestant
 * @typedef {{at: number, color: string, dash: string, end: (typeof ENDS)[number]}} Look
 */

const ENDS = /** @type {const} */ ([
  'circle',
  'square',
  'triangle',
  'diamond',
  'down',
  'cross',
  'bar',
  'pillar',
  'left',
  'right',
]);
/** A look each, all different. @param {Contestant[]} contestants @param {string} over @returns {Look[]} */
export function looksOf(contestants, over) {
  const wanted = contestants.map(({ key }, k) => (over === 'optimizer' ? (OWN[key] ?? -1) : ORDER[k]));
  const taken = new Set(wanted);
  const free = ENDS.map((_, at) => at).filter((one) => !taken.has(one));
  return wanted.map((one) => {
    const at = one >= 0 ? one : (free.shift() ?? 0);
    return { at, color: `var(--series-${at})`, dash: DASHES[at], end: ENDS[at] };
  });
}

/** The names that papers give optimizers. @type {Record<string, string>} */
const NAMES = {
  gd: 'GD',
  sgd: 'SGD',
  momentum: 'Momentum',
  nesterov: 'Nesterov',
  adagrad: 'Adagrad',
  rmsprop: 'RMSprop',
  adadelta: 'Adadelta',
  adam: 'Adam',
  adamw: 'AdamW',
  nadam: 'NAdam',
  lbfgs: 'L-BFGS',
  newton: 'Newton',
};

/** What a contestant is called; one of a learning rate by the rate that it starts with, also once that was changed.
 * @param {Pick<Contestant, 'key'> & Partial<Pick<Contestant, 'params'>>} who
 * @param {string} over
 * @param {(key: string, values?: Record<string, unknown>) => string} t */
export function nameOf({ key, params }, over, t) {
  if (over === 'optimizer') return NAMES[key] ?? key;
  if (over === 'learning_rate')
    return t('race.name.learning_rate', { value: rate(Number(params?.learning_rate ?? key)) });
  if (over === 'schedule') return key.replaceAll('_', ' ');
  return t(`race.name.${over}`, { value: key });
}

/** Corners of the end shapes, around (0, 0). @type {Record<Exclude<Look['end'], 'circle'>, [number, number][]>} */
const CORNERS = {
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  triangle: [
    [0, -1.15],
    [1.1, 0.85],
    [-1.1, 0.85],
  ],
  diamond: [
    [0, -1.25],
    [1.1, 0],
    [0, 1.25],
    [-1.1, 0],
  ],
  down: [
    [0, 1.15],
    [1.1, -0.85],
    [-1.1, -0.85],
  ],
  bar: [
    [-1.3, -0.55],
    [1.3, -0.55],
    [1.3, 0.55],
    [-1.3, 0.55],
  ],
  pillar: [
    [-0.55, -1.3],
    [0.55, -1.3],
    [0.55, 1.3],
    [-0.55, 1.3],
  ],
  left: [
    [-1.15, 0],
    [0.85, -1.1],
    [0.85, 1.1],
  ],
  right: [
    [1.15, 0],
    [-0.85, -1.1],
    [-0.85, 1.1],
  ],
  cross: [
    [-0.4, -1.1],
    [0.4, -1.1],
    [0.4, -0.4],
    [1.1, -0.4],
    [1.1, 0.4],
    [0.4, 0.4],
    [0.4, 1.1],
    [-0.4, 1.1],
    [-0.4, 0.4],
    [-1.1, 0.4],
    [-1.1, -0.4],
    [-0.4, -0.4],
  ],
};

/** The outline of an end shape around (0, 0), as a path. @param {Look['end']} end @param {number} r */
export function shapeOf(end, r) {
  const n = (/** @type {number} */ x) => (r * x).toFixed(1);
  if (end === 'circle') return `M${n(-1)},0a${n(1)},${n(1)} 0 1 0 ${n(2)},0a${n(1)},${n(1)} 0 1 0 ${n(-2)},0Z`;
  return `M${CORNERS[end].map(([x, y]) => `${n(x)},${n(y)}`).join('L')}Z`;
}

/** The same on a canvas. @param {CanvasRenderingContext2D} g @param {Look['end']} end @param {number} x
 * @param {number} y @param {number} r */
export function traceShape(g, end, x, y, r) {
  if (end === 'circle') g.arc(x, y, r, 0, 2 * Math.PI);
  else for (const [k, [u, v]] of CORNERS[end].entries()) g[k ? 'lineTo' : 'moveTo'](x + r * u, y + r * v);
  g.closePath();
}
