/**
 * Numbers as people write them. What is typed is never silently another number: one text gives the numbers that it can
 * be read as, two where both a decimal sign and thousands could be meant, none where it is no number.
 *
 * @typedef {{value: number, code?: undefined} | {code: 'not_a_number' | 'beyond'}
 *   | {code: 'two_readings', readings: [number, number]}} Reading
 * @typedef {{values: number[], code?: undefined} | {code: 'not_a_number' | 'beyond', found: string}
 *   | {code: 'two_readings', found: string, lists: [number[], number[]]}} ListReading
 */

/** Longer texts are no numbers; what they would take to read is not spent. */
const LONGEST = 80;
/** The longest text that a list is read from. */
const LONGEST_LIST = 1000;
/** Below this, doubles lose digits. */
const LEAST_NORMAL = 2.2250738585072014e-308;

const SUPER = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** Spaces that stand between thousands in print; a plain one separates the entries of a list. */
const INNER = '\u00a0\u2007\u2009\u202f';

/** Full-width signs as ASCII, one minus, one apostrophe, powers with a caret. @param {string} text */
function plain(text) {
  return text
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ')
    .replace(/[\u2010-\u2013\u2212\ufe63]/g, '-')
    .replace(/[’ʼ]/g, "'")
    .replace(/10⁺?(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)(?![\d.,^*])/g, (_, minus, power) => `10^${minus && '-'}${lowered(power)}`);
}

/** @param {string} digits */
const lowered = (digits) => [...digits].map((one) => SUPER.indexOf(one)).join('');

const THREES = '\\d{3}';
/** What one sign between digits, or several, can mean; each gives digits with a point.
 * @type {[RegExp, (found: RegExpExecArray) => string[]][]} */
const FORMS = [
  // 1,234 and 1.234: a decimal sign or thousands.
  [
    /^([1-9]\d{0,2})([.,])(\d{3})$/,
    ([, whole, sign, rest]) => {
      const both = [`${whole}.${rest}`, whole + rest];
      return sign === '.' ? both : both.reverse();
    },
  ],
  [/^(\d*)[.,](\d+)$/, ([, whole, rest]) => [`${whole || 0}.${rest}`]],
  [/^(\d+)\.?$/, ([, whole]) => [whole]],
  // 1,000,000 and 1.000.000,5 and 1 000 and 1'000.5
  [new RegExp(`^([1-9]\\d{0,2}(?:,${THREES}){2,}|[1-9]\\d{0,2}(?:,${THREES})+(?=\\.))(?:\\.(\\d+))?$`), grouped],
  [new RegExp(`^([1-9]\\d{0,2}(?:\\.${THREES}){2,}|[1-9]\\d{0,2}(?:\\.${THREES})+(?=,))(?:,(\\d+))?$`), grouped],
  [
    new RegExp(`^([1-9]\\d{0,2}(?:([ ${INNER}'])${THREES})(?:\\2${THREES})*)(?:[.,](\\d+))?$`),
    ([, whole, , rest]) => grouped(['', whole, rest]),
  ],
];

/** @param {ArrayLike<string>} found */
function grouped(found) {
  return [found[1].replace(/\D/g, '') + (found[2] ? `.${found[2]}` : '')];
}

/** Digits with signs between them as the texts that they can mean. @param {string} body */
function meanings(body) {
  for (const [form, read] of FORMS) {
    const found = form.exec(body);
    if (found) return read(found);
  }
  return [];
}

/** The digits that count of a number's text. @param {string} text */
const figures = (text) =>
  text
    .split(/e/i)[0]
    .replace(/\D/g, '')
    .replace(/^0+|0+$/g, '');

/** A text of digits as the number that it says; null where a double cannot hold it. @param {string} text */
function held(text) {
  const value = Number(text);
  if (!Number.isFinite(value) || (value === 0 && figures(text))) return null;
  const lossy = value !== 0 && Math.abs(value) < LEAST_NORMAL && figures(text) !== figures(String(value));
  return lossy ? null : value + 0;
}

/** All numbers that a text can mean. @param {string} text @returns {{values: number[], beyond: boolean}} */
function readings(text) {
  const none = { values: [], beyond: false };
  if (text.length > LONGEST) return none;
  const body = plain(text).trim();
  const power = /^([+-]?)(?:([\d.,]+)\s*[×x*·⋅]\s*)?10\s*(?:\^|\*\*)\s*([+-]?\d{1,4})([.,]\d{1,9})?$/.exec(body);
  const usual = power ?? /^([+-]?)\s*(.*?)(?:[eE]([+-]?\d{1,5}))?$/.exec(body);
  if (!usual) return none;
  const [, sign, mantissa = '1', exponent, part] = usual;
  const minus = sign === '-' ? '-' : '';
  // Nobody writes thousands with an exponent.
  const all = meanings(mantissa);
  const said = exponent === undefined ? all : all.filter((one) => one.includes('.') || !/[.,]/.test(mantissa));
  if (part) {
    const value = said.length === 1 ? Number(minus + said[0]) * 10 ** Number(exponent + part.replace(',', '.')) : NaN;
    const beyond = !Number.isFinite(value) || Math.abs(value) < LEAST_NORMAL;
    return { values: beyond ? [] : [value], beyond: said.length === 1 };
  }
  const values = said.map((one) => held(`${minus}${one}${exponent === undefined ? '' : `e${exponent}`}`));
  return { values: values.filter((one) => one !== null), beyond: values.includes(null) };
}

/** The number that a text says; of two readings the one that the field takes.
 * @param {string} text @param {(value: number) => boolean} [takes] @returns {Reading} */
export function readNumber(text, takes = () => true) {
  const { values, beyond } = readings(text);
  if (!values.length) return { code: beyond ? 'beyond' : 'not_a_number' };
  if (values.length === 1 || values[0] === values[1]) return { value: values[0] };
  const taken = values.filter(takes);
  if (taken.length === 2) return { code: 'two_readings', readings: [values[0], values[1]] };
  return { value: taken[0] ?? values[0] };
}

/** Whether a text can stand between the commas of a list: no zeros in front, as in 1,000. @param {string} text */
const isEntry = (text) => /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text);
/** Zeros that only the thousands of a number begin with, as in 1 000. @param {string} text */
const isTail = (text) => /^0\d\d(?:\D|$)/.test(text);

/**
 * The entries of a list as people separate them: by commas, spaces, semicolons, or a sign of multiplication between
 * widths. A comma without a space may be a decimal sign; where both can be meant, both are said.
 *
 * @param {string} text @param {(value: number) => boolean} takes what the field takes as one entry
 * @param {boolean} [times] whether a sign of multiplication separates, as between widths
 * @returns {ListReading}
 */
export function readNumbers(text, takes, times = false) {
  if (text.length > LONGEST_LIST) return { code: 'not_a_number', found: text };
  const lines = plain(text)
    .replace(/[;、\n\t]/g, ';')
    .replace(/ +/g, ' ');
  const tight = lines
    .replace(/ ?([×x*·⋅^;]) ?/g, '$1')
    .replace(/ ,/g, ',')
    .trim();
  const bare = tight.replace(/^[[(] ?(.*?) ?[\])]$/s, '$1');
  const body = times ? bare.replace(/(?<=\d)(?<!(?:^|\D)0)[×x](?!10(?:\^|\*\*))(?=\d)/g, ';') : bare;
  const firm = body.includes(';');
  const spaced = body.includes(', ');
  const entries = body
    .split(firm ? ';' : spaced ? ', ' : ' ')
    .map((one) => one.replace(/^,|,$/g, ''))
    .filter(Boolean);
  const all = entries.length > 1 && entries.every((one) => one.includes(','));
  // Entries as read with commas between them and points in them, and as read with decimal commas.
  const [one, other] = /** @type {[number[], number[]]} */ ([[], []]);
  let twice = '';
  // One entry that can only be read with a decimal point settles how the others are read.
  const pointed = /(?:^|\D)0\.\d|\.\d{1,2}(?!\d)|\.\d{4}/.test(body);
  for (const entry of entries) {
    const parts = entry.split(',');
    // Where `;` separates, a comma is within a number.
    const list = !firm && parts.length > 1 && parts.every(isEntry) ? parts.map(Number) : null;
    const read = readNumber(entry, takes);
    if (read.code === 'two_readings') {
      if (pointed && (!list || firm)) {
        one.push(read.readings[0]);
        other.push(read.readings[0]);
        continue;
      }
      twice ||= entry;
      one.push(...(list ?? [read.readings[0]]));
      other.push(read.readings[pointed ? 0 : 1]);
      continue;
    }
    const single = read.code === undefined && takes(read.value) ? read.value : null;
    const thousands = /^[1-9]\d{0,2}(?:,\d{3})+$/.test(entry);
    const points = !firm && /\.\d/.test(body);
    if (list && all && single === null && read.code === undefined && !Number.isInteger(read.value)) {
      // As many decimal commas as entries: a field of whole numbers takes none of them, but they may be what was
      // meant.
      twice ||= entry;
      one.push(...list);
      other.push(read.value);
    } else if (list && (single === null || (points && !thousands))) {
      one.push(...list);
      other.push(...list);
    } else if (list && single !== null && !firm && (points || (!all && (entries.length === 1 || spaced)))) {
      twice ||= entry;
      one.push(...list);
      other.push(single);
    } else if (read.code === undefined && !(entry.includes(' ') && !firm)) {
      one.push(read.value);
      other.push(read.value);
    } else if (entry.includes(' ')) {
      // Numbers that only spaces separate, between others that commas do.
      const words = entry.split(' ');
      const reads = words.map((word) => readNumber(word, takes));
      const values = reads.map((word) => (word.code === undefined ? word.value : NaN));
      if (values.some(Number.isNaN) || words.some(isTail)) return { code: 'not_a_number', found: entry };
      one.push(...values);
      other.push(...values);
    } else return { code: read.code ?? 'not_a_number', found: entry };
    if (isTail(entry)) return { code: 'not_a_number', found: entry };
  }
  if (!twice) return { values: one };
  return { code: 'two_readings', found: twice, lists: [one, other] };
}

/** A number as a field shows it, which reads as that number and no other. @param {number} value */
export function spell(value) {
  const text = String(value);
  return /^-?[1-9]\d{0,2}\.\d{3}$/.test(text) ? `${text}0` : text;
}

/** What was typed, short enough for a sentence. @param {string} text */
export const glance = (text) => {
  const plain = text.trim().replace(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, ' ');
  return plain.length > 24 ? `${[...plain].slice(0, 23).join('')}…` : plain;
};

/** @param {string} key @param {string} text @param {[number, number] | [number[], number[]]} readings
 * @returns {import('./types.js').Problem} */
export const twoReadings = (key, text, readings) => {
  const [one, other] = readings.map((reading) => (Array.isArray(reading) ? reading.join('; ') : String(reading)));
  return { code: 'two_readings', key, found: glance(text), one, other };
};
