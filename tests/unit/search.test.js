import test from 'node:test';
import { readFileSync } from 'node:fs';
import { assert, fc } from './numbers.js';
import { AUTO, automated, usualBudget } from '../../www/src/study/automl.js';
import { HYPERPARAMETERS, SAMPLERS } from '../../www/src/study/hyperparameters.js';
import { decodeLink, encodeLink } from '../../www/src/study/link.js';
import { sameStudy } from '../../www/src/study/same.js';
import { mendsOf } from '../../www/src/study/mends.js';
import { planned } from '../../www/src/study/panel.js';
import { deepened, planOf, shareSpent, stepsOfTrial } from '../../www/src/study/plan.js';
import { progressOf, rungsOf } from '../../www/src/study/progress.js';
import { PRUNERS, isRefined, originIn, originOf, settingsOf } from '../../www/src/study/search.js';
import { firstStages, shownSettings, usualOf, withStage } from '../../www/src/views/search/shown.js';
import { around, stagesOf } from '../../www/src/study/stages.js';
import { checkStudy, checkTogether, startStudy } from '../../www/src/study/study.js';

/** What a study says of its search, AutoML, stages, and what a run comes to. */

const RATE = { type: 'float', low: 1e-4, high: 1, log: true };
/** @param {any} some @returns {any} */
const study = (some) => ({
  format: 'tuning-playground/study@1',
  dataset: { name: 'iris' },
  space: { learning_rate: RATE },
  ...some,
});
/** @param {any} some @returns {any} */
const trial = (some) => ({
  state: 'complete',
  params: {},
  value: null,
  steps: 10,
  epochs: { length: some.n ?? 5, measure: () => NaN },
  ...some,
});

test('every sampler and pruner has its settings, and a study with each at its default is sound', () => {
  for (const name of SAMPLERS)
    for (const pruner of PRUNERS) {
      if (/^(pbt|hand)$/.test(name) && pruner !== 'none') continue;
      const given = study({ sampler: { name }, pruner: { name: pruner } });
      for (const part of /** @type {const} */ (['sampler', 'pruner']))
        for (const setting of settingsOf(given, part)) {
          const usual = usualOf(given, part, setting);
          if (usual !== null) given[part][setting.name] = usual;
        }
      assert.equal(checkStudy(given) ?? checkTogether(given), null, `${name} ${pruner}`);
      // What is written out is what is meant without.
      if (name !== 'cmaes')
        assert.ok(sameStudy(given, study({ sampler: { name }, pruner: { name: pruner } })), `${name} ${pruner}`);
    }
});

test('a round is asked of samplers that learn, and of all where trials are pruned', () => {
  const names = (/** @type {any} */ some) => shownSettings(study(some), 'sampler').map(({ name }) => name);
  assert.deepEqual(names({}), []);
  assert.deepEqual(names({ pruner: { name: 'halving' } }), ['round']);
  assert.deepEqual(names({ sampler: { name: 'tpe' } }), ['startup', 'round']);
  assert.deepEqual(names({ sampler: { name: 'random', round: 4 } }), ['round']);
  assert.ok(!isRefined(study({ sampler: { name: 'gp' } })));
  assert.ok(isRefined(study({ sampler: { name: 'gp', round: 4 } })));
  assert.ok(isRefined(study({ budget: 1000 })));
});

test('the first trials of a sampler that learns are random, in each stage anew', () => {
  assert.equal(originOf(study({}), 0), null);
  const tpe = study({ sampler: { name: 'tpe', startup: 3 } });
  assert.deepEqual(
    [0, 2, 3, 60].map((number) => originOf(tpe, number)),
    ['random', 'random', 'suggested', 'suggested'],
  );
  const staged = {
    ...tpe,
    stages: [
      { epochs: 1, trials: 5 },
      { epochs: 2, trials: 5 },
    ],
  };
  assert.deepEqual(
    [4, 5, 7, 8].map((number) => originIn(staged, number)),
    ['suggested', 'random', 'random', 'suggested'],
  );
});

test('links hold all of the search', () => {
  const given = study({
    sampler: { name: 'tpe', startup: 4, round: 2 },
    pruner: { name: 'hyperband', reduction: 2 },
    stages: [
      { epochs: 2, trials: 40, shrink: 0.3 },
      { epochs: 4, trials: 50 },
    ],
    trials: 90,
    budget: 9000,
  });
  const { state, skipped } = decodeLink(encodeLink({ study: given }) ?? '');
  assert.deepEqual(skipped, []);
  assert.ok(state.study && sameStudy(state.study, given));
  for (const key of /** @type {const} */ (['sampler', 'pruner', 'stages', 'budget', 'trials']))
    assert.deepEqual(state.study?.[key], given[key], key);
  // Stages that say nothing of the number of trials have it all the same.
  const { trials, ...rest } = given;
  assert.ok(sameStudy(rest, given));
  assert.equal(planned(rest), trials);
  assert.equal(decodeLink(encodeLink({ study: rest }) ?? '').state.study?.trials, trials);
});

test('a plan counts the steps that the engine plans', () => {
  // 150 rows, 105 of them for training: 4 batches of 32 an epoch.
  const given = study({ fixed: { epochs: 10, batch_size: 32 }, trials: 8 });
  assert.deepEqual(planOf(given), { asked: 8, trials: 8, steps: 8 * 40, perTrial: 40 });
  assert.equal(planOf({ ...given, seeds_per_trial: 3 }).perTrial, 120);
  assert.equal(planOf({ ...given, fixed: { ...given.fixed, optimizer: 'gd' } }).perTrial, 10);
  assert.equal(planOf({ ...given, budget: 100 }).trials, 3);
  const staged = {
    ...given,
    stages: [
      { epochs: 1, trials: 4 },
      { epochs: 5, trials: 2 },
    ],
  };
  assert.equal(planOf(staged).steps, 4 * 4 + 2 * 20);
  const both = { ...given, space: { ...given.space, batch_size: { type: 'categorical', choices: [16, 105] } } };
  delete both.fixed.batch_size;
  assert.equal(planOf(both).perTrial, 10 * ((7 + 1) / 2));
  assert.equal(stepsOfTrial(both, { batch_size: 16, learning_rate: 0.1 }), 70);
  const half = [trial({ params: { batch_size: 16 }, steps: 35 }), trial({ params: { batch_size: 105 }, steps: 5 })];
  assert.equal(shareSpent(both, half), 0.5);
});

test('stages begin with many short trials, and grow', () => {
  const stages = firstStages(20, 65);
  assert.deepEqual(
    stages.map((one) => [one.epochs, one.trials]),
    [
      [5, 33],
      [20, 32],
    ],
  );
  assert.deepEqual(
    firstStages(1, 1).map((one) => one.trials),
    [1, 1],
  );
  assert.equal(withStage(stages)[2].epochs, 40);
  assert.equal(checkStudy(study({ stages: withStage(withStage([{ epochs: 9000, trials: 1 }])) })), null);
});

/** What the engine makes of a range (`src/space/narrow.rs`). */
const NARROWED = [
  [{ type: 'float', low: 0, high: 1 }, 0.5, 0.5, 0.25, 0.75],
  [{ type: 'float', low: 0, high: 1 }, 0, 0.5, 0, 0.5],
  [{ type: 'float', low: 0, high: 1 }, 0.9, 0.5, 0.5, 1],
  [{ type: 'float', low: 0, high: 1 }, 0.3, 1, 0, 1],
  [{ type: 'float', low: 0, high: 0.7, step: 0.1 }, 0.7, 0.5, 0.4, 0.7],
  [{ type: 'int', low: 1, high: 8 }, 4, 0.5, 3, 6],
  [{ type: 'int', low: 128, high: 512, step: 128 }, 256, 0.25, 256, 256],
  [{ type: 'int', low: 3, high: 3 }, 3, 0.5, 3, 3],
  [RATE, 1e-2, 0.5, 1e-3, 1e-1],
];

test('a box lies around the best as the engine has it', () => {
  for (const [range, value, share, low, high] of /** @type {any[]} */ (NARROWED)) {
    const found = around(range, value, share);
    const near = (/** @type {unknown} */ a, /** @type {number} */ b) =>
      Math.abs(Number(a) - b) <= 1e-9 * Math.max(1, b);
    assert.ok(near(found.low, low) && near(found.high, high), JSON.stringify([range, value, share, found]));
  }
  const choices = /** @type {any} */ ({ type: 'categorical', choices: ['a', 'b'] });
  assert.deepEqual(around(choices, 'b', 0.1), choices);
  assert.deepEqual(around(/** @type {any} */ (RATE), undefined, 0.1), RATE);
});

test('a stage begins with its first trial, around the best before it', () => {
  const given = study({
    stages: [
      { epochs: 1, trials: 2 },
      { epochs: 3, trials: 2, shrink: 0.5 },
    ],
    trials: 4,
  });
  const all = [
    trial({ number: 0, value: 0.5, params: { learning_rate: 0.01, epochs: 1 } }),
    trial({ number: 1, value: 0.2, state: 'pruned', params: { learning_rate: 0.5, epochs: 1 } }),
  ];
  const map = (/** @type {any[]} */ trials) => new Map(trials.map((one) => [one.number, one]));
  assert.equal(stagesOf(given, map(all)).length, 1);
  const [first, second] = stagesOf(given, map([...all, trial({ number: 2, value: null, state: 'running' })]));
  assert.deepEqual([first.first, first.end, second.first, second.end, second.epochs], [0, 2, 2, 4, 3]);
  assert.deepEqual(first.box, given.space);
  // Who was pruned is not the best while somebody is complete.
  assert.ok(Math.abs(Number(second.box.learning_rate.low) - 1e-3) < 1e-9);
  assert.deepEqual(stagesOf(study({}), map(all)), []);
});

test('a box that is run has more epochs and stages no more', () => {
  const deeper = deepened(study({ fixed: { epochs: 6 }, stages: [{ epochs: 3, trials: 2 }] }));
  assert.equal(deeper.fixed?.epochs, 6);
  assert.ok(!('stages' in deeper));
  assert.equal(deepened(study({ fixed: { epochs: 9000 } })).fixed?.epochs, 10000);
  const swept = deepened(study({ space: { epochs: { type: 'int', low: 5, high: 15 } } }));
  assert.ok(!swept.space?.epochs);
  assert.equal(checkStudy(swept), null);
});

test('the best so far falls with complete trials alone, and rungs say who got there', () => {
  const objective = { metric: 'validation_loss', direction: 'minimize' };
  const all = [
    trial({ number: 1, value: 0.1, state: 'pruned', n: 1, steps: 2 }),
    trial({ number: 0, value: 0.5 }),
    trial({ number: 2, value: 0.4 }),
    trial({ number: 3, value: 0.6 }),
    trial({ number: 4, state: 'queued', steps: 0, n: 0 }),
    trial({ number: 5, state: 'pruned', value: 0.7, n: 2 }),
  ];
  assert.deepEqual(
    progressOf(all, objective).map(({ trial: { number }, steps, best }) => [number, steps, best]),
    [
      [0, 10, 0.5],
      [1, 12, 0.5],
      [2, 22, 0.4],
      [3, 32, 0.4],
      [5, 42, 0.4],
    ],
  );
  assert.deepEqual(rungsOf(all), [
    { epoch: 1, stopped: 1, reached: 5 },
    { epoch: 2, stopped: 1, reached: 4 },
  ]);
});

const sweepable = HYPERPARAMETERS.filter((one) => one.available !== false && one.sweep);

test('AutoML makes a sound study of any, keeping the ranges there and all that it does not name', () => {
  const names = [...Object.keys(AUTO.architecture), ...Object.keys(AUTO.optimization)];
  fc.assert(
    fc.property(
      fc.subarray(sweepable, { maxLength: 5 }),
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom('iris', 'digits', 'waves', 'moons'),
      (swept, architecture, optimization, dataset) => {
        /** @type {any} */
        const given = { ...startStudy(), dataset: { name: dataset }, fixed: { epochs: 12, l2: 0.001 }, space: {} };
        for (const one of swept) {
          delete given.fixed[one.name];
          given.space[one.name] = one.sweep;
        }
        if (checkStudy(given) || checkTogether(given)) return;
        const parts = { architecture, optimization };
        const budget = usualBudget(given, parts);
        const next = automated(given, { ...parts, budget });
        assert.equal(checkStudy(next) ?? checkTogether(next), null, JSON.stringify(next));
        assert.deepEqual([next.sampler?.name, next.pruner?.name, next.budget], ['tpe', 'hyperband', budget]);
        assert.ok(planOf(next).trials >= 1);
        for (const [name, range] of Object.entries(given.space))
          if (next.space?.[name]) assert.deepEqual(next.space[name], range);
        const mine = [...(architecture ? Object.keys(AUTO.architecture) : []), ...(optimization ? names : [])];
        for (const name of Object.keys(next.space ?? {})) assert.ok(mine.includes(name) || name in given.space, name);
        for (const key of /** @type {const} */ (['dataset', 'objective', 'seed', 'seeds_per_trial']))
          assert.deepEqual(next[key], given[key]);
      },
    ),
    { numRuns: 300 },
  );
});

test('a budget that is too small, and too few trials for the stages, have buttons that mend them', () => {
  for (const some of [{ budget: 3 }, { stages: [{ epochs: 1, trials: 9 }], trials: 4 }]) {
    const given = study(some);
    const problem = checkTogether(given);
    assert.ok(problem);
    const mends = mendsOf(given, problem, (name) => name);
    assert.ok(mends.length, JSON.stringify(some));
    for (const { change } of mends) {
      const next = structuredClone(given);
      change(next);
      assert.equal(checkTogether(next), null, JSON.stringify(next));
    }
  }
});

test('each sampler and pruner is told of in both languages', () => {
  for (const language of ['en', 'ko']) {
    const read = (/** @type {string} */ path) =>
      JSON.parse(readFileSync(new URL(`../../www/src/${path}/${language}.json`, import.meta.url), 'utf8'));
    const [words, own] = [read('i18n'), read('views/search')];
    for (const name of SAMPLERS) assert.ok(/\d{4}/.test(words[`sampler.${name}.about`]), name);
    for (const name of PRUNERS) assert.ok(words[`pruner.${name}`] && own[`pruner.${name}.about`], name);
  }
});
