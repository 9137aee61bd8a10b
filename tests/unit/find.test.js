import assert from 'node:assert/strict';
import test from 'node:test';
import { fits, missing } from '../../www/src/study/find.js';
import { HYPERPARAMETERS, rowsOf } from '../../www/src/study/hyperparameters.js';

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
  for (const [text, name] of [
    ['배치정규화', 'batch norm'],
    ['L-BFGS', 'optimizer lbfgs'],
    ['drawn', 'schedule drawn'],
  ])
    assert.ok(
      missing(text, ROWS).later.some((label) => label.en === name),
      text,
    );
  assert.deepEqual(
    missing('momentum', ROWS).idle.map((one) => one.name),
    ['momentum', 'momentum_decay'],
  );
  assert.deepEqual(missing('', ROWS), { idle: [], later: [] });
});
