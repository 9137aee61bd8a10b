import { later } from '../platform/later.js';
import { studyNotice } from '../state/notices.js';

/** Where the focus goes. @typedef {import('./page.js').Page} Page @typedef {import('./command.js').On} On */

/** Run, or Stop: what the run bar says beside them may vanish as well. */
export const RUN_BUTTON = '#run .bts button:not([disabled])';

/** Parts are drawn anew within so many frames of a press, also where the machine is busy. */
const FRAMES = 600;

/** How many elements the focus is on its way to. */
let awaited = 0;

/** What keys get to, of a group of radio buttons the one that is chosen. */
const REACHED = 'button:enabled, select:enabled, input:enabled:not([type=radio]:not(:checked)), [tabindex="0"]';

/** A button that vanishes when it is pressed leaves the focus to what stands before it in its view, else to Run,
 * unless something else has taken it, or will.
 * @param {Page} page */
export function keepFocus(page) {
  const before = page.shadowRoot?.activeElement;
  if (!before) return;
  const all = [...(before.closest('#view')?.querySelectorAll(REACHED) ?? [])];
  const earlier = all.slice(0, Math.max(0, all.indexOf(before)));
  let frames = FRAMES;
  const look = () => {
    const now = page.shadowRoot?.activeElement;
    if ((now && now !== before) || frames-- <= 0) return;
    const near = before.isConnected
      ? null
      : (earlier.findLast((one) => one.checkVisibility() && one.matches(REACHED)) ??
        page.renderRoot.querySelector(RUN_BUTTON));
    if (near && !awaited) /** @type {HTMLElement} */ (near).focus({ preventScroll: true });
    else requestAnimationFrame(look);
  };
  look();
}

/** A part that is long in coming is waited for so many frames. */
const PATIENCE = 120;

/** Gives the focus to the first element of a selector, after the page has been drawn with what has just changed: three
 * frames later, and where that is not drawn yet once it is, unless something else has taken it meanwhile.
 * @param {On} on @param {string} selector */
export function focusSoon({ page }, selector) {
  const held = () => page.shadowRoot?.activeElement ?? null;
  let frames = PATIENCE;
  /** @type {Element | null | undefined} */ let before = undefined;
  awaited++;
  const look = () => {
    const isTaken = before !== undefined && held() !== null && held() !== before;
    const to = isTaken ? null : /** @type {HTMLElement | null} */ (page.renderRoot.querySelector(selector));
    to?.focus();
    before = held();
    if (isTaken || (to && before === to) || frames-- <= 0) awaited--;
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(look)));
}

/** Opens the study where it lies behind a button. @param {On} on */
export function unfold({ store, slices, page }) {
  const narrow = page.renderRoot.querySelector('.top .only-narrow')?.checkVisibility();
  slices.look.put({ sheet: store.sheet || narrow === true }, 'study');
}

/** What is asked for and not there yet. @type {Set<() => void>} */
const opening = new Set();

/** Parts that few readers open are loaded when they are asked for.
 * @param {On} on @param {string} name @param {() => void} then */
export function opened(on, name, then) {
  opening.add(then);
  const arrived = () => {
    if (opening.delete(then)) then();
  };
  void later(name).then(arrived, (error) => {
    opening.delete(then);
    notThere(on, error);
  });
}

/** What could not be loaded is asked for again by another press. @param {On} on @param {any} error */
export const notThere = ({ slices }, error) =>
  slices.messages.notify(studyNotice({ code: 'unexpected', detail: String(error?.message ?? error) }));

/** What is still on its way does not open any more. @returns {boolean} whether anything was */
export function leftUnopened() {
  const any = opening.size > 0;
  opening.clear();
  return any;
}
