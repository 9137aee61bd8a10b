import { BY_NAME, between, defaultOf, movesMomentum, used, valueOf } from './hyperparameters.js';

/**
 * The schedules of a study, as small studies whose curves the engine works out, and what is said of a curve.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Value} Value
 * @typedef {import('./hyperparameters.js').Hyperparameter} Hyperparameter
 * @typedef {{name: string, epochs: number, middle: Study, ends: Study[], trial?: number}} Schedule settings that are
 *   swept stand at the middle of their ranges, and in `ends` all at their lowest and all at their highest values;
 *   `trial` is the one whose own it is
 */

/** What a curve depends on beside the schedule's name. */
const SETTINGS = [
  'decay_rate',
  'decay_epochs',
  'min_factor',
  'plateau_patience',
  'warmup_epochs',
  'schedule_points',
  'epochs',
];
/** Points of a curve: odd, so that one lies halfway. */
export const POINTS = 201;

const ROW = /** @type {Hyperparameter} */ (BY_NAME.get('schedule'));

/** A setting's value so far along its range. @param {import('./types.js').Distribution} range @param {number} share */
function along(range, share) {
  if (range.choices) {
    const sorted = range.choices.map(Number).sort((a, b) => a - b);
    return sorted[Math.round(share * (sorted.length - 1))];
  }
  const [low, high] = [Number(range.low), Number(range.high)];
  const value = share === 0 ? low : share === 1 ? high : between(range, share);
  return range.type === 'int' ? Math.round(value) : value;
}

/** @param {Study} study @param {string} schedule @param {number} share @returns {Study} */
function asked(study, schedule, share) {
  /** @type {Record<string, Value>} */
  const fixed = { schedule };
  for (const name of SETTINGS) {
    const users = BY_NAME.get(name)?.used_by?.schedule;
    if (Array.isArray(users) && !users.includes(schedule)) continue;
    const range = study.space?.[name];
    const value = range ? along(range, share) : study.fixed?.[name];
    if (value !== undefined) fixed[name] = value;
  }
  return { format: study.format, dataset: { name: study.dataset.name }, fixed };
}

const epochsOf = (/** @type {Study} */ study) =>
  Number(valueOf(/** @type {Hyperparameter} */ (BY_NAME.get('epochs')), study));

/** The names of the schedules that trials of a study may have. @param {Study} study */
const namesOf = (study) => (study.space?.schedule?.choices ?? [valueOf(ROW, study)]).map(String);

/** @param {Study} study @returns {Schedule[]} one for each schedule that trials may have */
export function schedulesOf(study) {
  return namesOf(study).map((name) => {
    const middle = asked(study, name, 0.5);
    const same = JSON.stringify(middle);
    const ends = [0, 1].map((share) => asked(study, name, share)).filter((one) => JSON.stringify(one) !== same);
    return { name, epochs: epochsOf(middle), middle, ends };
  });
}

/** The schedule of one trial. @param {Study} study @param {Record<string, Value>} params what was drawn for it */
export const scheduleOf = (study, params) =>
  schedulesOf({ ...study, fixed: { ...study.fixed, ...params }, space: {} })[0];

/** Whether the learning rate of any trial may change while it trains. @param {Study} study */
export function isScheduled(study) {
  const warmup = study.space?.warmup_epochs ?? study.fixed?.warmup_epochs ?? 0;
  const most = typeof warmup === 'object' && !Array.isArray(warmup) ? (warmup?.choices ?? [warmup?.high]) : [warmup];
  return namesOf(study).some((name) => name !== defaultOf(ROW, study)) || most.some((one) => Number(one) > 0);
}

/** Whether the learning rate of any trial descends by itself, to where only training tells. @param {Study} study */
export function isDescending(study) {
  const one = /** @type {Hyperparameter} */ (BY_NAME.get('hypergradient'));
  const range = study.space?.hypergradient;
  const given = range ? (range.choices ?? [range.high]) : [study.fixed?.hypergradient];
  return given.some((value) => Number(value) > 0) && used(one, study);
}

/** What a schedule moves in place of its own row: momentum, beta1, both where optimizers are swept.
 * @param {Study} study @returns {string[]} */
export function movedBy(study) {
  if (!namesOf(study).some(movesMomentum)) return [];
  const optimizer = /** @type {Hyperparameter} */ (BY_NAME.get('optimizer'));
  const used = (study.space?.optimizer?.choices ?? [valueOf(optimizer, study)]).map(String);
  return ['momentum', 'beta1'].filter((name) => {
    const { optimizer: users, schedule } = BY_NAME.get(name)?.used_by ?? {};
    const isMoved = Array.isArray(schedule) && !schedule.some(movesMomentum);
    return isMoved && Array.isArray(users) && used.some((one) => users.includes(one));
  });
}

/** Less of a factor than this is nothing: where a cosine ends depends on how many steps there are. */
const NOTHING = 1e-6;

/**
 * What a curve comes to: its first, middle and last factor, and its highest where that is none of them.
 * @param {ArrayLike<number>} factors
 * @param {Study} [of] whose curve it is: a warm-up begins at nothing, but for its first step
 * @returns {{first: number, half: number, last: number, most: number | null, steady: boolean}}
 */
export function outline(factors, of) {
  const all = Array.from(factors, (one) => (one < NOTHING ? 0 : one));
  const first = Number(of?.fixed?.warmup_epochs ?? 0) > 0 ? 0 : all[0];
  const [half, last] = [all[(all.length - 1) >> 1], all[all.length - 1]];
  const highest = all.reduce((a, b) => Math.max(a, b), -Infinity);
  const most = highest > 1.05 * Math.max(first, half, last) ? highest : null;
  return { first, half, last, most, steady: all.every((one) => one === first) };
}
