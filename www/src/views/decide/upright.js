import { domainOf, steps } from '../../study/scale.js';

/** An axis of scores with a share of room beyond both ends, and what is labelled: where all scores are one, that one
 * alone, in short, as nobody has measured what lies beside it. Pure.
 * @param {number} low @param {number} high @param {number} room @param {number} n about how many labels */
export function uprightOf(low, high, room, n) {
  const domain = domainOf(low, high, room * (high - low));
  return { domain, marks: low === high ? [Number(low.toPrecision(4))] : steps(domain[0], domain[1], n) };
}
