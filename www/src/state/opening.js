import { Slice } from './slice.js';

/**
 * What a first visitor meets: a stored example, a guess, and three ways on; and the replay of a run's epochs.
 *
 * @typedef {import('./trials.js').Trials} Trials
 * @typedef {'example' | 'guess' | 'running' | 'doors'} Step
 * @typedef {object} Replay
 * @property {Trials} of the run that is replayed
 * @property {number | null} best of it
 * @property {Trials} cut what is shown of it
 * @property {number} epoch that is shown
 * @property {number} last
 */

export class OpeningSlice extends Slice {
  /** @param {import('./types.js').Touch} mark */
  constructor(mark) {
    super(mark, 'opening');
    /** @type {Step | null} none for whoever has been here before */ this.step = null;
    /** @type {number | null} the learning rate that the reader thinks best */ this.guess = null;
    /** @type {string | null} the run that the guess is about */ this.run = null;
    /** @type {string} the door whose runs are being trained */ this.door = '';
    /** @type {{key: string, values: Record<string, unknown>} | null} what came of the last door */ this.said = null;
    /** @type {Replay | null} */ this.replay = null;
  }
}

/** A replay makes trials anew for each epoch: of more epochs than these it would stutter. */
const MOST_EPOCHS = 40_000;

/** The most epochs that a trial has. @param {Trials} trials */
export function epochsOf(trials) {
  let most = 0;
  for (const one of trials.values()) most = Math.max(most, one.epochs.length);
  return most;
}

/** Whether the run shown has ended and has epochs to be replayed.
 * @param {{state: string, whole: boolean, trials: Trials, other: unknown}} store */
export const canReplay = ({ state, whole, trials, other }) =>
  state === 'idle' &&
  whole &&
  !other &&
  trials.begun > 0 &&
  trials.epochs > trials.begun &&
  trials.epochs < MOST_EPOCHS;
