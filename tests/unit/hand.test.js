/** A run that is tuned by hand: its branches, its record, and what the engine, as WebAssembly, makes of them. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fc } from './numbers.js';
import { HandHost } from '../../www/src/engine/hand-host.js';
import { fitted } from '../../www/src/engine/snapshot-words.js';
import { Training, initSync } from '../../www/src/generated/engine/engine.js';
import * as branches from '../../www/src/views/hand/branches.js';
import { HandRun } from '../../www/src/views/hand/hand-run.js';
import { LIVE_NAMES, liveRows, notesOf, refusal, sliderOf, startOf, whole } from '../../www/src/views/hand/live.js';
import { apart, spanOf, thinned } from '../../www/src/views/hand/plot.js';
import { lengthOf, readRecord, readWords, toWords, written } from '../../www/src/views/hand/record.js';

const wasm = readFileSync(new URL('../../www/src/generated/engine/engine_bg.wasm', import.meta.url));
initSync({ module: wasm });

/** @typedef {import('../../www/src/views/hand/branches.js').Hand} Hand */

/** The settings that the current branch has now. @param {Hand} hand */
const settingsNow = (hand) => branches.settingsAt(hand, hand.current, branches.tipOf(hand.branches[hand.current]));

/** @param {Record<string, any>} fixed @param {Record<string, any>} [more] @returns {any} */
const studyOf = (fixed, more = {}) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'moons', samples: 120, noise: 0.2 },
  fixed: { hidden: [8], learning_rate: 0.01, epochs: 12, ...fixed },
  trials: 4,
  seed: 3,
  ...more,
});

/** A run by hand without a Worker in between. @param {any} study @param {Partial<ConstructorParameters<typeof
 * HandRun>[0]>} [given] */
function runOf(study, given = {}) {
  const host = new HandHost(() => new Promise((resolve) => void setImmediate(resolve)));
  const call = async (/** @type {string} */ what, /** @type {any[]} */ ...args) => {
    if (what === 'begin') return host.begin(JSON.stringify(args[0]), undefined);
    return /** @type {any} */ (host)[what](...args);
  };
  const params = startOf(study, null);
  const trial = { number: 0, params };
  const run = new HandRun({ study, trial, hand: branches.begun(params), ...given }, call, () => {});
  run.pace = 0;
  return { run, host };
}

/** Until it rests. @param {HandRun} run */
async function rested(run) {
  while (run.state !== 'paused') await new Promise((resolve) => void setTimeout(resolve, 2));
  assert.equal(run.problem, null);
}

/** Trains live branches so many epochs. @param {HandRun} run @param {number} n */
async function train(run, n) {
  for (let k = 0; k < n; k++) {
    run.step();
    await rested(run);
  }
}

/** Losses of an ordinary trial, epoch by epoch. @param {any} study */
async function ordinary(study) {
  const round = [{ trial: { number: 0, params: {} }, of_trials: study.trials, until_epoch: null }];
  const training = Training.on_cpu(JSON.stringify(study), JSON.stringify(round));
  /** @type {number[][]} */
  const told = [];
  for (let finished = false; !finished;) {
    const report = await training.advance(50);
    const { numbers } = report;
    for (let at = 0; at < numbers.length;) {
      const [n, each] = [numbers[at + 7], numbers[at + 8]];
      for (let k = 0; k < n; k++) told.push([...numbers.slice(at + 9 + k * each, at + 15 + k * each)]);
      at += 9 + n * each;
    }
    ({ finished } = report);
  }
  training.free();
  return told.map(branches.pointOf);
}

/** @param {HandRun} run @param {number} [index] */
const losses = (run, index = run.hand.current) => branches.pointsOf(run.hand, index);

test('a run that nobody changes is the trial that the study would train, to the bit', async () => {
  for (const fixed of [
    {},
    { optimizer: 'momentum', batch_size: 16, dropout: 0.3 },
    { optimizer: 'sgd', schedule: 'plateau', plateau_patience: 1, learning_rate: 0.3 },
    { optimizer: 'rmsprop', schedule: 'cosine', epochs: 9 },
    { optimizer: 'sgd', schedule: 'one_cycle', epochs: 9 },
    { optimizer: 'lbfgs', hidden: [3], epochs: 5 },
    { optimizer: 'gd', hidden: [], weight_decay: 0.01 },
  ]) {
    const study = studyOf(fixed, { seeds_per_trial: 2 });
    const { run, host } = runOf(study);
    run.play();
    while (run.state !== 'paused' && run.tip() < study.fixed.epochs)
      await new Promise((resolve) => setImmediate(resolve));
    run.pause();
    await run.leave();
    const whole_ = await ordinary(study);
    assert.equal(whole_.length, study.fixed.epochs);
    assert.deepEqual(losses(run).slice(0, whole_.length), whole_, JSON.stringify(fixed));
    assert.equal(/** @type {any} */ (host).training, null);
  }
});

test('a change leaves all before it as it was, keeps what was learned, and acts in the next epoch', async () => {
  for (const [fixed, ...given] of /** @type {[any, ...any[]][]} */ ([
    [{}, { learning_rate: 0.1 }, { batch_size: 8 }, { batch_size: 64 }],
    [{}, { schedule: 'plateau', plateau_patience: 1 }, { decay_rate: 0.5 }, { schedule: 'constant' }],
    [{}, { schedule: 'cosine', epochs: 30 }, { min_factor: 0.2 }, { beta1: 0.5 }],
    [{ optimizer: 'sgd' }, { momentum: 0.9 }, { momentum: 0.5 }, { momentum: 0 }],
    [{ optimizer: 'sgd' }, { schedule: 'one_cycle', epochs: 40 }, { schedule: 'exponential' }],
    [{ optimizer: 'rmsprop', centered: true }, { momentum: 0.9 }, { momentum: 0 }],
    [{ optimizer: 'adamw' }, { weight_decay: 0.5 }, { dropout: 0.5 }, { l2: 0.1 }],
    [{ optimizer: 'newton', hidden: [3] }, { l2: 0.5 }, { learning_rate: 0.5 }],
  ])) {
    const study = studyOf({ epochs: 40, ...fixed }, { seeds_per_trial: 2 });
    const plain = await ordinary(study);
    const { run } = runOf(study);
    await train(run, 3);
    assert.deepEqual(losses(run), plain.slice(0, 3));
    for (const [k, one] of given.entries()) {
      const earlier = structuredClone(losses(run));
      run.change(one);
      await train(run, 2);
      const now = losses(run);
      assert.equal(now.length, 5 + 2 * k, JSON.stringify([fixed, one]));
      assert.deepEqual(
        now.map(({ epoch }) => epoch),
        now.map((_, at) => at + 1),
      );
      assert.deepEqual(now.slice(0, -2), earlier);
      // It goes on from where it was: a network that began anew would be far from there.
      if (k === 0 && one.learning_rate === undefined)
        assert.ok(Math.abs(now[3].train_loss - now[2].train_loss) < 0.4, JSON.stringify([fixed, one]));
    }
    // A schedule that waits may have nothing to do yet.
    if (given[0].schedule !== 'plateau') assert.notDeepEqual(losses(run).at(3), plain[3], JSON.stringify(fixed));
    await run.leave();
  }
});

test('forks go on side by side, apart by their settings alone, and a checkpoint that is gone is trained again', async () => {
  const { run, host } = runOf(studyOf({}));
  await train(run, 4);
  assert.equal(run.fork(4), 1);
  await train(run, 2);
  assert.deepEqual(losses(run, 1), losses(run, 0));
  run.change({ learning_rate: 0.2 });
  await train(run, 2);
  assert.deepEqual(losses(run, 1).slice(0, 6), losses(run, 0).slice(0, 6));
  assert.notDeepEqual(losses(run, 1)[6], losses(run, 0)[6]);
  // Nothing is kept any more but what was measured.
  await run.leave();
  assert.equal(/** @type {any} */ (host).kept.size, 0);
  run.hand.current = 1;
  assert.equal(run.fork(7), 2);
  run.hand.branches[0].live = run.hand.branches[1].live = false;
  await train(run, 1);
  assert.deepEqual(losses(run, 2), losses(run, 1));
  await run.leave();
});

test('a record trains the same again, through forks, changes, divergence and reverts', async () => {
  const study = studyOf({ optimizer: 'momentum' });
  const { run } = runOf(study);
  await train(run, 3);
  run.change({ batch_size: 16, schedule: 'plateau' });
  await train(run, 2);
  run.fork(4);
  run.change({ learning_rate: 1e9 });
  await train(run, 4);
  assert.equal(run.hand.branches[1].state, 'diverged');
  assert.equal(run.hand.branches[0].state, 'open');
  assert.equal(run.revert(branches.before(run.hand, 1)), 2);
  run.change({ dropout: 0.25, momentum: 0 });
  await train(run, 3);
  const text = JSON.stringify(written(run.hand, study, run.trial));
  const found = readRecord(text);
  assert.ok('read' in found, JSON.stringify(found));
  const { read } = found;
  assert.equal(lengthOf(read), 12 + 1 + 3);
  const { run: again } = runOf(read.study, read);
  again.replay = { until: read.until, last: read.last };
  again.play();
  await rested(again);
  assert.equal(again.compared, 'same');
  assert.deepEqual(again.hand.branches, run.hand.branches);
  assert.equal(JSON.stringify(written(again.hand, read.study, read.trial)), text);

  // A link has the same, and the study beside it.
  const words = toWords(JSON.parse(text));
  assert.ok(words.length < 400, words);
  assert.deepEqual(readWords(words, study), readRecord(text));
  assert.equal(/** @type {any} */ (readWords(words.slice(0, -9), study)).fault.key, 'hand.bad.link');
  assert.equal(/** @type {any} */ (readWords('(t:0)', study)).fault.key, 'hand.bad.link');

  // One that says it came to something else is told from it.
  const other = /** @type {any} */ (readRecord(text)).read;
  const { run: third } = runOf(other.study, other);
  third.replay = { until: other.until, last: other.last.map((/** @type {number} */ one) => one && one + 1e-9) };
  third.play();
  await rested(third);
  assert.equal(third.compared, 'other');
  for (const one of [run, again, third]) await one.leave();
});

test('checkpoints are bounded, and what a Worker has lost is trained again', async () => {
  const { run, host } = runOf(studyOf({}));
  const keep = (/** @type {string} */ name) => /** @type {any} */ (run).keep(name, 30 * 2 ** 20);
  for (const epoch of [1, 2, 3, 4]) keep(`A${epoch}`);
  assert.deepEqual([.../** @type {any} */ (run).kept.keys()], ['A3', 'A4']);
  assert.deepEqual([/** @type {any} */ (run).drop, run.hasDropped], [['A1', 'A2'], true]);
  await run.leave();
  await train(run, 3);
  const told = structuredClone(losses(run));
  // As when it is replaced.
  host.stop(/** @type {any} */ (host).id);
  run.play();
  while (run.tip() < 6) await new Promise((resolve) => void setTimeout(resolve, 2));
  await run.leave();
  assert.deepEqual(losses(run).slice(0, 3), told);
  assert.deepEqual(losses(run).slice(0, 6), (await ordinary(studyOf({}))).slice(0, 6));
});

test('a run ends when it is left, and a schedule with its end', async () => {
  const { run } = runOf(studyOf({ schedule: 'cosine', epochs: 4 }));
  run.play();
  await rested(run);
  assert.deepEqual([run.tip(), run.hand.branches[0].state, run.canPlay], [4, 'complete', false]);
  assert.equal(run.fork(3), 1);
  run.change({ epochs: 6 });
  run.play();
  await rested(run);
  assert.deepEqual([run.tip(), run.hand.branches[1].state], [6, 'complete']);
  const { run: left } = runOf(studyOf({}));
  left.play();
  await left.leave();
  const tip = left.tip();
  await new Promise((resolve) => void setTimeout(resolve, 20));
  assert.ok(left.state === 'paused' && left.tip() === tip);
});

test('a snapshot is made to fit: steps, memories, and the numbers of each parameter', () => {
  // Trial 7 after 3 epochs: no memory, a network of two parameters and their buffer, 12 steps, a wide number, a direction.
  const words = Uint32Array.of(22, 7, 3, 0, 1, 1, 0, 0, 12, 0, 0, 12, 0, 4, 1, 101, 102, 201, 202, 31, 32, 1, 9);
  const fit = { perEpoch: 4, waits: false, parts: 2, wanted: 2, lags: false };
  assert.deepEqual(fitted(words, fit), words);
  const without = fitted(words, { ...fit, perEpoch: 8, wanted: 1 });
  assert.deepEqual([...without], [20, 7, 3, 0, 1, 1, 0, 0, 24, 0, 0, 12, 0, 2, 1, 101, 102, 31, 32, 1, 9]);
  const waiting = fitted(words, { ...fit, waits: true });
  assert.deepEqual([...waiting.slice(0, 14)], [27, 7, 3, 1, 1, 1, 0, 0, 0, 0x7ff00000, 0, 0x3ff00000, 0, 12]);
  assert.deepEqual(fitted(waiting, fit), words);
  const more = fitted(without, { ...fit, parts: 1, wanted: 2 });
  assert.deepEqual([...more.slice(13, 19)], [4, 1, 101, 102, 0, 0]);
  // How far an average lags behind stays the last number of each parameter.
  const lagging = fitted(words, { ...fit, wanted: 3, lags: true });
  assert.deepEqual([...lagging.slice(13, 21)], [6, 1, 101, 102, 0, 0, 201, 202]);
  assert.deepEqual(fitted(lagging, { ...fit, parts: 3, lags: true }), words);
});

/** @param {Hand} hand @param {number} index @param {number} n */
function grow(hand, index, n) {
  const { points } = hand.branches[index];
  for (let k = 0; k < n; k++) {
    const epoch = branches.tipOf(hand.branches[index]) + 1;
    points.push(branches.pointOf([epoch, 1 / epoch, 1 / epoch + index / 100, 0.5, 0.5, 0.1]));
  }
}

test('branches: settings, changes, forks and reverts', () => {
  const hand = branches.begun({ learning_rate: 1, dropout: 0 });
  branches.change(hand, 0, { learning_rate: 1 });
  assert.deepEqual(hand.branches[0].changes, []);
  grow(hand, 0, 2);
  branches.change(hand, 0, { learning_rate: 2 });
  branches.change(hand, 0, { learning_rate: 3, dropout: 0.5 });
  branches.change(hand, 0, { dropout: 0 });
  assert.deepEqual(hand.branches[0].changes, [{ epoch: 2, settings: { learning_rate: 3 } }]);
  grow(hand, 0, 1);
  branches.change(hand, 0, { learning_rate: 4 });
  grow(hand, 0, 2);
  assert.deepEqual(branches.listed(hand), [{ branch: 0, epoch: 2, last: 3, name: 'learning_rate', from: 1, to: 4 }]);
  // At a change the fork has what was before it.
  assert.equal(branches.fork(hand, 0, 3), 1);
  assert.deepEqual(settingsNow(hand), { learning_rate: 3, dropout: 0 });
  branches.change(hand, 1, { dropout: 0.5 });
  grow(hand, 1, 3);
  assert.deepEqual(branches.settingsAt(hand, 0, 5), { learning_rate: 4, dropout: 0 });
  assert.deepEqual(
    [1, 2].map((epoch) => branches.settingsAt(hand, 1, epoch).learning_rate),
    [1, 3],
  );
  assert.deepEqual(branches.settingsAt(hand, 1, 6), { learning_rate: 3, dropout: 0.5 });
  assert.deepEqual(
    branches.pointsOf(hand, 1).map(({ epoch }) => epoch),
    [1, 2, 3, 4, 5, 6],
  );
  // An epoch of the first branch is its own also seen from the second.
  assert.deepEqual(
    [1, 3, 4].map((epoch) => branches.ownerOf(hand, 1, epoch)),
    [0, 0, 1],
  );
  assert.deepEqual(
    branches
      .stretchesOf(hand, 1, 0, 6)
      .map(({ branch, from, until, settings }) => [branch, from, until, settings.dropout]),
    [
      [0, 0, 2, 0],
      [0, 2, 3, 0],
      [1, 3, 6, 0.5],
    ],
  );
  assert.deepEqual(branches.stretchesOf(hand, 1, 6, 6), []);
  assert.equal(branches.before(hand, 1), 3);
  // A change in whose first epoch a branch diverged counts as well.
  branches.change(hand, 1, { dropout: 0.9 });
  hand.branches[1].state = 'diverged';
  assert.equal(branches.before(hand, 1), 6);
  hand.branches[1].state = 'open';
  branches.change(hand, 1, { dropout: 0.5 });
  // What has not acted yet is taken back without a stub.
  branches.change(hand, 1, { dropout: 0.1 });
  assert.equal(branches.revert(hand, 1, 6), 1);
  assert.deepEqual(settingsNow(hand), { learning_rate: 3, dropout: 0.5 });
  assert.equal(branches.revert(hand, 1, 2), 2);
  // Nor does a fork that has not been trained leave one.
  assert.equal(branches.revert(hand, 2, 2), 2);
  assert.deepEqual(
    hand.branches.map((one) => [one.parent, one.from, one.reverted, one.live]),
    [
      [null, 0, false, true],
      [0, 3, true, false],
      [0, 2, false, true],
    ],
  );
  assert.deepEqual(settingsNow(hand), { learning_rate: 1, dropout: 0 });
  assert.deepEqual(branches.checkpointsOf(hand, 0), [0, 2, 3, 5]);
  assert.deepEqual([branches.bestOf(hand)?.branch, branches.bestOf(hand)?.point.epoch], [1, 6]);
  assert.equal(
    branches.nearestKept(hand, 1, 6, (name) => ['A2', 'B3', 'A5'].includes(name)),
    2,
  );
  // At the end what is still to act goes along.
  branches.change(hand, 2, { dropout: 0.3 });
  assert.equal(branches.fork(hand, 2, 2), 3);
  hand.current = 2;
  grow(hand, 2, 1);
  branches.change(hand, 2, { dropout: 0.4 });
  branches.fork(hand, 2, 3);
  assert.deepEqual(settingsNow(hand).dropout, 0.4);
  for (let k = hand.branches.length; k < branches.MOST_BRANCHES; k++) assert.equal(branches.fork(hand, 0, 1), k);
  assert.equal(branches.fork(hand, 0, 1), null);
  assert.equal(branches.revert(hand, 0, 1), null);
  assert.equal(hand.branches[0].reverted, false);
});

test('what is no record is told from one, with the place that is wrong', () => {
  const study = studyOf({});
  const good = () => {
    const params = startOf(study, null);
    const hand = branches.begun(params);
    grow(hand, 0, 4);
    branches.change(hand, 0, { learning_rate: 0.5 });
    grow(hand, 0, 2);
    branches.fork(hand, 0, 3);
    grow(hand, 1, 2);
    return /** @type {any} */ (JSON.parse(JSON.stringify(written(hand, study, { number: 0, params }))));
  };
  assert.ok('read' in readRecord(JSON.stringify(good())));
  const cases = /** @type {[string, (record: any) => void][]} */ ([
    ['hand.bad.format', (one) => (one.format = 'tuning-playground/hand@2')],
    ['hand.bad.study', (one) => (one.format = 'tuning-playground/study@1')],
    ['out_of_range', (one) => (one.study.dataset.name = 'mooons')],
    ['hand.bad.trial', (one) => (one.trial = { number: -1, params: {} })],
    ['hand.bad.setting', (one) => (one.trial.params.wd = 1)],
    ['out_of_range', (one) => (one.trial.params.dropout = 2)],
    ['hand.bad.branches', (one) => (one.branches = [])],
    ['hand.bad.branches', (one) => (one.branches = Array(99).fill(one.branches[0]))],
    ['hand.bad.branch', (one) => (one.branches[0].from = 1)],
    ['hand.bad.branch', (one) => (one.branches[1].parent = 1)],
    ['hand.bad.branch', (one) => (one.branches[1].from = 7)],
    ['hand.bad.branch', (one) => (one.branches[1].until = 1e9)],
    ['hand.bad.branch', (one) => (one.branches[1] = null)],
    ['hand.bad.changes', (one) => (one.changes = Array(9999).fill([0, 0, {}]))],
    ['hand.bad.changes', (one) => (one.changes = {})],
    ['hand.bad.change', (one) => (one.changes[0][1] = 99)],
    ['hand.bad.change', (one) => one.changes.push([0, 1, { dropout: 0.1 }])],
    ['hand.bad.change', (one) => (one.changes[0] = [0, 4])],
    ['hand.bad.setting', (one) => (one.changes[0][2] = { optimizer: 'sgd' })],
    ['out_of_range', (one) => (one.changes[0][2] = { learning_rate: -1 })],
    ['wrong_type', (one) => (one.changes[0][2] = { learning_rate: [1] })],
  ]);
  for (const [name, spoil] of cases) {
    const record = good();
    spoil(record);
    const found = /** @type {any} */ (readRecord(JSON.stringify(record)));
    assert.equal(found.fault?.key ?? found.fault?.problem?.code, name, JSON.stringify(found));
  }
  for (const [name, text] of [
    ['hand.bad.json', '{'],
    ['hand.bad.format', 'null'],
    ['hand.bad.format', '[]'],
    ['hand.bad.long', ' '.repeat(5_000_000)],
  ])
    assert.equal(/** @type {any} */ (readRecord(text)).fault.key, name);
});

test('each live setting has a slider that stays where it is put, and typed values are checked', () => {
  for (const optimizer of ['adam', 'sgd', 'rmsprop', 'gd', 'lbfgs']) {
    for (const schedule of ['constant', 'step', 'cosine', 'plateau', 'one_cycle']) {
      const study = studyOf({ optimizer, schedule }, { dataset: { name: 'digits' } });
      const params = startOf(study, null);
      assert.equal(refusal(study, params, 0), null);
      const rows = liveRows(study, params);
      for (const row of rows) {
        const slider = sliderOf(row, study, 5);
        if (!slider) continue;
        for (let place = 0; place <= slider.steps; place++) {
          const value = slider.at(place);
          assert.equal(slider.placeOf(value), place, `${row.name} ${value}`);
          const problem = refusal(study, { ...params, [row.name]: value }, row.name === 'epochs' ? 5 : 0);
          assert.equal(problem, null, `${row.name} ${value}`);
        }
      }
      const names = rows.map(({ name }) => name);
      assert.ok(names.every((name) => LIVE_NAMES.includes(name)));
      assert.equal(names.includes('epochs'), schedule === 'cosine' || schedule === 'one_cycle');
      assert.equal(names.includes('batch_size'), optimizer !== 'gd' && optimizer !== 'lbfgs');
    }
  }
  // Without hidden layers there is nothing to drop.
  const flat = studyOf({ hidden: [] });
  assert.ok(!liveRows(flat, startOf(flat, null)).some(({ name }) => name === 'dropout'));
  // A schedule that would have ended gets an end that lies ahead.
  const params = startOf(studyOf({}), null);
  assert.deepEqual(whole(params, { schedule: 'cosine' }, 50), { schedule: 'cosine', epochs: 70 });
  assert.deepEqual(whole(params, { schedule: 'cosine' }, 3), { schedule: 'cosine' });
  assert.deepEqual(whole(params, { schedule: 'step' }, 50), { schedule: 'step' });
  assert.equal(refusal(studyOf({}), { ...params, schedule: 'cosine', epochs: 5 }, 5)?.code, 'out_of_range');
});

test('a trial goes on with its own values, and what is swept without one lies amid its range', () => {
  const study = studyOf({}, { space: { dropout: { type: 'float', low: 0, high: 0.5 } } });
  delete study.fixed.learning_rate;
  study.space.learning_rate = { type: 'float', low: 1e-4, high: 1, log: true };
  assert.deepEqual([startOf(study, null).learning_rate, startOf(study, null).dropout], [0.01, 0.25]);
  const own = startOf(study, { params: { learning_rate: 0.3, dropout: 0.1 } });
  assert.deepEqual([own.learning_rate, own.dropout], [0.3, 0.1]);
});

test('the picture leaves out what blows up, and thins long curves without hiding an extreme', () => {
  const points = Array.from({ length: 10_000 }, (_, k) =>
    branches.pointOf([k + 1, 1, k === 5000 ? 9 : k === 7000 ? 0.01 : 1, 0, 0, 0]),
  );
  const kept = thinned(points, 'validation_loss', 300);
  assert.ok(kept.length <= 602);
  assert.deepEqual([kept[0].epoch, kept.at(-1)?.epoch], [1, 10_000]);
  for (const value of [9, 0.01]) assert.ok(kept.some((one) => one.validation_loss === value));
  assert.deepEqual(spanOf([points]), [0.01, 3]);
  assert.equal(spanOf([[]]), null);
  // What is learned by heart goes to 0, which no logarithmic axis has.
  const learned = points.map((one, k) => ({ ...one, validation_loss: k ? 0 : 1, train_loss: 1e-12 }));
  assert.deepEqual(spanOf([learned]), [1e-12, 1]);
  // The branch in hand is in the picture, whatever another came to.
  const blown = branches.pointOf([1, 1e15, 1e14, 0, 0, 0]);
  const rescued = [1, 2, 3].map((epoch) => branches.pointOf([epoch, 10 ** -epoch, 5 * 10 ** -epoch, 0, 0, 0]));
  assert.deepEqual(spanOf([[blown], rescued], 1), [1e-3, 1.5]);
  assert.deepEqual(spanOf([[blown], []], 1), [1e14, 1e15]);
  assert.deepEqual(spanOf([[{ ...learned[0], train_loss: 1 }], [{ ...learned[0], epoch: 2 }]], 0), [1e-6, 1]);
  const [low, high] = spanOf([points.slice(0, 1)]) ?? [0, 0];
  assert.ok(low < 1 && high > 1);
});

test('names at the ends of lines never lie on each other where there is room, and the first stays', () => {
  const places = fc.array(fc.record({ x: fc.integer({ min: 0, max: 40 }), y: fc.integer({ min: -50, max: 400 }) }), {
    minLength: 1,
    maxLength: 9,
  });
  fc.assert(
    fc.property(places, (all) => {
      const heights = apart(all, 12, 300);
      assert.equal(heights[0], Math.max(12, Math.min(300, all[0].y)));
      for (const [k, one] of all.entries())
        for (const [other, two] of all.entries()) {
          assert.ok(heights[k] >= 12 && heights[k] <= 300);
          if (other < k && Math.abs(one.x - two.x) < 24) assert.ok(Math.abs(heights[k] - heights[other]) >= 14);
        }
    }),
  );
  assert.deepEqual(
    apart(
      [
        { x: 5, y: 100 },
        { x: 5, y: 100 },
        { x: 90, y: 101 },
      ],
      12,
      300,
    ),
    [100, 86, 101],
  );
});

test('a run by hand says where it is another training than its trial', () => {
  const study = (/** @type {number | undefined} */ folds) =>
    /** @type {any} */ ({ dataset: { name: 'moons', folds } });
  const copy = /** @type {any} */ ({ number: 7, copy_of: { trial: 3, epoch: 4 } });
  assert.deepEqual(notesOf(study(undefined), null), []);
  assert.deepEqual(notesOf(study(3), copy), [
    ['hand.folds', { n: 3 }],
    ['hand.of_copy', { trial: 3, epoch: 4, number: 7 }],
  ]);
});
