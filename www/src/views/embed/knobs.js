import { BY_NAME, MOST_KNOBS, between, scaleOf, valueOf } from '../../study/hyperparameters.js';

/**
 * The knobs of a guest: which settings have one, and the places of its slider. Pure.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {{range: import('../../study/types.js').Distribution, places: number}} Frame
 */

/** Places of a slider over numbers without steps. */
const PLACES = 60;

/** The settings that have a knob: those that are asked for and that a study may have.
 * @param {Study} study @param {string[] | null} names */
export const knobsOf = (study, names) =>
  [...new Set(names ?? [])]
    .filter((name) => {
      const one = BY_NAME.get(name);
      if (!one || one.available === false || one.type === 'list' || one.type === 'points') return false;
      const isListed = one.type === 'bool' || one.type === 'categorical' || study.space?.[name]?.choices;
      return isListed || knobOf(name, study) !== null;
    })
    .slice(0, MOST_KNOBS);

/** The range that a slider goes over: the table's, and further where the study does; null where there is none.
 * @param {string} name @param {Study} study @returns {Frame | null} */
export function knobOf(name, study) {
  const one = BY_NAME.get(name);
  const own = study.space?.[name];
  const table = one?.sweep ?? null;
  if (!one || own?.choices || table?.choices || !(table ?? own)) return null;
  const ends = [own?.low, own?.high, ...(own ? [] : [Number(valueOf(one, study))])];
  const bounds = [table?.low, table?.high, ...ends].map(Number).filter(Number.isFinite);
  const base = /** @type {import('../../study/types.js').Distribution} */ (own ?? table);
  // A value of 0 has no place on a logarithm.
  const fit = scaleOf(base) === 'log' ? bounds.filter((value) => value > 0) : bounds;
  const [low, high] = [Math.min(...fit), Math.max(...fit)];
  if (!(low < high)) return null;
  const range = { ...base, low, high };
  const { step } = range;
  const whole = range.type === 'int' && scaleOf(range) === 'linear' ? (step ?? 1) : step;
  return { range, places: whole ? Math.max(1, Math.round((high - low) / whole)) : PLACES };
}

/** The value at a place, short: two figures, or a whole number. @param {Frame} frame @param {number} place */
export function valueAt({ range, places }, place) {
  const [low, high] = [Number(range.low), Number(range.high)];
  const { step } = range;
  if (place <= 0) return low;
  if (place >= places) return high;
  if (step) return Math.min(high, Number((low + place * step).toPrecision(12)));
  const value = between(range, place / places);
  if (range.type === 'int') return Math.max(low, Math.min(high, Math.round(value)));
  // Of numbers close to 1 what is left to 1 is what counts.
  const near = scaleOf(range) === 'log1m' ? 1 - Number((1 - value).toPrecision(2)) : Number(value.toPrecision(2));
  return Math.max(low, Math.min(high, Number(near.toPrecision(12))));
}

/** The place that lies next to a value. @param {Frame} frame @param {number} value */
export function placeOn(frame, value) {
  let [best, least] = [0, Infinity];
  for (let place = 0; place <= frame.places; place++) {
    const off = Math.abs(valueAt(frame, place) - value);
    if (off < least) [best, least] = [place, off];
  }
  return best;
}
