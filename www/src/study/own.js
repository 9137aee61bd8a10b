import { checkBoolean, checkName, checkNumber, isObject, outside, unknownKey, wrong } from './checks.js';

/**
 * What a study says of a reader's own data, as far as it can be judged without them; `src/study/own_data.rs` decides.
 *
 * @typedef {import('./types.js').Problem} Problem
 * @typedef {import('./hyperparameters.js').Dataset} Dataset
 */

/** Keys of `dataset` that only such data have. @type {Record<string, string[]>} */
const KEYS = {
  text: ['text', 'file', 'target', 'task', 'separator', 'decimal', 'header', 'missing', 'columns', 'found'],
  files: ['files', 'found'],
};
const TASKS = ['classes', 'numbers'];

/** @param {Dataset | undefined} known */
export const ownKeys = (known) => KEYS[known?.kind ?? ''] ?? [];

/** A study's data section without what it says of own data. @template {object} T @param {T} dataset @returns {T} */
export function withoutOwn(dataset) {
  const gone = [...KEYS.text, ...KEYS.files];
  return /** @type {any} */ (Object.fromEntries(Object.entries(dataset).filter(([key]) => !gone.includes(key))));
}

/** @param {string} key @param {unknown} value */
const text = (key, value) =>
  value === undefined || typeof value === 'string' ? null : wrong(`dataset.${key}`, value, 'text');

/** @param {Dataset} known @param {any} dataset @returns {Problem | null} */
export function checkOwn(known, dataset) {
  if (known.kind === 'text') return checkTable(dataset);
  if (known.kind !== 'files') return null;
  const { files } = dataset;
  const accepted = '[images, labels]';
  if (files === undefined) return { code: 'missing', key: 'dataset.files', accepted };
  const isPair = Array.isArray(files) && files.length === 2 && files.every((one) => typeof one === 'string');
  return isPair ? checkFound(dataset.found) : wrong('dataset.files', files, accepted);
}

/** @param {any} dataset @returns {Problem | null} */
function checkTable(dataset) {
  const accepted = 'text | file';
  const { file, columns } = dataset;
  if (dataset.text !== undefined && file !== undefined)
    return { code: 'unknown_key', key: 'dataset.file', within: 'dataset', accepted };
  if (dataset.text === undefined && file === undefined) return { code: 'missing', key: 'dataset.text', accepted };
  return (
    text('text', dataset.text) ??
    text('file', file) ??
    text('target', dataset.target ?? undefined) ??
    checkName('dataset.task', dataset.task, TASKS) ??
    checkName('dataset.separator', dataset.separator, [',', ';', '\t', 'tab', '|', ' ']) ??
    checkName('dataset.decimal', dataset.decimal, ['.', ',']) ??
    checkBoolean('dataset.header', dataset.header) ??
    checkName('dataset.missing', dataset.missing, ['mean', 'drop']) ??
    (columns === undefined || isObject(columns) ? null : wrong('dataset.columns', columns, '{...}')) ??
    (file === undefined && dataset.found === undefined ? null : checkFound(dataset.found))
  );
}

/** @param {any} found what was found in the data @returns {Problem | null} */
function checkFound(found) {
  const key = 'dataset.found';
  if (found === undefined) return { code: 'missing', key, accepted: 'a file that has been read' };
  if (!isObject(found)) return wrong(key, found, '{...}');
  const { task, rows, features, classes, class_rows, digest } = found;
  const isDigest = typeof digest === 'string' && /^[\da-f]{16}$/i.test(digest);
  const isClasses = task === TASKS[0];
  return (
    unknownKey(found, ['task', 'rows', 'features', 'classes', 'class_rows', 'digest'], key) ??
    (isDigest ? null : outside(`${key}.digest`, digest, '16 hexadecimal digits')) ??
    checkName(`${key}.task`, task ?? null, TASKS) ??
    checkNumber(`${key}.classes`, classes ?? null, isClasses ? 2 : 0, isClasses ? 1000 : 0, true) ??
    checkNumber(`${key}.rows`, rows ?? null, 10, 1e8, true) ??
    checkNumber(`${key}.features`, features ?? null, 1, 20000, true) ??
    checkClassRows(`${key}.class_rows`, class_rows, rows, classes)
  );
}

/** Rows of each class, all of them those of the data. @param {string} key @param {unknown} told @param {number} rows
 * @param {number} classes @returns {Problem | null} */
function checkClassRows(key, told, rows, classes) {
  if (told === undefined) return null;
  const isWhole = (/** @type {unknown} */ one) => Number.isInteger(one) && Number(one) >= 0 && Number(one) < 2 ** 32;
  const sum = Array.isArray(told) && told.every(isWhole) ? told.reduce((all, one) => all + one, 0) : -1;
  return Array.isArray(told) && told.length === classes && sum === (classes ? rows : 0)
    ? null
    : wrong(key, told, `${classes} whole numbers that sum to ${rows}`);
}
