import defaultStudy from '../../../src/study/default.json' with { type: 'json' };
import {
  MOST_POINTS,
  TRIALS_LIMIT,
  acceptedPoints,
  checkBoolean,
  checkName,
  checkNumber,
  first,
  isObject,
  outside,
  real,
  section,
  shown,
  unknownKey,
  wrong,
} from './checks.js';
import {
  BY_NAME,
  DATASETS,
  DERIVED,
  HYPERPARAMETERS,
  choicesOf,
  datasetOf,
  inertBy,
  scaleOf,
  taskOf,
  valueOf,
} from './hyperparameters.js';
import { checkOwn, ownKeys } from './own.js';
import { SPLIT, apportion, partSizes, trainingRows } from './parts.js';
import {
  checkBudget,
  checkFit,
  checkNumberOf,
  checkPopulation,
  checkPruner,
  checkSampler,
  checkStaged,
  checkStages,
} from './search-checks.js';

/**
 * The study document on the page's side: its default, and the checks that can be made at once, before the engine is
 * loaded. They are the engine's (`src/study/check.rs`), in its order, with its codes and arguments; both are held
 * against `tests/corpus/problems.json`.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Problem} Problem
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {import('./hyperparameters.js').Hyperparameter} Hyperparameter
 */

export { TRIALS_LIMIT };
export const FORMAT = 'tuning-playground/study@1';
/** Characters of a question, which stands above the figures on a line or two. */
export const QUESTION_LIMIT = 200;
export const SEED_LIMIT = 2 ** 53 - 1;
const MOST_EPOCHS = Number(BY_NAME.get('epochs')?.high);

/** The first `structuredClone` of a page takes it milliseconds. @returns {Study} */
export const startStudy = () => JSON.parse(JSON.stringify(defaultStudy));

/**
 * @param {unknown} input an object or its JSON text
 * @returns {{study: Study} | {problem: Problem, given?: any}} given: what was refused
 */
export function readStudy(input) {
  let study = input;
  if (typeof input === 'string') {
    try {
      study = JSON.parse(input.replace(/^\uFEFF/, ''), finite);
    } catch (error) {
      return { problem: { code: 'not_a_study', detail: String(/** @type {Error} */ (error).message) } };
    }
  }
  if (!isObject(study)) return { problem: { code: 'not_a_study', detail: shown(study) } };
  try {
    const copy = /** @type {any} */ (structuredClone(study));
    const problem = checkStudy(copy);
    return problem ? { problem, given: copy } : { study: copy };
  } catch (error) {
    return { problem: { code: 'not_a_study', detail: String(/** @type {Error} */ (error).message) } };
  }
}

/** JSON has no numbers beyond a double's. @param {string} _key @param {unknown} value */
function finite(_key, value) {
  if (value === Infinity || value === -Infinity) throw new RangeError('number out of range');
  return value;
}

const KEYS = [
  'format',
  'name',
  'question',
  'dataset',
  'fixed',
  'space',
  'sampler',
  'pruner',
  'objective',
  'trials',
  'seeds_per_trial',
  'seed',
  'shared_seeds',
  'stages',
  'budget',
  'record',
  'evaluate_every',
];

/** What a study may ask to be written down of each layer after every epoch, in the order of documents. */
export const RECORDS = ['gradient_norm', 'weight_norm', 'update_ratio', 'dead_units', 'curvature'];

/** What is wrong with a study's keys, one by one. @param {Record<string, any>} study @returns {Problem | null} */
export function checkStudy(study) {
  if (study.format === undefined) return { code: 'missing', key: 'format', accepted: `"${FORMAT}"` };
  if (study.format !== FORMAT) return { code: 'format', found: shown(study.format), expected: FORMAT };
  const { name, sampler } = study;
  return (
    unknownKey(study, KEYS) ??
    (name === undefined || typeof name === 'string' ? null : wrong('name', name, 'text')) ??
    checkQuestion(study.question) ??
    checkDataset(study) ??
    section(study, 'fixed') ??
    section(study, 'space') ??
    checkHyperparameters(study.fixed ?? {}, study.space ?? {}) ??
    (sampler === undefined ? null : checkSampler(sampler)) ??
    section(study, 'pruner') ??
    checkPruner(study.pruner ?? {}) ??
    (study.stages === undefined || study.stages === null ? null : checkStages(study.stages, checkEpochs)) ??
    section(study, 'objective') ??
    unknownKey(study.objective ?? {}, ['metric', 'direction'], 'objective') ??
    checkName('objective.metric', study.objective?.metric, [
      'train_loss',
      'train_metric',
      'validation_loss',
      'validation_metric',
    ]) ??
    checkName('objective.direction', study.objective?.direction, ['minimize', 'maximize']) ??
    checkNumber('trials', study.trials, 1, TRIALS_LIMIT, true) ??
    checkNumber('seeds_per_trial', study.seeds_per_trial, 1, 100, true) ??
    checkNumber('seed', study.seed, 0, SEED_LIMIT, true) ??
    checkBoolean('shared_seeds', study.shared_seeds) ??
    (study.budget === null ? null : checkNumber('budget', study.budget, 1, SEED_LIMIT, true)) ??
    checkRecord(study.record) ??
    checkNumber('evaluate_every', study.evaluate_every, 1, MOST_EPOCHS, true)
  );
}

/** The most epochs that a trial may have. @param {import('./types.js').Study} study */
export const mostEpochs = ({ stages, fixed, space }) =>
  stages
    ? Math.max(...stages.map(({ epochs }) => epochs))
    : Number(fixed?.epochs ?? mostOf(space?.epochs) ?? BY_NAME.get('epochs')?.default) || 1;

/** The largest value of a range. @param {import('./types.js').Distribution | undefined} range */
const mostOf = (range) => (range?.choices ? Math.max(...range.choices.map(Number)) : range?.high);

/** A list of names, each once. @param {unknown} record @returns {Problem | null} */
function checkRecord(record) {
  if (record === undefined) return null;
  if (!Array.isArray(record)) return wrong('record', record, `[${RECORDS.join(' | ')}, ...]`);
  return first(
    record.map((one, k) => [one ?? null, k]),
    ([one, k]) =>
      checkName('record', one, RECORDS) ??
      (record.indexOf(one) < k ? { code: 'duplicate', key: 'record', found: shown(one) } : null),
  );
}

/** What is wrong with a study whose keys are all right: what they say together.
 * @param {Study} study @returns {Problem | null} */
export function checkTogether(study) {
  const space = study.space ?? {};
  const staged = checkPopulation(study) ?? checkStaged(study);
  if (staged) return staged;
  for (const key of Object.keys(space)) {
    const because = inertBy(/** @type {Hyperparameter} */ (BY_NAME.get(key)), study);
    if (because) return { code: 'inert', key, because };
  }
  const dataset = study.dataset.name;
  // A table that came as text has to be read before more is known.
  if (study.dataset.text !== undefined && !study.dataset.found) return null;
  const fits = taskOf(study) === 'numbers' ? 'mse' : 'cross_entropy';
  const asked = space.loss ? (space.loss.choices ?? []) : [study.fixed?.loss ?? fits];
  const loss = asked.find((one) => one !== fits);
  if (loss !== undefined) return { code: 'loss_mismatch', loss, dataset, accepted: fits };
  const given = (/** @type {string} */ name) => space[name]?.choices ?? [study.fixed?.[name]];
  const swept = space.momentum;
  const steady = (swept?.low === 0 || given('momentum').includes(0)) && given('optimizer').includes('nesterov');
  if (steady && !inertBy(/** @type {Hyperparameter} */ (BY_NAME.get('momentum')), study)) {
    const key = swept ? `space.momentum.${swept.choices ? 'choices' : 'low'}` : 'fixed.momentum';
    return { code: 'out_of_range', key, found: '0', accepted: '> 0 (nesterov)' };
  }
  const most = mostEpochs(study);
  // Of a range the least: larger ones among smaller ones search where patience no longer matters.
  const { choices, low } = space.patience ?? {};
  const patience = (choices ?? [low ?? study.fixed?.patience]).find((/** @type {any} */ one) => one > most);
  if (patience !== undefined) {
    const key = space.patience ? `space.patience.${choices ? 'choices' : 'low'}` : 'fixed.patience';
    return { code: 'out_of_range', key, found: shown(patience), accepted: `0 .. ${most} (int, epochs)` };
  }
  const shares = partSizes(study);
  const rows = shares[0] + shares[1] + shares[2];
  const empty = shares.indexOf(0);
  if (empty >= 0) return { code: 'too_few_rows', dataset, rows, part: PARTS[empty] };
  const few = checkFolds(study, shares);
  if (few) return few;
  const all = trainingRows(study);
  const { folds = 1 } = study.dataset;
  const sizes = folds === 1 ? shares : [all[0], Math.floor((shares[0] + shares[1]) / folds), shares[2]];
  const range = space.batch_size;
  const batches = range ? (range.choices ?? [range.high]) : [study.fixed?.batch_size ?? 0];
  const largest = Math.max(...batches.map(Number));
  if (largest > sizes[0] && !inertBy(/** @type {Hyperparameter} */ (BY_NAME.get('batch_size')), study))
    return { code: 'batch_too_large', batch_size: largest, rows: sizes[0] };
  for (const size of [all[0], all[all.length - 1]]) {
    const alone = batchOfOne(study, size, given('batch_norm'));
    if (alone) return alone;
  }
  if (study.record?.includes('curvature') && mayNorm(study, given('batch_norm')))
    return { code: 'no_curvature_of_norms' };
  const [part, kind] = (study.objective?.metric ?? '').split('_');
  const size = sizes[PARTS.indexOf(part)];
  if (kind === 'metric' && fits === 'mse' && size < 2)
    return {
      code: 'undefined_metric',
      key: 'objective.metric',
      metric: `${part}_metric`,
      dataset,
      rows: size,
      accepted: `${part}_loss`,
    };
  return checkBudget(study, all) ?? checkFit(study, Object.keys(space));
}

/** Whether some trial has a batch norm. @param {Study} study @param {unknown[]} norms */
const mayNorm = (study, norms) =>
  norms.includes(true) && !inertBy(/** @type {Hyperparameter} */ (BY_NAME.get('batch_norm')), study);

/** Batches of one row where a batch norm takes their variance, also as what is left of an epoch.
 * @param {Study} study @param {number} rows @param {unknown[]} norms @returns {Problem | null} */
function batchOfOne(study, rows, norms) {
  const isInert = (/** @type {string} */ name) => inertBy(/** @type {Hyperparameter} */ (BY_NAME.get(name)), study);
  if (!mayNorm(study, norms)) return null;
  const hasOne = (/** @type {number} */ batch) => Math.min(batch, rows) === 1 || rows % Math.min(batch, rows) === 1;
  const range = study.space?.batch_size;
  const all = isInert('batch_size')
    ? [rows]
    : (range?.choices?.map(Number) ??
      (range
        ? sizesIn(range, rows)
        : [Number(valueOf(/** @type {Hyperparameter} */ (BY_NAME.get('batch_size')), study))]));
  const batch = all.find(hasOne);
  if (batch === undefined) return null;
  const works = (/** @type {number} */ other) => other >= 2 && other <= rows && !hasOne(other);
  let [below, above] = [batch - 1, batch + 1];
  while (below >= 2 && !works(below)) below--;
  while (above <= rows && !works(above)) above++;
  const accepted = [below, above].filter(works).join(' | ');
  return { code: 'batch_of_one', batch_size: batch, rows, accepted };
}

/** The whole numbers of a range, up to a bound. @param {Distribution} range @param {number} most */
function sizesIn({ low, high, step }, most) {
  const end = Math.min(Number(high), most);
  const all = [];
  for (let one = Number(low); one <= end; one += Math.max(1, step ?? 1)) all.push(one);
  return [...all, end];
}

/** More folds than rows outside the test part, of the rarest class where it is known how many each has.
 * @param {Study} study @param {number[]} shares rows of each part @returns {Problem | null} */
function checkFolds(study, [train, validation, test]) {
  const { folds = 1 } = study.dataset;
  if (folds === 1) return null;
  const classes = datasetOf(study)?.class_rows;
  let rows = train + validation;
  if (classes) {
    const used = rows + test;
    const all = classes.reduce((sum, one) => sum + one, 0);
    let left = classes;
    for (const count of [all - used, test]) {
      const taken = apportion(count, left);
      left = left.map((one, k) => one - taken[k]);
    }
    rows = Math.min(...left);
  }
  return folds <= rows ? null : { code: 'too_many_folds', folds, rows };
}

/** @param {unknown} question @returns {Problem | null} */
function checkQuestion(question) {
  if (question === undefined) return null;
  if (typeof question !== 'string') return wrong('question', question, 'text');
  const { length } = [...question];
  return length > QUESTION_LIMIT ? outside('question', length, `0 .. ${QUESTION_LIMIT} (characters)`) : null;
}

/** @param {Record<string, any>} study @returns {Problem | null} */
function checkDataset(study) {
  const { dataset } = study;
  const available = DATASETS.filter((one) => one.available).map((one) => one.name);
  const missing = { code: 'missing', key: 'dataset.name', accepted: available.join(' | ') };
  if (dataset === undefined) return missing;
  const problem = section(study, 'dataset');
  if (problem) return problem;
  if (dataset.name === undefined) return missing;
  const unnamed = checkName(
    'dataset.name',
    dataset.name,
    available,
    DATASETS.map((one) => one.name),
  );
  if (unnamed) return unnamed;
  const known = /** @type {import('./hyperparameters.js').Dataset} */ (
    DATASETS.find((one) => one.name === dataset.name)
  );
  const { samples, folds, split, standardize } = dataset;
  const rows = dataset.found?.rows ?? known.rows;
  return (
    unknownKey(dataset, [...DATASET_KEYS, ...ownKeys(known)], 'dataset') ??
    checkOwn(known, dataset) ??
    (samples === null
      ? null
      : checkNumber('dataset.samples', samples, 10, known.kind === 'generated' ? 100000 : rows || 1e8, true)) ??
    checkNumber('dataset.folds', folds, 1, 20, true) ??
    checkNumber('dataset.noise', dataset.noise, 0, known.noise ? 10 : 0) ??
    checkNumber('dataset.seed', dataset.seed, 0, SEED_LIMIT, true) ??
    checkSplit(split) ??
    checkBoolean('dataset.standardize', standardize) ??
    checkDerived(dataset.derived, (dataset.found ?? known).features)
  );
}

/** @param {unknown} derived @param {number} features @returns {Problem | null} */
function checkDerived(derived, features) {
  const key = 'dataset.derived';
  if (derived === undefined) return null;
  if (!Array.isArray(derived)) return wrong(key, derived, `[${DERIVED.join(' | ')}, ...]`);
  const problem = first(
    derived.map((one, k) => [one ?? null, k]),
    ([one, k]) =>
      checkName(key, one, DERIVED) ??
      (derived.indexOf(one) < k ? { code: 'duplicate', key, found: shown(one) } : null),
  );
  // How many features a table has that came as text is known once it has been read.
  return problem ?? (derived.length && features && features !== 2 ? outside(key, derived, '[] (2 features)') : null);
}

const DATASET_KEYS = ['name', 'samples', 'noise', 'seed', 'split', 'folds', 'standardize', 'derived'];
const PARTS = ['train', 'validation', 'test'];
/** @param {unknown} split @returns {Problem | null} */
function checkSplit(split) {
  const accepted = 'train + validation + test = 1';
  if (split === undefined) return null;
  if (!isObject(split)) return wrong('dataset.split', split, '{...}');
  const unknown = unknownKey(split, PARTS, 'dataset.split');
  if (unknown) return unknown;
  /** @type {Record<string, number>} */
  const whole = { ...SPLIT, ...split };
  let sum = 0;
  for (const part of PARTS) {
    const problem = checkNumber(`dataset.split.${part}`, split[part], 0.01, 0.98);
    if (problem) return problem;
    sum += whole[part];
  }
  if (Math.abs(sum - 1) <= 1e-6) return null;
  return {
    code: 'out_of_range',
    key: 'dataset.split',
    found: `${PARTS.map((part) => whole[part]).join(' + ')} = ${shown(sum)}`,
    accepted,
  };
}

/** @param {Record<string, unknown>} fixed @param {Record<string, Distribution>} space @returns {Problem | null} */
function checkHyperparameters(fixed, space) {
  const unknown = (/** @type {string} */ name, /** @type {string} */ within) => ({
    code: 'unknown_key',
    key: `${within}.${name}`,
    within,
    accepted: availableNames(),
  });
  return (
    first(Object.entries(fixed), ([name, value]) => {
      const one = BY_NAME.get(name);
      return one ? checkValue(one, value, `fixed.${name}`) : unknown(name, 'fixed');
    }) ??
    first(Object.entries(space), ([name, range]) => {
      const one = BY_NAME.get(name);
      if (!one) return unknown(name, 'space');
      if (name in fixed) return { code: 'fixed_and_swept', key: name };
      if (one.type !== 'points') return checkDistribution(one, range, `space.${name}`);
      return { code: 'unknown_key', key: `space.${name}`, within: 'space', accepted: `fixed.${name}` };
    })
  );
}

const availableNames = () =>
  HYPERPARAMETERS.filter((one) => one.available)
    .map((one) => one.name)
    .join(', ');

/** A stage's epochs are those of any trial. @param {unknown} value @param {string} key */
const checkEpochs = (value, key) => checkValue(/** @type {Hyperparameter} */ (BY_NAME.get('epochs')), value, key);

/** @param {Hyperparameter} one @param {unknown} value @param {string} [key] @returns {Problem | null} */
export function checkValue(one, value, key = one.name) {
  if (!one.available) return { code: 'not_yet', key, found: one.name, accepted: availableNames() };
  const [low, high] = [shown(one.low), shown(one.high)];
  if (one.type === 'categorical')
    return checkName(key, value ?? null, /** @type {string[]} */ (choicesOf(one)), one.choices ?? []);
  if (one.type === 'bool') return typeof value === 'boolean' ? null : wrong(key, value, 'true | false');
  if (one.type === 'points') return checkPoints(one, value, key);
  if (one.type !== 'list') return checkNumberOf(one, value, key);
  const accepted = `[${low} .. ${high}, ...] (int, 0 .. 10)`;
  if (!Array.isArray(value)) return wrong(key, value, accepted);
  if (value.length > 10) return outside(key, value, accepted);
  return first(value, (width) =>
    !Number.isInteger(width)
      ? wrong(key, value, accepted)
      : width < Number(one.low) || width > Number(one.high)
        ? outside(key, width, accepted)
        : null,
  );
}

/** @param {Hyperparameter} one @param {unknown} value @param {string} key @returns {Problem | null} */
function checkPoints(one, value, key) {
  const accepted = acceptedPoints(one);
  if (!Array.isArray(value)) return wrong(key, value, accepted);
  const out = (/** @type {string} */ found) => ({ code: 'out_of_range', key, found, accepted });
  if (!value.length) return out('[]');
  if (value.length > MOST_POINTS) return out(`[...] (${value.length})`);
  return first(value, (pair) => {
    const [share, factor] = Array.isArray(pair) && pair.length === 2 ? pair.map(real) : [];
    if (share === undefined || factor === undefined) return wrong(key, pair, accepted);
    const isWithin = share >= 0 && share <= 1 && factor >= Number(one.low) && factor <= Number(one.high);
    return isWithin ? null : out(`[${[share, factor].map(plainly).join(', ')}]`);
  });
}

/** A number in a message, also one that is not finite, as the engine writes it. @param {number} value */
const plainly = (value) => (Number.isFinite(value) ? shown(value) : String(value).replace('Infinity', 'inf'));

/** @param {Hyperparameter} one @param {Distribution} distribution @param {string} [key] @returns {Problem | null} */
export function checkDistribution(one, distribution, key = one.name) {
  const problem = checkRange(distribution, key);
  if (problem) return problem;
  const { type, low, high, choices } = distribution;
  if (choices) return first(choices, (choice) => checkValue(one, choice, `${key}.choices`));
  if (one.type === 'float' || (one.type === 'int' && type === 'int'))
    return checkValue(one, low, `${key}.low`) ?? checkValue(one, high, `${key}.high`);
  if (one.type === 'int') return wrong(`${key}.type`, type, 'int | categorical');
  return one.available ? wrong(`${key}.type`, type, 'categorical') : checkValue(one, null, key);
}

/** A range by itself, whatever it is a range of. @param {any} range @param {string} key @returns {Problem | null} */
function checkRange(range, key) {
  if (!isObject(range)) return wrong(key, range, '{"type": "float" | "int" | "categorical", ...}');
  const { type, low, high, choices, log } = range;
  if (type !== 'float' && type !== 'int' && type !== 'categorical')
    return wrong(`${key}.type`, type, 'float | int | categorical');
  const unknown = unknownKey(
    range,
    type === 'categorical' ? ['type', 'choices'] : ['type', 'low', 'high', 'step', 'log', 'scale'],
    key,
  );
  if (unknown) return unknown;
  if (type === 'categorical') {
    if (!Array.isArray(choices) || !choices.length) return wrong(`${key}.choices`, choices, '[value, ...]');
    const seen = new Set();
    const twice = choices.find((choice) => seen.size === seen.add(JSON.stringify(choice)).size);
    return twice === undefined ? null : { code: 'duplicate', key: `${key}.choices`, found: shown(twice) };
  }
  const int = type === 'int';
  const step = range.step ?? undefined;
  for (const [name, value] of [
    ['low', low],
    ['high', high],
    ['step', step],
  ]) {
    if (value === undefined) {
      if (name !== 'step') return { code: 'missing', key: `${key}.${name}`, accepted: 'low, high' };
    } else if (int ? !Number.isInteger(value) : !Number.isFinite(value))
      return wrong(`${key}.${name}`, value, int ? 'int' : 'number');
  }
  if (log !== undefined && typeof log !== 'boolean') return wrong(`${key}.log`, log, 'true | false');
  const scales = ['linear', 'log', 'log1m'];
  const unscaled = checkName(`${key}.scale`, range.scale, scales);
  if (unscaled) return unscaled;
  const scale = scaleOf(/** @type {Distribution} */ (range));
  if (log !== undefined && log !== (scale === 'log'))
    return wrong(`${key}.scale`, scale, 'log where log is true, linear or log1m where it is false');
  if (low > high) return { code: 'empty_range', key, low: shown(low), high: shown(high), accepted: 'low <= high' };
  if (int && scale === 'log1m') return wrong(`${key}.scale`, scale, 'linear | log');
  if (scale === 'log' && low <= 0) return { code: 'log_range', key: `${key}.low`, low: shown(low) };
  if (scale === 'log1m' && high >= 1) return { code: 'log1m_range', key: `${key}.high`, high: shown(high) };
  if (step <= 0) return outside(`${key}.step`, step, '> 0');
  if (step !== undefined && scale !== 'linear') return { code: 'step_on_scale', key: `${key}.step`, scale };
  if (!Number.isFinite(high - low)) return outside(`${key}.high`, high, 'high - low < 1.7e308');
  if (int && Math.max(Math.abs(low), Math.abs(high)) > 2 ** 53)
    return outside(`${key}.high`, high, '-2^53 .. 2^53 (int)');
  if ((high - low) / step >= 2 ** 31) return outside(`${key}.step`, step, '(high - low) / step < 2^31');
  // On a scale whole numbers are not counted.
  if (int && step === undefined && scale === 'linear' && high - low >= 2 ** 31)
    return outside(`${key}.high`, high, `${shown(low)} .. ${shown(low + 2 ** 31 - 1)} (int)`);
  return null;
}

/** The same study with another split, so that its test set is one nobody has looked at.
 * @param {Study} study */
export function duplicateStudy(study) {
  const copy = structuredClone(study);
  copy.dataset.seed = ((copy.dataset.seed ?? 0) + 1) % (SEED_LIMIT + 1);
  return copy;
}

/** What tells a study from others: all but its words; hyperband's brackets go by its name, too.
 * @param {Study} study */
export const identityOf = (study) => {
  const name = study.pruner?.name === 'hyperband' ? (study.name ?? '') : '';
  return JSON.stringify(sorted({ ...study, name, question: '' }));
};

/** @param {any} value @returns {any} */
function sorted(value) {
  if (Array.isArray(value) || value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
