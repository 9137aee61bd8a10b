/**
 * What checks of a study have in common: problems as the engine has them, and the kinds of values.
 *
 * @typedef {import('./types.js').Problem} Problem
 */

export const TRIALS_LIMIT = 100000;

/** A value as messages write it, numbers short and exact: 0.001, 1e9, 9007199254740991. @param {unknown} value */
export function shown(value) {
  // JSON has no words for some values, and no letters at all for others.
  if (typeof value === 'bigint' || typeof value === 'symbol' || Number.isNaN(value)) return String(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return JSON.stringify(value ?? null) ?? typeof value;
  const size = Math.abs(value);
  const [plain, powered] = [String(value), value.toExponential().replace('e+', 'e')];
  return size === 0 || (size >= 1e-4 && size < 1e7) || plain.length <= powered.length ? plain : powered;
}
/** @param {unknown} value @returns {value is Record<string, any>} */
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** A number, also where it is written as the string of one that is not finite. @param {unknown} value */
export const real = (value) =>
  typeof value === 'number'
    ? value
    : /^(NaN|-?Infinity)$/.test(/** @type {any} */ (value)) && typeof value === 'string'
      ? Number(value)
      : undefined;

/** @param {string} key @param {unknown} found @param {string} accepted @returns {Problem} */
export const wrong = (key, found, accepted) => ({ code: 'wrong_type', key, found: shown(found), accepted });
/** @param {string} key @param {unknown} found @param {string} accepted @returns {Problem} */
export const outside = (key, found, accepted) => ({ code: 'out_of_range', key, found: shown(found), accepted });

/** @param {Record<string, any>} study @param {string} key @returns {Problem | null} */
export const section = (study, key) =>
  study[key] === undefined || isObject(study[key]) ? null : wrong(key, study[key], '{...}');

/** @param {Record<string, any>} object @param {string[]} keys @param {string} [within] @returns {Problem | null} */
export function unknownKey(object, keys, within) {
  const key = Object.keys(object).find((one) => !keys.includes(one));
  return key === undefined
    ? null
    : {
        code: 'unknown_key',
        key: within ? `${within}.${key}` : key,
        within: within ?? 'study',
        accepted: keys.join(', '),
      };
}

/**
 * @param {string} key
 * @param {unknown} found
 * @param {number} low
 * @param {number} high
 * @param {boolean} [whole]
 * @returns {Problem | null}
 */
export function checkNumber(key, found, low, high, whole = false) {
  if (found === undefined) return null;
  const accepted = `${shown(low)} .. ${shown(high)}${whole ? ' (int)' : ''}`;
  const x = real(found);
  if (x === undefined || (whole && x % 1)) return wrong(key, found, accepted);
  return x >= low && x <= high ? null : outside(key, found, accepted);
}

/** A whole number that has no names for those that are not finite.
 * @param {string} key @param {unknown} found @param {number} low @param {number} high @returns {Problem | null} */
export const checkPlain = (key, found, low, high) =>
  typeof found === 'string'
    ? wrong(key, found, `${shown(low)} .. ${shown(high)} (int)`)
    : checkNumber(key, found, low, high, true);

/**
 * @param {string} key
 * @param {unknown} found
 * @param {string[]} names
 * @param {string[]} [later]
 * @returns {Problem | null}
 */
export function checkName(key, found, names, later = []) {
  if (found === undefined) return null;
  const accepted = names.join(' | ');
  if (typeof found !== 'string') return wrong(key, found, accepted);
  if (names.includes(found)) return null;
  return later.includes(found) ? { code: 'not_yet', key, found, accepted } : outside(key, found, accepted);
}

/** @param {string} key @param {any} value @returns {Problem | null} */
export const checkBoolean = (key, value) =>
  value === undefined || typeof value === 'boolean' ? null : wrong(key, value, 'true | false');

/** The first problem with any of a list. @template T @param {T[]} list @param {(one: T) => Problem | null} check */
export function first(list, check) {
  for (const one of list) {
    const problem = check(one);
    if (problem) return problem;
  }
  return null;
}

/** The most points of a drawing, as in the engine. */
export const MOST_POINTS = 1000;

/** What is accepted, as the engine says it. @param {{low: number | null, high: number | null}} one */
export const acceptedPoints = ({ low, high }) => `[[0 .. 1, ${low} .. ${high}], ...] (1 .. ${MOST_POINTS})`;

/** Points as JSON has them. @param {unknown} given @returns {given is [number, number][]} */
export const arePoints = (given) => Array.isArray(given) && given.length > 0 && given.every(Array.isArray);
