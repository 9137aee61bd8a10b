import { FEW, FIRST } from './first-rows.js';
import torch from './torch.json' with { type: 'json' };
import { pickedOf, populationOf, trialsOf } from './search.js';
import { withoutOwn } from './own.js';
import { checkTogether, mostEpochs } from './study.js';
import { BY_NAME, DATASETS, datasetOf, gridSize, sweptOf, valueOf } from './hyperparameters.js';

/**
 * What the study panel says of a study: defaults that hang on a swept choice, the trials that will run, the samples
 * of each part, and a study with another data set.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Value} Value
 * @typedef {import('./hyperparameters.js').Hyperparameter} Hyperparameter
 */

/**
 * What trials take of what is not swept: one value, or one for each choice that decides.
 * @param {Hyperparameter} one
 * @param {Study} study
 * @returns {{value: Value} | {by: string, values: [Value, Value][]}}
 */
export function takenBy(one, study) {
  const given = one.default;
  const choices = given?.by && study.fixed?.[one.name] === undefined ? study.space?.[given.by]?.choices : undefined;
  if (!choices) return { value: valueOf(one, study) };
  const users = one.used_by?.[given.by];
  const values = choices
    .filter((choice) => !Array.isArray(users) || users.includes(String(choice)))
    .map((choice) => /** @type {[Value, Value]} */ ([choice, given[String(choice)] ?? 0]));
  const all = new Set(values.map(([, value]) => value));
  return all.size === 1 ? { value: [...all][0] } : { by: given.by, values };
}

/** What trials take of a setting that the study leaves alone. @param {Hyperparameter} one @param {Study} study */
export function untouched(one, study) {
  const { [one.name]: _, ...fixed } = study.fixed ?? {};
  return takenBy(one, { ...study, fixed });
}

/** Whether the study sweeps a hyperparameter or gives it another value than its default.
 * @param {Hyperparameter} one @param {Study} study */
export function isSet(one, study) {
  if (study.space?.[one.name]) return true;
  const given = study.fixed?.[one.name];
  if (given === undefined) return false;
  const own = untouched(one, study);
  return 'by' in own || JSON.stringify(own.value) !== JSON.stringify(given);
}

/** PyTorch's own defaults, under our names (`tests/golden/torch_defaults.py`): of its optimizers and schedules, and of
 * `DataLoader`. @type {Record<string, any>} */
const TORCH = torch;

/**
 * Where trials would have another default in PyTorch: both values, and the choices that have them.
 * @param {Hyperparameter} one @param {Study} study @returns {{torch: Value, here: Value, choices: Value[]}[]}
 */
export function unlikeTorch(one, study) {
  const { by, ...given } = TORCH[one.name]?.by ? TORCH[one.name] : { '': TORCH[one.name] };
  const swept = by && study.space?.[by]?.choices;
  const chooser = BY_NAME.get(by);
  /** @type {ReturnType<typeof unlikeTorch>} */
  const found = [];
  for (const choice of swept ?? [chooser ? valueOf(chooser, study) : '']) {
    const torch = given[String(choice)];
    const here = by && one.default?.by === by ? (one.default[String(choice)] ?? 0) : one.default;
    if (torch === undefined || torch === here) continue;
    const same = found.find((other) => other.torch === torch && other.here === here);
    if (same) same.choices.push(choice);
    else found.push({ torch, here, choices: [choice] });
  }
  // One choice for all trials needs no name.
  return swept ? found : found.map((other) => ({ ...other, choices: [] }));
}

/** The rows that come first, and all that the study sets.
 * @param {Study} study @param {Hyperparameter[]} rows */
export function fewOf(study, rows) {
  const first = FIRST.map((name) => rows.find((one) => one.name === name))
    .filter((one) => one && (one.name !== 'hidden' || isSet(one, study)))
    .slice(0, FEW);
  // Who chooses to draw a schedule has its points at hand.
  return rows.filter((one) => first.includes(one) || isSet(one, study) || one.type === 'points');
}

/** Trials that a run of the study trains. @param {Study} study */
export const planned = (study) =>
  study.stages?.length
    ? trialsOf(study.stages)
    : study.sampler?.name === 'grid'
      ? gridSize(study)
      : study.sampler?.name === 'hand'
        ? pickedOf(study).length
        : study.sampler?.name === 'pbt'
          ? populationOf(study, mostEpochs(study)).trials
          : (study.trials ?? 64);

const MOST_POINTS = 1000;

/** The most points per axis with which a grid has no more combinations than trials; 0 where there are none.
 * @param {Study} study */
export function fittingPoints(study) {
  const fits = (/** @type {number} */ points) =>
    gridSize({ ...study, sampler: { name: 'grid', points } }) <= (study.trials ?? 64);
  let [low, high] = [0, MOST_POINTS];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Axes whose points a grid is told: those that have neither choices nor steps. @param {Study} study */
export const pointedAxes = (study) =>
  sweptOf(study).filter((one) => {
    const range = study.space?.[one.name];
    return range && !range.choices && !range.step;
  });

/** Leaves batch sizes out that are larger than `most`; where all are, that one stays.
 * @param {Study} study @param {number} most */
export function capBatches(study, most) {
  const range = study.space?.batch_size;
  if (!range) (study.fixed ??= {}).batch_size = most;
  else if (range.choices) {
    const kept = range.choices.filter((one) => Number(one) <= most);
    range.choices = kept.length ? kept : [most];
  } else Object.assign(range, { low: Math.min(Number(range.low), most), high: Math.min(Number(range.high), most) });
}

/**
 * The same study with another data set; a loss that does not fit the other's task gives way to its default, and
 * batches that are larger than its training part are left out.
 * @param {Study} study
 * @param {string} name
 * @param {Partial<Study['dataset']>} [own] what it says of data of the reader's own
 * @returns {{study: Study, loss: string | null, batch: number | null}} the loss that was dropped, and how large a
 *   batch is now at most
 */
export function switched(study, name, own = {}) {
  const next = structuredClone(study);
  next.dataset = { ...withDataset(next.dataset, name), ...own };
  const one = BY_NAME.get('loss');
  const fits = one?.default[datasetOf(next)?.task ?? ''];
  const set = next.fixed?.loss ?? next.space?.loss?.choices?.find((choice) => choice !== fits);
  const isOther = set !== undefined && set !== fits;
  if (isOther) {
    delete next.fixed?.loss;
    delete next.space?.loss;
  }
  const problem = checkTogether(next);
  const batch = problem?.code === 'batch_too_large' ? Number(problem.rows) : null;
  if (batch) capBatches(next, batch);
  return { study: next, loss: isOther ? String(set) : null, batch };
}

/** A study's data section with another data set: what the other set can take is kept.
 * @param {Study['dataset']} before @param {string} name @returns {Study['dataset']} */
export function withDataset(before, name) {
  const [from, to] = [before.name, name].map((one) => DATASETS.find((set) => set.name === one));
  const { samples, noise, derived, ...rest } = withoutOwn(before);
  const made = from?.kind === 'generated' && to?.kind === 'generated';
  const kept = made && derived ? { derived } : {};
  return {
    ...rest,
    name,
    ...kept,
    ...(made && samples ? { samples } : {}),
    ...(made && noise && to.noise ? { noise } : {}),
  };
}
