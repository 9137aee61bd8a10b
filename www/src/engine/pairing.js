import { objectiveOf, scoreOf } from '../study/result.js';
import { Trials } from '../state/trials.js';

/**
 * Two trials once more, with fresh seeds that both share: what a seed does to both goes out of their difference, and
 * none of them was picked for these.
 *
 * @typedef {import('../study/types.js').PairAsked} PairAsked
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 */

/** The study that trains such a pair: the trials' own, with one seed, and nothing that ends a trial for another.
 * @param {Study} study @param {number} seed */
const pairStudy = (study, seed) => ({
  ...study,
  ...{ seed, seeds_per_trial: 1, shared_seeds: true, record: [], trials: 2, sampler: { name: 'random' } },
  ...{ pruner: { name: 'none' }, stages: null, budget: null },
});

/** What a trial is trained with: in a stage as many epochs as it had there.
 * @param {Study} study @param {Trial} trial */
const pairParams = ({ stages }, { params, epochs }) => (stages ? { ...params, epochs: epochs.length } : params);

/** Trains a pair for each seed, while that is wanted, and tells of each.
 * @param {{client: (k: number) => import('./client.js').Client, base: string}} pool @param {PairAsked} asked */
export async function trainPairs({ client, base }, { study, trials, seeds, onPair, isWanted }) {
  const { metric } = objectiveOf(study);
  const round = JSON.stringify(
    trials.map((trial, number) => ({
      trial: { number, params: pairParams(study, trial) },
      of_trials: 2,
      until_epoch: null,
    })),
  );
  for (let k = 1; k <= seeds && isWanted(); k++) {
    const fresh = pairStudy(study, (study.seed ?? 0) + k);
    const held = new Trials(fresh);
    for (const [number, trial] of trials.entries()) held.add({ number, params: pairParams(study, trial) });
    held.report(await client(0).call('trace', JSON.stringify(fresh), round, 'cpu', base));
    const scores = [0, 1].map((number) => scoreOf(/** @type {Trial} */ (held.get(number)), metric));
    if (isWanted()) onPair(/** @type {[number, number]} */ (scores));
  }
}
