/** The page's repetition of the engine's check, held against the same studies as the engine (`tests/corpus.rs`). */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BY_NAME, gridSize } from '../../www/src/study/hyperparameters.js';
import { checkDistribution, checkTogether, readStudy } from '../../www/src/study/study.js';

/** @param {string} name */
const corpus = (name) => JSON.parse(readFileSync(new URL(`../corpus/${name}.json`, import.meta.url), 'utf8'));

test('the page accepts and refuses what the engine does, as the same problem', () => {
  for (const { study, text, problem } of corpus('problems')) {
    const read = readStudy(text ?? study);
    const found = 'problem' in read ? read.problem : checkTogether(read.study);
    const of = JSON.stringify(text ?? study);
    if (!problem) assert.equal(found, null, of);
    for (const [name, value] of Object.entries(problem ?? {}))
      assert.deepEqual(found?.[name], value, `${name} of ${of}`);
  }
});

test('a grid has as many combinations in the page as in the engine', () => {
  for (const { study, size } of corpus('grids')) assert.equal(gridSize(study), size, JSON.stringify(study));
});

test('a study in words that is not one is refused, whatever it is', () => {
  const cyclic = /** @type {any} */ ({ format: 'tuning-playground/study@1' });
  cyclic.dataset = { name: cyclic };
  for (const input of [undefined, 3, () => 1, cyclic, '[', '\uFEFF', `${'['.repeat(100000)}`, { format: Symbol('x') }])
    assert.ok('problem' in readStudy(input), String(typeof input));
});

test('of very many choices the one that stands twice is found', () => {
  // Each against each other would take minutes.
  const choices = Array.from({ length: 200_000 }, (_, k) => k + 1);
  const one = /** @type {any} */ (BY_NAME.get('batch_size'));
  assert.equal(checkDistribution(one, { type: 'categorical', choices }), null);
  choices[199_999] = 7;
  const found = { code: 'duplicate', key: 'batch_size.choices', found: '7' };
  assert.deepEqual(checkDistribution(one, { type: 'categorical', choices }), found);
});
