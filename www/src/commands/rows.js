import { later } from '../platform/later.js';
import { BY_NAME } from '../study/hyperparameters.js';
import { exact } from '../study/format.js';
import { toDepth, toWidths } from '../study/layers.js';
import { defineCommand } from './command.js';
import { RUN_BUTTON, focusSoon, unfold } from './focus.js';

/**
 * @typedef {import('../state/types.js').Draft} Draft
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../study/types.js').Distribution} Distribution
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Value} Value
 */

/** A list of widths has no range of its own: it gives way to depth and width, and the width is swept.
 * @param {string} name */
const sweptOf = (name) => (name === 'hidden' ? 'hidden_units' : name);

/** The range that a row takes when it is swept: the one it had, else the table's.
 * @param {Store} store @param {string} name */
const startOf = (store, name) => store.rested.get(sweptOf(name)) ?? BY_NAME.get(sweptOf(name))?.sweep ?? null;

/** The hyperparameters, one by one: their values, their ranges, and the editor of each. */
export const ROWS = {
  set_value: defineCommand({
    edit: (study, /** @type {{name: string, value: Value}} */ { name, value }) => {
      if (name === 'hidden') return toWidths(study, /** @type {number[]} */ (value));
      delete study.space?.[name];
      (study.fixed ??= {})[name] = value;
    },
    row: ({ name }) => name,
    act: ({ slices }, { name }, before) => {
      const range = before.space?.[name];
      if (range) slices.study.rest(name, range);
      slices.study.dropDraft(name);
    },
  }),
  set_range: defineCommand({
    edit: (study, /** @type {{name: string, range: Distribution}} */ { name, range }) => {
      delete study.fixed?.[name];
      (study.space ??= {})[name] = range;
    },
    row: ({ name }) => name,
  }),
  /** A range that the best trial suggests; the button that was pressed vanishes. */
  take_range: defineCommand({
    edit: (study, /** @type {{name: string, range: Distribution}} */ { name, range }) => {
      (study.space ??= {})[name] = range;
    },
    row: ({ name }) => name,
    act: (on, { name, range }) => {
      const { store, slices } = on;
      slices.study.dropDraft(name);
      const { low, high } = range;
      slices.messages.say(store.t('say.range', { name: store.label(name), low: exact(low), high: exact(high) }));
      focusSoon(on, RUN_BUTTON);
    },
  }),
  /** Back to the table's default, or from widths to layers. */
  unset_value: defineCommand({
    edit: (study, /** @type {string} */ name) => {
      if (name === 'hidden') toDepth(study);
      else delete study.fixed?.[name];
    },
    row: (name) => name,
  }),
  /** A row as it would be by itself; its button vanishes, and its value has the focus. */
  reset_row: defineCommand({
    edit: (study, /** @type {string} */ name) => {
      delete study.fixed?.[name];
      delete study.space?.[name];
    },
    row: (name) => name,
    act: (on, name, before) => {
      const range = before.space?.[name];
      if (range) on.slices.study.rest(name, range);
      on.slices.study.dropDraft(name);
      // Widths of single layers have a row only where they are given.
      const row = /^units_\d+$/.test(name) ? 'hidden_units' : name;
      focusSoon(on, `[data-testid="value-${CSS.escape(row)}"]`);
    },
  }),
  /** Turns a row from fixed to swept or back; the range that is turned off is kept. */
  sweep: defineCommand({
    edit: (study, /** @type {string} */ row, store) => {
      const name = sweptOf(row);
      if (study.space?.[name]) {
        delete study.space[name];
        return;
      }
      const start = startOf(store, name);
      if (!start) return;
      if (row !== name) toDepth(study);
      delete study.fixed?.[name];
      (study.space ??= {})[name] = structuredClone(start);
    },
    row: sweptOf,
    act: ({ store, slices }, row, before) => {
      const range = before.space?.[row];
      if (range && !store.study.space?.[row]) slices.study.rest(row, range);
    },
  }),

  /** The curve of a study's schedule, as the engine works it out; null where there is no engine. */
  schedule: defineCommand({
    act: ({ runner }, /** @type {{study: Study, points: number}} */ asked) =>
      runner.schedule(asked.study, asked.points),
  }),

  /** Opens the editor of a row, or closes the one that is open. */
  edit_row: defineCommand({
    act: ({ slices }, /** @type {string | null} */ name) => {
      // The editor is drawn as soon as it is here.
      if (name !== null) void later('study').catch(() => {});
      slices.study.put({ editing: name });
    },
  }),
  /** Shows a row with its editor, or the field of another number, and gives it the focus. */
  show_row: defineCommand({
    act: (on, /** @type {string} */ name) => {
      unfold(on);
      on.perform('edit_row', name);
      focusSoon(on, `[data-testid="value-${CSS.escape(name)}"],#n-${CSS.escape(name)}`);
    },
  }),
  /** Closes the editor of a row, and forgets input that is not valid. */
  leave_row: defineCommand({
    act: ({ slices }, /** @type {string} */ name) => {
      slices.study.dropDraft(name);
      slices.study.put({ editing: null });
    },
  }),
  keep_draft: defineCommand({
    act: ({ slices }, /** @type {Draft & {name: string}} */ { name, ...draft }) => slices.study.keepDraft(name, draft),
  }),
  drop_draft: defineCommand({ act: ({ slices }, /** @type {string} */ name) => slices.study.dropDraft(name) }),
  /** Takes a fix of input that is not valid; the button that was pressed vanishes. */
  fix: defineCommand({
    act: (on, /** @type {{name: string, act: string, detail: unknown}} */ { name, act, detail }) => {
      on.slices.study.dropDraft(name);
      on.perform(act, detail);
      const row = `[data-testid="edit-${CSS.escape(name)}"]`;
      focusSoon(on, `[data-testid="${CSS.escape(name)}"], ${row} input, ${row} .chips button`);
    },
  }),
  /** What is kept as it is, by a teacher's link. */
  lock: defineCommand({
    act: ({ slices }, /** @type {string[]} */ names) => slices.study.put({ locks: new Set(names) }, 'test'),
  }),
  /** The rows that a guest page shows; null for all. */
  controls: defineCommand({ act: ({ slices }, /** @type {string[] | null} */ only) => slices.study.put({ only }) }),
};
