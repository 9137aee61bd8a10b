import { defineCommand } from './command.js';
import { focusSoon } from './focus.js';

/** The way to what is inside of networks. */
export const MODEL = {
  /** Opens the view on a trial. */
  open_model: defineCommand({
    act: (on, /** @type {number | null} */ trial) => {
      if (trial !== null) on.perform('select', trial);
      on.perform('view', 'model');
      // What was pressed stands in the view that is left.
      focusSoon(on, '#tab-model');
    },
  }),
};
