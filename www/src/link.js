import { BY_NAME } from './hyperparameters.js';
import { FORMAT, checkStudy, startStudy } from './study.js';

/**
 * The state of the page as a link, `#v=1&s=...&view=sweep&lang=ko`, and back. Pure functions: any text can be decoded,
 * what is not understood is named and left out. What is at its default is not written.
 *
 * A study is written as its JSON with fewer signs: `dataset:(name:digits),fixed:(hidden:!(32)),space:(...)`. Objects
 * are `(key:value,...)`, lists `!(value,...)`; `!t`, `!f` and `!n` are true, false and null; text that is no plain name
 * stands between `'`, with `!'` and `!!` for its own signs.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {object} LinkState
 * @property {Study} [study]
 * @property {string} [view]
 * @property {'en' | 'ko'} [lang]
 * @property {'auto' | 'light' | 'dark'} [theme]
 * @property {number} [scale]
 * @property {string[]} [controls]
 * @property {boolean} [run]
 * @typedef {{what: string, why: string}} Skipped why: too_long, unknown, twice, unreadable, a problem's code
 * @typedef {{state: LinkState, skipped: Skipped[], newer: boolean, found: boolean}} Decoded found: a link of ours
 */

export const VERSION = 1;
/** In bytes; a link is ASCII. */
export const LIMIT = 8192;
const DEPTH = 12;
const NAME = /^[A-Za-z_][\w.-]*$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e-?\d+)?$/;
/** The least and the largest scale. */
export const SCALES = /** @type {const} */ ([0.5, 3]);

/** @param {number} scale @returns {number | null} */
export const clampScale = (scale) => (Number.isFinite(scale) ? Math.max(SCALES[0], Math.min(SCALES[1], scale)) : null);

/** @type {Record<string, any>} what the study format says is meant where a key is missing */
const DEFAULTS = {
  name: '', fixed: {}, space: {}, sampler: { name: 'random' }, pruner: { name: 'none' },
  objective: { metric: 'validation_loss', direction: 'minimize' }, trials: 64, seeds_per_trial: 1, seed: 0,
};
/** @type {Record<string, any>} */
const DATASET_DEFAULTS = {
  samples: null, noise: 0, seed: 0, split: { train: 0.7, validation: 0.15, test: 0.15 }, folds: 1, standardize: true,
};

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The keys of `given` that differ from `defaults`. @param {Record<string, any>} given @param {Record<string, any>} defaults */
const differing = (given, defaults) =>
  Object.fromEntries(Object.entries(given).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key])));

/** A study without what is at its default, which means the same. @param {Study} study @returns {Study} */
export function withoutDefaults(study) {
  return /** @type {Study} */ ({ ...differing(study, DEFAULTS), dataset: differing(study.dataset, DATASET_DEFAULTS) });
}

// Writing

/** @param {unknown} value @returns {string} */
function write(value) {
  if (value === null || value === undefined) return '!n';
  if (typeof value === 'boolean') return value ? '!t' : '!f';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value).replace('e+', 'e') : '!n';
  if (Array.isArray(value)) return `!(${value.map(write).join(',')})`;
  if (isObject(value)) return `(${members(value)})`;
  return text(String(value));
}
/** @param {string} value */
const text = (value) => (NAME.test(value) ? value : `'${value.replace(/[!']/g, '!$&')}'`);
/** @param {Record<string, any>} object */
const members = (object) =>
  Object.entries(object).filter(([, value]) => value !== undefined).map(([key, value]) => `${text(key)}:${write(value)}`).join(',');

/** Lone surrogates cannot be written as UTF-8. @param {string} value */
const percent = (value) =>
  encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\ufffd')).replaceAll('%20', '+').replaceAll('%3A', ':').replaceAll('%2C', ',');

/** The link's text from `#` on; null when it would be longer than a link may be. @param {LinkState} state @returns {string | null} */
export function encodeLink(state) {
  const parts = [`v=${VERSION}`];
  if (state.study && JSON.stringify(state.study) !== JSON.stringify(startStudy())) {
    const { format, ...rest } = withoutDefaults(state.study);
    parts.push(`s=${percent(members(rest))}`);
  }
  if (state.view && state.view !== 'sweep') parts.push(`view=${percent(state.view)}`);
  if (state.lang) parts.push(`lang=${percent(state.lang)}`);
  if (state.theme && state.theme !== 'auto') parts.push(`theme=${percent(state.theme)}`);
  if (state.scale && state.scale !== 1) parts.push(`scale=${state.scale}`);
  if (state.controls?.length) parts.push(`controls=${percent(state.controls.join(','))}`);
  if (state.run) parts.push('run=1');
  const link = `#${parts.join('&')}`;
  return link.length <= LIMIT ? link : null;
}

// Reading

/** Reads the study's text. What was complete before a fault is kept. */
class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** @param {string} sign */
  takes(sign) {
    if (!this.text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  /** @param {number} depth @returns {unknown} */
  value(depth) {
    if (depth > DEPTH) throw new SyntaxError('too deep');
    if (this.takes('!t')) return true;
    if (this.takes('!f')) return false;
    if (this.takes('!n')) return null;
    if (this.takes('!(')) {
      /** @type {unknown[]} */
      const list = [];
      if (this.takes(')')) return list;
      do list.push(this.value(depth + 1));
      while (this.takes(','));
      if (!this.takes(')')) throw new SyntaxError('no end');
      return list;
    }
    if (this.takes('(')) {
      const object = Object.create(null);
      if (this.takes(')')) return object;
      this.members(object, depth + 1);
      if (!this.takes(')')) throw new SyntaxError('no end');
      return object;
    }
    if (this.text[this.at] === "'") return this.word();
    const word = this.word();
    if (!NUMBER.test(word)) return word;
    const number = Number(word);
    return Number.isFinite(number) ? number : word;
  }

  /** @param {Record<string, unknown>} object without a prototype, so that every key is just a key @param {number} depth */
  members(object, depth) {
    do {
      const key = this.word();
      if (!this.takes(':')) throw new SyntaxError('no value');
      object[key] = this.value(depth);
    } while (this.takes(','));
  }

  word() {
    if (this.takes("'")) {
      const from = /((?:[^!']|![!'])*)'/y;
      from.lastIndex = this.at;
      const found = from.exec(this.text);
      if (!found) throw new SyntaxError('no end');
      this.at = from.lastIndex;
      return found[1].replace(/!([!'])/g, '$1');
    }
    const from = /[^(),:!']+/y;
    from.lastIndex = this.at;
    const found = from.exec(this.text);
    if (!found) throw new SyntaxError('no word');
    this.at = from.lastIndex;
    return found[0];
  }
}

/** Short, on one line, without signs that change how text is read. @param {string} value */
const glance = (value) => {
  const clean = value.replace(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, '\ufffd');
  return clean.length > 32 ? `${clean.slice(0, 31).replace(/\p{Surrogate}/gu, '')}…` : clean;
};

/** The study of a link, key by key: a key that fails the study's check is named and left out.
 * @param {string} text @param {(what: string, why: string) => void} skip @returns {Study | undefined} */
function readStudyText(text, skip) {
  const reader = new Reader(text);
  const given = /** @type {Record<string, any>} */ (Object.create(null));
  try {
    reader.members(given, 0);
    if (reader.at < text.length) throw new SyntaxError('more');
  } catch {
    skip(`s: ${glance(text.slice(reader.at)) || '…'}`, 'unreadable');
  }
  if (!Object.keys(given).length) return undefined;
  const start = startStudy();
  /** @type {any} */
  let study = { format: FORMAT, dataset: { name: start.dataset.name } };
  let kept = 0;
  const attempt = (/** @type {string} */ what, /** @type {(study: any) => void} */ change) => {
    const next = structuredClone(study);
    change(next);
    const problem = checkStudy(next);
    if (problem) return skip(glance(what), problem.code);
    study = next;
    kept += 1;
  };
  const { dataset } = given;
  delete given.dataset;
  if (isObject(dataset)) {
    // The name first: what else is accepted depends on it.
    for (const key of Object.keys(dataset).sort((a, b) => Number(b === 'name') - Number(a === 'name')))
      attempt(`dataset.${key}`, (next) => set(next.dataset, key, dataset[key]));
  } else if (dataset !== undefined) skip('dataset', 'wrong_type');
  for (const [key, value] of Object.entries(given)) {
    if (key === 'format') {
      if (value !== FORMAT) skip(`format: ${glance(String(write(value)))}`, 'format');
    } else if ((key === 'fixed' || key === 'space') && isObject(value)) {
      for (const [name, one] of Object.entries(value)) {
        if (BY_NAME.has(name)) attempt(`${key}.${name}`, (next) => set((next[key] ??= {}), name, one));
        else skip(glance(`${key}.${name}`), 'unknown_key');
      }
    } else attempt(key, (next) => set(next, key, value));
  }
  return kept ? study : undefined;
}

/** Sets an own property, whatever its name, from what has no prototypes.
 * @param {object} object @param {string} key @param {unknown} value */
function set(object, key, value) {
  Object.defineProperty(object, key, { value: structuredClone(value), configurable: true, enumerable: true, writable: true });
}

/** @type {Record<string, (text: string) => Partial<LinkState> | null>} each part's reading; null when it is refused */
const PARTS = {
  // Which views there are is the page's to know.
  view: (view) => (/^[a-z]{1,20}$/.test(view) ? { view } : null),
  lang: (lang) => (lang === 'en' || lang === 'ko' ? { lang } : null),
  theme: (theme) => (theme === 'auto' || theme === 'light' || theme === 'dark' ? { theme } : null),
  scale: (scale) => (/^\d{1,3}(\.\d{1,3})?$/.test(scale) ? { scale: clampScale(Number(scale)) ?? 1 } : null),
  run: (run) => (run === '1' ? { run: true } : run === '0' ? {} : null),
};

/** Never throws, whatever the text. @param {string} hash with or without `#` @returns {Decoded} */
export function decodeLink(hash) {
  /** @type {Decoded} */
  const decoded = { state: {}, skipped: [], newer: false, found: false };
  const { state, skipped } = decoded;
  const skip = (/** @type {string} */ what, /** @type {string} */ why) => void skipped.push({ what, why });
  const body = String(hash ?? '').replace(/^#/, '');
  if (body.length > LIMIT) {
    skip(glance(body), 'too_long');
    return decoded;
  }
  const seen = new Set();
  for (const part of body.split('&')) {
    if (!part) continue;
    const cut = part.indexOf('=');
    let key, value;
    try {
      key = decodeURIComponent(cut < 0 ? part : part.slice(0, cut));
      value = cut < 0 ? '' : decodeURIComponent(part.slice(cut + 1).replaceAll('+', ' '));
    } catch {
      skip(glance(part), 'unreadable');
      continue;
    }
    const named = glance(`${key}=${value}`);
    if (seen.has(key)) {
      skip(named, 'twice');
      continue;
    }
    seen.add(key);
    if (key === 'v') {
      if (!/^[1-9]\d{0,8}$/.test(value)) skip(named, 'unreadable');
      else decoded.found = true;
      if (decoded.found && Number(value) > VERSION) {
        decoded.newer = true;
        skip(named, 'newer');
      }
    } else if (key === 's') {
      const study = readStudyText(value, skip);
      if (study) state.study = study;
    } else if (key === 'controls') {
      const names = value.split(',').filter(Boolean);
      for (const name of names) if (!BY_NAME.has(name)) skip(glance(`controls=${name}`), 'unknown');
      const known = [...new Set(names)].filter((name) => BY_NAME.has(name));
      if (known.length) state.controls = known;
    } else {
      const read = Object.hasOwn(PARTS, key) ? PARTS[key](value) : null;
      if (read) Object.assign(state, read);
      if (read?.scale !== undefined && read.scale !== Number(value)) skip(`${named} → ${read.scale}`, 'out_of_range');
      if (read) continue;
      skip(named, 'unknown');
    }
  }
  return decoded;
}
