import assert from 'node:assert/strict';
import test from 'node:test';
import { BY_NAME, HYPERPARAMETERS, choicesOf } from '../../www/src/study/hyperparameters.js';
import {
  isDescending,
  isScheduled,
  movedBy,
  outline,
  scheduleOf,
  schedulesOf,
} from '../../www/src/study/schedules.js';
import { checkStudy } from '../../www/src/study/study.js';

/** The schedules of a study, as the small studies whose curves are drawn, and what is said of a curve. */

/** @param {any} some @returns {import('../../www/src/study/types.js').Study} */
const study = (some) => ({ format: 'tuning-playground/study@1', dataset: { name: 'iris' }, ...some });
const NAMES = /** @type {string[]} */ (choicesOf(/** @type {any} */ (BY_NAME.get('schedule'))));

test('every schedule that trials may have is drawn, with its own settings alone', () => {
  const [cosine] = schedulesOf(study({ fixed: { schedule: 'cosine', min_factor: 0.1, decay_rate: 0.5, epochs: 7 } }));
  assert.deepEqual(cosine.middle.fixed, { schedule: 'cosine', min_factor: 0.1, epochs: 7 });
  assert.deepEqual([cosine.name, cosine.epochs, cosine.ends], ['cosine', 7, []]);
  const swept = study({ space: { schedule: { type: 'categorical', choices: NAMES } } });
  assert.deepEqual(
    schedulesOf(swept).map((one) => one.name),
    NAMES,
  );
  assert.deepEqual([schedulesOf(study({}))[0].name, schedulesOf(study({}))[0].epochs], ['constant', 20]);
});

test('whatever is swept is drawn at the middle and the ends of its range, each a study that the engine takes', () => {
  const space = Object.fromEntries(
    HYPERPARAMETERS.filter((one) => one.available && one.sweep && !one.choices).map((one) => [
      one.name,
      one.type === 'int'
        ? { type: 'int', low: Number(one.low) || 1, high: one.high, log: true }
        : {
            type: 'float',
            low: Number(one.low) || 1e-3,
            high: one.high,
            scale: one.scale === 'log' ? 'log' : 'linear',
          },
    ]),
  );
  for (const name of NAMES)
    for (const { middle, ends } of schedulesOf(study({ space, fixed: { schedule: name } }))) {
      // Every schedule may warm up over a swept number of epochs.
      assert.equal(ends.length, 2, name);
      for (const one of [middle, ...ends]) assert.equal(checkStudy(structuredClone(one)), null, JSON.stringify(one));
    }
  const [step] = schedulesOf(
    study({
      fixed: { schedule: 'step' },
      space: {
        decay_rate: { type: 'float', low: 0.01, high: 1, log: true },
        epochs: { type: 'categorical', choices: [30, 10, 20] },
      },
    }),
  );
  assert.ok(Math.abs(Number(step.middle.fixed?.decay_rate) - 0.1) < 1e-12);
  assert.deepEqual(
    step.ends.map((one) => [one.fixed?.decay_rate, one.fixed?.epochs]),
    [
      [0.01, 10],
      [1, 30],
    ],
  );
  assert.equal(step.epochs, 20);
});

test('a trial has the schedule that was drawn for it', () => {
  const swept = study({
    fixed: { decay_epochs: 4 },
    space: {
      schedule: { type: 'categorical', choices: ['cosine', 'step'] },
      decay_rate: { type: 'float', low: 0.1, high: 0.9 },
    },
  });
  const { name, middle, ends } = scheduleOf(swept, { schedule: 'step', decay_rate: 0.25 });
  assert.deepEqual([name, middle.fixed, ends], ['step', { schedule: 'step', decay_rate: 0.25, decay_epochs: 4 }, []]);
});

test('a learning rate descends where a hypergradient above 0 meets an optimizer that takes it', () => {
  const range = (/** @type {number} */ high) => ({ type: 'float', low: 0, high });
  for (const [some, is] of /** @type {[any, boolean][]} */ ([
    [{}, false],
    [{ fixed: { hypergradient: 0 } }, false],
    [{ fixed: { hypergradient: 1e-5 } }, true],
    [{ fixed: { hypergradient: 1e-5, optimizer: 'rmsprop' } }, false],
    [
      { fixed: { hypergradient: 1e-5 }, space: { optimizer: { type: 'categorical', choices: ['nadam', 'gd'] } } },
      true,
    ],
    [{ space: { hypergradient: range(0) } }, false],
    [{ space: { hypergradient: range(0.1) } }, true],
    [{ space: { hypergradient: { type: 'categorical', choices: [0, 0.1] } } }, true],
  ]))
    assert.equal(isDescending(study(some)), is, JSON.stringify(some));
});

test('constant rates without a warm-up have nothing to draw', () => {
  for (const [some, is] of /** @type {[any, boolean][]} */ ([
    [{}, false],
    [{ fixed: { warmup_epochs: 0, schedule: 'constant' } }, false],
    [{ fixed: { warmup_epochs: 0.5 } }, true],
    [{ fixed: { schedule: 'plateau' } }, true],
    [{ space: { warmup_epochs: { type: 'float', low: 0, high: 3 } } }, true],
    [{ space: { warmup_epochs: { type: 'categorical', choices: [2, 0] } } }, true],
    [{ space: { schedule: { type: 'categorical', choices: ['constant'] } } }, false],
    [{ space: { schedule: { type: 'categorical', choices: ['constant', 'step'] } } }, true],
  ]))
    assert.equal(isScheduled(study(some)), is, JSON.stringify(some));
});

test('one cycle moves what the optimizers have: momentum, beta1, both or neither', () => {
  const of = (/** @type {any} */ some) => movedBy(study(some));
  assert.deepEqual(of({ fixed: { schedule: 'one_cycle' } }), ['beta1']);
  assert.deepEqual(of({ fixed: { schedule: 'one_cycle', optimizer: 'sgd' } }), ['momentum']);
  assert.deepEqual(of({ fixed: { schedule: 'one_cycle', optimizer: 'adagrad' } }), []);
  assert.deepEqual(of({ fixed: { schedule: 'cosine', optimizer: 'sgd' } }), []);
  const optimizer = { type: 'categorical', choices: ['adam', 'rmsprop', 'adadelta'] };
  assert.deepEqual(of({ fixed: { schedule: 'one_cycle' }, space: { optimizer } }), ['momentum', 'beta1']);
});

test('what is said of a curve are its ends, its middle, and a top that is none of them', () => {
  assert.deepEqual(outline([1, 0.8, 0.5, 0.2, 1e-9]), { first: 1, half: 0.5, last: 0, most: null, steady: false });
  assert.deepEqual(outline([0.04, 1, 0.8, 0.3, 4e-6]), { first: 0.04, half: 0.8, last: 4e-6, most: 1, steady: false });
  assert.deepEqual(outline([1, 1, 1]), { first: 1, half: 1, last: 1, most: null, steady: true });
  assert.equal(outline([3e-4, 0.5, 1], study({ fixed: { warmup_epochs: 3 } })).first, 0);
  assert.equal(outline([0.5]).last, 0.5);
});
