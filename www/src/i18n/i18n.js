import { acceptedWords } from './accepted.js';
import { commas } from '../study/format.js';
import { BY_NAME, DATASETS, HYPERPARAMETERS } from '../study/hyperparameters.js';
import { retried, setTexts, underWay } from '../platform/later.js';
import { save, saved } from '../platform/saved.js';
import { PRESETS } from '../study/presets.js';
import { textsIn } from './table-texts.js';

/** @typedef {import('../study/types.js').Language} Language @typedef {import('../study/types.js').Problem} Problem */

/** @typedef {Record<string, string>} Dictionary */

/**
 * A reader loads one language; the other comes when it is chosen.
 * @type {Record<Language, () => Promise<{default: any}>>}
 */
const FILES = {
  en: retried(() => import('./en.json', { with: { type: 'json' } })),
  ko: retried(() => import('./ko.json', { with: { type: 'json' } })),
};

const LANGUAGES = /** @type {Language[]} */ (Object.keys(FILES));

/** Dictionaries that are here. @type {Partial<Record<Language, Dictionary>>} */
const DICTIONARIES = {};

/**
 * Fetches a language's dictionary, once. Where that fails (a reader offline) the texts stay in the language that is
 * here.
 * @param {Language} language
 */
export async function loadTexts(language) {
  await Promise.all([loadOwn(language), ...[...ADDED.values()].map((one) => one.load(language).catch(() => {}))]);
}

/** @param {Language} language */
async function loadOwn(language) {
  if (DICTIONARIES[language]) return;
  try {
    const { tables = [], ...words } = (await FILES[language]()).default;
    fillIn(language, tables);
    DICTIONARIES[language] = words;
  } catch (error) {
    const other = language === 'en' ? 'ko' : 'en';
    if (!DICTIONARIES[other]) throw error;
  }
}

/** Dictionaries of parts that are loaded later, by their files. @type {Map<Texts, Added>} */
const ADDED = new Map();

/** @typedef {import('../platform/later.js').Texts} Texts */

class Added {
  /** @param {Texts} files */
  constructor(files) {
    /** @private */ this.files = { en: retried(files.en), ko: retried(files.ko) };
    /** @type {Partial<Record<Language, Dictionary>>} */ this.words = {};
  }

  /** @param {Language} language */
  async load(language) {
    if (!this.words[language]) this.words[language] = (await this.files[language]()).default;
  }

  /** A text, of the other language while its own is not here. @param {Language} language @param {string} key */
  text(language, key) {
    const words = this.words[language] ?? this.words[language === 'en' ? 'ko' : 'en'];
    return words?.[key];
  }
}

/** Tells by `arrived` that a part's texts are here now. */
export const ARRIVALS = new EventTarget();

/** How many words were asked for before they were here, as they are where a part's script comes before its texts. */
export const missing = { count: 0 };

/** The texts of a part are there once this settles, in the languages that are here. */
setTexts(async (files) => {
  // Whoever opens a part once more asks again for what could not be had.
  const added = ADDED.get(files) ?? new Added(files);
  ADDED.set(files, added);
  const here = LANGUAGES.filter((one) => DICTIONARIES[one]);
  // What comes before the first language is loaded with it.
  if (!here.length) return;
  await Promise.any(here.map((one) => added.load(one)));
  // The other language may have less luck; its words then stand in this one.
  await Promise.allSettled(here.map((one) => added.load(one)));
  ARRIVALS.dispatchEvent(new Event('arrived'));
});

/**
 * Puts the tables' texts in place: the build keeps them beside the dictionary (build/texts.js). They stand for the
 * other language's, too, until those are here.
 * @param {Language} language
 * @param {string[]} texts
 */
function fillIn(language, texts) {
  const places = [HYPERPARAMETERS, DATASETS, PRESETS].flatMap((rows) => [...textsIn(rows)]);
  texts.forEach((text, k) => {
    places[k][language] = text;
    for (const other of LANGUAGES) if (!DICTIONARIES[other] && other !== language) places[k][other] = text;
  });
}

/**
 * The language that the texts of a chosen one are in, until its own are here: what readers of screens have to be told.
 * @param {Language} language
 * @returns {Language}
 */
export const languageShown = (language) => (DICTIONARIES[language] ? language : DICTIONARIES.en ? 'en' : 'ko');

/** @param {Language} language @returns {Dictionary} */
const dictionary = (language) => DICTIONARIES[languageShown(language)] ?? {};

const KEY = 'tuning-playground.language';

/** @param {unknown} tag @returns {Language | null} */
export function languageOf(tag) {
  const text = String(tag ?? '').toLowerCase();
  if (text.startsWith('ko')) return 'ko';
  return text.startsWith('en') ? 'en' : null;
}

/** The reader's saved choice, else the first of the browser's languages that there is a dictionary for. */
export function preferredLanguage() {
  for (const tag of [saved(KEY), ...(navigator.languages ?? [navigator.language])]) {
    const language = languageOf(tag);
    if (language) return language;
  }
  return 'en';
}

/** @param {Language} language */
export const rememberLanguage = (language) => save(KEY, language);

/** Numbers that are names. */
const NAMES = ['number', 'trial', 'best', 'seed'];

/** The text of a key in a language, its `{name}` placeholders filled in. Where `n` is 1, the text for one
 * (`key.one`) comes first; whole numbers are written with commas.
 * @param {Language} language
 * @param {string} key
 * @param {Record<string, unknown>} [values] */
export function translate(language, key, values = {}) {
  const words = dictionary(language);
  const word = (/** @type {string} */ one) => {
    if (words[one] !== undefined) return words[one];
    for (const added of ADDED.values()) if (added.text(language, one) !== undefined) return added.text(language, one);
    return undefined;
  };
  const found = (values.n === 1 ? word(`${key}.one`) : undefined) ?? word(key);
  if (found === undefined) missing.count++;
  // Nobody reads the name of a text that is on its way.
  const text = found ?? (underWay.count ? '' : key);
  const written = (/** @type {string} */ name) =>
    Number.isInteger(values[name]) && !NAMES.includes(name)
      ? commas(/** @type {number} */ (values[name]))
      : String(values[name]);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? written(name) : whole));
}

/** Whether there is a text, also of a part that was loaded later. @param {Language} language @param {string} key */
export const has = (language, key) =>
  key in dictionary(language) || [...ADDED.values()].some((added) => added.text(language, key) !== undefined);

/** A hyperparameter's name in words, with its place in the document where it has one; all else as it is.
 * @param {Language} language @param {string} key */
function inWords(language, key) {
  if (key === 'stages' || key === 'budget') return translate(language, `place.${key}`);
  const name = key.split('.').find((part) => BY_NAME.has(part)) ?? '';
  const label = BY_NAME.get(name)?.label[language];
  return !label ? key : name === key ? label : translate(language, 'problem.place', { label, key });
}

/** Places of a study that have their name elsewhere. @type {Record<string, string>} */
export const PLACES = {
  'dataset.samples': 'data.samples',
  'dataset.noise': 'data.noise',
  'dataset.seed': 'data.seed',
  trials: 'search.trials',
  seed: 'search.seed',
};

/** A place in a study in words; any other text as it is. @param {Language} language @param {string} place */
function placeInWords(language, place) {
  const [group, name] = place.split('.');
  const label = BY_NAME.get(name)?.label[language];
  if (label) return group === 'space' ? translate(language, 'place.range', { label }) : label;
  const key = Object.hasOwn(PLACES, place) ? PLACES[place] : `place.${place}`;
  return has(language, key) ? translate(language, key) : place;
}

/** Values that name something, or say what is accepted. @param {Language} language @param {Problem} problem */
function valuesOf(language, problem) {
  const values = { ...problem };
  // Numbers of a study are written as the study has them.
  for (const [name, value] of Object.entries(values)) if (typeof value === 'number') values[name] = String(value);
  for (const name of ['key', 'because', 'knob'])
    if (typeof values[name] === 'string')
      values[name] = values[name]
        .split(', ')
        .map((one) => inWords(language, one))
        .join(', ');
  for (const name of ['lost', 'list'])
    if (Array.isArray(values[name])) values[name] = values[name].map((one) => placeInWords(language, one)).join(' · ');
  if (typeof values.part === 'string' && has(language, values.part)) values.part = translate(language, values.part);
  const found = /^-?\d\.\d{3,}e\d+$/.test(String(values.found)) ? Number(values.found) : Infinity;
  if (Math.abs(found) <= 2 ** 53) values.found = String(found);
  const words = typeof values.accepted === 'string' ? acceptedWords(values.accepted) : null;
  if (words) values.accepted = translate(language, words.key, words.values);
  return values;
}

/** How browsers say, each in its own English, that a file did not come. */
const UNLOADED = /fetch|NetworkError|Load failed|import|HTTP status/i;

/** The one sentence shown for a problem, from the dictionary, else as the engine wrote it.
 * @param {Language} language
 * @param {Problem} problem */
export function sentence(language, problem) {
  if (problem.code === 'unexpected' && UNLOADED.test(String(problem.detail)))
    return translate(language, 'problem.unloaded');
  const own = `problem.${problem.code}.${problem.fault}`;
  const key = has(language, own) ? own : `problem.${problem.code}`;
  // Faults have sentences of their own, which come with what reads data.
  if (!has(language, key) || (problem.fault && problem.message && key !== own))
    return problem.message ?? translate(language, 'problem.unknown');
  return translate(language, key, valuesOf(language, problem));
}
