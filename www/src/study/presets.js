import presets from './presets.json' with { type: 'json' };
import { sameStudy } from './same.js';
import { startStudy } from './study.js';

/**
 * Whole studies to begin with, each with something to see in it.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {{name: string, title: {en: string, ko: string}, about: {en: string, ko: string}, study: Study}} Preset
 */

/** The first is the page's own default. @type {Preset[]} */
export const PRESETS = presets.map((one) => /** @type {any} */ ({ ...one, study: one.study ?? startStudy() }));

/** The preset that a study still is. @param {Study} study */
export const presetOf = (study) => PRESETS.find((one) => sameStudy(one.study, study));

/**
 * A study's title. A preset gives its own, in the reader's language, to a study that is still the preset; of one that
 * has been changed it would tell what is no longer there.
 * @param {Study} study @param {import('./types.js').Language | null} language null takes no preset's title
 */
export function titleOf(study, language) {
  const { name = '' } = study;
  const given = PRESETS.find((one) => one.study.name === name || Object.values(one.title).includes(name));
  if (!name || !given) return name;
  return language && presetOf(study) === given ? given.title[language] : '';
}
