import presets from './presets.json' with { type: 'json' };
import { sameStudy } from './link.js';
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
