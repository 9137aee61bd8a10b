/**
 * Keys of the page. Single keys are off while text is being entered and with a modifier held.
 *
 * @typedef {import('./tuning-playground.js').TuningPlayground} Page
 * @typedef {import('./store.js').Store} Store
 */

/** @param {KeyboardEvent} event @param {Page} page @param {Store} store */
export function onShortcut(event, page, store) {
  // A dialog has its keys to itself.
  if (event.defaultPrevented || page.renderRoot.querySelector('dialog[open]')) return;
  const target = /** @type {HTMLElement | undefined} */ (event.composedPath()[0]);
  const typing = target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  const letter = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && !event.altKey && (letter === 'z' || letter === 'y')) {
    if (typing) return;
    event.preventDefault();
    store.step(letter === 'y' || event.shiftKey ? 1 : -1);
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  // Space and Enter belong to the control that has the focus.
  const control = target instanceof HTMLElement && target.closest('button, a, [role="slider"]') !== null;
  const act = (/** @type {string} */ name, /** @type {unknown} */ detail) =>
    page.renderRoot.querySelector('tp-header')?.dispatchEvent(new CustomEvent('tp-act', { detail: { act: name, detail }, bubbles: true }));
  /** @type {Record<string, () => void>} */
  const keys = {
    ' ': () => {
      if (store.state === 'running') act('pause', null);
      else if (store.state === 'paused') act('resume', null);
      else if (store.state === 'idle' && !store.readOnly) act('run', null);
    },
    b: () => choose(store, store.best),
    d: () => act('theme', store.dark ? 'light' : 'dark'),
    t: () => figureOf(target, page)?.toggleTable(),
    escape: () => {
      if (store.drawer) act('drawer', false);
      else {
        store.hover(null);
        store.select(null);
      }
    },
    arrowright: () => move(store, 1, event.shiftKey),
    arrowleft: () => move(store, -1, event.shiftKey),
  };
  const key = keys[letter];
  if (!key || (control && letter === ' ')) return;
  event.preventDefault();
  key();
}

/** @param {Store} store @param {1 | -1} by @param {boolean} byNumber */
function move(store, by, byNumber) {
  store.move(by, byNumber ? 'number' : 'rank');
  tell(store);
}

/** @param {Store} store @param {number | null} number */
function choose(store, number) {
  store.select(number);
  tell(store);
}

/** @param {Store} store */
function tell(store) {
  const trial = store.selected;
  if (trial) store.say(store.t('say.selected', { number: trial.number, state: store.t(`state.${trial.state}`), loss: store.score(trial).toFixed(3) }));
}

/** The figure that has the focus, else the surface. @param {HTMLElement | undefined} target @param {Page} page
 * @returns {import('./components/figure.js').FigurePart | null} */
function figureOf(target, page) {
  const own = target instanceof HTMLElement ? target.closest('tp-surface, tp-curves') : null;
  return /** @type {any} */ (own ?? page.renderRoot.querySelector('tp-surface'));
}
