import assert from 'node:assert/strict';
import test from 'node:test';
import { loadTexts, sentence } from '../../www/src/i18n/i18n.js';
import { outlineOf } from '../../www/src/views/share/standalone.js';

/** Sentences that are said of problems, in both languages. */

await loadTexts('en');
await loadTexts('ko');

test('a file that did not come is said to be one in the reader’s language', () => {
  const details = [
    'TypeError: Failed to fetch',
    'Failed to fetch dynamically imported module: https://host/later.js',
    'TypeError: NetworkError when attempting to fetch resource.',
    'TypeError: error loading dynamically imported module: https://host/later.js',
    'TypeError: Load failed',
    'TypeError: Importing a module script failed.',
    "TypeError: Failed to execute 'compile' on 'WebAssembly': HTTP status code is not ok",
  ];
  for (const language of /** @type {const} */ (['en', 'ko'])) {
    const said = new Set(details.map((detail) => sentence(language, { code: 'unexpected', detail })));
    assert.equal(said.size, 1, [...said].join('\n'));
    assert.match([...said][0], { en: /network/, ko: /^[^a-z]*네트워크[^a-z]*$/i }[language]);
    for (const detail of ['RangeError: Out of memory', 'the element was removed', undefined])
      assert.ok(sentence(language, { code: 'unexpected', detail }).includes(String(detail)));
  }
});

test('Share counts the trials that a study has, however it says so', () => {
  const points = Array.from({ length: 8 }, (_, k) => ({ learning_rate: 0.001 * (k + 1) }));
  const range = { type: 'float', low: 0.0001, high: 0.1, log: true };
  const study = { format: 'tuning-playground/study@1', dataset: { name: 'moons' }, space: { learning_rate: range } };
  const shares = (/** @type {object} */ more) =>
    outlineOf(/** @type {any} */ ({ lang: 'en', study: { ...study, trials: 24, ...more } }));
  assert.match(shares({}), / trials 24$/);
  assert.match(shares({ sampler: { name: 'hand', points } }), / trials 8$/);
  assert.match(shares({ sampler: { name: 'grid', points: 7 } }), / trials 7$/);
  assert.match(
    shares({
      stages: [
        { epochs: 1, trials: 6 },
        { epochs: 2, trials: 3, shrink: 0.5 },
      ],
    }),
    / trials 9 · /,
  );
});
