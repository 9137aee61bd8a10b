import test from 'node:test';
import { bestSoFar, heldAt, isOwn, pastOf, toldAt, usedParams } from '../../www/src/views/decide/belief.js';
import { Contest } from '../../www/src/views/decide/contest.js';
import { absent, bandsOf, distinct, duelStudy, gridPoints, toldApart } from '../../www/src/views/decide/duel.js';
import {
  bracketOf,
  bracketsOf,
  crc32,
  isOneEnd,
  ledgerOf,
  sharesOf,
  wouldHaveWon,
} from '../../www/src/views/decide/rungs.js';
import { sparedOf } from '../../www/src/study/spared.js';
import { gridSize } from '../../www/src/study/hyperparameters.js';
import { Mind } from '../../www/src/views/decide/mind.js';
import { Store } from '../../www/src/state/store.js';
import { sidesOf } from '../../www/src/views/decide/heat.js';
import { axisOf } from '../../www/src/study/scale.js';
import { uprightOf } from '../../www/src/views/decide/upright.js';
import { assert, check, fc } from './numbers.js';

/** The parts of the view into a search that are pure: what a sampler knew, rungs and their ledger, duels. */

const OBJECTIVE = { metric: 'validation_loss', direction: 'minimize' };

/** A trial whose loss after each epoch is given. @param {number} number @param {string} state @param {number[]} losses
 * @param {Record<string, any>} [params] */
const trialOf = (number, state, losses, params = {}) =>
  /** @type {any} */ ({
    ...{ number, state, params },
    value: state === 'complete' ? losses.at(-1) : null,
    epochs: {
      length: losses.length,
      measure: (/** @type {string} */ _name, k = losses.length - 1) => losses[k] ?? NaN,
    },
  });

/** @param {any} more @returns {any} */
const studyOf = (more = {}) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'moons' },
  fixed: { epochs: 8 },
  ...more,
});

test('a sampler is told smaller values of better trials, and of none that failed or still trains', () => {
  const up = { metric: 'validation_metric', direction: 'maximize' };
  assert.deepEqual(pastOf(trialOf(0, 'complete', [0.7, 0.4]), OBJECTIVE), [{}, 0.4, null]);
  assert.deepEqual(pastOf(trialOf(0, 'complete', [0.7, 0.4]), up), [{}, -0.4, null]);
  assert.deepEqual(pastOf(trialOf(0, 'pruned', [0.7, 0.6]), OBJECTIVE), [{}, 0.6, 2]);
  assert.deepEqual(pastOf(trialOf(0, 'diverged', [0.7]), OBJECTIVE), [{}, 'NaN', null]);
  assert.deepEqual(pastOf(trialOf(0, 'running', [0.7]), OBJECTIVE), [{}, null, null]);
  assert.deepEqual(pastOf(trialOf(0, 'complete', [NaN]), OBJECTIVE), [{}, 'NaN', null]);
});

test('a trial of a round was asked for before the others of its round had ended', () => {
  const study = studyOf({ sampler: { name: 'gp', startup: 6, round: 4 } });
  assert.deepEqual(
    [0, 5, 6, 9, 10, 25].map((n) => toldAt(study, n)),
    [0, 0, 6, 6, 10, 22],
  );
  assert.equal(toldAt(studyOf({ sampler: { name: 'tpe' } }), 27), 26);
  assert.ok(isOwn(study, 'gp') && !isOwn(study, 'tpe'));
  assert.ok(!isOwn(studyOf({ sampler: { name: 'gp' }, stages: [{ epochs: 1, trials: 4 }] }), 'gp'));
});

test('the best so far never gets worse, whatever the scores', () => {
  check(
    fc.property(fc.array(fc.oneof(fc.double(), fc.constant(NaN))), fc.boolean(), (scores, isUp) => {
      const best = bestSoFar(scores, isUp);
      for (const [k, one] of best.entries()) {
        const seen = scores.slice(0, k + 1).filter(Number.isFinite);
        assert.ok(Object.is(one, seen.length ? (isUp ? Math.max(...seen) : Math.min(...seen)) : NaN) || one === 0);
      }
    }),
  );
});

test('axes are held as the best trial has them; parameters that are not used are left out', () => {
  const study = studyOf({
    space: {
      optimizer: { type: 'categorical', choices: ['adam', 'momentum'] },
      momentum: { type: 'float', low: 0.5, high: 0.9 },
    },
  });
  const trials = [
    trialOf(0, 'complete', [1], { optimizer: 'adam' }),
    trialOf(1, 'complete', [2], { optimizer: 'momentum', momentum: 0.6 }),
  ];
  assert.deepEqual(heldAt(study, trials), { optimizer: 'adam', momentum: 0.6 });
  assert.deepEqual(usedParams(study, { optimizer: 'adam', momentum: 0.6 }), { optimizer: 'adam' });
  assert.deepEqual(usedParams(study, { optimizer: 'momentum', momentum: 0.6 }), {
    optimizer: 'momentum',
    momentum: 0.6,
  });
});

test("brackets are the engine's, which are Optuna's", () => {
  assert.equal(crc32('123456789'), 0xcbf43926);
  const study = (/** @type {string} */ name, /** @type {number} */ epochs, /** @type {any} */ settings) =>
    studyOf({ name, fixed: { epochs }, pruner: { name: 'hyperband', ...settings } });
  // From src/search/pruners/tests.rs.
  /** @type {[string, number, number, number, number[], string][]} */
  const made = [
    ['', 20, 1, 3, [9, 5, 3], '201102200010021100011210012022'],
    ['\u{d559}\u{c2b5}', 81, 1, 3, [81, 34, 15, 8, 5], '224113110001130102003113000214'],
    ['a', 243, 1, 3, [81, 34, 15, 8, 5], '040010000013000200000033000000'],
    ['a', 100, 4, 4, [16, 6, 3], '000002011021210200102100202021'],
    ['x y', 5, 5, 2, [1], '000000000000000000000000000000'],
    ['c', 1000, 1, 10, [100, 15, 3], '000000000000010001002000000110'],
  ];
  for (const [name, most, least, reduction, shares, wanted] of made) {
    const own = study(name, most, { min_epochs: least, reduction });
    assert.deepEqual(sharesOf(own), shares, name);
    assert.equal(
      Array.from({ length: 30 }, (_, number) => bracketOf(own, number, [...shares])).join(''),
      wanted,
      name,
    );
  }
});

test('brackets are of the most epochs that a trial has, not of those that none has', () => {
  const pruner = { name: 'hyperband' };
  const shares = [9, 5, 3];
  const range = { type: 'int', low: 2, high: 20 };
  assert.deepEqual(sharesOf(studyOf({ fixed: { epochs: 20 }, pruner })), shares);
  assert.deepEqual(sharesOf(studyOf({ fixed: { epochs: 500 }, space: { epochs: range }, pruner })), shares);
  assert.deepEqual(sharesOf(studyOf({ fixed: { epochs: 500 }, stages: [{ epochs: 20, trials: 4 }], pruner })), shares);
});

test('rungs hold everybody who got there, and the ledger adds up', () => {
  const study = studyOf({ pruner: { name: 'halving', reduction: 2 } });
  const trials = [
    trialOf(0, 'complete', [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2]),
    trialOf(1, 'pruned', [0.95]),
    trialOf(2, 'pruned', [0.5, 0.9]),
    trialOf(3, 'diverged', [0.6, 0.7]),
    trialOf(4, 'complete', [0.8, 0.7, 0.6, 0.5, 0.45, 0.44, 0.43, 0.42]),
  ];
  const brackets = bracketsOf(study, trials, OBJECTIVE);
  assert.equal(brackets.length, 1);
  const { rungs } = brackets[0];
  assert.deepEqual(
    rungs.map(({ epoch }) => epoch),
    [1, 2, 4, 8],
  );
  assert.deepEqual(
    rungs.map(({ stands }) => stands.map(({ trial, fate }) => `${trial.number} ${fate}`)),
    [
      ['2 on', '3 on', '4 on', '0 on', '1 stopped'],
      ['3 diverged', '4 on', '0 on', '2 stopped'],
      ['4 on', '0 on'],
      ['0 end', '4 end'],
    ],
  );
  const { entries, spent, saved, unspent, planned } = ledgerOf(study, brackets);
  assert.deepEqual([spent, saved, unspent, planned], [21, 13, 6, 40]);
  assert.deepEqual(
    entries.map(({ from, to, on, stopped, diverged }) => [from, to, on, stopped, diverged]),
    [
      [0, 1, 4, 1, 0],
      [1, 2, 2, 1, 1],
      [2, 4, 2, 0, 0],
      [4, 8, 2, 0, 0],
    ],
  );
  assert.deepEqual(bracketsOf(study, [], OBJECTIVE), []);
  // Where validation rows are looked at less often, who waits is judged at the next look.
  const rungsOf = (/** @type {any} */ more) =>
    bracketsOf({ ...study, ...more }, trials, OBJECTIVE)[0].rungs.map(({ epoch }) => epoch);
  assert.deepEqual(rungsOf({ evaluate_every: 3 }), [3, 6, 8]);
  assert.deepEqual(rungsOf({ evaluate_every: 20 }), [8]);
  assert.deepEqual(rungsOf({ evaluate_every: 3, pruner: { name: 'median', warmup: 1 } }), [3, 6, 8]);
  assert.deepEqual(rungsOf({ evaluate_every: 3, objective: { metric: 'train_loss' } }), [1, 2, 4, 8]);
  const all = [0.5, 0.1, NaN].map((resumed, number) => ({ trial: trialOf(number, 'pruned', [1]), resumed }));
  assert.deepEqual(
    wouldHaveWon(all, 0.2, false).map(({ trial }) => trial.number),
    [1],
  );
});

test('at a rung stands who got there, and at the end who was trained to it, by its value', () => {
  const losses = (/** @type {number} */ n) => Array.from({ length: n }, (_, k) => 1 / (k + 1));
  const standing = (/** @type {any} */ more, /** @type {any[]} */ trials) =>
    bracketsOf(studyOf(more), trials, OBJECTIVE)[0].rungs.map(
      ({ epoch, stands }) => `${epoch}: ${stands.map(({ trial, fate }) => `${trial.number} ${fate}`).join(', ')}`,
    );
  // Patience ended two between rungs: one after a worse epoch than its best, which is its value.
  const halving = { fixed: { epochs: 32, patience: 2 }, pruner: { name: 'halving', min_epochs: 2, reduction: 4 } };
  const early = { ...trialOf(0, 'complete', [0.9, 0.2, 0.4, 0.6]), value: 0.2 };
  const patient = [early, trialOf(1, 'complete', losses(7)), trialOf(2, 'pruned', losses(2))];
  assert.deepEqual(standing(halving, patient), ['2: 0 on, 1 on, 2 stopped', '8: ', '32: 1 end, 0 end']);
  const { rungs } = bracketsOf(studyOf(halving), patient, OBJECTIVE)[0];
  assert.equal(rungs[2].stands[1].score, 0.2);
  assert.deepEqual([isOneEnd(rungs[2]), isOneEnd({ ...rungs[2], stands: [] })], [false, true]);
  const { entries, isMost } = ledgerOf(studyOf(halving), bracketsOf(studyOf(halving), patient, OBJECTIVE));
  assert.deepEqual(
    entries.map(({ reached }) => reached),
    [3, 0, 0],
  );
  assert.ok(isMost, 'patience might have ended the pruned one, too');
  // Of more rungs than are drawn, whoever was stopped between two has got to the first of them.
  const median = { fixed: { epochs: 30 }, pruner: { name: 'median' } };
  const all = [trialOf(0, 'complete', losses(30)), trialOf(1, 'pruned', losses(3)), trialOf(2, 'diverged', [])];
  const drawn = bracketsOf(studyOf(median), all, OBJECTIVE);
  assert.deepEqual(standing(median, all).slice(0, 3), ['1: 0 on, 1 stopped', '4: 0 on', '7: 0 on']);
  assert.deepEqual([ledgerOf(studyOf(median), drawn).entries[0].diverged, drawn[0].n], [1, 3]);
  // Epochs of their own: the shorter trial is at its end at no later rung.
  const own = { space: { epochs: { type: 'int', low: 2, high: 20 } }, pruner: { name: 'halving', reduction: 3 } };
  const [short, long] = [10, 20].map((n, number) => trialOf(number, 'complete', losses(n), { epochs: n }));
  assert.deepEqual(standing(own, [short, long]), [
    '1: 0 on, 1 on',
    '3: 0 on, 1 on',
    '9: 0 on, 1 on',
    '20: 1 end, 0 end',
  ]);
});

test('a price is the most where trials may end by themselves, or have epochs of their own', () => {
  const price = (/** @type {any} */ more) => {
    const range = { type: 'float', low: 1e-3, high: 1, log: true };
    const study = studyOf({ trials: 12, ...more, space: { learning_rate: range, ...more.space } });
    const store = { state: 'idle', trials: new Map(), study, shownStudy: study, sentence: String };
    const { networks, epochs, isMost } = new Contest(/** @type {any} */ (store)).price;
    return [epochs / networks, isMost];
  };
  assert.deepEqual(price({}), [8, false]);
  assert.deepEqual(price({ fixed: { epochs: 8, patience: 2 } }), [8, true]);
  assert.deepEqual(price({ fixed: {}, space: { epochs: { type: 'int', low: 2, high: 20 } } }), [20, true]);
});

test('what pruning spared is the most where patience may end a trial, and nothing where copies take over', () => {
  const pruned = trialOf(0, 'pruned', [1, 1], {});
  assert.deepEqual(sparedOf(studyOf(), [pruned, trialOf(1, 'diverged', [1])]), {
    ...{ pruned: 6, diverged: 7, copies: 0, isMost: false },
  });
  assert.equal(sparedOf(studyOf({ fixed: { epochs: 8, patience: 3 } }), [pruned]).isMost, true);
  const mixed = trialOf(0, 'pruned', [1, 1], { patience: 2 });
  assert.equal(sparedOf(studyOf(), [mixed]).isMost, true);
  assert.equal(sparedOf(studyOf({ fixed: { epochs: 8, patience: 3 } }), [trialOf(0, 'complete', [1])]).isMost, false);
  // Stages have their epochs among the parameters of their trials.
  assert.equal(sparedOf(studyOf(), [trialOf(0, 'pruned', [1, 1], { epochs: 3 })]).pruned, 1);
  const copy = { ...trialOf(6, 'complete', [1, 1, 1]), copy_of: { trial: 1, epoch: 2 } };
  assert.deepEqual(sparedOf(studyOf({ sampler: { name: 'pbt' } }), [pruned, copy]), {
    ...{ pruned: 0, diverged: 0, copies: 1, isMost: false },
  });
});

test('of any trials every epoch is spent, saved or lost, once', () => {
  const kinds = fc.constantFrom('complete', 'pruned', 'diverged');
  const some = fc.array(fc.tuple(kinds, fc.integer({ min: 1, max: 8 })), { minLength: 1, maxLength: 30 });
  check(
    fc.property(some, fc.constantFrom('halving', 'hyperband', 'median'), (given, name) => {
      const study = studyOf({ pruner: { name } });
      const trials = given.map(([state, n], number) =>
        trialOf(
          number,
          state,
          Array.from({ length: state === 'complete' ? 8 : n }, (_, k) => number + 1 / (k + 1)),
        ),
      );
      const { spent, saved, unspent, planned } = ledgerOf(study, bracketsOf(study, trials, OBJECTIVE));
      assert.equal(
        spent,
        trials.reduce((sum, { epochs }) => sum + epochs.length, 0),
      );
      assert.equal(planned, 8 * trials.length);
      assert.equal(planned, spent + saved + unspent);
    }),
  );
});

test('a duel is the same study for all, with the finest grid that fits', () => {
  const study = studyOf({
    seed: 7,
    space: {
      learning_rate: { type: 'float', low: 1e-4, high: 1, log: true },
      batch_size: { type: 'categorical', choices: [16, 32, 64] },
    },
    sampler: { name: 'tpe', startup: 4 },
    pruner: { name: 'median' },
  });
  assert.equal(gridPoints(study, 25), 8);
  assert.equal(gridPoints(study, 2), 0);
  for (const trials of [3, 7, 25, 64]) {
    const points = gridPoints(study, trials);
    assert.ok(gridSize({ ...study, sampler: { name: 'grid', points } }) <= trials);
  }
  assert.equal(absent(study, 'grid', 2), 'grid');
  assert.equal(absent(study, 'linear', 25), '');
  assert.equal(absent(studyOf({ space: { dropout: { type: 'float', low: 0, high: 0.5 } } }), 'linear', 25), 'linear');
  // Only choices: more points change nothing.
  assert.ok(gridPoints(studyOf({ space: { batch_size: { type: 'categorical', choices: [16, 32] } } }), 25) >= 1);
  const tpe = duelStudy(study, 'tpe', 25, 2);
  assert.deepEqual([tpe.sampler, tpe.seed, tpe.trials, tpe.shared_seeds], [{ name: 'tpe', startup: 4 }, 9, 25, true]);
  assert.equal(tpe.pruner?.name, 'none');
  assert.deepEqual(duelStudy(study, 'linear', 25, 0).space?.learning_rate, { type: 'float', low: 1e-4, high: 1 });
});

test('bands are quartiles of the best so far, and a search that ended stays where it was', () => {
  const bands = bandsOf([[3, 2, 2], [NaN, 5, 1], [4]], 3, false);
  assert.deepEqual(
    bands.map(({ mid }) => mid),
    [4, 4, 2],
  );
  assert.equal(bands[0].high, Infinity);
  assert.deepEqual(
    bandsOf(
      [
        [0.2, 0.6],
        [0.4, 0.4],
      ],
      2,
      true,
    )[1],
    { low: -0.55, mid: -0.5, high: -0.45 },
  );
  assert.deepEqual(bandsOf([], 3, false), []);
  assert.deepEqual(toldApart([1, 1.1, 0.9], [2, 2.1, 1.9]), { n: 3, isTold: true });
  assert.deepEqual(toldApart([1, 3, 2], [2, 1, 2.2]), { n: 3, isTold: false });
  assert.deepEqual(toldApart([1], [2]), { n: 1, isTold: false });
  const trials = [0.1, 0.1, 0.2].map((rate, number) => trialOf(number, 'complete', [1], { learning_rate: rate }));
  assert.equal(distinct(trials, 'learning_rate'), 2);
});

test('cells tile an axis without gaps, in whatever order its choices stand', () => {
  const axis = axisOf('batch_size', { type: 'categorical', choices: [64, 16, 32] });
  const sides = sidesOf(axis, [64, 16, 32]);
  const sorted = [...sides].sort((a, b) => a[0] - b[0]);
  assert.equal(sorted[0][0], 0);
  assert.equal(sorted[2][1], 1);
  assert.deepEqual([sorted[0][1], sorted[1][1]], [sorted[1][0], sorted[2][0]]);
  assert.equal(sides[0][1], 1);
});

test('a duel that a run cuts off goes on with the searches that are left, of the study that it began with', async () => {
  const space = { learning_rate: { type: 'float', low: 1e-3, high: 0.1, log: true } };
  const study = { format: 'f', dataset: { name: 'moons' }, fixed: {}, space, trials: 12 };
  const store = { state: 'idle', trials: new Map(), study, shownStudy: study, sentence: String };
  const contest = new Contest(/** @type {any} */ (store));
  contest.names = ['random', 'tpe'];
  contest.repeats = 2;
  /** @type {string[]} */ const asked = [];
  const ask =
    (/** @type {number} */ most) =>
    async (/** @type {any} */ { studies, onSearch, isWanted }) => {
      for (const [at, one] of studies.entries()) {
        if (!isWanted() || at === most) return;
        asked.push(`${one.sampler.name} ${one.seed} ${one.dataset.name}`);
        onSearch(at, [{ number: 0 }]);
        if (at === most - 1) store.state = 'running';
      }
    };
  await contest.duel(ask(3));
  assert.deepEqual([contest.beside.state, contest.beside.isCut], ['stopped', true]);
  assert.deepEqual(asked, ['random 0 moons', 'tpe 0 moons', 'random 1 moons']);
  assert.deepEqual(contest.left, [{ name: 'tpe', repeat: 1 }]);
  Object.assign(store, { state: 'idle', study: { ...study, dataset: { name: 'iris' } } });
  await contest.goOn(ask(9));
  assert.deepEqual([contest.beside.state, contest.beside.isCut, contest.left], ['done', false, []]);
  assert.equal(asked.at(-1), 'tpe 1 moons');
  await contest.duel(ask(1));
  contest.beside.stop();
  assert.equal(contest.outcome?.found.size, 1);
});

test('a picture is held against the one before it, unless nothing was known there', () => {
  const mind = new Mind(new Store());
  /** @param {boolean} known @param {number} value */
  const told = (known, value) => /** @type {any} */ ({ known, told: new Float64Array([value, 1, 2]), axes: [] });
  mind.take(told(false, NaN), 'a');
  mind.take(told(true, 3), 'b');
  assert.equal(mind.before, null);
  mind.take(told(true, 4), 'c');
  assert.deepEqual([...(mind.before ?? [])], [3]);
});

test('an axis of one score labels that one alone, whatever it is', () => {
  for (const one of [0, 0.5, -3, 5e-324, 1e300]) {
    const { domain, marks } = uprightOf(one, one, 0.08, 5);
    assert.deepEqual(marks, [one]);
    assert.ok(domain[0] < one && one < domain[1], `${one} in ${domain}`);
  }
  assert.deepEqual(uprightOf(1.093425977230072, 1.093425977230072, 0.08, 5).marks, [1.093]);
  const { domain, marks } = uprightOf(0, 1, 0.08, 5);
  assert.deepEqual(domain, [-0.08, 1.08]);
  assert.deepEqual(marks, [0, 0.25, 0.5, 0.75, 1]);
});
