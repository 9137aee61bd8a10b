/** The normal distribution and Student's t, to about 14 digits. */

const ROOT_PI = Math.sqrt(Math.PI);
/** From here on a continued fraction converges faster than a series. */
const FAR = 2.5;
/** Steps of a series or a continued fraction at most. */
const MOST = 400;
const TINY = 1e-300;

/** The complement of the error function. @param {number} x @returns {number} */
export function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (x < FAR) {
    // All terms are positive, so none cancels another.
    let [term, sum] = [x, x];
    for (let n = 1; n < MOST && term > sum * 1e-17; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return 1 - (2 / ROOT_PI) * Math.exp(-x * x) * sum;
  }
  // erfc(x) = exp(-x²) / √π / (x + (1/2) / (x + 1 / (x + (3/2) / (x + ...)))), from its end.
  let tail = x;
  for (let n = 60; n > 0; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / ROOT_PI / tail;
}

/** What the standard normal distribution has between two places; exact in both of its tails.
 * @param {number} a @param {number} b */
export function normalBetween(a, b) {
  const beyond = (/** @type {number} */ z) => 0.5 * erfc(z * Math.SQRT1_2);
  if (a > 0) return beyond(a) - beyond(b);
  if (b <= 0) return beyond(-b) - beyond(-a);
  return 1 - beyond(-a) - beyond(b);
}

/** The logarithm of the gamma function of what is above 0 (Stirling's series, from 15 on). @param {number} x */
function logGamma(x) {
  let [at, below] = [x, 0];
  for (; at < 15; at++) below += Math.log(at);
  const z = 1 / (at * at);
  const series = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z / 1188)))) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - below;
}

/** The regularised incomplete beta function, by its continued fraction. @param {number} x
 * @param {number} a @param {number} b @returns {number} */
export function betaShare(x, a, b) {
  if (!(x > 0)) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  let [c, d] = [1, 1 / (1 - ((a + b) * x) / (a + 1) || TINY)];
  let found = d;
  for (let m = 1; m < MOST; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const one of [even, odd]) {
      d = 1 / (1 + one * d || TINY);
      c = 1 + one / c || TINY;
      change = c * d;
      found *= change;
    }
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return front * found;
}

/** How likely Student's t lies at least this far from 0, on either side. @param {number} t
 * @param {number} freedom degrees of it */
export const studentBeyond = (t, freedom) =>
  Number.isFinite(t) ? betaShare(freedom / (freedom + t * t), freedom / 2, 0.5) : t === t ? 0 : NaN;

/** How far from 0 Student's t lies with this likelihood at most, on either side. @param {number} share inside, from 0
 * to 1 @param {number} freedom degrees of it */
export function studentWithin(share, freedom) {
  if (!(freedom > 0) || !(share > 0 && share < 1)) return NaN;
  let [low, high] = [0, 1];
  while (studentBeyond(high, freedom) > 1 - share && high < 1e300) [low, high] = [high, 2 * high];
  for (let k = 0; k < 200 && high - low > 1e-14 * high; k++) {
    const middle = (low + high) / 2;
    if (studentBeyond(middle, freedom) > 1 - share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
