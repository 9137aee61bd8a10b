import { existsSync, readFileSync, readdirSync } from 'node:fs';

/**
 * The page's dictionaries, with those of the parts that are loaded later: what it says is checked against them, not
 * against copies.
 * @param {string} language
 */
function read(language) {
  const views = new URL('../../www/src/views/', import.meta.url);
  const files = [
    new URL(`../i18n/${language}.json`, views),
    ...readdirSync(views).map((view) => new URL(`${view}/${language}.json`, views)),
  ];
  /** @type {Record<string, string>[]} */
  const words = files.filter((file) => existsSync(file)).map((file) => JSON.parse(readFileSync(file, 'utf8')));
  return Object.assign({}, ...words);
}

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
