import { importancesOf } from '../../study/importance.js';
import { goodChoices, goodRange } from '../../study/good-range.js';

/**
 * What the trials inside the brush say of each hyperparameter: its importance, and where the best lie. Worked out once
 * for as long as the brush and the trials stay.
 *
 * @typedef {import('./field.js').Field} Field
 * @typedef {import('./field.js').FieldAxis} FieldAxis
 * @typedef {import('../../study/importance.js').Importance} Importance
 * @typedef {import('../../study/good-range.js').Good} Good here with values for `low` and `high`
 * @typedef {{axis: FieldAxis, share: number, divergence: number, good: Good | null}} Verdict
 * @typedef {{key: string, n: number, target: number, cut: number, all: Verdict[]}} Verdicts most important first
 */

/** @type {WeakMap<Field, Verdicts>} */
const known = new WeakMap();

/** @param {Field} field @returns {Verdicts} */
export function verdictsOf(field) {
  const kept = known.get(field);
  if (kept?.key === field.brushKey) return kept;
  const { searched, whole, out, isUp } = field;
  const columns = searched.map(({ name, range, values }) => ({ name, values, range: /** @type {any} */ (range) }));
  const found = importancesOf(columns, whole, isUp ? 'maximize' : 'minimize', (k) => !out[k]);
  /** @type {number[]} */
  const held = [];
  for (let k = 0; k < field.n; k++) if (!out[k] && !Number.isNaN(whole[k])) held.push(k);
  const isBest = (/** @type {number} */ j) => (isUp ? whole[held[j]] >= found.cut : whole[held[j]] <= found.cut);
  // Where all are as good, none is the best.
  const isTold = found.target < found.n;
  const verdicts = {
    key: field.brushKey,
    n: found.n,
    target: found.target,
    cut: found.cut,
    all: found.all.map(({ name, share, divergence }) => {
      const axis = /** @type {FieldAxis} */ (searched.find((one) => one.name === name));
      return { axis, share, divergence, good: isTold ? goodOf(axis, held, isBest) : null };
    }),
  };
  known.set(field, verdicts);
  return verdicts;
}

/** @param {FieldAxis} axis @param {number[]} held @param {(j: number) => boolean} isBest @returns {Good | null} */
function goodOf({ range, values, shares }, held, isBest) {
  const all = range?.choices ? values : shares;
  const own = new Float64Array(held.length);
  for (let j = 0; j < held.length; j++) own[j] = all[held[j]];
  if (range?.choices) return goodChoices(own, range.choices.length, isBest);
  const good = goodRange(own, isBest);
  return good && { ...good, low: values[held[good.low]], high: values[held[good.high]] };
}
