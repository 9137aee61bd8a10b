import { depthColor } from './colors.js';
import { DASHES, ORDER, OWN } from './series.js';
import { BY_NAME, scaleOf, sweptOf } from '../study/hyperparameters.js';
import { exact } from '../study/format.js';
import { SCALES } from '../study/scale.js';

/**
 * Loss curves coloured by a swept hyperparameter instead of by their score: numbers along the scale of their range, a
 * colour and a dash for each name.
 *
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('../study/types.js').Value} Value
 * @typedef {{value: Value, text: string, at: number, dash: string}} Entry of a name; `at` is its series
 * @typedef {object} Coloring
 * @property {string} key changes with every colour
 * @property {string} name
 * @property {'linear' | 'log' | 'log1m' | 'choices'} scale
 * @property {Entry[]} entries nothing where the values are numbers
 * @property {string} low the label of the lowest number
 * @property {string} high
 * @property {(value: unknown) => number} share of a number, from 0 to 1; NaN where it has no place
 */

/** The palest third of the scale is no line on a page. */
const PALEST = 0.34;

/** The hyperparameters that curves may be coloured by. @param {Store} store */
export const colorNames = (store) => sweptOf(store.shownStudy).map(({ name }) => name);

/** @param {string} name @param {import('../study/types.js').Distribution} range
 * @param {(value: unknown) => string} word @returns {Coloring} */
function made(name, range, word) {
  const choices = range.choices ?? [];
  const numbers = choices.filter((one) => typeof one === 'number');
  const key = `${name} ${JSON.stringify(range)}`;
  if (choices.length && numbers.length < choices.length) {
    const entries = [...new Set(choices)].map((value, k) => {
      const own = name === 'optimizer' ? OWN[String(value)] : undefined;
      const at = own ?? ORDER[k % ORDER.length];
      return { value, text: word(value).replaceAll('_', ' '), at, dash: DASHES[at] };
    });
    return { key, name, scale: 'choices', entries, low: '', high: '', share: () => NaN };
  }
  const [low, high] = choices.length
    ? [Math.min(...numbers), Math.max(...numbers)]
    : [Number(range.low), Number(range.high)];
  const wanted = choices.length ? (BY_NAME.get(name)?.scale ?? 'linear') : scaleOf(range);
  const isFit = wanted === 'log' ? low > 0 : wanted === 'log1m' ? low >= 0 && high < 1 : false;
  const scale = /** @type {'linear'} */ (isFit ? wanted : 'linear');
  const { to } = SCALES[scale];
  return {
    key,
    name,
    scale,
    entries: [],
    low: exact(low),
    high: exact(high),
    share: (value) => {
      if (typeof value !== 'number') return NaN;
      // A range of one value is one colour; halves keep the widest range finite.
      if (!(high > low)) return 1;
      return Math.max(0, Math.min(1, (to(value) / 2 - to(low) / 2) / (to(high) / 2 - to(low) / 2)));
    },
  };
}

/** @type {Map<string, Coloring>} the last that was asked for */
const known = new Map();

/** What colours the curves; null for their score. @param {Store} store @returns {Coloring | null} */
export function coloringOf(store) {
  const name = store.curveColor;
  const range = name === null ? undefined : store.shownStudy.space?.[name];
  if (name === null || !range) return null;
  const key = `${store.lang} ${name} ${JSON.stringify(range)}`;
  let found = known.get(key);
  if (!found) {
    known.clear();
    known.set(key, (found = made(name, range, store.setting)));
  }
  return found;
}

/** The colour of a place on the scale of numbers: the larger, the more ink.
 * @param {number} share @param {boolean} dark */
export const shareColor = (share, dark) => depthColor(PALEST + (1 - PALEST) * share, dark);

/** A trial's line; null where it has no value. @param {Coloring} coloring @param {Trial} trial @param {boolean} dark
 * @param {(name: string) => string} token @returns {{color: string, dash: number[]} | null} */
export function lineLook(coloring, trial, dark, token) {
  const value = trial.params[coloring.name];
  if (coloring.entries.length) {
    const entry = coloring.entries.find((one) => one.value === value);
    return entry
      ? { color: token(`--series-${entry.at}`), dash: entry.dash.split(' ').filter(Boolean).map(Number) }
      : null;
  }
  const share = coloring.share(value);
  return Number.isFinite(share) ? { color: shareColor(share, dark), dash: [] } : null;
}
