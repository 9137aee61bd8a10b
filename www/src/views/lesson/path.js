import { defineLater } from '../../platform/later.js';
import { readLesson } from './read.js';

/**
 * The lessons that the page has, in the order in which the notes would have them taken: first what a range is, then
 * the grid, then random, the model before its optimization, by hand, then Bayesian, and what the test set is for.
 *
 * @typedef {import('../../study/types.js').Language} Language
 * @typedef {import('./read.js').Lesson} Lesson
 * @typedef {{name: string, title: Record<Language, string>, part: import('../../platform/later.js').Later<any>}} Entry
 * @typedef {{name: string, lessons: Entry[]}} Part
 */

/** @param {string} name @param {Entry['title']} title @param {() => Promise<any>} load @returns {Entry} */
const lesson = (name, title, load) => ({ name, title, part: defineLater(`lesson.${name}`, load) });

/** @type {Part[]} */
export const PATH = [
  {
    name: 'ranges',
    lessons: [
      lesson(
        'log_scale',
        { en: 'Why a log scale', ko: '로그 척도를 쓰는 이유' },
        () => import('./lessons/log_scale/index.js'),
      ),
    ],
  },
];

export const LESSONS = PATH.flatMap(({ lessons }) => lessons);

/** A bundled lesson's document: its folder's files in one.
 * @param {any} module @param {Entry} entry @returns {Record<string, unknown>} */
export const documentOf = ({ lesson: own, en, ko, numbers, recorded }, { title }) => ({
  ...own,
  texts: { en: { title: title.en, ...en }, ko: { title: title.ko, ...ko } },
  numbers,
  recorded,
});

/** @param {Entry} entry @returns {Promise<Lesson>} */
export async function openLesson(entry) {
  const read = readLesson(documentOf(await entry.part.open(), entry));
  // A bundled lesson that is not sound is a fault of ours, which a test finds.
  if ('problem' in read) throw new Error(JSON.stringify(read.problem));
  return read.lesson;
}
