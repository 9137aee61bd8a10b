import { later } from '../platform/later.js';
import { save } from '../platform/saved.js';
import { defineCommand } from './command.js';
import { RUN_BUTTON, focusSoon } from './focus.js';
import { OPENING_KEY, endReplay } from './opening.js';

/** @typedef {import('./command.js').On} On */

/** Trains the study of the panel. @param {On} on @returns {Promise<boolean>} whether to its end */
const trained = async ({ page, store }) => {
  await page.run().catch(() => {});
  return store.outcome === 'finished';
};

/** The scene of the first visit. */
export const SCENE = {
  /** The scene is gone for good, and the example with it; runs stay. */
  leave_opening: defineCommand({
    act: (on) => {
      const { store, slices, runner } = on;
      save(OPENING_KEY, 'seen');
      endReplay(on);
      if (store.isExample && store.state === 'idle') runner.showNothing();
      slices.opening.put({ step: null, said: null, guess: null }, 'trials');
      focusSoon(on, RUN_BUTTON);
    },
  }),
  /** Asks for a guess before the example's networks are trained here; where there is nothing to guess, trains them. */
  train_here: defineCommand({
    act: async (on) => {
      const { store, slices } = on;
      endReplay(on);
      const range = store.study.space?.learning_rate;
      if (range?.type !== 'float' || store.stale) return on.perform('guess', null);
      const { cutAt } = await later('opening');
      // Where the networks lie, and nothing of what became of them.
      if (store.isExample) slices.trials.swap(cutAt(store.shownStudy, store.trials, 0), null);
      slices.opening.put({ step: 'guess' }, 'trials');
      return undefined;
    },
  }),
  /** The learning rate that the reader thinks best, or none; the networks are trained. */
  guess: defineCommand({
    when: (store) => store.state === 'idle',
    act: async (on, /** @type {number | null} */ guess) => {
      const { store, slices } = on;
      slices.opening.put({ step: 'running', guess, run: null });
      await trained(on);
      if (slices.opening.step !== 'running') return;
      // A run that was refused leaves the question where it was.
      const step = store.isExample ? 'guess' : 'doors';
      slices.opening.put({ step, run: store.shelf.shown }, 'trials');
    },
  }),
  /** The reader has begun a run by another way. */
  opening_doors: defineCommand({
    act: ({ slices }) => slices.opening.put({ step: 'doors', guess: null }),
  }),
  /** One of the ways on: sets up what it shows, and trains it. */
  door: defineCommand({
    when: (store, /** @type {string} */ _) => store.state === 'idle' && !store.readOnly && !store.opening.door,
    act: async (on, name) => {
      endReplay(on);
      const { DOORS } = await later('opening');
      if (on.store.shelf.beside) on.perform('compare_run', null);
      on.slices.opening.put({ door: name, said: null });
      // A race goes to its own view; what all others train is seen here.
      on.perform('view', 'sweep');
      const said = await DOORS[name]({ ...on, trained: () => trained(on) });
      on.slices.opening.put({ door: '', said: said ?? null });
    },
  }),
  /** Two optimizers leave one start, in their own view. */
  race_two: defineCommand({
    act: ({ store, slices, perform }, /** @type {import('../study/race.js').Contestant[]} */ two) => {
      slices.race.put({ options: { ...store.race.options, over: 'optimizer', ground: 'network' }, start: null });
      slices.race.enter(two);
      perform('view', 'race');
    },
  }),
};
