/** Workers that train on the CPU. A core is left to the page, but not one of two: half the machine would lie idle for
 * the few percent that drawing takes. @param {number} [cores] */
export const workersOn = (cores = navigator.hardwareConcurrency || 2) => Math.max(Math.min(cores, 2), cores - 1);

/** Above this many trials, any way to deal them comes out even. */
const EVEN = 2000;

/**
 * Deals trials to Workers so that all end at about the same time: the most work first, each to whoever has least.
 * @template {{trial: {number: number}}} Dealt
 * @param {Dealt[]} round
 * @param {number} workers
 * @param {(round: Dealt[]) => Promise<ArrayLike<number>>} work of each trial
 * @returns {Promise<Dealt[][]>} each in the order of `round`
 */
export async function deal(round, workers, work) {
  if (workers < 2 || round.length === 0)
    return Array.from({ length: workers }, (_, worker) => (worker === 0 ? round : []));
  if (round.length > EVEN)
    return Array.from({ length: workers }, (_, worker) =>
      round.filter(({ trial }) => trial.number % workers === worker),
    );
  const works = await work(round);
  const sums = new Array(workers).fill(0);
  const owners = new Array(round.length);
  for (const at of [...round.keys()].sort((a, b) => works[b] - works[a] || a - b)) {
    const worker = sums.indexOf(Math.min(...sums));
    owners[at] = worker;
    sums[worker] += works[at];
  }
  return sums.map((_, worker) => round.filter((_, at) => owners[at] === worker));
}
