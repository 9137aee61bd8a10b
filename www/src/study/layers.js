/**
 * The two ways to give a network's hidden layers: a list of widths, or a depth and one width, which can be swept.
 * A list overrides the others, so only one of the two stands in a study.
 *
 * @typedef {import('./types.js').Study} Study
 */

const BY_DEPTH = (/** @type {string} */ name) =>
  name === 'hidden_layers' || name === 'hidden_units' || /^units_\d+$/.test(name);

/** From a list of widths to depth and width. @param {Study} study */
export function toDepth(study) {
  const widths = /** @type {number[] | undefined} */ (study.fixed?.hidden);
  if (!widths) return;
  delete study.fixed?.hidden;
  study.fixed = {
    ...study.fixed,
    hidden_layers: widths.length,
    ...(widths.length ? { hidden_units: widths[0] } : {}),
  };
}

/** From depth and width to a list of widths. @param {Study} study @param {number[]} widths */
export function toWidths(study, widths) {
  for (const part of [study.fixed, study.space])
    for (const name of Object.keys(part ?? {})) if (BY_DEPTH(name)) delete part?.[name];
  study.fixed = { ...study.fixed, hidden: widths };
}
