import aliases from './aliases.json' with { type: 'json' };
import { HYPERPARAMETERS, choicesOf } from './hyperparameters.js';

/**
 * What is looked for among the rows: a query fits names, labels of both languages, other names and choices.
 *
 * @typedef {import('./hyperparameters.js').Hyperparameter} Hyperparameter
 * @typedef {{en: string, ko: string}} Label
 */

/** Words as they are compared: without spaces, dashes and letter case. @param {string} text */
export const bare = (text) => text.toLowerCase().replace(/[\s_\-·.]+/g, '');
/** What was typed, as it is compared; of a name in a package its last part. @param {string} text */
const asked = (text) => bare(text.trim().replace(/^[a-z_]+\.(?:[a-z_]+\.)*(?=[a-z_])/i, ''));
/** Short queries fit whole words and their beginnings: "lr" is no part of "initial rate". */
const SHORT = 2;

/** @param {string} text @param {string} query */
function matches(text, query) {
  if (query.length <= SHORT && /^[a-z0-9]+$/.test(query))
    return text
      .toLowerCase()
      .split(/[\s_\-·.]+/)
      .some((word) => word.startsWith(query));
  return bare(text).includes(query);
}

/** Widths of single layers are called as those of all. @param {string} name of a hyperparameter or a choice */
export const othersOf = (name) =>
  /** @type {Record<string, string>} */ (aliases)[name.replace(/^units_\d+$/, 'hidden_units')]?.split(', ') ?? [];

/** @param {Hyperparameter} one @param {string} query bare */
const named = (one, query) =>
  [one.name, one.label.en, one.label.ko, ...othersOf(one.name)].some((text) => matches(text, query));
/** The choices that fit, by their names and other names.
 * @param {Hyperparameter} one @param {string} query bare @returns {string[]} */
const chosen = (one, query) =>
  (one.choices ?? []).filter((choice) => [choice, ...othersOf(choice)].some((text) => matches(text, query)));

/** @param {Hyperparameter} one @param {string} text */
export function fits(one, text) {
  const query = asked(text);
  return query === '' || named(one, query) || chosen(one, query).length > 0;
}

/**
 * The hyperparameters that a text names in full, in either language or by another name; by their own names and labels
 * first. Of two that share another name, as "decay", those that the study sweeps are meant.
 * @param {string} text
 * @param {string[]} swept
 * @returns {Hyperparameter[]}
 */
export function calledIn(text, swept) {
  const query = bare(text.trim());
  if (query === '') return [];
  const is = (/** @type {string} */ one) => bare(one) === query;
  const own = HYPERPARAMETERS.filter((one) => [one.name, one.label.en, one.label.ko].some(is));
  const found = own.length ? own : HYPERPARAMETERS.filter((one) => othersOf(one.name).some(is));
  const meant = found.filter((one) => swept.includes(one.name));
  return meant.length ? meant : found;
}

/** The choices of a hyperparameter that a text names in full. @param {Hyperparameter} one @param {string} text */
export function choiceIn(one, text) {
  const query = bare(text.trim());
  return choicesOf(one).find((choice) =>
    [String(choice), ...(typeof choice === 'string' ? othersOf(choice) : [])].some((name) => bare(name) === query),
  );
}

/** What a query names that is not among the rows: without effect in the study, or not in this version yet.
 * @param {string} text @param {Hyperparameter[]} rows @returns {{idle: Hyperparameter[], later: Label[]}} */
export function missing(text, rows) {
  const query = asked(text);
  /** @type {Hyperparameter[]} */
  const idle = [];
  /** @type {Label[]} */
  const later = [];
  if (query === '') return { idle, later };
  for (const one of HYPERPARAMETERS) {
    const has = choicesOf(one);
    const lone = one.choices !== null && has.length < 2;
    const absent = chosen(one, query).filter((choice) => !(/** @type {unknown[]} */ (has).includes(choice)));
    if (named(one, query) && (!one.available || (lone && !rows.includes(one)))) later.push(one.label);
    else if (absent.length) later.push(...absent.map((choice) => label(one, choice)));
    else if (one.available && !lone && !rows.includes(one) && !/^units_\d/.test(one.name) && fits(one, text))
      idle.push(one);
  }
  return { idle, later };
}

/** @param {Hyperparameter} one @param {string} choice @returns {Label} */
function label(one, choice) {
  const name = choice.replaceAll('_', ' ');
  return { en: `${one.label.en} ${name}`, ko: `${one.label.ko} ${name}` };
}
