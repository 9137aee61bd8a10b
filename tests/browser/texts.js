import { readFileSync } from 'node:fs';

/** The page's dictionaries: what it says is checked against them, not against copies. */
const read = (/** @type {string} */ language) =>
  /** @type {Record<string, string>} */ (
    JSON.parse(readFileSync(new URL(`../../www/src/i18n/${language}.json`, import.meta.url), 'utf8'))
  );

/** @type {Record<string, Record<string, string>>} */
export const DICTIONARIES = { en: read('en'), ko: read('ko') };

/**
 * A pattern for a text of the dictionary with anything in its placeholders.
 * @param {string} language
 * @param {string} key
 */
export function matches(language, key) {
  const text = DICTIONARIES[language][key];
  if (text === undefined) throw new Error(`${language}.json has no ${key}`);
  const escaped = text.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.+')}$`, 's');
}
