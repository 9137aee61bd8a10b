// Small choices of the reader, kept between visits.

/** @param {string} key */
export function saved(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
export function save(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is refused in private windows and sandboxed frames; the choice then lasts as long as the page.
  }
}
