/**
 * How far two runs of the same trials agree on which is better: those by folds and those by one split. Pure.
 *
 * @typedef {{n: number, rank: number, correlation: number}} Agreement over so many trials in both; `rank`: the place,
 *   from 1, that the best of the one run has in the other; `correlation` of the ranks (Spearman)
 */

/** Places from 1 of scores, the best first; equals share the mean of theirs. @param {number[]} scores
 * @param {boolean} up */
function ranksOf(scores, up) {
  const order = scores.map((_, k) => k).sort((a, b) => (up ? scores[b] - scores[a] : scores[a] - scores[b]));
  const ranks = scores.map(() => 0);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to + 1 < order.length && scores[order[to + 1]] === scores[order[from]]) to++;
    for (let k = from; k <= to; k++) ranks[order[k]] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return ranks;
}

/** Null of fewer than three trials that both have. @param {Map<string, number>} own scores by settings
 * @param {Map<string, number>} other @param {boolean} up whether high is good @returns {Agreement | null} */
export function agreementOf(own, other, up) {
  const both = [...own.keys()].filter((key) => other.has(key));
  const n = both.length;
  if (n < 3) return null;
  const [a, b] = [own, other].map((one) =>
    ranksOf(
      both.map((key) => /** @type {number} */ (one.get(key))),
      up,
    ),
  );
  const mean = (n + 1) / 2;
  const sum = (/** @type {(k: number) => number} */ of) => both.reduce((all, _, k) => all + of(k), 0);
  const spread = Math.sqrt(sum((k) => (a[k] - mean) ** 2) * sum((k) => (b[k] - mean) ** 2));
  const correlation = sum((k) => (a[k] - mean) * (b[k] - mean)) / spread;
  return { n, rank: b[a.indexOf(Math.min(...a))], correlation };
}
