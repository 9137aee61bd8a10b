import { BY_NAME } from '../study/hyperparameters.js';
import { planned } from '../study/panel.js';
import { defineCommand } from './command.js';
import { focusSoon, opened } from './focus.js';

/** @typedef {import('../study/types.js').BackendChoice} BackendChoice @typedef {import('./command.js').On} On */

/** A run that fails says so on the page; nobody else waits for this promise. @param {On} on */
const start = ({ page }) => void page.run().catch(() => {});

/** Runs, and what trains them. */
export const RUN = {
  toggle_run: defineCommand({
    keys: [{ press: ' ' }, { press: 'mod+enter', inFields: 'always' }],
    act: ({ store, perform }) => {
      if (store.state === 'running') perform('pause');
      else if (store.state === 'paused') perform('resume');
      else if (store.state === 'idle' && !store.readOnly) perform(store.rest ? 'take_up' : 'run');
    },
  }),
  /** Goes on with the run shown, which was cut off. */
  take_up: defineCommand({
    when: (store) => store.rest > 0,
    act: async ({ store, page, runner }) => {
      const id = String(store.shelf.shown);
      const open = (await page.shelf?.open(id)) ?? [];
      if (store.rest > 0 && store.shelf.shown === id) void runner.takeUp({ id, open }).catch(() => {});
    },
  }),
  run: defineCommand({
    act: (on) => {
      const { store, slices } = on;
      if (store.picking && !store.drafts.size) return void on.perform('pick_point', []);
      const draft = store.drafts.keys().next();
      slices.look.put({ sheet: !draft.done });
      if (!draft.done) {
        // What keeps the study from running is shown.
        const row = BY_NAME.has(draft.value);
        if (row) slices.study.put({ editing: draft.value });
        focusSoon(on, row ? `[data-testid="edit-${draft.value}"] [aria-invalid="true"]` : fieldOf(draft.value));
      }
      start(on);
    },
  }),
  /** Gives the run shown so many more trials, and its study with it. */
  more: defineCommand({
    when: (store) => store.more > 0,
    edit: (study, /** @type {number} */ n, { drafts }) => {
      if (!drafts.size) study.trials = planned(study) + n;
    },
    row: () => 'trials',
    act: (on, n) => {
      const { store, slices, runner } = on;
      // Nothing else is trained than what the panel shows.
      if (store.drafts.size) return on.perform('run');
      slices.run.put({ asked: { n, trials: planned(store.study) } });
      if (store.alive) void runner.more(n).catch(() => {});
      else start(on);
    },
  }),
  /** What was asked for in an earlier visit. */
  restore_asked: defineCommand({
    act: ({ slices }, /** @type {import('../state/types.js').Asked | null} */ asked) => slices.run.put({ asked }),
  }),
  pause: defineCommand({ act: ({ runner }) => runner.pause() }),
  resume: defineCommand({ act: ({ runner }) => runner.resume() }),
  stop: defineCommand({ act: ({ runner }) => runner.stop() }),
  backend: defineCommand({
    act: ({ slices }, /** @type {BackendChoice} */ choice) => slices.run.put({ choice }, 'study'),
  }),
  try_gpu: defineCommand({
    act: (on) => {
      on.perform('backend', 'gpu');
      start(on);
    },
  }),
  start_cpu: defineCommand({
    act: (on) => {
      on.perform('backend', 'cpu');
      start(on);
    },
  }),
  open_test: defineCommand({
    when: (store, /** @type {number} */ _) => !store.locks.has('test'),
    act: ({ runner }, /** @type {number} */ trial) => runner.openTest(trial),
  }),
  mark_seen: defineCommand({ act: ({ slices }, /** @type {string[]} */ data) => slices.test.markSeen(data) }),
  previews: defineCommand({ act: ({ page }) => page.previews?.start() }),
  bench: defineCommand({
    act: (on) => opened(on, 'bench', () => /** @type {any} */ (on.page.renderRoot.querySelector('tp-bench')).open()),
  }),
};

/** @param {string} name of a field of the study */
const fieldOf = (name) => `[data-testid="${CSS.escape(name)}"]`;
