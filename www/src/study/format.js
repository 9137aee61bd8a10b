/** How numbers are written: losses with three decimals, rates with two significant figures, real minus signs. */

const SUPERSCRIPT = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
export const DASH = '–';

/** A number of a document, which may be one of the strings "NaN", "Infinity", "-Infinity".
 * @param {unknown} value */
export const number = (value) => (value === null || value === undefined ? NaN : Number(value));

/** @param {string} text */
const minus = (text) => text.replace('-', '−');

/** @param {number} exponent */
export const superscript = (exponent) =>
  (exponent < 0 ? '⁻' : '') + [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPT[Number(digit)]).join('');

/** A whole number as both languages write it. An `Intl.NumberFormat` takes longer to make than all else of the page's
 * script. @param {number} value */
export const commas = (value) => String(BigInt(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** From here on digits before the point say less than a power of ten. */
const LONG = 1e15;

/** @param {number} value */
export const count = (value) =>
  !Number.isFinite(value) ? DASH : Math.abs(value) < LONG ? minus(commas(Math.round(value))) : scientific(value, 3);

/** A number of things for a sentence, which has a form of its own for 1. @param {number} n */
export const counted = (n) => (n === 1 ? 1 : count(n));

/** 0.00002437 -> 2.4×10⁻⁵
 * @param {number} value
 * @param {number} [digits] */
export function scientific(value, digits = 2) {
  if (!Number.isFinite(value)) return DASH;
  const [mantissa, exponent] = value.toExponential(Math.max(0, Math.min(16, digits - 1))).split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  const power = `10${superscript(Number(exponent))}`;
  return minus(short === '1' ? power : `${short}×${power}`);
}

/** A learning rate or another positive setting; near 1 the digits of 1 − x are those that count.
 * @param {unknown} input */
export function rate(input) {
  const value = number(input);
  if (!Number.isFinite(value)) return DASH;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.001 || (size >= 1e6 && !Number.isInteger(value))) return scientific(value);
  if (size >= 1e6) return exact(value);
  // All digits of a whole number count.
  if (size >= 100) return count(Number.isInteger(value) ? value : Number(value.toPrecision(2)));
  const rest = 1 - size;
  if (rest > 0 && rest < 0.05)
    return rest < 1e-9 ? `1 − ${scientific(rest)}` : minus(String(Math.sign(value) * near(rest)));
  return minus(String(Number(value.toPrecision(2))));
}

/** 1 − x, where x counts two digits. @param {number} rest */
const near = (rest) => Number((1 - Number(rest.toPrecision(2))).toPrecision(12));

/** A choice in words. @param {unknown} value @param {(key: string) => string} t */
export const worded = (value, t) =>
  typeof value === 'boolean' ? t(value ? 'on' : 'off') : String(value).replaceAll('_', ' ');

/** A hyperparameter's value, whatever its type; a dash where a trial has none. @param {unknown} value */
export const setting = (value) =>
  value === undefined || value === null
    ? DASH
    : typeof value === 'number'
      ? rate(value)
      : Array.isArray(value)
        ? value.join(' × ')
        : String(value);

/** A setting exactly as it stands in the study, short where a power of ten says it.
 * @param {unknown} input */
export function exact(input) {
  const value = number(input);
  if (!Number.isFinite(value)) return DASH;
  const size = Math.abs(value);
  const digits = Math.max(1, value.toExponential().split('e')[0].replace(/[-.]/g, '').length);
  // All digits of a seed count.
  if (Number.isInteger(value) && size <= 2 ** 53 && digits > 3) return minus(commas(value));
  if (size >= LONG || (size >= 1e6 && digits <= 3) || (size > 0 && size < 0.01)) {
    return size >= 0.001 && size < 1 && digits > 1 ? minus(String(value)) : scientific(value, digits);
  }
  return minus(Number.isInteger(value) ? count(value) : String(value));
}

const IS_POWER = /10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/;
/** Numbers of one axis lie between these where none of them needs a power of ten. */
const PLAIN = [1e-4, 1e6];

/** The numbers of one axis, all in one form: with powers of ten where some need them, plain where none does.
 * @param {readonly number[]} values @returns {string[]} */
export function alike(values) {
  const texts = values.map(exact);
  if (!texts.some((text) => IS_POWER.test(text))) return texts;
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  const isPlain = sizes.every((size) => size >= PLAIN[0] && size < PLAIN[1]);
  return values.map((value, k) => {
    if (IS_POWER.test(texts[k]) === !isPlain || value === 0 || value === 1) return texts[k];
    return isPlain ? minus(String(value)) : scientific(value, 16);
  });
}

/** @param {unknown} input */
export function loss(input) {
  const value = number(input);
  if (!Number.isFinite(value)) return DASH;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e6 || size < 0.0005) return scientific(value);
  if (size >= 1000) return count(value);
  return minus(value.toFixed(size >= 100 ? 1 : 3));
}

/** @param {unknown} input */
export function signed(input) {
  const value = number(input);
  if (!Number.isFinite(value)) return DASH;
  return (value < 0 ? '' : '+') + loss(value);
}

/** Accuracy as a percentage, R² as it is.
 * @param {unknown} input
 * @param {'classes' | 'numbers' | string} task */
export function metric(input, task) {
  const value = number(input);
  if (!Number.isFinite(value)) return DASH;
  if (Math.abs(value) >= 1e6) return scientific(value);
  if (task === 'numbers' && Math.abs(value) >= 1000) return count(value);
  return task === 'numbers' ? minus(value.toFixed(3)) : `${minus((100 * value).toFixed(1))}%`;
}

/** 412,000 -> 412k
 * @param {number} value */
export function short(value) {
  if (!Number.isFinite(value)) return DASH;
  if (Math.abs(value) >= LONG) return scientific(value);
  for (const [size, unit] of /** @type {[number, string][]} */ ([
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ])) {
    if (value >= size) return `${(value / size).toFixed(value / size < 10 ? 1 : 0)}${unit}`;
  }
  return minus(String(Math.round(value) + 0));
}

/** @param {number} seconds */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return DASH;
  const whole = Math.max(0, Math.round(seconds));
  const tail = String(whole % 60).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${tail}`;
  const hours = Math.floor(minutes / 60);
  return `${hours < LONG ? hours : scientific(hours)}:${String(minutes % 60).padStart(2, '0')}:${tail}`;
}
