import { BY_NAME } from '../../study/hyperparameters.js';

/** What the view shows of a search. */
export const PARTS = /** @type {const} */ (['belief', 'rungs', 'duel']);

/** What each of the words behind `belief` may be (mind.js); an empty one stays as usual.
 * @type {((word: string) => boolean)[]} */
const BEHIND = [
  (kind) => kind === 'gp' || kind === 'tpe',
  (x) => BY_NAME.has(x),
  (y) => BY_NAME.has(y),
  (exploration) => Number(exploration) >= 0 && Number(exploration) <= 10,
  (upTo) => /^\d+$/.test(upTo),
];

/** The first of a link's words that says nothing here; null of none. Pure. @param {string} words */
export function strayIn(words) {
  const [part, ...rest] = words.split(',');
  if (!PARTS.some((one) => one === part)) return part;
  const behind = part === 'belief' ? BEHIND : [];
  return rest.find((word, k) => word !== '' && !behind[k]?.(word)) ?? null;
}
