import { count, exact } from '../../study/format.js';

/**
 * What was found in data of the reader's own, in words. Pure.
 *
 * @typedef {import('../../study/types.js').OwnData} OwnData
 * @typedef {import('../../study/types.js').Preview} Preview
 * @typedef {object} Column
 * @property {string} name
 * @property {'number' | 'category' | 'ignored'} kind
 * @property {boolean} is_target
 * @property {number} numbers
 * @property {number} texts
 * @property {number} missing
 * @property {number} distinct
 * @property {number | null} min
 * @property {number | null} max
 * @property {[number, string] | null} first_text
 * @typedef {object} Report of a table; of images only rows, features and fault
 * @property {number} rows
 * @property {number} features
 * @property {any} fault
 * @property {number} [used]
 * @property {number} [without_target]
 * @property {string} [separator]
 * @property {string} [decimal]
 * @property {boolean} [header]
 * @property {Column[]} [columns]
 * @property {string} [target]
 * @property {'classes' | 'numbers'} [task]
 * @property {[string, number][]} [classes]
 * @property {string[][]} [head]
 * @typedef {{report: Report, found: NonNullable<OwnData['found']> | null, preview: Preview | null,
 *   encoding: string}} Read
 * @typedef {(key: string, values?: Record<string, unknown>) => string} Words
 */

/** Characters that a table may have in a link, escaped. */
const IN_LINK = 5000;

/** Whether a table goes with its study, in links, too. @param {string | null} text */
export const inLink = (text) => {
  if (text === null) return false;
  try {
    return encodeURIComponent(text).length <= IN_LINK;
  } catch {
    // Half of a pair is no character that a link could hold.
    return false;
  }
};

/** How a table is to be read, without what is left to the reader. @param {Partial<OwnData>} said
 * @returns {Partial<OwnData>} */
export const saidOf = (said) =>
  Object.fromEntries(
    Object.entries(said).filter(([key, value]) => value !== undefined && !(key === 'missing' && value === 'mean')),
  );

/** @param {Read} read @param {{name: string}[]} files @param {Words} t */
export function reportWords({ report, found, encoding }, files, t) {
  const { rows, features, used = rows, without_target: without = 0, columns } = report;
  const name = files.map((one) => one.name).join(', ');
  if (!columns)
    return t('own.found.images', { name, rows: count(rows), features: count(features), classes: found?.classes ?? 0 });
  const words = [t('own.found.table', { name, rows: count(rows), columns: count(columns.length) })];
  if (without) words.push(t('own.found.without', { n: count(without), name: report.target }));
  const dropped = rows - used - without;
  if (found && dropped > 0) words.push(t('own.found.dropped', { n: count(dropped) }));
  const left = columns.filter((one) => one.kind === 'ignored' && !one.is_target && one.numbers + one.texts > 0);
  if (left.length) words.push(t('own.found.left', { names: named(left.map((one) => one.name)) }));
  const { same, unnamed } = report.header ? calledBy(columns) : { same: [], unnamed: [] };
  if (same.length) words.push(t('own.found.same', { names: named(same) }));
  if (report.target !== undefined && same.some((one) => baseOf(one) === report.target))
    words.push(t('own.found.same_target', { name: report.target }));
  if (unnamed.length) words.push(t('own.found.unnamed', { names: named(unnamed) }));
  if (encoding !== 'utf-8') words.push(t('own.found.encoding', { encoding: encoding.toUpperCase() }));
  return words.join(' ');
}

/** Names of columns, of many only the first. @param {string[]} names */
const named = (names) => names.slice(0, 5).join(', ') + (names.length > 5 ? ` (+${names.length - 5})` : '');

/** @param {string} name */
const baseOf = (name) => name.replace(/_\d+$/, '');

/** Which columns the engine has given a name (`tallies` in csv.rs): one that stands over an earlier column already, or
 * none. @param {Column[]} columns */
export function calledBy(columns) {
  /** @type {Map<string, number>} */ const times = new Map();
  const same = columns.flatMap(({ name }) => {
    const base = baseOf(name);
    const n = (times.get(base) ?? 0) + 1;
    const isNth = base !== name && n > 1 && name === `${base}_${n}`;
    if (isNth || base === name) times.set(base, n);
    return isNth ? [name] : [];
  });
  const unnamed = columns.filter(({ name, kind }, k) => name === `column_${k + 1}` && kind !== 'ignored');
  return { same, unnamed: unnamed.map(({ name }) => name) };
}

/** What values a column has. @param {Column} column @param {Words} t */
export function valuesOf({ numbers, texts, distinct, min, max, first_text: first }, t) {
  if (!numbers && !texts) return t('own.values.none');
  const range = min === null || max === null ? '' : min === max ? exact(min) : `${exact(min)} – ${exact(max)}`;
  if (!texts) return range;
  const words = t('own.values.words', { n: count(distinct), example: first?.[1] ?? '' });
  return numbers ? t('own.values.mixed', { range, texts: count(texts), example: first?.[1] ?? '' }) : words;
}
