/**
 * The one place that turns addresses into scripts to run. Where the page enforces Trusted Types only what passes here
 * becomes a Worker: files of the element's own origin, and blobs made here.
 */

/** @type {Set<string>} */
const blobs = new Set();
const OWN = new URL(import.meta.url).origin;

/** @param {string} href */
function createScriptURL(href) {
  if (blobs.has(href) || new URL(href).origin === OWN) return href;
  throw new TypeError(`not a script of this element: ${href}`);
}

const policy = makePolicy();
function makePolicy() {
  try {
    return /** @type {any} */ (globalThis).trustedTypes?.createPolicy('tuning-playground', { createScriptURL });
  } catch {
    // A host page may allow no such policy. If it forbids Workers with that, the engine runs on the page's thread.
    return undefined;
  }
}

/** @param {string} href @returns {string} which browsers with Trusted Types take for an address of a script */
export const scriptUrl = (href) => (policy ? policy.createScriptURL(href) : createScriptURL(href));

/**
 * A classic script that imports a module and hands it the messages that came before it: sandboxed frames start no
 * module from a blob, and to many pages' policies an import is a script while a module Worker's is a Worker.
 * @param {string} href
 */
const borrowed = (href) => `const early = [];
const hold = ({ data }) => early.push(data);
addEventListener('message', hold);
import(${JSON.stringify(href)}).then(() => {
  removeEventListener('message', hold);
  for (const data of early) dispatchEvent(new MessageEvent('message', { data }));
}, (error) => setTimeout(() => { throw error; }));`;

/**
 * The address from which a page of another origin may start a module of the element, as a classic Worker.
 * @param {string} href
 */
export function borrowedScriptUrl(href) {
  const blob = URL.createObjectURL(new Blob([borrowed(href)], { type: 'text/javascript' }));
  blobs.add(blob);
  return scriptUrl(blob);
}
