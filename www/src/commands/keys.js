import { COMMANDS, performAction } from './commands.js';

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
 * @type {{name: string, keys: Key[], shown: string[]}[]} */
export const KEYS = Object.entries(COMMANDS).flatMap(([name, command]) => {
  const keys = /** @type {Key[]} */ (('keys' in command && command.keys) || []);
  return keys.length ? [{ name, keys, shown: keys.flatMap(facesOf) }] : [];
});

/** The button that a pointer pressed, until the keyboard comes to one. @type {Element | null} */
let pointed = null;
/** @param {Event} event */
const buttonOf = (event) => {
  const target = event.composedPath()[0];
  return target instanceof Element ? target.closest('button, a') : null;
};
globalThis.addEventListener?.('pointerdown', (event) => void (pointed = buttonOf(event)), { capture: true });
globalThis.addEventListener?.(
  'keydown',
  (event) => {
    if (/^(Tab|Enter)/.test(event.key)) pointed = null;
  },
  { capture: true },
);

/** What a key does. @param {KeyboardEvent} event @returns {(Key & {name: string}) | undefined} */
function keyOf(event) {
  // With Hangul on, the key of B gives ㅠ; the place of the key still says B.
  const key = (/[\u3131-\u318e]/.test(event.key) ? event.code.replace(/^Key/, '') : event.key).toLowerCase();
  const mod = event.ctrlKey || event.metaKey;
  if (event.altKey) return undefined;
  // Shift is part of how ? and / are typed on some keyboards.
  const shift = event.shiftKey && (key.length > 1 || mod);
  const press = `${mod ? 'mod+' : ''}${shift ? 'shift+' : ''}${key}`;
  for (const { name, keys } of KEYS) {
    const found = keys.find((one) => one.press === press);
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
  // A dialog has its keys to itself, and so has the writing of Hangul.
  if (event.defaultPrevented || event.isComposing || page.renderRoot.querySelector('dialog[open]')) return;
  const found = keyOf(event);
  if (!found) return;
  const target = /** @type {HTMLElement | undefined} */ (event.composedPath()[0]);
  const typing =
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  const combined = found.inFields === 'always';
  if (typing && !combined && !(found.inFields === 'untouched' && isUntouched(target))) return;
  const single = !event.ctrlKey && !event.metaKey && !found.kept;
  if (single && !store.singleKeys) return;
  const button = buttonOf(event);
  if (button && event.key === ' ') {
    // Space belongs to the button that the keyboard went to, and not to one that was clicked.
    if (button !== pointed) return;
    // Some browsers press a button when Space goes up.
    button.addEventListener('keyup', (up) => up.preventDefault(), { once: true });
  }
  // What is being typed counts before the run begins.
  if (typing && combined) target?.dispatchEvent(new Event('change', { bubbles: true }));
  event.preventDefault();
  performAction(store, { act: found.name, detail: found.detail });
}
