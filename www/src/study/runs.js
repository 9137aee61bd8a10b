import { TRIALS_LIMIT } from './study.js';

/**
 * What is kept of runs in short, so that hundreds can be listed without reading what they trained. Pure.
 *
 * @typedef {import('./contrast.js').Aspect} Aspect
 * @typedef {'running' | 'finished' | 'stopped' | 'failed' | 'interrupted' | 'imported'} RunEnd
 * @typedef {object} RunRecord
 * @property {string} id
 * @property {number} place from 0 on, which its letter is of
 * @property {string} name that the reader gave it, or none
 * @property {string} note
 * @property {boolean} pinned
 * @property {number} started in ms of the clock
 * @property {number | null} ended
 * @property {RunEnd} state interrupted: its page went away in mid-run
 * @property {string} tab that trains it
 * @property {string} backend
 * @property {string} dataset
 * @property {string} task
 * @property {string} metric that its trials are ranked by
 * @property {string} direction
 * @property {number} trials
 * @property {number} done
 * @property {number | null} best score
 * @property {number | null} bestTrial
 * @property {[string, Aspect][]} about in what it differs from the run before it
 * @property {string[]} swept
 * @property {number} bytes that it takes
 */

/** What is kept at most. */
export const ROOM = { bytes: 100e6, runs: 200 };
/** What names and notes may have, in characters. */
export const NAME_LIMIT = 60;
export const NOTE_LIMIT = 1000;

const LETTERS = 26;

/** A, B, … Z, AA, AB, … @param {number} place from 0 on */
export function letterOf(place) {
  let text = '';
  for (let left = place; left >= 0; left = Math.floor(left / LETTERS) - 1)
    text = String.fromCharCode(65 + (left % LETTERS)) + text;
  return text;
}

/** The place behind all others. @param {Iterable<{place: number}>} records */
export function nextPlace(records) {
  let place = 0;
  for (const one of records) place = Math.max(place, one.place + 1);
  return place;
}

/** In the order in which they began. @param {RunRecord} a @param {RunRecord} b */
export const byAge = (a, b) => a.started - b.started || a.place - b.place || (a.id < b.id ? -1 : 1);

/**
 * Which runs go so that one has room: the oldest that are not pinned, and none that is held.
 * @param {Pick<RunRecord, 'id' | 'started' | 'place' | 'pinned' | 'bytes'>[]} records all others, too
 * @param {string} id of the run that wants room
 * @param {ReadonlySet<string>} held those that stay, pinned or not
 * @param {{bytes: number, runs: number}} room
 * @returns {{gone: string[], fits: boolean}} fits: whether it has room then; where it has none, nobody goes
 */
export function makeRoom(records, id, held = new Set(), room = ROOM) {
  let bytes = 0;
  for (const one of records) bytes += one.bytes;
  let runs = records.length;
  const gone = [];
  const old = records
    .filter((one) => one.id !== id && !one.pinned && !held.has(one.id))
    .sort((a, b) => byAge(/** @type {RunRecord} */ (a), /** @type {RunRecord} */ (b)));
  for (const one of old) {
    if (bytes <= room.bytes && runs <= room.runs) break;
    gone.push(one.id);
    bytes -= one.bytes;
    runs--;
  }
  const fits = bytes <= room.bytes && runs <= room.runs;
  return { gone: fits ? gone : [], fits };
}

/** @param {unknown} value @param {number} [most] */
const isText = (value, most = 200) => typeof value === 'string' && value.length <= most;
/** @param {unknown} value */
const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
/** @param {unknown} value */
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
/** @type {RunEnd[]} */
const STATES = ['running', 'finished', 'stopped', 'failed', 'interrupted', 'imported'];
/** Places that a letter is made of, at most. */
const MOST_PLACES = 1e6;
const MOST_ABOUT = 2;

/** What was kept may have been written by an older page, or by anybody.
 * @param {any} one @returns {one is RunRecord} */
export const isRecord = (one) =>
  typeof one === 'object' &&
  one !== null &&
  /^[\w-]{1,40}$/.test(one.id) &&
  isText(one.name, NAME_LIMIT) &&
  isText(one.note, NOTE_LIMIT) &&
  typeof one.pinned === 'boolean' &&
  isCount(one.place) &&
  one.place < MOST_PLACES &&
  isNumber(one.started) &&
  (one.ended === null || isNumber(one.ended)) &&
  STATES.includes(one.state) &&
  ['tab', 'backend', 'dataset', 'task', 'metric', 'direction'].every((key) => isText(one[key])) &&
  ['trials', 'done'].every((key) => isCount(one[key]) && one[key] <= TRIALS_LIMIT) &&
  isCount(one.bytes) &&
  (one.best === null || isNumber(one.best)) &&
  (one.bestTrial === null || isCount(one.bestTrial)) &&
  Array.isArray(one.swept) &&
  one.swept.every((/** @type {unknown} */ name) => isText(name)) &&
  Array.isArray(one.about) &&
  one.about.length <= MOST_ABOUT &&
  one.about.every(
    (/** @type {any} */ each) =>
      Array.isArray(each) && isText(each[0]) && typeof each[1] === 'object' && each[1] !== null,
  );

/** A name that nobody else has. */
export const freshId = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
