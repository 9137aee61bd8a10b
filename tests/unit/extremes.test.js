import test from 'node:test';
import { assert, check, fc } from './numbers.js';
import { HYPERPARAMETERS } from '../../www/src/study/hyperparameters.js';
import { culpritOf, extremesOf } from '../../www/src/study/extremes.js';
import { startStudy } from '../../www/src/study/study.js';

/** Which setting the page names where every network diverged. */

/** @param {any} fixed @param {any[]} [trials] what was drawn */
const named = (fixed, trials = [{ learning_rate: 0.01 }, { learning_rate: 0.0001 }]) =>
  culpritOf({ ...startStudy(), space: {}, fixed }, trials)?.name ?? null;

test('the setting that is out of what is usual is named, not the learning rate', () => {
  const points = [
    [0, 1],
    [1, 1000],
  ];
  /** @type {[string, any, any[]?][]} */
  const cases = [
    ['hypergradient', { optimizer: 'sgd', hypergradient: 1000 }],
    ['hypergradient', { optimizer: 'adam', hypergradient: 1 }],
    ['init_std', { init: 'normal', init_std: 10 }],
    ['momentum', { optimizer: 'momentum', momentum: 0.99999 }],
    ['momentum', { optimizer: 'rmsprop', momentum: 1 }],
    ['weight_decay', { optimizer: 'sgd', weight_decay: 1e6 }],
    ['weight_decay', { optimizer: 'adamw', weight_decay: 1e6 }],
    ['l2', { optimizer: 'sgd', l2: 1e6 }],
    ['dropout', { dropout: 0.9999 }],
    ['epsilon', { optimizer: 'adam', epsilon: 0 }],
    ['alpha', { optimizer: 'rmsprop', alpha: 1 }],
    ['rho', { optimizer: 'adadelta', rho: 1 }],
    ['schedule_points', { schedule: 'drawn', schedule_points: points }],
    ['newton_damping', { optimizer: 'newton', newton_damping: 0 }],
    // Drawn in each trial, and by default.
    ['hypergradient', { optimizer: 'sgd' }, [{ hypergradient: 5 }, { hypergradient: 900 }]],
  ];
  for (const [name, fixed, trials] of cases) assert.equal(named(fixed, trials), name, JSON.stringify(fixed));
});

test('what no trial uses, what only some have, and what lies within what is usual is not named', () => {
  assert.equal(named({ optimizer: 'adam' }), null);
  assert.equal(named({ optimizer: 'rmsprop', hypergradient: 1000 }), null, 'RMSprop has no hypergradient');
  assert.equal(named({ init_std: 10 }), null, 'only init normal has a spread');
  assert.equal(named({ optimizer: 'adam', l2: 1e6 }), null, 'steps of Adam do not grow with it');
  assert.equal(named({ optimizer: 'sgd', weight_decay: 1 }), null, 'at these rates a step takes little off a weight');
  assert.equal(named({ optimizer: 'sgd' }, [{ hypergradient: 1000 }, { hypergradient: 0 }]), null);
  assert.equal(named({ optimizer: 'sgd', hypergradient: 0.01 }, [{ learning_rate: 1e6 }]), null, 'the rate is worse');
  assert.equal(named({ optimizer: 'lbfgs' }, [{ learning_rate: 1 }]), null);
});

test('any values of any settings give a setting of the table, or none, and what is usual of it', () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(0, 1, 5e-324, 1e300, -1, NaN, 'x', null, true, [[0, 1]]));
  const drawn = fc.dictionary(fc.constantFrom(...HYPERPARAMETERS.map((one) => one.name)), value);
  check(
    fc.property(drawn, fc.array(drawn, { maxLength: 4 }), (fixed, trials) => {
      const study = /** @type {any} */ ({ ...startStudy(), space: {}, fixed });
      const found = culpritOf(study, /** @type {any} */ (trials));
      if (!found) return;
      assert.ok(HYPERPARAMETERS.some((one) => one.name === found.name));
      assert.ok(found.usual[0] < found.usual[1] && Number.isFinite(found.value));
      for (const one of trials) assert.ok(extremesOf(study, /** @type {any} */ (one)).has(found.name));
    }),
  );
});
