/**
 * A figure's cursor: where keys lead it. Shift and modifiers are left to the figure and to the browser.
 *
 * @typedef {{key: string, altKey?: boolean, ctrlKey?: boolean, metaKey?: boolean}} Key
 */

/** So many steps at once. */
const LEAP = 10;

/** @param {Key} key @returns {[number, number] | null} across and up */
export function wayOf({ key, altKey, ctrlKey, metaKey }) {
  if (altKey || ctrlKey || metaKey) return null;
  if (key === 'ArrowRight') return [1, 0];
  if (key === 'ArrowLeft') return [-1, 0];
  if (key === 'ArrowUp') return [0, 1];
  return key === 'ArrowDown' ? [0, -1] : null;
}

/** The same, and to the ends of a row with Home and End, of a column with Page up and Page down.
 * @param {Key} event @returns {[number, number] | null} */
export function wayOrEdgeOf(event) {
  const edge = /** @type {Record<string, [number, number]>} */ ({
    Home: [-Infinity, 0],
    End: [Infinity, 0],
    PageUp: [0, Infinity],
    PageDown: [0, -Infinity],
  })[event.key];
  return edge && !(event.altKey || event.ctrlKey || event.metaKey) ? edge : wayOf(event);
}

/**
 * The place that a key leads to among whole places from `first` to `last`; null where it leads nowhere.
 * @param {number} at
 * @param {Key} key
 * @param {number} first
 * @param {number} last
 */
export function placeAfter(at, key, first, last) {
  if (!(last >= first) || key.altKey || key.ctrlKey || key.metaKey) return null;
  const to = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    PageUp: at + LEAP,
    PageDown: at - LEAP,
    Home: first,
    End: last,
  }[key.key];
  return to === undefined ? null : Math.max(first, Math.min(last, to));
}

/**
 * The mark next above or below one of them; among equals in the order of the list, so that each is reached.
 * @template {{at: number}} M
 * @param {M[]} marks
 * @param {M} here one of them
 * @param {number} way 1 for up, -1 for down
 * @returns {M | null}
 */
export function nextMark(marks, here, way) {
  const order = marks.map((one, k) => ({ one, k })).filter(({ one }) => Number.isFinite(one.at));
  order.sort((a, b) => a.one.at - b.one.at || a.k - b.k);
  const place = order.findIndex(({ one }) => one === here);
  return place < 0 ? null : (order[place + way]?.one ?? null);
}
