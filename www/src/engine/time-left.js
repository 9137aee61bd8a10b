/**
 * How long a run still takes: the work that the engine plans for what is left, at the pace of the later half of the
 * run so far, as browsers compile WASM better while it runs. The Worker with most left decides.
 *
 * @typedef {{trial: import('../study/types.js').Trial, steps: number, work: number, worker: number}} Planned of a
 *   trial
 * @typedef {{at: number, spent: number, done: number}} Mark when the run had trained for so many seconds: seconds that
 *   Workers had spent, work that was done
 * @typedef {{planned: Map<number, Planned>, steps: number, paces: Mark[], standing?: {total: number}}} Course
 */

/**
 * Whether a trial trains or waits to. (By its state: looking numbers up takes most of the time where trials are many.)
 * @param {import('../study/types.js').Trial} trial
 */
export const isOpen = ({ state }) => state === 'queued' || state === 'running';

/** Work that is done before a pace is told from it, as a share of all. */
const LEAST = 0.002;
/** Seconds that a pace is told from, at the least. */
const SHORTEST = 0.3;

/** The pace of a run that goes on: what was done before took no time of it. @param {Course} run @returns {Mark} */
export function paceSoFar({ planned }) {
  let done = 0;
  for (const { trial, steps, work } of planned.values()) done += work * Math.min(1, trial.steps / Math.max(1, steps));
  return { at: 0, spent: 0, done };
}

/** @param {Course} run @param {number} active seconds of training so far
 * @returns {number | null} seconds */
export function timeLeft(run, active) {
  let [all, done, told, open, openSteps, ended, endedWork] = [0, 0, 0, 0, 0, 0, 0];
  /** @type {Map<number, number>} */
  const workers = new Map();
  for (const { trial, steps, work, worker } of run.planned.values()) {
    const share = Math.min(1, trial.steps / Math.max(1, steps));
    all += work;
    done += work * share;
    told += trial.steps;
    if (!isOpen(trial)) {
      ended++;
      endedWork += work * share;
      continue;
    }
    open += work * (1 - share);
    openSteps += Math.max(0, steps - trial.steps);
    workers.set(worker, (workers.get(worker) ?? 0) + work * (1 - share));
  }
  // Steps of epochs under way, which trials have not told of, are taken for the open ones' mean.
  const underWay = Math.min(1, Math.max(0, run.steps - told) / Math.max(1, openSteps));
  done += open * underWay;
  const last = run.paces[run.paces.length - 1] ?? { at: 0, spent: 0, done: 0 };
  const now = { at: active, spent: last.spent + Math.max(0, active - last.at) * Math.max(1, workers.size), done };
  if (active > last.at) run.paces.push(now);
  const since = Math.min(active / 2, active - SHORTEST);
  while (run.paces.length > 1 && run.paces[1].at <= since) run.paces.shift();
  const from = run.paces[0]?.at <= since ? run.paces[0] : { spent: 0, done: 0 };
  if (active <= 0 || done <= Math.max(LEAST * all, from.done)) return null;
  // Trials that have not been asked for are taken for what those that have ended came to, pruned ones with what they
  // took.
  const unasked = Math.max(0, (run.standing?.total ?? 0) - run.planned.size);
  const later = (unasked * (ended ? endedWork / ended : all / run.planned.size)) / Math.max(1, workers.size);
  const most = Math.max(0, ...workers.values()) * (1 - underWay) + later;
  return (most * (now.spent - from.spent)) / (done - from.done);
}
