/** @typedef {import('./tp-number.js').TpNumber} TpNumber */

/** Whether a number in a dialog is not valid: it gets the focus, and nothing is begun with the one before it.
 * @param {Element} dialog */
export function isHeld(dialog) {
  const numbers = /** @type {NodeListOf<TpNumber>} */ (dialog.querySelectorAll('tp-number'));
  const wrong = [...numbers].find((one) => one.entered !== null);
  wrong?.querySelector('input')?.focus();
  return wrong !== undefined;
}
