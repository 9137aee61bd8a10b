/**
 * Where the words beside the selected trial's mark stand: within the plot, and clear of the other marks. Pure.
 *
 * @typedef {{x: number, y: number, anchor: 'start' | 'end', long: boolean}} Place from the mark's middle; `long`
 * with all
 *   of the words
 * @typedef {{left: number, right: number, top: number, bottom: number}} Room of the plot
 */

/** How far from the mark's middle words begin. */
const GAP = 14;
/** The height of the words' line, and of what they leave free around another mark. */
const [LINE, MARK] = [14, 5];
/** Above, beside and below, in px. */
const ROWS = [4, -12, 20];
/** All words are written where they cover at most so many other marks; else the number alone. */
const COVERED = 1;

/** How wide words are at the most, in px: Hangul is wider than Latin. @param {string} text */
const widthOf = (text) => [...text].reduce((sum, one) => sum + (/[\u1100-\uffdc]/.test(one) ? 12 : 6.6), 0);

/**
 * @param {{x: number, y: number}} mark @param {string} number @param {string} further
 * @param {Room} room @param {Iterable<{x: number, y: number}>} others all marks, the selected one, too
 * @returns {Place}
 */
export function labelPlace(mark, number, further, room, others) {
  /** @type {{x: number, y: number}[]} */
  const near = [];
  const reach = GAP + widthOf(number + further) + MARK;
  for (const one of others)
    if (Math.abs(one.x - mark.x) < reach && Math.abs(one.y - mark.y) < 30 && (one.x !== mark.x || one.y !== mark.y))
      near.push(one);
  /** @param {boolean} long */
  const best = (long) => {
    const width = widthOf(long ? number + further : number);
    /** @type {{place: Place, covered: number} | null} */
    let found = null;
    for (const y of ROWS)
      for (const anchor of /** @type {Place['anchor'][]} */ (
        mark.x - room.left > 120 ? ['end', 'start'] : ['start', 'end']
      )) {
        const [from, to] = anchor === 'start' ? [GAP, GAP + width] : [-GAP - width, -GAP];
        const [left, right] = [mark.x + from, mark.x + to];
        const [top, bottom] = [mark.y + y - LINE + 3, mark.y + y + 3];
        if (left < room.left || right > room.right || top < room.top || bottom > room.bottom) continue;
        let covered = 0;
        for (const one of near)
          if (one.x > left - MARK && one.x < right + MARK && one.y > top - MARK && one.y < bottom + MARK) covered++;
        if (!found || covered < found.covered)
          found = { place: { x: anchor === 'start' ? GAP : -GAP, y, anchor, long }, covered };
      }
    return found;
  };
  const whole = best(true);
  if (whole && (whole.covered <= COVERED || !further)) return whole.place;
  const short = best(false);
  if (short) return short.place;
  const isRight = mark.x - room.left <= (room.right - room.left) / 2;
  return { x: isRight ? GAP : -GAP, y: 4, anchor: isRight ? 'start' : 'end', long: false };
}
