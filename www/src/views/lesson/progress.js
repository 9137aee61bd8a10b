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
