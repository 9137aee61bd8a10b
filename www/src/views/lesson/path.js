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
  {
    name: 'search',
    lessons: [
      lesson(
        'grid_random',
        { en: 'Grid against random', ko: '격자와 무작위' },
        () => import('./lessons/grid_random/index.js'),
      ),
      lesson(
        'coarse_fine',
        { en: 'Coarse to fine', ko: '넓은 탐색에서 좁은 탐색으로' },
        () => import('./lessons/coarse_fine/index.js'),
      ),
    ],
  },
  {
    name: 'model',
    lessons: [
      lesson(
        'fitting',
        { en: 'Under- and overfitting', ko: '과소적합과 과적합' },
        () => import('./lessons/fitting/index.js'),
      ),
      lesson(
        'gradients',
        { en: 'Vanishing gradients and two cures', ko: '기울기 소실과 두 가지 처방' },
        () => import('./lessons/gradients/index.js'),
      ),
    ],
  },
  {
    name: 'optimization',
    lessons: [
      lesson(
        'optimizers',
        { en: 'Optimizers on a landscape', ko: '지형 위의 옵티마이저' },
        () => import('./lessons/optimizers/index.js'),
      ),
      lesson(
        'batch',
        { en: 'Learning rate and batch size', ko: '학습률과 배치 크기' },
        () => import('./lessons/batch/index.js'),
      ),
    ],
  },
  {
    name: 'learn',
    lessons: [
      lesson(
        'bayes',
        { en: 'Bayesian search against you', ko: '베이지안 탐색과 겨루기' },
        () => import('./lessons/bayes/index.js'),
      ),
      lesson('halving', { en: 'Halving', ko: '연속 반감' }, () => import('./lessons/halving/index.js')),
    ],
  },
  {
    name: 'honest',
    lessons: [
      lesson(
        'test_set',
        { en: 'The test set and the winner’s curse', ko: '테스트 세트와 승자의 저주' },
        () => import('./lessons/test_set/index.js'),
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

/** The lesson behind one in the path; behind the last one, the first that is not done. @param {string} name
 * @param {(name: string) => boolean} isDone */
export const afterwards = (name, isDone) =>
  LESSONS[LESSONS.findIndex((one) => one.name === name) + 1] ??
  LESSONS.find((one) => one.name !== name && !isDone(one.name));
