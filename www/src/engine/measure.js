/**
 * How long a round would take on each backend, by training parts of it: pure but for the trainings and the clock that
 * it is given.
 *
 * @typedef {{advance: (ms: number) => Promise<{steps: number, finished: boolean}>, free: () => void}} Trained
 * @typedef {{now: () => number, rest: () => Promise<unknown>}} Means a clock in ms, and what lets others in
 * @typedef {{steps: number[], work: number[]}} Plan of each trial of the round: steps, and work over all of them
 */

/**
 * Trials that stand for the round on the CPU: so many neighbours, as they may train side by side, at these places of
 * the round in the order of what a step costs.
 */
const PLACES = [1 / 6, 1 / 2, 5 / 6];
const NEIGHBOURS = 4;
/** Milliseconds: warm-up and measure of each such trial. */
const CPU = { warm: 6, measure: 20 };
/** Milliseconds of work on the GPU: to find its pace, and then on the round itself, what a wait takes apart. */
const GPU = { warm: 30, measure: 90 };
/** Waits on the GPU beyond that time, at most: a part that has begun is waited for. */
const SLICE = 20;

/** @param {number[]} all */
const sum = (all) => all.reduce((total, one) => total + one, 0);

/** Trains for so many ms, or to the end. @param {Trained} training @param {number} limit @param {number} slice
 * @param {Means} means */
async function train(training, limit, slice, { now, rest }) {
  const begun = now();
  for (let steps = 0; ;) {
    const report = await training.advance(slice);
    steps += report.steps;
    const ms = now() - begun;
    if (report.finished || ms >= limit) return { steps, seconds: ms / 1000, finished: report.finished };
    await rest();
  }
}

/**
 * Seconds that the CPU takes for the round, dealt to so many Workers.
 * @param {Plan} plan
 * @param {number} workers
 * @param {(places: number[]) => Trained} sibling a training of these trials of the round
 * @param {Means} means
 */
export async function secondsOnCpu({ steps, work }, workers, sibling, means) {
  const cost = work.map((all, at) => all / Math.max(1, steps[at]));
  const order = cost.map((_, at) => at).sort((a, b) => cost[a] - cost[b]);
  const most = Math.max(0, order.length - NEIGHBOURS);
  const picked = [...new Set(PLACES.map((place) => Math.min(most, Math.floor(place * order.length))))];
  /** @type {{cost: number, pace: number}[]} */
  const measured = [];
  for (const at of picked) {
    const group = order.slice(at, at + NEIGHBOURS);
    const mean = sum(group.map((one) => cost[one])) / group.length;
    const training = sibling(group);
    const warm = await train(training, CPU.warm, CPU.warm, means);
    const long = warm.finished ? warm : await train(training, CPU.measure, CPU.measure / 2, means);
    training.free();
    if (long.steps) measured.push({ cost: mean, pace: long.seconds / (long.steps * mean) });
  }
  // A trial's pace is that of the measured one whose steps are most like its own.
  const pace = (/** @type {number} */ own) =>
    measured.reduce((best, one) =>
      Math.abs(Math.log(one.cost / own)) < Math.abs(Math.log(best.cost / own)) ? one : best,
    ).pace;
  return sum(work.map((all, at) => all * pace(cost[at]))) / workers;
}

/**
 * Seconds that the GPU takes for the round, preparing and reading included, compilation apart: a round that ends in
 * time is timed as a whole; of any other the beginning is, and the rest goes on at the pace after its first results.
 * @param {Plan} plan
 * @param {() => Trained} sibling a training of the whole round
 * @param {Means} means
 */
export async function secondsOnGpu({ steps, work }, sibling, means) {
  const { now, rest } = means;
  const first = sibling();
  // The first piece compiles, and those after it find the pace, which the device keeps.
  const compiled = await train(first, 0, 1, means);
  if (!compiled.finished) await train(first, GPU.warm, SLICE, means);
  first.free();

  const begun = now();
  const training = sibling();
  /** @type {{at: number, steps: number}[]} what was done, and when it was known */
  const known = [];
  let done = 0;
  for (;;) {
    const report = await training.advance(SLICE);
    done += report.steps;
    if (report.steps || report.finished) known.push({ at: now(), steps: done });
    if (report.finished) {
      training.free();
      return (now() - begun) / 1000;
    }
    // One report tells nothing of a pace.
    if (known.length > 1 && now() - known[0].at >= GPU.measure) break;
    await rest();
  }
  training.free();
  const [from, to] = [known[0], known[known.length - 1]];
  const pace = (to.at - from.at) / Math.max(1, to.steps - from.steps);
  // Trials go on side by side, a step of each: a step of the round costs what the mean trial's does.
  const each = sum(work.map((all, at) => all / Math.max(1, steps[at]))) / work.length;
  const left = Math.max(0, sum(work) / each - to.steps);
  return (to.at - begun + left * pace) / 1000;
}
