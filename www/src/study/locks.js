import { BY_NAME } from './hyperparameters.js';

/**
 * What a teacher's link keeps as it is: hyperparameters by name, and these. Pure.
 *
 * @typedef {import('./types.js').Study} Study
 */

/** `test` hides the test set, and changes nothing of a study. */
export const LOCKS = ['data', 'search', 'budget', 'test'];

/** @type {Record<string, (study: Study, row: (name: string) => unknown) => unknown>} */
const PARTS = {
  data: ({ dataset }) => dataset,
  search: ({ sampler, pruner, objective, stages }) => [sampler, pruner, objective, stages ?? null],
  budget: ({ trials, seeds_per_trial: seeds = 1, budget = null, stages = null }, row) => [
    trials ?? 64,
    seeds,
    budget,
    stages,
    row('epochs'),
  ],
};

/** What a study says of a lock. @param {Study} study @param {string} lock */
function heldBy(study, lock) {
  const row = (/** @type {string} */ name) => [study.fixed?.[name] ?? null, study.space?.[name] ?? null];
  if (Object.hasOwn(PARTS, lock)) return JSON.stringify(PARTS[lock](study, row));
  // Widths are given in one of several ways.
  const names =
    lock === 'hidden' || /^(hidden_|units_)/.test(lock) ? ['hidden', 'hidden_layers', 'hidden_units'] : [lock];
  return JSON.stringify(names.map(row));
}

/** The first lock that a change does not keep; null where it keeps all.
 * @param {ReadonlySet<string>} locks @param {Study} before @param {Study} next */
export function brokenLock(locks, before, next) {
  for (const lock of locks) if (heldBy(before, lock) !== heldBy(next, lock)) return lock;
  return null;
}

/** Names that may be locked, of a list. @param {string[]} names */
export const locksIn = (names) => [...new Set(names)].filter((one) => LOCKS.includes(one) || BY_NAME.has(one));
