import { isEscaped, isObject, read, unwrapped, write } from './compact.js';
import { BY_NAME, DATASETS, HYPERPARAMETERS, SAMPLERS } from './hyperparameters.js';
import { readFingerprint, writeFingerprint } from './fingerprint.js';
import { locksIn } from './locks.js';
import { SURFACE_COLORS, clampScale } from './looks.js';
import { DATASET_DEFAULTS, DEFAULTS, NOTHING, withDefaults } from './same.js';
import { FORMAT, checkStudy, startStudy } from './study.js';

/**
 * The state of the page as a link, `#v=1&s=(...)&view=sweep&lang=ko`, and back. Pure functions: any text can be
 * decoded, what is not understood or was lost on the way is named and left out.
 *
 * A link holds every key of the study document, also those at their defaults, in the notation of compact.js. A
 * hyperparameter that stands neither in `fixed` nor in `space` stays out, as in the document: in `fixed` it would make
 * another study of it (the panel tells what was set), and one that hangs on what is drawn has no one default. Their
 * defaults belong to the version of links instead (link.test.js).
 *
 * Its brackets tell a whole study from one that mail or chat has cut; links of earlier pages have none, and leave out
 * what was at its default. A link ends in a letter or a digit: other signs at the end of an address are taken for the
 * sentence's around it.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {object} LinkState
 * @property {Study} [study]
 * @property {string} [view]
 * @property {string} [race] what races
 * @property {string} [plane] the plane of a loss surface, and whose rows it is of
 * @property {string} [hand] a run by hand (views/hand/record.js)
 * @property {string} [decide] what is shown of the search (views/decide/)
 * @property {string} [lesson] the lesson that is open and its step, or a whole lesson (views/lesson/)
 * @property {string} [map] axes, size and window of the trainability map
 * @property {'en' | 'ko'} [lang]
 * @property {'auto' | 'light' | 'dark'} [theme]
 * @property {number} [scale]
 * @property {'all' | 'few'} [rows] how many settings the panel shows
 * @property {string} [color] what colours the response surface, where it is not the score
 * @property {string} [curves] the hyperparameter that colours the loss curves
 * @property {string[]} [controls]
 * @property {import('./fingerprint.js').Fingerprint} [fp] what the study came to where the link was made
 * @property {boolean} [run]
 * @property {string[]} [lock] what is kept as it is (locks.js)
 * @property {string} [recorded] where the stored run of a frame lies
 * @typedef {{what: string, why: string, found?: string}} Skipped why: too_long, unknown, twice, unreadable, lost, a
 *   problem's code. What is lost is a place in the study, `space.learning_rate`, or one that had more in it, `space`,
 *   or all of it, `study`. `found` is the name of data that are not here
 * @typedef {{state: LinkState, skipped: Skipped[], newer: boolean, found: boolean}} Decoded found: a link of ours
 */

export const VERSION = 1;
/** In bytes; a link is ASCII. */
export const LIMIT = 8192;
// Writing

/** Lone surrogates cannot be written as UTF-8. @param {string} value */
const percent = (value) =>
  encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\ufffd'))
    .replaceAll('%20', '+')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll("'", '%27');

/**
 * The link's text from `#` on; null when it would be longer than a link may be.
 * @param {LinkState} state
 * @returns {string | null}
 */
export function encodeLink(state) {
  const parts = [`v=${VERSION}`];
  if (state.study) {
    const { format, ...rest } = withDefaults(state.study);
    parts.push(`s=${percent(write(rest))}`);
  }
  if (state.hand) parts.push(`hand=${percent(state.hand)}`);
  parts.push(`view=${percent(state.view ?? 'sweep')}`);
  if (state.lang) parts.push(`lang=${percent(state.lang)}`);
  if (state.theme && state.theme !== 'auto') parts.push(`theme=${percent(state.theme)}`);
  if (state.race) parts.push(`race=${percent(state.race)}`);
  if (state.plane) parts.push(`plane=${percent(state.plane)}`);
  if (state.map) parts.push(`map=${percent(state.map)}`);
  if (state.decide) parts.push(`decide=${percent(state.decide)}`);
  if (state.lesson) parts.push(`lesson=${percent(state.lesson)}`);
  if (state.scale && state.scale !== 1) parts.push(`scale=${state.scale}`);
  if (state.rows === 'all') parts.push('rows=all');
  if (state.color) parts.push(`color=${percent(state.color)}`);
  if (state.curves) parts.push(`curves=${percent(state.curves)}`);
  if (state.controls?.length) parts.push(`controls=${percent(state.controls.join(','))}`);
  if (state.lock?.length) parts.push(`lock=${percent(state.lock.join(','))}`);
  if (state.fp) parts.push(`fp=${writeFingerprint(state.fp)}`);
  if (state.run) parts.push('run=1');
  const link = `#${parts.join('&')}`;
  return link.length <= LIMIT ? link : null;
}

// Reading

/** Short, on one line, without signs that change how text is read. @param {string} value */
const glance = (value) => {
  const clean = value.replace(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, '\ufffd');
  return clean.length > 32 ? `${clean.slice(0, 31).replace(/\p{Surrogate}/gu, '')}…` : clean;
};

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** Of escapes that are wrong or cut nothing but themselves is lost. @param {string} value */
const unescaped = (value) =>
  value.replace(/(?:%[\da-f]{2})+/gi, (run) => {
    const bytes = Uint8Array.from(run.slice(1).split('%'), (byte) => parseInt(byte, 16));
    return UTF8.decode(bytes);
  });

/** A part's text. @param {string} raw */
function textOf(raw) {
  const once = unescaped(raw);
  // Where signs are still escaped that a link does not escape, the whole was escaped twice; spaces are `+` under it.
  return unescaped((isEscaped(once) ? once : raw).replaceAll('+', ' '));
}

/** The parts of a link, with what mail, chat and documents do to addresses undone. @param {string} hash */
function partsOf(hash) {
  let body = hash.replace(/^#/, '');
  // Quoted printable: `=` is `=3D`, and at the end of a line it only says that the line goes on.
  if (body.startsWith('v=3D'))
    body = body
      .replace(/=[\r\n]+/g, '')
      .replace(/=(?!3D)/g, '')
      .replaceAll('=3D', '=');
  // Lines of quoted mail begin with `>`; Markdown and JSON put backslashes before signs.
  body = body
    .replace(/[\r\n]+[> \t]*|\t/g, '')
    .replace(/\\u00(2[\da-f]|3[\da-f])/gi, (_, code) => String.fromCharCode(parseInt(code, 16)))
    .replaceAll('\\', '');
  if (!body.includes('=')) body = unescaped(/^v%253D/i.test(body) ? unescaped(body) : body);
  return body
    .replace(/&(?:amp(?:;|%3B)|#0*38;|#x0*26;)+/gi, '&')
    .replace(/%(?:25)?26(?=(?:amp;)*[a-z]+=)/gi, '&')
    .split('&');
}

/**
 * Without what the sentence around an address puts behind it.
 * @param {string} value
 * @param {RegExp} ends signs that may be the last
 */
function trimmed(value, ends) {
  let end = value.length;
  while (end && !ends.test(value[end - 1])) end -= 1;
  return value.slice(0, end);
}
/** What is put into a link on its way. */
const NOISE = /[\s>]/g;
/** The rest of a study's text that says nothing. */
const CLOSERS = /^[)'"!]*$/;

/** Words that a value may be, to tell whether one can have lost letters. */
const WORDS = [
  ...DATASETS.map((one) => one.name),
  ...HYPERPARAMETERS.flatMap((one) => one.choices ?? []),
  ...SAMPLERS,
];
/** The one of some words that begins so, if it is only one. @param {string} start @param {string[]} words */
function only(start, words) {
  const found = new Set(words.filter((word) => word.startsWith(start)));
  return found.size === 1 ? [...found][0] : undefined;
}

/**
 * Whether a value that lost what closes it is sure to have lost nothing else.
 * @param {any} value
 * @param {boolean} whole
 */
function isSure(value, whole) {
  if (typeof value === 'string') return only(value, WORDS) === value;
  if (!isObject(value) || !whole) return false;
  // Nothing can follow the last key of choices or of a logarithmic range.
  return value.type === 'categorical'
    ? 'choices' in value
    : 'low' in value && 'high' in value && (value.log === true || /^log/.test(value.scale));
}

const CONTAINERS = ['dataset', 'space', 'fixed'];

/** Leaves out what the end of the text may have changed. @param {import('./compact.js').Read} found
 * @returns {string[]} the places that are lost */
function dropCut({ object, path, whole, closed }) {
  if (closed || !path) return [];
  const lost = [];
  const [top, name] = path;
  if (top !== undefined && !(CONTAINERS.includes(top) && isObject(object[top]))) {
    if (!isSure(object[top], whole)) {
      delete object[top];
      if (top in NOTHING) lost.push(top);
    }
  } else if (top !== undefined) {
    const within = object[top];
    if (name !== undefined && !(path.length === 2 && isSure(within[name], whole))) {
      delete within[name];
      const known = top === 'dataset' ? ['name', ...Object.keys(DATASET_DEFAULTS)] : [...BY_NAME.keys()];
      const full = known.includes(name) ? name : only(name, known);
      if (full && name) lost.push(`${top}.${full}`);
    }
    lost.push(top);
  }
  return lost;
}

/** The study of a link. A key that fails the study's check is named and left out.
 * @param {string} text
 * @param {(what: string, why: string, found?: string) => void} skip
 * @returns {Study | undefined} */
function readStudyText(text, skip) {
  const found = read(text);
  // From here on it is like any other document.
  const object = (found.object = structuredClone(found.object));
  const { path, rest } = found;
  const lost = dropCut(found);
  for (const [top, name] of found.unsure) {
    if (name !== undefined) delete object[top]?.[name];
    lost.push(name === undefined ? top : `${top}.${name}`);
  }
  // A link with brackets that lost its end had every key of this version.
  if (text.startsWith('('))
    lost.push(...(found.closed ? [] : Object.keys(DEFAULTS).filter((key) => !(key in object))));
  else if (path?.length === 1 && !(path[0] in object) && !lost.length)
    lost.push(only(path[0], Object.keys(DEFAULTS)) ?? 'rest');
  const isWritten = isWhole(text);
  const isRead = CLOSERS.test(rest);
  // Of a link that had every key, what is missing says more than what is left of it.
  if (!isRead && !isWritten) skip(`s: ${glance(rest)}`, 'unreadable');
  if (!Object.keys(object).length) {
    skip('study', 'lost');
    return undefined;
  }
  if (isWritten) lost.push(...(isRead ? [] : settingsIn(rest)), ...missingOf(object));
  const isHurt = lost.length > 0 || !isRead;
  /** @param {string} what @param {string} why @param {string} [known] */
  const leave = (what, why, known) => {
    const pieces = why === 'lost' ? [what] : why === 'unknown_key' && isWritten ? pieceOf(what, isHurt) : null;
    if (pieces) lost.push(...pieces);
    else skip(what, why, known);
  };
  const study = checked(object, leave, isHurt);
  for (const what of new Set(lost)) skip(what, 'lost');
  return study;
}

/** A link that the page wrote has every key, those of its data, too; one of somebody else's making has not so many. */
const MANY_KEYS = 7;
const MANY_OF_DATA = 3;

/** Whether the page wrote a study's text, whatever has become of it since. @param {string} text */
function isWhole(text) {
  const named = (/** @type {object} */ all) => Object.keys(all).filter((key) => text.includes(`${key}:`)).length;
  return text.startsWith('(') && named(DEFAULTS) >= MANY_KEYS && named(DATASET_DEFAULTS) >= MANY_OF_DATA;
}

/** The places that every link of the page has, and that are not here. @param {Record<string, any>} object */
function missingOf(object) {
  const { dataset } = object;
  const data = isObject(dataset) ? ['name', ...Object.keys(DATASET_DEFAULTS)].filter((key) => !(key in dataset)) : [];
  return [...data.map((key) => `dataset.${key}`), ...Object.keys(DEFAULTS).filter((key) => !(key in object))];
}

/** Hyperparameters that a text names. @param {string} text */
const settingsIn = (text) =>
  [...text.matchAll(/[(,]([a-z_\d]+):/g)].filter(([, name]) => BY_NAME.has(name)).map(([, name]) => `fixed.${name}`);

/**
 * What was lost where a key is none because a piece is missing in it; null where it may well be one of a later page.
 * @param {string} what
 * @param {boolean} isHurt whether pieces are missing elsewhere
 * @returns {string[] | null}
 */
function pieceOf(what, isHurt) {
  const [group, name] = what.split('.');
  if (name === undefined) return isHurt ? [] : null;
  if (BY_NAME.has(name)) return group === 'dataset' ? [`fixed.${name}`] : null;
  const found = group === 'dataset' ? [] : joinedOf(name, [...BY_NAME.keys()]);
  if (found.length) return found.map((one) => (one ? `${group}.${one}` : group));
  return isHurt ? (group === 'dataset' ? [] : [group]) : null;
}

/** A name's beginning and another's end stand beside each other only where what was between them is missing. */
const SURE = 3;

/**
 * The names of which a piece was lost where this stands: the beginning and the end of one, or of two; empty where
 * several end so.
 * @param {string} text
 * @param {string[]} names
 */
function joinedOf(text, names) {
  const first = names.filter((name) => name.startsWith(text));
  if (first.length) return first.length === 1 ? first : [];
  for (let at = text.length; at >= 0; at--) {
    const [begin, end] = [text.slice(0, at), text.slice(at)];
    const one = names.find((name) => name.startsWith(begin) && name.endsWith(end) && name.length > text.length);
    if (one && text.length >= SURE) return [one];
    if (Math.min(begin.length, end.length) < SURE) continue;
    const [from, ends] = [only(begin, names), names.filter((name) => name.endsWith(end))];
    if (from && ends.length) return [from, ends.length === 1 ? ends[0] : ''];
  }
  return [];
}

/**
 * @param {Record<string, any>} given
 * @param {(what: string, why: string, found?: string) => void} skip
 * @param {boolean} isHurt whether something of the text was lost on its way
 * @returns {Study | undefined}
 */
function checked({ format = FORMAT, ...given }, skip, isHurt) {
  if (format !== FORMAT) skip(`format: ${glance(String(write(format)))}`, 'format');
  const { name } = startStudy().dataset;
  /** @type {any} */
  let study = { format: FORMAT, dataset: { name } };
  const whole = structuredClone({
    ...given,
    ...study,
    dataset: isObject(given.dataset) ? { name, ...given.dataset } : study.dataset,
  });
  if (!checkStudy(whole)) return whole;

  /** @type {[what: string, within: string | null, key: string, value: unknown][]} */
  const pieces = [];
  for (const [key, value] of Object.entries(given)) {
    if (!CONTAINERS.includes(key) || !isObject(value)) pieces.push([key, null, key, value]);
    else for (const [one, inner] of Object.entries(value)) pieces.push([`${key}.${one}`, key, one, inner]);
  }
  // What else is accepted depends on the data set's name.
  pieces.sort((a, b) => Number(b[0] === 'dataset.name') - Number(a[0] === 'dataset.name'));
  /** @param {typeof pieces[0]} piece @returns {string | null} why it was left out */
  const attempt = ([, within, key, value]) => {
    const known =
      within === null
        ? Object.hasOwn(DEFAULTS, key) || Object.hasOwn(NOTHING, key)
        : within === 'dataset'
          ? key === 'name' || Object.hasOwn(DATASET_DEFAULTS, key)
          : BY_NAME.has(key);
    if (!known) return 'unknown_key';
    const next =
      within === null ? { ...study, [key]: value } : { ...study, [within]: { ...study[within], [key]: value } };
    const problem = checkStudy(next);
    if (!problem) study = next;
    return problem?.code ?? null;
  };
  // One may be accepted only after another: a third layer's width, once there are three layers.
  const failed = pieces.filter((piece) => attempt(piece) !== null);
  let kept = pieces.length - failed.length;
  let isCut = false;
  for (const piece of failed) {
    const why = attempt(piece);
    const isName = piece[0] === 'dataset.name';
    // Of data of a kind that the page knows, their table is what is missing.
    isCut ||= isHurt && isName && why === 'missing';
    if (!why) kept += 1;
    else if (isCut && piece[1] === 'dataset') skip('dataset', 'lost');
    else skip(glance(piece[0]), why, isName ? glance(String(piece[3])) : '');
  }
  return kept ? structuredClone(study) : undefined;
}

/** @type {Record<string, (text: string) => Partial<LinkState> | null>} each part's reading; null when it is refused */
const PARTS = {
  // Which views there are is the page's to know.
  view: (view) => (/^[a-z]{1,20}$/.test(view) ? { view } : null),
  race: (race) => (/^([a-z_]{1,20}|\d{1,6}(,\d{1,6}){0,5})$/.test(race) ? { race } : null),
  plane: (plane) => (/^[a-z]{1,20}(,[a-z]{1,20})?$/.test(plane) ? { plane } : null),
  hand: (hand) => (/^\(.*\)$/.test(hand) ? { hand } : null),
  map: (map) => (/^[a-z_0-9]{1,30},[a-z_0-9]{1,30},\d{2,3}(,[-\d.e]{0,24}){0,4}$/.test(map) ? { map } : null),
  lesson: (lesson) => (/^(~[\w-]{1,8000}|[a-z][a-z\d_.]{0,80})$/.test(lesson) ? { lesson } : null),
  decide: (decide) => (/^[a-z_0-9,.]{1,200}$/.test(decide) ? { decide } : null),
  lang: (lang) => (lang === 'en' || lang === 'ko' ? { lang } : null),
  theme: (theme) => (theme === 'auto' || theme === 'light' || theme === 'dark' ? { theme } : null),
  scale: (scale) => (/^\d{1,3}(\.\d{1,3})?$/.test(scale) ? { scale: clampScale(Number(scale)) ?? 1 } : null),
  rows: (rows) => (rows === 'all' || rows === 'few' ? { rows } : null),
  color: (color) => (SURFACE_COLORS.includes(color) ? { color } : null),
  curves: (curves) => (BY_NAME.has(curves) ? { curves } : null),
  lock: (names) => {
    const given = names.split(',').filter(Boolean);
    const lock = locksIn(given);
    return lock.length && lock.length === new Set(given).size ? { lock } : null;
  },
  // A file beside the page, by a plain path.
  recorded: (path) => (/^[\w-][\w./-]{0,200}$/.test(path) && !path.includes('..') ? { recorded: path } : null),
  fp: (text) => {
    const fp = readFingerprint(text);
    return fp && { fp };
  },
  run: (run) => (run === '1' ? { run: true } : run === '0' ? {} : null),
};

/** What a link may end in where it was cut. */
const NAMES = [...Object.keys(PARTS), 'controls'];

/** A link has fewer than a dozen parts; so many are read. */
const MOST_PARTS = 64;

/** Never throws, whatever the text. @param {string} hash with or without `#` @returns {Decoded} */
export function decodeLink(hash) {
  /** @type {Decoded} */
  const decoded = { state: {}, skipped: [], newer: false, found: false };
  const { state, skipped } = decoded;
  const skip = (/** @type {string} */ what, /** @type {string} */ why, found = '') =>
    void skipped.push(found ? { what, why, found } : { what, why });
  const given = String(hash ?? '');
  const parts = given.length > 3 * LIMIT ? [given] : partsOf(given);
  if (parts.join('&').length > LIMIT) {
    skip(glance(given.replace(/^#/, '')), 'too_long');
    return decoded;
  }
  const seen = new Set();
  if (parts.length > MOST_PARTS) skip(glance(parts.splice(MOST_PARTS).join('&')), 'unreadable');
  const end = parts.length - 1;
  // The name of a part may be all that is left of it.
  if (!parts[end].includes('=')) parts[end] = trimmed(parts[end], /[a-z\d]/i);
  parts.forEach((part, at) => {
    if (!part) return;
    const last = at === end;
    const cut = part.indexOf('=');
    const key = textOf(cut < 0 ? part : part.slice(0, cut)).replace(NOISE, '');
    if (key === 's') {
      if (seen.has(key)) return skip(glance(part), 'twice');
      seen.add(key);
      const raw = cut < 0 ? '' : part.slice(cut + 1);
      const text = unwrapped(textOf(last ? raw.replace(/%[\da-f]?[\].,!?'"…>]*$/i, '') : raw));
      const study = readStudyText(last ? trimmed(text, /[a-z\d)']/i) : text, skip);
      if (study) state.study = study;
      return;
    }
    const whole = cut < 0 ? '' : textOf(part.slice(cut + 1)).replace(NOISE, '');
    const value = last ? trimmed(whole, /[a-z\d]/i) : whole;
    const named = glance(`${key}=${value}`);
    // The first letters of a name at a link's end say that its value was lost, and are not the version again.
    const begun = last && cut < 0 && seen.size ? NAMES.filter((name) => name.startsWith(key) && !seen.has(name)) : [];
    if (begun.length) return skip(begun.length > 1 ? 'rest' : begun[0], 'lost');
    if (seen.has(key)) return skip(named, 'twice');
    seen.add(key);
    readPart(key, value, named, decoded, skip);
  });
  if (end && !parts[end] && !seen.has('s')) skip('study', 'lost');
  if (!end && !parts[0] && /[^\s#)\].,!?'"…>]/.test(given)) skip(glance(given.replace(/^#/, '')), 'unreadable');
  // What has lost something waits for its reader.
  if (skipped.some((one) => one.why === 'lost')) delete state.run;
  return decoded;
}

/**
 * @param {string} key
 * @param {string} value
 * @param {string} named
 * @param {Decoded} decoded
 * @param {(what: string, why: string) => void} skip
 */
function readPart(key, value, named, decoded, skip) {
  const { state } = decoded;
  if (key === 'v') {
    if (!/^[1-9]\d{0,8}$/.test(value)) return skip(named, 'unreadable');
    decoded.found = true;
    if (Number(value) <= VERSION) return;
    decoded.newer = true;
    skip(named, 'newer');
  } else if (key === 'controls') {
    const names = value.split(',').filter(Boolean);
    for (const name of names) if (!BY_NAME.has(name)) skip(glance(`controls=${name}`), 'unknown');
    const known = [...new Set(names)].filter((name) => BY_NAME.has(name));
    if (known.length) state.controls = known;
  } else {
    const read = Object.hasOwn(PARTS, key) ? PARTS[key](value) : null;
    if (read) Object.assign(state, read);
    else skip(named, 'unknown');
    if (read?.scale !== undefined && read.scale !== Number(value)) skip(`${named} → ${read.scale}`, 'out_of_range');
  }
}
