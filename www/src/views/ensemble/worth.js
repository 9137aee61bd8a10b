/**
 * What networks that answer together are worth beside the best of them alone. Pure.
 *
 * @typedef {import('../../study/types.js').EnsembleKind} Kind
 * @typedef {import('../../study/types.js').EnsembleFound} Found
 * @typedef {{name: string, n: number, single: Score, together: Score, gain: number, cost: number}} Worth
 *   `name` tells several of one way apart; `gain`: by how much the loss falls; `cost`: of a prediction, in those of
 *   the single one
 * @typedef {{loss: number, metric: number}} Score
 * @typedef {import('../../study/types.js').Trial} Trial
 */

/** In the order in which they are shown. @type {Kind[]} */
export const KINDS = ['seeds', 'top', 'checkpoints', 'averages'];

/** @param {{loss: number | null, metric: number | null} | undefined} found @returns {Score} */
const scoreOf = (found) => ({ loss: found?.loss ?? NaN, metric: found?.metric ?? NaN });

/** A line for each way in which the networks answer. An average of weights is a network of its own, which stands
 * beside the weights of the last step. @param {Kind} kind @param {Found} found @returns {Worth[]} */
export function worthOf(kind, found) {
  const { members, best, together, multiplications } = found;
  if (kind === 'averages') {
    const single = scoreOf(members.find(({ averaging }) => averaging === 'none'));
    return members
      .filter(({ averaging }) => averaging !== 'none')
      .map((one) => {
        const own = scoreOf(one);
        return { name: one.averaging ?? '', n: 1, single, together: own, gain: single.loss - own.loss, cost: 1 };
      });
  }
  const [single, all] = [scoreOf(members[best ?? -1]), scoreOf(together)];
  const cost = multiplications.all / (multiplications.single ?? NaN);
  return [{ name: '', n: members.length, single, together: all, gain: single.loss - all.loss, cost }];
}

/**
 * How a trial is trained again to what it was: as far as it was trained, and through whose weights it went on with.
 * Its end is its own, with patience, too; checkpoints are among the epochs that it has trained.
 * @param {Kind} kind @param {Trial} trial @param {Map<number, Trial>} trials @param {number} of_trials
 * @returns {import('../../study/types.js').Way}
 */
export function wayOf(kind, { state, epochs, copy_of }, trials, of_trials) {
  const isCut = kind === 'checkpoints' || state === 'pruned' || state === 'cancelled';
  const ancestry = [];
  for (let from = copy_of; from; from = trials.get(from.trial)?.copy_of) {
    const { number = from.trial, params = {} } = trials.get(from.trial) ?? {};
    ancestry.push({ trial: { number, params }, of_trials, until_epoch: from.epoch });
  }
  return { until_epoch: isCut ? epochs.length : null, ancestry };
}

/** The best so many of trials that ended well, by their scores.
 * @template {{number: number, state: string}} T
 * @param {Iterable<T>} trials @param {(trial: T) => number} score @param {boolean} isUp @param {number} n */
export function topOf(trials, score, isUp, n) {
  const whole = [...trials].filter((one) => one.state === 'complete' && Number.isFinite(score(one)));
  const sign = isUp ? -1 : 1;
  return whole.sort((a, b) => sign * (score(a) - score(b)) || a.number - b.number).slice(0, n);
}
