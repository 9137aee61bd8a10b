import { save, saved } from '../platform/saved.js';
import { lookOf } from '../state/score.js';
import { scoreName, scoreText } from '../state/spread.js';

/**
 * Keys of the page. Single keys are off while text is being entered, with a modifier held, and where the reader has
 * turned them off; Esc always works.
 *
 * @typedef {import('./page.js').Page} Page
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {{act: string, keys: string[], shown: string[]}} Shortcut
 */

const KEYS_KEY = 'tuning-playground.keys';

/** Every shortcut there is, with what stands on its keys; the list of keys shows them in this order.
 * @type {Shortcut[]} */
export const SHORTCUTS = [
  { act: 'run', keys: [' ', 'mod+enter'], shown: ['Space', 'Ctrl Enter', '⌘ Enter'] },
  { act: 'rank', keys: ['arrowleft', 'arrowright'], shown: ['←', '→'] },
  { act: 'number', keys: ['shift+arrowleft', 'shift+arrowright'], shown: ['Shift ←', 'Shift →'] },
  { act: 'best', keys: ['b'], shown: ['B'] },
  { act: 'table', keys: ['t'], shown: ['T'] },
  { act: 'dark', keys: ['d'], shown: ['D'] },
  { act: 'search', keys: ['/'], shown: ['/'] },
  { act: 'list', keys: ['?'], shown: ['?'] },
  { act: 'escape', keys: ['escape'], shown: ['Esc'] },
  { act: 'undo', keys: ['mod+z'], shown: ['Ctrl Z', '⌘ Z'] },
  { act: 'redo', keys: ['mod+shift+z', 'mod+y'], shown: ['Ctrl Shift Z', '⌘ Shift Z', 'Ctrl Y'] },
];

export const singleKeysSaved = () => saved(KEYS_KEY) !== 'off';

/** @param {Store} store @param {boolean} on */
export function setSingleKeys(store, on) {
  store.singleKeys = on;
  save(KEYS_KEY, on ? 'on' : 'off');
  store.touch('look');
}

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

/** @param {KeyboardEvent} event @returns {Shortcut | undefined} */
function shortcutOf(event) {
  // With Hangul on, the key of B gives ㅠ; the place of the key still says B.
  const key = (/[\u3131-\u318e]/.test(event.key) ? event.code.replace(/^Key/, '') : event.key).toLowerCase();
  const mod = event.ctrlKey || event.metaKey;
  if (event.altKey) return undefined;
  // Shift is part of how ? and / are typed on some keyboards.
  const shift = event.shiftKey && (key.length > 1 || mod);
  const name = `${mod ? 'mod+' : ''}${shift ? 'shift+' : ''}${key}`;
  return SHORTCUTS.find((one) => one.keys.includes(name));
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
  const found = shortcutOf(event);
  if (!found) return;
  const target = /** @type {HTMLElement | undefined} */ (event.composedPath()[0]);
  const typing =
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  const combined = found.act === 'run' && event.key === 'Enter';
  const steps = found.act === 'undo' || found.act === 'redo';
  if (typing && !combined && !(steps && isUntouched(target))) return;
  const single = !event.ctrlKey && !event.metaKey && found.act !== 'escape';
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
  const act = (/** @type {string} */ name, /** @type {unknown} */ detail) =>
    page.renderRoot
      .querySelector('tp-header')
      ?.dispatchEvent(new CustomEvent('tp-act', { detail: { act: name, detail }, bubbles: true }));
  const by = event.key === 'ArrowLeft' ? -1 : 1;
  /** @type {Record<string, () => void>} */
  const acts = {
    run: () => {
      if (store.state === 'running') act('pause', null);
      else if (store.state === 'paused') act('resume', null);
      else if (store.state === 'idle' && !store.readOnly) act('run', null);
    },
    rank: () => move(store, by, 'rank'),
    number: () => move(store, by, 'number'),
    best: () => choose(store, store.best),
    table: () => figureOf(target, page)?.toggleTable(),
    dark: () => act('theme', store.dark ? 'light' : 'dark'),
    search: () => act('search', null),
    list: () => act('keys', true),
    escape: () => {
      if (store.drawer) act('drawer', false);
      else if (store.brush) act('unbrush', null);
      else {
        store.hover(null);
        store.select(null);
      }
    },
    undo: () => store.step(-1),
    redo: () => store.step(1),
  };
  event.preventDefault();
  acts[found.act]();
}

/** @param {Store} store @param {1 | -1} by @param {'rank' | 'number'} order */
function move(store, by, order) {
  store.move(by, order);
  tell(store);
}

/** Selects a trial and says which. @param {Store} store @param {number | null} number */
export function choose(store, number) {
  store.select(number);
  tell(store);
}

/** @param {Store} store */
function tell(store) {
  const trial = store.selected;
  if (trial)
    store.say(
      store.t('strip.value', {
        number: trial.number,
        state: store.t(`state.${lookOf(store, trial)}`),
        score: scoreName(store),
        value: scoreText(store, trial),
      }),
    );
}

/** The figure that has the focus, else the surface. @param {HTMLElement | undefined} target @param {Page} page
 * @returns {{toggleTable: () => void} | null} */
function figureOf(target, page) {
  const own = target instanceof HTMLElement ? target.closest('figure.fig')?.parentElement : null;
  return /** @type {any} */ (own ?? page.renderRoot.querySelector('tp-surface'));
}
