import {
  DATASETS,
  DERIVED,
  HYPERPARAMETERS,
  SAMPLERS,
  choicesOf,
  isOwn,
} from '../../www/src/study/hyperparameters.js';
import { FORMAT, RECORDS } from '../../www/src/study/study.js';
import { chance } from '../browser/chance.js';

/** Studies by chance, right ones and wrong ones, the same for each seed. */

/** Values that somebody, or some program, writes into a study. */
const AWKWARD = [
  ...[null, true, false, '', '3', 'NaN', 'Infinity', '-Infinity', 'toString', '__proto__', [], [1], {}, { name: 'x' }],
  ...[0, -0, 1, -1, 0.5, 2, 3, 10, 64, 1e-300, 5e-324, 1e300, 2 ** 53, 2 ** 53 + 2, 1e9, 0.1 + 0.2, 1 - 2 ** -53],
];
const SCALES = ['linear', 'log', 'log1m', 'sqrt'];
const PRUNERS = ['none', 'median', 'halving', 'hyperband'];
const METRICS = ['train_loss', 'train_metric', 'validation_loss', 'validation_metric'];
/** What changes which others matter is drawn more often. */
const OWNERS = ['hidden_layers', 'optimizer', 'schedule', 'averaging', 'init', 'momentum', 'batch_size', 'epochs'];

/** @param {number} seed */
export function studiesOf(seed) {
  const random = chance(seed);
  const pick = (/** @type {any} */ list) => list[Math.floor(random() * list.length)];
  const is = (/** @type {number} */ share) => random() < share;
  const upTo = (/** @type {number} */ n) => Math.floor(random() * (n + 1));

  /** A number that a hyperparameter takes; small ones, so that nothing trains long. @param {any} one */
  function valueFor(one) {
    if (one.type === 'bool') return is(0.5);
    if (one.type === 'categorical') return pick(choicesOf(one));
    if (one.type === 'list') return Array.from({ length: upTo(3) }, () => 1 + upTo(8));
    if (one.type === 'points') return [[0, upTo(2)], ...(is(0.5) ? [[random(), random() * 3]] : [])];
    if (one.name === 'hidden_layers') return upTo(3);
    if (one.type === 'int') return Math.max(Number(one.low), upTo(12));
    const wide = Math.min(Number(one.high), 10);
    return pick([Number(one.low), wide * random() ** 4, wide * random(), 0.1, 0.01, 0.9, 0.5]);
  }

  /** @param {any} one */
  function rangeFor(one) {
    if (one.type === 'bool' || one.type === 'categorical' || is(0.2)) {
      const all = one.type === 'bool' ? [true, false] : one.type === 'categorical' ? choicesOf(one) : null;
      const drawn = Array.from({ length: 1 + upTo(3) }, () => (all ? pick(all) : valueFor(one)));
      return { type: 'categorical', choices: is(0.9) ? [...new Set(drawn)] : drawn };
    }
    const ends = [valueFor(one), valueFor(one)];
    if (is(0.95)) ends.sort((a, b) => a - b);
    const [low, high] = ends;
    /** @type {any} */ const range = { type: is(0.95) ? one.type : pick(['int', 'float']), low, high };
    if (is(0.3)) range.scale = pick(SCALES);
    else if (is(0.3)) range.log = is(0.9);
    if (is(0.2)) range.step = is(0.8) ? (one.type === 'int' ? 1 + upTo(3) : 0.1 + random()) : pick(AWKWARD);
    return range;
  }

  const SETTINGS = {
    grid: () => ({ points: is(0.8) ? 1 + upTo(4) : { learning_rate: 3, [pick(HYPERPARAMETERS).name]: 2 } }),
    pbt: () => ({ population: 1 + upTo(6), interval: 1 + upTo(2), quantile: pick([0, 0.25, 0.5, 0.7]) }),
    hand: () => ({ points: Array.from({ length: upTo(3) }, () => ({ learning_rate: 0.01 })) }),
    tpe: () => ({ startup: 1 + upTo(8), round: 1 + upTo(4) }),
  };

  /** @param {Record<string, any>} study */
  function broken(study) {
    /** @type {[any, string][]} */ const places = [];
    const walk = (/** @type {any} */ within, depth = 0) => {
      if (typeof within !== 'object' || within === null || depth > 4) return;
      for (const key of Object.keys(within)) {
        places.push([within, key]);
        walk(within[key], depth + 1);
      }
    };
    walk(study);
    const [within, key] = pick(places);
    const kind = random();
    if (kind < 0.15) delete within[key];
    else if (kind < 0.25) within[`${key}s`] = within[key];
    else within[key] = structuredClone(pick(AWKWARD));
  }

  return function next() {
    const dataset = pick(DATASETS.filter((one) => one.available && !isOwn(one)));
    const sampler = pick(SAMPLERS);
    /** @type {any} */
    const study = {
      format: FORMAT,
      dataset: { name: dataset.name, samples: 20 + upTo(60) },
      fixed: { hidden_layers: upTo(2), hidden_units: 1 + upTo(8), epochs: 1 + upTo(3) },
      space: {},
      trials: 1 + upTo(5),
    };
    if (dataset.noise && is(0.3)) study.dataset.noise = random();
    if (is(0.15)) study.dataset.folds = 1 + upTo(4);
    if (is(0.15))
      study.dataset.split = pick([
        { train: 0.5, validation: 0.25, test: 0.25 },
        { train: 0.98, validation: 0.01, test: 0.01 },
        { train: 0.1, validation: 0.8, test: 0.1 },
      ]);
    if (is(0.1)) study.dataset.standardize = is(0.5);
    if (is(0.1)) study.dataset.derived = [pick(DERIVED)];
    if (is(0.2)) study.dataset.seed = upTo(1e6);
    const names = Array.from({ length: upTo(5) }, () =>
      is(0.5) ? pick(OWNERS) : pick(HYPERPARAMETERS.filter((one) => one.available)).name,
    );
    for (const name of new Set(names)) {
      const one = HYPERPARAMETERS.find((other) => other.name === name);
      if (is(0.4)) study.fixed[name] = valueFor(one);
      else {
        delete study.fixed[name];
        study.space[name] = rangeFor(one);
      }
    }
    if (is(0.7) && !study.fixed.learning_rate)
      study.space.learning_rate ??= { type: 'float', low: 1e-4, high: 1, log: true };
    if (is(0.6)) {
      study.sampler = { name: sampler, .../** @type {any} */ (SETTINGS)[sampler]?.() };
      if (is(0.1)) study.sampler.round = 1 + upTo(4);
    }
    if (is(0.3)) study.pruner = { name: pick(PRUNERS) };
    if (is(0.1))
      Object.assign((study.pruner ??= { name: 'halving' }), { reduction: 2 + upTo(2), min_epochs: 1 + upTo(2) });
    if (is(0.15)) study.objective = { metric: pick(METRICS), direction: pick(['minimize', 'maximize']) };
    if (is(0.1))
      study.stages = Array.from({ length: 1 + upTo(2) }, () => ({ epochs: 1 + upTo(3), trials: 1 + upTo(2) }));
    if (study.stages && is(0.8)) delete study.fixed.epochs;
    if (is(0.1)) study.budget = 1 + upTo(200);
    if (is(0.15)) study.seeds_per_trial = 1 + upTo(2);
    if (is(0.1)) study.shared_seeds = true;
    if (is(0.1)) study.record = [pick(RECORDS)];
    if (is(0.1)) study.evaluate_every = 1 + upTo(3);
    if (is(0.3)) study.seed = upTo(1e6);
    if (is(0.25)) broken(study);
    return study;
  };
}
