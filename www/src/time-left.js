/**
 * How long a run still takes. On the CPU a trial's own epochs say what its steps cost; of a trial without any, the work
 * that the engine plans for it does, at the pace of the others. On the GPU all trials go on side by side: work is work.
 *
 * @typedef {{steps: number, work: number, worker: number, spent: number}} Planned of a trial; `spent` seconds in its finished epochs
 * @typedef {{trials: Map<number, import('./types.js').Trial>, planned: Map<number, Planned>, open: Set<number>, steps: number}} Course
 */

/** Work that is done before a pace is told from it, as a share of all. */
const LEAST = 0.002;

/** @param {Course} run @param {number} active seconds of training so far @param {boolean} together trials go on side by side
 * @returns {number | null} seconds */
export function timeLeft(run, active, together) {
  let [done, all, spent, known, told] = [0, 0, 0, 0, 0];
  for (const [number, { steps, work, spent: own }] of run.planned) {
    const trial = run.trials.get(number);
    if (!trial) continue;
    const share = run.open.has(number) ? Math.min(1, trial.steps / Math.max(1, steps)) : 1;
    done += work * share;
    all += work;
    told += trial.steps;
    if (own > 0) {
      spent += own;
      known += (work * trial.steps) / Math.max(1, steps);
    }
  }
  if (active <= 0 || !all) return null;
  if (together || spent <= 0) {
    // Steps of epochs under way are the open trials' mean steps.
    let [openWork, openSteps] = [0, 0];
    for (const number of run.open) {
      const one = run.planned.get(number);
      if (one) [openWork, openSteps] = [openWork + one.work, openSteps + one.steps];
    }
    done = Math.min(all, done + (Math.max(0, run.steps - told) * openWork) / Math.max(1, openSteps));
    return done > LEAST * all ? ((all - done) * active) / done : null;
  }
  const pace = spent / known;
  /** @type {Map<number, {left: number, spent: number, open: boolean}>} */
  const workers = new Map();
  for (const [number, { steps, work, worker, spent: own }] of run.planned) {
    const trial = run.trials.get(number);
    const one = workers.get(worker) ?? { left: 0, spent: 0, open: false };
    workers.set(worker, one);
    one.spent += own;
    if (!trial || !run.open.has(number)) continue;
    one.open = true;
    const each = own > 0 ? own / trial.steps : (work / Math.max(1, steps)) * pace;
    one.left += each * Math.max(0, steps - trial.steps);
  }
  let longest = 0;
  for (const one of workers.values()) {
    // What a Worker has worked beyond its finished epochs is part of the next ones, which are counted as left.
    if (one.open) longest = Math.max(longest, one.left - Math.min(0.9 * one.left, Math.max(0, active - one.spent)));
  }
  return longest;
}
