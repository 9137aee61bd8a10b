import { defineCommand } from './command.js';

/**
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 */

/** What is inside of networks, as the view of it has them. */
export const NETWORKS = {
  /** Looks into a trial's network, in the place of another, or into none. */
  model: defineCommand({
    act: async (
      { runner },
      /** @type {{slot: 0 | 1, wanted: {trial: Trial, study: Study} | null}} */ { slot, wanted },
    ) => (await runner.models()).open(slot, wanted),
  }),
  /** What a network is at a point of its way. */
  model_look: defineCommand({
    act: async (
      { runner },
      /** @type {{slot: 0 | 1, asked: Parameters<import('../engine/modeling.js').Modeling['look']>[1]}} */ {
        slot,
        asked,
      },
    ) => (await runner.models()).look(slot, asked),
  }),
  /** Trains a network once more, as its weights are not there, or those on the way. */
  model_again: defineCommand({
    act: async ({ runner }, /** @type {0 | 1} */ slot) => (await runner.models()).again(slot),
  }),
  leave_model: defineCommand({ act: async ({ runner }) => (await runner.looking)?.leave() }),
};
