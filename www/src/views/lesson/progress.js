import { save, saved } from '../../platform/saved.js';

/**
 * How far the reader has come, kept between visits: of each lesson the step where they are and how many of its goals
 * are met, and of each step what they predicted, which run was shown when its study was set up, which goals they met,
 * and the numbers of the run that met them.
 *
 * @typedef {{guess?: string | number | null, from?: string | null, met?: boolean[], shown?: Record<string, number>
 *   }} StepProgress guess: null where they would not say
 * @typedef {{met: number, goals: number}} Tally goals of a lesson that are met, and that it has
 * @typedef {{at?: string, tally?: Tally, steps: Record<string, StepProgress>}} LessonProgress
 * @typedef {Pick<import('./read.js').Step, 'name' | 'goals'>} Aimed
 */

const KEY = 'tuning-playground.lessons';
const OWN_KEY = 'tuning-playground.lesson';
/** Letters that are kept of all lessons. */
const MOST = 200_000;

/** Whether all goals of a step are met; a step without goals has none to meet.
 * @param {Aimed} step @param {StepProgress | undefined} progress */
export const isReached = ({ goals }, progress) =>
  goals.length > 0 && goals.every((_, k) => progress?.met?.[k] === true);

/** @param {Aimed[]} steps @param {LessonProgress} progress @returns {Tally} */
export function tallyOf(steps, progress) {
  const met = steps.map(({ name, goals }) => goals.filter((_, k) => progress.steps[name]?.met?.[k] === true).length);
  return {
    met: met.reduce((sum, one) => sum + one, 0),
    goals: steps.reduce((sum, { goals }) => sum + goals.length, 0),
  };
}

/** A lesson is done when all of its goals are met, and not by turning its pages. @param {LessonProgress} progress */
export const isDone = ({ tally }) => tally !== undefined && tally.goals > 0 && tally.met >= tally.goals;

/** The first step with a goal that is not met.
 * @template {Aimed} S @param {S[]} steps @param {LessonProgress} progress @returns {S | undefined} */
export const openStep = (steps, progress) =>
  steps.find((step) => step.goals.length > 0 && !isReached(step, progress.steps[step.name]));

/** Where a lesson goes on: at the first goal that is not met. What was never begun, or is done, begins.
 * @template {Aimed} S @param {S[]} steps @param {LessonProgress} progress @returns {S} */
export const resumed = (steps, progress) =>
  (Object.keys(progress.steps).length > 0 && openStep(steps, progress)) || steps[0];

export class Progress {
  /** @param {boolean} isKept whether it stays between visits: guests on other pages keep nothing there */
  constructor(isKept) {
    /** @private */ this.isKept = isKept;
    /** @private @type {Record<string, LessonProgress>} */ this.lessons = {};
    if (!isKept) return;
    try {
      const read = JSON.parse(saved(KEY) ?? '{}');
      for (const [name, one] of Object.entries(read))
        if (typeof one === 'object' && one !== null && typeof one.steps === 'object' && one.steps !== null)
          this.lessons[name] = one;
    } catch {
      // What cannot be read is begun anew.
    }
  }

  /** @param {string} lesson @returns {LessonProgress} */
  of(lesson) {
    return this.lessons[lesson] ?? { steps: {} };
  }

  /** @param {string} lesson @param {string} step @returns {StepProgress} */
  ofStep(lesson, step) {
    return this.of(lesson).steps[step] ?? {};
  }

  /** @param {string} lesson @param {Partial<LessonProgress>} changes */
  keep(lesson, changes) {
    this.lessons[lesson] = { ...this.of(lesson), ...changes };
    const text = JSON.stringify(this.lessons);
    if (this.isKept && text.length <= MOST) save(KEY, text);
  }

  /** @param {string} lesson @param {string} step @param {Partial<StepProgress>} changes */
  keepStep(lesson, step, changes) {
    const { steps } = this.of(lesson);
    this.keep(lesson, { steps: { ...steps, [step]: { ...steps[step], ...changes } } });
  }

  /** A lesson that the reader brought, as its text. */
  get ownText() {
    return this.isKept ? (saved(OWN_KEY) ?? '') : '';
  }

  /** @param {string} text */
  keepOwn(text) {
    save(OWN_KEY, text);
    delete this.lessons.own;
    save(KEY, JSON.stringify(this.lessons));
  }
}
