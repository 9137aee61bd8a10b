import { mendsOf } from '../study/mends.js';
import { defineCommand } from './command.js';

/**
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {{problem: Problem, which: string}} Mending
 */

/** @param {Study} study @param {Mending} mending @param {import('../state/store.js').Store} store */
const mendOf = (study, { problem, which }, store) =>
  mendsOf(study, problem, (name) => store.label(name)).find((one) => one.act === which);

/** What the page says, and the buttons beside it. */
export const MESSAGES = {
  notify: defineCommand({
    act: ({ slices }, /** @type {import('../state/types.js').Notice} */ notice) => slices.messages.notify(notice),
  }),
  dismiss: defineCommand({ act: ({ slices }, /** @type {string} */ id) => slices.messages.dismiss(id) }),
  /** Says to a screen reader what a notice says. */
  say: defineCommand({
    act: ({ store, slices }, /** @type {import('../state/types.js').Notice} */ { title, values }) =>
      slices.messages.say(store.t(title, values)),
  }),
  /** Mends the study in the panel. */
  mend: defineCommand({
    edit: (study, /** @type {Mending} */ mending, store) => mendOf(study, mending, store)?.change(study),
    act: ({ store, perform }, mending, before) => {
      if (mendOf(before, mending, store)?.run) perform('run');
    },
  }),
  /** Mends a study that was kept out, and puts it in the panel. */
  mend_given: defineCommand({
    act: ({ store, slices, page, perform }, /** @type {Mending & {given: any}} */ { given, ...mending }) => {
      const study = structuredClone(given);
      const found = mendOf(study, mending, store);
      if (!found) return;
      slices.messages.dismiss('study');
      found.change(study);
      page.study = study;
      if (found.run) perform('run');
    },
  }),
  /** A range of learning rates that does not diverge. */
  use_range: defineCommand({
    edit: (study, /** @type {{low: number, high: number}} */ ends) => {
      delete study.fixed?.learning_rate;
      (study.space ??= {}).learning_rate = { type: 'float', log: true, ...ends };
    },
    row: () => 'learning_rate',
    act: ({ slices }) => slices.messages.dismiss('all_diverged'),
  }),
};
