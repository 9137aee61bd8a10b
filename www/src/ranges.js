import { choicesOf, scaleOf } from './hyperparameters.js';
import { checkDistribution, checkValue } from './study.js';
import { exact } from './format.js';

/**
 * What is typed into a row's editor, turned into a value or a range, or into a sentence with a fix.
 *
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {import('./types.js').Value} Value
 * @typedef {import('./types.js').Problem} Problem
 * @typedef {import('./hyperparameters.js').Hyperparameter} Hyperparameter
 * @typedef {{low: string, high: string, choices: string, value: string}} Texts
 * @typedef {'linear' | 'log' | 'log1m' | 'choices'} ScaleName
 * @typedef {{label: string, values?: Record<string, unknown>, distribution?: Distribution, value?: Value}} Fix
 * @typedef {{distribution: Distribution} | {value: Value}} Good
 * @typedef {{problem: Problem, fixes: Fix[]}} Bad
 */

const SUPER = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A number as people write it: 0.001, 1e-3, 10^-3, 10⁻³, 2×10⁻³, 1,000.
 * @param {string} text */
export function parseNumber(text) {
  let plain = text.trim().replace(/[−–]/g, '-').replace(/(\d),(?=\d{3}\b)/g, '$1');
  plain = plain.replace(/10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (power) => `10^${[...power.slice(2)].map((c) => (c === '⁻' ? '-' : SUPER.indexOf(c))).join('')}`);
  plain = plain.replace(/^(?:([\d.]+)\s*[×x*]\s*)?10\s*(?:\^|\*\*)\s*(-?\d+)$/, (_, factor, power) => `${factor ?? 1}e${power}`);
  return plain === '' ? NaN : Number(plain);
}

/** @param {Hyperparameter} one @param {string} text @returns {Value | undefined} */
function parseValue(one, text) {
  const trimmed = text.trim();
  if (one.type === 'bool') return trimmed === 'true' ? true : trimmed === 'false' ? false : undefined;
  if (one.type === 'categorical') return trimmed;
  if (one.type === 'list') {
    const inner = trimmed.replace(/^\[|\]$/g, '').trim();
    return inner === '' ? [] : inner.split(/[\s,×x]+/).map(parseNumber);
  }
  const number = parseNumber(trimmed);
  return Number.isNaN(number) ? undefined : number;
}

/** @param {Hyperparameter} one @param {string} text @param {Value} [before] the value that still holds @returns {Good | Bad} */
export function readValue(one, text, before) {
  const value = text.trim() === '' && one.type !== 'list' ? undefined : parseValue(one, text);
  const keep = { label: 'fix.keep', values: { value: Array.isArray(before) ? before.join(', ') || '[]' : exact(before) }, value: before };
  if (value === undefined) return { problem: notNumber(one, text), fixes: before === null || before === undefined ? [] : [keep] };
  const problem = checkValue(one, value);
  if (!problem) return { value };
  /** @type {Fix[]} */
  const fixes = [];
  if (typeof value === 'number') {
    const near = nearest(one, value);
    fixes.push({ label: 'fix.use', values: { value: exact(near) }, value: near });
  } else if (Array.isArray(value)) {
    const widths = value.filter((width) => !Number.isNaN(width)).map((width) => nearest(one, width)).slice(0, 10);
    if (widths.length) fixes.push({ label: 'fix.use', values: { value: widths.join(', ') }, value: widths });
    else if (before !== null && before !== undefined) fixes.push(keep);
    else fixes.push({ label: 'fix.use', values: { value: '32' }, value: [32] });
  }
  return { problem: { ...problem, found: glance(text) }, fixes };
}

/** @param {Hyperparameter} one @param {ScaleName} scale @param {Texts} texts @param {Distribution | undefined} before
 * @returns {Good | Bad} */
export function readRange(one, scale, texts, before) {
  if (scale === 'choices') {
    const parts = texts.choices.split(/[\s,]+/).filter(Boolean);
    const values = parts.map((part) => parseValue(one, part));
    const wrong = values.findIndex((value) => value === undefined);
    const known = /** @type {Value[]} */ ([...new Set(values)].filter((value) => value !== undefined));
    const distribution = /** @type {Distribution} */ ({ type: 'categorical', choices: known });
    const problem = wrong >= 0 || !parts.length ? notNumber(one, parts[wrong] ?? '') : checkDistribution(one, distribution);
    if (!problem) return { distribution };
    const legal = known.filter((value) => !checkValue(one, value));
    /** @type {Fix[]} */
    const fixes = legal.length ? [{ label: 'fix.use', values: { value: listOf(legal) }, distribution: { type: 'categorical', choices: legal } }] : [keepRange(one, before)];
    return { problem: wrong >= 0 || !parts.length ? problem : { ...problem, found: glance(texts.choices) }, fixes };
  }
  const [low, high] = [parseNumber(texts.low), parseNumber(texts.high)];
  if (Number.isNaN(low)) return { problem: notNumber(one, texts.low), fixes: [keepRange(one, before)] };
  if (Number.isNaN(high)) return { problem: notNumber(one, texts.high), fixes: [keepRange(one, before)] };
  const distribution = make(one, low, high, scale, before);
  const problem = checkDistribution(one, distribution);
  if (!problem) return { distribution };
  const end = /\.(low|high)$/.exec(String(problem.key))?.[1];
  const found = end ? { found: glance(end === 'low' ? texts.low : texts.high) } : {};
  const fixes = fixesOf(one, problem, low, high, scale, before);
  return { problem: { ...problem, ...found, key: one.name }, fixes: fixes.length ? fixes : [keepRange(one, before)] };
}

/** The range that still holds, else the one that the table suggests. @param {Hyperparameter} one
 * @param {Distribution | undefined} before @returns {Fix} */
function keepRange(one, before) {
  const range = /** @type {Distribution} */ (before ?? one.sweep);
  if (range.choices) return { label: 'fix.keep', values: { value: listOf(range.choices) }, distribution: range };
  return { label: 'fix.keep', values: { value: `${exact(range.low)} – ${exact(range.high)}` }, distribution: range };
}

/** @param {Value[]} values */
const listOf = (values) => values.map((value) => (typeof value === 'number' ? exact(value) : String(value))).join(', ');

/** @param {Hyperparameter} one @param {number} low @param {number} high @param {ScaleName} scale
 * @param {Distribution | undefined} before @returns {Distribution} */
function make(one, low, high, scale, before) {
  /** @type {Distribution} */
  const made = { type: one.type === 'int' ? 'int' : 'float', low, high };
  if (before?.step && before.type === made.type && scale === 'linear') made.step = before.step;
  if (scale === 'log') made.log = true;
  if (scale === 'log1m') made.scale = 'log1m';
  return made;
}

/** @param {Hyperparameter} one @param {Problem} problem @param {number} low @param {number} high @param {ScaleName} scale
 * @param {Distribution | undefined} before @returns {Fix[]} */
function fixesOf(one, problem, low, high, scale, before) {
  const range = (/** @type {number} */ a, /** @type {number} */ b, /** @type {ScaleName} */ s) => make(one, a, b, s, before);
  /** @type {Fix[]} */
  const fixes = [];
  const offer = (/** @type {string} */ label, /** @type {Record<string, unknown>} */ values, /** @type {Distribution} */ distribution) => {
    if (!checkDistribution(one, distribution)) fixes.push({ label, values, distribution });
  };
  if (problem.code === 'log_range') {
    const start = Math.min(1e-6, high / 1000);
    offer('fix.use', { value: exact(Number(start.toPrecision(2))) }, range(Number(start.toPrecision(2)), high, 'log'));
    offer('fix.linear', {}, range(low, high, 'linear'));
  } else if (problem.code === 'log1m_range') {
    offer('fix.use', { value: '0.999' }, range(low, 0.999, 'log1m'));
    offer('fix.linear', {}, range(low, high, 'linear'));
  } else if (problem.code === 'empty_range') offer('fix.swap', { low: exact(high), high: exact(low) }, range(high, low, scale));
  else {
    let [a, b] = [nearest(one, low), nearest(one, high)].sort((x, y) => x - y);
    // The nearest legal end may be one that the scale has no place for.
    if (scale === 'log' && a <= 0) a = one.type === 'int' ? 1 : Number(Math.min(1e-6, b / 1000).toPrecision(2));
    if (scale === 'log1m' && b >= 1) b = 0.999;
    if (a < b) offer('fix.use_range', { low: exact(a), high: exact(b) }, range(a, b, scale));
  }
  return fixes;
}

/** @param {Hyperparameter} one @param {number} value */
function nearest(one, value) {
  const inside = Math.max(Number(one.low), Math.min(Number(one.high), value));
  return one.type === 'int' ? Math.round(inside) : inside;
}

/** @param {Hyperparameter} one @param {string} text @returns {Problem} */
const notNumber = (one, text) =>
  text.trim() === ''
    ? { code: 'empty', key: one.name, accepted: `${one.low} .. ${one.high}${one.type === 'int' ? ' (int)' : ''}` }
    : { code: 'not_a_number', key: one.name, found: glance(text) };

/** What was typed, short enough for a sentence. @param {string} text */
export const glance = (text) => {
  const plain = text.trim().replace(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, ' ');
  return plain.length > 24 ? `${[...plain].slice(0, 23).join('')}…` : plain;
};

/** The texts that an editor starts with. @param {Hyperparameter} one @param {Distribution | undefined} range @param {Value} value
 * @returns {Texts} */
export function textsOf(one, range, value) {
  const plain = (/** @type {unknown} */ given) => (Array.isArray(given) ? given.join(', ') : given === null || given === undefined ? '' : String(given));
  return {
    low: plain(range?.low),
    high: plain(range?.high),
    choices: plain(range?.choices),
    value: plain(value),
  };
}

/** A range with another scale, and ends that it allows. @param {Hyperparameter} one @param {Distribution} range
 * @param {ScaleName} scale @returns {Texts} */
export function rescaled(one, range, scale) {
  const was = scaleOf(range);
  const texts = textsOf(one, range, null);
  if (scale === 'choices') {
    const [low, high] = [Number(range.low), Number(range.high)];
    const count = 4;
    const at = (/** @type {number} */ k) => (was === 'log' ? low * (high / low) ** (k / (count - 1)) : low + ((high - low) * k) / (count - 1));
    const values = Array.from({ length: count }, (_, k) => (one.type === 'int' ? Math.round(at(k)) : Number(at(k).toPrecision(2))));
    return { ...texts, choices: [...new Set(values)].join(', ') };
  }
  if (was === 'choices') {
    const values = (range.choices ?? []).map(Number).filter(Number.isFinite);
    return { ...texts, low: String(Math.min(...values)), high: String(Math.max(...values)) };
  }
  return texts;
}

/** Whether choices are picked from a list rather than typed. @param {Hyperparameter} one */
export const listed = (one) => (one.type === 'categorical' || one.type === 'bool') && choicesOf(one).length > 0;
