/**
 * The compact notation of a document in a link: JSON with fewer signs. Objects are `(key:value,...)`, lists
 * `!(value,...)`; `!t`, `!f` and `!n` are true, false and null; text that is no plain name stands between `'`, with
 * `!'` and `!!` for its own signs, and letters behind `!` for those that an address has other uses for. Pure.
 */

const DEPTH = 12;
const NAME = /^[A-Za-z_][\w.-]*$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e-?\d+)?$/;

/** @param {unknown} value @returns {value is Record<string, any>} */
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

// Writing

/** @param {unknown} value @returns {string} */
export function write(value) {
  if (value === null || value === undefined) return '!n';
  if (typeof value === 'boolean') return value ? '!t' : '!f';
  if (typeof value === 'number')
    return !Number.isFinite(value) ? '!n' : Object.is(value, -0) ? '-0' : String(value).replace('e+', 'e');
  if (Array.isArray(value)) return `!(${value.map(write).join(',')})`;
  if (!isObject(value)) return text(String(value));
  const given = Object.entries(value).filter(([, one]) => one !== undefined);
  return `(${given.map(([key, one]) => `${text(key)}:${write(one)}`).join(',')})`;
}
/** Signs that are lost or changed where an address is escaped or unescaped once too often.
 * @type {Record<string, string>} */
const LETTERS = { '%': 'p', '+': 'a', '&': 'n', '=': 'e', '#': 'h', '\\': 'b' };
const SIGNS = Object.fromEntries(Object.entries(LETTERS).map(([sign, letter]) => [letter, sign]));

/** @param {string} value */
const text = (value) =>
  NAME.test(value) ? value : `'${value.replace(/[!'%+&=#\\]/g, (sign) => `!${LETTERS[sign] ?? sign}`)}'`;

// Reading

/**
 * White space and invisible signs that mail and chat put into long lines, and signs of quoted mail and of Markdown.
 */
const SPACE = /[\s\u00ad\u200b-\u200d\u2060\ufeff=>\\]/g;
/** Texts between `'`, of which the last may have lost its end. */
const QUOTED = /'(?:[^!']|![^])*'?/g;

/** The notation without what was put into it on its way; texts between `'` stay as they are. @param {string} value */
export const unwrapped = (value) => outside(value, (part) => part.replace(SPACE, ''));

/** Whether signs are escaped that never are, so that the whole was escaped twice. @param {string} value */
export const isEscaped = (value) =>
  /%[\da-f]{2}/i.test(
    outside(
      value,
      (part) => part,
      () => '',
    ),
  );

/**
 * @param {string} value
 * @param {(part: string) => string} change what is not between `'`
 * @param {(part: string) => string} [quoted]
 */
function outside(value, change, quoted = (part) => part) {
  let [at, out] = [0, ''];
  for (const found of value.matchAll(QUOTED)) {
    out += change(value.slice(at, found.index)) + quoted(found[0]);
    at = found.index + found[0].length;
  }
  return out + change(value.slice(at));
}

/** The text ended, or went on with what cannot be read. */
class Cut extends Error {}

/**
 * @typedef {object} Read what was read of an object's text
 * @property {Record<string, any>} object without a prototype, so that every key is just a key
 * @property {string[] | null} path the keys within which the text ended too early, or null where it was whole. The
 *   value of the last one is what there was of it, or missing
 * @property {boolean} whole whether the value at the end of `path` was surely complete
 * @property {string} rest what followed and could not be read
 * @property {boolean} closed whether the text said that the object is complete
 * @property {string[][]} unsure the keys of numbers that can be read in two ways, of which none is taken
 */

/** Never throws. @param {string} text the object, with its brackets or without @returns {Read} */
export function read(text) {
  const reader = new Reader(text);
  const object = Object.create(null);
  const bracketed = (reader.bracketed = reader.takes('('));
  let path = null;
  try {
    if (!(bracketed && reader.takes(')'))) {
      reader.members(object, 0);
      if (bracketed && !reader.takes(')')) throw new Cut();
    }
  } catch (error) {
    if (!(error instanceof Cut)) throw error;
    path = reader.path;
  }
  const { whole, unsure } = reader;
  return { object, path, whole, rest: text.slice(reader.at), closed: bracketed && !path, unsure };
}

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
    /** @type {string[]} keys from the outermost to the one being read */ this.path = [];
    /** Whether the last value had an end. */ this.whole = true;
    /** Whether the whole has to be closed, too. */ this.bracketed = false;
    /** @type {string[][]} */ this.unsure = [];
  }

  /** @param {string} sign */
  takes(sign) {
    if (!this.text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  /**
   * @param {(value: unknown) => void} put called with what there is, also of a value that is cut
   * @param {number} depth
   */
  value(put, depth) {
    if (depth > DEPTH) throw new Cut();
    this.whole = false;
    if (this.takes('!t')) put(true);
    else if (this.takes('!f')) put(false);
    else if (this.takes('!n')) put(null);
    else if (this.takes('!(')) {
      /** @type {unknown[]} */
      const list = [];
      put(list);
      if (!this.takes(')')) {
        do this.value((one) => void list.push(one), depth + 1);
        while (this.takes(','));
        if (!this.takes(')')) throw new Cut();
      }
    } else if (this.takes('(')) {
      const object = Object.create(null);
      put(object);
      if (!this.takes(')')) {
        this.members(object, depth + 1);
        if (!this.takes(')')) throw new Cut();
      }
    } else if (this.text[this.at] === "'") put(this.word());
    else {
      const word = this.word();
      const number = NUMBER.test(word) ? Number(word) : NaN;
      put(Number.isFinite(number) ? number : word);
      // Only a sign behind it says that nothing of it is missing.
      if (this.at >= this.text.length) return;
    }
    this.whole = true;
  }

  /** @param {Record<string, unknown>} object @param {number} depth */
  members(object, depth) {
    do {
      const key = this.word();
      this.path.push(key);
      this.whole = false;
      if (!this.takes(':')) throw new Cut();
      if (!this.decimal(object, key)) this.value((value) => void (object[key] = value), depth);
      if (!this.whole && (depth || this.bracketed)) throw new Cut();
      this.path.pop();
    } while (this.takes(','));
  }

  /** Takes a number with commas between its digits, as people change one by hand: no key begins with a digit.
   * @param {Record<string, unknown>} object @param {string} key */
  decimal(object, key) {
    const number = /-?\d[\d.]*(?:,\d[\de-]*)+(?=[,)]|$)/y;
    number.lastIndex = this.at;
    const found = number.exec(this.text);
    if (!found) return false;
    this.at = number.lastIndex;
    this.whole = this.at < this.text.length;
    // 1,234 may be a number of thousands.
    const text = /^-?[1-9]\d{0,2},\d{3}$/.test(found[0]) ? '' : found[0].replace(',', '.');
    if (NUMBER.test(text)) object[key] = Number(text);
    else this.unsure.push([...this.path]);
    return true;
  }

  word() {
    const from = this.text[this.at] === "'" ? /'((?:[^!']|![!'panehb])*)'/y : /([^(),:!']+)/y;
    from.lastIndex = this.at;
    const found = from.exec(this.text);
    if (!found) throw new Cut();
    this.at = from.lastIndex;
    return found[0][0] === "'" ? found[1].replace(/!(.)/g, (_, sign) => SIGNS[sign] ?? sign) : found[1];
  }
}
