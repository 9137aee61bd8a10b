import { resultDocument, resultOf } from '../state/trials.js';
import { NAME_LIMIT, NOTE_LIMIT, byAge } from '../study/runs.js';
import { defineCommand } from './command.js';
import { bodyOf, show } from './runs.js';

/** @param {string} letter @returns {import('../state/types.js').Notice} */
const deletedNotice = (letter) => ({
  id: 'run_deleted',
  kind: 'note',
  title: 'message.run_deleted',
  values: { letter },
  actions: [{ label: 'action.bring_back', act: 'bring_back', primary: true }],
});

/** What is done in the list of runs: they are named, pinned, deleted, brought out. */
export const LISTED = {
  rename_run: defineCommand({
    act: ({ slices }, /** @type {{id: string, name: string}} */ { id, name }) =>
      slices.shelf.amend(id, { name: name.trim().slice(0, NAME_LIMIT) }),
  }),
  note_run: defineCommand({
    act: ({ slices }, /** @type {{id: string, note: string}} */ { id, note }) =>
      slices.shelf.amend(id, { note: note.slice(0, NOTE_LIMIT) }),
  }),
  /** A pinned run is never put away to make room. */
  pin_run: defineCommand({
    act: ({ store, slices }, /** @type {string} */ id) =>
      slices.shelf.amend(id, { pinned: !store.shelf.of(id)?.pinned }),
  }),
  /** Deletes a run that is not being trained; undo brings it back. */
  delete_run: defineCommand({
    when: ({ shelf }, /** @type {string} */ id) => shelf.of(id) !== null && !(shelf.training && shelf.live?.id === id),
    act: async (on, id) => {
      const { store, slices, runner, page, perform } = on;
      const { live } = store.shelf;
      const held = live?.id === id ? live : ((await page.shelf?.body(id)) ?? null);
      const record = store.shelf.of(id);
      if (!record) return;
      const letter = store.shelf.letter(id);
      if (store.shelf.beside?.id === id) perform('compare_run', null);
      if (store.shelf.shown === id) {
        const others = store.shelf.records.filter((one) => one.id !== id).sort(byAge);
        const next = others.at(-1);
        const body = next ? await bodyOf(on, next.id) : null;
        if (body) show(on, body);
        else runner.showNothing();
      }
      slices.shelf.delete(record, held, store.study);
      slices.messages.notify(deletedNotice(letter));
      slices.messages.say(store.t('message.run_deleted', { letter }));
    },
  }),
  /** A run as a result document, in words. */
  export_run: defineCommand({
    act: async (on, /** @type {string} */ id) => {
      const held = await bodyOf(on, id);
      if (!held) return null;
      const test = on.store.testOf(held.study) ?? held.test;
      return JSON.stringify(resultDocument({ ...resultOf(held), test }));
    },
  }),
};
