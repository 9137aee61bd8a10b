import { readFileSync } from 'node:fs';
import test from 'node:test';
import { erfc, normalBetween, studentBeyond, studentWithin } from '../../www/src/study/normal.js';
import { TARGET, importancesOf } from '../../www/src/study/importance.js';
import { anyNumber, assert, check, fc } from './numbers.js';

/** Importances of hyperparameters, against those that Optuna worked out (tests/golden/importance). */

/** So far may an importance lie from Optuna's: its error function is another one. */
const APART = 1e-6;

const stored = JSON.parse(
  readFileSync(
    process.env.TUNING_IMPORTANCE ?? new URL('../golden/importance/importance.json', import.meta.url),
    'utf8',
  ),
);

/** @param {any} study @returns {import('../../www/src/study/importance.js').Searched[]} */
const searchedOf = ({ space, trials }) =>
  Object.entries(space).map(([name, range]) => ({
    name,
    range,
    values: Float64Array.from(trials, (/** @type {any} */ { params }) => {
      const value = params[name];
      return value === undefined ? NaN : range.choices ? range.choices.indexOf(value) : value;
    }),
  }));

/** @param {any} trial @param {Record<string, any[]>} box */
const isInside = ({ params }, box) =>
  Object.entries(box).every(([name, side]) => {
    const value = params[name];
    return typeof value === 'string' ? side.includes(value) : value >= side[0] && value <= side[1];
  });

for (const study of stored.studies) {
  test(`PED-ANOVA of "${study.name}" is ${stored.generator}'s, of all trials and of those inside a box`, () => {
    const scores = study.trials.map((/** @type {any} */ { value }) => value ?? NaN);
    const searched = searchedOf(study);
    /** @type {[string, ((k: number) => boolean) | undefined][]} */
    const ways = [
      ['whole', undefined],
      ['inside', (k) => isInside(study.trials[k], study.box)],
    ];
    for (const [part, within] of ways) {
      const { all } = importancesOf(searched, scores, study.direction, within);
      const { shares, divergences } = study[part];
      assert.ok(Object.keys(shares).length >= 2, `${part} has nothing to compare`);
      for (const { name, share, divergence } of all) {
        // Optuna knows only what some trial of the part has.
        if (!(name in shares)) assert.equal(divergence, 0, `${part}, ${name}`);
        else {
          assert.ok(Math.abs(divergence - divergences[name]) <= APART, `${part}, ${name}: ${divergence}`);
          assert.ok(Math.abs(share - shares[name]) <= APART, `${part}, ${name}: ${share}, not ${shares[name]}`);
        }
      }
    }
  });
}

test('what has no say has the least importance, and what decides has nearly all', () => {
  const [study] = stored.studies;
  const { all, n, target } = importancesOf(
    searchedOf(study),
    study.trials.map((/** @type {any} */ one) => one.value),
    'minimize',
  );
  assert.equal(n, 90);
  assert.equal(target, 9);
  assert.equal(all[0].name, 'rate');
  assert.ok(all[0].share > 0.5);
});

test('any trials have importances that are shares, whatever their scores', () => {
  const range = fc.constantFrom(
    { type: 'float', low: 0, high: 1 },
    { type: 'float', low: 1e-6, high: 1, log: true },
    { type: 'float', low: 0, high: 0.999, scale: 'log1m' },
    { type: 'float', low: 2, high: 2 },
    { type: 'int', low: 1, high: 900, log: true },
    { type: 'int', low: 1, high: 3 },
    { type: 'categorical', choices: ['a', 'b', 'c'] },
    { type: 'categorical', choices: ['a'] },
  );
  const trial = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), anyNumber);
  check(
    fc.property(
      fc.array(range, { minLength: 1, maxLength: 10 }),
      fc.array(trial, { maxLength: 30 }),
      fc.constantFrom('minimize', 'maximize'),
      (ranges, trials, way) => {
        const searched = ranges.map((one, k) => ({
          name: `h${k}`,
          range: /** @type {any} */ (one),
          values: Float64Array.from(trials, ([u, isUsed]) => {
            if (!isUsed && k) return NaN;
            if (one.choices) return Math.floor(u * 0.999 * one.choices.length);
            const value = Number(one.low) + u * (Number(one.high) - Number(one.low));
            return one.type === 'int' ? Math.round(value) : value;
          }),
        }));
        const found = importancesOf(
          searched,
          trials.map(([, , score]) => score),
          way,
        );
        const finite = trials.filter(([, , score]) => Number.isFinite(score)).length;
        assert.equal(found.n, finite);
        assert.ok(!finite || found.target >= Math.ceil(TARGET * finite));
        const sum = found.all.reduce((total, { share }) => total + share, 0);
        assert.ok(Math.abs(sum - 1) < 1e-9, String(sum));
        for (const { share, divergence } of found.all)
          assert.ok(share >= 0 && share <= 1 && divergence >= 0 && Number.isFinite(divergence));
      },
    ),
  );
});

test("the normal distribution and Student's t are those of tables", () => {
  const near = (/** @type {number} */ found, /** @type {number} */ right, within = 1e-12) =>
    assert.ok(Math.abs(found - right) <= within * Math.abs(right), `${found}, not ${right}`);
  // Values of mpmath and scipy.
  near(erfc(0.5), 0.479500122186953462317253346108);
  near(erfc(2.4), 6.88513896645078569744932170631e-4);
  near(erfc(5), 1.53745979442803485018834348538e-12);
  near(erfc(-1), 1.84270079294971486934122063508);
  near(normalBetween(-1.959963984540054, 1.959963984540054), 0.95);
  near(normalBetween(8, 9), 6.21983198586583028286825967055e-16);
  near(studentWithin(0.95, 1), 12.706204736174694);
  near(studentWithin(0.95, 4), 2.7764451051977934);
  near(studentWithin(0.95, 30), 2.0422724563012378);
  near(studentWithin(0.95, 2.5), 3.5746548420036817);
  near(studentBeyond(2.77644510519779, 4), 0.05);
  for (const freedom of [0.5, 1, 3.7, 50, 1e4])
    for (const share of [0.1, 0.5, 0.95, 0.999])
      near(studentBeyond(studentWithin(share, freedom), freedom), 1 - share, 1e-8);
});
