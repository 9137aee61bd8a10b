import { Trials } from '../state/trials.js';

/**
 * What the pool knows of a run.
 *
 * @typedef {import('../study/types.js').Assignment} Assignment
 * @typedef {import('../study/types.js').BackendChoice} BackendChoice
 * @typedef {import('../study/types.js').BackendInfo} BackendInfo
 * @typedef {import('../study/types.js').HeldResult} HeldResult
 * @typedef {import('../study/types.js').Study} Study
 *
 * @typedef {{done: number, total: number, steps: number, totalSteps: number, best: number | null}} Standing what a
 *   session says of itself
 * @typedef {object} Run
 * @property {number} id what messages of this run carry; another one once it begins anew
 * @property {Study} study
 * @property {string} text the study as JSON
 * @property {BackendChoice} choice
 * @property {Trials} trials
 * @property {boolean} fresh whether something has become of them that the page has not been told of
 * @property {Map<number, import('./time-left.js').Planned>} planned
 * @property {number} workers
 * @property {Set<number>} started Workers that train
 * @property {any} chosen the backend
 * @property {BackendInfo | null} backend as the page has been told
 * @property {any} info what trains, as the lead's Worker says it
 * @property {Assignment[]} round the one under way
 * @property {Standing} standing
 * @property {Float64Array[]} reports what the session has not been told yet
 * @property {Uint32Array[]} kept trials that have left training, which it has not been told of either
 * @property {boolean} drawn whether the page has the first trials
 * @property {boolean} stopping it was stopped before that
 * @property {boolean} begun whether an epoch has ended
 * @property {import('./take-up.js').Before | null} before what is left of it from before the page was loaded anew
 * @property {Map<number, Uint32Array>} from where trials go on of which that is known
 * @property {Map<number, import('./take-up.js').Open>} open what trials in training were when they were last looked at
 * @property {{left: number, resolve: (value: null) => void} | null} saved who waits for that
 * @property {number} numerics the version of what trains
 * @property {number} steps
 * @property {{at: number, steps: number}[]} marks
 * @property {number} quiet
 * @property {import('./time-left.js').Mark[]} paces
 * @property {number} began
 * @property {number} rested
 * @property {(result: HeldResult) => void} resolve
 * @property {(error: Error) => void} reject
 * @property {number[]} timers
 */

/** @type {Standing} */
export const NOTHING_YET = { done: 0, total: 0, steps: 0, totalSteps: 0, best: null };

/** Seconds that a run has trained, pauses apart. @param {Run} run */
export const activeSeconds = (run) => (performance.now() - run.began - run.rested) / 1000;

/**
 * @param {number} id
 * @param {Study} study
 * @param {BackendChoice} choice
 * @param {Pick<Run, 'resolve' | 'reject' | 'before'>} promise
 * @returns {Run}
 */
export function newRun(id, study, choice, promise) {
  return {
    id,
    study,
    text: '',
    choice,
    trials: new Trials(study),
    fresh: false,
    planned: new Map(),
    workers: 1,
    started: new Set(),
    chosen: null,
    backend: null,
    info: null,
    round: [],
    standing: NOTHING_YET,
    reports: [],
    kept: [],
    drawn: false,
    stopping: false,
    begun: false,
    from: new Map(),
    open: new Map(),
    saved: null,
    numerics: 0,
    steps: 0,
    marks: [],
    quiet: 0,
    paces: [],
    began: 0,
    rested: 0,
    ...promise,
    timers: [],
  };
}
