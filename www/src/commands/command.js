/**
 * What a command is. Every act of the reader has one; keys, menus, buttons, links and notices perform it by its name.
 *
 * @typedef {import('./page.js').Page} Page
 * @typedef {import('../engine/runner.js').Runner} Runner
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../study/types.js').Study} Study
 *
 * @typedef {object} On what a command acts on
 * @property {Store} store
 * @property {Store['slices']} slices of the store, to be written
 * @property {Page} page
 * @property {Runner} runner
 * @property {(name: string, detail?: unknown) => unknown} perform another command
 * @property {(other: Store) => void} join lets a store's commands act in this page
 */

/**
 * @template Detail
 * @typedef {object} Key
 * @property {string} press in small letters, with `mod+` (Ctrl or ⌘) and `shift+` before it
 * @property {NoInfer<Detail>} [detail] that the command is given
 * @property {'always' | 'untouched'} [inFields] acts in fields, too: in all, or in those of the study into which
 *   nothing was typed since they were confirmed
 * @property {boolean} [kept] acts also where the reader has turned single keys off
 */

/**
 * @template Detail
 * @typedef {object} Command
 * @property {Key<Detail>[]} [keys] by which the list of keys shows it, with the text `keys.<name>`
 * @property {(store: Store, detail: Detail) => boolean} [when] where it cannot act, it does nothing
 * @property {(study: Study, detail: Detail, store: Store) => Study | null | void} [edit] changes a copy of the study,
 *   or returns another one; undo takes it back. Nothing of the command happens while the study may only be read
 * @property {boolean} [loads] what `edit` returns is another study, which may also take the place of one that may
 *   only be read
 * @property {(detail: Detail) => string} [row] the row that shows the change
 * @property {(on: On, detail: Detail, before: Study) => unknown} [act] all else that it does, after the edit; `before`
 *   is the study as it was
 */

/** @template Detail @param {Command<Detail>} command */
export const defineCommand = (command) => command;
