import { later } from '../platform/later.js';
import { inSlices } from '../platform/turns.js';
import { heldOf } from '../state/kept.js';
import { unreadableNotice } from '../state/notices.js';
import { sameStudy } from '../study/same.js';
import { NAME_LIMIT, freshId } from '../study/runs.js';
import { defineCommand } from './command.js';
import { focusSoon, opened } from './focus.js';

/**
 * @typedef {import('../state/shelf.js').Held} Held
 * @typedef {import('../study/runs.js').RunRecord} RunRecord
 * @typedef {import('./command.js').On} On
 */

/** The run that was asked for last: what comes of others is not wanted any more. */
let wanted = '';

/** A run with its trials, unless another is asked for meanwhile; where it cannot be read, the page says so.
 * @param {On} on @param {string} id @returns {Promise<Held | null>} */
export async function bodyOf({ store, slices, page }, id) {
  wanted = id;
  const { live } = store.shelf;
  const held = live?.id === id ? live : ((await page.shelf?.body(id)) ?? null);
  if (wanted !== id) return null;
  if (!held) {
    slices.messages.notify(unreadableNotice(store.shelf.letter(id)));
    slices.shelf.drop([id]);
  }
  return held;
}

/** @param {On} on @param {Held} held */
export function show({ store, slices, runner, perform }, held) {
  if (store.shelf.beside?.id === held.id) perform('compare_run', null);
  // Undo brings the study back that was there.
  if (!sameStudy(store.study, held.study)) slices.study.replace(structuredClone(held.study));
  runner.show(held);
}

/** The same page with a run's trials. @param {import('../state/store.js').Store} store @param {Held} held */
function storeOf(store, held) {
  const other = store.another();
  const { trials } = other.slices;
  trials.start(held.study, held.trials);
  trials.bestTold = held.best;
  return other;
}

/** Runs that stay: shown, compared, pinned, brought in; what is done in their list comes with it (listed-runs.js). */
export const RUNS = {
  /** Shows a run, its study and its trials; one that is trained goes on. */
  show_run: defineCommand({
    when: (store, /** @type {string} */ id) =>
      store.shelf.of(id) !== null && (store.shelf.shown !== id || store.stale),
    act: async (on, id) => {
      const { store, slices } = on;
      if (store.shelf.shown === id) {
        // Its study comes back into the panel.
        slices.study.replace(structuredClone(store.shownStudy));
        return;
      }
      const held = await bodyOf(on, id);
      if (!held) return;
      show(on, held);
      slices.messages.say(store.t('say.run_shown', { letter: store.letter }));
    },
  }),
  /** Lays a run beside the one shown; null takes it away. */
  compare_run: defineCommand({
    act: (on, /** @type {string | null} */ id) => {
      const { store, slices, join } = on;
      if (id === null || id === store.shelf.shown) {
        slices.trials.version++;
        slices.shelf.put({ beside: null, overlaid: false, more: [] }, 'trials', 'selection');
        return;
      }
      opened(on, 'runs', async () => {
        const held = await bodyOf(on, id);
        if (!held || id === store.shelf.shown) return;
        const other = storeOf(store, held);
        join(other);
        const { trials } = other.slices;
        slices.trials.version++;
        slices.look.visit({ view: 'sweep' });
        slices.shelf.put({ beside: { id, store: other, pair: [slices.trials, trials] } }, 'trials', 'selection');
        slices.messages.say(store.t('say.compared', { a: store.letter, b: other.letter }));
      });
    },
  }),
  /** Lays the runs that are compared over each other, or side by side again. */
  overlay: defineCommand({
    when: (store) => store.other !== null,
    act: ({ slices }, /** @type {boolean} */ overlaid) => slices.shelf.put({ overlaid }),
  }),
  /** Lays a further run over those that lie there, or takes it away. */
  overlay_run: defineCommand({
    act: async (on, /** @type {string} */ id) => {
      const { store, slices } = on;
      const { more } = store.shelf;
      if (more.some((one) => one.id === id)) return slices.shelf.put({ more: more.filter((one) => one.id !== id) });
      const held = await bodyOf(on, id);
      if (held && store.shelf.overlaid)
        slices.shelf.put({ more: [...store.shelf.more, { id, store: storeOf(store, held) }] });
    },
  }),
  /** Opens the list of all runs. */
  all_runs: defineCommand({
    act: (on, /** @type {boolean} */ listed) => {
      if (listed) opened(on, 'runs', () => on.slices.shelf.put({ listed }));
      else on.slices.shelf.put({ listed });
    },
  }),
  /** The run that was deleted last comes back. */
  bring_back: defineCommand({
    act: (on) => {
      const { slices, page } = on;
      const last = slices.shelf.bringBack();
      slices.messages.dismiss('run_deleted');
      if (!last?.held) return;
      show(on, last.held);
      page.shelf?.hold(last.held);
      focusSoon(on, '.chips [aria-current=true]');
    },
  }),
  /** Takes in a result document from a file, or an Optuna journal; what is damaged is left out, and named. */
  import_run: defineCommand({
    act: async (on, /** @type {{text: string, name: string}} */ { text, name }) => {
      const { store, slices, page, runner } = on;
      const { importNotice, readFile } = await later('runs');
      const convert = (/** @type {any[]} */ ...asked) => runner.asked('convert', ...asked);
      const read = await readFile(text, store, convert);
      slices.messages.dismiss('import');
      if (read.problem) {
        slices.messages.notify(importNotice(name, read.problem));
        return read.problem;
      }
      const held = await inSlices(heldOf(freshId(), read.result), () => true);
      if (!held) return null;
      const backend = String(read.result.engine.backend).slice(0, 40);
      const more = { name: name.replace(/\.(json|log)$/i, '').slice(0, NAME_LIMIT), ended: Date.now(), backend };
      slices.shelf.add(held, { state: 'imported', ...more });
      if (read.left) slices.messages.notify(importNotice(name, read.left));
      slices.messages.say(store.t('say.imported', { letter: store.shelf.letter(held.id), n: held.trials.size }));
      show(on, held);
      page.shelf?.hold(held);
      return read.left ?? null;
    },
  }),
  /** Pins the selected trial, so that others are held against it; or lets it go. */
  pin_trial: defineCommand({
    keys: [{ press: 'k' }],
    act: ({ store, slices }) => {
      const { selected, pinned, letter, shownStudy: study } = store;
      const isOwn = selected !== null && pinned?.trial === selected;
      slices.selection.hold(selected && !isOwn ? { trial: selected, letter, study } : null);
      const number = (isOwn ? pinned?.trial : selected)?.number;
      if (number !== undefined) slices.messages.say(store.t(isOwn ? 'say.unpinned' : 'say.pinned', { number }));
    },
  }),
  unpin_trial: defineCommand({ act: ({ slices }) => slices.selection.hold(null) }),

  // What the page says of the runs that it keeps.
  /** What storage has. */
  restore_runs: defineCommand({
    act: (
      { slices },
      /** @type {{runs: unknown[], own: ReadonlySet<string>, tabs: Set<string> | null, tab: string}} */ given,
    ) => {
      slices.shelf.tab = given.tab;
      slices.shelf.take(given.runs, given.own, given.tabs);
    },
  }),
  /** The run of the last visit. */
  restore_shown: defineCommand({ act: ({ runner }, /** @type {Held} */ held) => runner.show(held) }),
  add_run: defineCommand({
    act: ({ slices }, /** @type {{run: Held, more: Partial<RunRecord>}} */ { run, more }) =>
      slices.shelf.add(run, more),
  }),
  /** The runs that have begun since they were last asked for. */
  take_begun: defineCommand({ act: ({ slices }) => slices.shelf.begun.splice(0) }),
  count_run: defineCommand({ act: ({ slices }) => slices.shelf.count() }),
  note_kept: defineCommand({
    act: ({ slices }, /** @type {{id: string, changes: Partial<RunRecord>}} */ { id, changes }) =>
      slices.shelf.note(id, changes),
  }),
  runs_gone: defineCommand({ act: ({ slices }, /** @type {string[]} */ ids) => slices.shelf.drop(ids) }),
  runs_settled: defineCommand({
    act: ({ slices }, /** @type {Record<'changed' | 'removed', string[]>} */ { changed, removed }) => {
      for (const id of changed) slices.shelf.changed.delete(id);
      for (const id of removed) slices.shelf.removed.delete(id);
    },
  }),
  keep_in_memory: defineCommand({ act: ({ slices }) => slices.shelf.put({ inMemory: true }) }),
};
