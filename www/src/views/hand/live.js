import { BY_NAME, HYPERPARAMETERS, choicesOf, movesMomentum, uses, valueIn } from '../../study/hyperparameters.js';
import { sameStudy } from '../../study/same.js';
import { partSizes } from '../../study/parts.js';
import { FORMAT, readStudy } from '../../study/study.js';
import { middleOf } from '../../study/picked.js';

/**
 * The settings that can be changed while a run trains, and their sliders. Pure functions.
 *
 * @typedef {import('../../study/types.js').Problem} Problem
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../study/types.js').Value} Value
 * @typedef {import('../../study/hyperparameters.js').Hyperparameter} Hyperparameter
 * @typedef {import('./branches.js').Settings} Settings
 *
 * @typedef {object} Slider
 * @property {number} steps places of the slider but the first
 * @property {(place: number) => number} at
 * @property {(value: number) => number} placeOf the nearest one
 */

/** Schedules that end with the last epoch. */
const ENDING = ['cosine', 'one_cycle', 'drawn'];
/** What can be changed, in the order of the page, and where its slider begins and ends, of a logarithmic one above 0;
 * null of what is chosen, or whose slider follows from the study. */
const ENDS = /** @type {Record<string, [number, number] | null>} */ ({
  learning_rate: [1e-6, 10],
  momentum: [0, 0.999],
  beta1: [0, 0.999],
  weight_decay: [1e-6, 1],
  l2: [1e-6, 1],
  dropout: [0, 0.9],
  batch_size: null,
  schedule: null,
  decay_rate: [0.05, 1],
  decay_epochs: [1, 100],
  min_factor: [0, 1],
  plateau_patience: [1, 50],
  warmup_epochs: [0, 50],
  epochs: null,
});
export const LIVE_NAMES = Object.keys(ENDS);
const PLACES = 100;
/** Of a slider towards 1, so that two digits tell each place from the next. */
const PLACES_TO_1 = 60;
const LARGEST_BATCH = 1024;
/** A schedule that would have ended already gets so many epochs more. */
const FURTHER = 20;

/** @param {string} name */
export const rowOf = (name) => /** @type {Hyperparameter} */ (BY_NAME.get(name));

/** @param {Settings} settings */
export const hasEnd = ({ schedule }) => ENDING.includes(String(schedule));

/** What a run by hand begins with: what a trial has, or what lies amid the ranges, and a value of its own for each
 * setting that can be changed. @param {Study} study @param {Pick<Trial, 'params'> | null} trial @returns {Settings} */
export function startOf(study, trial) {
  /** @type {Settings} */
  const drawn = {};
  if (trial) Object.assign(drawn, trial.params);
  else {
    for (const [name, range] of Object.entries(study.space ?? {})) drawn[name] = middleOf(range);
    for (const name of Object.keys(drawn)) if (!uses(BY_NAME.get(name), study, drawn)) delete drawn[name];
  }
  for (const name of LIVE_NAMES) drawn[name] ??= valueIn(name, study, drawn);
  return drawn;
}

/** The settings that act, in the order of the page. @param {Study} study @param {Settings} settings */
export const liveRows = (study, settings) =>
  LIVE_NAMES.map(rowOf).filter((one) =>
    one.name === 'epochs' ? hasEnd(settings) : one.available && uses(one, { ...study, space: {} }, settings),
  );

/** Settings that stay as they are: what a network is, and how it learns.
 * @param {Study} study @param {Settings} settings
 * @returns {[Hyperparameter, Value][]} */
export function lockedRows(study, settings) {
  const plain = { ...study, space: {} };
  const isShown = (/** @type {Hyperparameter} */ one) => {
    const own = settings[one.name] ?? study.fixed?.[one.name];
    if (!one.available || LIVE_NAMES.includes(one.name) || !uses(one, plain, settings)) return false;
    return (
      own !== undefined || ['hidden_layers', 'hidden_units', 'activation', 'init', 'optimizer'].includes(one.name)
    );
  };
  return HYPERPARAMETERS.filter(isShown).map((one) => [one, valueIn(one.name, plain, settings)]);
}

/** A change with what it brings along: a schedule with an end has one that lies ahead.
 * @param {Settings} settings @param {Settings} given @param {number} epoch @returns {Settings} */
export function whole(settings, given, epoch) {
  const next = { ...settings, ...given };
  const isOver = 'schedule' in given && hasEnd(next) && Number(next.epochs) <= epoch + 1;
  return isOver ? { ...given, epochs: epoch + FURTHER } : given;
}

/** What keeps a run from going on with settings behind an epoch; null where nothing does.
 * @param {Study} study @param {Settings} settings @param {number} epoch @returns {Problem | null} */
export function refusal(study, settings, epoch) {
  const { name, samples, noise, seed, split } = study.dataset;
  const dataset = name === 'csv' ? study.dataset : { name, samples, noise, seed, split };
  const read = readStudy({ format: FORMAT, dataset, fixed: { ...study.fixed, ...settings } });
  if ('problem' in read) return read.problem;
  if (!hasEnd(settings) || Number(settings.epochs) > epoch) return null;
  const accepted = `${epoch + 1} .. ${rowOf('epochs').high}`;
  return { code: 'out_of_range', key: 'epochs', found: String(settings.epochs), accepted };
}

/** Numbers that are kept of a parameter beside what never changes: a momentum's buffer comes and goes with it. Others
 * of the optimizer stay. @param {Settings} settings @param {Study} study
 * @param {boolean} [lags] whether a running average is kept, too */
export function partsOf(settings, study, lags = false) {
  const value = (/** @type {string} */ name) => valueIn(name, study, settings);
  const optimizer = String(value('optimizer'));
  const descent = Number(value('hypergradient')) > 0 ? 2 : 0;
  const buffer = Number(settings.momentum) > 0 || movesMomentum(settings.schedule) ? 1 : 0;
  const lag = Number(lags);
  if (['gd', 'sgd', 'momentum', 'nesterov'].includes(optimizer)) return 1 + descent + buffer + lag;
  return optimizer === 'rmsprop' ? 2 + Number(value('centered') === true) + buffer + lag : 1;
}

/** @param {number} value */
const short = (value) => Number(value.toPrecision(2));

/** A row's slider; null of a choice. @param {Hyperparameter} row @param {Study} study @param {number} epoch
 * @returns {Slider | null} */
export function sliderOf(row, study, epoch) {
  const { name, scale, type } = row;
  if (row.choices) return null;
  const nearest = (/** @type {number} */ place, /** @type {number} */ steps) =>
    Math.max(0, Math.min(steps, Math.round(place)));
  if (name === 'batch_size') {
    const steps = Math.floor(Math.log2(Math.max(1, Math.min(LARGEST_BATCH, partSizes(study)[0]))));
    return { steps, at: (place) => 2 ** place, placeOf: (value) => nearest(Math.log2(value), steps) };
  }
  if (name === 'epochs') {
    const at = (/** @type {number} */ place) => epoch + 1 + place;
    return { steps: 2 * PLACES, at, placeOf: (value) => nearest(value - epoch - 1, 2 * PLACES) };
  }
  const ends = ENDS[name];
  if (!ends) return null;
  const [low, high] = ends;
  const to = {
    log: (/** @type {number} */ x) => Math.log10(Math.max(low, x)),
    log1m: (/** @type {number} */ x) => -Math.log10(Math.max(1 - high, 1 - x)),
    linear: (/** @type {number} */ x) => x,
  }[scale];
  const from = {
    log: (/** @type {number} */ u) => short(10 ** u),
    log1m: (/** @type {number} */ u) => Number((1 - short(10 ** -u)).toPrecision(12)),
    linear: (/** @type {number} */ u) => (type === 'int' ? Math.round(u) : short(u)),
  }[scale];
  const [a, b] = [to(low), to(high)];
  // A logarithmic slider's first place is 0, at which a decay or a penalty is off.
  const off = scale === 'log' && name !== 'learning_rate' ? 1 : 0;
  // Whole numbers have a place each, and shares a hundredth.
  const linear = high - low > 1 ? high - low : Math.round(100 * (high - low));
  const places = { linear, log: PLACES, log1m: PLACES_TO_1 }[scale];
  const steps = places + off;
  return {
    steps,
    at: (place) => (place < off ? 0 : from(a + ((place - off) / places) * (b - a))),
    placeOf: (value) => (off && value <= 0 ? 0 : nearest(off + (places * (to(value) - a)) / (b - a), steps)),
  };
}

/** What a row takes at least and at most behind an epoch: no batch has more rows than there are, and no schedule ends
 * before the next epoch. @param {Hyperparameter} row @param {Study} study @param {number} epoch
 * @returns {[number, number]} */
export function boundsOf({ name, low, high }, study, epoch) {
  const most = (name === 'batch_size' && partSizes(study)[0]) || Number(high);
  return [name === 'epochs' ? epoch + 1 : Number(low), most];
}

/** The choices of a row that is one. @param {Hyperparameter} row */
export const optionsOf = (row) => choicesOf(row).map(String);

/** Whether a schedule waits for what comes of epochs. @param {Settings} settings */
export const waits = ({ schedule }) => schedule === 'plateau';

/** The settings of a stretch as the engine trains it: a run without an end has the last epoch that there can be.
 * @param {Settings} settings */
export const trained = (settings) => ({
  ...settings,
  epochs: hasEnd(settings) ? settings.epochs : rowOf('epochs').high,
});

/** Whether two studies train a network alike, whatever they search it by. @param {Study} a @param {Study} b */
export const sameTraining = (a, b) => {
  const [one, other] = [a, b].map((study) => ({
    ...study,
    ...{ name: '', question: '', sampler: { name: 'random' }, pruner: { name: 'none' }, trials: 1, record: [] },
    ...{ stages: null, budget: null, objective: undefined },
  }));
  return sameStudy(one, other);
};

/** In what a run by hand is another training than that of its trial: keys of texts, and their values.
 * @param {Study} study @param {Trial | null} trial @returns {[string, Record<string, unknown>][]} */
export function notesOf({ dataset }, trial) {
  const n = dataset.folds ?? 1;
  return [
    ...(n > 1 ? [/** @type {[string, {}]} */ (['hand.folds', { n }])] : []),
    ...(trial?.copy_of
      ? [/** @type {[string, {}]} */ (['hand.of_copy', { ...trial.copy_of, number: trial.number }])]
      : []),
  ];
}
