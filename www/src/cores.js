/** Workers that train on the CPU. A core is left to the page, but not one of two: half the machine would lie idle for
 * the few percent that drawing takes. @param {number} [cores] */
export const workersOn = (cores = navigator.hardwareConcurrency || 2) => Math.max(Math.min(cores, 2), cores - 1);

/** Above this many trials, any way to deal them comes out even. */
const EVEN = 2000;

/**
 * Deals trials to Workers so that all end at about the same time: the most work first, each to whoever has least.
 * @template {{number: number}} Asked
 * @param {Asked[]} trials @param {number} workers @param {(trials: Asked[]) => Promise<ArrayLike<number>>} work of each trial
 * @returns {Promise<Asked[][]>} each in the order of `trials`
 */
export async function deal(trials, workers, work) {
  if (workers < 2) return [trials];
  if (trials.length > EVEN) return Array.from({ length: workers }, (_, worker) => trials.filter(({ number }) => number % workers === worker));
  const works = await work(trials);
  const sums = new Array(workers).fill(0);
  const owners = new Array(trials.length);
  for (const at of [...trials.keys()].sort((a, b) => works[b] - works[a] || a - b)) {
    const worker = sums.indexOf(Math.min(...sums));
    owners[at] = worker;
    sums[worker] += works[at];
  }
  return sums.map((_, worker) => trials.filter((_, at) => owners[at] === worker));
}
