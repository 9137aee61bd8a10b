import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { textsIn } from '../src/i18n/table-texts.js';

/** The tables that hold texts in both languages, in the order in which `src/i18n/i18n.js` fills them in. */
const TABLES = ['../src/study/hyperparameters.json', '../src/dataset/catalog.json', 'src/study/presets.json'];
const LANGUAGES = ['en', 'ko'];

/** A table's rows. @param {string} path @returns {any[]} */
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** A dictionary without what it says of one thing as of many, where that is asked for next (i18n.js).
 * @param {Record<string, string>} texts */
const withoutTwins = (texts) =>
  Object.fromEntries(
    Object.entries(texts).filter(([key, text]) => !key.endsWith('.one') || text !== texts[key.slice(0, -4)]),
  );

/** Takes the texts out of the tables and puts those of each language into its dictionary: a reader loads one of them.
 * @returns {import('vite').Plugin} */
export function tableTexts() {
  let paths = TABLES;
  let dictionaries = LANGUAGES;
  return {
    name: 'table-texts',
    enforce: 'pre',
    configResolved({ root }) {
      paths = TABLES.map((path) => resolve(root, path));
      dictionaries = LANGUAGES.map((language) => resolve(root, `src/i18n/${language}.json`));
    },
    load(id) {
      const path = id.split('?')[0];
      const language = LANGUAGES[dictionaries.indexOf(path)];
      if (language) {
        const texts = paths.flatMap((one) => [...textsIn(read(one))].map((text) => text[language]));
        return JSON.stringify({ ...withoutTwins(JSON.parse(readFileSync(path, 'utf8'))), tables: texts });
      }
      if (!paths.includes(path)) return null;
      const rows = read(path);
      for (const text of textsIn(rows)) for (const one of LANGUAGES) delete text[one];
      return JSON.stringify(rows);
    },
  };
}
