import { test } from 'node:test';
import { shapeOf } from '../../www/src/study/hyperparameters.js';
import { partnersOf } from '../../www/src/state/partners.js';
import { assert } from './numbers.js';

/** @param {any} fixed @param {any} [drawn] */
const shape = (fixed, drawn = {}) =>
  shapeOf(/** @type {any} */ ({ dataset: { name: 'moons' }, fixed, space: {} }), drawn);

test('a shape is what decides whether weights can be compared one by one', () => {
  assert.equal(shape({ hidden: [16, 16] }), shape({ hidden_layers: 2, hidden_units: 16 }));
  assert.equal(shape({ hidden_layers: 2, hidden_units: 8 }, { units_2: 4 }), shape({ hidden: [8, 4] }));
  assert.equal(shape({ hidden: [8] }, { learning_rate: 0.1, batch_size: 8 }), shape({ hidden: [8] }));
  // Widths of layers that a trial lacks do not count, nor does an activation where nothing is hidden.
  assert.equal(shape({ hidden_layers: 1, hidden_units: 8 }, { units_2: 4 }), shape({ hidden: [8] }));
  assert.equal(shape({ hidden: [] }, { activation: 'relu' }), shape({ hidden: [] }, { activation: 'tanh' }));
  for (const other of [{ hidden: [8, 8] }, { hidden: [9] }, { hidden: [8], activation: 'sigmoid' }])
    assert.notEqual(shape(other), shape({ hidden: [8], activation: 'relu' }));
});

test('partners are the best trials of the same shape, in the brush, other than the selected one', () => {
  const trial = (/** @type {number} */ number, /** @type {number} */ units, score = NaN, state = 'complete') => ({
    number,
    state,
    score,
    params: { hidden_units: units },
  });
  const trials = [
    trial(0, 8, 0.5),
    trial(1, 8, NaN, 'diverged'),
    trial(2, 16, 0.1),
    trial(3, 8, 0.4),
    trial(4, 8, 0.2),
    trial(5, 8, 0.3, 'pruned'),
    trial(6, 8, 0.01, 'running'),
  ];
  const store = (/** @type {any} */ more) =>
    /** @type {any} */ ({
      selected: trials[0],
      runs: 1,
      brushes: 0,
      version: 1,
      state: 'idle',
      objective: { direction: 'minimize' },
      shownStudy: { dataset: { name: 'moons' }, fixed: {}, space: {} },
      trials: new Map(trials.map((one) => [one.number, one])),
      score: (/** @type {any} */ one) => one.score,
      isOut: () => false,
      ...more,
    });
  assert.deepEqual(partnersOf(store({}), 1), [4]);
  assert.deepEqual(partnersOf(store({}), 2), [4, 5]);
  assert.deepEqual(partnersOf(store({ objective: { direction: 'maximize' } }), 2), [3, 5]);
  assert.deepEqual(partnersOf(store({ isOut: (/** @type {any} */ one) => one.number === 4 }), 1), [5]);
  assert.deepEqual(partnersOf(store({ selected: trials[2] }), 2), []);
  assert.deepEqual(partnersOf(store({ selected: undefined }), 2), []);
  // They are looked for anew when something has changed.
  const one = store({});
  assert.deepEqual(partnersOf(one, 1), [4]);
  Object.assign(one, { selected: trials[4], version: 2 });
  assert.deepEqual(partnersOf(one, 2), [5, 3]);
});
