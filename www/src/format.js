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

const COMMAS = new Intl.NumberFormat('en-US');

/** @param {number} value */
export const count = (value) => minus(COMMAS.format(Math.round(value)));

/** 0.00002437 -> 2.4×10⁻⁵
 * @param {number} value
 * @param {number} [digits] */
export function scientific(value, digits = 2) {
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  const power = `10${superscript(Number(exponent))}`;
  return minus(short === '1' ? power : `${short}×${power}`);
}

/** A learning rate or another positive setting.
 * @param {unknown} input */
export function rate(input) {
  const value = number(input);
  if (!Number.isFinite(value)) return DASH;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.001 || size >= 1e6) return scientific(value);
  if (size >= 100) return count(value);
  return minus(String(Number(value.toPrecision(2))));
}

/** A setting exactly as it stands in the study, short where a power of ten says it.
 * @param {unknown} input */
export function exact(input) {
  const value = number(input);
  if (!Number.isFinite(value)) return DASH;
  const size = Math.abs(value);
  const digits = Math.max(1, value.toExponential().split('e')[0].replace(/[-.]/g, '').length);
  if ((size >= 1e6 && digits <= 3) || (size > 0 && size < 0.01)) {
    return size >= 0.001 && digits > 1 ? minus(String(value)) : scientific(value, digits);
  }
  return minus(Number.isInteger(value) ? count(value) : String(value));
}

/** @param {unknown} input */
export function loss(input) {
  const value = number(input);
  if (!Number.isFinite(value)) return DASH;
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 0.0005)) return scientific(value);
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
  return task === 'numbers' ? minus(value.toFixed(3)) : `${(100 * value).toFixed(1)}%`;
}

/** 412,000 -> 412k
 * @param {number} value */
export function short(value) {
  if (!Number.isFinite(value)) return DASH;
  for (const [size, unit] of /** @type {[number, string][]} */ ([[1e9, 'G'], [1e6, 'M'], [1e3, 'k']])) {
    if (value >= size) return `${(value / size).toFixed(value / size < 10 ? 1 : 0)}${unit}`;
  }
  return String(Math.round(value));
}

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const tail = String(whole % 60).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${tail}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${tail}`;
}
