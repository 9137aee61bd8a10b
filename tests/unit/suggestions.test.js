/** The module of sessions that learn, as WebAssembly: it suggests what `tests/studies.rs` does, to the bit. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Session, initSync } from '../../www/src/generated/search/search.js';
import { defaultOf, BY_NAME } from '../../www/src/study/hyperparameters.js';

/** @param {string} path */
const bytes = (path) => readFileSync(new URL(path, import.meta.url));
initSync({ module: bytes('../../www/src/generated/search/search_bg.wasm') });

/** As in `tests/studies.rs`: null where the trial diverges. @param {number} number @param {number} epoch */
function told(number, epoch) {
  const mixed = (number * 37 + 11) % 101;
  return mixed === 60 ? null : mixed / 101 + 1 / epoch;
}

/** Numbers of an event, as `TrialEvent::write` has them.
 * @param {number} number @param {number} known epochs @param {number} until @param {number} epochs of the whole */
function event(number, known, until, epochs) {
  if (told(number, 1) === null) return [number, 4, NaN, 0, 1, 0, NaN, 0, 7];
  const values = Array.from({ length: until - known }, (_, k) => [known + k + 1, told(number, known + k + 1)]);
  const rows = values.flatMap(([epoch, value]) => [epoch, value, value, value, value, 0, 0]);
  const isWhole = until === epochs;
  const [, value] = values[values.length - 1];
  return [number, isWhole ? 2 : 1, isWhole ? value : NaN, 10 * until, NaN, 10 * until, NaN, values.length, 7, ...rows];
}

/** @param {any} study @returns {[any, number][]} each trial's parameters and epochs */
function play(study) {
  const session = new Session(JSON.stringify(study));
  /** @type {[any, number][]} */
  const trials = [];
  for (;;) {
    const round = JSON.parse(session.next_round());
    if (!round.length) break;
    for (const { trial, until_epoch } of round) {
      const { number, params } = trial;
      trials[number] ??= [params, 0];
      const epochs =
        params.epochs ?? study.fixed?.epochs ?? defaultOf(/** @type {any} */ (BY_NAME.get('epochs')), study);
      const until = Math.min(until_epoch ?? epochs, epochs);
      session.report(Float64Array.from(event(number, trials[number][1], until, epochs), Number));
      if (told(number, 1) !== null) trials[number][1] = until;
    }
    session.ended();
  }
  session.free();
  return trials;
}

test('the same told values give the same suggestions as natively, to the bit', () => {
  const written = JSON.parse(bytes('../golden/search/suggestions.json').toString());
  assert.ok(written.length >= 7);
  for (const { study, trials } of written) {
    assert.ok(trials.length >= 22);
    assert.deepEqual(play(study), trials, JSON.stringify(study.sampler));
  }
});
