/**
 * How long the module of sessions that learn takes for a suggestion, as WebAssembly under Node.js, whose compiler is
 * Chromium's: `cargo xtask bench search` runs it.
 */
import { readFileSync } from 'node:fs';
import { Session, initSync } from '../../www/src/generated/search/search.js';

/** Milliseconds that a suggestion may take at 60 trials in 6 dimensions. */
const LIMITS = { tpe: 1, gp: 20, cmaes: 1 };
const KNOWN = 60;
/** Searches, of each of which the next suggestion is timed. */
const SEARCHES = 15;
/** Trials that are drawn at random first, so that a search gets to where it is timed soon. */
const STARTUP = 50;

initSync({ module: readFileSync(new URL('../../www/src/generated/search/search_bg.wasm', import.meta.url)) });

const log = (/** @type {number} */ low, /** @type {number} */ high) => ({ type: 'float', low, high, log: true });
const space = {
  learning_rate: log(1e-5, 1),
  weight_decay: log(1e-8, 0.1),
  epsilon: log(1e-12, 1e-3),
  beta1: { type: 'float', low: 0.5, high: 0.999, scale: 'log1m' },
  dropout: { type: 'float', low: 0, high: 0.7 },
  l2: { type: 'float', low: 0, high: 0.1 },
};

/** Milliseconds of the suggestion that follows KNOWN trials. @param {string} name @param {number} seed */
function measure(name, seed) {
  const study = {
    format: 'tuning-playground/study@1',
    dataset: { name: 'moons' },
    fixed: { epochs: 1 },
    space,
    sampler: { name, startup: STARTUP, round: 1 },
    trials: KNOWN + 1,
    seed,
  };
  const session = new Session(JSON.stringify(study));
  for (;;) {
    const begun = performance.now();
    const round = JSON.parse(session.next_round());
    const took = performance.now() - begun;
    for (const { trial } of round) {
      if (trial.number === KNOWN) {
        session.free();
        return took;
      }
      const { learning_rate: rate, dropout, beta1 } = trial.params;
      const value = (Math.log10(rate) + 2) ** 2 + (dropout - 0.2) ** 2 + Math.log10(1 - beta1) ** 2;
      session.report(Float64Array.of(trial.number, 2, value, 1, NaN, 1, 1, 7, 1, value, value, 0, 0, 0, 0));
    }
  }
}

let isSlow = false;
for (const [name, limit] of Object.entries(LIMITS)) {
  const times = Array.from({ length: SEARCHES }, (_, seed) => measure(name, seed));
  const ms = times.sort((a, b) => a - b)[Math.floor(SEARCHES / 2)];
  isSlow ||= ms > limit;
  console.log(`${name}: ${ms.toFixed(2)} ms a suggestion at ${KNOWN} trials in 6 dimensions, at most ${limit}`);
}
process.exit(isSlow ? 1 : 0);
