import { CONTESTANTS } from './duel.js';

/** Each contestant has its colour and its dash whoever else takes part. */
const SERIES = [0, 1, 7, 5, 2, 3, 4];

/** @param {string} name */
export function lookOf(name) {
  const series = SERIES[Math.max(0, CONTESTANTS.indexOf(name))];
  return { series, color: `var(--series-${series})` };
}
