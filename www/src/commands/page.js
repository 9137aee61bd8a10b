/**
 * What commands ask of the element they act in.
 *
 * @typedef {object} Page
 * @property {HTMLElement | DocumentFragment} renderRoot
 * @property {ShadowRoot | null} shadowRoot
 * @property {any} study
 * @property {(other?: Partial<import('../study/link.js').LinkState>) => string | null} hrefWith the address of this
 *   state, but for what it says otherwise; null where it is too long for one
 * @property {(dark: boolean | null) => void} paint draws the figures in light or dark colours, or in the page's own
 * @property {{start: () => void} | null} previews which guests have not
 * @property {() => Promise<unknown>} run
 * @property {{body: (id: string) => Promise<import('../state/shelf.js').Held | null>,
 *   open: (id: string) => Promise<import('../engine/take-up.js').Open[]>,
 *   hold: (run: import('../state/shelf.js').Held) => void,
 *   tables: () => Promise<import('../study/types.js').KeptTable[]>,
 *   keepTable: (one: import('../study/types.js').KeptTable) => void,
 *   removeTable: (digest: string) => Promise<void>} | null} shelf where runs are kept; guests keep none
 * @property {(what: 'lang' | 'theme' | 'scale', value: any) => void} choose
 */
export {};
