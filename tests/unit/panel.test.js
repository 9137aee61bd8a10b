import assert from 'node:assert/strict';
import test from 'node:test';
import { BY_NAME, DATASETS, HYPERPARAMETERS, gridSize, rowsOf } from '../../www/src/study/hyperparameters.js';
import { mendsOf } from '../../www/src/study/mends.js';
import { fewOf, fittingPoints, isSet, planned, switched, takenBy, unlikeTorch } from '../../www/src/study/panel.js';
import { partSizes } from '../../www/src/study/parts.js';
import { checkStudy, checkTogether, startStudy } from '../../www/src/study/study.js';
import { wilson } from '../../www/src/study/wilson.js';

/** What the panel says of a study, and what mends one. */

const FORMAT = 'tuning-playground/study@1';
/** @param {any} some */
const study = (some) => ({ format: FORMAT, dataset: { name: 'iris' }, ...some });
const RATE = { type: 'float', low: 0.001, high: 0.1, log: true };

test('defaults that hang on a swept optimizer are told apart, or said once where they agree', () => {
  const swept = study({ space: { optimizer: { type: 'categorical', choices: ['sgd', 'momentum', 'adam'] } } });
  const of = (/** @type {string} */ name, /** @type {any} */ within) =>
    takenBy(/** @type {any} */ (BY_NAME.get(name)), within);
  assert.deepEqual(of('learning_rate', swept), {
    by: 'optimizer',
    values: [
      ['sgd', 0.01],
      ['momentum', 0.01],
      ['adam', 0.001],
    ],
  });
  assert.deepEqual(of('momentum', swept), {
    by: 'optimizer',
    values: [
      ['sgd', 0],
      ['momentum', 0.9],
    ],
  });
  assert.deepEqual(of('epsilon', swept), { value: 1e-8 });
  assert.deepEqual(
    of('learning_rate', study({ space: { optimizer: { type: 'categorical', choices: ['gd', 'sgd'] } } })),
    { value: 0.01 },
  );
  assert.deepEqual(of('learning_rate', { ...swept, fixed: { learning_rate: 0.3 } }), { value: 0.3 });
  assert.deepEqual(of('learning_rate', study({ fixed: { optimizer: 'sgd' } })), { value: 0.01 });
});

test('a grid trains its combinations, and the points that fit are the most that do', () => {
  const grid = study({
    sampler: { name: 'grid' },
    space: { learning_rate: RATE, dropout: { type: 'float', low: 0, high: 0.5 } },
    trials: 9,
  });
  assert.equal(planned(grid), 25);
  assert.equal(fittingPoints(grid), 3);
  assert.equal(gridSize({ ...grid, sampler: { name: 'grid', points: { learning_rate: 3, dropout: 2 } } }), 6);
  assert.equal(planned(study({})), 64);
});

test('parts of the data are as large as the engine makes them', () => {
  assert.deepEqual(partSizes(study({})), [105, 23, 22]);
  assert.deepEqual(partSizes(study({ dataset: { name: 'digits' } })), [1258, 270, 269]);
  assert.deepEqual(partSizes(study({ dataset: { name: 'moons', samples: 10 } })), [7, 2, 1]);
});

test('another data set takes a loss with it only where it fits', () => {
  const numbers = study({ dataset: { name: 'diabetes' }, fixed: { loss: 'mse', epochs: 3 } });
  const there = switched(numbers, 'iris');
  assert.equal(there.loss, 'mse');
  assert.deepEqual(there.study.fixed, { epochs: 3 });
  assert.equal(switched(numbers, 'waves').loss, null);
  assert.equal(
    switched(study({ space: { loss: { type: 'categorical', choices: ['cross_entropy'] } } }), 'diabetes').study.space
      ?.loss,
    undefined,
  );
  assert.equal(checkStudy(there.study), null);
});

test('another data set leaves batches out that it has too few samples for, so that a first choice trains', () => {
  for (const { name, kind, available } of DATASETS) {
    if (!available || !['generated', 'bundled'].includes(kind)) continue;
    for (const space of [
      { batch_size: { type: 'categorical', choices: [16, 32, 64, 128, 1000] } },
      { batch_size: { type: 'int', low: 128, high: 1258, log: true } },
      {},
    ]) {
      const before = study({
        dataset: { name: 'digits' },
        space: { learning_rate: RATE, ...space },
        fixed: { epochs: 3 },
      });
      if (!('batch_size' in space)) before.fixed.batch_size = 1000;
      const there = switched(before, name);
      assert.equal(checkTogether(there.study), null, name);
      assert.equal(
        there.batch === null,
        checkTogether({ ...before, dataset: { name } })?.code !== 'batch_too_large',
        name,
      );
    }
  }
  const iris = switched(
    study({ dataset: { name: 'digits' }, space: { batch_size: { type: 'categorical', choices: [16, 64, 128] } } }),
    'iris',
  );
  assert.deepEqual([iris.study.space?.batch_size.choices, iris.batch], [[16, 64], 105]);
});

test('mends change the study into one that is no longer refused for that', () => {
  const label = (/** @type {string} */ name) => name;
  const grid = study({
    sampler: { name: 'grid' },
    space: { learning_rate: RATE, dropout: { type: 'float', low: 0, high: 0.5 } },
    trials: 9,
  });
  for (const [before, problem, acts] of /** @type {[any, any, string[]][]} */ ([
    [grid, { code: 'grid_too_large', combinations: 25, trials: 9 }, ['set_trials', 'set_points']],
    [
      { ...grid, trials: undefined },
      { code: 'grid_too_large', combinations: '1,000,000', trials: 64 },
      ['set_points'],
    ],
    [study({ fixed: { batch_size: 500 } }), { code: 'batch_too_large', rows: 105 }, ['set_batch']],
    [
      study({ space: { batch_size: { type: 'int', low: 200, high: 500 } } }),
      { code: 'batch_too_large', rows: 105 },
      ['set_batch'],
    ],
    [study({ fixed: { loss: 'mse' } }), { code: 'loss_mismatch', accepted: 'cross_entropy' }, ['set_loss']],
    [
      study({ dataset: { name: 'moons', samples: 10, split: { train: 0.98, validation: 0.01, test: 0.01 } } }),
      { code: 'too_few_rows' },
      ['set_samples'],
    ],
    [
      study({ space: { momentum: { type: 'float', low: 0.1, high: 0.9 } } }),
      { code: 'inert', key: 'momentum' },
      ['unsweep'],
    ],
    [study({}), { code: 'empty_space' }, ['sweep_learning_rate']],
    [study({ fixed: { averaging: 'ema' } }), { code: 'not_yet', key: 'fixed.averaging' }, ['unset']],
    [
      study({ trials: 99999 }),
      { code: 'out_of_range', key: 'trials', accepted: '1 .. 65536 (sobol)' },
      ['set_trials'],
    ],
    [study({}), { code: 'too_large', knob: 'hidden' }, []],
    [study({ fixed: { hidden: [2048, 1] } }), { code: 'too_large', knob: 'hidden' }, ['narrow_layers']],
  ])) {
    const mends = mendsOf(before, problem, label);
    assert.deepEqual(
      mends.map((one) => one.act),
      acts,
      problem.code,
    );
    for (const mend of mends) {
      const after = structuredClone(before);
      mend.change(after);
      assert.equal(checkStudy(JSON.parse(JSON.stringify(after))), null, `${problem.code}, ${mend.act}`);
      if (problem.code === 'grid_too_large') assert.ok(gridSize(after) <= (after.trials ?? 64), mend.act);
      if (problem.code === 'too_few_rows') assert.ok(partSizes(after).every((size) => size > 0));
    }
  }
});

test('Wilson’s interval is that of the textbooks, and stays between 0 and 1', () => {
  const near = (/** @type {number[]} */ found, /** @type {number[]} */ wanted) =>
    found.forEach((one, k) => assert.ok(Math.abs(one - wanted[k]) < 5e-4, `${found}`));
  near(wilson(0.1, 10), [0.0179, 0.4042]);
  near(wilson(265 / 270, 270), [0.9574, 0.9921]);
  near(wilson(0, 20), [0, 0.1611]);
  near(wilson(1, 1), [0.2065, 1]);
  for (let n = 1; n < 50; n += 1)
    for (let k = 0; k <= n; k += 1) {
      const [low, high] = wilson(k / n, n);
      assert.ok(low >= 0 && high <= 1 && low <= k / n + 1e-12 && high >= k / n - 1e-12);
    }
});

test('a newcomer meets eight rows, whichever the study can use, and all that it sets', () => {
  const few = (/** @type {any} */ one) => fewOf(one, rowsOf(one)).map(({ name }) => name);
  const usual = ['activation', 'dropout', 'optimizer', 'learning_rate'];
  assert.deepEqual(few(study({})), ['hidden_layers', 'hidden_units', ...usual, 'batch_size', 'epochs']);
  assert.deepEqual(few(startStudy()), ['hidden', ...usual, 'schedule', 'batch_size', 'epochs']);
  for (const fixed of [{ optimizer: 'gd' }, { hidden: [8, 8] }, { hidden_layers: 0 }, { optimizer: 'adamw' }])
    assert.equal(few(study({ fixed })).length, 8, JSON.stringify(fixed));
  // Whatever else a study sets or sweeps is among them, and what it sets to its default is not.
  for (const one of rowsOf(study({}))) {
    if (one.sweep) assert.ok(few(study({ space: { [one.name]: one.sweep } })).includes(one.name), one.name);
    const other = { int: 3, float: 0.375, categorical: one.choices?.at(-1), bool: true, list: [4], points: [[0, 1]] }[
      one.type
    ];
    assert.ok(few(study({ fixed: { [one.name]: other } })).includes(one.name), one.name);
  }
  assert.ok(!few(study({ fixed: { l2: 0, beta1: 0.9, amsgrad: false } })).some((one) => /l2|beta1|amsgrad/.test(one)));
});

test('a row is set where it is not what it would be by itself', () => {
  const is = (/** @type {string} */ name, /** @type {any} */ some) =>
    isSet(/** @type {any} */ (BY_NAME.get(name)), study(some));
  for (const one of HYPERPARAMETERS) assert.equal(isSet(one, study({})), false, one.name);
  assert.equal(is('learning_rate', { fixed: { learning_rate: 0.001 } }), false);
  assert.equal(is('learning_rate', { fixed: { learning_rate: 0.001, optimizer: 'sgd' } }), true);
  assert.equal(is('learning_rate', { fixed: { learning_rate: 0.01, optimizer: 'sgd' } }), false);
  const space = { optimizer: { type: 'categorical', choices: ['sgd', 'adam'] } };
  assert.equal(is('learning_rate', { space }), false);
  // One value for all is not what each would have.
  assert.equal(is('learning_rate', { space, fixed: { learning_rate: 0.01 } }), true);
  assert.equal(is('optimizer', { space }), true);
  assert.equal(is('hidden', { fixed: { hidden: [] } }), true);
  assert.equal(is('dropout', { fixed: { dropout: 0 } }), false);
});

test("where a default is not PyTorch's, both are said, for the optimizers that trials have", () => {
  const unlike = (/** @type {string} */ name, /** @type {any} */ some) =>
    unlikeTorch(/** @type {any} */ (BY_NAME.get(name)), study(some));
  for (const optimizer of ['gd', 'sgd', 'momentum', 'nesterov'])
    assert.deepEqual(unlike('learning_rate', { fixed: { optimizer } }), [{ torch: 0.001, here: 0.01, choices: [] }]);
  for (const optimizer of ['adagrad', 'rmsprop', 'adadelta', 'adam', 'adamw', 'nadam'])
    for (const name of ['learning_rate', 'momentum']) assert.deepEqual(unlike(name, { fixed: { optimizer } }), []);
  assert.deepEqual(unlike('learning_rate', {}), []);
  const choices = ['adam', 'sgd', 'nesterov'];
  const space = { optimizer: { type: 'categorical', choices } };
  assert.deepEqual(unlike('learning_rate', { space }), [{ torch: 0.001, here: 0.01, choices: ['sgd', 'nesterov'] }]);
  assert.deepEqual(unlike('momentum', { space }), [{ torch: 0, here: 0.9, choices: ['nesterov'] }]);
  // No more than a few differ, whatever is chosen.
  const chosen = (/** @type {string} */ name) => BY_NAME.get(name)?.choices ?? [];
  /** @type {Record<string, Set<unknown>>} */
  const differing = {};
  for (const optimizer of chosen('optimizer'))
    for (const schedule of chosen('schedule'))
      for (const one of HYPERPARAMETERS)
        for (const { torch, here } of unlikeTorch(one, study({ fixed: { optimizer, schedule } }))) {
          const by = one.name === 'plateau_patience' ? schedule : one.name === 'batch_size' ? '' : optimizer;
          (differing[one.name] ??= new Set()).add(`${by} ${torch} ${here}`);
        }
  assert.deepEqual(Object.fromEntries(Object.entries(differing).map(([name, those]) => [name, [...those]])), {
    learning_rate: ['gd 0.001 0.01', 'sgd 0.001 0.01', 'momentum 0.001 0.01', 'nesterov 0.001 0.01'],
    momentum: ['momentum 0 0.9', 'nesterov 0 0.9'],
    plateau_patience: ['plateau 10 5'],
    batch_size: [' 1 32'],
  });
});
