import { commandsKnown, performAction } from './commands.js';

/**
 * Keys of the page, as the commands have them. Single keys are off while text is being entered, with a modifier held,
 * and where the reader has turned them off; Esc always works.
 *
 * @typedef {import('./page.js').Page} Page
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('./command.js').Key<unknown>} Key
 */

/** What stands on keys. @type {Record<string, string>} */
const FACES = { ' ': 'Space', arrowleft: '←', arrowright: '→', enter: 'Enter', escape: 'Esc', shift: 'Shift' };

/** A key as the list of keys writes it: with Ctrl, and with ⌘. @param {Key} key */
function facesOf({ press }) {
  const parts = press.split('+').map((part) => FACES[part] ?? part.toUpperCase());
  const faces = parts[0] === 'MOD' ? ['Ctrl', '⌘'].map((mod) => [mod, ...parts.slice(1)]) : [parts];
  return faces.map((one) => one.join(' '));
}

/** Every command that has keys, in the order of the list of keys.
 * @returns {{name: string, keys: Key[], shown: string[]}[]} */
export const keysKnown = () =>
  Object.entries(commandsKnown()).flatMap(([name, { keys = [] }]) =>
    keys.length ? [{ name, keys, shown: keys.flatMap(facesOf) }] : [],
  );

/** What answers a press: Space is its own while it has the focus, and starts nothing after a click on it. */
const CONTROLS =
  'button, a, input, select, textarea, summary, label, tr, dialog, [role=option], [role^=menuitem], [contenteditable]';
/** A figure that the keyboard came to leaves Space to the run; one that was clicked does not. */
const FIGURES = '.plot, .strip';

/** @param {Event} event @param {string} selector @returns {Element | null} the nearest around what it happened to */
const around = (event, selector) => {
  const target = event.composedPath()[0];
  return target instanceof Element ? target.closest(selector) : null;
};

/** What was clicked last, until the focus goes elsewhere. @type {Element | null} */
let pressed = null;
/** @type {[string, (event: any) => void][]} */
const watched = [
  ['pointerdown', (event) => void (pressed = around(event, `${CONTROLS}, ${FIGURES}`))],
  ['keydown', ({ key }) => void (key === 'Tab' && (pressed = null))],
  [
    'focusin',
    (event) => {
      const to = event.composedPath()[0];
      if (pressed && to instanceof Node && !pressed.contains(to) && !to.contains(pressed)) pressed = null;
    },
  ],
];
for (const [name, act] of watched) globalThis.addEventListener?.(name, act, { capture: true });

/** What a key does. @param {KeyboardEvent} event @returns {(Key & {name: string}) | undefined} */
function keyOf(event) {
  // With Hangul on, the key of B gives ㅠ; the place of the key still says B.
  const key = (/[\u3131-\u318e]/.test(event.key) ? event.code.replace(/^Key/, '') : event.key).toLowerCase();
  const mod = event.ctrlKey || event.metaKey;
  if (event.altKey) return undefined;
  // Shift is part of how ? and / are typed on some keyboards.
  const shift = event.shiftKey && (key.length > 1 || mod);
  const press = `${mod ? 'mod+' : ''}${shift ? 'shift+' : ''}${key}`;
  for (const [name, { keys }] of Object.entries(commandsKnown())) {
    const found = keys?.find((one) => one.press === press);
    if (found) return { ...found, name };
  }
  return undefined;
}

/** The field in which something was typed that is not confirmed yet. @type {EventTarget | null} */
let typed = null;
for (const name of ['input', 'focusin', 'keydown'])
  globalThis.addEventListener?.(
    name,
    (event) => {
      if (name === 'input') [typed] = event.composedPath();
      else if (name === 'focusin' || /^(Enter|Escape)$/.test(/** @type {KeyboardEvent} */ (event).key)) typed = null;
    },
    { capture: true },
  );

/** Whether nothing was typed into a field of the study since it was confirmed: it has nothing of its own to undo.
 * @param {HTMLElement} field */
const isUntouched = (field) => field.matches('.field-input:not([type=search])') && field !== typed;

/** @param {KeyboardEvent} event @param {Page} page @param {Store} store */
export function onShortcut(event, page, store) {
  // The writing of Hangul has its keys to itself,
  if (event.defaultPrevented || event.isComposing) return;
  const found = keyOf(event);
  if (!found) return;
  // and so has a dialog, but for what acts everywhere: it closes, unless it is at work.
  const dialog = page.renderRoot.querySelector('dialog[open]');
  if (dialog && (found.inFields !== 'always' || /** @type {HTMLElement} */ (dialog).dataset.busy === 'true')) return;
  const target = /** @type {HTMLElement | undefined} */ (event.composedPath()[0]);
  const typing =
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  const combined = found.inFields === 'always';
  if (typing && !combined && !(found.inFields === 'untouched' && isUntouched(target))) return;
  const single = !event.ctrlKey && !event.metaKey && !found.kept;
  if (single && !store.singleKeys) return;
  if (event.key === ' ' && (pressed || around(event, CONTROLS))) return;
  // What is being typed counts before the run begins.
  if (typing && combined) target?.dispatchEvent(new Event('change', { bubbles: true }));
  event.preventDefault();
  /** @type {HTMLDialogElement | null} */ (dialog)?.close();
  performAction(store, { act: found.name, detail: found.detail });
}
