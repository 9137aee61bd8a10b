import assert from 'node:assert/strict';
// The npm packages live in www/; this is the one place of the unit tests that knows it.
import fc from '../../www/node_modules/fast-check/lib/fast-check.js';

// Every property is asked of the same cases every time, so that what fails here fails everywhere; `cargo xtask soak` gives
// another seed.
fc.configureGlobal({ seed: Number(process.env.SEED ?? 1) });

export { assert, fc };

/** Numbers that a measurement or a user may give, the awkward ones often. */
const AWKWARD = [
  0,
  -0,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
  1e-320,
  1e-300,
  1e-45,
  1e-16,
  0.1,
  0.1 + 0.2,
  0.9987,
  1 - 2 ** -53,
  1,
  1 + 2 ** -52,
  -1,
  2.5,
  10,
  590,
  2_500_000,
  1.5e15,
  2 ** 53,
  1e300,
  -1e300,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Infinity,
  -Infinity,
  NaN,
];

/** Any number at all. */
export const anyNumber = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.double(),
  fc.double({ min: -1000, max: 1000 }),
  fc.integer(),
);

/** Any finite number. */
export const finite = anyNumber.filter(Number.isFinite);

/** Two numbers, of which many pairs are equal or next to each other. */
export const pair = fc.oneof(
  fc.tuple(anyNumber, anyNumber),
  anyNumber.map((one) => /** @type {[number, number]} */ ([one, one])),
  anyNumber.map((one) => /** @type {[number, number]} */ ([one, one * (1 + 2 ** -50)])),
  anyNumber.map((one) => /** @type {[number, number]} */ ([-one, one])),
);

/** What a call may take, in ms; tests fail past three times as much, since a machine may be busy. */
const MOST_MS = 10;
export const FAILS_MS = 3 * MOST_MS;

/** Calls something and asserts that it ends soon. A call that the machine held up, or that was compiled meanwhile, has
 * further tries. @template T @param {() => T} call @returns {T} */
export function quick(call) {
  let least = Infinity;
  for (let tries = 0; tries < 8; tries++) {
    const start = performance.now();
    const value = call();
    least = Math.min(least, performance.now() - start);
    if (least <= FAILS_MS) return value;
  }
  return assert.fail(`took ${least.toFixed(1)} ms`);
}

/** What work in small steps comes to. @template T @param {Generator<unknown, T>} steps @returns {T} */
export function whole(steps) {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** @param {number[]} list */
export const rises = (list) => list.every((one, k) => !k || one > list[k - 1]);

/**
 * Runs a property often enough to meet most pairs of awkward numbers.
 * @param {import('../../www/node_modules/fast-check/lib/fast-check.js').IRawProperty<any>} property
 */
export const check = (property) => fc.assert(property, { numRuns: 3000 });
