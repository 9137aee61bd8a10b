import { sameStudy } from '../../study/same.js';
import { copiesOf } from '../../study/parts.js';
import { planOf, stepsOfEpoch } from '../../study/plan.js';
import { ENDED, objectiveOf } from '../../study/result.js';
import { samplerOf } from '../../study/search.js';
import { kindOf, measureOf, trainedOf, trialsOf } from './measure.js';
import { patched } from './read.js';
import { written } from './words.js';

/**
 * Whether a step's goals are met by what the page has measured, and why they cannot be. Pure: they read the store.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('./read.js').Goal} Goal
 * @typedef {import('./read.js').Lesson} Lesson
 * @typedef {import('./read.js').Recorded} Recorded
 * @typedef {import('./read.js').Step} Step
 * @typedef {import('./measure.js').Run} Run
 */

/** A step that would take longer than so many seconds is said to. */
const LONG = 300;
/** Problems of the machine that trains, whatever the study is. */
const OF_MACHINES = 'no_gpu gpu gpu_wrong device_lost too_large note_too_old unexpected unknown'.split(' ');

/** The run shown, as measures see it. @param {Store} store @returns {Run} */
export const runOf = (store) => ({
  study: store.shownStudy,
  trials: [...store.trials.values()].map(trainedOf),
  test: store.test,
});

/** What to say of a step that a link names and the lesson does not have; null where nothing is wrong.
 * @param {Lesson} lesson @param {string | undefined} name @returns {import('../../study/types.js').Problem | null} */
export function strayStep({ steps }, name) {
  if (!name || steps.some((one) => one.name === name)) return null;
  return { code: 'lesson_no_step', found: name, accepted: steps.map((one) => one.name).join(', ') };
}

/** Whether the run shown is of the step's own study. @param {Step} step @param {Store} store */
export const isOwnRun = ({ study }, store) =>
  study !== null && store.trials.size > 0 && !store.isExample && sameStudy(store.shownStudy, study);

/** Whether all that the run shown will have has ended. @param {Store} store */
export const hasEnded = (store) =>
  store.state === 'idle' &&
  store.trials.size > 0 &&
  store.rest === 0 &&
  [...store.trials.values()].every(({ state }) => ENDED.includes(state) && state !== 'cancelled');

/** The numbers that a step's texts show, measured on the run shown, and what was to be guessed; none without a run.
 * @param {Step} step @param {Store} store @returns {Record<string, number>} */
export function shownBy({ shows, predict }, store) {
  if (!store.trials.size || store.isExample) return {};
  const run = runOf(store);
  const wanted = { ...shows, ...(predict && 'measure' in predict && { measured: predict.measure }) };
  return Object.fromEntries(
    Object.entries(wanted)
      .map(([key, measure]) => /** @type {[string, number]} */ ([key, measureOf(measure, run)]))
      .filter(([, value]) => Number.isFinite(value)),
  );
}

/** @param {number} value @param {{at_least?: number, at_most?: number}} ends */
const lies = (value, { at_least: low = -Infinity, at_most: high = Infinity }) => value >= low && value <= high;

/** Which goals of a step the page meets at this moment. What is free has to be met by one run, begun since.
 * @param {Step} step @param {Store} store
 * @param {string | null} [from] the run that was shown when the step was set up; undefined where it was not
 * @param {number} [repeats] splits over which the run's study was repeated
 * @returns {boolean[]} */
export function metBy(step, store, from, repeats = 0) {
  const isFree = (/** @type {Goal} */ goal) => 'measure' in goal && goal.free === true;
  const isBegun = from !== undefined && store.shelf.shown !== from && isSameData(step, store);
  const met = step.goals.map((goal) => (isBegun || !isFree(goal)) && isMet(goal, step, store, repeats));
  const isAll = step.goals.every((goal, k) => !isFree(goal) || met[k]);
  return met.map((one, k) => one && (isAll || !isFree(step.goals[k])));
}

/** @param {Goal} goal @param {Step} step @param {Store} store @param {number} [repeats] */
function isMet(goal, step, store, repeats = 0) {
  if ('view' in goal) return store.view === goal.view;
  if ('raced' in goal) return store.view === 'race' && store.race.head !== null && store.race.state === 'done';
  const isThere = store.trials.size > 0 && !store.isExample;
  if (!isThere) return false;
  if ('done' in goal) return isOwnRun(step, store) && hasEnded(store);
  if ('opened' in goal) return store.test !== null;
  if ('repeated' in goal) return isOwnRun(step, store) && repeats >= goal.repeated;
  if ('picked' in goal) {
    const complete = [...store.trials.values()].filter(({ state }) => state === 'complete');
    const points = new Set(complete.map(({ params }) => JSON.stringify(params)));
    return samplerOf(store.shownStudy) === 'hand' && isSameData(step, store) && points.size >= goal.picked;
  }
  if ('selected' in goal) {
    const best = bestAmong(store, goal.selected);
    return isOwnRun(step, store) && store.picked !== null && best !== null && store.selected?.number === best;
  }
  if (goal.seeds && (store.shownStudy.seeds_per_trial ?? 1) < goal.seeds) return false;
  if (goal.sampler && samplerOf(store.shownStudy) !== goal.sampler) return false;
  return (goal.free || isOwnRun(step, store)) && hasEnded(store) && lies(measureOf(goal.measure, runOf(store)), goal);
}

/** @param {Step} step @param {Store} store */
const isSameData = ({ study }, { shownStudy }) => !study || study.dataset.name === shownStudy.dataset.name;

/** The best trial with these settings, by what the study ranks by. @param {Store} store
 * @param {Record<string, any>} where */
function bestAmong(store, where) {
  const run = runOf(store);
  const found = new Set(trialsOf(run, { of: 'least', where }).map(({ params }) => params));
  return store.ranked().find(({ trial }) => found.has(trial.params))?.trial.number ?? null;
}

/**
 * Why a step cannot be done on this machine; null where nothing says so.
 * @param {Step} step @param {Store} store
 * @returns {{code: 'study' | 'failed' | 'slow' | 'other', values: Record<string, any>} | null}
 */
export function blockOf(step, store) {
  const { study, problem, goals } = step;
  if (problem) return { code: 'study', values: { problem } };
  // What is left to the reader is of another study soon.
  const isTried =
    study && (sameStudy(store.study, study) || (isLeft(step) && study.dataset.name === store.study.dataset.name));
  if (!isTried) return null;
  const refused = store.notices.find(({ id, kind }) => id === 'run' && kind === 'alert');
  // What is wrong with what the reader has asked for is mended in the panel: the machine has nothing to do with it.
  const isOurs = refused?.problem && (sameStudy(store.study, study) || OF_MACHINES.includes(refused.problem.code));
  if (isOurs && store.state === 'idle') return { code: 'failed', values: { problem: refused.problem } };
  const own = goals.filter((goal) => 'measure' in goal && !goal.free);
  if (isOwnRun(step, store) && hasEnded(store))
    return own.some((goal) => !isMet(goal, step, store)) ? { code: 'other', values: {} } : null;
  const rate = store.progress?.rate ?? 0;
  const seconds = rate > 0 ? planOf(store.study).steps / rate : 0;
  return seconds > LONG ? { code: 'slow', values: { minutes: Math.ceil(seconds / 60) } } : null;
}

/** Whether another study's run came in while the step's own waits to be set up: its goals are not measured on it.
 * @param {Step} step @param {Store} store
 * @param {string | null} before the run that was shown when the step was opened */
export function isOthers(step, store, before) {
  const { study, problem, goals } = step;
  if (!study || problem || !goals.some((goal) => !('view' in goal))) return false;
  const { shelf } = store;
  // A run that is not shown trains all the same.
  const isOther = store.trials.size > 0 && !store.isExample && !sameStudy(store.shownStudy, study);
  return !sameStudy(store.study, study) && shelf.shown !== before && isOther;
}

/** What a step leaves to the reader, who makes another study of it. @param {Step} step */
const isLeft = ({ goals }) => goals.some((goal) => 'picked' in goal || ('measure' in goal && goal.free));

/** Whether the study is what the reader has made of a step's own.
 * @param {Step} step @param {Store} store
 * @param {string | null} [from] the run that was shown when the step was set up; undefined where it was not */
export function isMade(step, store, from) {
  const { study } = step;
  if (from === undefined || !isLeft(step) || !study || sameStudy(store.study, study)) return false;
  return store.study.dataset.name === study.dataset.name;
}

/** The run that was recorded for a step, and its study: its own, or that of a step with the same study.
 * @param {Lesson} lesson @param {Step} step
 * @returns {{recorded: Recorded, study: Study} | null} */
export function recordedFor({ steps, recorded }, step) {
  // Repeats are other runs, which nobody recorded.
  if (!step.study || step.problem || step.goals.some((goal) => 'repeated' in goal)) return null;
  const study = (/** @type {Step} */ one) => patched(one.study, recorded[one.name]?.study ?? {});
  const wanted = study(step);
  const has = (/** @type {Step} */ one) => one.study && recorded[one.name]?.trials && sameStudy(study(one), wanted);
  const from = has(step) ? step : steps.find(has);
  return from ? { recorded: recorded[from.name], study: wanted } : null;
}

/** Whether a step's recorded run is offered where nothing keeps its own from being trained: the reader may have no
 * time for it. What is left to the reader is not shown before it was tried.
 * @param {Lesson} lesson @param {Step} step @param {Store} store */
export const isSpared = (lesson, step, store) =>
  store.state === 'idle' &&
  !isLeft(step) &&
  !(isOwnRun(step, store) && hasEnded(store)) &&
  recordedFor(lesson, step) !== null &&
  blockOf(step, store) === null;

/** What stands for an epoch that was not recorded. */
const UNTOLD = { train_loss: 'NaN', validation_loss: null, train_metric: 'NaN', validation_metric: null };

/** A recorded run as a result document. @param {Recorded} recorded
 * @param {Study} study @param {string} name @param {boolean} [isOpened] with what the test set said */
export function resultOfRecorded({ trials: told = [], test }, study, name, isOpened = false) {
  const trials = told.map((one, number) => trialOfRecorded(one, number, study));
  const sign = objectiveOf(study).direction === 'maximize' ? -1 : 1;
  const ranked = trials
    .filter(({ value }) => value !== null)
    .sort((a, b) => sign * (Number(a.value) - Number(b.value)));
  return {
    format: 'tuning-playground/result@1',
    study: { ...study, name },
    engine: { backend: 'recorded', adapter: null, workers: 1 },
    trials,
    best: ranked[0]?.number ?? null,
    test: (isOpened && test) || null,
  };
}

/** @param {import('./read.js').RecordedTrial} trial @param {number} number @param {Study} study */
function trialOfRecorded([state, params, told, kept], number, study) {
  const own = { ...study, fixed: { ...study.fixed, ...params }, space: {} };
  const learning_rate = Number(own.fixed.learning_rate ?? 0);
  const n = Math.max(0, ...told.map(([epoch]) => epoch));
  const epochs = Array.from({ length: n }, (_, k) => ({ epoch: k + 1, ...UNTOLD, learning_rate, seconds: 0 }));
  for (const [epoch, train_loss, validation_loss, train_metric, validation_metric, ...norms] of told)
    Object.assign(epochs[epoch - 1], {
      ...{ train_loss: train_loss ?? 'NaN', validation_loss, train_metric: train_metric ?? 'NaN', validation_metric },
      ...(norms.length && { layers: norms.map((gradient_norm) => ({ gradient_norm: gradient_norm ?? 'NaN' })) }),
    });
  const stands = epochs[(kept ?? n) - 1];
  const { metric } = objectiveOf(study);
  return {
    number,
    state,
    params,
    value: state === 'complete' && stands ? stands[/** @type {'validation_loss'} */ (metric)] : null,
    seed: study.seed ?? 0,
    steps: Math.round(n * stepsOfEpoch(own)),
    diverged_at: state === 'diverged' ? 1 : null,
    ...(kept && { kept_epoch: kept }),
    epochs,
  };
}

/**
 * What a guess came to, as a text's key and values; null where none was made.
 * @param {import('./read.js').Step} step @param {import('./read.js').StepWords} words
 * @param {{guess?: string | number | null, shown?: Record<string, number>}} progress
 * @returns {[string, Record<string, unknown>] | null}
 */
export function verdictOf({ predict }, words, { guess, shown = {} }) {
  if (!predict || guess === undefined || guess === null) return null;
  if ('choices' in predict) {
    const key = guess === predict.answer ? 'lesson.right' : 'lesson.answer';
    return [key, { answer: words.choices[predict.answer] }];
  }
  if (!Number.isFinite(shown.measured)) return null;
  const kind = kindOf(predict.measure);
  const off = predict.log
    ? Math.max(Number(guess) / shown.measured, shown.measured / Number(guess))
    : Math.abs(Number(guess) - shown.measured);
  const values = { guess: written(Number(guess), kind), measured: written(shown.measured, kind) };
  if (values.guess === values.measured) return ['lesson.exact', values];
  return [off <= predict.within ? 'lesson.near' : 'lesson.far', values];
}

/** What a press trains, as a text's key and values: of trials with several seeds there are more networks than trials.
 * @param {import('../../study/types.js').Study} study @returns {[string, Record<string, unknown>]} */
export function pressOf(study) {
  const { trials } = planOf(study);
  const copies = copiesOf(study);
  return copies > 1
    ? ['lesson.run.copies', { networks: trials * copies, n: trials, copies }]
    : ['lesson.run', { n: trials }];
}
