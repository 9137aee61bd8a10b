import { html, nothing } from 'lit';

/**
 * A radio group drawn as one bar of segments. Arrow keys move and pick, as in any radio group.
 *
 * @template T
 * @param {string} label
 * @param {{value: T, text: unknown, title?: string, name?: string, disabled?: boolean}[]} options one that cannot be
 *   chosen says why in its title
 * @param {T} current
 * @param {(value: T) => void} pick
 * @param {{disabled?: boolean, className?: string, testid?: string}} [how]
 */
export function segmented(label, options, current, pick, how = {}) {
  const at = Math.max(
    0,
    options.findIndex((one) => one.value === current),
  );
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by || how.disabled) return;
    event.preventDefault();
    event.stopPropagation();
    const group = /** @type {HTMLElement} */ (event.currentTarget);
    let next = at;
    do next = (next + by + options.length) % options.length;
    while (options[next].disabled && next !== at);
    pick(options[next].value);
    /** @type {HTMLElement} */ (group.children[next]).focus();
  };
  return html`<div class=${how.className ?? 'seg'} role="radiogroup" aria-label=${label}
    data-testid=${how.testid ?? nothing} @keydown=${onKey}>${options.map(
      (
        one,
        k,
      ) => html`<button type="button" role="radio" aria-checked=${one.value === current} tabindex=${k === at ? 0 : -1}
        title=${one.title ?? nothing} aria-label=${one.name ?? nothing} data-value=${String(one.value)}
        ?disabled=${how.disabled || one.disabled}
        @click=${() => pick(one.value)}>${one.text}</button>`,
    )}</div>`;
}
