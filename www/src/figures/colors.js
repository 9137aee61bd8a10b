/** Colour scales of 256 entries, and the tokens in use. */

const DEPTH = ['f6f6d7', 'c7e3b7', '8dcfac', '56b7ac', '2e9ba8', '1a7f9f', '186191', '1a457d', '192967'];

/** @param {string} hex @returns {[number, number, number]} */
const rgb = (hex) => [parseInt(hex.slice(0, 2), 16), parseInt(hex.slice(2, 4), 16), parseInt(hex.slice(4), 16)];

/** Blue below 0, ochre above; what is near 0 recedes into the page. */
const DIVERGING = {
  light: ['347bc5', '99bce3', 'f6f6f6', 'd4b189', 'aa6700'],
  dark: ['6faeef', '435f7c', '1e1e1e', '6f5837', 'd39e4f'],
};

/** A scale of 256 colours through some, of which each is mixed when it is first asked for. @param {string[]} hexes
 * @returns {(share: number) => string} */
function through(hexes) {
  const stops = hexes.map(rgb);
  /** @type {string[]} */
  const mixed = [];
  return (share) => {
    const index = Math.round(255 * share);
    const place = (index / 255) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(place));
    const mix = (/** @type {number} */ c) =>
      Math.round(stops[low][c] + (stops[low + 1][c] - stops[low][c]) * (place - low));
    return (mixed[index] ??= `rgb(${mix(0)} ${mix(1)} ${mix(2)})`);
  };
}

/** "Depth", from straw (0) to deep blue (1). */
const depth = through(DEPTH);
const diverging = { light: through(DIVERGING.light), dark: through(DIVERGING.dark) };

/** The colour of a goodness from 0 (worst) to 1 (best): the best always contrasts most with the page.
 * @param {number} goodness @param {boolean} dark */
export function depthColor(goodness, dark) {
  const place = Math.max(0, Math.min(1, Number.isFinite(goodness) ? goodness : 0));
  return depth(dark ? 1 - 0.96 * place : place);
}

/** The colour of a place on a scale with 0 in its middle. @param {number} share from 0 to 1 @param {boolean} dark */
export function divergingColor(share, dark) {
  const place = Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0.5));
  return diverging[dark ? 'dark' : 'light'](place);
}

/** @type {Map<string, string>} */
const known = new Map();

/** Reads the tokens of a theme; asking for styles while drawing is slow, so each is asked for once.
 * @param {Element} element @param {boolean} dark */
export function tokens(element, dark) {
  return (/** @type {string} */ name) => {
    const key = `${name} ${dark}`;
    let value = known.get(key);
    if (value === undefined) {
      value = getComputedStyle(element).getPropertyValue(name).trim();
      // Before the first render there are no styles to read.
      if (value) known.set(key, value);
    }
    return value;
  };
}

/** Settings that change tokens under both themes. */
const CONTRASTS = ['(forced-colors: active)', '(prefers-contrast: more)', '(prefers-contrast: less)'];
/** Grows whenever tokens may have changed: what was painted with the old ones is painted anew. */
export const palette = { version: 0 };

/** Reads the tokens anew when contrast settings change. @param {() => void} wake draws with them
 * @returns {() => void} ends it */
export function watchContrast(wake) {
  const read = () => {
    known.clear();
    palette.version++;
    wake();
  };
  const queries = CONTRASTS.map((one) => matchMedia(one));
  for (const one of queries) one.addEventListener('change', read);
  return () => {
    for (const one of queries) one.removeEventListener('change', read);
  };
}
