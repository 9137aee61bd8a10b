import { SEEDS, SIZES, axesOf, mapFromWords } from '../../study/map.js';
import { firstAxes } from '../../study/pixels.js';

/**
 * What a link asks of a map, where not all of it can be had: what else is shown, and what the reader is told. Pure.
 *
 * @typedef {import('../../study/types.js').Problem} Problem
 * @typedef {import('../../study/types.js').Study} Study
 */

/** The size that comes nearest to another. @param {number} wanted */
const nearest = (wanted) =>
  SIZES.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best));

/** @param {Study} study @param {string} text a link's words
 * @returns {{words: string, problems: Problem[]}} words that a map can be made of */
export function askedOf(study, text) {
  const [x = '', y = '', size = '', ...ends] = text.split(',');
  const able = axesOf(study);
  /** @type {Problem[]} */ const problems = [];
  /** An axis in the place of one that is none; its ends go with it.
   * @param {string} found @param {string} other @param {number} at of its ends @param {string} code */
  const instead = (found, other, at, code) => {
    const shown = [...firstAxes(study, null), ...able].find((name) => name !== other && name !== SEEDS) ?? '';
    problems.push({ code, found, shown, list: able });
    ends.splice(at, 2, ...(at < ends.length ? ['', ''] : []));
    return shown;
  };
  const isY = y === SEEDS || able.includes(y);
  const across = able.includes(x) ? x : instead(x, isY ? y : '', 0, 'note_map_axis');
  const up = !isY
    ? instead(y, across, 2, 'note_map_axis')
    : y === across
      ? instead(y, across, 2, 'note_map_twice')
      : y;
  const side = nearest(Number(size));
  if (side !== Number(size))
    problems.push({ code: 'note_map_size', found: size, shown: side, list: SIZES.map(String) });
  const words = [across, up, side, ...ends].join();
  const made = mapFromWords(study, words);
  for (const [at, name] of [across, up].entries()) {
    const range = at ? made?.ranges.y : made?.ranges.x;
    const given = ends.slice(2 * at, 2 * at + 2);
    if (!given.some(Boolean)) continue;
    const [low, high] = [range?.low, range?.high];
    if (given.length === 2 && given.every(Boolean) && Number(given[0]) === low && Number(given[1]) === high) continue;
    const shown = range?.choices ? range.choices.join(', ') : range ? `${low} – ${high}` : SEEDS;
    problems.push({ code: 'note_map_ends', found: given.join(','), name, shown });
  }
  return { words: made ? words : '', problems };
}
