import {
  TRIALS_LIMIT,
  checkName,
  checkNumber,
  checkPlain,
  first,
  isObject,
  outside,
  shown,
  unknownKey,
  wrong,
} from './checks.js';
import { BY_NAME, SAMPLERS, gridSize, valueOf } from './hyperparameters.js';
import { MOST_STAGES, PRUNERS, STAGE, WHOLE, settingsOf, trialsOf } from './search.js';

/**
 * What a study says of its search: sampler, pruner, stages and budget, and whether they go together. The engine's
 * checks are in `src/study/sampler.rs`, `pruner.rs`, `stages.rs` and `check.rs`.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Problem} Problem
 * @typedef {import('./hyperparameters.js').Hyperparameter} Hyperparameter
 */

/** A number as a hyperparameter takes it. @param {Hyperparameter} one @param {unknown} value @param {string} key
 * @returns {Problem | null} */
export function checkNumberOf(one, value, key) {
  const whole = one.type === 'int';
  // Whole numbers have no strings for those that are not finite.
  const check = whole && typeof value === 'string' ? checkPlain : checkNumber;
  return check(key, value ?? null, Number(one.low), Number(one.high), whole);
}

/** @param {any} sampler @returns {Problem | null} */
export function checkSampler(sampler) {
  if (!isObject(sampler)) return wrong('sampler', sampler, '{"name": "random"}');
  const problem = checkName('sampler.name', sampler.name, SAMPLERS);
  if (problem) return problem;
  const { points, name } = sampler;
  const settings = settingsOf(/** @type {any} */ ({ sampler }), 'sampler');
  const axes = isObject(points) ? Object.entries(points).map(([axis, value]) => [`.${axis}`, value]) : [['', points]];
  return (
    unknownKey(
      sampler,
      ['name', ...(name === 'grid' || name === 'hand' ? ['points'] : []), ...settings.map((one) => one.name)],
      'sampler',
    ) ??
    (name === 'hand' ? checkList(points) : null) ??
    first(name === 'hand' ? [] : axes, ([axis, value]) => checkPlain(`sampler.points${axis}`, value, 1, 1000)) ??
    first(settings, ({ name: key, low, high, real }) =>
      (real ? checkNumber : checkPlain)(`sampler.${key}`, sampler[key], low, high),
    )
  );
}

/** Whether what is picked by hand is a list of points. @param {unknown} points @returns {Problem | null} */
function checkList(points) {
  const accepted = '[{"learning_rate": 0.01, ...}, ...]';
  if (points === undefined) return null;
  if (!Array.isArray(points)) return wrong('sampler.points', points, accepted);
  return first([...points.entries()], ([at, point]) =>
    isObject(point) ? null : wrong(`sampler.points[${at}]`, point, accepted),
  );
}

/** @param {Record<string, any>} pruner @returns {Problem | null} */
export function checkPruner(pruner) {
  const problem = checkName('pruner.name', pruner.name, PRUNERS);
  if (problem) return problem;
  const settings = settingsOf(/** @type {any} */ ({ pruner }), 'pruner');
  return (
    unknownKey(pruner, ['name', ...settings.map(({ name }) => name)], 'pruner') ??
    first(settings, ({ name, low, high }) => checkPlain(`pruner.${name}`, pruner[name], low, high))
  );
}

/** @param {any} stages @param {(value: unknown, key: string) => Problem | null} checkEpochs
 * @returns {Problem | null} */
export function checkStages(stages, checkEpochs) {
  if (!Array.isArray(stages)) return wrong('stages', stages, 'null | [{"epochs", "trials", "shrink"}, ...]');
  if (!stages.length || stages.length > MOST_STAGES)
    return { code: 'out_of_range', key: 'stages', found: `[...] (${stages.length})`, accepted: `1 .. ${MOST_STAGES}` };
  return first([...stages.entries()], ([at, stage]) => {
    const key = `stages[${at}]`;
    if (!isObject(stage)) return wrong(key, stage, '{"epochs", "trials", "shrink"}');
    const missing = (/** @type {string} */ name) =>
      stage[name] === undefined ? { code: 'missing', key: `${key}.${name}`, accepted: 'epochs, trials' } : null;
    return (
      unknownKey(stage, ['epochs', 'trials', 'shrink'], key) ??
      missing('epochs') ??
      checkEpochs(stage.epochs, `${key}.epochs`) ??
      missing('trials') ??
      checkNumber(`${key}.trials`, stage.trials, STAGE.trials.low, STAGE.trials.high, true) ??
      checkNumber(`${key}.shrink`, stage.shrink, STAGE.shrink.low, STAGE.shrink.high)
    );
  });
}

/** A population ends its worst by itself and trains once; what is picked is trained one by one, and has no box.
 * @param {Study} study @returns {Problem | null} */
export function checkPopulation({ sampler, pruner, stages }) {
  if (!/^(pbt|hand)$/.test(sampler?.name ?? '')) return null;
  if ((pruner?.name ?? 'none') !== 'none') return outside('pruner.name', pruner?.name, 'none (pbt, hand)');
  if (!stages?.length) return null;
  return { code: 'out_of_range', key: 'stages', found: `[...] (${stages.length})`, accepted: 'null (pbt, hand)' };
}

/** Whether stages go with the rest of their study. @param {Study} study @returns {Problem | null} */
export function checkStaged({ stages, space, trials }) {
  if (!stages) return null;
  if (space?.epochs) return { code: 'inert', key: 'epochs', because: 'stages' };
  const sum = trialsOf(stages);
  if (sum > TRIALS_LIMIT) return outside('stages', sum, `1 .. ${TRIALS_LIMIT} (int, trials)`);
  return sum <= (trials ?? sum) ? null : outside('trials', trials, `${sum} .. ${TRIALS_LIMIT} (int, stages)`);
}

/** Refuses a budget that is over before any trial's first epoch is.
 * @param {Study} study @param {number[]} rows that each fold trains on @returns {Problem | null} */
export function checkBudget(study, rows) {
  const { budget, space = {} } = study;
  if (typeof budget !== 'number') return null;
  const value = (/** @type {string} */ name) => valueOf(/** @type {Hyperparameter} */ (BY_NAME.get(name)), study);
  const optimizers = space.optimizer?.choices ?? [value('optimizer')];
  const whole = optimizers.some((one) => WHOLE.includes(String(one)));
  const batches = space.batch_size ? (space.batch_size.choices ?? [space.batch_size.high]) : [value('batch_size')];
  const largest = whole ? Infinity : Math.max(1, ...batches.map(Number));
  const steps = rows.reduce((sum, one) => sum + Math.ceil(one / Math.min(one, largest)), 0);
  const epoch = steps * (study.seeds_per_trial ?? 1);
  return budget >= epoch ? null : outside('budget', budget, `>= ${epoch} (1 epoch)`);
}

/** Whether the space suits the sampler. @param {Study} study @param {string[]} axes @returns {Problem | null} */
export function checkFit(study, axes) {
  const { sampler } = study;
  // Each stage has a grid of its own.
  const trials = study.stages ? Math.min(...study.stages.map((stage) => stage.trials)) : (study.trials ?? 64);
  if (sampler?.name === 'sobol') {
    if (trials > 65536)
      return { code: 'out_of_range', key: 'trials', found: shown(trials), accepted: '1 .. 65536 (sobol)' };
  } else if (sampler?.name === 'hand') {
    return checkPicked(study, axes);
  } else if (sampler?.name === 'grid') {
    const other = isObject(sampler.points)
      ? Object.keys(sampler.points)
          .sort()
          .find((name) => !axes.includes(name))
      : undefined;
    if (other !== undefined)
      return { code: 'unknown_key', key: `sampler.points.${other}`, within: 'space', accepted: axes.join(', ') };
    const size = gridSize(study);
    if (size > trials)
      return { code: 'grid_too_large', combinations: size < 1e15 ? String(size) : shown(size), trials };
  }
  return null;
}

/** Whether each point that was picked has a value of every axis, as that hyperparameter takes it, and nothing else.
 * @param {Study} study @param {string[]} axes @returns {Problem | null} */
function checkPicked({ sampler, space = {}, trials = 64 }, axes) {
  const points = /** @type {Record<string, import('./types.js').Value>[]} */ (sampler?.points ?? []);
  if (points.length > trials) return outside('trials', trials, `${points.length} .. 100000 (int, hand)`);
  return first([...points.entries()], ([at, point]) => {
    const within = `sampler.points[${at}]`;
    const other = Object.keys(point).find((name) => !axes.includes(name));
    const accepted = axes.join(', ');
    if (other !== undefined) return { code: 'unknown_key', key: `${within}.${other}`, within: 'space', accepted };
    return first(axes, (name) => {
      const [key, value] = [`${within}.${name}`, point[name]];
      if (value === undefined) return { code: 'missing', key, accepted };
      const { choices } = space[name];
      if (!choices) return checkNumberOf(/** @type {Hyperparameter} */ (BY_NAME.get(name)), value, key);
      const isOne = choices.some((choice) => JSON.stringify(choice) === JSON.stringify(value));
      return isOne ? null : outside(key, value, choices.map(shown).join(' | '));
    });
  });
}
