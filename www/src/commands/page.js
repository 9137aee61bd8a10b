/**
 * What commands ask of the element they act in.
 *
 * @typedef {object} Page
 * @property {HTMLElement | DocumentFragment} renderRoot
 * @property {ShadowRoot | null} shadowRoot
 * @property {any} study
 * @property {string | null} href the address of this state, or null where it is too long for one
 * @property {{start: () => void}} previews
 * @property {() => Promise<unknown>} run
 * @property {(what: 'lang' | 'theme' | 'scale', value: any) => void} choose
 */
export {};
