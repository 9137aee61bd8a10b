import { acceptedPoints, arePoints } from './checks.js';
import { choicesOf, scaleOf } from './hyperparameters.js';
import { SCALES, stepsOf } from './scale.js';
import { checkDistribution, checkValue } from './study.js';
import { exact } from './format.js';
import { nearestPoints, readPoints, spellPoints } from './points.js';
import { glance, readNumber, readNumbers, spell, twoReadings } from './numbers.js';

/**
 * What is typed into a row's editor, turned into a value or a range, or into a sentence with a fix.
 *
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {import('./types.js').Value} Value
 * @typedef {import('./types.js').Problem} Problem
 * @typedef {import('./hyperparameters.js').Hyperparameter} Hyperparameter
 * @typedef {{low: string, high: string, step: string, choices: string, value: string}} Texts
 * @typedef {'linear' | 'log' | 'log1m' | 'choices'} ScaleName
 * @typedef {{label: string, values?: Record<string, unknown>, distribution?: Distribution, value?: Value}} Fix
 * @typedef {{distribution: Distribution} | {value: Value}} Good
 * @typedef {{problem: Problem, fixes: Fix[], end?: 'low' | 'high'}} Bad end: of a range, where only that one is wrong
 */

/** Whether a field takes a number: one value, or one width of a list. @param {Hyperparameter} one */
const taking = (one) => (/** @type {number} */ value) =>
  value >= Number(one.low) && value <= Number(one.high) && (!isWhole(one) || Number.isInteger(value));

/**
 * Whether a number is of the kind that a field takes: bounds settle nothing of what was meant.
 * @param {Hyperparameter} one
 */
const kindOf = (one) => (/** @type {number} */ value) => !isWhole(one) || Number.isInteger(value);

/** Both ends of a range, written into the box of one. */
const BOTH_ENDS = /^\s*([\d.,]+(?:e[-+]?\d+)?)\s*(?:[-–—~]|to)\s*([\d.,]+(?:e[-+]?\d+)?)\s*$/i;

/** @param {Hyperparameter} one */
const isWhole = (one) => one.type === 'int' || one.type === 'list';

/** @param {Hyperparameter} one @param {string} text */
function named(one, text) {
  const trimmed = text.trim();
  return one.type === 'bool' ? (trimmed === 'true' ? true : trimmed === 'false' ? false : undefined) : trimmed;
}

/** @param {Hyperparameter} one @param {string} text @param {Value} [before] the value that still holds
 * @returns {Good | Bad} */
export function readValue(one, text, before) {
  const keep = { label: 'fix.keep', values: { value: written(before) }, value: before };
  const bad = (/** @type {Problem} */ problem, /** @type {Fix[]} */ fixes = []) => ({
    problem,
    fixes: legalValues(one, fixes, keep),
  });
  if (one.type === 'list') return readWidths(one, text, bad);
  if (one.type === 'points') return readDrawing(one, text, bad);
  if (one.type === 'bool' || one.type === 'categorical') {
    const value = named(one, text);
    const problem = checkValue(one, value);
    return problem ? bad({ ...problem, found: glance(text) }) : { value: /** @type {Value} */ (value) };
  }
  if (text.trim() === '') return bad({ code: 'empty', key: one.name, accepted: accepts(one) });
  const read = readNumber(text, kindOf(one));
  if (read.code === 'two_readings')
    return bad(twoReadings(one.name, text, read.readings), read.readings.map(useAsWritten));
  if (read.code) return bad({ code: read.code, key: one.name, found: glance(text), accepted: accepts(one) });
  const problem = checkValue(one, read.value);
  if (!problem) return { value: read.value };
  const isPower = one.scale === 'log' && read.value < 0 && read.value > -LARGEST_POWER;
  const power = isPower ? [use(powerOf(one, read.value))] : [];
  return bad({ ...problem, found: glance(text) }, [...power, use(nearest(one, read.value))]);
}

/** @param {Hyperparameter} one @param {string} text @param {(problem: Problem, fixes?: Fix[]) => Bad} bad
 * @returns {Good | Bad} */
function readWidths(one, text, bad) {
  const read = readNumbers(text, taking(one), true);
  const clean = (/** @type {number[]} */ widths) => widths.map((width) => nearest(one, width)).slice(0, 10);
  if (read.code === 'two_readings') return bad(twoReadings(one.name, read.found, read.lists), read.lists.map(use));
  if (read.code) return bad({ code: read.code, key: one.name, found: glance(read.found), accepted: accepts(one) });
  const problem = checkValue(one, read.values);
  return problem ? bad({ ...problem, found: glance(text) }, [use(clean(read.values))]) : { value: read.values };
}

/** @param {Hyperparameter} one @param {string} text @param {(problem: Problem, fixes?: Fix[]) => Bad} bad
 * @returns {Good | Bad} */
function readDrawing(one, text, bad) {
  const accepted = acceptedPoints(one);
  if (text.trim() === '') return bad({ code: 'empty', key: one.name, accepted });
  const read = readPoints(text);
  if ('found' in read) return bad({ code: 'wrong_type', key: one.name, found: glance(read.found), accepted });
  const problem = checkValue(one, read.points);
  if (!problem) return { value: read.points };
  return bad({ ...problem, found: glance(text) }, [use(nearestPoints(read.points, Number(one.high)))]);
}

/** Fixes that hold and differ; where there are none, what stood before or the least that the hyperparameter takes.
 * @param {Hyperparameter} one @param {Fix[]} fixes @param {Fix} keep @returns {Fix[]} */
function legalValues(one, fixes, keep) {
  const holds = (/** @type {Fix} */ { value }) => value !== null && value !== undefined && !checkValue(one, value);
  const first = (/** @type {Fix} */ fix) => fixes.find((other) => String(other.value) === String(fix.value)) === fix;
  const found = fixes.filter((fix) => holds(fix) && first(fix));
  if (found.length) return found;
  const last = [keep, use(one.default), use(nearest(one, 32)), use([32]), use(choicesOf(one)[0])];
  return last.filter(holds).slice(0, 1);
}

/** More points than this are told by the first. */
const MOST_SAID = 12;
/** @param {import('./points.js').Point[]} points */
const drawing = (points) => (points.length > MOST_SAID ? glance(spellPoints(points)) : spellPoints(points));
/** @param {unknown} value */
const written = (value) =>
  typeof value === 'number'
    ? exact(value)
    : arePoints(value)
      ? drawing(value)
      : Array.isArray(value)
        ? value.join(', ') || '[]'
        : String(value);
/** @param {any} value @returns {Fix} */
const use = (value) => ({ label: 'fix.use', values: { value: written(value) }, value });
/** A reading of what was typed, without the signs that can be misread. @param {number} value @returns {Fix} */
const useAsWritten = (value) => ({ label: 'fix.use', values: { value: String(value) }, value });
/** @param {Hyperparameter} one */
const accepts = (one) => `${one.low} .. ${one.high}${isWhole(one) ? ' (int)' : ''}`;

/** Exponents beyond this are no powers that a double holds. */
const LARGEST_POWER = 300;
/** Ten to the power of what was typed, with three digits. @param {Hyperparameter} one @param {number} power */
function powerOf(one, power) {
  const value = Number((10 ** power).toPrecision(3));
  return one.type === 'int' ? Math.round(value) : value;
}

/** @param {Hyperparameter} one @param {ScaleName} scale @param {Texts} texts @param {Distribution | undefined} before
 * @returns {Good | Bad} */
export function readRange(one, scale, texts, before) {
  if (scale === 'choices') return readChoices(one, texts.choices, before);
  const empty = { code: /** @type {const} */ ('empty') };
  const ends = [texts.low, texts.high].map((text) => (text.trim() === '' ? empty : readNumber(text, kindOf(one))));
  const given = readStep(one, scale, texts.step);
  const range = (/** @type {number} */ low, /** @type {number} */ high) => make(one, low, high, scale, given.step);
  for (const [k, read] of ends.entries()) {
    if (!read.code) continue;
    const text = k ? texts.high : texts.low;
    const other = ends[1 - k];
    if (read.code !== 'two_readings') {
      const problem = { code: read.code, key: one.name, found: glance(text), accepted: accepts(one) };
      const both = BOTH_ENDS.exec(text)
        ?.slice(1)
        .map((end) => readNumber(end, kindOf(one)));
      const [from, to] = both?.map((end) => (end.code ? NaN : end.value)) ?? [];
      const meant = from < to ? [useRange(range(from, to), String)] : [];
      return { problem, fixes: legalRanges(one, meant, before), end: k ? 'high' : 'low' };
    }
    const whole = (/** @type {number} */ value, /** @type {number} */ rest) =>
      useRange(k ? range(rest, value) : range(value, rest), String);
    const fixes = other.code ? [] : read.readings.map((value) => whole(value, other.value));
    return {
      problem: twoReadings(one.name, text, read.readings),
      fixes: legalRanges(one, fixes, before),
      end: k ? 'high' : 'low',
    };
  }
  const [low, high] = ends.map((read) => /** @type {{value: number}} */ (read).value);
  const isTooLarge = given.step !== undefined && low < high && !goesInto(given.step, low, high);
  if (given.problem || isTooLarge) {
    const size = exact(shortest(high - low));
    const said = given.problem ?? { code: 'step_too_large', key: one.name, step: glance(texts.step), size };
    const fit = (/** @type {number | undefined} */ step) => {
      const made = make(one, low, high, scale, step);
      if (!made.step) return { label: 'fix.no_step', values: {}, distribution: made };
      return { label: 'fix.use_step', values: { step: exact(made.step) }, distribution: made };
    };
    // About two steps to the range, in a short number.
    const half = Number(((high - low) / 2).toPrecision(1));
    const fixes = [...(given.steps ?? [one.type === 'int' ? Math.max(1, Math.floor(half)) : half]), undefined].map(
      fit,
    );
    return { problem: said, fixes: legalRanges(one, fixes, before) };
  }
  const distribution = range(low, high);
  const first = checkDistribution(one, distribution);
  if (!first) return { distribution };
  // Where another scale would not help, either, its bounds are what there is to say.
  const ofScale = first.code === 'log_range' || first.code === 'log1m_range';
  const problem = (ofScale && checkDistribution(one, make(one, low, high, 'linear', given.step))) || first;
  const isPower = scale === 'log' && low < 0 && low > -LARGEST_POWER;
  const [from, to] = [low, high].map((end) => (end <= 0 ? powerOf(one, Math.max(end, -LARGEST_POWER)) : end));
  // Powers that leave no range were not meant.
  if (isPower && from < to) {
    const fixes = [useRange(range(from, to)), ...fixesOf(one, problem, low, high, scale, given.step)];
    const said = { code: 'exponents', key: one.name, found: glance(texts.low) };
    return { problem: said, fixes: legalRanges(one, fixes, before), end: 'low' };
  }
  const end = /** @type {'low' | 'high' | undefined} */ (/\.(low|high)$/.exec(String(problem.key))?.[1]);
  const found = end ? { found: glance(end === 'low' ? texts.low : texts.high) } : {};
  const fixes = legalRanges(one, fixesOf(one, problem, low, high, scale, given.step), before);
  return { problem: { ...problem, ...found, key: one.name }, fixes, end };
}

/**
 * The step that was typed; none where the field is empty or the scale takes none. `steps`: how it may have been meant.
 * @param {Hyperparameter} one
 * @param {ScaleName} scale
 * @param {string} text
 * @returns {{step?: number, problem?: Problem, steps?: number[]}}
 */
function readStep(one, scale, text) {
  if (scale !== 'linear' || text.trim() === '') return {};
  const isWholeNumber = one.type === 'int';
  const taken = (/** @type {number} */ value) =>
    value > 0 && value < Infinity && (!isWholeNumber || Number.isInteger(value));
  const read = readNumber(text, taken);
  if (read.code === 'two_readings')
    return { problem: twoReadings(one.name, text, read.readings), steps: read.readings };
  const accepted = isWholeNumber ? '> 0 (int)' : '> 0';
  if (read.code) return { problem: { code: read.code, key: one.name, found: glance(text), accepted } };
  return taken(read.value)
    ? { step: read.value }
    : { problem: { code: 'out_of_range', key: `${one.name}.step`, found: glance(text), accepted } };
}

/** Whether a range has a second value. @param {number} step @param {number} low @param {number} high */
const goesInto = (step, low, high) => step <= Math.abs(high - low) * (1 + 1e-9);

/** A difference without the digits that subtracting adds. @param {number} value */
const shortest = (value) => Number(value.toPrecision(12));

/** @param {Hyperparameter} one @param {string} text @param {Distribution | undefined} before @returns {Good | Bad} */
function readChoices(one, text, before) {
  const numeric = one.type === 'int' || one.type === 'float';
  /** @returns {Fix} */
  const fix = (/** @type {Value[]} */ choices, write = listOf) => ({
    label: 'fix.use',
    values: { value: write(choices) },
    distribution: { type: 'categorical', choices },
  });
  const bad = (/** @type {Problem} */ problem, /** @type {Fix[]} */ fixes = []) => ({
    problem,
    fixes: legalRanges(one, fixes, before),
  });
  if (text.trim() === '')
    return bad({ code: 'empty', key: one.name, accepted: numeric ? accepts(one) : choicesOf(one).join(' | ') });
  /** @type {Value[]} */
  let values;
  if (numeric) {
    const read = readNumbers(text, taking(one));
    if (read.code === 'two_readings') {
      const fixes = read.lists.map((list) => fix([...new Set(list)], (choices) => choices.join('; ')));
      return bad(twoReadings(one.name, read.found, read.lists), fixes);
    }
    if (read.code) return bad({ code: read.code, key: one.name, found: glance(read.found), accepted: accepts(one) });
    ({ values } = read);
  } else
    values = text
      .split(/[\s,;]+/)
      .filter(Boolean)
      .slice(0, 100)
      .map((part) => named(one, part) ?? part);
  // What stands twice is drawn once.
  const choices = [...new Set(values)];
  const distribution = /** @type {Distribution} */ ({ type: 'categorical', choices });
  const problem = checkDistribution(one, distribution);
  if (!problem) return { distribution };
  const near = choices.map((value) => (numeric ? nearest(one, Number(value)) : value));
  const legal = [...new Set(near)].filter((value) => !checkValue(one, value));
  return bad({ ...problem, key: one.name, found: glance(text) }, [fix(legal)]);
}

/** @param {Distribution} distribution @param {(value: any) => string} [write] @returns {Fix} */
const useRange = (distribution, write = exact) => {
  const ends = { low: write(distribution.low), high: write(distribution.high) };
  if (!distribution.step) return { label: 'fix.use_range', values: ends, distribution };
  return { label: 'fix.use_stepped', values: { ...ends, step: exact(distribution.step) }, distribution };
};

/**
 * Fixes that hold; where there are none, the range that stood before.
 * @param {Hyperparameter} one
 * @param {Fix[]} fixes
 * @param {Distribution | undefined} before
 * @returns {Fix[]}
 */
function legalRanges(one, fixes, before) {
  const holds = (/** @type {Fix} */ fix) => !checkDistribution(one, /** @type {Distribution} */ (fix.distribution));
  const text = (/** @type {Fix} */ fix) => JSON.stringify(fix.distribution);
  const found = fixes.filter((fix) => holds(fix) && fixes.find((other) => text(other) === text(fix)) === fix);
  if (found.length) return found;
  const widest = useRange(make(one, Number(one.low), Number(one.high), 'linear', undefined));
  return [keepRange(one, before), keepRange(one, undefined), widest].filter(holds).slice(0, 1);
}

/** The range that still holds, else the one that the table suggests. @param {Hyperparameter} one
 * @param {Distribution | undefined} before @returns {Fix} */
function keepRange(one, before) {
  const range = /** @type {Distribution} */ (before ?? one.sweep ?? { type: 'categorical', choices: choicesOf(one) });
  if (range.choices) return { label: 'fix.keep', values: { value: listOf(range.choices) }, distribution: range };
  const ends = `${exact(range.low)} – ${exact(range.high)}`;
  return range.step
    ? { label: 'fix.keep_stepped', values: { value: ends, step: exact(range.step) }, distribution: range }
    : { label: 'fix.keep', values: { value: ends }, distribution: range };
}

/** @param {Value[]} values */
const listOf = (values) =>
  values.map((one) => (typeof one === 'number' ? exact(one).replaceAll(',', '') : written(one))).join(', ');

/** @param {Hyperparameter} one @param {number} low @param {number} high @param {ScaleName} scale
 * @param {number | undefined} step of a linear range @returns {Distribution} */
function make(one, low, high, scale, step) {
  /** @type {Distribution} */
  const made = { type: one.type === 'int' ? 'int' : 'float', low, high };
  if (step && scale === 'linear' && (low === high || goesInto(step, low, high))) made.step = step;
  if (scale === 'log') made.log = true;
  if (scale === 'log1m') made.scale = 'log1m';
  return made;
}

/**
 * @param {Hyperparameter} one
 * @param {Problem} problem
 * @param {number} low
 * @param {number} high
 * @param {ScaleName} scale
 * @param {number | undefined} step
 * @returns {Fix[]}
 */
function fixesOf(one, problem, low, high, scale, step) {
  const range = (/** @type {number} */ a, /** @type {number} */ b, /** @type {ScaleName} */ s) =>
    make(one, a, b, s, step);
  const linear = { label: 'fix.linear', values: {}, distribution: range(low, high, 'linear') };
  // A single value is no range.
  const wide = (/** @type {Distribution} */ made) => (Number(made.low) < Number(made.high) ? [useRange(made)] : []);
  if (problem.code === 'log_range') return [...wide(range(logStart(one, high), high, 'log')), linear];
  if (problem.code === 'log1m_range') return [...wide(range(low, 0.999, 'log1m')), linear];
  if (problem.code === 'empty_range') return [useRange(range(high, low, scale))];
  let [a, b] = [nearest(one, low), nearest(one, high)].sort((x, y) => x - y);
  // The nearest legal end may be one that the scale has no place for.
  if (scale === 'log' && a <= 0) a = logStart(one, b);
  if (scale === 'log1m' && b >= 1) b = 0.999;
  return wide(range(a, b, scale));
}

/** Where a log range up to `high` can start. @param {Hyperparameter} one @param {number} high */
const logStart = (one, high) => (one.type === 'int' ? 1 : Number(Math.min(1e-6, high / 1000).toPrecision(2)));

/** @param {Hyperparameter} one @param {number} value */
function nearest(one, value) {
  const inside = Math.max(Number(one.low), Math.min(Number(one.high), value));
  return isWhole(one) ? Math.round(inside) : inside;
}

/** The texts that an editor starts with. @param {Hyperparameter} one @param {Distribution | undefined} range
 * @param {Value} value @returns {Texts} */
export function textsOf(one, range, value) {
  const plain = (/** @type {unknown} */ given) => (typeof given === 'number' ? spell(given) : String(given ?? ''));
  const list = (/** @type {unknown} */ given) =>
    arePoints(given) ? spellPoints(given) : Array.isArray(given) ? given.map(plain).join(', ') : plain(given);
  return {
    low: plain(range?.low),
    high: plain(range?.high),
    step: plain(range?.step),
    choices: list(range?.choices),
    value: list(value),
  };
}

/** @param {number} value */
const twoDigits = (value) => Number(value.toPrecision(2));
/** Near 1 the digits of 1 - x are those that count. @param {number} value */
const shortNearOne = (value) => Number((1 - twoDigits(1 - value)).toPrecision(12));
/** A range of so many steps becomes choices without a loss. */
const MOST_CHOICES = 12;
/** Choices that a range becomes. */
const SPREAD = 4;

/** A range with another scale, and ends that it allows. @param {Hyperparameter} one @param {Distribution} range
 * @param {ScaleName} scale @returns {Texts} */
export function rescaled(one, range, scale) {
  const was = scaleOf(range);
  const texts = textsOf(one, range, null);
  if (scale === 'choices' && range.step) {
    const steps = stepsOf(range, MOST_CHOICES);
    if (steps) return { ...texts, choices: steps.map(spell).join(', ') };
  }
  if (scale === 'choices') {
    const [low, high] = [Number(range.low), Number(range.high)];
    const { to, from } = SCALES[was === 'choices' ? 'linear' : was];
    const at = (/** @type {number} */ k) => {
      const value = from(to(low) + ((to(high) - to(low)) * k) / (SPREAD - 1));
      const short = one.type === 'int' ? Math.round(value) : was === 'log1m' ? shortNearOne(value) : twoDigits(value);
      return k === 0 ? low : k === SPREAD - 1 ? high : Math.max(low, Math.min(high, short));
    };
    return { ...texts, choices: [...new Set(Array.from({ length: SPREAD }, (_, k) => at(k)))].map(spell).join(', ') };
  }
  if (was === 'choices') {
    const values = (range.choices ?? []).map(Number).filter(Number.isFinite);
    return { ...texts, low: spell(Math.min(...values)), high: spell(Math.max(...values)) };
  }
  return texts;
}

/** Whether choices are picked from a list rather than typed. @param {Hyperparameter} one */
export const listed = (one) => (one.type === 'categorical' || one.type === 'bool') && choicesOf(one).length > 0;
