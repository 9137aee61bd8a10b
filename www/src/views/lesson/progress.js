import { save, saved } from '../../platform/saved.js';

/**
 * How far the reader has come, kept between visits: of each lesson the step where they are, and of each step what they
 * predicted, which run was shown when its study was set up, which goals they met, and the numbers of the run that met
 * them.
 *
 * @typedef {{guess?: string | number | null, from?: string | null, met?: boolean[], shown?: Record<string, number>
 *   }} StepProgress guess: null where they would not say
 * @typedef {{at?: string, done?: boolean, steps: Record<string, StepProgress>}} LessonProgress
 */

const KEY = 'tuning-playground.lessons';
const OWN_KEY = 'tuning-playground.lesson';
/** Letters that are kept of all lessons. */
const MOST = 200_000;

/** @type {Record<string, LessonProgress> | null} */
let kept = null;

/** @returns {Record<string, LessonProgress>} */
function all() {
  if (kept) return kept;
  kept = {};
  try {
    const read = JSON.parse(saved(KEY) ?? '{}');
    for (const [name, one] of Object.entries(read))
      if (typeof one === 'object' && one !== null && typeof one.steps === 'object' && one.steps !== null)
        kept[name] = one;
  } catch {
    // What cannot be read is begun anew.
  }
  return kept;
}

/** @param {string} lesson @returns {LessonProgress} */
export const progressOf = (lesson) => all()[lesson] ?? { steps: {} };

/** @param {string} lesson @param {Partial<LessonProgress>} changes */
export function keepLesson(lesson, changes) {
  all()[lesson] = { ...progressOf(lesson), ...changes };
  const text = JSON.stringify(kept);
  if (text.length <= MOST) save(KEY, text);
}

/** @param {string} lesson @param {string} step @returns {StepProgress} */
export const stepProgress = (lesson, step) => progressOf(lesson).steps[step] ?? {};

/** @param {string} lesson @param {string} step @param {Partial<StepProgress>} changes */
export function keepStep(lesson, step, changes) {
  const { steps } = progressOf(lesson);
  keepLesson(lesson, { steps: { ...steps, [step]: { ...steps[step], ...changes } } });
}

/** A lesson that the reader brought, as its text. */
export const ownText = () => saved(OWN_KEY) ?? '';

/** @param {string} text */
export function keepOwn(text) {
  save(OWN_KEY, text);
  kept = { ...all() };
  delete kept.own;
  save(KEY, JSON.stringify(kept));
}
