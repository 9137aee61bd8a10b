import { html } from 'lit';

/** @param {Event} event */
function turn({ currentTarget }) {
  const button = /** @type {HTMLElement} */ (currentTarget);
  button.ariaExpanded = String(button.ariaExpanded !== 'true');
}

/**
 * Controls that a phone has behind a button, so that what they change is seen beside them; elsewhere they stand among
 * the others.
 * @param {string} label of the button @param {string} name @param {unknown} controls
 */
export const folded = (label, name, controls) => html`<button type="button" class="btn fold" aria-expanded="false"
    aria-controls=${name} data-testid=${name} @click=${turn}>${label}</button><span class="folded"
    id=${name}>${controls}</span>`;
