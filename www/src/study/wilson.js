/** The 95 % quantile of the normal distribution, both sides. */
const Z = 1.959963984540054;

/** Wilson's 95 % interval for a share that was measured on `n` samples. @param {number} share @param {number} n
 * @returns {[number, number]} */
export function wilson(share, n) {
  const z2 = (Z * Z) / n;
  const middle = (share + z2 / 2) / (1 + z2);
  const half = (Z / (1 + z2)) * Math.sqrt(Math.max(0, (share * (1 - share)) / n + z2 / (4 * n)));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
