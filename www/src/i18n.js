import en from './i18n/en.json';
import ko from './i18n/ko.json';

/** @typedef {import('./types.js').Language} Language @typedef {import('./types.js').Problem} Problem */

/** @type {Record<Language, Record<string, string>>} */
const DICTIONARIES = { en, ko };

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

/** @param {string} key */
export function saved(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
export function save(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is refused in private windows and sandboxed frames; the choice then lasts as long as the page.
  }
}

/** The text of a key in a language, its `{name}` placeholders filled in. `key.one` is used when `n` is 1.
 * @param {Language} language
 * @param {string} key
 * @param {Record<string, unknown>} [values] */
export function translate(language, key, values = {}) {
  const words = DICTIONARIES[language];
  const text = (values.n === 1 ? words[`${key}.one`] : undefined) ?? words[key] ?? DICTIONARIES.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** @param {Language} language @param {string} key */
export const has = (language, key) => key in DICTIONARIES[language];

/** The one sentence shown for a problem, from the dictionary, else as the engine wrote it.
 * @param {Language} language
 * @param {Problem} problem */
export function sentence(language, problem) {
  const key = `problem.${problem.code}`;
  if (!has(language, key)) return problem.message ?? translate(language, 'problem.unknown');
  return translate(language, key, problem);
}
