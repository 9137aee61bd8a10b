import { exact } from '../study/format.js';

/**
 * What the checks of page and engine accept, as they write it (`1 .. 10 (int)`, `relu | tanh`), turned into a key of
 * the dictionary and its values, so that both languages read as sentences.
 *
 * @typedef {{key: string, values?: Record<string, unknown>}} Words
 */

/** @param {string} text a number in a document's notation */
const figure = (text) => (Number.isFinite(Number(text)) ? exact(Number(text)) : text);

/** @type {Record<string, string>} */
const WHOLE = {
  '{...}': 'accepted.object',
  'true | false': 'accepted.truth',
  text: 'accepted.text',
  int: 'accepted.int',
  number: 'accepted.number',
  'low, high': 'accepted.ends',
  'low <= high': 'accepted.ordered',
  '[value, ...]': 'accepted.choices',
  '{"type": "float" | "int" | "categorical", ...}': 'accepted.range_document',
  'train + validation + test = 1': 'accepted.split',
  'log where log is true, linear or log1m where it is false': 'accepted.one_scale',
  'high - low < 1.7e308': 'accepted.narrow',
  '(high - low) / step < 2^31': 'accepted.steps',
  '-2^53 .. 2^53 (int)': 'accepted.exact',
  '0 .. 200 (characters)': 'accepted.question',
  'null | [{"epochs", "trials", "shrink"}, ...]': 'accepted.stages',
  '{"epochs", "trials", "shrink"}': 'accepted.stage',
};

/** @type {[RegExp, (found: string[]) => Words][]} */
const PATTERNS = [
  [
    /^\[(\S+) \.\. (\S+), \.\.\.\] \(int, 0 \.\. 10\)$/,
    ([low, high]) => ({ key: 'accepted.widths', values: { low: figure(low), high: figure(high) } }),
  ],
  [
    /^(\S+) \.\. (\S+) \(int(?:, trials)?\)$/,
    ([low, high]) => ({ key: 'accepted.whole', values: { low: figure(low), high: figure(high) } }),
  ],
  [
    /^(\S+) \.\. (\S+)(?: .*)? \(sobol\)$/,
    ([low, high]) => ({ key: 'accepted.sobol', values: { low: figure(low), high: figure(high) } }),
  ],
  [
    /^(\S+) (?:\.\.|–|to) (\S+)$/,
    ([low, high]) => ({ key: 'accepted.range', values: { low: figure(low), high: figure(high) } }),
  ],
  [
    /^\[\[0 \.\. 1, (\S+) \.\. (\S+)\], \.\.\.\] \(1 \.\. (\d+)\)$/,
    ([low, high, most]) => ({
      key: 'accepted.points',
      values: { low: figure(low), high: figure(high), most: figure(most) },
    }),
  ],
  [/^(\S+) \.\. \S+ \(int, stages\)$/, ([low]) => ({ key: 'accepted.of_stages', values: { low: figure(low) } })],
  [/^>= (\S+) \(1 epoch\)$/, ([low]) => ({ key: 'accepted.epoch', values: { low: figure(low) } })],
  [/^> (\S+) \(int\)$/, ([low]) => ({ key: 'accepted.whole_above', values: { low } })],
  [/^> (\S+)(?: \((?:log|nesterov)\))?$/, ([low]) => ({ key: 'accepted.above', values: { low } })],
  [/^< (\S+)(?: \(log1m\))?$/, ([high]) => ({ key: 'accepted.below', values: { high } })],
  [
    /^\[(.+ \| .+), \.\.\.\]$/,
    ([names]) => ({ key: 'accepted.list_of', values: { names: names.split(' | ').join(', ') } }),
  ],
  [
    /^(.+ \| .+?)(?: \(int\))?$/,
    ([names]) => ({ key: 'accepted.one_of', values: { names: names.split(' | ').join(', ') } }),
  ],
];

/** @param {string} text @returns {Words | null} null for what needs no words: names and numbers in a list */
export function acceptedWords(text) {
  if (Object.hasOwn(WHOLE, text)) return { key: WHOLE[text] };
  for (const [pattern, words] of PATTERNS) {
    const found = pattern.exec(text);
    if (found) return words(found.slice(1));
  }
  return null;
}
