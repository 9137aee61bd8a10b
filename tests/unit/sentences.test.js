import assert from 'node:assert/strict';
import test from 'node:test';
import { loadTexts, sentence } from '../../www/src/i18n/i18n.js';

/** Sentences that are said of problems, in both languages. */

await loadTexts('en');
await loadTexts('ko');

test('a file that did not come is said to be one in the reader’s language, whatever words the browser has for it', () => {
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
