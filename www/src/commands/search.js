import { later } from '../platform/later.js';
import { pickedOf, samplerOf, trialsOf } from '../study/search.js';
import { deepened } from '../study/plan.js';
import { defineCommand } from './command.js';
import { opened } from './focus.js';

/**
 * How the study is searched, beside its sampler: settings, pruner, stages, budget; AutoML, and the brushed box as the
 * next stage.
 *
 * @typedef {import('../study/search.js').Part} Part
 * @typedef {import('../study/types.js').Stage} Stage
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Value} Value
 * @typedef {import('./command.js').On} On
 */

/** A run that fails says so on the page; nobody else waits for this promise. @param {On} on */
const start = ({ page }) => void page.run().catch(() => {});

/** Stages say how many trials there are.
 * @param {Study} study @param {Stage[] | null} stages */
export function put(study, stages) {
  delete study.stages;
  if (!stages) return;
  Object.assign(study, { stages, trials: trialsOf(stages) });
  // And how many epochs each has.
  delete study.space?.epochs;
}

/** Input that is not valid in fields that are gone. @param {On} on @param {RegExp} names */
export function dropDrafts({ store, slices }, names) {
  for (const name of [...store.drafts.keys()]) if (names.test(name)) slices.study.dropDraft(name);
}

export const SEARCH = {
  /** Opens what is said of the search beside the sampler, or what AutoML says beforehand. */
  open_automl: defineCommand({
    act: (on) =>
      opened(on, 'search', () => /** @type {any} */ (on.page.renderRoot.querySelector('tp-automl'))?.open()),
  }),
  /** Says where the next point by hand is, of some ranges. */
  aim: defineCommand({
    act: ({ slices }, /** @type {Record<string, Value>} */ point) =>
      slices.study.put({ aim: { ...slices.study.aim, ...point } }),
  }),
  /** Trains the next point by hand; where a figure was pressed, there. */
  pick_point: defineCommand({
    when: (store) => samplerOf(store.study) === 'hand' && !store.readOnly,
    act: async (on, /** @type {import('../study/picked.js').Pressed[]} */ pressed) => {
      const { aimOf, valuesAt } = await later('picked');
      const { store, perform } = on;
      const values = valuesAt(store.study, pressed);
      // Nothing was meant beside the axes.
      if (!values) return;
      // What was pressed takes the place of what was typed; else a field that is wrong says so.
      const isPressed = (/** @type {string} */ name) => name.startsWith('pick.') && name.slice(5) in values;
      if (![...store.drafts.keys()].every(isPressed)) return perform('run');
      dropDrafts(on, /^pick\./);
      perform('aim', values);
      perform('put_points', [...pickedOf(store.study), aimOf(store.study, store.aim)]);
      void on.runner.pick().catch(() => {});
    },
  }),
  put_points: defineCommand({
    edit: (study, /** @type {Record<string, Value>[]} */ points) => {
      study.sampler = { name: 'hand', points };
      study.trials = Math.max(study.trials ?? 64, points.length);
    },
  }),
  set_pruner: defineCommand({
    edit: (study, /** @type {string} */ name) => void (study.pruner = { name }),
    act: (on) => dropDrafts(on, /^pruner\./),
  }),
  /** Null for none. */
  set_budget: defineCommand({
    edit: (study, /** @type {number | null} */ budget) => {
      delete study.budget;
      if (budget !== null) study.budget = budget;
    },
    act: ({ slices }) => slices.study.dropDraft('budget'),
  }),

  /** Puts the study of AutoML (`study/automl.js`) in the panel, which undo takes back, and runs it where that is asked
   * for. */
  automl: defineCommand({
    edit: (_, /** @type {{study: Study, run: boolean}} */ { study }) => structuredClone(study),
    act: (on, { run }) => {
      const { store, slices } = on;
      dropDrafts(on, /./);
      slices.messages.say(store.t('say.automl'));
      if (run && store.state === 'idle') start(on);
    },
  }),
  /** Runs the brushed box as a study of its own, with more epochs; the run before it stays. */
  run_box: defineCommand({
    when: (store) => store.state === 'idle' && !store.readOnly && store.narrowedStudy() !== null,
    edit: (_, __, store) => deepened(store.narrowedStudy() ?? store.study),
    act: (on) => {
      const { store, slices } = on;
      slices.selection.setBrush(null);
      slices.messages.say(store.t('say.box'));
      start(on);
    },
  }),
};
