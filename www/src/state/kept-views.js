import { BY_NAME } from '../study/hyperparameters.js';
import { SEEDS, SIZES } from '../study/map.js';
import { MOST, OVER, STEPS } from '../study/race.js';
import { checkValue, readStudy } from '../study/study.js';
import { DIVERGED } from './map.js';
import { GROUNDS } from './race.js';

/**
 * What is kept between visits of a trained map, whose pixels nobody wants to wait for again, and of a race: who races
 * and what was found for them, as the rest is trained in a moment. Pure. What is read may have been written by an
 * older page, or by anybody: what is not sound in every part is as good as nothing.
 *
 * @typedef {import('./map.js').MapSlice} MapSlice
 * @typedef {import('./map.js').Sheet} Sheet
 * @typedef {import('./map.js').KeptMap} KeptMap
 * @typedef {Pick<import('./race.js').RaceSlice, 'options' | 'contestants' | 'numbers' | 'left' | 'start' | 'found'>}
 *   KeptRace
 */

/** Pixels of all windows that are kept, 13 bytes each: one as large as can be asked for, and smaller ones. */
const MOST_PIXELS = 300_000;
const MOST_SHEETS = 40;

/** What is kept of a map; null of one of which nothing is trained. @param {MapSlice} map */
export function keptMap(map) {
  const { options, key, trial } = map;
  if (!map.done || !options) return null;
  let room = MOST_PIXELS;
  const sheets = [...map.history, map.now]
    .reverse()
    .filter(({ head, known }) => head && (room -= known.length) >= 0)
    .slice(0, MOST_SHEETS)
    .reverse()
    .map(({ counts: _, pixel: __, steps, ...rest }) => ({ ...rest, steps: Uint32Array.from(steps) }));
  return { options, key, trial, sheets };
}

/** @param {any} found what was kept of a map @returns {KeptMap | null} */
export function readMap(found) {
  if (!isObject(found) || !isObject(found.options) || typeof found.key !== 'string') return null;
  const { options, key, trial, sheets } = found;
  const { x, y, size } = options;
  const isSound =
    BY_NAME.has(x) &&
    (y === SEEDS || BY_NAME.has(y)) &&
    SIZES.includes(size) &&
    (trial === null || isCount(trial)) &&
    Array.isArray(sheets) &&
    sheets.length > 0 &&
    sheets.length <= MOST_SHEETS &&
    sheets.every((one) => isSheet(one, x, y));
  return isSound ? { options: { x, y, size }, key, trial, sheets: sheets.map(sheetOf) } : null;
}

/** @param {any} one @param {string} x @param {string} y */
function isSheet(one, x, y) {
  if (!isObject(one) || !isObject(one.head) || !isObject(one.cost) || !isObject(one.backend)) return false;
  const { head, cost, backend, ranges, study, losses, steps, known } = one;
  if (!isAxis(head.x, x) || !isAxis(head.y, y)) return false;
  const n = head.x.values.length * head.y.values.length;
  return (
    n <= MOST_PIXELS &&
    (head.limit === null || isNumber(head.limit)) &&
    (head.metric === 'train_loss' || head.metric === 'validation_loss') &&
    isObject(ranges) &&
    isRange(ranges.x) &&
    (y === SEEDS ? ranges.y === null : isRange(ranges.y)) &&
    'study' in readStudy(study) &&
    losses instanceof Float64Array &&
    steps instanceof Uint32Array &&
    known instanceof Uint8Array &&
    [losses, steps, known].every((list) => list.length === n) &&
    known.every((what) => what <= DIVERGED) &&
    [cost.steps, cost.bytes, cost.workers, one.taken, one.seconds].every(isNumber) &&
    (cost.seconds === null || isNumber(cost.seconds)) &&
    typeof cost.plan === 'string' &&
    (backend.backend === 'cpu' || backend.backend === 'gpu')
  );
}

/** @param {any} axis @param {string} name */
function isAxis(axis, name) {
  if (!isObject(axis) || axis.name !== name || !Array.isArray(axis.values) || !Array.isArray(axis.starts))
    return false;
  const one = BY_NAME.get(name);
  return (
    axis.values.length > 0 &&
    axis.values.every((/** @type {any} */ value) => (one ? checkValue(one, value) === null : isCount(value))) &&
    axis.starts.every(isNumber)
  );
}

/** Ends, or choices. @param {any} range */
const isRange = (range) =>
  isObject(range) && (Array.isArray(range.choices) || (isNumber(range.low) && isNumber(range.high)));

/** A window as the page holds it. @param {any} kept @returns {Sheet} */
function sheetOf({ ranges, head, study, losses, steps, known, taken, seconds, cost, backend }) {
  const counts = new Uint32Array(DIVERGED + 1);
  for (const what of known) counts[what]++;
  const own = { ranges, head, study, losses, known, counts, taken, seconds, cost, backend };
  return { ...own, steps: Float64Array.from(steps), pixel: null, earlier: true };
}

/** What is kept of a race; null before there was one. @param {import('./race.js').RaceSlice} race
 * @returns {KeptRace | null} */
export const keptRace = ({ options, contestants, numbers, left, start, found }) =>
  contestants.length ? { options, contestants, numbers, left, start, found } : null;

/** @param {any} kept what was kept of a race @returns {KeptRace | null} */
export function readRace(kept) {
  if (!isObject(kept) || !isObject(kept.options) || typeof kept.found !== 'string') return null;
  const { contestants, numbers, left, start, found } = kept;
  const { over, ground, rows, steps, tuned } = kept.options;
  const isSound =
    OVER.includes(over) &&
    GROUNDS.includes(ground) &&
    (rows === 'validation' || rows === 'train') &&
    isCount(steps) &&
    steps >= STEPS.least &&
    steps <= STEPS.most &&
    typeof tuned === 'boolean' &&
    isCount(left) &&
    Array.isArray(numbers) &&
    numbers.every(isCount) &&
    (start === null || (Array.isArray(start) && start.length === 2 && start.every(isNumber))) &&
    Array.isArray(contestants) &&
    contestants.length > 0 &&
    contestants.length <= MOST &&
    contestants.every(isContestant);
  if (!isSound) return null;
  const options = { over, ground, rows, steps, tuned };
  return { options, contestants: contestants.map(contestantOf), numbers, left, start, found };
}

/** @param {any} one */
function isContestant(one) {
  if (!isObject(one) || typeof one.key !== 'string' || !isObject(one.params)) return false;
  const { params, repeat, changes, edited, trial, search } = one;
  const isLoss = (/** @type {unknown} */ loss) => loss === null || typeof loss === 'number';
  return (
    Object.entries(params).every(([name, value]) => {
      const known = BY_NAME.get(name);
      return known !== undefined && checkValue(known, value) === null;
    }) &&
    isCount(repeat) &&
    Array.isArray(changes) &&
    changes.every((each) => Array.isArray(each) && each.length === 2 && each.every(isNumber)) &&
    (edited === undefined || typeof edited === 'boolean') &&
    (trial === undefined || isCount(trial)) &&
    (search === undefined ||
      (isObject(search) &&
        Array.isArray(search.rates) &&
        search.rates.every(isNumber) &&
        Array.isArray(search.losses) &&
        search.losses.length === search.rates.length &&
        search.losses.every(isLoss)))
  );
}

/** One who races, without whatever else was kept of them. @param {any} kept
 * @returns {import('../study/race.js').Contestant} */
const contestantOf = ({ key, params, repeat, changes, edited, trial, search }) => ({
  key,
  params,
  repeat,
  changes,
  ...(edited !== undefined && { edited }),
  ...(trial !== undefined && { trial }),
  ...(search && { search: { rates: search.rates, losses: search.losses } }),
});

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value @returns {value is number} */
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
/** @param {unknown} value @returns {value is number} */
const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
