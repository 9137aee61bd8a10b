import test from 'node:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from './numbers.js';
import { ROOT, filesIn, nodesOf, sourceOf, sources, storeWrites } from './sources.js';

/** @typedef {import('./sources.js').Source} Source */

/** The rooms of www/src: each uses only itself and those before it, in its code and in its types. */
const ROOMS = ['platform', 'study', 'i18n', 'state', 'engine', 'commands', 'controls', 'figures', 'views', 'element'];
/** What draws knows the state and the commands, never the engine. */
const DRAWS = ['controls', 'figures', 'views'];
/** The scripts of the element, of the whole page and of a frame. */
const ENTRIES = ['tuning-playground.js', 'page.js', 'embed.js'];

/** Who may write the store: commands, by its slices, and the engine, by its reports. */
const WRITERS = /^(commands\/|state\/(store|reports)\.js$)/;

const all = sources();
const roomOf = (/** @type {string} */ path) => path.split('/')[0];

/** @param {Source[]} files */
function againstOrder(files) {
  return files.flatMap(({ path, loads, names }) => {
    const here = ROOMS.indexOf(roomOf(path));
    return [...loads, ...names]
      .filter((one) => !one.startsWith('..') && !ENTRIES.includes(path) && roomOf(one) !== 'generated')
      .filter((one) => {
        const there = ROOMS.indexOf(roomOf(one));
        return there < 0 || there > here || (DRAWS.includes(roomOf(path)) && roomOf(one) === 'engine');
      })
      .map((one) => `${path} uses ${one}`);
  });
}

/** Files that use each other in a circle, in their code or in their types. @param {Source[]} files */
function circles(files) {
  const uses = new Map(
    files.map(({ path, loads, names }) => [path, [...loads, ...names].filter((one) => one !== path)]),
  );
  /** @type {string[]} */
  const found = [];
  /** @type {Map<string, boolean>} whether the way through a file is still being followed */
  const open = new Map();
  const follow = (/** @type {string} */ path, /** @type {string[]} */ way) => {
    if (open.get(path)) found.push([...way.slice(way.indexOf(path)), path].join(' > '));
    if (open.has(path)) return;
    open.set(path, true);
    for (const next of uses.get(path) ?? []) follow(next, [...way, path]);
    open.set(path, false);
  };
  for (const path of uses.keys()) follow(path, []);
  return found;
}

/** Files outside engine/ that make a Worker, talk to one or to the engine's WASM. @param {Source[]} files */
function talkToWorkers(files) {
  return files
    .filter(({ path }) => roomOf(path) !== 'engine' && path !== 'platform/service-worker.js')
    .filter(
      ({ path, tree, text, loads }) =>
        [...nodesOf(tree)].some(
          (one) =>
            (one.type === 'Identifier' && one.name === 'Worker') ||
            // Turns are told of through a port of the page's own, and a frame speaks to the page around it.
            (one.type === 'MemberExpression' &&
              one.property.name === 'postMessage' &&
              !['platform/turns.js', 'element/frame.js'].includes(path)),
        ) ||
        loads.some((one) => one.startsWith('generated/')) ||
        /\?(shared)?worker/i.test(text),
    )
    .map(({ path }) => path);
}

/** Places that change the store and may not, by file. @param {Source[]} files */
function writersOf(files) {
  return Object.fromEntries(
    files
      .filter(({ path }) => !WRITERS.test(path))
      .map(
        (one) =>
          /** @type {[string, number]} */ ([
            one.path,
            storeWrites(one, roomOf(one.path) === 'engine' ? ['slices'] : undefined),
          ]),
      )
      .filter(([, count]) => count > 0),
  );
}

test('every file stands in a room, and only the entry points above them', () => {
  assert.ok(all.length > 80);
  assert.deepEqual(
    filesIn().filter((path) => !ENTRIES.includes(path) && !ROOMS.includes(roomOf(path))),
    [],
  );
});

test('imports run one way through the rooms', () => {
  assert.deepEqual(againstOrder(all), []);
});

test('no files use each other in a circle', () => {
  assert.deepEqual(circles(all), []);
});

test('nobody but engine/ makes Workers, talks to one or to the WASM', () => {
  assert.deepEqual(talkToWorkers(all), []);
});

test('nobody but commands changes the store, and the engine by its reports', () => {
  assert.deepEqual(writersOf(all), {});
});

test('lines stay under 120 columns', () => {
  const long = filesIn()
    .filter((path) => /\.(js|css)$/.test(path))
    .flatMap((path) =>
      readFileSync(join(ROOT, path), 'utf8')
        .split('\n')
        .map((line, k) => (line.length < 120 ? '' : `${path}:${k + 1}`)),
    );
  assert.deepEqual(long.filter(Boolean), []);
});

// A rule that finds nothing may have looked at nothing: each is shown a file that breaks it.

test('an import against the order is found, of code, of types, when it is made later, and of the engine', () => {
  for (const [path, text] of [
    ['study/a.js', "import { b } from '../state/b.js';"],
    ['study/a.js', "/** @typedef {import('../views/b.js').B} B */"],
    ['controls/a.js', "export const b = () => import('../views/b.js');"],
    ['state/a.js', "export { b } from '../element/b.js';"],
    ['views/a/index.js', "import '../../engine/b.js';"],
    ['platform/a.js', "import '../nowhere/b.js';"],
  ])
    assert.equal(againstOrder([sourceOf(path, text)]).length, 1, text);
  assert.deepEqual(againstOrder([sourceOf('views/a/index.js', "import { b } from '../../commands/b.js';")]), []);
});

test('a circle is found, also one of three files that types close', () => {
  const three = [
    sourceOf('study/a.js', "import './b.js';"),
    sourceOf('study/b.js', "import { c } from './c.js';"),
    sourceOf('study/c.js', "/** @param {import('./a.js').A} a */ export const c = (a) => a;"),
  ];
  assert.deepEqual(circles(three), ['study/a.js > study/b.js > study/c.js > study/a.js']);
  assert.deepEqual(circles(three.slice(0, 2)), []);
});

test('a Worker outside engine/ is found', () => {
  for (const text of [
    "new Worker('a.js');",
    "import url from './a.js?worker&url';",
    "import init from '../generated/engine/engine.js';",
    'export const tell = (host) => host.postMessage(1);',
  ])
    assert.deepEqual(talkToWorkers([sourceOf('views/a.js', text)]), ['views/a.js'], text);
  assert.deepEqual(talkToWorkers([sourceOf('engine/a.js', "new Worker('a.js');")]), []);
});

test('a change of the store is found however it is written', () => {
  for (const text of [
    'store.view = 1;',
    'this.store.scale++;',
    'delete page.store.study.name;',
    '[this.store.view] = [1];',
    'this.store.drafts.set(1, 2);',
    'const { drafts } = this.store; drafts.delete(1);',
    'const { drafts } = store; drafts.a = 1;',
    'Object.assign(store.study, {});',
    'this.store.slices.selection.pick(1);',
    'store?.slices.study.change({});',
    'const { slices } = store; slices.look.put({});',
    "store['slices'].run.put({});",
    'store.reports.notify({});',
  ])
    assert.deepEqual(writersOf([sourceOf('views/a.js', text)]), { 'views/a.js': 1 }, text);
  for (const text of [
    'store.t(1);',
    'this.store = store;',
    'store.drafts.get(1);',
    'const { view } = store;',
    "this.act('view', 1);",
    'store.subscribe([], () => {});',
  ])
    assert.deepEqual(writersOf([sourceOf('views/a.js', text)]), {}, text);
  assert.deepEqual(writersOf([sourceOf('commands/a.js', 'store.view = 1;')]), {});
  assert.deepEqual(writersOf([sourceOf('state/a.js', 'store.view = 1;')]), { 'state/a.js': 1 });
  assert.deepEqual(writersOf([sourceOf('engine/a.js', 'store.reports.notify({});')]), {});
  for (const text of ['store.slices.run.put({});', 'store.view = 1;'])
    assert.deepEqual(writersOf([sourceOf('engine/a.js', text)]), { 'engine/a.js': 1 }, text);
});
