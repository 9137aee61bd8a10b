/**
 * Where the trials of a population stand, and whose weights each went on with. Pure.
 *
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {{trial: Trial, place: number, from: number, to: number, parent: number | null}} Stretch a trial's own
 *   epochs, at a place of the population; `parent` is the index of the stretch that it goes on from
 */

/** The states of trials whose place is free. */
const GONE = ['pruned', 'diverged'];

/**
 * The own epochs of each trial, in the order of their numbers. A copy stands where a trial has ended; where none has,
 * as in a part of a run, at a place of its own.
 * @param {Trial[]} trials @returns {{stretches: Stretch[], places: number}}
 */
export function lineageOf(trials) {
  /** @type {Stretch[]} */
  const stretches = [];
  /** @type {Map<number, number>} */
  const index = new Map();
  /** @type {Stretch[]} who stands at each place */
  const standing = [];
  for (const trial of trials) {
    const { copy_of: copied, epochs } = trial;
    const from = copied?.epoch ?? 0;
    const isFree = (/** @type {Stretch} */ one) => GONE.includes(one.trial.state) && one.to <= from;
    const free = copied ? standing.findIndex(isFree) : -1;
    const place = free < 0 ? standing.length : free;
    const parent = copied ? (index.get(copied.trial) ?? null) : null;
    const stretch = { trial, place, from, to: Math.max(from, epochs.length), parent };
    standing[place] = stretch;
    index.set(trial.number, stretches.length);
    stretches.push(stretch);
  }
  return { stretches, places: standing.length };
}

/** A stretch and those that its weights came through, the first of them last.
 * @param {Stretch[]} stretches @param {number} at @returns {Stretch[]} */
export function wayOf(stretches, at) {
  const way = [];
  for (let k = /** @type {number | null} */ (at); k !== null && stretches[k]; k = stretches[k].parent)
    way.push(stretches[k]);
  return way;
}

/** The stretch that stands nearest to a place at an epoch; -1 where there is none.
 * @param {Stretch[]} stretches @param {number} place @param {number} epoch */
export function standingAt(stretches, place, epoch) {
  let [found, near] = [-1, Infinity];
  for (const [k, one] of stretches.entries()) {
    if (one.place !== place) continue;
    const far = epoch < one.from ? one.from - epoch : Math.max(0, epoch - one.to);
    if (far < near || (far === near && one.from <= epoch)) [found, near] = [k, far];
  }
  return found;
}

/** What a copy has otherwise than the trial that it went on from.
 * @param {Trial} trial @param {Trial | undefined} parent @returns {[string, unknown, unknown][]} */
export const movedIn = ({ params }, parent) =>
  parent ? Object.keys(params).flatMap((name) => moved(name, parent.params[name], params[name])) : [];

/** @param {string} name @param {unknown} before @param {unknown} now @returns {[string, unknown, unknown][]} */
const moved = (name, before, now) => (before === now ? [] : [[name, before, now]]);
