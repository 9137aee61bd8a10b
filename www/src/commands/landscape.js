import { save, saved } from '../platform/saved.js';
import { planeIn, planeWords, reachOf } from '../state/landscape.js';
import { PARTNERS, partnersOf } from '../state/partners.js';
import { defineCommand } from './command.js';

/** @typedef {import('../state/landscape.js').LandscapeOptions} LandscapeOptions */

const KEPT = 'tuning-playground.landscape';

/** What was looked at when the page was last here. */
const landscapeKept = () => saved(KEPT);

/** What makes another surface of the same plane. */
const SAME = /** @type {const} */ (['rows', 'limit', 'side']);

/** The loss in the space of weights. */
export const LANDSCAPE = {
  /** What was chosen in an earlier visit. */
  recall_landscape: defineCommand({ act: ({ slices }) => slices.landscape.recall(landscapeKept()) }),

  /** The plane that a link names. */
  plane_from: defineCommand({
    act: ({ store, slices, perform }, /** @type {string} */ words) => {
      const wanted = planeIn(words);
      if (!wanted || planeWords(wanted) === planeWords(store.landscape.options)) return;
      if (store.landscape.trial === null) slices.landscape.put({ options: { ...store.landscape.options, ...wanted } });
      else perform('landscape', { ...wanted, isLinked: true });
    },
  }),

  /** Works out the loss around the selected trial; what is there already stays. */
  landscape: defineCommand({
    act: (
      { store, slices, runner },
      /** @type {(Partial<LandscapeOptions> & {isLinked?: boolean}) | undefined} */ { isLinked, ...changes } = {},
    ) => {
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
      const isSame = isSamePlane && SAME.every((key) => options[key] === before[key]);
      if (!selected || !reachOf(selected)) {
        runner.leaveSurface();
        slices.landscape.put({ options });
      } else if (!isSame || !isOwn || landscape.state === 'none') {
        void runner.surface((one) => one.begin(selected.number, options));
      } else if (String(options.extent) !== String(before.extent)) {
        void runner.surface((one) => one.frame(options));
      }
      // What was chosen here is kept between visits; guests keep nothing.
      if (store.whole && !isLinked && (changes?.plane || changes?.rows)) save(KEPT, landscape.kept);
    },
  }),
  /** The trial that is looked at has been trained further. */
  follow_landscape: defineCommand({ act: ({ runner }) => void runner.surface((one) => one.follow()) }),
  leave_landscape: defineCommand({ act: ({ runner }) => runner.leaveSurface() }),
};
