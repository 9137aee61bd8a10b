/**
 * Writes other words in the place of an element's, many times a second: the text itself changes, as a node that comes
 * has the styles around it looked at again.
 * @param {Element} element @param {string} words
 */
export function rewrite(element, words) {
  const { firstChild } = element;
  if (!firstChild) element.textContent = words;
  else if (firstChild.nodeValue !== words) firstChild.nodeValue = words;
}
