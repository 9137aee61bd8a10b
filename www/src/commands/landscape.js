import { PARTNERS, partnersOf } from '../state/partners.js';
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
      const { options: before } = landscape;
      const isOwn = landscape.trial === selected?.number;
      const options = { ...before, ...changes };
      // Another plane is framed anew; other rows are those of the same plane.
      if (!isOwn || changes?.plane) {
        const wanted = PARTNERS[options.plane] ?? 0;
        options.others = partnersOf(store, wanted);
        if (options.others.length < wanted) Object.assign(options, { plane: 'random', others: [] });
      }
      const isSamePlane = options.plane === before.plane && String(options.others) === String(before.others);
      if (!isOwn || !isSamePlane) options.extent = changes?.extent ?? null;
      const isSame = isSamePlane && options.rows === before.rows;
      if (!selected || !WITH_WEIGHTS.includes(selected.state)) {
        runner.leaveLandscape();
        slices.landscape.put({ options });
      } else if (!isSame || !isOwn || landscape.state === 'none') {
        void runner.landscape(selected.number, options);
      } else if (String(options.extent) !== String(before.extent)) {
        void runner.frameLandscape(options);
      }
    },
  }),
  leave_landscape: defineCommand({ act: ({ runner }) => runner.leaveLandscape() }),
};
