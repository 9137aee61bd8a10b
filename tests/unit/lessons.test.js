import test from 'node:test';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { assert, fc } from './numbers.js';
import { Store } from '../../www/src/state/store.js';
import { heldOf } from '../../www/src/state/kept.js';
import { rowsOf } from '../../www/src/study/hyperparameters.js';
import { settingsOf } from '../../www/src/study/search.js';
import { readResult } from '../../www/src/views/runs/import.js';
import {
  blockOf,
  isOthers,
  isSpared,
  metBy,
  pressOf,
  recordedFor,
  resultOfRecorded,
  runOf,
  strayStep,
  verdictOf,
} from '../../www/src/views/lesson/goals.js';
import { kindOf, measureOf, trainedOf } from '../../www/src/views/lesson/measure.js';
import { pack, unpack } from '../../www/src/views/lesson/packed.js';
import { LESSONS, documentOf } from '../../www/src/views/lesson/path.js';
import { isDone, isReached, openStep, resumed, tallyOf } from '../../www/src/views/lesson/progress.js';
import { LIMITS, PLACE, SEARCHED, patched, readLesson } from '../../www/src/views/lesson/read.js';
import { filled, written } from '../../www/src/views/lesson/words.js';

/** Lessons: the reader of them, what they measure, and that each of the page's own is sound. What they claim is trained
 * in tests/lessons.rs; that they can be walked through, in lesson.spec.js. */

/** @typedef {import('../../www/src/views/lesson/read.js').Lesson} Lesson */

/** Frames, which Node.js lacks. */
/** @type {any} */ (globalThis).requestAnimationFrame ??= () => 0;

const ROOM = new URL('../../www/src/views/lesson/', import.meta.url);
/** Bytes of a lesson with all its files. */
const MOST_BYTES = 25_000;

/** @param {string} path */
const json = (path) => JSON.parse(readFileSync(new URL(path, ROOM), 'utf8'));

/** A lesson's document. @param {string} name @returns {any} */
function documentNamed(name) {
  const entry = LESSONS.find((one) => one.name === name);
  if (!entry) throw new Error(name);
  const [lesson, en, ko, numbers, recorded] = ['lesson', 'en', 'ko', 'numbers', 'recorded'].map((file) =>
    json(`lessons/${name}/${file}.json`),
  );
  return documentOf({ lesson, en, ko, numbers, recorded }, entry);
}

/** @param {unknown} document @returns {Lesson} */
function sound(document) {
  const read = readLesson(document);
  if ('problem' in read) throw new Error(JSON.stringify(read.problem));
  return read.lesson;
}

test('there are ten lessons, each listed once, each sound, in both languages, and small', () => {
  const folders = readdirSync(new URL('lessons', ROOM)).sort();
  assert.deepEqual(LESSONS.map(({ name }) => name).sort(), folders);
  assert.equal(folders.length, 10);
  for (const name of folders) {
    const lesson = sound(documentNamed(name));
    assert.equal(lesson.name, name);
    assert.ok(lesson.texts.en && lesson.texts.ko, name);
    assert.ok(lesson.minutes >= 5 && lesson.minutes <= 10, name);
    for (const step of lesson.steps) assert.equal(step.problem, null, `${name}.${step.name}`);
    assert.ok(lesson.steps.some(({ predict }) => predict));
    assert.ok(lesson.steps.some(({ goals }) => goals.some((goal) => !('view' in goal))));
    const folder = new URL(`lessons/${name}/`, ROOM);
    const bytes = readdirSync(folder)
      .filter((file) => file !== 'claims.json')
      .reduce((sum, file) => sum + statSync(new URL(file, folder)).size, 0);
    assert.ok(bytes <= MOST_BYTES, `${name}: ${bytes}`);
  }
});

test('each number of a lesson is a claim that is trained, and each claim has bounds or is told', () => {
  for (const { name } of LESSONS) {
    const { claims } = json(`lessons/${name}/claims.json`);
    const { steps, numbers, texts } = documentNamed(name);
    assert.deepEqual(
      claims.map((/** @type {any} */ one) => one.name),
      Object.keys(numbers),
      `${name}: record it anew`,
    );
    const told = new Set([...JSON.stringify(texts).matchAll(PLACE)].map(([, key]) => key));
    const parted = new Set(claims.flatMap((/** @type {any} */ one) => one.difference ?? one.ratio ?? []));
    for (const claim of claims) {
      const parts = claim.difference ?? claim.ratio;
      const isKnown = parts
        ? parts.every((/** @type {string} */ one) => Object.hasOwn(numbers, one))
        : steps.some((/** @type {any} */ one) => one.name === claim.step);
      assert.ok(isKnown, `${name}.${claim.name}`);
      assert.ok(
        'at_least' in claim || 'at_most' in claim || told.has(claim.name) || parted.has(claim.name),
        `${name}.${claim.name}`,
      );
    }
  }
});

/** A run as the page holds it. @param {import('../../www/src/study/types.js').Result} result */
function shownOf(result) {
  const steps = heldOf('a', result);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Goals that take training; those to open a view or to see a race do not. @param {any} goal */
const takesTraining = (goal) => !('view' in goal || 'raced' in goal || 'repeated' in goal);

test('each step whose goals take training has a recorded run that meets them', () => {
  let n = 0;
  for (const { name } of LESSONS) {
    const lesson = sound(documentNamed(name));
    for (const step of lesson.steps) {
      const found = recordedFor(lesson, step);
      if (!step.study || !step.goals.some(takesTraining)) continue;
      assert.ok(found, `${name}.${step.name} has none`);
      const isOpened = step.goals.some((goal) => 'opened' in goal);
      const document = resultOfRecorded(found.recorded, found.study, 'recorded', isOpened);
      const read = readResult(JSON.stringify(document));
      if (!('result' in read)) throw new Error(JSON.stringify(read.problem));
      assert.equal(read.left, null, `${name}.${step.name}`);
      assert.ok(read.result.best !== null, `${name}.${step.name}`);
      const held = shownOf(read.result);
      const store = new Store();
      store.slices.study.replace(step.study);
      store.reports.show(held, false);
      const selected = step.goals.find((goal) => 'selected' in goal)?.selected;
      if (selected) {
        const [[key, value]] = Object.entries(selected);
        const best = store.ranked().find(({ trial }) => trial.params[key] === value)?.trial.number;
        assert.ok(best !== undefined, name);
        store.slices.selection.pick(best);
      }
      const met = metBy(step, store, 'another');
      assert.deepEqual(
        met,
        met.map(() => true),
        `${name}.${step.name}`,
      );
      for (const measure of Object.values(step.shows))
        assert.ok(
          Number.isFinite(measureOf(measure, runOf(store))),
          `${name}.${step.name}: ${JSON.stringify(measure)}`,
        );
      n++;
      // The same trials as an example are nobody's run.
      store.reports.example(held);
      assert.ok(!metBy(step, store, 'another').some(Boolean));
    }
  }
  assert.equal(n, 37);
});

test('a step that leaves its study to the reader leads to the settings to change, in both languages', () => {
  const DICTIONARIES = /** @type {const} */ (['en', 'ko']).map((one) => json(`${one}.json`));
  let n = 0;
  for (const { name } of LESSONS)
    for (const { name: own, goals, rows, study } of sound(documentNamed(name)).steps) {
      if (!goals.some((goal) => 'measure' in goal && goal.free)) continue;
      n++;
      assert.ok(rows.length > 0 && study, `${name}.${own}`);
      const shown = rowsOf(study).map((one) => one.name);
      for (const row of rows) {
        if (!SEARCHED.includes(row)) {
          assert.ok(shown.includes(row), `${name}.${own}: ${row} is no row of its study`);
          continue;
        }
        const pruner = settingsOf(study, 'pruner').map((one) => one.name);
        const isShown = { trials: !study.stages, points: study.sampler?.name === 'grid' }[row] ?? pruner.includes(row);
        assert.ok(isShown, `${name}.${own}: ${row} has no field`);
        for (const words of DICTIONARIES) assert.ok(words[`lesson.setting.${row}`], row);
      }
    }
  assert.equal(n, 9);
  // Its text leaves all of its ranges to the reader.
  const { rows, study } = sound(documentNamed('bayes')).steps[3];
  for (const range of Object.keys(study?.space ?? {})) assert.ok(rows.includes(range), range);
});

test('a step that a link names and the lesson does not have is said to be none of its steps', () => {
  const lesson = sound(documentNamed('log_scale'));
  const accepted = lesson.steps.map(({ name }) => name).join(', ');
  assert.deepEqual(strayStep(lesson, 'nonsense'), { code: 'lesson_no_step', found: 'nonsense', accepted });
  for (const name of [undefined, '', ...lesson.steps.map((one) => one.name)])
    assert.equal(strayStep(lesson, name), null);
});

test('a run of another study is said to be, until the step is set up or its own run is shown', () => {
  const lesson = sound(documentNamed('log_scale'));
  const [step, , looking] = lesson.steps;
  const store = new Store();
  const show = (/** @type {any} */ study) => {
    const found = recordedFor(lesson, step);
    if (!found) throw new Error('none');
    const read = readResult(JSON.stringify(resultOfRecorded(found.recorded, study, 'run')));
    if (!('result' in read)) throw new Error(JSON.stringify(read.problem));
    store.reports.show(shownOf(read.result), false);
  };
  const other = { ...step.study, trials: 25 };
  store.slices.study.replace(/** @type {any} */ (other));
  show(other);
  assert.equal(isOthers(step, store, null), true);
  // It was there before the step was opened.
  assert.equal(isOthers(step, store, store.shelf.shown), false);
  // What is but to be looked at needs no run.
  assert.equal(isOthers(looking, store, null), false);
  store.slices.study.replace(/** @type {any} */ (structuredClone(step.study)));
  assert.equal(isOthers(step, store, null), false);
  store.slices.study.replace(/** @type {any} */ (other));
  show(step.study);
  assert.equal(isOthers(step, store, null), false);
});

test('a step that cannot be trained here says so, also with what its reader has made of the study', () => {
  const step = sound(documentNamed('bayes')).steps[1];
  if (!step.study) throw new Error('you');
  const store = new Store();
  const picked = { ...step.study, sampler: { name: 'hand', points: [{ learning_rate: 0.1, hidden_units: 8 }] } };
  const code = (/** @type {any} */ study) => {
    store.slices.study.replace(study);
    assert.equal(blockOf(step, store), null);
    store.slices.messages.notify(/** @type {any} */ ({ id: 'run', kind: 'alert', problem: { code: 'unexpected' } }));
    return blockOf(step, store)?.code ?? null;
  };
  assert.deepEqual([code(step.study), code(picked)], ['failed', 'failed']);
  // What is wrong with the reader's own study is mended in the panel, and no recorded run gives the answer away.
  store.slices.messages.notify(/** @type {any} */ ({ id: 'run', kind: 'alert', problem: { code: 'grid_too_large' } }));
  assert.equal(blockOf(step, store), null);
  // Of other data nothing is said.
  assert.equal(code({ ...picked, dataset: { name: 'moons' } }), null);
});

test('a recorded run is offered until there is one of the step\u2019s own, and never gives an answer away', () => {
  const lesson = sound(documentNamed('log_scale'));
  const [step] = lesson.steps;
  if (!step.study) throw new Error('log');
  const store = new Store();
  assert.equal(isSpared(lesson, step, store), true);
  // What is refused offers it by itself, with the reason.
  store.slices.study.replace(/** @type {any} */ (structuredClone(step.study)));
  store.slices.messages.notify(/** @type {any} */ ({ id: 'run', kind: 'alert', problem: { code: 'unexpected' } }));
  assert.equal(isSpared(lesson, step, store), false);
  const of = recordedFor(lesson, step);
  if (!of) throw new Error('nothing was recorded');
  const fresh = new Store();
  const read = readResult(JSON.stringify(resultOfRecorded(of.recorded, of.study, 'run')));
  if (!('result' in read)) throw new Error(JSON.stringify(read.problem));
  fresh.reports.show(shownOf(read.result), false);
  assert.equal(isSpared(lesson, step, fresh), false);
  // What is left to the reader.
  const bayes = sound(documentNamed('bayes'));
  assert.equal(isSpared(bayes, bayes.steps[1], store), false);
  // Repeats, which nobody recorded.
  const test = sound(documentNamed('test_set'));
  const again = test.steps.find(({ name }) => name === 'again');
  assert.equal(again ? isSpared(test, again, new Store()) : null, false);
});

test('splits over which a study was repeated meet a goal of the run that they are of', () => {
  const lesson = sound(documentNamed('test_set'));
  const step = lesson.steps.find(({ name }) => name === 'again');
  if (!step?.study) throw new Error('again');
  // Nobody recorded the repeats, so that no run is promised which would not meet the goal.
  assert.equal(recordedFor(lesson, step), null);
  const opened = lesson.steps.find(({ name }) => name === 'open');
  const found = opened ? recordedFor(lesson, opened) : null;
  if (!found) throw new Error('none');
  const read = readResult(JSON.stringify(resultOfRecorded(found.recorded, found.study, 'run')));
  if (!('result' in read)) throw new Error(JSON.stringify(read.problem));
  const store = new Store();
  assert.deepEqual(metBy(step, store, null, 10), [false]);
  store.reports.show(shownOf(read.result), false);
  assert.deepEqual(
    [0, 9, 10, 50].map((repeats) => metBy(step, store, null, repeats)),
    [[false], [false], [true], [true]],
  );
});

test('what a press trains: networks where a trial is several, and the run bar counts trials in both languages', () => {
  const { study } = sound(documentNamed('log_scale')).steps[3];
  if (!study) throw new Error('move');
  assert.deepEqual(pressOf(study), ['lesson.run.copies', { networks: 36, n: 12, copies: 3 }]);
  assert.deepEqual(pressOf({ ...study, seeds_per_trial: 1 }), ['lesson.run', { n: 12 }]);
  for (const [language, trials, networks] of /** @type {[string, RegExp, RegExp][]} */ ([
    ['en', /trials?\b/, /network/],
    ['ko', /시행/, /모델|신경망/],
  ])) {
    const words = json(`../../i18n/${language}.json`);
    const counts = Object.entries(words).filter(
      ([key, text]) => /^(run\.(run|rest|plan)|empty\.body)/.test(key) && /\{(n|trials)\}/.test(text),
    );
    assert.ok(counts.length >= 9, String(counts.length));
    for (const [key, text] of counts) {
      assert.match(text, trials, `${language} ${key}`);
      assert.doesNotMatch(text, networks, `${language} ${key}`);
    }
  }
});

/** Trials of two settings. */
const RUN = {
  study: { format: '', dataset: { name: 'moons' }, fixed: { batch_size: 8 } },
  trials: [
    [0.001, 0.9, 'complete'],
    [0.01, 0.1, 'complete'],
    [0.1, 0.3, 'complete'],
    [1, 5, 'diverged'],
  ].map(([learning_rate, loss, state]) =>
    trainedOf(
      /** @type {any} */ ({
        state,
        params: { learning_rate },
        epochs: [
          { epoch: 1, train_loss: 2, validation_loss: 2, train_metric: 0.5, validation_metric: 0.5 },
          { epoch: 2, train_loss: Number(loss) / 2, validation_loss: loss, train_metric: 1, validation_metric: 0.75 },
        ],
      }),
    ),
  ),
  test: { loss: 0.4, metric: 0.8 },
};

test('measures are what they say', () => {
  const of = (/** @type {any} */ measure) => measureOf(measure, RUN);
  assert.equal(of({ of: 'least' }), 0.1);
  assert.equal(of({ of: 'most' }), 0.9);
  assert.equal(of({ of: 'median' }), 0.3);
  assert.equal(of({ of: 'count' }), 4);
  assert.equal(of({ of: 'count', where: { state: 'complete' } }), 3);
  assert.equal(of({ of: 'share', where: { learning_rate: [0.01, 0.1] } }), 0.5);
  assert.equal(of({ of: 'count', where: { validation_loss: [0, 0.3] } }), 2);
  assert.equal(of({ of: 'at', param: 'learning_rate' }), 0.01);
  assert.equal(of({ of: 'distinct', param: 'batch_size' }), 1);
  assert.equal(of({ of: 'distinct', param: 'learning_rate' }), 4);
  assert.equal(of({ of: 'sum', metric: 'epochs' }), 8);
  assert.equal(of({ of: 'least', metric: 'gap', where: { learning_rate: { in: [0.1, 0.001] } } }), 0.15);
  assert.equal(of({ of: 'test', metric: 'validation_metric' }), 0.8);
  assert.ok(Number.isNaN(of({ of: 'least', where: { batch_size: 9 } })));
});

test('numbers are written as their kind is, and put where texts name them', () => {
  assert.equal(written(0.0123, 'loss'), '0.012');
  assert.equal(written(0.905, 'percent'), '90.5%');
  assert.equal(written(0.09667, 'points'), '9.7');
  assert.equal(written(3.4, 'count'), '3.4');
  assert.equal(written(1280, 'count'), '1,280');
  assert.equal(written(5.897, 'times'), '5.9×');
  assert.equal(filled('{a} of {b_1}, {c}', { a: '1', b_1: '2' }), '1 of 2, {c}');
});

test('no Korean word stands by how the number before it is read, which is not known beforehand', () => {
  for (const { name } of LESSONS) {
    const { texts, numbers, steps } = sound(documentNamed(name));
    for (const [own, words] of Object.entries(texts.ko?.steps ?? {}))
      for (const text of [...words.body, ...words.reveal])
        for (const [found, place] of text.matchAll(/\{(\w+)\}(?:였|이었|으로|로(?!그)|을|를|은|는|이 |가 |와|과)/g)) {
          const shown = steps.find((one) => one.name === own)?.shows[place];
          // After a percent sign it is known.
          assert.equal(shown ? kindOf(shown) : numbers[place].as, 'percent', `${name}.${own}: ${found}`);
        }
  }
  assert.equal(written(3.54, 'times', 'ko'), '3.5배');
});

test('a lesson is done by its goals and not by its pages, and goes on at the first goal that is open', () => {
  const { steps } = sound(documentNamed('log_scale'));
  const names = steps.map(({ name }) => name);
  assert.deepEqual(names, ['linear', 'log', 'best', 'move']);
  const at = (/** @type {Record<string, boolean[]>} */ met) => {
    const progress = { at: 'move', steps: Object.fromEntries(names.map((one) => [one, { met: met[one] ?? [] }])) };
    return { ...progress, tally: tallyOf(steps, progress) };
  };
  const turned = at({});
  assert.deepEqual(turned.tally, { met: 0, goals: 4 });
  assert.equal(isDone(turned), false);
  assert.equal(resumed(steps, turned).name, 'linear');
  const half = at({ linear: [true], best: [true] });
  assert.deepEqual(half.tally, { met: 2, goals: 4 });
  assert.equal(isDone(half), false);
  assert.equal(openStep(steps, half)?.name, 'log');
  assert.equal(resumed(steps, half).name, 'log');
  const all = at({ linear: [true], log: [true], best: [true], move: [true] });
  assert.equal(isDone(all), true);
  assert.equal(openStep(steps, all), undefined);
  assert.equal(resumed(steps, all).name, 'linear');
  // What is kept of another version's goals counts for no more than there are now.
  assert.deepEqual(tallyOf(steps, { steps: { linear: { met: [true, true, true] } } }), { met: 1, goals: 4 });
  // What was never begun begins at its first step, also where that has no goal.
  const bare = [{ name: 'read', goals: [] }, ...steps];
  assert.equal(resumed(bare, { steps: {} }).name, 'read');
  assert.equal(isReached(bare[0], { met: [] }), false);
  assert.equal(isDone({ steps: {}, tally: { met: 0, goals: 0 } }), false);
  assert.equal(isDone({ steps: {} }), false);
});

test('what lesson 9 says of its rungs is what its study does', () => {
  const { steps, texts } = sound(documentNamed('halving'));
  const rungsOf = (/** @type {string} */ own) => {
    const study = steps.find(({ name }) => name === own)?.study;
    const { reduction, min_epochs } = /** @type {any} */ (study).pruner;
    const last = study?.fixed?.epochs ?? 0;
    const rungs = [];
    for (let [epoch, n] = [min_epochs, study?.trials ?? 0]; epoch < last; epoch *= reduction) {
      n = Math.max(1, Math.floor(n / reduction));
      rungs.push({ epoch, n });
    }
    return rungs;
  };
  assert.deepEqual(rungsOf('halve'), [
    { epoch: 5, n: 8 },
    { epoch: 20, n: 2 },
  ]);
  assert.deepEqual(
    rungsOf('eager').map(({ epoch }) => epoch),
    [1, 4, 16],
  );
  for (const words of Object.values(texts)) {
    const numbers = (/** @type {string} */ own) => [...words.steps[own].body.join(' ').matchAll(/\d+/g)].map(String);
    for (const { epoch, n } of rungsOf('halve'))
      for (const one of [epoch, n]) assert.ok(numbers('halve').includes(String(one)), `${words.title}: ${one}`);
    for (const { epoch } of rungsOf('eager')) assert.ok(numbers('eager').includes(String(epoch)), words.title);
    assert.ok(numbers('halve').includes('4'));
  }
});

test('a step may name the setting to change, and what to say of a run that misses', () => {
  const { steps, texts } = sound(documentNamed('log_scale'));
  assert.deepEqual(
    steps.map(({ rows }) => rows),
    [[], [], [], ['learning_rate']],
  );
  for (const words of Object.values(texts)) {
    assert.ok(words.steps.move.hint);
    assert.equal(words.steps.linear.hint, '');
  }
  const document = structuredClone(BEGINNING);
  document.steps[3].row = 'hovercraft';
  assert.equal(refused(document), 'lesson_wrong');
  document.steps[3].row = ['learning_rate', 'hovercraft'];
  assert.equal(refused(document), 'lesson_wrong');
  document.steps[3].row = ['learning_rate', 'trials'];
  assert.deepEqual(sound(document).steps[3].rows, ['learning_rate', 'trials']);
  document.texts.en.steps.move.hint = 'Of {nothing}.';
  assert.equal(refused(document), 'lesson_place');
});

const BEGINNING = documentNamed('log_scale');
const WORDS = /** @type {const} */ (['en', 'ko']).map((language) => json(`${language}.json`));

/** Refusals have a sentence in both languages that names what it is given. @param {unknown} document */
function refused(document) {
  const read = readLesson(document);
  if (!('problem' in read)) return null;
  const { code, ...values } = read.problem;
  for (const words of WORDS) {
    const sentence = words[`lesson.bad.${code.replace('lesson_', '')}`];
    assert.ok(sentence, code);
    for (const [, key] of sentence.matchAll(/\{(\w+)\}/g)) assert.ok(key in values, `${code}: ${key}`);
  }
  return code;
}

test('the reader takes any value and never throws', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.ok(refused(value))));
  fc.assert(fc.property(fc.string(), (text) => assert.ok(refused(text))));
  assert.equal(refused('['.repeat(50_000)), 'lesson_json');
  assert.equal(
    refused(
      `{"format":"tuning-playground/lesson@1","steps":[{"name":"a","study":${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}}]}`,
    ),
    'lesson_json',
  );
  assert.equal(refused('x'.repeat(LIMITS.text + 1)), 'lesson_large');
  assert.equal(refused({ ...BEGINNING, format: 'tuning-playground/lesson@2' }), 'lesson_newer');
  assert.equal(refused({ ...BEGINNING, format: 'tuning-playground/study@1' }), 'lesson_format');
  assert.equal(refused({ ...BEGINNING, script: 'alert(1)' }), 'lesson_unknown');
  assert.equal(refused({ ...BEGINNING, steps: [] }), 'lesson_wrong');
  assert.equal(refused({ ...BEGINNING, steps: [...BEGINNING.steps, BEGINNING.steps[0]] }), 'lesson_twice');
  assert.equal(refused({ ...BEGINNING, numbers: {} }), 'lesson_place');
});

/** Every place of a document. @param {any} value @param {(string | number)[]} path @returns {(string | number)[][]} */
const placesOf = (value, path = []) =>
  typeof value === 'object' && value !== null
    ? Object.keys(value).flatMap((key) => [[...path, key], ...placesOf(value[key], [...path, key])])
    : [];

test('a lesson with any one part changed is sound in every part or refused', () => {
  const places = placesOf(BEGINNING);
  const HOSTILE = [
    '<img src=x onerror=alert(1)>',
    '\u202e',
    '__proto__',
    -1,
    1e308,
    null,
    [],
    {},
    true,
    'x'.repeat(2000),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...places),
      fc.oneof(fc.constantFrom(...HOSTILE), fc.jsonValue({ maxDepth: 2 })),
      (place, value) => {
        const document = structuredClone(BEGINNING);
        let at = document;
        for (const key of place.slice(0, -1)) at = at[key];
        at[/** @type {string} */ (place.at(-1))] = value;
        const read = readLesson(document);
        if ('problem' in read) return void refused(document);
        for (const words of Object.values(read.lesson.texts))
          for (const { title, body } of Object.values(words.steps))
            for (const text of [title, ...body]) {
              assert.ok(!/[\p{Cc}\p{Cf}]/u.test(text));
              assert.ok(text.length <= LIMITS.paragraph);
            }
      },
    ),
    { numRuns: 300 },
  );
});

test('the example of docs/lessons.md is a lesson', () => {
  const text = readFileSync(new URL('../../docs/lessons.md', import.meta.url), 'utf8');
  const lesson = sound(/```json\n([^]*?)```/.exec(text)?.[1]);
  assert.deepEqual(
    lesson.steps.map(({ problem }) => problem),
    [null],
  );
});

test('a step changes its study by what it names, once as twice', () => {
  assert.deepEqual(patched({ a: 1, b: { c: 2, d: 3 } }, { a: null, b: { c: 4 } }), { b: { c: 4, d: 3 } });
  assert.deepEqual(patched({ a: [1, 2] }, { a: [3] }), { a: [3] });
  const object = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }));
  fc.assert(
    fc.property(object, object, (base, patch) => {
      const once = patched(base, patch);
      assert.deepEqual(patched(once, patch), once);
    }),
  );
});

test('a link holds a lesson, and a small link never becomes a large text', async () => {
  const text = JSON.stringify(BEGINNING);
  const words = await pack(text);
  assert.match(words, /^~[\w-]+$/);
  assert.equal(await unpack(words), text);
  assert.equal(await unpack('~'), null);
  assert.equal(await unpack('~abc'), null);
  assert.equal(await unpack(await pack('x'.repeat(4 * LIMITS.text))), null);
});

test('a guess is exact, near or far, and choices are right or not', () => {
  const own = /** @type {any} */ ({ choices: { a: 'A', b: 'B' } });
  const step = (/** @type {object} */ predict) => /** @type {any} */ ({ predict });
  const counted = step({ measure: { count: 'trials' }, low: 0, high: 24, within: 2, log: false });
  const said = (/** @type {number} */ guess, /** @type {number} */ measured) =>
    verdictOf(counted, own, { guess, shown: { measured } })?.[0];
  assert.deepEqual([said(6, 6), said(8, 6), said(9, 6)], ['lesson.exact', 'lesson.near', 'lesson.far']);
  assert.equal(verdictOf(counted, own, { guess: null, shown: { measured: 6 } }), null);
  const choice = step({ choices: ['a', 'b'], answer: 'b' });
  assert.deepEqual(verdictOf(choice, own, { guess: 'a' }), ['lesson.answer', { answer: 'B' }]);
  assert.deepEqual(verdictOf(choice, own, { guess: 'b' }), ['lesson.right', { answer: 'B' }]);
});
