import { Trials } from '../state/trials.js';
import { workersOn } from './cores.js';

/**
 * What is worked out beside a run, on the Workers that are there: beliefs of samplers, searches of a duel, trials that
 * are trained once more. Nothing of it enters the run.
 *
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('../study/types.js').AsideAsked} AsideAsked
 * @typedef {import('../study/types.js').SearchAsked} SearchAsked
 * @typedef {{client: (k: number) => import('./client.js').Client, base: string}} Pool
 */

/** Small networks train several at once: a Worker is given so many trials at a time. */
const AT_ONCE = 16;

/** What a sampler thinks. @param {Pool} pool @param {import('../study/types.js').BeliefAsked} asked
 * @returns {Promise<import('../study/types.js').BeliefTold>} */
export const believe = ({ client, base }, asked) => client(0).call('aside', 'believe', '', base, asked);

/**
 * Deals jobs to the Workers, each the next one when it is done with the one before; ends them all once nobody wants
 * them, or one has failed.
 * @template Job
 * @param {Pool} pool
 * @param {Job[]} jobs
 * @param {(client: import('./client.js').Client, job: Job) => Promise<void>} act
 * @param {() => boolean} isWanted
 */
async function dealt({ client, base }, jobs, act, isWanted) {
  const n = Math.min(workersOn(), jobs.length);
  let [next, isOver] = [0, false];
  const stop = () => {
    isOver = true;
    for (let k = 0; k < n; k++)
      void client(k)
        .call('aside', 'stop', '', base)
        .catch(() => {});
  };
  const timer = setInterval(() => !isOver && !isWanted() && stop(), 100);
  try {
    await Promise.all(
      Array.from({ length: n }, async (_, k) => {
        while (next < jobs.length && !isOver && isWanted()) await act(client(k), jobs[next++]);
      }),
    );
  } catch (error) {
    if (!isOver) stop();
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Trains some trials of a study to their end, and tells of each. @param {Pool} pool @param {AsideAsked} asked */
export function train(pool, { study, trials, onTrial, isWanted }) {
  const each = Math.max(1, Math.min(AT_ONCE, Math.ceil(trials.length / workersOn())));
  const jobs = Array.from({ length: Math.ceil(trials.length / each) }, (_, k) =>
    trials.slice(k * each, (k + 1) * each),
  );
  const text = JSON.stringify(study);
  return dealt(
    pool,
    jobs,
    async (client, some) => {
      const round = some.map((trial) => ({ trial, of_trials: study.trials ?? 1, until_epoch: null }));
      const numbers = await client.call('aside', 'train', text, pool.base, JSON.stringify(round));
      if (!numbers) return;
      const held = new Trials(study);
      for (const trial of some) held.add(trial);
      held.report(numbers);
      for (const trial of held.values()) onTrial(trial);
    },
    isWanted,
  );
}

/** Searches each study from its first trial to its last, and tells of each. @param {Pool} pool
 * @param {SearchAsked} asked */
export const search = (pool, { studies, onSearch, isWanted }) =>
  dealt(
    pool,
    studies.map((study, at) => ({ study, at })),
    async (client, { study, at }) => {
      const found = await client.call('aside', 'search', JSON.stringify(study), pool.base);
      if (!found) return;
      const held = new Trials(study);
      for (const trial of found.trials) held.add(trial);
      held.report(found.numbers);
      onSearch(at, held.inOrder());
    },
    isWanted,
  );
