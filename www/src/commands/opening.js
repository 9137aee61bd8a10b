import { later } from '../platform/later.js';
import { saved } from '../platform/saved.js';
import { canReplay, epochsOf } from '../state/opening.js';
import { defineCommand } from './command.js';
import { opened } from './focus.js';

/** @typedef {import('./command.js').On} On */

export const OPENING_KEY = 'tuning-playground.opening';

/** Lets the replay go; the run is shown as it ended, unless another is shown by now. @param {On} on */
export function endReplay({ slices }) {
  const { opening, trials } = slices;
  const { replay } = opening;
  if (replay && trials.trials === replay.cut) trials.swap(replay.of, replay.best);
  opening.put({ replay: null }, 'trials');
}

/** How the first visit begins, and replays; what else there is comes with its view (scene.js). */
export const OPENING = {
  /** Shows a first visitor the stored example. */
  open_example: defineCommand({
    when: (store) => store.whole && saved(OPENING_KEY) === null,
    act: async ({ store, slices, runner }) => {
      const { study } = store;
      const part = await later('opening').catch(() => null);
      // Without a network, or where somebody was quicker, there is none.
      const isFree = store.study === study && store.state === 'idle' && !store.trials.size;
      if (!part || !isFree || store.view !== 'sweep') return;
      runner.showExample(part.readExample());
      slices.opening.put({ step: 'example' }, 'trials');
      slices.messages.say(store.t('opening.valley', { n: store.trials.size }));
    },
  }),
  /** Shows the run as it stood after so many epochs; null ends that. */
  replay: defineCommand({
    act: (on, /** @type {number | null} */ epoch) => {
      const { store, slices } = on;
      if (epoch === null || (slices.opening.replay && slices.trials.trials !== slices.opening.replay.cut)) {
        endReplay(on);
        return;
      }
      if (!slices.opening.replay && !canReplay(store)) return;
      opened(on, 'opening', async () => {
        const { cutAt } = await later('opening');
        const { trials, opening } = slices;
        if (store.state !== 'idle') return endReplay(on);
        const replay = opening.replay ?? { of: trials.trials, best: trials.bestTold, last: epochsOf(trials.trials) };
        const isEnd = epoch >= replay.last;
        const cut = isEnd ? replay.of : cutAt(store.shownStudy, replay.of, epoch);
        trials.swap(cut, replay.best);
        if (!isEnd) trials.bestTold = trials.ranked()[0]?.trial.number ?? null;
        opening.put({ replay: { ...replay, cut, epoch: Math.min(epoch, replay.last) } });
        return undefined;
      });
    },
  }),
};
