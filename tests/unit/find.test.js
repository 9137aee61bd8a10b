import assert from 'node:assert/strict';
import test from 'node:test';
import { fits, missing } from '../../www/src/study/find.js';
import aliases from '../../www/src/study/aliases.json' with { type: 'json' };
import { BY_NAME, HYPERPARAMETERS, rowsOf } from '../../www/src/study/hyperparameters.js';

/**
 * Rows are found by names, labels, other names and choices; what is not there yet is named, and nothing is found for
 * nothing.
 */

const STUDY = { format: 'tuning-playground/study@1', dataset: { name: 'iris' } };
const ROWS = rowsOf(STUDY);
/** @param {string} text */
const found = (text) => ROWS.filter((one) => fits(one, text)).map((one) => one.name);

test('every row is found by its name and by its label in both languages, in any letter case', () => {
  for (const one of ROWS)
    for (const text of [
      one.name,
      one.name.replaceAll('_', ' '),
      one.label.en.toUpperCase(),
      one.label.ko,
      ` ${one.label.en} `,
    ])
      assert.ok(fits(one, text), `${one.name}: ${text}`);
});

test('other names find their rows', () => {
  for (const [text, name] of [
    ['lr', 'learning_rate'],
    ['학습율', 'learning_rate'],
    ['layers', 'hidden_layers'],
    ['레이어', 'hidden_layers'],
    ['wd', 'weight_decay'],
    ['mini-batch', 'batch_size'],
    ['eps', 'epsilon'],
    ['sgd', 'optimizer'],
    ['ReLU', 'activation'],
    ['neurons', 'hidden_units'],
    ['RMSProp', 'optimizer'],
  ])
    assert.ok(found(text).includes(name), `${text}: ${found(text)}`);
  assert.equal(found('lr')[0], 'learning_rate');
  assert.deepEqual(found('qqq'), []);
});

test('what this version does not have is named, in both languages', () => {
  for (const one of HYPERPARAMETERS.filter((one) => !one.available))
    for (const text of [one.name, one.label.en, one.label.ko]) {
      const { later } = missing(text, ROWS);
      assert.ok(
        later.some((label) => label.en === one.label.en),
        `${text}: ${JSON.stringify(later)}`,
      );
    }
  assert.deepEqual(
    missing('momentum', ROWS).idle.map((one) => one.name),
    ['momentum', 'momentum_start', 'momentum_warmup_epochs', 'momentum_decay', 'averaging_decay'],
  );
  assert.deepEqual(missing('', ROWS), { idle: [], later: [] });
});

/** What PyTorch calls a row, or the part of it that has the row. @type {Record<string, string>} */
const TORCH_ROWS = {
  hidden_layers: 'nn.Sequential',
  hidden_units: 'out_features',
  hidden: 'nn.Linear',
  activation: 'nonlinearity',
  init: 'nn.init',
  init_std: 'std',
  batch_norm: 'BatchNorm1d',
  dropout: 'nn.Dropout',
  loss: 'criterion',
  optimizer: 'torch.optim',
  learning_rate: 'lr',
  momentum: 'momentum',
  dampening: 'dampening',
  momentum_start: 'base_momentum',
  beta1: 'betas',
  beta2: 'betas',
  alpha: 'alpha',
  rho: 'rho',
  epsilon: 'eps',
  amsgrad: 'amsgrad',
  centered: 'centered',
  momentum_decay: 'momentum_decay',
  lr_decay: 'lr_decay',
  history_size: 'history_size',
  line_search: 'line_search_fn',
  weight_decay: 'weight_decay',
  l2: 'weight penalty',
  schedule: 'lr_scheduler',
  decay_rate: 'gamma',
  decay_epochs: 'step_size',
  min_factor: 'eta_min',
  plateau_patience: 'patience',
  warmup_epochs: 'LinearLR',
  schedule_points: 'LambdaLR',
  batch_size: 'batch_size',
  epochs: 'epochs',
  averaging: 'AveragedModel',
};
/** @type {Record<string, Record<string, string>>} */
const TORCH_CHOICES = {
  activation: {
    linear: 'nn.Identity',
    sigmoid: 'nn.Sigmoid',
    tanh: 'nn.Tanh',
    relu: 'nn.ReLU',
    leaky_relu: 'nn.LeakyReLU',
    elu: 'nn.ELU',
    gelu: 'nn.GELU',
  },
  init: {
    torch: 'reset_parameters',
    xavier_uniform: 'xavier_uniform_',
    xavier_normal: 'xavier_normal_',
    kaiming_uniform: 'kaiming_uniform_',
    kaiming_normal: 'kaiming_normal_',
    normal: 'normal_',
    zeros: 'zeros_',
  },
  line_search: { none: 'line_search_fn=None', strong_wolfe: 'strong_wolfe' },
  loss: { cross_entropy: 'CrossEntropyLoss', mse: 'MSELoss' },
  optimizer: {
    gd: 'full batch',
    sgd: 'optim.SGD',
    momentum: 'momentum',
    nesterov: 'nesterov=True',
    adagrad: 'Adagrad',
    rmsprop: 'RMSprop',
    adadelta: 'Adadelta',
    adam: 'Adam',
    adamw: 'AdamW',
    nadam: 'NAdam',
    lbfgs: 'LBFGS',
    newton: 'hessian',
  },
  schedule: {
    constant: 'ConstantLR',
    step: 'StepLR',
    exponential: 'ExponentialLR',
    inverse_time: 'LambdaLR',
    cosine: 'CosineAnnealingLR',
    one_cycle: 'OneCycleLR',
    plateau: 'ReduceLROnPlateau',
    drawn: 'LambdaLR',
  },
};
/** Rows that PyTorch does not have, and choices that say that there is none. */
const NOT_OF_TORCH = ['patience', 'momentum_warmup_epochs', 'newton_damping', 'averaging_decay', 'hypergradient'];

test('every row and every choice is found by its label in both languages and by its name in PyTorch', () => {
  for (const one of HYPERPARAMETERS) {
    const isWidth = /^units_\d+$/.test(one.name);
    const torch = isWidth ? 'out_features' : TORCH_ROWS[one.name];
    if (!NOT_OF_TORCH.includes(one.name)) assert.ok(torch, `what is ${one.name} in PyTorch?`);
    for (const text of [one.label.en, one.label.ko, torch ?? one.name])
      assert.ok(fits(one, text), `${one.name} is not found by ${text}`);
    if (one.name === 'averaging') continue;
    for (const choice of one.choices ?? []) {
      const name = TORCH_CHOICES[one.name]?.[choice];
      assert.ok(name, `what is ${one.name} ${choice} in PyTorch?`);
      for (const text of [choice, choice.replaceAll('_', ' '), choice.toUpperCase(), name])
        assert.ok(fits(one, text), `${one.name} ${choice} is not found by ${text}`);
    }
  }
});

test('every choice has a Korean name, and every other name finds whatever bears it', () => {
  const others = /** @type {Record<string, string>} */ (aliases);
  for (const one of HYPERPARAMETERS)
    if (TORCH_CHOICES[one.name])
      for (const choice of one.choices ?? []) assert.match(others[choice] ?? '', /[가-힣]/, `${one.name} ${choice}`);
  for (const [name, list] of Object.entries(others)) {
    const bearers = HYPERPARAMETERS.filter((one) => one.name === name || one.choices?.includes(name));
    assert.ok(bearers.length, `nothing is called ${name}`);
    const words = list.split(', ');
    assert.equal(new Set(words).size, words.length, `${name}: ${list}`);
    for (const text of words)
      for (const one of bearers)
        for (const typed of [text, text.toUpperCase(), text.toLowerCase()])
          assert.ok(fits(one, typed), `${one.name} by ${typed}`);
  }
});

test('what learners type finds what they mean', () => {
  for (const [text, name] of [
    ['러닝레이트', 'learning_rate'],
    ['bs', 'batch_size'],
    ['미니배치', 'batch_size'],
    ['wd', 'weight_decay'],
    ['l2', 'l2'],
    ['규제', 'l2'],
    ['에폭', 'epochs'],
    ['스케쥴러', 'schedule'],
    ['드랍아웃', 'dropout'],
    ['CosineDecay', 'schedule'],
    ['원사이클', 'schedule'],
    ['he_normal', 'init'],
    ['글로럿', 'init'],
    ['glorot_uniform', 'init'],
    ['LeakyReLU', 'activation'],
    ['쌍곡 탄젠트', 'activation'],
    ['아담', 'optimizer'],
    ['네스테로프', 'optimizer'],
    ['뉴런', 'hidden_units'],
    ['categorical_crossentropy', 'loss'],
    ['웜업', 'warmup_epochs'],
  ])
    assert.ok(fits(/** @type {any} */ (BY_NAME.get(name)), text), `${text}: ${name}`);
});
