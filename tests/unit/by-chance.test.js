/** Studies by chance: the page judges each as the engine does, with the same problem, and whatever either says, says it. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Session, initSync } from '../../www/src/generated/search/search.js';
import { checkTogether, readStudy } from '../../www/src/study/study.js';
import { studiesOf } from './studies.js';

initSync({
  module: readFileSync(new URL('../../www/src/generated/search/search_bg.wasm', import.meta.url)),
});

/** `TUNING_SOAK` is the campaign of `cargo xtask soak`. */
const [SEEDS, STUDIES] = process.env.TUNING_SOAK ? [10, 5000] : [1, 2000];

/** @param {string} text @returns {Record<string, unknown> | null} */
function engineSays(text) {
  try {
    new Session(text).free();
    return null;
  } catch (problem) {
    assert.ok(!(problem instanceof WebAssembly.RuntimeError), `${problem} of ${text}`);
    // The page has sentences of its own.
    const { message, ...said } = /** @type {any} */ (problem);
    assert.ok(said.code && message, text);
    return said;
  }
}

/** @param {string} text */
function pageSays(text) {
  const read = readStudy(text);
  return 'problem' in read ? read.problem : checkTogether(read.study);
}

test(`${SEEDS * STUDIES} studies by chance are judged alike by page and engine`, () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const next = studiesOf(seed);
    let accepted = 0;
    for (let k = 0; k < STUDIES; k++) {
      const text = JSON.stringify(next());
      const said = engineSays(text);
      const page = /** @type {any} */ (pageSays(text));
      if (said) for (const key of Object.keys(said)) assert.deepEqual(page?.[key], said[key], `${key} of ${text}`);
      else assert.equal(page, null, text);
      accepted += Number(!said);
    }
    assert.ok(accepted > STUDIES / 6 && accepted < STUDIES / 2, `${accepted} of ${STUDIES} are accepted`);
  }
});
