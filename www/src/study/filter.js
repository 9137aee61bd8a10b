import { bare, calledIn, choiceIn, othersOf } from './find.js';
import { BY_NAME, defaultOf } from './hyperparameters.js';
import { glance, readNumber } from './numbers.js';

/**
 * A line of text that says which trials are meant: `batch size = 32, loss < 0.1`. Conditions stand between commas or
 * semicolons, and all of them must hold; each is a name, a sign and a value, or for `=` and `!=` several values.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Trial} Trial
 * @typedef {'=' | '!=' | '<' | '<=' | '>' | '>='} Sign
 * @typedef {object} Field what a condition may be about beside hyperparameters
 * @property {string[]} names in full, in any language
 * @property {(trial: Trial) => unknown} value
 * @property {'number' | 'share' | 'word'} kind a share is also written in per cent
 * @property {[string, string[]][]} [words] each value of a word, and what it is called
 * @typedef {{code: string, found: string, name?: string, accepted?: string, one?: string, other?: string}} Trouble
 *   with a filter; `code` is a sentence of the table
 * @typedef {{holds: (trial: Trial) => boolean, trouble: null} | {holds: null, trouble: Trouble}} Filter
 */

/** Longer lines are not read. */
const LONGEST = 400;
/** Written otherwise, in the order in which they are looked for. @type {[string, Sign][]} */
const SIGNS = [
  ['<=', '<='],
  ['=<', '<='],
  ['≤', '<='],
  ['>=', '>='],
  ['=>', '>='],
  ['≥', '>='],
  ['!=', '!='],
  ['<>', '!='],
  ['≠', '!='],
  ['==', '='],
  ['=', '='],
  ['<', '<'],
  ['>', '>'],
];

/** Signs of full width as ASCII. @param {string} text */
const plain = (text) =>
  text
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/[\u3000\u00a0]/g, ' ');

/** The first sign of a condition, and where. @param {string} text */
function signIn(text) {
  for (let at = 0; at < text.length; at++) {
    const found = SIGNS.find(([written]) => text.startsWith(written, at));
    if (found) return { at, end: at + found[0].length, sign: found[1] };
  }
  return null;
}

/** Conditions of a line. A comma without a sign behind it is within a value: a decimal sign, or between values.
 * @param {string} text */
function partsOf(text) {
  /** @type {string[]} */
  const parts = [];
  for (const piece of text.split(/;|\n/)) {
    const own = parts.length;
    for (const one of piece.split(',')) {
      if (parts.length > own && !signIn(one)) parts[parts.length - 1] += `,${one}`;
      else parts.push(one);
    }
  }
  return parts.map((one) => one.trim().replace(/(^[, ]+|[, ]+$)/g, '')).filter(Boolean);
}

/** The values of a condition: one, or several between commas where the whole is none. @param {string} text
 * @param {(text: string) => {value: unknown} | Trouble} read @returns {unknown[] | Trouble} */
function valuesIn(text, read) {
  const whole = read(text);
  if ('value' in whole) return [whole.value];
  const parts = text.split(',').map((one) => one.trim());
  if (parts.length < 2 || whole.code === 'two_readings') return whole;
  const values = [];
  for (const one of parts) {
    const each = read(one);
    if (!('value' in each)) return each;
    values.push(each.value);
  }
  return values;
}

/** A number; shares also in per cent: what is above 1 can be nothing else.
 * @param {string} text @param {string} name @param {boolean} isShare
 * @param {((value: number) => boolean) | undefined} takes tells two readings apart
 * @returns {{value: number} | Trouble} */
function numberIn(text, name, isShare, takes) {
  const percent = isShare && /%\s*$/.test(text);
  const read = readNumber(percent ? text.replace(/%\s*$/, '') : text, takes);
  if (read.code === 'two_readings')
    return {
      code: 'two_readings',
      name,
      found: glance(text),
      one: `${read.readings[0]}`,
      other: `${read.readings[1]}`,
    };
  if (read.code !== undefined) return { code: 'no_number', name, found: glance(text) };
  return { value: percent || (isShare && read.value > 1) ? read.value / 100 : read.value };
}

/** Whether a trial's number is the one that was written: the same, or rounded to its digits, as the table writes it.
 * @param {number} value @param {number} wanted */
function isSame(value, wanted) {
  if (value === wanted) return true;
  if (Number.isInteger(value) || !Number.isFinite(value) || !Number.isFinite(wanted)) return false;
  const digits = wanted.toExponential().split('e')[0].replace(/\D/g, '').length;
  return Number(value.toPrecision(Math.max(2, Math.min(17, digits)))) === wanted;
}

/** @param {Sign} sign @param {unknown[]} wanted @returns {(value: unknown) => boolean} */
function comparison(sign, wanted) {
  const first = /** @type {number} */ (wanted[0]);
  const among = (/** @type {unknown} */ value) =>
    wanted.some((one) => (typeof value === 'number' && typeof one === 'number' ? isSame(value, one) : value === one));
  if (sign === '=') return among;
  if (sign === '!=') return (value) => !among(value);
  // Without a value nothing is smaller and nothing is larger; NaN compares as false.
  const ordered = (/** @type {(value: number) => boolean} */ test) => (/** @type {unknown} */ value) =>
    typeof value === 'number' && test(value);
  if (sign === '<') return ordered((value) => value < first);
  if (sign === '<=') return ordered((value) => value <= first || isSame(value, first));
  if (sign === '>') return ordered((value) => value > first);
  return ordered((value) => value >= first || isSame(value, first));
}

/** A trial's value of a hyperparameter: drawn, fixed, or the default; none where it does not use a swept one.
 * @param {Study} study @param {string} name */
function takenBy(study, name) {
  const one = BY_NAME.get(name);
  if (study.space?.[name] || !one) return (/** @type {Trial} */ { params }) => params[name];
  const fixed = study.fixed?.[name];
  return (/** @type {Trial} */ { params }) => fixed ?? defaultOf(one, study, params);
}

/** What a condition is about. A name that is both a field's and a hyperparameter's is the latter where the value is
 * one of its choices: `loss = mse`, or where it is swept: `epochs > 10`.
 * @param {string} name @param {string} value @param {Field[]} fields @param {Study} study */
function subjectOf(name, value, fields, study) {
  const swept = Object.keys(study.space ?? {});
  const field = fields.find((one) => one.names.some((known) => bare(known) === bare(name)));
  const [one] = calledIn(name, swept);
  const isChoice = one && value.split(',').some((text) => choiceIn(one, text) !== undefined);
  if (field && !(one && (isChoice || (one.type !== 'categorical' && swept.includes(one.name))))) return { field };
  return one ? { one } : null;
}

/**
 * @param {string} text
 * @param {Study} study
 * @param {Field[]} fields
 * @returns {Filter} one that holds for every trial where nothing is written
 */
export function readFilter(text, study, fields) {
  const trouble = (/** @type {Trouble} */ found) => ({ holds: null, trouble: found });
  if (text.length > LONGEST) return trouble({ code: 'long', found: glance(text), accepted: String(LONGEST) });
  /** @type {((trial: Trial) => boolean)[]} */
  const tests = [];
  for (const part of partsOf(plain(text))) {
    const sign = signIn(part);
    if (!sign) return trouble({ code: 'no_sign', found: glance(part) });
    const [name, value] = [part.slice(0, sign.at).trim(), part.slice(sign.end).trim()];
    if (!name) return trouble({ code: 'no_name', found: glance(part) });
    const subject = subjectOf(name, value, fields, study);
    if (!subject) {
      const swept = Object.keys(study.space ?? {}).map((one) => one.replaceAll('_', ' '));
      const accepted = [...swept, ...fields.map(({ names }) => names[0])].join(', ');
      return trouble({ code: 'unknown', found: glance(name), accepted });
    }
    if (!value) return trouble({ code: 'no_value', name, found: glance(part) });
    const test = testOf(subject, sign.sign, value, name, study);
    if (typeof test !== 'function') return trouble(test);
    tests.push(test);
  }
  return { holds: (trial) => tests.every((one) => one(trial)), trouble: null };
}

/**
 * @param {{field?: Field, one?: import('./hyperparameters.js').Hyperparameter}} subject
 * @param {Sign} sign
 * @param {string} value
 * @param {string} name as it was written
 * @param {Study} study
 * @returns {((trial: Trial) => boolean) | Trouble}
 */
function testOf({ field, one }, sign, value, name, study) {
  const of = field ? field.value : takenBy(study, one?.name ?? '');
  const words = field?.words ?? (one && isNamed(one) ? wordsOf(one, study) : null);
  const read = (/** @type {string} */ text) => {
    if (!words) return numberIn(text, name, field?.kind === 'share', one && takenOf(one));
    const found = words.find(([, names]) => names.some((word) => bare(word) === bare(text)));
    return found
      ? { value: found[0] }
      : { code: 'no_choice', name, found: glance(text), accepted: words.map(([, names]) => names[0]).join(', ') };
  };
  const isOrdered = sign !== '=' && sign !== '!=';
  if (words && isOrdered) return { code: 'no_order', name, found: sign };
  const wanted = valuesIn(value, read);
  if (!Array.isArray(wanted)) return wanted;
  if (isOrdered && wanted.length > 1) return { code: 'no_number', name, found: glance(value) };
  const holds = comparison(sign, wanted);
  return (trial) => holds(of(trial));
}

/** Whether a hyperparameter can have a value. @param {import('./hyperparameters.js').Hyperparameter} one */
const takenOf =
  ({ low, high, type }) =>
  (/** @type {number} */ value) =>
    value >= (low ?? -Infinity) && value <= (high ?? Infinity) && (type !== 'int' || Number.isInteger(value));

/** Whether a hyperparameter's values are names. @param {import('./hyperparameters.js').Hyperparameter} one */
const isNamed = (one) => one.type === 'categorical' || one.type === 'bool';

/** @param {import('./hyperparameters.js').Hyperparameter} one @param {Study} study @returns {[any, string[]][]} */
function wordsOf(one, study) {
  const own = study.space?.[one.name]?.choices ?? (one.type === 'bool' ? [false, true] : (one.choices ?? []));
  const truth = (/** @type {unknown} */ value) =>
    value === true ? ['on', 'yes', '켬'] : value === false ? ['off', 'no', '끔'] : [];
  return own.map((choice) => [
    choice,
    [String(choice).replaceAll('_', ' '), ...truth(choice), ...(typeof choice === 'string' ? othersOf(choice) : [])],
  ]);
}
