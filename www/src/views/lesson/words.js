import { count, loss, metric, rate } from '../../study/format.js';
import { PLACE } from './read.js';

/** How a lesson's numbers are written, and put where its texts name them. Pure. */

/** @param {number} value @param {string} kind one of `KINDS` of measure.js
 * @param {import('../../study/types.js').Language} [language] */
export function written(value, kind, language = 'en') {
  if (kind === 'percent') return metric(value, 'classes');
  // Between two percentages; the text says "points".
  if (kind === 'points') return (100 * value).toFixed(1);
  if (kind === 'setting') return rate(value);
  if (kind === 'count') return Number.isInteger(value) || value >= 100 ? count(value) : rate(value);
  if (kind === 'times') return `${Number(value.toPrecision(2))}${language === 'ko' ? '배' : '×'}`;
  return loss(value);
}

/** @param {string} text @param {Record<string, string>} values */
export const filled = (text, values) => text.replace(PLACE, (place, key) => values[key] ?? place);
