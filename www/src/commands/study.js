import { DERIVED } from '../study/hyperparameters.js';
import { switched } from '../study/panel.js';
import { PRESETS } from '../study/presets.js';
import { RECORDS, duplicateStudy } from '../study/study.js';
import { defineCommand } from './command.js';
import { opened } from './focus.js';

/**
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').UsedData} UsedData
 */

/** A field's number; input that was not valid gives way to it.
 * @param {string} field @param {(study: Study, value: number) => void} put */
const number = (field, put) =>
  defineCommand({
    edit: (study, /** @type {number} */ value) => put(study, value),
    act: ({ slices }) => slices.study.dropDraft(field),
  });

/** What did not fit other data is said to be gone.
 * @param {import('./command.js').On} on @param {string} dataset @param {ReturnType<typeof switched>} switched */
function tellDropped({ store, slices }, dataset, { loss, batch }) {
  const said = [
    {
      id: 'study',
      title: 'message.loss_dropped',
      values: { dataset, loss: String(loss).replaceAll('_', ' ') },
      is: loss,
    },
    { id: 'batch', title: 'message.batch_capped', values: { dataset, n: batch ?? 0 }, is: batch },
  ];
  const left = said.filter(({ is }) => is !== null);
  for (const { id, title, values } of left) slices.messages.notify({ id, kind: 'note', title, values, actions: [] });
  // What is said next would take the place of what was said before.
  if (left.length) slices.messages.say(left.map(({ title, values }) => store.t(title, values)).join('. '));
}

/** @param {string} name */
function presetOf(name) {
  const found = PRESETS.find((one) => one.name === name);
  if (!found) throw new RangeError(`There is no preset "${name}"`);
  return found;
}

/** The study as a whole: its data, its search, and undo. */
export const STUDY = {
  undo: defineCommand({
    keys: [{ press: 'mod+z', inFields: 'untouched' }],
    act: ({ store, slices, perform }) => {
      // What was done last is what is taken back.
      if (store.shelf.canBringBack(store.study) && !store.drafts.size) perform('bring_back');
      else slices.study.step(-1);
    },
  }),
  redo: defineCommand({
    keys: [
      { press: 'mod+shift+z', inFields: 'untouched' },
      { press: 'mod+y', inFields: 'untouched' },
    ],
    act: ({ slices }) => slices.study.step(1),
  }),

  choose_dataset: defineCommand({
    loads: true,
    when: (store, /** @type {string} */ name) => name !== store.study.dataset.name,
    edit: (study, name) => switched(study, name).study,
    act: (on, name, before) => tellDropped(on, name, switched(before, name)),
  }),
  /** Opens what reads data of the reader's own; `files` were dropped on the page. */
  open_data: defineCommand({
    act: (on, /** @type {File[] | undefined} */ files) =>
      opened(on, 'data', () => /** @type {any} */ (on.page.renderRoot.querySelector('tp-data')).open(files)),
  }),
  /** A Worker for the reader's files, which whoever has it lets go. */
  read_data: defineCommand({ act: ({ runner }) => runner.data.reader() }),
  /** The study of a table of the reader's own, which stays in this browser. */
  use_data: defineCommand({
    loads: true,
    edit: (study, /** @type {UsedData} */ { dataset }) => switched(study, dataset.name, dataset).study,
    act: (on, { dataset, table, name }, before) => {
      const { runner, page } = on;
      if (table && dataset.found) {
        if (name) on.slices.study.tableNames.set(dataset.found.digest, name);
        runner.data.takeTable(dataset.found.digest, table);
        page.shelf?.keepTable({ dataset, table, name, at: Date.now() });
      }
      tellDropped(on, dataset.name, switched(before, dataset.name, dataset));
    },
  }),
  /** The tables that this browser keeps, the latest first. */
  kept_tables: defineCommand({ act: ({ page }) => page.shelf?.tables() ?? Promise.resolve([]) }),
  remove_table: defineCommand({ act: ({ page }, /** @type {string} */ digest) => page.shelf?.removeTable(digest) }),
  /** A table that this browser has kept. */
  restore_table: defineCommand({
    act: ({ slices, runner }, /** @type {UsedData & {table: Blob}} */ { dataset, table, name }) => {
      const digest = String(dataset.found?.digest);
      if (name) slices.study.tableNames.set(digest, name);
      runner.data.takeTable(digest, table);
    },
  }),
  load_preset: defineCommand({
    loads: true,
    edit: (_, /** @type {string} */ name, store) => {
      const { study, title } = presetOf(name);
      return { ...study, name: title[store.lang] };
    },
    act: ({ store, slices }, name) =>
      slices.messages.say(store.t('say.preset', { title: presetOf(name).title[store.lang] })),
  }),
  /** A study that a lesson or a door sets up; undo takes it back. */
  set_up: defineCommand({ loads: true, edit: (_, /** @type {Study} */ study) => study }),
  /** The same study with a split that nobody has seen. */
  duplicate: defineCommand({
    loads: true,
    edit: (study) => duplicateStudy(study),
    act: ({ store, slices }) => {
      slices.look.put({ drawer: false });
      slices.messages.say(store.t('say.duplicated'));
    },
  }),
  /** A study that was given from outside; its trials are new ones. */
  replace_study: defineCommand({
    act: ({ slices }, /** @type {Study} */ study) => {
      slices.study.replace(study);
      slices.look.put({ drawer: false });
    },
  }),
  /** The study of the last visit, which undo does not take back. */
  restore_study: defineCommand({
    act: ({ slices }, /** @type {Study} */ study) => slices.study.put({ study }, 'run'),
  }),

  /** What a study is called and asks. */
  set_words: defineCommand({
    edit: (study, /** @type {{name: string, question: string}} */ words) => void Object.assign(study, words),
  }),
  set_samples: number('samples', (study, value) => void (study.dataset.samples = value)),
  set_noise: number('noise', (study, value) => void (study.dataset.noise = value)),
  set_data_seed: number('data-seed', (study, value) => void (study.dataset.seed = value)),
  set_folds: number('folds', (study, value) => void (study.dataset.folds = value)),
  set_seeds: number('seeds', (study, value) => void (study.seeds_per_trial = value)),
  set_evaluate_every: number('evaluate-every', (study, value) => void (study.evaluate_every = value)),
  set_trials: number('trials', (study, value) => void (study.trials = value)),
  set_seed: number('seed', (study, value) => void (study.seed = value)),
  set_sampler: defineCommand({
    edit: (study, /** @type {string} */ name) => {
      study.sampler = { name };
      // A population ends its worst by itself, and what is picked is trained one by one.
      if (name === 'pbt' || name === 'hand') (delete study.pruner, delete study.stages);
    },
    act: ({ store, slices }) => {
      for (const name of [...store.drafts.keys()]) if (/^(sampler\.|points)/.test(name)) slices.study.dropDraft(name);
    },
  }),
  /** What is written down of each layer, one more or one less. */
  set_record: defineCommand({
    edit: (study, /** @type {{name: string, checked: boolean}} */ { name, checked }) => {
      const asked = RECORDS.filter((one) => (one === name ? checked : study.record?.includes(one)));
      if (asked.length) study.record = asked;
      else delete study.record;
    },
  }),
  /** A feature made of the plane's two, one more or one less. */
  set_derived: defineCommand({
    edit: ({ dataset }, /** @type {{name: string, checked: boolean}} */ { name, checked }) => {
      const asked = DERIVED.filter((one) => (one === name ? checked : dataset.derived?.includes(one)));
      if (asked.length) dataset.derived = asked;
      else delete dataset.derived;
    },
  }),
  /** A grid's points on all axes alike, all at once. */
  set_points: number('points', (study, points) => void (study.sampler = { name: 'grid', points })),
  /** A grid's points on one axis. */
  set_points_of: defineCommand({
    edit: (study, /** @type {{axis: string, points: number}} */ { axis, points }) => {
      const others = study.sampler?.points;
      study.sampler = { name: 'grid', points: { ...(typeof others === 'object' ? others : {}), [axis]: points } };
    },
    act: ({ slices }, { axis }) => slices.study.dropDraft(`points.${axis}`),
  }),
};
