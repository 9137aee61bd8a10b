import { DATASETS, HYPERPARAMETERS, BY_NAME, defaultOf, taskOf, uses, valueIn } from '../../study/hyperparameters.js';
import { number } from '../../study/format.js';
import { withDefaults } from '../../study/same.js';

/**
 * One trial of a student's study as a short text, and such texts read again: `tp-class-1:<body>:<sum>`. The body is a
 * list as JSON, deflated, in the letters of base64url; the sum is the CRC-32 of what stands before it, in hex. Pure.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Value} Value
 * @typedef {object} Entry
 * @property {string} sender drawn anew in each visit, so that equal results of two students are two; of a file its sum
 * @property {string} data the name of the data set
 * @property {string} digest of the data set and its split
 * @property {number} trials how many the study has
 * @property {number} trial its number
 * @property {number | null} loss on the validation part; null where it diverged
 * @property {number | null} metric accuracy or R²
 * @property {number} epochs trained
 * @property {Record<string, Value>} params what differs from the defaults, and what is always said
 * @property {string} name of the student, or ''
 *
 * @typedef {{params: Record<string, Value>, number: number,
 *   epochs: {length: number, at: (k: number) => Record<string, any> | undefined}}} Trained
 * @typedef {'damaged' | 'newer' | 'stranger' | 'data' | 'file' | 'large' | 'none' | 'many'} Fault
 * @typedef {{fault: Fault, at?: number, text?: string, detail?: string}} Refusal which one it is of those pasted, and
 *   how it begins
 */

const NAME = 'tp-class-';
export const VERSION = 1;
/** What codes begin with. */
export const BEGIN = `${NAME}${VERSION}:`;
/** Letters that are read at once; a class of 300 takes a twentieth of it. */
export const MOST = 2_000_000;
/** Results that are shown together. */
export const MOST_RESULTS = 2000;
/** Letters of a code, and bytes of what is packed in it. */
const MOST_CODE = 4000;
const MOST_BYTES = 16_000;
export const NAME_LIMIT = 40;
/** Settings that are said even at their defaults. */
const ALWAYS = ['learning_rate', 'batch_size', 'optimizer'];
/** Letters of a refused code that a sentence shows. */
const GLANCE = 24;
/** A word so long, outside of codes, is taken for somebody else's code. */
const LONG_WORD = 32;
/** White space, and signs of mail and chat that end up within codes. */
const NOISE = /[\s\u00ad\u200b-\u200d\u2060\ufeff>]/;

const TABLE = Uint32Array.from({ length: 256 }, (_, k) => {
  for (let bit = 0; bit < 8; bit++) k = k & 1 ? (k >>> 1) ^ 0xedb88320 : k >>> 1;
  return k;
});

/** @param {string} text @returns {string} eight digits */
export function sumOf(text) {
  let sum = ~0;
  for (const byte of new TextEncoder().encode(text)) sum = TABLE[(sum ^ byte) & 255] ^ (sum >>> 8);
  return (~sum >>> 0).toString(16).padStart(8, '0');
}

/** @param {Study} study */
const digestOf = (study) => sumOf(JSON.stringify(withDefaults(study).dataset));

/** @param {unknown} value @param {number} digits */
const short = (value, digits) => {
  const given = number(value);
  return Number.isFinite(given) ? Number(given.toPrecision(digits)) : null;
};

/** A name as it may stand in a list. @param {unknown} given */
export const nameOf = (given) =>
  [
    ...String(given ?? '')
      .replace(/[\s\p{C}]+/gu, ' ')
      .trim(),
  ]
    .slice(0, NAME_LIMIT)
    .join('')
    .trim();

/**
 * A trial as its code has it.
 * @param {Study} study @param {Trained} trial @param {number} n how many trials the study has
 * @param {string} sender @param {unknown} name
 * @returns {Entry}
 */
export function entryOf(study, trial, n, sender, name) {
  const last = trial.epochs.at(-1);
  /** @type {Record<string, Value>} */
  const params = {};
  for (const one of HYPERPARAMETERS) {
    if (one.type === 'points' || !uses(one, study, trial.params)) continue;
    const value = valueIn(one.name, study, trial.params);
    const isUsual = JSON.stringify(value) === JSON.stringify(defaultOf(one, bare(study.dataset.name), trial.params));
    if (value === null || (isUsual && !(one.name in (study.space ?? {})) && !ALWAYS.includes(one.name))) continue;
    params[one.name] = typeof value === 'number' ? Number(value.toPrecision(4)) : value;
  }
  return {
    sender,
    data: study.dataset.name,
    digest: digestOf(study),
    trials: n,
    trial: trial.number,
    loss: short(last?.validation_loss, 6),
    metric: short(last?.validation_metric, 6),
    epochs: last?.epoch ?? trial.epochs.length,
    params,
    name: nameOf(name),
  };
}

/** A study of a data set that says nothing else. @param {string} name */
const bare = (name) => /** @type {Study} */ ({ format: '', dataset: { name } });

/** What a result has for a hyperparameter; undefined where it has no use for it.
 * @param {Entry} entry @param {string} name @returns {Value | undefined} */
export function settingIn({ data, params }, name) {
  const one = BY_NAME.get(name);
  if (Object.hasOwn(params, name)) return params[name];
  const study = bare(data);
  return one && uses(one, study, params) ? (defaultOf(one, study, params) ?? undefined) : undefined;
}

/** Classes or numbers. @param {Entry} entry */
export const taskIn = (entry) => taskOf(bare(entry.data));

// Writing

/** @param {Entry} entry @returns {Promise<string>} */
export async function encode({ sender, data, digest, trials, trial, loss, metric, epochs, params, name }) {
  const list = [sender, data, digest, trials, trial, loss, metric, epochs, params, ...(name ? [name] : [])];
  const packed = new Blob([JSON.stringify(list)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  const letters = btoa(String.fromCharCode(...bytes));
  const body = BEGIN + letters.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  return `${body}:${sumOf(body)}`;
}

// Reading

/** @param {string} body @returns {Promise<string | null>} */
async function unpack(body) {
  try {
    const letters = atob(body.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const { readable, writable } = new DecompressionStream('deflate-raw');
    // Bytes that are none are told of by the reader.
    const writer = writable.getWriter();
    for (const done of [writer.write(bytes), writer.close()]) done.catch(() => {});
    const reader = readable.getReader();
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let [text, read] = ['', 0];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      read += value.byteLength;
      if (read > MOST_BYTES) return (await reader.cancel(), null);
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    return null;
  }
}

const isCount = (/** @type {unknown} */ one) => Number.isSafeInteger(one) && Number(one) >= 0;
const isLoss = (/** @type {unknown} */ one) => one === null || (typeof one === 'number' && Number.isFinite(one));
const isWord = (/** @type {unknown} */ one, most = 40) => typeof one === 'string' && one.length <= most;
const isValue = (/** @type {unknown} */ one) =>
  typeof one === 'boolean' ||
  isWord(one) ||
  (typeof one === 'number' && Number.isFinite(one)) ||
  (Array.isArray(one) && one.length <= 16 && one.every(isCount));

/** @param {string} text @returns {Entry | null} */
function entryIn(text) {
  let list;
  try {
    list = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(list)) return null;
  const [sender, data, digest, trials, trial, loss, metric, epochs, given, name = ''] = list;
  const isSound =
    /^[\w-]{1,16}$/.test(String(sender)) &&
    DATASETS.some((one) => one.name === data) &&
    /^[\da-f]{8}$/.test(String(digest)) &&
    [trials, trial, epochs].every(isCount) &&
    isLoss(loss) &&
    isLoss(metric) &&
    typeof given === 'object' &&
    given !== null &&
    isWord(name, 4 * NAME_LIMIT);
  if (!isSound) return null;
  const params = Object.fromEntries(Object.entries(given).filter(([key, one]) => BY_NAME.has(key) && isValue(one)));
  return { sender, data, digest, trials, trial, loss, metric, epochs, params, name: nameOf(name) };
}

/** @param {string} text @returns {string} */
const glance = (text) => (text.length > GLANCE ? `${text.slice(0, GLANCE)}…` : text);

/** Where the first `n` letters of a text end, noise aside. @param {string} text @param {number} n */
function endOf(text, n) {
  let at = 0;
  for (; at < text.length && n > 0; at++) if (!NOISE.test(text[at])) n--;
  return at;
}

/** Codes of somebody else's among words. @param {string} text */
const strangersIn = (text) => text.split(/\s+/).filter((word) => word.length >= LONG_WORD && !/^https?:/.test(word));

/**
 * What a text holds: results, and what is wrong with those that are refused. Codes may be wrapped, quoted, and stand
 * among other words.
 * @param {string} text
 * @returns {Promise<{entries: Entry[], refused: Refusal[]}>}
 */
export async function readCodes(text) {
  /** @type {Entry[]} */
  const entries = [];
  /** @type {Refusal[]} */
  const refused = [];
  if (text.length > MOST)
    return { entries, refused: [{ fault: 'large', detail: String(Math.ceil(text.length / 1e6)) }] };
  /** @type {Promise<Entry | null>[]} */
  const reading = [];
  const [before, ...pieces] = text.split(/(?=tp-class-\d+:)/);
  const stray = [before.startsWith(NAME) ? '' : before];
  if (before.startsWith(NAME)) pieces.unshift(before);
  for (const [k, piece] of pieces.entries()) {
    const own = piece.slice(0, MOST_CODE).replace(new RegExp(NOISE, 'g'), '');
    const [all = '', body = '', version = '', packed = '', sum = ''] =
      /^(tp-class-(\d+):([\w-]*)):([\da-f]{8})/.exec(own) ?? [];
    const refuse = (/** @type {Fault} */ fault) => refused.push({ fault, at: k + 1, text: glance(own) });
    const given = Number(version || /^tp-class-(\d+)/.exec(own)?.[1]);
    if (all) stray.push(piece.slice(endOf(piece, all.length)));
    if (given > VERSION) refuse('newer');
    else if (given !== VERSION || !all || sumOf(body) !== sum) refuse('damaged');
    else
      reading.push(
        unpack(packed).then((held) => {
          const entry = held === null ? null : entryIn(held);
          if (!entry) refuse('damaged');
          return entry;
        }),
      );
  }
  for (const entry of await Promise.all(reading)) if (entry) entries.push(entry);
  const strangers = stray.flatMap(strangersIn);
  for (const one of strangers) refused.push({ fault: 'stranger', text: glance(one) });
  if (!pieces.length && !strangers.length) refused.push({ fault: 'none' });
  return { entries, refused };
}

/** What tells a result from others, but for the name. @param {Entry} entry */
const keyOf = ({ name: _, ...rest }) => JSON.stringify(rest);

/** Senders of files: the same file is the same result, whatever it is called. */
const OF_FILE = /^f[\da-f]{8}$/;

/** Which of the results with one key is sent once more: the one of the same name, or one of the two without a name.
 * Two names are two students at one computer. @param {Entry[]} same @param {Entry} one */
const againOf = (same, one) =>
  OF_FILE.test(one.sender) || !one.name
    ? same[0]
    : (same.find(({ name }) => name === one.name) ?? same.find(({ name }) => !name));

/**
 * Results that join others: those of the same data, each once.
 * @param {Entry[]} before @param {Entry[]} more
 * @returns {{entries: Entry[], added: number, twice: number, refused: Refusal[]}}
 */
export function merge(before, more) {
  const entries = [...before];
  /** @type {Map<string, Entry[]>} */
  const known = new Map();
  const know = (/** @type {Entry} */ one) => known.set(keyOf(one), [...(known.get(keyOf(one)) ?? []), one]);
  before.forEach(know);
  /** @type {Refusal[]} */
  const refused = [];
  const digest = before[0]?.digest ?? mostOf(more);
  let twice = 0;
  for (const one of more) {
    const same = known.get(keyOf(one)) ?? [];
    const again = againOf(same, one);
    const text = one.name || `${one.sender} #${one.trial}`;
    if (one.digest !== digest) refused.push({ fault: 'data', text, detail: one.data });
    else if (again) {
      twice++;
      // A name that comes later joins its result.
      const named = { ...again, name: again.name || one.name };
      entries[entries.indexOf(again)] = same[same.indexOf(again)] = named;
    } else if (entries.length >= MOST_RESULTS) refused.push({ fault: 'many', text });
    else {
      know(one);
      entries.push(one);
    }
  }
  return { entries, added: entries.length - before.length, twice, refused };
}

/** The data that most results are of. @param {Entry[]} entries */
function mostOf(entries) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { digest } of entries) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
