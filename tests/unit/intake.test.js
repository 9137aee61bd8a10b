import assert from 'node:assert/strict';
import test from 'node:test';
import { connect } from '../../www/src/commands/commands.js';
import { Intake } from '../../www/src/element/intake.js';
import { readStudy } from '../../www/src/study/study.js';
import { Store } from '../../www/src/state/store.js';

/** Studies that a script sets: shown at once while the engine is loaded, and gone again where it refuses them. */

/** @type {any} */ (globalThis).requestAnimationFrame ??= () => 0;

const study = (/** @type {number} */ trials) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'moons' },
  trials,
});

/** An intake whose engine answers when it is told to. */
function intakeOf() {
  const store = new Store();
  /** @type {((answer: any) => void)[]} */
  const asked = [];
  const runner = { pending: null, stop: () => {}, check: () => new Promise((resolve) => void asked.push(resolve)) };
  connect(store, /** @type {any} */ ({ renderRoot: { querySelector: () => null } }), /** @type {any} */ (runner));
  const intake = new Intake(store, /** @type {any} */ (runner), () => {});
  const turn = () => new Promise((resolve) => void setTimeout(resolve));
  const answer = async (/** @type {unknown} */ problem = null) => {
    asked.shift()?.({ study: null, problem });
    await intake.settled;
  };
  return { store, intake, turn, answer, runner: /** @type {any} */ (runner) };
}

test('a study is in the panel before the engine’s first answer, and later ones after theirs', async () => {
  const { store, intake, turn, answer } = intakeOf();
  void intake.take(study(7));
  await turn();
  assert.equal(store.study.trials, 7);
  await answer();
  assert.equal(store.study.trials, 7);
  void intake.take(study(8));
  await turn();
  assert.deepEqual([store.study.trials, intake.study.trials], [7, 8]);
  await answer();
  assert.equal(store.study.trials, 8);
});

test('a study that was shown early and is refused gives way, unless the reader has changed it', async () => {
  const refused = { code: 'too_few_rows', dataset: 'moons', rows: 2, part: 'test' };
  for (const isEdited of [false, true]) {
    const { store, intake, turn, answer } = intakeOf();
    const before = store.study;
    void intake.take(study(7));
    await turn();
    const other = { ...store.study, trials: 9 };
    if (isEdited) store.slices.study.replace(other);
    await answer(refused);
    assert.equal(store.study, isEdited ? other : before);
    assert.equal(store.notices.find(({ id }) => id === 'study')?.problem?.code, refused.code);
  }
});

test('while a run goes on nothing is shown before the engine has answered', async () => {
  const { store, intake, turn, answer, runner } = intakeOf();
  runner.pending = Promise.resolve();
  const { trials } = store.study;
  void intake.take(study(7));
  await turn();
  assert.equal(store.study.trials, trials);
  await answer();
  assert.equal(store.study.trials, 7);
});

test('a run is of the study that was set before it, or refused with it; another study later is its own', async () => {
  const { store, intake, turn, answer, runner } = intakeOf();
  const trained = /** @type {number[]} */ ([]);
  runner.run = () => {
    trained.push(Number(store.study.trials));
    return Promise.resolve();
  };
  const refused = { code: 'too_few_rows', dataset: 'moons', rows: 2, part: 'test' };
  // Refused by the page, and by the engine.
  const early = intake.take({ ...study(7), warp: 9 });
  await assert.rejects(intake.run(), /warp/);
  assert.match(String((await early)?.message), /warp/);
  await turn();
  const late = intake.take(study(8));
  const judged = assert.rejects(intake.run());
  await turn();
  await answer(refused);
  await judged;
  assert.deepEqual([(await late)?.problem, trained], [refused, []]);
  // What was asked for before a study that is refused is trained, and so is what the panel has later.
  await turn();
  const run = [intake.take(study(5)), intake.run(), intake.take({ ...study(6), warp: 9 })][1];
  await turn();
  await answer();
  await run;
  await turn();
  await turn();
  await intake.run();
  assert.deepEqual(trained, [5, 5]);
});

test('whatever is set as a study is refused in words, also what JSON has none for', () => {
  for (const [given, said] of /** @type {[unknown, string][]} */ ([
    [10n, '10'],
    [Symbol('x'), 'Symbol(x)'],
    [NaN, 'NaN'],
    [() => 1, 'function'],
    [true, 'true'],
  ])) {
    const read = readStudy(given);
    assert.ok('problem' in read && read.problem.detail === said, said);
  }
});
