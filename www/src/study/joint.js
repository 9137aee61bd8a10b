import { scaleOf } from './hyperparameters.js';
import { pickedOf } from './search.js';

/**
 * One axis for two studies. Pure.
 *
 * @typedef {import('./types.js').Distribution} Distribution
 */

/** @param {Distribution} range @returns {number[]} */
const endsOf = ({ choices, low, high }) => (choices ? choices.map(Number) : [Number(low), Number(high)]);
/** @param {Distribution} range */
const isNamed = ({ choices }) => choices?.some((one) => typeof one !== 'number') ?? false;
/** @param {Distribution} range */
const isWhole = ({ type, choices }) => (choices ? choices.every((one) => Number.isInteger(one)) : type === 'int');

/** The range that holds both, on a scale that fits both: that of the first where theirs are the same, else the one on
 * which more can be told apart. @param {Distribution} a @param {Distribution} b @returns {Distribution} */
export function jointRange(a, b) {
  if (a.choices && b.choices) {
    const choices = [...new Set([...a.choices, ...b.choices])];
    return { type: 'categorical', choices };
  }
  if (isNamed(a) || isNamed(b)) return a.choices ? a : b;
  const ends = [...endsOf(a), ...endsOf(b)];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const scales = [a, b].filter((one) => !one.choices).map(scaleOf);
  const curved = scales.find((one) => one === 'log' || one === 'log1m') ?? 'linear';
  const fits = curved === 'log' ? low > 0 : curved === 'log1m' ? high < 1 && low >= 0 : true;
  const scale = /** @type {'linear' | 'log' | 'log1m'} */ (fits ? curved : 'linear');
  const step = scale === 'linear' && a.step === b.step && a.low === b.low ? a.step : undefined;
  return { type: isWhole(a) && isWhole(b) ? 'int' : 'float', low, high, scale, ...(step ? { step } : {}) };
}

/** The range of one of a study's axes, and as much more as was picked by hand.
 * @param {import('./types.js').Study} study @param {string} name @returns {Distribution} */
export function spanOf(study, name) {
  const range = /** @type {Distribution} */ (study.space?.[name]);
  const picked = pickedOf(study).map((one) => Number(one[name]));
  const [low, high] = [Math.min(Number(range.low), ...picked), Math.max(Number(range.high), ...picked)];
  return picked.length && !range.choices ? jointRange(range, { ...range, low, high }) : range;
}
