import { html, nothing } from 'lit';
import { Part, define } from './part.js';

/**
 * A button that opens a menu: arrows move, Esc closes and gives the focus back.
 *
 * @typedef {import('../commands/commands.js').CommandName} CommandName
 * @typedef {{text: unknown, note?: string, checked?: boolean, stays?: boolean, act: CommandName, detail?: any,
 *   testid?: string, lang?: string}} Item `stays` where it is one of several checks, after which the menu is open
 * @typedef {{label?: string, className?: string, items: Item[]}} Group
 */

/** The key that runs from anywhere. @param {KeyboardEvent} event */
const runs = ({ key, ctrlKey, metaKey }) => key === 'Enter' && (ctrlKey || metaKey);

export class TpMenu extends Part {
  static properties = {
    ...Part.properties,
    name: {},
    label: {},
    face: { attribute: false },
    groups: { attribute: false },
    look: {},
    locked: { type: Boolean },
    open: { state: true },
  };

  constructor() {
    super();
    this.name = '';
    this.label = '';
    /** @type {unknown} what the button shows */ this.face = nothing;
    /** @type {Group[]} */ this.groups = [];
    this.look = 'ib';
    this.locked = false;
    this.open = false;
    /** @private @type {'first' | 'last'} */ this.start = 'first';
    /** @private */ this.onPress = (/** @type {Event} */ event) => {
      if (!event.composedPath().includes(this)) this.open = false;
    };
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.onPress);
  }

  render() {
    const id = `menu-${this.name}`;
    return html`<button type="button" class=${this.look} data-testid=${this.name} aria-haspopup="menu"
      aria-expanded=${this.open} aria-controls=${this.open ? id : nothing}
        aria-label=${this.label} title=${this.label} ?disabled=${this.locked} @click=${() => this.show(!this.open)}
        @keydown=${this.onButtonKey}>${this.face}</button>
      ${
        this.open
          ? html`<div class="menu" role="menu" id=${id} aria-label=${this.label} @keydown=${this.onKey}
            @focusout=${this.onFocusOut}>${this.groups.map(
              (group) => html`
                <div role="group" class=${group.className ?? ''}
                aria-label=${group.label ?? nothing}>${
                  group.label
                    ? html`<div class="q"
                      aria-hidden="true">${group.label}</div>`
                    : nothing
                }
                ${group.items.map(
                  (one) => html`<button type="button" tabindex="-1"
                    role=${one.checked === undefined ? 'menuitem' : one.stays ? 'menuitemcheckbox' : 'menuitemradio'}
                    aria-checked=${one.checked ?? nothing}
                    lang=${one.lang ?? nothing} data-testid=${one.testid ?? nothing}
                    @click=${() => this.pick(one)}><span>${one.text}</span>${
                      one.note ? html`<small>${one.note}</small>` : nothing
                    }</button>`,
                )}</div>`,
            )}</div>`
          : nothing
      }`;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (!changed.has('open')) return;
    if (!this.open) {
      document.removeEventListener('pointerdown', this.onPress);
      return;
    }
    document.addEventListener('pointerdown', this.onPress);
    this.items.at(this.start === 'first' ? 0 : -1)?.focus();
  }

  /** @private Those that this width shows. @returns {HTMLElement[]} */
  get items() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll('.menu button')]).filter(
      (one) => one.offsetParent !== null,
    );
  }

  /** @param {boolean} open @param {'first' | 'last'} [start] */
  show(open, start = 'first') {
    this.start = start;
    this.open = open;
  }

  /** @param {Item} item */
  pick(item) {
    if (!item.stays) this.shut();
    this.perform(item);
  }

  /** Closes, with the focus back on the button. */
  shut() {
    this.open = false;
    /** @type {HTMLElement | null} */ (this.querySelector('[aria-haspopup]'))?.focus();
  }

  /** @param {KeyboardEvent} event */
  onButtonKey(event) {
    // What is still opening does not open over the run.
    if (runs(event)) this.open = false;
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    this.show(true, event.key === 'ArrowUp' ? 'last' : 'first');
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    // The page's own keys are not meant here, but those that run.
    if (runs(event)) return this.shut();
    event.stopPropagation();
    const { items } = this;
    const at = items.indexOf(/** @type {HTMLElement} */ (event.target));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items[(to + items.length) % items.length]?.focus();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      this.shut();
    } else if (event.key === 'Tab') this.open = false;
  }

  /** @param {FocusEvent} event */
  onFocusOut(event) {
    const to = /** @type {Node | null} */ (event.relatedTarget);
    if (to && !this.contains(to)) this.open = false;
  }
}

define('tp-menu', TpMenu);
