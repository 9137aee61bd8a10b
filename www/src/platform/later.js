/**
 * Parts that few readers open are loaded together when the first of them is asked for. The element says how; there is
 * one such import, as a second one would split the main chunk.
 */

/** @type {() => Promise<any>} */
let load = () => Promise.reject(new Error('No part is loaded later'));

/** @param {() => Promise<any>} how */
export function setLater(how) {
  load = how;
}

/** Loads them, once. */
export const later = () => load();
