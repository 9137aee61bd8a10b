import { test } from 'node:test';
import { BY_NAME } from '../../www/src/study/hyperparameters.js';
import { decodeLink } from '../../www/src/study/link.js';
import { assert } from './numbers.js';

/** Links of earlier pages. */

const FORMAT = 'tuning-playground/study@1';

/** Links that earlier pages wrote, and what they stood for. */
const EARLIER = [
  ['#v=1', undefined],
  ['#v=1&lang=ko&theme=dark', undefined],
  [
    '#v=1&s=dataset:(name:circle),fixed:(hidden:!(8,4),optimizer:adam),trials:16',
    { dataset: { name: 'circle' }, fixed: { hidden: [8, 4], optimizer: 'adam' }, trials: 16 },
  ],
  [
    "#v=1&s=name:'it!'s!!+a+%2B+%25',dataset:(name:digits),fixed:(epochs:4),space:(learning_rate:(type:float," +
      'low:1e-7,high:0.1,log:!t),batch_size:(type:categorical,choices:!(16,32)),' +
      'dropout:(type:float,low:0,high:0.5)),' +
      'trials:8,seed:7&lang=ko',
    {
      name: "it's! a + %",
      dataset: { name: 'digits' },
      fixed: { epochs: 4 },
      trials: 8,
      seed: 7,
      space: {
        learning_rate: { type: 'float', low: 1e-7, high: 0.1, log: true },
        batch_size: { type: 'categorical', choices: [16, 32] },
        dropout: { type: 'float', low: 0, high: 0.5 },
      },
    },
  ],
  [
    '#v=1&s=dataset:(name:diabetes,seed:3,standardize:!f),sampler:(name:grid,points:3),' +
      'objective:(metric:validation_metric,direction:maximize),seed:9007199254740991&scale=1.25',
    {
      dataset: { name: 'diabetes', seed: 3, standardize: false },
      sampler: { name: 'grid', points: 3 },
      objective: { metric: 'validation_metric', direction: 'maximize' },
      seed: 2 ** 53 - 1,
    },
  ],
];
for (const [link, study] of EARLIER)
  test(`a link of an earlier page loads: ${String(link).slice(0, 60)}`, () => {
    const decoded = decodeLink(String(link));
    assert.deepEqual({ skipped: decoded.skipped, found: decoded.found }, { skipped: [], found: true });
    assert.deepEqual(decoded.state.study, study && { format: FORMAT, .../** @type {any} */ (study) });
  });

/**
 * What links of version 1 mean by the hyperparameters that they leave out. Whoever changes a default raises the version
 * of links and has those of version 1 read with the value here.
 */
const DEFAULTS_OF_1 = {
  hidden_layers: 2,
  hidden_units: 16,
  hidden: null,
  units_1: null,
  units_2: null,
  units_3: null,
  units_4: null,
  units_5: null,
  units_6: null,
  units_7: null,
  units_8: null,
  units_9: null,
  units_10: null,
  activation: 'relu',
  init: 'torch',
  init_std: 0.01,
  batch_norm: false,
  dropout: 0.0,
  loss: { by: 'task', classes: 'cross_entropy', numbers: 'mse' },
  optimizer: 'adam',
  learning_rate: {
    by: 'optimizer',
    gd: 0.01,
    sgd: 0.01,
    momentum: 0.01,
    nesterov: 0.01,
    adagrad: 0.01,
    rmsprop: 0.01,
    adadelta: 1.0,
    adam: 0.001,
    adamw: 0.001,
    nadam: 0.002,
    lbfgs: 1.0,
    newton: 1.0,
  },
  momentum: { by: 'optimizer', momentum: 0.9, nesterov: 0.9, gd: 0, sgd: 0, rmsprop: 0 },
  dampening: 0,
  momentum_start: 0,
  momentum_warmup_epochs: 0,
  beta1: 0.9,
  beta2: 0.999,
  alpha: 0.99,
  rho: 0.9,
  epsilon: { by: 'optimizer', adam: 1e-8, adamw: 1e-8, nadam: 1e-8, rmsprop: 1e-8, adagrad: 1e-10, adadelta: 1e-6 },
  amsgrad: false,
  centered: false,
  momentum_decay: 0.004,
  lr_decay: 0,
  history_size: 100,
  line_search: 'none',
  newton_damping: 0.001,
  weight_decay: { by: 'optimizer', adamw: 0.01 },
  l2: 0,
  schedule: 'constant',
  decay_rate: 0.1,
  decay_epochs: 10,
  min_factor: 0,
  plateau_patience: 5,
  warmup_epochs: 0,
  schedule_points: [
    [0, 0.1],
    [0.1, 1],
    [1, 0.01],
  ],
  batch_size: 32,
  epochs: 20,
  patience: 0,
  averaging: 'none',
  averaging_decay: 0.999,
  hypergradient: 0,
};
test('a link means the same networks in later versions: what it leaves out is what it was', () => {
  for (const [name, value] of Object.entries(DEFAULTS_OF_1)) assert.deepEqual(BY_NAME.get(name)?.default, value, name);
});

test('a link that was cut within the name of its last part says so', () => {
  const link = '#v=1&s=(dataset:(name:iris),trials:5)&view=race&';
  const whole = decodeLink(`${link}race=3`).skipped;
  for (const [end, lost] of [
    ['race', ['race']],
    ['pla', ['plane']],
    ['contr', ['controls']],
    ['l', ['rest']],
    ['', []],
  ])
    assert.deepEqual(
      decodeLink(link + end).skipped.slice(whole.length),
      /** @type {string[]} */ (lost).map((what) => ({ what, why: 'lost' })),
      String(end),
    );
});
