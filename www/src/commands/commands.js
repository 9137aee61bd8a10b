import { brokenLock } from '../study/locks.js';
import { notThere, opened } from './focus.js';
import { LOOK } from './look.js';
import { MESSAGES } from './messages.js';
import { ROWS } from './rows.js';
import { RUN } from './run.js';
import { SELECTION } from './selection.js';
import { STUDY } from './study.js';

/**
 * The commands by their names, and the one place that performs them: those of any element, and those of the whole page
 * and of views that are computed (more.js), which guests learn when somebody asks for more than a stored run. Those of
 * the first visit, of the list of runs, of the search's settings, of what is shared and of networks come with their
 * views (scene.js, listed-runs.js, search-settings.js, sharing.js, networks.js).
 *
 * @typedef {import('./command.js').On} On
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../state/types.js').Action} Action
 * @typedef {typeof COMMANDS & typeof import('./more.js').MORE & typeof import('./scene.js').SCENE
 *   & typeof import('./listed-runs.js').LISTED & typeof import('./search-settings.js').SETTINGS
 *   & typeof import('./sharing.js').SHARING & typeof import('./networks.js').NETWORKS} Commands
 * @typedef {keyof Commands} CommandName
 */

/**
 * What a command is given; nothing has to be given where it takes nothing.
 * @template {CommandName} Name
 * @typedef {Commands[Name] extends import('./command.js').Command<infer Detail>
 *   ? unknown extends Detail ? [] : [detail: Detail] : never} DetailOf
 */

export const COMMANDS = {
  ...RUN,
  ...SELECTION,
  ...LOOK,
  ...STUDY,
  ...ROWS,
  ...MESSAGES,
};

/** All that are known, in the order of the list of keys.
 * @type {Record<string, import('./command.js').Command<any>>} */
const known = { ...COMMANDS };

export const commandsKnown = () => known;

/** Further commands are known from now on. @param {Record<string, import('./command.js').Command<any>>} more */
export function learn(more) {
  Object.assign(known, more);
}

/** @type {(() => Promise<unknown>) | null} */
let bring = null;

/** Commands that are not known are waited for from now on, or no longer. @param {typeof bring} more */
export function learnFrom(more) {
  bring = more;
}

/** @type {WeakMap<Store, On>} */
const connected = new WeakMap();

/** Commands on this store act in this page.
 * @param {Store} store @param {On['page']} page @param {On['runner']} runner */
export function connect(store, page, runner) {
  const { slices } = store;
  const on = {
    store,
    slices,
    page,
    runner,
    perform: /** @type {On['perform']} */ ((...one) => act(on, ...one)),
    join: (/** @type {Store} */ other) => connect(other, page, runner),
  };
  connected.set(store, on);
}

/**
 * @template {CommandName} Name
 * @param {Store} store
 * @param {Name} name
 * @param {DetailOf<Name>} detail
 * @returns {unknown} what the command returns
 */
export const perform = (store, name, ...detail) => performAction(store, { act: name, detail: detail.at(0) });

/** What a button of a notice, an item of a menu or a key does.
 * @param {Store} store @param {Pick<Action, 'act' | 'detail'>} action */
export function performAction(store, { act: name, detail }) {
  const on = connected.get(store);
  if (!on) throw new Error('No page is connected to this store');
  return act(on, name, detail);
}

/** @param {On} on @param {string} name @param {unknown} [detail] @returns {unknown} */
function act(on, name, detail) {
  if (!Object.hasOwn(known, name)) {
    if (!bring) throw new RangeError(`There is no command "${name}"`);
    return bring().then(
      () => act(on, name, detail),
      (error) => notThere(on, error),
    );
  }
  const command = known[name];
  const { store, slices } = on;
  const before = store.study;
  if (command.when && !command.when(store, detail)) return undefined;
  if (command.edit) {
    if (store.readOnly && !command.loads) return undefined;
    const study = structuredClone(before);
    const next = command.edit(study, detail, store) ?? study;
    if (brokenLock(store.locks, before, next)) {
      // The words come with those of a teacher's links.
      const tell = () => slices.messages.notify({ id: 'locked', kind: 'note', title: 'teach.refused', actions: [] });
      return opened(on, 'share', tell);
    }
    if (command.loads) slices.study.load(next);
    else slices.study.change(next, command.row?.(detail));
  }
  return command.act?.(on, detail, before);
}
