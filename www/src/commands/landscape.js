import { defineCommand } from './command.js';

/** @typedef {import('../state/landscape.js').LandscapeOptions} LandscapeOptions */

/** Trials that have weights to look around. */
const WITH_WEIGHTS = ['complete', 'pruned', 'diverged'];

/** The loss in the space of weights. */
export const LANDSCAPE = {
  /** Works out the loss around the selected trial; what is there already stays. */
  landscape: defineCommand({
    act: ({ store, slices, runner }, /** @type {Partial<LandscapeOptions> | undefined} */ changes) => {
      const { landscape, selected } = store;
      const options = { ...landscape.options, ...changes };
      const isSame = options.plane === landscape.options.plane && options.rows === landscape.options.rows;
      if (!selected || !WITH_WEIGHTS.includes(selected.state)) {
        runner.leaveLandscape();
        slices.landscape.put({ options });
      } else if (!isSame || landscape.trial !== selected.number || landscape.state === 'none') {
        void runner.landscape(selected.number, options);
      }
    },
  }),
  leave_landscape: defineCommand({ act: ({ runner }) => runner.leaveLandscape() }),
};
