import { Trials } from '../../state/trials.js';

/**
 * A run as it stood after so many epochs: what had ended by then is as it ended, all else still trains.
 * @param {import('../../study/types.js').Study} study @param {Trials} trials @param {number} epoch
 */
export function cutAt(study, trials, epoch) {
  const cut = new Trials(study);
  for (const trial of trials.values()) {
    const { number, params, seed, epochs, steps, state, value, diverged_at } = trial;
    const all = epochs.length;
    if (epoch > 0 && all <= epoch) {
      cut.merge({ number, params, seed, steps, state, value, diverged_at, epochs: epochs.records() });
      continue;
    }
    const begun = epoch > 0;
    cut.merge({
      number,
      params,
      seed,
      steps: begun ? Math.round((steps * epoch) / all) : 0,
      epochs: Array.from({ length: Math.min(epoch, all) }, (_, k) => epochs.at(k)).filter((one) => one !== undefined),
      ...(begun && { state: 'running' }),
    });
  }
  cut.takeEnded();
  return cut;
}
