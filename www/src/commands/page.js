/**
 * What commands ask of the element they act in.
 *
 * @typedef {object} Page
 * @property {HTMLElement | DocumentFragment} renderRoot
 * @property {ShadowRoot | null} shadowRoot
 * @property {any} study
 * @property {import('../study/types.js').BackendChoice} backend
 * @property {string} view
 * @property {{start: () => void}} previews
 * @property {() => Promise<unknown>} run
 * @property {() => Promise<void>} share
 * @property {(what: 'lang' | 'theme' | 'scale', value: any) => void} choose
 */
export {};
