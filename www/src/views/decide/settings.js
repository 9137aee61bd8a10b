/**
 * The settings of samplers that learn, where a study does not say them (`src/study/sampler.rs`).
 *
 * @typedef {import('../../study/types.js').Study} Study
 */

export const LEARNING_ROUND = 8;
const USUAL = { startup: 10, round: LEARNING_ROUND };

/** @param {Study['sampler']} sampler @param {'startup' | 'round'} name */
export const settingOf = (sampler, name) => sampler?.[name] ?? USUAL[name];
