/**
 * How long a run still takes. On the CPU a trial's own epochs say what its steps cost; of a trial without any, the work
 * that the engine plans for it does, at the pace of the others. On the GPU all trials go on side by side: work is work.
 *
 * @typedef {{trial: import('./types.js').Trial, steps: number, work: number, worker: number, spent: number, epoch: number, at: number}} Planned of a
 *   trial; `spent` seconds in its finished epochs, `epoch` in a recent one, `at` how long the run had trained when it told of the last
 * @typedef {{at: number, spent: number}} Mark
 * @typedef {{old: Mark, middle: Mark}} Parts of a Worker's time: places at a quarter to a half of it, and before that
 * @typedef {{planned: Map<number, Planned>, parts: Map<number, Parts>, steps: number}} Course
 */

/** Whether a trial trains or waits to. (By its state: looking numbers up takes most of the time where trials are many.)
 * @param {import('./types.js').Trial} trial */
export const isOpen = ({ state }) => state === 'queued' || state === 'running';

/** Work that is done before a pace is told from it, as a share of all. */
const LEAST = 0.002;

/** @param {Course} run @param {number} active seconds of training so far @param {boolean} together trials go on side by side
 * @returns {number | null} seconds */
export function timeLeft(run, active, together) {
  let [done, all, spent, known, told, openWork, openSteps] = [0, 0, 0, 0, 0, 0, 0];
  for (const { trial, steps, work, spent: own } of run.planned.values()) {
    const open = isOpen(trial);
    done += open ? work * Math.min(1, trial.steps / Math.max(1, steps)) : work;
    all += work;
    if (open) [openWork, openSteps] = [openWork + work, openSteps + steps];
    told += trial.steps;
    if (own > 0) {
      spent += own;
      known += (work * trial.steps) / Math.max(1, steps);
    }
  }
  if (active <= 0 || !all) return null;
  if (together || spent <= 0) {
    // Steps of epochs under way are the open trials' mean steps.
    done = Math.min(all, done + (Math.max(0, run.steps - told) * openWork) / Math.max(1, openSteps));
    return done > LEAST * all ? ((all - done) * active) / done : null;
  }
  const pace = spent / known;
  /** @type {Map<number, {left: number, spent: number, at: number, open: boolean}>} */
  const workers = new Map();
  for (const { trial, steps, work, worker, spent: own, epoch, at } of run.planned.values()) {
    let one = workers.get(worker);
    if (!one) workers.set(worker, (one = { left: 0, spent: 0, at: 0, open: false }));
    one.spent += own;
    one.at = Math.max(one.at, at);
    if (!isOpen(trial)) continue;
    one.open = true;
    const each = own > 0 ? (epoch * trial.epochs.length) / trial.steps : (work / Math.max(1, steps)) * pace;
    one.left += each * Math.max(0, steps - trial.steps);
  }
  let longest = 0;
  for (const [worker, one] of workers) {
    if (!one.open) continue;
    // Between epochs a Worker reports, and waits for its turn on a busy machine.
    const left = one.left * Math.max(1, overhead(run, worker, one));
    // What it has worked since its last epoch is part of what was left then.
    longest = Math.max(longest, left - Math.min(0.9 * left, active - one.at));
  }
  return longest;
}

/** How much longer a Worker lately took than its epochs did. @param {Course} run @param {number} worker @param {Mark} now */
function overhead(run, worker, { at, spent }) {
  const none = { at: 0, spent: 0 };
  const parts = run.parts.get(worker) ?? { old: none, middle: none };
  if (at > 2 * parts.middle.at + 0.3) [parts.old, parts.middle] = [parts.middle, { at, spent }];
  run.parts.set(worker, parts);
  return spent > parts.old.spent ? (at - parts.old.at) / (spent - parts.old.spent) : 1;
}
