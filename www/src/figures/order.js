/** In which order rows without a value come. */
export const STATES = ['complete', 'running', 'pruned', 'diverged', 'failed', 'cancelled', 'queued'];

/** @param {unknown} value */
const known = (value) => typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

/**
 * The numbers of trials in the order of a value; those without one come last, by state. Ties go to the lower number.
 * @param {Iterable<import('../study/types.js').Trial>} trials
 * @param {(trial: import('../study/types.js').Trial) => any} value
 * @param {boolean} down the largest first
 * @param {(trial: import('../study/types.js').Trial) => boolean} [behind] those that come after all others with one
 * @returns {number[]}
 */
export function orderOf(trials, value, down, behind = () => false) {
  const rows = Array.from(trials, (one) => ({
    number: one.number,
    value: value(one),
    state: STATES.indexOf(one.state),
    isBehind: behind(one),
  }));
  const valued = rows.filter((one) => known(one.value));
  const others = rows.filter((one) => !known(one.value)).sort((a, b) => a.state - b.state || a.number - b.number);
  const sign = down ? -1 : 1;
  const sorted = (/** @type {typeof rows} */ some) =>
    some.every((one) => typeof one.value === 'number')
      ? byNumber(some, sign)
      : some
          .sort((a, b) => (a.value < b.value ? -sign : a.value > b.value ? sign : 0) || a.number - b.number)
          .map((one) => one.number);
  const first = sorted(valued.filter((one) => !one.isBehind));
  return first.concat(
    sorted(valued.filter((one) => one.isBehind)),
    others.map((one) => one.number),
  );
}

/**
 * Tens of thousands are sorted without a callback for each comparison: the values alone, and each row finds its place.
 * @param {{number: number, value: number}[]} rows
 * @param {number} sign
 * @returns {number[]}
 */
function byNumber(rows, sign) {
  rows.sort((a, b) => a.number - b.number);
  // Adding 0 makes -0 a 0, which typed arrays would put before it.
  const sorted = Float64Array.from(rows, (one) => sign * one.value + 0).sort();
  const taken = new Int32Array(rows.length);
  const order = new Array(rows.length);
  for (const { number, value } of rows) {
    const at = sign * value + 0;
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < at) low = middle + 1;
      else high = middle;
    }
    order[low + taken[low]++] = number;
  }
  return order;
}
