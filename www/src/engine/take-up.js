import { eventOf } from '../state/trials.js';

/**
 * A run that was cut off goes on: what had ended is told to the new session as it stands, and trials that were open
 * go on from the last snapshot that was kept of them. Pure.
 *
 * @typedef {import('../study/types.js').Assignment} Assignment
 * @typedef {import('../study/types.js').HeldResult} HeldResult
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {{number: number, epochs: number, words: Uint32Array}} Open a trial between two epochs, as the engine
 * writes it
 * @typedef {object} Before what is left of the run
 * @property {string} id
 * @property {import('../study/types.js').Study} study
 * @property {import('../state/trials.js').Trials} trials
 * @property {HeldResult['engine']} engine that trained it
 * @property {Open[]} open
 */

/** Trials with these states have all that they are going to have. */
const WHOLE = ['complete', 'pruned', 'diverged'];

/** The snapshots that words consist of (`TrialSnapshot::write` in src/trainer/snapshot.rs): each begins with how
 * many words follow, its number and its epochs. What does not add up is left out. @param {Uint32Array} words
 * @returns {Open[]} */
export function snapshotsIn(words) {
  /** @type {Open[]} */
  const found = [];
  for (let at = 0; at + 2 < words.length;) {
    const end = at + 1 + words[at];
    if (end > words.length || words[at] < 4) break;
    found.push({ number: words[at + 1], epochs: words[at + 2], words: words.slice(at, end) });
    at = end;
  }
  return found;
}

/** Whether what trains now gives a run the bits that it had.
 * @param {HeldResult['engine']} before @param {{numerics: number, backend: string, adapter: string | null}} now */
export const givesSameBits = (before, now) =>
  before.numerics === now.numerics &&
  before.backend === now.backend &&
  (now.backend === 'cpu' || before.adapter === now.adapter);

/**
 * What of a round need not be trained again: events of the trials that have ended, and of those that go on as far as
 * they had come; and where these go on. A trial that was drawn otherwise is another one, and is trained from its
 * start.
 * @param {Assignment[]} round @param {Before} before
 * @returns {{told: Float64Array, rest: Assignment[], from: Map<number, Uint32Array>, steps: number}} steps of
 *   those that go on
 */
export function takenUp(round, { trials, open }) {
  /** @type {number[]} */
  const told = [];
  /** @type {Assignment[]} */
  const rest = [];
  /** @type {Map<number, Uint32Array>} */
  const from = new Map();
  const snapshots = new Map(open.map((one) => [one.number, one]));
  let steps = 0;
  for (const assignment of round) {
    const { number, params } = assignment.trial;
    const trial = trials.get(number);
    const isSame = trial && JSON.stringify(trial.params) === JSON.stringify(params);
    if (isSame && WHOLE.includes(trial.state)) {
      eventOf(trial, trial.state, trial.epochs.length, told);
      continue;
    }
    const snapshot = isSame ? snapshots.get(number) : undefined;
    // The text is written after the snapshots are taken, so it has no fewer epochs than they have.
    if (trial && snapshot && snapshot.epochs > 0 && snapshot.epochs <= trial.epochs.length) {
      eventOf(trial, 'running', snapshot.epochs, told);
      from.set(number, snapshot.words);
      steps += (trial.steps * snapshot.epochs) / trial.epochs.length;
      rest.push({ ...assignment, from_epoch: snapshot.epochs });
    } else rest.push(assignment);
  }
  return { told: Float64Array.from(told), rest, from, steps };
}

/** @param {Uint32Array[]} parts */
export function joined(parts) {
  const all = new Uint32Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) {
    all.set(one, at);
    at += one.length;
  }
  return all;
}
