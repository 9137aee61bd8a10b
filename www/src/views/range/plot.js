import { number } from '../../study/format.js';

/**
 * What a range test's picture shows of its numbers. Pure functions.
 *
 * @typedef {import('../../study/types.js').RangeNews} RangeNews
 * @typedef {{kind: 'diverged' | 'blown' | 'through', at: number} | null} End how a test ended, and the step
 */

/** Shares of the fall that the picture shows around it: above, where the marks' words stand, at least, and at most;
 * and below. Single batches may lie as far out again as the room below. */
const ROOM = { least: 0.2, most: 0.5, below: 0.2 };
/** A fall of less than this share of the loss is drawn as small as it is. */
const LEAST_FALL = 0.2;

/** @param {(number | null)[]} all */
const finite = (all) => all.map(number).filter(Number.isFinite);

/** The losses between which the picture stands: the fall of the smoothed ones with some room, so that neither a
 * blow-up nor a single batch flattens it. @param {RangeNews} news @returns {[number, number] | null} */
export function spanOf({ losses, smoothed }) {
  const line = finite(smoothed);
  if (!line.length) return null;
  let at = 0;
  for (const [k, loss] of line.entries()) if (loss < line[at]) at = k;
  const lowest = line[at];
  const first = line.slice(0, at + 1).reduce((a, b) => Math.max(a, b), lowest);
  const fall = Math.max(first - lowest, LEAST_FALL * Math.abs(first)) || 1;
  const floor = first - fall;
  const every = finite(losses).concat(line);
  const most = every.reduce((a, b) => Math.max(a, b), -Infinity);
  const least = every.reduce((a, b) => Math.min(a, b), Infinity);
  const high = Math.max(Math.min(most, first + ROOM.most * fall), first + ROOM.least * fall);
  const low = Math.min(Math.max(least, floor - ROOM.below * fall), floor) - ROOM.below * fall;
  return Number.isFinite(high - low) && high > low ? [low, high] : null;
}

/** How a test ended; null before it has. @param {RangeNews} news @returns {End} */
export function endOf({ done, rates, losses, smoothed }) {
  const at = losses.length - 1;
  if (!done || at < 0) return null;
  const isLost = losses[at] === null || smoothed[at] === null;
  return { kind: isLost ? 'diverged' : losses.length < rates.length ? 'blown' : 'through', at };
}

/** Whether the loss still fell where the rates ended: the lowest is among the last hundredth of the steps.
 * @param {RangeNews} news */
export function fellToTheEnd(news) {
  const { lowest, rates } = news;
  return lowest !== null && endOf(news)?.kind === 'through' && lowest >= 0.99 * (rates.length - 1) - 1;
}

/** How wide a text is at the most, in pixels: Hangul is wider than Latin. @param {string} text */
export const widthOf = (text) => [...text].reduce((sum, one) => sum + (/[가-힣]/.test(one) ? 12 : 7), 0);

/** Where a text begins that stands beside a place, within the plot: to the right of it where there is room, else to
 * the left, else as far right as it fits. @param {number} at @param {number} width @param {number} left
 * @param {number} right @param {number} gap */
export function beside(at, width, left, right, gap) {
  if (at + gap + width <= right) return at + gap;
  if (at - gap - width >= left) return at - gap - width;
  return Math.max(left, right - width);
}
