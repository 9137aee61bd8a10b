/**
 * Whether a trial is scored by an average of its weights, and not by those that its last step left.
 * @param {import('./types.js').Study} study
 * @param {Partial<Pick<import('./types.js').Trial, 'params'>>} [trial]
 */
export const isAveraged = (study, trial) => (trial?.params?.averaging ?? study.fixed?.averaging ?? 'none') !== 'none';
