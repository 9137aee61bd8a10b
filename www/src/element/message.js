/**
 * What a frame and the page around it say to each other. Pure: whatever comes is looked at before anything is done.
 *
 * To the frame: `{format, do, id?, value?}`. From it: `{format, event, detail, id?}`.
 */

export const MESSAGE = 'tuning-playground/message@1';

/** What `get` reads of the element. */
const READ = ['study', 'result', 'view', 'backend', 'theme', 'lang', 'controls'];

/** What a page may ask for, and what it has to give: the verbs and properties of the element. */
const VERBS = /** @type {Record<string, (value: any) => boolean>} */ ({
  run: (value) => value === undefined,
  pause: (value) => value === undefined,
  resume: (value) => value === undefined,
  stop: (value) => value === undefined,
  openTest: (value) => Number.isSafeInteger(value) && value >= 0,
  get: (value) => READ.includes(value),
  study: (value) => isText(value, MOST) || isPlain(value),
  recorded: (value) => isText(value, MOST) || isPlain(value),
  view: (value) => isText(value, SHORT),
  theme: (value) => ['auto', 'light', 'dark'].includes(value),
  lang: (value) => isText(value, SHORT),
  backend: (value) => ['auto', 'gpu', 'cpu'].includes(value),
  controls: (value) => isText(value, LONG),
});
/** Letters of a word, of a list and of a document. */
const SHORT = 32;
const LONG = 1000;
const MOST = 4e6;

/** @param {unknown} value @param {number} most */
const isText = (value, most) => typeof value === 'string' && value.length <= most;
/** @param {unknown} id */
const isId = (id) => isText(id, SHORT) || Number.isSafeInteger(id);
/** @param {unknown} value @returns {value is Record<string, any>} */
const isPlain = (value) =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value)) &&
  !Array.isArray(value);

/** @typedef {{do: string, id: string | number | null, value: any}} Wish */

/** What a message asks for; null of what is none of ours. @param {unknown} data @returns {Wish | null} */
export function readMessage(data) {
  if (!isPlain(data) || data.format !== MESSAGE) return null;
  const { format: _, do: verb, id = null, value, ...rest } = data;
  if (Object.keys(rest).length || typeof verb !== 'string' || !Object.hasOwn(VERBS, verb)) return null;
  return (id === null || isId(id)) && VERBS[verb](value) ? { do: verb, id, value } : null;
}

/** What is wrong with a message that waits for an answer and is none of ours; null where nobody waits.
 * @param {unknown} data @returns {string | null} */
export function refusalOf(data) {
  if (!isPlain(data) || data.format !== MESSAGE || !isId(data.id)) return null;
  const { format: _, do: verb, id: __, value: ___, ...rest } = data;
  const [other] = Object.keys(rest);
  if (other !== undefined) return `a message has format, do, value and id, and no ${other.slice(0, SHORT)}`;
  const isKnown = typeof verb === 'string' && Object.hasOwn(VERBS, verb);
  if (!isKnown) return `do is one of: ${Object.keys(VERBS).join(', ')}`;
  return verb === 'get' ? `get takes one of: ${READ.join(', ')}` : `${verb} does not take this value`;
}

/** @param {string} event @param {unknown} detail
 * @param {string | number | null} [id] of the message that it answers */
export const messageOf = (event, detail, id = null) => ({
  format: MESSAGE,
  event,
  detail,
  ...(id !== null && { id }),
});

/** The height that a frame is good at, by its width: that of its design at 640 x 420, more where figures lie one below
 * the other, or under the step of a lesson. @param {number} width @param {boolean} [isTaught] */
export const heightFor = (width, isTaught = false) =>
  width < 440 ? (isTaught ? 720 : 560) : Math.round(Math.max(320, Math.min(620, (width * 420) / 640)));
