import test from 'node:test';
import { readFileSync } from 'node:fs';
import { assert, fc } from './numbers.js';
import { ROOT, nodesOf, sourceOf, sources } from './sources.js';
import { commandsKnown, connect, learn, perform, performAction } from '../../www/src/commands/commands.js';
import { keysKnown } from '../../www/src/commands/keys.js';
import { LISTED } from '../../www/src/commands/listed-runs.js';
import { MORE } from '../../www/src/commands/more.js';
import { NETWORKS } from '../../www/src/commands/networks.js';
import { SCENE } from '../../www/src/commands/scene.js';
import { SETTINGS } from '../../www/src/commands/search-settings.js';
import { SHARING } from '../../www/src/commands/sharing.js';
import { pinKey } from '../../www/src/views/trials/words.js';
import { Store } from '../../www/src/state/store.js';
import { keptAsked } from '../../www/src/state/kept.js';
import { divergedNotice } from '../../www/src/views/notices/index.js';
import { fallbackNotice, idleNotice, mendsShown, runNotice } from '../../www/src/state/notices.js';
import { DATASETS, DERIVED, HYPERPARAMETERS, SAMPLERS, isOwn } from '../../www/src/study/hyperparameters.js';
import { PRESETS } from '../../www/src/study/presets.js';
import { RECORDS, readStudy } from '../../www/src/study/study.js';

/**
 * Commands: what changes the study is taken back by undo, and whatever names a command names one that there is.
 *
 * @typedef {import('../../www/src/state/store.js').Store} StoreType
 * @typedef {import('../../www/src/study/types.js').Study} Study
 */

learn({ ...MORE, ...SCENE, ...LISTED, ...SETTINGS, ...SHARING, ...NETWORKS });
const COMMANDS = commandsKnown();
const KEYS = keysKnown();

/** Frames, which Node.js lacks. @type {(() => void)[]} */
const frames = [];
/** @type {any} */ (globalThis).requestAnimationFrame = (/** @type {() => void} */ act) => frames.push(act);
/** @type {any} */ (globalThis).CSS ??= { escape: (/** @type {string} */ text) => text };

/** A store whose commands act in a page that notes what it is asked for. */
function pageOf() {
  const store = new Store();
  /** @type {unknown[]} */
  const asked = [];
  const ask =
    (/** @type {string} */ what) =>
    (/** @type {unknown[]} */ ...how) => {
      asked.push([what, ...how]);
      return Promise.resolve();
    };
  const page = {
    renderRoot: { querySelector: () => null },
    shadowRoot: null,
    set study(/** @type {unknown} */ study) {
      asked.push(['study', study]);
    },
    href: '#',
    previews: { start: ask('previews') },
    run: ask('run'),
    choose: ask('choose'),
  };
  const runner = {
    more: ask('more'),
    pick: ask('pick'),
    pause: ask('pause'),
    resume: ask('resume'),
    stop: ask('stop'),
  };
  connect(store, /** @type {any} */ (page), /** @type {any} */ (runner));
  return { store, asked };
}

const names = HYPERPARAMETERS.filter((one) => one.available !== false).map((one) => one.name);
const name = fc.constantFrom(...names);
const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** A table of the reader's own. */
const OWN = {
  name: 'csv',
  file: 'heights.csv',
  found: { task: 'numbers', rows: 442, features: 7, classes: 0, digest: '0123456789abcdef' },
};
const range = fc.constantFrom(
  ...HYPERPARAMETERS.flatMap((one) => (one.sweep ? [{ name: one.name, range: one.sweep }] : [])),
);

/** The ends of a brush. */
const sides = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
const problem = fc.constantFrom(
  { code: 'empty_space' },
  { code: 'undefined_metric' },
  { code: 'too_large' },
  { code: 'too_many_parameters' },
  { code: 'batch_too_large', rows: 20 },
  { code: 'loss_mismatch', accepted: 'cross_entropy' },
  { code: 'out_of_range', key: 'space.learning_rate' },
  { code: 'out_of_range', key: 'fixed.optimizer' },
);

/** A stage of a study. */
const STAGE = { epochs: fc.integer({ min: 1, max: 9 }), trials: fc.integer({ min: 1, max: 9 }) };

/** Details that each command with an edit may be given.
 * @type {Record<string, (store: StoreType) => fc.Arbitrary<unknown>>} */
const DETAILS = {
  set_value: () =>
    fc.oneof(
      fc.record({ name, value: fc.oneof(fc.double({ noNaN: true }), fc.boolean(), fc.string()) }),
      fc.record({ name: fc.constant('hidden'), value: fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 4 }) }),
    ),
  set_range: () => range,
  take_range: () => range,
  set_up: () => fc.constantFrom(...PRESETS.map((one) => one.study)),
  set_words: () => fc.record({ name: fc.string(), question: fc.string({ maxLength: 200 }) }),
  unset_value: () => name,
  reset_row: () => name,
  sweep: () => name,
  choose_dataset: () =>
    fc.constantFrom(...DATASETS.filter((one) => one.available && !isOwn(one)).map((one) => one.name)),
  use_data: () => fc.constant({ dataset: OWN, table: null }),
  load_preset: () => fc.constantFrom(...PRESETS.map((one) => one.name)),
  duplicate: () => fc.constant(undefined),
  set_derived: () => fc.record({ name: fc.constantFrom(...DERIVED), checked: fc.boolean() }),
  set_samples: () => fc.integer({ min: 10, max: 100000 }),
  set_noise: () => fc.double({ min: 0, max: 10, noNaN: true }),
  set_data_seed: () => seed,
  set_folds: () => fc.integer({ min: 1, max: 20 }),
  set_seeds: () => fc.integer({ min: 1, max: 100 }),
  set_evaluate_every: () => fc.integer({ min: 1, max: 1000 }),
  set_trials: () => fc.integer({ min: 1, max: 100000 }),
  set_seed: () => seed,
  set_record: () => fc.record({ name: fc.constantFrom(...RECORDS), checked: fc.boolean() }),
  set_sampler: () => fc.constantFrom(...SAMPLERS),
  set_points: () => fc.integer({ min: 1, max: 1000 }),
  set_pruner: () => fc.constantFrom('none', 'median', 'halving', 'hyperband'),
  set_setting: () =>
    fc.record({
      part: fc.constantFrom('sampler', 'pruner'),
      name: fc.constantFrom('startup', 'round', 'reduction'),
      value: fc.constantFrom(null, 2, 8),
    }),
  put_points: () => fc.constantFrom([], [{ learning_rate: 0.01 }]),
  set_budget: () => fc.constantFrom(null, 5000),
  set_stages: () =>
    fc.option(
      fc.array(fc.record(STAGE, { noNullPrototype: true }), {
        minLength: 2,
        maxLength: 4,
      }),
      { freq: 9 },
    ),
  set_stage: () =>
    fc.record({
      k: fc.integer({ min: 0, max: 1 }),
      name: fc.constantFrom('epochs', 'trials', 'shrink'),
      value: fc.integer({ min: 10, max: 99 }),
    }),
  remove_stage: () => fc.integer({ min: 0, max: 1 }),
  automl: () =>
    fc.record({
      study: fc.constantFrom(...PRESETS.map((one) => ({ ...one.study, budget: 5000 }))),
      run: fc.constant(false),
    }),
  run_box: () => fc.constant(undefined),
  set_points_of: () => fc.record({ axis: name, points: fc.integer({ min: 1, max: 1000 }) }),
  more: () => fc.integer({ min: 1, max: 64 }),
  narrow: () => fc.constant(undefined),
  race_spiral: () => fc.constant(undefined),
  map_fractal: () => fc.constant(undefined),
  map_take: () => fc.record({ learning_rate: fc.double({ min: 1e-6, max: 10, noNaN: true }) }),
  mend: () =>
    fc.record({
      problem,
      which: fc.constantFrom(
        'sweep_learning_rate',
        'set_metric',
        'narrow_layers',
        'set_batch',
        'set_loss',
        'unsweep',
        'unset',
      ),
    }),
  use_range: () => fc.constantFrom({ low: 1e-4, high: 0.1 }, { low: 1e-9, high: 1e-6 }),
};

/** @typedef {{act: string, detail: unknown, brush?: [number, number]}} Step */
const step = fc.oneof(
  ...Object.entries(DETAILS).map(([act, detail]) =>
    fc.record({ act: fc.constant(act), detail: detail(/** @type {any} */ (null)), brush: sides }),
  ),
);

/** What a command finds that narrows, or that gives a run more. @param {StoreType} store @param {Step} step */
function prepare(store, { act, brush = [0, 1] }) {
  if (act === 'narrow' || act === 'run_box') {
    const [from, to] = [...brush].sort((a, b) => a - b);
    const ranges = Object.entries(store.study.space ?? {}).filter(([, one]) => one.type === 'float');
    perform(
      store,
      'brush',
      ranges.map(([row, { low = 0, high = 0 }]) => ({
        name: row,
        low: low + from * (high - low),
        high: low + to * (high - low),
      })),
    );
  }
  if (act === 'more') store.reports.state('idle', true);
}

test('each view has its key, by its place', () => {
  const views = readFileSync(`${ROOT}/views/views.js`, 'utf8').match(/\bname: '/g) ?? [];
  const tab = KEYS.find(({ name }) => name === 'tab');
  assert.deepEqual(
    tab?.shown,
    views.map((_, k) => String(k + 1)),
  );
  assert.equal(views.length, 7);
});

test('every command that changes the study is among those that are tried', () => {
  const changing = Object.entries(COMMANDS).filter(([, one]) => 'edit' in one);
  assert.deepEqual(changing.map(([act]) => act).sort(), Object.keys(DETAILS).sort());
});

test('as many undos as there were changes give the study back, and redo brings them forth', () => {
  const tried = new Set();
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
      const { store } = pageOf();
      const states = [structuredClone(store.study)];
      for (const one of steps) {
        prepare(store, one);
        const before = store.study;
        performAction(store, one);
        if (store.study === before) continue;
        tried.add(one.act);
        states.push(structuredClone(store.study));
      }
      for (const state of [...states].reverse().slice(1)) {
        assert.ok(store.canStep(-1));
        perform(store, 'undo');
        assert.deepEqual(store.study, state);
      }
      assert.ok(!store.canStep(-1));
      for (const state of states.slice(1)) {
        perform(store, 'redo');
        assert.deepEqual(store.study, state);
      }
      assert.ok(!store.canStep(1));
    }),
    { numRuns: 600 },
  );
  assert.deepEqual([...tried].sort(), Object.keys(DETAILS).sort());
});

test('undo has so many studies, however they came', () => {
  const { store } = pageOf();
  const { slices } = store;
  for (let trials = 1; trials <= 500; trials++) {
    slices.study.replace({ ...store.study, trials });
    slices.study.change({ ...store.study, seed: trials });
  }
  assert.equal(store.past.length, 200);
  assert.equal(store.past.at(-1)?.trials, 500);
});

test('a change after an undo leaves nothing to redo, and one that changes nothing nothing to undo', () => {
  const { store } = pageOf();
  perform(store, 'set_trials', 7);
  perform(store, 'set_trials', 8);
  perform(store, 'undo');
  assert.equal(store.study.trials, 7);
  perform(store, 'set_seed', 5);
  assert.ok(!store.canStep(1));
  const before = store.study;
  perform(store, 'set_seed', 5);
  assert.equal(store.study, before);
  perform(store, 'undo');
  perform(store, 'undo');
  assert.ok(!store.canStep(-1));
});

test('input that is not valid is what the first undo takes back', () => {
  const { store } = pageOf();
  perform(store, 'set_trials', 7);
  perform(store, 'keep_draft', { name: 'trials', problem: { code: 'empty' }, text: { value: '' } });
  perform(store, 'undo');
  assert.equal(store.drafts.size, 0);
  assert.equal(store.study.trials, 7);
});

test('a fix of input is one change, and the input is gone', () => {
  const { store } = pageOf();
  const fix = { name: 'trials', act: 'set_trials', detail: 9 };
  perform(store, 'keep_draft', { name: 'trials', problem: { code: 'empty' }, text: { value: '' } });
  perform(store, 'fix', fix);
  assert.equal(store.drafts.size, 0);
  assert.equal(store.study.trials, 9);
  perform(store, 'undo');
  assert.notEqual(store.study.trials, 9);
  assert.ok(!store.canStep(-1));
});

test('input that is mended takes its own message with it, and no other input', () => {
  const { store } = pageOf();
  const [low, none] = [{ code: 'out_of_range' }, { code: 'empty' }];
  perform(store, 'keep_draft', { name: 'learning_rate', problem: low, text: { low: '5' } });
  perform(store, 'keep_draft', { name: 'trials', problem: none, text: { value: '' } });
  store.reports.notify(runNotice(store, low, false));
  perform(store, 'drop_draft', 'trials');
  assert.equal(store.notices.length, 1);
  assert.deepEqual([...store.drafts.keys()], ['learning_rate']);
  perform(store, 'drop_draft', 'learning_rate');
  assert.deepEqual(store.notices, []);
});

test('nothing is trained while a row shows what is not valid', () => {
  const { store, asked } = pageOf();
  const { trials } = store.study;
  perform(store, 'keep_draft', { name: 'learning_rate', problem: { code: 'out_of_range' }, text: { low: '5' } });
  store.slices.run.put({ alive: true });
  perform(store, 'more', 4);
  assert.equal(store.study.trials, trials);
  assert.deepEqual(asked, [['run']]);
  assert.equal(store.editing, 'learning_rate');
});

test('a row that something else changes shows what is trained, and others what was entered', () => {
  const { store } = pageOf();
  for (const name of ['learning_rate', 'batch_size'])
    perform(store, 'keep_draft', { name, problem: { code: 'empty' }, text: { low: '' } });
  const learning_rate = /** @type {const} */ ({ type: 'float', low: 0.01, high: 0.02 });
  perform(store, 'set_up', { ...structuredClone(store.study), name: 'the same space' });
  assert.equal(store.drafts.size, 0);
  for (const name of ['learning_rate', 'batch_size'])
    perform(store, 'keep_draft', { name, problem: { code: 'empty' }, text: { low: '' } });
  store.slices.study.change({ ...structuredClone(store.study), space: { ...store.study.space, learning_rate } });
  assert.deepEqual([...store.drafts.keys()], ['batch_size']);
});

test('one problem is told of once, whoever found it, and two problems twice', () => {
  const code = fc.constantFrom('out_of_range', 'empty', 'too_large');
  const one = fc.record({
    code,
    key: fc.constantFrom('epochs', 'dropout', undefined),
    found: fc.constantFrom('0', 0, 5),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 6 }), (problems) => {
      const { store } = pageOf();
      problems.forEach((found, k) => {
        const notice = [runNotice(store, found, false), idleNotice(store, found), fallbackNotice(found)][k % 3];
        store.reports.notify(notice);
        assert.equal(store.notices.at(-1)?.id, notice.id);
      });
      const told = store.notices.map(({ problem }) => [problem?.code, problem?.key, String(problem?.found)].join());
      assert.equal(new Set(told).size, told.length);
    }),
  );
});

test('a run is given as many more as it last was, until its study has other trials', () => {
  const count = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(count, fc.array(count, { maxLength: 5 }), count, (trials, given, other) => {
      const { store, asked } = pageOf();
      perform(store, 'set_trials', trials);
      store.reports.state('idle', true);
      assert.equal(store.more, Math.min(64, trials));
      for (const n of given) {
        perform(store, 'more', n);
        trials += n;
        assert.equal(store.study.trials, trials);
        assert.deepEqual(asked.at(-1), ['more', n]);
        assert.equal(store.more, Math.min(64, n));
      }
      // As a text that is kept has it, and as what is not sound does not.
      const kept = keptAsked(JSON.parse(JSON.stringify({ asked: store.asked })));
      assert.deepEqual(kept, store.asked);
      if (other !== trials) {
        perform(store, 'set_trials', other);
        assert.equal(store.more, Math.min(64, other));
        perform(store, 'undo');
        assert.equal(store.more, Math.min(64, given.at(-1) ?? trials));
      }
    }),
  );
  for (const asked of [undefined, null, 5, [], {}, { n: 0, trials: 1 }, { n: 1.5, trials: 1 }, { n: '4', trials: 4 }])
    assert.equal(keptAsked({ asked }), null);
  assert.equal(keptAsked(null), null);
});

test('a study that does not say how many trials it has is given more of them, too', () => {
  const { store } = pageOf();
  const { trials: _, ...study } = store.study;
  perform(store, 'replace_study', study);
  store.reports.state('idle', true);
  assert.equal(store.more, 64);
  perform(store, 'more', store.more);
  assert.equal(store.study.trials, 128);
});

test('where the test set is open, commands change nothing but by another study', () => {
  const { store, asked } = pageOf();
  store.reports.test({ trial: 0, loss: 1, metric: 1 });
  fc.assert(
    fc.property(step, (one) => {
      const before = store.study;
      if (!store.readOnly) return;
      prepare(store, one);
      performAction(store, one);
      const loads = ['choose_dataset', 'use_data', 'load_preset', 'duplicate', 'set_up'].includes(one.act);
      assert.ok(loads || store.study === before);
      assert.ok(store.study === before || !store.readOnly);
      if (store.study !== before) perform(store, 'replace_study', before);
    }),
  );
  assert.deepEqual(
    asked.filter((one) => /** @type {unknown[]} */ (one)[0] === 'more'),
    [],
  );
});

test('what is read of the store cannot be written', () => {
  const { store } = pageOf();
  assert.throws(() => Object.assign(store, { study: {} }), TypeError);
  assert.throws(() => Object.assign(store, { view: '' }), TypeError);
});

test('a name that is no command is an error', () => {
  const { store } = pageOf();
  for (const act of ['', 'nothing', 'constructor', '__proto__', 'toString'])
    assert.throws(() => performAction(store, { act }), RangeError, act);
  assert.throws(() => perform(store, 'load_preset', 'nothing'), RangeError);
});

// Names of commands in the page's sources: this.act('x'), perform(store, 'x'), on.perform('x'), { act: 'x' }.

/** @param {import('./sources.js').Source} source */
function namesIn({ tree, text }) {
  // A field's command stands in its template.
  const found = [...text.matchAll(/\bcommand="(\w*)"/g)].map((one) => one[1]);
  for (const node of nodesOf(tree)) {
    if (node.type === 'CallExpression') {
      const called = node.callee.property?.name ?? node.callee.name;
      // The store may come first.
      const given = node.arguments.slice(0, 2).find((/** @type {any} */ one) => typeof one.value === 'string');
      if ((called === 'act' || called === 'perform') && given) found.push(given.value);
    } else if (node.type === 'Property' && node.key.name === 'act') {
      const { type, consequent, alternate } = node.value;
      const values = type === 'ConditionalExpression' ? [consequent, alternate] : [node.value];
      for (const { value } of values) if (typeof value === 'string') found.push(value);
    }
  }
  return found;
}

test('every command that the page names there is', () => {
  // What mends a study has names of its own, which a command is given.
  const named = sources()
    .filter(({ path }) => path !== 'study/mends.js')
    .flatMap((one) => namesIn(one).map((act) => `${one.path}: ${act}`));
  assert.ok(named.length > 60, String(named.length));
  assert.deepEqual(
    named.filter((one) => !Object.hasOwn(COMMANDS, one.split(': ')[1])),
    [],
  );
});

test('a name in the page is found however it is written', () => {
  for (const text of [
    "this.act('x', 'y');",
    "perform(this.store, 'x');",
    "on.perform('x', 1);",
    "const item = { act: 'x' };",
    "const item = { act: given ? 'x' : 'x' };",
    'html`<tp-number command="x"></tp-number>`;',
  ])
    assert.deepEqual([...new Set(namesIn(sourceOf('a.js', text)))], ['x'], text);
});

test('no two commands have one name', () => {
  const files = sources().filter(({ path }) => path.startsWith('commands/'));
  const names = files.flatMap(({ tree }) =>
    [...nodesOf(tree)]
      .filter((one) => one.type === 'VariableDeclarator' && /^[A-Z]+$/.test(one.id.name) && one.id.name !== 'COMMANDS')
      .flatMap((one) => (one.init?.properties ?? []).filter((/** @type {any} */ each) => each.value?.callee))
      .map((each) => each.key.name),
  );
  assert.deepEqual([...names].sort(), Object.keys(COMMANDS).sort());
});

test('each key performs one command, whose text is there in both languages, and no text is left over', () => {
  const presses = KEYS.flatMap((one) => one.keys.map((key) => key.press));
  assert.ok(presses.length > 10);
  assert.deepEqual(presses, [...new Set(presses)]);
  assert.deepEqual(
    KEYS.filter((one) => !Object.hasOwn(COMMANDS, one.name) || !one.shown.length),
    [],
  );
  for (const language of ['en', 'ko']) {
    const words = JSON.parse(readFileSync(`${ROOT}/views/keys/${language}.json`, 'utf8'));
    const labels = Object.keys(words).filter((key) => key.startsWith('keys.') && !/\.(single|about)$/.test(key));
    assert.deepEqual(labels.sort(), KEYS.map((one) => `keys.${one.name}`).sort(), language);
  }
});

test('every button of a notice performs a command, and mends change the study', () => {
  const { store } = pageOf();
  const problems = [
    { code: 'device_lost' },
    { code: 'no_gpu' },
    { code: 'empty_space' },
    { code: 'too_large' },
    { code: 'grid_too_large', combinations: 128 },
    { code: 'too_few_rows' },
    { code: 'out_of_range', key: 'space.learning_rate' },
  ];
  const notices = problems.flatMap((one) => [runNotice(store, one, false), runNotice(store, one, true)]);
  notices.push(...problems.map((one) => idleNotice(store, one)));
  const actions = notices.flatMap((one) => one.actions);
  assert.ok(actions.length > 12);
  for (const { act } of actions) assert.ok(Object.hasOwn(COMMANDS, act), act);
  for (const action of actions.filter((one) => one.act === 'mend')) {
    const { store: other } = pageOf();
    const before = other.study;
    performAction(other, action);
    assert.notEqual(other.study, before, JSON.stringify(action));
    perform(other, 'undo');
    assert.deepEqual(other.study, before);
  }
});

test('the button beside a study that was kept out mends it and hands it over', () => {
  const { store, asked } = pageOf();
  const read = /** @type {{study: Study}} */ (
    readStudy({ format: store.study.format, dataset: { name: 'moons' }, fixed: { optimizer: 'adam' }, space: {} })
  );
  const [action] = mendsShown(store, read.study, { code: 'empty_space' }, true);
  performAction(store, action);
  const handed = /** @type {[string, Study]} */ (asked.at(-1));
  assert.equal(handed[0], 'study');
  assert.ok(handed[1].space?.learning_rate);
  assert.deepEqual(read.study.space, {});
});

test('the range offered after all trials diverged is taken, and undone', () => {
  const { store } = pageOf();
  store.reports.begin(store.study);
  store.reports.trials([
    {
      number: 0,
      state: 'diverged',
      params: { learning_rate: 3 },
      value: null,
      seed: 0,
      epochs: [],
      steps: 1,
      diverged_at: 1,
    },
  ]);
  const notice = divergedNotice(store);
  assert.ok(notice);
  const before = store.study;
  performAction(store, notice.actions[0]);
  assert.ok(Number(store.study.space?.learning_rate.high) < 3);
  perform(store, 'undo');
  assert.deepEqual(store.study, before);
  // Nothing is offered that a study whose test set is open would not take.
  const closed = new Proxy(store, { get: (target, key) => (key === 'readOnly' ? true : Reflect.get(target, key)) });
  assert.deepEqual(divergedNotice(closed)?.actions, []);
});

test('keys act by the state of the run', () => {
  const { store, asked } = pageOf();
  const acts = () => asked.splice(0).map((one) => /** @type {unknown[]} */ (one)[0]);
  perform(store, 'toggle_run');
  assert.deepEqual(acts(), ['run']);
  for (const [state, act] of /** @type {const} */ ([
    ['running', 'pause'],
    ['paused', 'resume'],
    ['starting', undefined],
  ])) {
    store.reports.state(state, true);
    perform(store, 'toggle_run');
    assert.deepEqual(acts(), act ? [act] : []);
  }
});

test('a text that names a key has it from the commands', () => {
  assert.equal(pinKey(), KEYS.find(({ name }) => name === 'pin_trial')?.shown[0]);
  for (const language of ['en', 'ko']) {
    const texts = JSON.parse(readFileSync(`${ROOT}/views/trials/${language}.json`, 'utf8'));
    assert.match(texts['difference.none'], /\{key\}/);
    assert.doesNotMatch(texts['difference.none'], /\b[A-Z]( 키|\b(?= to ))/);
    // Pruned trials have a score, too: what too few have is the end of their training.
    assert.doesNotMatch(texts['distribution.few'], /\{score\}/);
  }
});
