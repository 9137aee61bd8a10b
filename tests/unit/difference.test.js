import test from 'node:test';
import { intervalOf, isTold, measuredOf as measured, paired, welch } from '../../www/src/study/difference.js';
import { chance } from '../browser/chance.js';
import { anyNumber, assert, check, fc } from './numbers.js';

/** What a difference between two trials is worth. */

const STUDIES = 1000;

/** Normal draws (Box and Muller). @param {number} seed */
function normals(seed) {
  const random = chance(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** How many of the simulated studies' intervals hold the truth. @param {() => {low: number, high: number} | null} draw
 * @param {number} truth */
function covered(draw, truth) {
  let n = 0;
  for (let k = 0; k < STUDIES; k++) {
    const found = draw();
    if (found && found.low <= truth && found.high >= truth) n++;
  }
  return n / STUDIES;
}

/** @param {number} n @param {(k: number) => number} draw */
const list = (n, draw) => Array.from({ length: n }, (_, k) => draw(k));

for (const [seeds, others, own, other] of /** @type {const} */ ([
  [3, 3, 0.02, 0.02],
  [5, 5, 0.02, 0.02],
  [5, 5, 0.02, 0.05],
  [10, 10, 0.01, 0.08],
  [4, 20, 0.03, 0.01],
])) {
  test(`intervals of ${seeds} and ${others} seeds hold the truth in 93 to 97 of 100 studies: ${own}, ${other}`, () => {
    const normal = normals(1000 * seeds + others + Math.round(1e5 * other));
    const mean = covered(() => intervalOf(measured(list(seeds, () => 0.4 + own * normal()))), 0.4);
    const apart = covered(
      () =>
        welch(
          measured(list(seeds, () => 0.4 + own * normal())),
          measured(list(others, () => 0.37 + other * normal())),
        ),
      0.03,
    );
    // What a seed does to both trials goes out of their difference.
    const pairs = covered(
      () =>
        paired(
          list(seeds, () => {
            const shared = 0.1 * normal();
            return 0.4 + shared + own * normal() - (0.37 + shared + other * normal());
          }),
        ),
      0.03,
    );
    for (const share of [mean, apart, pairs]) assert.ok(share >= 0.93 && share <= 0.97, `${mean} ${apart} ${pairs}`);
  });
}

test('Welch and paired give what scipy gives', () => {
  const a = [0.31, 0.29, 0.35, 0.33, 0.3];
  const b = [0.36, 0.33, 0.37, 0.38, 0.33];
  const near = (/** @type {number} */ found, /** @type {number} */ right) =>
    assert.ok(Math.abs(found - right) < 1e-9, `${found}, not ${right}`);
  const apart = welch(measured(a), measured(b));
  const both = paired(a.map((one, k) => one - b[k]));
  assert.ok(apart && both);
  near(apart.chance, 0.03420881739472009);
  near(apart.low, -0.07237082651634381);
  near(both.chance, 0.0028622148659136763);
  near(both.high, -0.021810682152912996);
  // Shared seeds tell them more apart.
  assert.ok(both.high - both.low < apart.high - apart.low);
  assert.ok(isTold(both));
});

test('of one seed nothing is said, and of seeds that agree only what they say', () => {
  assert.equal(intervalOf({ mean: 0.4, spread: 0, n: 1 }), null);
  assert.equal(welch({ mean: 0.4, spread: NaN, n: 1 }, { mean: 0.3, spread: 0.01, n: 5 }), null);
  assert.equal(paired([0.1]), null);
  const same = welch({ mean: 0.4, spread: 0, n: 3 }, { mean: 0.4, spread: 0, n: 3 });
  assert.ok(same && same.low === 0 && same.high === 0 && same.chance === 1 && !isTold(same));
});

test('E4: any scores give an interval around their difference, or none', () => {
  const one = fc.record({ mean: anyNumber, spread: anyNumber, n: fc.integer({ min: 0, max: 9 }) });
  check(
    fc.property(one, one, (a, b) => {
      for (const found of [welch(a, b), intervalOf(a)]) {
        if (!found) continue;
        assert.ok(found.low <= found.mean && found.mean <= found.high, JSON.stringify(found));
        if ('chance' in found) assert.ok(Number(found.chance) >= 0 && Number(found.chance) <= 1);
      }
    }),
  );
});
