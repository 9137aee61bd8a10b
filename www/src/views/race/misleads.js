import { LEAST_EXPLAINED, differs, explainedBy } from '../../figures/ground/honesty.js';

/**
 * What a race's picture cannot show, and where it misleads.
 *
 * @typedef {import('../../state/race.js').RaceHead} RaceHead
 * @typedef {{key: string, values: Record<string, number | string>}} Finding a text, and what it says
 */

/** A path of which the plane holds less than this is somewhere else than where it is drawn. */
export const LEAST_HELD = 0.5;

/** @param {RaceHead} head @param {string[]} names @returns {Finding[]} */
export function raceMisleads(head, names) {
  /** @type {Finding[]} */ const found = [];
  const share = explainedBy(head.explained);
  if (share !== null && share < LEAST_EXPLAINED)
    found.push({ key: 'race.misleads.explained', values: { share, rest: 1 - share } });
  const list = (/** @type {number[]} */ which) => which.map((k) => names[k]).join(', ');
  const at = (/** @type {(path: RaceHead['paths'][number]) => boolean} */ is) =>
    head.paths.flatMap((path, k) => (is(path) && names[k] !== undefined ? [k] : []));
  const lost = at(({ diverged_at: one }) => one !== null && one !== undefined);
  const hidden = at((path) => path.held < LEAST_HELD && !lost.includes(head.paths.indexOf(path)));
  if (hidden.length) found.push({ key: 'race.misleads.hidden', values: { names: list(hidden) } });
  const wrong = at((path) => {
    const n = path.loss.filter((own, k) => differs(path.slice_loss[k], own)).length;
    return 2 * n > path.loss.length;
  });
  if (wrong.length) found.push({ key: 'race.misleads.slice', values: { names: list(wrong) } });
  if (lost.length) found.push({ key: 'race.misleads.lost', values: { names: list(lost) } });
  return found;
}
