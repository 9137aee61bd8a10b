import { lookOf } from '../state/score.js';
import { scoreName, scoreText } from '../state/spread.js';
import { defineCommand } from './command.js';
import { leftUnopened } from './focus.js';

/** @typedef {import('../study/brush.js').Brush} Brush @typedef {import('./command.js').On} On */

/** Says which trial is selected. @param {On} on */
function tell({ store, slices }) {
  const trial = store.selected;
  if (!trial) return;
  const state = store.t(`state.${lookOf(store, trial)}`);
  const values = { number: trial.number, state, score: scoreName(store), value: scoreText(store, trial) };
  slices.messages.say(store.t('strip.value', values));
}

/** @param {On} on @param {1 | -1} by @param {'rank' | 'number'} order */
function move(on, by, order) {
  on.slices.selection.move(by, order);
  tell(on);
}

/** The trials that every figure marks. */
export const SELECTION = {
  rank: defineCommand({
    keys: [
      { press: 'arrowleft', detail: -1 },
      { press: 'arrowright', detail: 1 },
    ],
    act: (on, /** @type {1 | -1} */ by) => move(on, by, 'rank'),
  }),
  number: defineCommand({
    keys: [
      { press: 'shift+arrowleft', detail: -1 },
      { press: 'shift+arrowright', detail: 1 },
    ],
    act: (on, /** @type {1 | -1} */ by) => move(on, by, 'number'),
  }),
  best: defineCommand({ keys: [{ press: 'b' }], act: ({ store, perform }) => perform('select', store.best) }),
  escape: defineCommand({
    keys: [{ press: 'escape', kept: true }],
    act: ({ store, slices, perform }) => {
      // What was asked for a moment ago, and is not to be seen yet, is not wanted any more.
      if (leftUnopened()) return;
      if (store.keysShown) perform('keys', false);
      else if (store.drawer) perform('drawer', false);
      else if (store.brush) perform('unbrush');
      else if (store.stage) perform('show_stage', null);
      else {
        slices.selection.hover(null);
        slices.selection.pick(null);
      }
    },
  }),
  /** Selects a trial and says which. */
  select: defineCommand({
    act: (on, /** @type {number | null} */ trial) => {
      on.slices.selection.pick(trial);
      tell(on);
    },
  }),
  /** Selects a trial where what was pressed has said which. */
  pick: defineCommand({ act: ({ slices }, /** @type {number | null} */ trial) => slices.selection.pick(trial) }),
  /** By number, where the slider itself says which. */
  slide: defineCommand({ act: ({ slices }, /** @type {1 | -1} */ by) => slices.selection.move(by, 'number') }),
  hover: defineCommand({ act: ({ slices }, /** @type {number | null} */ trial) => slices.selection.hover(trial) }),
  brush: defineCommand({
    act: ({ store, slices }, /** @type {Brush} */ sides) => {
      slices.selection.setBrush(sides.length ? sides : null);
      if (sides.length)
        slices.messages.say(store.t('say.brushed', { done: store.brushedCount(), n: store.trials.size }));
    },
  }),
  /** The surface between trials, as the engine works it out; null where there is none. */
  response: defineCommand({
    act: (
      { runner },
      /**
       * @type {{places: import('../study/places.js').Places, columns: number, rows: number,
       *   cut?: import('../state/stored.js').Cut}}
       */ asked,
    ) => runner.response(asked.places, asked.columns, asked.rows, asked.cut),
  }),
  /** Shows the trials of one stage, and the box that they were drawn from; null for those of all. */
  show_stage: defineCommand({
    act: (
      { store, slices },
      /** @type {{stage: import('../study/stages.js').Stage, number: number} | null} */ shown,
    ) => {
      slices.selection.showStage(shown?.stage ?? null);
      const n = shown ? shown.stage.end - shown.stage.first : store.trials.size;
      slices.messages.say(store.t(shown ? 'say.stage' : 'say.stages', { number: shown?.number ?? '', n }));
    },
  }),
  unbrush: defineCommand({
    act: ({ store, slices }) => {
      slices.selection.setBrush(null);
      slices.messages.say(store.t('say.unbrushed'));
    },
  }),
  /** Cuts the study's ranges to the brush. */
  narrow: defineCommand({
    edit: (study, _, store) => store.narrowedStudy(),
    act: ({ store, slices }, _, before) => {
      const none = store.emptySide();
      if (none) slices.messages.say(store.t(none.key, { name: store.label(none.name) }));
      if (store.study === before) return;
      slices.selection.setBrush(null);
      slices.messages.say(store.t('say.narrowed'));
    },
  }),
};
