import { MOST, OVER_CLASSICS, baseOf, contestant, joiners, racers, starters, withRate } from '../study/race.js';
import { keyOf } from '../study/same.js';
import { optionsOf, wordsOf } from '../state/race.js';
import { defineCommand } from './command.js';
import { focusSoon } from './focus.js';

/**
 * @typedef {import('../state/race.js').RaceOptions} RaceOptions
 * @typedef {import('./command.js').On} On
 */

/** What all have in common: the selected trial's values of what the study sweeps. @param {On['store']} store */
const base = ({ study, stale, selected }) => baseOf(study, stale ? null : selected);

/** Networks that leave one start. */
export const RACE = {
  /** Races, unless that race is there already; with changes, another one. */
  race: defineCommand({
    act: ({ store, slices, runner, perform }, /** @type {Partial<RaceOptions> | undefined} */ changes) => {
      const { race } = store;
      const options = { ...race.options, ...changes };
      if (options.over === 'trials') {
        if (changes || race.key !== keyOf(store.shownStudy)) perform('race_trials', { rows: changes?.rows });
        return;
      }
      // A surface without rows has no batches, and without weights no seeds.
      if (options.ground !== 'network' && !OVER_CLASSICS.includes(options.over)) options.over = 'optimizer';
      const isOther = options.over !== race.options.over || options.ground !== race.options.ground;
      if (!changes && race.key === keyOf(store.study)) return;
      slices.race.put({ options, start: isOther ? null : race.start });
      if (isOther || !race.contestants.length) slices.race.enter(starters(options.over, base(store), options.ground));
      // What a search found was found for those steps and rows.
      else if (changes && changes.tuned === undefined)
        slices.race.enter(race.contestants.map(({ search: _, ...one }) => one));
      void runner.race((races) => races.race());
    },
  }),
  /** Trials race: the ones that race already or that a link names, else the best of the brush, or of all. */
  race_trials: defineCommand({
    act: ({ store, slices, runner }, /** @type {{fresh?: boolean, rows?: RaceOptions['rows']} | undefined} */ how) => {
      const { race } = store;
      const { rows = race.options.rows, fresh = false } = how ?? {};
      const raced = race.contestants.flatMap(({ trial }) => trial ?? []);
      const known = fresh ? [] : raced.length ? raced : race.numbers;
      const named = known.flatMap((number) => store.trials.get(number) ?? []);
      const ranked = () =>
        store
          .ranked()
          .map(({ trial }) => trial)
          .filter((trial) => !store.isOut(trial));
      const options = /** @type {const} */ ({ over: 'trials', ground: 'network', tuned: false });
      // Where none has a score, those that diverged show how.
      const ended = () => [...store.trials.values()].filter(({ state }) => state === 'diverged').slice(0, MOST);
      const [first] = [named, ranked(), ended()].filter((some) => some.length);
      const chosen = first ?? [];
      const own = racers(store.shownStudy, chosen);
      // Of all trials the best race; who else was meant is told where somebody chose, or nobody is left to race with.
      const left = named.length || store.brush || own.length < 2 ? chosen.length - own.length : 0;
      const missing = known === race.numbers ? known.filter((number) => !store.trials.get(number)) : [];
      slices.race.put({ options: { ...race.options, ...options, rows }, start: null, numbers: [], left, missing });
      slices.race.enter(own);
      if (store.race.contestants.length) void runner.race((races) => races.race());
      else runner.leaveRace();
    },
  }),
  /** The trials of the brush race, in their own view. */
  race_these: defineCommand({
    act: (on) => {
      on.perform('race_trials', { fresh: true });
      on.perform('view', 'race');
      focusSoon(on, '#tab-race');
    },
  }),
  /** What a link says of a race: what contestants differ in, a surface, or trials; it runs once it is looked at. */
  race_from: defineCommand({
    act: ({ store, slices, runner }, /** @type {string} */ text) => {
      const read = optionsOf(text);
      if (!read || text === wordsOf(store.race)) return;
      runner.leaveRace();
      const options = { ...store.race.options, ...read.options, tuned: false };
      slices.race.put({ options, numbers: read.numbers, left: 0, missing: [], start: null });
      slices.race.enter(read.numbers.length ? [] : starters(options.over, base(store), options.ground));
    },
  }),
  /** Who raced in an earlier visit. */
  restore_race: defineCommand({
    act: ({ store, slices, runner }, /** @type {import('../state/kept-views.js').KeptRace} */ kept) => {
      const isOn = store.race.state !== 'none';
      slices.race.put(kept);
      if (isOn) void runner.race((races) => races.race());
    },
  }),
  /** Another learning rate, from a step on. */
  race_rate: defineCommand({
    act: ({ store, slices, runner }, /** @type {{at: number, step: number, rate: number}} */ { at, step, rate }) => {
      const { contestants, options } = store.race;
      if (!contestants[at]) return;
      const next = withRate(contestants[at], step, rate);
      // Who differs in nothing but the rate is called by it.
      const key = String(rate);
      if (options.over === 'learning_rate' && step <= 0 && contestants.every((one) => one.key !== key)) next.key = key;
      slices.race.enter(contestants.map((one, k) => (k === at ? next : one)));
      void runner.race((races) => races.change(at));
    },
  }),
  /** Takes a contestant's changes of its learning rate back. */
  race_steady: defineCommand({
    act: ({ store, slices, runner }, /** @type {number} */ at) => {
      slices.race.enter(store.race.contestants.map((one, k) => (k === at ? { ...one, changes: [] } : one)));
      void runner.race((races) => races.change(at));
    },
  }),
  race_add: defineCommand({
    act: ({ store, slices, runner }, /** @type {import('../study/types.js').Value} */ value) => {
      const { race } = store;
      if (race.contestants.length >= MOST) return;
      slices.race.enter([...race.contestants, contestant(race.options.over, value, base(store), race.options.ground)]);
      void runner.race((races) => races.race());
    },
  }),
  /** Everyone who can race does. */
  race_all: defineCommand({
    act: ({ store, slices, runner }) => {
      const { contestants, options } = store.race;
      const rest = joiners(options.over, contestants).slice(0, MOST - contestants.length);
      const joined = rest.map((value) => contestant(options.over, value, base(store), options.ground));
      slices.race.enter([...contestants, ...joined]);
      void runner.race((races) => races.race());
    },
  }),
  race_remove: defineCommand({
    act: ({ store, slices, runner }, /** @type {number} */ at) => {
      const { contestants } = store.race;
      if (contestants.length < 2) return;
      slices.race.enter(contestants.filter((_, k) => k !== at));
      void runner.race((races) => races.race());
    },
  }),
  /** All start from another place of the plane, with none from where they did; meanwhile the picture may be still. */
  race_start: defineCommand({
    act: ({ slices, runner }, /** @type {{place: [number, number] | null, still?: boolean}} */ { place, still }) => {
      slices.race.put({ start: place });
      void runner.race((races) => races.startAt(place, still ?? false));
    },
  }),
  /** The plane is laid through the paths as they are now. */
  race_plane: defineCommand({ act: ({ runner }) => void runner.race((races) => races.plane()) }),
  /** The study's data become those on which races are seen best. */
  race_spiral: defineCommand({
    edit: (study) => {
      study.dataset = { name: 'spiral', samples: 300 };
      study.fixed = { ...study.fixed, hidden: [32, 32], activation: 'relu' };
      for (const name of ['hidden', 'hidden_layers', 'hidden_units', 'activation', 'loss']) {
        delete study.space?.[name];
        if (!['hidden', 'activation'].includes(name)) delete study.fixed[name];
      }
      for (const name of Object.keys(study.fixed)) if (/^units_\d+$/.test(name)) delete study.fixed[name];
      for (const name of Object.keys(study.space ?? {})) if (/^units_\d+$/.test(name)) delete study.space?.[name];
    },
  }),
  /** What the contestants' networks say of the data's plane. */
  race_fields: defineCommand({
    act: (
      { runner },
      /** @type {{at: [number, number][], side: number, extent: [number, number, number, number]}} */ asked,
    ) => runner.race((races) => races.fields(asked.at, asked.side, asked.extent)),
  }),
  leave_race: defineCommand({ act: ({ runner }) => runner.leaveRace() }),
};
