import { Slice } from './slice.js';

/**
 * @typedef {object} ModelHead what does not change of a network while it trains
 * @property {number} derived features that are made of the first two
 * @property {number} inputs
 * @property {number[]} widths of each layer, the outputs last
 * @property {string} activation
 * @property {string} loss
 * @property {'classes' | 'numbers'} task
 * @property {string[]} features their names
 * @property {string[]} classes their names; empty of numbers
 * @property {number[]} tellers features, those first that tell most of the answers
 * @property {number} n_train
 * @property {number} n_validation
 * @property {number} parameters
 * @property {[number, number][]} scaling mean and deviation of each feature, last of the target
 * @property {number} epoch_steps
 * @property {number} steps of the whole training
 * @property {boolean} averaged whether what it ended with is an average of weights, beside the way there
 * @property {number} work multiplications of it
 * @typedef {object} Way what is known of the way to a network
 * @property {number[]} steps of its points, from 0
 * @property {number | null} diverged_at
 * @property {boolean | null} same whether the trial, trained once more, came to the very weights that it had
 * @property {boolean} known whether there is more than the initial weights
 * @typedef {object} Sight one network that is looked into
 * @property {number | null} trial
 * @property {'none' | 'loading' | 'absent' | 'ready' | 'failed'} state absent: nobody has its weights
 * @property {import('../study/types.js').Problem | null} problem
 * @property {ModelHead | null} head
 * @property {Way} way
 * @property {boolean} live whether it trains
 * @property {number | null} share of a training once more that is done, while it is under way
 * @property {number} opened counts what was looked into
 */

/** @returns {Omit<Sight, 'opened'>} */
const nothing = () => ({
  trial: null,
  state: 'none',
  problem: null,
  head: null,
  way: { steps: [0], diverged_at: null, same: null, known: false },
  live: false,
  share: null,
});

/** The networks that are looked into: the selected trial's, and the pinned one's beside it. */
export class ModelSlice extends Slice {
  /** @param {import('./types.js').Touch} mark */
  constructor(mark) {
    super(mark, 'model');
    /** @private */ this.count = 0;
    /** @type {[Sight, Sight]} */
    this.sights = [
      { ...nothing(), opened: 0 },
      { ...nothing(), opened: 0 },
    ];
  }

  /** Another network is looked into, or none. @param {0 | 1} slot @param {Partial<Sight>} [sight] */
  open(slot, sight = {}) {
    this.sights[slot] = { ...nothing(), ...sight, opened: ++this.count };
    this.touch();
  }

  /** @param {0 | 1} slot @param {Partial<Sight>} changes */
  change(slot, changes) {
    this.sights[slot] = { ...this.sights[slot], ...changes };
    this.touch();
  }
}
